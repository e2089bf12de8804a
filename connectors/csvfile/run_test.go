package csvfile

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/connectortest"
	"github.com/odoo-migrate/odoo-migrate/testdata/volume"
)

// records splits text into records and their cells, with run where it can or without it.
func records(d dialect, text []byte, width int, fast bool) (out []string) {
	s := splitter{dialect: d}
	lines := uint32(0)
	for pos := 0; pos < len(text); {
		if fast {
			var rows []row
			rows, pos, lines = s.run(rows, text, pos, len(text), width, lines)
			for _, r := range rows {
				out = append(out, fmt.Sprintf("%d-%d line %d: %v", r.start, r.end, r.line, s.spans[r.first:r.first+r.cells]))
			}
			if pos == len(text) {
				break
			}
		}
		first := len(s.spans)
		rec, _ := s.next(text, pos, true)
		out = append(out, fmt.Sprintf("%d-%d line %d: %v%s", rec.start, rec.end, lines, s.spans[first:], rec.problem))
		pos, lines = rec.next, lines+uint32(rec.lines)
	}
	return out
}

func checkRun(t *testing.T, text []byte, width int) {
	t.Helper()
	for _, d := range dialects() {
		if !d.simple() {
			continue
		}
		if fast, slow := records(d, text, width, true), records(d, text, width, false); !slices.Equal(fast, slow) {
			t.Fatalf("%+v: %q with %d fields\n%q\nwith run\n%q", d, text, width, slow, fast)
		}
	}
}

var runSeeds = append([]string{
	"a,b\n" + strings.Repeat("12345,67\n", 40), strings.Repeat("x,y\r\n", 33) + "x,y", strings.Repeat(",", 63) + "\n" + strings.Repeat(",", 64) + "\n,\n",
	strings.Repeat("a", 62) + ",b\n" + strings.Repeat("a", 61) + "\r\n", "1,\"2\n3\",4\n5,6\n", "1,2\n\n3,4\n5\n6,7\n", "\x00,\x00\n\x00\x00\n", "\u00e4,\u00f6\n\u00fc,\xff\n",
}, splitSeeds...)

func TestRunSplitsAsNext(t *testing.T) {
	for _, text := range runSeeds {
		for width := 1; width < 5; width++ {
			checkRun(t, []byte(text), width)
		}
	}
}

func FuzzRun(f *testing.F) {
	for _, text := range runSeeds {
		f.Add([]byte(text), 2)
	}
	f.Fuzz(func(t *testing.T, text []byte, width int) {
		if width > 0 && width < 100 && len(text) < 4<<10 {
			checkRun(t, text, width)
		}
	})
}

// FuzzOptions pins everything that can be pinned to whatever comes.
func FuzzOptions(f *testing.F) {
	f.Add("a|b&\n1|2&\n", "|", "", "", "&\n", 0, 0, 0, false)
	f.Add("a, 'b'\n1, 'x''y'\n", ", ", "'", "", "", 0, 1, 1, true)
	f.Add("ab  cd\n12  34\n", "", "", "", "", 0x0402, 0, 0, false)
	f.Add("a;b\n\"1\\\"\";2\n", ";", `"`, `\`, "", 0, 0, 0, false)
	path := filepath.Join(f.TempDir(), "fuzz.csv")
	f.Fuzz(func(t *testing.T, text, delimiter, quote, escape, end string, widths, skip, footer int, noHeader bool) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		opt := connectors.Options{Delimiter: delimiter, Quote: quote, Escape: escape, RecordEnd: end, NoHeader: noHeader,
			Skip: max(skip, 0) % 10, Footer: max(footer, 0) % 10}
		for w := widths; w > 0; w >>= 8 {
			opt.Widths = append(opt.Widths, w&0xFF)
		}
		opt.BatchBytes = 1
		small := reading(t, path, opt)
		opt.BatchBytes = 0
		if large := reading(t, path, opt); small != large {
			t.Errorf("%+v: batches of one row give\n%s\nand of 1 MiB\n%s", opt, small, large)
		}
	})
}

func TestMemory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "large.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := volume.WriteCSV(f, 300_000); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	connectortest.Memory(t, Open, path, connectors.Options{}, 24<<20)
	connectortest.Memory(t, Open, path, connectors.Options{Delimiter: ",", Escape: `\`}, 24<<20) // without the fast way
}
