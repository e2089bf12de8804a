package xmlfile_test

import (
	"bufio"
	"compress/gzip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors"
)

// writeLedger writes an audit file with the given number of transactions of two lines each, about 640 bytes a transaction.
func writeLedger(w io.Writer, transactions int) error {
	out := bufio.NewWriterSize(w, 256<<10)
	fmt.Fprint(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<n1:AuditFile xmlns:n1=\"urn:StandardAuditFile-Taxation-Financial:NO\">\n"+
		"  <n1:Header><n1:AuditFileVersion>1.0</n1:AuditFileVersion><n1:SoftwareID>X &amp; Y</n1:SoftwareID></n1:Header>\n"+
		"  <n1:GeneralLedgerEntries>\n    <n1:NumberOfEntries>", transactions, "</n1:NumberOfEntries>\n    <n1:Journal>\n      <n1:JournalID>GL</n1:JournalID>\n")
	line := "        <n1:Line><n1:RecordID>%d</n1:RecordID><n1:AccountID>%d</n1:AccountID><n1:Description>Varer nr %d, Tøyen</n1:Description>" +
		"<n1:%sAmount><n1:Amount>%d.50</n1:Amount></n1:%[4]sAmount></n1:Line>\n"
	for i := range transactions {
		fmt.Fprintf(out, "      <n1:Transaction>\n        <n1:TransactionID>%d</n1:TransactionID>\n        <n1:Period currency=\"NOK\">%d</n1:Period>\n"+
			"        <n1:TransactionDate>2017-%02d-04</n1:TransactionDate>\n", 1000+i, i%12+1, i%12+1)
		fmt.Fprintf(out, line, 1, 1500+i%40, i, "Debit", i)
		fmt.Fprintf(out, line, 2, 3000+i%40, i, "Credit", i)
		fmt.Fprint(out, "      </n1:Transaction>\n")
	}
	fmt.Fprint(out, "    </n1:Journal>\n  </n1:GeneralLedgerEntries>\n</n1:AuditFile>\n")
	return out.Flush()
}

// counted counts what is written through it.
type counted struct {
	io.Writer
	n int64
}

func (c *counted) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return c.Writer.Write(p)
}

// 200 MB are read, all tables in one pass, in the memory of a few batches. Packed they take a hundredth of the disk.
func TestMemoryIsConstant(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 200 MB twice")
	}
	const transactions, bound = 320_000, 64 << 20
	path := filepath.Join(t.TempDir(), "ledger.xml.gz")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	packed, err := gzip.NewWriterLevel(f, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	plain := &counted{Writer: packed}
	if err := errors.Join(writeLedger(plain, transactions), packed.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	if plain.n < 200e6 {
		t.Fatalf("%d bytes are no 200 MB", plain.n)
	}
	runtime.GC()
	peak := watchHeap(t)
	rows := map[string]int{}
	for b, err := range opened(t, path, connectors.Options{}).(connectors.MultiTable).AllBatches(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		rows[b.Table] += len(b.Rows)
	}
	if rows["Transaction"] != transactions || rows["Line"] != 2*transactions || rows["Header"] != 1 || rows["GeneralLedgerEntries"] != 1 || rows["Journal"] != 1 {
		t.Errorf("rows %v", rows)
	}
	if got := peak(); got > bound {
		t.Errorf("the heap held %d MiB at its peak, at most %d MiB are allowed", got>>20, bound>>20)
	} else {
		t.Logf("%d MB of XML, heap at most %d MiB", plain.n/1e6, got>>20)
	}
}

// watchHeap measures until peak is called: the most bytes the heap held, garbage included.
func watchHeap(t *testing.T) (peak func() uint64) {
	stop, result := make(chan struct{}), make(chan uint64)
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		var most uint64
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			metrics.Read(sample)
			most = max(most, sample[0].Value.Uint64())
			select {
			case <-stop:
				result <- most
				return
			case <-tick.C:
			}
		}
	}()
	done := false
	t.Cleanup(func() {
		if !done {
			close(stop)
			<-result
		}
	})
	return func() uint64 {
		done = true
		close(stop)
		return <-result
	}
}

// tokens is what encoding/xml takes by itself, for nothing.
func tokens(tb testing.TB, path string) {
	f, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	d := xml.NewDecoder(bufio.NewReaderSize(f, 64<<10))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			tb.Fatal(err)
		}
	}
}

func drain(tb testing.TB, s connectors.Source, table string) {
	for _, err := range s.Batches(tb.Context(), table) {
		if err != nil {
			tb.Fatal(err)
		}
	}
}

func ledgerFile(tb testing.TB, transactions int) string {
	path := filepath.Join(tb.TempDir(), "ledger.xml")
	var doc strings.Builder
	if err := writeLedger(&doc, transactions); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(doc.String()), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

// Reading a table may take 30 % longer than encoding/xml takes to cut the same bytes into tokens. It is several times
// faster, so the bound holds on a busy machine, too.
func TestFasterThanTokens(t *testing.T) {
	path := ledgerFile(t, 5_000)
	s := opened(t, path, connectors.Options{})
	best := func(do func()) time.Duration {
		var least time.Duration
		for range 3 {
			from := time.Now()
			do()
			if took := time.Since(from); least == 0 || took < least {
				least = took
			}
		}
		return least
	}
	bare, read := best(func() { tokens(t, path) }), best(func() { drain(t, s, "Line") })
	t.Logf("tokens %v, read %v", bare, read)
	if float64(read) > 1.3*float64(bare) {
		t.Errorf("reading took %v, encoding/xml's tokens %v", read, bare)
	}
}

func BenchmarkLedger(b *testing.B) {
	path := ledgerFile(b, 20_000)
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	run := func(name string, do func()) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(info.Size())
			for b.Loop() {
				do()
			}
		})
	}
	s := opened(b, path, connectors.Options{})
	run("tokens", func() { tokens(b, path) })
	run("open", func() { opened(b, path, connectors.Options{}) })
	run("transactions", func() { drain(b, s, "Transaction") })
	run("lines", func() { drain(b, s, "Line") })
	run("all", func() {
		for _, err := range s.(connectors.MultiTable).AllBatches(b.Context()) {
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}
