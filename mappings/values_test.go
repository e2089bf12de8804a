package mappings

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// table makes a Table of lines as they stand in a CSV file, the first of them the header.
func table(lines ...string) Table {
	t := Table{Columns: strings.Split(lines[0], ",")}
	for i, line := range lines[1:] {
		t.Rows = append(t.Rows, TableRow{Line: int64(i + 2), Cells: strings.Split(line, ",")})
	}
	return t
}

func tables(of map[string]Table) map[TableFile]Table {
	out := map[TableFile]Table{}
	for name, t := range of {
		out[TableFile{File: name}] = t
	}
	return out
}

// TestMistakesOfValues holds the messages about files of value maps and of decisions.
func TestMistakesOfValues(t *testing.T) {
	golden(t, "values/mistakes.golden", []byte(show(valueMistakes(t))))
}

// valueMistakes is one pass over mappings with files that hold mistakes. messages_test.go counts them among the messages
// that are shown.
func valueMistakes(t *testing.T) []Problem {
	t.Helper()
	damaged := table("Legacy,Odoo", "x,y")
	damaged.Rows[0].Damage = "3 fields expected, 1 found"
	env := Env{Schema: partnerSchema(), Maps: map[string]*ValueMap{"languages": {}},
		Columns: map[string][]string{"customers": {"KUNNR", "NAME1", "SPRAS", "LAND1", "REGIO", "ORT01", "REF", "VAT", "STRAS", "PARENT", "AUTO"}},
		Tables: tables(map[string]Table{
			"maps/countries.csv": table("Legacy,Odoo", "UK,GB", "UK,US", " UK , GB ", "Holland,", "Deutschland,DE", "Deutschland,DE", ",", "nothing,null"),
			"maps/none.csv":      {Fault: "there is no file maps/none.csv", Hint: "put the file there, or change the name"},
			"maps/three.csv":     table("Legacy,Odoo,Remark", "a,b,c"),
			"maps/damaged.csv":   damaged,
			"maps/autopost.xlsx": table("Legacy,Odoo", "A,ask", "B,aks"),
			"decisions/customers.csv": table("group,keep_key,table,key,decision,by,on",
				"1,K1,customers,K1,,,", "1,K1,customers,K2,merge,A. Owner,2026-11-02", "1,K1,customers,K3,,,", "1,K1,customers,K4,,,",
				"2,A,,B,merge,A. Owner,2026-11-02", "2,C,,A,merge,A. Owner,2026-11-02", "2,B,,C,merge,A. Owner,2026-11-02",
				"3,X,,Y,merge,,", "3,Z,,Y,merge,A. Owner,2026-11-02", "4,Q,,R,perhaps,,", "5,V,vendors,W,merge,,", "6,,,W,merge,,"),
		})}
	data, err := os.ReadFile("testdata/values/mistakes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	m, all := Parse("mistakes.yaml", data)
	set, more := NewSet("legacy", []*Mapping{m})
	all = append(all, more...)
	_, more = set.Compile(env)
	all = append(all, more...)
	unread := parseAll(t, "mapping: m\nmodel: res.partner\nfrom: customers\nid: m_{ID}\nmerge: {file: d.csv}\nfields:\n  street: {from: A, map: {file: m.csv}}\n",
		"mapping: n\nmodel: res.partner\nfrom: customers\nid: n_{ID}\nmerge: {file: e.csv}\nfields:\n  category_id: {from: A, find: res.partner.category.name, missing: create}\n",
		"mapping: new_res_partner_category_by_name\nmodel: res.partner.category\nfrom: customers\nid: x_{ID}\nfields: {name: A}\n")
	set, more = NewSet("legacy", unread)
	all = append(all, more...)
	_, more = set.Compile(Env{Tables: tables(map[string]Table{"d.csv": table("key,keep", "a,b"), "e.csv": {Columns: []string{"key", "keep", "decision"}, Rows: []TableRow{
		{Line: 2, Damage: "a quote is open"}, {Line: 3, Cells: []string{"a", "b", ""}}}}})})
	return SortProblems(append(all, more...))
}

func TestFilesAndDecisionsThatWereNotRead(t *testing.T) {
	ms := parseAll(t, "mapping: m\nmodel: res.partner\nfrom: s\nid: m_{ID}\nmerge: {file: d.csv}\nfields:\n  f: {from: A, map: {file: m.csv}}\n")
	set, _ := NewSet("legacy", ms)
	if got := fmt.Sprint(set.Tables(nil)); got != "[{m.csv } {d.csv }]" {
		t.Errorf("tables %s", got)
	}
	_, problems := set.Compile(Env{Tables: tables(map[string]Table{"d.csv": table("key,keep", "a,b")})})
	for _, want := range []string{"the value map's file m.csv was not read", "d.csv lacks one of the columns key, keep_key and decision"} {
		if !strings.Contains(show(problems), want) {
			t.Errorf("nobody says %q:\n%s", want, show(problems))
		}
	}
}

func TestValueMapsInFiles(t *testing.T) {
	env := Env{
		Maps: map[string]*ValueMap{},
		Tables: tables(map[string]Table{
			"c.csv":      table("Legacy,Odoo", "UK,GB", " Holland,NL ", "Nowhere,null", "Later,", "Twice,A", "Twice,B", "'=1+1,DE", ",FR"),
			"c.todo.csv": table("Legacy,Odoo", "Later,LT", "Open,"),
			"x.csv":      table("a,b", "E,base.de"),
			"b.csv":      table("a,b", "J,TRUE", "N,false"),
		}),
	}
	const files = `{from: A, find: res.country.code, map: {file: [c.csv, c.todo.csv], from: Legacy, to: Odoo}}`
	for _, c := range []struct{ rule, in, want string }{
		{files, "UK", "link res.country[code=GB]"},
		{files, " UK ", "link res.country[code=GB]"},
		{files, "Holland", "link res.country[code=NL]"},
		{files, "Nowhere", "null"},
		{files, "Later", "link res.country[code=LT]"},
		{files, "=1+1", "link res.country[code=DE]"},
		{files, "", "link res.country[code=FR]"},
		{files, "Open", `! map.value_unknown A "Open" has no value yet in the value map of f; fill it in: c.todo.csv:3`},
		{files, "Twice", `! map.value_unknown A "Twice" has several values in the value map of f; keep one of them`},
		{files, "Hollnad", `! map.value_unknown A "Hollnad" is not in the value map of f; did you mean "Holland"? add to c.csv: Hollnad: NL`},
		{files, "GB", `! map.value_unknown A "GB" is not in the value map of f; the map has it on its right side; add to c.csv: GB: GB`},
		{`{from: A, as: xmlid, map: {file: x.csv}}`, "E", "link base.de"},
		{`{from: A, as: boolean, map: {file: b.csv}, else: null}`, "J", "boolean true"},
		{`{from: A, as: boolean, map: {file: b.csv}, else: null}`, "X", "null"},
		{`{from: A, map: {values: {D: de_DE}, confirmed: {by: A, on: 2026-11-02}}}`, "D", "text de_DE"},
		{`{from: A, map: {values: x, file: y}}`, "values", "text x"},
		{`{from: A, map: {values: {xmlid: base.de}}, as: xmlid}`, "values", "link base.de"},
	} {
		if got := applied(one(t, c.rule, env), c.in); got != c.want {
			t.Errorf("%s of %q\n got %s\nwant %s", c.rule, c.in, got, c.want)
		}
	}
}

// applied is the value that field f gets of one cell, or the finding.
func applied(p *Program, cell string) string {
	r := p.Apply(batch("s", "ID,A", "1,"+cell))
	if len(r.Findings) > 0 {
		f := r.Findings[0]
		text := "! " + f.Rule + " " + f.Message
		if f.Hint != "" {
			text += "; " + f.Hint
		}
		return text
	}
	v := r.Records[0].Get("f")
	return strings.TrimSpace(v.Kind().String() + " " + v.Text())
}

func TestStateOfValueMaps(t *testing.T) {
	const config = "mapping: m\nmodel: res.partner\nfrom: s\nid: m_{ID}\nfields:\n"
	ms := parseAll(t, config+"  a: {from: A, map: {D: de}}\n  b: {from: A, map: {file: c.csv, from: Legacy, to: Odoo}}\n"+
		"  c: {from: A, map: {values: {D: de}, confirmed: {by: A. Owner, on: 2026-11-02}}}\n  d: {from: A, map: {values: {D: de}}}\n")
	set, _ := NewSet("legacy", ms)
	programs, problems := set.Compile(Env{Tables: tables(map[string]Table{"c.csv": table("Legacy,Odoo", "UK,GB", "Later,", "Twice,A", "Twice,B")})})
	if Failed(problems) {
		t.Fatal(show(problems))
	}
	var got []string
	for _, s := range programs["m"].ValueMaps() {
		got = append(got, fmt.Sprintf("%s %t %t %t %d %v %v", s.Name, s.Managed, s.Confirmed != nil, s.Open(), s.Values, s.Empty, s.Contradictory))
	}
	want := "m.a false false false 1 [] []|c.csv true false true 1 [Later] [Twice]|m.c true true false 1 [] []|m.d false false false 1 [] []"
	if strings.Join(got, "|") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "|"), want)
	}
}

func TestWaysToFind(t *testing.T) {
	for _, c := range []struct{ rule, in, want string }{
		{`{from: A, find: [res.country.code, res.country.name]}`, "DE", "link res.country[code|name=DE]"},
		{`{from: A, find: res.country.name, lang: de_DE, match_case: false}`, "Deutschland", "link res.country[name@de_DE~i=Deutschland]"},
		{`{from: A, find: res.country.id}`, "57", "link res.country[id=57]"},
		{`{from: A, find: res.partner.bank.partner_id.ref}`, "C8", "link res.partner.bank[partner_id.ref=C8]"},
		{`{from: A, find: product.product.product_tmpl_id.categ_id.name}`, "x", "link product.product[product_tmpl_id.categ_id.name=x]"},
		{`{from: A, find: res.partner.bank.partner_id}`, "8", "link res.partner.bank[partner_id=8]"},
	} {
		if got := applied(one(t, c.rule, Env{}), c.in); got != c.want {
			t.Errorf("%s of %q is %s, want %s", c.rule, c.in, got, c.want)
		}
	}
}

// What becomes of a lookup that leads nowhere, by the policy of the field.
func TestAbsentRecords(t *testing.T) {
	const note = `! map.lookup_missing the target has no res.country with code "XX": f `
	for _, c := range []struct{ rule, in, want string }{
		{`{from: A, find: res.country.code}`, "XX", "link res.country[code=XX]"}, // left to validation, which rejects it
		{`{from: A, find: res.country.code, missing: reject}`, "XX", "link res.country[code=XX]"},
		{`{from: A, find: res.country.code, missing: null, default: DE}`, "XX", note + `is left empty; create it in Odoo, or add to the value map: XX: ...`},
		{`{from: A, find: res.country.code, missing: warn}`, "XX", note + `is left empty; create it in Odoo, or add to the value map: XX: ...`},
		{`{from: A, find: res.country.code, missing: default, default: DE}`, "XX", note + `gets its default; create it in Odoo, or add to the value map: XX: ...`},
		{`{from: A, find: res.country.code, missing: default, default: DE}`, "", "link res.country[code=DE]"},
		{`{from: A, find: res.country.code, missing: warn}`, "", "! map.required f needs a value, and A is empty"},
		{`{from: A, find: res.country.code, missing: create}`, "XX", "link legacy.new_res_country_by_code_XX"},
		{`{from: A, find: res.country.code, missing: create}`, "FR", "link res.country[code=FR]"},
		{`{from: A, find: res.country.code, map: {X: {find: res.country.code, key: XX}}, missing: create}`, "X", "link legacy.new_res_country_by_code_XX"},
		{`{from: A, find: res.country.code, map: {X: {find: res.country.code, key: XX}}, missing: warn}`, "X", note + `is left empty; create it in Odoo, or add to the value map: X: ...`},
		{`{from: A, find: res.country.code, default: XX, missing: create}`, "", "link legacy.new_res_country_by_code_XX"},
		{`{from: A, find: res.partner.category.name, split: ";", missing: create}`, "new;old", "links legacy.new_res_partner_category_by_name_new,res.partner.category[name=old]"},
	} {
		p := one(t, c.rule, Env{})
		absent := map[string]string{"res.country[code=XX]": "", "res.partner.category[name=new]": ""}
		if l := p.Lookups(); len(l) == 1 && l[0].Creates != "" {
			absent = map[string]string{"res.country[code=XX]": "legacy.new_res_country_by_code_XX", "res.partner.category[name=new]": "legacy.new_res_partner_category_by_name_new"}
		} else if len(l) == 0 {
			absent = nil
		}
		if got := applied(p.Knowing(Absent{"f": absent}), c.in); got != c.want {
			t.Errorf("%s of %q\n got %s\nwant %s", c.rule, c.in, got, c.want)
		}
	}
	// A default or null leaves the record as it is meant, and says so once.
	p := one(t, `{from: A, find: res.country.code, missing: default, default: DE}`, Env{}).Knowing(Absent{"f": {"res.country[code=XX]": ""}})
	r := p.Apply(batch("s", "ID,A", "1,XX"))
	if len(r.Findings) != 1 || r.Findings[0].Severity != record.Note || len(r.Records) != 1 || r.Records[0].Get("f").Text() != "res.country[code=DE]" {
		t.Errorf("default: %s", describe(r))
	}
}

// The mapping nobody wrote: what it depends on, what it makes, and that letter case can be told to mean nothing.
func TestCreatedRecords(t *testing.T) {
	const config = "model: res.partner\nfrom: s\nid: %s_{ID}\nfields:\n"
	ms := parseAll(t,
		"mapping: states\n"+fmt.Sprintf(config, "st")+"  country_id: {from: L, ref: countries}\n  state_id: {from: A, find: res.country.state.code, within: country_id, missing: create}\n",
		"mapping: countries\nmodel: res.country\nfrom: c\nid: c_{L}\nfields: {code: L}\n",
		"mapping: tags\n"+fmt.Sprintf(config, "tag")+"  category_id: {from: A, split: \";\", find: res.partner.category.name, match_case: false, missing: create}\n")
	set, problems := NewSet("legacy", ms)
	if len(problems) > 0 {
		t.Fatal(show(problems))
	}
	var order []string
	for _, m := range set.Order() {
		order = append(order, m.Name)
	}
	want := "countries new_res_country_state_within_country_id_by_code new_res_partner_category_by_name states tags"
	if got := strings.Join(order, " "); got != want {
		t.Errorf("order %s, want %s", got, want)
	}
	programs, problems := set.Compile(Env{})
	if Failed(problems) {
		t.Fatal(show(problems))
	}
	if got := fmt.Sprint(programs["states"].DependsOn(), programs["tags"].DependsOn(), programs["new_res_country_state_within_country_id_by_code"].DependsOn()); got !=
		"[countries new_res_country_state_within_country_id_by_code] [new_res_partner_category_by_name] [countries]" {
		t.Errorf("depends on %s", got)
	}
	var out strings.Builder
	for _, c := range []struct{ mapping, ref string }{
		{"new_res_country_state_within_country_id_by_code", "res.country.state[code=CA;country_id=legacy.c_US]"},
		{"new_res_partner_category_by_name", "res.partner.category[name~i=Große Kunden]"},
	} {
		m := set.Mapping(c.mapping)
		ref, err := record.ParseRef(c.ref)
		if err != nil {
			t.Fatal(err)
		}
		b := &record.Batch{Columns: CreatedColumns, Rows: []record.Row{{Cells: m.Created.Cells(ref)}}}
		r := programs[c.mapping].Apply(b)
		out.WriteString(describe(r))
		if len(r.Records) != 1 || r.Records[0].ID != set.CreatedID(m, ref) {
			t.Errorf("%s has another id than %s", describe(r), set.CreatedID(m, ref))
		}
	}
	if got := out.String(); got != "legacy.new_res_country_state_within_country_id_by_code_legacy-2ec_US-7cCA\n  code = text CA\n  country_id = link legacy.c_US\n"+
		"legacy.new_res_partner_category_by_name_gro-c3-9fe-20kunden\n  name = text Große Kunden\n" {
		t.Errorf("made\n%s", got)
	}
	upper, _ := record.ParseRef("res.partner.category[name~i=GROSSE]")
	lower, _ := record.ParseRef("res.partner.category[name~i=grosse]")
	if m := set.Mapping("new_res_partner_category_by_name"); set.CreatedID(m, upper) != set.CreatedID(m, lower) {
		t.Error("letter case counts")
	}
	taken := parseAll(t, "mapping: new_res_partner_category_by_name\nmodel: res.partner.category\nfrom: c\nid: x_{L}\nfields: {name: L}\n")
	if _, problems = NewSet("legacy", append(taken, ms...)); !strings.Contains(show(problems), "the name new_res_partner_category_by_name belongs to the records that category_id of tags creates") ||
		!strings.Contains(show(problems), "warning: mapping new_res_partner_category_by_name makes records of res.partner.category too") {
		t.Errorf("a name that is taken:\n%s", show(problems))
	}
}

// Rows that are merged are no records, and what refers to them refers to the one that stays.
func TestDecisionsMergeRows(t *testing.T) {
	ms := parseAll(t, "mapping: customers\nmodel: res.partner\nfrom: {source: c, where: '= src.X == nil', reason: gone}\nid: cust_{NO}_{SUB}\nmerge: {file: d.csv}\nfields: {name: NAME}\n",
		"mapping: orders\nmodel: sale.order\nfrom: o\nid: order_{NO}\nfields:\n  partner_id: {from: [CUST, SUB], ref: customers}\n")
	set, problems := NewSet("legacy", ms)
	if len(problems) > 0 {
		t.Fatal(show(problems))
	}
	programs, problems := set.Compile(Env{Tables: tables(map[string]Table{"d.csv": table("key,keep_key,decision,by,on",
		"2|a,1|a,merge,A. Owner,2026-11-02", "3|a,2|a,MERGE,A. Owner,2026-11-02", "4|a,1|a,separate,,", "5|a,1|a,,,", "9|a,1|a,merge,A. Owner,")})})
	if got := show(problems); got != "d.csv:5:1: warning: 1 line is not decided; its row stays a record of its own; write merge or separate into the column decision\n" {
		t.Errorf("problems %s", got)
	}
	got := describe(programs["customers"].Apply(batch("c", "NO,SUB,NAME,X", "1,a,One,", "2,a,Two,", "3,a,Three,", "4,a,Four,", "5,a,Five,", "9,a,Nine,x")))
	want := "legacy.cust_1_a\n  name = text One\nlegacy.cust_4_a\n  name = text Four\nlegacy.cust_5_a\n  name = text Five\n" +
		"merged: merged into 1|a by A. Owner 2026-11-02 (d.csv:2)\nmerged: merged into 1|a by A. Owner 2026-11-02 (d.csv:3)\nexcluded: gone\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	got = describe(programs["orders"].Apply(batch("o", "NO,CUST,SUB", "1,3,a", "2,4,a")))
	if got != "legacy.order_1\n  partner_id = link legacy.cust_1_a\nlegacy.order_2\n  partner_id = link legacy.cust_4_a\n" {
		t.Errorf("orders\n%s", got)
	}
	// Rows are known to be there whatever becomes of them.
	if keys := programs["customers"].Apply(batch("c", "NO,SUB,NAME,X", "2,a,Two,", "9,a,Nine,x")).Decided; strings.Join(keys, ",") != "2|a,9|a" {
		t.Errorf("keys %v", keys)
	}
}
