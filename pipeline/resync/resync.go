// Package resync rebuilds the ledger of a database that was restored or copied, from the external ids that are in it. It
// writes the ledger only, never the target: what the database lacks, or holds otherwise, the next load brings.
package resync

import (
	"context"
	"iter"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// Reader reads the target; archived records and all companies are included.
type Reader interface {
	SearchRead(ctx context.Context, model string, domain []any, fields []string, limit int) ([]map[string]any, error)
	XMLIDs(ctx context.Context, module string, names []string) (map[string]schema.XMLID, error)
}

// Ledger is what is rebuilt.
type Ledger interface {
	Entries(ctx context.Context, targetID int64, mapping string) iter.Seq2[run.Entry, error]
	EntriesByID(ctx context.Context, targetID int64, externalIDs []string) (map[string]run.Entry, error)
	// StandingChanges lists what was changed and not undone, the last first.
	StandingChanges(ctx context.Context, targetID int64, externalIDs []string, action string, after int64, limit int) ([]run.Change, error)
	// Resynced writes entries as they are in the target, and changes that are not there, in one transaction.
	Resynced(ctx context.Context, targetID, runID int64, entries []run.Entry, lost []int64) error
	MappingsOf(ctx context.Context, externalIDs []string) (map[string]string, error)
}

// Named is a record of the target with an external id of the project.
type Named struct {
	ExternalID, Model string
	DBID              int64
	Along             string // external id of the record along with which Odoo made this one; else its own
}

// Resyncer rebuilds one target's ledger.
type Resyncer struct {
	Target   Reader
	Ledger   Ledger
	Schema   *schema.Snapshot
	Module   string
	TargetID int64
	RunID    int64
	// Differing compares all entries that hold values with the target and tells what differs.
	Differing func(ctx context.Context, each func(context.Context, []run.Verified) error) error
	// Listed lists all external ids of the project in the target, in parts.
	Listed   func(ctx context.Context, each func([]Named) error) error
	Progress func(records int)
	result   Result
}

// Result counts what resync found.
type Result struct {
	Entries   int64           `json:"entries"`           // of the ledger that were looked up
	Kept      int64           `json:"kept"`              // the ledger was right about them
	Gone      int64           `json:"gone"`              // their external id is not in the target any more
	Moved     int64           `json:"moved"`             // their external id stands for another record there
	Reread    int64           `json:"reread"`            // the target holds other values than were loaded last, those from before
	Archived  int64           `json:"archived"`          // they are archived there and were not in the ledger, or the other way round
	Adopted   int64           `json:"adopted"`           // in the target under an external id of ours, and not in the ledger
	Unplaced  int64           `json:"unplaced"`          // those of them of which nobody knows yet which mapping they are of
	Lost      int64           `json:"changes_lost"`      // changes that runs made and the target does not have
	LostByRun map[int64]int64 `json:"lost_by_run"`       // the same, by run
	Of        string          `json:"copy_of,omitempty"` // the database whose ledger was gone by, of a copy
}

const chunk = 1000

// Run goes through the ledger, then through the target. A run that was cut off is simply made again.
func (r *Resyncer) Run(ctx context.Context) (Result, error) {
	r.result = Result{LostByRun: map[int64]int64{}}
	if err := r.entries(ctx); err != nil {
		return r.result, err
	}
	if err := r.Differing(ctx, r.differing); err != nil {
		return r.result, err
	}
	if err := r.unknown(ctx); err != nil {
		return r.result, err
	}
	if err := r.calls(ctx); err != nil {
		return r.result, err
	}
	r.result.Kept = r.result.Entries - r.result.Gone - r.result.Moved - r.result.Reread - r.result.Archived
	return r.result, nil
}

// entries looks up every record the ledger has, by its external id.
func (r *Resyncer) entries(ctx context.Context) error {
	var part []run.Entry
	for e, err := range r.Ledger.Entries(ctx, r.TargetID, "") {
		if err != nil {
			return err
		}
		if e.State == run.Deleted {
			continue
		}
		if part = append(part, e); len(part) == chunk {
			if err := r.lookUp(ctx, part); err != nil {
				return err
			}
			part = nil
		}
	}
	return r.lookUp(ctx, part)
}

// lookUp decides about a part of the ledger: gone, moved, archived otherwise, or there as it should be.
func (r *Resyncer) lookUp(ctx context.Context, part []run.Entry) error {
	if len(part) == 0 {
		return nil
	}
	ids := make([]string, len(part))
	for i, e := range part {
		ids[i] = e.ExternalID
	}
	named, err := r.Target.XMLIDs(ctx, r.Module, ids)
	if err != nil {
		return err
	}
	rows, err := r.rows(ctx, part, named)
	if err != nil {
		return err
	}
	f := r.findings()
	var otherwise []run.Entry
	for _, e := range part {
		x, there := named[e.ExternalID]
		row := rows[e.Model][x.ResID]
		switch {
		case !there || x.Model != e.Model || row == nil:
			e.State, e.Digest = run.Deleted, ""
			f.put(e, all)
			r.result.Gone++
		case x.ResID != e.DBID:
			// Nobody knows what was loaded into this one: it is compared with the source as a record that was adopted.
			e.DBID, e.State, e.Digest, e.Values = x.ResID, stateOf(row), "", []byte("{}")
			f.put(e, all)
			r.result.Moved++
		case stateOf(row) != e.State:
			otherwise = append(otherwise, e)
		}
	}
	if err := r.archived(ctx, f, otherwise, rows); err != nil {
		return err
	}
	r.result.Entries += int64(len(part))
	r.progress(len(part))
	return f.write(ctx)
}

func (r *Resyncer) progress(n int) {
	if r.Progress != nil {
		r.Progress(n)
	}
}

// rows reads which of the records are there, and whether they are archived: by model and id.
func (r *Resyncer) rows(ctx context.Context, part []run.Entry, named map[string]schema.XMLID) (map[string]map[int64]map[string]any, error) {
	byModel := map[string][]any{}
	for _, e := range part {
		if x, ok := named[e.ExternalID]; ok && x.Model == e.Model {
			byModel[e.Model] = append(byModel[e.Model], x.ResID)
		}
	}
	out := map[string]map[int64]map[string]any{}
	for model, ids := range byModel {
		m, ok := r.Schema.Model(model)
		if !ok {
			continue // the module that brought it was removed: what was of it is gone
		}
		fields := []string{"id"}
		if _, has := m.Field("active"); has {
			fields = append(fields, "active")
		}
		rows, err := r.Target.SearchRead(ctx, model, []any{[]any{"id", "in", ids}}, fields, 0)
		if err != nil {
			return nil, err
		}
		out[model] = map[int64]map[string]any{}
		for _, row := range rows {
			out[model][schema.ID(row["id"])] = row
		}
	}
	return out, nil
}

func stateOf(row map[string]any) string {
	if row["active"] == false {
		return run.Archived
	}
	return run.Active
}

// unknown adopts the records that the target has under external ids of ours and the ledger does not have, or believes
// deleted.
func (r *Resyncer) unknown(ctx context.Context) error {
	return r.Listed(ctx, func(page []Named) error {
		var ids []string
		for _, n := range page {
			ids = append(ids, n.ExternalID, n.Along)
		}
		slices.Sort(ids)
		known, err := r.Ledger.EntriesByID(ctx, r.TargetID, slices.Compact(ids))
		if err != nil {
			return err
		}
		mappings, err := r.Ledger.MappingsOf(ctx, ids)
		if err != nil {
			return err
		}
		f := r.findings()
		for _, n := range page {
			e, ours := known[n.ExternalID]
			_, along := known[n.Along]
			_, mapped := r.Schema.Model(n.Model)
			switch {
			case ours && e.State != run.Deleted || !ours && along && n.Along != n.ExternalID || !mapped:
				continue
			case ours && e.Model == n.Model:
				e.DBID, e.State, e.Digest = n.DBID, run.Active, ""
				f.put(e, removals)
			default:
				e = run.Entry{ExternalID: n.ExternalID, Mapping: mappings[n.ExternalID], Model: n.Model, DBID: n.DBID, Values: []byte("{}"), State: run.Active, Adopted: true}
				f.put(e, nil)
			}
			r.result.Adopted++
			if e.Mapping == "" {
				r.result.Unplaced++
			}
		}
		return f.write(ctx)
	})
}
