package staging

import (
	"context"
	"fmt"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// RowClass says what became of a landed row that a mapping did not use.
type RowClass struct {
	Row    int64
	Class  string // "excluded" or "rejected"
	Reason string
}

const findingColumns = "severity, rule, message, hint, table_name, file, sheet, row_no, line, column_name, raw, mapping, at, record, rows, personal, owner"

// AddFindings stores findings of a run. What PostgreSQL's text cannot hold is shown as replacement characters.
func (s *Store) AddFindings(ctx context.Context, run int64, findings []record.Finding) error {
	columns := []string{"run_id", "rank", "severity", "rule", "message", "hint", "table_name", "file", "sheet", "row_no", "line", "column_name",
		"raw", "mapping", "at", "record", "rows", "personal", "owner"}
	var b copyText
	for i := range findings {
		f := &findings[i]
		b.int(run)
		b.int(int64(f.Severity.Rank()))
		for _, v := range []string{string(f.Severity), f.Rule, f.Message, f.Hint, f.Table, f.File, f.Sheet} {
			b.shown(v)
		}
		b.int(f.Row)
		b.int(f.Line)
		for _, v := range []string{f.Column, f.Raw, f.Mapping, f.At, f.Record} {
			b.shown(v)
		}
		b.int(f.Rows)
		b.bool(f.Personal)
		b.shown(f.Owner)
		b.endRow()
		if len(b) >= writeFlush || i == len(findings)-1 {
			if err := s.copyRows(ctx, s.place("{s}.findings"), columns, b); err != nil {
				return fmt.Errorf("store findings of run %d: %w", run, err)
			}
			b = b[:0]
		}
	}
	return nil
}

// Findings returns the findings of a run by severity (worst first), rule, table and row.
func (s *Store) Findings(ctx context.Context, run int64) ([]record.Finding, error) {
	r, err := s.Query(ctx, "select "+findingColumns+` from {s}.findings where run_id = $1
		order by rank, rule collate "C", table_name collate "C", row_no, line, column_name collate "C", mapping collate "C", seq`, run)
	return collect(r, err, scanFinding)
}

// FindingGroups returns the findings of a run grouped by severity, rule, mapping, table, column and message. Each group
// is its first finding with Rows set to how many rows the group stands for. Worst severity first, then the most rows.
func (s *Store) FindingGroups(ctx context.Context, run int64) ([]record.Finding, error) {
	r, err := s.Query(ctx, `with numbered as (
			select f.*, row_number() over (partition by rank, rule, mapping, table_name, column_name, message order by row_no, line, seq) as place,
				sum(greatest(rows, 1)) over (partition by rank, rule, mapping, table_name, column_name, message)::bigint as total
			from {s}.findings f where run_id = $1)
		select severity, rule, message, hint, table_name, file, sheet, row_no, line, column_name, raw, mapping, at, record, total, personal, owner
		from numbered where place = 1
		order by rank, total desc, rule collate "C", mapping collate "C", table_name collate "C", column_name collate "C", message collate "C"`, run)
	return collect(r, err, scanFinding)
}

func scanFinding(r Rows, f *record.Finding) error {
	return r.Scan(&f.Severity, &f.Rule, &f.Message, &f.Hint, &f.Table, &f.File, &f.Sheet, &f.Row, &f.Line, &f.Column, &f.Raw, &f.Mapping,
		&f.At, &f.Record, &f.Rows, &f.Personal, &f.Owner)
}

// perStatement bounds how many rows travel as arrays of one statement.
const perStatement = 5000

// AddClasses stores what became of landed rows that a mapping did not use. A row told twice keeps the later class, but
// one that was rejected stays so: of several records that were made of it one was rejected.
func (s *Store) AddClasses(ctx context.Context, run int64, mapping string, snapshotID int64, classes []RowClass) error {
	for len(classes) > 0 {
		n := min(len(classes), perStatement)
		latest := map[int64]int{}
		for i, c := range classes[:n] {
			if before, told := latest[c.Row]; !told || classes[before].Class != "rejected" || c.Class == "rejected" {
				latest[c.Row] = i
			}
		}
		var rows []int64
		var names, reasons []string
		for i, c := range classes[:n] {
			if latest[c.Row] == i {
				rows, names, reasons = append(rows, c.Row), append(names, c.Class), append(reasons, showable(c.Reason))
			}
		}
		_, err := s.Exec(ctx, `insert into {s}.row_classes (run_id, mapping, snapshot_id, row_no, class, reason)
			select $1, $2, $3, r, c, w from unnest($4::bigint[], $5::text[], $6::text[]) as v(r, c, w)
			on conflict (run_id, mapping, snapshot_id, row_no) do update set class = excluded.class, reason = excluded.reason
			where row_classes.class <> 'rejected' or excluded.class = 'rejected'`,
			run, mapping, snapshotID, rows, names, reasons)
		if err != nil {
			return fmt.Errorf("store row classes of %s: %w", mapping, err)
		}
		classes = classes[n:]
	}
	return nil
}

// ClassCounts counts the stored row classes of a run by mapping and class.
func (s *Store) ClassCounts(ctx context.Context, run int64) (map[string]map[string]int64, error) {
	r, err := s.Query(ctx, "select mapping, class, count(*) from {s}.row_classes where run_id = $1 group by 1, 2", run)
	return counts(r, err)
}

// counts reads rows of (mapping, class, count).
func counts(r Rows, err error) (map[string]map[string]int64, error) {
	if err != nil {
		return nil, err
	}
	defer r.Close()
	out := map[string]map[string]int64{}
	for r.Next() {
		var mapping, class string
		var n int64
		if err := r.Scan(&mapping, &class, &n); err != nil {
			return nil, err
		}
		if out[mapping] == nil {
			out[mapping] = map[string]int64{}
		}
		out[mapping][class] = n
	}
	return out, r.Err()
}

// ClearDerived removes what an earlier attempt of a run found out about its inputs: a resumed run finds it out anew.
func (s *Store) ClearDerived(ctx context.Context, run int64) error {
	return s.inTx(ctx, func(t tx) error {
		for _, table := range []string{"findings", "row_classes"} {
			if _, err := t.Exec(ctx, "delete from {s}."+table+" where run_id = $1", run); err != nil {
				return fmt.Errorf("clear %s of run %d: %w", table, run, err)
			}
		}
		return nil
	})
}

// ClearMapped removes what mapping the rows of one mapping has found out so far in a run: they are mapped once more.
func (s *Store) ClearMapped(ctx context.Context, run int64, mapping string) error {
	return s.inTx(ctx, func(t tx) error {
		for _, statement := range []string{
			"delete from {s}.findings where run_id = $1 and mapping = $2 and rule <> 'map.lint'", "delete from {s}.row_classes where run_id = $1 and mapping = $2",
		} {
			if _, err := t.Exec(ctx, statement, run, mapping); err != nil {
				return fmt.Errorf("clear %s of run %d: %w", mapping, run, err)
			}
		}
		return nil
	})
}
