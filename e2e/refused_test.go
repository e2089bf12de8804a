//go:build odoo

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/record"
)

const refusedConfig = `version: 1
project: refused
sources:
  people: {file: people.csv, key: [No]}
  items: {file: items.csv, key: [No]}
  accounts: {file: accounts.csv, key: [No]}
  banks: {file: banks.csv, key: [No]}
  journals: {file: journals.csv, key: [No]}
  entries: {file: entries.csv, key: [No]}
  lines: {file: lines.csv, key: [No]}
targets:
  production: {url: "http://127.0.0.1:8069", database: odoo, user: admin, password: {env: ODOO_PASSWORD}}
thresholds: {first_pass: 1}
`

// refusedMappings load what the files hold; Odoo's own constraints decide about each row.
var refusedMappings = map[string]string{
	"people.yaml": `mapping: people
model: res.partner
from: people
id: p_{No}
match: [ref]
fields: {name: Name, ref: Ref, barcode: Bar, vat: VAT, email: Mail, parent_id: {from: Parent, ref: people}, country_id: {from: Country, find: res.country.code}}
`,
	"items.yaml": `mapping: items
model: product.product
from: items
id: i_{No}
fields: {name: Name, barcode: Bar, company_id: {from: Company, find: res.company.id}}
`,
	"accounts.yaml": `mapping: accounts
model: account.account
from: accounts
id: a_{No}
fields: {name: Name, code: Code, account_type: Type, reconcile: {from: Rec, as: boolean}}
`,
	"banks.yaml": `mapping: banks
model: res.partner.bank
from: banks
id: b_{No}
fields: {acc_number: Number, partner_id: {from: Who, ref: people}}
`,
	"journals.yaml": `mapping: journals
model: account.journal
from: journals
id: j_{No}
fields: {name: Name, code: Code, type: {value: general}}
`,
	"entries.yaml": `mapping: entries
model: account.move
from: entries
id: e_{No}
fields: {ref: No, date: {from: Date, as: date}, move_type: {value: entry}, journal_id: {value: {find: account.journal.code, key: MISC}}}
lines: {line_ids: {mapping: entry_lines}}
after_load: [{call: action_post, when: 'state == "draft"', expect: 'state == "posted"', undo: button_draft}]
`,
	"entry_lines.yaml": `mapping: entry_lines
model: account.move.line
from: lines
id: l_{No}
fields: {move_id: {from: Entry, ref: entries}, account_id: {from: Account, ref: accounts}, debit: {from: Debit, as: decimal}, credit: {from: Credit, as: decimal}, tax_ids: {from: Tax, find: account.tax.name}}
`,
}

// What each row is: "" is taken by Odoo; otherwise the rule by which stage foresees that it is not.
var refusedRows = map[string]struct {
	head string
	rows []struct{ line, rule string }
}{
	"people": {"No,Name,Ref,Bar,VAT,Mail,Parent,Country", []struct{ line, rule string }{
		{"1,Ada,,PB1,,,,", ""},
		{"2,,,,,,,", "validate.refused"},
		{"3,Bob,,PB1,,,,", "validate.unique"},
		{"4,Cid,,PB-THERE,,,,", "validate.taken"},
		{"5,Dan,ADOPT,PB-ADOPTED,,,,", ""},
		{"6,Eve,,,,,7,", "validate.cycle"},
		{"7,Fay,,,,,6,", "validate.cycle"},
		{"8,Gus,,,,nobody at all,,", ""},
		{"9,Hal,,,DE136695976,,,DE", ""},
		{"10,Ida,,,BE0477472702,,,BE", "validate.vat"},
		{"11,Jon,,,BE0477472701,,,BE", ""},
		{"12,Kim,,,FR40303265045,,,FR", ""},
		{"13,Lea,,,FR41303265045,,,FR", "validate.vat"},
		{"14,Max,,,not a number,,,US", ""},
		{"15,Ned,,,IT00743110157,,,IT", ""},
		{"16,Ole,,,IT00743110158,,,IT", "validate.vat"},
		{"17,Pia,,,NL123456782B90,,,NL", ""},
		{"18,Qui,,,ATU13585628,,,AT", "validate.vat"},
		{"19,Ron,,,SE556188840401,,,SE", ""},
		{"20,Sue,,,PL8567346216,,,PL", "validate.vat"},
		{"21,Tom,,,ESB58378432,,,ES", "validate.vat"},
		{"22,Uwe,,,ESB58378431,,,ES", ""},
		{"23,Vic,,PB-ARCHIVED,,,,", ""}, // Odoo does not look at archived partners
		{"24,Wes,R1,,,,,", ""},
		{"25,Xia,R1,,,,,", "validate.unique"}, // by a constraint that no module of Odoo has
	}},
	"items": {"No,Name,Bar,Company", []struct{ line, rule string }{
		{"1,A,IB1,", ""},
		{"2,B,IB1,1", "validate.unique"},
		{"3,C,IB-THERE,", "validate.taken"},
		{"4,D,IB2,1", ""},
		{"5,E,IB2,2", ""}, // of two companies: both may have it
		{"6,F,IB-PACKAGE,", "validate.taken"},
		{"7,G,IB-ARCHIVED,", ""},
	}},
	"accounts": {"No,Name,Code,Type,Rec", []struct{ line, rule string }{
		{"1,Cash box,991001,asset_current,0", ""},
		{"2,Income,991002,income,0", ""},
		{"3,Odd,99 1003,income,0", "validate.refused"},
		{"4,Debtors,991004,asset_receivable,0", "validate.refused"},
		{"5,Twice,991001,income,0", "validate.unique"},
		{"6,There,991999,income,0", "validate.taken"},
	}},
	"banks": {"No,Number,Who", []struct{ line, rule string }{
		{"1,DE89 3704 0044 0532 0130 00,1", ""},
		{"2,DE89370400440532013000,1", "validate.unique"},
		{"3,DE89370400440532013000,8", ""},
		{"4,DE89370400440532013001,8", ""}, // wrong digits: Odoo takes it as an account of another kind
	}},
	"journals": {"No,Name,Code", []struct{ line, rule string }{
		{"1,First,JR1", ""},
		{"2,Archived,JARC", "validate.taken"}, // a constraint of the database: archived ones count
		{"3,Again,JR1", "validate.unique"},
	}},
	"entries": {"No,Date", []struct{ line, rule string }{
		{"1,2024-03-01", ""},
		{"2,2023-12-31", "validate.locked"},
		{"3,2024-01-15", "validate.locked"}, // a line has a tax, and the tax return is locked
		{"4,2024-01-15", ""},
		{"5,2024-03-02", "validate.unbalanced"},
	}},
	"lines": {"No,Entry,Account,Debit,Credit,Tax", []struct{ line, rule string }{
		{"1,1,1,10,0,", ""}, {"2,1,2,0,10,", ""}, {"3,2,1,5,0,", "validate.parent_rejected"}, {"4,2,2,0,5,", "validate.parent_rejected"},
		{"5,3,1,5,0,Locked", "validate.parent_rejected"}, {"6,3,2,0,5,", "validate.parent_rejected"}, {"7,4,1,5,0,", ""}, {"8,4,2,0,5,", ""},
		{"9,5,1,5,0,", "validate.parent_rejected"}, {"10,5,2,0,4.99,", "validate.parent_rejected"},
	}},
}

// TestStageForeseesWhatOdooRefuses: what the dry run rejects the server refuses, asked for it row by row, and what it lets
// through the server takes.
func TestStageForeseesWhatOdooRefuses(t *testing.T) {
	s := fresh(t)
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
	vat, err := c.Search(t.Context(), "ir.module.module", []any{[]any{"name", "=", "base_vat"}, []any{"state", "!=", "installed"}}, 1)
	must(err)
	if len(vat) > 0 {
		_, err = c.Method(t.Context(), "ir.module.module", "button_immediate_install", vat, nil)
		must(err)
	}
	second := create("res.company", map[string]any{"name": "Second"})
	c = s.rpc(t) // the account works in it now
	create("res.partner", map[string]any{"name": "Old", "barcode": "PB-ARCHIVED", "active": false})
	create("res.partner", map[string]any{"name": "There", "barcode": "PB-THERE"})
	create("account.journal", map[string]any{"name": "Archived", "code": "JARC", "type": "general", "active": false})
	create("product.product", map[string]any{"name": "There", "barcode": "IB-THERE"})
	create("res.partner", map[string]any{"name": "Dan", "ref": "ADOPT", "barcode": "PB-ADOPTED"})
	create("product.product", map[string]any{"name": "Old", "barcode": "IB-ARCHIVED", "active": false})
	box := create("product.product", map[string]any{"name": "Box"})
	if strings.HasPrefix(s.version, "18") {
		create("product.packaging", map[string]any{"name": "Six", "qty": 6, "product_id": box, "barcode": "IB-PACKAGE"})
	} else {
		unit, err := c.Search(t.Context(), "uom.uom", nil, 1)
		must(err)
		create("product.uom", map[string]any{"product_id": box, "uom_id": unit[0], "barcode": "IB-PACKAGE"})
	}
	create("account.account", map[string]any{"name": "There", "code": "991999", "account_type": "income"})
	own := c.Companies()[0]
	must(c.Write(t.Context(), "res.company", []int64{own}, map[string]any{"fiscalyear_lock_date": "2023-12-31", "tax_lock_date": "2024-01-31"}))
	create("account.tax", map[string]any{"name": "Locked", "amount": 0, "type_tax_use": "sale"})

	for _, sql := range []string{
		"alter table res_partner add constraint res_partner_thirds_ref unique (ref)",
		`insert into ir_model_constraint (name, model, module, type, definition)
			select 'res_partner_thirds_ref', m.id, b.id, 'u', 'unique (ref)' from ir_model m, ir_module_module b where m.model = 'res.partner' and b.name = 'base'`,
		`insert into ir_model_constraint (name, model, module, type, definition)
			select 'res_partner_thirds_half', m.id, b.id, 'u', 'unique index (lower(ref)) where active' from ir_model m, ir_module_module b where m.model = 'res.partner' and b.name = 'base'`,
	} {
		_, err := s.sql.Exec(t.Context(), sql)
		must(err)
	}

	dir := filepath.Join(t.TempDir(), "refused")
	must(os.MkdirAll(filepath.Join(dir, "mappings"), 0o755))
	must(os.WriteFile(filepath.Join(dir, "migrate.yaml"), []byte(refusedConfig), 0o644))
	for name, text := range refusedMappings {
		must(os.WriteFile(filepath.Join(dir, "mappings", name), []byte(text), 0o644))
	}
	want := map[string]string{}
	for source, f := range refusedRows {
		text := f.head + "\n"
		for i, r := range f.rows {
			line := r.line
			if source == "items" {
				line = strings.NewReplacer(",1\n", fmt.Sprintf(",%d\n", own), ",2\n", fmt.Sprintf(",%d\n", second)).Replace(line + "\n")
				line = strings.TrimSuffix(line, "\n")
			}
			text += line + "\n"
			if r.rule != "" {
				want[fmt.Sprintf("%s row %d", source, i+1)] = r.rule
			}
		}
		must(os.WriteFile(filepath.Join(dir, source+".csv"), []byte(text), 0o644))
	}
	f := bound(t, s, dir)

	stage := migrate[pipeline.Stage](t, f, done, "stage")
	got := map[string]string{}
	p := f.opened(t)
	all, err := p.Store.Findings(t.Context(), stage.Run)
	must(err)
	unchecked := false
	for _, x := range all {
		unchecked = unchecked || x.Rule == "validate.unchecked" && strings.Contains(x.Message, "res_partner_thirds_half")
		if x.Severity == record.Error {
			got[fmt.Sprintf("%s row %d", x.Table, x.Row)] = x.Rule
		}
	}
	for row, rule := range want {
		if got[row] != rule {
			t.Errorf("stage: %s is %q, want %s", row, got[row], rule)
		}
	}
	for row, rule := range got {
		if want[row] == "" {
			t.Errorf("stage rejects %s (%s), which Odoo takes", row, rule)
		}
	}
	if !unchecked {
		t.Error("nothing says that a constraint with a condition is not checked")
	}
	if t.Failed() {
		for _, x := range all {
			t.Logf("%s %s %s row %d %s: %s (%s) %q", x.Severity, x.Rule, x.Table, x.Row, x.Column, x.Message, x.Hint, x.Raw)
		}
	}

	// What is left, the server takes: all of it.
	l := migrate[pipeline.Load](t, f, done, "cutover")
	for mapping, classes := range l.Records {
		for class, n := range classes {
			if class != "created" && class != "updated" && class != "unchanged" {
				t.Errorf("cutover: %d of %s are %s", n, mapping, class)
			}
		}
	}
	if !l.Verify.Clean() {
		t.Error("Odoo does not hold what was meant")
	}

	refusedByOdoo(t, c, want, own)
	if u := migrate[pipeline.Undo](t, f, done, "rollback"); !u.Proven() {
		t.Errorf("rollback: %+v", u.Result)
	}
	if again := migrate[pipeline.Load](t, f, done, "cutover"); !again.Verify.Clean() {
		t.Error("loaded again, Odoo does not hold what was meant")
	}
}

// refusedByOdoo asks the server for what stage rejected, row by row.
func refusedByOdoo(t *testing.T, c *odoo.Client, want map[string]string, own int64) {
	t.Helper()
	ids, err := c.XMLIDs(t.Context(), "refused", []string{"refused.p_1", "refused.p_8", "refused.a_1", "refused.a_2"})
	if err != nil || len(ids) != 4 {
		t.Fatal(ids, err)
	}
	ada, gus := ids["refused.p_1"].ResID, ids["refused.p_8"].ResID
	refused := map[string]map[string]any{
		"people row 2":   {"type": "contact"},
		"people row 3":   {"name": "Bob", "barcode": "PB1"},
		"people row 4":   {"name": "Cid", "barcode": "PB-THERE"},
		"people row 25":  {"name": "Xia", "ref": "R1"},
		"items row 2":    {"name": "B", "barcode": "IB1", "company_id": own},
		"items row 3":    {"name": "C", "barcode": "IB-THERE"},
		"items row 6":    {"name": "F", "barcode": "IB-PACKAGE"},
		"accounts row 3": {"name": "Odd", "code": "99 1003", "account_type": "income"},
		"accounts row 4": {"name": "Debtors", "code": "991004", "account_type": "asset_receivable", "reconcile": false},
		"accounts row 5": {"name": "Twice", "code": "991001", "account_type": "income"},
		"accounts row 6": {"name": "There", "code": "991999", "account_type": "income"},
		"journals row 2": {"name": "Archived", "code": "JARC", "type": "general"},
		"journals row 3": {"name": "Again", "code": "JR1", "type": "general"},
		"banks row 2":    {"acc_number": "DE89370400440532013000", "partner_id": ada},
	}
	models := map[string]string{"people": "res.partner", "items": "product.product", "accounts": "account.account", "banks": "res.partner.bank", "journals": "account.journal"}
	tried := 0
	for row, rule := range want {
		source, number, _ := strings.Cut(row, " row ")
		values := refused[row]
		if rule == "validate.vat" {
			n, _ := strconv.Atoi(number)
			cells := strings.Split(refusedRows[source].rows[n-1].line, ",")
			values = map[string]any{"name": cells[1], "vat": cells[4], "country_id": onlyID(t, c, "res.country", "code", cells[7])}
		}
		if values == nil {
			continue // tried below
		}
		tried++
		if made, err := c.Create(t.Context(), models[source], []map[string]any{values}); err == nil {
			t.Errorf("%s (%s): Odoo takes it as %v", row, rule, made)
		}
	}
	if tried < len(refused) {
		t.Errorf("only %d of the rows were tried", tried)
	}
	if err := c.Write(t.Context(), "res.partner", []int64{ada}, map[string]any{"parent_id": gus}); err != nil {
		t.Fatal(err)
	}
	if err := c.Write(t.Context(), "res.partner", []int64{gus}, map[string]any{"parent_id": ada}); err == nil {
		t.Error("Odoo takes a ring of parents")
	}
	if err := c.Write(t.Context(), "res.partner", []int64{ada}, map[string]any{"parent_id": false}); err != nil {
		t.Fatal(err)
	}
	line := func(account string, debit, credit float64) []any {
		return []any{0, 0, map[string]any{"account_id": ids["refused."+account].ResID, "debit": debit, "credit": credit}}
	}
	if made, err := c.Create(t.Context(), "account.move", []map[string]any{{"move_type": "entry", "date": "2024-03-02", "line_ids": []any{line("a_1", 5, 0), line("a_2", 0, 4.99)}}}); err == nil {
		t.Errorf("Odoo takes an entry that does not balance as %v", made)
	}
	moves, err := c.Create(t.Context(), "account.move", []map[string]any{{"move_type": "entry", "date": "2023-12-31", "line_ids": []any{line("a_1", 5, 0), line("a_2", 0, 5)}}})
	if err == nil {
		_, err = c.Method(t.Context(), "account.move", "action_post", moves, nil)
	}
	if err == nil {
		rows, err := c.Read(t.Context(), "account.move", moves, []string{"date"})
		if err != nil || rows[0]["date"] == "2023-12-31" {
			t.Errorf("Odoo posts into a closed period: %v, %v", rows, err)
		}
		for _, method := range []string{"button_draft", "unlink"} {
			if _, err := c.Method(t.Context(), "account.move", method, moves, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
}
