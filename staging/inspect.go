package staging

import (
	"context"
	"fmt"
	"time"
)

// Inspection is what a project has in staging, and what of it retention would remove.
type Inspection struct {
	Schema    string            `json:"schema"`
	Version   int64             `json:"schema_version"`
	Server    string            `json:"server"`
	Bytes     int64             `json:"bytes"`
	Snapshots []KeptSnapshot    `json:"snapshots"`
	Staged    []KeptStaged      `json:"staged"`
	Tables    []TableSize       `json:"tables"` // the fixed ones that hold rows
	Ledger    map[string]int64  `json:"ledger"` // records by state
	Open      int64             `json:"open_intents"`
	Holder    string            `json:"lease_holder,omitempty"`
	Orphans   []string          `json:"orphans,omitempty"`
	Due       Retained          `json:"due"`
	Purged    map[string]string `json:"purged,omitempty"` // what was purged, and when
}

// KeptSnapshot is a landed file and why it is still there.
type KeptSnapshot struct {
	ID          int64      `json:"id"`
	Source      string     `json:"source"`
	File        string     `json:"file"`
	SHA256      string     `json:"sha256"`
	Table       string     `json:"table"`
	Rows        int64      `json:"rows"`
	Quarantined int64      `json:"quarantined"`
	Bytes       int64      `json:"bytes"`
	LandedAt    time.Time  `json:"landed_at"`
	PurgedAt    *time.Time `json:"purged_at,omitempty"`
	Newest      bool       `json:"newest,omitempty"`
	Runs        []int64    `json:"runs,omitempty"` // that read it
	Due         bool       `json:"due,omitempty"`
}

// KeptStaged is the staged table of a run's mapping.
type KeptStaged struct {
	Run     int64  `json:"run"`
	Mapping string `json:"mapping"`
	Model   string `json:"model"`
	Table   string `json:"table"`
	Rows    int64  `json:"rows"`
	Bytes   int64  `json:"bytes"`
	Due     bool   `json:"due,omitempty"`
}

// TableSize is one of the fixed tables; the number of dead rows is PostgreSQL's estimate.
type TableSize struct {
	Table string `json:"table"`
	Rows  int64  `json:"rows"`
	Dead  int64  `json:"dead"`
	Bytes int64  `json:"bytes"`
}

// Inspect says what there is. It changes nothing.
func (s *Store) Inspect(ctx context.Context, keep Keep) (*Inspection, error) {
	keep = keep.WithDefaults()
	in := &Inspection{Schema: s.Schema(), Ledger: map[string]int64{}, Purged: map[string]string{}}
	for _, part := range []func(context.Context, Keep, *Inspection) error{s.inspectServer, s.inspectSnapshots, s.inspectStaged, s.inspectTables, s.inspectLedger, s.inspectDue} {
		if err := part(ctx, keep, in); err != nil {
			return nil, fmt.Errorf("inspect staging: %w", err)
		}
	}
	return in, nil
}

func (s *Store) inspectServer(ctx context.Context, _ Keep, in *Inspection) error {
	err := one(ctx, s, []any{&in.Version, &in.Server}, "select max(version_id), current_setting('server_version') from {s}.schema_version")
	if err != nil {
		return err
	}
	if in.Bytes, err = s.bytes(ctx); err != nil {
		return err
	}
	err = one(ctx, s, []any{&in.Holder}, "select owner from {s}.leases where expires_at > clock_timestamp() order by name limit 1")
	if isNotFound(err) {
		err = nil
	}
	return err
}

// sizeOf is the SQL for what a table takes on disk; one that is gone takes nothing.
func (s *Store) sizeOf(name string) string {
	return "coalesce(pg_total_relation_size(to_regclass('" + s.Schema() + ".' || " + name + ")), 0)"
}

func (s *Store) inspectSnapshots(ctx context.Context, keep Keep, in *Inspection) error {
	r, err := s.Query(ctx, `select v.id, v.source, v.file, v.sha256, v.land_table, v.rows, v.quarantined,
			`+s.sizeOf("v.land_table")+` + `+s.sizeOf("v.land_table || '_fix'")+`, v.landed_at, v.purged_at,
			v.id = first_value(v.id) over (partition by v.source order by v.landed_at desc, v.id desc),
			array(select run_id from {s}.run_snapshots u where u.snapshot_id = v.id order by 1),
			v.id in (select id from (`+dueSnapshots+`) d)
		from {s}.snapshots v where v.landed_at is not null order by v.source collate "C", v.landed_at desc, v.id desc`, keep.Snapshots)
	in.Snapshots, err = collect(r, err, func(r Rows, k *KeptSnapshot) error {
		err := r.Scan(&k.ID, &k.Source, &k.File, &k.SHA256, &k.Table, &k.Rows, &k.Quarantined, &k.Bytes, &k.LandedAt, &k.PurgedAt, &k.Newest, &k.Runs, &k.Due)
		k.LandedAt = k.LandedAt.UTC()
		return err
	})
	return err
}

func (s *Store) inspectStaged(ctx context.Context, keep Keep, in *Inspection) error {
	r, err := s.Query(ctx, `select run_id, mapping, model, table_name, rows, `+s.sizeOf("table_name")+` + `+s.sizeOf("table_name || '_folded'")+`,
			id in (select id from (`+dueStaged+`) d)
		from {s}.staged order by run_id desc, mapping collate "C"`, keep.Runs)
	in.Staged, err = collect(r, err, func(r Rows, k *KeptStaged) error {
		return r.Scan(&k.Run, &k.Mapping, &k.Model, &k.Table, &k.Rows, &k.Bytes, &k.Due)
	})
	return err
}

func (s *Store) inspectTables(ctx context.Context, _ Keep, in *Inspection) error {
	r, err := s.Query(ctx, `select c.relname, coalesce(pg_stat_get_dead_tuples(c.oid), 0), pg_total_relation_size(c.oid)
		from pg_catalog.pg_class c where c.relnamespace = $1::regnamespace and c.relkind = 'r' and c.relname = any($2::text[]) order by 3 desc, 1`, s.Schema(), append([]string{"events"}, bulky...))
	in.Tables, err = collect(r, err, func(r Rows, t *TableSize) error { return r.Scan(&t.Table, &t.Dead, &t.Bytes) })
	for i := 0; err == nil && i < len(in.Tables); i++ {
		in.Tables[i].Rows, err = number(ctx, s, "select count(*) from {s}."+quote(in.Tables[i].Table))
	}
	return err
}

func (s *Store) inspectLedger(ctx context.Context, _ Keep, in *Inspection) error {
	r, err := s.Query(ctx, "select state, count(*) from {s}.ledger group by 1")
	type states struct {
		name string
		n    int64
	}
	list, err := collect(r, err, func(r Rows, v *states) error { return r.Scan(&v.name, &v.n) })
	if err != nil {
		return err
	}
	for _, v := range list {
		in.Ledger[v.name] = v.n
	}
	in.Open, err = number(ctx, s, "select count(*) from {s}.intents where state in ('intended', 'unsettled')")
	return err
}

func (s *Store) inspectDue(ctx context.Context, keep Keep, in *Inspection) error {
	for _, v := range in.Snapshots {
		if v.Due {
			in.Due.Snapshots, in.Due.Landed = in.Due.Snapshots+1, in.Due.Landed+v.Rows
		}
		if v.PurgedAt != nil {
			in.Purged["rows"] = max(in.Purged["rows"], v.PurgedAt.UTC().Format(time.RFC3339))
		}
	}
	for _, v := range in.Staged {
		if v.Due {
			in.Due.Staged, in.Due.Records = in.Due.Staged+1, in.Due.Records+v.Rows
		}
	}
	var ledger *time.Time
	if err := one(ctx, s, []any{&ledger}, "select max(purged_at) from {s}.targets"); err != nil {
		return err
	}
	if ledger != nil {
		in.Purged["ledger"] = ledger.UTC().Format(time.RFC3339)
	}
	r, err := s.Query(ctx, orphans, s.Schema())
	if in.Orphans, err = collect(r, err, func(r Rows, name *string) error { return r.Scan(name) }); err != nil {
		return err
	}
	in.Due.Orphans = int64(len(in.Orphans))
	return one(ctx, s, []any{&in.Due.Findings, &in.Due.Classes}, `select (select count(*) from {s}.findings where run_id in (`+dueFindings+`)),
		(select count(*) from {s}.row_classes where run_id in (`+dueFindings+`))`, keep.Findings)
}
