package staging

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// ErrPurged says that values an act needs were purged.
var ErrPurged = errors.New("the values were purged")

// Purge says what a purge removes, by what it is, counted before or while it is done. What it leaves is what evidence rests on:
// hashes and counts of files, the digest of every landed row, rule, row and column of every finding, external ids with their
// database ids and digests, Merkle roots, totals, and the event log.
type Purge struct {
	Snapshots   int64 `json:"snapshots"`
	Landed      int64 `json:"landed_rows"`       // become their digests
	Corrected   int64 `json:"corrected_rows"`    // of corrections laid over them; removed
	Quarantined int64 `json:"quarantined_rows"`  // become the SHA-256 of their bytes
	Unheld      int64 `json:"unheld_cells"`      // likewise
	Staged      int64 `json:"staged_tables"`     // removed
	Records     int64 `json:"staged_records"`    // removed
	Findings    int64 `json:"findings"`          // lose value and message
	Differences int64 `json:"differences"`       // of verified records: lose both values
	Notes       int64 `json:"notes"`             // reasons and notes of rows, records and calls; emptied
	Summaries   int64 `json:"summaries"`         // of runs: keep numbers, names and hashes
	Ledger      int64 `json:"ledger_values"`     // values as loaded, removed; the digests stay
	Changes     int64 `json:"changes"`           // values before and after, removed
	WithLedger  bool  `json:"with_ledger"`       // the last two are part of it
	DryRun      bool  `json:"dry_run,omitempty"` // nothing was removed
}

// gone is what stands where a text was.
const gone = "(purged)"

// purging is one kind of thing to purge: which rows, and what is done to them.
type purging struct {
	count func(*Purge) *int64
	from  string // table and condition
	do    string // "set ..." of an update, or "" where code does it
}

var purgings = []purging{
	{func(p *Purge) *int64 { return &p.Quarantined }, "quarantine where raw_sha256 is null", "raw_sha256 = sha256(raw), raw = ''"},
	{func(p *Purge) *int64 { return &p.Unheld }, "unheld_cells where raw_sha256 is null", "raw_sha256 = sha256(raw), raw = ''"},
	{func(p *Purge) *int64 { return &p.Findings }, "findings where message <> '" + gone + "'", "raw = '', message = '" + gone + "', hint = ''"},
	{func(p *Purge) *int64 { return &p.Differences }, "differences where want <> '" + gone + "' or have <> '" + gone + "'", "want = '" + gone + "', have = '" + gone + "'"},
	{func(p *Purge) *int64 { return &p.Differences }, "conflicts where concat(base, source, odoo) <> repeat('" + gone + "', 3)", "base = '" + gone + "', source = '" + gone + "', odoo = '" + gone + "'"},
	{func(p *Purge) *int64 { return &p.Notes }, "row_classes where reason <> ''", "reason = ''"},
	{func(p *Purge) *int64 { return &p.Notes }, "outcomes where note <> ''", "note = ''"},
	{func(p *Purge) *int64 { return &p.Notes }, "intents where note <> ''", "note = ''"},
}

var purgingsOfLedger = []purging{
	{func(p *Purge) *int64 { return &p.Ledger }, `ledger where "values" is not null`, `"values" = null`},
	{func(p *Purge) *int64 { return &p.Changes }, "changes where before is not null or after is not null", "before = null, after = null"},
}

// Purge removes values of the data, and with ledger those that delta, verify and rollback need, too. It happens wholly or not
// at all; a dry run only counts. Nobody else may be staging or loading meanwhile. Calls of unknown outcome refuse it.
func (s *Store) Purge(ctx context.Context, ledger, dry bool, actor string) (Purge, error) {
	p := Purge{WithLedger: ledger, DryRun: dry}
	err := s.inTx(ctx, func(t tx) error {
		open, err := number(ctx, t, "select count(*) from {s}.intents where state in ('intended', 'unsettled')")
		if err != nil {
			return err
		}
		if open > 0 {
			return record.Advise(fmt.Errorf("%d calls to Odoo have an unknown outcome", open), "Resume the run first (--resume); then purge.")
		}
		for _, part := range []func(context.Context, tx, *Purge) error{s.purgeLanded, s.purgeStaged, s.purgeSummaries, s.purgeTexts} {
			if err := part(ctx, t, &p); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && !dry {
		err = s.afterPurge(ctx, p, actor)
	}
	if err != nil {
		return p, fmt.Errorf("purge: %w", err)
	}
	return p, nil
}

// afterPurge gives the space back, in which the values would still stand, and writes down what was done.
func (s *Store) afterPurge(ctx context.Context, p Purge, actor string) error {
	if err := s.vacuum(ctx, true, bulky...); err != nil {
		return err
	}
	return s.Event(ctx, 0, "staging.purge", struct {
		Actor string `json:"actor"`
		Purge
	}{actor, p})
}

func (s *Store) purgeLanded(ctx context.Context, t tx, p *Purge) error {
	r, err := t.Query(ctx, "select id, source, land_table, rows from {s}.snapshots where landed_at is not null and purged_at is null order by id")
	all, err := collect(r, err, scanDue)
	if err != nil {
		return err
	}
	for _, v := range all {
		p.Snapshots, p.Landed = p.Snapshots+1, p.Landed+v.Rows
		fixes, err := s.countIn(ctx, t, v.overlay())
		if err != nil {
			return err
		}
		p.Corrected += fixes
		if p.DryRun {
			continue
		}
		if err := s.digestOnly(ctx, t, v); err != nil {
			return fmt.Errorf("snapshot %d of %s: %w", v.ID, v.Source, err)
		}
	}
	return nil
}

// digestOnly puts a table of row numbers, positions and digests in a landed table's place.
func (s *Store) digestOnly(ctx context.Context, t tx, v Snapshot) error {
	if err := t.lock(ctx, "land/"+v.Source); err != nil {
		return err
	}
	if _, err := t.Exec(ctx, "drop view if exists {landed}."+quote(viewName(v.Source))); err != nil {
		return err
	}
	table, kept := "{s}."+quote(v.LandTable), "{s}."+quote(v.LandTable+"_kept")
	_, err := t.Exec(ctx, "create table "+kept+" as select row_no, line, byte_offset, digest from "+table+
		"; drop table "+table+"; drop table if exists {s}."+quote(v.overlay())+
		"; alter table "+kept+" rename to "+quote(v.LandTable)+"; alter table "+table+" add primary key (row_no)")
	if err != nil {
		return err
	}
	// Findings of the file may quote cells.
	_, err = t.Exec(ctx, "update {s}.snapshots set purged_at = clock_timestamp(), findings = null where id = $1", v.ID)
	return err
}

// countIn counts the rows of a table that need not be there.
func (s *Store) countIn(ctx context.Context, q Queryer, table string) (int64, error) {
	there, err := number(ctx, q, "select count(*) from pg_catalog.pg_tables where schemaname = $1 and tablename = $2", s.Schema(), table)
	if err != nil || there == 0 {
		return 0, err
	}
	return number(ctx, q, "select count(*) from {s}."+quote(table))
}

func (s *Store) purgeStaged(ctx context.Context, t tx, p *Purge) error {
	r, err := t.Query(ctx, "select id, run_id, mapping, table_name, rows from {s}.staged order by id")
	all, err := collect(r, err, func(r Rows, d *stagedDue) error { return r.Scan(&d.id, &d.run, &d.mapping, &d.table, &d.rows) })
	if err != nil {
		return err
	}
	for _, d := range all {
		p.Staged, p.Records = p.Staged+1, p.Records+d.rows
		if !p.DryRun {
			if err := s.dropStaged(ctx, t, d.run, d.mapping); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Store) purgeTexts(ctx context.Context, t tx, p *Purge) error {
	parts := purgings
	if p.WithLedger {
		parts = slices.Concat(purgings, purgingsOfLedger)
	}
	for _, part := range parts {
		table, where, _ := strings.Cut(part.from, " where ")
		n, err := number(ctx, t, "select count(*) from {s}."+part.from)
		if err != nil {
			return err
		}
		*part.count(p) += n
		if p.DryRun || n == 0 {
			continue
		}
		if _, err := t.Exec(ctx, "update {s}."+table+" set "+part.do+" where "+where); err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
	}
	if !p.WithLedger || p.DryRun {
		return nil
	}
	_, err := t.Exec(ctx, "update {s}.targets set purged_at = clock_timestamp()")
	return err
}

// LedgerPurged tells when the values of a target's ledger were purged; the zero time where they were not.
func (s *Store) LedgerPurged(ctx context.Context, targetID int64) (time.Time, error) {
	var at *time.Time
	err := one(ctx, s, []any{&at}, "select purged_at from {s}.targets where id = $1", targetID)
	return timeOrZero(at).UTC(), err
}

// purgeSummaries masks what commands said of runs. A summary is read, masked and written one at a time.
func (s *Store) purgeSummaries(ctx context.Context, t tx, p *Purge) error {
	r, err := t.Query(ctx, "select id from {s}.runs where summary is not null and purged_at is null order by id")
	ids, err := collect(r, err, func(r Rows, id *int64) error { return r.Scan(id) })
	if err != nil {
		return err
	}
	for _, id := range ids {
		p.Summaries++
		if p.DryRun {
			continue
		}
		var text string
		if err := one(ctx, t, []any{&text}, "select summary::text from {s}.runs where id = $1", id); err != nil {
			return err
		}
		masked, err := mask([]byte(text))
		if err != nil {
			return fmt.Errorf("summary of run %d: %w", id, err)
		}
		if _, err := t.Exec(ctx, "update {s}.runs set summary = $2::json, purged_at = clock_timestamp() where id = $1", id, string(masked)); err != nil {
			return err
		}
	}
	return nil
}

// safeKeys are the keys of a summary whose texts are no data: names out of the project and the target's metadata, hashes,
// states, and totals. Whatever is not named here is masked, so that a key nobody thought of is no leak.
var safeKeys = map[string]bool{
	"kind": true, "state": true, "target": true, "server": true, "mapping": true, "model": true, "source": true, "class": true, "rule": true, "severity": true,
	"field": true, "column": true, "name": true, "sha256": true, "plan": true, "root": true, "meant_root": true, "odoo_root": true, "external_id": true, "record": true,
	"undo": true, "parent": true, "strategies": true, "expected": true, "staged": true, "odoo": true, "rounding": true, "table": true, "at": true, "decision": true,
	"undecided": true, "torn": true, "method": true, "status": true, "completeness": true, "algorithm": true, "action": true, "updates": true, "deletes": true, "conflicts": true,
}

// ofLines are keys whose objects stand for single rows or records: of these not even names or totals are safe.
var ofLines = map[string]bool{"residuals": true, "differences": true, "value_maps": true, "excluded": true, "blockers": true, "remaining": true, "first": true}

// safeInLines are what is left of them.
var safeInLines = map[string]bool{"mapping": true, "model": true, "class": true, "field": true, "external_id": true, "rule": true}

// mask keeps the shape of a JSON text, its numbers and truths, and those strings that are no data.
func mask(text []byte) ([]byte, error) {
	var v any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&v); err != nil {
		return nil, err
	}
	return json.Marshal(masked(v, "", safeKeys))
}

func masked(v any, key string, safe map[string]bool) any {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			within := safe
			if ofLines[k] {
				within = safeInLines
			}
			v[k] = masked(inner, k, within)
		}
	case []any:
		for i := range v {
			v[i] = masked(v[i], key, safe)
		}
	case string:
		if v != "" && !safe[key] {
			return gone
		}
	}
	return v
}
