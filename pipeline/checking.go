package pipeline

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/pipeline/lookup"
	"github.com/odoo-migrate/odoo-migrate/pipeline/validate"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// lookUp finds every record of the target the staged records link to.
func (p *Pipeline) lookUp(ctx context.Context, d *derived, t *Target) error {
	var err error
	if d.lookups, err = p.lookedUp(ctx, d, t, d.order, func(string) bool { return false }); err != nil {
		return err
	}
	if d.saved != nil {
		return nil
	}
	if d.lookups.Near, err = lookup.Nearest(ctx, t, d.lookups.Missing); err != nil {
		return fmt.Errorf("look up records of the target: %w", err)
	}
	return nil
}

// lookUpMore finds what mappings link to that were mapped once more: defaults nobody asked for at first.
func (p *Pipeline) lookUpMore(ctx context.Context, d *derived, t *Target, again []*mappings.Mapping) error {
	missing := map[string]bool{}
	for _, ref := range d.lookups.Missing {
		missing[ref] = true
	}
	more, err := p.lookedUp(ctx, d, t, again, func(ref string) bool {
		_, found := d.lookups.IDs[ref]
		return found || missing[ref] || len(d.lookups.Ambiguous[ref]) > 0
	})
	if err != nil {
		return err
	}
	d.lookups.Add(more)
	return nil
}

// lookedUp finds what the staged records of mappings link to, but for what is known.
func (p *Pipeline) lookedUp(ctx context.Context, d *derived, t *Target, of []*mappings.Mapping, known func(ref string) bool) (*lookup.Result, error) {
	var refs []string
	for _, m := range of {
		prog := d.programs[m.Name]
		for i, field := range prog.Layout().Fields {
			if k := prog.Kinds()[i]; k != record.Link && k != record.Links {
				continue
			}
			found, err := p.distinctRefs(ctx, m.Name, field)
			if err != nil {
				return nil, err
			}
			refs = append(refs, found...)
		}
	}
	refs = slices.DeleteFunc(refs, known)
	if d.saved != nil {
		return d.lookUpSaved(refs)
	}
	found, err := lookup.Resolve(ctx, t, refs)
	if err != nil {
		return nil, fmt.Errorf("look up records of the target: %w", err)
	}
	return found, nil
}

// distinctRefs are the records of the target that a field links to. Those of the migration itself, which may be as many as
// there are rows, stay in the database (lookup.IsOwn says which they are).
func (p *Pipeline) distinctRefs(ctx context.Context, mapping, field string) ([]string, error) {
	var out []string
	sql := fmt.Sprintf(`select distinct x_ref from staged.%s, unnest(string_to_array(%s, ',')) x_ref
		where x_ref <> '' and not (starts_with(x_ref, $1) and strpos(x_ref, '[') = 0) order by 1`, quoted(mapping), quoted(field))
	err := p.each(ctx, sql, []any{p.Project.Module + "."}, func(scan func(...any) error) error {
		var ref string
		err := scan(&ref)
		out = append(out, ref)
		return err
	})
	return out, err
}

func (p *Pipeline) validateAll(ctx context.Context, d *derived, t *Target) error {
	p.opt.Progress.Phase("validate", 0)
	in := validate.Input{
		Module: p.Project.Module, Schema: d.schema, Lookups: d.lookups,
		InTarget: func(context.Context, []string) ([]string, error) { return nil, nil },
		Findings: func(ctx context.Context, f []record.Finding) error {
			return p.Store.AddFindings(ctx, d.run.ID, d.placed(f))
		},
		Reject: func(ctx context.Context, mapping string, rows []validate.Row) error {
			classes := map[string][]staging.RowClass{}
			for _, r := range rows {
				classes[r.Table] = append(classes[r.Table], staging.RowClass{Row: r.Row, Class: r.Class, Reason: r.Reason})
			}
			return d.addClasses(ctx, p.Store, mapping, classes)
		},
	}
	in.Incomplete = d.incomplete()
	if d.saved == nil {
		if err := p.askTarget(ctx, t, &in); err != nil {
			return err
		}
	}
	in.Settled, in.Look = p.settledSQL(d)
	in.Checked = func(r validate.CheckResult) { d.checks = append(d.checks, r) }
	for _, m := range d.order {
		v := validate.Mapping{Name: m.Name, Layout: d.programs[m.Name].Layout(), Kinds: d.programs[m.Name].Kinds(), Checks: d.programs[m.Name].Checks(), SQL: d.programs[m.Name].SQLChecks(), At: func(field string) string {
			if f := m.Field(field); f != nil {
				return f.At
			}
			return ""
		}, Mapped: func(field string) bool {
			f := m.Field(field)
			return f != nil && f.HasMap()
		}, Match: m.Match, Posts: len(m.AfterLoad) > 0}
		v.Parent, v.Link = d.parentOf(m)
		in.Mappings = append(in.Mappings, v)
	}
	var err error
	d.rejected, err = validate.Run(ctx, queryer{p}, in)
	p.opt.Progress.Done("validate")
	if err != nil {
		return err
	}
	if err := p.forgetLeftOut(ctx, d); err != nil {
		return err
	}
	return p.leaveOut(ctx, d)
}

// askTarget lets validation look at the records of the target.
func (p *Pipeline) askTarget(ctx context.Context, t *Target, in *validate.Input) error {
	target, _, err := p.identify(ctx, t)
	if err != nil {
		return err
	}
	in.InTarget = func(ctx context.Context, ids []string) ([]string, error) {
		known, err := p.Store.DBIDs(ctx, target.ID, ids)
		return slices.Sorted(maps.Keys(known)), err
	}
	in.Target, in.IDs = t, p.resolver(t, target.ID).IDs
	if own := t.Companies(); len(own) > 0 {
		in.Company = own[0]
	}
	return nil
}

// incomplete lists, by mapping of documents, those that lost a line already when it was mapped.
func (d *derived) incomplete() map[string][]string {
	out := map[string][]string{}
	for _, m := range d.order {
		if parent, _ := d.parentOf(m); parent != "" {
			for _, links := range d.rejectedLinks[m.Name] {
				out[parent] = append(out[parent], links...)
			}
		}
	}
	return out
}

// torn lists the mappings of lines of which a row is damaged, or was rejected, and nobody can tell of which document.
func (d *derived) torn() []string {
	var out []string
	for _, m := range d.order {
		// Nor can anybody tell which group a damaged row belongs to: a sum may lack it.
		if parent, _ := d.parentOf(m); parent == "" && m.Group == nil {
			continue
		}
		unknown := d.damaged(m.Sources())
		if parent, _ := d.parentOf(m); parent != "" {
			for _, links := range d.rejectedLinks[m.Name] {
				unknown = unknown || len(links) == 0
			}
		}
		if unknown {
			out = append(out, m.Name)
		}
	}
	return out
}

// parentOf is the mapping whose documents a mapping's records are lines of, and the field that links them.
func (d *derived) parentOf(m *mappings.Mapping) (parent, link string) {
	for _, o := range d.order {
		for _, line := range o.Children() {
			if line.Mapping != m.Name {
				continue
			}
			if model, ok := d.schema.Model(o.Model); ok {
				if f, ok := model.Field(line.Field); ok {
					return o.Name, f.InverseField
				}
			}
		}
	}
	return "", ""
}

// placed completes findings with the file and sheet of their source: the first one of their mapping where they name none.
func (d *derived) placed(findings []record.Finding) []record.Finding {
	for i := range findings {
		f := &findings[i]
		if m := d.set.Mapping(f.Mapping); m != nil && f.Table == "" {
			f.Table = m.Source
		}
		if s, ok := d.snapshots[f.Table]; ok && f.File == "" {
			f.File, f.Sheet = s.File, s.Sheet
		}
		f.Owner = d.ownerOf(*f)
		*f = d.masked(*f)
	}
	return findings
}
