//go:build odoo

package e2e

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// The weekend as it is lived: load, people work, stage, a delta of nothing, a delta with conflicts, the same once more, the
// source is frozen, the final delta; and all the way back, where people find their own values again.
func TestDeltas(t *testing.T) {
	s := fresh(t)
	f := demoCompany(t, s)
	untouched := s.fingerprint(t)
	migrate[pipeline.Stage](t, f, done, "stage")
	cut := migrate[pipeline.Load](t, f, done, "cutover")
	people := work(t, s)
	atWork := s.fingerprint(t, afterDelta()...)

	// The source says what it said: nothing is written, to records that people changed neither.
	migrate[pipeline.Stage](t, f, done, "stage")
	f.idle(t, "delta of an unchanged source", nil)

	f.export(t, "export2")
	migrate[pipeline.Stage](t, f, done, "stage")
	written, along := s.writtenAt(t), s.along(t)
	second := migrate[pipeline.Load](t, f, mismatch, "delta")
	people.kept(t, s, second)
	maps.Copy(along, s.along(t)) // with the lines that are new
	s.wroteOnly(t, written, along, f.changes(t, second.Run))
	s.expect(t, removed)
	f.idle(t, "delta of the same export", map[string]int64{run.Conflict: 1})
	afterSecond := s.fingerprint(t, afterDelta()...)

	// Nobody writes to the source any more; what it said last is one more street, and one customer less.
	f.sub(t, "migrate.yaml", "thresholds:", "cutover: {frozen: {by: B. Lead, at: 2026-01-02}}\n\nthresholds:")
	f.sub(t, "exports/customers.csv", "109 Mill Lane", "110 Mill Lane")
	f.dropLine(t, "exports/customers.csv", "10110;")
	f.sub(t, "exports/controls.csv", "CUSTOMERS,129", "CUSTOMERS,128")
	migrate[pipeline.Stage](t, f, done, "stage")
	written, along = s.writtenAt(t), s.along(t)
	final := migrate[pipeline.Load](t, f, mismatch, "delta")
	s.wroteOnly(t, written, along, f.changes(t, final.Run))
	if c := final.Records["customers"]; c[run.Updated] != 1 || c[run.WasArchived] != 1 || c[run.Conflict] != 1 || len(final.Balance) > 0 {
		t.Errorf("final delta: %v, unbalanced %v", final.Records, final.Balance)
	}
	s.expect(t, quiet)

	for _, back := range []struct {
		of    int64
		when  string
		same  fingerprint
		force []string
	}{
		{final.Run, "after the rollback of the final delta", afterSecond, nil},
		{second.Run, "after the rollback of the delta before", atWork, nil},
		{cut.Run, "after the rollback of the cutover", untouched, []string{"--force"}},
	} {
		u := migrate[pipeline.Undo](t, f, done, append([]string{"rollback"}, back.force...)...)
		if !u.Proven() || u.Of != back.of {
			t.Errorf("%s: %+v", back.when, u)
		}
		s.sameAs(t, back.when, back.same)
	}
}

// removed is what the second export lacks: archived where there is an archive, else gone.
var removed = []check{
	{"archived customers", "select count(*) from res_partner where ref in ('10101', '10113') and not active", "2"},
	{"orders that are gone", "select count(*) from sale_order where origin in " + among(goneOrders), "0"},
}

// idle runs a delta in which there is nothing to do: no record of ours is written, no change noted, no call announced that
// writes. classes are what records of customers may be besides unchanged.
func (f *folder) idle(t *testing.T, when string, classes map[string]int64) {
	t.Helper()
	before := f.server.writtenAt(t)
	l := migrate[pipeline.Load](t, f, mismatch, "delta")
	for mapping, got := range l.Records {
		for class, n := range got {
			if class != run.Unchanged && (mapping != "customers" || n != classes[class]) {
				t.Errorf("%s: %d records of %s are %s", when, n, mapping, class)
			}
		}
	}
	if changes := f.changes(t, l.Run); len(changes) > 0 {
		t.Errorf("%s: %d changes, the first %+v", when, len(changes), changes[0])
	}
	now := f.server.writtenAt(t)
	for model := range before {
		if !maps.Equal(before[model], now[model]) {
			t.Errorf("%s: records of %s were written", when, model)
		}
	}
	if n := f.announced(t, l.Run); n > 0 {
		t.Errorf("%s: %d calls that write were announced", when, n)
	}
}

// announced counts the calls that write which a run wrote down in its journal.
func (f *folder) announced(t *testing.T, runID int64) (n int64) {
	t.Helper()
	rows, err := f.opened(t).Store.Query(t.Context(), "select count(*) from {s}.intents where run_id = $1", runID)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if !rows.Next() {
		t.Fatal("the journal cannot be counted")
	}
	if err := rows.Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// sub changes text of a file of the project, which must be there once. The company's exports are in Windows' characters.
func (f *folder) sub(t *testing.T, name, was, is string) {
	t.Helper()
	f.edit(t, name, func(text string) string {
		if strings.Count(text, was) != 1 {
			t.Fatalf("%s has %q %d times", name, was, strings.Count(text, was))
		}
		return strings.Replace(text, was, is, 1)
	})
}

// dropLine takes the line away that begins with a text.
func (f *folder) dropLine(t *testing.T, name, begin string) {
	t.Helper()
	f.edit(t, name, func(text string) string {
		before, rest, ok := strings.Cut(text, "\n"+begin)
		_, after, _ := strings.Cut(rest, "\n")
		if !ok {
			t.Fatalf("%s has no line that begins with %s", name, begin)
		}
		return before + "\n" + after
	})
}

func (f *folder) edit(t *testing.T, name string, change func(string) string) {
	t.Helper()
	path := filepath.Join(f.dir, name)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	characters := charmap.Windows1252
	if !strings.HasSuffix(name, ".csv") {
		if err := os.WriteFile(path, []byte(change(string(b))), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if b, err = characters.NewDecoder().Bytes(b); err != nil {
		t.Fatal(err)
	}
	if b, err = characters.NewEncoder().Bytes([]byte(change(string(b)))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}
