package pipeline

import (
	"context"
	"time"

	"github.com/odoo-migrate/odoo-migrate/pipeline/validate"
)

// checkTime is how long a check in SQL may take.
const checkTime = 10 * time.Minute

// settledSQL gives the checks in SQL their views, and a way to ask that cannot write.
func (p *Pipeline) settledSQL(d *derived) (func(context.Context, validate.Rejected) error, func(context.Context, string, []any, func(func(...any) error) error) ([]string, error)) {
	settled := func(ctx context.Context, out validate.Rejected) error {
		d.rejected = out
		return p.leaveOut(ctx, d)
	}
	look := func(ctx context.Context, sql string, args []any, row func(func(...any) error) error) ([]string, error) {
		return p.Store.Look(ctx, sql, args, checkTime, row)
	}
	return settled, look
}
