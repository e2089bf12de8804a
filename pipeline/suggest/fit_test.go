package suggest_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/pipeline/suggest"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

func fitted(t *testing.T, fit *suggest.Fitting, table string) *suggest.TableFit {
	t.Helper()
	i := slices.IndexFunc(fit.Tables, func(f suggest.TableFit) bool { return f.Table == table })
	if i < 0 {
		t.Fatalf("no table %s", table)
	}
	return &fit.Tables[i]
}

func field(t *testing.T, f *suggest.TableFit, column string) *suggest.FieldFit {
	t.Helper()
	c, ok := f.Column(column)
	if !ok || c.Field() == nil {
		t.Fatalf("%s.%s has no field: %+v", f.Table, column, c)
	}
	return c.Field()
}

// TestFit holds each part of the evidence to one small table.
func TestFit(t *testing.T) {
	r := report(t,
		"Customers\nNr|Firma|Land|Typ|Zahlungsbedingung|Sprache\n1|A|Deutschland|Rechnung|30 Days|D\n2|B|DE|invoice|30 Days|F\n3|C|UK|Lieferung|net 77|D\n4|D|Germnay|xyz|30 Days|D",
		"accounts\ncode|name\n1000|Cash\n2000|Bank",
		"employees\nid|full name|birth date|manager\n1|A|1980-01-01|2\n2|B|1981-01-01|2",
		"noise\nx1|x2\n1|2\n3|4")
	fit := suggest.Fit(r, suggest.Options{Schema: savedSchema(t), Origin: "schema.json", ShowPersonal: true})

	customers := fitted(t, fit, "Customers")
	if customers.Model() != "res.partner" || customers.Models[0].Label != "Contact" || len(customers.Models[0].Reasons) < 1 {
		t.Errorf("customers: %+v", customers.Models)
	}
	country := field(t, customers, "Land")
	if country.Field != "country_id" || country.Values == nil || len(country.Values.Unknown) != 1 || country.Values.Unknown[0] != (suggest.UnknownValue{Value: "Germnay", Rows: 1, Similar: "DE"}) {
		t.Errorf("country: %+v %+v", country, country.Values)
	}
	if !strings.Contains(country.Reason, "75 % of the values are countries known in the target") {
		t.Errorf("reason: %s", country.Reason)
	}
	if kind := field(t, customers, "Typ"); kind.Field != "type" && kind.Field != "category_id" {
		t.Errorf("Typ is %s", kind.Field)
	}
	if terms := field(t, customers, "Zahlungsbedingung"); terms.Find != "account.payment.term.name" || terms.Values.Known != 3 || terms.Values.Unknown[0].Value != "net 77" {
		t.Errorf("payment terms: %+v %+v", terms, terms.Values)
	}
	if required := fitted(t, fit, "accounts").Required; !slices.Equal(required, []string{"account_type"}) {
		t.Errorf("accounts lack %v", required)
	}
	if people := fitted(t, fit, "employees"); !people.Models[0].Missing || people.Models[0].Model != "hr.employee" || people.Model() != "" {
		t.Errorf("employees: %+v", people.Models)
	}
	if noise := fitted(t, fit, "noise"); noise.Model() != "" || len(noise.Columns) != 2 {
		t.Errorf("noise: %+v", noise)
	}
	rules := map[string]int{}
	for _, f := range fit.Findings {
		rules[f.Rule]++
		if f.Table == "" || f.Message == "" || f.Hint == "" || f.Severity != record.Warning {
			t.Errorf("%+v", f)
		}
	}
	if rules["fit.model_missing"] != 1 || rules["fit.required_missing"] != 1 || rules["fit.value_unknown"] < 2 {
		t.Errorf("findings %v: %+v", rules, fit.Findings)
	}
}

// TestUnknownValueFinding is the sentence a consultant reads about a value nobody knows.
func TestUnknownValueFinding(t *testing.T) {
	r := report(t, "customers\nno|name|country\n1|A|Germnay\n2|B|Germnay\n3|C|FR\n4|D|DE\n5|E|AT")
	fit := suggest.Fit(r, suggest.Options{Schema: savedSchema(t)})
	i := slices.IndexFunc(fit.Findings, func(f record.Finding) bool { return f.Rule == "fit.value_unknown" })
	if i < 0 {
		t.Fatalf("%+v", fit.Findings)
	}
	f := fit.Findings[i]
	if f.Message != `2 rows: "Germnay" is not known in res.country.code` || f.Rows != 2 || f.Column != "country" || f.Hint != "Did you mean DE? Put Germnay: DE into the value map of country_id." {
		t.Errorf("%+v", f)
	}
}

// TestFitIsDeterministic wants the same bytes twice, with a schema and without.
func TestFitIsDeterministic(t *testing.T) {
	for _, s := range []*schema.Snapshot{nil, savedSchema(t)} {
		var first []byte
		for range 5 {
			b, err := json.Marshal(suggest.Fit(trade(t), suggest.Options{Schema: s}))
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = b
			}
			if string(b) != string(first) {
				t.Fatalf("differs:\n%s\n%s", b, first)
			}
		}
		if strings.Contains(string(first), `null`) {
			t.Errorf("a list is null: %s", first)
		}
	}
}

// TestPersonalValuesAreMasked lets nothing of a personal column out that the report itself masks.
func TestPersonalValuesAreMasked(t *testing.T) {
	r := report(t, "customers\nno|name|country\n1|A|Narnia\n2|B|Narnia\n3|C|DE\n4|D|DE\n5|E|AT")
	c, _ := r.Sources[0].Column("country")
	c.Personal = true
	values := func(string, string) ([]profile.Count, bool) {
		return []profile.Count{{Value: "Narnia", Rows: 2}, {Value: "DE", Rows: 2}, {Value: "AT", Rows: 1}}, true
	}
	for _, show := range []bool{false, true} {
		r.Masked = !show
		b, err := json.Marshal(suggest.Fit(r, suggest.Options{Values: values, ShowPersonal: show}))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "Narnia") != show {
			t.Errorf("shown %t: %s", show, b)
		}
	}
	r.Masked = true
	for name, text := range suggest.Draft(r, "p", suggest.Options{Values: values}).Files() {
		if strings.Contains(string(text), "Narnia") {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// TestForecast reckons by hand what 1,000 partners and 90 orders take.
func TestForecast(t *testing.T) {
	r := trade(t)
	r.Sources[0].Rows = 11_700
	s := savedSchema(t)
	fit := suggest.Fit(r, suggest.Options{Schema: s})
	step := func(f *suggest.Fitting, model string) suggest.ForecastStep {
		i := slices.IndexFunc(f.Forecast.Steps, func(s suggest.ForecastStep) bool { return s.Model == model })
		if i < 0 {
			t.Fatalf("no step for %s: %+v", model, f.Forecast)
		}
		return f.Forecast.Steps[i]
	}
	// 1,170 a second on 19, and reading back at 16,000 a second.
	if p := step(fit, "res.partner"); p.PerSecond != 1170 || p.Seconds != 10.7 || p.Shortest != 5.4 || p.Longest != 21.5 {
		t.Errorf("%+v", p)
	}
	if l := step(fit, "sale.order.line"); l.PerSecond != 0 {
		t.Errorf("lines are loaded with their orders: %+v", l)
	}
	s.ServerVersion = "18.0"
	if p := step(suggest.Fit(r, suggest.Options{Schema: s}), "res.partner"); p.PerSecond != 684 {
		t.Errorf("on 18: %+v", p)
	}
	own := suggest.Rate{Model: "res.partner", PerSecond: 100, Measured: 5000, Origin: "own"}
	fit = suggest.Fit(r, suggest.Options{Schema: s, Measured: []suggest.Rate{own}})
	if p := step(fit, "res.partner"); !p.Own || p.PerSecond != 100 || p.Longest >= 2*p.Seconds {
		t.Errorf("%+v", p)
	}
	own.Measured = 10
	if p := step(suggest.Fit(r, suggest.Options{Schema: s, Measured: []suggest.Rate{own}}), "res.partner"); p.Own {
		t.Errorf("ten records prove nothing: %+v", p)
	}
	if !strings.Contains(fit.Forecast.Basis, "two-core machine") {
		t.Errorf("basis %q", fit.Forecast.Basis)
	}
}

// TestLabelsInOtherLanguages finds a field by the label that the target has in German.
func TestLabelsInOtherLanguages(t *testing.T) {
	s := savedSchema(t)
	s.Languages = append(s.Languages, "de_DE")
	m, _ := s.Model("res.partner")
	i := slices.IndexFunc(m.Fields, func(f schema.Field) bool { return f.Name == "website" })
	m.Fields[i].Labels = map[string]string{"de_DE": "Netzauftritt"}
	fit := suggest.Fit(report(t, "customers\nno|name|Netzauftritt\n1|A|a\n2|B|b"), suggest.Options{Schema: s})
	if h := field(t, fitted(t, fit, "customers"), "Netzauftritt"); h.Field != "website" || h.Reason != "the column's name is the field's German label" {
		t.Errorf("%+v", h)
	}
}

func TestFitOfNothing(t *testing.T) {
	fit := suggest.Fit(&profile.Report{}, suggest.Options{})
	if len(fit.Tables)+len(fit.Volumes)+len(fit.Findings) != 0 || fit.Forecast.Seconds != 0 {
		t.Errorf("%+v", fit)
	}
}
