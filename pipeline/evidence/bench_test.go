package evidence

import (
	"fmt"
	"io"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// BenchmarkBundle writes the bundle of a million records of one model. bytes/record is what the zip file takes of each.
func BenchmarkBundle(b *testing.B) {
	const records = 1_000_000
	for b.Loop() {
		bundle := &Bundle{Key: testKey, Events: seq[Event](), Records: func(yield func(run.Verified, error) bool) {
			for i := range records {
				v := run.Verified{Mapping: "partners", Model: "res.partner", ExternalID: fmt.Sprintf("legacy.cust_%07d", i), Class: equal}
				v.Meant = checksum.Bytes([]byte(v.ExternalID))
				v.Have = v.Meant
				if !yield(v, nil) {
					return
				}
			}
		}}
		w := &counting{h: discardHash{}}
		if _, _, err := bundle.Write(w); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(w.n)/records, "bytes/record")
	}
	b.ReportMetric(float64(b.N)*records/b.Elapsed().Seconds(), "records/s")
}

type discardHash struct{ io.Writer }

func (discardHash) Write(b []byte) (int, error) { return len(b), nil }
func (discardHash) Sum(b []byte) []byte         { return b }
func (discardHash) Reset()                      {}
func (discardHash) Size() int                   { return 0 }
func (discardHash) BlockSize() int              { return 1 }
