package profile_test

import (
	"fmt"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// wide makes n rows of 12 columns: a key, a reference, dates, amounts, words and texts that differ from row to row.
func wide(n int) *fake {
	f := &fake{table: connectors.Table{Name: "wide", Format: "csv"}, size: 8_000}
	for i := range 12 {
		f.table.Columns = append(f.table.Columns, fmt.Sprintf("column_%d", i))
	}
	for i := range n {
		f.rows = append(f.rows, record.Row{Pos: record.Pos{Row: int64(i + 1), Line: int64(i + 2)}, Cells: []string{
			fmt.Sprintf("%d", 1_000_000+i), fmt.Sprintf("C%05d", i%20_000), fmt.Sprintf("2024-%02d-%02d", i%12+1, i%28+1),
			fmt.Sprintf("%d.%02d", i%50_000, i%100), fmt.Sprintf("%d", i%50), "EUR", "", []string{"open", "done", "cancelled"}[i%3],
			fmt.Sprintf("Customer %d of %d", i, n), fmt.Sprintf("%d,%02d", i%900, i%100), "NULL", []string{"Y", "N"}[i%2]}})
	}
	return f
}

func BenchmarkRun(b *testing.B) {
	const rows = 200_000
	f := wide(rows)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := profile.Run(b.Context(), []profile.Input{{Name: "wide", Source: f}}, profile.Options{Now: now}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
