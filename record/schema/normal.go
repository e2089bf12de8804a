package schema

import (
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Normal is a field whose text Odoo stores in a form of its own. Where the form can be computed exactly, records are staged
// in it; where not, two texts that the form takes for one are told apart from real differences when they are read back.
type Normal struct {
	Model, Field string
	Form         string
	Module       string // that has to be installed; "" is always
	Since, Until int    // major versions; 0 is open
}

// The forms.
const (
	FormWebsite = "website" // a scheme, http, where there is none (werkzeug.urls, as res.partner._clean_website calls it)
	FormUpper   = "upper"   // capital letters (str.upper)
	FormIBAN    = "iban"    // groups of four, where it is a valid IBAN (base_iban)
	FormHTML    = "html"    // elements and texts the same; the order of attributes, quotes and entities are Odoo's sanitiser's
	FormVAT     = "vat"     // letters and digits the same; Odoo sets separators and capital letters by country (base_vat)
)

// Normals has one row a field, sorted by model. Read off what create and write of 18 and 19 change of what they are given.
var Normals = []Normal{
	{"crm.lead", "website", FormWebsite, "", 0, 0},
	{"event.track", "website_cta_url", FormWebsite, "", 0, 0},
	{"res.bank", "bic", FormUpper, "", 19, 0},
	{"res.company", "vat", FormVAT, "base_vat", 0, 0},
	{"res.company", "website", FormWebsite, "", 0, 0},
	{"res.country", "code", FormUpper, "", 0, 0},
	{"res.partner", "vat", FormVAT, "base_vat", 0, 0},
	{"res.partner", "website", FormWebsite, "", 0, 0},
	{"res.partner.bank", "acc_number", FormIBAN, "base_iban", 0, 0},
	{"res.users", "vat", FormVAT, "base_vat", 0, 0},
	{"res.users", "website", FormWebsite, "", 0, 0},
}

// forms says what each form does: the text that Odoo stores, or a key that texts have in common which it takes for one.
var forms = map[string]struct {
	exact func(text string) string
	key   func(text string) string
	says  string
}{
	FormWebsite: {exact: website, says: "a scheme is put before it where it has none"},
	FormUpper:   {exact: func(s string) string { return strings.ToUpper(strings.ReplaceAll(s, "ß", "SS")) }, says: "in capital letters"},
	FormIBAN:    {exact: iban, says: "a valid IBAN is written in groups of four"},
	FormHTML:    {key: htmlKey, says: "its sanitiser writes attributes, quotes and entities in its own way"},
	FormVAT:     {key: compact, says: "separators and capital letters are those of its country"},
}

// Exact reports whether what Odoo stores can be computed.
func (n Normal) Exact() bool { return forms[n.Form].exact != nil }

// Says is in words what Odoo does.
func (n Normal) Says() string { return forms[n.Form].says }

// Rule names the normalisation: "res.partner.website: website".
func (n Normal) Rule() string { return n.Model + "." + n.Field + ": " + n.Form }

// Stored is the text Odoo stores for one it is given; the same one where that cannot be computed.
func (n Normal) Stored(text string) string {
	if f := forms[n.Form].exact; f != nil {
		return f(text)
	}
	return text
}

// Alike reports whether Odoo may have made one text of the other.
func (n Normal) Alike(meant, have string) bool {
	f := forms[n.Form].key
	return f != nil && f(meant) != "" && f(meant) == f(have)
}

// NormalsOf are the normalisations of a model on this server, by field.
func (s *Snapshot) NormalsOf(model string) map[string]Normal {
	out := map[string]Normal{}
	for _, n := range Normals {
		if n.Model == model && In(s.Major(), n.Since, n.Until) && (n.Module == "" || s.Has(n.Module)) {
			out[n.Field] = n
		}
	}
	if m, ok := s.Model(model); ok {
		for _, f := range m.Fields {
			if _, known := out[f.Name]; f.Type == HTML && !known {
				out[f.Name] = Normal{Model: model, Field: f.Name, Form: FormHTML}
			}
		}
	}
	return out
}

// webScheme is what werkzeug takes for a scheme: the comma among it, by a range in its class that was hardly meant.
var webScheme = regexp.MustCompile(`^[a-zA-Z0-9+,.-]+\n?$`)

// website does what _clean_website does: werkzeug.urls.url_parse, and to_url with the scheme http where there is none. What
// stands before a colon is a scheme, unless digits alone follow it.
func website(text string) string {
	if before, rest, ok := strings.Cut(text, ":"); ok && webScheme.MatchString(before) && (rest == "" || strings.Trim(rest, "0123456789") != "") {
		return text
	}
	url, host := text, ""
	if strings.HasPrefix(url, "//") {
		end := len(url)
		if i := strings.IndexAny(url[2:], "/?#"); i >= 0 {
			end = i + 2
		}
		host, url = url[2:end], url[end:]
		if strings.Contains(host, "[") != strings.Contains(host, "]") {
			return text // Odoo refuses it
		}
	}
	url, fragment, _ := strings.Cut(url, "#")
	path, query, _ := strings.Cut(url, "?")
	if host == "" {
		host, path = path, ""
	}
	out := "http:"
	if host != "" || strings.HasPrefix(path, "/") {
		if path != "" && !strings.HasPrefix(path, "/") {
			path = "/" + path
		}
		out += "//" + host
	}
	out += path
	if query != "" {
		out += "?" + query
	}
	if fragment != "" {
		out += "#" + fragment
	}
	return out
}

// ibanLengths are the lengths of IBANs by country, as base_iban has them; 18 and 19 have the same.
const ibanLengths = " ad24 ae23 al28 at20 az28 ba20 be16 bg22 bh22 br29 by28 ch21 cr22 cy28 cz24 de22 dk18 do28 ee20 es24 fi18 fo18 fr27 gb22 ge22 gi23 gl18 gr27 gt28 hr21 hu28 ie22 il23 is26 it27 jo30 kw30 kz20 lb28 li21 lt20 lu20 lv21 mc27 md24 me22 mk19 mr27 mt31 mu30 nl18 no15 om23 pk24 pl28 ps29 pt25 qa29 ro24 rs22 sa24 se24 si19 sk24 sm27 tn24 tr26 ua29 vg24 xk20 "

// iban does what create and write of base_iban do: a valid IBAN loses its separators and is written in groups of four.
func iban(text string) string {
	bare := strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) {
			return -1
		}
		return r
	}, text)
	if len(bare) < 4 || !strings.Contains(ibanLengths, " "+strings.ToLower(bare[:2])+strconv.Itoa(len(bare))+" ") {
		return text
	}
	var digits strings.Builder
	for _, c := range []byte(bare[4:] + bare[:4]) {
		n, err := strconv.ParseInt(string(rune(c)), 36, 64)
		if err != nil {
			return text
		}
		digits.WriteString(strconv.FormatInt(n, 10))
	}
	n, ok := new(big.Int).SetString(digits.String(), 10)
	if !ok || n.Mod(n, big.NewInt(97)).Int64() != 1 {
		return text
	}
	var groups []string
	for part := range slices.Chunk([]byte(bare), 4) {
		groups = append(groups, string(part))
	}
	return strings.Join(groups, " ")
}

// compact leaves the letters and digits of a number, in capitals.
func compact(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, text)
}
