package mappings

import (
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
