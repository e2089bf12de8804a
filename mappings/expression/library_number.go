package expression

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/cell"
	"github.com/odoo-migrate/odoo-migrate/record"
)

var numberFunctions = []entry{
	{"num", function{usage: `num(text, ",", ".")`, doc: "the number a text holds, with its point and group", examples: [][2]string{{`num("1.234,5", ",", ".")`, `1234.5`}},
		least: 1, most: 3, args: []Type{Text}, result: Number, apply: num, literal: numberLiteral}},
	rounding("round", "rounded to digits, halves away from zero, as Odoo does", [][2]string{{`round(2.675, 2)`, `2.68`}, {`round(-0.5, 0)`, `-1`}}, record.Decimal.Round),
	rounding("round_even", "rounded to digits, halves to the even neighbour", [][2]string{{`round_even(2.665, 2)`, `2.66`}}, roundEven),
	rounding("round_up", "to digits, away from zero", [][2]string{{`round_up(1.001, 2)`, `1.01`}}, roundUp),
	rounding("round_down", "to digits, towards zero", [][2]string{{`round_down(-1.009, 2)`, `-1`}}, cutDigits),
	{"floor", function{usage: "floor(number)", doc: "the whole number below", examples: [][2]string{{`floor(-1.5)`, `-2`}},
		least: 1, most: 1, args: []Type{Number}, result: Number, apply: func(args []any) (any, error) { return floor(args[0].(record.Decimal)), nil }}},
	{"ceil", function{usage: "ceil(number)", doc: "the whole number above", examples: [][2]string{{`ceil(-1.5)`, `-1`}},
		least: 1, most: 1, args: []Type{Number}, result: Number, apply: func(args []any) (any, error) { return floor(args[0].(record.Decimal).Neg()).Neg(), nil }}},
	{"abs", function{usage: "abs(number)", doc: "without its sign", examples: [][2]string{{`abs(-1.5)`, `1.5`}},
		least: 1, most: 1, args: []Type{Number}, result: Number, apply: func(args []any) (any, error) { return args[0].(record.Decimal).Abs(), nil }}},
	{"mod", function{usage: "mod(number, 7)", doc: "the remainder of a division, with the sign of the first", examples: [][2]string{{`mod(-7.5, 2)`, `-1.5`}},
		least: 2, most: 2, args: []Type{Number}, result: Number, apply: mod}},
	{"percent", function{usage: "percent(number, 19)", doc: "so many hundredths of it", examples: [][2]string{{`percent(80, 2.5)`, `2`}},
		least: 2, most: 2, args: []Type{Number}, result: Number, apply: func(args []any) (any, error) {
			return args[0].(record.Decimal).Mul(args[1].(record.Decimal)).Mul(record.MustDecimal("0.01")), nil
		}}},
}

// rounding is a function of a number and a count of digits.
func rounding(name, doc string, examples [][2]string, do func(record.Decimal, int) record.Decimal) entry {
	return entry{name, function{usage: name + "(number, 2)", doc: doc, examples: examples, least: 2, most: 2, args: []Type{Number}, result: Number,
		apply: func(args []any) (any, error) {
			n, err := whole(args[1], 100)
			if err != nil || n < 0 {
				return nil, &ValueError{Message: name + " needs 0 to 100 digits"}
			}
			return do(args[0].(record.Decimal), n), nil
		}}}
}

func num(args []any) (any, error) {
	d, err := args[1].(*cell.Number).Decimal(args[0].(string))
	if err != nil {
		return nil, valueError(err)
	}
	return d, nil
}

// whole reads an argument that counts something.
func whole(v any, most int) (int, error) {
	d := v.(record.Decimal)
	if n, err := strconv.Atoi(d.String()); err == nil && n <= most && n >= -most {
		return n, nil
	}
	return 0, &ValueError{Message: fmt.Sprintf("%s is not a whole number up to %d", d, most)}
}

// cutDigits leaves out the digits behind the given ones.
func cutDigits(d record.Decimal, digits int) record.Decimal {
	text := d.String()
	point := strings.IndexByte(text, '.')
	if point < 0 || len(text)-point-1 <= digits {
		return d
	}
	return record.MustDecimal(text[:point+1+digits] + "0")
}

// unit is one of the last digit.
func unit(digits int) record.Decimal { return record.MustDecimal("1e-" + strconv.Itoa(digits)) }

// away is d, and one unit more away from zero.
func away(d, sign record.Decimal, digits int) record.Decimal {
	if sign.Sign() < 0 {
		return d.Sub(unit(digits))
	}
	return d.Add(unit(digits))
}

func roundUp(d record.Decimal, digits int) record.Decimal {
	if c := cutDigits(d, digits); c != d {
		return away(c, d, digits)
	}
	return d
}

func roundEven(d record.Decimal, digits int) record.Decimal {
	c := cutDigits(d, digits)
	rest := d.Sub(c).Abs().Add(d.Sub(c).Abs()) // twice what was cut off, in units
	switch rest.Cmp(unit(digits)) {
	case -1:
		return c
	case 1:
		return away(c, d, digits)
	}
	text := c.Fixed(digits)
	if last := text[len(text)-1]; (last-'0')%2 == 0 {
		return c
	}
	return away(c, d, digits)
}

func floor(d record.Decimal) record.Decimal {
	c := cutDigits(d, 0)
	if c != d && d.Sign() < 0 {
		return c.Sub(one)
	}
	return c
}

func mod(args []any) (any, error) {
	a, b := args[0].(record.Decimal), args[1].(record.Decimal)
	q, err := a.Quo(b, 0)
	if err != nil {
		return nil, &ValueError{Message: "division by zero"}
	}
	rest := a.Sub(b.Mul(q)) // the quotient is rounded, so the rest may have the other sign
	if rest.Sign()*a.Sign() < 0 {
		if a.Sign() < 0 {
			return rest.Sub(b.Abs()), nil
		}
		return rest.Add(b.Abs()), nil
	}
	return rest, nil
}
