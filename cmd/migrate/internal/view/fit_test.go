package view

import (
	"bytes"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline/suggest"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

func fitting() *suggest.Fitting {
	there := int64(7)
	return &suggest.Fitting{
		Version: 1, Origin: "production", Server: "19.0",
		Tables: []suggest.TableFit{
			{Table: "customers", Rows: 91, Models: []suggest.ModelFit{{Model: "res.partner", Confidence: 0.95, Reasons: []string{"the table's name says \"customer\""}}}, Required: []string{"name"},
				Columns: []suggest.ColumnFit{
					{Column: "country", Fields: []suggest.FieldFit{{Field: "country_id", Label: "Country", Confidence: 0.97, Reason: "the column is named as the field",
						Values: &suggest.ValueFit{Unknown: []suggest.UnknownValue{{Value: "<b>Germnay\x1b", Rows: 412, Similar: "DE"}}}}}},
					{Column: "fax", Note: "Odoo has no fax field", Ignore: true},
					{Column: "shoe size", Fields: []suggest.FieldFit{{Field: "color", Confidence: 0.2, Reason: "similar"}}},
				}},
			{Table: "employees", Rows: 9, Models: []suggest.ModelFit{{Model: "hr.employee", Confidence: 0.9, Missing: true, Reasons: []string{"the target does not have it"}}}},
			{Table: "regions", Rows: 4},
		},
		Volumes: []suggest.Volume{{Model: "res.partner", Tables: []string{"customers"}, Rows: 91, Target: &there}, {Model: "sale.order.line", Tables: []string{"lines"}, Rows: 300}},
		Forecast: suggest.Forecast{Seconds: 8000, Shortest: 4000, Longest: 16000, Basis: "rates measured elsewhere", Steps: []suggest.ForecastStep{
			{Model: "res.partner", Records: 91, PerSecond: 1170, Seconds: 0.1, Shortest: 0.05, Longest: 0.2}, {Model: "sale.order.line", Records: 300}}},
	}
}

func TestFitText(t *testing.T) {
	text := fitText(fitting(), familiesOf(nil), 0)
	golden(t, "fit.txt", []byte(text))
	for line := range strings.Lines(text) {
		if w := displayWidth(strings.TrimSuffix(line, "\n")); w > DefaultWidth {
			t.Errorf("%d columns: %q", w, line)
		}
	}
}

func TestFitSections(t *testing.T) {
	var b bytes.Buffer
	if err := Page(&b, "t", "s", fitSections(fitting())...); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, want := range []string{"What fits which Odoo model", "customers → res.partner", "country_id", "1 unknown value", "(DE?)", "hr.employee (not in the target)", "No column was found for name", "perhaps color", "67 min to 4.4 h"} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q", want)
		}
	}
	if strings.Contains(text, "<b>Germnay") || strings.Contains(text, "\x1b") {
		t.Error("a value became markup")
	}
}

func TestSchemaSummary(t *testing.T) {
	var b bytes.Buffer
	s := &schema.Snapshot{ServerVersion: "19.0", Languages: []string{"en_US"}, Models: []schema.Model{{Name: "a", Fields: make([]schema.Field, 3)}}}
	if err := Schema(&b, Summarise("x.json", s)); err != nil || b.String() != "x.json holds the schema of Odoo 19.0: 1 model with 3 fields, 0 lookup tables, 1 language.\n" {
		t.Errorf("%q %v", b.String(), err)
	}
}
