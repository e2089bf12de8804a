package expression

import (
	"encoding/json"
	"strconv"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// Condition is a test on the fields of an Odoo record, such as state == "posted". Fields stand in it by their bare
// names.
type Condition struct{ program *Program }

// CompileCondition compiles a condition; its result must be true or false.
func CompileCondition(source string) (*Condition, []Problem) {
	p, problems := compile(source, &rewriter{})
	if len(problems) > 0 {
		return nil, problems
	}
	if p.typ != Bool && p.typ != Any {
		return nil, []Problem{{Message: "a condition must be true or false, not " + p.typ.String(), Hint: `such as state == "draft"`}}
	}
	return &Condition{p}, nil
}

// Fields are the names the condition reads, in order of first use.
func (c *Condition) Fields() []string { return c.program.columns }

// Holds tests one record. get returns a field's value as the server's reply holds it: nil, bool, string, json.Number,
// float64, int, int64, or record.Decimal and record.Value. Odoo says false for what is empty; so a condition that
// compares an empty field with a text is false.
func (c *Condition) Holds(get func(field string) any) (bool, error) {
	m := Machine{get: func(i int) any { return native(get(c.program.columns[i])) }}
	v, err := m.run(c.program)
	if err != nil {
		return false, err
	}
	b, ok := v.(bool)
	if !ok {
		return false, &ValueError{Message: "the condition is " + describe(v) + ", not true or false"}
	}
	return b, nil
}

// native makes one of the engine's values of what a reply holds.
func native(v any) any {
	number := func(text string) any {
		if d, err := record.ParseDecimal(text); err == nil {
			return d
		}
		return text
	}
	switch v := v.(type) {
	case json.Number:
		return number(v.String())
	case float64:
		return number(strconv.FormatFloat(v, 'f', -1, 64))
	case int:
		return record.DecimalFromInt(int64(v))
	case int64:
		return record.DecimalFromInt(v)
	case record.Value:
		return nativeValue(v)
	}
	return v
}

func nativeValue(v record.Value) any {
	switch v.Kind() {
	case record.Null:
		return nil
	case record.Number:
		return v.Decimal()
	case record.Boolean:
		return v.Bool()
	case record.Date:
		return Day(v.Text())
	case record.DateTime:
		return Instant(v.Text())
	}
	return v.Text()
}
