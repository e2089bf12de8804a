package staging_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/staging"
	"github.com/odoo-migrate/odoo-migrate/staging/stagingtest"
)

// What the ledger has and a run did not stage is found in the database and read in parts, byte by byte in order.
func TestGone(t *testing.T) {
	s := stagingtest.Open(t)
	ctx := t.Context()
	tid := target(t, s)
	var entries []run.Entry
	for i, name := range []string{"m.a", "m.B", "m.c", "m.ä", "m.staged", "m.staged2"} {
		entries = append(entries, entry(name, int64(i+1)))
	}
	archived := entry("m.archived", 50)
	archived.State, archived.RunID = run.Archived, 5
	long := entry("m.long_ago", 51)
	long.State, long.RunID = run.Archived, 3
	id := must[int64](t)(s.Intend(ctx, run.Intent{RunID: 1, TargetID: tid, Mapping: "partners", Action: "create"}))
	check(t, s.Settle(ctx, id, run.Settlement{State: run.Settled, Entries: append(entries, archived, long)}))
	if _, err := s.CountGone(ctx, tid, 5, "partners"); err == nil {
		t.Error("nothing is staged, and nothing is said of it")
	}
	w := must[*staging.StageWriter](t)(s.StageWriter(ctx, 5, layout, kinds))
	for _, name := range []string{"m.staged", "m.staged2", "m.staged"} { // one of them twice
		check(t, w.Write([]record.Record{partner(name, "true", "<null>", "1", "", "", "", "", "<null>", "")}, [][32]byte{{}}))
	}
	must[int64](t)(w.Close(ctx))
	if c := must[staging.GoneCounts](t)(s.CountGone(ctx, tid, 5, "partners")); c != (staging.GoneCounts{Known: 6, Gone: 4, Removed: 1}) {
		t.Errorf("%+v", c)
	}
	var got []string
	for after := ""; ; {
		part := must[[]run.Entry](t)(s.Gone(ctx, tid, 5, "partners", after, 3))
		if len(part) == 0 {
			break
		}
		for _, e := range part {
			got = append(got, fmt.Sprint(e.ExternalID, e.DBID))
		}
		after = part[len(part)-1].ExternalID
	}
	if strings.Join(got, " ") != "m.B2 m.a1 m.c3 m.ä4" {
		t.Errorf("gone %q", got)
	}
}

// Records are found by place, and by a field through its index.
func TestStagedByPlaceAndField(t *testing.T) {
	s := stagingtest.Open(t)
	ctx := t.Context()
	w := must[*staging.StageWriter](t)(s.StageWriter(ctx, 1, layout, kinds))
	long := strings.Repeat("m.very_long_", 400) // more than a b-tree takes
	for i := range 6000 {
		parent := fmt.Sprintf("m.p%d", i%1000)
		if i == 10 {
			parent = long
		}
		check(t, w.Write([]record.Record{partner(fmt.Sprint("m.", i), "true", "<null>", "1", "", "", parent, "", "<null>", "")}, [][32]byte{{}}))
	}
	must[int64](t)(w.Close(ctx))
	check(t, s.IndexStaged(ctx, 1, layout, "parent_id"))
	if err := s.IndexStaged(ctx, 1, layout, "nothing"); err == nil {
		t.Error("a field that is not there was indexed")
	}
	table := must[string](t)(s.StagedTable(ctx, 1, "partners"))
	exec(t, s, "analyze {s}."+table)
	if plan := text(t, s, "explain select * from {s}."+table+" where parent_id = any(array['m.p7', 'm.p8'])"); !strings.Contains(plan, "Index") {
		t.Errorf("the lines of a document are not found by index: %s", plan)
	}
	names := func(rows []*staging.StagedRow) string {
		var out []string
		for _, r := range rows {
			out = append(out, r.ID)
		}
		return strings.Join(out, " ")
	}
	if got := names(gather(t, s.StagedAt(ctx, 1, layout, kinds, []int64{5999, 3, 99999, 4}))); got != "m.3 m.4 m.5999" {
		t.Errorf("by place %s", got)
	}
	if got := names(gather(t, s.StagedWhere(ctx, 1, layout, kinds, "parent_id", []string{long, "m.p999"}))); got != "m.10 m.999 m.1999 m.2999 m.3999 m.4999 m.5999" {
		t.Errorf("by field %s", got)
	}
}
