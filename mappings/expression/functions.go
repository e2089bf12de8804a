package expression

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/cell"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// function is one entry of the language. Unless it says otherwise it is given no null: a null argument makes its result
// null.
type function struct {
	usage       string
	doc         string      // half a sentence, for the documentation
	examples    [][2]string // expressions with what they make, as the documentation shows them; the tests run them
	least, most int         // arguments; most -1 is any number
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
	return f.bounded(args)
}

// bounded refuses numbers that no ledger has.
func (f function) bounded(args []any) (any, error) {
	result, err := f.apply(args)
	if d, ok := result.(record.Decimal); ok && d.Digits() > maxDigits {
		return nil, &ValueError{Message: fmt.Sprintf("%s: the result has more than %d digits", f.usage, maxDigits)}
	}
	return result, err
}

// maxText bounds what one function may build of one row.
const maxText = 1 << 20

// maxItems bounds a list likewise.
const maxItems = 100_000

// entry is a function under its name.
type entry struct {
	name string
	function
}

// group is a part of the library that belongs together.
type group struct {
	title   string
	entries []entry
}

// library is all of it, in the order of the documentation.
var library = []group{
	{"Any value", valueFunctions}, {"Text", textFunctions}, {"Lists", listFunctions}, {"Numbers", numberFunctions}, {"Dates", dateFunctions},
	{"Numbers of the trade", tradeFunctions}, {"Names and addresses", partyFunctions}, {"HTML", htmlFunctions}, {"Hashes", hashFunctions},
}

// functions is the library by name.
var functions = byName(library)

func byName(groups []group) map[string]function {
	out := map[string]function{}
	for _, g := range groups {
		for _, e := range g.entries {
			if _, twice := out[e.name]; twice {
				panic("expression: two functions " + e.name)
			}
			out[e.name] = e.function
		}
	}
	return out
}

// Documentation is the library as a part of docs/MAPPINGS.md, in Markdown.
func Documentation() string {
	var b strings.Builder
	cell := strings.NewReplacer("|", "\\|").Replace
	for _, g := range library {
		b.WriteString("| " + g.title + " | | for example |\n|---|---|---|\n")
		for _, e := range g.entries {
			var examples []string
			for _, x := range e.examples {
				examples = append(examples, "`"+cell(x[0])+"` is `"+cell(x[1])+"`")
			}
			b.WriteString("| `" + cell(e.usage) + "` | " + e.doc + " | " + strings.Join(examples, "; ") + " |\n")
		}
		b.WriteString("\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
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

func valueError(err error) error {
	var bad *cell.Error
	if errors.As(err, &bad) {
		return &ValueError{bad.Error(), bad.Hint}
	}
	return &ValueError{Message: err.Error()}
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
