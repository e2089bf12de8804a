package pipeline_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/odootest"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/gate"
)

// atWork counts the records of a model that are active.
func (w *world) atWork(model string) int {
	w.t.Helper()
	c, err := w.Connect(w.t.Context(), "")
	if err != nil {
		w.t.Fatal(err)
	}
	n, err := c.Count(w.t.Context(), model, []any{[]any{"active", "=", true}})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w *world) mailServer() {
	w.t.Helper()
	c, err := w.Connect(w.t.Context(), "")
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := c.Create(w.t.Context(), "ir.mail_server", []map[string]any{{"name": "Outgoing", "smtp_host": "mail.example.com"}}); err != nil {
		w.t.Fatal(err)
	}
}

func TestPausedForTheLoad(t *testing.T) {
	w := newWorld(t)
	w.sub("migrate.yaml", "targets:\n", "cutover: {pause: [cron, mail], keep_running: [base.autovacuum_job]}\ntargets:\n")
	w.reopen()
	w.mailServer()
	jobs := w.atWork("ir.cron")
	w.staged(pipeline.StageOptions{})
	opt := pipeline.LoadOptions{AcceptRestoreOnly: true, Pause: time.Millisecond}
	w.double.Inject(odootest.Rule{Model: "res.partner", Method: "load", Kind: odootest.Delay, Delay: time.Second})
	during := make(chan [2]int)
	go func() {
		for w.double.Calls("res.partner", "load") == 0 && t.Context().Err() == nil {
			time.Sleep(time.Millisecond)
		}
		during <- [2]int{w.atWork("ir.cron"), w.atWork("ir.mail_server")}
	}()
	l, err := w.Cutover(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	if at := <-during; at != [2]int{1, 0} {
		t.Errorf("while loading %v scheduled actions and mail servers were on", at)
	}
	if p := l.Paused; p == nil || len(p.Off) != jobs || len(p.On) != jobs || len(p.Left) != 0 || !l.Clean() {
		t.Errorf("%+v", p)
	}
	if w.atWork("ir.cron") != jobs || w.atWork("ir.mail_server") != 1 {
		t.Error("not everything is on again")
	}
	if list, err := w.Store.Paused(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("still on the list: %v %v", list, err)
	}
}

// A run that is killed cannot switch anything on; the next command that may, does.
func TestPausedByARunThatBrokeOff(t *testing.T) {
	w := newWorld(t)
	w.mailServer()
	jobs := w.atWork("ir.cron")
	w.staged(pipeline.StageOptions{})
	opt := pipeline.LoadOptions{AcceptRestoreOnly: true, Pause: time.Millisecond, Patience: 50 * time.Millisecond, Pausing: []string{"cron", "mail"}}
	w.double.Inject(odootest.Rule{Model: "res.partner", Method: "load", Kind: odootest.Status, Status: 503, Times: 1 << 20},
		odootest.Rule{Model: "ir.cron", Method: "write", Nth: 2, Kind: odootest.Status, Status: 503, Times: 1 << 20},
		odootest.Rule{Model: "ir.mail_server", Method: "write", Nth: 2, Kind: odootest.Status, Status: 503, Times: 1 << 20})
	l, err := w.Cutover(t.Context(), opt)
	if !pipeline.Interrupted(err) || !strings.Contains(err.Error(), "what was paused in Odoo could not be switched on again") || len(l.Paused.Left) != jobs+1 {
		t.Fatalf("%+v %v", l.Paused, err)
	}
	w.double.Heal()
	if got := w.atWork("ir.cron") + w.atWork("ir.mail_server"); got != 0 {
		t.Fatalf("%d are on", got)
	}
	v, err := w.Verify(t.Context(), pipeline.VerifyOptions{})
	if err != nil || len(v.Paused) != jobs+1 || !strings.Contains(pipeline.StillPaused(v.Paused), "scheduled actions and 1 outgoing mail server in odoo, since run") {
		t.Errorf("verify says %v: %v", v, err)
	}
	if _, err := w.DropStaging(t.Context(), pipeline.DropOptions{All: true, Confirm: w.Project.Name}); err == nil || w.atWork("ir.cron") != 0 {
		t.Errorf("the list was dropped: %v", err)
	}
	u, err := w.Unpause(t.Context(), "")
	if err != nil || len(u.On) != jobs+1 || w.atWork("ir.cron") != jobs || w.atWork("ir.mail_server") != 1 {
		t.Fatalf("%+v %v", u, err)
	}
	if u, err = w.Unpause(t.Context(), ""); err != nil || len(u.On)+len(u.Left) != 0 {
		t.Errorf("once more: %+v %v", u, err)
	}
	opt.Resume = true
	if l, err := w.Cutover(t.Context(), opt); err != nil || !l.Clean() || len(l.Paused.On) != jobs+1 {
		t.Errorf("resumed: %v", err)
	}
}

func TestPausingNeedsWhatItNames(t *testing.T) {
	w := newWorld(t)
	w.sub("migrate.yaml", "targets:\n", "cutover: {pause: [cron], keep_running: [No such job]}\ntargets:\n")
	w.reopen()
	w.staged(pipeline.StageOptions{})
	l, err := w.Cutover(t.Context(), pipeline.LoadOptions{AcceptRestoreOnly: true})
	if !errors.Is(err, pipeline.ErrGates) {
		t.Fatal(err)
	}
	closed := gate.Closed(l.Gates)
	if len(closed) != 1 || closed[0].Name != "pause" || !strings.Contains(closed[0].Evidence, "No such job") || w.double.Calls("ir.cron", "write") != 0 {
		t.Errorf("%+v", closed)
	}
	if l, err = w.Cutover(t.Context(), pipeline.LoadOptions{AcceptRestoreOnly: true, Pausing: []string{}}); err != nil || l.Paused != nil {
		t.Errorf("--pause none: %v", err)
	}
}
