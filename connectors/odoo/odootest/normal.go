package odootest

import (
	"slices"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// normalised is what create and write of some models make of a text before they store it. The conformance suite holds the
// table to real servers.
func (e *env) normalised(m *model, field string, v any) any {
	text, ok := v.(string)
	if !ok || text == "" {
		return v
	}
	i := slices.IndexFunc(schema.Normals, func(n schema.Normal) bool {
		return n.Model == m.name && n.Field == field && schema.In(19, n.Since, n.Until) && (n.Module == "" || e.db.hasModule(n.Module))
	})
	if i < 0 {
		return v
	}
	return schema.Normals[i].Stored(text)
}

func (d *db) hasModule(name string) bool {
	return slices.ContainsFunc(d.meta.Modules, func(m [2]string) bool { return m[0] == name })
}
