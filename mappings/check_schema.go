package mappings

import (
	"cmp"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings/expression"
	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// droppedFields are set by the server itself; create and load take values for them and keep none (seen on 18 and 19).
var droppedFields = []string{"create_date", "create_uid", "write_date", "write_uid"}

// delegated are the required relations of models whose other record Odoo makes itself, which fields_get does not say:
// models that inherit by delegation, and templates with their variants.
var delegated = map[string]string{"product.product": "product_tmpl_id", "product.template": "product_variant_ids", "res.users": "partner_id", "res.company": "partner_id"}

func (c *compiler) checkModel() {
	if c.env.Schema == nil || c.m.Model == "" {
		return
	}
	model, ok := c.env.Schema.Model(c.m.Model)
	if !ok {
		names := make([]string, len(c.env.Schema.Models))
		for i, m := range c.env.Schema.Models {
			names[i] = m.Name
		}
		c.fault(c.m.at["model"], suggest(c.m.Model, names), "the target has no model %q", c.m.Model)
		return
	}
	c.model = model
	for _, key := range c.m.Match {
		for _, field := range key {
			if _, ok := model.Field(field); !ok && fieldName.MatchString(field) {
				c.unknownField(c.m.at["match"], model, field)
			}
		}
	}
	c.checkOnce()
	c.checkLines()
	c.checkConditions()
	c.checkRequired()
}

func fieldNames(m *schema.Model) []string {
	out := make([]string, len(m.Fields))
	for i, f := range m.Fields {
		out[i] = f.Name
	}
	return out
}

func (c *compiler) checkLines() {
	for _, line := range c.m.Children() {
		name, at, child := line.Field, c.m.lines[line.Field], c.set.byName[line.Mapping]
		field, ok := c.model.Field(name)
		switch {
		case !ok:
			c.unknownField(at, c.model, name)
		case field.Type != schema.One2many:
			c.fault(at, "", "lines need a one2many, and %s is a %s", name, field.Type)
		case child != nil && child.Model != "" && field.Relation != child.Model:
			c.fault(at, "", "%s holds records of %s, and mapping %s makes %s", name, field.Relation, child.Name, child.Model)
		case child != nil && field.InverseField != "":
			c.checkInverse(child, name, field)
		}
	}
}

// checkInverse holds the way back of lines against the field that Odoo's one2many stands on.
func (c *compiler) checkInverse(child *Mapping, name string, field schema.Field) {
	if r := child.Field(field.InverseField); r != nil && r.Ref == c.m.Name {
		return
	}
	for i := range child.Fields {
		if r := &child.Fields[i]; r.Ref == c.m.Name {
			c.problems = append(c.problems, child.problem(r.pos, "", "the lines of %s.%s stand on %s, and %s refers to %s by %s",
				c.model.Name, name, field.InverseField, child.Name, c.m.Name, r.Name))
			return
		}
	}
}

// unknownField reports a field the server does not have: with its name or what became of it there, where that is known,
// else with the nearest name.
func (c *compiler) unknownField(at yamlpos.Pos, model *schema.Model, field string) {
	hint := suggest(field, fieldNames(model))
	if here := model.NameHere(field); here != field {
		hint = "its name in Odoo " + c.env.Schema.ServerVersion + " is " + here
	} else if instead := schema.WhatBecame(model.Name, field); instead != "" {
		hint = instead
	}
	c.fault(at, hint, "%s has no field %q", model.Name, field)
}

func (c *compiler) checkConditions() {
	for _, a := range c.m.AfterLoad {
		for _, text := range []string{a.When, a.Expect} {
			if text == "" {
				continue
			}
			condition, problems := expression.CompileCondition(text)
			if len(problems) > 0 {
				continue // reported by Parse
			}
			for _, name := range condition.Fields() {
				if _, ok := c.model.Field(name); !ok {
					c.fault(a.pos, suggest(name, fieldNames(c.model)), "%s has no field %q, which %q asks for", c.model.Name, name, text)
				}
			}
		}
	}
}

// checkRequired names required fields that neither the mapping nor the server fills.
func (c *compiler) checkRequired() {
	if _, ok := c.m.at["fields"]; !ok {
		return // reported by Parse
	}
	parentField := c.inverse()
	for _, f := range c.model.Fields {
		_, isLines := c.m.Lines[f.Name]
		if !f.Required || f.Computed || f.Readonly || f.Type == schema.Boolean || c.m.Field(f.Name) != nil || isLines ||
			f.Name == parentField || delegated[c.model.Name] == f.Name || hasDefault(c.model, f.Name) {
			continue
		}
		if c.model.Defaults == nil {
			c.warn(c.m.at["fields"], "", "%s requires %s, and the mapping does not fill it (defaults of the target are not known)", c.model.Name, f.Name)
			continue
		}
		c.fault(c.m.at["fields"], "", "%s requires %s, which has no default, and the mapping does not fill it", c.model.Name, f.Name)
	}
}

// inverse is the field by which Odoo itself ties lines to the record they are created with.
func (c *compiler) inverse() string {
	parent := c.set.Parent(c.m.Name)
	if parent == nil {
		return ""
	}
	model, ok := c.env.Schema.Model(parent.Model)
	if !ok {
		return ""
	}
	for _, line := range parent.Children() {
		if f, ok := model.Field(line.Field); ok && line.Mapping == c.m.Name {
			return f.InverseField
		}
	}
	return ""
}

func hasDefault(m *schema.Model, field string) bool {
	v, ok := m.Defaults[field]
	return ok && v != nil && v != false
}

// odooField finds the field a rule fills and reports what cannot be filled.
func (c *compiler) odooField(r *FieldRule) (schema.Field, bool) {
	if c.model == nil {
		if slices.Contains(droppedFields, r.Name) {
			c.dropped(r)
		}
		return schema.Field{}, false
	}
	f, ok := c.model.Field(r.Name)
	plain, _ := schema.SplitLanguage(r.Name)
	switch {
	case slices.Contains(droppedFields, r.Name):
		c.dropped(r)
	case !fieldName.MatchString(plain) && r.Name != schema.Company: // reported by Parse
	case !ok && plain != r.Name:
		// Named for the field itself, or for that it is not filled.
	case !ok:
		c.unknownField(r.pos, c.model, r.Name)
	case r.Name == "id":
		c.fault(r.pos, "the external id is made by id:", "database ids are the server's to give")
	case f.Readonly && f.Computed:
		c.fault(r.pos, "", "%s is computed by Odoo and cannot be written", r.Name)
	case f.Readonly && !f.Stored:
		c.fault(r.pos, "", "%s is readonly and not stored: a value for it is lost", r.Name)
	case f.Type == schema.One2many:
		c.fault(r.pos, "lines: {"+r.Name+": {mapping: ...}}", "%s is a one2many: its records have a mapping of their own", r.Name)
	case f.Type == schema.JSON || f.Type == schema.Props || f.Type == schema.PropsDef:
		c.fault(r.pos, "", "%s is of type %s, which cannot be mapped", r.Name, f.Type)
	default:
		c.checkTranslation(r, f)
		return f, true
	}
	return schema.Field{}, false
}

func (c *compiler) dropped(r *FieldRule) {
	c.fault(r.pos, "keep the legacy value in a field of its own or in a note", "Odoo drops %s in silence", r.Name)
}

// checkReading holds the rule against the field's type.
func (c *compiler) checkReading(f *fieldProgram, odoo schema.Field) {
	r := f.rule
	relation := odoo.Type.Relational() || odoo.Type == schema.Reference || odoo.Type == schema.M2ORef
	switch {
	case f.link.is() && !relation:
		c.fault(r.pos, "", "%s is %s: it cannot refer to a record", r.Name, article(odoo.Type))
	case relation && r.Value == nil && !f.link.is():
		to := cmp.Or(odoo.Relation, "a record")
		c.fault(r.pos, "find: "+cmp.Or(odoo.Relation, "model")+".name, ref: a mapping, or as: xmlid", "%s refers to %s, and the rule does not say which record a value means", r.Name, to)
	case relation:
		c.checkRelation(f, odoo)
	case r.As != "" && !fitsType(f):
		c.fault(r.key("as"), "", "as: %s does not fit %s, %s", r.As, r.Name, article(odoo.Type))
	case f.test != nil && !fitsKind(f.test.program.Type(), f.kind):
		c.fault(r.text.Pos, "", "%s is %s, and the expression makes %s", r.Name, article(odoo.Type), f.test.program.Type())
	default:
		c.checkFitting(f, odoo)
	}
}

func article(t schema.Type) string {
	if t == schema.Integer {
		return "an " + string(t)
	}
	return "a " + string(t)
}

// fitsType reports whether what a cell is read as can be kept in the field. A text field takes anything; nothing but a
// text field takes an unread text.
func fitsType(f *fieldProgram) bool { return f.kind == record.Text || f.reader.kind == f.kind }

// checkFitting names keys about numbers and dates on fields that hold neither.
func (c *compiler) checkFitting(f *fieldProgram, odoo schema.Field) {
	if f.rule.As != "" || f.rule.Value != nil {
		return // held against "as" by Parse
	}
	as := usualReading(odoo.Type)
	for _, k := range fittingKeys {
		if f.rule.node.Get(k.key) != nil && !slices.Contains(k.as, as) {
			c.fault(f.rule.key(k.key), "say as: "+k.as[0]+" where the text is to be read so", "%s means nothing for %s, %s", k.key, f.rule.Name, article(odoo.Type))
		}
	}
}

// fitsKind reports whether an expression's result can become a value of a kind.
func fitsKind(t expression.Type, kind record.Kind) bool {
	switch t {
	case expression.Any, expression.Null, expression.Text:
		return true
	case expression.List:
		return false
	}
	return kind == record.Text || kindOfExpression(t) == kind
}

func (c *compiler) checkRelation(f *fieldProgram, odoo schema.Field) {
	r := f.rule
	switch {
	case odoo.Type == schema.Reference:
		c.checkReference(f, odoo)
		return
	case odoo.Relation == "":
		c.checkModelField(f, odoo)
		return
	}
	if f.link.model != "" && f.link.model != odoo.Relation {
		c.fault(r.key("find"), suggest(f.link.model, []string{odoo.Relation}), "%s refers to %s, not to %s", r.Name, odoo.Relation, f.link.model)
		return
	}
	if target := c.set.byName[r.Ref]; target != nil && target.Model != "" && target.Model != odoo.Relation {
		c.fault(r.key("ref"), "", "%s refers to %s, and mapping %s makes %s", r.Name, odoo.Relation, r.Ref, target.Model)
	}
	if f.link.model != "" {
		c.checkPath(f, f.link.model, f.link.field)
	}
	if r.Value != nil && r.Value.Find != "" {
		if model, field := splitPath(r.Value.Find); model != odoo.Relation {
			c.fault(r.Value.pos, "", "%s refers to %s, not to %s", r.Name, odoo.Relation, model)
		} else {
			c.checkPath(f, model, field)
		}
	}
}

// checkPath checks the fields of a lookup, as far as the snapshot holds the models: it need not hold every one.
func (c *compiler) checkPath(f *fieldProgram, model, field string) {
	find := record.ParseFind(field)
	at := f.rule.key("find")
	if f.rule.Value != nil {
		at = f.rule.Value.pos
	}
	for _, path := range append(find.Fields, f.rule.Within) {
		for on := model; path != ""; {
			m, ok := c.env.Schema.Model(on)
			if !ok {
				break
			}
			name, rest, deeper := strings.Cut(path, ".")
			field, ok := m.Field(name)
			switch {
			case !ok && name == "id":
			case !ok:
				c.unknownField(at, m, name)
			case deeper && field.Relation == "":
				c.fault(at, "", "%s of %s leads to no other model", name, on)
			}
			on, path = field.Relation, rest
		}
	}
}

// checkSelection finds constants that are none of a selection's values.
func (c *compiler) checkSelection(f *fieldProgram, odoo schema.Field) {
	if odoo.Type != schema.Selection || len(odoo.Options) == 0 {
		return
	}
	values := make([]string, len(odoo.Options))
	for i, o := range odoo.Options {
		values[i] = o.Value
	}
	check := func(k *Constant) {
		if k == nil || k.Null || k.Many || slices.Contains(values, k.Text) {
			return
		}
		c.faultIn(k, suggest(k.Text, values), "%q is no value of the selection %s", k.Text, f.rule.Name)
	}
	check(f.rule.Value)
	check(f.rule.Default)
	check(f.rule.ElseTo)
	for _, key := range f.keys {
		k := f.values[key]
		check(&k)
	}
}
