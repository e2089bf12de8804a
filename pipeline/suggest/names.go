package suggest

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
)

// fold makes names comparable: small letters and digits only, without accents. "N° de Téléphone" is "ndetelephone".
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		switch {
		case r == 'ß':
			b.WriteString("ss")
		case r == 'ø' || r == 'Ø':
			b.WriteByte('o')
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// foldWords takes a name apart into folded words.
func foldWords(name string) []string {
	var out []string
	for _, w := range profile.Words(name) {
		if f := fold(w); f != "" {
			out = append(out, f)
		}
	}
	return out
}

// bare is a column's name without what people write behind it: "Email *", "Active (0/1)", "Weight (kg)".
func bare(name string) string {
	if i := strings.IndexByte(name, '('); i > 0 {
		if j := strings.LastIndexByte(name, ')'); j > i {
			name = name[:i] + name[j+1:]
		}
	}
	return strings.TrimRight(strings.TrimSpace(name), "*:.?# ")
}

// dullEnds are the last parts of a path that say nothing by themselves: DebitAmount/Amount, Part/@Id.
var dullEnds = []string{"amount", "id", "value", "text", "code", "number", "name", "date", "no"}

// spellings are the folded readings of a column's name, the surest first: the name as it stands, without its remarks,
// and, where it is a path, its last parts.
func spellings(name string) []string {
	out := []string{fold(name)}
	add := func(s string) {
		if f := fold(s); f != "" && !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	add(bare(name))
	if parts := pathParts(name); len(parts) > 1 {
		last := parts[len(parts)-1]
		if slices.Contains(dullEnds, fold(last)) {
			add(parts[len(parts)-2])
			add(parts[len(parts)-2] + last)
		} else {
			add(last)
		}
	}
	return out
}

func pathParts(name string) []string {
	var out []string
	for p := range strings.SplitSeq(strings.TrimPrefix(name, "_parent/"), "/") {
		if p = strings.Trim(p, " @*"); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// withoutNoun takes a word that names the table's records off a name's front or back: "customername" is "name",
// "promoname" in the table promotions, too. It returns "" where there is none.
func withoutNoun(name string, nouns []string) string {
	best := ""
	for _, n := range nouns {
		if len(n) < 3 {
			continue
		}
		for _, rest := range []string{strings.TrimPrefix(name, n), strings.TrimSuffix(name, n)} {
			if rest != name && len(rest) >= 2 && (best == "" || len(rest) < len(best)) {
				best = rest
			}
		}
	}
	return best
}

// tableNouns are the folded words of a table's own name, in the singular where that is easily had.
func tableNouns(s *profile.Source) []string {
	var out []string
	table, _ := tableWords(s)
	for _, w := range table {
		for _, n := range []string{w, strings.TrimSuffix(w, "s"), strings.TrimSuffix(w, "es"), strings.TrimSuffix(w, "ies") + "y"} {
			if len(n) >= 4 && !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	if joined := strings.Join(table, ""); len(table) > 1 {
		out = append(out, joined, strings.TrimSuffix(joined, "s"))
	}
	return out
}

// withoutEnding takes the word that makes a reference of a name off its end: "stateprovinceid" is "stateprovince". It
// returns "" where there is none.
func withoutEnding(name string) string {
	for _, end := range []string{"id", "code", "number", "nummer", "num", "no", "nr", "key"} {
		if rest, ok := strings.CutSuffix(name, end); ok && len(rest) >= 3 {
			return rest
		}
	}
	return ""
}

// plainEndings may follow a word of a table's name without changing what it says.
var plainEndings = []string{"", "s", "es", "n", "en", "e", "er", "x", "i", "data", "liste", "list", "stamm", "stammdaten", "master", "import", "export", "table", "tab",
	"header", "headers", "info", "daten", "file", "all"}

// says reports how much of a table's name a folded word is: 0 where it is not in it, at the start of some word.
func says(tableWords []string, word string) float64 {
	for i := range tableWords {
		rest, ok := strings.CutPrefix(strings.Join(tableWords[i:], ""), word)
		if !ok {
			continue
		}
		if slices.Contains(plainEndings, rest) || boundary(tableWords[i:], word) {
			return 1
		}
		if len(word) >= 5 {
			return 0.6
		}
	}
	return 0
}

// boundary reports whether the word ends where one of the words ends, or at its plural.
func boundary(tableWords []string, word string) bool {
	joined := ""
	for _, w := range tableWords {
		joined += w
		if joined == word || len(joined) > len(word) && slices.Contains([]string{"s", "es", "n", "en", "e", "x"}, strings.TrimPrefix(joined, word)) {
			return true
		}
		if len(joined) > len(word)+2 {
			return false
		}
	}
	return false
}

// article is how the values of a kind are called.
func article(kind string) string {
	switch kind {
	case "email":
		return "e-mail addresses"
	case "vat":
		return "VAT numbers"
	case "iban":
		return "IBANs with valid check digits"
	case "bic":
		return "BICs"
	case "ean":
		return "EAN numbers with valid check digits"
	case "url":
		return "web addresses"
	case "country":
		return "country codes"
	case "currency":
		return "currency codes"
	case "language":
		return "language codes"
	case "postal", "postalcode", "zip":
		return "postal codes"
	case "phone":
		return "phone numbers"
	}
	return kind + " values"
}
