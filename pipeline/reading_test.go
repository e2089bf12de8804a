package pipeline_test

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/odootest"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/gate"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/staging/stagingtest"
	"github.com/odoo-migrate/odoo-migrate/testdata/moss"
)

// newMoss is the project of the merged company, whose mappings join, unite, group and take apart.
func newMoss(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), double: odootest.New(odootest.Options{})}
	if err := w.double.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.double.Close() })
	project, err := fs.Sub(moss.Files(), "project")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(w.dir, project); err != nil {
		t.Fatal(err)
	}
	w.mossExport("export1")
	w.sub("migrate.yaml", "http://127.0.0.1:8069", w.double.URL())
	w.sub("migrate.yaml", "project: moss", "project: "+stagingtest.Project()+"\nmodule: moss\nstaging: {dsn: {env: STAGING_DSN}}")
	w.reopen()
	return w
}

func (w *world) reopen() {
	w.t.Helper()
	p, err := pipeline.Open(w.t.Context(), w.options(nil))
	if err != nil {
		w.t.Fatal(err)
	}
	w.Pipeline = p
	w.t.Cleanup(func() { _ = p.Close() })
}

func (w *world) mossExport(name string) {
	w.t.Helper()
	export, err := fs.Sub(moss.Files(), name)
	if err != nil {
		w.t.Fatal(err)
	}
	to := filepath.Join(w.dir, "exports")
	if err := os.RemoveAll(to); err != nil {
		w.t.Fatal(err)
	}
	if err := os.CopyFS(to, export); err != nil {
		w.t.Fatal(err)
	}
}

// rowsText writes the account of rows: mapping source read = used+grouped+merged+excluded+rejected, records.
func rowsText(s *pipeline.Stage) string {
	var b strings.Builder
	for _, r := range s.Rows {
		fmt.Fprintf(&b, "%s %s %d = %d+%d+%d+%d+%d, %d\n", r.Mapping, r.Source, r.Read, r.Used, r.Grouped, r.Merged, r.Excluded, r.Rejected, r.Records)
	}
	for _, j := range s.Joined {
		fmt.Fprintf(&b, "%s joins %s %d = %d+%d+%d\n", j.Mapping, j.Source, j.Rows, j.Used, j.Unused, j.Damaged)
	}
	for _, c := range s.Checks {
		fmt.Fprintf(&b, "%s: %s %d/%d\n", c.Mapping, c.Name, c.Failed, c.Groups)
	}
	return b.String()
}

// values are the records of a model by external id, with some of their fields.
func (w *world) values(model string, fields ...string) map[string]string {
	w.t.Helper()
	c, err := w.Connect(w.t.Context(), "")
	if err != nil {
		w.t.Fatal(err)
	}
	known, err := c.SearchRead(w.t.Context(), "ir.model.data", []any{[]any{"module", "=", "moss"}, []any{"model", "=", model}}, []string{"name", "res_id"}, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	rows, err := c.SearchRead(w.t.Context(), model, nil, append([]string{"id"}, fields...), 0)
	if err != nil {
		w.t.Fatal(err)
	}
	out := map[string]string{}
	for _, k := range known {
		for _, r := range rows {
			if fmt.Sprint(r["id"]) == fmt.Sprint(k["res_id"]) {
				var texts []string
				for _, f := range fields {
					texts = append(texts, fmt.Sprint(r[f]))
				}
				out[k["name"].(string)] = strings.Join(texts, "|")
			}
		}
	}
	return out
}

func (w *world) want(what string, got, want map[string]string) {
	w.t.Helper()
	for _, k := range slices.Sorted(maps.Keys(got)) {
		if got[k] != want[k] {
			w.t.Errorf("%s: %s is %q, want %q", what, k, got[k], want[k])
		}
	}
	for k := range want {
		if _, there := got[k]; !there {
			w.t.Errorf("%s: there is no %s", what, k)
		}
	}
}

// TestSeveralSources goes the whole road with rows that are joined, united, grouped and taken apart: load, a delta whose
// changes are in a joined table too, and both undone; then loaded once more.
func TestSeveralSources(t *testing.T) {
	w := newMoss(t)
	before := w.counts()
	s := w.staged(pipeline.StageOptions{})
	want := `entries journal 7 = 3+4+0+0+0, 3
entry_lines journal 7 = 7+0+0+0+0, 7
partners customers_de 4 = 3+0+0+1+0, 5
partners customers_fr 2 = 2+0+0+0+0, 0
people customers_de 4 = 2+0+0+2+0, 5
people customers_fr 2 = 1+0+0+1+0, 0
phones customers_de 4 = 2+0+0+2+0, 3
phones customers_fr 2 = 0+0+0+2+0, 0
partners joins addresses 6 = 4+2+0
entry_lines: debit equals credit 0/3
entry_lines: a booking has two sides 0/3
entry_lines: accounts agree with the journal 0/0
`
	if got := rowsText(s); got != want || !s.Clean() || s.FirstPass != 100 {
		t.Errorf("first pass %v, clean %v\n got:\n%s\nwant:\n%s\n%+v", s.FirstPass, s.Clean(), got, want, s.Findings)
	}
	unused := slices.IndexFunc(s.Findings, func(f record.Finding) bool { return f.Rule == "map.join_unused" })
	if unused < 0 || s.Findings[unused].Table != "addresses" || s.Findings[unused].Row != 3 || s.Findings[unused].Rows != 2 || !strings.HasSuffix(s.Findings[unused].File, "exports/addresses.csv") {
		t.Errorf("the unused rows of addresses are not told: %+v", s.Findings)
	}
	l, err := w.Cutover(t.Context(), quick)
	if err != nil || !l.Clean() || !l.Complete() {
		t.Fatalf("cutover: %v %+v", err, l.Verify)
	}
	loadedPartners := w.values("res.partner", "street", "city", "function", "phone")
	maps.DeleteFunc(loadedPartners, func(id, _ string) bool { return strings.HasPrefix(id, "person_") })
	w.want("loaded", loadedPartners, map[string]string{
		"cust_1001": "Ahornweg 1|BONN|customer of Moss|false", "cust_1002": "Birkenallee 2|BONN|customer of Moss|false",
		"cust_1004": "false|false|customer of Moss|false",
		"cust_F7":   "1 rue de la Mousse|PARIS|customer of Mousse|false", "cust_F8": "false|false|customer of Mousse|false",
		"phone_1001_TEL1": "false|false|false|+49 228 1001", "phone_1001_TEL2": "false|false|false|+49 228 1002", "phone_1002_TEL2": "false|false|false|+49 228 2002",
	})
	w.want("loaded", w.values("account.move", "ref", "date"), map[string]string{
		"entry_900": "900, 2 lines, sum 0 - Sale|2026-01-31", "entry_901": "901, 2 lines, sum 0 - Rent / Bank|2026-01-31", "entry_902": "902, 3 lines, sum 0 - Sale / Sale / Both|2026-02-28",
	})
	loaded := w.counts()

	w.mossExport("export2")
	l, err = w.Delta(t.Context(), quick)
	if err != nil || !l.Clean() {
		t.Fatalf("delta: %v %+v", err, l.Verify)
	}
	for mapping, want := range map[string]map[string]int64{
		"partners": {run.Updated: 3, run.Unchanged: 2}, "people": {run.Created: 1, run.Unchanged: 4, run.WasDeleted: 1}, "phones": {run.Unchanged: 2, run.WasDeleted: 1},
		"entries": {run.Created: 1, run.Updated: 1, run.Unchanged: 2}, "entry_lines": {run.Created: 2, run.Updated: 1, run.Unchanged: 6},
	} {
		if !maps.Equal(l.Records[mapping], want) {
			t.Errorf("delta: %s %v, want %v", mapping, l.Records[mapping], want)
		}
	}
	w.want("after the delta", people(w.values("res.partner", "name")), map[string]string{
		"person_1001_B-2e-20Blatt": "B. Blatt", "person_1001_C-2e-20Crown": "C. Crown", "person_1002_Rinde": "Rinde", "person_F7_Ane": "Ane", "person_F7_C-c3-a8pe": "Cèpe"})
	if got := w.values("res.partner", "street")["cust_1002"]; got != "Lager 2a" {
		t.Errorf("the joined address is now %q, want the next one that fits", got)
	}
	if got := w.values("account.move", "ref")["entry_901"]; got != "901, 2 lines, sum 0 - Rent / Bank transfer" {
		t.Errorf("the group's text is %q", got)
	}

	for i, want := range []map[string]int{loaded, before} {
		if u, err := w.Rollback(t.Context(), pipeline.UndoOptions{}); err != nil || !u.Proven() {
			t.Fatalf("rollback %d: %v %+v", i+1, err, u)
		}
		if got := w.counts(); !maps.Equal(got, want) {
			t.Errorf("after rollback %d the server holds %v, want %v", i+1, got, want)
		}
	}
	w.mossExport("export1")
	w.stage()
	if l, err := w.Cutover(t.Context(), quick); err != nil || !l.Clean() {
		t.Errorf("load again: %v %+v", err, l)
	}
}

// people are the records of the mapping people.
func people(all map[string]string) map[string]string {
	maps.DeleteFunc(all, func(id, _ string) bool { return !strings.HasPrefix(id, "person_") })
	return all
}

// TestConservationOfSeveralSources: whatever is wrong with rows, each ends in one class, and the gates hear of it.
func TestConservationOfSeveralSources(t *testing.T) {
	w := newMoss(t)
	w.sub("mappings/entry_lines.yaml", documented, documented+"    severity: warning\n") // what is rejected is missing from the sums
	w.sub("mappings/partners.yaml", "many: first", "many: reject, missing: exclude")
	w.sub("mappings/phones.yaml", "phone: TEL", "phone: {from: TEL, do: [digits], missing: reject}")
	w.sub("exports/customers_de.csv", "-;+49 228 2002;Rinde", "none;+49 228 2002;Rinde")
	w.sub("exports/journal.csv", "900;2;31.01.2026", "900;2;30.01.2026")
	w.sub("exports/journal.csv", "-800,50", "-800.50")
	w.sub("exports/journal.csv", "902;3;28.02.2026;Both;400000;-0,30", "902;3;28.02.2026;Both;400000;-0,31")
	s := w.staged(pipeline.StageOptions{})
	want := `entries journal 7 = 0+0+0+0+7, 0
entry_lines journal 7 = 0+0+0+0+7, 0
partners customers_de 4 = 1+0+0+2+1, 2
partners customers_fr 2 = 1+0+0+1+0, 0
people customers_de 4 = 1+0+0+2+1, 4
people customers_fr 2 = 1+0+0+1+0, 0
phones customers_de 4 = 1+0+0+2+1, 2
phones customers_fr 2 = 0+0+0+2+0, 0
partners joins addresses 6 = 4+2+0
entry_lines: debit equals credit 1/1
entry_lines: a booking has two sides 0/0
entry_lines: accounts agree with the journal 3/0
`
	if got := rowsText(s); got != want || len(s.Unbalanced) > 0 || s.Clean() {
		t.Errorf("unbalanced %v\n got:\n%s\nwant:\n%s", s.Unbalanced, got, want)
	}
	var told []string
	for _, f := range s.Findings {
		if f.Severity == record.Error {
			told = append(told, fmt.Sprintf("%s %s %s row %d %s %q: %s (%s)", f.Rule, f.Mapping, f.Table, f.Row, f.Column, f.Raw, f.Message, f.Hint))
		}
	}
	for _, want := range []string{
		`map.join_many partners customers_de row 2 KUNNR "1002": more than one row of addresses fits (2 rows, the first is row 2 (line 3); mend the source, join by more columns, or take many: first or each)`,
		`map.group_differs entries journal row 3 DATUM "30.01.2026": DATUM differs within its group ("30.01.2026" here, "31.01.2026" in the group's first row; mend the source, or take first, min, max or join)`,
		`map.not_a_decimal entries journal row 4 BETRAG "-800.50": "-800.50" is not a decimal (a point where point: "," is declared)`,
		`validate.check entry_lines journal row 5 move_id "BELNR = moss.entry_902": the check "debit equals credit" does not hold: sum(debit) == sum(credit) (sum(debit) = 0.3, sum(credit) = 0.31)`,
	} {
		if !slices.Contains(told, want) {
			t.Errorf("not told: %s\namong\n%s", want, strings.Join(told, "\n"))
		}
	}
	if len(s.Limits) != 1 || s.Limits[0].Rows != 3 {
		t.Errorf("limits %+v", s.Limits)
	}
	o := quick
	for _, name := range []string{"controls", "first-pass", "documents"} {
		o.Overrides = append(o.Overrides, gate.Override{Gate: name, By: "test", Reason: "spoiled on purpose"})
	}
	l, err := w.Cutover(t.Context(), o)
	if err == nil || !strings.Contains(err.Error(), "validate.check rejects 3 rows, 0 allowed") || len(gate.Closed(l.Gates)) != 1 {
		t.Errorf("the limit of rejected rows did not close the gate: %v", err)
	}
}

// TestBlockingCheck closes a gate, and rejects nothing.
func TestBlockingCheck(t *testing.T) {
	w := newMoss(t)
	w.sub("mappings/entry_lines.yaml", "expect: count() >= 2, severity: warning", "expect: count() >= 3, severity: blocker")
	s := w.staged(pipeline.StageOptions{})
	if s.Clean() || s.FirstPass != 100 {
		t.Errorf("clean %v, first pass %v", s.Clean(), s.FirstPass)
	}
	_, err := w.Cutover(t.Context(), quick)
	if err == nil || !strings.Contains(err.Error(), `checks (entry_lines: "a booking has two sides" fails for 2 of 3 groups, first BELNR = moss.entry_900 (count() = 2))`) {
		t.Errorf("%v", err)
	}
}

// TestDamagedJoin: a row of a joined table that nobody can read keeps deletes back, and is accounted for.
func TestDamagedJoin(t *testing.T) {
	w := newMoss(t)
	w.sub("mappings/partners.yaml", "many: first", "many: first, missing: exclude")
	w.stage()
	if _, err := w.Cutover(t.Context(), open()); err != nil {
		t.Fatal(err)
	}
	w.sub("exports/addresses.csv", "F7;P;1 rue", "F7;P;1;rue")
	l, err := w.Delta(t.Context(), open())
	if err != nil {
		t.Fatal(err)
	}
	if got := l.Records["partners"]; got[run.Deferred] != 1 || got[run.WasArchived] != 0 {
		t.Errorf("partners: %v", got)
	}
	if got := l.Stage.Joined[0]; got.Rows != 6 || got.Used != 3 || got.Unused != 2 || got.Damaged != 1 {
		t.Errorf("joined: %+v", got)
	}
	// Corrected, it is joined like any other.
	w.sub("migrate.yaml", "thresholds:", "corrections: [fix.csv]\nthresholds:")
	fix := "table,key,column,old,new,who,when\naddresses,,*,F7;P;1;rue de la Mousse;75001;Paris;FR,F7;P;2 rue de la Mousse;75001;Paris;FR,test,2026-01-01\n"
	if err := os.WriteFile(filepath.Join(w.dir, "fix.csv"), []byte(fix), 0o644); err != nil {
		t.Fatal(err)
	}
	w.reopen()
	if l, err = w.Delta(t.Context(), open()); err != nil {
		t.Fatal(err)
	}
	if got := w.values("res.partner", "street")["cust_F7"]; got != "2 rue de la Mousse" {
		t.Errorf("the corrected address is %q; %+v", got, l.Stage.Joined)
	}
}

// TestReadingIsDeterministic: one worker and many make the same records of the same rows.
func TestReadingIsDeterministic(t *testing.T) {
	var first []string
	for _, workers := range []int{1, 8} {
		was := runtime.GOMAXPROCS(workers)
		s := newMoss(t).staged(pipeline.StageOptions{})
		runtime.GOMAXPROCS(was)
		var roots []string
		for _, step := range s.Steps {
			roots = append(roots, step.Mapping+" "+step.Root)
		}
		if first == nil {
			first = roots
		}
		if !slices.Equal(first, roots) {
			t.Errorf("%v, and with %d workers %v", first, workers, roots)
		}
	}
}

// TestEachJoinedRow: a record for every joined row that where keeps. A row is used when one of its records is.
func TestEachJoinedRow(t *testing.T) {
	w := newMoss(t)
	mapping := `mapping: depots
model: res.partner
from:
  source: customers_de
  join: [{source: addresses, as: adr, on: [KUNNR], many: each, missing: exclude}]
  where: = src.adr.ART == nil or src.KUNNR != "1003"
  reason: closed
id: depot_{KUNNR}_{adr.ART}
fields:
  parent_id: {from: KUNNR, ref: partners, missing: reject}
  type: {value: other}
  name: {from: adr.ART, map: {P: Post, L: Depot}}
  street: {from: adr.STREET, missing: reject}
`
	if err := os.WriteFile(filepath.Join(w.dir, "mappings", "depots.yaml"), []byte(mapping), 0o644); err != nil {
		t.Fatal(err)
	}
	s := w.staged(pipeline.StageOptions{})
	if got := rowsText(s); !strings.Contains(got, "depots customers_de 4 = 2+0+0+2+0, 3\n") || !strings.Contains(got, "depots joins addresses 6 = 4+2+0\n") || len(s.Unbalanced) > 0 {
		t.Errorf("unbalanced %v\n%s", s.Unbalanced, got)
	}
	// One of two records of a row is rejected: so is the row, and its other record stays.
	w.sub("mappings/depots.yaml", ", L: Depot", "")
	if got := rowsText(w.staged(pipeline.StageOptions{})); !strings.Contains(got, "depots customers_de 4 = 1+0+0+2+1, 2\n") {
		t.Error(got)
	}
}
