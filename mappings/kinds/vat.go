package kinds

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// vatRule is one country's numbers, without the prefix.
type vatRule struct {
	form  *regexp.Regexp
	check func(digits string) bool
}

var vatRules = map[string]vatRule{
	"AT": {regexp.MustCompile(`^U\d{8}$`), vatAT},
	"BE": {regexp.MustCompile(`^[01]\d{9}$`), vatBE},
	"CH": {regexp.MustCompile(`^E\d{9}(MWST|TVA|IVA)?$`), func(s string) bool { return weighted(s[1:9], 5, 4, 3, 2, 7, 6, 5, 4)%11 == (11-int(s[9]-'0'))%11 }},
	"DE": {regexp.MustCompile(`^[1-9]\d{8}$`), mod1110},
	"DK": {regexp.MustCompile(`^[1-9]\d{7}$`), func(s string) bool { return weighted(s, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0 }},
	"EE": {regexp.MustCompile(`^10\d{7}$`), func(s string) bool { return weighted(s, 3, 7, 1, 3, 7, 1, 3, 7, 1)%10 == 0 }},
	"EL": {regexp.MustCompile(`^\d{9}$`), func(s string) bool { return weighted(s, 256, 128, 64, 32, 16, 8, 4, 2)%11%10 == int(s[8]-'0') }},
	"ES": {regexp.MustCompile(`^[A-Z0-9]\d{7}[A-Z0-9]$`), vatES},
	"FI": {regexp.MustCompile(`^\d{8}$`), func(s string) bool { return weighted(s, 7, 9, 10, 5, 8, 4, 2, 1)%11 == 0 }},
	"FR": {regexp.MustCompile(`^[A-HJ-NP-Z0-9]{2}\d{9}$`), vatFR},
	"GB": {regexp.MustCompile(`^(\d{9}|\d{12})$`), vatGB},
	"HR": {regexp.MustCompile(`^\d{11}$`), mod1110},
	"HU": {regexp.MustCompile(`^\d{8}$`), func(s string) bool { return weighted(s, 9, 7, 3, 1, 9, 7, 3, 1)%10 == 0 }},
	"IE": {regexp.MustCompile(`^\d{7}[A-W][A-I]?$`), vatIE},
	"IT": {regexp.MustCompile(`^\d{11}$`), vatIT},
	"LU": {regexp.MustCompile(`^\d{8}$`), func(s string) bool { return number(s[:6])%89 == number(s[6:]) }},
	"NL": {regexp.MustCompile(`^\d{9}B\d{2}$`), vatNL},
	"NO": {regexp.MustCompile(`^\d{9}(MVA)?$`), func(s string) bool { return weighted(s, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0 }},
	"PL": {regexp.MustCompile(`^\d{10}$`), func(s string) bool { return weighted(s, 6, 5, 7, 2, 3, 4, 5, 6, 7)%11 == int(s[9]-'0') }},
	"PT": {regexp.MustCompile(`^[1-9]\d{8}$`), vatPT},
	"RO": {regexp.MustCompile(`^[1-9]\d{1,9}$`), vatRO},
	"SE": {regexp.MustCompile(`^\d{10}01$`), func(s string) bool { return luhn(s[:10]) }},
	"SI": {regexp.MustCompile(`^[1-9]\d{7}$`), vatSI},
	"SK": {regexp.MustCompile(`^[1-9]\d{9}$`), func(s string) bool { return number(s)%11 == 0 }},
}

// VATCountries lists the countries whose numbers VAT can check, sorted.
func VATCountries() []string {
	out := make([]string, 0, len(vatRules))
	for c := range vatRules {
		out = append(out, c)
	}
	slices.Sort(out)
	return out
}

// vatCountry reports whether a country's VAT numbers may begin with the letters: EL is Greece, XI Northern Ireland.
func vatCountry(prefix string) bool {
	return prefix == "EL" || prefix == "XI" || prefix == "XK" || Country(prefix).OK
}

// vatForm is what the numbers of countries without a rule have in common: five to thirteen characters, most of them digits.
func vatForm(rest string) bool {
	digits := 0
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'A' && c <= 'Z', c == '+', c == '*':
		default:
			return false
		}
	}
	return len(rest) >= 5 && len(rest) <= 13 && 2*digits > len(rest)
}

// VAT checks a European VAT number with its country prefix: form and check digits as the national rules give them
// (published with VIES, and in python-stdnum). It does not ask whether the number is registered. A country that has no
// rule here is held to the general form only: see VATCountries.
func VAT(text string) Verdict {
	s := compact(text)
	if len(s) < 4 {
		return no("too short")
	}
	country, rest := s[:2], s[2:]
	if country[0] < 'A' || country[0] > 'Z' || country[1] < 'A' || country[1] > 'Z' {
		return no("no country prefix")
	}
	rule, ok := vatRules[country]
	switch {
	case !ok && !vatCountry(country):
		return no("no country's VAT numbers begin so")
	case !ok && !vatForm(rest):
		return no("not the form of a VAT number")
	case !ok:
		return yes(s)
	case !rule.form.MatchString(rest):
		return no("not the form of a number of " + country)
	case !rule.check(rest):
		return no("wrong check digits")
	}
	return yes(s)
}

func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// luhn checks the last digit (ISO/IEC 7812-1).
func luhn(s string) bool {
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	return sum%10 == 0
}

func vatAT(s string) bool {
	s = s[1:]
	sum := 4
	for i := range 7 {
		d := int(s[i]-'0') * (1 + i%2)
		sum += d/10 + d%10
	}
	return (10-sum%10)%10 == int(s[7]-'0')
}

func vatBE(s string) bool { return 97-number(s[:8])%97 == number(s[8:]) }

// mod1110 is ISO 7064 mod 11,10: the last digit checks the others.
func mod1110(s string) bool {
	product := 10
	for i := range len(s) - 1 {
		sum := (int(s[i]-'0') + product) % 10
		if sum == 0 {
			sum = 10
		}
		product = sum * 2 % 11
	}
	return (11-product)%10 == int(s[len(s)-1]-'0')
}

// vatGB knows the older numbers (mod 97) and those since 2009 (the same, 55 added).
func vatGB(s string) bool {
	rest := (weighted(s, 8, 7, 6, 5, 4, 3, 2) + number(s[7:9])) % 97
	return rest == 0 || (rest+55)%97 == 0
}

// vatIE adds a second letter, where there is one, with weight 9.
func vatIE(s string) bool {
	sum := weighted(s, 8, 7, 6, 5, 4, 3, 2)
	if len(s) == 9 {
		sum += 9 * int(s[8]-'A'+1)
	}
	return "WABCDEFGHIJKLMNOPQRSTUV"[sum%23] == s[7]
}

func vatRO(s string) bool {
	padded := strings.Repeat("0", 10-len(s)) + s
	return weighted(padded, 7, 5, 3, 2, 1, 7, 5, 3, 2)*10%11%10 == int(padded[9]-'0')
}

// vatES knows companies (CIF), citizens (DNI) and foreigners (NIE).
func vatES(s string) bool {
	const letters = "TRWAGMYFPDXBNJZSQVHLCKE"
	first, last := s[0], s[8]
	switch {
	case first >= '0' && first <= '9':
		return letters[number(s[:8])%23] == last
	case strings.IndexByte("XYZ", first) >= 0:
		return letters[number(strconv.Itoa(strings.IndexByte("XYZ", first))+s[1:8])%23] == last
	case strings.IndexByte("KLM", first) >= 0:
		return letters[number(s[1:8])%23] == last
	}
	sum := 0
	for i := 1; i < 8; i++ {
		d := int(s[i] - '0')
		if i%2 == 1 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	check := (10 - sum%10) % 10
	return last == byte('0'+check) && strings.IndexByte("PQRSNW", first) < 0 || last == "JABCDEFGHI"[check] && strings.IndexByte("ABEH", first) < 0
}

// vatFR checks numeric keys; keys with letters have a form, but not one rule that all issuers keep to.
func vatFR(s string) bool {
	if !luhn(s[2:]) {
		return false
	}
	if !digitsOnly(s[:2]) {
		return true
	}
	return (12+3*(number(s[2:])%97))%97 == number(s[:2])
}

func vatIT(s string) bool { return s[:7] != "0000000" && luhn(s) }

// vatNL accepts the numbers of companies (mod 11) and those of sole traders since 2020 (mod 97 over the whole).
func vatNL(s string) bool {
	if sum := weighted(s, 9, 8, 7, 6, 5, 4, 3, 2) % 11; sum == int(s[8]-'0') && s[:9] != "000000000" {
		return true
	}
	rest, ok := mod97("NL" + s)
	return ok && rest == 1
}

func vatSI(s string) bool {
	rest := weighted(s, 8, 7, 6, 5, 4, 3, 2) % 11
	return rest != 0 && (11-rest)%10 == int(s[7]-'0')
}

func vatPT(s string) bool {
	check := 11 - weighted(s, 9, 8, 7, 6, 5, 4, 3, 2)%11
	if check > 9 {
		check = 0
	}
	return check == int(s[8]-'0')
}
