package kinds

import "fmt"

// ibanLengths are the lengths of the countries that business with Europe meets most (SWIFT IBAN registry).
var ibanLengths = map[string]int{
	"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "CH": 21, "CR": 22, "CY": 28,
	"CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "ES": 24, "FI": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18,
	"GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LI": 21,
	"LT": 20, "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MT": 31, "MU": 30, "NL": 18, "NO": 15, "PK": 24, "PL": 28,
	"PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TN": 24, "TR": 26, "UA": 29, "XK": 20,
}

// IBAN checks an account number (ISO 13616): the length of its country and the check digits (ISO 7064 mod 97-10).
func IBAN(text string) Verdict {
	s := compact(text)
	if len(s) < 15 || len(s) > 34 {
		return no(fmt.Sprintf("%d characters", len(s)))
	}
	if want, ok := ibanLengths[s[:2]]; !ok {
		return no("no country with IBANs begins so")
	} else if len(s) != want {
		return no(fmt.Sprintf("%d characters, %s has %d", len(s), s[:2], want))
	}
	if !digitsOnly(s[2:4]) {
		return no("no check digits")
	}
	rest, ok := mod97(s[4:] + s[:4])
	switch {
	case !ok:
		return no("holds a character that no IBAN has")
	case rest != 1:
		return no("wrong check digits")
	}
	return yes(s)
}

// mod97 is the remainder of the number that digits and letters (A is 10) spell.
func mod97(s string) (int, bool) {
	rest := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			rest = (rest*10 + int(c-'0')) % 97
		case c >= 'A' && c <= 'Z':
			rest = (rest*100 + int(c-'A') + 10) % 97
		default:
			return 0, false
		}
	}
	return rest, true
}
