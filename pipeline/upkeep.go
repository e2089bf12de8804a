package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// ErrUnconfirmed says that what was asked for cannot be undone, and nobody confirmed it.
var ErrUnconfirmed = errors.New("this cannot be undone")

// retentionLimit is how long cleaning up after a run may take; what is left is done after the next.
const retentionLimit = 10 * time.Minute

func (p *Pipeline) keep() staging.Keep {
	k := p.Project.Staging.Keep
	return staging.Keep{Snapshots: k.Snapshots, Runs: k.Runs, Findings: k.Findings}
}

// retain removes what is older than the project keeps, after a run that derived everything anew. The run is over and done:
// where this does not work the log says so, migrate staging inspect shows what is due, and the next run tries again.
func (p *Pipeline) retain(ctx context.Context, r run.Run) {
	if r.Kind != "stage" && !loads(r) {
		return
	}
	limited, cancel := context.WithTimeout(ctx, retentionLimit)
	defer cancel()
	removed, err := p.Store.Retain(limited, p.keep())
	note := struct {
		staging.Retained
		Error string `json:"error,omitempty"`
	}{Retained: removed}
	if err != nil {
		note.Error = err.Error()
	}
	if err != nil || removed != (staging.Retained{}) {
		_ = p.Store.Event(ctx, r.ID, "staging.retention", note)
	}
}

// leaveOut notes in staging which records validation took out.
func (p *Pipeline) leaveOut(ctx context.Context, d *derived) error {
	for _, m := range d.order {
		if err := p.Store.LeaveOut(ctx, d.run.ID, m.Name, d.rejected[m.Name]); err != nil {
			return err
		}
	}
	return nil
}

// unpurged refuses what needs the values that the ledger had.
func (p *Pipeline) unpurged(ctx context.Context, targetID int64) error {
	at, err := p.Store.LedgerPurged(ctx, targetID)
	if err != nil || at.IsZero() {
		return err
	}
	return record.Advise(fmt.Errorf("%w: since %s the ledger has digests only", staging.ErrPurged, at.Format("2006-01-02 15:04")),
		"The migration is closed: migrate report shows what is left. To load again, restore staging from before the purge.")
}

// Inspection is what migrate staging inspect says.
type Inspection struct {
	Version int          `json:"version"`
	Project string       `json:"project"`
	Keep    staging.Keep `json:"keep"`
	*staging.Inspection
}

// Inspect says what the project has in staging. It changes nothing.
func (p *Pipeline) Inspect(ctx context.Context) (*Inspection, error) {
	keep := p.keep()
	in, err := p.Store.Inspect(ctx, keep)
	return &Inspection{1, p.Project.Name, keep.WithDefaults(), in}, err
}

// Vacuuming is what migrate staging vacuum did.
type Vacuuming struct {
	Version int    `json:"version"`
	Project string `json:"project"`
	staging.Vacuumed
}

// Vacuum removes what is older than the project keeps and gives the space back.
func (p *Pipeline) Vacuum(ctx context.Context, full bool) (*Vacuuming, error) {
	out := &Vacuuming{Version: 1, Project: p.Project.Name}
	err := p.alone(ctx, func(ctx context.Context) (err error) {
		out.Vacuumed, err = p.Store.Vacuum(ctx, p.keep(), full)
		return err
	})
	return out, err
}

// alone runs do while no run works on the project.
func (p *Pipeline) alone(ctx context.Context, do func(context.Context) error) error {
	ctx, held, err := p.lock(ctx)
	if err != nil {
		return err
	}
	defer held.release()
	return do(ctx)
}

// confirmed refuses what cannot be undone unless the project is named; a dry run needs no name.
func (p *Pipeline) confirmed(what, confirm string, dry bool) error {
	switch {
	case dry || confirm == p.Project.Name:
		return nil
	case confirm == "":
		return record.Advise(fmt.Errorf("%s: %w", what, ErrUnconfirmed), "Look with --dry-run first; then pass --confirm "+p.Project.Name+".")
	}
	return record.Advise(fmt.Errorf("%s: %w, and %q is not the name of the project", what, ErrUnconfirmed, confirm), "Pass --confirm "+p.Project.Name+" if that is the project you mean.")
}

// Purging is what migrate staging purge did.
type Purging struct {
	Version int    `json:"version"`
	Project string `json:"project"`
	staging.Purge
}

// Purge removes values of the data from staging and leaves what evidence rests on; with ledger it closes the migration.
func (p *Pipeline) Purge(ctx context.Context, ledger, dry bool, confirm string) (*Purging, error) {
	if err := p.confirmed("purge", confirm, dry); err != nil {
		return nil, err
	}
	out := &Purging{Version: 1, Project: p.Project.Name}
	err := p.alone(ctx, func(ctx context.Context) (err error) {
		out.Purge, err = p.Store.Purge(ctx, ledger, dry, p.opt.Actor)
		return err
	})
	return out, err
}

// DropOptions say what is dropped: some snapshots, the staged records of some runs, or everything the project has.
type DropOptions struct {
	Snapshots []int64
	Runs      []int64
	All       bool
	DryRun    bool
	Confirm   string
}

// Dropped is what migrate staging drop removed.
type Dropped struct {
	Version   int              `json:"version"`
	Project   string           `json:"project"`
	DryRun    bool             `json:"dry_run,omitempty"`
	All       bool             `json:"all,omitempty"` // the ledger, the journal and the event log, too
	Snapshots int64            `json:"snapshots"`
	Landed    int64            `json:"landed_rows"`
	Staged    int64            `json:"staged_tables"`
	Records   int64            `json:"staged_records"`
	Runs      int64            `json:"runs,omitempty"`
	Ledger    map[string]int64 `json:"ledger,omitempty"` // records by state
	Bytes     int64            `json:"bytes"`
}

// DropStaging removes parts of staging, or all of it.
func (p *Pipeline) DropStaging(ctx context.Context, opt DropOptions) (*Dropped, error) {
	if err := p.confirmed("drop", opt.Confirm, opt.DryRun); err != nil {
		return nil, err
	}
	out := &Dropped{Version: 1, Project: p.Project.Name, DryRun: opt.DryRun, All: opt.All}
	err := p.alone(ctx, func(ctx context.Context) error {
		in, err := p.Store.Inspect(ctx, p.keep())
		if err != nil {
			return err
		}
		if err := out.count(in, opt); err != nil {
			return err
		}
		if opt.All {
			runs, err := p.Store.Runs(ctx)
			if err != nil {
				return err
			}
			out.Runs, out.Ledger, out.Bytes = int64(len(runs)), in.Ledger, in.Bytes
		}
		if opt.All {
			if err := p.unpaused(ctx); err != nil {
				return err
			}
		}
		if opt.DryRun {
			return nil
		}
		return p.drop(ctx, opt)
	})
	return out, err
}

func (p *Pipeline) drop(ctx context.Context, opt DropOptions) error {
	if opt.All {
		return p.Store.Drop(ctx)
	}
	for _, id := range opt.Snapshots {
		if err := p.Store.DropSnapshot(ctx, id); err != nil {
			return err
		}
	}
	for _, id := range opt.Runs {
		if err := p.Store.DropStaged(ctx, id); err != nil {
			return err
		}
	}
	return p.Store.Event(ctx, 0, "staging.drop", map[string]any{"actor": p.opt.Actor, "snapshots": opt.Snapshots, "runs": opt.Runs})
}

// count adds up what would go, and refuses what is not there.
func (d *Dropped) count(in *staging.Inspection, opt DropOptions) error {
	snapshots, runs := map[int64]bool{}, map[int64]bool{}
	for _, v := range in.Snapshots {
		if opt.All || slices.Contains(opt.Snapshots, v.ID) {
			d.Snapshots, d.Landed, d.Bytes = d.Snapshots+1, d.Landed+v.Rows, d.Bytes+v.Bytes
			snapshots[v.ID] = true
		}
	}
	for _, v := range in.Staged {
		if opt.All || slices.Contains(opt.Runs, v.Run) {
			d.Staged, d.Records, d.Bytes = d.Staged+1, d.Records+v.Rows, d.Bytes+v.Bytes
			runs[v.Run] = true
		}
	}
	for _, id := range opt.Snapshots {
		if !snapshots[id] {
			return record.Advise(fmt.Errorf("there is no snapshot %d", id), "migrate staging inspect lists them.")
		}
	}
	for _, id := range opt.Runs {
		if !runs[id] {
			return record.Advise(fmt.Errorf("run %d has no staged records", id), "migrate staging inspect lists them.")
		}
	}
	return nil
}
