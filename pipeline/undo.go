package pipeline

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/pipeline/load"
	"github.com/odoo-migrate/odoo-migrate/pipeline/rollback"
	"github.com/odoo-migrate/odoo-migrate/pipeline/verify"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// Undo is what a rollback did.
type Undo struct {
	Version int            `json:"version"`
	Run     int64          `json:"run"`
	Scope   rollback.Scope `json:"scope,omitzero"`
	Left    int64          `json:"left,omitempty"` // changes of that run that are not undone

	Manifest string           `json:"manifest,omitempty"` // SHA-256 of the file that alone was gone by; Run is 0 then
	Of       int64            `json:"of"`                 // the run that was undone
	Target   string           `json:"target"`
	DryRun   bool             `json:"dry_run,omitempty"`
	Planned  map[string]int64 `json:"planned"` // changes to undo, by action
	Result   *rollback.Result `json:"result"`
	Before   Census           `json:"before"` // when the undone run began
	Now      Census           `json:"now"`
	Paused   *Pausing         `json:"paused,omitempty"` // what an earlier run had left switched off
}

// Proven reports whether everything that could be undone was, and was read to be.
func (u *Undo) Proven() bool {
	return u.Result != nil && u.Result.Proven() && len(u.Result.Remaining) == 0
}

// UndoOptions of Rollback.
type UndoOptions struct {
	Target string
	Run    int64 // 0 is the last cutover or delta that changed something
	DryRun bool  // list what would be done and what stands in the way
	Force  bool  // give up changes that users made since
	Scope  rollback.Scope
}

// Rollback undoes a run from its manifest and proves it.
func (p *Pipeline) Rollback(ctx context.Context, opt UndoOptions) (*Undo, error) {
	calm, done := p.untilStopped(ctx)
	defer done()
	t, err := p.Connect(calm, opt.Target)
	if err != nil {
		return nil, err
	}
	of, err := p.runToUndo(ctx, t, opt.Run)
	if err != nil {
		return nil, err
	}
	if opt.Scope, err = p.scopeOf(ctx, t, of, opt); err != nil {
		return nil, err
	}
	ctx, held, err := p.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer held.release()
	r, err := p.Begin(ctx, "rollback", t.Name)
	if err != nil {
		return nil, err
	}
	u := &Undo{Version: 1, Run: r.ID, Of: of.ID, Scope: opt.Scope, Target: t.Name, DryRun: opt.DryRun}
	err = p.undo(ctx, t, held, of, opt, u)
	if !opt.DryRun {
		u.Paused, err = p.afterPause(ctx, r.ID, t, LoadOptions{}, nil, err)
	}
	err = p.End(ctx, r, u, err)
	if err != nil || opt.DryRun {
		return u, err
	}
	return u, p.renewManifest(ctx, t)
}

// runToUndo finds the run: the one asked for, or the last that left changes.
func (p *Pipeline) runToUndo(ctx context.Context, t *Target, id int64) (run.Run, error) {
	if id != 0 {
		r, err := p.Store.Run(ctx, id)
		switch {
		case errors.Is(err, staging.ErrNotFound):
			err = record.Advise(fmt.Errorf("there is no run %d", id), "migrate runs lists them.")
		case err == nil && !loads(r):
			err = record.Advise(fmt.Errorf("run %d was a %s: it changed nothing in Odoo that could be undone", id, r.Kind), "migrate runs lists the cutovers and deltas.")
		case err == nil && r.Target != t.Name:
			err = record.Advise(fmt.Errorf("run %d loaded into %s, not into %s", id, r.Target, t.Name), "Pass --target "+r.Target+".")
		}
		return r, err
	}
	runs, err := p.Store.Runs(ctx)
	if err != nil {
		return run.Run{}, err
	}
	if begun, err := p.unfinishedRollback(ctx, t, runs); err != nil || begun.Of != 0 {
		if err != nil {
			return run.Run{}, err
		}
		return p.Store.Run(ctx, begun.Of)
	}
	for _, r := range runs {
		if r.Target != t.Name || !loads(r) {
			continue
		}
		if left, err := p.Store.ChangesLeft(ctx, r.ID); err != nil || left > 0 {
			return r, err
		}
	}
	return run.Run{}, record.Advise(errors.New("there is nothing to roll back"), "migrate runs lists what was done.")
}

// loads reports whether a run is of a kind that changes Odoo.
func loads(r run.Run) bool { return r.Kind == "cutover" || r.Kind == "delta" }

func (p *Pipeline) undo(ctx context.Context, t *Target, held *lease, of run.Run, opt UndoOptions, u *Undo) error {
	target, replaced, err := p.identify(ctx, t)
	if err != nil {
		return err
	}
	if replaced != "" {
		return record.Advise(errors.New(replaced), "Roll back in the database the run loaded into, or run migrate resync first: it finds out what of the run is in this one.")
	}
	if err := p.unpurged(ctx, target.ID); err != nil {
		return err
	}
	if err := p.loadedInto(ctx, of, target); err != nil {
		return err
	}
	if err := p.settled(ctx, t, held, target.ID); err != nil {
		return err
	}
	names, err := p.Store.ChangedModels(ctx, of.ID)
	if err != nil {
		return err
	}
	files, err := p.files()
	if err != nil {
		return err
	}
	defer files.Close()
	roller := p.roller(t, names, opt)
	roller.Manifest, roller.Refs, roller.Files, roller.TargetID = p.Store, p.resolver(t, target.ID), files, target.ID
	if roller.Schema, err = t.Snapshot(ctx, names); err != nil {
		return fmt.Errorf("read the target's metadata: %w", err)
	}
	roller.Changed = p.changedSince(t, roller, func() (verify.Known, error) { return p.known(ctx, t, target.ID) })
	due, planned, err := roller.Plan(ctx, of.ID)
	if err != nil {
		return err
	}
	u.plan(due, planned)
	if opt.DryRun {
		return nil
	}
	if len(planned.Blockers) == 0 {
		// A backup from before the rollback is another database, too.
		if err := p.Store.Event(ctx, u.Run, rollbackEvent, undoBegun{of.ID, opt.Scope}); err != nil {
			return err
		}
		if _, err := p.mark(ctx, t, target); err != nil {
			return err
		}
	}
	p.opt.Progress.Phase("undo", int64(len(due)))
	u.Result, err = roller.Run(ctx, of.ID)
	p.opt.Progress.Done("undo")
	if err != nil {
		return blockedAdvice(err)
	}
	if u.Left, err = p.Store.ChangesLeft(ctx, of.ID); err != nil || u.Left > 0 {
		return err // what a part of a run leaves is not what was before it
	}
	if u.Before, _, err = p.rememberedCensus(ctx, of.ID); err != nil {
		return err
	}
	if u.Now, err = p.census(ctx, t, sortedKeys(u.Before.Records)); err != nil {
		return err
	}
	u.Result.Proof = append(u.Result.Proof, compareCensus(u.Before, u.Now, u.Result.Kept)...)
	return nil
}

// roller is what undoes on a target, without what it reads the run from.
func (p *Pipeline) roller(t *Target, names []string, opt UndoOptions) *rollback.Roller {
	return &rollback.Roller{
		Leaves: leftovers(names), BeforeUnlink: beforeUnlink(names), Release: releases(names), Beside: beside(names), Counter: counterings(names),
		Target: t, Module: p.Project.Module, Scope: opt.Scope, Force: opt.Force, Stop: p.opt.Stop,
		Progress: func(model string, n int) { p.opt.Progress.Advance("undo", int64(n)) },
	}
}

// settled finds out what became of the calls of a killed run, and refuses where only resuming it can tell.
func (p *Pipeline) settled(ctx context.Context, t *Target, held *lease, targetID int64) error {
	l := &load.Loader{Target: t, Journal: journal{p.Store, held}, Module: p.Project.Module, TargetID: targetID}
	if err := l.Recover(ctx); err != nil {
		return err
	}
	open, err := p.Store.OpenIntents(ctx, targetID)
	if err != nil || len(open) == 0 {
		return err
	}
	return record.Advise(fmt.Errorf("run %d was killed, and %d of its batches are in Odoo but not in the ledger", open[0].RunID, len(open)),
		"Resume it first (--resume); then roll back.")
}

// compareCensus claims, model by model, that there are as many records as before the undone run.
// What Odoo keeps, archived and without our external id, is counted apart.
func compareCensus(before, now Census, kept map[string]int) []rollback.Proof {
	var out []rollback.Proof
	for _, m := range sortedKeys(before.Records) {
		if odoo.RecipeFor(m).Counter != nil {
			continue // Odoo makes and drops such records as it books; what is booked back is claimed by its numbers
		}
		proof := rollback.Proof{Claim: fmt.Sprintf("%s has %d records, as before the run", m, before.Records[m]), Holds: before.Records[m] == now.Records[m]-kept[m]}
		if kept[m] > 0 {
			proof.Claim += fmt.Sprintf(", and the %d that Odoo keeps", kept[m])
		}
		if !proof.Holds {
			proof.Detail = fmt.Sprintf("it has %d", now.Records[m])
		}
		out = append(out, proof)
	}
	return out
}

// changedSince compares records with the ledger, so that a rollback does not silently throw away what users did.
func (p *Pipeline) changedSince(t *Target, roller *rollback.Roller, about func() (verify.Known, error)) func(context.Context, []run.Entry) (map[string][]string, error) {
	return func(ctx context.Context, entries []run.Entry) (map[string][]string, error) {
		byMapping := map[string][]run.Entry{}
		for _, e := range entries {
			if e.Digest != "" {
				byMapping[e.Mapping] = append(byMapping[e.Mapping], e)
			}
		}
		known, err := about()
		if err != nil {
			return nil, err
		}
		known.Listed = nil
		out := map[string][]string{}
		for _, m := range sortedKeys(byMapping) {
			v := &verify.Verifier{Target: t, Ledger: entryList(byMapping[m]), Schema: roller.Schema, Module: p.Project.Module, TargetID: roller.TargetID, Refs: roller.Refs, Counters: counters(roller.Schema), Known: known}
			res, err := v.Run(ctx, []string{m})
			if err != nil {
				return nil, err
			}
			for _, d := range res.Differences {
				switch d.Class {
				case verify.Normalised, verify.Logic: // Nobody's change.
				case verify.Missing: // Deleted in Odoo already: nothing of the user's is lost by undoing the rest.
				default:
					out[d.ExternalID] = append(out[d.ExternalID], d.Field)
				}
			}
		}
		return out, nil
	}
}

// entryList is a ledger of a few entries.
type entryList []run.Entry

func (l entryList) Entries(context.Context, int64, string) iter.Seq2[run.Entry, error] {
	return func(yield func(run.Entry, error) bool) {
		for _, e := range l {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// Verify reads back everything the ledger holds and compares; it changes nothing.
func (p *Pipeline) Verify(ctx context.Context, opt VerifyOptions) (*Verification, error) {
	t, err := p.Connect(ctx, opt.Target)
	if err != nil {
		return nil, err
	}
	r, err := p.Begin(ctx, "verify", t.Name)
	if err != nil {
		return nil, err
	}
	v := &Verification{Version: 1, Run: r.ID, Target: t.Name}
	if err = p.verifyLedger(ctx, t, v, opt); err == nil {
		v.Paused, err = p.Store.Paused(ctx)
	}
	return v, p.End(ctx, r, v, err)
}

// Verification is what verify says.
type Verification struct {
	Version int            `json:"version"`
	Run     int64          `json:"run"`
	Target  string         `json:"target"`
	Result  *verify.Result `json:"result"`
	Paused  []run.Paused   `json:"paused,omitempty"` // what runs of the project left switched off, in any database
}

func (p *Pipeline) verifyLedger(ctx context.Context, t *Target, out *Verification, opt VerifyOptions) error {
	target, replaced, err := p.identify(ctx, t)
	if err != nil {
		return err
	}
	if replaced != "" {
		return record.Advise(errors.New(replaced), "Verify the database the run loaded into, or run migrate resync first.")
	}
	if err := p.unpurged(ctx, target.ID); err != nil {
		return err
	}
	var total int64
	models, mappings := map[string]bool{}, map[string]bool{}
	for e, err := range p.Store.Entries(ctx, target.ID, "") {
		if err != nil {
			return err
		}
		if e.State == run.Active && e.Digest != "" {
			total++
			models[e.Model], mappings[e.Mapping] = true, true
		}
	}
	s, err := t.Snapshot(ctx, sortedKeys(models))
	if err != nil {
		return fmt.Errorf("read the target's metadata: %w", err)
	}
	known, err := p.known(ctx, t, target.ID)
	if err != nil {
		return err
	}
	v := &verify.Verifier{
		Known: known, Target: t, Ledger: p.Store, Schema: s, Module: p.Project.Module, TargetID: target.ID, Refs: p.resolver(t, target.ID), Counters: counters(s), Keeper: keeper{p.Store, out.Run},
		Progress: func(_ string, n int) { p.opt.Progress.Advance("verify", int64(n)) },
	}
	p.opt.Progress.Phase("verify", total)
	if opt.Sample > 0 {
		out.Result, err = p.sampled(ctx, v, sortedKeys(mappings), opt)
	} else {
		out.Result, err = p.traced(ctx, out.Run, v, sortedKeys(mappings))
	}
	p.opt.Progress.Done("verify")
	return err
}
