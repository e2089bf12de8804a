package staging_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/staging"
	"github.com/odoo-migrate/odoo-migrate/staging/stagingtest"
)

// secretName stands wherever staging keeps values of the data.
const secretName = "Erika-Mustermann-4711"

// personal fills every place of a project that holds values.
func personal(t *testing.T, s *staging.Store) run.Run {
	t.Helper()
	ctx := t.Context()
	rows := []record.Row{row(1, "1", secretName), {Pos: record.Pos{Row: 2, Line: 3, Offset: 20}, Damage: "torn", Raw: []byte(secretName)}, row(3, "3", "a\x00"+secretName)}
	snap := land(t, s, landing("customers", []string{"no", "name"}, rows))
	check(t, s.Correct(ctx, snap, []record.Row{row(1, "1", secretName+" II")}, digest))
	r := stageOnce(t, s, "cutover", secretName, snap)
	// External ids stay: they are what the ledger is about.
	exec(t, s, "update {s}.findings set record = 'm.k1', message = 'bad ' || raw, hint = 'not ' || raw")
	check(t, s.LeaveOut(ctx, r.ID, "partners", map[int64]string{0: secretName}))
	tgt, _, err := s.EnsureTarget(ctx, run.Target{URL: "u", Database: "d", UUID: "x", Epoch: "e"})
	check(t, err)
	id := must[int64](t)(s.Intend(ctx, run.Intent{RunID: r.ID, TargetID: tgt.ID, Mapping: "partners", Model: "res.partner", Action: "update", ExternalIDs: []string{"m.k1"}, PayloadDigest: "p"}))
	value := json.RawMessage(`{"name": "` + secretName + `"}`)
	check(t, s.Settle(ctx, id, run.Settlement{State: run.Settled, Note: secretName, Entries: []run.Entry{{ExternalID: "m.k1", Mapping: "partners", Model: "res.partner", DBID: 9, Digest: "dd", Values: value}},
		Changes: []run.Change{{ExternalID: "m.k1", DBID: 9, Undo: run.Erase, Before: value, After: value}}, Outcomes: []run.Outcome{{Mapping: "partners", ExternalID: "m.k1", Class: run.Updated, Note: secretName}}}))
	check(t, s.AddVerified(ctx, r.ID, []run.Verified{{Mapping: "partners", Model: "res.partner", ExternalID: "m.k1", DBID: 9, Class: "differs",
		Fields: []run.Differing{{Field: "name", Want: secretName, Have: secretName}}}}))
	check(t, s.FinishRun(ctx, r.ID, run.Done, map[string]any{
		"version": 1, "kind": "cutover", "stage": map[string]any{"rows": []any{map[string]any{"mapping": "partners", "source": "customers", "read": 3, "used": 1, "rejected": 2, "excluded": 0, "merged": 0, "records": 1}},
			"findings": []any{map[string]any{"rule": "x", "message": secretName, "raw": secretName, "row": 7, "column": "name"}}, "excluded": []any{map[string]any{"reason": secretName, "rows": 2}}},
		"controls":   []any{map[string]any{"name": "customers", "kind": "carried", "equal": true, "source": "12.50", "residuals": []any{map[string]any{"key": secretName, "source": secretName}}}},
		"verify":     map[string]any{"mappings": []any{map[string]any{"mapping": "partners", "model": "res.partner", "compared": 5, "equal": 4, "differs": 1, "missing": 0, "meant_root": "aa", "odoo_root": "bb"}}, "differences": []any{map[string]any{"mapping": "partners", "field": "name", "class": "differs", "external_id": "m.k1", "want": secretName, "have": secretName}}},
		"some_day":   secretName,
		"big_number": json.RawMessage("12345678901234567890"),
	}))
	return r
}

// everywhere counts the cells of all tables of the project that hold a text.
func everywhere(t *testing.T, s *staging.Store, needle string) []string {
	t.Helper()
	var out []string
	for _, table := range texts(t, s, "select tablename from pg_tables where schemaname = $1 order by 1", s.Schema()) {
		n := text(t, s, "select count(*)::text from {s}."+pgx.Identifier{table}.Sanitize()+" x where strpos(x::text, $1) > 0 or strpos(x::text, encode($2::bytea, 'hex')) > 0", needle, []byte(needle))
		if n != "0" {
			out = append(out, table+" "+n)
		}
	}
	return out
}

// A purge leaves no value anywhere, and everything that evidence rests on. A dry run changes nothing and counts the same.
func TestPurge(t *testing.T) {
	s := stagingtest.Open(t)
	ctx := t.Context()
	r := personal(t, s)
	holding := everywhere(t, s, secretName)
	if len(holding) != 15 {
		t.Fatalf("the test fills %q", holding)
	}
	digests := texts(t, s, "select row_no || encode(digest, 'hex') from {s}.land_1 order by 1")
	dry := must[staging.Purge](t)(s.Purge(ctx, false, true, "ann"))
	if got := everywhere(t, s, secretName); fmt.Sprint(got) != fmt.Sprint(holding) {
		t.Errorf("the dry run changed %q into %q", holding, got)
	}
	p := must[staging.Purge](t)(s.Purge(ctx, false, false, "ann"))
	want := staging.Purge{Snapshots: 1, Landed: 2, Corrected: 1, Quarantined: 1, Unheld: 1, Staged: 1, Records: 1, Findings: 1, Differences: 1, Notes: 3, Summaries: 1}
	if p != want {
		t.Errorf("purged %+v\nwant   %+v", p, want)
	}
	if want.DryRun = true; dry != want {
		t.Errorf("the dry run counts %+v", dry)
	}
	if got := everywhere(t, s, secretName); fmt.Sprint(got) != "[changes 1 ledger 1]" {
		t.Errorf("without the ledger values are left in %q", got)
	}
	if len(must[[]run.Change](t)(s.Changes(ctx, r.ID))) != 1 {
		t.Error("the change is gone")
	}
	all := must[staging.Purge](t)(s.Purge(ctx, true, false, "ann"))
	if all.Ledger != 1 || all.Changes != 1 || all.Landed+all.Findings+all.Summaries+all.Notes != 0 {
		t.Errorf("with the ledger %+v", all)
	}
	if got := everywhere(t, s, secretName); len(got) != 0 {
		t.Errorf("values are left in %q", got)
	}
	evidence(t, s, r, digests)
}

// evidence checks what a purge leaves.
func evidence(t *testing.T, s *staging.Store, r run.Run, digests []string) {
	t.Helper()
	ctx := t.Context()
	if got := texts(t, s, "select row_no || encode(digest, 'hex') from {s}.land_1 order by 1"); fmt.Sprint(got) != fmt.Sprint(digests) || len(got) != 2 {
		t.Errorf("row digests %q, were %q", got, digests)
	}
	for sql, want := range map[string]string{
		"select source || rows || quarantined || length(sha256) from {s}.snapshots":                                           "customers2164",
		"select encode(raw_sha256, 'hex') from {s}.quarantine":                                                                text(t, s, "select encode(sha256($1::bytea), 'hex')", []byte(secretName)),
		"select external_id || db_id || digest || state from {s}.ledger":                                                      "m.k19ddactive",
		"select rule || row_no || record from {s}.findings":                                                                   "x0m.k1",
		"select class || external_id from {s}.outcomes":                                                                       "updatedm.k1",
		"select external_id || db_id || undo from {s}.changes":                                                                "m.k19erase",
		"select read || ' ' || rejected || ' ' || mapping from {bi}.row_counts":                                               "3 2 partners",
		"select compared || ' ' || differs || meant_root from {bi}.differences":                                               "5 1aa",
		"select control || source || equal from {bi}.controls":                                                                "customers12.50true",
		"select field || differences from {bi}.differences_by_field":                                                          "name1",
		"select summary ->> 'some_day' || (summary ->> 'big_number') || (summary #>> '{stage,findings,0,row}') from {s}.runs": "(purged)123456789012345678907",
	} {
		if got := text(t, s, sql); got != want {
			t.Errorf("%s\n got %s\nwant %s", sql, got, want)
		}
	}
	check(t, s.CheckEvents(ctx))
	events := must[[]staging.Event](t)(s.Events(ctx, 0))
	if len(events) != 2 || events[0].Kind != "staging.purge" || !strings.Contains(string(events[0].Data), `"landed_rows":2`) {
		t.Errorf("events %+v", events)
	}
	in := must[*staging.Inspection](t)(s.Inspect(ctx, staging.Keep{}))
	if in.Purged["rows"] == "" || in.Purged["ledger"] == "" {
		t.Errorf("inspect says purged %v", in.Purged)
	}
	// The same file can be landed again, as if for the first time.
	again := landCSV(t, s, "customers", "no,name\n1,Anna\n")
	if again.Reused || text(t, s, "select name from {landed}.customers") != "Anna" {
		t.Errorf("landed again %+v", again)
	}
}

// Calls of unknown outcome need the values before: a purge is refused, and nothing is half done.
func TestPurgeWaitsForOpenCalls(t *testing.T) {
	s := stagingtest.Open(t)
	landCSV(t, s, "c", "x\na\n")
	must[int64](t)(s.Intend(t.Context(), run.Intent{TargetID: target(t, s), Action: "create"}))
	_, err := s.Purge(t.Context(), true, false, "ann")
	if err == nil || !strings.Contains(remedyOf(err), "--resume") {
		t.Errorf("purge: %v", err)
	}
	if got := text(t, s, "select x from {landed}.c"); got != "a" {
		t.Error(got)
	}
}
