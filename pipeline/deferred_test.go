package pipeline_test

import (
	"slices"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

// A record that a delta puts off keeps it from being complete, until it is accepted by name.
func TestDeferredIsAcceptedOneByOne(t *testing.T) {
	w := newMoss(t)
	w.stage()
	if l, err := w.Cutover(t.Context(), quick); err != nil || !l.Complete() || l.Deferral != nil {
		t.Fatalf("%v %+v", err, l)
	}
	// A damaged row of a joined table keeps what is gone from being removed.
	w.sub("mappings/partners.yaml", "many: first", "many: first, missing: exclude")
	w.sub("exports/addresses.csv", "F7;P;1 rue", "F7;P;1;rue")
	l, err := w.Delta(t.Context(), open())
	if err != nil {
		t.Fatal(err)
	}
	if l.Deferral == nil || l.Deferral.Records < 2 || !slices.Contains(l.Deferral.First, "partners cust_F7") || l.Complete() {
		t.Fatalf("deferred %+v", l.Deferral)
	}
	all := l.Deferral.First
	accept := func(ids []string) *pipeline.Load {
		text := "accepted:\n"
		for _, id := range ids {
			text += "  - {record: " + id[len("partners "):] + ", reason: known, by: A. Owner}\n"
		}
		w.sub("migrate.yaml", "sources:\n", text+"sources:\n")
		w.reopen()
		l, err := w.Delta(t.Context(), open())
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	if l = accept(all[:1]); l.Deferral == nil || !slices.Equal(l.Deferral.First, all[1:]) || l.Complete() {
		t.Errorf("one accepted: %+v", l.Deferral)
	}
	w.sub("migrate.yaml", "accepted:\n  - {record: "+all[0][len("partners "):]+", reason: known, by: A. Owner}\n", "")
	if l = accept(all); l.Deferral != nil || !l.Complete() {
		t.Errorf("all accepted: %+v", l.Deferral)
	}
}
