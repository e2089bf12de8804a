package books

import (
	"math"
	"math/bits"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// Amounts are counted in millionths while they fit: adding them costs nothing, and no ledger writes more digits often.
const (
	places = 6
	unit   = 1_000_000
)

// amount is an exact number or sum: units/10^6 + rest. rest is nil but for numbers that millionths cannot hold.
type amount struct {
	units int64
	rest  *record.Decimal
}

func amountOf(d record.Decimal) amount { return amount{rest: &d} }

// add adds b exactly.
func (a *amount) add(b amount) {
	sum := a.units + b.units
	if (a.units > 0) == (b.units > 0) && (sum > 0) != (a.units > 0) && a.units != 0 && b.units != 0 {
		d := a.decimal()
		a.units, a.rest, sum = 0, &d, b.units
	}
	a.units = sum
	if b.rest != nil {
		d := *b.rest
		if a.rest != nil {
			d = d.Add(*a.rest)
		}
		a.rest = &d
	}
}

func (a amount) plus(b amount) amount {
	a.add(b)
	return a
}

func (a amount) minus(b amount) amount {
	a.add(b.neg())
	return a
}

func (a amount) neg() amount {
	if a.units == math.MinInt64 {
		return amountOf(a.decimal().Neg())
	}
	a.units = -a.units
	if a.rest != nil {
		d := a.rest.Neg()
		a.rest = &d
	}
	return a
}

func (a amount) abs() amount {
	if a.sign() < 0 {
		return a.neg()
	}
	return a
}

// times multiplies exactly.
func (a amount) times(b amount) amount {
	if a.rest == nil && b.rest == nil {
		hi, lo := bits.Mul64(magnitude(a.units), magnitude(b.units))
		if hi < unit {
			if q, r := bits.Div64(hi, lo, unit); r == 0 && q <= math.MaxInt64 {
				if (a.units < 0) != (b.units < 0) {
					return amount{units: -int64(q)}
				}
				return amount{units: int64(q)}
			}
		}
	}
	return amountOf(a.decimal().Mul(b.decimal()))
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return uint64(-n)
	}
	return uint64(n)
}

var millionth = record.MustDecimal("0.000001")

func (a amount) decimal() record.Decimal {
	d := record.DecimalFromInt(a.units).Mul(millionth)
	if a.rest != nil {
		d = d.Add(*a.rest)
	}
	return d
}

// String returns the canonical text of the exact number.
func (a amount) String() string { return a.decimal().String() }

func (a amount) sign() int {
	if a.rest != nil {
		return a.decimal().Sign()
	}
	switch {
	case a.units < 0:
		return -1
	case a.units > 0:
		return 1
	}
	return 0
}

func (a amount) isZero() bool { return a.sign() == 0 }

func (a amount) equal(b amount) bool {
	if a.rest == nil && b.rest == nil {
		return a.units == b.units
	}
	return a.decimal() == b.decimal()
}

// cmp is -1, 0 or 1 as a is less than, equal to or greater than b.
func (a amount) cmp(b amount) int {
	if a.rest == nil && b.rest == nil {
		switch {
		case a.units < b.units:
			return -1
		case a.units > b.units:
			return 1
		}
		return 0
	}
	return a.decimal().Cmp(b.decimal())
}

// decimals is how many digits after the point the number needs.
func (a amount) decimals() int {
	if a.rest != nil {
		return a.decimal().Scale()
	}
	n := places
	for u := a.units; n > 0 && u%10 == 0; u /= 10 {
		n--
	}
	return n
}

// round rounds half away from zero to n digits after the point.
func (a amount) round(n int) amount {
	if a.decimals() <= n {
		return a
	}
	if a.rest != nil || n > places {
		return amountOf(a.decimal().Round(n))
	}
	step := int64(1)
	for range places - n {
		step *= 10
	}
	part := a.units % step
	whole := a.units - part
	switch {
	case part >= step-part:
		return amount{units: whole}.plus(amount{units: step})
	case -part >= step+part:
		return amount{units: whole}.plus(amount{units: -step})
	}
	return amount{units: whole}
}

// style is how a column writes its numbers.
type style struct {
	point byte // '.' or ','; 0 where the column does not show it
	group byte // first byte of the thousands separator; 0 for none
}

const longestAmount = 64

// parse reads a trimmed text exactly. It refuses what could be two numbers.
func (s style) parse(text string) (amount, bool) {
	if len(text) == 0 || len(text) > longestAmount {
		return amount{}, false
	}
	body, negative := unsign(text)
	digits, point, ok := s.split(body)
	if !ok || digits == "" {
		return exponent(text)
	}
	return number(digits, point, negative)
}

// unsign takes off the sign: before the number, behind it as SAP writes it, or as the brackets of accountants.
func unsign(s string) (string, bool) {
	negative := false
	if s[0] == '(' && s[len(s)-1] == ')' {
		return trim(s[1 : len(s)-1]), true
	}
	switch {
	case s[0] == '-':
		s, negative = s[1:], true
	case strings.HasPrefix(s, "\u2212"):
		s, negative = s[len("\u2212"):], true
	case s[0] == '+':
		s = s[1:]
	case s[len(s)-1] == '-':
		s, negative = s[:len(s)-1], true
	case s[len(s)-1] == '+':
		s = s[:len(s)-1]
	}
	return trim(s), negative
}

// split returns the digits and how many of them stand behind the point.
func (s style) split(body string) (digits string, behind int, ok bool) {
	plain := body != ""
	for i := 0; i < len(body); i++ {
		if body[i] < '0' || body[i] > '9' {
			plain = false
			break
		}
	}
	if plain {
		return body, 0, true
	}
	at := s.pointOf(body)
	whole, fraction := body, ""
	if at >= 0 {
		whole, fraction = body[:at], body[at+1:]
		if strings.ContainsFunc(fraction, notDigit) || fraction == "" && whole == "" {
			return "", 0, false
		}
	}
	whole, ok = ungroup(whole)
	return whole + fraction, len(fraction), ok
}

// pointOf finds the decimal separator; -1 where there is none, -2 where nobody can tell.
func (s style) pointOf(body string) int {
	points, commas := strings.Count(body, "."), strings.Count(body, ",")
	last := max(strings.LastIndexByte(body, '.'), strings.LastIndexByte(body, ','))
	if s.point != 0 {
		if strings.Count(body, string(s.point)) == 1 {
			return strings.IndexByte(body, s.point)
		}
		return -1
	}
	switch {
	case last < 0 || points > 1 || commas > 1 && points == 0:
		return -1
	case points == 1 && commas >= 1:
		return last
	case body[last] == s.group:
		return -1
	case len(body)-last-1 == 3 && last >= 1 && last <= 3 && body[0] != '0' && !strings.ContainsFunc(body[:last], notDigit):
		return len(body) - 1 // 1.234 may be either; with no digit behind the point it is refused below
	}
	return last
}

func notDigit(r rune) bool { return r < '0' || r > '9' }

// ungroup takes thousands separators out; groups of other sizes are no number.
func ungroup(s string) (string, bool) {
	if !strings.ContainsFunc(s, notDigit) {
		return s, true
	}
	sep := rune(0)
	var out strings.Builder
	since := 0
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9':
			since++
			out.WriteRune(r)
			continue
		case !strings.ContainsRune(".,' \u00a0\u202f\u2019", r) || sep != 0 && r != sep:
			return "", false
		case i == 0 || sep == 0 && since > 3 || sep != 0 && since != 3:
			return "", false
		}
		sep, since = r, 0
	}
	return out.String(), since == 3
}

// number makes an amount of digits of which the last few stand behind the point.
func number(digits string, behind int, negative bool) (amount, bool) {
	for behind > 0 && digits[len(digits)-1] == '0' {
		digits, behind = digits[:len(digits)-1], behind-1
	}
	if digits == "" {
		return amount{}, true
	}
	if behind <= places && len(digits)+places-behind <= 18 {
		var n int64
		for i := 0; i < len(digits); i++ {
			n = n*10 + int64(digits[i]-'0')
		}
		for range places - behind {
			n *= 10
		}
		if negative {
			n = -n
		}
		return amount{units: n}, true
	}
	text := digits[:len(digits)-behind] + "." + digits[len(digits)-behind:]
	d, err := record.ParseDecimal(text)
	if err != nil {
		return amount{}, false
	}
	if negative {
		d = d.Neg()
	}
	return amountOf(d), true
}

// exponent reads 1.2E+05, which spreadsheets make of long numbers.
func exponent(text string) (amount, bool) {
	if e := strings.IndexAny(text, "eE"); e < 1 || e == len(text)-1 {
		return amount{}, false
	}
	d, err := record.ParseDecimal(strings.Replace(text, ",", ".", 1))
	if err != nil || d.Scale() > 40 || len(d.String()) > longestAmount {
		return amount{}, false
	}
	return amountOf(d), true
}

// trim takes blanks off, the no-break space of French and SAP exports included.
func trim(s string) string {
	if s == "" || s[0] > ' ' && s[0] < 0x80 && s[len(s)-1] > ' ' && s[len(s)-1] < 0x80 {
		return s
	}
	return strings.TrimSpace(strings.Trim(s, " \u00a0\u202f\t"))
}
