package resync

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// findings are what is to be written about a part of the ledger.
type findings struct {
	r       *Resyncer
	entries []run.Entry
	lost    map[string]func(run.Change) bool // by external id: which of its changes are not in the target
	seqs    []run.Change
}

func (r *Resyncer) findings() *findings {
	return &findings{r: r, lost: map[string]func(run.Change) bool{}}
}

// put notes an entry, and which of its record's changes are lost; nil is none. The entry is the run's whose change of it is
// the last that stands; where none does it is this run's, so that a resumed run does not take it for one it has just made.
func (f *findings) put(e run.Entry, lost func(run.Change) bool) {
	e.RunID = f.r.RunID
	f.entries = append(f.entries, e)
	if lost != nil {
		f.lost[e.ExternalID] = lost
	}
}

func all(run.Change) bool { return true }

func removals(c run.Change) bool { return c.Action == "delete" || c.Action == "archive" }

// write writes them.
func (f *findings) write(ctx context.Context) error {
	if len(f.lost) > 0 {
		ids := slices.Sorted(maps.Keys(f.lost))
		standing, err := f.r.Ledger.StandingChanges(ctx, f.r.TargetID, ids, "", 0, 0)
		if err != nil {
			return err
		}
		last := map[string]int64{}
		for _, c := range standing {
			if f.lost[c.ExternalID](c) {
				f.seqs = append(f.seqs, c)
			} else if last[c.ExternalID] == 0 {
				last[c.ExternalID] = c.RunID
			}
		}
		for i, e := range f.entries {
			f.entries[i].RunID = cmp.Or(last[e.ExternalID], e.RunID)
		}
	}
	lost := make([]int64, len(f.seqs))
	for i, c := range f.seqs {
		lost[i] = c.Seq
		f.r.result.Lost++
		f.r.result.LostByRun[c.RunID]++
	}
	return f.r.Ledger.Resynced(ctx, f.r.TargetID, f.r.RunID, f.entries, lost)
}

// archived decides about records that are archived and were not, or the other way round. Where the last change made them
// what the ledger says, that change is lost; where no run had a hand in it, people did it, and it is theirs.
func (r *Resyncer) archived(ctx context.Context, f *findings, entries []run.Entry, rows map[string]map[int64]map[string]any) error {
	chains, err := r.chains(ctx, entries)
	if err != nil {
		return err
	}
	for _, e := range entries {
		row := rows[e.Model][e.DBID]
		var lost *run.Change
		for i, c := range chains[e.ExternalID] {
			before, err := beforeOf(c)
			if err != nil {
				return err
			}
			if v, wrote := before["active"]; wrote || c.Action == "archive" {
				if c.Action == "archive" && e.State == run.Archived || wrote && v == row["active"] {
					lost = &chains[e.ExternalID][i]
				}
				break
			}
		}
		if lost == nil {
			continue
		}
		e.State, e.Digest = stateOf(row), ""
		if e.Values, err = without(e.Values, []string{"active"}); err != nil {
			return err
		}
		since := lost.Seq
		f.put(e, func(c run.Change) bool { return c.Seq >= since })
		r.result.Archived++
	}
	return nil
}

// chains are the changes of records that stand, by external id, the last first.
func (r *Resyncer) chains(ctx context.Context, entries []run.Entry) (map[string][]run.Change, error) {
	out := map[string][]run.Change{}
	if len(entries) == 0 {
		return out, nil
	}
	ids := make([]string, len(entries))
	for i, e := range entries {
		ids[i] = e.ExternalID
	}
	standing, err := r.Ledger.StandingChanges(ctx, r.TargetID, ids, "", 0, 0)
	for _, c := range standing {
		out[c.ExternalID] = append(out[c.ExternalID], c)
	}
	return out, err
}

// differing decides about records that do not hold what was loaded last. Fields that hold what they held before a change
// of a run have lost that change: the ledger forgets what it believed of them, so that the next load writes them. Others
// were changed by people, and stay what they are: a difference from what was loaded.
func (r *Resyncer) differing(ctx context.Context, records []run.Verified) error {
	fields := map[string][]string{}
	var ids []string
	for _, v := range records {
		for _, d := range v.Fields {
			fields[v.ExternalID] = append(fields[v.ExternalID], d.Field)
		}
		if len(v.Fields) > 0 {
			ids = append(ids, v.ExternalID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	known, err := r.Ledger.EntriesByID(ctx, r.TargetID, ids)
	if err != nil {
		return err
	}
	entries := make([]run.Entry, len(ids))
	for i, id := range ids {
		entries[i] = known[id]
	}
	chains, err := r.chains(ctx, entries)
	if err != nil {
		return err
	}
	now, err := r.now(ctx, entries, fields)
	if err != nil {
		return err
	}
	f := r.findings()
	for _, e := range entries {
		since, back, err := reverted(chains[e.ExternalID], fields[e.ExternalID], now[e.ExternalID])
		if err != nil {
			return err
		}
		if since == 0 {
			continue
		}
		e.Digest = ""
		if e.Values, err = without(e.Values, back); err != nil {
			return err
		}
		f.put(e, func(c run.Change) bool { return c.Seq >= since && c.Action == "update" })
		r.result.Reread++
	}
	return f.write(ctx)
}

// now reads the fields that differ, as they were read for before-images, by external id.
func (r *Resyncer) now(ctx context.Context, entries []run.Entry, fields map[string][]string) (map[string]map[string]any, error) {
	type group struct {
		ids    []any
		fields map[string]bool
		names  map[int64]string
	}
	groups := map[string]*group{}
	for _, e := range entries {
		g := groups[e.Model]
		if g == nil {
			g = &group{fields: map[string]bool{}, names: map[int64]string{}}
			groups[e.Model] = g
		}
		g.ids, g.names[e.DBID] = append(g.ids, e.DBID), e.ExternalID
		m, _ := r.Schema.Model(e.Model)
		for _, f := range fields[e.ExternalID] {
			if _, ok := m.Field(f); ok {
				g.fields[f] = true
			}
		}
	}
	out := map[string]map[string]any{}
	for _, model := range slices.Sorted(maps.Keys(groups)) {
		g := groups[model]
		rows, err := r.Target.SearchRead(ctx, model, []any{[]any{"id", "in", g.ids}}, append([]string{"id"}, slices.Sorted(maps.Keys(g.fields))...), 0)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			out[g.names[schema.ID(row["id"])]] = row
		}
	}
	return out, nil
}

// reverted finds the change from which on none is in the target: the last one whose fields hold what they held before it.
// It returns its number, and the fields that went back.
func reverted(chain []run.Change, differ []string, now map[string]any) (since int64, back []string, err error) {
	for _, c := range chain {
		if c.Action != "update" {
			continue
		}
		before, err := beforeOf(c)
		if err != nil {
			return 0, nil, err
		}
		held := false
		for _, f := range differ {
			was, wrote := before[f]
			if !wrote {
				continue
			}
			if !slices.Contains(back, f) {
				back = append(back, f)
			}
			held = held || same(now[f], was)
		}
		if held {
			return c.Seq, back, nil
		}
	}
	return 0, nil, nil
}

// calls finds the workflow calls that the target does not show: the fields they change are as they were before.
func (r *Resyncer) calls(ctx context.Context) error {
	for after := int64(0); ; {
		part, err := r.Ledger.StandingChanges(ctx, r.TargetID, nil, "call:%", after, chunk)
		if err != nil || len(part) == 0 {
			return err
		}
		after = part[len(part)-1].Seq
		lost, err := r.callsLost(ctx, part)
		if err != nil {
			return err
		}
		f := r.findings()
		f.seqs = lost
		if err := f.write(ctx); err != nil {
			return err
		}
	}
}

func (r *Resyncer) callsLost(ctx context.Context, part []run.Change) ([]run.Change, error) {
	fields, entries := map[string][]string{}, make([]run.Entry, len(part))
	before := make([]map[string]any, len(part))
	for i, c := range part {
		var was run.BeforeCall
		if err := json.Unmarshal(c.Before, &was); err != nil {
			return nil, fmt.Errorf("change %d: %w", c.Seq, err)
		}
		before[i] = was.Fields
		fields[c.ExternalID] = append(fields[c.ExternalID], slices.Collect(maps.Keys(was.Fields))...)
		entries[i] = run.Entry{ExternalID: c.ExternalID, Model: c.Model, DBID: c.DBID}
	}
	now, err := r.now(ctx, entries, fields)
	if err != nil {
		return nil, err
	}
	var out []run.Change
	for i, c := range part {
		row, there := now[c.ExternalID]
		lost := there && len(before[i]) > 0
		for f, was := range before[i] {
			lost = lost && same(row[f], was)
		}
		if lost {
			out = append(out, c)
		}
	}
	return out, nil
}

// beforeOf is the before-image of an update, or what an archiving keeps; of another change it is empty.
func beforeOf(c run.Change) (map[string]any, error) {
	if c.Action != "update" || len(c.Before) == 0 {
		return nil, nil
	}
	var out map[string]any
	if err := json.Unmarshal(c.Before, &out); err != nil {
		return nil, fmt.Errorf("change %d: %w", c.Seq, err)
	}
	return out, nil
}

// same reports whether two values that were read are equal, as JSON has them.
func same(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	if errX != nil || errY != nil {
		return false
	}
	if string(x) == string(y) {
		return true
	}
	dx, okX := number(string(x))
	dy, okY := number(string(y))
	return okX && okY && dx.Cmp(dy) == 0
}

func number(text string) (record.Decimal, bool) {
	if text == "" || !strings.ContainsAny(text[:1], "-0123456789") {
		return record.Decimal{}, false
	}
	d, err := record.ParseDecimal(text)
	return d, err == nil
}

// without takes fields out of what the ledger believes of a record.
func without(values json.RawMessage, fields []string) (json.RawMessage, error) {
	held, err := record.DecodeValues(values)
	if err != nil {
		return nil, err
	}
	for _, f := range fields {
		delete(held, f)
	}
	names := slices.Sorted(maps.Keys(held))
	list := make([]record.Value, len(names))
	for i, n := range names {
		list[i] = held[n]
	}
	return record.EncodeValues(names, list)
}
