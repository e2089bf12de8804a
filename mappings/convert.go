package mappings

import (
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/cell"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// reader makes a value of a cell's text. Its errors are *cell.Error.
type reader struct {
	kind record.Kind
	rule string // of the finding when it fails
	read func(text string) (record.Value, error)
}

// reading returns the reader for what a cell is read as.
func reading(as string, r *FieldRule, location *time.Location) reader {
	number := cell.Number{Point: r.Point, Group: r.Group}
	switch as {
	case asDecimal:
		return reader{record.Number, "map.not_a_decimal", func(text string) (record.Value, error) {
			d, err := number.Decimal(text)
			if err != nil {
				return record.Value{}, err
			}
			return record.NumberValue(d), nil
		}}
	case asInteger:
		return reader{record.Number, "map.not_an_integer", func(text string) (record.Value, error) {
			d, err := number.Decimal(text)
			if err != nil || !d.IsInteger() {
				return record.Value{}, &cell.Error{What: "a whole number", Raw: text, Hint: hintOf(err)}
			}
			return record.NumberValue(d), nil
		}}
	case asBoolean:
		return reader{record.Boolean, "map.not_a_boolean", func(text string) (record.Value, error) {
			b, err := cell.Boolean(text)
			if err != nil {
				return record.Value{}, err
			}
			return record.BoolValue(b), nil
		}}
	case asDate, asDateTime:
		return readingDates(as, r, location)
	case asBinary:
		return reader{record.Binary, "map.not_base64", readBase64}
	case asXMLID:
		return reader{record.Link, "map.not_an_external_id", readXMLID}
	}
	return reader{record.Text, "", func(text string) (record.Value, error) { return record.TextValue(text), nil }}
}

func readingDates(as string, r *FieldRule, location *time.Location) reader {
	dates := cell.NewDates(r.Layouts, as == asDateTime)
	if as == asDate {
		return reader{record.Date, "map.not_a_date", func(text string) (record.Value, error) {
			day, err := dates.Date(text)
			if err != nil {
				return record.Value{}, err
			}
			return record.NewValue(record.Date, day), nil
		}}
	}
	return reader{record.DateTime, "map.not_a_datetime", func(text string) (record.Value, error) {
		moment, err := dates.DateTime(text, location)
		if err != nil {
			return record.Value{}, err
		}
		return record.NewValue(record.DateTime, moment), nil
	}}
}

func readBase64(text string) (record.Value, error) {
	s := strings.TrimSpace(text)
	if _, err := base64.StdEncoding.DecodeString(s); err != nil {
		return record.Value{}, &cell.Error{What: "base64", Raw: text}
	}
	return record.NewValue(record.Binary, s), nil
}

func readXMLID(text string) (record.Value, error) {
	s := strings.TrimSpace(text)
	if !legalXMLID(s) {
		return record.Value{}, &cell.Error{What: "an external id", Raw: text, Hint: "such as base.main_company"}
	}
	return record.LinkValue(record.Ref{Key: s}), nil
}

func hintOf(err error) string {
	var e *cell.Error
	if errors.As(err, &e) {
		return e.Hint
	}
	return ""
}

// zero reports whether a value is the way to write "nothing": 0.
func zero(v record.Value) bool { return v.Kind() == record.Number && v.Decimal().IsZero() }
