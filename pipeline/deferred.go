package pipeline

import (
	"context"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// deferredNamed is how many deferred records are named.
const deferredNamed = 100

// Deferral is what a load put off and nobody accepted. A load that ends has nothing unsettled: it is resumed until it is so.
type Deferral struct {
	Records int64    `json:"records"`
	First   []string `json:"first"` // mapping and external id of the first of them
}

// deferrals counts the records that a run deferred, but for those that migrate.yaml accepts one by one; nil is none.
// Those that are accepted are counted beside.
func (p *Pipeline) deferrals(ctx context.Context, runID int64) (open *Deferral, known int64, err error) {
	accepted := map[string]bool{}
	for _, a := range p.Project.Accepted {
		if a.Record != "" {
			accepted[a.Record] = true
		}
	}
	var out Deferral
	err = p.each(ctx, "select mapping, external_id from {s}.outcomes where run_id = $1 and class = $2 order by mapping, external_id", []any{runID, run.Deferred},
		func(scan func(...any) error) error {
			var mapping, id string
			if err := scan(&mapping, &id); err != nil {
				return err
			}
			id = strings.TrimPrefix(id, p.Project.Module+".")
			if accepted[id] {
				known++
				return nil
			}
			if out.Records++; len(out.First) < deferredNamed {
				out.First = append(out.First, mapping+" "+id)
			}
			return nil
		})
	if err != nil || out.Records == 0 {
		return nil, known, err
	}
	return &out, known, nil
}
