package record

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cockroachdb/apd/v3"
)

// Decimal is an exact decimal number in canonical text: an optional minus sign, digits, and at most one point that is
// followed by at least one digit; no exponent, no leading or trailing zeros, and no negative zero. Two decimals are
// equal exactly when their texts are, so a Decimal can be compared with == and be a map key. The zero value is 0.
type Decimal struct{ text string }

// ErrNotDecimal says that a text is not a decimal number in plain notation.
var ErrNotDecimal = errors.New("not a decimal number")

// ErrDivisionByZero is returned by Quo.
var ErrDivisionByZero = errors.New("division by zero")

// MaxDigits is what a text may have to be read as a number: far more than any ledger needs. A longer one is a text that
// happens to be of digits, and arithmetic on megabytes would take hours.
const MaxDigits = 500

// Arithmetic is exact: precision 0 keeps every digit. It can fail on exponents beyond 100,000 alone, which numbers of
// MaxDigits do not reach.
var exact = apd.Context{MaxExponent: apd.MaxExponent, MinExponent: apd.MinExponent, Traps: apd.DefaultTraps | apd.Inexact}

// ParseDecimal reads plain notation ("-12.50", ".5", "1e3" included because JSON and spreadsheets write exponents) of up
// to 500 digits. It accepts neither blanks nor grouping: stripping those is a mapping's declared act.
func ParseDecimal(text string) (Decimal, error) {
	if len(text) > MaxDigits+len("-.") {
		return Decimal{}, fmt.Errorf("%.20q… of %d characters: %w", text, len(text), ErrNotDecimal)
	}
	if c, ok := canonicalPlain(text); ok {
		return Decimal{c}, nil
	}
	if !plausibleNumber(text) {
		return Decimal{}, fmt.Errorf("%q: %w", text, ErrNotDecimal)
	}
	d, _, err := apd.NewFromString(text)
	if err != nil || d.Form != apd.Finite || d.NumDigits()+int64(max(d.Exponent, -d.Exponent)) > MaxDigits {
		return Decimal{}, fmt.Errorf("%q: %w", text, ErrNotDecimal)
	}
	return fromAPD(d), nil
}

// MustDecimal is ParseDecimal for constants; it panics on a text that is no decimal.
func MustDecimal(text string) Decimal {
	d, err := ParseDecimal(text)
	if err != nil {
		panic(err)
	}
	return d
}

// DecimalFromInt returns n as a Decimal.
func DecimalFromInt(n int64) Decimal { return fromAPD(apd.New(n, 0)) }

// String returns the canonical text.
func (d Decimal) String() string {
	if d.text == "" {
		return "0"
	}
	return d.text
}

// IsZero reports whether d is 0.
func (d Decimal) IsZero() bool { return d.text == "" || d.text == "0" }

// Sign is -1, 0 or 1.
func (d Decimal) Sign() int {
	switch {
	case d.IsZero():
		return 0
	case d.text[0] == '-':
		return -1
	}
	return 1
}

// IsInteger reports whether d has no fraction.
func (d Decimal) IsInteger() bool { return !strings.Contains(d.text, ".") }

// Scale is the number of digits after the point.
func (d Decimal) Scale() int {
	if i := strings.IndexByte(d.text, '.'); i >= 0 {
		return len(d.text) - i - 1
	}
	return 0
}

// Digits is the number of digits before and after the point.
func (d Decimal) Digits() int {
	n := len(d.String())
	if d.Sign() < 0 {
		n--
	}
	if !d.IsInteger() {
		n--
	}
	return n
}

// Cmp is -1, 0 or 1 as d is less than, equal to or greater than o.
func (d Decimal) Cmp(o Decimal) int { return d.apd().Cmp(o.apd()) }

// Neg returns -d.
func (d Decimal) Neg() Decimal { return d.exactly(exact.Neg) }

// Abs returns |d|.
func (d Decimal) Abs() Decimal { return d.exactly(exact.Abs) }

// Add returns d + o exactly.
func (d Decimal) Add(o Decimal) Decimal { return d.with(o, exact.Add) }

// Sub returns d - o exactly.
func (d Decimal) Sub(o Decimal) Decimal { return d.with(o, exact.Sub) }

// Mul returns d * o exactly.
func (d Decimal) Mul(o Decimal) Decimal { return d.with(o, exact.Mul) }

// Quo returns d / o rounded half up (away from zero) to scale digits after the point.
func (d Decimal) Quo(o Decimal, scale int) (Decimal, error) {
	if o.IsZero() {
		return Decimal{}, ErrDivisionByZero
	}
	wide := room(len(d.text)+len(o.text)+max(scale, 0), apd.RoundDown)
	var q apd.Decimal
	if _, err := wide.Quo(&q, d.apd(), o.apd()); err != nil {
		return Decimal{}, err
	}
	return fromAPD(&q).Round(scale), nil
}

// Round rounds half away from zero to scale digits after the point, as Odoo's float_round does by default
// (odoo/tools/float_utils.py, HALF-UP).
func (d Decimal) Round(scale int) Decimal {
	if scale >= 0 && d.Scale() <= scale {
		return d
	}
	c := room(len(d.text)+max(scale, -scale), apd.RoundHalfUp)
	var q apd.Decimal
	if _, err := c.Quantize(&q, d.apd(), -int32(scale)); err != nil {
		return d
	}
	return fromAPD(&q)
}

// Significant rounds half away from zero to n significant digits.
func (d Decimal) Significant(n int) Decimal {
	v := d.apd()
	if v.NumDigits() <= int64(n) {
		return d
	}
	return d.Round(n - int(v.NumDigits()) - int(v.Exponent))
}

// Fixed writes d with exactly scale digits after the point, rounding half away from zero: for people, not for digests.
func (d Decimal) Fixed(scale int) string {
	text := d.Round(scale).String()
	have := Decimal{text}.Scale()
	if scale > have {
		if have == 0 {
			text += "."
		}
		text += strings.Repeat("0", scale-have)
	}
	return text
}

// room is a context for results of some digits, with a margin for those that carrying adds.
func room(digits int, rounding apd.Rounder) apd.Context {
	return apd.Context{Precision: uint32(digits + 10), MaxExponent: apd.MaxExponent, MinExponent: apd.MinExponent, Rounding: rounding}
}

func (d Decimal) apd() *apd.Decimal {
	v, _, err := apd.NewFromString(d.String())
	if err != nil {
		panic("record: a Decimal holds a text that is no decimal: " + d.text)
	}
	return v
}

type unary func(*apd.Decimal, *apd.Decimal) (apd.Condition, error)
type binary func(*apd.Decimal, *apd.Decimal, *apd.Decimal) (apd.Condition, error)

func (d Decimal) exactly(op unary) Decimal {
	var r apd.Decimal
	if _, err := op(&r, d.apd()); err != nil {
		panic("record: " + err.Error())
	}
	return fromAPD(&r)
}

func (d Decimal) with(o Decimal, op binary) Decimal {
	var r apd.Decimal
	if _, err := op(&r, d.apd(), o.apd()); err != nil {
		panic("record: " + err.Error())
	}
	return fromAPD(&r)
}

func fromAPD(v *apd.Decimal) Decimal {
	text, ok := canonicalPlain(v.Text('f'))
	if !ok {
		panic("record: no plain text for " + v.String())
	}
	return Decimal{text}
}

func plausibleNumber(text string) bool {
	if text == "" {
		return false
	}
	digits := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			digits = true
		case c == '+' || c == '-' || c == '.' || c == 'e' || c == 'E':
		default:
			return false
		}
	}
	return digits
}

// canonicalPlain canonicalises plain notation without touching the heap where the text is canonical already.
func canonicalPlain(text string) (string, bool) {
	s, negative := text, false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		negative, s = s[0] == '-', s[1:]
	}
	point, digits := -1, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '.' && point < 0:
			point = i
		default:
			return "", false
		}
	}
	if digits == 0 {
		return "", false
	}
	whole, fraction := s, ""
	if point >= 0 {
		whole, fraction = s[:point], strings.TrimRight(s[point+1:], "0")
	}
	whole = strings.TrimLeft(whole, "0")
	size := len(whole)
	if fraction != "" {
		size += 1 + len(fraction)
	}
	switch {
	case whole == "" && fraction == "":
		return "0", true
	case whole == "":
		whole, size = "0", size+1
	}
	if negative {
		size++
	}
	if size == len(text) && text[0] != '+' && point != 0 {
		return text, true
	}
	out := whole
	if negative {
		out = "-" + out
	}
	if fraction != "" {
		out += "." + fraction
	}
	return out, true
}
