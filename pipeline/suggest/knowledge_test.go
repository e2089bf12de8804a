package suggest

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// elsewhere are known models and fields that the saved Odoo 19 lacks: modules that are not installed there, and fields of 18.
var elsewhere = []string{"crm.lead", "hr.employee", "res.partner.mobile", "res.partner.title", "product.product.can_be_expensed", "product.product.hs_code", "product.product.country_of_origin", "res.partner.property_product_pricelist"}

// TestKnowledgeIsOdoos holds what is known to what an Odoo 19 told: names, types and relations.
func TestKnowledgeIsOdoos(t *testing.T) {
	data, err := os.ReadFile("testdata/odoo19.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	s, err := schema.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range known().models {
		if len(m.tables) == 0 || len(m.fields) == 0 || m.label == "" {
			t.Errorf("%s has no tables, fields or label", m.name)
		}
		for _, n := range append(slices.Clone(m.needs), m.key) {
			if n != "" && m.field(n) == nil && !strings.HasPrefix(m.name, "res.partner.bank") {
				t.Errorf("%s needs %s, of which nothing is known", m.name, n)
			}
		}
		model, ok := s.Model(m.name)
		if !ok {
			if !slices.Contains(elsewhere, m.name) {
				t.Errorf("there is no model %s", m.name)
			}
			continue
		}
		for _, f := range m.fields {
			checkField(t, model, f)
		}
	}
}

func checkField(t *testing.T, model *schema.Model, f *fieldKnowledge) {
	t.Helper()
	name := model.Name + "." + f.Name
	d, ok := model.Field(model.NameHere(f.Name))
	if !ok {
		if !slices.Contains(elsewhere, name) {
			t.Errorf("there is no field %s", name)
		}
		return
	}
	if d.Type != f.Type && !(d.Type.Kind() == f.Type.Kind() && d.Type != schema.Selection) || d.Relation != f.Relation {
		t.Errorf("%s is %s %s, not %s %s", name, d.Type, d.Relation, f.Type, f.Relation)
	}
	for _, o := range f.Options {
		if f.Name != "lang" && !slices.ContainsFunc(d.Options, func(k schema.Option) bool { return k.Value == o.Value }) {
			t.Errorf("%s has no choice %s", name, o.Value)
		}
	}
	if f.ref != "" && !related(f.Relation, f.ref) {
		t.Errorf("%s takes %s, not %s", name, f.Relation, f.ref)
	}
}

// TestKnowledgeIsUnambiguous finds names that two fields of a model claim with the same strength.
func TestKnowledgeIsUnambiguous(t *testing.T) {
	for _, m := range known().models {
		owner := map[string]string{}
		for _, f := range m.fields {
			for _, n := range f.names {
				if other, taken := owner[n]; taken {
					t.Errorf("%s: %q is %s and %s", m.name, n, other, f.Name)
				}
				owner[n] = f.Name
			}
		}
	}
}

func TestKnowledgeMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"colour red":                                `x:1: unknown word "colour"`,
		"model a\n  colour red":                     `x:2: unknown word "colour"`,
		"  tables a":                                `belongs to no model`,
		"model a\n    = name":                       `belongs to no field`,
		"model a\n  field name":                     "a field has a name and a type",
		"model a\n  field name char maybe":          `unknown word "maybe"`,
		"model a\n  field name char tells much":     "invalid syntax",
		"model a\n  field name char\n    % b":       `unknown word "%"`,
		"rate res.partner 19 load fast here":        `rate "fast"`,
		"rate res.partner 19 load":                  "a rate has",
		"alias res.country: DE":                     "an alias has",
		"# comment\n\nmodel a\n  label A\n  weak b": "",
	} {
		err := (&knowledge{alias: map[string]map[string]string{}}).read("x", text)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]string{"N° de Téléphone": "ndetelephone", "Straße": "strasse", "SHORT_DESCR": "shortdescr", "Ørsted": "orsted", "客户": "客户", "--": ""} {
		if got := fold(name); got != want {
			t.Errorf("fold(%q) = %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string][]string{
		"Email *": {"email"}, "Active (0/1)": {"active01", "active"}, "DebitAmount/Amount": {"debitamountamount", "debitamount"},
		"Part/@UnitPrice": {"partunitprice", "unitprice"}, "_parent/CustomerID": {"parentcustomerid"},
	} {
		if got := spellings(name); !slices.Equal(got, want) && !slices.Contains(got, want[len(want)-1]) {
			t.Errorf("spellings(%q) = %q, want %q", name, got, want)
		}
	}
	for table, words := range map[string]struct{ yes, no string }{
		"order-details": {"orderdetail", "product"}, "Warengruppen": {"warengruppe", "gruppe"}, "KundenStamm": {"kunde", "stammbaum"}, "BUSINESSPARTNERS": {"businesspartner", "partner"},
		"SpareParts": {"part", "sparta"}, "departments": {"department", "part"},
	} {
		w := foldWords(table)
		if says(w, words.yes) != 1 || says(w, words.no) == 1 {
			t.Errorf("%s says %s: %v, and %s: %v", table, words.yes, says(w, words.yes), words.no, says(w, words.no))
		}
	}
}

func TestNearest(t *testing.T) {
	list := []string{"Germany", "France", "Greece", "DE", "units"}
	for value, want := range map[string]string{"Germnay": "Germany", "GERMANY ": "Germany", "Frnace": "France", "Atlantis": "", "D": "", "unit": "units", "": ""} {
		if got := nearest(value, list); got != want {
			t.Errorf("nearest(%q) = %q, want %q", value, got, want)
		}
	}
}

func TestCountryAndCurrencyNames(t *testing.T) {
	f := newFitter(&profile.Report{}, Options{})
	sets := f.acceptors("res.partner", &schema.Field{Type: schema.Many2one, Relation: "res.country"})
	if len(sets) != 2 || len(sets[0].accepts) < 240 {
		t.Fatalf("%d sets of %d countries", len(sets), len(sets[0].accepts))
	}
	for value, code := range map[string]string{"DE": "", "UK": "GB", "USA": "US", "Deutschland": "DE", "Allemagne": "DE", "Österreich": "AT", "Suisse": "CH", "DEU": "DE", "Atlantis": "?", "Jugoslawien": "?"} {
		how, means := sets[0].ask(value)
		if code == "?" && how != unknown || code == "" && how != accepted || len(code) == 2 && (how != renamed || means != code) {
			t.Errorf("%s: %d %q, want %q", value, how, means, code)
		}
	}
	if how, means := sets[1].ask("Deutschland"); how != renamed || means != "Germany" {
		t.Errorf("by name: %d %q", how, means)
	}
	money := f.acceptors("sale.order", &schema.Field{Type: schema.Many2one, Relation: "res.currency"})
	if how, means := money[0].ask("€"); how != renamed || means != "EUR" {
		t.Errorf("€: %d %q", how, means)
	}
	tongues := f.acceptors("res.partner", &schema.Field{Type: schema.Selection, Name: "lang"})
	for value, want := range map[string]string{"D": "de_DE", "EN": "en_US", "Französisch": "fr_FR", "nl": "nl_NL"} {
		if how, means := tongues[0].ask(value); how != renamed || means != want {
			t.Errorf("%s: %d %q, want %s", value, how, means, want)
		}
	}
}

// TestRateTable holds the rates to what a forecast needs: a rate of reading, one for any model, and an origin for each.
func TestRateTable(t *testing.T) {
	f := newFitter(&profile.Report{}, Options{})
	for _, call := range []string{"read", "assume", "write"} {
		if r := f.rate("*", call); r.PerSecond <= 0 {
			t.Errorf("no rate to %s", call)
		}
	}
	for _, r := range known().rates {
		if r.Origin == "" || r.Version != "18" && r.Version != "19" {
			t.Errorf("%+v", r)
		}
	}
}
