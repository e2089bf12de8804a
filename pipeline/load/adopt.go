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
		if err := st.refuseAmbiguous(ctx, rule, ambiguous); err != nil {
			return nil, nil, err
		}
		out := map[string]bool{}
		for _, a := range ambiguous {
			out[a.ID] = true
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
func (st *step) matches(ctx context.Context, rule []string, items []Item) (map[string]int64, []ambiguous, error) {
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
			sought, err := st.sought(field, v, ids)
			if err != nil {
				return nil, nil, err
			}
			values = append(values, sought...)
		}
		if len(values) == 0 {
			return nil, nil, nil
		}
		domain = append(domain, []any{field, "in", values})
	}
	names := st.naming(items, ids)
	for _, it := range items {
		// Two rows may name the same record in two ways.
		get := func(f string) record.Value { return st.asNamed(f, it.Get(f), ids, names) }
		if key, whole := keyOf(rule, get); whole {
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
	found, candidates, takers := map[string]int64{}, map[string][]int64{}, map[int64]int{}
	for _, row := range rows {
		values, err := st.canonical(row, rule, names, nil)
		if err != nil {
			return nil, nil, err
		}
		key, _ := keyOf(rule, func(f string) record.Value { return values[f] })
		for _, it := range byKey[key] {
			id, _ := row["id"].(json.Number).Int64()
			found[it.ID] = id
			candidates[it.ID] = append(candidates[it.ID], id)
			takers[id]++
		}
	}
	var unclear []ambiguous
	for _, it := range items {
		if len(candidates[it.ID]) > 1 || takers[found[it.ID]] > 1 {
			unclear = append(unclear, ambiguous{it, candidates[it.ID]})
		}
	}
	for _, a := range unclear {
		delete(found, a.ID)
	}
	return found, unclear, nil
}

// ambiguous is an item that fits several records of the target, or one that another item fits, too.
type ambiguous struct {
	Item
	candidates []int64
}

// mostNamed is how many candidates a finding names.
const mostNamed = 5

// refuseAmbiguous rejects what cannot be adopted, naming the records that fit.
func (st *step) refuseAmbiguous(ctx context.Context, rule []string, list []ambiguous) error {
	if len(list) == 0 {
		return nil
	}
	var ids []int64
	for _, a := range list {
		ids = append(ids, a.candidates[:min(mostNamed, len(a.candidates))]...)
	}
	slices.Sort(ids)
	rows, err := st.existing(ctx, slices.Compact(ids), []string{"display_name"})
	if err != nil {
		return err
	}
	items, findings := make([]Item, len(list)), make([]record.Finding, len(list))
	for i, a := range list {
		f := st.finding(a.Item, "match.ambiguous",
			fmt.Sprintf("%s is not unique: several records of the target, or of the source, have the same", strings.Join(rule, " and ")))
		slices.Sort(a.candidates)
		var names []string
		for _, id := range a.candidates[:min(mostNamed, len(a.candidates))] {
			names = append(names, fmt.Sprintf("%v (id %d)", rows[id]["display_name"], id))
		}
		if more := len(a.candidates) - len(names); more > 0 {
			names = append(names, fmt.Sprintf("and %d more", more))
		}
		f.Hint = "it fits " + strings.Join(names, ", ") + ": archive or merge the others in Odoo, or match by another key"
		items[i], findings[i] = a.Item, f
	}
	return st.rejected(ctx, items, findings)
}

// sought are the values a search asks for: of several links each of them, since Odoo finds records that have one.
func (st *step) sought(field string, v record.Value, ids map[string]int64) ([]any, error) {
	if v.Kind() != record.Links {
		wire, err := st.wire(field, v, ids)
		return []any{wire}, err
	}
	var out []any
	for _, ref := range refsOf(v) {
		id, err := resolve(ref, ids)
		if err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, nil
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
	ctx, cancel := proofContext(ctx)
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
	return st.settle(ctx, id, set)
}
