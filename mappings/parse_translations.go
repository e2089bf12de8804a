package mappings

import (
	"regexp"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/nearest"
	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// languageCode is what Odoo's res.lang calls a language: fr, fr_FR, sr@latin, es_419.
var languageCode = regexp.MustCompile(`^[a-z]{2,3}(_[A-Z0-9]{2,3})?(@[a-z]+)?$`)

// translations reads {fr_FR: {name: NAME1_FR}}. Each entry becomes a rule of a field of its own, "name@fr_FR", so that
// whatever treats fields treats translations.
func (p *mappingParser) translations(o yamlpos.Object) {
	o.Each("translations", func(lang string, at yamlpos.Pos, value *yamlpos.Node) {
		switch {
		case lang == schema.BaseLanguage:
			p.doc.Report(at, "put its texts under fields:", "%s is the language that fields: are loaded in, not a translation", lang)
			return
		case !languageCode.MatchString(lang):
			p.doc.Report(at, "such as fr_FR", "%q is not the code of a language in Odoo", lang)
			return
		case value.Kind != yamlpos.Map || len(value.Pairs) == 0:
			p.doc.Report(at, "translations: {"+lang+": {name: NAME_COLUMN}}", "translations of %s name no fields", lang)
			return
		}
		for _, pair := range value.Pairs {
			p.translation(pair.Key, lang, pair.At, pair.Value)
		}
	})
}

func (p *mappingParser) translation(field, lang string, at yamlpos.Pos, value *yamlpos.Node) {
	p.legalField(field, at)
	if p.m.Field(field) == nil {
		var known []string
		for _, r := range p.m.Fields {
			known = append(known, r.Name)
		}
		hint := "fill it under fields: too"
		if near := nearest.Word(field, known); near != "" {
			hint = suggest(field, known)
		}
		p.doc.Report(at, hint, "%s is translated, but fields: does not fill it: Odoo keeps a translation beside the text of the base language", field)
	}
	if name := schema.InLanguage(field, lang); p.m.Field(name) == nil {
		p.rule(name, at, value)
	}
}

// checkTranslation holds a rule of a translation against the target.
func (c *compiler) checkTranslation(r *FieldRule, f schema.Field) {
	field, lang := schema.SplitLanguage(r.Name)
	switch {
	case lang == "":
		return
	case !f.Translated:
		c.fault(r.pos, "leave it out; "+field+" is the same in every language", "%s.%s is not translated in Odoo", c.model.Name, field)
	case f.Type == schema.HTML:
		c.fault(r.pos, "translate it in Odoo, or keep the text in a plain field", "%s is html, which Odoo translates sentence by sentence: that cannot be mapped", field)
	}
}

// checkLanguages names the languages the target does not have, each once.
func (c *compiler) checkLanguages() {
	if c.env.Schema == nil || c.env.Schema.Languages == nil {
		return
	}
	active := map[string]bool{}
	for _, l := range c.env.Schema.Languages {
		active[l] = true
	}
	for _, r := range c.m.Fields {
		_, lang := schema.SplitLanguage(r.Name)
		if lang == "" || active[lang] {
			continue
		}
		active[lang] = true
		hint := "activate it in Odoo (Settings, Languages) before anything is loaded"
		if near := nearest.Word(lang, c.env.Schema.Languages); near != "" && near != schema.BaseLanguage {
			hint = "did you mean " + near + "? else " + hint
		}
		c.fault(r.pos, hint, "the language %s is not active on the target", lang)
	}
}

// translated is a translation and the field it is one of, by their indexes among the values.
type translated struct {
	index, base int
	rule        *FieldRule
}

func (c *compiler) pairTranslations() {
	for i := range c.m.Fields {
		r := &c.m.Fields[i]
		field, lang := schema.SplitLanguage(r.Name)
		if base := c.p.layout.Index(field); lang != "" && base >= 0 {
			c.p.translated = append(c.p.translated, translated{i, base, r})
		}
	}
}

// fallBack gives a record without a translation the text of the base language, which is what Odoo shows. A translation
// without that text would become it (odoo/orm/fields_textual.py), in every language.
func (a *application) fallBack() {
	for _, t := range a.p.translated {
		base := a.values[t.base]
		switch {
		case a.values[t.index].IsNull():
			a.values[t.index] = base
		case base.IsNull() && a.failure == "":
			field, lang := schema.SplitLanguage(t.rule.Name)
			a.report(finding{severity: record.Error, rule: "map.translation_without_base", at: t.rule.At,
				message: field + " has a text in " + lang + " and none in the base language, where Odoo would put it too",
				hint:    "give " + field + " a default, or a text of the base language"})
		}
	}
}
