package odootest

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	dateLayout     = "2006-01-02"
	datetimeLayout = "2006-01-02 15:04:05"
)

// empty is what a field reads when it holds nothing.
func (f *field) empty() any {
	switch f.typ {
	case "integer":
		return int64(0)
	case "float", "monetary":
		return float64(0)
	case "one2many", "many2many":
		return []int64(nil)
	}
	return false
}

// convert brings a written value to the form rows hold, as the ORM's convert_to_cache does; x2many are commands and not
// handled here.
func (e *env) convert(m *model, f *field, v any) (any, error) {
	if v == nil {
		v = false
	}
	switch f.typ {
	case "char", "text", "selection":
		return e.convertText(m, f, v)
	case "reference":
		return e.convertReference(m, f, v)
	case "html":
		return html(v), nil
	case "boolean":
		return truth(v), nil
	case "integer", "many2one_reference":
		return toInt(v)
	case "float", "monetary":
		return e.convertNumber(m, f, v)
	case "date":
		return temporal(v, dateLayout)
	case "datetime":
		return temporal(v, datetimeLayout)
	case "many2one":
		return toLink(v)
	case "binary":
		return picture(f, v)
	}
	return v, nil
}

func (e *env) convertText(m *model, f *field, v any) (any, error) {
	if v == false {
		return false, nil
	}
	s, ok := v.(string)
	if !ok {
		s = fmt.Sprint(v)
	}
	if strings.ContainsRune(s, 0) {
		return nil, valueError("A string literal cannot contain NUL (0x00) characters.")
	}
	if f.typ == "selection" && s != "" && len(f.selection) > 0 &&
		!slices.ContainsFunc(f.selection, func(o [2]string) bool { return o[0] == s }) {
		return nil, raise("builtins.ValueError", "odoo/orm/fields_selection.py", "convert_to_cache", "Wrong value for %s.%s: '%s'", m.name, f.name, s)
	}
	if f.typ == "selection" && s == "" {
		return false, nil
	}
	return s, nil
}

func (e *env) convertNumber(m *model, f *field, v any) (any, error) {
	if s, ok := v.(string); ok {
		if _, err := strconv.ParseFloat(strings.TrimSpace(s), 64); err != nil {
			return nil, valueError("could not convert string to float: '%s'", s)
		}
	}
	n := toFloat(v)
	if f.typ == "float" && f.digits >= 0 {
		n = roundTo(n, f.digits)
	}
	return n, nil
}

func toInt(v any) (any, error) {
	switch v := v.(type) {
	case int64:
		return v, nil
	case float64:
		return int64(v), nil
	case bool:
		if v {
			return int64(1), nil
		}
		return int64(0), nil
	case string:
		n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64)
		if err != nil {
			return nil, valueError("invalid literal for int() with base 10: '%s'", v)
		}
		return n, nil
	}
	return nil, valueError("int() argument must be a number, not %T", v)
}

func toLink(v any) (any, error) {
	switch v := v.(type) {
	case int64:
		if v == 0 {
			return false, nil
		}
		return v, nil
	case bool:
		return false, nil
	case []int64:
		if len(v) > 0 {
			return v[0], nil
		}
		return false, nil
	}
	return nil, valueError("Wrong value for a many2one: %v", v)
}

func temporal(v any, layout string) (any, error) {
	s, ok := v.(string)
	if !ok || s == "" {
		return false, nil
	}
	t, err := parseTime(s)
	if err != nil {
		return nil, err
	}
	return t.Format(layout), nil
}

// parseTime reads what Odoo's fields.Date and fields.Datetime take: a date, or a date and time without zone.
func parseTime(s string) (time.Time, error) {
	for _, layout := range []string{datetimeLayout, dateLayout} {
		if t, err := time.Parse(layout, s[:min(len(s), len(layout))]); err == nil {
			return t, nil
		}
	}
	return time.Time{}, valueError("time data '%s' does not match format '%%Y-%%m-%%d'", s)
}

// html wraps plain text the way Odoo's sanitizer does.
func html(v any) any {
	s, ok := v.(string)
	if !ok || s == "" {
		return v
	}
	if strings.HasPrefix(strings.TrimSpace(s), "<") {
		return s
	}
	return "<p>" + s + "</p>"
}

func truth(v any) bool {
	switch v := v.(type) {
	case bool:
		return v
	case string:
		return v != ""
	case int64:
		return v != 0
	case float64:
		return v != 0
	case []int64:
		return len(v) > 0
	case []any:
		return len(v) > 0
	}
	return v != nil
}

// roundTo rounds half away from zero to digits after the point, with the tolerance of Odoo's float_round for binary
// fractions that stand just below a half.
func roundTo(v float64, digits int) float64 {
	scale := math.Pow(10, float64(digits))
	n := v * scale
	if n == 0 || math.IsInf(n, 0) || math.IsNaN(n) {
		return v
	}
	epsilon := math.Exp2(math.Log2(math.Abs(n)) - 50)
	n = math.Round(n + math.Copysign(epsilon, n))
	out, _ := strconv.ParseFloat(strconv.FormatFloat(n/scale, 'f', digits, 64), 64)
	return out
}
