package staging

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// putEntries writes ledger entries of a target; of two with one external id the later counts. An entry without a run
// belongs to runID.
func putEntries(ctx context.Context, t tx, targetID, runID int64, entries []run.Entry) error {
	for len(entries) > 0 {
		n := min(len(entries), perStatement)
		if err := putSomeEntries(ctx, t, targetID, runID, entries[:n]); err != nil {
			return err
		}
		entries = entries[n:]
	}
	return nil
}

func putSomeEntries(ctx context.Context, t tx, targetID, runID int64, entries []run.Entry) error {
	latest := map[string]int{}
	for i, e := range entries {
		latest[e.ExternalID] = i
	}
	var ids, mappings, models, digests, states []string
	var values []*string
	var dbids, runs []int64
	var adopted []bool
	for i, e := range entries {
		if latest[e.ExternalID] != i {
			continue
		}
		if e.State == "" {
			e.State = run.Active
		}
		if e.RunID == 0 {
			e.RunID = runID
		}
		ids, mappings, models = append(ids, e.ExternalID), append(mappings, e.Mapping), append(models, e.Model)
		digests, states, values = append(digests, e.Digest), append(states, e.State), append(values, jsonOrNil(e.Values))
		dbids, runs, adopted = append(dbids, e.DBID), append(runs, e.RunID), append(adopted, e.Adopted)
	}
	_, err := t.Exec(ctx, `insert into {s}.ledger (target_id, external_id, mapping, model, db_id, digest, "values", state, adopted, run_id)
		select $1, x, m, o, d, g, v::json, st, ad, r
		from unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::boolean[], $10::bigint[])
			as e(x, m, o, d, g, v, st, ad, r)
		on conflict (target_id, external_id) do update set mapping = excluded.mapping, model = excluded.model, db_id = excluded.db_id,
			digest = excluded.digest, "values" = excluded."values", state = excluded.state, adopted = excluded.adopted,
			run_id = excluded.run_id, updated_at = clock_timestamp()`,
		targetID, ids, mappings, models, dbids, digests, values, states, adopted, runs)
	if err != nil {
		return fmt.Errorf("write the ledger: %w", err)
	}
	return nil
}

// putChanges writes the changes that an intent caused. What a change leaves open is taken from the intent.
func putChanges(ctx context.Context, t tx, in run.Intent, changes []run.Change) error {
	for len(changes) > 0 {
		n := min(len(changes), perStatement)
		if err := putSomeChanges(ctx, t, in, changes[:n]); err != nil {
			return err
		}
		changes = changes[n:]
	}
	return nil
}

func putSomeChanges(ctx context.Context, t tx, in run.Intent, changes []run.Change) error {
	var mappings, models, ids, actions, undos []string
	var dbids []int64
	var before, after []*string
	for _, c := range changes {
		mappings, models = append(mappings, or(c.Mapping, in.Mapping)), append(models, or(c.Model, in.Model))
		ids, dbids = append(ids, c.ExternalID), append(dbids, c.DBID)
		actions, undos = append(actions, or(c.Action, in.Action)), append(undos, c.Undo)
		before, after = append(before, jsonOrNil(c.Before)), append(after, jsonOrNil(c.After))
	}
	_, err := t.Exec(ctx, `insert into {s}.changes (run_id, intent_id, wave, mapping, model, external_id, db_id, action, undo, before, after)
		select $1, $2, $3, m, o, x, d, a, u, b::json, f::json
		from unnest($4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::text[], $10::text[], $11::text[])
			with ordinality as c(m, o, x, d, a, u, b, f, place) order by place`,
		in.RunID, in.ID, in.Wave, mappings, models, ids, dbids, actions, undos, before, after)
	if err != nil {
		return fmt.Errorf("write changes: %w", err)
	}
	return nil
}

// Changes lists what a run changed, the last first: the order in which it is undone.
func (s *Store) Changes(ctx context.Context, runID int64) ([]run.Change, error) {
	r, err := s.Query(ctx, `select seq, run_id, intent_id, wave, mapping, model, external_id, db_id, action, undo,
		coalesce(before::text, ''), coalesce(after::text, ''), undone_at from {s}.changes where run_id = $1 order by seq desc`, runID)
	return collect(r, err, scanChange)
}

// ChangesLeft counts the changes of a run that were not undone.
func (s *Store) ChangesLeft(ctx context.Context, runID int64) (int64, error) {
	return number(ctx, s, "select count(*) from {s}.changes where run_id = $1 and undone_at is null", runID)
}

// ChangedModels lists the models whose records a run changed, sorted.
func (s *Store) ChangedModels(ctx context.Context, runID int64) ([]string, error) {
	r, err := s.Query(ctx, `select distinct model collate "C" from {s}.changes where run_id = $1 order by 1`, runID)
	return collect(r, err, func(r Rows, m *string) error { return r.Scan(m) })
}

// MarkUndone records in one transaction that changes were undone, and what the ledger knows since. The changes must be of
// one target, whose ledger the entries belong to. A change that was undone before keeps its time.
func (s *Store) MarkUndone(ctx context.Context, seqs []int64, entries []run.Entry) error {
	if len(seqs) == 0 {
		return nil
	}
	err := s.inTx(ctx, func(t tx) error {
		r, err := t.Query(ctx, `select distinct i.target_id, c.run_id from {s}.changes c join {s}.intents i on i.id = c.intent_id where c.seq = any($1::bigint[])
			order by 1, 2`, seqs)
		type owner struct{ target, run int64 }
		owners, err := collect(r, err, func(r Rows, o *owner) error { return r.Scan(&o.target, &o.run) })
		if err != nil {
			return err
		}
		if len(owners) == 0 {
			return ErrNotFound
		}
		if owners[0].target != owners[len(owners)-1].target {
			return fmt.Errorf("the changes belong to several targets")
		}
		if _, err := t.Exec(ctx, "update {s}.changes set undone_at = clock_timestamp() where seq = any($1::bigint[]) and undone_at is null", seqs); err != nil {
			return err
		}
		return putEntries(ctx, t, owners[0].target, owners[len(owners)-1].run, entries)
	})
	if err != nil {
		return fmt.Errorf("mark %d changes as undone: %w", len(seqs), err)
	}
	return nil
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func jsonOrNil(m json.RawMessage) *string {
	if m == nil {
		return nil
	}
	s := string(m)
	return &s
}
