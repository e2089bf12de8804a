// Package pause switches off what works by itself in a target while a load is under way, scheduled actions and outgoing
// mail servers, and switches on again what it switched off, and only that. What it is about to switch off is written down
// first, so that after a crash somebody can still put it back. It decides nothing about when.
package pause

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// A kind of records that work by themselves while they are active.
type kind struct{ name, model, one, many string }

// kinds in the order they are switched off. The queue of mails is a scheduled action: it must not run while mail servers
// are off, or Odoo marks what it could not send as failed. So they are switched on in reverse.
var kinds = []kind{
	{project.PauseCron, "ir.cron", "scheduled action", "scheduled actions"},
	{project.PauseMail, "ir.mail_server", "outgoing mail server", "outgoing mail servers"},
}

// ErrStill says that something is switched off that was to be on, or the other way round.
var ErrStill = errors.New("could not be switched")

// Odoo is what is asked of a target. Searches include archived records.
type Odoo interface {
	SearchRead(ctx context.Context, model string, domain []any, fields []string, limit int) ([]map[string]any, error)
	Write(ctx context.Context, model string, ids []int64, values map[string]any) error
	May(ctx context.Context, model, operation string) (bool, error)
}

// List is where it is written down what is off.
type List interface {
	AddPaused(ctx context.Context, list []run.Paused) error
	Paused(ctx context.Context) ([]run.Paused, error)
	Restored(ctx context.Context, list []run.Paused) error
}

// Patience is how long it is tried to switch one kind: Odoo refuses to change a scheduled action while it is running.
const Patience = time.Minute

// Switch pauses one database.
type Switch struct {
	Odoo     Odoo
	List     List
	UUID     string // of the database
	Database string
	Every    time.Duration // between attempts; 0 is 2 s
	Patience time.Duration // with one kind; 0 is the default
}

// Plan is what would be switched off.
type Plan struct {
	Off     []run.Paused
	Kept    []string // keep running by the wish of the project: their names
	Already []run.Paused
	Unknown []string // wishes that no active scheduled action answers to
	Barred  []string // kinds the account may not change
}

// Look finds out what is on. keep names scheduled actions that keep running, by external id or by the name Odoo shows.
func (s *Switch) Look(ctx context.Context, what, keep []string, runID int64) (Plan, error) {
	var p Plan
	listed, err := s.Left(ctx)
	if err != nil {
		return p, err
	}
	p.Already, p.Unknown = listed, slices.Clone(keep)
	for _, k := range kinds {
		if !slices.Contains(what, k.name) {
			continue
		}
		may, err := s.Odoo.May(ctx, k.model, "write")
		if err != nil {
			return p, fmt.Errorf("look at %s: %w", k.many, err)
		}
		if !may {
			p.Barred = append(p.Barred, k.many)
			continue
		}
		rows, err := s.Odoo.SearchRead(ctx, k.model, []any{[]any{"active", "=", true}}, []string{"display_name"}, 0)
		if err != nil {
			return p, fmt.Errorf("look at %s: %w", k.many, err)
		}
		external := map[int64]string{}
		if k.name == project.PauseCron && len(keep) > 0 {
			if external, err = s.externalIDs(ctx, k.model); err != nil {
				return p, err
			}
		}
		for _, r := range rows {
			id := schema.ID(r["id"])
			name, _ := r["display_name"].(string)
			if wish := slices.IndexFunc(keep, func(w string) bool { return w == name || w == external[id] }); k.name == project.PauseCron && wish >= 0 {
				p.Kept = append(p.Kept, name)
				p.Unknown = slices.DeleteFunc(p.Unknown, func(w string) bool { return w == keep[wish] })
				continue
			}
			p.Off = append(p.Off, run.Paused{UUID: s.UUID, Database: s.Database, Model: k.model, ID: id, Name: name, Run: runID})
		}
	}
	return p, nil
}

func (s *Switch) externalIDs(ctx context.Context, model string) (map[int64]string, error) {
	rows, err := s.Odoo.SearchRead(ctx, "ir.model.data", []any{[]any{"model", "=", model}}, []string{"module", "name", "res_id"}, 0)
	if err != nil {
		return nil, fmt.Errorf("look at external ids of %s: %w", model, err)
	}
	out := map[int64]string{}
	for _, r := range rows {
		out[schema.ID(r["res_id"])] = fmt.Sprintf("%v.%v", r["module"], r["name"])
	}
	return out, nil
}

// Left is what earlier runs switched off in this database and nobody is known to have switched on.
func (s *Switch) Left(ctx context.Context) ([]run.Paused, error) {
	all, err := s.List.Paused(ctx)
	return slices.DeleteFunc(all, func(p run.Paused) bool { return p.UUID != s.UUID || p.Database != s.Database }), err
}

// Off writes down what a plan switches off, switches it off, and reads that it is.
func (s *Switch) Off(ctx context.Context, p Plan) error {
	if err := s.List.AddPaused(ctx, p.Off); err != nil {
		return err
	}
	for _, k := range kinds {
		if _, err := s.set(ctx, k, of(p.Off, k.model), false); err != nil {
			return record.Advise(err, "Nothing was loaded. Try again when it is done, or leave it running: cutover: keep_running: in migrate.yaml, or --pause none.")
		}
	}
	return nil
}

// On switches on everything that is on the list of this database, reads that it is on, and takes it off the list. Records
// that are gone are taken off, too. left is what still is off.
func (s *Switch) On(ctx context.Context) (on, left []run.Paused, err error) {
	listed, err := s.Left(ctx)
	if err != nil {
		return nil, nil, err
	}
	left = listed
	for _, k := range slices.Backward(kinds) {
		off, setErr := s.set(ctx, k, of(listed, k.model), true)
		done := slices.DeleteFunc(of(listed, k.model), func(p run.Paused) bool { return slices.Contains(off, p.ID) })
		if noted := s.List.Restored(ctx, done); noted != nil {
			return on, left, errors.Join(err, setErr, noted)
		}
		on = append(on, done...)
		left = slices.DeleteFunc(slices.Clone(left), func(p run.Paused) bool { return slices.Contains(done, p) })
		err = errors.Join(err, setErr)
	}
	return on, left, err
}

func of(list []run.Paused, model string) []run.Paused {
	return slices.DeleteFunc(slices.Clone(list), func(p run.Paused) bool { return p.Model != model })
}

// set makes records active or not until they are read to be so. First in one call, then one by one: Odoo refuses to change a
// scheduled action that is running. It returns those that are not as wanted, with the reason.
func (s *Switch) set(ctx context.Context, k kind, list []run.Paused, active bool) ([]int64, error) {
	if len(list) == 0 {
		return nil, nil
	}
	every, patience := s.Every, s.Patience
	if every == 0 {
		every = 2 * time.Second
	}
	if patience == 0 {
		patience = Patience
	}
	until, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	wrong := ids(list)
	var refused error
	for first := true; ; first = false {
		now, err := s.not(until, k.model, wrong, active)
		if err == nil {
			wrong = now
		}
		if len(wrong) == 0 && err == nil {
			return nil, nil
		}
		if err == nil {
			err = s.write(until, k.model, wrong, active, first)
		}
		if err != nil && until.Err() == nil {
			refused = err
		}
		if class := schema.ClassOf(err); class == schema.FaultAccess || class == schema.FaultMissingModel {
			break
		}
		if !first || err != nil {
			wait(until, every)
		}
		if until.Err() != nil {
			break
		}
	}
	what := k.one
	if len(wrong) > 1 {
		what = k.many
	}
	err := fmt.Errorf("%s %s: %w %s", what, names(list, wrong), ErrStill, map[bool]string{true: "on", false: "off"}[active])
	if refused != nil {
		err = fmt.Errorf("%w: %w", err, refused)
	}
	return wrong, err
}

func (s *Switch) write(ctx context.Context, model string, wrong []int64, active, together bool) error {
	if together {
		return s.Odoo.Write(ctx, model, wrong, map[string]any{"active": active})
	}
	var refused error
	for _, id := range wrong {
		if err := s.Odoo.Write(ctx, model, []int64{id}, map[string]any{"active": active}); err != nil {
			refused = err
		}
	}
	return refused
}

// not returns those of the records that are there and not as wanted.
func (s *Switch) not(ctx context.Context, model string, list []int64, active bool) ([]int64, error) {
	rows, err := s.Odoo.SearchRead(ctx, model, []any{[]any{"id", "in", list}, []any{"active", "=", !active}}, []string{"id"}, 0)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", model, err)
	}
	out := make([]int64, 0, len(rows))
	for _, r := range rows {
		out = append(out, schema.ID(r["id"]))
	}
	return out, nil
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func ids(list []run.Paused) []int64 {
	out := make([]int64, 0, len(list))
	for _, p := range list {
		out = append(out, p.ID)
	}
	return out
}

func names(list []run.Paused, only []int64) string {
	var out []string
	for _, p := range list {
		if slices.Contains(only, p.ID) {
			out = append(out, fmt.Sprintf("%q", p.Name))
		}
	}
	const shown = 3
	if len(out) > shown {
		out = append(out[:shown], fmt.Sprintf("and %d more", len(out)-shown))
	}
	return strings.Join(out, ", ")
}

// Count says how many of each kind a list holds, as words: "22 scheduled actions, 1 outgoing mail server".
func Count(list []run.Paused) string {
	var out []string
	for _, k := range kinds {
		switch n := len(of(list, k.model)); n {
		case 0:
		case 1:
			out = append(out, "1 "+k.one)
		default:
			out = append(out, fmt.Sprintf("%d %s", n, k.many))
		}
	}
	if len(out) == 0 {
		return "nothing"
	}
	return strings.Join(out, " and ")
}
