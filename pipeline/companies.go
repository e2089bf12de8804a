package pipeline

import (
	"context"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// companies lists the companies that the staged records belong to, and those of them that the account may not work in.
func (p *Pipeline) companies(ctx context.Context, d *derived, t *Target) (all, not []string, err error) {
	for _, m := range d.order {
		if d.programs[m.Name].Layout().Index(schema.Company) < 0 {
			continue
		}
		refs, err := p.distinctRefs(ctx, m.Name, schema.Company)
		if err != nil {
			return nil, nil, err
		}
		all = append(all, refs...)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	for _, ref := range all {
		if id, found := d.lookups.IDs[ref]; found && !slices.Contains(t.Companies(), id) {
			not = append(not, ref)
		}
	}
	return all, not, nil
}
