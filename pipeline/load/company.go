package load

import (
	"context"
	"fmt"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// byCompany does something with the items of each company by themselves, within that company: no call mixes two. Items
// of a mapping without companies stay together.
func (st *step) byCompany(ctx context.Context, items []Item, do func(context.Context, []Item) error) error {
	if len(items) == 0 || items[0].Layout.Index(schema.Company) < 0 {
		return do(ctx, items)
	}
	var order []string
	parts := map[string][]Item{}
	for _, it := range items {
		ref := it.Get(schema.Company).Text()
		if parts[ref] == nil {
			order = append(order, ref)
		}
		parts[ref] = append(parts[ref], it)
	}
	ids, err := st.ids(ctx, append([]string{}, order...))
	if err != nil {
		return err
	}
	for _, ref := range order {
		id, ok := ids[ref]
		if !ok {
			return fmt.Errorf("company %s is not in the target", ref)
		}
		if err := do(schema.InCompany(ctx, id), parts[ref]); err != nil {
			return err
		}
	}
	return nil
}

// inCompany narrows a search for records to match to those of the company the call is made in, and to those of none.
func (st *step) inCompany(ctx context.Context, domain []any) []any {
	id := schema.CompanyOf(ctx)
	field := st.model.CompanyField()
	if id == 0 || field == "" {
		return domain
	}
	return append(domain, []any{field, "in", []any{id, false}})
}
