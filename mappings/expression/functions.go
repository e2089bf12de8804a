package expression

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/cell"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// function is one entry of the language. Unless it says otherwise it is given no null: a null argument makes its result
// null.
type function struct {
	usage       string
	least, most int // arguments; most -1 is any number
	args        []Type
	result      Type // Any: the common type of the arguments
	nulls       bool // takes nulls itself
	apply       func(args []any) (any, error)
	literal     func(texts []string, location *time.Location) (any, error) // compiles the arguments after the first
}

// takes is the type of argument i; the last one stands for all that follow.
func (f function) takes(i int) Type { return f.args[min(i, len(f.args)-1)] }

func (f function) run(args ...any) (any, error) {
	for i, a := range args {
		if a == nil && !f.nulls {
			return nil, nil
		}
		if f.literal != nil && i > 0 {
			break
		}
		if a != nil && !is(a, f.takes(i)) {
			return nil, &ValueError{Message: fmt.Sprintf("%s: %s where %s is needed", f.usage, describe(a), f.takes(i))}
		}
	}
	return f.apply(args)
}

// maxText bounds what one function may build of one row.
const maxText = 1 << 20

// functions is the whole library.
var functions = map[string]function{
	"trim":        text1("trim"),
	"squeeze":     text1("squeeze"),
	"upper":       text1("upper"),
	"lower":       text1("lower"),
	"title":       text1("title"),
	"digits":      text1("digits"),
	"strip_zeros": text1("strip_zeros"),
	"nfc":         text1("nfc"),

	"text":     {usage: "text(value)", least: 1, most: 1, args: []Type{Any}, result: Text, apply: asText},
	"num":      {usage: `num(text, ",", ".")`, least: 1, most: 3, args: []Type{Text}, result: Number, apply: num, literal: numberLiteral},
	"date":     {usage: `date(text, "yyyyMMdd")`, least: 1, most: -1, args: []Type{Text}, result: Date, apply: date, literal: layoutLiteral(false)},
	"datetime": {usage: `datetime(text, "yyyyMMdd HH:mm")`, least: 1, most: -1, args: []Type{Text}, result: DateTime, apply: datetime, literal: layoutLiteral(true)},
	"round":    {usage: "round(number, digits)", least: 2, most: 2, args: []Type{Number}, result: Number, apply: round},
	"abs":      {usage: "abs(number)", least: 1, most: 1, args: []Type{Number}, result: Number, apply: abs},
	"coalesce": {usage: "coalesce(value, other)", least: 1, most: -1, args: []Type{Any}, result: Any, nulls: true, apply: coalesce},
	"join":     {usage: `join(list, ", ")`, least: 1, most: 2, args: []Type{List, Text}, result: Text, apply: join},
	"compact":  {usage: "compact(list)", least: 1, most: 1, args: []Type{List}, result: List, apply: compact},
	"split":    {usage: `split(text, ";")`, least: 2, most: 2, args: []Type{Text}, result: List, apply: split},
	"replace":  {usage: `replace(text, "old", "new")`, least: 3, most: 3, args: []Type{Text}, result: Text, apply: replace},
	"len":      {usage: "len(text)", least: 1, most: 1, args: []Type{Any}, result: Number, apply: length},
	"pad":      {usage: `pad(text, 10, "0")`, least: 2, most: 3, args: []Type{Text, Number, Text}, result: Text, apply: pad},
	"left":     {usage: "left(text, 3)", least: 2, most: 2, args: []Type{Text, Number}, result: Text, apply: left},
	"right":    {usage: "right(text, 3)", least: 2, most: 2, args: []Type{Text, Number}, result: Text, apply: right},
}

// Functions lists the functions by name with an example of their use, sorted.
func Functions() [][2]string {
	out := make([][2]string, 0, len(functions))
	for _, name := range functionNames() {
		out = append(out, [2]string{name, functions[name].usage})
	}
	return out
}

// functionNames is called from the rewriter only, not while functions is initialised.
func functionNames() []string {
	out := make([]string, 0, len(functions))
	for name := range functions {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

func text1(step string) function {
	do := cell.Step(step)
	return function{usage: step + "(text)", least: 1, most: 1, args: []Type{Text}, result: Text,
		apply: func(args []any) (any, error) { return do(args[0].(string)), nil }}
}

func is(v any, t Type) bool {
	switch v.(type) {
	case string:
		return t == Text || t == Any
	case record.Decimal:
		return t == Number || t == Any
	case bool:
		return t == Bool || t == Any
	case Day:
		return t == Date || t == Any
	case Instant:
		return t == DateTime || t == Any
	case []any:
		return t == List || t == Any
	}
	return false
}

func describe(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return fmt.Sprintf("the text %q", cell.Shorten(v))
	case record.Decimal:
		return "the number " + cell.Shorten(v.String())
	case bool:
		return fmt.Sprint(v)
	case Day:
		return "the date " + string(v)
	case Instant:
		return "the time " + string(v)
	case []any:
		return "a list"
	}
	return fmt.Sprintf("%T", v)
}

// plain is the text of a value that is no list.
func plain(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case record.Decimal:
		return v.String(), true
	case bool:
		if v {
			return "true", true
		}
		return "false", true
	case Day:
		return string(v), true
	case Instant:
		return string(v), true
	}
	return "", false
}

func asText(args []any) (any, error) {
	if s, ok := plain(args[0]); ok {
		return s, nil
	}
	return nil, &ValueError{"text cannot take a list", "join makes a text of a list"}
}

func valueError(err error) error {
	var bad *cell.Error
	if errors.As(err, &bad) {
		return &ValueError{bad.Error(), bad.Hint}
	}
	return &ValueError{Message: err.Error()}
}

func num(args []any) (any, error) {
	d, err := args[1].(*cell.Number).Decimal(args[0].(string))
	if err != nil {
		return nil, valueError(err)
	}
	return d, nil
}

func date(args []any) (any, error) {
	text, err := args[1].(*clock).dates.Date(args[0].(string))
	if err != nil {
		return nil, valueError(err)
	}
	return Day(text), nil
}

func datetime(args []any) (any, error) {
	c := args[1].(*clock)
	text, err := c.dates.DateTime(args[0].(string), c.location)
	if err != nil {
		return nil, valueError(err)
	}
	return Instant(text), nil
}

// whole reads an argument that counts something.
func whole(v any, most int) (int, error) {
	d := v.(record.Decimal)
	if n, err := strconv.Atoi(d.String()); err == nil && n <= most && n >= -most {
		return n, nil
	}
	return 0, &ValueError{Message: fmt.Sprintf("%s is not a whole number up to %d", d, most)}
}

func round(args []any) (any, error) {
	n, err := whole(args[1], 100)
	if err != nil || n < 0 {
		return nil, &ValueError{Message: "round needs 0 to 100 digits"}
	}
	return args[0].(record.Decimal).Round(n), nil
}

func abs(args []any) (any, error) { return args[0].(record.Decimal).Abs(), nil }

func coalesce(args []any) (any, error) {
	for _, a := range args {
		if a != nil {
			return a, nil
		}
	}
	return nil, nil
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
		b.WriteString(s)
	}
	return b.String(), nil
}

func compact(args []any) (any, error) {
	list := args[0].([]any)
	out := make([]any, 0, len(list))
	for _, v := range list {
		if s, isText := v.(string); v == nil || isText && strings.TrimSpace(s) == "" {
			continue
		}
		out = append(out, v)
	}
	return out, nil
}

func split(args []any) (any, error) {
	separator := args[1].(string)
	if separator == "" {
		return nil, &ValueError{Message: "split needs a separator"}
	}
	parts := strings.Split(args[0].(string), separator)
	out := make([]any, len(parts))
	for i, p := range parts {
		out[i] = p
	}
	return out, nil
}

func replace(args []any) (any, error) {
	s, from, to := args[0].(string), args[1].(string), args[2].(string)
	if from == "" {
		return nil, &ValueError{Message: "replace needs a text to look for"}
	}
	if len(s)+strings.Count(s, from)*len(to) > maxText {
		return nil, &ValueError{Message: "replace would make a text of more than 1 MiB"}
	}
	return strings.ReplaceAll(s, from, to), nil
}

func length(args []any) (any, error) {
	switch v := args[0].(type) {
	case string:
		return record.DecimalFromInt(int64(utf8.RuneCountInString(v))), nil
	case []any:
		return record.DecimalFromInt(int64(len(v))), nil
	}
	return nil, &ValueError{Message: "len needs a text or a list, not " + describe(args[0])}
}

// pad fills at the left, or at the right for a negative width. It never shortens.
func pad(args []any) (any, error) {
	width, err := whole(args[1], 1000)
	if err != nil {
		return nil, err
	}
	fill := " "
	if len(args) > 2 {
		fill = args[2].(string)
	}
	if utf8.RuneCountInString(fill) != 1 {
		return nil, &ValueError{Message: "pad fills with one character"}
	}
	s := args[0].(string)
	missing := max(width, -width) - utf8.RuneCountInString(s)
	if missing <= 0 {
		return s, nil
	}
	if width < 0 {
		return s + strings.Repeat(fill, missing), nil
	}
	return strings.Repeat(fill, missing) + s, nil
}

func left(args []any) (any, error) { return cut(args, func(r []rune, n int) []rune { return r[:n] }) }
func right(args []any) (any, error) {
	return cut(args, func(r []rune, n int) []rune { return r[len(r)-n:] })
}

func cut(args []any, part func([]rune, int) []rune) (any, error) {
	n, err := whole(args[1], maxText)
	if err != nil {
		return nil, err
	}
	r := []rune(args[0].(string))
	return string(part(r, min(max(n, 0), len(r)))), nil
}

func order(a, b any) (int, bool) {
	switch x := a.(type) {
	case string:
		y, ok := b.(string)
		return cmp.Compare(x, y), ok
	case record.Decimal:
		if y, ok := b.(record.Decimal); ok {
			return x.Cmp(y), true
		}
	case Day:
		y, ok := b.(Day)
		return cmp.Compare(x, y), ok
	case Instant:
		y, ok := b.(Instant)
		return cmp.Compare(x, y), ok
	}
	return 0, false
}
