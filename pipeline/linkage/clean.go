package linkage

import (
	"slices"
	"strings"
	"unicode"
)

// clean brings a value into the form that is compared; "" is a value that says nothing in its role, such as an e-mail
// address without @.
func clean(in slot, kind string, raw string) string {
	switch in {
	case inName:
		if kind == KindProduct {
			return productName(raw)
		}
		return companyName(raw)
	case inCompany:
		return companyName(raw)
	case inGiven, inSurname:
		return personName(raw)
	case inStreet, inStreet2:
		return street(raw)
	case inCity, inState, inCountry:
		return strings.Join(words(fold(raw)), " ")
	case inEmail:
		return email(raw)
	case inPhone, inPhone2, inFax:
		return phone(raw)
	case inNumber, inZip, inVAT, inIBAN, inNational, inSKU, inEAN:
		return code(in, raw)
	case inDescription:
		return productName(raw)
	}
	return raw // birth dates and prices are prepared by their column
}

// companyName returns the words that tell the name, sorted: which stands first is no difference. Legal forms and fillers
// are left out unless nothing else is there.
func companyName(raw string) string {
	ws := bareName(words(fold(raw)))
	ws = without(ws, fillers)
	ws = without(ws, titles)
	slices.Sort(ws)
	return strings.Join(slices.Compact(ws), " ")
}

// without leaves the words of a list out, but not all of them.
func without(ws []string, list map[string]bool) []string {
	kept := make([]string, 0, len(ws))
	for _, w := range ws {
		if !list[w] {
			kept = append(kept, w)
		}
	}
	if len(kept) == 0 {
		return ws
	}
	return kept
}

// personName returns the words of a given name or a surname in their order.
func personName(raw string) string {
	return strings.Join(without(words(fold(raw)), titles), " ")
}

// productName returns all words, sorted; digits and letters are words of their own, so that 5kg is 5 kg.
func productName(raw string) string {
	var ws []string
	for _, w := range words(fold(raw)) {
		from := 0
		for i := 1; i < len(w); i++ {
			if digit(w[i]) != digit(w[i-1]) {
				ws, from = append(ws, w[from:i]), i
			}
		}
		ws = append(ws, w[from:])
	}
	ws = without(ws, fillers)
	slices.Sort(ws)
	return strings.Join(slices.Compact(ws), " ")
}

// numbersIn returns the words of a product's name that begin with a digit.
func numbersIn(name string) string {
	var out []string
	for _, w := range strings.Fields(name) {
		if digit(w[0]) {
			out = append(out, w)
		}
	}
	return strings.Join(out, " ")
}

// street returns the words of a street in their order, without the house number and the common ones short.
func street(raw string) string {
	ws := words(fold(raw))
	if at := numberAt(ws); at >= 0 {
		ws = slices.Delete(ws, at, at+1)
	}
	var out []string
	for _, w := range ws {
		if short, ok := streetWords[w]; ok {
			out = append(out, short)
			continue
		}
		for _, e := range streetEndings {
			if stem, ok := strings.CutSuffix(w, e); ok && len(stem) > 2 {
				w = stem + " st"
				break
			}
		}
		out = append(out, w)
	}
	return strings.Join(out, " ")
}

// houseNumber returns the house number that stands in a street, or "".
func houseNumber(raw string) string {
	ws := words(fold(raw))
	if at := numberAt(ws); at >= 0 {
		return ws[at]
	}
	return ""
}

// numberAt finds the house number among the words of a street: the first word, or else the last one that begins with a
// digit. An ordinal ("51st") is a street's name.
func numberAt(ws []string) int {
	if len(ws) < 2 {
		return -1
	}
	if numeral(ws[0]) {
		return 0
	}
	for i := len(ws) - 1; i > 0; i-- {
		if numeral(ws[i]) {
			return i
		}
	}
	return -1
}

func numeral(w string) bool {
	if !digit(w[0]) || len(w) > 6 {
		return false
	}
	end := strings.TrimLeft(w, "0123456789")
	return end != "st" && end != "nd" && end != "rd" && end != "th"
}

// email returns the first address in a cell in lower case, or "".
func email(raw string) string {
	for _, f := range strings.FieldsFunc(strings.ToLower(raw), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(";,<>\"()", r) }) {
		f = strings.TrimPrefix(f, "mailto:")
		if at := strings.LastIndexByte(f, '@'); at > 0 && strings.IndexByte(f[at:], '.') > 0 && at+3 < len(f) {
			return f
		}
	}
	return ""
}

// phone returns the digits of the first number in a cell that has at least six, without the zeros in front.
func phone(raw string) string {
	lower := strings.ToLower(raw)
	for _, end := range []string{"ext", "x", "durchwahl", "app."} {
		if at := strings.Index(lower, end); at > 5 {
			lower = lower[:at]
		}
	}
	parts := []string{lower}
	if len(digitsOf(lower)) > 15 || strings.ContainsAny(lower, ";|") {
		parts = strings.FieldsFunc(lower, func(r rune) bool { return strings.ContainsRune(";,|/", r) })
	}
	for _, p := range parts {
		d := strings.TrimLeft(digitsOf(strings.ReplaceAll(p, "(0)", "")), "0")
		if len(d) >= 6 && len(d) <= 15 && strings.Trim(d, d[:1]) != "" {
			return d
		}
	}
	return ""
}

const tailDigits = 7 // of a phone number: what is the same with and without the codes in front, nearly everywhere

func phoneTail(digits string) string {
	if len(digits) > tailDigits {
		return digits[len(digits)-tailDigits:]
	}
	return digits
}

// code brings numbers of all kinds into letters and digits.
func code(in slot, raw string) string {
	c := codeOf(raw)
	switch in {
	case inSKU, inEAN, inNational:
		if t := strings.TrimLeft(c, "0"); digitsOf(t) == t {
			c = t
		}
	case inVAT, inIBAN:
		if len(digitsOf(c)) < 4 {
			return ""
		}
	}
	return c
}

// dateOrder is the order in which a layout names year, month and day, as letters: "ymd", "dmy", "mdy".
func dateOrder(layout string) string {
	order := ""
	for _, r := range strings.ToLower(layout) {
		if strings.ContainsRune("ymd", r) && !strings.ContainsRune(order, r) {
			order += string(r)
		}
	}
	if len(order) != 3 {
		return "dmy"
	}
	return order
}

// dateOf returns a date as eight digits, year first; the digits need not be a day of the calendar. "" is no date. A cell's
// own form goes before the column's layout: what begins with four digits begins with the year.
func dateOf(raw, order string) string {
	raw, _, _ = strings.Cut(strings.TrimSpace(raw), "T")
	if day, _, found := strings.Cut(raw, " "); found && len(day) >= 8 {
		raw = day
	}
	parts := strings.FieldsFunc(raw, func(r rune) bool { return r < '0' || r > '9' })
	if len(parts) == 1 && len(parts[0]) == 8 {
		d := parts[0]
		if order == "ymd" || plausibleYear(d[:4]) {
			return d
		}
		parts = []string{d[:2], d[2:4], d[4:]}
	}
	if len(parts) != 3 {
		return ""
	}
	if len(parts[0]) == 4 {
		order = "ymd"
	} else if order == "ymd" && len(parts[2]) == 4 {
		order = "dmy"
	}
	var y, m, d string
	for i, r := range order {
		switch r {
		case 'y':
			y = parts[i]
		case 'm':
			m = pad(parts[i])
		default:
			d = pad(parts[i])
		}
	}
	if len(y) == 2 {
		y = "19" + y // both sides of a comparison get the same century
	}
	if len(y) != 4 || len(m) != 2 || len(d) != 2 {
		return ""
	}
	return y + m + d
}

func plausibleYear(y string) bool { return y >= "1850" && y < "2100" }

func pad(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

// priceOf returns a price in hundredths as digits, or "". The point is the column's decimal point.
func priceOf(raw, point string) string {
	if point == "" {
		point = "."
	}
	whole, part, _ := strings.Cut(raw, point)
	whole, part = strings.TrimLeft(digitsOf(whole), "0"), digitsOf(part)+"00"
	if len(whole) > 12 || whole == "" && strings.Trim(part, "0") == "" {
		return ""
	}
	return whole + part[:2]
}
