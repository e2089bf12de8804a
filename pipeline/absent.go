package pipeline

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// settleAbsent deals with lookups of records the target has not, where a mapping says what becomes of them: it maps those
// mappings' rows once more, now knowing which records are missing, and stages the records that are created instead.
func (p *Pipeline) settleAbsent(ctx context.Context, d *derived, t *Target) error {
	missing := map[string]bool{}
	for _, ref := range d.lookups.Missing {
		missing[ref] = true
	}
	var again []*mappings.Mapping
	for _, m := range d.order {
		absent := mappings.Absent{}
		for _, l := range d.programs[m.Name].Lookups() {
			refs, err := p.distinctRefs(ctx, m.Name, l.Field)
			if err != nil {
				return err
			}
			stands, err := p.standIns(ctx, d, t, l, refs, missing)
			if err != nil {
				return err
			}
			if len(stands) > 0 {
				absent[l.Field] = stands
			}
		}
		if len(absent) > 0 {
			d.programs[m.Name] = d.programs[m.Name].Knowing(absent)
			again = append(again, m)
		}
	}
	for _, name := range sortedKeys(d.toCreate) {
		again = append(again, d.set.Mapping(name))
	}
	for _, m := range again {
		if err := p.transformAgain(ctx, d, m); err != nil {
			return err
		}
	}
	return p.lookUpMore(ctx, d, t, again)
}

// namesACall is how many external ids one call asks for.
const namesACall = 5000

// standIns says what stands for references of a field: for one that is missing the record that is created, or nothing.
// A record that an earlier run created stays the mapping's own, although the target has it by now: Odoo knows it by our
// external id, also where that run was killed before it could write so into the ledger.
func (p *Pipeline) standIns(ctx context.Context, d *derived, t *Target, l mappings.Lookup, refs []string, missing map[string]bool) (map[string]string, error) {
	out := map[string]string{}
	if l.Creates == "" {
		for _, ref := range refs {
			if missing[ref] {
				out[ref] = ""
			}
		}
		return out, nil
	}
	makes := d.set.Mapping(l.Creates)
	var ids []string
	natural := map[string]record.Ref{} // not those that a value map looks up by another key
	for _, text := range refs {
		ref, err := record.ParseRef(text)
		if err != nil {
			return nil, err
		}
		if ref.Model == makes.Model && slices.Equal(record.ParseFind(ref.Field).Fields, []string{makes.Created.Field}) {
			natural[text] = ref
			ids = append(ids, d.set.CreatedID(makes, ref))
		}
	}
	ours := map[string]bool{}
	if d.saved != nil {
		ids = nil // nobody can tell which of them an earlier run created
	}
	for part := range slices.Chunk(ids, namesACall) {
		there, err := t.XMLIDs(ctx, p.Project.Module, part)
		if err != nil {
			return nil, fmt.Errorf("look up the external ids of %s: %w", l.Creates, err)
		}
		for id := range there {
			ours[id] = true
		}
	}
	for _, text := range sortedKeys(natural) {
		ref := natural[text]
		id := d.set.CreatedID(makes, ref)
		if !ours[id] && !missing[text] {
			continue
		}
		out[text] = id
		if d.toCreate[l.Creates] == nil {
			d.toCreate[l.Creates] = map[string]record.Ref{}
		}
		if _, known := d.toCreate[l.Creates][id]; !known {
			d.toCreate[l.Creates][id] = ref
		}
	}
	return out, nil
}

// transformAgain maps a mapping's rows once more, in place of the first time.
func (p *Pipeline) transformAgain(ctx context.Context, d *derived, m *mappings.Mapping) error {
	if err := p.Store.ClearMapped(ctx, d.run.ID, m.Name); err != nil {
		return err
	}
	delete(d.rejectedLinks, m.Name)
	return p.transform(ctx, d, m)
}

// toCreateRows are the rows of a mapping that nobody wrote: the records that others look up and the target has not.
func (p *Pipeline) toCreateRows(d *derived, m *mappings.Mapping) iter.Seq2[*record.Batch, error] {
	b := &record.Batch{Table: m.Name, Columns: mappings.CreatedColumns}
	for i, id := range sortedKeys(d.toCreate[m.Name]) {
		ref := d.toCreate[m.Name][id]
		b.Rows = append(b.Rows, record.Row{Pos: record.Pos{Row: int64(i + 1), Line: int64(i + 1), Offset: -1}, Cells: m.Created.Cells(ref)})
	}
	return func(yield func(*record.Batch, error) bool) {
		if len(b.Rows) > 0 {
			yield(b, nil)
		}
	}
}
