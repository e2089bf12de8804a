package staging

import (
	"context"
	"fmt"

	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// GoneCounts compare the ledger of a mapping with what a run staged.
type GoneCounts struct {
	Known   int64 // records that are active
	Gone    int64 // of these, those that are not staged
	Removed int64 // not staged and no longer active, because this very run removed them
}

// CountGone compares a target's ledger of a mapping with the staged records of a run.
func (s *Store) CountGone(ctx context.Context, targetID, runID int64, mapping string) (GoneCounts, error) {
	var c GoneCounts
	table, err := s.StagedTable(ctx, runID, mapping)
	if err != nil {
		return c, err
	}
	err = one(ctx, s, []any{&c.Known, &c.Gone, &c.Removed}, `select count(*) filter (where e.state = 'active'), count(*) filter (where e.state = 'active' and g.x_id is null),
			count(*) filter (where e.state <> 'active' and e.run_id = $3 and g.x_id is null)
		from {s}.ledger e left join (select distinct x_id from {s}.`+quote(table)+`) g on g.x_id = e.external_id
		where e.target_id = $1 and e.mapping = $2`, targetID, mapping, runID)
	if err != nil {
		return c, fmt.Errorf("compare the ledger of %s with what is staged: %w", mapping, err)
	}
	return c, nil
}

// Gone lists active records of a target's ledger that a run did not stage, by external id (compared byte by byte), those after
// the given one, limit of them at most.
func (s *Store) Gone(ctx context.Context, targetID, runID int64, mapping, after string, limit int) ([]run.Entry, error) {
	table, err := s.StagedTable(ctx, runID, mapping)
	if err != nil {
		return nil, err
	}
	r, err := s.Query(ctx, "select "+entryColumns+` from {s}.ledger e where target_id = $1 and mapping = $2 and external_id > $3 and state = 'active'
		and not exists (select from {s}.`+quote(table)+` g where g.x_id = e.external_id) order by external_id limit $4`, targetID, mapping, after, limit)
	out, err := collect(r, err, scanEntry)
	if err != nil {
		return nil, fmt.Errorf("read what is gone of %s: %w", mapping, err)
	}
	return out, nil
}
