package record

import (
	"fmt"
	"strings"
)

// Find says how the key of a natural Ref is looked up: which fields hold it, in which language, and whether letter case
// counts. Its text is what Ref.Field holds.
//
//	code                   by one field
//	partner_id.ref         by a field of the record a many2one leads to
//	code|name@de_DE~i      by code, else by the German name; letter case does not count
type Find struct {
	Fields  []string // in order: the first by which a record is found
	Lang    string   // language of translated texts, "de_DE"; "" is the untranslated one
	AnyCase bool
}

const anyCaseMark = "~i"

// String returns the canonical text, which ParseFind reads back.
func (f Find) String() string {
	text := strings.Join(f.Fields, "|")
	if f.Lang != "" {
		text += "@" + f.Lang
	}
	if f.AnyCase {
		text += anyCaseMark
	}
	return text
}

// ParseFind reads the text of a Find. Every text is one: what is not understood is the name of a field.
func ParseFind(text string) Find {
	var f Find
	text, f.AnyCase = strings.CutSuffix(text, anyCaseMark)
	text, f.Lang, _ = strings.Cut(text, "@")
	f.Fields = strings.Split(text, "|")
	return f
}

// Phrase names what a reference means, for a sentence: res.country with code "UK".
func (r Ref) Phrase() string {
	if r.Model == "" {
		return r.Key
	}
	f := ParseFind(r.Field)
	text := fmt.Sprintf("%s with %s %q", r.Model, strings.Join(f.Fields, " or "), r.Key)
	if f.Lang != "" {
		text += " in " + f.Lang
	}
	if r.ScopeField != "" {
		text += " within " + r.ScopeField + " " + r.ScopeValue
	}
	return text
}

// Phrase is Ref.Phrase for the text of a reference.
func Phrase(ref string) string {
	r, err := ParseRef(ref)
	if err != nil {
		return ref
	}
	return r.Phrase()
}
