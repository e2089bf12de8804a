package staging

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// Keep says how much of what can be derived anew is kept. 0 is the default.
type Keep struct {
	Snapshots int `json:"snapshots"` // landed snapshots a source; 3
	Runs      int `json:"runs"`      // runs whose staged records stay; 1
	Findings  int `json:"findings"`  // runs of stage whose findings and row classes stay; 30. Those of loads always stay
}

// Defaults of Keep.
const (
	KeepSnapshots = 3
	KeepRuns      = 1
	KeepFindings  = 30
)

// WithDefaults fills in what is left open.
func (k Keep) WithDefaults() Keep {
	return Keep{cmp.Or(k.Snapshots, KeepSnapshots), cmp.Or(k.Runs, KeepRuns), cmp.Or(k.Findings, KeepFindings)}
}

// Retained is what Retain removed.
type Retained struct {
	Snapshots int64 `json:"snapshots"`
	Landed    int64 `json:"landed_rows"`
	Staged    int64 `json:"staged_tables"`
	Records   int64 `json:"staged_records"`
	Findings  int64 `json:"findings"`
	Classes   int64 `json:"row_classes"`
	Orphans   int64 `json:"orphans"` // tables that belong to nothing any more
}

// dueSnapshots are the snapshots that nothing keeps: not among the newest of their source, and not what the last load of
// a target read, finished or not.
const dueSnapshots = `select id, source, land_table, rows from (
		select id, source, land_table, rows, row_number() over (partition by source order by landed_at desc, id desc) as place
		from {s}.snapshots where landed_at is not null) v
	where place > $1 and not exists (
		select from {s}.run_snapshots u where u.snapshot_id = v.id and u.run_id in (
			select max(id) from {s}.runs where kind in ('cutover', 'delta') group by target, state = 'done'))
	order by id`

// dueStaged are staged tables of runs that are not among the newest that staged anything, and those no run completed.
const dueStaged = `select id, run_id, mapping, table_name, rows from {s}.staged g
	where not exists (select from (select distinct run_id from {s}.staged where written_at is not null order by run_id desc limit $1) k where k.run_id = g.run_id)
		and (written_at is not null or run_id < (select max(run_id) from {s}.staged))
	order by id`

const dueFindings = `select id from (select id, row_number() over (order by id desc) as place from {s}.runs where kind = 'stage') r where place > $1`

// UseSnapshot notes that a run reads a snapshot.
func (s *Store) UseSnapshot(ctx context.Context, run int64, snap Snapshot) error {
	_, err := s.Exec(ctx, `insert into {s}.run_snapshots (run_id, source, snapshot_id) values ($1, $2, $3)
		on conflict (run_id, source) do update set snapshot_id = excluded.snapshot_id`, run, snap.Source, snap.ID)
	return err
}

// Retain removes what is older than keep says. Nobody else may be staging or loading meanwhile.
func (s *Store) Retain(ctx context.Context, keep Keep) (Retained, error) {
	keep = keep.WithDefaults()
	var out Retained
	for _, step := range []func(context.Context, Keep, *Retained) error{s.retainSnapshots, s.retainStaged, s.retainFindings, s.removeOrphans} {
		if err := step(ctx, keep, &out); err != nil {
			return out, fmt.Errorf("remove what is no longer kept: %w", err)
		}
	}
	return out, nil
}

func scanDue(r Rows, v *Snapshot) error { return r.Scan(&v.ID, &v.Source, &v.LandTable, &v.Rows) }

func (s *Store) retainSnapshots(ctx context.Context, keep Keep, out *Retained) error {
	if err := s.removeUnfinished(ctx); err != nil {
		return err
	}
	r, err := s.Query(ctx, dueSnapshots, keep.Snapshots)
	due, err := collect(r, err, scanDue)
	if err != nil {
		return err
	}
	for _, v := range due {
		if err := s.DropSnapshot(ctx, v.ID); err != nil {
			return err
		}
		out.Snapshots, out.Landed = out.Snapshots+1, out.Landed+v.Rows
	}
	return nil
}

// stagedDue is a staged table that is due.
type stagedDue struct {
	id, run, rows  int64
	mapping, table string
}

func (s *Store) retainStaged(ctx context.Context, keep Keep, out *Retained) error {
	r, err := s.Query(ctx, dueStaged, keep.Runs)
	due, err := collect(r, err, func(r Rows, d *stagedDue) error { return r.Scan(&d.id, &d.run, &d.mapping, &d.table, &d.rows) })
	if err != nil {
		return err
	}
	for _, d := range due {
		if err := s.inTx(ctx, func(t tx) error { return s.dropStaged(ctx, t, d.run, d.mapping) }); err != nil {
			return err
		}
		out.Staged, out.Records = out.Staged+1, out.Records+d.rows
	}
	return nil
}

func (s *Store) retainFindings(ctx context.Context, keep Keep, out *Retained) error {
	for _, part := range []struct {
		table string
		count *int64
	}{{"findings", &out.Findings}, {"row_classes", &out.Classes}} {
		n, err := s.Exec(ctx, "delete from {s}."+part.table+" where run_id in ("+dueFindings+")", keep.Findings)
		if err != nil {
			return err
		}
		*part.count = n
	}
	_, err := s.Exec(ctx, "delete from {s}.run_snapshots where run_id in ("+dueFindings+")", keep.Findings)
	return err
}

// orphans are tables of rows that no snapshot and no staged mapping owns.
const orphans = `select c.relname from pg_catalog.pg_class c where c.relnamespace = $1::regnamespace and c.relkind = 'r' and c.relname ~ '^(land|staged)_[0-9]+(_fix|_folded|_gone)?$'
	and not exists (select from {s}.snapshots v where c.relname in (v.land_table, v.land_table || '_fix'))
	and not exists (select from {s}.staged g where c.relname in (g.table_name, g.table_name || '_folded', g.table_name || '_gone'))
	order by 1`

func (s *Store) removeOrphans(ctx context.Context, _ Keep, out *Retained) error {
	r, err := s.Query(ctx, orphans, s.Schema())
	names, err := collect(r, err, func(r Rows, name *string) error { return r.Scan(name) })
	if err != nil {
		return err
	}
	for _, name := range names {
		if _, err := s.Exec(ctx, "drop table if exists {s}."+quote(name)); err != nil {
			return err
		}
	}
	out.Orphans = int64(len(names))
	_, err = s.Exec(ctx, "delete from {s}.staged_out o where not exists (select from {s}.staged g where g.id = o.staged_id)")
	return err
}

// bulky are the fixed tables whose rows come and go; vacuum looks after them.
var bulky = []string{"snapshots", "quarantine", "unheld_cells", "runs", "run_snapshots", "findings", "row_classes", "staged", "staged_out", "ledger", "intents", "changes", "outcomes"}

// Vacuumed is what Vacuum did.
type Vacuumed struct {
	Removed Retained `json:"removed"`
	Before  int64    `json:"bytes_before"`
	After   int64    `json:"bytes_after"`
}

// Vacuum removes what is older than keep says, and gives the space of dead rows back: with full to the disk, which locks
// each table while it is written anew, else to be used again.
func (s *Store) Vacuum(ctx context.Context, keep Keep, full bool) (Vacuumed, error) {
	var v Vacuumed
	var err error
	if v.Before, err = s.bytes(ctx); err != nil {
		return v, err
	}
	if v.Removed, err = s.Retain(ctx, keep); err != nil {
		return v, err
	}
	if err := s.vacuum(ctx, full, bulky...); err != nil {
		return v, err
	}
	v.After, err = s.bytes(ctx)
	return v, err
}

func (s *Store) vacuum(ctx context.Context, full bool, tables ...string) error {
	how := "vacuum (analyze) "
	if full {
		how = "vacuum (full, analyze) "
	}
	for _, table := range slices.Sorted(slices.Values(tables)) {
		if _, err := s.Exec(ctx, how+"{s}."+quote(table)); err != nil {
			return fmt.Errorf("vacuum %s: %w", table, err)
		}
	}
	return nil
}

// bytes is what all tables of the project take on disk, with their indexes.
func (s *Store) bytes(ctx context.Context) (int64, error) {
	return number(ctx, s, `select coalesce(sum(pg_total_relation_size(oid)), 0)::bigint from pg_catalog.pg_class
		where relnamespace = $1::regnamespace and relkind = 'r'`, s.Schema())
}
