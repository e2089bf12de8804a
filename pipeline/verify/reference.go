package verify

import (
	"context"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// learnModels finds out of which models the records are that reference fields were meant to lead to.
func (v *Verifier) learnModels(ctx context.Context, m *schema.Model, meant []map[string]record.Value) error {
	var refs []string
	for _, f := range m.Fields {
		if f.Type != schema.Reference {
			continue
		}
		for _, values := range meant {
			refs = append(refs, f.Refs(values[f.Name])...)
		}
	}
	if len(refs) == 0 {
		return nil
	}
	return v.Refs.Learn(ctx, refs)
}

// goneField stands for what a field holds that the target has no more, since it was upgraded or a module was removed.
const goneField = "(the target has no such field any more)"

// knownFields are the fields that the target still has.
func knownFields(m *schema.Model, values map[string]record.Value) []string {
	return slices.DeleteFunc(fieldsOf(values), func(name string) bool {
		_, ok := m.Field(name)
		return !ok
	})
}
