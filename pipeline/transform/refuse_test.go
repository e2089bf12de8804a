package transform

import (
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// A number that Odoo would give back as another one rejects its row, by name and place, and no other row.
func TestNumbersOdooDoesNotCarry(t *testing.T) {
	layout := &record.Layout{Mapping: "products", Model: "product.template", Fields: []string{"list_price", "sequence"}}
	model := &schema.Model{Name: "product.template", Fields: []schema.Field{{Name: "list_price", Type: schema.Float}, {Name: "sequence", Type: schema.Integer}}}
	r := newRounding(layout, Options{Model: model, CurrencyDigits: 2})
	row := func(n int64, price, sequence string) record.Record {
		return record.Record{Layout: layout, ID: "legacy.p", Table: "items", Pos: record.Pos{Row: n, Line: n + 1},
			Values: []record.Value{record.NumberValue(record.MustDecimal(price)), record.NumberValue(record.MustDecimal(sequence))}}
	}
	res := mappings.Result{
		Records: []record.Record{row(1, "1234567890123.45", "7"), row(2, "12345678901234.56", "7"), row(4, "1", "2147483648"), row(5, "-0.5", "-2147483648")},
		Classes: []mappings.Class{{Row: 3, Class: mappings.ClassExcluded}},
	}
	r.refuse(&res)
	if len(res.Records) != 2 || res.Records[0].Pos.Row != 1 || res.Records[1].Pos.Row != 5 {
		t.Errorf("kept %+v", res.Records)
	}
	if len(res.Classes) != 3 || res.Classes[0].Row != 2 || res.Classes[1].Row != 3 || res.Classes[2].Row != 4 || res.Classes[0].Class != mappings.ClassRejected {
		t.Errorf("classes %+v", res.Classes)
	}
	if len(res.Findings) != 2 {
		t.Fatalf("findings %+v", res.Findings)
	}
	for i, want := range []string{"12345678901234.56: it has more than the 15 digits", "2147483648: Odoo keeps whole numbers"} {
		f := res.Findings[i]
		if f.Rule != "odoo.number_not_carried" || !strings.Contains(f.Message, want) || f.Table != "items" || f.Row == 0 || f.Column == "" {
			t.Errorf("finding %+v, want %q", f, want)
		}
	}
}
