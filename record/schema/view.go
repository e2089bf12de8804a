package schema

import (
	"slices"
	"strings"
)

// A view of a field is a field that is read or written another way than plainly. Its name says how: "name@fr_FR" is name
// in French, "image_1920#sha256" the SHA-256 of what image_1920 holds, in hexadecimal. Layouts, the ledger and
// before-images hold translations under such names, so that whatever treats fields treats them; only the client knows
// that they take calls of their own.

// BaseLanguage is the language in which fields are read and written that name none. Odoo keeps it always, as what a
// missing translation falls back to (odoo/orm/fields_textual.py).
const BaseLanguage = "en_US"

const hashed = "#sha256"

// InLanguage is the name of a field in a language.
func InLanguage(field, lang string) string { return field + "@" + lang }

// SplitLanguage takes "name@fr_FR" apart; the language of a plain name is "".
func SplitLanguage(name string) (field, lang string) {
	if name == Company {
		return name, ""
	}
	field, lang, _ = strings.Cut(name, "@")
	return field, lang
}

// Hashed is the name under which the digest of a binary field's bytes is read.
func Hashed(field string) string { return field + hashed }

// Views are the names of a call's fields, sorted by how they are read or written.
type Views struct {
	Plain     []string
	Hashed    []string            // without the suffix
	ByLang    map[string][]string // language -> fields, without the language
	Languages []string            // of ByLang, sorted
	Company   bool                // Company is among them
}

// ViewsOf sorts the names; each keeps the order it has.
func ViewsOf(names []string) Views {
	v := Views{ByLang: map[string][]string{}}
	for _, name := range names {
		field, lang := SplitLanguage(name)
		if name == Company {
			v.Company = true
		} else if base, ok := strings.CutSuffix(name, hashed); ok {
			v.Hashed = append(v.Hashed, base)
		} else if lang == "" {
			v.Plain = append(v.Plain, name)
		} else {
			if v.ByLang[lang] == nil {
				v.Languages = append(v.Languages, lang)
			}
			v.ByLang[lang] = append(v.ByLang[lang], field)
		}
	}
	slices.Sort(v.Languages)
	return v
}

// ReadNames are the names under which fields of the model are read to be compared: binary ones by their digest, which is
// all that a comparison needs of them.
func (m *Model) ReadNames(fields []string) []string {
	out := slices.Clone(fields)
	for i, name := range out {
		if f, ok := m.Field(name); ok && f.Type == Binary {
			out[i] = Hashed(name)
		}
	}
	return out
}
