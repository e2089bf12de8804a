package kinds

import (
	"strings"

	"golang.org/x/text/currency"
	"golang.org/x/text/language"
)

// Country checks a country's code in capitals or small letters: two letters or three (ISO 3166-1). The canonical form
// is the two capitals.
func Country(text string) Verdict {
	s := strings.ToUpper(strings.TrimSpace(text))
	if len(s) != 2 && len(s) != 3 || !lettersOnly(s) {
		return no("not two or three letters")
	}
	r, err := language.ParseRegion(s)
	if err != nil || !r.IsCountry() || r.Canonicalize() != r {
		return no("no country has this code")
	}
	if r.String() != s && r.ISO3() != s {
		return no("no country has this code")
	}
	return yes(r.String())
}

// Currency checks a currency's code (ISO 4217). The canonical form is in capitals.
func Currency(text string) Verdict {
	s := strings.ToUpper(strings.TrimSpace(text))
	if len(s) != 3 || !lettersOnly(s) {
		return no("not three letters")
	}
	if u, err := currency.ParseISO(s); err != nil || u.String() == "XXX" || u.String() == "XTS" {
		return no("no currency has this code")
	}
	return yes(s)
}

// Language checks a language's code of two or three letters (ISO 639), alone or with a country behind it ("de_CH",
// "pt-BR"). The canonical form is Odoo's: "de", "de_CH".
func Language(text string) Verdict {
	base, region, found := strings.Cut(strings.ReplaceAll(strings.TrimSpace(text), "-", "_"), "_")
	base = strings.ToLower(base)
	if len(base) != 2 && len(base) != 3 || !lettersOnly(strings.ToUpper(base)) {
		return no("not a language code")
	}
	b, err := language.ParseBase(base)
	if err != nil {
		return no("no language has this code")
	}
	if !found {
		return yes(b.String())
	}
	v := Country(region)
	if !v.OK {
		return no("no country has the code behind the language")
	}
	return yes(b.String() + "_" + v.Canonical)
}

func lettersOnly(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return s != ""
}
