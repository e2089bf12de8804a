package odoo

import (
	"regexp"
	"strconv"
)

// Odoo names record and field in the text of some exceptions and nowhere else. Calls are made in English, so the texts
// are those of its source: MissingError and AccessError (odoo/orm/models.py), required fields (_sql_error_to_message),
// unknown fields and selections (odoo/orm/fields*.py).
var (
	recordNamed = regexp.MustCompile(`(?:\(Record: |\b)([a-z][\w]*(?:\.\w+)+)\((\d+),?\)`)
	fieldsNamed = []*regexp.Regexp{
		regexp.MustCompile(`for the field '[^']*' \((\w+)\)`),
		regexp.MustCompile(`^Invalid field '(\w+)'`),
		regexp.MustCompile(`^Invalid field '?[\w.]+\.(\w+)'? `),
		regexp.MustCompile(`^Wrong value for [\w.]+\.(\w+):`),
		regexp.MustCompile(`^Invalid field '\w+' in '(\w+)'`),
		regexp.MustCompile(`constraint: '[^']*' \((\w+)\)`),
	}
)

// locate takes record and field out of the message. Nothing hangs on them but what a person is told.
func (f *Fault) locate() {
	if m := recordNamed.FindStringSubmatch(f.Message); m != nil {
		if n, err := strconv.ParseInt(m[2], 10, 64); err == nil && m[1] == f.Model {
			f.Record = n
		}
	}
	for _, r := range fieldsNamed {
		if m := r.FindStringSubmatch(f.Message); m != nil {
			f.Field = m[1]
			return
		}
	}
}
