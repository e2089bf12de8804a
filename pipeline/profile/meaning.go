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

const meaningSample = 500 // distinct values looked at a column

// meaning finds the column's semantic type and whether it holds personal data.
func (c *column) meaning(p *Column, table string) (semantic string, personal bool) {
	if p.Type == TypeEmpty {
		return "", false
	}
	personal = namesPerson(p, table)
	if p.Type == TypeDate || p.Type == TypeDateTime || p.Type == TypeBoolean || p.Type == TypeDecimal {
		return "", personal
	}
	values := c.sampleValues()
	for _, k := range checkers() {
		if len(k.needs) > 0 && !names(p.Name, k.needs, k.needs) {
			continue
		}
		valid := 0
		for _, v := range values {
			if k.valid(v) {
				valid++
			}
		}
		if valid > 0 && float64(valid) >= 0.8*float64(len(values)) {
			return k.kind, personal || k.personal
		}
	}
	return "", personal
}

// sampleValues returns the first distinct values that mean something, trimmed.
func (c *column) sampleValues() []string {
	var out []string
	for i := range c.entries {
		if isNothing(c.entries[i].text) {
			continue
		}
		if out = append(out, strings.TrimSpace(c.entries[i].text)); len(out) == meaningSample {
			break
		}
	}
	return out
}

var (
	personWords = []string{"firstname", "lastname", "surname", "forename", "fullname", "contactname", "vorname", "nachname", "prenom", "nom",
		"birthdate", "birthday", "geburtsdatum", "dob", "phone", "telephone", "telefon", "tel", "fax", "mobile", "handy", "email", "mail", "ssn", "iban", "passport",
		"salutation", "loginname", "login", "username"}
	personEndings = []string{"firstname", "lastname", "phonenumber", "faxnumber", "emailaddress", "phone", "email"}
	personPairs   = [][2]string{{"first", "name"}, {"last", "name"}, {"middle", "name"}, {"contact", "name"}, {"birth", "date"}, {"name", "initials"}, {"ship", "name"}, {"contact", "person"}, {"maiden", "name"}}
	peopleTables  = []string{"employee", "employees", "contact", "contacts", "person", "persons", "people", "mitarbeiter", "user", "users", "customer", "customers", "patients", "members"}
	noteWords     = []string{"note", "notes", "comment", "comments", "remark", "remarks", "bemerkung", "photo", "photopath"}
	addressWords  = []string{"address", "street", "strasse", "straße", "adresse", "stras", "address1", "address2"}
)

// namesPerson says by its name whether a column tells something about a person. Values are no proof of a name, so where
// in doubt a column counts as personal: it is only masked, never left out.
func namesPerson(p *Column, table string) bool {
	if names(p.Name, personWords, personEndings) {
		return true
	}
	ws := Words(p.Name)
	for _, pair := range personPairs {
		if slices.Contains(ws, pair[0]) && slices.Contains(ws, pair[1]) {
			return true
		}
	}
	if p.Type == TypeText && names(p.Name, addressWords, []string{"street"}) && !slices.Contains(ws, "id") {
		return true
	}
	// Free text in a table of people is about them.
	people := names(table, peopleTables, peopleTables)
	return people && p.Type == TypeText && !p.Digits && (strings.EqualFold(p.Name, "name") || p.MaxLength > 60 || names(p.Name, noteWords, nil))
}
