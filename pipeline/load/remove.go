package load

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/pipeline/plan"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// Gone is what the source no longer has of a mapping, with what is needed to judge whether that is plausible.
type Gone struct {
	Count int64 // active records of the ledger that the source has no longer
	// Next returns them by external id, those after the given one, limit of them at most.
	Next     func(ctx context.Context, after string, limit int) ([]run.Entry, error)
	Known    int64 // active records of the mapping in the ledger
	Doubtful bool  // rows of the source are quarantined or rejected: the records may be among them
}

// TooMany reports whether more than that share of a mapping's records is gone. A single one is not, unless none may be.
func (g Gone) TooMany(most float64) bool {
	return float64(g.Count) > most*float64(g.Known) && (g.Count > 1 || most == 0)
}

// Remove treats records whose source rows are gone as the step's policy says. It removes nothing while the source
// has rows nobody could read, nor when suspiciously many are missing: then they are deferred, with a finding.
func (l *Loader) Remove(ctx context.Context, p *plan.Plan, s plan.Step, g Gone) error {
	if g.Count == 0 {
		return nil
	}
	st, err := l.step(p, s)
	if err != nil {
		return err
	}
	_, hasActive := st.model.Field("active")
	switch {
	case s.Deletes == "ignore":
		return st.leaveAll(ctx, g, run.Unchanged, "", "")
	case g.Doubtful:
		return st.leaveAll(ctx, g, run.Deferred, "delta.delete_doubtful",
			fmt.Sprintf("%d records are missing from the source, which also has rows that could not be read: nothing is removed", g.Count))
	case g.TooMany(*l.opt.MaxDeleted):
		return st.leaveAll(ctx, g, run.Deferred, "delta.delete_threshold",
			fmt.Sprintf("%d of %d records are missing from the source, more than %.0f %%: nothing is removed", g.Count, g.Known, 100**l.opt.MaxDeleted))
	case s.Deletes == "archive" && !hasActive:
		return st.leaveAll(ctx, g, run.Deferred, "delta.delete_impossible",
			fmt.Sprintf("%d records are missing from the source, and %s has no archive", g.Count, s.Model))
	}
	r := removal{action: "archive", undo: run.Erase, class: run.WasArchived, state: run.Archived, before: json.RawMessage(`{"active":true}`), fields: []string{"active"}}
	r.call = func(ctx context.Context, ids []int64) error {
		return st.Target.Write(ctx, st.Model, ids, map[string]any{"active": false})
	}
	r.gone = func(row map[string]any, there bool) bool { return there && row["active"] == false }
	if s.Deletes == "delete" {
		// Made again from the ledger it has the mapped fields and a new database id: offset, not erased.
		r = removal{action: "delete", undo: run.Compensate, class: run.WasDeleted, state: run.Deleted, fields: []string{"id"}}
		r.call = func(ctx context.Context, ids []int64) error { return st.unlink(ctx, ids) }
		r.gone = func(_ map[string]any, there bool) bool { return !there }
	}
	return g.each(ctx, min(st.opt.BatchRecords, batchRecords), func(part []run.Entry) error {
		if err := st.turn(ctx); err != nil {
			return err
		}
		st.gate.Charge(len(part))
		if err := st.remove(ctx, r, part); err != nil {
			return fmt.Errorf("%s %s: %w", r.action, s.Mapping, err)
		}
		return nil
	})
}

// each hands all of them over, size at a time.
func (g Gone) each(ctx context.Context, size int, do func([]run.Entry) error) error {
	for after := ""; ; {
		part, err := g.Next(ctx, after, size)
		if err != nil || len(part) == 0 {
			return err
		}
		if err := do(part); err != nil {
			return err
		}
		after = part[len(part)-1].ExternalID
	}
}

// leaveAll leaves all of them, with one finding.
func (st *step) leaveAll(ctx context.Context, g Gone, class, rule, message string) error {
	first := true
	return g.each(ctx, leaveAtOnce, func(part []run.Entry) error {
		if first && rule != "" {
			first = false
			if err := st.leaveFinding(ctx, part[0].ExternalID, g.Count, rule, message); err != nil {
				return err
			}
		}
		return st.Ledger.AddOutcomes(ctx, st.RunID, st.outcomes(part, class))
	})
}

// leaveAtOnce is how many records one statement notes as left.
const leaveAtOnce = 5000

// goneNote marks outcomes of records the source has no longer.
const goneNote = "gone from the source"

// removal is one of the two ways in which records leave: into the archive, or for good.
type removal struct {
	action string
	class  string // of the outcome
	state  string // of the ledger entry
	undo   string // class
	before json.RawMessage
	fields []string // read afterwards
	call   func(ctx context.Context, ids []int64) error
	gone   func(row map[string]any, there bool) bool
}

// unlink deletes those of the records that are still there, so that it may be repeated.
func (st *step) unlink(ctx context.Context, ids []int64) error {
	rows, err := st.existing(ctx, ids, []string{"id"})
	if err != nil || len(rows) == 0 {
		return err
	}
	there := slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { _, ok := rows[id]; return !ok })
	return st.Target.Unlink(ctx, st.Model, there)
}

func (st *step) leave(ctx context.Context, entries []run.Entry, class, rule, message string) error {
	if rule != "" {
		if err := st.leaveFinding(ctx, entries[0].ExternalID, int64(len(entries)), rule, message); err != nil {
			return err
		}
	}
	return st.Ledger.AddOutcomes(ctx, st.RunID, st.outcomes(entries, class))
}

func (st *step) leaveFinding(ctx context.Context, first string, rows int64, rule, message string) error {
	return st.Ledger.AddFindings(ctx, st.RunID, []record.Finding{{Severity: record.Warning, Rule: rule, Message: message, Mapping: st.Mapping, Rows: rows, Record: first,
		Hint: "see which are meant, then set deletes: in the mapping or mend the source"}})
}

func (st *step) outcomes(entries []run.Entry, class string) []run.Outcome {
	out := make([]run.Outcome, len(entries))
	for i, e := range entries {
		out[i] = run.Outcome{Mapping: st.Mapping, ExternalID: e.ExternalID, Class: class, Note: goneNote}
	}
	return out
}

// existing searches for records: reading nothing but the id of a record that is gone succeeds.
func (st *step) existing(ctx context.Context, ids []int64, fields []string) (map[int64]map[string]any, error) {
	rows, err := st.Target.SearchRead(ctx, st.Model, []any{[]any{"id", "in", ids}}, fields, 0)
	return byID(rows), err
}

func (st *step) remove(ctx context.Context, r removal, entries []run.Entry) error {
	ids, names := make([]int64, len(entries)), make([]string, len(entries))
	for i, e := range entries {
		ids[i], names[i] = e.DBID, e.ExternalID
	}
	in := st.intent("write", r.action, names, checksum.Bytes(fmt.Append(nil, r.action, ids)).String())
	var err error
	if in.Changes, err = st.removalChanges(r, entries); err != nil {
		return err
	}
	id, err := st.exactlyOnce(ctx, in, func(ctx context.Context) error { return r.call(ctx, ids) },
		func(context.Context) (bool, error) { return false, nil })
	if err != nil {
		if !refused(err) {
			return err
		}
		if err := st.fail(ctx, id, err.Error()); err != nil {
			return err
		}
		return st.leave(ctx, entries, run.Deferred, "odoo.refused", "Odoo refuses to "+r.action+": "+oneLine(err.Error()))
	}
	return st.settleRemoved(ctx, r, id, entries, in.Changes, ids)
}

// inactive is what the ledger holds of a record that was archived: where the mapping sets active, it no longer is.
func inactive(state string, values json.RawMessage) (json.RawMessage, error) {
	held, err := record.DecodeValues(values)
	if _, mapped := held["active"]; err != nil || !mapped || state != run.Archived {
		return values, err
	}
	held["active"] = record.BoolValue(false)
	fields := slices.Sorted(maps.Keys(held))
	list := make([]record.Value, len(fields))
	for i, f := range fields {
		list[i] = held[f]
	}
	return record.EncodeValues(fields, list)
}

// removalChanges are the manifest's entries of a removal, each with the ledger entry as it was.
func (st *step) removalChanges(r removal, entries []run.Entry) ([]run.Change, error) {
	out := make([]run.Change, len(entries))
	for i, e := range entries {
		after, err := run.Aftermath{Base: &e}.Encode()
		if err != nil {
			return nil, err
		}
		out[i] = run.Change{RunID: st.RunID, Wave: st.Wave, Mapping: st.Mapping, Model: st.Model, ExternalID: e.ExternalID,
			DBID: e.DBID, Action: r.action, Undo: r.undo, Before: r.before, After: after}
	}
	return out, nil
}

func (st *step) settleRemoved(ctx context.Context, r removal, intentID int64, entries []run.Entry, changes []run.Change, ids []int64) error {
	ctx, cancel := proofContext(ctx)
	defer cancel()
	rows, err := st.existing(ctx, ids, r.fields)
	if err != nil {
		return err
	}
	set := run.Settlement{State: run.Settled}
	var done, not []run.Entry
	for i, e := range entries {
		row, there := rows[e.DBID]
		if !r.gone(row, there) {
			not = append(not, e)
			continue
		}
		e.State, e.RunID = r.state, st.RunID
		if e.Values, err = inactive(r.state, e.Values); err != nil {
			return err
		}
		done = append(done, e)
		set.Entries = append(set.Entries, e)
		set.Changes = append(set.Changes, changes[i])
	}
	set.Outcomes = st.outcomes(done, r.class)
	if err := st.settle(ctx, intentID, set); err != nil || len(not) == 0 {
		return err
	}
	return st.leave(ctx, not, run.Deferred, "odoo.not_kept", "Odoo kept records it was told to "+r.action)
}
