package staging_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/staging"
	"github.com/odoo-migrate/odoo-migrate/staging/stagingtest"
)

// stageOnce stages one record in a run of its own.
func stageOnce(t *testing.T, s *staging.Store, kind, name string, snap staging.Snapshot) run.Run {
	t.Helper()
	r := must[run.Run](t)(s.StartRun(t.Context(), run.Run{Kind: kind, Target: "production"}))
	check(t, s.UseSnapshot(t.Context(), r.ID, snap))
	w := must[*staging.StageWriter](t)(s.StageWriter(t.Context(), r.ID, layout, kinds))
	check(t, w.Write([]record.Record{partner("m."+name, "true", "<null>", "1", "", name, "", "", "<null>", "")}, [][32]byte{{}}))
	must[int64](t)(w.Close(t.Context()))
	check(t, s.AddFindings(t.Context(), r.ID, []record.Finding{{Severity: record.Error, Rule: "x", Message: "m", Raw: name}}))
	check(t, s.AddClasses(t.Context(), r.ID, "partners", snap.ID, []staging.RowClass{{Row: 1, Class: "rejected", Reason: name}}))
	check(t, s.FinishRun(t.Context(), r.ID, run.Done, nil))
	return r
}

// What is older than is kept goes, what a load read and what is newest stays; what Inspect said would go is what went.
func TestRetention(t *testing.T) {
	s := stagingtest.Open(t)
	ctx := t.Context()
	var snaps []staging.Snapshot
	var runs []run.Run
	for i := range 6 {
		snap := landCSV(t, s, "customers", fmt.Sprintf("name\nv%d\n", i))
		kind := "stage"
		if i == 1 {
			kind = "cutover"
		}
		snaps, runs = append(snaps, snap), append(runs, stageOnce(t, s, kind, fmt.Sprint("v", i), snap))
	}
	exec(t, s, "create table {s}.land_999 (x int); create table {s}.staged_998_folded (x int)")
	keep := staging.Keep{Snapshots: 2, Runs: 1, Findings: 2}
	due := must[*staging.Inspection](t)(s.Inspect(ctx, keep))
	before := text(t, s, "select count(*)::text from pg_tables where schemaname = $1", s.Schema())
	got := must[staging.Retained](t)(s.Retain(ctx, keep))
	want := staging.Retained{Snapshots: 3, Landed: 3, Staged: 5, Records: 5, Findings: 3, Classes: 3, Orphans: 2}
	if got != want || !reflect.DeepEqual(due.Due, want) {
		t.Errorf("removed %+v\n  said %+v\n  want %+v", got, due.Due, want)
	}
	if after := text(t, s, "select count(*)::text from pg_tables where schemaname = $1", s.Schema()); before == after {
		t.Error("no table went")
	}
	var left []int64
	for _, v := range must[[]staging.Snapshot](t)(s.Snapshots(ctx, "")) {
		left = append(left, v.ID)
	}
	if !reflect.DeepEqual(left, []int64{snaps[5].ID, snaps[4].ID, snaps[1].ID}) {
		t.Errorf("snapshots left %v", left)
	}
	if got := text(t, s, "select run_id::text from {s}.findings order by run_id"); got != fmt.Sprintf("%d | %d | %d", runs[1].ID, runs[4].ID, runs[5].ID) {
		t.Errorf("findings of runs %s", got)
	}
	// The views show the newest, as before.
	if got := text(t, s, "select name from {landed}.customers union all select name from {staged}.partners"); got != "v5 | v5" {
		t.Errorf("views show %s", got)
	}
	if again := must[staging.Retained](t)(s.Retain(ctx, keep)); again != (staging.Retained{}) {
		t.Errorf("the second time removed %+v", again)
	}
	if n := len(must[[]run.Run](t)(s.Runs(ctx))); n != 6 {
		t.Errorf("%d runs", n)
	}
}

// Dropping the staged records of an old run leaves the view of the newest; dropping the newest shows the one before.
func TestDropStagedKeepsTheView(t *testing.T) {
	s := stagingtest.Open(t)
	snap := landCSV(t, s, "c", "x\na\n")
	old, mid, fresh := stageOnce(t, s, "stage", "old", snap), stageOnce(t, s, "stage", "mid", snap), stageOnce(t, s, "stage", "fresh", snap)
	for _, c := range []struct {
		run  int64
		show string
	}{{old.ID, "fresh"}, {fresh.ID, "mid"}} {
		check(t, s.DropStaged(t.Context(), c.run))
		if got := text(t, s, "select name from {staged}.partners"); got != c.show {
			t.Errorf("after dropping run %d the view shows %s", c.run, got)
		}
	}
	check(t, s.DropStaged(t.Context(), mid.ID))
	if got := texts(t, s, "select viewname from pg_views where schemaname = $1", s.StagedSchema()); len(got) != 0 {
		t.Errorf("views %q of nothing", got)
	}
}

// A record that is left out is gone from the mapping's view, and in the view of all with its reason.
func TestStateOfStagedRecords(t *testing.T) {
	s := stagingtest.Open(t)
	r := stageOnce(t, s, "stage", "a", landCSV(t, s, "c", "x\na\n"))
	state := func() string {
		return text(t, s, "select x_id || ' ' || x_staging_state || ' ' || coalesce(x_staging_reason, '-') || ' ' || (select count(*) from {staged}.partners) from {staged}.\"partners all\"")
	}
	if got := state(); got != "m.a ready - 1" {
		t.Error(got)
	}
	check(t, s.LeaveOut(t.Context(), r.ID, "partners", map[int64]string{0: "no \x00country"}))
	if got := state(); got != "m.a left out no \uFFFDcountry 0" {
		t.Error(got)
	}
	if got := text(t, s, "select left_out::text from {bi}.staged_counts"); got != "1" {
		t.Errorf("%s left out", got)
	}
	check(t, s.LeaveOut(t.Context(), r.ID, "partners", nil))
	if got := state(); got != "m.a ready - 1" {
		t.Error(got)
	}
}

// Vacuum gives space back to the disk.
func TestVacuum(t *testing.T) {
	s := stagingtest.Open(t)
	snap := landCSV(t, s, "c", "x\na\n")
	first, _ := stageOnce(t, s, "stage", "a", snap), stageOnce(t, s, "stage", "b", snap)
	exec(t, s, "insert into {s}.findings (run_id, rank, severity, rule, message, hint, table_name, file, sheet, row_no, line, column_name, raw, mapping, at, record, rows, personal) "+
		"select $1, 1, 'error', 'r', repeat('x', 200), '', '', '', '', n, n, '', '', '', '', '', 1, false from generate_series(1, 20000) n", first.ID)
	v := must[staging.Vacuumed](t)(s.Vacuum(t.Context(), staging.Keep{Findings: 1}, true))
	if v.Removed.Findings != 20001 || v.After > v.Before/2 {
		t.Errorf("%+v", v)
	}
	must[staging.Vacuumed](t)(s.Vacuum(t.Context(), staging.Keep{}, false))
}

// A landing that was killed leaves a table nobody sees; the next retention takes it away, and one under way is left alone.
func TestRetentionRemovesUnfinished(t *testing.T) {
	s := stagingtest.Open(t)
	landCSV(t, s, "c", "x\na\n")
	exec(t, s, `insert into {s}.snapshots (source, file, sheet, format, sha256, bytes, options, columns, names, plain, land_table) values ('c', '', '', '', '', 0, '', '{}', '{}', 0, 'land_77')`)
	exec(t, s, "create table {s}.land_77 (x int)")
	must[staging.Retained](t)(s.Retain(t.Context(), staging.Keep{}))
	if got := text(t, s, "select to_regclass($1)::text", s.Schema()+".land_77"); got != "<null>" {
		t.Error(got)
	}
}
