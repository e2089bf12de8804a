package rollback

import (
	"context"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// companyOf is the reference of the company that a change was made in, "" where it was the account's own: what it
// belonged to when the before-image was read.
func companyOf(c run.Change) string {
	a, err := c.Aftermath()
	if err != nil {
		return ""
	}
	if a.Company != "" || a.Base == nil {
		return a.Company
	}
	values, err := record.DecodeValues(a.Base.Values)
	if err != nil {
		return ""
	}
	return values[schema.Company].Text()
}

// within makes the calls that undo a change ones within its company, as those were that made it.
func (r *Roller) within(ctx context.Context, c run.Change) (context.Context, error) {
	ref := companyOf(c)
	if ref == "" {
		return ctx, nil
	}
	ids, err := r.Refs.IDs(ctx, []string{ref})
	if err != nil || ids[ref] == 0 {
		return ctx, err
	}
	return schema.InCompany(ctx, ids[ref]), nil
}
