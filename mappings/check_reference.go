package mappings

import (
	"maps"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// checkModelField holds the record a many2one_reference names against the field that says of which model it is: Odoo
// itself checks neither.
func (c *compiler) checkModelField(f *fieldProgram, odoo schema.Field) {
	if odoo.Type != schema.M2ORef || odoo.ModelField == "" {
		return
	}
	beside := c.m.Field(odoo.ModelField)
	model := c.modelMeant(f)
	switch {
	case beside == nil:
		c.fault(f.rule.pos, odoo.ModelField+": {value: "+model+"}", "%s is a database id of the model that %s names, and the mapping does not fill that", f.rule.Name, odoo.ModelField)
	case beside.Value != nil && model != "" && beside.Value.Text != model:
		c.fault(beside.pos, odoo.ModelField+": {value: "+model+"}", "%s refers to records of %s, and %s says %s", f.rule.Name, model, odoo.ModelField, beside.Value.Text)
	}
}

// modelMeant is the model of the records a rule refers to; "" where the rule does not say.
func (c *compiler) modelMeant(f *fieldProgram) string {
	if target := c.set.byName[f.rule.Ref]; target != nil {
		return target.Model
	}
	return f.link.model
}

// checkReference holds what a rule may make of a reference field against the models that the field takes. What it says by
// external id is held against them once that is looked up in the target.
func (c *compiler) checkReference(f *fieldProgram, odoo schema.Field) {
	r := f.rule
	if target := c.set.byName[r.Ref]; target != nil && target.Model != "" && !odoo.Takes(target.Model) {
		c.fault(r.key("ref"), "", "%s refers to %s, and mapping %s makes %s", r.Name, odoo.Models(), r.Ref, target.Model)
	}
	if f.link.model != "" {
		if odoo.Takes(f.link.model) {
			c.checkPath(f, f.link.model, f.link.field)
		} else {
			c.fault(r.key("find"), suggest(f.link.model, modelsOf(odoo)), "%s refers to %s, not to %s", r.Name, odoo.Models(), f.link.model)
		}
	}
	constants := []*Constant{r.Value, r.Default, r.ElseTo}
	for _, text := range slices.Sorted(maps.Keys(r.Map)) {
		k := r.Map[text]
		constants = append(constants, &k)
	}
	for _, k := range constants {
		c.checkReferred(f, odoo, k)
	}
}

// checkReferred holds a record that the file itself names against the models a reference field takes.
func (c *compiler) checkReferred(f *fieldProgram, odoo schema.Field, k *Constant) {
	if k == nil || k.Find == "" {
		return
	}
	model, field := splitPath(k.Find)
	switch {
	case !odoo.Takes(model):
		c.faultIn(k, suggest(model, modelsOf(odoo)), "%s refers to %s, not to %s", f.rule.Name, odoo.Models(), model)
	case k == f.rule.Value:
		c.checkPath(f, model, field)
	}
}

func modelsOf(f schema.Field) []string {
	var out []string
	for _, o := range f.Options {
		out = append(out, o.Value)
	}
	return out
}
