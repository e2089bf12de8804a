package profile

import (
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings/kinds"
)

// checker recognises one kind of value by its form or check digits, helped by the column's name.
type checker struct {
	kind     string
	check    func(string) kinds.Verdict
	words    []string // words of a column's name that speak for the kind
	endings  []string // the same, at the end of a word
	alone    float64  // share of the values that must pass where the name is silent; 0: never without the name
	distinct int      // different values that takes at least
	values   int      // different values looked at, where a check is slow; 0 is meaningSample
	strict   bool     // a value that does not pass is worth telling
	personal bool
	// claims are column names, or their ends, written in one, that promise the kind: values that fail are worth telling even
	// where most do. looks spares columns that are called so and hold something else, such as the rate of a tax.
	claims []string
	looks  func(string) bool
}

// namedShare is the share of values that must have the form where the name speaks for a kind.
const namedShare = 0.8

// checkers lists the kinds, the most telling ones first. How sure a check is decides what it may do without the name: an
// IBAN is one by its check digits, three capitals may be a currency or a word.
var checkers = []checker{
	{kind: "email", check: kinds.Email, words: []string{"email", "mail", "emailaddress"}, endings: []string{"email", "emailaddress"}, alone: 0.8, distinct: 1, strict: true, personal: true},
	{kind: "iban", check: kinds.IBAN, words: []string{"iban"}, endings: []string{"iban"}, alone: 0.8, distinct: 1, strict: true, personal: true,
		claims: []string{"iban", "ibannumber", "ibannummer", "ibannr", "ibanno"}},
	{kind: "vat", check: vat, words: []string{"vat", "vatid", "vatno", "ustid", "ustidnr", "uid", "stceg", "tva", "nif", "taxid", "btw", "partitaiva"}, endings: []string{"vatnumber", "ustidnr"}, alone: 0.8, distinct: 3, strict: true,
		claims: []string{"vat", "vatid", "vatno", "vatnr", "vatnumber", "vatcode", "vatregno", "vatregistrationnumber", "ustid", "ustidnr", "ustidno", "taxid", "taxidnumber", "stceg", "partitaiva", "btwnummer", "btwnr", "numtva", "tvaintra"}, looks: likeTaxNumber},
	{kind: "ean", check: kinds.EAN, words: []string{"ean", "ean13", "ean11", "gtin", "upc", "barcode"}, endings: []string{"ean", "gtin", "barcode"}, alone: 0.8, distinct: 5, strict: true,
		claims: []string{"ean", "ean8", "ean11", "ean13", "eancode", "gtin", "gtin13", "gtin14", "upc", "upccode", "barcode"}, looks: likeArticleNumber},
	{kind: "bic", check: capitals(kinds.BIC), words: []string{"bic", "swift", "swiftcode"}, endings: []string{"bic", "swift"}, alone: 1, distinct: 5, strict: true},
	{kind: "phone", check: kinds.Phone, words: phoneWords, endings: phoneEndings, strict: true, personal: true},
	{kind: "phone", check: international, alone: 0.8, distinct: 3, values: 200, personal: true},
	{kind: "url", check: kinds.URL, words: []string{"url", "website", "homepage", "web"}, endings: []string{"url", "website"}, alone: 0.8, distinct: 1},
	{kind: "postal", check: postal, words: []string{"zip", "plz", "pstlz", "postal", "postcode", "postalcode", "postleitzahl", "zipcode", "cap", "cp"}, endings: []string{"zip", "zipcode", "postalcode", "postcode"}},
	{kind: "country", check: kinds.Country, words: []string{"country", "land", "land1", "pays", "pais", "nation", "countrycode"}, endings: []string{"country", "countrycode", "countryregioncode"}, alone: 1, distinct: 8, strict: true},
	{kind: "currency", check: capitals(kinds.Currency), words: []string{"currency", "curr", "waehrung", "währung", "waers", "devise", "moneda", "valuta", "currencycode"}, endings: []string{"currency", "currencycode"}, alone: 1, distinct: 3, strict: true},
	{kind: "language", check: kinds.Language, words: []string{"lang", "language", "sprache", "spras", "langue", "idioma", "locale"}, endings: []string{"language", "languagecode"}},
}

var (
	phoneWords   = []string{"phone", "telephone", "phonenumber", "tel", "telefon", "telefone", "mobile", "handy", "fax", "faxnumber", "telf1", "telfx", "cell"}
	phoneEndings = []string{"phone", "phonenumber", "telefon", "faxnumber", "telephone"}
)

// vat is sure of countries whose check digits it knows only: many a document number begins with two letters.
func vat(s string) kinds.Verdict {
	v := kinds.VAT(s)
	if v.OK && !checkedVAT[v.Canonical[:2]] {
		return kinds.Verdict{Reason: "no check digits known"}
	}
	return v
}

var checkedVAT = func() map[string]bool {
	known := map[string]bool{}
	for _, c := range kinds.VATCountries() {
		known[c] = true
	}
	return known
}()

// likeTaxNumber tells a number of a taxpayer from a rate, an amount or a user's number.
func likeTaxNumber(s string) bool {
	digits, others := 0, 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r == ',' || r == '%' || r == '@':
			return false
		default:
			others++
		}
	}
	return digits >= 7 && others <= digits
}

// likeArticleNumber tells what was meant as an EAN from a house's own bar code, which may be any text.
func likeArticleNumber(s string) bool {
	s = strings.NewReplacer(" ", "", "-", "").Replace(s)
	return allDigits(s) && len(s) >= 7 && len(s) <= 14
}

// capitals is a check that small letters do not pass: words are mostly written in them.
func capitals(check func(string) kinds.Verdict) func(string) kinds.Verdict {
	return func(s string) kinds.Verdict {
		if s != strings.ToUpper(s) {
			return kinds.Verdict{Reason: "not in capitals"}
		}
		return check(s)
	}
}

// international is a telephone number that names its country.
func international(s string) kinds.Verdict {
	if s[0] != '+' && !strings.HasPrefix(s, "00") {
		return kinds.Verdict{Reason: "names no country"}
	}
	return kinds.PhoneNumber(s, "")
}

func postal(s string) kinds.Verdict { return kinds.Postal(s, "") }

// formOnly reports whether a value has the form of its kind and fails in its check digits, or in a check nobody knows.
func formOnly(v kinds.Verdict) bool {
	return strings.HasPrefix(v.Reason, "wrong check digit") || v.Reason == "no check digits known"
}

// moneyText reads an amount with its currency: "€ 12.50", "1.234,00 EUR".
func moneyText(s string) bool {
	body := strings.TrimSpace(strings.Trim(s, "€$£¥ \u00a0"))
	if body == s {
		if len(s) < 5 {
			return false
		}
		switch {
		case kinds.Currency(s[:3]).OK && s[:3] == strings.ToUpper(s[:3]):
			body = strings.TrimSpace(s[3:])
		case kinds.Currency(s[len(s)-3:]).OK:
			body = strings.TrimSpace(s[:len(s)-3])
		default:
			return false
		}
	}
	return body != "" && parseNumber(body).style != notNumber
}
