package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/pipeline/gate"
	"github.com/odoo-migrate/odoo-migrate/pipeline/load"
	"github.com/odoo-migrate/odoo-migrate/pipeline/plan"
	"github.com/odoo-migrate/odoo-migrate/pipeline/reconcile"
	"github.com/odoo-migrate/odoo-migrate/pipeline/verify"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// ErrGates says that gates are closed; nothing was written.
var ErrGates = errors.New("gates are closed")

// ErrLocked says that another run writes to the same target.
var ErrLocked = errors.New("another run holds the target")

// Interrupted reports whether an error leaves a run that can be resumed.
func Interrupted(err error) bool {
	return errors.Is(err, load.ErrInterrupted) || errors.Is(err, load.ErrUnsettled) || errors.Is(err, context.Canceled)
}

// LoadOptions of Cutover and Delta.
type LoadOptions struct {
	Target            string
	Resume            bool
	Overrides         []gate.Override
	AcceptRestoreOnly bool
	BatchRecords      int
	Workers           int
	CallTimeout       time.Duration
	Patience          time.Duration
}

// Load is what a cutover or a delta did.
type Load struct {
	Version  int                         `json:"version"`
	Run      int64                       `json:"run"`
	Kind     string                      `json:"kind"`
	Target   string                      `json:"target"`
	Server   string                      `json:"server"`
	Gates    []gate.Gate                 `json:"gates"`
	Stage    *Stage                      `json:"stage"`
	Records  map[string]map[string]int64 `json:"records"` // mapping -> class -> records
	Produced map[string]int64            `json:"produced"`
	Balance  []string                    `json:"unbalanced,omitempty"`
	Before   Census                      `json:"before"`
	After    Census                      `json:"after"`
	Verify   *verify.Result              `json:"verify,omitempty"`
	Controls []reconcile.Result          `json:"controls,omitempty"`
	Findings []record.Finding            `json:"findings,omitempty"`
	Seconds  map[string]float64          `json:"seconds"` // by phase
}

// Clean reports whether everything that was meant is in Odoo, and nothing else happened there.
func (l *Load) Clean() bool {
	ok := l.Verify != nil && l.Verify.Clean() && len(l.Balance) == 0 && l.After.Mails == l.Before.Mails
	for _, c := range l.Controls {
		ok = ok && c.Equal
	}
	return ok
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
	t, err := p.Connect(ctx, opt.Target)
	if err != nil {
		return nil, err
	}
	release, err := p.lock(ctx, t)
	if err != nil {
		return nil, err
	}
	defer release()
	r, err := p.beginLoad(ctx, kind, t, opt.Resume)
	if err != nil {
		return nil, err
	}
	_, server := t.Version()
	l := &Load{Version: 1, Run: r.ID, Kind: kind, Target: t.Name, Server: server, Seconds: map[string]float64{}}
	err = p.loadInto(ctx, r, t, opt, l)
	return l, p.End(ctx, r, l, err)
}

// loadInto runs the phases of a load; each leaves its part in l.
func (p *Pipeline) loadInto(ctx context.Context, r run.Run, t *Target, opt LoadOptions, l *Load) error {
	clock := p.opt.Now()
	lap := func(phase string) {
		now := p.opt.Now()
		l.Seconds[phase], clock = now.Sub(clock).Seconds(), now
	}
	d, err := p.derive(ctx, r, t)
	if err != nil {
		return err
	}
	if l.Stage, err = p.summarise(ctx, d, t); err != nil {
		return err
	}
	lap("derive")
	known, err := p.gates(ctx, d, t, opt, l)
	if err != nil {
		return err
	}
	models := modelsOf(d.plan)
	if l.Before, err = p.censusBefore(ctx, r, t, models); err != nil {
		return err
	}
	if known, err = p.mark(ctx, t, known); err != nil {
		return err
	}
	lap("gates")
	if err := p.loadSteps(ctx, d, t, known, opt); err != nil {
		return errors.Join(err, p.account(ctx, d, l))
	}
	lap("load")
	if l.After, err = p.census(ctx, t, models); err != nil {
		return err
	}
	if err := p.account(ctx, d, l); err != nil {
		return err
	}
	if l.Verify, err = p.verify(ctx, d, t, known.ID); err != nil {
		return err
	}
	lap("verify")
	if l.Controls, err = p.controlsAfter(ctx, d, t, known.ID); err != nil {
		return err
	}
	lap("reconcile")
	l.Findings, err = p.Store.FindingGroups(ctx, r.ID)
	return err
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
	for _, r := range runs {
		if r.Kind != kind || r.Target != t.Name {
			continue
		}
		if r.State == run.Done {
			break
		}
		return r, p.Store.Event(ctx, r.ID, kind+".resume", map[string]string{"actor": p.opt.Actor, "was": r.State})
	}
	return run.Run{}, record.Advise(fmt.Errorf("there is no %s into %s to resume", kind, t.Name), "Run migrate "+kind+" without --resume.")
}

// lock takes the run lease of the target: two loads into one target cannot happen. The lease is renewed while the run
// lives and expires by itself when the process is killed.
func (p *Pipeline) lock(ctx context.Context, t *Target) (func(), error) {
	const life = 20 * time.Second
	host, _ := os.Hostname()
	owner := fmt.Sprintf("%s@%s[%d]", p.opt.Actor, host, os.Getpid())
	name := "load/" + t.Name
	token, holder, err := p.Store.AcquireLease(ctx, name, owner, life)
	if errors.Is(err, staging.ErrLeaseHeld) {
		return nil, record.Advise(fmt.Errorf("%w: %s", ErrLocked, holder), "Wait for it; if its process is dead the lease ends by itself within 20 seconds.")
	}
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		for tick := time.NewTicker(life / 4); ; {
			select {
			case <-ctx.Done():
				tick.Stop()
				return
			case <-tick.C:
				// A lease that could not be renewed is lost at its end; the next settlement would not be ours to make.
				_ = p.Store.RenewLease(ctx, name, token, life)
			}
		}
	}()
	return func() {
		cancel()
		<-done
		end, stop := context.WithTimeout(context.Background(), 5*time.Second)
		defer stop()
		_ = p.Store.ReleaseLease(end, name, token)
	}, nil
}

// gates evaluates all gates and stops where one is closed.
func (p *Pipeline) gates(ctx context.Context, d *derived, t *Target, opt LoadOptions, l *Load) (run.Target, error) {
	known, replaced, err := p.identify(ctx, t)
	if err != nil {
		return known, err
	}
	facts := gate.Facts{
		PlanRequired: l.Kind == "cutover", FirstPass: l.Stage.FirstPass, Threshold: l.Stage.Threshold, Unbalanced: l.Stage.Unbalanced,
		Undecided: d.undecided, Controls: d.results, TargetReplaced: replaced, AcceptRestore: opt.AcceptRestoreOnly,
	}
	for _, s := range d.plan.Steps {
		if s.Undo == run.RestoreOnly || slices.ContainsFunc(s.Calls, func(c plan.Call) bool { return c.Undo == "" }) {
			facts.RestoreOnly = append(facts.RestoreOnly, s.Mapping)
		}
	}
	if facts.PlanRequired {
		signed, err := p.signedPlan()
		if err != nil {
			return known, err
		}
		if facts.PlanThere = signed != nil; facts.PlanThere {
			facts.PlanStale = signed.Compare(d.plan)
		}
	}
	l.Gates = gate.Evaluate(facts, opt.Overrides)
	if err := p.Store.Event(ctx, d.run.ID, "gates", l.Gates); err != nil {
		return known, err
	}
	if closed := gate.Closed(l.Gates); len(closed) > 0 {
		var why []string
		for _, g := range closed {
			why = append(why, g.Name+" ("+g.Evidence+")")
		}
		return known, record.Advise(fmt.Errorf("%w: %s", ErrGates, strings.Join(why, "; ")), closed[0].Remedy)
	}
	hash, err := d.plan.Hash()
	if err != nil {
		return known, err
	}
	return known, p.Store.SetPlan(ctx, d.run.ID, hash)
}

// rememberedCensus is the census a run began with.
func (p *Pipeline) rememberedCensus(ctx context.Context, runID int64) (c Census, found bool, err error) {
	events, err := p.Store.Events(ctx, runID)
	if err != nil {
		return c, false, err
	}
	for _, e := range events {
		if e.Kind == "census" {
			return c, true, json.Unmarshal(e.Data, &c)
		}
	}
	return c, false, nil
}

// censusBefore counts what is in the target, once a run: a resumed run keeps the counts it began with.
func (p *Pipeline) censusBefore(ctx context.Context, r run.Run, t *Target, models []string) (Census, error) {
	c, found, err := p.rememberedCensus(ctx, r.ID)
	if err != nil || found {
		return c, err
	}
	if c, err = p.census(ctx, t, models); err != nil {
		return c, err
	}
	return c, p.Store.Event(ctx, r.ID, "census", c)
}

// loadSteps loads wave by wave, then archives what is gone from the sources, last wave first.
func (p *Pipeline) loadSteps(ctx context.Context, d *derived, t *Target, known run.Target, opt LoadOptions) error {
	loader := (&load.Loader{
		Target: loadTarget{t}, Staged: items{p, d}, Ledger: p.Store, Journal: p.Store, Refs: p.resolver(t, known.ID), Schema: d.schema,
		Module: p.Project.Module, RunID: d.run.ID, TargetID: known.ID,
	}).With(load.Options{
		BatchRecords: opt.BatchRecords, Workers: opt.Workers, CallTimeout: opt.CallTimeout, Patience: opt.Patience, Owner: p.opt.Actor, Stop: p.opt.Stop,
		Progress: func(mapping string, n int) { p.opt.Progress.Advance("load "+mapping, int64(n)) },
	})
	for _, s := range d.plan.Steps {
		p.opt.Progress.Phase("load "+s.Mapping, s.Records)
		if err := loader.Step(ctx, d.plan, s); err != nil {
			return err
		}
		p.opt.Progress.Done("load " + s.Mapping)
	}
	for _, s := range slices.Backward(d.plan.Steps) {
		gone, err := p.gone(ctx, d, known.ID, s)
		if err != nil {
			return err
		}
		d.gone[s.Mapping] = int64(len(gone.Entries))
		if err := loader.Remove(ctx, d.plan, s, gone); err != nil {
			return err
		}
	}
	return nil
}

// gone lists what the ledger has of a mapping and the source has not any more.
func (p *Pipeline) gone(ctx context.Context, d *derived, targetID int64, s plan.Step) (load.Gone, error) {
	m := d.set.Mapping(s.Mapping)
	g := load.Gone{Doubtful: d.snapshots[m.Source].Quarantined > d.corrected[m.Source] || d.counts[m.Name].Rejected > 0}
	staged := map[string]bool{}
	if err := p.each(ctx, `select x_id from staged.`+quoted(s.Mapping), nil, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		staged[id] = true
		return err
	}); err != nil {
		return g, err
	}
	for e, err := range p.Store.Entries(ctx, targetID, s.Mapping) {
		if err != nil {
			return g, err
		}
		if e.State != run.Active {
			continue
		}
		g.Known++
		if !staged[e.ExternalID] {
			g.Entries = append(g.Entries, e)
		}
	}
	return g, nil
}

// account checks that every record the plan produced, and every one the source has no longer, ended in exactly one class.
func (p *Pipeline) account(ctx context.Context, d *derived, l *Load) error {
	counts, err := p.Store.OutcomeCounts(ctx, d.run.ID)
	if err != nil {
		return err
	}
	l.Records, l.Produced, l.Balance = counts, map[string]int64{}, nil
	for _, s := range d.plan.Steps {
		l.Produced[s.Mapping] = s.Records + d.gone[s.Mapping]
		var sum int64
		for _, n := range counts[s.Mapping] {
			sum += n
		}
		if sum != l.Produced[s.Mapping] {
			l.Balance = append(l.Balance, fmt.Sprintf("%s: %d records produced, %d accounted for", s.Mapping, l.Produced[s.Mapping], sum))
		}
	}
	return nil
}

// loadTarget is the client as the loader wants it.
type loadTarget struct{ *Target }

func (t loadTarget) Load(ctx context.Context, model string, columns []string, rows [][]string) (schema.LoadResult, error) {
	return t.Client.Load(ctx, model, columns, rows)
}

// verify reads back everything the ledger holds of the plan's mappings.
func (p *Pipeline) verify(ctx context.Context, d *derived, t *Target, targetID int64) (*verify.Result, error) {
	v := &verify.Verifier{
		Target: t, Ledger: p.Store, Schema: d.schema, Module: p.Project.Module, TargetID: targetID, Refs: p.resolver(t, targetID),
		Progress: func(mapping string, n int) { p.opt.Progress.Advance("verify", int64(n)) },
	}
	var total int64
	var mappings []string
	for _, s := range d.plan.Steps {
		mappings = append(mappings, s.Mapping)
		total += s.Records
	}
	p.opt.Progress.Phase("verify", total)
	defer p.opt.Progress.Done("verify")
	return v.Run(ctx, mappings)
}

var (
	_ load.Staged   = items{}
	_ load.Ledger   = (*staging.Store)(nil)
	_ load.Journal  = (*staging.Store)(nil)
	_ load.Target   = loadTarget{}
	_ verify.Ledger = (*staging.Store)(nil)
)

var _ iter.Seq2[run.Entry, error] = nil

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
