package pipeline_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/gate"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// put writes a file of the project.
func (w *world) put(file, text string) {
	w.t.Helper()
	path := filepath.Join(w.dir, file)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) read(file string) string {
	w.t.Helper()
	b, err := os.ReadFile(filepath.Join(w.dir, file))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(b)
}

// countries moves the value map of vendors into a file, and returns its lines.
func (w *world) countries() []string {
	w.t.Helper()
	text := w.read("mappings/vendors.yaml")
	from, to := strings.Index(text, "    # Every spelling"), strings.Index(text, "    else: reject")
	table := text[from:to]
	w.put("mappings/vendors.yaml", text[:from]+"    map: {file: maps/countries.csv, from: Legacy, to: Odoo}\n"+text[to:])
	var lines []string
	for _, m := range regexp.MustCompile(`"?([^",:{}\n]+?)"?: ([A-Z]{2})\b`).FindAllStringSubmatch(table[strings.Index(table, "{"):], -1) {
		lines = append(lines, strings.TrimSpace(m[1])+","+m[2])
	}
	if len(lines) < 30 {
		w.t.Fatalf("only %d countries: %q", len(lines), lines)
	}
	return lines
}

func (w *world) staged(o pipeline.StageOptions) *pipeline.Stage {
	w.t.Helper()
	s, err := w.Stage(w.t.Context(), o)
	var problems *pipeline.Problems
	if errors.As(err, &problems) {
		w.t.Fatal(problems.List)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// closedGate is the evidence of a gate that keeps a cutover from going on; "" where it is open.
func closedGate(t *testing.T, l *pipeline.Load, name string) string {
	t.Helper()
	i := slices.IndexFunc(l.Gates, func(g gate.Gate) bool { return g.Name == name })
	if i < 0 {
		t.Fatalf("there is no gate %q", name)
	}
	if l.Gates[i].Passed() {
		return ""
	}
	return l.Gates[i].Evidence
}

// The business fills in a value map: what is missing is listed, asked for, and keeps the cutover closed until somebody
// has confirmed it.
func TestValueMapIsFilledInAndConfirmed(t *testing.T) {
	w := newWorld(t)
	lines := w.countries()
	for i, line := range lines {
		if strings.HasPrefix(line, "Polen,") {
			lines[i] = "Polen,"
		}
	}
	w.put("maps/countries.csv", "Legacy,Odoo\n"+strings.Join(append(lines, "Holland,BE"), "\n")+"\n")
	o := pipeline.StageOptions{ValueMaps: filepath.Join(w.dir, "maps")}
	s := w.staged(o)
	if s.Clean() || len(s.ValueMaps) != 1 {
		t.Fatalf("value maps %+v", s.ValueMaps)
	}
	v := s.ValueMaps[0]
	if v.Map != "maps/countries.csv" || v.ConfirmedBy != "" || fmt.Sprint(v.Empty, v.Contradictory) != "[Polen] [Holland]" {
		t.Errorf("%+v", v)
	}
	var unknown []string
	for _, u := range v.Unknown {
		unknown = append(unknown, u.Value)
		// One finding a value, which counts the rows.
		var groups int
		for _, f := range s.Findings {
			if f.Rule == "map.value_unknown" && f.Raw == u.Value && f.Mapping == "vendors" {
				groups++
				if f.Rows != u.Rows {
					t.Errorf("%s: %d rows found, %d listed", u.Value, f.Rows, u.Rows)
				}
			}
		}
		if groups != 1 {
			t.Errorf("%s has %d groups of findings", u.Value, groups)
		}
	}
	if !slices.Contains(unknown, "Jugoslawien") {
		t.Errorf("unknown %v", unknown)
	}
	l, err := w.Cutover(t.Context(), open())
	want := `maps/countries.csv is not confirmed; maps/countries.csv has no value for "Polen"; maps/countries.csv has several values for "Holland"; maps/countries.csv does not know "Jugoslawien"`
	if !errors.Is(err, pipeline.ErrGates) || closedGate(t, l, "value maps") != want {
		t.Errorf("cutover: %v; gate %q", err, closedGate(t, l, "value maps"))
	}

	// The file that asks for values is filled in, and asked for again it keeps what it holds.
	todo := "maps/countries.todo.csv"
	if text := w.read(todo); !strings.HasPrefix(text, "\uFEFFLegacy,Odoo,rows,field,hint\n") || !strings.Contains(text, "\nJugoslawien,,1,vendors.country_id,") || !strings.Contains(text, "\nPolen,,") {
		t.Errorf("%s asks\n%s", todo, text)
	}
	w.sub(todo, "Jugoslawien,,", "Jugoslawien,RS,")
	w.staged(o)
	if text := w.read(todo); !strings.Contains(text, "Jugoslawien,RS,1,") || !strings.Contains(text, "\nPolen,,") {
		t.Errorf("%s holds\n%s", todo, text)
	}
	w.sub(todo, "Polen,,", "Polen,PL,")
	w.sub("maps/countries.csv", "Holland,BE\n", "")
	w.sub("mappings/vendors.yaml", "{file: maps/countries.csv, from: Legacy, to: Odoo}",
		`{file: [maps/countries.csv, maps/countries.todo.csv], from: Legacy, to: Odoo, confirmed: {by: "A. Owner", on: 2026-11-02}}`)
	s = w.staged(o)
	if v := s.ValueMaps[0]; len(v.Empty)+len(v.Contradictory)+len(v.Unknown) > 0 || v.ConfirmedBy != "A. Owner" || !s.Clean() {
		t.Errorf("filled in: %+v", v)
	}
	if !strings.Contains(w.read(".migrate/plan.json"), `"maps/countries.todo.csv": "`) {
		t.Error("the plan does not rest on the map's files")
	}

	// A file that changed after the plan was signed makes the plan stale.
	w.sub(todo, "Polen,PL,", "Polen,DE,")
	if l, err = w.Cutover(t.Context(), quick); !errors.Is(err, pipeline.ErrGates) || !strings.Contains(closedGate(t, l, "plan"), "file maps/countries.todo.csv") {
		t.Errorf("a map that changed: %v", err)
	}
	w.sub(todo, "Polen,DE,", "Polen,PL,")
	if l, err = w.Cutover(t.Context(), quick); err != nil || !l.Clean() {
		t.Errorf("cutover: %v", err)
	}
}

// A map that fields share is confirmed once; a person may open its gate with a reason.
func TestSharedValueMap(t *testing.T) {
	w := newWorld(t)
	lines := w.countries()
	w.put("maps/countries.csv", "Legacy,Odoo\n"+strings.Join(append(lines, "Jugoslawien,RS"), "\n")+"\n")
	w.sub("mappings/vendors.yaml", "{file: maps/countries.csv, from: Legacy, to: Odoo}", "countries")
	p, err := pipeline.Open(t.Context(), w.options(nil))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	var problems *pipeline.Problems
	if _, err := p.Stage(t.Context(), pipeline.StageOptions{}); !errors.As(err, &problems) || !strings.Contains(problems.List[0].String(), `there is no value map "countries"`) {
		t.Fatalf("a map nobody wrote: %v", err)
	}
	w.sub("migrate.yaml", "\ncontrols:", "\nmaps:\n  countries: {file: maps/countries.csv}\n\ncontrols:")
	if p, err = pipeline.Open(t.Context(), w.options(nil)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	s, err := p.Stage(t.Context(), pipeline.StageOptions{})
	if err != nil || len(s.ValueMaps) != 1 || s.ValueMaps[0].Map != "countries" || s.ValueMaps[0].ConfirmedBy != "" {
		t.Fatalf("value maps %+v, %v", s, err)
	}
	l, err := p.Cutover(t.Context(), quick)
	if !errors.Is(err, pipeline.ErrGates) || closedGate(t, l, "value maps") != "countries is not confirmed" {
		t.Fatalf("cutover: %v", err)
	}
	o := quick
	o.Overrides = []gate.Override{{Gate: "value maps", By: "A. Owner", Reason: "looked through on paper"}}
	if l, err = p.Cutover(t.Context(), o); err != nil || !l.Clean() {
		t.Errorf("cutover: %v", err)
	}
}

// A value the target does not have is one finding for all its rows, which says what was probably meant.
func TestFindingsAreGrouped(t *testing.T) {
	w := newWorld(t)
	w.sub("mappings/customers.yaml", "    else: reject\n", "    else: keep\n")
	w.sub("mappings/customers.yaml", "Germany: DE, GERMANY: DE,", "Germany: UK, GERMANY: UK,")
	w.sub("mappings/contacts.yaml", "from: CustomerNo, ref: customers", "from: ContactNo, ref: customers")
	w.without("order_lines.csv", "7000002;")
	s := w.staged(pipeline.StageOptions{})
	groups := map[string][]record.Finding{}
	for _, f := range s.Findings {
		groups[f.Rule+" "+f.Mapping] = append(groups[f.Rule+" "+f.Mapping], f)
	}
	unknown := groups["validate.lookup customers"]
	if len(unknown) != 1 || unknown[0].Rows != 18 || unknown[0].Message != `the target has no res.country with code "UK"` || unknown[0].Raw != "UK" ||
		unknown[0].Hint != `did you mean "GB" (United Kingdom)? mend the right side of the value map` {
		t.Errorf("lookups %+v", unknown)
	}
	for _, name := range []string{"validate.reference contacts", "validate.parent_rejected orders"} {
		if g := groups[name]; len(g) != 1 || g[0].Rows < 10 || strings.Contains(g[0].Message, "ardent.") {
			t.Errorf("%s: %+v", name, g)
		}
	}
}

// A record whose row is gone from the source, but which an earlier run loaded, may still be referred to.
func TestReferencesToEarlierRuns(t *testing.T) {
	w := newWorld(t)
	w.sub("mappings/customers.yaml", "deletes: archive", "deletes: ignore")
	w.stage()
	if _, err := w.Cutover(t.Context(), quick); err != nil {
		t.Fatal(err)
	}
	w.without("customers.csv", "10001;")
	l, err := w.Delta(t.Context(), open())
	if err != nil || l.Records["orders"][run.Unchanged] != 90 {
		t.Errorf("delta: %v, %v", err, l.Records["orders"])
	}
}

const categories = `fields:
  category_id: {from: '= src.Status == "A" ? "Key account; Trade" : "Blocked;trade"', split: ";", find: res.partner.category.name, match_case: false, missing: create}
`

// What a lookup does not find is created once, under an external id of ours, and goes again with the rollback.
func TestMissingRecordsAreCreated(t *testing.T) {
	w := newWorld(t)
	w.sub("mappings/customers.yaml", "fields:\n", categories)
	c, err := w.Connect(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Create(t.Context(), "res.partner.category", []map[string]any{{"name": "TRADE", "active": false}}); err != nil {
		t.Fatal(err)
	}
	const implicit = "new_res_partner_category_by_name"
	for round := range 2 {
		w.stage()
		first := w.read(".migrate/plan.json")
		l, err := w.Cutover(t.Context(), quick)
		if err != nil || !l.Clean() || !l.Complete() {
			t.Fatalf("round %d: %v", round, err)
		}
		if l.Records[implicit][run.Created] != 2 || l.Produced[implicit] != 2 {
			t.Errorf("round %d: created %v", round, l.Records[implicit])
		}
		if got := tags(t, c, "10001"); got != "Key account, TRADE" {
			t.Errorf("10001 has %s", got)
		}
		w.stage()
		if again := w.read(".migrate/plan.json"); again != first {
			t.Errorf("round %d: what was created makes another plan\n%s\nthan before\n%s", round, again, first)
		}
		if l, err = w.Delta(t.Context(), quick); err != nil || !l.Clean() || l.Records[implicit][run.Unchanged] != 2 || l.Records["customers"][run.Unchanged] != 127 {
			t.Errorf("round %d: an idle delta: %v, %v", round, err, l.Records)
		}
		if u, err := w.Rollback(t.Context(), pipeline.UndoOptions{}); err != nil || !u.Proven() {
			t.Fatalf("round %d: rollback: %v", round, err)
		}
		if got := strings.Join(names(t, c, "res.partner.category"), ", "); got != "TRADE" {
			t.Errorf("round %d: after the rollback there is %s", round, got)
		}
	}
}

// A delta that takes a link away takes that link away, whatever the order of the others, and a rollback brings it back.
func TestLinksAreSets(t *testing.T) {
	w := newWorld(t)
	w.sub("mappings/customers.yaml", "fields:\n", strings.Replace(categories, "Key account; Trade", "Key account; Trade;Wholesale", 1))
	w.stage()
	c, err := w.Connect(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if l, err := w.Cutover(t.Context(), quick); err != nil || !l.Clean() {
		t.Fatalf("cutover: %v", err)
	}
	w.sub("mappings/customers.yaml", "Key account; Trade;Wholesale", "Wholesale;Key account;wholesale;;Trade")
	if l, err := w.Delta(t.Context(), quick); err != nil || !l.Clean() || l.Records["customers"][run.Unchanged] != 127 {
		t.Fatalf("another order: %v, %v", err, l.Records["customers"])
	}
	w.sub("mappings/customers.yaml", "Wholesale;Key account;wholesale;;Trade", "Wholesale")
	l, err := w.Delta(t.Context(), quick)
	if err != nil || !l.Clean() || l.Records["customers"][run.Updated] == 0 {
		t.Fatalf("two less: %v, %v", err, l.Records["customers"])
	}
	if got := tags(t, c, "10001"); got != "Wholesale" {
		t.Errorf("10001 has %s", got)
	}
	if u, err := w.Rollback(t.Context(), pipeline.UndoOptions{}); err != nil || !u.Proven() {
		t.Fatalf("rollback: %v", err)
	}
	if got := tags(t, c, "10001"); got != "Key account, Trade, Wholesale" {
		t.Errorf("after the rollback 10001 has %s", got)
	}
}

// tags are the names of a customer's categories.
func tags(t *testing.T, c *pipeline.Target, ref string) string {
	t.Helper()
	rows, err := c.SearchRead(t.Context(), "res.partner", []any{[]any{"ref", "=", ref}, []any{"customer_rank", ">", 0}}, []string{"category_id"}, 0)
	if err != nil || len(rows) != 1 {
		t.Fatalf("customer %s: %d, %v", ref, len(rows), err)
	}
	var out []string
	all, err := c.SearchRead(t.Context(), "res.partner.category", []any{[]any{"id", "in", rows[0]["category_id"]}}, []string{"name"}, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range all {
		out = append(out, fmt.Sprint(row["name"]))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func names(t *testing.T, c *pipeline.Target, model string) []string {
	t.Helper()
	rows, err := c.SearchRead(t.Context(), model, nil, []string{"name"}, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, row := range rows {
		out = append(out, fmt.Sprint(row["name"]))
	}
	slices.Sort(out)
	return out
}

// What a mapping says about records it does not find is done: left empty, given a default, rejected.
func TestMissingPolicies(t *testing.T) {
	for policy, want := range map[string]struct {
		used    int64
		country string
		finding string
	}{
		"missing: reject":               {0, "", "error"},
		"missing: null":                 {127, "false", "note"},
		"missing: warn":                 {127, "false", "warning"},
		"missing: default, default: AT": {127, "AT", "note"},
	} {
		w := newWorld(t)
		text := w.read("mappings/customers.yaml")
		from, to := strings.Index(text, "  country_id:"), strings.Index(text, "  phone:")
		// 25 customers are in "Deutschland", which no code is; one of these rows is there twice.
		w.put("mappings/customers.yaml", text[:from]+`  country_id: {from: '= src.Country == "Deutschland" ? "Deutschland" : "FR"', find: res.country.code, `+policy+"}\n"+text[to:])
		s := w.staged(pipeline.StageOptions{})
		i := slices.IndexFunc(s.Rows, func(r pipeline.Rows) bool { return r.Mapping == "customers" })
		if got := s.Rows[i]; policy != "missing: reject" && got.Used != want.used || policy == "missing: reject" && got.Rejected != 24 || len(s.Unbalanced) > 0 {
			t.Errorf("%s: %+v, %v", policy, got, s.Unbalanced)
		}
		var found []string
		for _, f := range s.Findings {
			if (f.Rule == "map.lookup_missing" || f.Rule == "validate.lookup") && f.Mapping == "customers" {
				found = append(found, fmt.Sprint(f.Severity, " ", f.Rows))
			}
		}
		hit := " 25]"
		if policy == "missing: reject" {
			hit = " 24]" // the repetition is merged first
		}
		if fmt.Sprint(found) != "["+want.finding+hit {
			t.Errorf("%s: findings %v", policy, found)
		}
		if policy == "missing: reject" {
			continue
		}
		if l, err := w.Cutover(t.Context(), open()); err != nil || !l.Verify.Clean() {
			t.Fatalf("%s: %v", policy, err)
		}
		c, err := w.Connect(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		rows, err := c.SearchRead(t.Context(), "res.partner", []any{[]any{"ref", "=", "10001"}, []any{"customer_rank", ">", 0}}, []string{"country_id"}, 0)
		if err != nil || len(rows) != 1 {
			t.Fatal(rows, err)
		}
		got := fmt.Sprint(rows[0]["country_id"])
		if want.country == "AT" {
			at, err := c.SearchRead(t.Context(), "res.country", []any{[]any{"code", "=", "AT"}}, []string{"id"}, 0)
			if err != nil || len(at) != 1 || got != fmt.Sprint(at[0]["id"]) {
				t.Errorf("%s: country %s, %v", policy, got, at)
			}
		} else if got != want.country {
			t.Errorf("%s: country %s", policy, got)
		}
	}
}

// A run that is killed when what it created is in Odoo but not in the ledger can be resumed: the plan stays what it was.
func TestKilledCreationIsResumed(t *testing.T) {
	w := newWorld(t)
	w.sub("mappings/customers.yaml", "fields:\n", categories)
	w.stage()
	if _, err := w.Cutover(t.Context(), quick); err != nil {
		t.Fatal(err)
	}
	const implicit = "new_res_partner_category_by_name"
	w.exec(`update {s}.intents i set state = 'intended', settled_at = null, changes = (select json_agg(json_build_object(
		'run_id', c.run_id, 'wave', c.wave, 'mapping', c.mapping, 'model', c.model, 'external_id', c.external_id, 'action', c.action,
		'undo', c.undo, 'after', c.after)) from {s}.changes c where c.intent_id = i.id) where mapping = '` + implicit + `'`)
	for _, table := range []string{"changes", "ledger", "outcomes"} {
		w.exec(`delete from {s}.` + table + ` where mapping = '` + implicit + `'`)
	}
	w.exec(`update {s}.runs set state = 'running' where kind = 'cutover'`)
	o := quick
	o.Resume = true
	l, err := w.Cutover(t.Context(), o)
	if err != nil || !l.Clean() || !l.Complete() || l.Records[implicit][run.Created] != 3 {
		t.Fatalf("resume: %v, %v", err, l.Records[implicit])
	}
	if u, err := w.Rollback(t.Context(), pipeline.UndoOptions{}); err != nil || !u.Proven() {
		t.Errorf("rollback: %v", err)
	}
	if n := w.double.Count("res.partner.category"); n != 0 {
		t.Errorf("%d categories are left", n)
	}
}

// A record is adopted by a key over a many2one, whichever way the rows name it, also from the archive; what fits several
// is a finding that names them.
func TestAdoptionByKeysOverLinks(t *testing.T) {
	w := newWorld(t)
	w.sub("mappings/customers.yaml", "id: cust_{CustomerNo}\n", "id: cust_{CustomerNo}\nmatch: [{ref, country_id}]\n")
	w.sub("mappings/customers.yaml", "    find: res.country.code\n", "    find: [res.country.code, res.country.name]\n")
	w.sub("mappings/customers.yaml", "D: DE,", "D: Germany,")
	c, err := w.Connect(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	de, err := c.Search(t.Context(), "res.country", []any{[]any{"code", "=", "DE"}}, 0)
	if err != nil || len(de) != 1 {
		t.Fatal(de, err)
	}
	fr, err := c.Search(t.Context(), "res.country", []any{[]any{"code", "=", "FR"}}, 0)
	if err != nil || len(fr) != 1 {
		t.Fatal(fr, err)
	}
	// 10001 is in Deutschland (DE), 10002 in D (Germany), 10004 in GERMANY (DE).
	ids, err := c.Create(t.Context(), "res.partner", []map[string]any{
		{"name": "a", "ref": "10001", "country_id": de[0]}, {"name": "b", "ref": "10002", "country_id": de[0], "active": false},
		{"name": "Twin A", "ref": "10004", "country_id": de[0]}, {"name": "Twin B", "ref": "10004", "country_id": de[0]},
		{"name": "elsewhere", "ref": "10003", "country_id": fr[0]},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.stage()
	l, err := w.Cutover(t.Context(), open())
	if err != nil || !l.Verify.Clean() {
		t.Fatalf("cutover: %v", err)
	}
	there, err := c.XMLIDs(t.Context(), "ardent", []string{"cust_10001", "cust_10002", "cust_10003", "cust_10004"})
	if err != nil || there["cust_10001"].ResID != ids[0] || there["cust_10002"].ResID != ids[1] || there["cust_10003"].ResID == ids[4] || len(there) != 3 {
		t.Errorf("external ids %v of %v, %v", there, ids, err)
	}
	if i := slices.IndexFunc(l.Findings, func(f record.Finding) bool { return f.Rule == "match.ambiguous" }); i < 0 ||
		l.Findings[i].Hint != fmt.Sprintf("it fits Twin A (id %d), Twin B (id %d): archive or merge the others in Odoo, or match by another key", ids[2], ids[3]) {
		t.Errorf("ambiguous: %+v", l.Findings)
	}
	if u, err := w.Rollback(t.Context(), pipeline.UndoOptions{}); err != nil || !u.Proven() {
		t.Fatalf("rollback: %v", err)
	}
	rows, err := c.Read(t.Context(), "res.partner", ids, []string{"name", "active"})
	if err != nil || len(rows) != 5 || rows[1]["name"] != "b" || rows[1]["active"] != false {
		t.Errorf("after the rollback %v, %v", rows, err)
	}
}

// Keys that differ by letter case only make two records, and a warning that names the row of the other one.
func TestIDsThatDifferByCase(t *testing.T) {
	w := newWorld(t)
	w.put("exports/contacts.csv", w.read("exports/contacts.csv")+"c-77;10001;P;Ada;Holm;;;;;;;\nC-77;10001;P;Ada;Holm;;;;;;;\nC-78;10001;P;Bo;Lund;;;;;;;\n")
	var found []record.Finding
	for _, f := range w.staged(pipeline.StageOptions{}).Findings {
		if f.Rule == "validate.id_case" {
			found = append(found, f)
		}
	}
	if len(found) != 1 || found[0].Mapping != "contacts" || found[0].Severity != record.Warning || found[0].Record != "ardent.contact_C-2d77" || found[0].Raw != "row 174" {
		t.Errorf("%+v", found)
	}
}
