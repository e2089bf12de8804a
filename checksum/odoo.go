package checksum

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// Naming turns a database id of a comodel into the text of a record.Ref: an external id, or a natural key. A record
// nobody can name is "model#id", which equals no reference a mapping can make.
type Naming func(model string, id int64) string

// Unnamed is the text Naming gives a record that has no name.
func Unnamed(model string, id int64) string { return model + "#" + strconv.FormatInt(id, 10) }

// NamedBy names the records in a map from Unnamed texts to references.
func NamedBy(byID map[string]string) Naming {
	return func(model string, id int64) string {
		key := Unnamed(model, id)
		if ref, ok := byID[key]; ok {
			return ref
		}
		return key
	}
}

// FromOdoo brings a raw value of a reply into the canonical form of its field's type. Raw values are nil, bool, string,
// json.Number and []any as JSON-RPC read with load=None gives them. Odoo says false for an empty value of every type but
// boolean; empty numbers are 0 there and have no null.
func FromOdoo(f schema.Field, raw any, name Naming) (record.Value, error) {
	if f.Type == schema.Boolean {
		b, ok := raw.(bool)
		if !ok && raw != nil {
			return record.Value{}, unexpected(f, raw)
		}
		return record.BoolValue(b), nil
	}
	if raw == nil || raw == false {
		return emptyOf(f), nil
	}
	switch f.Type {
	case schema.Integer, schema.Float, schema.Monetary:
		return numberFromOdoo(f, raw)
	case schema.M2ORef:
		return recordFromOdoo(f, raw, name)
	case schema.Many2one:
		id, err := idOf(raw)
		if err != nil {
			return record.Value{}, fmt.Errorf("field %s: %w", f.Name, err)
		}
		return record.NewValue(record.Link, name(f.Relation, id)), nil
	case schema.Many2many, schema.One2many:
		return linksFromOdoo(f, raw, name)
	case schema.Reference:
		return referenceFromOdoo(f, raw, name)
	case schema.JSON, schema.Props, schema.PropsDef:
		return jsonFromOdoo(f, raw)
	}
	text, ok := raw.(string)
	if !ok {
		return record.Value{}, unexpected(f, raw)
	}
	if text == "" {
		return record.Value{}, nil
	}
	return record.NewValue(f.Type.Kind(), text), nil
}

// Predict says what a field will hold once Odoo has stored a value: numbers rounded to the field's digits, monetary
// amounts to the currency's, null numbers 0, null booleans false, empty text and an empty set of links null.
func Predict(f schema.Field, v record.Value, currencyDigits int) record.Value {
	if v.IsNull() {
		return emptyOf(f)
	}
	switch {
	case v.Kind() == record.Number && f.Type == schema.Monetary:
		return record.NumberValue(v.Decimal().Round(currencyDigits))
	case v.Kind() == record.Number && f.Type == schema.Float && f.HasDigits:
		return record.NumberValue(v.Decimal().Round(f.Digits))
	case v.Text() == "" && v.Kind() != record.Links:
		return record.Value{}
	}
	return v
}

func emptyOf(f schema.Field) record.Value {
	switch f.Type {
	case schema.Integer, schema.Float, schema.Monetary:
		return record.NumberValue(record.Decimal{})
	case schema.Boolean:
		return record.BoolValue(false)
	case schema.Many2many, schema.One2many:
		return record.LinksValue(nil)
	}
	return record.Value{}
}

// recordFromOdoo reads a many2one_reference: an id, 0 where there is none. Another field says of which model; it is
// compared by itself, so here the model stays open.
func recordFromOdoo(f schema.Field, raw any, name Naming) (record.Value, error) {
	id, err := idOf(raw)
	if err != nil {
		return record.Value{}, fmt.Errorf("field %s: %w", f.Name, err)
	}
	if id == 0 {
		return record.Value{}, nil
	}
	return record.NewValue(record.Link, name("", id)), nil
}

func numberFromOdoo(f schema.Field, raw any) (record.Value, error) {
	n, ok := raw.(json.Number)
	if !ok {
		return record.Value{}, unexpected(f, raw)
	}
	d, err := record.ParseDecimal(n.String())
	if err != nil {
		return record.Value{}, fmt.Errorf("field %s: %w", f.Name, err)
	}
	// A double that holds 0.1+0.2 prints as 0.30000000000000004: what it means is its first 15 digits.
	d = d.Significant(doubleDigits)
	if f.Type == schema.Float && f.HasDigits {
		d = d.Round(f.Digits)
	}
	return record.NumberValue(d), nil
}

func linksFromOdoo(f schema.Field, raw any, name Naming) (record.Value, error) {
	items, ok := raw.([]any)
	if !ok {
		return record.Value{}, unexpected(f, raw)
	}
	refs := make([]string, 0, len(items))
	for _, item := range items {
		id, err := idOf(item)
		if err != nil {
			return record.Value{}, fmt.Errorf("field %s: %w", f.Name, err)
		}
		refs = append(refs, name(f.Relation, id))
	}
	return record.LinksValue(refs), nil
}

// idOf reads an id that stands alone, or first in a pair with its display name.
func idOf(raw any) (int64, error) {
	if pair, ok := raw.([]any); ok && len(pair) > 0 {
		raw = pair[0]
	}
	n, ok := raw.(json.Number)
	if !ok {
		return 0, fmt.Errorf("%v (%T) is no record id", raw, raw)
	}
	return n.Int64()
}

func unexpected(f schema.Field, raw any) error {
	return fmt.Errorf("field %s of type %s: unexpected value of type %T", f.Name, f.Type, raw)
}
