package cell

import (
	"fmt"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// Number is how a source writes decimals.
type Number struct {
	Point string // "" is "."
	Group string // "" allows no grouping
}

// Error says why a text is not what the mapping declares, with a guess at the reason in Hint.
type Error struct {
	What string // "a decimal", "a date"
	Raw  string
	Hint string
}

// Error returns one sentence.
func (e *Error) Error() string { return fmt.Sprintf("%q is not %s", Shorten(e.Raw), e.What) }

// Shorten keeps a cell of any length from filling a message.
func Shorten(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// Decimal reads a number. Blanks around it do not count; groups must be of three digits, so that a group mistaken for a
// point is noticed.
func (n Number) Decimal(text string) (record.Decimal, error) {
	if n.Group != "" || n.Point != "" && n.Point != "." { // else it is canonical as it stands, or nearly
		if d, ok := n.usual(text); ok {
			return d, nil
		}
	}
	return n.stepwise(text)
}

func (n Number) stepwise(text string) (record.Decimal, error) {
	point := n.Point
	if point == "" {
		point = "."
	}
	s := strings.TrimSpace(text)
	whole, fraction, pointed := strings.Cut(s, point)
	if n.Group != "" && strings.Contains(whole, n.Group) {
		if !grouped(whole, n.Group) {
			return record.Decimal{}, n.fault(text)
		}
		whole = strings.ReplaceAll(whole, n.Group, "")
	} else if point == "." {
		return n.parse(s, text)
	}
	if pointed {
		if fraction == "" || strings.ContainsAny(fraction, "+-.eE") || strings.ContainsAny(whole, ".eE") {
			return record.Decimal{}, n.fault(text)
		}
		return n.parse(whole+"."+fraction, text)
	}
	if strings.Contains(whole, ".") {
		return record.Decimal{}, n.fault(text)
	}
	return n.parse(whole, text)
}

// usual reads a number as nearly all are written, a sign, digits, groups of three and a point, and makes its canonical
// text in one pass. It reports false for everything else: that is read, or refused, step by step.
func (n Number) usual(text string) (record.Decimal, bool) {
	s := strings.TrimSpace(text)
	if len(n.Point) > 1 || len(n.Group) > 1 || len(s) > 60 {
		return record.Decimal{}, false
	}
	negative := s != "" && s[0] == '-'
	if negative || s != "" && s[0] == '+' {
		s = s[1:]
	}
	var buffer [64]byte
	buffer[0] = '-'
	out, rest, ok := n.wholePart(buffer[:1], s)
	if !ok {
		return record.Decimal{}, false
	}
	if rest != "" {
		if out, ok = fractionPart(out, rest[1:]); !ok {
			return record.Decimal{}, false
		}
	}
	if out = out[1:]; negative && (len(out) > 1 || out[0] != '0') {
		out = buffer[:len(out)+1]
	}
	d, err := record.ParseDecimal(string(out))
	return d, err == nil
}

// wholePart appends the digits before the point without leading zeros, a single one at least; rest begins with the point.
func (n Number) wholePart(out []byte, s string) (_ []byte, rest string, ok bool) {
	point, group := byte('.'), byte(0)
	if n.Point != "" {
		point = n.Point[0]
	}
	if n.Group != "" {
		group = n.Group[0]
	}
	run, grouped := 0, false
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			if run++; c != '0' || len(out) > 1 {
				out = append(out, c)
			}
			continue
		case c == point:
			rest = s[i:]
		case n.Group != "" && c == group && (run == 3 || run > 0 && run < 3 && !grouped):
			run, grouped = 0, true
			continue
		default:
			return out, "", false
		}
		break
	}
	if len(out) == 1 {
		out = append(out, '0')
	}
	return out, rest, run > 0 && (!grouped || run == 3)
}

// fractionPart appends the point and the digits behind it without zeros at the end; nothing where all are zeros.
func fractionPart(out []byte, s string) ([]byte, bool) {
	digits := strings.TrimRight(s, "0")
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return out, false
		}
	}
	if digits != "" {
		out = append(append(out, '.'), digits...)
	}
	return out, s != ""
}

func (n Number) parse(s, raw string) (record.Decimal, error) {
	d, err := record.ParseDecimal(s)
	if err != nil {
		return record.Decimal{}, n.fault(raw)
	}
	return d, nil
}

// grouped reports whether every group but the first has three digits.
func grouped(whole, group string) bool {
	parts := strings.Split(strings.TrimLeft(whole, "+-"), group)
	for i, p := range parts {
		if i == 0 && (p == "" || len(p) > 3) || i > 0 && len(p) != 3 || strings.Trim(p, "0123456789") != "" {
			return false
		}
	}
	return true
}

func (n Number) fault(raw string) error {
	return &Error{What: "a decimal", Raw: raw, Hint: n.hint(strings.TrimSpace(raw))}
}

func (n Number) hint(s string) string {
	swapped := strings.NewReplacer("O", "0", "o", "0").Replace(s)
	switch {
	case swapped != s && n.reads(swapped):
		return "letter O for zero?"
	case strings.HasSuffix(s, "-") && n.reads("-"+strings.TrimSuffix(s, "-")):
		return "the minus sign stands behind the number"
	case (Number{Point: ",", Group: "."}).reads(s) && n.Point != ",":
		return `decimal comma? declare point: "," and group: "."`
	case n.Point == "," && (Number{}).reads(s):
		return `a point where point: "," is declared`
	case strings.Contains(s, ",") && (Number{Point: ".", Group: ","}).reads(s):
		return `grouped by commas? declare group: ","`
	case strings.Trim(s, "0123456789.,-+ ") != "" && n.reads(strings.TrimSpace(strings.Trim(s, "€$£% ABCDEFGHIJKLMNOPQRSTUVWXYZ"))):
		return "a currency or unit beside the number?"
	}
	return ""
}

// reads reports whether the text is a decimal, without hints and so without recursion.
func (n Number) reads(s string) bool {
	point := n.Point
	if point == "" {
		point = "."
	}
	whole, fraction, _ := strings.Cut(s, point)
	if n.Group != "" && strings.Contains(whole, n.Group) {
		if !grouped(whole, n.Group) {
			return false
		}
		whole = strings.ReplaceAll(whole, n.Group, "")
	}
	if strings.Trim(whole, "+-0123456789") != "" || strings.Trim(fraction, "0123456789") != "" {
		return false
	}
	_, err := record.ParseDecimal(whole + "." + fraction)
	return err == nil
}
