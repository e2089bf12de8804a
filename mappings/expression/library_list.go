package expression

import (
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

var listFunctions = []entry{
	{"join", function{usage: `join(list, ", ")`, doc: "the values of a list as one text; a null in it is an error", examples: [][2]string{{`join(["a", 1.50], ", ")`, `"a, 1.5"`}},
		least: 1, most: 2, args: []Type{List, Text}, result: Text, apply: join}},
	{"compact", function{usage: "compact(list)", doc: "without nulls and blank texts", examples: [][2]string{{`compact(["a", null, " "])`, `["a"]`}},
		least: 1, most: 1, args: []Type{List}, result: List, apply: compact}},
	{"split", function{usage: `split(text, ";")`, doc: "the parts of a text", examples: [][2]string{{`split("a;b", ";")`, `["a", "b"]`}},
		least: 2, most: 2, args: []Type{Text}, result: List, apply: split}},
	{"item", function{usage: "item(list, 1)", doc: "a value of a list, counted from 1, from the end for a negative number; null where there is none",
		examples: [][2]string{{`item(split("a;b;c", ";"), 2)`, `"b"`}, {`item(split("a;b;c", ";"), -1)`, `"c"`}, {`item(["a"], 5)`, `null`}},
		least:    2, most: 2, args: []Type{List, Number}, result: Any, apply: item}},
	{"unique", function{usage: "unique(list)", doc: "every value once, in the order of the first", examples: [][2]string{{`unique(["b", "a", "b"])`, `["b", "a"]`}},
		least: 1, most: 1, args: []Type{List}, result: List, apply: unique}},
	{"sum", function{usage: "sum(list)", doc: "the sum of a list of numbers; a null in it is an error", examples: [][2]string{{`sum([0.1, 0.2])`, `0.3`}, {`sum([])`, `0`}},
		least: 1, most: 1, args: []Type{List}, result: Number, apply: sum}},
}

func join(args []any) (any, error) {
	separator := ""
	if len(args) > 1 {
		separator = args[1].(string)
	}
	var b strings.Builder
	for i, v := range args[0].([]any) {
		s, ok := plain(v)
		if !ok {
			return nil, &ValueError{"join cannot take " + describe(v), "compact leaves nulls and empty texts out"}
		}
		if i > 0 {
			b.WriteString(separator)
		}
		if b.WriteString(s); b.Len() > maxText {
			break
		}
	}
	return bounded("join", b.String())
}

func compact(args []any) (any, error) {
	list := args[0].([]any)
	out := make([]any, 0, len(list))
	for _, v := range list {
		if !blank(v) {
			out = append(out, v)
		}
	}
	return out, nil
}

func split(args []any) (any, error) {
	separator := args[1].(string)
	if separator == "" {
		return nil, &ValueError{Message: "split needs a separator"}
	}
	if strings.Count(args[0].(string), separator) >= maxItems {
		return nil, &ValueError{Message: "split would make a list of more than 100,000 values"}
	}
	parts := strings.Split(args[0].(string), separator)
	out := make([]any, len(parts))
	for i, p := range parts {
		out[i] = p
	}
	return out, nil
}

func item(args []any) (any, error) {
	list := args[0].([]any)
	n, err := whole(args[1], maxItems)
	if err != nil {
		return nil, err
	}
	if n < 0 {
		n += len(list) + 1
	}
	if n < 1 || n > len(list) {
		return nil, nil
	}
	return list[n-1], nil
}

func unique(args []any) (any, error) {
	seen := map[any]bool{}
	var out []any
	for _, v := range args[0].([]any) {
		if _, nested := v.([]any); nested {
			return nil, &ValueError{Message: "unique cannot take a list of lists"}
		}
		if !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out, nil
}

func sum(args []any) (any, error) {
	var total record.Decimal
	for _, v := range args[0].([]any) {
		d, ok := v.(record.Decimal)
		if !ok {
			return nil, &ValueError{"sum cannot take " + describe(v), "compact leaves nulls out, num reads a number"}
		}
		total = total.Add(d)
	}
	return total, nil
}
