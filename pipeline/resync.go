package pipeline

import (
	"context"
	"errors"
	"fmt"

	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/pipeline/load"
	"github.com/odoo-migrate/odoo-migrate/pipeline/resync"
	"github.com/odoo-migrate/odoo-migrate/pipeline/verify"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// ResyncOptions of Resync.
type ResyncOptions struct {
	Target     string
	Production string // the name of production's database, as it was typed
}

// Resync is what a resync found.
type Resync struct {
	Version int    `json:"version"`
	Run     int64  `json:"run"`
	Target  string `json:"target"`
	Why     string `json:"why"` // what says that the ledger is not this database's
	resync.Result
}

// Resync rebuilds the ledger of a database that was restored or copied from the external ids in it, and marks the database
// as the ledger's. It changes nothing else in Odoo: what is missing there is brought by the next load.
func (p *Pipeline) Resync(ctx context.Context, opt ResyncOptions) (*Resync, error) {
	calm, done := p.untilStopped(ctx)
	defer done()
	t, err := p.Connect(calm, opt.Target)
	if err != nil {
		return nil, err
	}
	if err := p.nameTyped(t, opt.Production); err != nil {
		return nil, err
	}
	ctx, held, err := p.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer held.release()
	known, why, err := p.identify(ctx, t)
	if err != nil {
		return nil, err
	}
	if why == "" {
		return nil, record.Advise(fmt.Errorf("the ledger of %s is this database's: there is nothing to rebuild", t.Name), "Go on with cutover or delta.")
	}
	if err := p.unpurged(ctx, known.ID); err != nil {
		return nil, err
	}
	r, err := p.Begin(ctx, "resync", t.Name)
	if err != nil {
		return nil, err
	}
	out := &Resync{Version: 1, Run: r.ID, Target: t.Name, Why: why}
	if err := p.End(ctx, r, out, p.resync(ctx, t, held, known, out)); err != nil {
		return nil, err
	}
	return out, p.renewManifest(ctx, t)
}

// nameTyped holds a production to its name being typed: the ledger of a wrong database would be lost.
func (p *Pipeline) nameTyped(t *Target, production string) error {
	config := p.Project.Targets[t.Name]
	if config.Role != project.Production {
		return nil
	}
	if a := typed(production, config.Database); a.Not != "" {
		return record.Advise(errors.New(a.Not), "Look at which database it is; then pass its name as --production NAME.")
	}
	return nil
}

func (p *Pipeline) resync(ctx context.Context, t *Target, held *lease, known run.Target, out *Resync) error {
	mark, _, err := p.readMark(ctx, t)
	if err != nil {
		return err
	}
	copied, err := p.ledgerOfOrigin(ctx, known, mark)
	if err != nil {
		return err
	}
	// What a killed run left open belongs to what was before the restore, and is asked for in what there is now.
	open := &load.Loader{Target: t, Journal: journal{p.Store, held}, Module: p.Project.Module, TargetID: known.ID}
	if err := open.Recover(ctx); err != nil {
		return err
	}
	re, err := p.resyncer(ctx, t, known, out.Run)
	if err != nil {
		return err
	}
	total, err := p.Store.CountEntries(ctx, known.ID)
	if err != nil {
		return err
	}
	p.opt.Progress.Phase("resync", total)
	out.Result, err = re.Run(ctx)
	p.opt.Progress.Done("resync")
	if err != nil {
		return fmt.Errorf("resync: %w", err)
	}
	out.Of = copied
	if err := p.Store.Event(ctx, out.Run, "resync", out); err != nil {
		return err
	}
	_, err = p.mark(ctx, t, known)
	return err
}

// ledgerOfOrigin gives a database that the ledger never saw the ledger of the one it is a copy of, and names that.
func (p *Pipeline) ledgerOfOrigin(ctx context.Context, known run.Target, mark string) (string, error) {
	if known.Epoch != "" {
		return "", nil
	}
	from, err := p.Store.LedgerLike(ctx, known, mark)
	if errors.Is(err, staging.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	_, err = p.Store.CopyLedger(ctx, from.ID, known.ID)
	return fmt.Sprintf("%s at %s", from.Database, from.URL), err
}

func (p *Pipeline) resyncer(ctx context.Context, t *Target, known run.Target, runID int64) (*resync.Resyncer, error) {
	models, mappings := map[string]bool{}, map[string]bool{}
	for e, err := range p.Store.Entries(ctx, known.ID, "") {
		if err != nil {
			return nil, err
		}
		models[e.Model], mappings[e.Mapping] = true, true
	}
	err := listXMLIDs(ctx, t, p.Project.Module, func(page []verify.Difference) error {
		for _, d := range page {
			models[d.Model] = true
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	s, err := p.present(ctx, t, sortedKeys(models))
	if err != nil {
		return nil, fmt.Errorf("read the target's metadata: %w", err)
	}
	return &resync.Resyncer{
		Target: t, Ledger: p.Store, Schema: s, Module: p.Project.Module, TargetID: known.ID, RunID: runID,
		Progress: func(n int) { p.opt.Progress.Advance("resync", int64(n)) },
		Listed: func(ctx context.Context, each func([]resync.Named) error) error {
			return listXMLIDs(ctx, t, p.Project.Module, func(page []verify.Difference) error { return each(namedOf(page)) })
		},
		Differing: func(ctx context.Context, each func(context.Context, []run.Verified) error) error {
			v := &verify.Verifier{Target: t, Ledger: p.Store, Schema: s, Module: p.Project.Module, TargetID: known.ID, Refs: p.resolver(t, known.ID), Counters: counters(s), Keeper: keep(each)}
			_, err := v.Run(ctx, sortedKeys(mappings))
			return err
		},
	}, nil
}

// present is the metadata of those models that the target has.
func (p *Pipeline) present(ctx context.Context, t *Target, models []string) (*schema.Snapshot, error) {
	list := make([]any, len(models))
	for i, m := range models {
		list[i] = m
	}
	rows, err := t.SearchRead(ctx, "ir.model", []any{[]any{"model", "in", list}}, []string{"model"}, 0)
	if err != nil {
		return nil, err
	}
	there := map[string]bool{}
	for _, row := range rows {
		if m, ok := row["model"].(string); ok {
			there[m] = true
		}
	}
	return t.Snapshot(ctx, sortedKeys(there))
}

func namedOf(page []verify.Difference) []resync.Named {
	out := make([]resync.Named, len(page))
	for i, d := range page {
		out[i] = resync.Named{ExternalID: d.ExternalID, Model: d.Model, DBID: d.DBID, Along: owner(d)}
	}
	return out
}

// keep hands what every record was found to be on.
type keep func(context.Context, []run.Verified) error

func (k keep) Keep(ctx context.Context, records []run.Verified) error { return k(ctx, records) }

// loadedInto refuses to undo a run in a copy of the database it loaded into: what it made would be undone here, and the
// ledger would say so of there.
func (p *Pipeline) loadedInto(ctx context.Context, of run.Run, here run.Target) error {
	into, err := p.Store.TargetOf(ctx, of.ID)
	if errors.Is(err, staging.ErrNotFound) || err == nil && into.ID == here.ID {
		return nil
	}
	if err != nil {
		return err
	}
	return record.Advise(fmt.Errorf("run %d loaded into database %s at %s, and this is another: %s at %s", of.ID, into.Database, into.URL, here.Database, here.URL),
		"Roll back there; what was loaded into a copy since can be rolled back in the copy.")
}
