//go:build odoo

package e2e

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

const normalConfig = `version: 1
project: normal
sources:
  people: {file: people.csv, key: [No]}
  banks: {file: banks.csv, key: [No]}
targets:
  production: {url: "http://127.0.0.1:8069", database: odoo, user: admin, password: {env: ODOO_PASSWORD}}
thresholds: {first_pass: 50}
`

var normalFiles = map[string]string{
	"migrate.yaml": normalConfig,
	"people.csv":   "No,Name,Web,VAT,City,Country\n1,Anna,www.example.com/,BE 0477.472.701,Gent,BE\n2,Bert,https://b.example,,Brugge,BE\n3,Cleo,c.example?q=1,,Aalst,BE\n",
	"banks.csv":    "No,Account,Person\n1,BE71096123456769,1\n2,12-34,2\n",
	"mappings/people.yaml": `mapping: people
model: res.partner
from: people
id: p_{No}
fields: {name: Name, website: Web, vat: VAT, city: City, is_company: {value: true}, country_id: {from: Country, find: res.country.code}}
`,
	"mappings/banks.yaml": `mapping: banks
model: res.partner.bank
from: banks
id: b_{No}
fields: {acc_number: Account, partner_id: {from: Person, ref: people}}
`,
}

// Odoo stores websites, IBANs and VAT numbers in forms of its own: the first two are staged in them, the last is equal as
// declared. People's changes are told from damage, a rollback takes no normalisation for a change, and all of it loads again.
func TestVerifyTellsApart(t *testing.T) {
	s := fresh(t)
	c := s.rpc(t)
	modules, err := c.Search(t.Context(), "ir.module.module", []any{[]any{"name", "in", []any{"base_vat", "base_iban"}}, []any{"state", "!=", "installed"}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(modules) > 0 {
		if _, err := c.Method(t.Context(), "ir.module.module", "button_immediate_install", modules, nil); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	for name, text := range normalFiles {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f := bound(t, s, dir)
	st := migrate[pipeline.Stage](t, f, done, "stage")
	told := map[string]int64{}
	for _, x := range st.Findings {
		if x.Rule == "odoo.normalises" {
			told[x.Column] = x.Rows
		}
	}
	if told["website"] != 2 || told["acc_number"] != 1 || len(st.Normals) != 3 {
		t.Errorf("told before the load: %v, declared %q", told, st.Normals)
	}
	for range 2 {
		l := migrate[pipeline.Load](t, f, done, "cutover")
		var equal, normalised int64
		for _, m := range l.Verify.Mappings {
			equal, normalised = equal+m.Equal, normalised+m.Normalised
		}
		if equal != 4 || normalised != 1 || l.Verify.Window.From == "" || l.Verify.Window.Until < l.Verify.Window.From {
			t.Errorf("%d equal, %d normalised: %+v", equal, normalised, l.Verify)
		}
		for _, d := range l.Verify.Differences {
			if d.Rule != "res.partner.vat: vat" || d.Have != "BE0477472701" || d.At == "" || d.Source == "" {
				t.Errorf("%+v", d)
			}
		}
		if u := migrate[pipeline.Undo](t, f, done, "rollback"); !u.Proven() {
			t.Errorf("%+v", u)
		}
	}
	migrate[pipeline.Load](t, f, done, "cutover")
	s.expect(t, []check{{"websites as staged", "select string_agg(website, ' ' order by name) from res_partner where name in ('Anna', 'Bert', 'Cleo')",
		"http://www.example.com/ https://b.example http://c.example?q=1"}})
	time.Sleep(2 * time.Second) // people come later
	one := f.ledger(t)
	id := map[string]int64{}
	for _, e := range one {
		id[e.ExternalID] = e.DBID
	}
	if err := c.Write(t.Context(), "res.partner", []int64{id["normal.p_2"]}, map[string]any{"city": "Oostende"}); err != nil {
		t.Fatal(err)
	}
	v := migrate[pipeline.Verification](t, f, done, "verify")
	if v.Result.Mappings[1].Since != 1 || v.Result.Clean() || !v.Result.Sound() {
		t.Errorf("people's change: %+v", v.Result)
	}
	if _, err := s.sql.Exec(t.Context(), "update res_partner set city = 'Aalster' where id = $1", id["normal.p_3"]); err != nil {
		t.Fatal(err)
	}
	v = migrate[pipeline.Verification](t, f, mismatch, "verify")
	if m := v.Result.Mappings[1]; m.Since != 1 || m.Differs != 1 || m.Normalised != 1 || m.Equal != 0 {
		t.Errorf("behind Odoo's back: %+v", m)
	}
	if _, err := c.Load(t.Context(), "res.partner", []string{"id", "name"}, [][]string{{"normal.stray", "Stray"}}); err != nil {
		t.Fatal(err)
	}
	v = migrate[pipeline.Verification](t, f, mismatch, "verify", "--sample", "598", "--nonce", "4711")
	if v.Result.Extras != 1 || v.Result.Extra[0].ExternalID != "normal.stray" || v.Result.Sample.Size != 5 || v.Result.Sample.Level != 100 {
		t.Errorf("%+v", v.Result)
	}
}
