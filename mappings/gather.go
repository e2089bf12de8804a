package mappings

import (
	"iter"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// Gathered is a batch whose rows were put together of other rows, with what came up on the way.
type Gathered struct {
	Batch    *record.Batch
	Findings []record.Finding
	Classes  []Class // of rows that are in no group
	Folded   []Folded
}

// Folded says that a row is part of the group whose first row is Into.
type Folded struct {
	Table     string
	Row       int64
	IntoTable string
	Into      int64
}

// gatherProgram makes one row of each group.
type gatherProgram struct {
	rows  *Program // where, and the columns of the rows
	keys  []int    // slots in rows
	takes []takeProgram
	names []string // of the columns made
}

func (c *compiler) gathering() {
	outer, g := c.p, c.m.Group
	c.p = &Program{mapping: c.m, prefix: outer.prefix, layout: outer.layout, nulls: map[string]bool{}, composed: true}
	c.compileWhere()
	c.p.joins = c.joinPrograms()
	made := &gatherProgram{rows: c.p, names: slices.Clone(g.By)}
	for _, name := range g.By {
		made.keys = append(made.keys, c.slot(name, g.by))
	}
	for i := range g.Take {
		t := &g.Take[i]
		p := takeProgram{rule: t, slot: -1}
		switch {
		case t.How != TakeCount:
			p.slot = c.slot(t.Column, t.pos)
		case slices.Contains(c.relation, t.Column):
			c.fault(t.pos, "count the rows under a name of its own, such as ROWS", "%s is a column: count makes a new one", t.Column)
		}
		p.read = c.taken(t).reader(c.env.Location)
		made.takes, made.names = append(made.takes, p), append(made.names, t.Column)
	}
	c.p = outer
	c.p.gather, c.known = made, made.names
}

// checkGroup finds ids that groups would share, and columns that are taken for nothing.
func (c *compiler) checkGroup() {
	g := c.m.Group
	if g == nil {
		return
	}
	for _, name := range g.By {
		if !slices.Contains(c.m.ID.Columns, name) {
			c.fault(c.m.at["id"], "add _{"+name+"}, or leave the column out of by", "the id does not hold %s of by: groups that differ in it alone would share the id", name)
		}
	}
	for i := range g.Take {
		t := &g.Take[i]
		if !slices.Contains(c.p.columns, t.Column) {
			c.warn(t.pos, "", "%s is taken from the groups and not used", t.Column)
		}
		for f := range c.m.Fields {
			r := &c.m.Fields[f]
			if t.How == TakeSum && slices.Contains(r.From, t.Column) && (r.Point != "" || r.Group != "") {
				c.fault(r.pos, "say point and group where it is summed: {"+t.Column+": {sum: {point: ...}}}", "%s is a sum, which is written with a point and without groups", t.Column)
			}
		}
	}
}

// Gather puts the rows of groups together, for mappings that have groups; other batches pass as they are. It reads the
// batches one after another and keeps one group at a time.
func (p *Program) Gather(batches iter.Seq2[*record.Batch, error]) iter.Seq2[Gathered, error] {
	return func(yield func(Gathered, error) bool) {
		g := &gathering{p: p.gather}
		for b, err := range batches {
			if err != nil {
				yield(Gathered{}, err)
				return
			}
			if p.gather == nil {
				if !yield(Gathered{Batch: b}, nil) {
					return
				}
				continue
			}
			g.batch(b)
			for _, done := range g.take() {
				if !yield(done, nil) {
					return
				}
			}
		}
		if g.close(); p.gather == nil {
			return
		}
		for _, done := range g.take() {
			if !yield(done, nil) {
				return
			}
		}
	}
}

// gathering is the state of one Gather.
type gathering struct {
	p      *gatherProgram
	a      *application
	done   []Gathered
	now    Gathered
	open   bool
	key    string
	head   record.Pos
	table  string
	failed string
	rows   int
	cells  []string // of the key
	takes  []taken
}

// batch adds the rows of a batch to groups.
func (g *gathering) batch(b *record.Batch) {
	g.a = &application{p: g.p.rows, batch: b, rows: map[*test]rowOf{}}
	if !g.a.bind() {
		g.close()
		for _, c := range g.a.result.Classes {
			c.Table = b.Table
			g.now.Classes = append(g.now.Classes, c)
		}
		g.now.Findings = append(g.now.Findings, g.a.result.Findings...)
		return
	}
	for i := range b.Rows {
		g.row(b, &b.Rows[i])
	}
	g.now.Findings = append(g.now.Findings, g.a.result.Findings...)
}

func (g *gathering) row(b *record.Batch, row *record.Row) {
	a := g.a
	a.row, a.failure, a.exclusion, a.id = row, "", "", ""
	if key := g.keyOf(); !g.open || key != g.key {
		g.close()
		g.begin(key)
	}
	keep := a.keep()
	if keep {
		keep = a.joined()
	}
	if !keep && a.failure == "" {
		reason := a.exclusion
		if reason == "" {
			reason = a.p.exclusion()
		}
		g.now.Classes = append(g.now.Classes, Class{Table: b.Table, Row: row.Row, Class: ClassExcluded, Reason: reason})
		return
	}
	if g.rows++; g.rows == 1 {
		g.head, g.table = row.Pos, b.Table
	} else {
		g.now.Folded = append(g.now.Folded, Folded{b.Table, row.Row, g.table, g.head.Row})
	}
	for i := range g.takes {
		if keep {
			g.takes[i].add(a)
		}
	}
	// A group is made whole or not at all: a sum without one of its rows is wrong.
	if a.failure != "" && g.failed == "" {
		g.failed = a.failure
	}
}

// keyOf joins the key's cells; a null is no text, and two nulls are the same.
func (g *gathering) keyOf() string {
	var b strings.Builder
	for _, slot := range g.p.keys {
		text, ok := g.a.cell(slot)
		if ok {
			b.WriteByte('=')
		}
		b.WriteString(text)
		b.WriteByte(0)
	}
	return b.String()
}

func (g *gathering) begin(key string) {
	g.open, g.key, g.rows, g.failed = true, key, 0, ""
	g.cells = make([]string, 0, len(g.p.names))
	for _, slot := range g.p.keys {
		text, _ := g.a.cell(slot)
		g.cells = append(g.cells, text)
	}
	g.takes = make([]taken, len(g.p.takes))
	for i := range g.takes {
		g.takes[i].takeProgram = &g.p.takes[i]
	}
}

// close finishes the current group. Rows of one batch are of one source.
func (g *gathering) close() {
	if !g.open || g.rows == 0 {
		g.open = false
		return
	}
	g.open = false
	if g.now.Batch != nil && g.now.Batch.Table != g.table {
		g.done, g.now = append(g.done, g.now), Gathered{}
	}
	if g.now.Batch == nil {
		g.now.Batch = &record.Batch{Table: g.table, Columns: g.p.names}
	}
	for i := range g.takes {
		g.cells = append(g.cells, g.takes[i].text())
	}
	g.now.Batch.Rows = append(g.now.Batch.Rows, record.Row{Pos: g.head, Cells: g.cells, Damage: g.failed})
}

// take hands over what is finished.
func (g *gathering) take() []Gathered {
	if g.now.Batch == nil {
		g.now.Batch = &record.Batch{Table: g.table, Columns: g.p.names}
	}
	g.done = append(g.done, g.now)
	out := g.done
	g.done, g.now = nil, Gathered{}
	return out
}
