package pipeline_test

import (
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/odootest"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

// A load into a copy is one command: staged, loaded, read back, undone, proven. Production's gates and forecast rest on it.
func TestRehearsedLoad(t *testing.T) {
	w, copied := newWeekend(t)
	opt := pipeline.LoadOptions{Pause: time.Millisecond}
	rehearse := func(o pipeline.StageOptions) (*pipeline.LoadRehearsal, error) {
		return w.RehearseLoad(t.Context(), o, opt)
	}
	if _, err := rehearse(pipeline.StageOptions{Target: "production", Rehearse: pipeline.RehearseOptions{Production: "odoo"}}); err == nil || !strings.Contains(err.Error(), "production is production") {
		t.Errorf("production: %v", err)
	}
	if _, err := rehearse(pipeline.StageOptions{Target: "copy"}); err == nil || !strings.Contains(err.Error(), "copy is not neutralised") {
		t.Errorf("a copy that is not neutralised: %v", err)
	}
	w.neutralise("copy")
	partners, moves := copied.Count("res.partner"), copied.Count("account.move")
	w.put("exports/faces.csv", "No,Name,Face\n1,Ada,\n2,Bob,aGVsbG8=\n3,Cid,\n")
	w.sub("migrate.yaml", "sources:\n", "sources:\n  faces: {file: exports/faces.csv, key: [No]}\n")
	w.put("mappings/faces.yaml", "mapping: faces\nmodel: res.partner\nfrom: faces\nid: face_{No}\nfields: {name: Name, image_1920: {from: Face, as: binary}}\n")
	w.reopen()
	r, err := rehearse(pipeline.StageOptions{Target: "copy"})
	if err != nil {
		t.Fatal(err)
	}
	if !r.Sound() || r.Complete() || r.Refused != 1 || len(r.Missed) != 1 || r.Missed[0].Record != "ardent.face_2" {
		t.Errorf("sound %v, complete %v, refused %d: %+v", r.Sound(), r.Complete(), r.Refused, r.Missed)
	}
	if r.Undo.Of != r.Load.Run || r.Seconds["load"] <= 0 || r.Seconds["undo"] <= 0 {
		t.Errorf("undone %d of %d, %v", r.Undo.Of, r.Load.Run, r.Seconds)
	}
	if got := copied.Count("res.partner"); got != partners || copied.Count("account.move") != moves {
		t.Errorf("%d partners are left, %d before", got, partners)
	}

	// Mended, it is whole; and again, since what is undone can be loaded.
	w.put("exports/faces.csv", "No,Name,Face\n1,Ada,\n3,Cid,\n")
	if r, err = rehearse(pipeline.StageOptions{Target: "copy"}); err != nil || !r.Sound() || !r.Complete() {
		t.Fatalf("%+v %v", r, err)
	}
	s := w.staged(pipeline.StageOptions{Target: "production"})
	if f := s.Forecast; f == nil || f.Seconds <= 0 || len(f.Unmeasured) > 0 || f.BackBy == "" {
		t.Errorf("forecast %+v", f)
	}
	closed := w.closed(pipeline.LoadOptions{Target: "production", AcceptRestoreOnly: true})
	if closed["rehearsal"] != "" {
		t.Errorf("the gate is closed: %s", closed["rehearsal"])
	}
}

// A load that cannot be undone is not sound; what there is of it is told, and it can be undone by hand.
func TestRehearsedLoadThatStays(t *testing.T) {
	w, copied := newWeekend(t)
	w.neutralise("copy")
	copied.Inject(odootest.Rule{Model: "sale.order", Method: "unlink", Kind: odootest.Status, Status: 500, Times: 1000})
	r, err := w.RehearseLoad(t.Context(), pipeline.StageOptions{Target: "copy"}, pipeline.LoadOptions{Pause: time.Millisecond, Patience: time.Second})
	if err == nil && (r == nil || r.Sound()) {
		t.Fatalf("a load that cannot be undone is sound: %+v", r.Undo)
	}
	if r == nil || r.Load == nil || !r.Load.Clean() {
		t.Fatalf("%+v", r)
	}
	copied.Heal()
	if u, err := w.Rollback(t.Context(), pipeline.UndoOptions{Target: "copy"}); err != nil || !u.Proven() {
		t.Errorf("rolled back by hand: %+v %v", u, err)
	}
}
