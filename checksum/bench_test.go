package checksum_test

import (
	"fmt"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// BenchmarkRecord brings records of twelve fields into canonical form and digests them, as staging does.
func BenchmarkRecord(b *testing.B) {
	types := []schema.Type{schema.Boolean, schema.Char, schema.Char, schema.Many2one, schema.Float, schema.Date, schema.Char, schema.Char, schema.Monetary, schema.Char, schema.Many2many, schema.Text}
	values := []record.Value{record.BoolValue(true), record.TextValue("Hauptstraße 12"), record.TextValue("Lyon"), record.NewValue(record.Link, "res.country[code=FR]"), num("12.5"),
		record.NewValue(record.Date, "2024-02-29"), record.TextValue("info@example.com"), record.TextValue("Customer 01 Ltd"), num("1234.56"), record.TextValue("+49 421 5501"),
		record.LinksValue([]string{"legacy.tag_1", "legacy.tag_2"}), {}}
	r := record.Record{Layout: &record.Layout{Mapping: "m", Model: "res.partner"}, ID: "legacy.cust_1", Values: make([]record.Value, len(values))}
	var fields []schema.Field
	for i, typ := range types {
		name := fmt.Sprintf("field_%02d", i)
		r.Layout.Fields = append(r.Layout.Fields, name)
		fields = append(fields, schema.Field{Name: name, Type: typ, HasDigits: typ == schema.Float, Digits: 2})
	}
	for b.Loop() {
		for i, v := range values {
			r.Values[i] = checksum.Predict(fields[i], v, 2)
			if checksum.Carried(fields[i], r.Values[i]) != "" {
				b.Fatal(i)
			}
		}
		_ = checksum.Record(&r)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}
