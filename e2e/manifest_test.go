//go:build odoo

package e2e

import (
	"strconv"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

// With the staging database gone, a delta and its cutover are undone by their files, and nothing of them is left: not even
// the mark.
func TestRollbackByManifestsAlone(t *testing.T) {
	s := fresh(t)
	f := demoCompany(t, s)
	untouched := s.fingerprint(t)
	migrate[pipeline.Stage](t, f, done, "stage")
	cut := migrate[pipeline.Load](t, f, done, "cutover")
	f.export(t, "export2")
	del := migrate[pipeline.Load](t, f, done, "delta")
	p := f.opened(t)
	if err := p.Store.Drop(t.Context()); err != nil {
		t.Fatal(err)
	}
	_ = p.Close()

	for _, l := range []pipeline.Load{del, cut} {
		u := migrate[pipeline.Undo](t, f, done, "rollback", "--manifest", l.Manifest.Path, "--sha256", l.Manifest.SHA256)
		if !u.Proven() || u.Of != l.Run || u.Manifest != l.Manifest.SHA256 || u.Left != 0 {
			t.Errorf("rollback by the file of run %d: %+v", l.Run, u)
		}
	}
	s.sameAs(t, "after both files", untouched)
	if left := s.column(t, "select key from ir_config_parameter where key like 'migrate.epoch.%'"); len(left) > 0 {
		t.Errorf("the mark is still there: %v", left)
	}
}

// A run is undone in parts: what the lines go with first, then what a customer has, then the rest.
func TestRollbackInParts(t *testing.T) {
	s := fresh(t)
	f := demoCompany(t, s)
	untouched := s.fingerprint(t)
	migrate[pipeline.Stage](t, f, done, "stage")
	cut := migrate[pipeline.Load](t, f, done, "cutover")
	run := strconv.FormatInt(cut.Run, 10)
	before := s.fingerprint(t)
	blocked := migrate[pipeline.Undo](t, f, findings, "rollback", run, "--mapping", "customers")
	if len(blocked.Result.Blockers) == 0 {
		t.Error("customers went from under their orders")
	}
	s.sameAs(t, "after a part that was blocked", before)
	migrate[pipeline.Undo](t, f, done, "rollback", run, "--records", "cust_10001", "--with-dependents")
	migrate[pipeline.Undo](t, f, done, "rollback", run, "--mapping", "orders")
	if left := s.column(t, "select name from sale_order where id in (select res_id from ir_model_data where module = 'ardent' and model = 'sale.order')"); len(left) > 0 {
		t.Errorf("orders are still there: %v", left)
	}
	if u := migrate[pipeline.Undo](t, f, done, "rollback", run); !u.Proven() || u.Left != 0 {
		t.Errorf("the rest: %+v", u)
	}
	s.sameAs(t, "after all parts", untouched)
}
