package mappings

import (
	"regexp"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/cell"
	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
)

// aliasName is what may stand before the dot of a joined column.
var aliasName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// source reads from:, a source's name or a map that says how rows are put together.
func (p *mappingParser) source(o yamlpos.Object) {
	n := o.Node("from")
	if n == nil || n.IsNull() {
		return
	}
	if n.Kind == yamlpos.Scalar {
		p.m.Source = n.Text
		return
	}
	from := p.doc.Object(n, "from", fromKeys.Names()...)
	if n.Kind != yamlpos.Map {
		return
	}
	p.origins(from, n)
	p.m.Reason = from.Text("reason")
	if where := from.Node("where"); where != nil {
		p.m.Where = strings.TrimSpace(strings.TrimPrefix(from.Text("where"), "="))
		p.m.where = where
		if p.m.Reason == "" {
			p.doc.Report(from.At("where"), `add reason: "..."; the report lists excluded rows with it`, "where leaves rows out without a reason")
		}
	}
	p.joins(from)
	p.group(from)
	p.each(from)
	p.together(from)
}

func (p *mappingParser) origins(from yamlpos.Object, n *yamlpos.Node) {
	switch {
	case from.Has("source") && from.Has("union"):
		p.doc.Report(from.At("union"), "keep one of them", "from has both a source and a union")
	case from.Has("union"):
		p.union(from)
	case !from.Has("source"):
		p.doc.Report(n.Pos, "add source: or union:", "from names no source")
	default:
		p.m.Source = from.Text("source")
	}
}

func (p *mappingParser) union(from yamlpos.Object) {
	n := from.Node("union")
	if n.Kind != yamlpos.List {
		p.doc.Report(n.Pos, "union: [customers_de, customers_fr]", "union must be a list of sources")
		return
	}
	if len(n.Items) < 2 {
		p.doc.Report(n.Pos, "write source: for a single one", "a union needs two sources at least")
	}
	for _, item := range n.Items {
		m := Member{pos: item.Pos, Columns: map[string]string{}, renames: map[string]yamlpos.Pos{}}
		if item.Kind == yamlpos.Scalar {
			m.Source = p.doc.Text(item, "a source of the union")
		} else {
			p.member(item, &m)
		}
		if m.Source != "" && slices.ContainsFunc(p.m.Union, func(u Member) bool { return u.Source == m.Source }) {
			p.doc.Report(item.Pos, "", "source %s is in the union twice", m.Source)
		}
		p.m.Union = append(p.m.Union, m)
	}
	if len(p.m.Union) > 0 {
		p.m.Source = p.m.Union[0].Source
	}
}

func (p *mappingParser) member(item *yamlpos.Node, m *Member) {
	o := p.doc.Object(item, "a source of the union", memberKeys.Names()...)
	if item.Kind != yamlpos.Map {
		return
	}
	o.Require(memberKeys.Required()...)
	m.Source = o.Text("source")
	taken := map[string]bool{}
	o.Each("columns", func(name string, at yamlpos.Pos, value *yamlpos.Node) {
		m.renames[name] = at
		if value.Kind == yamlpos.Scalar && value.IsNull() {
			m.Columns[name] = "" // the source has nothing of the kind
			return
		}
		own := p.doc.Text(value, "a column")
		if taken[own] {
			p.doc.Report(value.Pos, "", "column %s stands for two columns of the union", own)
		}
		m.Columns[name], taken[own] = own, true
	})
}

func (p *mappingParser) joins(from yamlpos.Object) {
	for i, o := range p.items(from, "join", joinKeys.Names()...) {
		n := from.Node("join").Items[i]
		if n.Kind != yamlpos.Map {
			continue
		}
		o.Require(joinKeys.Required()...)
		j := Join{Source: o.Text("source"), As: o.Text("as"), pos: n.Pos, At: p.doc.Where(n.Pos), Missing: MissingNull, Many: ManyReject}
		if j.As == "" {
			j.As = j.Source
		} else if !aliasName.MatchString(j.As) {
			p.doc.Report(o.Node("as").Pos, "such as adr", "as must be letters, digits and _, not %q", j.As)
		}
		if slices.ContainsFunc(p.m.Joins, func(k Join) bool { return k.As == j.As }) && j.As != "" {
			p.doc.Report(o.At("as"), "give one of them another name by as:", "two joins are called %s", j.As)
		}
		if m := p.policyOf(o, "missing", joinKeys); m != "" {
			j.Missing = m
		}
		if m := o.Choice("many", joinKeys.Options("many")...); m != "" {
			j.Many = m
		}
		p.on(o, &j)
		p.m.Joins = append(p.m.Joins, j)
	}
}

// on reads {LEFT: RIGHT, ...}, or a list of columns that have the same name on both sides.
func (p *mappingParser) on(o yamlpos.Object, j *Join) {
	n := o.Node("on")
	switch {
	case n == nil || n.IsNull():
	case n.Kind == yamlpos.Map:
		o.Each("on", func(left string, at yamlpos.Pos, value *yamlpos.Node) {
			j.On = append(j.On, JoinKey{left, p.doc.Text(value, "a column"), at, value.Pos})
		})
	default:
		for _, column := range o.Texts("on") {
			j.On = append(j.On, JoinKey{column, column, n.Pos, n.Pos})
		}
	}
	if len(j.On) == 0 && n != nil && !n.IsNull() {
		p.doc.Report(n.Pos, "on: {KUNNR: KUNNR}", "on names no columns")
	}
}

func (p *mappingParser) group(from yamlpos.Object) {
	n := from.Node("group")
	if n == nil || n.IsNull() {
		return
	}
	o := p.doc.Object(n, "group", groupKeys.Names()...)
	if n.Kind != yamlpos.Map {
		return
	}
	o.Require(groupKeys.Required()...)
	g := &Group{By: o.Texts("by"), by: o.At("by")}
	for i, column := range g.By {
		if slices.Contains(g.By[:i], column) {
			p.doc.Report(g.by, "", "column %s is in by twice", column)
		}
	}
	o.Each("take", func(column string, at yamlpos.Pos, value *yamlpos.Node) {
		if slices.Contains(g.By, column) {
			p.doc.Report(at, "leave it out of take", "column %s is in by: all rows of a group have the same", column)
		}
		g.Take = append(g.Take, p.take(column, at, value))
	})
	p.m.Group = g
}

// take reads "sum", or {sum: {point: ","}}, {join: ", "}.
func (p *mappingParser) take(column string, at yamlpos.Pos, value *yamlpos.Node) Take {
	t := Take{Column: column, pos: at}
	switch {
	case value.Kind == yamlpos.Scalar && !value.IsNull():
		t.How = value.Text
	case value.Kind == yamlpos.Map && len(value.Pairs) == 1:
		t.How = value.Pairs[0].Key
	default:
		p.doc.Report(at, `such as sum, same or {join: ", "}`, "take does not say how %s is made", column)
		return t
	}
	if !slices.Contains(takeHows, t.How) {
		p.doc.Report(value.Pos, suggest(t.How, takeHows), "%q is no way to take a column", t.How)
		return t
	}
	var detail *yamlpos.Node
	if value.Kind == yamlpos.Map {
		detail = value.Pairs[0].Value
	}
	p.detail(&t, value.Pos, detail)
	return t
}

func (p *mappingParser) detail(t *Take, at yamlpos.Pos, n *yamlpos.Node) {
	switch {
	case t.How == TakeJoin && (n == nil || n.Kind != yamlpos.Scalar):
		p.doc.Report(at, `write {join: ", "}`, "join needs the text between two values")
	case t.How == TakeJoin:
		t.Separator = n.Text
	case n == nil || n.IsNull():
	case t.How == TakeSum:
		o := p.doc.Object(n, "sum", sumKeys.Names()...)
		t.Point, t.Group = p.character(o, "point"), p.character(o, "group")
	case t.How == TakeMin || t.How == TakeMax:
		o := p.doc.Object(n, t.How, extremeKeys.Names()...)
		t.As = o.Choice("as", extremeKeys.Options("as")...)
		t.Point, t.Group, t.Layouts = p.character(o, "point"), p.character(o, "group"), o.Texts("layout")
		for _, text := range t.Layouts {
			if _, err := cell.ParseLayout(text); err != nil {
				p.doc.Report(o.Node("layout").Pos, "letters: yyyy MM dd HH mm ss SSS", "%s", err.Error())
			}
		}
		if t.As == "" {
			p.doc.Report(at, "such as {"+t.How+": {as: date, layout: dd.MM.yyyy}}", "%s needs as: beside other keys", t.How)
		}
	default:
		p.doc.Report(at, "write "+t.How, "%s takes no further keys", t.How)
	}
}

func (p *mappingParser) each(from yamlpos.Object) {
	n := from.Node("each")
	if n == nil || n.IsNull() {
		return
	}
	o := p.doc.Object(n, "each", eachKeys.Names()...)
	if n.Kind != yamlpos.Map {
		return
	}
	o.Require(eachKeys.Required()...)
	e := &Each{Column: o.Text("column"), By: o.Text("by"), Columns: o.Texts("columns"), As: o.Text("as"), pos: n.Pos, column: n.Pos}
	for _, key := range []string{"column", "columns"} {
		if v := o.Node(key); v != nil {
			e.column = v.Pos
		}
	}
	switch {
	case o.Has("column") && o.Has("columns"):
		p.doc.Report(o.At("columns"), "keep one of them", "each has both a column and columns")
	case !o.Has("column") && !o.Has("columns"):
		p.doc.Report(n.Pos, `{column: BANKS, by: ";", as: BANK} or {columns: [TEL1, TEL2], as: TEL}`, "each does not say what it goes through")
	case o.Has("column") && e.By == "":
		p.doc.Report(n.Pos, `such as by: ";"`, "each needs the text between two elements of %s", e.Column)
	case o.Has("columns") && o.Has("by"):
		p.doc.Report(o.At("by"), "", "by means nothing beside columns")
	case o.Has("columns") && len(e.Columns) < 2:
		p.doc.Report(e.column, "", "each needs two columns at least")
	}
	if e.As != "" && !aliasName.MatchString(e.As) {
		p.doc.Report(o.Node("as").Pos, "such as BANK", "as must be letters, digits and _, not %q", e.As)
	}
	p.m.Each = e
}

// together names constructs that contradict each other: a row that is several records cannot be in one group.
func (p *mappingParser) together(from yamlpos.Object) {
	if p.m.Group == nil {
		return
	}
	if p.m.Each != nil {
		p.doc.Report(from.At("each"), "make two mappings of it", "group makes one record of several rows, and each several of one")
	}
	for _, j := range p.m.Joins {
		if j.Many == ManyEach {
			p.doc.Report(j.pos, "take many: first, or many: reject", "group cannot go together with many: each: a row would be in its group several times")
		}
	}
}
