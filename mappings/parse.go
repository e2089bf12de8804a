package mappings

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings/expression"
	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
)

var (
	mappingName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	modelName   = regexp.MustCompile(`^[a-z_][a-z0-9_]*(\.[a-z0-9_]+)*$`)
	fieldName   = regexp.MustCompile(`^[a-z_][a-z0-9_]*$`)
	methodName  = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

// Parse reads one mapping file. The mapping is never nil; it can be used further only when no problem is more than a
// warning (see Failed).
func Parse(file string, data []byte) (*Mapping, []Problem) {
	digest := sha256.Sum256(data)
	m := &Mapping{File: file, Hash: hex.EncodeToString(digest[:]), Deletes: DeletesIgnore, Updates: UpdatesUpdate,
		at: map[string]yamlpos.Pos{}, Lines: map[string]string{}, Ignore: map[string]string{},
		lines: map[string]yamlpos.Pos{}, ignore: map[string]yamlpos.Pos{}}
	m.doc = yamlpos.Parse(file, data)
	if m.doc.Root == nil {
		return m, m.doc.Problems()
	}
	p := mappingParser{doc: m.doc, m: m}
	p.parse()
	problems := m.doc.Problems()
	return m, problems
}

type mappingParser struct {
	doc *yamlpos.Document
	m   *Mapping
}

func (p *mappingParser) parse() {
	o := p.doc.Object(p.doc.Root, "a mapping", mappingKeys.Names()...)
	if p.doc.Root.Kind != yamlpos.Map {
		return
	}
	for _, pair := range p.doc.Root.Pairs {
		p.m.at[pair.Key] = pair.Value.Pos
	}
	o.Require(mappingKeys.Required()...)
	if v := o.Node("version"); v != nil && v.Text != "1" {
		p.doc.Report(v.Pos, "this program reads version 1", "unknown version %q", v.Text)
	}
	p.m.Name = p.name(o, "mapping", mappingName, "a name of small letters, digits and _")
	p.m.Model = p.name(o, "model", modelName, `the name of an Odoo model, such as "res.partner"`)
	p.m.Order = o.Int("order")
	p.source(o)
	p.id(o)
	p.merge(o)
	p.match(o)
	o.Each("fields", p.field)
	p.translations(o)
	p.company(o)
	slices.SortFunc(p.m.Fields, func(a, b FieldRule) int { return cmp.Compare(a.Name, b.Name) })
	p.linesOf(o)
	p.afterLoad(o)
	p.ignored(o)
	p.checks(o)
	p.policies(o)
}

func (p *mappingParser) name(o yamlpos.Object, key string, legal *regexp.Regexp, must string) string {
	text := o.Text(key)
	if text != "" && !legal.MatchString(text) {
		p.doc.Report(o.Node(key).Pos, "", "%s must be %s, not %q", key, must, text)
	}
	return text
}

func (p *mappingParser) id(o yamlpos.Object) {
	text := o.Text("id")
	if text == "" {
		return
	}
	t, err := ParseIDTemplate(text)
	if err != nil {
		p.doc.Report(o.Node("id").Pos, "an id looks like cust_{CUSTOMER_NO}", "%s", err.Error())
	}
	p.m.ID = t
}

func (p *mappingParser) match(o yamlpos.Object) {
	n := o.Node("match")
	if n == nil || n.IsNull() {
		return
	}
	if n.Kind != yamlpos.List {
		p.doc.Report(n.Pos, "match: [vat, {ref, company_id}]", "match must be a list of keys")
		return
	}
	for _, item := range n.Items {
		var key []string
		switch item.Kind {
		case yamlpos.Scalar:
			key = []string{item.Text}
		case yamlpos.List:
			key = p.doc.Texts(item, "a key")
		case yamlpos.Map:
			for _, pair := range item.Pairs {
				if !pair.Value.IsNull() {
					p.doc.Report(pair.Value.Pos, "{ref, company_id}", "a key of several fields names the fields only")
				}
				key = append(key, pair.Key)
			}
		}
		for _, field := range key {
			if !fieldName.MatchString(field) {
				p.doc.Report(item.Pos, "", "%q is not the name of an Odoo field", field)
			}
		}
		p.m.Match = append(p.m.Match, key)
	}
}

func (p *mappingParser) linesOf(o yamlpos.Object) {
	o.Each("lines", func(field string, at yamlpos.Pos, value *yamlpos.Node) {
		p.legalField(field, at)
		p.m.lines[field] = at
		if value.Kind == yamlpos.List {
			p.severalLines(field, value)
			return
		}
		child := p.doc.Object(value, "lines."+field, lineKeys.Names()...)
		child.Require(lineKeys.Required()...)
		p.m.Lines[field] = child.Text("mapping")
	})
}

func (p *mappingParser) legalField(name string, at yamlpos.Pos) {
	if !fieldName.MatchString(name) {
		p.doc.Report(at, "", "%q is not the name of an Odoo field", name)
	}
}

// items yields the maps of a list.
func (p *mappingParser) items(o yamlpos.Object, key string, known ...string) []yamlpos.Object {
	n := o.Node(key)
	if n == nil || n.IsNull() {
		return nil
	}
	if n.Kind != yamlpos.List {
		p.doc.Report(n.Pos, "", "%s must be a list", key)
		return nil
	}
	out := make([]yamlpos.Object, 0, len(n.Items))
	for _, item := range n.Items {
		out = append(out, p.doc.Object(item, "an entry of "+key, known...))
	}
	return out
}

func (p *mappingParser) afterLoad(o yamlpos.Object) {
	for _, e := range p.items(o, "after_load", afterLoadKeys.Names()...) {
		e.Require(afterLoadKeys.Required()...)
		a := AfterLoad{Call: e.Text("call"), When: p.condition(e, "when"), Expect: p.condition(e, "expect"), Undo: e.Text("undo"),
			At: p.doc.Where(e.At("call")), pos: e.At("call")}
		for _, key := range []string{"call", "undo"} {
			if text := e.Text(key); text != "" && !methodName.MatchString(text) {
				p.doc.Report(e.Node(key).Pos, "", "%q is not the name of a public Odoo method", text)
			}
		}
		p.m.AfterLoad = append(p.m.AfterLoad, a)
	}
}

func (p *mappingParser) condition(o yamlpos.Object, key string) string {
	text := o.Text(key)
	if text == "" {
		return ""
	}
	if _, problems := expression.CompileCondition(text); len(problems) > 0 {
		for _, e := range problems {
			p.doc.Report(p.doc.Within(o.Node(key), e.Offset), e.Hint, "%s", e.Message)
		}
	}
	return text
}

func (p *mappingParser) ignored(o yamlpos.Object) {
	o.Each("ignore", func(column string, at yamlpos.Pos, value *yamlpos.Node) {
		if value.Kind != yamlpos.Scalar || value.IsNull() || strings.TrimSpace(value.Text) == "" {
			p.doc.Report(at, `write {`+column+`: "why"}`, "column %s is ignored without a reason", column)
		}
		p.m.Ignore[column], p.m.ignore[column] = value.Text, at
	})
}

func (p *mappingParser) policies(o yamlpos.Object) {
	p.m.Deletes = cmp.Or(o.Choice("deletes", mappingKeys.Options("deletes")...), DeletesIgnore)
	p.m.Updates = cmp.Or(o.Choice("updates", mappingKeys.Options("updates")...), UpdatesUpdate)
	p.m.Conflicts = o.Choice("conflicts", mappingKeys.Options("conflicts")...)
	p.m.Undo = o.Choice("undo", mappingKeys.Options("undo")...)
}
