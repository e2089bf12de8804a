package pipeline_test

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/odootest"
	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// cut loads until a call is lost for good.
func (w *world) cut(model string, nth int, resume bool) {
	w.t.Helper()
	hasty := quick
	hasty.Patience, hasty.Resume, hasty.BatchRecords = time.Nanosecond, resume, 20
	w.double.Inject(odootest.Rule{Model: model, Method: "load", Nth: nth, Kind: odootest.Dropped, Times: 100})
	_, err := w.Cutover(w.t.Context(), hasty)
	w.double.Heal()
	if !pipeline.Interrupted(err) {
		w.t.Fatalf("the load of %s was not cut off: %v", model, err)
	}
}

// refused wants a load to stop at the database that is not the ledger's, and the user to be sent to resync.
func (w *world) refused(opt pipeline.LoadOptions) {
	w.t.Helper()
	before := w.counts()
	_, err := w.Cutover(w.t.Context(), opt)
	if !errors.Is(err, pipeline.ErrGates) || !strings.Contains(err.Error(), "restored or copied") || !strings.Contains(advised(err), "migrate resync") {
		w.t.Errorf("a load into a restored database: %v; %s", err, advised(err))
	}
	if got := w.counts(); !maps.Equal(got, before) {
		w.t.Errorf("a closed gate let something through: %v, before %v", got, before)
	}
}

// A database that is put back to the middle of a load is recognised; after a resync the load goes on, completes without a
// record twice or missing, and can be undone.
func TestResyncInTheMiddleOfALoad(t *testing.T) {
	undisturbed := newWorld(t)
	undisturbed.stage()
	calm, err := undisturbed.Cutover(t.Context(), quick)
	if err != nil || !calm.Clean() {
		t.Fatalf("undisturbed: %v", err)
	}
	for _, at := range []struct {
		model string
		nth   int
		later string
		after int
	}{{"res.partner", 3, "sale.order", 2}, {"product.product", 2, "sale.order", 1}} {
		t.Run(at.model, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			empty := w.counts()
			w.stage()
			w.cut(at.model, at.nth, false)
			dump := w.double.Backup()
			w.cut(at.later, at.after, true)
			w.double.Restore(dump)
			again := quick
			again.Resume = true
			w.refused(again)
			r, err := w.Resync(t.Context(), pipeline.ResyncOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if r.Entries == 0 || r.Lost == 0 || r.Gone+r.Adopted == 0 {
				t.Errorf("resync: %+v", r)
			}
			if _, err := w.Resync(t.Context(), pipeline.ResyncOptions{}); err == nil || !strings.Contains(err.Error(), "nothing to rebuild") {
				t.Errorf("a second resync: %v", err)
			}
			l, err := w.Cutover(t.Context(), again)
			if err != nil || !l.Clean() {
				t.Fatalf("resume: %v", err)
			}
			if got := roots(l); !maps.Equal(got, roots(calm)) {
				t.Errorf("roots %v, want %v", got, roots(calm))
			}
			if got := w.counts(); !maps.Equal(got, undisturbed.counts()) {
				t.Errorf("the server holds %v, undisturbed %v", got, undisturbed.counts())
			}
			u, err := w.Rollback(t.Context(), pipeline.UndoOptions{})
			if err != nil || !u.Proven() || !maps.Equal(w.counts(), empty) {
				t.Errorf("rollback: %v; the server holds %v, before %v", err, w.counts(), empty)
			}
			w.logged(r.Run)
		})
	}
}

// logged wants the counts of a resync in the event log, and the log whole.
func (w *world) logged(runID int64) {
	w.t.Helper()
	events, err := w.Store.Events(w.t.Context(), runID)
	if err != nil {
		w.t.Fatal(err)
	}
	said := ""
	for _, e := range events {
		if e.Kind == "resync" {
			said = string(e.Data)
		}
	}
	if !strings.Contains(said, `"changes_lost"`) {
		w.t.Errorf("the event log says %q of the resync", said)
	}
	if err := w.Store.CheckEvents(w.t.Context()); err != nil {
		w.t.Error(err)
	}
}

// A database from before a delta gets the delta again: what it created, updated, archived and deleted is as it was, and
// both runs can be undone.
func TestResyncBeforeADelta(t *testing.T) {
	w := newWorld(t)
	empty := w.counts()
	w.stage()
	if l, err := w.Cutover(t.Context(), quick); err != nil || !l.Clean() {
		t.Fatalf("cutover: %v", err)
	}
	loaded, dump := w.counts(), w.double.Backup()
	w.export("export2")
	once, err := w.Delta(t.Context(), quick)
	if err != nil || !once.Clean() {
		t.Fatalf("delta: %v", err)
	}
	want := w.counts()
	w.double.Restore(dump)
	r, err := w.Resync(t.Context(), pipeline.ResyncOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Gone == 0 || r.Reread == 0 || r.Adopted == 0 || r.Archived == 0 || r.LostByRun[once.Run] != r.Lost {
		t.Errorf("resync: %+v", r)
	}
	if left, err := w.Store.ChangesLeft(t.Context(), once.Run); err != nil || left > 0 {
		t.Errorf("%d changes of the delta are believed to be in a database from before it, %v", left, err)
	}
	again, err := w.Delta(t.Context(), quick)
	if err != nil || !again.Clean() {
		t.Fatalf("delta again: %v", err)
	}
	if !maps.Equal(roots(again), roots(once)) || !maps.Equal(w.counts(), want) {
		t.Errorf("roots %v, want %v; the server holds %v, want %v", roots(again), roots(once), w.counts(), want)
	}
	for _, back := range []map[string]int{loaded, empty} {
		u, err := w.Rollback(t.Context(), pipeline.UndoOptions{})
		if err != nil || !u.Proven() || !maps.Equal(w.counts(), back) {
			if u != nil && u.Result != nil {
				t.Errorf("in the way: %+v", u.Result.Blockers)
			}
			t.Errorf("rollback: %v, %+v; the server holds %v, before %v", err, u, w.counts(), back)
		}
	}
}

// The ledger of a production is rebuilt for who types its name.
func TestResyncOfProductionIsConfirmed(t *testing.T) {
	w := newWorld(t)
	target := w.Project.Targets["odoo"]
	for name, one := range w.Project.Targets {
		target = one
		target.Role = project.Production
		w.Project.Targets[name] = target
	}
	for _, name := range []string{"", "elsewhere"} {
		if _, err := w.Resync(t.Context(), pipeline.ResyncOptions{Production: name}); err == nil || !strings.Contains(err.Error(), "typed") || !strings.Contains(advised(err), "--production") {
			t.Errorf("typed %q: %v", name, err)
		}
	}
	if _, err := w.Resync(t.Context(), pipeline.ResyncOptions{Production: target.Database}); err == nil || !strings.Contains(err.Error(), "nothing to rebuild") {
		t.Errorf("typed right: %v", err)
	}
}

// advised is what an error tells its reader to do.
func advised(err error) string {
	var a *record.Advice
	if !errors.As(err, &a) {
		return ""
	}
	return a.Remedy
}
