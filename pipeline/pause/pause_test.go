package pause_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/pipeline/pause"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// target is an Odoo with records that are active or not; busy ones refuse to be written so many times.
type target struct {
	active map[string]map[int64]bool
	busy   map[int64]int
	barred string
	wrote  []string
	down   bool
}

type refusal struct{ class schema.FaultClass }

func (r refusal) Error() string                 { return "cannot be modified now" }
func (r refusal) FaultClass() schema.FaultClass { return r.class }

func (t *target) May(_ context.Context, model, _ string) (bool, error) { return model != t.barred, nil }

func (t *target) SearchRead(_ context.Context, model string, domain []any, _ []string, _ int) ([]map[string]any, error) {
	if t.down {
		return nil, errors.New("nobody answers")
	}
	if model == "ir.model.data" {
		return []map[string]any{{"module": "base", "name": "autovacuum_job", "res_id": json.Number("1")}}, nil
	}
	var wanted []int64
	var is bool
	for _, leaf := range domain {
		l := leaf.([]any)
		if l[0] == "id" {
			wanted = l[2].([]int64)
		} else {
			is = l[2].(bool)
		}
	}
	var out []map[string]any
	for id, active := range t.active[model] {
		if active == is && (wanted == nil || slices.Contains(wanted, id)) {
			out = append(out, map[string]any{"id": json.Number(strconv.FormatInt(id, 10)), "display_name": model + " " + string(rune('a'+id))})
		}
	}
	return out, nil
}

func (t *target) Write(_ context.Context, model string, ids []int64, values map[string]any) error {
	if t.down {
		return errors.New("nobody answers")
	}
	for _, id := range ids {
		if t.busy[id] > 0 {
			t.busy[id]--
			return refusal{schema.FaultUser}
		}
	}
	for _, id := range ids {
		t.active[model][id] = values["active"].(bool)
	}
	t.wrote = append(t.wrote, model)
	return nil
}

type list []run.Paused

func (l *list) AddPaused(_ context.Context, more []run.Paused) error {
	*l = append(*l, more...)
	return nil
}
func (l *list) Paused(context.Context) ([]run.Paused, error) { return slices.Clone(*l), nil }
func (l *list) Restored(_ context.Context, done []run.Paused) error {
	*l = slices.DeleteFunc(*l, func(p run.Paused) bool { return slices.Contains(done, p) })
	return nil
}

func newSwitch() (*pause.Switch, *target, *list) {
	t := &target{active: map[string]map[int64]bool{"ir.cron": {1: true, 2: true, 3: false, 4: true}, "ir.mail_server": {1: true}}, busy: map[int64]int{}}
	l := &list{}
	return &pause.Switch{Odoo: t, List: l, UUID: "u", Database: "d", Every: time.Millisecond, Patience: time.Second}, t, l
}

func TestOffAndOnAgain(t *testing.T) {
	s, odoo, noted := newSwitch()
	plan, err := s.Look(t.Context(), []string{"cron", "mail"}, []string{"base.autovacuum_job"}, 7)
	if err != nil || len(plan.Off) != 3 || len(plan.Kept) != 1 || len(plan.Unknown) != 0 {
		t.Fatalf("%+v %v", plan, err)
	}
	odoo.busy[2] = 2 // refuses the common call and the first of its own
	if err := s.Off(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	if odoo.active["ir.cron"][2] || odoo.active["ir.cron"][4] || odoo.active["ir.mail_server"][1] || !odoo.active["ir.cron"][1] || odoo.wrote[len(odoo.wrote)-1] != "ir.mail_server" {
		t.Errorf("%v %v", odoo.active, odoo.wrote)
	}
	odoo.wrote = nil
	on, left, err := s.On(t.Context())
	if err != nil || len(on) != 3 || len(left) != 0 || len(*noted) != 0 {
		t.Errorf("on %v, left %v, %v; noted %v", on, left, err, *noted)
	}
	if odoo.active["ir.cron"][3] || !odoo.active["ir.cron"][2] || odoo.wrote[0] != "ir.mail_server" {
		t.Errorf("%v %v", odoo.active, odoo.wrote)
	}
}

func TestWhatRunsTooLongStaysOnTheList(t *testing.T) {
	s, odoo, noted := newSwitch()
	s.Patience = 30 * time.Millisecond
	plan, err := s.Look(t.Context(), []string{"cron"}, nil, 7)
	if err != nil {
		t.Fatal(err)
	}
	odoo.busy[4] = 1 << 30
	if err := s.Off(t.Context(), plan); !errors.Is(err, pause.ErrStill) || !strings.Contains(err.Error(), `"ir.cron e"`) {
		t.Errorf("a scheduled action that runs for ever: %v", err)
	}
	odoo.busy[4] = 0
	odoo.busy[2] = 1 << 30
	on, left, err := s.On(t.Context())
	if !errors.Is(err, pause.ErrStill) || len(on) != 2 || len(left) != 1 || len(*noted) != 1 || left[0].ID != 2 {
		t.Errorf("on %v, left %v, %v; noted %v", on, left, err, *noted)
	}
	delete(odoo.active["ir.cron"], 2) // somebody deletes it
	if on, left, err = s.On(t.Context()); err != nil || len(on) != 1 || len(left)+len(*noted) != 0 {
		t.Errorf("on %v, left %v, %v; noted %v", on, left, err, *noted)
	}
}

func TestUnreachableStaysOnTheList(t *testing.T) {
	s, odoo, noted := newSwitch()
	plan, err := s.Look(t.Context(), []string{"cron", "mail"}, nil, 7)
	if err != nil || s.Off(t.Context(), plan) != nil {
		t.Fatal(err)
	}
	odoo.down, s.Patience = true, 20*time.Millisecond
	if on, left, err := s.On(t.Context()); err == nil || len(on) != 0 || len(left) != 4 || len(*noted) != 4 {
		t.Errorf("on %v, left %v, %v", on, left, err)
	}
}

func TestOtherDatabasesAndWishes(t *testing.T) {
	s, odoo, noted := newSwitch()
	*noted = list{{UUID: "u", Database: "copy", Model: "ir.cron", ID: 3, Name: "x"}}
	if on, left, err := s.On(t.Context()); len(on)+len(left) != 0 || err != nil || odoo.active["ir.cron"][3] {
		t.Errorf("what was paused in another database: %v %v %v", on, left, err)
	}
	odoo.barred = "ir.mail_server"
	plan, err := s.Look(t.Context(), []string{"cron", "mail"}, []string{"ir.cron c", "base.nothing"}, 7)
	if err != nil || !slices.Equal(plan.Unknown, []string{"base.nothing"}) || !slices.Equal(plan.Barred, []string{"outgoing mail servers"}) || len(plan.Off) != 2 {
		t.Errorf("%+v %v", plan, err)
	}
	if got := pause.Count(plan.Off); got != "2 scheduled actions" {
		t.Error(got)
	}
}
