package staging_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/staging"
	"github.com/odoo-migrate/odoo-migrate/staging/stagingtest"
)

func digest(columns, cells []string) [32]byte {
	return sha256.Sum256([]byte(fmt.Sprintf("%q%q", columns, cells)))
}

// landing makes a landing of rows; batch borders fall after every second row.
func landing(source string, columns []string, rows []record.Row) staging.Landing {
	sum := sha256.Sum256([]byte(fmt.Sprintf("%q %+v", columns, rows)))
	return staging.Landing{
		Source: source,
		File:   connectors.File{Path: source + ".csv", Size: 10, SHA256: hex.EncodeToString(sum[:])},
		Table:  connectors.Table{Name: source, Format: "csv", Columns: columns, Detected: map[string]connectors.Detection{"encoding": {Value: "utf-8", Confidence: 1}}},
		Digest: digest,
		Batches: func(yield func(*record.Batch, error) bool) {
			for i := 0; i < len(rows); i += 2 {
				if !yield(&record.Batch{Table: source, Columns: columns, Rows: rows[i:min(i+2, len(rows))]}, nil) {
					return
				}
			}
		},
	}
}

func row(n int64, cells ...string) record.Row {
	return record.Row{Pos: record.Pos{Row: n, Line: n + 1, Offset: n * 10}, Cells: cells}
}

// landCSV lands lines of plain comma-separated text.
func landCSV(t *testing.T, s *staging.Store, source, csv string) staging.Snapshot {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(csv, "\n"), "\n")
	var rows []record.Row
	for i, l := range lines[1:] {
		rows = append(rows, row(int64(i+1), strings.Split(l, ",")...))
	}
	return land(t, s, landing(source, strings.Split(lines[0], ","), rows))
}

func land(t *testing.T, s *staging.Store, l staging.Landing) staging.Snapshot {
	t.Helper()
	snap, err := s.Land(t.Context(), l)
	check(t, err)
	return snap
}

func rowsOf(t *testing.T, s *staging.Store, snap staging.Snapshot) []record.Row {
	t.Helper()
	var out []record.Row
	for _, b := range gather(t, s.Landed(t.Context(), snap)) {
		if b.Table != snap.Source || !reflect.DeepEqual(b.Columns, snap.Columns) {
			t.Errorf("batch of %q with columns %q", b.Table, b.Columns)
		}
		out = append(out, b.Rows...)
	}
	return out
}

// What goes in comes out: order, positions, absent cells, every character that COPY treats specially; damaged rows are
// quarantined with their bytes, cells that are no text are null with a finding and keep their bytes.
func TestLanding(t *testing.T) {
	s := stagingtest.Open(t)
	columns := []string{"id", "name"}
	absent := row(4, "4", "")
	absent.Missing = []int{1}
	damaged := record.Row{Pos: record.Pos{Row: 3, Line: 4, Offset: 30}, Damage: "1 cell for 2 columns", Raw: []byte("3\x00\xff\n")}
	in := []record.Row{row(1, "1", ""), row(2, `\N`, "tab\t nl\n cr\r back\\slash \\t \\. 'q' \"d\""), damaged, absent,
		row(5, "\\.", "Ünïcödé 漢字 🙂"), row(6, "6", "nul\x00here"), row(7, "7", "bad\xffutf8"), row(8, " 8 ", "\v\f\b\x01")}
	l := landing("odd", columns, in)
	var told int64
	l.Progress = func(n int64) { told = n }
	snap := land(t, s, l)
	if snap.Rows != 7 || snap.Quarantined != 1 || snap.Reused || told != 8 || snap.LandedAt.IsZero() {
		t.Errorf("%+v; progress %d", snap, told)
	}
	want := []record.Row{in[0], in[1], absent, in[4], in[5], in[6], in[7]}
	for _, i := range []int{4, 5} {
		want[i].Cells, want[i].Missing = []string{want[i].Cells[0], ""}, []int{1}
	}
	if got := rowsOf(t, s, snap); !reflect.DeepEqual(got, want) {
		t.Errorf("landed\n got %+v\nwant %+v", got, want)
	}
	q := must[[]staging.Quarantined](t)(s.Quarantine(t.Context(), snap.ID))
	if want := []staging.Quarantined{{3, 4, 30, "1 cell for 2 columns", []byte("3\x00\xff\n")}}; !reflect.DeepEqual(q, want) {
		t.Errorf("quarantine %+v", q)
	}
	if len(snap.Findings) != 2 || snap.Findings[0].Row != 6 || snap.Findings[1].Column != "name" || snap.Findings[1].Raw != `"bad\xffutf8"` {
		t.Errorf("findings %+v", snap.Findings)
	}
	if got := text(t, s, "select row_no || column_name || raw::text from {s}.unheld_cells order by row_no"); got != `6name\x6e756c0068657265 | 7name\x626164ff75746638` {
		t.Errorf("kept cells: %s", got)
	}
	sum := digest(columns, in[0].Cells)
	if got := text(t, s, "select encode(digest, 'hex') from {s}."+snap.LandTable+" where row_no = 1"); got != hex.EncodeToString(sum[:]) {
		t.Errorf("digest %s", got)
	}
	if got := text(t, s, "select name from {landed}.odd where id = '1'"); got != "" {
		t.Errorf("empty text is %q", got)
	}
}

func TestLandingIsIdempotent(t *testing.T) {
	s := stagingtest.Open(t)
	a := landing("c", []string{"x"}, []record.Row{row(1, "a"), row(2, "nul\x00")})
	b := landing("c", []string{"x"}, []record.Row{row(1, "b")})
	first := land(t, s, a)
	again := land(t, s, a)
	if !again.Reused || again.ID != first.ID || !reflect.DeepEqual(again.Findings, first.Findings) || !again.LandedAt.Equal(first.LandedAt) {
		t.Errorf("second landing %+v\nfirst %+v", again, first)
	}
	second := land(t, s, b)
	list := must[[]staging.Snapshot](t)(s.Snapshots(t.Context(), "c"))
	if second.Reused || len(list) != 2 || list[0].ID != second.ID || list[1].ID != first.ID {
		t.Fatalf("snapshots %+v", list)
	}
	if got := text(t, s, "select x from {landed}.c"); got != "b" {
		t.Errorf("the view shows %q", got)
	}
	// The file went back to what it was.
	back := land(t, s, a)
	list = must[[]staging.Snapshot](t)(s.Snapshots(t.Context(), ""))
	if !back.Reused || list[0].ID != first.ID || text(t, s, "select x from {landed}.c where x is not null") != "a" {
		t.Errorf("after going back: %+v", list)
	}
	pinned := a
	pinned.Table.Detected = map[string]connectors.Detection{"encoding": {Value: "utf-8", Confidence: 1, Pinned: true}}
	if land(t, s, pinned).Reused {
		t.Error("other pinned options reused the landing")
	}
	check(t, s.DropSnapshot(t.Context(), first.ID))
	if rows := must[[]staging.Snapshot](t)(s.Snapshots(t.Context(), "c")); len(rows) != 2 || text(t, s, "select count(*)::text from {landed}.c") != "2" {
		t.Errorf("after dropping: %+v", rows)
	}
}

// A landing that breaks or is cancelled leaves nothing; one that was killed leaves an unfinished snapshot, which the next
// landing removes.
func TestBrokenLanding(t *testing.T) {
	s := stagingtest.Open(t)
	good := landing("c", []string{"x"}, []record.Row{row(1, "a")})
	gone := errors.New("the disk was pulled out")
	ctx, cancel := context.WithCancel(t.Context())
	breaks := map[string]iter.Seq2[*record.Batch, error]{
		"source fails": func(yield func(*record.Batch, error) bool) {
			_ = yield(&record.Batch{Rows: []record.Row{row(1, "a")}}, nil) && yield(nil, gone)
		},
		"cancelled": func(yield func(*record.Batch, error) bool) {
			_ = yield(&record.Batch{Rows: []record.Row{row(1, "a")}}, nil)
			cancel()
			yield(nil, ctx.Err())
		},
		"wrong width": func(yield func(*record.Batch, error) bool) {
			yield(&record.Batch{Rows: []record.Row{row(1, "a", "b")}}, nil)
		},
		"row twice": func(yield func(*record.Batch, error) bool) {
			yield(&record.Batch{Rows: []record.Row{row(1, "a"), row(1, "a")}}, nil)
		},
	}
	for _, name := range []string{"source fails", "wrong width", "row twice", "cancelled"} {
		l := good
		l.Batches = breaks[name]
		_, err := s.Land(ctx, l)
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		if name == "source fails" && !errors.Is(err, gone) {
			t.Errorf("%s: %v", name, err)
		}
		if left := text(t, s, "select count(*) || ' ' || (select count(*) from pg_class where relkind = 'r' and relname like 'land\\_%' and relnamespace = $1::regnamespace) from {s}.snapshots", s.Schema()); left != "0 0" {
			t.Errorf("%s: snapshots and tables left: %s", name, left)
		}
	}
	// As a killed process leaves it: committed, not published.
	snap := land(t, s, good)
	exec(t, s, "update {s}.snapshots set landed_at = null")
	if list := must[[]staging.Snapshot](t)(s.Snapshots(t.Context(), "")); len(list) != 0 {
		t.Errorf("an unfinished snapshot is listed: %+v", list)
	}
	next := land(t, s, landing("other", []string{"x"}, []record.Row{row(1, "a")}))
	if got := text(t, s, "select string_agg(id::text, ',') || coalesce(to_regclass($1)::text, ' gone') from {s}.snapshots", s.Schema()+"."+snap.LandTable); got != fmt.Sprintf("%d gone", next.ID) {
		t.Errorf("after the next landing: %s", got)
	}
}

func TestLandingAtOnce(t *testing.T) {
	s := stagingtest.Open(t)
	l := landing("c", []string{"x"}, []record.Row{row(1, "a"), row(2, "b"), row(3, "c")})
	var wg sync.WaitGroup
	snaps := make([]staging.Snapshot, 6)
	for i := range snaps {
		wg.Go(func() {
			var err error
			if snaps[i], err = s.Land(t.Context(), l); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	fresh := 0
	for _, v := range snaps {
		if !v.Reused {
			fresh++
		}
		if v.ID != snaps[0].ID || v.Rows != 3 {
			t.Errorf("%+v", v)
		}
	}
	if fresh != 1 {
		t.Errorf("landed %d times", fresh)
	}
}

var oddColumns = []string{"id", "ID", "id", "", "", "line", "rest", "row_no", "select", `a"b`, `x"; drop table users; --`, "ctid", "id_2", " spaced ",
	strings.Repeat("ü", 40), strings.Repeat("ü", 40), "nul\x00", "漢字", "column_4", "tab\there", "\xff", "{s}.", "$1", "'", `\{s}."`}

func TestColumnNames(t *testing.T) {
	want := []string{"id", "ID", "id_3", "column_4_2", "column_5", "line_2", "rest_2", "row_no_2", "select", `a"b`, `x"; drop table users; --`, "ctid_2", "id_2",
		" spaced ", strings.Repeat("ü", 31), strings.Repeat("ü", 30) + "_2", "nul_", "漢字", "column_4", "tab_here", "_", "{s}.", "$1", "'", `\{s}."`}
	if got := staging.ColumnNames(oddColumns); !reflect.DeepEqual(got, want) {
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%q: got %q, want %q", oddColumns[i], got[i], want[i])
			}
		}
	}
	if got := staging.ColumnNames(nil); len(got) != 0 {
		t.Errorf("no columns: %q", got)
	}
}

// Whatever a source and its columns are called, landing takes it and the view shows it under its own names.
func TestOddNames(t *testing.T) {
	s := stagingtest.Open(t)
	var cells []string
	for i := range oddColumns {
		cells = append(cells, fmt.Sprint("v", i))
	}
	for _, source := range []string{"customers", "Kunden Ä; drop schema public", `q"uote`, strings.Repeat("long", 30), "select", "{s}.x"} {
		snap := land(t, s, landing(source, oddColumns, []record.Row{row(1, cells...)}))
		if got := rowsOf(t, s, snap); !reflect.DeepEqual(got[0].Cells, cells) {
			t.Errorf("%s: %+v", source, got)
		}
	}
	if got := text(t, s, `select "line" || "row_no" || "select" || "rest_2" || "ID" from {landed}.customers`); got != "v5v7v8v6v1" {
		t.Errorf("the view shows %s", got)
	}
	if got := texts(t, s, "select viewname from pg_views where schemaname = $1", s.LandedSchema()); len(got) != 6 {
		t.Errorf("views %q", got)
	}
}

func TestWideTables(t *testing.T) {
	s := stagingtest.Open(t)
	for _, width := range []int{1, 300, 1700} {
		var columns, cells []string
		for i := range width {
			columns = append(columns, fmt.Sprintf("c%d", i))
			cells = append(cells, fmt.Sprintf("value %d of a wide row\t", i))
		}
		gap := row(2, append([]string{}, cells...)...)
		gap.Cells[width-1], gap.Missing = "", []int{width - 1}
		snap := land(t, s, landing(fmt.Sprint("wide", width), columns, []record.Row{row(1, cells...), gap}))
		got := rowsOf(t, s, snap)
		if len(got) != 2 || !reflect.DeepEqual(got[0].Cells, cells) || !reflect.DeepEqual(got[1], gap) {
			t.Errorf("%d columns do not come back", width)
		}
	}
	if got := text(t, s, "select rest ->> 'c1699' from {landed}.wide1700 where c0 is not null limit 1"); got != "value 1699 of a wide row\t" {
		t.Errorf("rest: %q", got)
	}
}

// More damaged rows and strange cells than one COPY or one report carries.
func TestMuchDamage(t *testing.T) {
	s := stagingtest.Open(t)
	var rows []record.Row
	for i := int64(1); i <= 600; i++ {
		switch i % 3 {
		case 0:
			rows = append(rows, row(i, "a\x00"))
		case 1:
			rows = append(rows, row(i, strings.Repeat("x", 5000)))
		default:
			rows = append(rows, record.Row{Pos: record.Pos{Row: i}, Damage: "torn", Raw: []byte(strings.Repeat("y", 9000))})
		}
	}
	snap := land(t, s, landing("d", []string{"x"}, rows))
	if snap.Rows != 400 || snap.Quarantined != 200 || len(snap.Findings) != 101 || snap.Findings[100].Rows != 100 {
		t.Errorf("rows %d, quarantined %d, findings %d", snap.Rows, snap.Quarantined, len(snap.Findings))
	}
	if got := text(t, s, "select count(*) || ' ' || (select count(*) from {s}.unheld_cells) from {s}.quarantine"); got != "200 200" {
		t.Errorf("kept %s", got)
	}
	batches := gather(t, s.Landed(t.Context(), snap))
	if len(batches) != 1 {
		t.Errorf("%d batches", len(batches))
	}
	for _, err := range s.Landed(t.Context(), snap) {
		check(t, err)
		break // stopping early is no harm
	}
}

func TestLandNothing(t *testing.T) {
	s := stagingtest.Open(t)
	for _, columns := range [][]string{nil, {"a"}} {
		snap := land(t, s, landing(fmt.Sprint("empty", len(columns)), columns, nil))
		if snap.Rows != 0 || len(rowsOf(t, s, snap)) != 0 {
			t.Errorf("%+v", snap)
		}
	}
}
