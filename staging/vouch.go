package staging

import (
	"context"
	"fmt"
)

// Made is a record that was staged of a row.
type Made struct {
	Row                        int64
	Mapping, Model, ExternalID string
}

// RowFate says what a mapping did with a row that it did not simply use.
type RowFate struct {
	Row                    int64
	Mapping, Class, Reason string
}

// StagedRun is the newest run whose staged records are there, 0 where there is none.
func (s *Store) StagedRun(ctx context.Context) (int64, error) {
	return number(ctx, s, "select coalesce(max(run_id), 0) from {s}.staged where written_at is not null")
}

// MadeOf are the records that a run staged of rows of a source, by row, mapping and external id.
func (s *Store) MadeOf(ctx context.Context, runID int64, source string, rows []int64) ([]Made, error) {
	r, err := s.Query(ctx, "select mapping, model, table_name from {s}.staged where run_id = $1 and written_at is not null order by mapping", runID)
	type table struct{ mapping, model, name string }
	tables, err := collect(r, err, func(r Rows, t *table) error { return r.Scan(&t.mapping, &t.model, &t.name) })
	if err != nil {
		return nil, fmt.Errorf("staged records of run %d: %w", runID, err)
	}
	var out []Made
	for _, t := range tables {
		r, err := s.Query(ctx, "select x_row, x_id from {s}."+quote(t.name)+" where x_table = $1 and x_row = any($2::bigint[]) order by x_row, x_id", source, rows)
		found, err := collect(r, err, func(r Rows, m *Made) error {
			m.Mapping, m.Model = t.mapping, t.model
			return r.Scan(&m.Row, &m.ExternalID)
		})
		if err != nil {
			return nil, fmt.Errorf("staged records of %s: %w", t.mapping, err)
		}
		out = append(out, found...)
	}
	return out, nil
}

// RowFates says what a run did with rows of a snapshot, by row and mapping.
func (s *Store) RowFates(ctx context.Context, runID, snapshot int64, rows []int64) ([]RowFate, error) {
	r, err := s.Query(ctx, `select row_no, mapping, class, reason from {s}.row_classes where run_id = $1 and snapshot_id = $2 and row_no = any($3::bigint[])
		order by row_no, mapping collate "C"`, runID, snapshot, rows)
	return collect(r, err, func(r Rows, c *RowFate) error { return r.Scan(&c.Row, &c.Mapping, &c.Class, &c.Reason) })
}
