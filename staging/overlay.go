package staging

import (
	"context"
	"fmt"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// overlay is the table that holds the corrected rows of a snapshot. The landed table itself is never changed.
func (n Snapshot) overlay() string { return n.LandTable + "_fix" }

// Correct lays corrected rows over a snapshot, in place of those of an earlier call: a row stands for the landed or
// quarantined row of the same number. Views, Landed and control SQL show the corrected rows from then on.
func (s *Store) Correct(ctx context.Context, snap Snapshot, rows []record.Row, digest func(columns, cells []string) [32]byte) error {
	if len(rows) > 0 && snap.plain < len(snap.Names) {
		return record.Advise(fmt.Errorf("%s has more than %d columns: its rows cannot be corrected", snap.Source, snap.plain), "Correct the export itself.")
	}
	return s.inTx(ctx, func(t tx) error {
		if err := t.lock(ctx, "land/"+snap.Source); err != nil {
			return err
		}
		if _, err := t.Exec(ctx, "drop view if exists {landed}."+quote(viewName(snap.Source))); err != nil {
			return err
		}
		if _, err := t.Exec(ctx, "drop table if exists {s}."+quote(snap.overlay())); err != nil {
			return err
		}
		if len(rows) > 0 {
			if err := s.fillOverlay(ctx, t, snap, rows, digest); err != nil {
				return fmt.Errorf("correct snapshot %d of %s: %w", snap.ID, snap.Source, err)
			}
		}
		return s.landedView(ctx, t, snap.Source)
	})
}

func (s *Store) fillOverlay(ctx context.Context, t tx, snap Snapshot, rows []record.Row, digest func(columns, cells []string) [32]byte) error {
	table := "{s}." + quote(snap.overlay())
	if _, err := t.Exec(ctx, "create table "+table+" (like {s}."+quote(snap.LandTable)+" including defaults, primary key (row_no))"); err != nil {
		return err
	}
	var columns, marks strings.Builder
	for i, n := range snap.Names {
		columns.WriteString(", " + quote(n))
		fmt.Fprintf(&marks, ", $%d", i+5)
	}
	sql := "insert into " + table + " (row_no, line, byte_offset, digest" + columns.String() + ") values ($1, $2, $3, $4" + marks.String() + ")"
	for _, row := range rows {
		sum := digest(snap.Columns, row.Cells)
		args := []any{row.Pos.Row, row.Pos.Line, row.Pos.Offset, sum[:]}
		for _, c := range row.Cells {
			args = append(args, c)
		}
		if _, err := t.Exec(ctx, sql, args...); err != nil {
			return fmt.Errorf("row %d: %w", row.Pos.Row, err)
		}
	}
	return nil
}

// shown is the relation with the rows of a snapshot as corrections leave them.
func (s *Store) shown(ctx context.Context, q Queryer, snap Snapshot) (string, error) {
	table := "{s}." + quote(snap.LandTable)
	n, err := number(ctx, q, "select count(*) from pg_tables where schemaname = $1 and tablename = $2", s.Schema(), snap.overlay())
	if err != nil || n == 0 {
		return table, err
	}
	fix := "{s}." + quote(snap.overlay())
	return "(select * from " + table + " l where not exists (select from " + fix + " f where f.row_no = l.row_no) union all select * from " + fix + ") corrected", nil
}
