package odootest

import (
	"maps"
	"slices"
	"strings"
)

// baseLanguage is what a field's own key in a row is in; translations stand beside it as "name@fr_FR".
const baseLanguage = "en_US"

// lang is the language of the call.
func (e *env) lang() string {
	if s, ok := e.ctx["lang"].(string); ok && s != "" {
		return s
	}
	return baseLanguage
}

// checkLanguage refuses a language that is not active, as the first look at a record's language does.
func (e *env) checkLanguage() error {
	if l := e.lang(); l != baseLanguage && !e.active(l) {
		return userError("Invalid language code: %s", l)
	}
	return nil
}

func (e *env) active(lang string) bool {
	for _, r := range e.db.tables["res.lang"].rows {
		if r.text("code") == lang && r.is("active") {
			return true
		}
	}
	return false
}

// translated is a field's own value in the language of the call; false where it falls back to the base language.
func (e *env) translated(r row, f *field) (any, bool) {
	if !f.translate || e.lang() == baseLanguage {
		return nil, false
	}
	v, ok := r[f.name+"@"+e.lang()]
	return v, ok
}

// setText keeps a translated text in the language of the call. Nothing empties it in every language; a first value
// becomes that of the base language, too.
func (e *env) setText(r row, f *field, v any) {
	if !truth(v) {
		maps.DeleteFunc(r, func(k string, _ any) bool { return strings.HasPrefix(k, f.name+"@") })
		r[f.name] = v
		return
	}
	if e.lang() == baseLanguage || !truth(r[f.name]) {
		r[f.name] = v
	}
	if e.lang() != baseLanguage {
		r[f.name+"@"+e.lang()] = v
	}
}

// updateTranslations plays update_field_translations of one record: a text is the translation, False takes it away.
func (e *env) updateTranslations(m *model, ids []int64, name string, v any) (any, error) {
	if len(ids) != 1 {
		return nil, valueError("Expected singleton: %s%v", m.name, ids)
	}
	to, _ := v.(map[string]any)
	for _, lang := range slices.Sorted(maps.Keys(to)) {
		if lang != baseLanguage && !e.active(lang) {
			return nil, userError("The following languages are not activated: %s", lang)
		}
	}
	f, t := m.Fields[name], e.db.tables[m.name]
	if f == nil || !f.translate {
		return false, nil
	}
	if head, rest, ok := strings.Cut(f.related, "."); ok {
		return e.updateTranslations(e.db.meta.Models[m.Fields[head].relation], []int64{t.rows[ids[0]].ref(head)}, rest, v)
	}
	if t.rows[ids[0]] == nil {
		return nil, missingRecord(m.name, ids[0], e.uid)
	}
	r := maps.Clone(t.rows[ids[0]])
	for lang, text := range to {
		if truth(text) {
			r[name+"@"+lang] = text
		} else {
			delete(r, name+"@"+lang)
		}
	}
	e.db.put(m.name, r)
	return true, nil
}
