package mappings

import (
	"os"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// companySchema has a model whose records belong to companies, one that they do not, and one of companies themselves.
func companySchema() *schema.Snapshot {
	link := func(name, to string) schema.Field {
		return schema.Field{Name: name, Type: schema.Many2one, Relation: to, Stored: true}
	}
	text := func(name string) schema.Field { return schema.Field{Name: name, Type: schema.Char, Stored: true} }
	partner := schema.Model{Name: "res.partner", Fields: []schema.Field{text("name"), text("ref"), link("company_id", "res.company"),
		link("parent_id", "res.partner"), link("country_id", "res.country"), link("journal_id", "account.journal")}}
	journal := schema.Model{Name: "account.journal", Fields: []schema.Field{text("code"), link("company_id", "res.company")}}
	country := schema.Model{Name: "res.country", Fields: []schema.Field{text("code")}}
	for _, m := range []*schema.Model{&partner, &journal, &country} {
		m.Sort()
	}
	return &schema.Snapshot{Models: []schema.Model{journal, country, partner}}
}

func TestCompanyMistakes(t *testing.T) {
	var all []Problem
	for _, name := range []string{"companies", "companies2", "companies3", "companies4"} {
		data, err := os.ReadFile("testdata/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		m, problems := Parse(name+".yaml", data)
		set, more := NewSet("legacy", []*Mapping{m})
		all = append(append(all, problems...), more...)
		_, more = set.Compile(Env{Schema: companySchema(), Columns: map[string][]string{"suppliers": {"NO", "NAME", "BUKRS"}}})
		all = append(all, more...)
	}
	golden(t, "companies.golden", []byte(show(SortProblems(all))))
}

// TestCompany runs the example of docs/MAPPINGS.md.
func TestCompany(t *testing.T) {
	columns := []string{"NO", "BUKRS", "NAME", "AGENT", "LAND1"}
	ms := parseAll(t, "mapping: suppliers\nmodel: res.partner\nfrom: suppliers\nid: supp_{NO}\n"+documented(t, "### company", 1))
	set, problems := NewSet("legacy", ms)
	programs, more := set.Compile(Env{Schema: companySchema(), Columns: map[string][]string{"suppliers": columns}})
	if problems = append(problems, more...); Failed(problems) {
		t.Fatal(show(problems))
	}
	row := func(company string) Result {
		return programs["suppliers"].Apply(&record.Batch{Table: "suppliers", Columns: columns,
			Rows: []record.Row{{Pos: record.Pos{Row: 1, Line: 2}, Cells: []string{"1", company, "Ada", "A7", "DE"}}}})
	}
	for company, is := range map[string]string{"1000": "base.main_company", "2000": "legacy.company_two"} {
		res := row(company)
		if len(res.Records) != 1 {
			t.Fatalf("%+v", res)
		}
		for field, want := range map[string]string{"@company": is, "company_id": is, "parent_id": "res.partner[ref=A7;company_id=" + is + "]",
			"country_id": "res.country[code=DE]", "journal_id": "account.journal[code=MISC;company_id=" + is + "]"} {
			if got := res.Records[0].Get(field).Text(); got != want {
				t.Errorf("company %s: %s is %q, want %q", company, field, got, want)
			}
		}
	}
	for company, rule := range map[string]string{"": "map.required", "3000": "map.value_unknown"} {
		if res := row(company); len(res.Records) != 0 || len(res.Findings) != 1 || res.Findings[0].Rule != rule {
			t.Errorf("company %q: %+v", company, res)
		}
	}
}

// TestDefaultsWithinCompanies: a default that is a key means the record of the row's own company, as a constant does.
func TestDefaultsWithinCompanies(t *testing.T) {
	for _, rule := range []string{
		"{from: JOURNAL, find: account.journal.code, default: MISC}", "{from: JOURNAL, find: account.journal.code, default: {find: account.journal.code, key: MISC}}",
	} {
		ms := parseAll(t, "mapping: suppliers\nmodel: res.partner\nfrom: suppliers\nid: supp_{NO}\ncompany: {from: BUKRS}\nfields:\n  name: NO\n  journal_id: "+rule+"\n")
		set, problems := NewSet("legacy", ms)
		columns := []string{"NO", "BUKRS", "JOURNAL"}
		programs, more := set.Compile(Env{Schema: companySchema(), Columns: map[string][]string{"suppliers": columns}})
		if problems = append(problems, more...); Failed(problems) {
			t.Errorf("%s: %s", rule, show(problems))
			continue
		}
		if maps := programs["suppliers"].ValueMaps(); len(maps) != 0 {
			t.Errorf("value maps %+v", maps)
		}
		res := programs["suppliers"].Apply(batch("suppliers", "NO,BUKRS,JOURNAL", "1,base.main_company,", "2,legacy.company_two,"))
		for i, want := range []string{"base.main_company", "legacy.company_two"} {
			if got := res.Records[i].Get("journal_id").Text(); got != "account.journal[code=MISC;company_id="+want+"]" {
				t.Errorf("%s: row %d has %s", rule, i+1, got)
			}
		}
	}
	// The rule of company_id is the rule of the company once more, and its value map is one.
	set, _ := NewSet("legacy", parseAll(t, "mapping: suppliers\nmodel: res.partner\nfrom: suppliers\nid: supp_{NO}\ncompany: {from: BUKRS, map: {A: base.main_company}}\nfields: {name: NO}\n"))
	programs, problems := set.Compile(Env{Schema: companySchema(), Columns: map[string][]string{"suppliers": {"NO", "BUKRS"}}})
	if Failed(problems) || len(programs["suppliers"].ValueMaps()) != 1 {
		t.Errorf("%s: value maps %+v", show(problems), programs["suppliers"].ValueMaps())
	}
}
