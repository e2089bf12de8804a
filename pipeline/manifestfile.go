package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/odoo-migrate/odoo-migrate/pipeline/manifest"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// ManifestFile is a manifest that was written.
type ManifestFile struct {
	Version int    `json:"version"`
	Run     int64  `json:"run"`
	Path    string `json:"path"`
	manifest.End
}

const (
	markEvent     = "mark"
	manifestEvent = "manifest"
)

// noteMark writes down what the database is marked with before a run marks it: whoever undoes the run by its file puts
// that mark back. A resumed run keeps what it began with.
func (p *Pipeline) noteMark(ctx context.Context, r run.Run, t *Target) error {
	if _, noted, err := p.markBefore(ctx, r.ID); err != nil || noted {
		return err
	}
	mark, _, err := p.readMark(ctx, t)
	if err != nil {
		return err
	}
	return p.Store.Event(ctx, r.ID, markEvent, map[string]string{"before": mark})
}

func (p *Pipeline) markBefore(ctx context.Context, runID int64) (string, bool, error) {
	events, err := p.Store.Events(ctx, runID)
	for _, e := range events {
		if e.Kind == markEvent {
			var mark struct{ Before string }
			err := json.Unmarshal(e.Data, &mark)
			return mark.Before, true, err
		}
	}
	return "", false, err
}

// ManifestPath is where a run's manifest lies: outside of the folder that staging is in, and may be lost with.
func (p *Pipeline) ManifestPath(runID int64) string {
	return filepath.Join(p.Project.Dir, "manifests", fmt.Sprintf("run-%d.jsonl", runID))
}

// WriteManifest writes the manifest file of a run; "" is its usual place. An older one there is replaced by a whole one.
func (p *Pipeline) WriteManifest(ctx context.Context, runID int64, path string) (*ManifestFile, error) {
	r, err := p.Store.Run(ctx, runID)
	switch {
	case errors.Is(err, staging.ErrNotFound):
		return nil, record.Advise(fmt.Errorf("there is no run %d", runID), "migrate runs lists them.")
	case err != nil:
		return nil, err
	case !loads(r):
		return nil, record.Advise(fmt.Errorf("run %d was a %s: it changed nothing in Odoo that could be undone", runID, r.Kind), "migrate runs lists the cutovers and deltas.")
	}
	head, targetID, err := p.manifestHead(ctx, r)
	if err != nil {
		return nil, err
	}
	if path == "" {
		path = p.ManifestPath(runID)
	}
	if err := p.unpurged(ctx, targetID); err != nil {
		return nil, err
	}
	m := &ManifestFile{Version: 1, Run: runID, Path: path}
	if m.End, err = p.writeManifest(ctx, path, head, targetID); err != nil {
		return nil, AdviseWrite(fmt.Errorf("the manifest of run %d: %w", runID, err))
	}
	return m, p.Store.Event(ctx, runID, manifestEvent, m)
}

func (p *Pipeline) manifestHead(ctx context.Context, r run.Run) (manifest.Head, int64, error) {
	head := manifest.Head{Project: p.Project.Name, Module: p.Project.Module, Program: p.opt.Version, Run: r.ID, Target: r.Target}
	target, err := p.Store.TargetOf(ctx, r.ID)
	if errors.Is(err, staging.ErrNotFound) {
		err = record.Advise(fmt.Errorf("run %d made no call to Odoo: there is nothing to undo", r.ID), "migrate runs lists the others.")
	}
	if err != nil {
		return head, 0, err
	}
	head.Database = target
	census, _, err := p.rememberedCensus(ctx, r.ID)
	if err != nil {
		return head, 0, err
	}
	if head.Census, err = json.Marshal(census); err != nil {
		return head, 0, err
	}
	if head.MarkBefore, _, err = p.markBefore(ctx, r.ID); err != nil {
		return head, 0, err
	}
	writers, err := p.writers(ctx, r.Target)
	for i := range writers {
		if writers[i].Summary, err = saidOf(writers[i]); err != nil {
			return head, 0, err
		}
	}
	head.Runs = writers
	return head, target.ID, err
}

// saidOf is what of a run's summary tells its writing from that of people.
func saidOf(r run.Run) (json.RawMessage, error) {
	var said struct {
		Stage struct {
			Normalisations []string `json:"normalisations,omitempty"`
		} `json:"stage"`
		Verify struct {
			Window struct {
				Loading string `json:"loading,omitempty"`
				From    string `json:"from,omitempty"`
			} `json:"window"`
		} `json:"verify"`
	}
	if len(r.Summary) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(r.Summary, &said); err != nil {
		return nil, fmt.Errorf("read the summary of run %d: %w", r.ID, err)
	}
	return json.Marshal(said)
}

// writeManifest writes beside the place and moves the file there once it is whole and on the disk.
func (p *Pipeline) writeManifest(ctx context.Context, path string, head manifest.Head, targetID int64) (end manifest.End, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return end, err
	}
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return end, err
	}
	end, err = manifest.Write(f, head, p.Store.EachChange(ctx, head.Run), p.Store.EntriesOfRun(ctx, targetID, head.Run))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		_ = os.Remove(path + ".new") // half a manifest is worse than none
		return end, err
	}
	return end, os.Rename(path+".new", path)
}

// manifestAfter writes the manifest of a load that changed something, however it ended. Where it ended well, a manifest
// that cannot be written is an error.
func (p *Pipeline) manifestAfter(ctx context.Context, r run.Run, t *Target, l *Load, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Minute)
	defer cancel()
	left, err := p.Store.ChangesLeft(ctx, r.ID)
	if err == nil && left > 0 {
		l.Manifest, err = p.WriteManifest(ctx, r.ID, "")
	}
	if cause == nil && err != nil {
		return err
	}
	return cause
}

// renewManifest writes the manifest of the newest run that has something left anew: a rollback marked the database, and may
// have undone a part.
func (p *Pipeline) renewManifest(ctx context.Context, t *Target) error {
	runs, err := p.Store.Runs(ctx)
	if err != nil {
		return err
	}
	for _, r := range runs {
		if r.Target != t.Name || !loads(r) {
			continue
		}
		left, err := p.Store.ChangesLeft(ctx, r.ID)
		if err != nil {
			return err
		}
		if left > 0 {
			_, err = p.WriteManifest(ctx, r.ID, "")
			return err
		}
	}
	return nil
}
