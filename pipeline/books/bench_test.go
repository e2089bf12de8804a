package books_test

import (
	"fmt"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/pipeline/books"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// bigJournal is a journal of entries of two lines each.
func bigJournal(entries int) *fake {
	f := &fake{table: connectors.Table{Name: "journal", Format: "csv", Columns: []string{"Journal", "EntryNo", "PostingDate", "Account", "Debit", "Credit"}}}
	for i := range entries {
		number, date, value := fmt.Sprintf("E%07d", i), fmt.Sprintf("2024-%02d-%02d", i%12+1, i%28+1), fmt.Sprintf("%d.%02d", i%9999, i%100)
		for k := range 2 {
			cells := []string{"GL", number, date, "1000", value, ""}
			if k == 1 {
				cells = []string{"GL", number, date, "2000", "", value}
			}
			f.rows = append(f.rows, record.Row{Pos: record.Pos{Row: int64(2*i + k + 1), Line: int64(2*i + k + 2)}, Cells: cells})
		}
	}
	return f
}

func BenchmarkJournal(b *testing.B) {
	const entries = 500_000
	f := bigJournal(entries)
	in := []profile.Input{{Name: "journal", Source: f}}
	r, err := profile.Run(b.Context(), in, profile.Options{Now: now})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		got, err := books.Run(b.Context(), r, in, books.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if len(got.Books) != 1 || got.Books[0].Entries != entries || got.Books[0].Unbalanced != 0 {
			b.Fatalf("%+v", got.Books)
		}
	}
	b.ReportMetric(float64(2*entries*b.N)/b.Elapsed().Seconds(), "rows/s")
}
