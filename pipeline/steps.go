package pipeline

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/pipeline/load"
	"github.com/odoo-migrate/odoo-migrate/pipeline/plan"
	"github.com/odoo-migrate/odoo-migrate/pipeline/verify"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// loadSteps loads wave by wave, then archives what is gone from the sources, last wave first.
func (p *Pipeline) loadSteps(ctx context.Context, d *derived, t *Target, known run.Target, held *lease, opt LoadOptions) error {
	files, err := p.files()
	if err != nil {
		return err
	}
	defer files.Close()
	stops, err := p.newCheckpoints(ctx, d, opt.Go)
	if err != nil {
		return err
	}
	// The loader waits outages out by itself, all workers together: reads repeated below it would hide them from it.
	direct := &Target{Name: t.Name, Database: t.Database, Client: t.Client.Retrying(odoo.Policy{})}
	refs, most := p.resolver(t, known.ID), p.mostDeleted(opt.Overrides)
	loader := (&load.Loader{
		Target: direct, Staged: items{p, d}, Ledger: p.Store, Journal: journal{p.Store, held}, Refs: refs, Files: files, Schema: d.schema,
		Module: p.Project.Module, RunID: d.run.ID, TargetID: known.ID,
	}).With(load.Options{
		MaxDeleted: &most, BatchRecords: opt.BatchRecords, Workers: opt.Workers, CallTimeout: opt.CallTimeout, Patience: opt.Patience, Pause: opt.Pause, Owner: p.owner(), Flow: p.flow(d.run.ID, opt.Flow), Stop: p.opt.Stop,
		Aim: opt.Aim, Paced: p.paced(d),
		Progress: func(mapping string, n int) {
			p.opt.Progress.Advance("load "+mapping, int64(n))
			d.outlook.advance(mapping, n)
		},
	})
	refs.target = steady{direct, loader}
	watching, watched := context.WithCancel(ctx)
	defer watched()
	go loader.Watch(watching)
	if err := loader.Recover(ctx); err != nil {
		return err
	}
	for i, s := range d.plan.Steps {
		if i > 0 {
			if err := stops.pass(ctx, d.plan.Steps[i-1], s); err != nil {
				return err
			}
		}
		p.opt.Progress.Phase("load "+s.Mapping, s.Records)
		if err := loader.Step(ctx, d.plan, s); err != nil {
			return err
		}
		p.opt.Progress.Done("load " + s.Mapping)
	}
	for _, s := range slices.Backward(d.plan.Steps) {
		gone, removed, err := p.gone(ctx, d, known.ID, s)
		if err != nil {
			return err
		}
		d.gone[s.Mapping] += gone.Count + removed
		if err := loader.Remove(ctx, d.plan, s, gone); err != nil {
			return err
		}
	}
	return nil
}

// gone finds what the ledger has of a mapping and the source has not any more. Both stay in staging: what is handed on are
// counts, and a way to read the records in parts. removed are those that this run removed before it was interrupted.
func (p *Pipeline) gone(ctx context.Context, d *derived, targetID int64, s plan.Step) (g load.Gone, removed int64, err error) {
	m := d.set.Mapping(s.Mapping)
	c, err := p.Store.CountGone(ctx, targetID, d.run.ID, s.Mapping)
	if err != nil {
		return load.Gone{}, 0, err
	}
	return load.Gone{
		Count: c.Gone, Known: c.Known, Doubtful: d.damaged(m.Reads()) || d.counts[m.Name].Rejected > 0,
		Next: func(ctx context.Context, after string, limit int) ([]run.Entry, error) {
			return p.Store.Gone(ctx, targetID, d.run.ID, s.Mapping, after, limit)
		},
	}, c.Removed, nil
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

// verify reads back everything the ledger holds of the plan's mappings.
func (p *Pipeline) verify(ctx context.Context, d *derived, t *Target, targetID int64, began string) (*verify.Result, error) {
	known, err := p.known(ctx, t, targetID)
	if err != nil {
		return nil, err
	}
	v := &verify.Verifier{
		Target: t, Ledger: p.Store, Schema: d.schema, Module: p.Project.Module, TargetID: targetID, Refs: p.resolver(t, targetID),
		Counters: counters(d.schema), Keeper: keeper{p.Store, d.run.ID}, Known: ofThisRun(known, d.run, d.plan.Normals, began),
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
	return p.traced(ctx, d.run.ID, v, mappings)
}

var (
	_ load.Staged   = items{}
	_ load.Ledger   = (*staging.Store)(nil)
	_ load.Journal  = (*staging.Store)(nil)
	_ load.Target   = (*Target)(nil)
	_ verify.Ledger = (*staging.Store)(nil)
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
