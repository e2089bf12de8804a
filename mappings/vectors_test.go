package mappings

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// TestCanonicalFormOfCells runs the vectors of docs/checksum-vectors.json from their beginning: the cell of a source row
// gives the value that the other tests of the vectors go on with.
func TestCanonicalFormOfCells(t *testing.T) {
	b, err := os.ReadFile("../docs/checksum-vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors struct {
		Values []struct {
			About  string
			Source *struct{ Rule, Cell string }
			Mapped [2]string
		}
	}
	if err := json.Unmarshal(b, &vectors); err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, v := range vectors.Values {
		if v.Source == nil {
			continue
		}
		ran++
		p := one(t, v.Source.Rule, Env{Columns: map[string][]string{"s": {"ID", "A"}, "o": {"X", "Y"}}})
		r := p.Apply(&record.Batch{Table: "s", Columns: []string{"ID", "A"}, Rows: []record.Row{{Pos: record.Pos{Row: 1}, Cells: []string{"1", v.Source.Cell}}}})
		if len(r.Records) != 1 {
			t.Errorf("%s: no record of %q", v.About, v.Source.Cell)
			continue
		}
		got := r.Records[0].Get("f")
		if pair := [2]string{got.Kind().String(), got.Text()}; pair != v.Mapped {
			t.Errorf("%s: %q is %q, want %q", v.About, v.Source.Cell, pair, v.Mapped)
		}
	}
	if ran < 25 {
		t.Errorf("only %d vectors begin with a cell", ran)
	}
}
