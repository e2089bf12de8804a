package suggest

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// How sure a column's name makes a field.
const (
	technicalName = 0.97
	besideKnown   = 0.9  // weighs a field nobody knows from legacy systems, where the name means one that is known
	labelOfKnown  = 0.93 // the label of a field that legacy systems are known to have
	labelAlone    = 0.8  // the label of any other field
	legacyName    = 0.9
	weakName      = 0.62
	inverseName   = 0.85
	keyName       = 0.7
	mostByName    = 0.98
	requiredBonus = 0.08
	loseNoun      = 0.08   // a noun was taken off the name
	byOrder       = 0.0005 // the better names come first in the knowledge
	loseEnding    = 0.03   // "ID" or "Code" was taken off the name of a reference
	strangeLink   = 0.5    // a reference nobody knows from legacy systems, without a value that speaks for it
	notItself     = 0.4    // the table's own key as a reference
	besideName    = 0.6    // what values say about a column whose name says something else
	loseSpelling  = 0.02   // a remark or the first parts of a path were
)

// modelIndex finds a model's fields by folded names.
type modelIndex struct {
	know  *modelKnowledge
	model *schema.Model // nil where the target does not have it
	names map[string][]hit
}

// hit is a field that a name means.
type hit struct {
	def     schema.Field
	score   float64
	why     string
	inverse bool
	known   *fieldKnowledge
	via     string // many2one to the document that has the field: "move_id"
}

// field is the name a suggestion has: "date", or "move_id/date".
func (h *hit) field() string {
	if h.via != "" {
		return h.via + "/" + h.def.Name
	}
	return h.def.Name
}

// neverMapped are fields Odoo sets itself, or that no legacy column holds.
var neverMapped = []string{"id", "create_date", "create_uid", "write_date", "write_uid", "display_name", "__last_update", "access_token", "access_url"}

func (f *fitter) newIndex(m *modelKnowledge) *modelIndex {
	x := &modelIndex{know: m, names: map[string][]hit{}}
	if model, ok := f.schema.Model(m.name); ok {
		x.model = model
	}
	for _, k := range m.fields {
		if def, ok := x.define(k); ok {
			x.addKnown(k, def, "")
		} else if def, via, ok := f.ofDocument(x, k); ok {
			x.addKnown(k, def, via)
		}
	}
	if x.model != nil {
		for i := range x.model.Fields {
			x.addField(&x.model.Fields[i])
		}
	}
	return x
}

func (x *modelIndex) add(name string, h hit) {
	if name != "" {
		x.names[name] = append(x.names[name], h)
	}
}

// ofDocument finds a known field that Odoo does not take on a line, but on its document: the date of a journal item is
// its entry's.
func (f *fitter) ofDocument(x *modelIndex, k *fieldKnowledge) (def schema.Field, via string, ok bool) {
	for _, doc := range documents {
		if doc.lines != x.know.name {
			continue
		}
		if m, there := f.schema.Model(doc.model); there {
			def, ok = m.Field(m.NameHere(k.Name))
			return def, doc.back, ok && !lost(&def)
		}
	}
	return def, "", false
}

func (x *modelIndex) addKnown(k *fieldKnowledge, def schema.Field, via string) {
	score := legacyName
	if k.Required {
		score += requiredBonus
	}
	title := def.Label
	if title == "" {
		title = def.Name
	}
	for i, n := range k.names {
		x.add(n, hit{def: def, score: score - byOrder*float64(i), why: "the column's name is a legacy name of " + title, known: k, via: via})
	}
	for _, n := range k.weak {
		x.add(n, hit{def: def, score: weakName, why: "the column's name may mean " + title, known: k, via: via})
	}
	for _, n := range k.inverse {
		x.add(n, hit{def: def, score: inverseName, why: "the column's name says the opposite of " + title, inverse: true, known: k, via: via})
	}
}

// addField adds a field's own name and its labels.
func (x *modelIndex) addField(d *schema.Field) {
	k := x.knownField(d.Name)
	if slices.Contains(neverMapped, d.Name) || lost(d) || !mappable(d) && k == nil {
		return
	}
	label := labelAlone
	if k != nil {
		label = labelOfKnown
	}
	x.add(fold(d.Name), hit{def: *d, score: technicalName, why: "the column is named as the field", known: k})
	if strings.HasSuffix(d.Name, "_id") && k != nil {
		x.add(fold(strings.TrimSuffix(d.Name, "_id")), hit{def: *d, score: label, why: "the column is named as the field", known: k})
	}
	x.add(fold(d.Label), hit{def: *d, score: label, why: "the column's name is the field's label", known: k})
	for lang, l := range d.Labels {
		x.add(fold(l), hit{def: *d, score: label, why: "the column's name is the field's " + languageName(lang) + " label", known: k})
	}
}

func (x *modelIndex) knownField(name string) *fieldKnowledge {
	if k := x.know.field(name); k != nil || x.model == nil {
		return k
	}
	for _, k := range x.know.fields {
		if x.model.NameHere(k.Name) == name {
			return k
		}
	}
	return nil
}

// mappable reports whether a mapping may write the field.
func mappable(d *schema.Field) bool {
	switch d.Type {
	case schema.One2many, schema.Binary, schema.JSON, schema.Props, schema.PropsDef:
		return false
	}
	return d.Stored && !d.Readonly || d.Required
}

// hits lists the fields of a model a column may fill, best first.
func (f *fitter) hits(s *profile.Source, c *profile.Column, x *modelIndex, models []string) []FieldFit {
	if c.Type == profile.TypeEmpty || c.Name == "" || strings.HasPrefix(c.Name, "=") {
		return nil
	}
	found := f.byName(s, c, x)
	x.preferKnown(found)
	f.byMeaning(c, x, found)
	f.byReference(s, c, x, models, found)
	f.byValues(s, c, x, found)
	if by, ok := f.byPath(s, c, x); ok {
		found[by.Field] = &by
	}
	_, left := f.leaving(s, c)
	out := make([]FieldFit, 0, len(found))
	for _, h := range found {
		if left && h.weakBeside() {
			continue
		}
		h.Confidence *= gate(h.definition.Type, c) * meaningGate(h.known, c)
		if h.definition.Type.Relational() && h.Ref == "" && ownKey(s, c) {
			h.Confidence *= notItself
		}
		if h.Field == x.know.key && h.Confidence <= weakName && !c.Unique {
			continue // "number" of what? Not of the record
		}
		if h.known == nil && h.definition.Type.Relational() && h.Ref == "" && h.Find != "xmlid" && (h.Values == nil || shareKnown(h.Values) < 0.5) {
			h.Confidence *= strangeLink
		}
		if h.Field == x.know.key && ownKey(s, c) && withoutEnding(fold(bare(c.Name))) != "" {
			// A key may be a number nobody knows: a column that is called number or reference goes first.
			h.Confidence = math.Min(h.Confidence, keyName+loseSpelling)
		}
		if h.Confidence = math.Min(h.Confidence, 0.99); h.Confidence >= shown {
			out = append(out, *h)
		}
	}
	slices.SortFunc(out, func(a, b FieldFit) int {
		return cmp.Or(cmp.Compare(b.Confidence, a.Confidence), strings.Compare(a.Field, b.Field))
	})
	return out
}

// ownKey reports whether the column alone identifies the table's rows, and is called so.
func ownKey(s *profile.Source, c *profile.Column) bool {
	if len(s.Keys) == 0 || len(s.Keys[0].Columns) != 1 || s.Keys[0].Columns[0] != c.Name {
		return false
	}
	return withoutEnding(fold(bare(c.Name))) != "" || fold(c.Name) == "id"
}

// weakBeside reports whether a suggestion weighs less than a known reason to leave a column of that name out.
func (h *FieldFit) weakBeside() bool {
	return h.stripped || h.Confidence < legacyName-loseNoun-loseSpelling || h.known == nil && h.Confidence < technicalName
}

// byName finds fields by the column's name, in its spellings and without a noun.
func (f *fitter) byName(s *profile.Source, c *profile.Column, x *modelIndex) map[string]*FieldFit {
	found := map[string]*FieldFit{}
	nouns := append(slices.Clone(x.know.nouns), tableNouns(s)...)
	for i, spelling := range f.spellings(c.Name) {
		lose := loseSpelling * float64(i)
		for _, h := range x.names[spelling] {
			x.keepBest(found, h, lose)
		}
		for _, h := range x.names[withoutEnding(spelling)] {
			if h.def.Type.Relational() || h.def.Type == schema.Selection {
				x.keepBest(found, h, lose+loseEnding)
			}
		}
		if rest := withoutNoun(spelling, nouns); rest != "" {
			for _, h := range x.names[rest] {
				x.keepBest(found, h, lose+loseNoun)
				if kept := found[h.field()]; kept != nil && kept.Confidence == math.Min(h.score-lose-loseNoun, mostByName) {
					kept.stripped = true
				}
			}
		}
	}
	return found
}

// preferKnown lowers fields that only Odoo's own names speak for where the name is known to mean another one in legacy
// systems: a legacy "company name" is the company, not the note of one on a person.
func (x *modelIndex) preferKnown(found map[string]*FieldFit) {
	known := func(h *FieldFit) bool { return h.known != nil }
	if !slices.ContainsFunc(slices.Collect(maps.Values(found)), func(h *FieldFit) bool { return known(h) && h.Confidence >= inverseName }) {
		return
	}
	for _, h := range found {
		if !known(h) {
			h.Confidence *= besideKnown
		}
	}
}

func (x *modelIndex) keepBest(found map[string]*FieldFit, h hit, lose float64) {
	score := math.Min(h.score-lose, mostByName)
	if old := found[h.field()]; old != nil && old.Confidence >= score {
		return
	}
	fit := x.newFieldFit(h.def, score, h.why, h.inverse)
	fit.Field = h.field()
	if h.known != nil {
		fit.known = h.known
	}
	found[fit.Field] = fit
}

func (x *modelIndex) newFieldFit(d schema.Field, score float64, why string, inverse bool) *FieldFit {
	return &FieldFit{Field: d.Name, Label: d.Label, Type: string(d.Type), Relation: d.Relation, Confidence: score, Reason: why, Inverse: inverse, form: formOf(d.Type), definition: d, model: x.know.name, known: x.knownField(d.Name)}
}

// meanings say how sure a kind of value alone makes the field that holds it.
var meanings = map[string]float64{
	"email": 0.8, "url": 0.7, "vat": 0.75, "iban": 0.85, "ean": 0.72, "phone": 0.7, "country": 0.72, "currency": 0.6, "language": 0.5, "bic": 0.7,
}

// byMeaning adds what the kind of the values says.
func (f *fitter) byMeaning(c *profile.Column, x *modelIndex, found map[string]*FieldFit) {
	if c.Semantic == "" {
		return
	}
	named := slices.ContainsFunc(slices.Collect(maps.Values(found)), func(h *FieldFit) bool { return h.Confidence >= inverseName })
	for _, k := range x.know.fields {
		if !slices.Contains(k.kinds, fold(c.Semantic)) {
			continue
		}
		def, ok := x.define(k)
		if !ok {
			continue
		}
		why := "the values are " + article(c.Semantic)
		if h := found[def.Name]; h != nil {
			h.Confidence = both(h.Confidence, 0.5)
			h.Reason += "; " + why
		} else if score := meanings[c.Semantic]; score > 0 && c.Values >= 2 {
			if named {
				score *= besideName
			}
			found[def.Name] = x.newFieldFit(def, score, why, false)
		}
	}
}

// define is the target's definition of a known field, if it has it and takes values for it.
func (x *modelIndex) define(k *fieldKnowledge) (schema.Field, bool) {
	if x.model == nil {
		return k.Field, true
	}
	d, ok := x.model.Field(x.model.NameHere(k.Name))
	return d, ok && !lost(&d)
}

// lost reports whether Odoo computes the field whatever it is sent.
func lost(d *schema.Field) bool { return d.Readonly && (d.Computed || !d.Stored) }

// both is the confidence of two pieces of evidence that do not depend on each other.
func both(a, b float64) float64 { return 1 - (1-a)*(1-b) }

// gate is how well values of a column's type go into a field's type, 0 to 1.
func gate(t schema.Type, c *profile.Column) float64 {
	isDate := c.Type == profile.TypeDate || c.Type == profile.TypeDateTime
	isNumber := c.Type == profile.TypeInteger || c.Type == profile.TypeDecimal
	switch t {
	case schema.Integer, schema.Float, schema.Monetary:
		switch {
		case isNumber:
			return 1
		case c.Type == profile.TypeBoolean && c.MaxLength == 1:
			return 0.9
		case c.Digits && t == schema.Integer:
			return 0.75
		case c.Digits:
			return 0.5
		}
		return 0
	case schema.Date, schema.DateTime:
		if isDate {
			return 1
		}
		return 0
	case schema.Boolean:
		switch {
		case c.Type == profile.TypeBoolean:
			return 1
		case c.Distinct <= 2 && c.MaxLength <= 5 && !isDate && c.Type != profile.TypeDecimal:
			return 0.85
		}
		return 0
	case schema.Char, schema.Text, schema.HTML:
		return textGate(c, isDate)
	case schema.Many2one, schema.Many2many, schema.Selection, schema.Reference:
		switch {
		case isDate:
			return 0
		case c.Type == profile.TypeDecimal:
			return 0.4
		case c.Type == profile.TypeBoolean:
			return 0.6
		}
	}
	return 1
}

func textGate(c *profile.Column, isDate bool) float64 {
	switch {
	case isDate:
		return 0.2
	case c.Type == profile.TypeBoolean:
		return 0.5
	case c.Type == profile.TypeDecimal:
		return 0.7
	}
	return 1
}

// meaningGate doubts a field whose values should be of another kind.
func meaningGate(k *fieldKnowledge, c *profile.Column) float64 {
	switch c.Semantic {
	case "email", "iban", "url":
		if k == nil || !slices.Contains(k.kinds, c.Semantic) {
			return 0.5
		}
	}
	return 1
}

// leaving is the known reason why columns of this name have no field.
func (f *fitter) leaving(s *profile.Source, c *profile.Column) (*leaving, bool) {
	nouns := tableNouns(s)
	for _, spelling := range f.spellings(c.Name) {
		for i := range f.know.leave {
			l := &f.know.leave[i]
			if slices.Contains(l.names, spelling) || slices.Contains(l.names, withoutNoun(spelling, nouns)) {
				return l, true
			}
		}
	}
	return nil, false
}
