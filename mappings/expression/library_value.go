package expression

import (
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

var valueFunctions = []entry{
	{"text", function{usage: "text(value)", doc: "any value but a list as text", examples: [][2]string{{`text(1.50)`, `"1.5"`}},
		least: 1, most: 1, args: []Type{Any}, result: Text, apply: asText}},
	{"coalesce", function{usage: "coalesce(value, other, ...)", doc: "the first that is not null", examples: [][2]string{{`coalesce(null, "none")`, `"none"`}},
		least: 1, most: -1, args: []Type{Any}, result: Any, nulls: true, apply: coalesce}},
	{"blank", function{usage: "blank(value)", doc: "whether there is no value, or a text of blanks; true for null",
		examples: [][2]string{{`blank(" ")`, `true`}, {`blank(null)`, `true`}, {`blank(0)`, `false`}},
		least:    1, most: 1, args: []Type{Any}, result: Bool, nulls: true, apply: func(args []any) (any, error) { return blank(args[0]), nil }}},
	{"if_blank", function{usage: "if_blank(value, other)", doc: "the other where the value is blank", examples: [][2]string{{`if_blank("  ", "none")`, `"none"`}},
		least: 2, most: 2, args: []Type{Any}, result: Any, nulls: true, apply: func(args []any) (any, error) {
			if blank(args[0]) {
				return args[1], nil
			}
			return args[0], nil
		}}},
	{"min", function{usage: "min(a, b, ...)", doc: "the least of numbers, dates or texts", examples: [][2]string{{`min(3, 1.5, 2)`, `1.5`}},
		least: 1, most: -1, args: []Type{Any}, result: Any, apply: extreme(-1)}},
	{"max", function{usage: "max(a, b, ...)", doc: "the greatest of numbers, dates or texts",
		examples: [][2]string{{`max(date("2024-01-31"), date("2023-12-31"))`, `2024-01-31`}},
		least:    1, most: -1, args: []Type{Any}, result: Any, apply: extreme(1)}},
}

func blank(v any) bool {
	s, isText := v.(string)
	return v == nil || isText && strings.TrimSpace(s) == ""
}

// extreme finds the value that is on the given side of all others.
func extreme(side int) func([]any) (any, error) {
	return func(args []any) (any, error) {
		best := args[0]
		for _, v := range args {
			c, ok := order(v, best)
			if !ok {
				return nil, &ValueError{Message: describe(v) + " and " + describe(best) + " cannot be put in order"}
			}
			if c*side > 0 {
				best = v
			}
		}
		return best, nil
	}
}

func asText(args []any) (any, error) {
	if s, ok := plain(args[0]); ok {
		return s, nil
	}
	return nil, &ValueError{"text cannot take a list", "join makes a text of a list"}
}

func coalesce(args []any) (any, error) {
	for _, a := range args {
		if a != nil {
			return a, nil
		}
	}
	return nil, nil
}

// text1 is a function of one text.
func text1(name, doc string, examples [][2]string, do func(string) string) entry {
	return entry{name, function{usage: name + "(text)", doc: doc, examples: examples, least: 1, most: 1, args: []Type{Text}, result: Text,
		apply: func(args []any) (any, error) { return bounded(name, do(args[0].(string))) }}}
}

// maybe is a function of one text that may find nothing: that is null.
func maybe(name, doc string, examples [][2]string, do func(string) (string, bool)) entry {
	return entry{name, function{usage: name + "(text)", doc: doc, examples: examples, least: 1, most: 1, args: []Type{Text}, result: Text,
		apply: func(args []any) (any, error) {
			if s, ok := do(args[0].(string)); ok && s != "" {
				return s, nil
			}
			return nil, nil
		}}}
}

// test1 is a test of one text.
func test1(name, doc string, examples [][2]string, do func(string) bool) entry {
	return entry{name, function{usage: name + "(text)", doc: doc, examples: examples, least: 1, most: 1, args: []Type{Text}, result: Bool,
		apply: func(args []any) (any, error) { return do(args[0].(string)), nil }}}
}

// bounded refuses a text that is longer than any field of a business record.
func bounded(name, s string) (any, error) {
	if len(s) > maxText {
		return nil, &ValueError{Message: name + " would make a text of more than 1 MiB"}
	}
	return s, nil
}

// one is the unit of whole numbers.
var one = record.DecimalFromInt(1)
