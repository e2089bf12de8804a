package pipeline

import (
	"context"
	"iter"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/pipeline/load"
	"github.com/odoo-migrate/odoo-migrate/pipeline/lookup"
	"github.com/odoo-migrate/odoo-migrate/pipeline/plan"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// A rehearsal goes the loader's own way, so that what is sent is what a load would send. Around it stand a target that rolls
// back, a journal and a ledger that write nothing, and a choice of the staged records: what leads to a record that is not in
// the target cannot be sent, since nothing that an earlier batch made is there any more.

// dryBatch is how many records are sent at once, of which duplicates are told and parents found.
const dryBatch = 500

// firstUnreal is the first of the ids that stand for records which were rolled back.
const firstUnreal = 2_000_000_000

// dryRun is what a rehearsal knows. One batch is under way at a time.
type dryRun struct {
	p        *Pipeline
	d        *derived
	t        *Target
	targetID int64
	findings []record.Finding

	adopted   map[string]int64  // records of the target that were matched, by the external id they would get
	taken     map[int64]bool    // the same, of the mapping at hand
	announced map[string]string // external id -> model, of the batch under way and of those that were taken
	intents   [][]string        // by number: what was announced

	// Of the mapping at hand.
	mapping string
	lines   map[string]string // by mapping of lines: the field that leads to the document
	seqs    []int64
	own     map[string]bool              // external ids of the sample
	parents map[string]map[string]string // external id -> field -> the record of the same mapping it leads to
	missing map[string]map[string]bool   // field -> external ids of the records sent without it
	sent    map[string]bool
	held    map[string]int64
	known   int64
	claimed int
	said    []record.Finding
}

func (r *dryRun) begin(ctx context.Context, s plan.Step, sample int) error {
	r.mapping, r.lines = s.Mapping, map[string]string{}
	m, _ := r.d.schema.Model(s.Model)
	for _, field := range sortedKeys(s.Lines) {
		f, _ := m.Field(field)
		for _, name := range append([]string{s.Lines[field]}, s.MoreLines[field]...) {
			r.lines[name] = f.InverseField
		}
	}
	r.own, r.parents, r.missing, r.sent = map[string]bool{}, map[string]map[string]string{}, map[string]map[string]bool{}, map[string]bool{}
	r.held, r.known, r.claimed, r.said, r.taken = map[string]int64{}, 0, 0, nil, map[int64]bool{}
	if err := r.choose(ctx, s, sample); err != nil {
		return err
	}
	return r.withAncestors(ctx, s)
}

// choose takes a sample that is spread evenly over the records: the same one for the same records.
func (r *dryRun) choose(ctx context.Context, s plan.Step, sample int) error {
	r.seqs = nil
	if sample <= 0 || int64(sample) > s.Records {
		sample = int(s.Records)
	}
	gone, at := r.d.rejected[s.Mapping], int64(0)
	return r.p.each(ctx, `select x_seq, x_id from staged.`+quoted(s.Mapping)+` order by x_seq`, nil, func(scan func(...any) error) error {
		var seq int64
		var id string
		if err := scan(&seq, &id); err != nil {
			return err
		}
		if _, out := gone[seq]; out {
			return nil
		}
		if at++; at*int64(sample)/s.Records > (at-1)*int64(sample)/s.Records {
			r.seqs, r.own[id] = append(r.seqs, seq), true
		}
		return nil
	})
}

// withAncestors takes along what records of the sample lead to within their mapping.
func (r *dryRun) withAncestors(ctx context.Context, s plan.Step) error {
	m, _ := r.d.schema.Model(s.Model)
	for next := r.seqs; len(next) > 0; {
		var refs []string
		for _, name := range r.d.programs[s.Mapping].Layout().Fields {
			if f, ok := m.Field(name); !ok || f.Type != schema.Many2one || f.Relation != s.Model {
				continue
			}
			err := r.p.each(ctx, `select distinct `+quoted(name)+` from staged.`+quoted(s.Mapping)+` where x_seq = any($1::bigint[]) and `+quoted(name)+` is not null`, []any{next},
				func(scan func(...any) error) error {
					var ref string
					err := scan(&ref)
					if lookup.IsOwn(ref, r.p.Project.Module) && !r.own[ref] {
						refs = append(refs, ref)
					}
					return err
				})
			if err != nil {
				return err
			}
		}
		next = nil
		err := r.p.each(ctx, `select x_seq, x_id from staged.`+quoted(s.Mapping)+` where x_id = any($1::text[])`, []any{refs}, func(scan func(...any) error) error {
			var seq int64
			var id string
			if err := scan(&seq, &id); err != nil {
				return err
			}
			if _, out := r.d.rejected[s.Mapping][seq]; !out && !r.own[id] {
				next, r.own[id] = append(next, seq), true
			}
			return nil
		})
		if err != nil {
			return err
		}
		r.seqs = append(r.seqs, next...)
	}
	slices.Sort(r.seqs)
	return nil
}

// ids are the database ids of migrated records that are in the target: loaded before, or matched by this rehearsal.
func (r *dryRun) ids(ctx context.Context, externalIDs []string) (map[string]int64, error) {
	out, err := r.p.Store.DBIDs(ctx, r.targetID, externalIDs)
	if err != nil {
		return nil, err
	}
	for _, id := range externalIDs {
		if db, ok := r.adopted[id]; ok {
			out[id] = db
		}
	}
	return out, nil
}

// without counts the records that were sent without a field, by field.
func (r *dryRun) without() map[string]int64 {
	out := map[string]int64{}
	for field, ids := range r.missing {
		for id := range ids {
			if r.sent[id] {
				out[field]++
			}
		}
	}
	return out
}

// lacks are the fields that a record was sent without.
func (r *dryRun) lacks(id string) (out []string) {
	for _, field := range sortedKeys(r.missing) {
		if r.missing[field][id] {
			out = append(out, field)
		}
	}
	return out
}

func (r *dryRun) leaveOut(id, field string, out bool) {
	if r.missing[field] == nil {
		r.missing[field] = map[string]bool{}
	}
	if delete(r.missing[field], id); out {
		r.missing[field][id] = true
	}
}

// dryStaged hands the loader the sample, without what cannot be sent.
type dryStaged struct {
	items
	r *dryRun
}

func (s dryStaged) Items(ctx context.Context, mapping string, size int) iter.Seq2[[]load.Item, error] {
	return func(yield func([]load.Item, error) bool) {
		for list, err := range s.items.Again(ctx, mapping, s.r.seqs, size) {
			if err == nil {
				list, err = s.sendable(ctx, list)
			}
			if len(list) > 0 || err != nil {
				if !yield(list, err) || err != nil {
					return
				}
			}
		}
	}
}

// sendable takes out what is in the target already and what needs a record that is not there, and empties the other links to
// such records.
func (s dryStaged) sendable(ctx context.Context, list []load.Item) ([]load.Item, error) {
	entries, err := s.p.Store.EntriesByID(ctx, s.r.targetID, ids(list))
	if err != nil {
		return nil, err
	}
	lines := map[string]map[string][]load.Item{}
	every := slices.Clone(list)
	for _, name := range sortedKeys(s.r.lines) {
		if lines[name], err = s.Children(ctx, name, s.r.lines[name], ids(list)); err != nil {
			return nil, err
		}
		for _, id := range sortedKeys(lines[name]) {
			every = append(every, lines[name][id]...)
		}
	}
	there, err := s.r.ids(ctx, s.r.ownLinks(every))
	if err != nil {
		return nil, err
	}
	var out []load.Item
	for _, it := range list {
		if e, known := entries[it.ID]; known && e.State != run.Deleted {
			s.r.known++
			continue
		}
		gap := s.r.gapOfLines(it, lines, there)
		if gap == "" {
			it, gap = s.r.thinned(it, there)
		}
		if gap != "" {
			s.r.held[gap]++
			continue
		}
		s.r.sent[it.ID] = true
		out = append(out, it)
	}
	return out, nil
}

func ids(list []load.Item) []string {
	out := make([]string, len(list))
	for i, it := range list {
		out[i] = it.ID
	}
	return out
}

func (r *dryRun) ownLinks(list []load.Item) (out []string) {
	for _, it := range list {
		for _, v := range it.Values {
			if v.Kind() == record.Link || v.Kind() == record.Links {
				for _, ref := range record.SplitRefs(v.Text()) {
					if lookup.IsOwn(ref, r.p.Project.Module) {
						out = append(out, ref)
					}
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// gapOfLines is the field of a document's lines that leads to a record which is not there. A line without one of its links is
// another line, so the document is not sent.
func (r *dryRun) gapOfLines(it load.Item, lines map[string]map[string][]load.Item, there map[string]int64) string {
	for _, name := range sortedKeys(lines) {
		for _, line := range lines[name][it.ID] {
			for i, field := range line.Layout.Fields {
				if _, gap := r.present(line.Values[i], there); gap && field != r.lines[name] {
					return name + "." + field
				}
			}
		}
	}
	return ""
}

// present is a value without links to records that are not there, and whether there were any.
func (r *dryRun) present(v record.Value, there map[string]int64) (record.Value, bool) {
	if v.Kind() != record.Link && v.Kind() != record.Links {
		return v, false
	}
	var kept []string
	gap := false
	for _, ref := range record.SplitRefs(v.Text()) {
		if _, ok := there[ref]; ok || !lookup.IsOwn(ref, r.p.Project.Module) {
			kept = append(kept, ref)
		} else {
			gap = true
		}
	}
	if !gap {
		return v, false
	}
	if len(kept) == 0 {
		return record.Value{}, true
	}
	return record.LinksValue(kept), true
}

// thinned is a record without its links to records that are not there, or the field that it cannot be without.
func (r *dryRun) thinned(it load.Item, there map[string]int64) (load.Item, string) {
	m, _ := r.d.schema.Model(it.Layout.Model)
	values := slices.Clone(it.Values)
	for i, field := range it.Layout.Fields {
		v, gap := r.present(it.Values[i], there)
		if !gap {
			continue
		}
		f, _ := m.Field(field)
		if f.Required || field == schema.Company {
			return it, field
		}
		if ref := it.Values[i].Text(); f.Type == schema.Many2one && r.own[ref] {
			if r.parents[it.ID] == nil {
				r.parents[it.ID] = map[string]string{}
			}
			r.parents[it.ID][field] = ref
		}
		values[i] = v
		r.leaveOut(it.ID, field, true)
	}
	it.Values = values
	return it, ""
}
