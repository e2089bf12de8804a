package project

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestLoad(t *testing.T) {
	p, problems, err := Load("testdata/northwind.yaml")
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	here, _ := filepath.Abs("testdata")
	if p.Dir != here || p.Path("exports/a.csv") != filepath.Join(here, "exports", "a.csv") || p.Path("/x") != "/x" || p.Path("") != "" {
		t.Errorf("paths: %q %q", p.Dir, p.Path("exports/a.csv"))
	}
	if p.Name != "northwind" || p.Module != "northwind" || p.Timezone != "Europe/Berlin" || p.Mappings != "mappings" {
		t.Errorf("%+v", p)
	}
	c := p.Sources["customers"]
	if c.File != "exports/customers.csv" || c.Encoding != "windows-1252" || c.Delimiter != ";" || c.Quote != `"` || c.Header == nil || !*c.Header ||
		c.Skip != 2 || len(c.Columns) != 2 || len(c.Nulls) != 2 || len(c.Key) != 1 || c.At != "testdata/northwind.yaml:5:3" {
		t.Errorf("%+v", c)
	}
	if s := p.Sources["stock"]; s.Delimiter != "\t" || s.Header == nil || *s.Header {
		t.Errorf("%+v", s)
	}
	if v := p.Sources["vendors"]; v.Header != nil || v.Sheet != "Vendors" || p.Sources["products"].Rows != "/catalog/product" {
		t.Errorf("%+v", v)
	}
	if e := p.Sources["employees"]; e.File != "exports/employees_*.csv" || e.Delimiter != "+|" || e.RecordEnd != "&|\n" || e.Escape != `\` || e.HeaderRows != 2 ||
		e.Footer != 1 {
		t.Errorf("%+v", e)
	}
	if m := p.Sources["movements"]; !slices.Equal(m.Widths, []int{8, 30, 12}) {
		t.Errorf("%+v", m)
	}
	if a := p.Sources["audit_file"]; a.Table != "Customer" || a.Namespaces["n1"] != "urn:StandardAuditFile-Taxation-Financial:NO" {
		t.Errorf("%+v", a)
	}
	if got := fmt.Sprint(p.SourceNames()); got != "[audit_file customers employees movements products stock vendors]" {
		t.Error(got)
	}
	if c := p.Custody; !slices.Equal(c.Checksums, []string{"exports/SHA256SUMS"}) || c.RowCounts == nil || len(c.RowCounts) > 0 || c.System != "Nordwind 7" ||
		c.ExtractedBy != "A. Owner" || c.ExtractedAt != "2026-01-12 18:30" {
		t.Errorf("%+v", c)
	}
	if _, ok := p.Scope["exports/book.xlsx#Notes"]; !ok {
		t.Errorf("%+v", p.Scope)
	}
	if p.Targets["production"].Password != (Secret{Env: "ODOO_PASSWORD"}) || p.Targets["rehearsal"].Password != (Secret{File: "secrets/odoo"}) ||
		p.Staging.DSN != (Secret{Env: "MIGRATE_DSN"}) {
		t.Errorf("%+v %+v", p.Targets, p.Staging)
	}
	if p.Thresholds.FirstPass != record.MustDecimal("99.9") || p.Thresholds.Reject["map.value_unknown"] != 10 {
		t.Errorf("%+v", p.Thresholds)
	}
	if d := p.Scope["employees"]; d.Decision != Archived || d.By != "A. Consultant" {
		t.Errorf("%+v", d)
	}
	if c := p.Controls[0]; len(p.Controls) != 2 || c.Kind != Computed || c.Scale != 2 || *c.Odoo != (OdooTotal{"orders", "amount_untaxed"}) ||
		*c.Expected.Amount != record.MustDecimal("1265793.0395") || !strings.HasPrefix(c.Source, `select "orderID"`) {
		t.Errorf("%+v", p.Controls)
	}
	if c := p.Controls[1]; c.Expected.File != "controls.csv" || c.Expected.Name != "CUSTOMERS" || c.Expected.Amount != nil {
		t.Errorf("%+v", c)
	}
}

// TestMistakes: all of them at once, and no secret among the messages.
func TestMistakes(t *testing.T) {
	data, err := os.ReadFile("testdata/mistakes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, problems := Parse("migrate.yaml", data)
	var b strings.Builder
	for _, p := range problems {
		b.WriteString(p.String() + "\n")
	}
	for _, secret := range []string{"hunter22", "topsecret", "verysecret"} {
		if strings.Contains(b.String(), secret) {
			t.Errorf("the secret %s is printed", secret)
		}
	}
	const path = "testdata/mistakes.golden"
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", b.String(), want)
	}
}

// A mistake that only the files show has its place, and a secret on the same line stays hidden.
func TestScopeProblem(t *testing.T) {
	p, problems := Parse("migrate.yaml", []byte("version: 1\nproject: a\nsources: {s: {file: a.csv}}\n"+
		"targets: {t: {url: 'http://localhost', database: d, user: u, password: geheim}}\nscope: {x/geheim.xlsx#Nots: {decision: archived, reason: r, by: b}}\n"))
	if len(problems) != 1 {
		t.Fatal(problems)
	}
	got := p.ScopeProblem("x/geheim.xlsx#Nots", []string{"x/other.csv", "x/geheim.xlsx#Notes"}, "no hint", "there is no table %q", "Nots").String()
	want := "migrate.yaml:5:9: there is no table \"Nots\"; did you mean \"x/******.xlsx#Notes\"?\n    5 | scope: {x/******.xlsx#Nots: {decision: archived, reason: r, by: b}}\n      |         ^"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := p.ScopeProblem("x/geheim.xlsx#Nots", nil, "look there", "gone").Hint; got != "look there" {
		t.Error(got)
	}
}

func TestLoadMissingFile(t *testing.T) {
	_, _, err := Load("testdata/nowhere.yaml")
	var advice *record.Advice
	if !errors.Is(err, fs.ErrNotExist) || !errors.As(err, &advice) {
		t.Errorf("%v", err)
	}
}

func TestSecretsStayHidden(t *testing.T) {
	p, problems := Parse("migrate.yaml", []byte("version: 1\nproject: a\nsources: {s: {file: a.csv}}\nstaging: {dsn: 'host=db password=geheim user=x'}\n"+
		"targets: {t: {url: 'http://[::1]:8069', database: d, user: u, password: geheim}}\n"))
	if p.Targets["t"].Password.Plain != "geheim" || len(problems) != 2 {
		t.Fatal(p, problems)
	}
	asJSON, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprint(p.Targets), fmt.Sprintf("%+v %#v", p.Targets, p.Staging), fmt.Sprint(problems), string(asJSON)} {
		if strings.Contains(text, "geheim") {
			t.Errorf("the secret is printed: %s", text)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("version: 1\nsources: {a: {file: [], columns: {}, key: 1}}\ntargets: {t: {password: {env: }}}\ncontrols: [1, {expected: {}}]\n")
	f.Add("version: 1\nsources: {a: {file: 'x[', widths: [a, {}], namespaces: [1], rows: 'q:a', footer: -1, header_rows: {}}}\ncustody: {checksums: {}, extracted_at: []}\nscope: {b: 1, 'c/d#e': {}}\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, problems := Parse("f.yaml", []byte(text))
		if p == nil || text == "" && len(problems) == 0 {
			t.Fatal("no project")
		}
	})
}

// The example of shared value maps in docs/MAPPINGS.md is one.
func TestSharedMapsAreRead(t *testing.T) {
	b, err := os.ReadFile("../../docs/MAPPINGS.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(b), "```yaml\nmaps:\n")
	text, _, _ = strings.Cut(text, "```")
	const head = "version: 1\nproject: p\nsources: {s: {file: s.csv}}\nmaps:\n"
	p, problems := Parse("migrate.yaml", []byte(head+text))
	if len(problems) > 0 || p.Maps["states"] == nil || p.Maps["states"].Files[0] != "maps/states.csv" || p.Maps["states"].Confirmed.By != "A. Owner" {
		t.Errorf("%+v %v", p.Maps, problems)
	}
	_, problems = Parse("migrate.yaml", []byte(head+"  1st: {values: {A: B}}\n  b: {vales: {A: B}}\n  c: countries.csv\n"))
	var got []string
	for _, q := range problems {
		got = append(got, q.Where()+" "+q.Message)
	}
	want := "migrate.yaml:5:3 a value map's name must be letters, digits and _, not \"1st\"|" +
		"migrate.yaml:6:6 the value map says neither in which file it is nor its values|migrate.yaml:6:7 unknown key \"vales\"|" +
		"migrate.yaml:7:6 a value map must be a map of keys (file, sheet, from, to, values, confirmed)"
	if strings.Join(got, "|") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "|"), want)
	}
}

// The example of a target in docs/FORMATS.md is one.
func TestExampleOfATarget(t *testing.T) {
	b, err := os.ReadFile("../../docs/FORMATS.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(b), "### A target\n\n```yaml\n")
	example, _, _ := strings.Cut(after, "```")
	p, problems := Parse("migrate.yaml", []byte("version: 1\nproject: p\nsources: {a: {file: a.csv}}\n"+example))
	if len(problems) > 0 {
		t.Fatalf("%v", problems)
	}
	want := Target{Name: "production", URL: "https://odoo.example.com", Database: "prod", User: "migration@example.com", APIKey: Secret{Ring: "odoo-prod"}, CA: "secrets/our-authority.pem"}
	got := p.Targets["production"]
	if got.At = ""; got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}
