package mappings

import (
	"slices"

	"github.com/odoo-migrate/odoo-migrate/mappings/expression"
)

// Columns are the columns that a field is made of, sorted; those of joined rows under the names they have in expressions.
func (f *FieldRule) Columns() []string {
	out := slices.Clone(f.From)
	if f.Expression != "" {
		if p, _ := expression.Compile(f.Expression, expression.Options{}); p != nil {
			out = append(out, p.Columns()...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
