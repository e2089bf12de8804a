package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/pipeline/forecast"
	"github.com/odoo-migrate/odoo-migrate/pipeline/gate"
	"github.com/odoo-migrate/odoo-migrate/pipeline/load"
	"github.com/odoo-migrate/odoo-migrate/pipeline/load/flow"
	"github.com/odoo-migrate/odoo-migrate/pipeline/plan"
	"github.com/odoo-migrate/odoo-migrate/pipeline/reconcile"
	"github.com/odoo-migrate/odoo-migrate/pipeline/rollback"
	"github.com/odoo-migrate/odoo-migrate/pipeline/verify"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// ErrOutage says that Odoo or staging went away during a load. The run can be resumed.
var ErrOutage = errors.New("the load was cut short")

// outage marks an error as one that leaves a run to resume, where it says that a server is away.
func outage(err error) error {
	class := schema.ClassOf(err)
	away := class.Unknown() || class.Retryable() || errors.Is(err, staging.ErrUnavailable) || errors.Is(err, staging.ErrDiskFull) || errors.Is(err, staging.ErrLimit)
	if err == nil || !away || errors.Is(err, load.ErrUnsettled) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrOutage, err)
}

// Interrupted reports whether an error leaves a run that can be resumed.
func Interrupted(err error) bool {
	return errors.Is(err, ErrOutage) || errors.Is(err, ErrCheckpoint) || errors.Is(err, load.ErrInterrupted) || errors.Is(err, load.ErrUnsettled) || errors.Is(err, rollback.ErrInterrupted) || errors.Is(err, context.Canceled)
}

// LoadOptions of Cutover and Delta.
type LoadOptions struct {
	Target            string
	Resume            bool
	Overrides         []gate.Override
	AcceptRestoreOnly bool
	Production        string         // the name of production's database, as it was typed
	Backup            project.Backup // in place of the one in migrate.yaml
	BatchRecords      int
	Workers           int
	CallTimeout       time.Duration
	Patience          time.Duration
	Go                []Go             // what people decided at checkpoints
	Pausing           []string         // what is switched off for the load, in place of migrate.yaml's; empty and not nil is nothing
	Pause             time.Duration    // before the first retry; 0 is half a second
	Aim               [2]time.Duration // between which a batch should take; 0 is 2 and 4 s
	Flow              load.Flow        // when it may send; what Tell tells is shown and logged besides
}

// Load is what a cutover or a delta did.
type Load struct {
	Version  int                         `json:"version"`
	Run      int64                       `json:"run"`
	Kind     string                      `json:"kind"`
	Target   string                      `json:"target"`
	Server   string                      `json:"server"`
	Gates    []gate.Gate                 `json:"gates"`
	Forecast *forecast.Forecast          `json:"forecast,omitempty"` // where a window was agreed
	Modules  []string                    `json:"modules,omitempty"`  // of the server, "name version", sorted
	Stage    *Stage                      `json:"stage"`
	Records  map[string]map[string]int64 `json:"records"` // mapping -> class -> records
	Produced map[string]int64            `json:"produced"`
	Balance  []string                    `json:"unbalanced,omitempty"`

	Unfinished int64     `json:"unfinished,omitempty"`        // records that are in Odoo but did not take their last step
	Deferral   *Deferral `json:"deferred,omitempty"`          // records put off that nobody accepted
	Accepted   int64     `json:"deferred_accepted,omitempty"` // records put off that migrate.yaml accepts

	Before   Census             `json:"before"`
	After    Census             `json:"after"`
	Verify   *verify.Result     `json:"verify,omitempty"`
	Controls []reconcile.Result `json:"controls,omitempty"`
	Findings []record.Finding   `json:"findings,omitempty"`
	Seconds  map[string]float64 `json:"seconds"`            // by phase
	Manifest *ManifestFile      `json:"manifest,omitempty"` // enough to undo the run without the staging database

	Checkpoints []Checkpoint `json:"checkpoints,omitempty"` // that it came to, and what was decided there

	Paused *Pausing `json:"paused,omitempty"` // what was switched off in Odoo meanwhile

	Batches map[string]flow.Used `json:"batches,omitempty"` // by mapping: how it was cut, and by how many workers
}

// Clean reports whether everything that was meant is in Odoo, and nothing else happened there.
func (l *Load) Clean() bool {
	ok := l.Verify != nil && l.Verify.Clean() && len(l.Balance) == 0 && l.After.Mails == l.Before.Mails && (l.Paused == nil || len(l.Paused.Left) == 0)
	for _, c := range l.Controls {
		ok = ok && c.Equal
	}
	return ok
}

// Complete reports whether enough of what the plan produced is in Odoo, all of it took its last step, and nothing is deferred
// that nobody accepted.
func (l *Load) Complete() bool {
	var produced, there int64
	for mapping, n := range l.Produced {
		produced += n
		c := l.Records[mapping]
		there += c[run.Created] + c[run.Updated] + c[run.Unchanged] + c[run.WasArchived] + c[run.WasDeleted]
	}
	produced -= l.Accepted
	return l.Unfinished == 0 && l.Deferral == nil && l.Stage != nil && float64(there)*100 >= l.Stage.Threshold*float64(produced)
}

// Cutover checks the gates, loads what the signed plan says, reads everything back and reconciles.
func (p *Pipeline) Cutover(ctx context.Context, opt LoadOptions) (*Load, error) {
	return p.load(ctx, "cutover", opt)
}

// Delta does the same for what changed since: new records are created, changed ones updated, those whose source is gone
// are treated as the mapping says; unchanged ones are not written.
func (p *Pipeline) Delta(ctx context.Context, opt LoadOptions) (*Load, error) {
	return p.load(ctx, "delta", opt)
}

func (p *Pipeline) load(ctx context.Context, kind string, opt LoadOptions) (*Load, error) {
	calm, done := p.untilStopped(ctx)
	defer done()
	t, err := p.Connect(calm, opt.Target)
	if err != nil {
		return nil, err
	}
	ctx, held, err := p.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer held.release()
	if err := p.rollbackFinished(ctx, t); err != nil {
		return nil, err
	}
	r, err := p.beginLoad(ctx, kind, t, opt.Resume)
	if err != nil {
		return nil, err
	}
	_, server := t.Version()
	t = p.patient(t, r, opt)
	l := &Load{Version: 1, Run: r.ID, Kind: kind, Target: t.Name, Server: server, Seconds: map[string]float64{}}
	err = outage(p.loadInto(ctx, calm, held, r, t, opt, l))
	l.Paused, err = p.afterPause(ctx, r.ID, t, opt, l.Paused, err)
	return l, p.manifestAfter(ctx, r, t, l, p.End(ctx, r, l, err))
}

// loadInto runs the phases of a load; each leaves its part in l. What only reads ends with calm, as soon as the user asks
// to stop; what writes to Odoo finishes the calls under way.
func (p *Pipeline) loadInto(ctx, calm context.Context, held *lease, r run.Run, t *Target, opt LoadOptions, l *Load) error {
	clock := p.opt.Now()
	lap := func(phase string) {
		now := p.opt.Now()
		l.Seconds[phase], clock = now.Sub(clock).Seconds(), now
	}
	d, err := p.derive(calm, r, t)
	if err != nil {
		return err
	}
	l.Modules = d.schema.Modules
	if l.Stage, err = p.summarise(calm, d, t); err != nil {
		return err
	}
	lap("derive")
	known, off, err := p.gates(calm, d, t, opt, l)
	if err != nil {
		return err
	}
	models := modelsOf(d.plan)
	if l.Before, err = p.censusBefore(calm, r, t, models); err != nil {
		return err
	}
	if err := p.switchOff(ctx, t, known, off, opt, l); err != nil {
		return err
	}
	if err := p.noteMark(ctx, r, t); err != nil {
		return err
	}
	if known, err = p.mark(ctx, t, known); err != nil {
		return err
	}
	lap("gates")
	began := verify.Known{Clock: t.clock}.Now()
	d.batches = map[string]flow.Used{}
	l.Batches = d.batches
	err = p.loadSteps(ctx, d, t, known, held, opt)
	if l.Checkpoints = d.checkpoints; err != nil {
		_ = p.account(context.WithoutCancel(ctx), d, l) // for the summary; what counts is why the load broke off
		return err
	}
	lap("load")
	if l.After, err = p.census(calm, t, models); err != nil {
		return err
	}
	if err := p.account(ctx, d, l); err != nil {
		return err
	}
	if l.Deferral, l.Accepted, err = p.deferrals(ctx, r.ID); err != nil {
		return err
	}
	if l.Verify, err = p.verify(calm, d, t, known.ID, began); err != nil {
		return err
	}
	lap("verify")
	if l.Controls, err = p.controlsAfter(calm, d, t, known.ID); err != nil {
		return err
	}
	lap("reconcile")
	if l.Findings, err = p.Store.FindingGroups(ctx, r.ID); err != nil {
		return err
	}
	for _, f := range l.Findings {
		if f.Rule == load.RuleCallFailed {
			l.Unfinished += max(f.Rows, 1)
		}
	}
	return nil
}

func modelsOf(pl *plan.Plan) []string {
	var out []string
	for _, s := range pl.Steps {
		out = append(out, s.Model)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// beginLoad starts a run, or goes on with the last one where it is to be resumed.
func (p *Pipeline) beginLoad(ctx context.Context, kind string, t *Target, resume bool) (run.Run, error) {
	if !resume {
		return p.Begin(ctx, kind, t.Name)
	}
	runs, err := p.Store.Runs(ctx)
	if err != nil {
		return run.Run{}, err
	}
	var last run.Run
	for _, r := range runs {
		if r.Kind != kind || r.Target != t.Name {
			continue
		}
		if r.State == run.Done {
			break
		}
		// A run that stopped at its gates wrote nothing: one before it may be waiting.
		if last.ID == 0 || last.PlanHash == "" && r.PlanHash != "" {
			last = r
		}
	}
	if last.ID != 0 {
		return last, p.Store.Event(ctx, last.ID, kind+".resume", map[string]string{"actor": p.opt.Actor, "was": last.State})
	}
	return run.Run{}, record.Advise(fmt.Errorf("there is no %s into %s to resume", kind, t.Name), "Run migrate "+kind+" without --resume.")
}

// rollbackEvent marks the moment from which a rollback changes Odoo.
const rollbackEvent = "rollback.writing"

// rollbackFinished refuses to load while a rollback is half done: what it left would be taken for what was loaded.
func (p *Pipeline) rollbackFinished(ctx context.Context, t *Target) error {
	runs, err := p.Store.Runs(ctx)
	if err != nil {
		return err
	}
	begun, err := p.unfinishedRollback(ctx, t, runs)
	of := begun.Of
	if err != nil || of == 0 {
		return err
	}
	return record.Advise(fmt.Errorf("the rollback of run %d was not finished", of), "Run migrate rollback again until it is.")
}

// unfinishedRollback is the run that a rollback began to undo and did not get done with, be it that only its proof is
// missing; of 0 where there is none. runs are all of them, newest first.
func (p *Pipeline) unfinishedRollback(ctx context.Context, t *Target, runs []run.Run) (data undoBegun, err error) {
	for _, r := range runs {
		if r.Target != t.Name || r.Kind != "rollback" && !loads(r) {
			continue
		}
		if r.Kind != "rollback" || r.State == run.Done {
			return data, nil
		}
		events, err := p.Store.Events(ctx, r.ID)
		if err != nil {
			return data, err
		}
		for _, e := range events {
			if e.Kind == rollbackEvent {
				err := json.Unmarshal(e.Data, &data)
				return data, err
			}
		}
	}
	return data, nil
}
