//go:build odoo

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

// transient is what a rehearsal on the server leaves for Odoo's own vacuum.
var transient = exception{"base_import_import", "false", "one transient record without content; nobody may delete it, and Odoo's vacuum does"}

// TestRehearsed asks a real server about the company's records, one of which only it can refuse, and leaves the database as it
// was, row for row; then it loads everything and undoes it in one command.
func TestRehearsed(t *testing.T) {
	s := fresh(t)
	f := demoCompany(t, s)
	put := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(f.dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	config, err := os.ReadFile(filepath.Join(f.dir, "migrate.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	put("migrate.yaml", strings.Replace(string(config), "sources:\n", "sources:\n  faces: {file: faces.csv, key: [No]}\n", 1))
	put("faces.csv", "No,Name,Parent,Face\n1,Ada,3,\n2,Bob,,aGVsbG8=\n3,\"Cid, the „elder”\",,\n")
	put("mappings/faces.yaml", "mapping: faces\nmodel: res.partner\nfrom: faces\nid: face_{No}\nfields:\n  name: Name\n  parent_id: {from: Parent, ref: faces}\n  image_1920: {from: Face, as: binary}\n")
	before := s.fingerprint(t, transient)

	_, _, talk := f.call(t, "stage", "--rehearse", "server")
	if !strings.Contains(talk, "is not neutralised") {
		t.Fatalf("a database that is not neutralised: %s", talk)
	}
	s.sameAs(t, "after a refused rehearsal", before)
	database := s.value(t, "select current_database()")
	stage := migrate[pipeline.Stage](t, f, findings, "stage", "--rehearse", "server", "--sample", "0", "--production", database)
	r := stage.Rehearsal
	if r == nil || r.Refused != 1 || len(r.Missed) != 1 || r.Missed[0].Record != "ardent.face_2" || r.Missed[0].Row != 2 || r.Missed[0].Table != "faces" {
		t.Fatalf("%+v", r)
	}
	t.Logf("Odoo: %s", r.Missed[0].Message)
	var sent, taken, held int64
	for _, m := range r.Mappings {
		t.Logf("%+v", m)
		sent, taken = sent+m.Sent, taken+m.Taken
		for _, g := range m.Held {
			held += g.Records
		}
		if m.Sent+m.Known+heldOf(m) != m.Records {
			t.Errorf("%s: %d records, and %d accounted for", m.Mapping, m.Records, m.Sent+m.Known+heldOf(m))
		}
		if m.Mapping == "faces" && (m.Sent != 3 || m.Taken != 2 || len(m.LeftOut) != 0) {
			t.Errorf("faces %+v", m)
		}
	}
	if sent < 300 || taken != sent-1 || held == 0 || r.Doubtful != 0 {
		t.Errorf("%d sent, %d taken, %d held", sent, taken, held)
	}
	s.sameAs(t, "after the rehearsal", before)
	if n := s.value(t, "select count(*) from base_import_import where file is not null or res_model is not null"); n != "0" {
		t.Errorf("%s transient records hold rows", n)
	}

	// What is transient goes as everything transient goes.
	if n := s.value(t, "select count(*) from base_import_import"); n != "1" {
		t.Errorf("%s transient records", n)
	}
	if _, err := s.sql.Exec(t.Context(), "update base_import_import set create_date = now() - interval '2 days', write_date = now() - interval '2 days'"); err != nil {
		t.Fatal(err)
	}
	c := s.rpc(t)
	if _, err := c.Method(t.Context(), "ir.cron", "method_direct_trigger", []int64{onlyID(t, c, "ir.cron", "code", "model._run_vacuum_cleaner()")}, nil); err != nil {
		t.Fatal(err)
	}
	if n := s.value(t, "select count(*) from base_import_import"); n != "0" {
		t.Errorf("Odoo's vacuum leaves %s transient records", n)
	}

	put("faces.csv", "No,Name,Parent,Face\n1,Ada,3,\n3,Cid,,\n")
	atRest := s.fingerprint(t)
	l := migrate[pipeline.LoadRehearsal](t, f, done, "stage", "--rehearse", "load", "--production", database)
	if !l.Sound() || !l.Complete() {
		t.Errorf("sound %v, complete %v: %+v", l.Sound(), l.Complete(), l.Missed)
	}
	s.sameAs(t, "after the rehearsed load", atRest)
}

func heldOf(m pipeline.RehearsedMapping) (n int64) {
	for _, g := range m.Held {
		n += g.Records
	}
	return n
}
