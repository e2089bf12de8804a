package pipeline_test

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/odootest"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/rollback"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// loaded is a world after its cutover, with what it held before and what it holds now.
func loaded(t *testing.T) (w *world, before, after map[string]int) {
	w = newWorld(t)
	before = w.counts()
	w.stage()
	if l, err := w.Cutover(t.Context(), quick); err != nil || !l.Clean() {
		t.Fatalf("cutover: %v", err)
	}
	return w, before, w.counts()
}

func (w *world) back(opt pipeline.UndoOptions) *pipeline.Undo {
	w.t.Helper()
	u, err := w.Rollback(w.t.Context(), opt)
	if err != nil || !u.Proven() {
		w.t.Fatalf("rollback %+v: %v, %+v", opt, err, u)
	}
	return u
}

// blocked wants a rollback that something stands in the way of, a dry run that says the same, and nothing changed.
func (w *world) blocked(opt pipeline.UndoOptions) []rollback.Blocker {
	w.t.Helper()
	held := w.counts()
	u, err := w.Rollback(w.t.Context(), opt)
	if !errors.Is(err, rollback.ErrBlocked) {
		w.t.Fatalf("rollback %+v: %v", opt, err)
	}
	opt.DryRun = true
	dry, err := w.Rollback(w.t.Context(), opt)
	if err != nil || !reflect.DeepEqual(dry.Result.Blockers, u.Result.Blockers) {
		w.t.Errorf("a dry run says %v, %+v, the rollback said %+v", err, dry.Result.Blockers, u.Result.Blockers)
	}
	if got := w.counts(); !maps.Equal(got, held) {
		w.t.Errorf("a blocked rollback changed %v into %v", held, got)
	}
	return u.Result.Blockers
}

// Parts of a run are undone one after the other, each without leaving anything that points at what is gone, and together
// they come to the whole.
func TestPartsOfARunAreUndone(t *testing.T) {
	w, before, after := loaded(t)

	// Customers have orders, contacts and addresses.
	in := w.blocked(pipeline.UndoOptions{Scope: rollback.Scope{Mappings: []string{"customers"}}})
	mappings := map[string]bool{}
	for _, b := range in {
		mappings[b.Mapping] = true
		if b.Kind != rollback.Dependent || !strings.Contains(b.Reason, "it points at ardent.cust_") || !strings.Contains(b.Remedy, "--with-dependents") {
			t.Fatalf("%+v", b)
		}
	}
	if !mappings["orders"] || !mappings["contacts"] || !mappings["delivery_addresses"] || mappings["products"] {
		t.Errorf("dependents are of %v", mappings)
	}

	// One customer, with all it has.
	u := w.back(pipeline.UndoOptions{Scope: rollback.Scope{Records: []string{"cust_10001"}, WithDependents: true}})
	now := w.counts()
	if u.Left == 0 || u.Planned["create"] < 2 || now["res.partner"] >= after["res.partner"] || now["res.partner"] <= before["res.partner"] || now["product.product"] != after["product.product"] {
		t.Errorf("planned %v, left %d, %v", u.Planned, u.Left, now)
	}

	// Lines go with their order, and not without it.
	line := w.blocked(pipeline.UndoOptions{Scope: rollback.Scope{Mappings: []string{"order_lines"}}})
	if !strings.Contains(line[0].Reason, "goes only with it") {
		t.Errorf("%+v", line[0])
	}
	orders := rollback.Scope{Mappings: []string{"orders"}}
	w.back(pipeline.UndoOptions{Scope: orders})
	if now = w.counts(); now["sale.order"] != before["sale.order"] || now["sale.order.line"] != before["sale.order.line"] || now["account.move"] != after["account.move"] {
		t.Errorf("after the orders %v", now)
	}
	if u := w.back(pipeline.UndoOptions{Scope: orders}); len(u.Planned) > 0 || !maps.Equal(w.counts(), now) {
		t.Errorf("the second time undid %v", u.Planned)
	}

	// What was undone can be loaded again, and is no business of the first run any more.
	if l, err := w.Delta(t.Context(), quick); err != nil || !l.Clean() || !maps.Equal(w.counts(), after) {
		t.Fatalf("delta: %v, %v", err, w.counts())
	}
	cutover := u.Of
	if in := w.blocked(pipeline.UndoOptions{Run: cutover}); in[0].Kind != rollback.Dependent || !strings.Contains(in[0].Remedy, "first") {
		t.Errorf("%+v", in[0])
	}
	w.back(pipeline.UndoOptions{})
	wave := w.highestWave(cutover)
	if u := w.back(pipeline.UndoOptions{Run: cutover, Scope: rollback.Scope{Waves: []int{wave}}}); len(u.Planned) == 0 {
		t.Errorf("wave %d has nothing", wave)
	}
	u = w.back(pipeline.UndoOptions{Run: cutover})
	if u.Left != 0 || len(u.Now.Records) == 0 || !maps.Equal(w.counts(), before) {
		t.Errorf("after the whole run: left %d, %v", u.Left, w.counts())
	}
}

func (w *world) highestWave(runID int64) int {
	w.t.Helper()
	changes, err := w.Store.Changes(w.t.Context(), runID)
	if err != nil {
		w.t.Fatal(err)
	}
	wave := 0
	for _, c := range changes {
		if c.UndoneAt == nil {
			wave = max(wave, c.Wave)
		}
	}
	return wave
}

// A part that was cut off goes on as that part, and holds up others until it is done.
func TestCutPartGoesOnAsThatPart(t *testing.T) {
	w, _, after := loaded(t)
	orders := rollback.Scope{Mappings: []string{"orders"}}
	w.double.Inject(odootest.Rule{Model: "sale.order", Method: "unlink", Kind: odootest.LostReply})
	if _, err := w.Rollback(t.Context(), pipeline.UndoOptions{Scope: orders}); err == nil {
		t.Fatal("a rollback without an answer succeeded")
	}
	w.double.Heal()
	if _, err := w.Rollback(t.Context(), pipeline.UndoOptions{Scope: rollback.Scope{Mappings: []string{"products"}}}); err == nil || !strings.Contains(err.Error(), "(orders) was not finished") {
		t.Errorf("another part: %v", err)
	}
	u := w.back(pipeline.UndoOptions{})
	if now := w.counts(); !u.Scope.Equal(orders) || now["sale.order"] != 0 || now["res.partner"] != after["res.partner"] {
		t.Errorf("scope %+v, %v", u.Scope, now)
	}
}

// What is undone of a run that is still to be resumed would be loaded again, or not, as it happens.
func TestPartOfAnUnfinishedRun(t *testing.T) {
	w := newWorld(t)
	w.staged(pipeline.StageOptions{})
	w.double.Inject(odootest.Rule{Model: "sale.order", Method: "load", Kind: odootest.Status, Status: 503, Times: 1 << 20})
	opt := quick
	opt.Patience = 50 * time.Millisecond
	l, err := w.Cutover(t.Context(), opt)
	if !pipeline.Interrupted(err) {
		t.Fatal(err)
	}
	part := pipeline.UndoOptions{Scope: rollback.Scope{Mappings: []string{"products"}}}
	loaded := w.counts()
	if _, err := w.Rollback(t.Context(), part); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("run %d was not finished", l.Run)) || !maps.Equal(w.counts(), loaded) {
		t.Errorf("a part: %v", err)
	}
	w.double.Heal()
	opt.Resume = true
	if l, err := w.Cutover(t.Context(), opt); err != nil || !l.Clean() {
		t.Fatal(err)
	}
	part.Scope.WithDependents = true
	if u := w.back(part); len(u.Planned) == 0 {
		t.Error("nothing of the finished run was undone")
	}
}

func TestPartsThatARunDoesNotHave(t *testing.T) {
	w, _, after := loaded(t)
	for want, s := range map[string]rollback.Scope{
		`changed nothing of mapping "custmers"`: {Mappings: []string{"custmers"}},
		"changed nothing in wave 99":            {Waves: []int{99}},
		"did not change ardent.nobody":          {Records: []string{"nobody"}},
	} {
		if _, err := w.Rollback(t.Context(), pipeline.UndoOptions{Scope: s}); !errors.Is(err, rollback.ErrScope) || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %s", s, err, want)
		}
	}
	if runs, err := w.Store.Runs(t.Context()); err != nil || runs[0].Kind != "rollback" || runs[0].State != run.Failed || !maps.Equal(w.counts(), after) {
		t.Errorf("%v %+v", err, runs[0])
	}
}
