package profile

import (
	"slices"
	"strings"
)

var (
	personWords = []string{"firstname", "lastname", "surname", "forename", "fullname", "contactname", "vorname", "nachname", "prenom", "prénom", "nom", "apellido", "nombre", "cognome",
		"birthdate", "birthday", "geburtsdatum", "geburtstag", "dob", "naissance", "phone", "telephone", "telefon", "tel", "fax", "mobile", "handy", "email", "mail", "ssn", "iban", "passport",
		"salutation", "loginname", "login", "username", "password", "passwort", "passwd", "pwd", "ansprechpartner", "kontakt"}
	personEndings = []string{"firstname", "lastname", "phonenumber", "faxnumber", "emailaddress", "phone", "email", "birthdate"}
	personPairs   = [][2]string{{"first", "name"}, {"last", "name"}, {"middle", "name"}, {"contact", "name"}, {"birth", "date"}, {"date", "birth"}, {"name", "initials"}, {"ship", "name"}, {"contact", "person"}, {"maiden", "name"}, {"given", "name"}, {"family", "name"}, {"social", "security"}, {"soc", "sec"}, {"reviewer", "name"}}
	peopleTables  = []string{"employee", "employees", "contact", "contacts", "person", "persons", "people", "mitarbeiter", "user", "users", "customer", "customers", "patients", "members"}
	noteWords     = []string{"note", "notes", "comment", "comments", "remark", "remarks", "bemerkung", "photo", "photopath"}
	addressWords  = []string{"address", "street", "strasse", "straße", "adresse", "stras", "address1", "address2", "addressline1", "addressline2", "indirizzo", "direccion"}
	nameWords     = []string{"name", "name1", "name2", "naam", "kunde", "customer", "client", "nom1"}
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

// markNames marks the names in a table that tells people's addresses, telephones or mail: a name beside two of these is
// somebody's.
func (s *Source) markNames() {
	personal := 0
	for i := range s.Columns {
		if s.Columns[i].Personal {
			personal++
		}
	}
	if personal < 2 {
		return
	}
	for i := range s.Columns {
		c := &s.Columns[i]
		if c.Type == TypeText && !c.Digits && c.Semantic == "" && slices.Contains(nameWords, strings.ToLower(c.Name)) {
			c.Personal = true
		}
	}
}
