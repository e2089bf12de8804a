package pipeline_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/odootest"
	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/gate"
)

// newWeekend is a world with a production, a neutralised copy of it to rehearse in, and a window around now.
func newWeekend(t *testing.T) (*world, *odootest.Server) {
	w := newWorld(t)
	copied := odootest.New(odootest.Options{})
	if err := copied.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = copied.Close() })
	now := time.Now().UTC()
	w.sub("migrate.yaml", "targets:\n", "cutover: {frozen: {by: B. Lead, at: 2026-01-02}, margin_minutes: 5, window: {from: \""+now.Add(-time.Hour).Format("2006-01-02 15:04Z")+"\", until: \""+
		now.Add(12*time.Hour).Format("2006-01-02 15:04Z")+"\"}}\ntargets:\n  copy:\n    url: "+copied.URL()+"\n    database: odoo\n    user: admin\n    password: {env: ODOO_PASSWORD}\n    role: rehearsal\n")
	w.sub("migrate.yaml", "  production: {", "  production: {role: production, ")
	w.reopen()
	return w, copied
}

func (w *world) neutralise(target string) {
	w.t.Helper()
	c, err := w.Connect(w.t.Context(), target)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := c.Create(w.t.Context(), "ir.config_parameter", []map[string]any{{"key": "database.is_neutralized", "value": "True"}}); err != nil {
		w.t.Fatal(err)
	}
}

// closed are the gates that a cutover found closed, with their evidence.
func (w *world) closed(opt pipeline.LoadOptions) map[string]string {
	w.t.Helper()
	opt.Pause = time.Millisecond
	l, err := w.Cutover(w.t.Context(), opt)
	if l == nil || len(l.Gates) == 0 {
		w.t.Fatal(err)
	}
	out := map[string]string{}
	for _, g := range gate.Closed(l.Gates) {
		out[g.Name] = g.Evidence
	}
	if (err == nil) != (len(out) == 0) {
		w.t.Fatalf("closed %v, %v", out, err)
	}
	return out
}

func attestation() project.Backup {
	return project.Backup{Attested: "A. Admin", At: time.Now().Add(-2 * time.Hour), Restore: 20 * time.Minute}
}

func TestWeekendIsRehearsedFirst(t *testing.T) {
	w, _ := newWeekend(t)
	w.staged(pipeline.StageOptions{Target: "copy"})
	if closed := w.closed(pipeline.LoadOptions{Target: "copy"}); len(closed) != 1 || closed["neutralised"] == "" {
		t.Errorf("a copy that is not neutralised: %v", closed)
	}
	w.neutralise("copy")

	// Nothing was rehearsed and nothing is said: every gate of the weekend but those of the machines is closed.
	w.staged(pipeline.StageOptions{Target: "production"})
	closed := w.closed(pipeline.LoadOptions{Target: "production", AcceptRestoreOnly: true})
	for _, name := range []string{"production", "rehearsal", "parity", "backup", "window"} {
		if closed[name] == "" {
			t.Errorf("%s is open", name)
		}
		delete(closed, name)
	}
	if len(closed) > 0 {
		t.Errorf("closed as well: %v", closed)
	}

	// The rehearsal, and the way back from it, which is measured, too.
	w.staged(pipeline.StageOptions{Target: "copy"})
	if closed := w.closed(pipeline.LoadOptions{Target: "copy", AcceptRestoreOnly: true}); len(closed) > 0 {
		t.Fatalf("rehearsal: %v", closed)
	}
	if _, err := w.Rollback(t.Context(), pipeline.UndoOptions{Target: "copy"}); err != nil {
		t.Fatal(err)
	}
	s := w.staged(pipeline.StageOptions{Target: "production"})
	f := s.Forecast
	if f == nil || f.Seconds <= 0 || len(f.Unmeasured) > 0 || f.BackBy == "" || !f.PointOfNoReturn.Before(f.Deadline) || f.Verdict() != "" {
		t.Fatalf("forecast %+v: %s", f, f.Verdict())
	}
	opt := pipeline.LoadOptions{Target: "production", Production: "elsewhere", Backup: attestation(), AcceptRestoreOnly: true}
	if closed := w.closed(opt); len(closed) != 1 || !strings.Contains(closed["production"], `"elsewhere" was typed`) {
		t.Errorf("another name: %v", closed)
	}
	opt.Production = w.Project.Targets["production"].Database
	old := opt
	old.Backup.At = time.Now().Add(-25 * time.Hour)
	if closed := w.closed(old); len(closed) != 1 || !strings.Contains(closed["backup"], "more than a day ago") {
		t.Errorf("an old backup: %v", closed)
	}

	// Somebody works in production, and somebody sets it up differently.
	c, err := w.Connect(t.Context(), "production")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Create(t.Context(), "res.partner", []map[string]any{{"name": "Walk-in"}}); err != nil {
		t.Fatal(err)
	}
	rows, err := c.SearchRead(t.Context(), "decimal.precision", nil, []string{"id"}, 1)
	if err != nil || len(rows) == 0 {
		t.Fatal(rows, err)
	}
	id, err := rows[0]["id"].(interface{ Int64() (int64, error) }).Int64()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Write(t.Context(), "decimal.precision", []int64{id}, map[string]any{"digits": 6}); err != nil {
		t.Fatal(err)
	}
	if closed := w.closed(opt); len(closed) != 2 || !strings.Contains(closed["unchanged"], "res.partner had") || !strings.Contains(closed["parity"], "decimal precision") {
		t.Errorf("a changed production: %v", closed)
	}
	opt.Overrides = []gate.Override{{Gate: "unchanged", By: "B. Lead", Reason: "the walk-in customer"}, {Gate: "parity", By: "B. Lead", Reason: "agreed"}}
	if closed := w.closed(opt); len(closed) > 0 {
		t.Errorf("production: %v", closed)
	}
}

func TestComparedTargets(t *testing.T) {
	w, _ := newWeekend(t)
	c, err := w.CompareTargets(t.Context(), "copy", "production")
	if err != nil || len(c.Differences) > 0 || c.Compared["modules"] == 0 || c.Compared["taxes"] == 0 || !slices.Contains(c.Absent, "automations") {
		t.Errorf("%+v %v", c, err)
	}
}

// exporter writes to a file once all of them are landed.
type exporter struct{ write func() }

func (exporter) Phase(string, int64)   {}
func (exporter) Advance(string, int64) {}
func (e exporter) Done(name string) {
	if name == "land" {
		e.write()
	}
}

func TestWhoeverStillExportsIsFoundOut(t *testing.T) {
	w, _ := newWeekend(t)
	w.staged(pipeline.StageOptions{Target: "production"})
	opt := w.options(nil)
	path := filepath.Join(w.dir, "exports", "customers.csv")
	opt.Progress = exporter{func() {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
		}
		if err := os.WriteFile(path, append(b, '\n'), 0o644); err != nil {
			t.Error(err)
		}
	}}
	_ = w.Close()
	var err error
	if w.Pipeline, err = pipeline.Open(t.Context(), opt); err != nil {
		t.Fatal(err)
	}
	closed := w.closed(pipeline.LoadOptions{Target: "production", AcceptRestoreOnly: true})
	if closed["frozen"] != "changed while they were read: customers" {
		t.Errorf("%v", closed)
	}
}
