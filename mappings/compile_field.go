package mappings

import (
	"slices"

	"github.com/odoo-migrate/odoo-migrate/mappings/expression"
	"github.com/odoo-migrate/odoo-migrate/mappings/internal/cell"
	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// fieldProgram makes one field's value.
type fieldProgram struct {
	rule     *FieldRule
	index    int // in Record.Values
	kind     record.Kind
	constant *record.Value
	slots    []int
	test     *test
	steps    []func(string) string
	values   map[string]Constant // of the value map, as written
	files    []string            // of the value map
	unfilled map[string]string   // texts the value map's file has without a value -> file:line
	contrary []string            // texts the value map's files have several values for
	table    map[string]mapped
	keys     []string // of table, sorted: for did-you-mean
	other    *mapped  // what a value outside the table becomes; nil where it is rejected or kept
	reader   reader   // for cells that are no links
	link     linker   // for those that are
	within   int      // index of the field that narrows the lookup; -1: none
	scope    string   // name of the looked up model's field that is narrowed

	inCompany     bool // within is the company of the record, which nobody wrote there
	narrowed      bool // the constant means another record in each company
	fallback      record.Value
	fallsNarrowed bool              // so does the default
	isZero        bool              // zero: null
	absent        map[string]string // references that lead to no record of the target -> what stands for them
}

// mapped is what a value map makes of a text: another text that is read on, or a finished value.
type mapped struct {
	text  string
	done  bool
	value record.Value
}

// linker makes the text of a reference.
type linker struct {
	model, field string      // find
	template     *IDTemplate // ref
	target       *Mapping    // ref
	merged       map[string]*Merged
	prefix       string // ref
	xmlid        bool
	verbatim     bool // the key is the text of a reference
}

func (l *linker) is() bool { return l.model != "" || l.template != nil || l.xmlid || l.verbatim }

func (c *compiler) field(index int, r *FieldRule) fieldProgram {
	f := fieldProgram{rule: r, index: index, within: -1, isZero: r.Zero == policyNull}
	for _, s := range r.Do {
		if step := cell.Step(s); step != nil {
			f.steps = append(f.steps, step)
		}
	}
	for _, column := range r.From {
		f.slots = append(f.slots, c.slot(column, r.text.Pos))
	}
	if r.Expression != "" {
		f.test = c.expression(r.Expression, r.text)
	}
	odoo, known := c.odooField(r)
	if r.File != nil {
		c.checkFile(&f, odoo, known)
		return f
	}
	c.linker(&f)
	c.scopeToCompany(&f)
	c.decideKind(&f, odoo, known)
	c.constants(&f)
	if known {
		c.checkSelection(&f, odoo)
	}
	return f
}

func (c *compiler) linker(f *fieldProgram) {
	r := f.rule
	switch {
	case r.Find != "":
		f.link.model, f.link.field = c.keys(r)
	case r.verbatim:
		f.link.verbatim = true
	case r.Ref != "":
		target := c.set.byName[r.Ref]
		if target == nil || len(target.ID.Columns) == 0 {
			f.link.xmlid, c.broken = true, true // reported by NewSet; only the kind matters now
			return
		}
		f.link.template, f.link.prefix = &target.ID, c.p.prefix
		f.link.target, f.link.merged = target, c.env.merges[target.Name]
	case r.As == asXMLID:
		f.link.xmlid = true
	}
	if r.Within == "" {
		return
	}
	if f.within = slices.IndexFunc(c.m.Fields, func(o FieldRule) bool { return o.Name == r.Within }); f.within < 0 || r.Within == r.Name {
		f.within = -1
		c.fault(r.key("within"), suggest(r.Within, c.p.layout.Fields), "field %s is narrowed by %s, which this mapping does not fill", r.Name, r.Within)
	}
}

// decideKind settles what kind of value the field has and how cells are read: by the type of the Odoo field where that
// is known, else by "as", else by what the rule itself shows.
func (c *compiler) decideKind(f *fieldProgram, odoo schema.Field, known bool) {
	r := f.rule
	as := r.As
	switch {
	case known:
		f.kind = odoo.Type.Kind()
		// A field of whole numbers takes no others, whatever is said of how they are written.
		if as == "" || as == asDecimal && usualReading(odoo.Type) == asInteger {
			as = usualReading(odoo.Type)
		}
	case f.link.is() && (r.Split != "" || r.Value != nil && r.Value.Many):
		f.kind = record.Links
	case f.link.is():
		f.kind = record.Link
	case as != "":
		f.kind = reading(as, r, nil).kind
	case r.Value != nil:
		f.kind = r.Value.ownKind()
	case f.test != nil:
		f.kind = kindOfExpression(f.test.program.Type())
	default:
		f.kind = record.Text
	}
	f.reader = reading(as, c.styled(as, r), c.env.Location)
	if known {
		c.checkReading(f, odoo)
	}
	if f.kind == record.Links && r.Split == "" && len(r.From) > 1 && r.Ref == "" {
		c.fault(r.pos, "", "field %s takes one column and split", r.Name)
	}
	if r.Split != "" && f.kind != record.Links {
		c.fault(r.key("split"), "", "split makes several values, and %s holds one", r.Name)
	}
}

func usualReading(t schema.Type) string {
	switch t {
	case schema.Integer:
		return asInteger
	case schema.Float, schema.Monetary:
		return asDecimal
	case schema.Boolean:
		return asBoolean
	case schema.Date:
		return asDate
	case schema.DateTime:
		return asDateTime
	case schema.Binary:
		return asBinary
	}
	return asText
}

func kindOfExpression(t expression.Type) record.Kind {
	switch t {
	case expression.Number:
		return record.Number
	case expression.Bool:
		return record.Boolean
	case expression.Date:
		return record.Date
	case expression.DateTime:
		return record.DateTime
	}
	return record.Text
}

// ownKind is the kind a constant shows by the way it is written.
func (k *Constant) ownKind() record.Kind {
	switch {
	case k.Many:
		return record.Links
	case k.XMLID != "" || k.Find != "":
		return record.Link
	case k.kind == yamlpos.Bool:
		return record.Boolean
	case k.kind == yamlpos.Number:
		return record.Number
	}
	return record.Text
}

// constants turns what is written in the file into values once.
func (c *compiler) constants(f *fieldProgram) {
	r := f.rule
	if f.narrowed = f.narrowable(r.Value); r.Value != nil {
		v := c.natural(f, r.Value, f.narrowed)
		f.constant = &v
	}
	if f.fallsNarrowed = f.narrowable(r.Default); r.Default != nil {
		f.fallback = c.natural(f, r.Default, f.fallsNarrowed)
	}
	if f.values = c.valuesOf(f); f.values != nil {
		f.table = make(map[string]mapped, len(f.values))
		for text, to := range f.values {
			f.table[text] = c.mapped(f, &to)
			f.keys = append(f.keys, text)
		}
		slices.Sort(f.keys)
	}
	switch r.Else {
	case policyNull:
		f.other = &mapped{done: true}
	case policyValue:
		m := c.mapped(f, r.ElseTo)
		f.other = &m
	}
}

// mapped keeps the texts of links as texts: they are keys, to be looked up or made external ids of.
func (c *compiler) mapped(f *fieldProgram, k *Constant) mapped {
	if f.link.is() && !k.Null && !k.Many && k.XMLID == "" && k.Find == "" {
		return mapped{text: k.Text}
	}
	return mapped{done: true, value: c.constant(f, k)}
}

func (c *compiler) constant(f *fieldProgram, k *Constant) record.Value {
	bad := func(hint, format string, args ...any) record.Value {
		c.faultIn(k, hint, format, args...)
		return record.Value{}
	}
	switch {
	case k.Null:
		return record.Value{}
	case k.Many && f.kind == record.Links:
		var refs []string
		for i := range k.List {
			if v := c.constant(f, &k.List[i]); !v.IsNull() {
				refs = append(refs, record.SplitRefs(v.Text())...)
			}
		}
		return record.LinksValue(refs)
	case k.Many:
		return bad("", "%s holds one value, not a list", f.rule.Name)
	case f.kind == record.Link || f.kind == record.Links:
		return c.constantLink(f, k)
	case k.XMLID != "" || k.Find != "":
		return bad("", "%s is no relation: it cannot hold a record", f.rule.Name)
	}
	v, err := f.constantReader().read(k.Text)
	if err != nil {
		return bad(hintOf(err), "%s: %s", f.rule.Name, err.Error())
	}
	return v
}

// constantReader reads what a mapping file itself says: in canonical form, not in the source's.
func (f *fieldProgram) constantReader() reader {
	var as string
	switch f.kind {
	case record.Number:
		as = asDecimal
		if f.reader.rule == "map.not_an_integer" {
			as = asInteger
		}
	case record.Boolean:
		as = asBoolean
	case record.Date:
		as = asDate
	case record.DateTime:
		as = asDateTime
	case record.Binary:
		as = asBinary
	}
	return reading(as, &FieldRule{}, nil)
}

func (c *compiler) constantLink(f *fieldProgram, k *Constant) record.Value {
	var ref record.Ref
	switch {
	case k.XMLID != "":
		ref.Key = k.XMLID
	case k.Find != "":
		ref.Model, ref.Field = splitPath(k.Find)
		ref.Key = k.Key
	case f.link.is() && f.within < 0 && (f.link.template == nil || len(f.link.template.Columns) == 1):
		text, err := f.link.reference([]string{k.Text}, nil, "", "")
		if err != nil {
			c.faultIn(k, hintOf(err), "%s", err.Error())
		}
		return c.asLinks(f, text)
	default:
		c.faultIn(k, "{xmlid: module.name} or {find: model.field, key: ...}", "%s is a relation: %q names no record", f.rule.Name, k.Text)
		return record.Value{}
	}
	return c.asLinks(f, ref.String())
}

func (c *compiler) asLinks(f *fieldProgram, text string) record.Value {
	if text == "" {
		return record.Value{}
	}
	return record.NewValue(f.kind, text)
}
