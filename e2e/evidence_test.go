//go:build odoo

package e2e

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/evidence"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// The demo company is loaded, and its evidence checked by the script that an auditor has. Then a thousand fields are
// changed behind everybody's back, by SQL: every one of them is found, no other is, and the bundle says the same.
func TestEvidence(t *testing.T) {
	s := fresh(t)
	f := demoCompany(t, s)
	migrate[pipeline.Stage](t, f, done, "stage")
	migrate[pipeline.Load](t, f, done, "cutover")
	good := migrate[pipeline.Bundle](t, f, done, "report", "--out", "good.zip", "--salts", "salts.csv")
	for _, m := range good.Manifest.Records {
		if m.Equal == 0 || m.Differs+m.Missing > 0 {
			t.Errorf("%s: %+v", m.Model, m)
		}
	}
	if good.Manifest.MeantRoot != good.Manifest.OdooRoot {
		t.Error("the roots differ, and nothing else does")
	}
	f.audited(t, "good.zip", "--root", good.Root, "--salts", "salts.csv", "--sources", ".")
	for i, m := range good.Manifest.Records {
		entry := firstOf(t, f, m.Model)
		proof := fmt.Sprintf("proof%d.json", i)
		p := migrate[evidence.Proof](t, f, done, "prove", entry.ExternalID, "--out", proof)
		if p.Class != "equal" || len(p.Trees) != 2 || p.Lineage == nil || len(p.Lineage.Cells) == 0 {
			t.Errorf("%s: %+v", entry.ExternalID, p)
		}
		f.audited(t, "good.zip", "--proof", proof)
		migrate[evidence.Verdict](t, f, done, "verify-evidence", "good.zip", "--proof", proof)
	}

	f.vouched(t)
	changed := f.changeBehind(t, 1000)
	migrate[pipeline.Verification](t, f, mismatch, "verify")
	migrate[pipeline.Bundle](t, f, done, "report", "--out", "bad.zip", "--salts", "salts2.csv")
	f.audited(t, "bad.zip", "--salts", "salts2.csv")
	if out, err := exec.Command("python3", "-m", "zipfile", "-e", filepath.Join(f.dir, "bad.zip"), filepath.Join(f.dir, "bad")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var found []string
	for _, row := range csvRows(t, filepath.Join(f.dir, "bad", "differences.csv"), ',') {
		found = append(found, row["external_id"]+" "+row["field"])
	}
	missed, alarms := without(changed, found), without(found, changed)
	t.Logf("%d fields changed, %d found", len(changed), len(found))
	if len(changed) != 1000 || len(missed) > 0 || len(alarms) > 0 {
		t.Errorf("%d fields were changed; not found: %q; false alarms: %q", len(changed), missed, alarms)
	}
}

// vouched lets somebody tick a draw of both directions, each item of which is there, and holds the evidence of it.
func (f *folder) vouched(t *testing.T) {
	t.Helper()
	drawn := migrate[pipeline.Vouch](t, f, done, "vouch", "--nonce", "e2e", "--out", "tick.csv")
	path := filepath.Join(f.dir, "tick.csv")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	filled := 0
	for _, row := range rows[1:] {
		if row[10] = "yes"; row[2] == "odoo" && (row[4] == "" && row[8] != "" || row[9] == "(not in Odoo)" || row[9] == "(not loaded)") {
			t.Errorf("%q", row)
		}
		if row[7] != "" && row[9] != "" {
			filled++
		}
	}
	if len(drawn.Items) < 50 || filled < 100 || len(drawn.Amounts) == 0 {
		t.Errorf("%d items, %d cells beside a field, by value %v", len(drawn.Items), filled, drawn.Amounts)
	}
	var ticked bytes.Buffer
	if err := csv.NewWriter(&ticked).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, ticked.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if v := migrate[pipeline.Vouched](t, f, done, "vouch", "--read", "tick.csv", "--by", "A. Auditor"); v.Passed != len(drawn.Items) {
		t.Errorf("%+v", v)
	}
	migrate[pipeline.Bundle](t, f, done, "report", "--out", "vouched.zip")
	f.audited(t, "vouched.zip")
}

func without(a, b []string) []string {
	have := map[string]bool{}
	for _, x := range b {
		have[x] = true
	}
	return slices.DeleteFunc(slices.Clone(a), func(x string) bool { return have[x] })
}

// audited runs the auditor's script on a bundle, which must hold.
func (f *folder) audited(t *testing.T, bundle string, args ...string) {
	t.Helper()
	script, err := filepath.Abs(root + "/docs/verify_evidence.py")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("python3", append([]string{script, bundle}, args...)...)
	cmd.Dir = f.dir
	if out, err := cmd.CombinedOutput(); err != nil || !strings.HasSuffix(string(out), "PASSED\n") {
		t.Errorf("%s %q: %v\n%s", bundle, args, err, out)
	}
}

func firstOf(t *testing.T, f *folder, model string) run.Entry {
	t.Helper()
	for _, e := range f.ledger(t) {
		if e.Model == model && e.State == run.Active {
			return e
		}
	}
	t.Fatalf("the ledger has no %s", model)
	return run.Entry{}
}

// ledger is what was loaded into the one target there is.
func (f *folder) ledger(t *testing.T) []run.Entry {
	t.Helper()
	p := f.opened(t)
	var out []run.Entry
	for e, err := range p.Store.Entries(t.Context(), 1, "") {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	return out
}

// spared are fields whose change shows in other records or fields, or hides the record: none is a single-field change.
var spared = []string{"active", "company_id", "parent_id", "product_tmpl_id", "customer_rank", "supplier_rank", "state", "type", "is_storable", "order_id", "move_id", "currency_id", "display_type"}

// changeBehind changes n fields of loaded records, each in the table of its model, and returns which: "external id field".
func (f *folder) changeBehind(t *testing.T, n int) []string {
	t.Helper()
	type cell struct {
		entry run.Entry
		field string
		value record.Value
	}
	var cells []cell
	for _, e := range f.ledger(t) {
		values, err := record.DecodeValues(e.Values)
		if err != nil || e.State != run.Active {
			continue
		}
		for field, v := range values {
			if !v.IsNull() && v.Text() != "" && !slices.Contains(spared, field) && !strings.ContainsAny(field, "@#") {
				cells = append(cells, cell{e, field, v})
			}
		}
	}
	slices.SortFunc(cells, func(a, b cell) int {
		return strings.Compare(a.entry.ExternalID+" "+a.field, b.entry.ExternalID+" "+b.field)
	})
	r := rand.New(rand.NewPCG(8, 1000))
	r.Shuffle(len(cells), func(i, j int) { cells[i], cells[j] = cells[j], cells[i] })
	var out []string
	kinds, swapped := map[string]int{}, map[string]bool{}
	waiting := map[string]cell{} // by table and column: one whose value is to change places with another's
	for _, c := range cells {
		if len(out) == n {
			break
		}
		table := strings.ReplaceAll(c.entry.Model, ".", "_")
		if kind := f.server.columnType(t, table, c.field); len(swapped) < n/20 && len(out)+2 <= n && (kind == "character varying" || kind == "double precision") {
			key := table + "." + c.field
			if other, ok := waiting[key]; ok && other.value.Text() != c.value.Text() && other.entry.DBID != c.entry.DBID {
				delete(waiting, key)
				tag, err := f.server.sql.Exec(t.Context(), fmt.Sprintf(`update %[1]s a set %[2]q = b.%[2]q from %[1]s b where a.id in ($1, $2) and b.id in ($1, $2) and a.id <> b.id`, table, c.field),
					c.entry.DBID, other.entry.DBID)
				if err == nil && tag.RowsAffected() == 2 {
					for _, one := range []cell{c, other} {
						swapped[one.entry.ExternalID+" "+one.field] = true
						out = append(out, one.entry.ExternalID+" "+one.field)
					}
					kinds["changed places"] += 2
				}
				continue
			} else if !ok && r.IntN(4) == 0 {
				waiting[key] = c
				continue
			}
		}
		how, set := mutation(r, f.server.columnType(t, table, c.field), c.field, c.value)
		if set == "" {
			continue
		}
		tag, err := f.server.sql.Exec(t.Context(), fmt.Sprintf("update %s set %s where id = $1", table, set), c.entry.DBID)
		if err != nil || tag.RowsAffected() != 1 {
			continue // a constraint holds what it holds
		}
		kinds[how]++
		out = append(out, c.entry.ExternalID+" "+c.field)
	}
	t.Logf("of %d fields: %v", len(cells), kinds)
	if len(kinds) < 10 || kinds["a lost zero"] == 0 || kinds["changed places"] == 0 {
		t.Errorf("too few kinds of changes: %v", kinds)
	}
	return out
}

// columnType is the type of a table's column, "" where the field is kept elsewhere.
func (s *server) columnType(t *testing.T, table, column string) string {
	t.Helper()
	return s.value(t, "select coalesce((select data_type from information_schema.columns where table_schema = 'public' and table_name = $1 and column_name = $2), '')", table, column)
}

// mutation is a change of one field: what it is called, and what SQL sets. "" where the column is of no type it knows.
func mutation(r *rand.Rand, kind, column string, v record.Value) (how, set string) {
	q := `"` + column + `"`
	switch kind {
	case "character varying", "text":
		if v.Kind() != record.Text {
			return "", ""
		}
		how, to := changedText(r, v.Text())
		return how, q + " = '" + strings.ReplaceAll(to, "'", "''") + "'"
	case "jsonb":
		if v.Kind() != record.Text {
			return "", ""
		}
		how, to := changedText(r, v.Text())
		return "translated " + how, q + " = jsonb_set(" + q + ", '{en_US}', to_jsonb('" + strings.ReplaceAll(to, "'", "''") + "'::text))"
	case "double precision", "numeric":
		return "a cent off", q + " = " + q + " + 0.01"
	case "date":
		return "a day later", q + " = " + q + " + 1"
	case "timestamp without time zone":
		return "an hour later", q + " = " + q + " + interval '1 hour'"
	case "boolean":
		return "the opposite", q + " = not " + q
	case "integer":
		if v.Kind() == record.Link {
			table := map[string]string{"country_id": "res_country", "categ_id": "product_category", "uom_id": "uom_uom", "partner_id": "res_partner", "product_id": "product_product",
				"state_id": "res_country_state", "property_payment_term_id": "account_payment_term", "payment_term_id": "account_payment_term", "account_id": "account_account"}[column]
			if table == "" {
				return "", ""
			}
			return "another record", q + " = (select id from " + table + " where id <> " + q + " order by id limit 1)"
		}
		return "one more", q + " = " + q + " + 1"
	}
	return "", ""
}

// changedText is a text that is easily taken for the one it was made of.
func changedText(r *rand.Rand, text string) (how, to string) {
	switch r.IntN(4) {
	case 0:
		return "a space behind", text + " "
	case 1:
		if i := strings.IndexByte(text, '0'); i >= 0 {
			return "a lost zero", text[:i] + text[i+1:]
		}
	case 2:
		runes := []rune(text)
		for i, c := range runes {
			if unicode.IsLetter(c) && unicode.ToUpper(c) != c {
				runes[i] = unicode.ToUpper(c)
				return "a capital", string(runes)
			}
		}
	}
	return "a letter more", text + "s"
}
