package profile

import (
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
	if n, ok := simpleNumber(s); ok {
		return n
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
	if digits == 0 || digits > record.MaxDigits || others > 8 {
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

// simpleNumber reads what most numbers are: digits, at most one point with one, two or four and more digits behind it,
// and a minus sign in front.
func simpleNumber(s string) (number, bool) {
	body := s
	if s[0] == '-' {
		body = s[1:]
	}
	if len(body) == 0 || len(body) > maxDigits {
		return number{}, false
	}
	var m int64
	at := -1
	for i := 0; i < len(body); i++ {
		c := body[i]
		if isDigit(c) {
			m = m*10 + int64(c-'0')
			continue
		}
		if c != '.' || at >= 0 {
			return number{}, false
		}
		at = i
	}
	n := number{style: plain, mantissa: m}
	if at >= 0 {
		n.style, n.scale = point, len(body)-at-1
		if n.scale == 0 || n.scale == 3 || len(body) == 1 {
			return number{}, false
		}
	} else {
		n.leadingZero = len(body) > 1 && body[0] == '0'
	}
	if len(body) < len(s) {
		n.mantissa = -m
	}
	return n, true
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
	if !isGrouped(s, string(sep)) {
		return "", false
	}
	return strings.ReplaceAll(s, string(sep), ""), true
}

// isGrouped reports whether a text is one to three characters, and any number of groups of three behind separators.
func isGrouped(s, sep string) bool {
	for lead := true; ; lead = false {
		at := strings.Index(s, sep)
		size := at
		if at < 0 {
			size = len(s)
		}
		if size > 3 || size < 3 && !(lead && size > 0) {
			return false
		}
		if at < 0 {
			return true
		}
		s = s[at+len(sep):]
	}
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
		if !isGrouped(head, sep) {
			return number{}
		}
		whole := strings.ReplaceAll(head, sep, "")
		if strings.ContainsFunc(whole, notDigit) || strings.ContainsFunc(tail, notSeparated) {
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
