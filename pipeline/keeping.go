package pipeline

import (
	"context"

	"github.com/odoo-migrate/odoo-migrate/pipeline/verify"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// keeper keeps in staging what a run's verification found.
type keeper struct {
	store *staging.Store
	run   int64
}

func (k keeper) Keep(ctx context.Context, records []run.Verified) error {
	return k.store.AddVerified(ctx, k.run, records)
}

// keptVerification verifies for a run and keeps what it found in place of what earlier runs into the target found. One that
// broke off leaves theirs.
func (p *Pipeline) keptVerification(ctx context.Context, runID int64, v *verify.Verifier, mappings []string) (*verify.Result, error) {
	if err := p.Store.ForgetVerified(ctx, runID); err != nil {
		return nil, err
	}
	res, err := v.Run(ctx, mappings)
	if err != nil {
		// What is kept of half a verification would be taken for the whole.
		_ = p.Store.ForgetVerified(context.WithoutCancel(ctx), runID)
		return nil, err
	}
	return res, p.Store.KeepVerified(ctx, runID)
}

var _ verify.Keeper = keeper{}
