package staging

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Snapshot is one landed table of one file.
type Snapshot struct {
	ID          int64                           `json:"id"`
	Source      string                          `json:"source"`
	File        string                          `json:"file"`
	Sheet       string                          `json:"sheet,omitempty"`
	Format      string                          `json:"format"`
	SHA256      string                          `json:"sha256"`
	Bytes       int64                           `json:"bytes"`
	Columns     []string                        `json:"columns"`     // as the source calls them
	Names       []string                        `json:"names"`       // of the landed table's columns, one for one
	LandTable   string                          `json:"land_table"`  // within the project's schema
	Rows        int64                           `json:"rows"`        // landed; without the quarantined ones
	Quarantined int64                           `json:"quarantined"` // could not be read
	Detected    map[string]connectors.Detection `json:"detected,omitempty"`
	Findings    []record.Finding                `json:"findings,omitempty"` // of the file and of cells that text cannot hold
	LandedAt    time.Time                       `json:"landed_at"`          // or when it was last found to be landed and not the newest
	Reused      bool                            `json:"reused,omitempty"`   // the same file had been landed before

	plain int // columns that are columns of the landed table; the rest is in "rest"
}

// Quarantined is one row that could not be read, with its bytes as they stand in the file.
type Quarantined struct {
	Row, Line, Offset int64
	Reason            string
	Raw               []byte
}

const snapshotColumns = `id, source, file, sheet, format, sha256, bytes, columns, names, plain, land_table, rows, quarantined,
	coalesce(detected::text, ''), coalesce(findings::text, ''), landed_at`

// A file that went back to an earlier state makes its earlier snapshot the newest again, so age is landed_at, not id.
const newestFirst = " order by landed_at desc, id desc"

func scanSnapshot(r Rows, s *Snapshot) error {
	var detected, findings string
	var landed *time.Time
	if err := r.Scan(&s.ID, &s.Source, &s.File, &s.Sheet, &s.Format, &s.SHA256, &s.Bytes, &s.Columns, &s.Names, &s.plain, &s.LandTable,
		&s.Rows, &s.Quarantined, &detected, &findings, &landed); err != nil {
		return err
	}
	s.LandedAt = timeOrZero(landed)
	if detected != "" {
		if err := json.Unmarshal([]byte(detected), &s.Detected); err != nil {
			return fmt.Errorf("snapshot %d: %w", s.ID, err)
		}
	}
	if findings != "" {
		if err := json.Unmarshal([]byte(findings), &s.Findings); err != nil {
			return fmt.Errorf("snapshot %d: %w", s.ID, err)
		}
	}
	return nil
}

// Snapshots lists the complete snapshots of a source, newest first; "" is every source. Those whose rows were purged are not
// among them.
func (s *Store) Snapshots(ctx context.Context, source string) ([]Snapshot, error) {
	r, err := s.Query(ctx, "select "+snapshotColumns+" from {s}.snapshots where landed_at is not null and purged_at is null and ($1 = '' or source = $1)"+newestFirst, source)
	return collect(r, err, scanSnapshot)
}

// Quarantine lists the rows of a snapshot that could not be read, in file order.
func (s *Store) Quarantine(ctx context.Context, snapshotID int64) ([]Quarantined, error) {
	r, err := s.Query(ctx, "select row_no, line, byte_offset, reason, raw from {s}.quarantine where snapshot_id = $1 order by row_no, line", snapshotID)
	return collect(r, err, func(r Rows, q *Quarantined) error { return r.Scan(&q.Row, &q.Line, &q.Offset, &q.Reason, &q.Raw) })
}

// DropSnapshot removes a snapshot with its rows. Where it was the newest of its source, the one before becomes that.
func (s *Store) DropSnapshot(ctx context.Context, id int64) error {
	return s.inTx(ctx, func(t tx) error {
		var source, table string
		if err := one(ctx, t, []any{&source, &table}, "select source, land_table from {s}.snapshots where id = $1", id); err != nil {
			return fmt.Errorf("snapshot %d: %w", id, err)
		}
		if err := t.lock(ctx, "land/"+source); err != nil {
			return err
		}
		if err := s.removeSnapshot(ctx, t, source, id, table); err != nil {
			return err
		}
		return s.landedView(ctx, t, source)
	})
}

func (s *Store) removeSnapshot(ctx context.Context, t tx, source string, id int64, table string) error {
	_, err := t.Exec(ctx, "drop view if exists {landed}."+quote(viewName(source)))
	if err != nil {
		return err
	}
	for _, of := range []string{table, Snapshot{LandTable: table}.overlay()} {
		if _, err := t.Exec(ctx, "drop table if exists {s}."+quote(of)); err != nil {
			return err
		}
	}
	for _, from := range []string{"quarantine", "unheld_cells", "run_snapshots"} {
		if _, err := t.Exec(ctx, "delete from {s}."+from+" where snapshot_id = $1", id); err != nil {
			return err
		}
	}
	_, err = t.Exec(ctx, "delete from {s}.snapshots where id = $1", id)
	return err
}

// landedView makes the view of a source show its newest snapshot: exactly the source's columns, under the source's names.
func (s *Store) landedView(ctx context.Context, t tx, source string) error {
	view := "{landed}." + quote(viewName(source))
	if _, err := t.Exec(ctx, "drop view if exists "+view); err != nil {
		return err
	}
	r, err := t.Query(ctx, "select "+snapshotColumns+" from {s}.snapshots where landed_at is not null and purged_at is null and source = $1"+newestFirst+" limit 1", source)
	newest, err := collect(r, err, scanSnapshot)
	if err != nil || len(newest) == 0 {
		return err
	}
	n := newest[0]
	shown := safeNames(n.Columns, []string{"rest"})
	list := make([]string, n.plain, n.plain+1)
	for i := range list {
		list[i] = quote(n.Names[i]) + " as " + quote(shown[i])
	}
	if n.plain < len(n.Names) || n.plain == 0 {
		list = append(list, "rest")
	}
	from, err := s.shown(ctx, t, n)
	if err != nil {
		return err
	}
	_, err = t.Exec(ctx, "create view "+view+" as select "+strings.Join(list, ", ")+" from "+from)
	return err
}

// viewName makes the name of a view of the name of a source or mapping.
func viewName(name string) string {
	if clean := cleanName(name); clean == name && name != "" {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return cutName(cleanName(name), longestName-9) + "_" + hex.EncodeToString(sum[:4])
}
