package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/pipeline/manifest"
	"github.com/odoo-migrate/odoo-migrate/pipeline/rollback"
	"github.com/odoo-migrate/odoo-migrate/pipeline/verify"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// OpenForManifest opens a project whose staging may be gone: then it is opened without, and why is told.
func OpenForManifest(ctx context.Context, opt Options) (p *Pipeline, without string, err error) {
	if p, err = OpenConfig(opt); err != nil {
		return nil, "", err
	}
	if _, err := os.Stat(p.dir()); errors.Is(err, os.ErrNotExist) && p.Project.Staging.DSN.IsZero() {
		return p, "the project has no staging database any more", nil
	}
	full, err := Open(ctx, opt)
	if err != nil {
		return p, fmt.Sprintf("the staging database cannot be opened: %v", err), nil
	}
	return full, "", nil
}

// RollbackManifest undoes a run from its manifest file. Where staging knows the run, the file has to be one that staging
// wrote, and staging leads; else the file is all there is. A digest, where it is given, is the one the file must have.
func (p *Pipeline) RollbackManifest(ctx context.Context, path, digest string, opt UndoOptions) (*Undo, error) {
	f, err := readManifest(path)
	if err != nil {
		return nil, err
	}
	if digest != "" && digest != f.End.SHA256 {
		return nil, record.Advise(fmt.Errorf("%w: %s has the SHA-256 %s, not %s", manifest.ErrBroken, path, f.End.SHA256, digest), "Use the file whose SHA-256 was written down.")
	}
	if f.Head.Project != p.Project.Name || f.Head.Module != p.Project.Module {
		return nil, record.Advise(fmt.Errorf("%s is a manifest of the project %s, not of %s", path, f.Head.Project, p.Project.Name), "Pass the --config of that project.")
	}
	if opt.Run != 0 && opt.Run != f.Head.Run {
		return nil, record.Advise(fmt.Errorf("%s is the manifest of run %d, not of run %d", path, f.Head.Run, opt.Run), "Name the run or its manifest, not both.")
	}
	if opt.Target == "" {
		opt.Target = f.Head.Target
	}
	if p.Store != nil {
		known, err := p.wrote(ctx, f, path)
		if err != nil {
			return nil, err
		}
		if known {
			opt.Run = f.Head.Run
			return p.Rollback(ctx, opt)
		}
	}
	return p.rollbackByFile(ctx, f, path, opt)
}

func readManifest(path string) (*manifest.File, error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, record.Advise(fmt.Errorf("the manifest %s cannot be read%s", path, missing(err)), "Manifests are in the project's folder manifests/.")
	}
	defer in.Close()
	f, err := manifest.Read(in)
	if errors.Is(err, manifest.ErrBroken) {
		err = record.Advise(fmt.Errorf("%s: %w", path, err), "Use another copy of it, or migrate runs manifest where staging is there. Nothing was changed.")
	}
	return f, err
}

// wrote reports whether staging knows the run of a manifest, and refuses one that it did not write.
func (p *Pipeline) wrote(ctx context.Context, f *manifest.File, path string) (bool, error) {
	r, err := p.Store.Run(ctx, f.Head.Run)
	if errors.Is(err, staging.ErrNotFound) || err == nil && !loads(r) {
		return false, nil // another staging area: that of the run is gone
	}
	if err != nil {
		return false, err
	}
	events, err := p.Store.Events(ctx, f.Head.Run)
	if err != nil {
		return false, err
	}
	if !slices.ContainsFunc(f.Head.Runs, func(o run.Run) bool { return o.ID == r.ID && o.Started.Equal(r.Started) }) {
		return false, nil // a run of the same number in another staging area
	}
	for _, e := range events {
		var m ManifestFile
		if e.Kind == manifestEvent && json.Unmarshal(e.Data, &m) == nil && m.SHA256 == f.End.SHA256 {
			return true, nil
		}
	}
	return false, record.Advise(fmt.Errorf("%w: %s is none that run %d wrote", manifest.ErrBroken, path, r.ID),
		"Staging is there and knows the run: use migrate rollback without --manifest. Nothing was changed.")
}

// rollbackByFile undoes by the file alone; how far it is stands in a file beside it.
func (p *Pipeline) rollbackByFile(ctx context.Context, f *manifest.File, path string, opt UndoOptions) (*Undo, error) {
	calm, done := p.untilStopped(ctx)
	defer done()
	t, err := p.Connect(calm, opt.Target)
	if err != nil {
		return nil, err
	}
	kept, err := manifest.Keep(f, path+".undone", p.opt.Now)
	if err != nil {
		return nil, AdviseWrite(err)
	}
	defer kept.Close()
	opt.Scope = p.normalScope(opt.Scope)
	u := &Undo{Version: 1, Of: f.Head.Run, Scope: opt.Scope, Target: t.Name, DryRun: opt.DryRun, Manifest: f.End.SHA256}
	return u, p.undoByFile(ctx, t, kept, opt, u)
}

func (p *Pipeline) undoByFile(ctx context.Context, t *Target, kept *manifest.Kept, opt UndoOptions, u *Undo) error {
	if err := p.sameDatabase(ctx, t, kept); err != nil {
		return err
	}
	files, err := p.files()
	if err != nil {
		return err
	}
	defer files.Close()
	names := modelsChanged(kept.File.Changes)
	roller := p.roller(t, names, opt)
	roller.Manifest, roller.Files, roller.Refs = kept, files, p.resolverBy(t, func(ctx context.Context, ids []string) (map[string]int64, error) { return p.idsBy(ctx, t, kept, ids) })
	if roller.Schema, err = t.Snapshot(ctx, names); err != nil {
		return fmt.Errorf("read the target's metadata: %w", err)
	}
	roller.Changed = p.changedSince(t, roller, func() (verify.Known, error) { return knownOf(t, kept.Head.Runs) })
	if err := p.idsNow(ctx, t, kept); err != nil {
		return err
	}
	due, planned, err := roller.Plan(ctx, u.Of)
	if err != nil {
		return err
	}
	u.plan(due, planned)
	if opt.DryRun {
		return nil
	}
	p.opt.Progress.Phase("undo", int64(len(due)))
	u.Result, err = roller.Run(ctx, u.Of)
	p.opt.Progress.Done("undo")
	if err != nil {
		return blockedAdvice(err)
	}
	if u.Left = kept.Left(); u.Left > 0 {
		return nil
	}
	if err := json.Unmarshal(kept.Head.Census, &u.Before); err != nil {
		return fmt.Errorf("the manifest's numbers of records: %w", err)
	}
	if u.Now, err = p.census(ctx, t, sortedKeys(u.Before.Records)); err != nil {
		return err
	}
	u.Result.Proof = append(u.Result.Proof, compareCensus(u.Before, u.Now, u.Result.Kept)...)
	return p.putMarkBack(ctx, t, kept.Head.MarkBefore)
}

// plan notes what is due, by action.
func (u *Undo) plan(due []run.Change, planned *rollback.Result) {
	u.Planned, u.Result = map[string]int64{}, planned
	for _, c := range due {
		u.Planned[c.Action]++
	}
}

func blockedAdvice(err error) error {
	if errors.Is(err, rollback.ErrBlocked) {
		return record.Advise(err, "See the blockers; each says what can be done. Nothing was changed.")
	}
	return err
}

// sameDatabase refuses another database than the manifest's, and one that is not in the state the run left it in.
func (p *Pipeline) sameDatabase(ctx context.Context, t *Target, kept *manifest.Kept) error {
	id, err := t.Identity(ctx)
	if err != nil {
		return err
	}
	if want := kept.Head.Database; id.Database != want.Database || id.UUID != want.UUID {
		return record.Advise(fmt.Errorf("run %d loaded into the database %s (%s), not into %s (%s)", kept.Head.Run, want.Database, want.UUID, id.Database, id.UUID),
			"Roll back in the database the run loaded into.")
	}
	mark, _, err := p.readMark(ctx, t)
	if err != nil {
		return err
	}
	was, becomes := epochs(kept.Head.Database)
	if mark == was || becomes != "" && mark == becomes || kept.Left() == 0 && mark == kept.Head.MarkBefore {
		return nil
	}
	return record.Advise(fmt.Errorf("the database does not carry the mark of run %d: it was restored or copied since, or another run came later", kept.Head.Run),
		"Roll back the later run first, by its manifest.")
}

func modelsChanged(changes []run.Change) []string {
	var out []string
	for _, c := range changes {
		out = append(out, c.Model)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// idsBy finds records of ours by the manifest, and those of earlier runs by their external ids in Odoo.
func (p *Pipeline) idsBy(ctx context.Context, t *Target, kept *manifest.Kept, ids []string) (map[string]int64, error) {
	out := make(map[string]int64, len(ids))
	var ask []string
	for _, id := range ids {
		if e, ok := kept.File.Entries[id]; ok {
			if e.State != run.Deleted {
				out[id] = e.DBID
			}
			continue
		}
		ask = append(ask, id)
	}
	for part := range slices.Chunk(ask, modelsAtOnce) {
		found, err := t.XMLIDs(ctx, p.Project.Module, part)
		if err != nil {
			return nil, err
		}
		for id, x := range found {
			out[id] = x.ResID
		}
	}
	return out, nil
}

// idsNow takes over the database ids that records have by now: undoing a later run by its file may have made deleted ones
// again, under other ids.
func (p *Pipeline) idsNow(ctx context.Context, t *Target, kept *manifest.Kept) error {
	for part := range slices.Chunk(sortedKeys(kept.File.Entries), modelsAtOnce) {
		found, err := t.XMLIDs(ctx, p.Project.Module, part)
		if err != nil {
			return err
		}
		for id, x := range found {
			if e := kept.File.Entries[id]; x.Model == e.Model && x.ResID != e.DBID {
				e.DBID = x.ResID
				kept.File.Entries[id] = e
			}
		}
	}
	return nil
}

// putMarkBack leaves the database with the mark it had before the run, so that the manifest of an earlier one fits again.
func (p *Pipeline) putMarkBack(ctx context.Context, t *Target, mark string) error {
	now, id, err := p.readMark(ctx, t)
	switch {
	case err != nil || now == mark:
		return err
	case mark == "":
		return t.Unlink(ctx, "ir.config_parameter", []int64{id})
	}
	return p.writeMark(ctx, t, mark)
}
