package rollback

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// odoo is a target with the records of one model: those that are held are not deleted.
type odoo struct {
	Target
	state  map[int64]map[string]any
	held   func(row map[string]any) bool
	fails  error
	called []string
}

type refusal struct{}

func (refusal) Error() string                 { return "other records still refer to it" }
func (refusal) FaultClass() schema.FaultClass { return schema.FaultUser }

type lost struct{}

func (lost) Error() string                 { return "no answer" }
func (lost) FaultClass() schema.FaultClass { return schema.FaultLostReply }

func (o *odoo) Unlink(_ context.Context, _ string, ids []int64) error {
	o.called = append(o.called, fmt.Sprint("unlink ", ids))
	if o.fails != nil {
		return o.fails
	}
	for _, id := range ids {
		if o.held(o.state[id]) {
			return refusal{}
		}
	}
	for _, id := range ids {
		delete(o.state, id)
	}
	return nil
}

func (o *odoo) Write(_ context.Context, _ string, ids []int64, values map[string]any) error {
	for _, id := range ids {
		for f, v := range values {
			o.state[id][f] = v
		}
	}
	return nil
}

func (o *odoo) Method(ctx context.Context, model, method string, ids []int64, kwargs map[string]any) (any, error) {
	o.called = append(o.called, fmt.Sprint(method, " ", ids))
	switch method {
	case "action_archive":
		return true, o.Write(ctx, model, ids, map[string]any{"active": false})
	case "write":
		for f, v := range kwargs["vals"].(map[string]int64) {
			for _, id := range ids {
				o.state[id][f] = json.Number(fmt.Sprintf("%d.0", v))
			}
		}
		return true, nil
	}
	return nil, fmt.Errorf("no method %s", method)
}

func (o *odoo) Read(_ context.Context, _ string, ids []int64, _ []string) ([]map[string]any, error) {
	var out []map[string]any
	for _, id := range ids {
		out = append(out, o.state[id])
	}
	return out, nil
}

func (o *odoo) SearchRead(_ context.Context, _ string, domain []any, _ []string, _ int) ([]map[string]any, error) {
	var out []map[string]any
	ids := domain[0].([]any)[2].([]int64)
	for _, id := range ids {
		row, there := o.state[id]
		if there && len(domain) > 1 {
			there = !slices.Contains(domain[1].([]any)[2].([]string), row["state"].(string))
		}
		if there {
			row["id"] = json.Number(fmt.Sprint(id))
			out = append(out, row)
		}
	}
	return out, nil
}

func roller(o *odoo, fields ...string) *Roller {
	m := schema.Model{Name: "x"}
	for _, f := range fields {
		m.Fields = append(m.Fields, schema.Field{Name: f})
	}
	return &Roller{Target: o, Schema: &schema.Snapshot{Models: []schema.Model{m}}}
}

func rows(n int) map[int64]map[string]any {
	out := map[int64]map[string]any{}
	for i := range n {
		out[int64(i+1)] = map[string]any{"active": true, "state": "draft"}
	}
	return out
}

// Records that Odoo does not delete are archived, and only those; the proof says how many.
func TestWhatIsHeldIsArchived(t *testing.T) {
	o := &odoo{state: rows(5), held: func(row map[string]any) bool { return row["id"] == json.Number("2") || row["id"] == json.Number("5") }}
	r, res := roller(o, "active"), &Result{}
	if err := r.unlinkOrKeep(t.Context(), "x", []int64{1, 2, 3, 4, 5}); err != nil {
		t.Fatal(err)
	}
	if len(o.state) != 2 || o.state[2]["active"] != false || o.state[5]["active"] != false {
		t.Errorf("left: %v after %v", o.state, o.called)
	}
	if err := r.proveKept(t.Context(), "x", []int64{1, 2, 3, 4, 5}, res); err != nil {
		t.Fatal(err)
	}
	if !res.Proven() || res.Kept["x"] != 2 || !strings.Contains(res.Proof[0].Claim, "3 are gone, and 2,") {
		t.Errorf("%+v", res)
	}
	o.state[2]["active"] = true
	res = &Result{}
	if err := r.proveKept(t.Context(), "x", []int64{1, 2, 3, 4, 5}, res); err != nil || res.Proven() {
		t.Errorf("a record that is in use again is proven to be away: %+v %v", res, err)
	}
}

// A model without archive keeps what Odoo holds; any other trouble is trouble.
func TestHeldWithoutArchive(t *testing.T) {
	o := &odoo{state: rows(2), held: func(row map[string]any) bool { return row["id"] == json.Number("1") }}
	if err := roller(o).unlinkOrKeep(t.Context(), "x", []int64{1, 2}); err != nil || len(o.state) != 1 || o.state[1]["active"] != true {
		t.Errorf("left %v, %v", o.state, err)
	}
	o = &odoo{state: rows(2), held: func(map[string]any) bool { return false }, fails: lost{}}
	if err := roller(o, "active").unlinkOrKeep(t.Context(), "x", []int64{1, 2}); err == nil || len(o.called) != 1 {
		t.Errorf("a lost reply: %v after %v", err, o.called)
	}
}

// Bookings that nobody may delete are taken back by numbers, which are read.
func TestBookedBack(t *testing.T) {
	o := &odoo{state: rows(2)}
	r := roller(o)
	r.Counter = map[string]Counter{"x": {Values: map[string]int64{"quantity": 0}, Context: map[string]any{"mode": true}}}
	if err := r.unlinkOrKeep(t.Context(), "x", []int64{1, 2}); err != nil || !slices.Equal(o.called, []string{"write [1 2]"}) {
		t.Errorf("%v after %v", err, o.called)
	}
	res := &Result{}
	if err := r.proveKept(t.Context(), "x", []int64{1, 2}, res); err != nil || !res.Proven() {
		t.Errorf("%+v %v", res, err)
	}
	o.state[1]["quantity"] = json.Number("0.5")
	res = &Result{}
	if err := r.proveKept(t.Context(), "x", []int64{1, 2}, res); err != nil || res.Proven() {
		t.Errorf("half a piece is left, and the proof holds: %+v %v", res, err)
	}
}

// Records in a state in which Odoo does not delete them are brought into another; the others are not touched.
func TestReleased(t *testing.T) {
	o := &odoo{state: rows(2), held: func(row map[string]any) bool { return row["state"] == "sale" }}
	r := roller(o)
	r.Release = map[string]Release{"x": {Field: "state", Free: []string{"draft", "cancel"}, Write: "cancel"}}
	if err := r.letGo(t.Context(), "x", []int64{1}); err != nil || len(o.called) != 1 {
		t.Errorf("a draft: %v after %v", err, o.called)
	}
	o.state[3] = map[string]any{"state": "sale"}
	if err := r.letGo(t.Context(), "x", []int64{2, 3}); err != nil || len(o.state) != 0 {
		t.Errorf("a confirmed order: %v, left %v", err, o.state)
	}
	o.state[4] = map[string]any{"state": "draft"}
	o.held = func(map[string]any) bool { return true }
	if err := r.letGo(t.Context(), "x", []int64{4}); err == nil {
		t.Error("a refusal that is not about the state is swallowed")
	}
}
