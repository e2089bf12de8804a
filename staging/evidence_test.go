package staging_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/staging"
	"github.com/odoo-migrate/odoo-migrate/staging/stagingtest"
)

// told joins the cells of lines; times, which differ from test to test, are told by whether there is one.
func told(lines [][]string, times ...int) []string {
	var out []string
	for _, l := range lines {
		for _, i := range times {
			if l[i] != "" {
				l[i] = "T"
			}
		}
		out = append(out, strings.Join(l, "|"))
	}
	return out
}

// What a bundle tells is what staging holds, in a fixed order, of the run or target that was asked for alone.
func TestLinesOfEvidence(t *testing.T) {
	s := stagingtest.Open(t)
	begin := func(target string) int64 {
		return must[run.Run](t)(s.StartRun(t.Context(), run.Run{Kind: "cutover", Actor: "anna", Host: "h", Version: "1", Target: target})).ID
	}
	one, other := begin("a"), begin("b")
	snap := land(t, s, landing("customers", []string{"id"}, []record.Row{row(1, "x"), row(2, "y"), {Pos: record.Pos{Row: 3}, Damage: "cut off", Raw: []byte("z")}}))
	check(t, s.AddClasses(t.Context(), one, "partners", snap.ID, []staging.RowClass{{Row: 2, Class: "rejected", Reason: "no name"}, {Row: 1, Class: "excluded", Reason: "old"}}))
	check(t, s.AddClasses(t.Context(), other, "partners", snap.ID, []staging.RowClass{{Row: 1, Class: "rejected", Reason: "other run"}}))
	check(t, s.AddOutcomes(t.Context(), one, []run.Outcome{{Mapping: "p", ExternalID: "m.b", Class: run.Conflict, Note: "both"}, {Mapping: "p", ExternalID: "m.a", Class: run.Created}, {Mapping: "p", ExternalID: "m.B", Class: run.Rejected}}))
	check(t, s.AddVerified(t.Context(), one, []run.Verified{
		{Model: "res.partner", ExternalID: "m.b", DBID: 3, Class: "differs", Have: [32]byte{1}, Fields: []run.Differing{{Field: "ref", Want: "1", Have: ""}, {Field: "name", Want: "a", Have: "b"}}},
		{Model: "res.partner", ExternalID: "m.a", DBID: 4, Class: "missing", Missing: true}, {Model: "res.partner", ExternalID: "m.c", DBID: 5, Class: "equal"}}))

	known, _, err := s.EnsureTarget(t.Context(), run.Target{URL: "u", Database: "d", UUID: "x"})
	check(t, err)
	intend := func(runID int64) int64 {
		return must[int64](t)(s.Intend(t.Context(), run.Intent{RunID: runID, TargetID: known.ID, Wave: 1, Mapping: "p", Model: "res.partner", Strategy: "load", Action: "create", ExternalIDs: []string{"m.a", "m.b"}}))
	}
	settled, open, elsewhere := intend(one), intend(one), intend(other)
	values := must[json.RawMessage](t)(record.EncodeValues([]string{"name"}, []record.Value{record.TextValue("Ada")}))
	check(t, s.Settle(t.Context(), settled, run.Settlement{State: run.Settled,
		Entries: []run.Entry{{ExternalID: "m.a", Mapping: "p", Model: "res.partner", DBID: 4, Digest: "d", Values: values}},
		Changes: []run.Change{{Mapping: "p", Model: "res.partner", ExternalID: "m.a", DBID: 4, Action: "create", Undo: run.Erase}}}))
	check(t, s.Settle(t.Context(), elsewhere, run.Settlement{State: run.Settled, Changes: []run.Change{{Mapping: "p", Model: "res.partner", ExternalID: "m.z", DBID: 9, Action: "create", Undo: run.Erase}}}))

	file := snap.File
	for about, c := range map[string]struct{ got, want []string }{
		"rejects":     {told(gather(t, s.RejectLines(t.Context(), one, []int64{snap.ID}))), []string{"1||customers|" + file + "|3|damaged|cut off", "1|partners|customers|" + file + "|1|excluded|old", "1|partners|customers|" + file + "|2|rejected|no name"}},
		"outcomes":    {told(gather(t, s.OutcomeLines(t.Context(), one))), []string{"1|p|m.B|rejected|", "1|p|m.b|conflict|both"}},
		"differences": {told(gather(t, s.DifferenceLines(t.Context(), one))), []string{"res.partner|m.a|4|missing|||", "res.partner|m.b|3|differs|name|a|b", "res.partner|m.b|3|differs|ref|1|"}},
		"journal":     {told(gather(t, s.JournalLines(t.Context(), "a")), 10, 11), []string{"1|1|1|p|res.partner|load|create|2|1|settled|T|T", "2|1|1|p|res.partner|load|create|2|1|intended|T|"}},
		"records":     {told(gather(t, s.RecordLines(t.Context(), "a"))), []string{"res.partner|p|a|m.a|4|Ada|active"}},
		"changes":     {told(gather(t, s.ChangeLines(t.Context(), "a")), 8), []string{"1|1|p|res.partner|m.a|4|create|erase|"}},
		"runs":        {told(gather(t, s.RunLines(t.Context())), 8, 9), []string{"1|cutover|running|anna|h|1|a||T|", "2|cutover|running|anna|h|1|b||T|"}},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%s:\n %q\nwant\n %q", about, c.got, c.want)
		}
	}
	if open == settled {
		t.Error("two intents are one")
	}
	fields := must[[]run.Differing](t)(s.DifferingFields(t.Context(), one, "res.partner", "m.b"))
	if len(fields) != 2 || fields[0] != (run.Differing{Field: "name", Want: "a", Have: "b"}) {
		t.Errorf("%+v", fields)
	}
	for id, want := range map[int64]int{4: 1, 5: 0} {
		if got := must[[]json.RawMessage](t)(s.LedgerValues(t.Context(), "m.a", id)); len(got) != want || want == 1 && string(got[0]) != string(values) {
			t.Errorf("database id %d: %s", id, got)
		}
	}
	// A reader that has enough may stop.
	for range s.RejectLines(t.Context(), one, nil) {
		break
	}
}

func TestStagedPlace(t *testing.T) {
	s := stagingtest.Open(t)
	place := func(mapping, id string) (string, int64, int64, bool) {
		source, row, line, ok, err := s.StagedPlace(t.Context(), mapping, id)
		check(t, err)
		return source, row, line, ok
	}
	if _, _, _, ok := place("partners", "m.a"); ok {
		t.Error("a place of a record that was never staged")
	}
	for run := range int64(2) {
		w := must[*staging.StageWriter](t)(s.StageWriter(t.Context(), run+1, layout, kinds))
		p := partner("m.a", "<null>", "<null>", "<null>", "<null>", "<null>", "<null>", "<null>", "<null>", "<null>")
		p.Pos.Row += run
		check(t, w.Write([]record.Record{p}, [][32]byte{{}}))
		must[int64](t)(w.Close(t.Context()))
	}
	if source, row, line, ok := place("partners", "m.a"); source != "customers" || row != 8 || line != 8 || !ok {
		t.Errorf("%s, row %d, line %d, %v", source, row, line, ok)
	}
	if _, _, _, ok := place("partners", "m.nobody"); ok {
		t.Error("a place of nobody")
	}
}
