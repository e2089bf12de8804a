package staging

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"

	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// lines yields the rows of a query whose columns are all texts.
func (s *Store) lines(ctx context.Context, columns int, sql string, args ...any) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		r, err := s.Query(ctx, sql, args...)
		if err != nil {
			yield(nil, err)
			return
		}
		defer r.Close()
		for r.Next() {
			row, to := make([]string, columns), make([]any, columns)
			for i := range row {
				to[i] = &row[i]
			}
			if err := r.Scan(to...); err != nil {
				yield(nil, err)
				return
			}
			if !yield(row, nil) {
				cancel()
				return
			}
		}
		if err := r.Err(); err != nil {
			yield(nil, err)
		}
	}
}

const timeText = `'YYYY-MM-DD"T"HH24:MI:SS"Z"'`

// RejectLines yields the rows a run did not use: run, mapping, source, file, row, class, reason. Rows of the snapshots that
// nobody could read come first, with the class "damaged" and no mapping.
func (s *Store) RejectLines(ctx context.Context, runID int64, snapshots []int64) iter.Seq2[[]string, error] {
	return s.lines(ctx, 7, `select run, mapping, source, file, row_no::text, class, reason from (
			select $1::bigint::text as run, '' as mapping, n.source, n.file, q.row_no, 'damaged' as class, q.reason
			from {s}.quarantine q join {s}.snapshots n on n.id = q.snapshot_id where n.id = any($2::bigint[])
			union all
			select c.run_id::text, c.mapping, n.source, n.file, c.row_no, c.class, c.reason
			from {s}.row_classes c join {s}.snapshots n on n.id = c.snapshot_id where c.run_id = $1) as x
		order by mapping collate "C", source collate "C", row_no, class collate "C", reason collate "C"`, runID, snapshots)
}

// OutcomeLines yields the records that a run did not bring to what was meant: run, mapping, external id, class, note.
func (s *Store) OutcomeLines(ctx context.Context, runID int64) iter.Seq2[[]string, error] {
	return s.lines(ctx, 5, `select run_id::text, mapping, external_id, class, note from {s}.outcomes
		where run_id = $1 and class in ('conflict', 'rejected', 'deferred') order by mapping collate "C", external_id`, runID)
}

// DifferenceLines yields what a run's verification found to differ: model, external id, database id, class, field, what was
// meant and what was read. A record that is missing has a line without a field.
func (s *Store) DifferenceLines(ctx context.Context, runID int64) iter.Seq2[[]string, error] {
	return s.lines(ctx, 7, `select v.model, v.external_id, v.db_id::text, v.class, coalesce(d.field, ''), coalesce(d.want, ''), coalesce(d.have, '')
		from {s}.verified v left join {s}.differences d on d.run_id = v.run_id and d.model = v.model and d.external_id = v.external_id
		where v.run_id = $1 and v.class <> 'equal' order by v.model, v.external_id, d.field`, runID)
}

// JournalLines yields the calls that changed a target: number, run, wave, mapping, model, strategy, action, records, attempts,
// state, when intended, when settled.
func (s *Store) JournalLines(ctx context.Context, target string) iter.Seq2[[]string, error] {
	return s.lines(ctx, 12, `select i.id::text, i.run_id::text, i.wave::text, i.mapping, i.model, i.strategy, i.action, cardinality(i.external_ids)::text, i.attempt::text,
		i.state, to_char(i.intended_at at time zone 'UTC', `+timeText+`), coalesce(to_char(i.settled_at at time zone 'UTC', `+timeText+`), '')
		from {s}.intents i join {s}.runs r on r.id = i.run_id where r.target = $1 order by i.id`, target)
}

// ChangeLines yields the manifest that a rollback follows: number, run, mapping, model, external id, database id, action, undo
// class, when undone.
func (s *Store) ChangeLines(ctx context.Context, target string) iter.Seq2[[]string, error] {
	return s.lines(ctx, 9, `select c.seq::text, c.run_id::text, c.mapping, c.model, c.external_id, c.db_id::text, c.action, c.undo,
		coalesce(to_char(c.undone_at at time zone 'UTC', `+timeText+`), '')
		from {s}.changes c join {s}.runs r on r.id = c.run_id where r.target = $1 order by c.seq`, target)
}

// RunLines yields all runs: number, kind, state, who, where, version of the program, target, plan, when started and finished.
func (s *Store) RunLines(ctx context.Context) iter.Seq2[[]string, error] {
	return s.lines(ctx, 10, `select id::text, kind, state, actor, host, version, target, plan_hash, to_char(started_at at time zone 'UTC', `+timeText+`),
		coalesce(to_char(finished_at at time zone 'UTC', `+timeText+`), '') from {s}.runs order by id`)
}

// RecordLines yields the records that were loaded into a target and are still known there: model, mapping, key (the external id
// without its module), external id, database id, name (or code, or reference), state.
func (s *Store) RecordLines(ctx context.Context, target string) iter.Seq2[[]string, error] {
	return s.lines(ctx, 7, `select l.model, l.mapping, substr(l.external_id, strpos(l.external_id, '.') + 1), l.external_id, l.db_id::text,
		coalesce(nullif(l."values"->'name'->>1, ''), nullif(l."values"->'code'->>1, ''), nullif(l."values"->'ref'->>1, ''), ''), l.state
		from {s}.ledger l join {s}.runs r on r.id = l.run_id where r.target = $1 and l.state <> 'deleted'
		order by l.model collate "C", l.external_id`, target)
}

// DifferingFields are the differences of one record in a run's verification, by field.
func (s *Store) DifferingFields(ctx context.Context, runID int64, model, externalID string) ([]run.Differing, error) {
	r, err := s.Query(ctx, "select field, want, have from {s}.differences where run_id = $1 and model = $2 and external_id = $3 order by field", runID, model, externalID)
	return collect(r, err, func(r Rows, d *run.Differing) error { return r.Scan(&d.Field, &d.Want, &d.Have) })
}

// LedgerValues are what the ledgers hold of a record, by external id and database id: one a target that has both.
func (s *Store) LedgerValues(ctx context.Context, externalID string, dbID int64) ([]json.RawMessage, error) {
	r, err := s.Query(ctx, `select "values"::text from {s}.ledger where external_id = $1 and db_id = $2 and "values" is not null order by target_id`, externalID, dbID)
	return collect(r, err, func(r Rows, v *json.RawMessage) error {
		var text string
		err := r.Scan(&text)
		*v = json.RawMessage(text)
		return err
	})
}

// StagedPlace says from which row a record was staged last: its source, row and line. ok is false where it is not staged.
func (s *Store) StagedPlace(ctx context.Context, mapping, externalID string) (source string, row, line int64, ok bool, err error) {
	tables, err := s.Query(ctx, "select table_name from {s}.staged where mapping = $1 and written_at is not null order by id desc limit 1", mapping)
	names, err := collect(tables, err, func(r Rows, name *string) error { return r.Scan(name) })
	if err != nil || len(names) == 0 {
		return "", 0, 0, false, err
	}
	err = one(ctx, s, []any{&source, &row, &line}, "select x_table, x_row, x_line from {s}."+quote(names[0])+" where x_id = $1", externalID)
	if isNotFound(err) {
		return "", 0, 0, false, nil
	}
	if err != nil {
		return "", 0, 0, false, fmt.Errorf("find the row of %s: %w", externalID, err)
	}
	return source, row, line, true, nil
}
