package plan_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline/plan"
)

func TestOrderPutsParentsFirst(t *testing.T) {
	waves, err := plan.Order([]string{"lines", "orders", "partners", "products"},
		map[string][]string{"orders": {"partners"}, "lines": {"orders", "products"}, "partners": {"partners"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int{"partners": 1, "products": 1, "orders": 2, "lines": 3} {
		if waves[name] != want {
			t.Errorf("%s in wave %d, want %d", name, waves[name], want)
		}
	}
	if _, err := plan.Order([]string{"a", "b"}, map[string][]string{"a": {"b"}, "b": {"a"}}); err == nil {
		t.Error("a circle must be an error")
	}
}

func TestCompareNamesWhatMoved(t *testing.T) {
	signed := &plan.Plan{Version: 1, Config: "c", Mappings: map[string]string{"orders": "1"}, Sources: []plan.Source{{Name: "customers", SHA256: "a"}}}
	now := &plan.Plan{Version: 1, Config: "c", Mappings: map[string]string{"orders": "2"}, Sources: []plan.Source{{Name: "customers", SHA256: "b"}}}
	err := signed.Compare(now)
	if !errors.Is(err, plan.ErrStale) || !strings.Contains(err.Error(), "mapping orders, source customers") {
		t.Errorf("got %v", err)
	}
	if err := signed.Compare(signed); err != nil {
		t.Errorf("same plan: %v", err)
	}
}

func TestEncodeRoundTrip(t *testing.T) {
	p := &plan.Plan{Version: 1, Project: "x", Steps: []plan.Step{{Wave: 1, Mapping: "m", Model: "res.partner", Undo: "erase"}}}
	b, err := p.Encode()
	if err != nil {
		t.Fatal(err)
	}
	q, err := plan.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := q.Encode(); string(again) != string(b) {
		t.Errorf("%s\nbecame\n%s", b, again)
	}
	for _, bad := range []string{`{"version":9}`, `{"version":1,"what":2}`, `{`} {
		if _, err := plan.Decode([]byte(bad)); err == nil {
			t.Errorf("Decode(%s) succeeded", bad)
		}
	}
}
