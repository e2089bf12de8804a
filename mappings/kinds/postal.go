package kinds

import (
	"regexp"
	"strings"
)

// postalForms are the forms of postal codes, by country (Universal Postal Union, Postal addressing systems).
var postalForms = map[string]*regexp.Regexp{
	"AT": regexp.MustCompile(`^[1-9]\d{3}$`),
	"AU": regexp.MustCompile(`^\d{4}$`),
	"BE": regexp.MustCompile(`^[1-9]\d{3}$`),
	"BR": regexp.MustCompile(`^\d{5}-?\d{3}$`),
	"CA": regexp.MustCompile(`^[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d$`),
	"CH": regexp.MustCompile(`^[1-9]\d{3}$`),
	"CZ": regexp.MustCompile(`^[1-7]\d{2} ?\d{2}$`),
	"DE": regexp.MustCompile(`^\d{5}$`),
	"DK": regexp.MustCompile(`^\d{4}$`),
	"ES": regexp.MustCompile(`^[0-5]\d{4}$`),
	"FI": regexp.MustCompile(`^\d{5}$`),
	"FR": regexp.MustCompile(`^\d{5}$`),
	"GB": regexp.MustCompile(`^[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}$`),
	"GR": regexp.MustCompile(`^\d{3} ?\d{2}$`),
	"HU": regexp.MustCompile(`^[1-9]\d{3}$`),
	"IE": regexp.MustCompile(`^[AC-FHKNPRTV-Y]\d[\dW] ?[\dAC-FHKNPRTV-Y]{4}$`),
	"IN": regexp.MustCompile(`^[1-9]\d{5}$`),
	"IT": regexp.MustCompile(`^\d{5}$`),
	"JP": regexp.MustCompile(`^\d{3}-?\d{4}$`),
	"LU": regexp.MustCompile(`^(L-)?\d{4}$`),
	"MX": regexp.MustCompile(`^\d{5}$`),
	"NL": regexp.MustCompile(`^[1-9]\d{3} ?[A-Z]{2}$`),
	"NO": regexp.MustCompile(`^\d{4}$`),
	"NZ": regexp.MustCompile(`^\d{4}$`),
	"PL": regexp.MustCompile(`^\d{2}-\d{3}$`),
	"PT": regexp.MustCompile(`^\d{4}-\d{3}$`),
	"SE": regexp.MustCompile(`^\d{3} ?\d{2}$`),
	"SK": regexp.MustCompile(`^\d{3} ?\d{2}$`),
	"US": regexp.MustCompile(`^\d{5}(-?\d{4})?$`),
}

// Postal checks that a text has the form of a postal code: one of the country, given by its two capitals, where its form
// is known here, else one that any country could have: 3 to 10 letters, digits, blanks and hyphens with a digit among
// them. It does not know which codes there are. The canonical form is in capitals with single blanks.
func Postal(text, country string) Verdict {
	s := strings.Join(strings.Fields(strings.ToUpper(text)), " ")
	if form, known := postalForms[country]; known {
		if !form.MatchString(s) {
			return no("not the form of a postal code of " + country)
		}
		return yes(s)
	}
	switch {
	case len(s) < 3 || len(s) > 10:
		return no("not 3 to 10 characters")
	case strings.Trim(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ -") != "":
		return no("holds a character that no postal code has")
	case !strings.ContainsAny(s, "0123456789"):
		return no("no digit")
	}
	return yes(s)
}
