package mappings

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; got:\n%s\nwant:\n%s", path, got, want)
	}
}

func parseAll(t *testing.T, texts ...string) []*Mapping {
	t.Helper()
	var out []*Mapping
	for _, text := range texts {
		m, problems := Parse("test.yaml", []byte(text))
		if Failed(problems) {
			t.Fatalf("%s\n%s", text, show(problems))
		}
		out = append(out, m)
	}
	return out
}

func show(problems []Problem) string {
	var b strings.Builder
	for _, p := range problems {
		b.WriteString(p.String() + "\n")
	}
	return b.String()
}

// partners is a small piece of a target's metadata.
func partnerSchema() *schema.Snapshot {
	m2o := func(name, relation string) schema.Field {
		return schema.Field{Name: name, Type: schema.Many2one, Relation: relation, Stored: true}
	}
	field := func(name string, t schema.Type) schema.Field { return schema.Field{Name: name, Type: t, Stored: true} }
	partner := schema.Model{Name: "res.partner", Defaults: map[string]any{"company_type": "person"}, Fields: []schema.Field{
		{Name: "name", Type: schema.Char, Stored: true, Required: true}, field("street", schema.Char), field("city", schema.Char),
		field("ref", schema.Char), field("comment", schema.HTML), field("is_company", schema.Boolean), field("date", schema.Date),
		field("credit_limit", schema.Float), field("color", schema.Integer), field("create_date", schema.DateTime), field("vat", schema.Char),
		{Name: "display_name", Type: schema.Char, Readonly: true, Computed: true},
		{Name: "commercial_partner_id", Type: schema.Many2one, Relation: "res.partner", Readonly: true, Computed: true, Stored: true},
		{Name: "lang", Type: schema.Selection, Stored: true, Options: []schema.Option{{Value: "de_DE"}, {Value: "en_GB"}, {Value: "en_US"}}},
		m2o("country_id", "res.country"), m2o("state_id", "res.country.state"), m2o("parent_id", "res.partner"),
		{Name: "category_id", Type: schema.Many2many, Relation: "res.partner.category", Stored: true},
		{Name: "child_ids", Type: schema.One2many, Relation: "res.partner", InverseField: "parent_id", Stored: true},
		{Name: "autopost", Type: schema.Selection, Stored: true, Required: true, Options: []schema.Option{{Value: "ask"}}},
	}}
	country := schema.Model{Name: "res.country", Fields: []schema.Field{field("code", schema.Char), field("name", schema.Char)}}
	state := schema.Model{Name: "res.country.state", Fields: []schema.Field{field("code", schema.Char), m2o("country_id", "res.country")}}
	for _, m := range []*schema.Model{&partner, &country, &state} {
		m.Sort()
	}
	return &schema.Snapshot{Models: []schema.Model{country, state, partner}}
}

// TestTenMistakes holds the promise that every mistake is named at once, with its place and the likely remedy.
func TestTenMistakes(t *testing.T) {
	data, err := os.ReadFile("testdata/ten_mistakes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	m, problems := Parse("ten_mistakes.yaml", data)
	set, more := NewSet("legacy", []*Mapping{m})
	problems = append(problems, more...)
	_, more = set.Compile(Env{Schema: partnerSchema(), Columns: map[string][]string{
		"customers": {"KUNNR", "NAME1", "STRAS", "LAND1", "KLIMK", "ERDAT", "TXT1", "TXT2", "KONZS", "SPRAS", "KTOKD", "MANDT", "FAX"}}})
	problems = SortProblems(append(problems, more...))
	if len(problems) < 10 {
		t.Errorf("only %d problems", len(problems))
	}
	golden(t, "ten_mistakes.golden", []byte(show(problems)))
}

func TestBrokenYAML(t *testing.T) {
	data, err := os.ReadFile("testdata/broken_yaml.yaml")
	if err != nil {
		t.Fatal(err)
	}
	m, problems := Parse("broken_yaml.yaml", data)
	golden(t, "broken_yaml.golden", []byte(show(problems)))
	// What comes after a file that could not be read must cope with it.
	set, _ := NewSet("legacy", []*Mapping{m})
	set.Compile(Env{Schema: partnerSchema()})
}

func northwind(t *testing.T) (*Set, Env) {
	t.Helper()
	files, err := filepath.Glob("testdata/northwind/*.yaml")
	if err != nil || len(files) != 5 {
		t.Fatal(files, err)
	}
	var ms []*Mapping
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		m, problems := Parse(filepath.Base(f), data)
		if len(problems) > 0 {
			t.Fatal(show(problems))
		}
		ms = append(ms, m)
	}
	set, problems := NewSet("northwind", ms)
	if len(problems) > 0 {
		t.Fatal(show(problems))
	}
	split := func(s string) []string { return strings.Split(s, ",") }
	return set, Env{Location: time.UTC, Columns: map[string][]string{
		"customers":     split("customerID,companyName,contactName,contactTitle,address,city,region,postalCode,country,phone,fax"),
		"orders":        split("orderID,customerID,orderDate,freight"),
		"order_details": split("orderID,productID,unitPrice,quantity,discount"),
		"products":      split("productID,productName,categoryID,unitPrice,discontinued"),
		"categories":    split("categoryID,categoryName,description"),
	}, Nulls: map[string][]string{"customers": {"NULL"}}}
}

func TestNorthwindCompiles(t *testing.T) {
	set, env := northwind(t)
	programs, problems := set.Compile(env)
	want := "orders.yaml:3:7: warning: column freight of source orders is neither mapped nor ignored; ignore: {freight: \"why\"}"
	if len(problems) != 1 || !strings.HasPrefix(problems[0].String(), want) {
		t.Errorf("problems:\n%s", show(problems))
	}
	var order []string
	for _, m := range set.Order() {
		order = append(order, m.Name)
	}
	if got := strings.Join(order, " "); got != "categories customers products orders order_lines" {
		t.Errorf("order: %s", got)
	}
	if got := strings.Join(programs["orders"].DependsOn(), " "); got != "customers order_lines" {
		t.Errorf("orders depends on %s", got)
	}
	if set.Parent("order_lines").Name != "orders" || set.Parent("orders") != nil {
		t.Error("order_lines must be lines of orders")
	}
}

// batch makes a batch of rows written as in a CSV file without quotes.
func batch(table, header string, rows ...string) *record.Batch {
	b := &record.Batch{Table: table, Columns: strings.Split(header, ",")}
	for i, r := range rows {
		b.Rows = append(b.Rows, record.Row{Pos: record.Pos{Row: int64(i + 1), Line: int64(i + 2)}, Cells: strings.Split(r, ",")})
	}
	return b
}

// describe writes a result as text: what people compare in a failing test.
func describe(r Result) string {
	var b strings.Builder
	for _, rec := range r.Records {
		b.WriteString(rec.ID)
		for i, f := range rec.Layout.Fields {
			if v := rec.Values[i]; !v.IsNull() {
				b.WriteString("\n  " + f + " = " + v.Kind().String() + " " + v.Text())
			}
		}
		b.WriteString("\n")
	}
	for _, c := range r.Classes {
		b.WriteString(c.Class + ": " + c.Reason + "\n")
	}
	for _, f := range r.Findings {
		b.WriteString(strings.TrimSpace(string(f.Severity)+" "+f.Rule+" "+f.At+" "+f.Column) + ": " + f.Message + "; " + f.Hint + "\n")
	}
	return b.String()
}

func TestNorthwindRecords(t *testing.T) {
	set, env := northwind(t)
	programs, _ := set.Compile(env)
	var b strings.Builder
	for _, batch := range []*record.Batch{
		batch("customers", "customerID,companyName,contactName,contactTitle,address,city,region,postalCode,country,phone,fax",
			"ALFKI,Alfreds Futterkiste,Maria Anders,Sales Representative,Obere  Str. 57,Berlin,NULL,12209,Germany,030-0074321,030-0076545",
			"X-1,No Country,,,,,,,,,",
			"AROUT,Around the Horn,Thomas Hardy,,120 Hanover Sq.,London,NULL,WA1 1DP,Untied Kingdom,(171) 555-7788,",
			",No Id,,,,,,,UK,,"),
		batch("orders", "orderID,customerID,orderDate,freight",
			"10248,ALFKI,1996-07-04 00:00:00.000,32.38", "10249,VOID,,", "10250,,1996-13-04 00:00:00.000,"),
		batch("order_details", "discount,orderID,productID,unitPrice,quantity",
			"0.15,10248,11,14.00,12", "0,10248,42,9.8O,10", ",10248,72,34.80,5"),
		batch("products", "productID,productName,categoryID,unitPrice,discontinued", "1,Chai,1,18.00,0", "2,Chang,,,1", "3,Syrup,2,1.5,x"),
	} {
		b.WriteString(describe(programs[map[string]string{"customers": "customers", "orders": "orders", "order_details": "order_lines",
			"products": "products"}[batch.Table]].Apply(batch)))
	}
	golden(t, "northwind.golden", []byte(b.String()))
}
