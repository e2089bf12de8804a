package validate

import (
	"context"
	"fmt"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// refusals rejects records that a constraint of Odoo refuses by what they hold.
func (v *validator) refusals(ctx context.Context) error {
	for _, m := range v.in.Mappings {
		for _, r := range schema.RefusalsOf(m.Layout.Model, v.in.Schema.Major()) {
			if err := v.refuse(ctx, m, r); err != nil {
				return fmt.Errorf("%s: %w", m.Name, err)
			}
		}
	}
	return nil
}

func (v *validator) refuse(ctx context.Context, m Mapping, r schema.Refusal) error {
	model, ok := v.in.Schema.Model(m.Layout.Model)
	if !ok {
		return nil
	}
	for _, name := range schema.FieldsIn(r.When) {
		if _, ok := model.Field(name); !ok {
			return nil // a module that this server has not
		}
	}
	raw := "''"
	if m.has(r.Field) {
		raw = "coalesce(" + m.text(r.Field) + ", '')"
	}
	hits, err := v.hits(ctx, "select "+who+", "+raw+" from "+m.staged()+" where "+schema.Filled(r.When, m.filler(model))+" order by x_seq")
	if err != nil {
		return err
	}
	return v.judge(ctx, m, hits, record.Finding{Severity: record.Error, Rule: "validate.refused", Column: r.Field, Message: r.Message,
		Hint: "Odoo refuses such a record; mend the value, or the mapping"})
}

// filler gives the SQL of fields: the staged value, Odoo's default where the text wants it, or a null of the field's type.
func (m Mapping) filler(model *schema.Model) func(field string, usual bool) string {
	return func(name string, usual bool) string {
		if m.has(name) {
			return quote(name)
		}
		f, _ := model.Field(name)
		if text, ok := model.Defaults[name].(string); ok && usual {
			return "'" + strings.ReplaceAll(text, "'", "''") + "'::text"
		}
		return "null::" + columnType(f.Type.Kind())
	}
}

// columnType is how staging stores a kind.
func columnType(k record.Kind) string {
	switch k {
	case record.Number:
		return "numeric"
	case record.Boolean:
		return "boolean"
	case record.Date:
		return "date"
	case record.DateTime:
		return "timestamp"
	}
	return "text"
}

// cycles rejects records that are above themselves: Odoo takes no ring of parents.
func (v *validator) cycles(ctx context.Context) error {
	for _, m := range v.in.Mappings {
		model, ok := v.in.Schema.Model(m.Layout.Model)
		if !ok {
			continue
		}
		for i, name := range m.Layout.Fields {
			f, ok := model.Field(name)
			if !ok || m.Kinds[i] != record.Link || f.Relation != m.Layout.Model || !schema.Hierarchy(m.Layout.Model, name) {
				continue
			}
			if err := v.rings(ctx, m, name); err != nil {
				return fmt.Errorf("%s: %w", m.Name, err)
			}
		}
	}
	return nil
}

// rings finds the records on rings over a field, among all mappings of the model.
func (v *validator) rings(ctx context.Context, m Mapping, field string) error {
	var up []string
	for _, o := range v.in.Mappings {
		if o.Layout.Model == m.Layout.Model && o.has(field) {
			up = append(up, "select x_id, "+quote(field)+" as up from "+o.staged()+" where "+quote(field)+" is not null")
		}
	}
	// Only what stands below something and above something can be on a ring: most tables are done here.
	hits, err := v.hits(ctx, `with recursive up as materialized (`+strings.Join(up, " union all ")+`),
		maybe as materialized (select u.x_id, u.up from up u where exists (select from up b where b.up = u.x_id) and exists (select from up a where a.x_id = u.up)),
		walk as (select x_id as start, up as at from maybe union select w.start, b.up from walk w join maybe b on b.x_id = w.at where w.at <> w.start)
		select `+who+`, `+quote(field)+` from `+m.staged()+` where x_id in (select start from walk where at = start) order by x_seq`)
	if err != nil {
		return err
	}
	return v.judge(ctx, m, hits, record.Finding{Severity: record.Error, Rule: "validate.cycle", Column: field,
		Message: "by " + field + " the record is above itself", Hint: "take one of the references of the ring away"})
}
