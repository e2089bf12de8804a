package load

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// revision is a record that is in Odoo and whose source now says something else.
type revision struct {
	Item
	entry   run.Entry
	adopted bool // was in the target before us: what differs is ours to write, nobody's change
	fresh   bool // this batch created it, or its document's did: only what could not come with that is compared, and undoing the create undoes all
}

// edit is what one revision comes to: the fields to write, and what they held.
type edit struct {
	revision
	fields []string
	before map[string]any
	open   []string // fields that both sides changed and nobody decided about: left as people have them
	revive bool     // the record was archived because its source was gone; it is back
}

// idle reports whether there is nothing to write.
func (e edit) idle() bool { return len(e.fields) == 0 && !e.revive }

// update compares base, source and Odoo field by field and writes only what differs, equal writes in one call. A field
// that both the source and somebody in Odoo changed is a conflict: the record is left as it is and named.
func (st *step) update(ctx context.Context, revisions []revision) error {
	if len(revisions) == 0 {
		return nil
	}
	items := make([]Item, len(revisions))
	for i, r := range revisions {
		items[i] = r.Item
	}
	bases, err := basesOf(revisions)
	if err != nil {
		return err
	}
	ids, err := st.idsOf(ctx, slices.Concat(items, bases))
	if err != nil {
		return err
	}
	fields := st.compared(revisions)
	rows, err := st.readNow(ctx, revisions, fields)
	if err != nil {
		return err
	}
	names := st.naming(slices.Concat(bases, items), ids)
	groups := map[string][]edit{}
	for _, r := range revisions {
		row, there := rows[r.entry.DBID]
		if !there {
			err = st.conflict(ctx, r, "the record was deleted in Odoo since it was loaded")
		} else {
			err = st.compare(ctx, r, fields, row, ids, names, groups)
		}
		if err != nil {
			return err
		}
	}
	keys := make([]string, 0, len(groups))
	for k := range groups {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		if err := st.write(ctx, groups[k], ids, names); err != nil {
			return err
		}
	}
	return nil
}

// basesOf are the revisions as the ledger has them, as far as their mapping has the same fields.
func basesOf(revisions []revision) ([]Item, error) {
	var out []Item
	for _, r := range revisions {
		was, err := record.DecodeValues(r.entry.Values)
		if err != nil {
			return nil, fmt.Errorf("ledger entry %s: %w", r.ID, err)
		}
		base := Item{Record: record.Record{Layout: r.Layout, ID: r.ID, Values: make([]record.Value, len(r.Layout.Fields))}}
		for i, f := range r.Layout.Fields {
			base.Values[i] = was[f]
		}
		out = append(out, base)
	}
	return out, nil
}

// read reads fields to be compared: of binary ones the digest.
func (st *step) read(ctx context.Context, ids []int64, fields []string) (map[int64]map[string]any, error) {
	rows, err := st.Target.Read(ctx, st.Model, ids, st.model.ReadNames(fields))
	return byID(rows), err
}

func byID(rows []map[string]any) map[int64]map[string]any {
	out := make(map[int64]map[string]any, len(rows))
	for _, row := range rows {
		if id := schema.ID(row["id"]); id != 0 {
			out[id] = row
		}
	}
	return out
}

// write sets the same values on all records of a group, reads them back, and settles.
func (st *step) write(ctx context.Context, edits []edit, ids map[string]int64, names checksum.Naming) error {
	items := make([]Item, len(edits))
	dbIDs := make([]int64, len(edits))
	for i, e := range edits {
		items[i], dbIDs[i] = e.Item, e.entry.DBID
	}
	values, err := st.values(ctx, edits[0], ids)
	if file := (*record.FileFault)(nil); errors.As(err, &file) {
		return st.unfit(ctx, edits, file.Rule, file.Message)
	}
	if err != nil {
		return err
	}
	payload, err := json.Marshal(values)
	if err != nil {
		return err
	}
	in := st.intent("write", "update", externalIDs(items), checksum.Bytes(payload).String())
	if in.Changes, err = st.updateChanges(edits); err != nil {
		return err
	}
	// Writing the same values twice changes nothing, so a lost reply may simply be repeated.
	id, err := st.exactlyOnce(ctx, in, func(ctx context.Context) error {
		if edits[0].idle() {
			return nil
		}
		return st.Target.Write(ctx, st.Model, dbIDs, values)
	}, func(context.Context) (bool, error) { return false, nil })
	if err != nil {
		if !refused(err) {
			return err
		}
		if err := st.fail(ctx, id, err.Error()); err != nil {
			return err
		}
		return st.unfit(ctx, edits, "odoo.refused", "Odoo refuses the change: "+oneLine(err.Error()))
	}
	return st.settleWritten(ctx, id, edits, ids, in.Changes, names)
}

// values are what an edit writes.
func (st *step) values(ctx context.Context, e edit, ids map[string]int64) (map[string]any, error) {
	values := make(map[string]any, len(e.fields))
	for _, f := range e.fields {
		v := e.Get(f)
		if v.Kind() == record.File {
			b, err := st.content(ctx, v)
			if err != nil {
				return nil, err
			}
			values[f] = base64.StdEncoding.EncodeToString(b)
			continue
		}
		wire, err := st.wire(f, v, ids)
		if err != nil {
			return nil, err
		}
		values[f] = wire
	}
	if e.revive {
		values["active"] = true
	}
	return values, nil
}

// unfit names records whose change could not be made. One that was just created is in Odoo without it.
func (st *step) unfit(ctx context.Context, edits []edit, rule, message string) error {
	for _, e := range edits {
		if !e.fresh {
			if err := st.reject(ctx, []Item{e.Item}, rule, message); err != nil {
				return err
			}
			continue
		}
		message := "the record is in Odoo without " + strings.Join(e.fields, ", ") + ": " + message
		if err := st.leftWithout(ctx, e, rule, message); err != nil {
			return err
		}
	}
	return nil
}

// leftWithout counts a record as a conflict: its ledger entry has no digest, so the next delta goes on with it.
func (st *step) leftWithout(ctx context.Context, e edit, rule, message string) error {
	f := st.finding(e.Item, rule, message)
	f.Column, f.Hint = strings.Join(e.fields, ", "), "mend it and run delta: it goes on with this record"
	if err := st.Ledger.AddFindings(ctx, st.RunID, []record.Finding{f}); err != nil {
		return err
	}
	return st.Ledger.AddOutcomes(ctx, st.RunID, []run.Outcome{{Mapping: st.Mapping, ExternalID: e.ID, Class: run.Conflict, Note: message}})
}

// updateChanges are the manifest's entries of a group of equal writes: what the fields held, and the ledger's entry.
func (st *step) updateChanges(edits []edit) ([]run.Change, error) {
	var out []run.Change
	for _, e := range edits {
		if e.idle() || e.fresh {
			continue
		}
		before, err := json.Marshal(e.before)
		if err != nil {
			return nil, err
		}
		after, err := run.Aftermath{Base: &e.entry, Company: e.Get(schema.Company).Text()}.Encode()
		if err != nil {
			return nil, err
		}
		out = append(out, st.change(e.Item, e.entry.DBID, "update", run.Erase, before, after))
	}
	return out, nil
}

// settleWritten reads the written fields back: what Odoo did not take is a finding, and its record is not settled as
// holding what was staged.
func (st *step) settleWritten(ctx context.Context, intentID int64, edits []edit, ids map[string]int64, changes []run.Change, names checksum.Naming) error {
	ctx, cancel := proofContext(ctx)
	defer cancel()
	fields := edits[0].fields
	rows := map[int64]map[string]any{}
	if len(fields) > 0 {
		var err error
		dbIDs := make([]int64, len(edits))
		for i, e := range edits {
			dbIDs[i] = e.entry.DBID
		}
		if rows, err = st.read(ctx, dbIDs, fields); err != nil {
			return err
		}
	}
	set := run.Settlement{State: run.Settled, Changes: changes}
	for _, e := range edits {
		held, err := st.held(ctx, &e, rows[e.entry.DBID], fields, ids, st.namingOf(e.Item, ids, names))
		if err != nil {
			return err
		}
		values, err := record.EncodeValues(e.Layout.Fields, e.Values)
		if err != nil {
			return err
		}
		entry := st.entry(e.Item, e.entry.DBID, values, e.entry.Adopted)
		class := run.Updated
		if e.idle() {
			// Nothing was done to it: it still is the run's that did something last.
			class, entry.RunID = run.Unchanged, cmp.Or(e.entry.RunID, st.RunID)
		}
		if e.fresh {
			class = run.Created
		}
		note := ""
		if len(e.open) > 0 {
			class, note = run.Conflict, bothChanged(e.open)+"; what else the source changed is written"
			if err := st.leaveOpen(ctx, e, note, &entry); err != nil {
				return err
			}
		}
		if !held {
			// The old digest stays, so that the next delta tries again.
			entry.Digest, entry.Values = e.entry.Digest, e.entry.Values
			class, note = run.Conflict, "Odoo did not keep what was written"
			if err := st.Ledger.AddFindings(ctx, st.RunID, []record.Finding{st.finding(e.Item, "odoo.not_kept", note)}); err != nil {
				return err
			}
		}
		set.Entries = append(set.Entries, entry)
		set.Outcomes = append(set.Outcomes, run.Outcome{Mapping: st.Mapping, ExternalID: e.ID, Class: class, Note: note})
	}
	return st.settle(ctx, intentID, set)
}

// namingOf names what one record is meant to link to as it is meant, since one record may have several names, and
// everything else as names does.
func (st *step) namingOf(it Item, ids map[string]int64, names checksum.Naming) checksum.Naming {
	own := st.naming([]Item{it}, ids)
	return func(model string, id int64) string {
		if name := own(model, id); name != checksum.Unnamed(model, id) {
			return name
		}
		return names(model, id)
	}
}

// naming names database ids as the items at hand do. A record none of them links to stays unnamed: it equals no link.
func (st *step) naming(items []Item, ids map[string]int64) checksum.Naming {
	byID := map[string]string{}
	for _, it := range items {
		m, _ := st.Schema.Model(it.Layout.Model)
		for i, field := range it.Layout.Fields {
			f, ok := m.Field(field)
			if !ok {
				continue
			}
			f = f.Towards(it.Values[i], st.Refs.Model)
			for _, ref := range refsOf(it.Values[i]) {
				if id, ok := ids[ref]; ok {
					byID[checksum.Unnamed(f.Relation, id)] = ref
				}
			}
		}
	}
	return checksum.NamedBy(byID)
}

// wire is a value of a field as write takes it.
func (st *step) wire(field string, v record.Value, ids map[string]int64) (any, error) {
	switch v.Kind() {
	case record.Null:
		return false, nil
	case record.Boolean:
		return v.Bool(), nil
	case record.Number:
		return json.Number(v.Text()), nil
	case record.Link:
		return st.wireLink(field, v, ids)
	case record.Links:
		refs := make([]int64, 0, 4)
		for _, ref := range refsOf(v) {
			id, err := resolve(ref, ids)
			if err != nil {
				return nil, err
			}
			if !slices.Contains(refs, id) {
				refs = append(refs, id)
			}
		}
		return []any{[]any{6, 0, refs}}, nil
	}
	return v.Text(), nil
}
