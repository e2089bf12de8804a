package staging_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/staging"
	"github.com/odoo-migrate/odoo-migrate/staging/stagingtest"
)

var (
	layout = &record.Layout{Mapping: "partners", Model: "res.partner", Fields: []string{"active", "birthday", "credit", "image", "name", "parent_id", "tag_ids", "when", "x_id"}}
	kinds  = []record.Kind{record.Boolean, record.Date, record.Number, record.Binary, record.Text, record.Link, record.Links, record.DateTime, record.Text}
)

func values(texts ...string) []record.Value {
	out := make([]record.Value, len(texts))
	for i, v := range texts {
		if v != "<null>" {
			out[i] = record.NewValue(kinds[i], v)
		}
	}
	return out
}

func partner(id string, v ...string) record.Record {
	return record.Record{Layout: layout, ID: id, Values: values(v...), Table: "customers", Pos: record.Pos{Row: 7, Line: 8, Offset: 90}}
}

// Every kind comes back as it went, null is not the empty text, and the order of writing is kept.
func TestStagedRows(t *testing.T) {
	s := stagingtest.Open(t)
	ref := record.Ref{Model: "res.country", Field: "code", Key: `D;E[\]`}.String()
	in := []record.Record{
		partner("m.z", "true", "0001-01-01", "-0.00000000000000000000123456789", "AAEC", "tab\tnl\ncr\rback\\slash \\N '\"", ref, record.JoinRefs([]string{"m.b", "m.a"}), "2024-02-29 23:59:59", "own"),
		partner("m.a", "false", "9999-12-31", strings.Repeat("9", 60)+".5", "", "", "", "", "0999-01-01 00:00:00", ""),
		partner("m.null", "<null>", "<null>", "<null>", "<null>", "<null>", "<null>", "<null>", "<null>", "<null>"),
		partner("m.ä", "true", "12345-06-07", "100", "=", "漢字 🙂", "m.x", "m.y", "2024-01-01 00:00:00", `\.`),
	}
	digests := [][32]byte{{1}, {2}, {255, 0, 3}, {}}
	w := must[*staging.StageWriter](t)(s.StageWriter(t.Context(), 5, layout, kinds))
	check(t, w.Write(in[:3], digests[:3]))
	check(t, w.Write(in[3:], digests[3:]))
	if _, err := s.StagedTable(t.Context(), 5, "partners"); !errors.Is(err, staging.ErrNotFound) {
		t.Errorf("before Close: %v", err)
	}
	if n := must[int64](t)(w.Close(t.Context())); n != 4 {
		t.Errorf("%d rows", n)
	}
	got := gather(t, s.Staged(t.Context(), 5, layout, kinds))
	for i, g := range got {
		if !reflect.DeepEqual(g.Record, in[i]) || g.Digest != digests[i] {
			t.Errorf("row %d\n got %+v\nwant %+v", i, g, in[i])
		}
	}
	if len(got) != 4 {
		t.Errorf("%d rows came back", len(got))
	}
	if v := text(t, s, s.ControlSQL("select sum(credit)::text from staged.partners where active and x_id_2 is not null")); v == "" {
		t.Error("no sum")
	}
	types := text(t, s, "select string_agg(format_type(atttypid, atttypmod), ' ' order by attnum) from pg_attribute where attrelid = $1::regclass and attnum > 7 and attname !~ '^x_staging_'", s.StagedSchema()+".partners")
	if types != "boolean date numeric text text text text timestamp without time zone text" {
		t.Errorf("column types %s", types)
	}
}

func TestStagingAgainReplaces(t *testing.T) {
	s := stagingtest.Open(t)
	stage := func(run int64, ids ...string) {
		w := must[*staging.StageWriter](t)(s.StageWriter(t.Context(), run, layout, kinds))
		for _, id := range ids {
			check(t, w.Write([]record.Record{partner(id, "true", "<null>", "1", "", id, "", "", "<null>", "")}, [][32]byte{{}}))
		}
		must[int64](t)(w.Close(t.Context()))
	}
	stage(1, "m.a", "m.b")
	stage(2, "m.c")
	stage(1, "m.d")
	if got := gather(t, s.Staged(t.Context(), 1, layout, kinds)); len(got) != 1 || got[0].ID != "m.d" {
		t.Errorf("run 1 has %d rows", len(got))
	}
	if got := text(t, s, "select x_id from {staged}.partners"); got != "m.d" {
		t.Errorf("the view shows %s", got)
	}
	check(t, s.DropStaged(t.Context(), 1))
	if _, err := s.StagedTable(t.Context(), 1, "partners"); !errors.Is(err, staging.ErrNotFound) {
		t.Error(err)
	}
	// What a crash of the server does to an unlogged table.
	table := must[string](t)(s.StagedTable(t.Context(), 2, "partners"))
	exec(t, s, "truncate {s}."+table)
	for _, err := range s.Staged(t.Context(), 2, layout, kinds) {
		advised(t, err, staging.ErrStagedLost, "migrate stage")
	}
}

func TestStagingRefusesOtherKinds(t *testing.T) {
	s := stagingtest.Open(t)
	l := &record.Layout{Mapping: "m", Model: "x", Fields: []string{"n"}}
	w := must[*staging.StageWriter](t)(s.StageWriter(t.Context(), 1, l, []record.Kind{record.Number}))
	err := w.Write([]record.Record{{Layout: l, ID: "m.a", Table: "t", Pos: record.Pos{Row: 3}, Values: []record.Value{record.TextValue("x")}}}, [][32]byte{{}})
	if !errors.Is(err, staging.ErrKind) || !strings.Contains(err.Error(), "t row 3: field n holds a text where the mapping declares a number") {
		t.Error(err)
	}
	if _, err := s.StageWriter(t.Context(), 1, l, nil); err == nil {
		t.Error("no kinds were accepted")
	}
	// An impossible date is PostgreSQL's to refuse, in one line that says where.
	d := must[*staging.StageWriter](t)(s.StageWriter(t.Context(), 1, l, []record.Kind{record.Date}))
	check(t, d.Write([]record.Record{{Layout: l, ID: "m.a", Values: []record.Value{record.NewValue(record.Date, "2023-02-30")}}}, [][32]byte{{}}))
	if _, err := d.Close(t.Context()); err == nil || !strings.Contains(err.Error(), "2023-02-30") || strings.Contains(err.Error(), "\n") {
		t.Errorf("impossible date: %v", err)
	}
}

func TestFindings(t *testing.T) {
	s := stagingtest.Open(t)
	f := func(sev record.Severity, rule, table string, row int64, message string) record.Finding {
		return record.Finding{Severity: sev, Rule: rule, Message: message, Table: table, Row: row, Hint: "h\t\\", File: "f.csv", Sheet: "s", Line: row + 1,
			Column: "c", Raw: "raw\x00\xff", Mapping: "m", At: "m.yaml:1:2", Record: "m.x", Personal: true}
	}
	in := []record.Finding{f(record.Note, "a", "t", 1, "n"), f(record.Error, "b", "u", 9, "x"), f(record.Error, "b", "t", 10, "x"), f(record.Error, "b", "t", 2, "x"),
		f(record.Blocker, "z", "", 0, "stop"), f(record.Error, "a", "t", 5, "y")}
	in[5].Rows = 40
	check(t, s.AddFindings(t.Context(), 1, in))
	check(t, s.AddFindings(t.Context(), 2, in[:1]))
	check(t, s.AddFindings(t.Context(), 2, nil))
	want := []record.Finding{in[4], in[5], in[3], in[2], in[1], in[0]}
	for i := range want {
		want[i].Raw = "raw\uFFFD\uFFFD"
	}
	if got := must[[]record.Finding](t)(s.Findings(t.Context(), 1)); !reflect.DeepEqual(got, want) {
		t.Errorf("findings\n got %+v\nwant %+v", got, want)
	}
	groups := must[[]record.Finding](t)(s.FindingGroups(t.Context(), 1))
	var got []string
	for _, g := range groups {
		got = append(got, strings.Join([]string{string(g.Severity), g.Rule, g.Table, g.Message, string(rune('0' + g.Rows%100/10)), string(rune('0' + g.Rows%10)), string(rune('0' + g.Row))}, " "))
	}
	if want := []string{"blocker z  stop 0 1 0", "error a t y 4 0 5", "error b t x 0 2 2", "error b u x 0 1 9", "note a t n 0 1 1"}; !reflect.DeepEqual(got, want) {
		t.Errorf("groups\n got %q\nwant %q", got, want)
	}
	if v := text(t, s, "select sum(rows)::text from {bi}.findings_by_rule where run = 1"); v != "45" {
		t.Errorf("dashboard counts %s", v)
	}
}

func TestRowClasses(t *testing.T) {
	s := stagingtest.Open(t)
	check(t, s.AddClasses(t.Context(), 1, "m", 3, []staging.RowClass{{Row: 1, Class: "excluded", Reason: "r"}, {Row: 2, Class: "excluded"}, {Row: 1, Class: "rejected"}}))
	check(t, s.AddClasses(t.Context(), 1, "m", 3, []staging.RowClass{{Row: 2, Class: "rejected", Reason: "later\x00"}}))
	check(t, s.AddClasses(t.Context(), 1, "n", 3, []staging.RowClass{{Row: 1, Class: "excluded"}}))
	got := must[map[string]map[string]int64](t)(s.ClassCounts(t.Context(), 1))
	if want := (map[string]map[string]int64{"m": {"rejected": 2}, "n": {"excluded": 1}}); !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
}

// What is left out is gone from the view, and comes back with the next staging.
func TestRecordsLeftOutAreNotInTheView(t *testing.T) {
	s := stagingtest.Open(t)
	stage := func() {
		w := must[*staging.StageWriter](t)(s.StageWriter(t.Context(), 1, layout, kinds))
		for _, id := range []string{"m.a", "m.b", "m.c"} {
			check(t, w.Write([]record.Record{partner(id, "true", "<null>", "1", "", id, "", "", "<null>", "")}, [][32]byte{{}}))
		}
		must[int64](t)(w.Close(t.Context()))
	}
	seen := func() string {
		return text(t, s, s.ControlSQL("select coalesce(string_agg(x_id, ' ' order by x_seq), '') from staged.partners"))
	}
	stage()
	check(t, s.LeaveOut(t.Context(), 1, "partners", map[int64]string{0: "r", 2: "r"}))
	if got := seen(); got != "m.b" {
		t.Errorf("the view shows %q", got)
	}
	check(t, s.LeaveOut(t.Context(), 1, "partners", map[int64]string{1: "r"}))
	if got := seen(); got != "m.a m.c" {
		t.Errorf("left out anew, the view shows %q", got)
	}
	if got := gather(t, s.Staged(t.Context(), 1, layout, kinds)); len(got) != 3 {
		t.Errorf("the table holds %d records, want all 3", len(got))
	}
	stage()
	if got := seen(); got != "m.a m.b m.c" {
		t.Errorf("staged again, the view shows %q", got)
	}
}
