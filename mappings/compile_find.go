package mappings

import (
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// keys says in which model a field's records are looked up, and how: record.Find as text.
func (c *compiler) keys(r *FieldRule) (model, field string) {
	relation := ""
	if c.model != nil {
		if f, ok := c.model.Field(r.Name); ok {
			relation = f.Relation
		}
	}
	find := record.Find{Lang: r.Lang, AnyCase: r.AnyCase}
	for i, text := range r.Finds {
		m, path := splitPath(text)
		if rest, ok := strings.CutPrefix(text, relation+"."); relation != "" && ok {
			m, path = relation, rest // the target knows better where the model ends
		}
		switch {
		case m == "":
			continue // reported by Parse
		case i == 0:
			model = m
		case m != model:
			c.fault(r.key("find"), "look up all keys in "+model, "the keys are of two models, %s and %s", model, m)
			continue
		}
		if slices.Contains(find.Fields, path) {
			c.fault(r.key("find"), "", "the key %s is named twice", text)
			continue
		}
		find.Fields = append(find.Fields, path)
	}
	return model, find.String()
}
