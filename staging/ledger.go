package staging

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record/run"
)

func isNotFound(err error) bool { return errors.Is(err, ErrNotFound) }

// EnsureTarget returns the ledger's target of the same URL, database and UUID, with the epoch the ledger knows, or
// records the given one and reports created. Comparing the epoch with Odoo's is the caller's act.
func (s *Store) EnsureTarget(ctx context.Context, t run.Target) (run.Target, bool, error) {
	known := run.Target{URL: t.URL, Database: t.Database, UUID: t.UUID}
	created := false
	err := s.inTx(ctx, func(q tx) error {
		n, err := q.Exec(ctx, `insert into {s}.targets (url, database, uuid, epoch) values ($1, $2, $3, $4) on conflict do nothing`,
			t.URL, t.Database, t.UUID, t.Epoch)
		if err != nil {
			return err
		}
		created = n == 1
		return one(ctx, q, []any{&known.ID, &known.Epoch}, "select id, epoch from {s}.targets where url = $1 and database = $2 and uuid = $3", t.URL, t.Database, t.UUID)
	})
	if err != nil {
		return run.Target{}, false, fmt.Errorf("record target %s: %w", t.URL, err)
	}
	return known, created, nil
}

// SetEpoch records the marker that a run wrote into Odoo.
func (s *Store) SetEpoch(ctx context.Context, targetID int64, epoch string) error {
	return s.touch(ctx, fmt.Sprintf("set the epoch of target %d", targetID), "update {s}.targets set epoch = $2 where id = $1", targetID, epoch)
}

// Entries yields the ledger of a target by external id (compared byte by byte); mapping "" is every mapping.
func (s *Store) Entries(ctx context.Context, targetID int64, mapping string) iter.Seq2[run.Entry, error] {
	return func(yield func(run.Entry, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		r, err := s.Query(ctx, "select "+entryColumns+` from {s}.ledger where target_id = $1 and ($2 = '' or mapping = $2) order by external_id`, targetID, mapping)
		if err != nil {
			yield(run.Entry{}, fmt.Errorf("read the ledger: %w", err))
			return
		}
		defer r.Close()
		for r.Next() {
			var e run.Entry
			if err := scanEntry(r, &e); err != nil {
				yield(e, fmt.Errorf("read the ledger: %w", err))
				return
			}
			if !yield(e, nil) {
				cancel()
				return
			}
		}
		if err := r.Err(); err != nil {
			yield(run.Entry{}, fmt.Errorf("read the ledger: %w", err))
		}
	}
}

// EntriesByID returns what the ledger knows of external ids, deleted records included.
func (s *Store) EntriesByID(ctx context.Context, targetID int64, externalIDs []string) (map[string]run.Entry, error) {
	out := make(map[string]run.Entry, len(externalIDs))
	for part := range slices.Chunk(externalIDs, 2*perStatement) {
		r, err := s.Query(ctx, "select "+entryColumns+" from {s}.ledger where target_id = $1 and external_id = any($2::text[])", targetID, part)
		found, err := collect(r, err, scanEntry)
		if err != nil {
			return nil, fmt.Errorf("read the ledger: %w", err)
		}
		for _, e := range found {
			out[e.ExternalID] = e
		}
	}
	return out, nil
}

const entryColumns = `external_id, mapping, model, db_id, digest, coalesce("values"::text, ''), state, adopted, run_id`

func scanEntry(r Rows, e *run.Entry) error {
	var values string
	err := r.Scan(&e.ExternalID, &e.Mapping, &e.Model, &e.DBID, &e.Digest, &values, &e.State, &e.Adopted, &e.RunID)
	e.Values = raw(values)
	return err
}

// DBIDs returns the database ids of those external ids that the ledger knows and that were not deleted.
func (s *Store) DBIDs(ctx context.Context, targetID int64, externalIDs []string) (map[string]int64, error) {
	out := make(map[string]int64, len(externalIDs))
	for len(externalIDs) > 0 {
		n := min(len(externalIDs), 2*perStatement)
		r, err := s.Query(ctx, "select external_id, db_id from {s}.ledger where target_id = $1 and external_id = any($2::text[]) and state <> 'deleted'",
			targetID, externalIDs[:n])
		if err != nil {
			return nil, fmt.Errorf("look up database ids: %w", err)
		}
		for r.Next() {
			var id string
			var dbid int64
			if err := r.Scan(&id, &dbid); err != nil {
				r.Close()
				return nil, err
			}
			out[id] = dbid
		}
		if err := r.Err(); err != nil {
			return nil, fmt.Errorf("look up database ids: %w", err)
		}
		r.Close()
		externalIDs = externalIDs[n:]
	}
	return out, nil
}

// CountEntries counts the records of a target that are not deleted, those that DBIDs knows.
func (s *Store) CountEntries(ctx context.Context, targetID int64) (int64, error) {
	return number(ctx, s, "select count(*) from {s}.ledger where target_id = $1 and state <> 'deleted'", targetID)
}

const intentColumns = `id, run_id, target_id, wave, lane, mapping, model, strategy, action, external_ids, payload_digest, attempt, owner, deadline, state, note, coalesce(changes::text, '')`

func scanIntent(r Rows, in *run.Intent) error {
	var deadline *time.Time
	var changes string
	err := r.Scan(&in.ID, &in.RunID, &in.TargetID, &in.Wave, &in.Lane, &in.Mapping, &in.Model, &in.Strategy, &in.Action, &in.ExternalIDs,
		&in.PayloadDigest, &in.Attempt, &in.Owner, &deadline, &in.State, &in.Note, &changes)
	in.Deadline = timeOrZero(deadline).UTC()
	if err == nil && changes != "" {
		err = json.Unmarshal([]byte(changes), &in.Changes)
	}
	return err
}

// Intend records, durably, that a call is about to be made, and returns the intent's number. An attempt of 0 counts as 1.
func (s *Store) Intend(ctx context.Context, in run.Intent) (int64, error) {
	var id int64
	var changes *string
	if len(in.Changes) > 0 {
		b, err := json.Marshal(in.Changes)
		if err != nil {
			return 0, fmt.Errorf("intend %s of %s: %w", in.Action, in.Mapping, err)
		}
		text := string(b)
		changes = &text
	}
	err := one(ctx, s, []any{&id}, `insert into {s}.intents
		(run_id, target_id, wave, lane, mapping, model, strategy, action, external_ids, payload_digest, attempt, owner, deadline, state, note, changes)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16::json) returning id`,
		in.RunID, in.TargetID, in.Wave, in.Lane, in.Mapping, in.Model, in.Strategy, in.Action, notNil(in.ExternalIDs), in.PayloadDigest,
		max(in.Attempt, 1), in.Owner, timeOrNil(in.Deadline), run.Intended, showable(in.Note), changes)
	if err != nil {
		return 0, fmt.Errorf("intend %s of %s: %w", in.Action, in.Mapping, err)
	}
	return id, nil
}

// Settle records the known outcome of a call in one transaction: the intent's state, the ledger's entries and the changes
// in their order. An intent that was settled before is refused (run.ErrTransition); with a lease, so is a process that
// lost it (ErrLeaseLost).
func (s *Store) Settle(ctx context.Context, intentID int64, out run.Settlement) error {
	err := s.inTx(ctx, func(t tx) error {
		if out.Lease != "" {
			if err := checkLease(ctx, t, out.Lease, out.Token); err != nil {
				return err
			}
		}
		step, err := run.StepTo(out.State)
		if err != nil {
			return err
		}
		in, err := advance(ctx, t, intentID, step, out.Note)
		if err != nil {
			return err
		}
		if err := putEntries(ctx, t, in.TargetID, in.RunID, out.Entries); err != nil {
			return err
		}
		if err := putChanges(ctx, t, in, out.Changes); err != nil {
			return err
		}
		return addOutcomes(ctx, t, in.RunID, out.Outcomes)
	})
	if err != nil {
		return fmt.Errorf("settle intent %d: %w", intentID, err)
	}
	return nil
}

// Unsettle records that a call's outcome is unknown; it may be recorded twice.
func (s *Store) Unsettle(ctx context.Context, intentID int64, note string) error {
	return s.step(ctx, intentID, run.Lose, note)
}

// Retry records that an unsettled call did nothing and is made again, by owner until deadline, as one attempt more.
func (s *Store) Retry(ctx context.Context, intentID int64, owner string, deadline time.Time) error {
	err := s.inTx(ctx, func(t tx) error {
		if _, err := advance(ctx, t, intentID, run.Retry, ""); err != nil {
			return err
		}
		_, err := t.Exec(ctx, "update {s}.intents set owner = $2, deadline = $3 where id = $1", intentID, owner, timeOrNil(deadline))
		return err
	})
	if err != nil {
		return fmt.Errorf("retry intent %d: %w", intentID, err)
	}
	return nil
}

func (s *Store) step(ctx context.Context, intentID int64, step run.Step, note string) error {
	err := s.inTx(ctx, func(t tx) error {
		_, err := advance(ctx, t, intentID, step, note)
		return err
	})
	if err != nil {
		return fmt.Errorf("%s intent %d: %w", step, intentID, err)
	}
	return nil
}

// advance locks an intent, lets it take a step and stores it.
func advance(ctx context.Context, t tx, id int64, step run.Step, note string) (run.Intent, error) {
	r, err := t.Query(ctx, "select "+intentColumns+" from {s}.intents where id = $1 for update", id)
	found, err := collect(r, err, scanIntent)
	if err != nil {
		return run.Intent{}, err
	}
	if len(found) == 0 {
		return run.Intent{}, ErrNotFound
	}
	in, err := found[0].Take(step)
	if err != nil {
		return in, err
	}
	_, err = t.Exec(ctx, `update {s}.intents set state = $2, note = $3, attempt = $4,
		changes = case when $5 then null else changes end,
		settled_at = case when $5 then clock_timestamp() end where id = $1`, id, in.State, showable(note), in.Attempt, run.Final(in.State))
	return in, err
}

// OpenIntents lists a target's intents that are neither settled nor failed, in the order in which they were intended.
func (s *Store) OpenIntents(ctx context.Context, targetID int64) ([]run.Intent, error) {
	r, err := s.Query(ctx, "select "+intentColumns+" from {s}.intents where target_id = $1 and state in ('intended', 'unsettled') order by id", targetID)
	return collect(r, err, scanIntent)
}

// Intents lists the intents of a run in the order in which they were intended.
func (s *Store) Intents(ctx context.Context, runID int64) ([]run.Intent, error) {
	r, err := s.Query(ctx, "select "+intentColumns+" from {s}.intents where run_id = $1 order by id", runID)
	return collect(r, err, scanIntent)
}

func raw(text string) json.RawMessage {
	if text == "" {
		return nil
	}
	return json.RawMessage(text)
}

func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
