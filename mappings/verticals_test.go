package mappings

import (
	"os"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// productSchema is a small piece of a target's metadata: translated, binary and loosely linked fields.
func productSchema() *schema.Snapshot {
	m := schema.Model{Name: "product.template", Defaults: map[string]any{"seal": "eA=="}, Fields: []schema.Field{
		{Name: "name", Type: schema.Char, Stored: true, Required: true, Translated: true}, {Name: "default_code", Type: schema.Char, Stored: true},
		{Name: "description_sale", Type: schema.Text, Stored: true, Translated: true}, {Name: "description", Type: schema.HTML, Stored: true, Translated: true},
		{Name: "image_1920", Type: schema.Binary, Stored: true}, {Name: "image_1024", Type: schema.Binary, Stored: true},
		{Name: "image_512", Type: schema.Binary, Stored: true}, {Name: "image_256", Type: schema.Binary, Stored: true},
		{Name: "image_128", Type: schema.Binary, Stored: true}, {Name: "seal", Type: schema.Binary, Stored: true, Required: true},
		{Name: "barcode", Type: schema.Char, Stored: true}, {Name: "res_model", Type: schema.Char, Stored: true},
		{Name: "res_id", Type: schema.M2ORef, Stored: true, ModelField: "res_model"},
		{Name: "owner_id", Type: schema.M2ORef, Stored: true, ModelField: "owner_model"},
		{Name: "about", Type: schema.Reference, Stored: true},
	}}
	m.Sort()
	return &schema.Snapshot{Models: []schema.Model{m}, Languages: []string{"de_DE", "en_US", "fr_BE", "fr_FR"}}
}

// TestMistakesDown names every mistake in translations, files and loose references at once.
func TestMistakesDown(t *testing.T) {
	data, err := os.ReadFile("testdata/verticals.yaml")
	if err != nil {
		t.Fatal(err)
	}
	m, problems := Parse("verticals.yaml", data)
	set, more := NewSet("legacy", []*Mapping{m})
	problems = append(problems, more...)
	_, more = set.Compile(Env{Schema: productSchema(), Columns: map[string][]string{"products": {"SKU", "NAME", "TEXT", "NAME_FR", "NAME_DE"}}})
	golden(t, "verticals.golden", []byte(show(SortProblems(append(problems, more...)))))
}

// documented is the n-th YAML example under a heading of docs/MAPPINGS.md.
func documented(t *testing.T, heading string, n int) string {
	t.Helper()
	data, err := os.ReadFile("../docs/MAPPINGS.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, ok := strings.Cut(string(data), "\n"+heading+"\n")
	if !ok {
		t.Fatalf("docs/MAPPINGS.md has no %q", heading)
	}
	if text, _, ok = strings.Cut(text, "\n#"); !ok {
		t.Log("it is the last heading")
	}
	blocks := strings.Split(text, "```yaml\n")
	if len(blocks) <= n {
		t.Fatalf("%q has %d examples", heading, len(blocks)-1)
	}
	example, _, _ := strings.Cut(blocks[n], "```")
	return example
}

// applied runs a mapping over one row against the small schema.
func appliedRow(t *testing.T, mapping string, columns, cells []string) Result {
	t.Helper()
	ms := parseAll(t, mapping)
	set, problems := NewSet("legacy", ms)
	programs, more := set.Compile(Env{Schema: productSchema(), Columns: map[string][]string{"products": columns}})
	if problems = append(problems, more...); Failed(problems) {
		t.Fatal(show(problems))
	}
	return programs[ms[0].Name].Apply(&record.Batch{Table: "products", Columns: columns, Rows: []record.Row{{Pos: record.Pos{Row: 1, Line: 2}, Cells: cells}}})
}

const productHead = "mapping: products\nmodel: product.template\nfrom: products\nid: product_{SKU}\n"

// TestTranslations runs the example of docs/MAPPINGS.md, and what becomes of missing texts.
func TestTranslations(t *testing.T) {
	columns := []string{"SKU", "NAME", "NAME_FR", "NAME_DE", "NOTE", "NOTE_FR"}
	mapping := productHead + documented(t, "### translations", 1)
	for _, c := range []struct {
		cells []string
		want  map[string]string
		rule  string
	}{
		{[]string{"1", "Chair", "Chaise", "Stuhl", "", ""}, map[string]string{"name": "Chair", "name@fr_FR": "Chaise", "name@de_DE": "STUHL"}, ""},
		{[]string{"1", "Chair", "", "", "Solid", ""}, map[string]string{"name@fr_FR": "Chair", "name@de_DE": "Chair", "description_sale@fr_FR": "Solid"}, ""},
		{[]string{"1", "Chair", "", "", "", "Solide"}, nil, "map.translation_without_base"},
	} {
		res := appliedRow(t, mapping, columns, c.cells)
		if c.rule != "" {
			if len(res.Findings) != 1 || res.Findings[0].Rule != c.rule || res.Findings[0].Hint == "" || len(res.Classes) != 1 {
				t.Errorf("%q: %+v", c.cells, res)
			}
			continue
		}
		for f, want := range c.want {
			if len(res.Records) != 1 || res.Records[0].Get(f).Text() != want {
				t.Errorf("%q: %s of %+v, want %q", c.cells, f, res.Records, want)
			}
		}
	}
}

// TestFiles runs the example of docs/MAPPINGS.md: a mapping makes paths and opens nothing.
func TestFiles(t *testing.T) {
	columns := []string{"SKU", "NAME"}
	mapping := productHead + "fields:\n  name: {value: X}\n" + documented(t, "### file", 1)
	for cell, want := range map[string]string{"17": "photos/17.jpg", "": "", "a/b": "photos/a/b.jpg"} {
		res := appliedRow(t, mapping, columns, []string{"1", cell})
		if len(res.Records) != 1 || res.Records[0].Get("image_1920").File() != (record.FileRef{Path: want}) {
			t.Errorf("%q: %+v", cell, res)
		}
	}
	for _, cell := range []string{"../x", `..\x`, "a/../../x", "x\x00"} {
		res := appliedRow(t, mapping, columns, []string{"1", cell})
		if len(res.Records) != 0 || len(res.Findings) != 1 || res.Findings[0].Rule != "file.outside" {
			t.Errorf("%q: %+v", cell, res)
		}
	}
}

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
