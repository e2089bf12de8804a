package staging

import (
	"context"
	"fmt"
)

// SnapshotsOf lists the landed files that a run read, by source. Of one that retention has removed since, nothing is left.
func (s *Store) SnapshotsOf(ctx context.Context, runID int64) ([]Snapshot, error) {
	r, err := s.Query(ctx, `select v.id, v.source, v.file, v.sheet, v.format, v.sha256, v.bytes, v.rows, v.quarantined from {s}.run_snapshots u
		join {s}.snapshots v on v.id = u.snapshot_id where u.run_id = $1 order by v.source collate "C", v.id`, runID)
	return collect(r, err, func(r Rows, v *Snapshot) error {
		return r.Scan(&v.ID, &v.Source, &v.File, &v.Sheet, &v.Format, &v.SHA256, &v.Bytes, &v.Rows, &v.Quarantined)
	})
}

// FindingCounts counts the rows of a run's findings by severity and rule.
func (s *Store) FindingCounts(ctx context.Context, runID int64) (map[string]map[string]int64, error) {
	r, err := s.Query(ctx, "select severity, rule, sum(greatest(rows, 1))::bigint from {s}.findings where run_id = $1 group by 1, 2", runID)
	return counts(r, err)
}

// ChangeCounts counts what a run changed in Odoo, and what of it was not undone.
func (s *Store) ChangeCounts(ctx context.Context, runID int64) (all, left int64, err error) {
	err = one(ctx, s, []any{&all, &left}, "select count(*), count(*) filter (where undone_at is null) from {s}.changes where run_id = $1", runID)
	if err != nil {
		err = fmt.Errorf("count the changes of run %d: %w", runID, err)
	}
	return all, left, err
}
