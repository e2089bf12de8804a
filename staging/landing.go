package staging

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// PostgreSQL allows 1,600 columns. How many fit into one row depends on their contents; where a row turns out too big,
// the file is landed again with as many as always fit.
const (
	mostColumns = 1500
	sureColumns = 250
)

// discardLimit is how long cleaning up may take after a landing was cancelled.
const discardLimit = 10 * time.Second

// errOvertaken says that another landing of the source came between making the table and filling it.
var errOvertaken = errors.New("another landing came first")

// Landing is one table of one file on its way into staging.
type Landing struct {
	Source string // name of the source in migrate.yaml
	File   connectors.File
	Table  connectors.Table
	// Digest is the digest of a row's cells by column name; nil leaves it out.
	Digest func(columns, cells []string) [32]byte
	// Batches are the rows in file order. They can be ranged over again, as those of a connectors.Source can.
	Batches iter.Seq2[*record.Batch, error]
	// Progress, where set, is told how many rows have been sent so far, once a batch, by one goroutine at a time.
	Progress func(rows int64)
}

// Land copies a table of a file into staging. The same source, sheet, bytes and pinned options are landed once: the
// snapshot of the first time is returned with Reused set. A snapshot becomes visible when it is complete; what an earlier
// landing left when it was killed is removed. Two landings of one source wait for each other.
//
// Damaged rows are quarantined. A cell that PostgreSQL's text cannot hold (a NUL byte, bytes that are no UTF-8) is null,
// its bytes are kept in unheld_cells, and a finding tells.
func (s *Store) Land(ctx context.Context, l Landing) (Snapshot, error) {
	if err := s.removeUnfinished(ctx); err != nil {
		return Snapshot{}, fmt.Errorf("land %s: %w", l.Source, err)
	}
	limit := mostColumns
	for {
		snap, err := s.land(ctx, l, limit)
		switch {
		case err == nil:
			return snap, nil
		case code(err) == "54000" && limit > sureColumns && len(l.Table.Columns) > sureColumns: // row is too big
			limit = sureColumns
		default:
			return Snapshot{}, fmt.Errorf("land %s: %w", l.Source, s.explain(err))
		}
	}
}

// land lands once. Errors of PostgreSQL's COPY come back as they are.
func (s *Store) land(ctx context.Context, l Landing, limit int) (Snapshot, error) {
	options := pinnedOptions(l.Table)
	for {
		var snap Snapshot
		if err := s.begin(ctx, l, options, limit, &snap); err != nil || snap.Reused {
			return snap, err
		}
		err := s.fill(ctx, l, &snap, options)
		if err == nil {
			return snap, nil
		}
		s.discard(ctx, l.Source, snap)
		if !errors.Is(err, errOvertaken) {
			return snap, err
		}
	}
}

// begin finds the snapshot of an earlier landing, or makes the table and an unpublished snapshot.
func (s *Store) begin(ctx context.Context, l Landing, options string, limit int, snap *Snapshot) error {
	return s.inTx(ctx, func(t tx) error {
		if err := t.lock(ctx, "land/"+l.Source); err != nil {
			return err
		}
		known, err := landedBefore(ctx, t, l, options)
		if err != nil {
			return err
		}
		if len(known) == 1 {
			*snap = known[0]
			snap.Reused = true
			return s.renew(ctx, t, snap)
		}
		*snap = Snapshot{Source: l.Source, File: l.File.Path, Sheet: l.Table.Sheet, Format: l.Table.Format, SHA256: l.File.SHA256,
			Bytes: l.File.Size, Columns: l.Table.Columns, Names: ColumnNames(l.Table.Columns), Detected: l.Table.Detected,
			plain: min(len(l.Table.Columns), limit)}
		return s.createLanded(ctx, t, snap, options)
	})
}

// landedBefore finds the snapshot of the same file, read the same way; it has one element at most.
func landedBefore(ctx context.Context, t tx, l Landing, options string) ([]Snapshot, error) {
	r, err := t.Query(ctx, "select "+snapshotColumns+` from {s}.snapshots
		where source = $1 and sheet = $2 and sha256 = $3 and options = $4 and landed_at is not null and purged_at is null`+newestFirst+" limit 1",
		l.Source, l.Table.Sheet, l.File.SHA256, options)
	return collect(r, err, scanSnapshot)
}

// renew makes a snapshot of before the newest of its source again: the file went back to what it was.
func (s *Store) renew(ctx context.Context, t tx, snap *Snapshot) error {
	newest, err := number(ctx, t, "select id from {s}.snapshots where source = $1 and landed_at is not null and purged_at is null"+newestFirst+" limit 1", snap.Source)
	if err != nil || newest == snap.ID {
		return err
	}
	if err := one(ctx, t, []any{&snap.LandedAt}, "update {s}.snapshots set landed_at = clock_timestamp() where id = $1 returning landed_at", snap.ID); err != nil {
		return err
	}
	return s.landedView(ctx, t, snap.Source)
}

func (s *Store) createLanded(ctx context.Context, t tx, snap *Snapshot, options string) error {
	id, err := number(ctx, t, "select nextval(pg_get_serial_sequence($1, 'id'))", s.Schema()+".snapshots")
	if err != nil {
		return err
	}
	snap.ID, snap.LandTable = id, fmt.Sprintf("land_%d", id)
	detected, err := json.Marshal(snap.Detected)
	if err != nil {
		return err
	}
	_, err = t.Exec(ctx, `insert into {s}.snapshots (id, source, file, sheet, format, sha256, bytes, options, columns, names, plain, land_table, detected)
		overriding system value values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::json)`,
		id, snap.Source, showable(snap.File), snap.Sheet, snap.Format, snap.SHA256, snap.Bytes, options,
		notNil(showableAll(snap.Columns)), notNil(snap.Names), snap.plain, snap.LandTable, string(detected))
	if err != nil {
		return err
	}
	columns := "row_no bigint not null, line bigint not null, byte_offset bigint not null, digest bytea"
	for _, n := range snap.Names[:snap.plain] {
		columns += ", " + quote(n) + " text"
	}
	_, err = t.Exec(ctx, "create table {s}."+quote(snap.LandTable)+" ("+columns+", rest jsonb)")
	return err
}

// removeUnfinished removes what landings left that were killed. One that is under way holds its source's lock.
func (s *Store) removeUnfinished(ctx context.Context) error {
	r, err := s.Query(ctx, "select id, source, land_table from {s}.snapshots where landed_at is null order by id")
	left, err := collect(r, err, func(r Rows, v *Snapshot) error { return r.Scan(&v.ID, &v.Source, &v.LandTable) })
	if err != nil {
		return err
	}
	for _, v := range left {
		if err := s.removeIfDead(ctx, v); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) removeIfDead(ctx context.Context, v Snapshot) error {
	return s.inTx(ctx, func(t tx) error {
		var free bool
		err := one(ctx, t, []any{&free}, "select pg_try_advisory_xact_lock(hashtextextended($1, 0))", s.Schema()+"/land/"+v.Source)
		if err != nil || !free {
			return err
		}
		return s.removeUnpublished(ctx, t, v)
	})
}

func (s *Store) removeUnpublished(ctx context.Context, t tx, v Snapshot) error {
	n, err := number(ctx, t, "select count(*) from {s}.snapshots where id = $1 and landed_at is null", v.ID)
	if err != nil || n == 0 {
		return err
	}
	if err := s.removeSnapshot(ctx, t, v.Source, v.ID, v.LandTable); err != nil {
		return err
	}
	return s.landedView(ctx, t, v.Source)
}

// discard removes the table of a landing that ended with an error; a failure to do so is left to the next landing.
func (s *Store) discard(ctx context.Context, source string, snap Snapshot) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), discardLimit)
	defer cancel()
	_ = s.inTx(ctx, func(t tx) error {
		// A cancelled connection holds the source's lock for a moment longer.
		if err := t.lock(ctx, "land/"+source); err != nil {
			return err
		}
		return s.removeUnpublished(ctx, t, Snapshot{ID: snap.ID, Source: source, LandTable: snap.LandTable})
	})
}

// pinnedOptions is what decides, beside the bytes, which rows a file yields: how it is read. What was detected is a
// function of the bytes, but of the program's version too, so it counts as well.
func pinnedOptions(t connectors.Table) string {
	text, err := json.Marshal(struct {
		Name, Format string
		Columns      []string
		Detected     map[string]connectors.Detection
	}{t.Name, t.Format, t.Columns, t.Detected})
	if err != nil {
		panic("staging: a table that is no JSON: " + err.Error()) // strings and finite numbers only
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func notNil(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

func showableAll(s []string) []string {
	out := make([]string, len(s))
	for i, v := range s {
		out[i] = showable(v)
	}
	return out
}
