package mappings

import (
	"slices"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/cell"
	"github.com/odoo-migrate/odoo-migrate/mappings/internal/grammar"
	"github.com/odoo-migrate/odoo-migrate/mappings/internal/nearest"
	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
)

// What a cell is read as (FieldRule.As).
const (
	asText     = "text"
	asDecimal  = "decimal"
	asInteger  = "integer"
	asBoolean  = "boolean"
	asDate     = "date"
	asDateTime = "datetime"
	asBinary   = "binary"
	asXMLID    = "xmlid"
)

// Policies of FieldRule.Else and FieldRule.Missing.
const (
	policyNull   = "null"
	policyReject = "reject"
	policyKeep   = "keep"
	policyWarn   = "warn"
	policyValue  = "value"

	policyDefault = "default"
	policyCreate  = "create"
)

func (p *mappingParser) field(name string, at yamlpos.Pos, value *yamlpos.Node) {
	p.legalField(name, at)
	p.rule(name, at, value)
}

// rule reads how one field is made.
func (p *mappingParser) rule(name string, at yamlpos.Pos, value *yamlpos.Node) {
	rule := FieldRule{Name: name, At: p.doc.Where(at), pos: at, node: value}
	switch value.Kind {
	case yamlpos.Scalar:
		p.short(&rule, value)
	case yamlpos.Map:
		p.long(&rule, value)
	default:
		p.doc.Report(value.Pos, "", "a field is a column, an expression or a map of keys, not a list")
	}
	p.m.Fields = append(p.m.Fields, rule)
}

// short reads "COLUMN" and "= expression".
func (p *mappingParser) short(rule *FieldRule, value *yamlpos.Node) {
	switch {
	case value.IsNull():
		p.doc.Report(rule.pos, "name a column, or leave the field out", "field %s has no value", rule.Name)
	case value.Type == yamlpos.Bool:
		p.doc.Report(value.Pos, "write {value: "+value.Text+"}", "%s is not a column", value.Text)
	default:
		p.origin(rule, value)
	}
}

func (p *mappingParser) origin(rule *FieldRule, n *yamlpos.Node) {
	rule.text = n
	if text, ok := strings.CutPrefix(n.Text, "="); ok {
		rule.Expression = strings.TrimSpace(text)
		if rule.Expression == "" {
			p.doc.Report(n.Pos, "", "the expression is empty")
		}
		return
	}
	rule.From = []string{n.Text}
}

func (p *mappingParser) long(rule *FieldRule, value *yamlpos.Node) {
	o := p.doc.Object(value, "field "+rule.Name, fieldKeys.Names()...)
	if p.file(rule, o) {
		return
	}
	p.from(rule, o)
	rule.Do = p.steps(o)
	p.find(rule, o)
	rule.Within, rule.Ref, rule.Split = o.Text("within"), o.Text("ref"), o.Text("split")
	rule.As = o.Choice("as", fieldKeys.Options("as")...)
	rule.Point, rule.Group = p.character(o, "point"), p.character(o, "group")
	p.layouts(rule, o)
	p.maps(rule, o)
	rule.Zero = p.policy(o, "zero")
	rule.Missing = p.policy(o, "missing")
	if n := o.Node("default"); n != nil {
		rule.Default = p.constant(n)
	}
	p.combinations(rule, o)
}

func (p *mappingParser) from(rule *FieldRule, o yamlpos.Object) {
	from, value := o.Node("from"), o.Node("value")
	switch {
	case from == nil && value == nil:
		if !misspelt(o) {
			p.doc.Report(rule.pos, "add from: or value:", "field %s says neither from which column nor which value", rule.Name)
		}
	case from != nil && value != nil:
		p.doc.Report(o.At("value"), "keep one of them", "field %s has both a column and a constant value", rule.Name)
	case value != nil:
		rule.Value = p.constant(value)
	case from.Kind == yamlpos.Scalar && !from.IsNull():
		p.origin(rule, from)
	default:
		rule.From, rule.text = p.doc.Texts(from, "from"), from
	}
}

// misspelt reports whether the object holds a key that is no key but near one that would say where the value comes
// from: that mistake has been named already.
func misspelt(o yamlpos.Object) bool {
	for _, key := range o.Keys() {
		if near := nearest.Word(key, fieldKeys.Names()); near == "from" || near == "value" {
			return true
		}
	}
	return false
}

func (p *mappingParser) steps(o yamlpos.Object) []string {
	steps := o.Texts("do")
	for _, s := range steps {
		if cell.KnownStep(s) {
			continue
		}
		p.doc.Report(o.Node("do").Pos, suggest(s, cell.StepNames()), "unknown step %q", s)
	}
	return steps
}

// suggest is the hint for a name that is none of the known ones.
func suggest(word string, known []string) string {
	if near := nearest.Word(word, known); near != "" {
		return "did you mean " + strconv.Quote(near) + "?"
	}
	if len(known) > 0 && len(known) <= 16 {
		return "known: " + strings.Join(known, ", ")
	}
	return ""
}

// path reads model.field.
func (p *mappingParser) path(o yamlpos.Object, key string) string {
	text := o.Text(key)
	if text == "" {
		return ""
	}
	p.checkPath(o.Node(key).Pos, key, text)
	return text
}

func (p *mappingParser) character(o yamlpos.Object, key string) string {
	text := o.Text(key)
	if text != "" && len([]rune(text)) != 1 {
		p.doc.Report(o.Node(key).Pos, "", "%s must be one character, not %q", key, text)
	}
	return text
}

func (p *mappingParser) policy(o yamlpos.Object, key string) string {
	return p.policyOf(o, key, fieldKeys)
}

// policyOf reads one of the options of a key, null being one that YAML does not take for a text.
func (p *mappingParser) policyOf(o yamlpos.Object, key string, keys grammar.Keys) string {
	if n := o.Node(key); n != nil && n.IsNull() {
		return policyNull
	}
	return o.Choice(key, keys.Options(key)...)
}

func (p *mappingParser) layouts(rule *FieldRule, o yamlpos.Object) {
	rule.Layouts = o.Texts("layout")
	for _, text := range rule.Layouts {
		if _, err := cell.ParseLayout(text); err != nil {
			p.doc.Report(o.Node("layout").Pos, "letters: yyyy MM dd HH mm ss SSS", "%s", err.Error())
		}
	}
}

func (p *mappingParser) maps(rule *FieldRule, o yamlpos.Object) {
	if n := o.Node("map"); n != nil {
		p.valueMap(rule, n)
	}
	n := o.Node("else")
	switch {
	case n == nil:
	case n.IsNull():
		rule.Else = policyNull
	case n.Kind == yamlpos.Scalar && (n.Text == policyReject || n.Text == policyKeep):
		rule.Else = n.Text
	default:
		rule.Else, rule.ElseTo = policyValue, p.constant(n)
	}
}

// constant reads a scalar, {xmlid: ...}, {find: ..., key: ...} or a list of them.
func (p *mappingParser) constant(n *yamlpos.Node) *Constant {
	c := &Constant{pos: n.Pos, doc: p.doc}
	switch n.Kind {
	case yamlpos.Scalar:
		c.Null, c.Text, c.kind = n.IsNull(), n.Text, n.Type
	case yamlpos.List:
		c.Many = true
		for _, item := range n.Items {
			c.List = append(c.List, *p.constant(item))
		}
	case yamlpos.Map:
		o := p.doc.Object(n, "a constant", constantKeys.Names()...)
		c.XMLID, c.Find, c.Key = o.Text("xmlid"), p.path(o, "find"), o.Text("key")
		switch {
		case c.XMLID == "" && c.Find == "":
			p.doc.Report(n.Pos, "{xmlid: base.main_company} or {find: res.currency.name, key: EUR}", "the constant names no record")
		case c.XMLID != "" && (c.Find != "" || c.Key != ""):
			p.doc.Report(n.Pos, "keep one of them", "the constant has both an external id and a natural key")
		case c.XMLID != "" && !legalXMLID(c.XMLID):
			p.doc.Report(o.Node("xmlid").Pos, "such as base.main_company", "%q is not an external id", c.XMLID)
		case c.Find != "" && c.Key == "":
			p.doc.Report(n.Pos, "add key:", "the constant says how to find a record, but not which")
		}
	}
	return c
}

// legalXMLID reports whether text is "module.name" with one dot and no blanks, as Odoo demands.
func legalXMLID(text string) bool {
	module, name, ok := strings.Cut(text, ".")
	return ok && module != "" && name != "" && !strings.ContainsAny(name, ". \t\n") && !strings.ContainsAny(module, " \t\n")
}

// combinations names keys that say nothing, or contradict each other.
func (p *mappingParser) combinations(rule *FieldRule, o yamlpos.Object) {
	needs := func(key, other, why string) {
		if o.Has(key) && !o.Has(other) {
			p.doc.Report(o.At(key), "", "%s means nothing without %s: %s", key, other, why)
		}
	}
	needs("within", "find", "it narrows where a record is found")
	needs("lang", "find", "it is the language of the key")
	needs("match_case", "find", "it says how keys are compared")
	needs("else", "map", "it says what becomes of values outside the map")
	if o.Has("find") && o.Has("ref") {
		p.doc.Report(o.At("ref"), "keep one of them", "find and ref both say which record is meant")
	}
	if len(rule.From) > 1 && rule.Ref == "" && !o.Has("ref") {
		p.doc.Report(o.Node("from").Pos, `join them: = join(compact([src.A, src.B]), " ")`, "several columns need ref, which makes one key of them")
	}
	if o.Has("from") && !o.Has("value") && len(rule.From) == 0 && rule.Expression == "" {
		p.doc.Report(o.Node("from").Pos, "", "from names no column")
	}
	p.findable(rule, o)
	p.fitting(rule, o)
}

// fittingKeys are the keys that say something about numbers or dates only.
var fittingKeys = []struct {
	key string
	as  []string
}{
	{"point", []string{asDecimal}},
	{"group", []string{asDecimal, asInteger}},
	{"layout", []string{asDate, asDateTime}},
	{"zero", []string{asDecimal, asInteger, asDate, asDateTime}},
}

func (p *mappingParser) fitting(rule *FieldRule, o yamlpos.Object) {
	for _, k := range fittingKeys {
		if o.Has(k.key) && rule.As != "" && !slices.Contains(k.as, rule.As) {
			p.doc.Report(o.At(k.key), "", "%s means nothing for as: %s", k.key, rule.As)
		}
	}
	if rule.Point != "" && rule.Point == rule.Group {
		p.doc.Report(o.At("group"), "", "point and group are the same character")
	}
	if rule.Value == nil {
		return
	}
	for _, key := range []string{"do", "find", "ref", "split", "map", "point", "group", "layout", "zero", "default", "missing", "lang", "match_case"} {
		if o.Has(key) {
			p.doc.Report(o.At(key), "", "%s means nothing beside a constant value", key)
		}
	}
}
