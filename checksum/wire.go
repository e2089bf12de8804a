package checksum

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// doubleDigits is how many significant decimal digits a double carries for certain (DBL_DIG).
const doubleDigits = 15

// Odoo keeps integers in four bytes (PostgreSQL's int4).
var leastInteger, greatestInteger = record.DecimalFromInt(-1 << 31), record.DecimalFromInt(1<<31 - 1)

// Carried says in one clause why a value that Predict gave cannot come back from Odoo as it is; "" where it can. Floats and
// amounts travel as doubles, whatever the database keeps: what needs more digits than a double carries would be read back
// as another number.
func Carried(f schema.Field, v record.Value) string {
	if v.Kind() != record.Number || len(v.Text()) < 10 {
		return "" // nine characters fit everywhere; most numbers are looked at no further
	}
	d := v.Decimal()
	switch f.Type {
	case schema.Integer:
		if d.Cmp(leastInteger) < 0 || d.Cmp(greatestInteger) > 0 {
			return "Odoo keeps whole numbers from -2147483648 to 2147483647"
		}
	case schema.Float, schema.Monetary:
		if d.Significant(doubleDigits) != d {
			return fmt.Sprintf("it has more than the %d digits that Odoo carries for certain", doubleDigits)
		}
	}
	return ""
}

// referenceFromOdoo reads a reference, "res.partner,42": a link that says its model itself.
func referenceFromOdoo(f schema.Field, raw any, name Naming) (record.Value, error) {
	text, ok := raw.(string)
	model, number, cut := strings.Cut(text, ",")
	id, err := strconv.ParseInt(number, 10, 64)
	switch {
	case !ok:
		return record.Value{}, unexpected(f, raw)
	case text == "":
		return record.Value{}, nil
	case !cut || err != nil:
		return record.Value{}, fmt.Errorf("field %s: %q is no reference", f.Name, text)
	}
	return record.NewValue(record.Link, name(model, id)), nil
}

// jsonFromOdoo writes a json field without blanks, the keys of each object by their bytes, numbers as Odoo writes them.
func jsonFromOdoo(f schema.Field, raw any) (record.Value, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(raw); err != nil {
		return record.Value{}, fmt.Errorf("field %s: %w", f.Name, err)
	}
	return record.TextValue(strings.TrimSuffix(b.String(), "\n")), nil
}
