package load

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// adopt finds records that are in the target already by the mapping's match rules, first rule first, gives them our
// external id, and returns them as revisions, so that only what differs is written. More than one candidate is a finding.
func (st *step) adopt(ctx context.Context, items []Item) (rest []Item, taken []revision, err error) {
	// One batch at a time: two that matched the same record at once would both take it.
	st.adopting.Lock()
	defer st.adopting.Unlock()
	rest = items
	for _, rule := range st.Match {
		if len(rest) == 0 {
			break
		}
		found, ambiguous, err := st.matches(ctx, rule, rest)
		if err != nil {
			return nil, nil, err
		}
		if err := st.reject(ctx, ambiguous, "match.ambiguous",
			fmt.Sprintf("%s is not unique: several records of the target, or of the source, have the same", strings.Join(rule, " and "))); err != nil {
			return nil, nil, err
		}
		out := map[string]bool{}
		for _, it := range ambiguous {
			out[it.ID] = true
		}
		var take []revision
		for _, it := range rest {
			if id, ok := found[it.ID]; ok {
				take = append(take, revision{Item: it, entry: run.Entry{DBID: id, ExternalID: it.ID}, adopted: true})
				out[it.ID] = true
			}
		}
		if err := st.claim(ctx, take); err != nil {
			return nil, nil, err
		}
		taken = append(taken, take...)
		rest = without(rest, out)
	}
	return rest, taken, nil
}

func without(items []Item, out map[string]bool) []Item {
	var rest []Item
	for _, it := range items {
		if !out[it.ID] {
			rest = append(rest, it)
		}
	}
	return rest
}

// matches searches the target once for all items and joins by the canonical texts of the rule's fields.
func (st *step) matches(ctx context.Context, rule []string, items []Item) (map[string]int64, []Item, error) {
	domain := make([]any, 0, len(rule))
	byKey := map[string][]Item{}
	ids, err := st.idsOf(ctx, items)
	if err != nil {
		return nil, nil, err
	}
	for _, field := range rule {
		var values []any
		for _, it := range items {
			v := it.Get(field)
			if v.IsNull() || v.Text() == "" {
				continue
			}
			wire, err := st.wire(v, ids)
			if err != nil {
				return nil, nil, err
			}
			values = append(values, wire)
		}
		if len(values) == 0 {
			return nil, nil, nil
		}
		domain = append(domain, []any{field, "in", values})
	}
	for _, it := range items {
		if key, whole := keyOf(rule, it.Get); whole {
			byKey[key] = append(byKey[key], it)
		}
	}
	rows, err := st.Target.SearchRead(ctx, st.Model, st.inCompany(ctx, domain), append([]string{"id"}, rule...), 0)
	if err != nil {
		return nil, nil, err
	}
	if rows, err = st.unclaimed(ctx, rows); err != nil {
		return nil, nil, err
	}
	names := st.naming(items, ids)
	found, candidates, takers := map[string]int64{}, map[string]int{}, map[int64]int{}
	for _, row := range rows {
		values, err := st.canonical(row, rule, names, nil)
		if err != nil {
			return nil, nil, err
		}
		key, _ := keyOf(rule, func(f string) record.Value { return values[f] })
		for _, it := range byKey[key] {
			id, _ := row["id"].(json.Number).Int64()
			found[it.ID] = id
			candidates[it.ID]++
			takers[id]++
		}
	}
	var ambiguous []Item
	for _, it := range items {
		if candidates[it.ID] > 1 || takers[found[it.ID]] > 1 {
			ambiguous = append(ambiguous, it)
		}
	}
	for _, it := range ambiguous {
		delete(found, it.ID)
	}
	return found, ambiguous, nil
}

// unclaimed takes out the records that carry an external id of ours already: those this or an earlier run made or took.
func (st *step) unclaimed(ctx context.Context, rows []map[string]any) ([]map[string]any, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	ids := make([]any, len(rows))
	for i, row := range rows {
		ids[i] = row["id"]
	}
	claimed, err := st.Target.SearchRead(ctx, "ir.model.data",
		[]any{[]any{"module", "=", st.Module}, []any{"model", "=", st.Model}, []any{"res_id", "in", ids}}, []string{"res_id"}, 0)
	if err != nil {
		return nil, err
	}
	taken := map[string]bool{}
	for _, c := range claimed {
		taken[fmt.Sprint(c["res_id"])] = true
	}
	return slices.DeleteFunc(rows, func(row map[string]any) bool { return taken[fmt.Sprint(row["id"])] }), nil
}

func keyOf(rule []string, get func(string) record.Value) (string, bool) {
	parts := make([]string, len(rule))
	for i, f := range rule {
		v := get(f)
		if v.IsNull() || v.Text() == "" {
			return "", false
		}
		parts[i] = v.Text()
	}
	return strings.Join(parts, "\x1f"), true
}

// found is the ledger entry of a record that is known to be there. Its digest is empty until it holds what was staged.
func found(c run.Change) run.Entry {
	return run.Entry{ExternalID: c.ExternalID, Mapping: c.Mapping, Model: c.Model, DBID: c.DBID, Values: json.RawMessage("{}"), State: run.Active, RunID: c.RunID}
}

// claim gives the matched records our external ids. Odoo's unique constraint on them is the fence.
func (st *step) claim(ctx context.Context, take []revision) error {
	if len(take) == 0 {
		return nil
	}
	items := make([]Item, len(take))
	values := make([]map[string]any, len(take))
	var plain strings.Builder
	for i, r := range take {
		items[i] = r.Item
		module, name, _ := strings.Cut(r.ID, ".")
		values[i] = map[string]any{"module": module, "name": name, "model": st.Model, "res_id": r.entry.DBID, "noupdate": true}
		fmt.Fprintf(&plain, "%s=%d\n", r.ID, r.entry.DBID)
	}
	in := st.intent("create", "adopt", externalIDs(items), checksum.Bytes([]byte(plain.String())).String())
	for i := range take {
		in.Changes = append(in.Changes, st.change(take[i].Item, take[i].entry.DBID, "adopt", run.Erase, nil, nil))
	}
	id, err := st.exactlyOnce(ctx, in, func(ctx context.Context) error {
		_, err := st.Target.Create(ctx, "ir.model.data", values)
		return err
	}, func(ctx context.Context) (bool, error) { return st.allThere(ctx, items) })
	if err != nil {
		return err
	}
	ctx, cancel := settleContext(ctx)
	defer cancel()
	// No success is believed: the external ids must be there.
	if there, err := st.allThere(ctx, items); err != nil || !there {
		return errors.Join(err, fmt.Errorf("the external ids of %d adopted records are not in Odoo: %w", len(items), ErrUnsettled))
	}
	set := run.Settlement{State: run.Settled, Changes: in.Changes}
	for i, c := range in.Changes {
		take[i].entry = found(c)
		take[i].entry.Adopted = true
		set.Entries = append(set.Entries, take[i].entry)
	}
	return st.Journal.Settle(ctx, id, set)
}
