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

// goneTable lists what the ledger has and a staged table has not. It is a cache as that table is: finding it out takes one join of
// both, and reading it in parts must not take one each.
func goneTable(staged string) string { return staged + "_gone" }

// CountGone compares a target's ledger of a mapping with the staged records of a run. Gone reads what it found.
func (s *Store) CountGone(ctx context.Context, targetID, runID int64, mapping string) (GoneCounts, error) {
	var c GoneCounts
	table, err := s.StagedTable(ctx, runID, mapping)
	if err != nil {
		return c, err
	}
	list := "{s}." + quote(goneTable(table))
	missing := "not exists (select from {s}." + quote(table) + " g where g.x_id = e.external_id)"
	err = s.inTx(ctx, func(t tx) error {
		_, err := t.Exec(ctx, "drop table if exists "+list+"; create unlogged table "+list+` (external_id text collate "C" primary key)`)
		if err != nil {
			return err
		}
		if c.Gone, err = t.Exec(ctx, "insert into "+list+" select external_id from {s}.ledger e where target_id = $1 and mapping = $2 and state = 'active' and "+missing, targetID, mapping); err != nil {
			return err
		}
		return one(ctx, t, []any{&c.Known, &c.Removed}, `select (select count(*) from {s}.ledger where target_id = $1 and mapping = $2 and state = 'active'),
			(select count(*) from {s}.ledger e where target_id = $1 and mapping = $2 and state <> 'active' and run_id = $3 and `+missing+")", targetID, mapping, runID)
	})
	if err != nil {
		return c, fmt.Errorf("compare the ledger of %s with what is staged: %w", mapping, err)
	}
	return c, nil
}

// Gone lists the records CountGone found, by external id (compared byte by byte), those after the given one, limit of them at
// most.
func (s *Store) Gone(ctx context.Context, targetID, runID int64, mapping, after string, limit int) ([]run.Entry, error) {
	table, err := s.StagedTable(ctx, runID, mapping)
	if err != nil {
		return nil, err
	}
	r, err := s.Query(ctx, "select external_id from {s}."+quote(goneTable(table))+" where external_id > $1 order by external_id limit $2", after, limit)
	ids, err := collect(r, err, func(r Rows, id *string) error { return r.Scan(id) })
	if err != nil {
		return nil, fmt.Errorf("read what is gone of %s: %w", mapping, err)
	}
	entries, err := s.EntriesByID(ctx, targetID, ids)
	if err != nil {
		return nil, err
	}
	out := make([]run.Entry, 0, len(ids))
	for _, id := range ids {
		if e, ok := entries[id]; ok {
			out = append(out, e)
		}
	}
	return out, nil
}
