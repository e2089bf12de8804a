package kinds

// Parts are what an account number is made of, as far as its country says.
type Parts struct{ Bank, Branch, Account string }

// ibanParts are lengths behind the check digits: characters to skip, of the bank, of the branch, and of the account (0: all
// that is left). From the SWIFT IBAN registry.
var ibanParts = map[string][4]int{
	"AT": {0, 5, 0, 0}, "BE": {0, 3, 0, 0}, "BG": {0, 4, 4, 0}, "CH": {0, 5, 0, 0}, "CY": {0, 3, 5, 0}, "CZ": {0, 4, 0, 0}, "DE": {0, 8, 0, 0},
	"DK": {0, 4, 0, 0}, "EE": {0, 2, 0, 0}, "ES": {0, 4, 4, 0}, "FI": {0, 3, 0, 0}, "FR": {0, 5, 5, 11}, "GB": {0, 4, 6, 0}, "GR": {0, 3, 4, 0},
	"HR": {0, 7, 0, 0}, "HU": {0, 3, 4, 0}, "IE": {0, 4, 6, 0}, "IS": {0, 4, 0, 0}, "IT": {1, 5, 5, 0}, "LI": {0, 5, 0, 0}, "LT": {0, 5, 0, 0},
	"LU": {0, 3, 0, 0}, "LV": {0, 4, 0, 0}, "MC": {0, 5, 5, 11}, "MT": {0, 4, 5, 0}, "NL": {0, 4, 0, 0}, "NO": {0, 4, 0, 6}, "PL": {0, 8, 0, 0},
	"PT": {0, 4, 4, 11}, "RO": {0, 4, 0, 0}, "SE": {0, 3, 0, 0}, "SI": {0, 5, 0, 8}, "SK": {0, 4, 0, 0}, "SM": {1, 5, 5, 0},
}

// IBANParts takes a valid account number apart. It reports false where the number is not valid, or where nothing is known
// of the country's parts.
func IBANParts(text string) (Parts, bool) {
	v := IBAN(text)
	if !v.OK {
		return Parts{}, false
	}
	lengths, ok := ibanParts[v.Canonical[:2]]
	if !ok {
		return Parts{}, false
	}
	rest := v.Canonical[4+lengths[0]:]
	p := Parts{Bank: rest[:lengths[1]], Branch: rest[lengths[1] : lengths[1]+lengths[2]], Account: rest[lengths[1]+lengths[2]:]}
	if lengths[3] > 0 {
		p.Account = p.Account[:lengths[3]]
	}
	return p, true
}

// Compact removes what people write between the groups of a number, and makes its letters capitals.
func Compact(text string) string { return compact(text) }
