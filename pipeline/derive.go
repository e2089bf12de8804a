package pipeline

import (
	"context"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/pipeline/custody"
	"github.com/odoo-migrate/odoo-migrate/pipeline/forecast"
	"github.com/odoo-migrate/odoo-migrate/pipeline/load/flow"
	"github.com/odoo-migrate/odoo-migrate/pipeline/lookup"
	"github.com/odoo-migrate/odoo-migrate/pipeline/plan"
	"github.com/odoo-migrate/odoo-migrate/pipeline/reconcile"
	"github.com/odoo-migrate/odoo-migrate/pipeline/scope"
	"github.com/odoo-migrate/odoo-migrate/pipeline/transform"
	"github.com/odoo-migrate/odoo-migrate/pipeline/validate"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// derived is everything the inputs determine: landed sources, staged records, and the plan. Stage, cutover and delta all
// begin by deriving it anew, so that what is loaded is never older than what was checked.
type derived struct {
	batches   map[string]flow.Used // by mapping, of what was loaded
	ownerOf   func(record.Finding) string
	run       run.Run
	snapshots map[string]staging.Snapshot
	opened    map[string]opened // by source
	custody   *custody.Report
	corrected map[string]int64
	schema    *schema.Snapshot
	saved     *schema.Snapshot           // stands for the target, which is not asked; nil where it is
	unknown   map[string]map[string]bool // references that the saved schema cannot tell of, by what they look up
	set       *mappings.Set
	order     []*mappings.Mapping
	programs  map[string]*mappings.Program
	counts    map[string]transform.Counts
	lookups   *lookup.Result
	rejected  validate.Rejected
	controls  []control
	results   []reconcile.Result
	plan      *plan.Plan
	applied   []Corrected
	mended    map[string]map[int64]bool // by source: damaged rows that corrections wrote anew
	fixes     string                    // digest over the corrections that were applied
	scope     []scope.Entry
	undecided []string // keys of scope
	// rejectedLinks are, by mapping, the links of each record that mapping did not make of a row.
	rejectedLinks map[string][][]string
	joined        []Joined
	checks        []validate.CheckResult
	outlook       *outlook
	forecast      *forecast.Forecast // where a window was agreed
	checkpoints   []Checkpoint       // that the load came to
	gone          map[string]int64   // by mapping: records of the ledger the source has no longer

	tables    map[mappings.TableFile]mappings.Table // files of value maps and decisions
	toCreate  map[string]map[string]record.Ref      // by mapping nobody wrote and external id: the records it makes
	decidedOn map[string]map[string]bool            // by mapping: keys of decisions that a row has
}

func (p *Pipeline) derive(ctx context.Context, r run.Run, t *Target) (*derived, error) {
	return p.deriveFor(ctx, r, t, nil)
}

// deriveFor derives for a target, or for a saved schema that stands for it.
func (p *Pipeline) deriveFor(ctx context.Context, r run.Run, t *Target, saved *schema.Snapshot) (*derived, error) {
	d := &derived{run: r, saved: saved, ownerOf: p.ownerOf, snapshots: map[string]staging.Snapshot{}, opened: map[string]opened{}, corrected: map[string]int64{}, counts: map[string]transform.Counts{},
		mended: map[string]map[int64]bool{}, gone: map[string]int64{}, rejectedLinks: map[string][][]string{}, toCreate: map[string]map[string]record.Ref{}, decidedOn: map[string]map[string]bool{}}
	if err := p.Store.ClearDerived(ctx, r.ID); err != nil {
		return d, err
	}
	for _, step := range []func(context.Context, *derived, *Target) error{
		p.landAll, p.correctAll, p.checkCustody, p.compile, p.transformAll, p.lookUp, p.settleAbsent, p.joinedRows, p.validateAll, p.controlsBefore, p.makePlan,
	} {
		if err := step(ctx, d, t); err != nil {
			return d, err
		}
	}
	return d, nil
}
