package staging

import (
	"context"
	"errors"
	"fmt"

	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// StandingChanges lists what runs changed in the records of a target and nobody undid, the last first; of all records
// where externalIDs is nil. after is the change to go on below, 0 at the beginning; at most limit are listed, 0 is all.
func (s *Store) StandingChanges(ctx context.Context, targetID int64, externalIDs []string, action string, after int64, limit int) ([]run.Change, error) {
	r, err := s.Query(ctx, `select c.seq, c.run_id, c.intent_id, c.wave, c.mapping, c.model, c.external_id, c.db_id, c.action, c.undo,
		coalesce(c.before::text, ''), coalesce(c.after::text, ''), c.undone_at
		from {s}.changes c join {s}.intents i on i.id = c.intent_id
		where i.target_id = $1 and c.undone_at is null and ($2::text[] is null or c.external_id = any($2::text[]))
		and c.action like $3 and ($4::bigint = 0 or c.seq < $4) order by c.seq desc limit nullif($5::bigint, 0)`,
		targetID, externalIDs, or(action, "%"), after, limit)
	out, err := collect(r, err, scanChange)
	if err != nil {
		return nil, fmt.Errorf("read the changes: %w", err)
	}
	return out, nil
}

// Resynced writes in one transaction what was read in Odoo: entries as they are there, and changes that are not. An entry
// without a run belongs to runID.
func (s *Store) Resynced(ctx context.Context, targetID, runID int64, entries []run.Entry, lost []int64) error {
	if len(entries) == 0 && len(lost) == 0 {
		return nil
	}
	err := s.inTx(ctx, func(t tx) error {
		if _, err := t.Exec(ctx, "update {s}.changes set undone_at = clock_timestamp() where seq = any($1::bigint[]) and undone_at is null", lost); err != nil {
			return err
		}
		return putEntries(ctx, t, targetID, runID, entries)
	})
	if err != nil {
		return fmt.Errorf("rebuild the ledger: %w", err)
	}
	return nil
}

// MappingsOf tells by which mappings records of these external ids were loaded last, into whichever target.
func (s *Store) MappingsOf(ctx context.Context, externalIDs []string) (map[string]string, error) {
	r, err := s.Query(ctx, `select distinct on (external_id) external_id, mapping from {s}.ledger
		where external_id = any($1::text[]) and mapping <> '' order by external_id, updated_at desc`, externalIDs)
	type pair struct{ id, mapping string }
	found, err := collect(r, err, func(r Rows, p *pair) error { return r.Scan(&p.id, &p.mapping) })
	out := make(map[string]string, len(found))
	for _, p := range found {
		out[p.id] = p.mapping
	}
	return out, err
}

// LedgerLike is the target whose database another is likely to be a copy of: of the same UUID, else with the same mark,
// else the one that was loaded last. The error wraps ErrNotFound where no other target has a ledger.
func (s *Store) LedgerLike(ctx context.Context, copied run.Target, mark string) (run.Target, error) {
	r, err := s.Query(ctx, `select t.id, t.url, t.database, t.uuid, t.epoch from {s}.targets t
		where t.id <> $1 and exists (select from {s}.ledger l where l.target_id = t.id)
		order by t.uuid = $2 desc, t.epoch = $3 desc, t.created_at desc, t.id desc limit 1`, copied.ID, copied.UUID, mark)
	found, err := collect(r, err, func(r Rows, t *run.Target) error { return r.Scan(&t.ID, &t.URL, &t.Database, &t.UUID, &t.Epoch) })
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}
	if errors.Is(err, ErrNotFound) {
		return run.Target{}, err
	}
	if err != nil {
		return run.Target{}, fmt.Errorf("find the ledger of the origin: %w", err)
	}
	return found[0], nil
}

// CopyLedger gives a target what the ledger knows of another's records; what it knows itself stays.
func (s *Store) CopyLedger(ctx context.Context, from, to int64) (int64, error) {
	n, err := s.Exec(ctx, `insert into {s}.ledger (target_id, external_id, mapping, model, db_id, digest, "values", state, adopted, run_id)
		select $2, external_id, mapping, model, db_id, digest, "values", state, adopted, run_id from {s}.ledger where target_id = $1
		on conflict do nothing`, from, to)
	if err != nil {
		return 0, fmt.Errorf("copy the ledger: %w", err)
	}
	return n, nil
}
