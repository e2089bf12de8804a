package profile_test

import (
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// What migrate.yaml says of numbers and dates decides where the values alone do not, and is no longer asked about.
func TestPinnedStyle(t *testing.T) {
	f := &fake{table: connectors.Table{Name: "orders", Format: "csv", Columns: []string{"amount", "day"}}}
	for i, cells := range [][]string{{"1.234", "01/02/2020"}, {"2.500", "03/04/2020"}, {"7.125", "05/06/2020"}} {
		f.rows = append(f.rows, record.Row{Pos: record.Pos{Row: int64(i + 1)}, Cells: cells})
	}
	for _, tt := range []struct {
		in               profile.Input
		sum, layout      string
		numbers, ordered bool // asked about
	}{
		{profile.Input{}, "10.859", "dd/MM/yyyy", true, true},
		{profile.Input{Point: ","}, "10859", "dd/MM/yyyy", false, true},
		{profile.Input{Point: ".", Dates: []string{"MM/dd/yyyy", "yyyyMMdd"}}, "10.859", "MM/dd/yyyy", false, false},
	} {
		tt.in.Name, tt.in.Source = "orders", f
		r, err := profile.Run(t.Context(), []profile.Input{tt.in}, profile.Options{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		amount, day := r.Sources[0].Columns[0], r.Sources[0].Columns[1]
		if amount.Sum != tt.sum || day.Layout != tt.layout {
			t.Errorf("%+v: sum %s, layout %s", tt.in, amount.Sum, day.Layout)
		}
		asked := map[string]bool{}
		for _, f := range r.Findings {
			asked[f.Rule] = true
		}
		if asked["column.number_ambiguous"] != tt.numbers || asked["column.date_ambiguous"] != tt.ordered {
			t.Errorf("%+v: %v", tt.in, asked)
		}
	}
}
