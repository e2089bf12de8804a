package profile

import (
	"slices"
	"strings"
	"unicode"
)

// Words takes a name apart: "SUPPLIER_PARTNERID", "shipCountry" and "Customer No." into lower-case words.
func Words(name string) []string {
	var out []string
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			out = append(out, strings.ToLower(b.String()))
			b.Reset()
		}
	}
	runes := []rune(name)
	for i, r := range runes {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			flush()
			continue
		}
		if unicode.IsUpper(r) && i > 0 && (unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]) && unicode.IsUpper(runes[i-1])) {
			flush()
		}
		b.WriteRune(r)
	}
	flush()
	return out
}

// names reports whether a column's name has one of the words, or ends with one of the endings where the words are
// written together (EMAILADDRESS, CREATEDAT).
func names(name string, list, endings []string) bool {
	for _, w := range Words(name) {
		if slices.Contains(list, w) {
			return true
		}
		for _, e := range endings {
			if strings.HasSuffix(w, e) {
				return true
			}
		}
	}
	return false
}

func namesDate(name string) bool {
	return names(name, []string{"date", "datum", "day", "start", "end", "since", "from", "until", "von", "bis", "birth", "erdat"},
		[]string{"date", "datum", "edat", "edon", "dat"}) || strings.HasSuffix(strings.ToLower(name), "edat")
}

func namesFuture(name string) bool {
	return names(name, []string{"end", "due", "expiry", "expires", "until", "required", "valid", "validity", "bis", "delivery", "planned"}, []string{"enddate", "duedate", "deliverydate", "validto"})
}

func namesFlag(name string) bool {
	return names(name, []string{"is", "has", "flag", "active", "blocked", "deleted", "discontinued", "enabled"}, []string{"flag"})
}

func namesCode(name string) bool {
	return names(name, []string{"zip", "postal", "postcode", "plz", "ean", "gtin", "upc", "barcode", "code", "account", "konto"},
		[]string{"zip", "postalcode", "postcode", "plz", "ean", "gtin", "barcode", "code"})
}
