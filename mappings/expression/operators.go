package expression

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// Names of functions that nobody can write: what operators and columns are rewritten to. Binary operators go by their
// own sign.
const (
	opColumn = "src."
	opTruth  = "true?"
	opNegate = "-x"
	opConcat = "a+b"
	opNear   = "a~b"
)

// divisionDigits is how many digits after the point a division keeps.
const divisionDigits = 20

// maxDigits bounds the numbers that operators and functions give: a product could double its digits with each step.
const maxDigits = 200

var operators = map[string]func(...any) (any, error){
	opColumn: func(args ...any) (any, error) { return args[0].(*Machine).column(args[1].(int)), nil },
	opTruth:  truth,
	opNegate: negate,
	opConcat: concat,
	opNear:   near,

	"+": arithmetic("+", func(a, b record.Decimal) (record.Decimal, error) { return a.Add(b), nil }),
	"-": minus,
	"*": arithmetic("*", func(a, b record.Decimal) (record.Decimal, error) { return a.Mul(b), nil }),
	"/": arithmetic("/", func(a, b record.Decimal) (record.Decimal, error) { return a.Quo(b, divisionDigits) }),

	"==": func(args ...any) (any, error) { return equal(args[0], args[1]), nil },
	"!=": func(args ...any) (any, error) { return !equal(args[0], args[1]), nil },
	"<":  comparison("<", func(c int) bool { return c < 0 }),
	"<=": comparison("<=", func(c int) bool { return c <= 0 }),
	">":  comparison(">", func(c int) bool { return c > 0 }),
	">=": comparison(">=", func(c int) bool { return c >= 0 }),

	"in":         within,
	"contains":   texts(strings.Contains),
	"startsWith": texts(strings.HasPrefix),
	"endsWith":   texts(strings.HasSuffix),
}

const coalesceHint = "coalesce(value, other) says what stands for a null"

var minus = arithmetic("-", func(a, b record.Decimal) (record.Decimal, error) { return a.Sub(b), nil })

func truth(args ...any) (any, error) {
	if b, ok := args[0].(bool); ok {
		return b, nil
	}
	return nil, &ValueError{Message: "a condition is " + describe(args[0]) + ", not true or false"}
}

func negate(args ...any) (any, error) {
	switch v := args[0].(type) {
	case record.Decimal:
		return minus(record.Decimal{}, v)
	case nil:
		return nil, &ValueError{"null has no negative", coalesceHint}
	}
	return nil, &ValueError{Message: describe(args[0]) + " has no negative"}
}

func concat(args ...any) (any, error) {
	a, ok1 := args[0].(string)
	b, ok2 := args[1].(string)
	if !ok1 || !ok2 {
		return nil, &ValueError{"null joined with a text by +", coalesceHint}
	}
	return bounded("+", a+b)
}

func arithmetic(sign string, op func(a, b record.Decimal) (record.Decimal, error)) func(...any) (any, error) {
	return func(args ...any) (any, error) {
		a, ok1 := args[0].(record.Decimal)
		b, ok2 := args[1].(record.Decimal)
		switch {
		case args[0] == nil || args[1] == nil:
			return nil, &ValueError{"null in " + sign, coalesceHint}
		case !ok1:
			return nil, &ValueError{Message: sign + " needs numbers, not " + describe(args[0])}
		case !ok2:
			return nil, &ValueError{Message: sign + " needs numbers, not " + describe(args[1])}
		}
		d, err := op(a, b)
		if errors.Is(err, record.ErrDivisionByZero) {
			return nil, &ValueError{Message: "division by zero"}
		}
		if err != nil {
			return nil, &ValueError{Message: err.Error()}
		}
		if d.Digits() > maxDigits {
			return nil, &ValueError{Message: fmt.Sprintf("the result of %s has more than %d digits", sign, maxDigits)}
		}
		return d, nil
	}
}

// equal compares two values; null equals null only, and values of different types are different.
func equal(a, b any) bool {
	if _, list := a.([]any); list {
		return reflect.DeepEqual(a, b)
	}
	if _, list := b.([]any); list {
		return false
	}
	return a == b
}

func comparison(sign string, holds func(int) bool) func(...any) (any, error) {
	return func(args ...any) (any, error) {
		if args[0] == nil || args[1] == nil {
			return nil, &ValueError{"null compared by " + sign, coalesceHint}
		}
		c, ok := order(args[0], args[1])
		if !ok {
			return nil, &ValueError{Message: sign + " cannot compare " + describe(args[0]) + " with " + describe(args[1])}
		}
		return holds(c), nil
	}
}

func within(args ...any) (any, error) {
	list, ok := args[1].([]any)
	if !ok {
		return nil, &ValueError{Message: "in needs a list, not " + describe(args[1])}
	}
	for _, v := range list {
		if equal(args[0], v) {
			return true, nil
		}
	}
	return false, nil
}

// texts makes a test of two texts; a null holds nothing and begins with nothing.
func texts(test func(a, b string) bool) func(...any) (any, error) {
	return func(args ...any) (any, error) {
		if args[0] == nil || args[1] == nil {
			return false, nil
		}
		a, ok1 := args[0].(string)
		b, ok2 := args[1].(string)
		if !ok1 || !ok2 {
			return nil, &ValueError{Message: "texts are needed, not " + describe(args[0]) + " and " + describe(args[1])}
		}
		return test(a, b), nil
	}
}
