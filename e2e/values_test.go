//go:build odoo

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

const valuesConfig = `version: 1
project: lookups
sources:
  people: {file: people.csv, key: [No]}
targets:
  production: {url: "http://127.0.0.1:8069", database: odoo, user: admin, password: {env: ODOO_PASSWORD}}
maps:
  titles: {file: maps/titles.csv, confirmed: {by: "A. Owner", on: 2026-11-02}}
thresholds: {first_pass: 50}
`

// valuesMapping finds records in every way there is. The archived partner of number 2 is adopted by a key over a many2one.
const valuesMapping = `mapping: people
model: res.partner
from: people
id: p_{No}
match: [{ref, country_id}]
fields:
  name: Name
  ref: No
  country_id: {from: Country, find: [res.country.code, res.country.name]}
  state_id: {from: State, find: res.country.state.code, within: country_id, missing: null}
  user_id: {from: Seller, find: res.users.partner_id.ref, missing: warn}
  company_id: {from: Company, find: res.company.id}
  category_id: {from: Tags, split: ";", find: res.partner.category.name, match_case: false, missing: create}
  comment: {from: Title, map: titles}
deletes: ignore
`

const valuesGerman = `mapping: germans
model: res.partner
from: people
id: g_{No}
fields:
  name: Name
  country_id: {from: German, find: res.country.name, lang: de_DE, match_case: false, missing: default, default: Schweiz}
ignore: {Country: "", State: "", Seller: "", Company: "", Tags: "", Title: ""}
`

// lookups makes the project in a database that has what it looks up, and what it must not take for it.
func lookups(t *testing.T, s *server) *folder {
	t.Helper()
	c := s.rpc(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	create := func(model string, values map[string]any) int64 {
		t.Helper()
		ids, err := c.Create(t.Context(), model, []map[string]any{values})
		must(err)
		return ids[0]
	}
	country := func(code string) int64 { return onlyID(t, c, "res.country", "code", code) }
	must(c.Write(t.Context(), "res.lang", []int64{onlyID(t, c, "res.lang", "code", "de_DE")}, map[string]any{"active": true}))
	for code, name := range map[string]string{"DE": "Deutschland", "CH": "Schweiz"} {
		_, err := c.Call(t.Context(), "res.country", "write", []any{[]int64{country(code)}, map[string]any{"name": name}}, map[string]any{"context": map[string]any{"lang": "de_DE"}})
		must(err)
	}
	must(c.Write(t.Context(), "res.partner", []int64{onlyID(t, c, "res.users", "login", s.user, "partner_id")}, map[string]any{"ref": "SELLER-1"}))
	create("res.partner", map[string]any{"name": "Archived", "ref": "2", "country_id": country("FR"), "active": false})
	create("res.partner", map[string]any{"name": "Elsewhere", "ref": "1", "country_id": country("FR")})
	for _, name := range []string{"Twin A", "Twin B"} {
		create("res.partner", map[string]any{"name": name, "ref": "3", "country_id": country("IT")})
	}
	create("res.partner.category", map[string]any{"name": "50%_Off"})
	create("res.partner.category", map[string]any{"name": "50xxOff"})
	dir := filepath.Join(t.TempDir(), "lookups")
	must(os.MkdirAll(filepath.Join(dir, "mappings"), 0o755))
	for file, text := range map[string]string{
		"migrate.yaml": valuesConfig, "mappings/people.yaml": valuesMapping, "mappings/germans.yaml": valuesGerman, "maps/titles.csv": "Legacy,Odoo\nDr,<p>Doctor</p>\nnone,null\n",
		"people.csv": "No,Name,Country,State,Seller,Company,Tags,Title,German\n" +
			"1,Ada,US,CA,SELLER-1,1,Gold;trade,Dr,deutschland\n" +
			"2,Bob,France,,SELLER-9,1,TRADE;gold;Gold,none,Frankreich\n" +
			"3,Cid,Italy,,,1,50%_off,,DEUTSCHLAND\n" +
			"4,Dee,United States,XX,SELLER-1,1,,Dr,Deutschland\n" +
			"5,Eve,Atlantis,,,1,Silver,,\n",
	} {
		must(os.MkdirAll(filepath.Dir(filepath.Join(dir, file)), 0o755))
		must(os.WriteFile(filepath.Join(dir, file), []byte(strings.ReplaceAll(text, `: ""`, `: "in the other mapping"`)), 0o644))
	}
	return bound(t, s, dir)
}

// onlyID finds the one record of a key, or what its field holds.
func onlyID(t *testing.T, c *odoo.Client, model, field, key string, of ...string) int64 {
	t.Helper()
	rows, err := c.SearchRead(t.Context(), model, []any{[]any{field, "=", key}}, append([]string{"id"}, of...), 0)
	if err != nil || len(rows) != 1 {
		t.Fatalf("%s %s %s: %d records, %v", model, field, key, len(rows), err)
	}
	var id int64
	if _, err := fmt.Sscan(fmt.Sprint(rows[0][append([]string{"id"}, of...)[len(of)]]), &id); err != nil {
		t.Fatal(err)
	}
	return id
}

// Records are found in every way, created where there are none, adopted from the archive; a delta takes a link away; and
// the rollback leaves the database as it was.
func TestLookupsAndLinks(t *testing.T) {
	s := fresh(t)
	f := lookups(t, s)
	before := s.fingerprint(t)
	st := migrate[pipeline.Stage](t, f, done, "stage")
	for _, want := range []string{
		`people country_id error 1: the target has no res.country with code or name "Atlantis"`,
		`people State note 1: the target has no res.country.state with code "XX" within country_id res.country[code|name=United States]: state_id is left empty`,
		`people Seller warning 1: the target has no res.users with partner_id.ref "SELLER-9": user_id is left empty`,
		`germans German note 1: the target has no res.country with name "Frankreich" in de_DE: country_id gets its default`,
	} {
		if !slices.ContainsFunc(st.Findings, func(g record.Finding) bool {
			return fmt.Sprintf("%s %s %s %d: %s", g.Mapping, g.Column, g.Severity, g.Rows, g.Message) == want
		}) {
			t.Errorf("nobody says %s in\n%+v", want, st.Findings)
		}
	}
	for round := range 2 {
		l := migrate[pipeline.Load](t, f, done, "cutover")
		if l.Verify == nil || !l.Verify.Clean() || len(l.Balance) > 0 {
			t.Fatalf("round %d: %+v %v", round, l.Verify, l.Balance)
		}
		if got := fmt.Sprint(l.Records["people"], l.Records["new_res_partner_category_by_name"], l.Records["germans"]); got !=
			fmt.Sprint(map[string]int64{run.Created: 2, run.Updated: 1, run.Rejected: 1}, map[string]int64{run.Created: 3}, map[string]int64{run.Created: 5}) {
			t.Errorf("round %d: %s", round, got)
		}
		ambiguous := slices.IndexFunc(l.Findings, func(g record.Finding) bool { return g.Rule == "match.ambiguous" })
		if ambiguous < 0 || !strings.Contains(l.Findings[ambiguous].Hint, "it fits Twin A (id ") {
			t.Errorf("round %d: ambiguous %+v", round, l.Findings)
		}
		s.expect(t, []check{
			{"the one found by its name is in the same country", "select string_agg(p.name, ' ' order by p.name) from res_partner p join res_country c on c.id = p.country_id join ir_model_data d on d.res_id = p.id and d.model = 'res.partner' where d.module = 'lookups' and d.name like 'p%' and c.code = 'US'", "Ada Dee"},
			{"the archived partner is adopted, and still archived", "select name || ' ' || active from res_partner where ref = '2' and exists (select from ir_model_data d where d.model = 'res.partner' and d.res_id = res_partner.id and d.module = 'lookups')", "Bob false"},
			{"the partner elsewhere is not", "select name from res_partner where ref = '1' and country_id = (select id from res_country where code = 'FR')", "Elsewhere"},
			{"tags of Ada", tagsOf("1", "Ada"), "Gold TRADE"},
			{"tags of Bob, who names one twice", tagsOf("2", "Bob"), "Gold TRADE"},
			{"Germans and others", "select string_agg(p.name, ' ' order by p.name) from res_partner p join res_country c on c.id = p.country_id join ir_model_data d on d.res_id = p.id and d.model = 'res.partner' where d.module = 'lookups' and d.name like 'g%' and c.code = 'DE'", "Ada Cid Dee"},
			{"no country is given to whom none is named", "select count(*) from res_partner p join ir_model_data d on d.res_id = p.id and d.model = 'res.partner' where d.name = 'g_5' and p.country_id is not null", "1"},
		})
		edit(t, f, "people.csv", "Gold;trade", "TRADE")
		edit(t, f, "people.csv", "TRADE;gold;Gold", "")
		d := migrate[pipeline.Load](t, f, done, "delta")
		if !d.Verify.Clean() || d.Records["people"][run.Updated] != 2 || d.Records["new_res_partner_category_by_name"][run.Unchanged] != 3 {
			t.Errorf("round %d: delta %+v", round, d.Records)
		}
		s.expect(t, []check{{"tags of Ada after the delta", tagsOf("1", "Ada"), "TRADE"}, {"tags of Bob after the delta", tagsOf("2", "Bob"), ""}})
		edit(t, f, "people.csv", "TRADE", "Gold;trade")
		edit(t, f, "people.csv", "SELLER-9,1,,", "SELLER-9,1,TRADE;gold;Gold,")
		for range 2 {
			if u := migrate[pipeline.Undo](t, f, done, "rollback"); !u.Proven() {
				t.Errorf("round %d: rollback %+v", round, u.Result)
			}
		}
		s.sameAs(t, "after the rollback", before)
	}
}

func tagsOf(ref, name string) string {
	return "select coalesce(string_agg(c.name->>'en_US', ' ' order by c.name->>'en_US'), '') from res_partner p join res_partner_res_partner_category_rel r on r.partner_id = p.id " +
		"join res_partner_category c on c.id = r.category_id where p.ref = '" + ref + "' and p.name = '" + name + "'"
}

func edit(t *testing.T, f *folder, file, old, now string) {
	t.Helper()
	path := filepath.Join(f.dir, file)
	b, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(b), old) {
		t.Fatalf("%s has no %q: %v", file, old, err)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(b), old, now, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
}
