// Package kinds checks texts of the kinds that business data is full of: e-mail addresses, telephone numbers, VAT
// numbers, IBANs, article numbers. Every check is pure and says at most why a text cannot be one; none can say that the
// mailbox, the telephone or the account exists.
package kinds

import "strings"

// Verdict is the outcome of a check.
type Verdict struct {
	OK        bool
	Reason    string // why not: half a sentence, without the text itself
	Canonical string // the text in its usual compact form; set when OK
}

func yes(canonical string) Verdict { return Verdict{OK: true, Canonical: canonical} }
func no(reason string) Verdict     { return Verdict{Reason: reason} }

// Checker checks one kind.
type Checker struct {
	Name  string // "email"
	Check func(text string) Verdict
}

// Checkers lists the checks by name.
func Checkers() []Checker {
	return []Checker{{"bic", BIC}, {"country", Country}, {"currency", Currency}, {"ean", EAN}, {"email", Email}, {"iban", IBAN},
		{"language", Language}, {"phone", Phone}, {"postal", func(text string) Verdict { return Postal(text, "") }}, {"upc", UPC}, {"url", URL}, {"vat", VAT}}
}

// compact removes what people put between groups, and makes letters capitals.
func compact(text string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\u00a0', '\t', '-', '.', '/':
			return -1
		}
		return r
	}, text))
}

func digitsOnly(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// weighted is the sum of the digits, each times its weight.
func weighted(digits string, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += int(digits[i]-'0') * w
	}
	return sum
}
