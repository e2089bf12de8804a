package gate_test

import (
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline/gate"
)

func TestTheWeekendsGates(t *testing.T) {
	for name, spoil := range map[string]func(*gate.Weekend, *gate.Answer){
		"production":  func(w *gate.Weekend, a *gate.Answer) { w.Name = a },
		"neutralised": func(w *gate.Weekend, a *gate.Answer) { w.Neutral = a },
		"rehearsal":   func(w *gate.Weekend, a *gate.Answer) { w.Rehearsed = a },
		"parity":      func(w *gate.Weekend, a *gate.Answer) { w.Parity = a },
		"frozen":      func(w *gate.Weekend, a *gate.Answer) { w.Frozen = a },
		"unchanged":   func(w *gate.Weekend, a *gate.Answer) { w.Unchanged = a },
		"backup":      func(w *gate.Weekend, a *gate.Answer) { w.Backup = a },
		"window":      func(w *gate.Weekend, a *gate.Answer) { w.Window = a },
		"disk":        func(w *gate.Weekend, a *gate.Answer) { w.Disk = a },
		"clock":       func(w *gate.Weekend, a *gate.Answer) { w.Clock = a },
	} {
		f := good()
		f.Weekend = &gate.Weekend{}
		spoil(f.Weekend, &gate.Answer{Not: "it is not so"})
		closed := gate.Closed(gate.Evaluate(f, nil))
		if len(closed) != 1 || closed[0].Name != name || closed[0].Evidence != "it is not so" || closed[0].Remedy == "" {
			t.Errorf("%s: closed %+v", name, closed)
		}
		o, err := gate.ParseOverride(name + "=Ada: known")
		if err != nil || len(gate.Closed(gate.Evaluate(f, []gate.Override{o}))) != 0 {
			t.Errorf("%s cannot be overridden: %v", name, err)
		}
		spoil(f.Weekend, &gate.Answer{Is: "it is so"})
		if got := gate.Evaluate(f, nil); got[len(got)-1].Name != name || !got[len(got)-1].OK || got[len(got)-1].Evidence != "it is so" {
			t.Errorf("%s: %+v", name, got[len(got)-1])
		}
	}
}
