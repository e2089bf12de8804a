package profile

import (
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings/kinds"
)

// Checker recognises one kind of value by its form or check digits.
type checker struct {
	kind     string
	valid    func(string) bool
	needs    []string // words of which the column's name must have one, where the form alone proves little
	personal bool
}

// checkers lists the kinds, the most telling ones first.
func checkers() []checker {
	of := func(check func(string) kinds.Verdict) func(string) bool {
		return func(s string) bool { return check(s).OK }
	}
	return []checker{
		{kind: "email", valid: of(kinds.Email), personal: true},
		{kind: "iban", valid: of(kinds.IBAN), personal: true},
		{kind: "vat", valid: func(s string) bool { return digitsIn(s) >= 6 && kinds.VAT(s).OK }},
		{kind: "ean", valid: of(kinds.EAN)},
		{kind: "phone", valid: of(kinds.Phone), needs: []string{"phone", "telephone", "phonenumber", "tel", "telefon", "telefone", "mobile", "handy", "fax", "faxnumber", "telf1"}, personal: true},
		{kind: "url", valid: isURL},
		{kind: "country", valid: isCountryCode, needs: []string{"country", "land", "land1", "countrycode", "pays"}},
	}
}

func digitsIn(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		if isDigit(s[i]) {
			n++
		}
	}
	return n
}

func isURL(s string) bool {
	s = strings.ToLower(s)
	return (strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "www.")) && !strings.ContainsAny(s, " \t")
}

func isCountryCode(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}
