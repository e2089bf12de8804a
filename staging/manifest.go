package staging

import (
	"context"
	"fmt"
	"iter"

	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// EachChange yields what a run changed, the first first, without holding all of it.
func (s *Store) EachChange(ctx context.Context, runID int64) iter.Seq2[run.Change, error] {
	return each(ctx, s, scanChange, `select seq, run_id, intent_id, wave, mapping, model, external_id, db_id, action, undo,
		coalesce(before::text, ''), coalesce(after::text, ''), undone_at from {s}.changes where run_id = $1 order by seq`, runID)
}

// EntriesOfRun yields what the ledger of a target knows of the records that a run changed, by external id.
func (s *Store) EntriesOfRun(ctx context.Context, targetID, runID int64) iter.Seq2[run.Entry, error] {
	return each(ctx, s, scanEntry, "select "+entryColumns+` from {s}.ledger where target_id = $1
		and external_id in (select external_id from {s}.changes where run_id = $2) order by external_id`, targetID, runID)
}

func scanChange(r Rows, c *run.Change) error {
	var before, after string
	err := r.Scan(&c.Seq, &c.RunID, &c.IntentID, &c.Wave, &c.Mapping, &c.Model, &c.ExternalID, &c.DBID, &c.Action, &c.Undo, &before, &after, &c.UndoneAt)
	c.Before, c.After = raw(before), raw(after)
	return err
}

// each yields the rows of a query as they come.
func each[T any](ctx context.Context, q Queryer, scan func(Rows, *T) error, sql string, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		var none T
		r, err := q.Query(ctx, sql, args...)
		if err != nil {
			yield(none, fmt.Errorf("read the manifest: %w", err))
			return
		}
		defer r.Close()
		for r.Next() {
			var v T
			if err := scan(r, &v); err != nil {
				yield(none, fmt.Errorf("read the manifest: %w", err))
				return
			}
			if !yield(v, nil) {
				cancel()
				return
			}
		}
		if err := r.Err(); err != nil {
			yield(none, fmt.Errorf("read the manifest: %w", err))
		}
	}
}

// TargetOf is the target that a run made calls to; the error wraps ErrNotFound where it made none.
func (s *Store) TargetOf(ctx context.Context, runID int64) (run.Target, error) {
	r, err := s.Query(ctx, `select id, url, database, uuid, epoch from {s}.targets where id = (select max(target_id) from {s}.intents where run_id = $1)`, runID)
	found, err := collect(r, err, func(r Rows, t *run.Target) error { return r.Scan(&t.ID, &t.URL, &t.Database, &t.UUID, &t.Epoch) })
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return run.Target{}, fmt.Errorf("target of run %d: %w", runID, err)
	}
	return found[0], nil
}
