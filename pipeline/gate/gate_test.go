package gate_test

import (
	"errors"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline/gate"
	"github.com/odoo-migrate/odoo-migrate/pipeline/reconcile"
)

func good() gate.Facts {
	return gate.Facts{PlanRequired: true, PlanThere: true, FirstPass: 99.7, Threshold: 99.5}
}

func TestEachFactClosesItsGate(t *testing.T) {
	if closed := gate.Closed(gate.Evaluate(good(), nil)); len(closed) != 0 {
		t.Fatalf("closed: %+v", closed)
	}
	for name, spoil := range map[string]func(*gate.Facts){
		"target":       func(f *gate.Facts) { f.TargetReplaced = "another uuid" },
		"plan":         func(f *gate.Facts) { f.PlanStale = errors.New("stale") },
		"first-pass":   func(f *gate.Facts) { f.FirstPass = 99.4 },
		"conservation": func(f *gate.Facts) { f.Unbalanced = []string{"orders: 1 row"} },
		"scope":        func(f *gate.Facts) { f.Undecided = []string{"photos"} },
		"custody": func(f *gate.Facts) {
			f.Custody, f.Contradicted = "Completeness of extraction contradicted: 1 file missing.", true
		},
		"controls":  func(f *gate.Facts) { f.Controls = []reconcile.Result{{Name: "net", Why: []string{"off"}}} },
		"checks":    func(f *gate.Facts) { f.Blocked = []string{"an entry does not balance"} },
		"rejects":   func(f *gate.Facts) { f.Exceeded = []string{"map.value_unknown rejects 3 rows, 2 allowed"} },
		"documents": func(f *gate.Facts) { f.Torn = []string{"order_lines"} },
		"way back":  func(f *gate.Facts) { f.RestoreOnly = []string{"stock.move"} },
	} {
		f := good()
		spoil(&f)
		closed := gate.Closed(gate.Evaluate(f, nil))
		if len(closed) != 1 || closed[0].Name != name {
			t.Errorf("%s: closed %+v", name, closed)
		}
		open := gate.Closed(gate.Evaluate(f, []gate.Override{{Gate: name, By: "Ada", Reason: "known"}}))
		if final := name == "target" || name == "conservation"; final != (len(open) == 1) {
			t.Errorf("%s overridden: closed %+v", name, open)
		}
	}
}

func TestParseOverride(t *testing.T) {
	o, err := gate.ParseOverride("first-pass=Ada L.: agreed with the client")
	if err != nil || o != (gate.Override{Gate: "first-pass", By: "Ada L.", Reason: "agreed with the client"}) {
		t.Errorf("got %+v, %v", o, err)
	}
	for _, bad := range []string{"x", "x=y", "x=:z", "=a: b", "x=y:"} {
		if _, err := gate.ParseOverride(bad); err == nil {
			t.Errorf("ParseOverride(%q) succeeded", bad)
		}
	}
}
