package profile

import (
	"math/bits"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// numberStyle says which notations a text can be read in.
type numberStyle uint8

const (
	notNumber   numberStyle = iota
	plain                   // digits only: the same number in every notation
	point                   // 12.5, 1,234.50
	comma                   // 12,5, 1.234,50
	eitherPoint             // 1.234: a decimal point, or a thousands point
	eitherComma             // 1,234: a decimal comma, or a thousands comma
	exponent                // 1.2E+05
	numberStyles
)

// number is a text read as a number: mantissa / 10^scale. For eitherPoint and eitherComma the scale is 3, and the
// thousands reading is the mantissa itself.
type number struct {
	style       numberStyle
	mantissa    int64
	scale       int
	wide        string // instead of mantissa and scale: plain notation of a number of more than 18 digits
	group       byte   // thousands separator seen
	leadingZero bool   // 007
	minusAfter  bool   // 12.50-, as SAP writes it
}

const maxDigits = 18

// parseNumber reads a trimmed text in any notation that exports use.
func parseNumber(s string) number {
	if len(s) == 0 || len(s) > 64 {
		return number{}
	}
	var n number
	body, negative := s, false
	switch {
	case s[0] == '-' || s[0] == '+':
		negative, body = s[0] == '-', s[1:]
	case s[len(s)-1] == '-':
		negative, n.minusAfter, body = true, true, s[:len(s)-1]
	}
	digits, points, commas, others := 0, 0, 0, 0
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '.':
			points++
		case c == ',':
			commas++
		default:
			others++
		}
	}
	if digits == 0 || others > 8 {
		return number{}
	}
	if others > 0 {
		return withOthers(body, negative, n)
	}
	n.leadingZero = len(body) > 1 && body[0] == '0' && points+commas == 0
	whole, fraction, ok := n.split(body, points, commas)
	if !ok {
		return number{}
	}
	n.set(whole, fraction, negative)
	return n
}

// split finds the decimal separator and takes thousands separators out.
func (n *number) split(body string, points, commas int) (whole, fraction string, ok bool) {
	switch {
	case points == 0 && commas == 0:
		n.style = plain
		return body, "", true
	case points == 1 && commas == 0:
		return n.single(body, '.', point, eitherPoint)
	case commas == 1 && points == 0:
		return n.single(body, ',', comma, eitherComma)
	case points == 0:
		n.style, n.group = point, ','
		whole, ok = ungroup(body, ',')
		return whole, "", ok
	case commas == 0:
		n.style, n.group = comma, '.'
		whole, ok = ungroup(body, '.')
		return whole, "", ok
	case points == 1 && strings.LastIndexByte(body, ',') < strings.IndexByte(body, '.'):
		return n.mixed(body, '.', ',', point)
	case commas == 1 && strings.LastIndexByte(body, '.') < strings.IndexByte(body, ','):
		return n.mixed(body, ',', '.', comma)
	}
	return "", "", false
}

// single reads one separator, which may group thousands when exactly three digits follow.
func (n *number) single(body string, sep byte, sure, either numberStyle) (string, string, bool) {
	i := strings.IndexByte(body, sep)
	whole, fraction := body[:i], body[i+1:]
	n.style = sure
	if len(fraction) == 3 && len(whole) >= 1 && len(whole) <= 3 && whole[0] != '0' {
		n.style = either
	}
	return whole, fraction, len(fraction) > 0
}

func (n *number) mixed(body string, sep, group byte, style numberStyle) (string, string, bool) {
	i := strings.IndexByte(body, sep)
	whole, ok := ungroup(body[:i], group)
	n.style, n.group = style, group
	return whole, body[i+1:], ok && i+1 < len(body)
}

// ungroup takes thousands separators out of "1,234,567" and refuses groups of other sizes ("1,2,3").
func ungroup(s string, sep byte) (string, bool) {
	parts := strings.Split(s, string(sep))
	if len(parts[0]) == 0 || len(parts[0]) > 3 {
		return "", false
	}
	for _, p := range parts[1:] {
		if len(p) != 3 {
			return "", false
		}
	}
	return strings.Join(parts, ""), true
}

// withOthers reads numbers with a blank or an apostrophe between thousands, and exponents.
func withOthers(body string, negative bool, n number) number {
	for _, sep := range []string{" ", "\u00a0", "\u202f", "'"} {
		if !strings.Contains(body, sep) {
			continue
		}
		end := strings.IndexAny(body, ".,")
		head, tail := body, ""
		if end >= 0 {
			head, tail = body[:end], body[end:]
		}
		whole, ok := ungroup(strings.ReplaceAll(head, sep, " "), ' ')
		if !ok || strings.ContainsFunc(whole, notDigit) || strings.ContainsFunc(tail, notSeparated) {
			return number{}
		}
		inner := parseNumber(whole + tail)
		if inner.style == notNumber || inner.group != 0 {
			return number{}
		}
		// With the thousands marked otherwise, the one separator left is the decimal one.
		switch inner.style {
		case eitherPoint:
			inner.style = point
		case eitherComma:
			inner.style = comma
		}
		inner.group, inner.minusAfter, inner.leadingZero = sep[0], n.minusAfter, false
		if negative {
			inner.negate()
		}
		return inner
	}
	if e := strings.IndexAny(body, "eE"); e > 0 && e < len(body)-1 && isDigit(body[e-1]) {
		if negative {
			body = "-" + body
		}
		if d, err := record.ParseDecimal(strings.Replace(body, ",", ".", 1)); err == nil {
			n.style, n.wide = exponent, d.String()
			return n
		}
	}
	return number{}
}

func notDigit(r rune) bool { return r < '0' || r > '9' }

// notSeparated finds what can stand behind no decimal separator.
func notSeparated(r rune) bool { return notDigit(r) && r != '.' && r != ',' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func (n *number) set(whole, fraction string, negative bool) {
	if len(whole)+len(fraction) > maxDigits {
		n.wide = whole + "." + fraction
		if fraction == "" {
			n.wide = whole
		}
		if negative {
			n.wide = "-" + n.wide
		}
		return
	}
	var m int64
	for i := 0; i < len(whole); i++ {
		m = m*10 + int64(whole[i]-'0')
	}
	for i := 0; i < len(fraction); i++ {
		m = m*10 + int64(fraction[i]-'0')
	}
	n.mantissa, n.scale = m, len(fraction)
	if negative {
		n.mantissa = -m
	}
}

func (n *number) negate() {
	n.mantissa = -n.mantissa
	if n.wide != "" {
		n.wide = record.MustDecimal(n.wide).Neg().String()
	}
}

// scaleSum adds up the numbers of one scale in 128 bits: exact for any file that fits on a disk, and a hundred times
// faster than decimal addition.
type scaleSum struct {
	count    int64
	hi       int64
	lo       uint64
	min, max int64
}

func (s *scaleSum) add(mantissa, times int64) {
	if s.count == 0 || mantissa < s.min {
		s.min = mantissa
	}
	if s.count == 0 || mantissa > s.max {
		s.max = mantissa
	}
	s.count += times
	size := uint64(mantissa)
	if mantissa < 0 {
		size = uint64(-mantissa)
	}
	hi, lo := bits.Mul64(size, uint64(times))
	var carry uint64
	if mantissa < 0 {
		s.lo, carry = bits.Sub64(s.lo, lo, 0)
		s.hi -= int64(hi) + int64(carry)
		return
	}
	s.lo, carry = bits.Add64(s.lo, lo, 0)
	s.hi += int64(hi) + int64(carry)
}

// total returns the sum of the mantissas as a decimal.
func (s *scaleSum) total() record.Decimal {
	two32 := record.DecimalFromInt(1 << 32)
	d := record.DecimalFromInt(s.hi).Mul(two32).Mul(two32)
	return d.Add(record.DecimalFromInt(int64(s.lo >> 32)).Mul(two32)).Add(record.DecimalFromInt(int64(s.lo & (1<<32 - 1))))
}

// numberTally is what a column knows of the numbers of one notation.
type numberTally struct {
	count    int64
	groups   int64
	group    byte
	scales   [maxDigits + 1]scaleSum
	wide     int64
	wideSum  record.Decimal
	wideMin  record.Decimal
	wideMax  record.Decimal
	maxScale int
}

func (t *numberTally) add(n number, times int64) {
	t.count += times
	if n.group != 0 {
		t.groups += times
		t.group = n.group
	}
	if n.wide != "" {
		t.addWide(record.MustDecimal(n.wide), times)
		return
	}
	t.maxScale = max(t.maxScale, n.scale)
	t.scales[n.scale].add(n.mantissa, times)
}

func (t *numberTally) addWide(d record.Decimal, times int64) {
	if t.wide == 0 || d.Cmp(t.wideMin) < 0 {
		t.wideMin = d
	}
	if t.wide == 0 || d.Cmp(t.wideMax) > 0 {
		t.wideMax = d
	}
	t.wide += times
	t.maxScale = max(t.maxScale, d.Scale())
	t.wideSum = t.wideSum.Add(d.Mul(record.DecimalFromInt(times)))
}

// numberTotals folds tallies into one count, minimum, maximum and sum.
type numberTotals struct {
	count         int64
	min, max, sum record.Decimal
	scale         int
}

// fold adds a tally; shift is the number of decimal places to take back where a separator groups thousands after all.
func (r *numberTotals) fold(t *numberTally, shift int) {
	for scale := range t.scales {
		s := &t.scales[scale]
		if s.count == 0 {
			continue
		}
		places := max(0, scale-shift)
		unit := record.MustDecimal("1e-" + itoa(places))
		r.merge(s.count, record.DecimalFromInt(s.min).Mul(unit), record.DecimalFromInt(s.max).Mul(unit), s.total().Mul(unit))
		r.scale = max(r.scale, places)
	}
	if t.wide > 0 {
		r.merge(t.wide, t.wideMin, t.wideMax, t.wideSum)
		r.scale = max(r.scale, t.maxScale)
	}
}

func (r *numberTotals) merge(count int64, low, high, sum record.Decimal) {
	if r.count == 0 || low.Cmp(r.min) < 0 {
		r.min = low
	}
	if r.count == 0 || high.Cmp(r.max) > 0 {
		r.max = high
	}
	r.count += count
	r.sum = r.sum.Add(sum)
}
