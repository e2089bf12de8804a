package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/gate"
	"github.com/odoo-migrate/odoo-migrate/pipeline/pause"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// ErrGates says that gates are closed; nothing was written.
var ErrGates = errors.New("gates are closed")

// gates evaluates all gates and stops where one is closed. It returns what is to be paused, too.
func (p *Pipeline) gates(ctx context.Context, d *derived, t *Target, opt LoadOptions, l *Load) (run.Target, *pause.Plan, error) {
	known, replaced, err := p.identify(ctx, t)
	if err != nil {
		return known, nil, err
	}
	if err := p.unpurged(ctx, known.ID); err != nil {
		return known, nil, err
	}
	facts := gate.Facts{
		PlanRequired: l.Kind == "cutover", FirstPass: l.Stage.FirstPass, Threshold: l.Stage.Threshold, Unbalanced: l.Stage.Unbalanced,
		LowAmounts: l.Stage.LowAmounts, Quarantined: l.Stage.Quarantine,
		Undecided: d.undecided, Custody: d.custody.Statement, Contradicted: !d.custody.Holds(), Torn: d.torn(), Controls: d.results, TargetReplaced: replaced, AcceptRestore: opt.AcceptRestoreOnly,
		ValueMaps: managed(l.Stage.ValueMaps), OpenMaps: openMaps(l.Stage.ValueMaps),
		Checks: len(d.checks), Blocked: l.Stage.blocked(), Limits: len(l.Stage.Limits), Exceeded: l.Stage.exceeded(),
	}
	if facts.Companies, facts.NotAllowed, err = p.companies(ctx, d, t); err != nil {
		return known, nil, err
	}
	facts.RestoreOnly = restoreOnly(d.plan)
	if facts.Weekend, err = p.weekend(ctx, d, t, opt, l); err != nil {
		return known, nil, err
	}
	off, answer, err := p.pausing(ctx, t, known, d.run.ID, opt)
	if err != nil {
		return known, nil, err
	}
	facts.Pause = answer
	if facts.Gone, err = p.missing(ctx, d, known.ID); err != nil {
		return known, nil, err
	}
	d.outlook, d.forecast = p.watch(l.Forecast), l.Forecast
	if facts.PlanRequired {
		signed, err := p.signedPlan()
		if err != nil {
			return known, nil, err
		}
		if facts.PlanThere = signed != nil; facts.PlanThere {
			facts.PlanStale = signed.Compare(d.plan)
		}
	}
	l.Gates = gate.Evaluate(facts, opt.Overrides)
	if err := p.Store.Event(ctx, d.run.ID, "gates", l.Gates); err != nil {
		return known, nil, err
	}
	if closed := gate.Closed(l.Gates); len(closed) > 0 {
		var why []string
		for _, g := range closed {
			why = append(why, g.Name+" ("+g.Evidence+")")
		}
		return known, nil, record.Advise(fmt.Errorf("%w: %s", ErrGates, strings.Join(why, "; ")), closed[0].Remedy)
	}
	hash, err := d.plan.Hash()
	if err != nil {
		return known, nil, err
	}
	if was := d.run.PlanHash; opt.Resume && was != "" && was != hash {
		return known, nil, record.Advise(fmt.Errorf("run %d cannot be resumed: its inputs, or the target, are not what they were", d.run.ID),
			"Put the files back, or run migrate delta, which loads what is left and what changed.")
	}
	if err := p.noteInputs(ctx, d); err != nil {
		return known, nil, err
	}
	return known, off, p.Store.SetPlan(ctx, d.run.ID, hash)
}

// rememberedCensus is the census a run began with.
func (p *Pipeline) rememberedCensus(ctx context.Context, runID int64) (c Census, found bool, err error) {
	events, err := p.Store.Events(ctx, runID)
	if err != nil {
		return c, false, err
	}
	for _, e := range events {
		if e.Kind == "census" {
			err := json.Unmarshal(e.Data, &c)
			return c, true, err
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
