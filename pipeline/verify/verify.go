// Package verify reads records back from Odoo into canonical form and compares them with what was meant, field by field.
// It changes nothing.
package verify

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// ErrMismatch says that Odoo does not hold what was meant.
var ErrMismatch = errors.New("Odoo does not hold what was loaded")

// Reader reads the target; archived records and all companies are included.
type Reader interface {
	Read(ctx context.Context, model string, ids []int64, fields []string) ([]map[string]any, error)
	XMLIDs(ctx context.Context, module string, names []string) (map[string]schema.XMLID, error)
}

// Ledger yields what was loaded, ordered by external id.
type Ledger interface {
	Entries(ctx context.Context, targetID int64, mapping string) iter.Seq2[run.Entry, error]
}

// Resolver gives the database ids of references; what it does not return is not in the target.
type Resolver interface {
	IDs(ctx context.Context, refs []string) (map[string]int64, error)
	// Learn finds out of which models the records are; Model tells it afterwards, "" of a record that is not there.
	Learn(ctx context.Context, refs []string) error
	Model(ref string) string
}

// Keeper keeps what every record was found to be: a chunk of a mapping at a time, in the order of the external ids.
type Keeper interface {
	Keep(ctx context.Context, records []run.Verified) error
}

const (
	chunk          = 1000
	maxDifferences = 1000
)

// Verifier compares ledger entries with Odoo.
type Verifier struct {
	Target   Reader
	Ledger   Ledger
	Schema   *schema.Snapshot
	Module   string
	TargetID int64
	Refs     Resolver
	Progress func(mapping string, records int)
	Counters map[string][]string // by model: numbers that Odoo raises by itself, so that more than was meant is as good
	Readers  int                 // reads under way at once; 0 is 2
	Keeper   Keeper              // nil keeps nothing but the result
	Known    Known               // what tells the classes of differences apart; the zero value knows nothing

	listed bool // every external id of the ledger was found in Odoo, under its record
}

// Run compares all active records of the mappings, in the given order.
func (v *Verifier) Run(ctx context.Context, mappings []string) (*Result, error) {
	res := &Result{Window: Window{Loading: v.Known.Loading, From: v.Known.Now()}}
	if err := v.extras(ctx, res); err != nil {
		return nil, fmt.Errorf("look for records that nobody loaded: %w", err)
	}
	for _, m := range mappings {
		if err := v.mapping(ctx, m, res); err != nil {
			return nil, fmt.Errorf("verify %s: %w", m, err)
		}
	}
	res.Window.Until = v.Known.Now()
	return res, nil
}

// part is one chunk of entries and what comparing them gave.
type part struct {
	entries []run.Entry
	out     chan partResult
}

type partResult struct {
	meant, have []checksum.Digest
	class       []string
	diffs       []Difference
	fields      int64
	written     []Written
	err         error
}

func (v *Verifier) mapping(ctx context.Context, mapping string, res *Result) error {
	m := Mapping{Mapping: mapping}
	meant, have := checksum.NewTree(), checksum.NewTree()
	g, gctx := errgroup.WithContext(ctx)
	readers := v.Readers
	if readers == 0 {
		readers = 2
	}
	order := make(chan part, readers)
	limit := make(chan struct{}, readers)
	g.Go(func() error {
		defer close(order)
		return v.chunks(gctx, mapping, func(entries []run.Entry) error {
			p := part{entries, make(chan partResult, 1)}
			select {
			case limit <- struct{}{}:
			case <-gctx.Done():
				return gctx.Err()
			}
			g.Go(func() error {
				defer func() { <-limit }()
				r := v.compare(gctx, p.entries, res.Window.From)
				p.out <- r
				return r.err
			})
			select {
			case order <- p:
			case <-gctx.Done():
				return gctx.Err()
			}
			return nil
		})
	})
	g.Go(func() error {
		for p := range order {
			r := <-p.out
			if r.err != nil {
				return r.err
			}
			m.Model = p.entries[0].Model
			if err := fold(&m, res, meant, have, r); err != nil {
				return err
			}
			if v.Keeper != nil {
				if err := v.Keeper.Keep(gctx, kept(p.entries, r)); err != nil {
					return err
				}
			}
			if v.Progress != nil {
				v.Progress(mapping, len(p.entries))
			}
		}
		return nil
	})
	if err := g.Wait(); err != nil {
		return err
	}
	for _, t := range []struct {
		tree *checksum.Tree
		to   *string
	}{{meant, &m.MeantRoot}, {have, &m.OdooRoot}} {
		root, err := t.tree.Root()
		if err != nil {
			return err
		}
		*t.to = root.String()
	}
	res.Mappings = append(res.Mappings, m)
	return nil
}

func fold(m *Mapping, res *Result, meant, have *checksum.Tree, r partResult) error {
	for i, c := range r.class {
		m.Compared++
		switch c {
		case Equal:
			m.Equal++
		case Normalised:
			m.Normalised++
		case Logic:
			m.Logic++
		case Since:
			m.Since++
		case Differs:
			m.Differs++
		default:
			m.Missing++
		}
		if err := meant.Add(r.meant[i]); err != nil {
			return err
		}
		if c != Missing {
			if err := have.Add(r.have[i]); err != nil {
				return err
			}
		}
	}
	res.Fields += r.fields
	res.Window.add(r.written)
	room := maxDifferences - len(res.Differences)
	res.Differences = append(res.Differences, r.diffs[:min(room, len(r.diffs))]...)
	return nil
}

// kept joins what comparing a chunk gave, record by record.
func kept(entries []run.Entry, r partResult) []run.Verified {
	fields := map[string][]run.Differing{}
	for _, d := range r.diffs {
		if d.Class != Missing {
			fields[d.ExternalID] = append(fields[d.ExternalID], run.Differing{Field: d.Field, Want: d.Want, Have: d.Have})
		}
	}
	out := make([]run.Verified, len(entries))
	for i, e := range entries {
		out[i] = run.Verified{Mapping: e.Mapping, Model: e.Model, ExternalID: e.ExternalID, DBID: e.DBID, Class: r.class[i],
			Meant: r.meant[i], Have: r.have[i], Missing: r.class[i] == Missing, Fields: fields[e.ExternalID]}
	}
	return out
}

// chunks reads the ledger's active entries in slices.
func (v *Verifier) chunks(ctx context.Context, mapping string, each func([]run.Entry) error) error {
	var entries []run.Entry
	for e, err := range v.Ledger.Entries(ctx, v.TargetID, mapping) {
		if err != nil {
			return err
		}
		if e.State != run.Active || e.Digest == "" {
			continue
		}
		if entries = append(entries, e); len(entries) == chunk {
			if err := each(entries); err != nil {
				return err
			}
			entries = nil
		}
	}
	if len(entries) == 0 {
		return nil
	}
	return each(entries)
}

// compare reads one chunk and compares record by record.
func (v *Verifier) compare(ctx context.Context, entries []run.Entry, from string) (r partResult) {
	model, ok := v.Schema.Model(entries[0].Model)
	if !ok {
		r.err = fmt.Errorf("the target has no model %s", entries[0].Model)
		return r
	}
	meant := make([]map[string]record.Value, len(entries))
	every := map[string]record.Value{}
	for i, e := range entries {
		if meant[i], r.err = record.DecodeValues(e.Values); r.err != nil {
			r.err = fmt.Errorf("ledger entry %s: %w", e.ExternalID, r.err)
			return r
		}
		maps.Copy(every, meant[i])
	}
	if r.err = v.learnModels(ctx, model, meant); r.err != nil {
		return r
	}
	ids, err := v.idsOf(ctx, meant)
	if err != nil {
		r.err = err
		return r
	}
	rows, err := v.fetch(ctx, entries, append(model.ReadNames(knownFields(model, every)), writtenFields(model)...), companiesOf(meant, ids))
	if err != nil {
		r.err = err
		return r
	}
	named, err := v.named(ctx, entries)
	if err != nil {
		r.err = err
		return r
	}
	for i, e := range entries {
		layout, names := fieldsOf(meant[i]), naming(model, meant[i], ids, v.Refs.Model)
		want := valuesOf(layout, meant[i])
		for n, f := range layout {
			if field, ok := model.Field(f); ok {
				want[n] = checksum.AsNamed(field.Towards(want[n], v.Refs.Model), want[n], ids, names)
			}
		}
		r.meant = append(r.meant, checksum.Fields(e.Model, e.ExternalID, layout, want))
		row, there := rows[e.DBID]
		if !there || !named[e.ExternalID] {
			r.class = append(r.class, Missing)
			r.have = append(r.have, checksum.Digest{})
			r.diffs = append(r.diffs, difference(e, Missing, "", "", ""))
			continue
		}
		have, err := canonical(model, row, layout, want, names)
		if err != nil {
			r.err = fmt.Errorf("%s: %w", e.ExternalID, err)
			return r
		}
		r.fields += int64(len(layout))
		stamp := stampOf(row)
		if v.Known.within(stamp, from) {
			r.written = append(r.written, Written{e.Model, e.ExternalID, e.DBID, stamp.date})
		}
		class := Equal
		for i, f := range layout {
			if have[i] != want[i] {
				d := v.classified(e, f, want[i], have[i], stamp)
				class = graver(class, d.Class)
				r.diffs = append(r.diffs, d)
			}
		}
		v.counted(e.Model, layout, want, have)
		r.have = append(r.have, checksum.Fields(e.Model, e.ExternalID, layout, have))
		r.class = append(r.class, class)
	}
	return r
}

// counted takes counters that went up since for what was meant.
func (v *Verifier) counted(model string, layout []string, want, have []record.Value) {
	for i, f := range layout {
		if v.raised(model, f, want[i], have[i]) {
			have[i] = want[i]
		}
	}
}

func (v *Verifier) raised(model, field string, want, have record.Value) bool {
	return slices.Contains(v.Counters[model], field) && want.Kind() == record.Number && have.Kind() == record.Number && have.Decimal().Cmp(want.Decimal()) > 0
}

// fetch reads the entries' records, those of each company within it.
func (v *Verifier) fetch(ctx context.Context, entries []run.Entry, fields []string, companies []int64) (map[int64]map[string]any, error) {
	byCompany := map[int64][]int64{}
	for i, e := range entries {
		byCompany[companies[i]] = append(byCompany[companies[i]], e.DBID)
	}
	rows := make(map[int64]map[string]any, len(entries))
	for _, company := range slices.Sorted(maps.Keys(byCompany)) {
		within := ctx
		if company != 0 {
			within = schema.InCompany(ctx, company)
		}
		list, err := v.Target.Read(within, entries[0].Model, byCompany[company], fields)
		if err != nil {
			return nil, err
		}
		for _, row := range list {
			if id := schema.ID(row["id"]); id != 0 {
				rows[id] = row
			}
		}
	}
	return rows, nil
}

// named tells of which records the external id leads to the record.
func (v *Verifier) named(ctx context.Context, entries []run.Entry) (map[string]bool, error) {
	names, named := make([]string, len(entries)), make(map[string]bool, len(entries))
	for i, e := range entries {
		names[i], named[e.ExternalID] = e.ExternalID, v.listed
	}
	if v.listed {
		return named, nil
	}
	xmlids, err := v.Target.XMLIDs(ctx, v.Module, names)
	for _, e := range entries {
		x, ok := xmlids[e.ExternalID]
		named[e.ExternalID] = ok && x.ResID == e.DBID
	}
	return named, err
}

// companiesOf are the companies the records belong to, 0 where they say none.
func companiesOf(meant []map[string]record.Value, ids map[string]int64) []int64 {
	out := make([]int64, len(meant))
	for i, values := range meant {
		out[i] = ids[values[schema.Company].Text()]
	}
	return out
}

// idsOf returns the database ids of everything the records were meant to link to.
func (v *Verifier) idsOf(ctx context.Context, meant []map[string]record.Value) (map[string]int64, error) {
	refs := map[string]bool{}
	for _, values := range meant {
		for _, value := range values {
			for _, ref := range refsOf(value) {
				refs[ref] = true
			}
		}
	}
	if len(refs) == 0 {
		return nil, nil
	}
	return v.Refs.IDs(ctx, slices.Sorted(maps.Keys(refs)))
}

func refsOf(v record.Value) []string {
	if v.Kind() != record.Link && v.Kind() != record.Links {
		return nil
	}
	return record.SplitRefs(v.Text())
}

// naming names the records one record was meant to link to as it was meant, since one of them may have several names.
// Odoo linking to any other record is a difference.
func naming(m *schema.Model, meant map[string]record.Value, ids map[string]int64, modelOf func(string) string) checksum.Naming {
	byID := map[string]string{}
	for _, name := range fieldsOf(meant) {
		f, ok := m.Field(name)
		if !ok {
			continue
		}
		f = f.Towards(meant[name], modelOf)
		for _, ref := range refsOf(meant[name]) {
			if id, ok := ids[ref]; ok {
				byID[checksum.Unnamed(f.Relation, id)] = ref
			}
		}
	}
	return checksum.NamedBy(byID)
}

func difference(e run.Entry, class, field, want, have string) Difference {
	return Difference{Mapping: e.Mapping, Model: e.Model, ExternalID: e.ExternalID, DBID: e.DBID, Class: class, Field: field, Want: want, Have: have}
}

func fieldsOf(values map[string]record.Value) []string {
	out := make([]string, 0, len(values))
	for f := range values {
		out = append(out, f)
	}
	slices.Sort(out)
	return out
}

func valuesOf(fields []string, values map[string]record.Value) []record.Value {
	out := make([]record.Value, len(fields))
	for i, f := range fields {
		out[i] = values[f]
	}
	return out
}

// canonical brings a row into canonical form. Binary fields were read as digests, and are held against what is meant.
func canonical(m *schema.Model, row map[string]any, fields []string, meant []record.Value, names checksum.Naming) ([]record.Value, error) {
	out := make([]record.Value, len(fields))
	for i, name := range fields {
		f, ok := m.Field(name)
		if !ok {
			out[i] = record.TextValue(goneField)
			continue
		}
		var v record.Value
		var err error
		if f.Type == schema.Binary {
			v, err = checksum.FromHash(row[schema.Hashed(name)], meant[i])
		} else {
			v, err = checksum.FromOdoo(f, row[name], names)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[i] = v
	}
	return out, nil
}
