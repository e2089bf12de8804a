package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/pipeline/gate"
	"github.com/odoo-migrate/odoo-migrate/pipeline/pause"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// ErrStillPaused says that scheduled actions or mail servers, which a run switched off, are off.
var ErrStillPaused = errors.New("still switched off")

// Pausing is what a run switched off in the target, and on again. The lists hold what Odoo shows of it.
type Pausing struct {
	Off  []run.Paused `json:"off,omitempty"`
	On   []run.Paused `json:"on,omitempty"` // those of earlier runs that broke off, too
	Left []run.Paused `json:"left,omitempty"`
	Why  string       `json:"why,omitempty"` // why some are left
}

// pausing is what has to be switched off for a run, and the gate about it; nil where nothing is to be.
func (p *Pipeline) pausing(ctx context.Context, t *Target, known run.Target, runID int64, opt LoadOptions) (*pause.Plan, *gate.Answer, error) {
	what := p.Project.Cutover.Pause
	if opt.Pausing != nil {
		what = opt.Pausing
	}
	if len(what) == 0 {
		return nil, nil, nil
	}
	plan, err := p.switchOf(t, known, opt).Look(ctx, what, p.Project.Cutover.KeepRunning, runID)
	if err != nil {
		return nil, nil, err
	}
	var not []string
	if len(plan.Barred) > 0 {
		not = append(not, "the account may not change "+strings.Join(plan.Barred, " and "))
	}
	if len(plan.Unknown) > 0 {
		not = append(not, "no scheduled action that is on is called "+strings.Join(plan.Unknown, ", "))
	}
	if len(not) > 0 {
		return nil, &gate.Answer{Not: strings.Join(not, "; ")}, nil
	}
	text := pause.Count(plan.Off) + " to be switched off for the load"
	if len(plan.Already) > 0 {
		text += "; off since an earlier run: " + pause.Count(plan.Already)
	}
	if len(plan.Kept) > 0 {
		text += "; kept running: " + strings.Join(plan.Kept, ", ")
	}
	return &plan, &gate.Answer{Is: text}, nil
}

// switchOf pauses a target. An outage is waited out no longer than the load would, and a minute at most.
func (p *Pipeline) switchOf(t *Target, known run.Target, opt LoadOptions) *pause.Switch {
	s := &pause.Switch{Odoo: t, List: p.Store, UUID: known.UUID, Database: known.Database}
	if opt.Patience > 0 {
		s.Patience = min(opt.Patience, pause.Patience)
	}
	return s
}

// switchOff pauses what a plan says.
func (p *Pipeline) switchOff(ctx context.Context, t *Target, known run.Target, plan *pause.Plan, opt LoadOptions, l *Load) error {
	if plan == nil {
		return nil
	}
	l.Paused = &Pausing{Off: plan.Off}
	if err := p.Store.Event(ctx, l.Run, "pause.off", plan.Off); err != nil {
		return err
	}
	return p.switchOf(t, known, opt).Off(ctx, *plan)
}

// switchOnLimit is how long switching on again may take at the end of a run: somebody may be waiting for the prompt.
const switchOnLimit = 2 * time.Minute

// switchOn puts back what this run and earlier ones switched off in the target, whatever became of the run. A run that lost
// its lease leaves it to whoever holds it. It returns nil where nothing was off.
func (p *Pipeline) switchOn(ctx context.Context, runID int64, t *Target, opt LoadOptions, done *Pausing) (*Pausing, error) {
	if errors.Is(context.Cause(ctx), staging.ErrLeaseLost) {
		return done, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), switchOnLimit)
	defer cancel()
	if all, err := p.Store.Paused(ctx); err != nil || len(all) == 0 {
		return done, err
	}
	id, err := t.Identity(ctx)
	if err != nil {
		return done, err
	}
	on, left, err := p.switchOf(t, run.Target{UUID: id.UUID, Database: id.Database}, opt).On(ctx)
	if len(on)+len(left) == 0 && err == nil {
		return done, nil
	}
	if done == nil {
		done = &Pausing{}
	}
	done.On, done.Left = on, left
	if err != nil {
		done.Why = err.Error()
	}
	return done, p.Store.Event(ctx, runID, "pause.on", done)
}

// afterPause switches on at the end of a run. What came before is told first.
func (p *Pipeline) afterPause(ctx context.Context, runID int64, t *Target, opt LoadOptions, done *Pausing, cause error) (*Pausing, error) {
	out, err := p.switchOn(ctx, runID, t, opt, done)
	if err == nil && out != nil && len(out.Left) > 0 && cause != nil {
		err = fmt.Errorf("%w: %s", ErrStillPaused, pause.Count(out.Left))
	}
	if cause == nil || err == nil || done == nil && out == nil {
		return out, cmp.Or(cause, err) // what cannot be asked where nothing was paused is told with the cause
	}
	return out, record.Advise(fmt.Errorf("%w; and what was paused in Odoo could not be switched on again: %w", cause, err), "Run migrate unpause as soon as Odoo answers; then go on.")
}

// Unpausing is what migrate unpause did.
type Unpausing struct {
	Version int    `json:"version"`
	Run     int64  `json:"run"`
	Target  string `json:"target"`
	Pausing
}

// Unpause switches on again what a run that did not get to it left switched off. The error wraps ErrStillPaused where
// something is off afterwards.
func (p *Pipeline) Unpause(ctx context.Context, targetName string) (*Unpausing, error) {
	t, err := p.Connect(ctx, targetName)
	if err != nil {
		return nil, err
	}
	ctx, held, err := p.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer held.release()
	r, err := p.Begin(ctx, "unpause", t.Name)
	if err != nil {
		return nil, err
	}
	out := &Unpausing{Version: 1, Run: r.ID, Target: t.Name}
	done, err := p.switchOn(ctx, r.ID, t, LoadOptions{}, nil)
	if done != nil {
		out.Pausing = *done
	}
	if err == nil && len(out.Left) > 0 {
		err = record.Advise(fmt.Errorf("%w: %s", ErrStillPaused, out.Why), "Try again when Odoo is idle, or switch them on in Odoo: Settings, Technical.")
	}
	return out, p.End(ctx, r, out, err)
}

// unpaused refuses to forget what has to be switched on again.
func (p *Pipeline) unpaused(ctx context.Context) error {
	list, err := p.Store.Paused(ctx)
	if err != nil || len(list) == 0 {
		return err
	}
	return record.Advise(errors.New(StillPaused(list)), "Run migrate unpause first: the list of it would be dropped, too.")
}

// StillPaused says what runs left switched off, in which database and since when; list is not empty.
func StillPaused(list []run.Paused) string {
	var out []string
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n].Database == list[0].Database && list[n].UUID == list[0].UUID {
			n++
		}
		out = append(out, fmt.Sprintf("%s in %s, since run %d at %s UTC", pause.Count(list[:n]), list[0].Database, list[0].Run, stamp(list[0].At)))
		list = list[n:]
	}
	return "switched off by the project and not on again: " + strings.Join(out, "; ")
}
