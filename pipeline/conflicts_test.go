package pipeline_test

import (
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// A city that the source and somebody in Odoo both changed: left and named, or settled as the mapping says. What a
// rollback undoes of it brings people's value back.
func TestConflictPolicies(t *testing.T) {
	for _, tt := range []struct {
		policy, rule, class, city string
	}{
		{"", "delta.conflict", run.Conflict, "People's"},
		{"conflicts: odoo\n", "delta.odoo_kept", run.Unchanged, "People's"},
		{"conflicts: source\n", "delta.source_kept", run.Updated, "Source's"},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			w := newWorld(t)
			w.sub("mappings/customers.yaml", "fields:\n", tt.policy+"fields:\n")
			w.stage()
			if _, err := w.Cutover(t.Context(), quick); err != nil {
				t.Fatal(err)
			}
			city := w.cityOf("cust_10001", "")
			w.cityOf("cust_10001", "People's")
			w.sub("exports/customers.csv", ";"+city+";", ";Source's;")
			l, err := w.Delta(t.Context(), open())
			if err != nil {
				t.Fatal(err)
			}
			named := false
			for _, f := range l.Findings {
				named = named || f.Rule == tt.rule && strings.Contains(f.Message, "city")
			}
			if !named || l.Records["customers"][tt.class] == 0 || len(l.Balance) > 0 {
				t.Errorf("findings %+v, records %v, unbalanced %v", l.Findings, l.Records["customers"], l.Balance)
			}
			if got := w.cityOf("cust_10001", ""); got != tt.city {
				t.Errorf("city %q, want %q", got, tt.city)
			}
			if tt.class != run.Updated {
				return // the delta wrote nothing: there is nothing of it to undo
			}
			if u, err := w.Rollback(t.Context(), pipeline.UndoOptions{}); err != nil || !u.Proven() {
				t.Fatalf("rollback: %v, %+v", err, u)
			}
			if got := w.cityOf("cust_10001", ""); got != "People's" {
				t.Errorf("after the rollback: city %q", got)
			}
		})
	}
}

// cityOf is the city of a partner by its external id; before that it is set, where set says to what.
func (w *world) cityOf(name, set string) string {
	w.t.Helper()
	c, err := w.Connect(w.t.Context(), "")
	if err != nil {
		w.t.Fatal(err)
	}
	there, err := c.XMLIDs(w.t.Context(), "ardent", []string{name})
	if err != nil {
		w.t.Fatal(err)
	}
	ids := []int64{there[name].ResID}
	if set != "" {
		if err := c.Write(w.t.Context(), "res.partner", ids, map[string]any{"city": set}); err != nil {
			w.t.Fatal(err)
		}
	}
	return w.partnerField(name, "city")
}

func (w *world) partnerField(name, field string) string {
	w.t.Helper()
	c, err := w.Connect(w.t.Context(), "")
	if err != nil {
		w.t.Fatal(err)
	}
	there, err := c.XMLIDs(w.t.Context(), "ardent", []string{name})
	if err != nil {
		w.t.Fatal(err)
	}
	rows, err := c.Read(w.t.Context(), "res.partner", []int64{there[name].ResID}, []string{field})
	if err != nil || len(rows) != 1 {
		w.t.Fatalf("%s: %v, %v", name, rows, err)
	}
	text, _ := rows[0][field].(string)
	return text
}
