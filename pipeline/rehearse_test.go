package pipeline_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/odootest"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/record"
)

var onServer = pipeline.RehearseOptions{Server: true}

func rehearsedOf(t *testing.T, r *pipeline.Rehearsal, mapping string) pipeline.RehearsedMapping {
	t.Helper()
	i := slices.IndexFunc(r.Mappings, func(m pipeline.RehearsedMapping) bool { return m.Mapping == mapping })
	if i < 0 {
		t.Fatalf("%s is not rehearsed: %+v", mapping, r.Mappings)
	}
	return r.Mappings[i]
}

// The server is asked about what validation let through, and nothing of it is left.
func TestRehearsedOnTheServer(t *testing.T) {
	w := newWorld(t)
	w.put("exports/faces.csv", "No,Name,Face\n1,Ada,\n2,Bob,aGVsbG8=\n3,Cid,\n")
	w.sub("migrate.yaml", "sources:\n", "sources:\n  faces: {file: exports/faces.csv, key: [No]}\n")
	w.put("mappings/faces.yaml", "mapping: faces\nmodel: res.partner\nfrom: faces\nid: face_{No}\nfields: {name: Name, image_1920: {from: Face, as: binary}}\n")
	w.reopen()
	before := w.counts()
	if _, err := w.Stage(t.Context(), pipeline.StageOptions{Rehearse: onServer}); err == nil || !strings.Contains(err.Error(), "production is not neutralised") {
		t.Fatalf("a database that is not neutralised: %v", err)
	}
	wrong := onServer
	wrong.Production = "elsewhere"
	if _, err := w.Stage(t.Context(), pipeline.StageOptions{Rehearse: wrong}); err == nil || !strings.Contains(err.Error(), `"elsewhere" was typed`) {
		t.Fatalf("another name: %v", err)
	}
	if n := w.double.Calls("base_import.import", "execute_import"); n != 0 {
		t.Fatalf("%d trials in a database that was refused", n)
	}
	w.neutralise("production")
	s := w.staged(pipeline.StageOptions{Rehearse: onServer})
	r := s.Rehearsal
	if r == nil || s.Clean() {
		t.Fatalf("clean %v: %+v", s.Clean(), r)
	}
	if got := rehearsedOf(t, r, "faces"); got.Sent != 3 || got.Taken != 2 || got.Refused != 1 {
		t.Errorf("faces %+v", got)
	}
	if r.Refused != 1 || len(r.Missed) != 1 {
		t.Fatalf("refused %d: %+v", r.Refused, r.Missed)
	}
	f := r.Missed[0]
	if f.Rule != pipeline.RuleRehearseRefused || f.Severity != record.Error || f.Record != "ardent.face_2" || f.Table != "faces" || f.Row != 2 || !strings.Contains(f.Message, "could not be decoded as an image") || f.File == "" {
		t.Errorf("%+v", f)
	}
	if g := found(s, pipeline.RuleRehearseRefused, "faces", ""); g.Rows != 1 && g.Rows != 0 || g.Record != f.Record {
		t.Errorf("grouped %+v", g)
	}
	// Customers are sent whole, contacts hang on them, orders cannot be without them.
	if got := rehearsedOf(t, r, "customers"); got.Sent != got.Records || got.Taken != got.Sent || got.Sent < 10 {
		t.Errorf("customers %+v", got)
	}
	if got := rehearsedOf(t, r, "orders"); got.Sent != 0 || len(got.Held) != 1 || got.Held[0].Records != got.Records {
		t.Errorf("orders %+v", got)
	}
	if got := rehearsedOf(t, r, "contacts"); got.Sent == 0 || len(got.LeftOut) != 1 || got.LeftOut[0].Field != "parent_id" || got.LeftOut[0].Records != got.Sent {
		t.Errorf("contacts %+v", got)
	}
	after := w.counts()
	if !maps.Equal(before, after) {
		t.Errorf("left behind: %v, before %v", after, before)
	}
	if n := w.double.Calls("sale.order", "load") + w.double.Calls("res.partner", "load"); n != 0 {
		t.Errorf("%d loads that are not rolled back", n)
	}
	// The plan is that of a dry run without a rehearsal, and the next finds the same.
	plain := w.staged(pipeline.StageOptions{})
	if plain.Plan != s.Plan || plain.Rehearsal != nil {
		t.Errorf("plan %s, with a rehearsal %s", plain.Plan, s.Plan)
	}
	again := w.staged(pipeline.StageOptions{Rehearse: onServer}).Rehearsal
	if len(again.Missed) != 1 || again.Missed[0] != r.Missed[0] {
		t.Errorf("%+v, then %+v", r.Missed, again.Missed)
	}
	if t.Failed() {
		t.Logf("%+v\n%s", r, listed(s))
	}
}

// Parents and children of one mapping meet in a batch, whatever their order; what is in Odoo is not sent, and leads on.
func TestRehearsedFamilies(t *testing.T) {
	w := newWorld(t)
	w.neutralise("production")
	c, err := w.Connect(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Create(t.Context(), "res.partner", []map[string]any{{"name": "There", "ref": "MATCH"}}); err != nil {
		t.Fatal(err)
	}
	w.put("exports/people.csv", "No,Name,Ref,Parent\n1,Child,,3\n2,Grandchild,,1\n3,Mother,,\n4,Matched,MATCH,\n5,Of the matched,,4\n6,Aunt,,\n7,Nephew,,6\n")
	w.put("exports/deals.csv", "No,Who\n1,4\n2,3\n")
	w.sub("migrate.yaml", "sources:\n", "sources:\n  people: {file: exports/people.csv, key: [No]}\n  deals: {file: exports/deals.csv, key: [No]}\n")
	w.put("mappings/people.yaml", "mapping: people\nmodel: res.partner\nfrom: people\nid: person_{No}\nmatch: [ref]\nfields:\n  name: Name\n  ref: Ref\n  parent_id: {from: Parent, ref: people}\n")
	w.put("mappings/deals.yaml", "mapping: deals\nmodel: sale.order\nfrom: deals\nid: deal_{No}\nfields: {partner_id: {from: Who, ref: people}}\n")
	w.reopen()
	before := w.counts()
	w.double.Inject(odootest.Rule{Model: "base_import.import", Method: "execute_import", Kind: odootest.LostReply})
	r := w.staged(pipeline.StageOptions{Rehearse: onServer}).Rehearsal
	people := rehearsedOf(t, r, "people")
	if people.Sent != 6 || people.Taken != 6 || people.Known != 1 || len(people.LeftOut) != 1 || people.LeftOut[0] != (pipeline.RehearsedGap{Field: "parent_id", Records: 1}) {
		t.Errorf("people %+v", people) // only the child of the matched one, which is in no batch
	}
	if deals := rehearsedOf(t, r, "deals"); deals.Sent != 1 || deals.Taken != 1 || len(deals.Held) != 1 || deals.Held[0].Field != "partner_id" {
		t.Errorf("deals %+v", deals)
	}
	if after := w.counts(); !maps.Equal(before, after) {
		t.Errorf("left behind: %v, before %v", after, before)
	}

	// A sample is spread over the rows, is the same each time, and takes parents along.
	few := onServer
	few.Sample = 2
	one, two := w.staged(pipeline.StageOptions{Rehearse: few}).Rehearsal, w.staged(pipeline.StageOptions{Rehearse: few}).Rehearsal
	got := rehearsedOf(t, one, "people")
	if again := rehearsedOf(t, two, "people"); got.Sent != again.Sent || got.Sent+got.Known < 3 || got.Sent >= 6 || len(got.LeftOut) != 0 {
		t.Errorf("a sample of two: %+v, then %+v", got, again)
	}
	if r.Refused+one.Refused > 0 || r.Doubtful > 0 {
		t.Errorf("refused %+v", r.Missed)
	}
}
