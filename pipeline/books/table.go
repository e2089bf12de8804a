package books

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// parentRow is the column in which a child table of an XML file holds the number of the row it belongs to. Columns that
// begin with parentKey repeat the keys of the rows above.
const (
	parentRow = "_parent_row"
	parentKey = "_parent/"
)

// table is one table of the report with the source it can be read from again.
type table struct {
	*profile.Source
	input  profile.Input
	name   string // the file's own
	header []string
	path   string // XML: of its element
	parent *table // XML: the table this one is nested in
	link   int    // column with the parent's row number; -1
	cols   []column
	up     []*table // parent, its parent, and so on
}

// column is a column of a table, or of one that the table is nested in.
type column struct {
	*profile.Column
	at    int // in the cells of a row
	level int // 0 is the table itself, 1 its parent, ...
	label string
	style style
	nulls []string
}

func open(ctx context.Context, report *profile.Report, inputs []profile.Input) ([]*table, error) {
	var out []*table
	lists := map[int][]connectors.Table{}
	for i := range report.Sources {
		s := &report.Sources[i]
		k := slices.IndexFunc(inputs, func(in profile.Input) bool { return in.Name == s.Input && in.Source.File().Path == s.File })
		if k < 0 {
			k = slices.IndexFunc(inputs, func(in profile.Input) bool { return in.Name == s.Input })
		}
		if k < 0 {
			continue // it is no longer there to be read
		}
		list, ok := lists[k]
		if !ok {
			var err error
			if list, err = inputs[k].Source.Tables(ctx); err != nil {
				return nil, fmt.Errorf("%s: %w", s.Input, err)
			}
			lists[k] = list
		}
		t := &table{Source: s, input: inputs[k], link: -1}
		for _, ct := range list {
			if ct.Name == s.Table || s.Table == "" && len(list) == 1 {
				t.name, t.header, t.path = ct.Name, ct.Columns, ct.Detected["rows"].Value
				out = append(out, t)
				break
			}
		}
	}
	for _, t := range out {
		t.nest(out)
	}
	for _, t := range out {
		t.columns()
	}
	return out, nil
}

// nest finds the table whose rows this one's rows stand in: the one with the longest path that this one's path begins
// with, or name, where the paths say nothing.
func (t *table) nest(all []*table) {
	if t.Format != "xml" {
		return
	}
	if t.link = slices.Index(t.header, parentRow); t.link < 0 {
		return
	}
	longest := 0
	for _, p := range all {
		if p == t || p.Input != t.Input {
			continue
		}
		n := 0
		switch {
		case strings.HasPrefix(t.path, p.path+"/"):
			n = len(p.path)
		case t.path == p.path && strings.HasPrefix(t.name, p.name+"."):
			n = len(p.path) + len(p.name)
		}
		if n > longest {
			t.parent, longest = p, n
		}
	}
}

// columns lists the table's own columns and behind them those of the tables it is nested in.
func (t *table) columns() {
	for p := t.parent; p != nil; p = p.parent {
		t.up = append(t.up, p)
	}
	at := 0
	for level, owner := range append([]*table{t}, t.up...) {
		for i, name := range owner.header {
			c := column{at: at, level: level, label: name, nulls: owner.input.Nulls}
			if level > 0 {
				c.label = owner.Name + "." + name
			}
			if i < len(owner.Columns) {
				c.Column = &owner.Columns[i]
				for _, n := range c.NullWords {
					c.nulls = append(slices.Clip(c.nulls), n.Value)
				}
				c.style = style{group: first(c.Group), point: first(c.Point)}
			} else {
				c.Column = &profile.Column{Name: name, Type: profile.TypeEmpty}
			}
			t.cols = append(t.cols, c)
			at++
		}
	}
}

// title is what the table itself is called: the name of its element or sheet, without that of the file it stands in.
func (t *table) title() string {
	if t.Table != "" {
		return t.Table
	}
	return t.Source.Name
}

func first(s string) byte {
	if s == "" {
		return 0
	}
	return s[0]
}

// text is the trimmed text of a cell; false where it has no value.
func (c *column) text(l *line) (string, bool) {
	if c.at >= len(l.cells) {
		return "", false
	}
	s := trim(l.cells[c.at])
	if s == "" || slices.Contains(c.nulls, s) {
		return "", false
	}
	return s, true
}

// reading is what became of an amount.
type reading int

const (
	none reading = iota
	fine
	garbled
)

func (c *column) amount(l *line) (amount, reading) {
	s, ok := c.text(l)
	if !ok {
		return amount{}, none
	}
	a, ok := c.style.parse(s)
	if !ok {
		return amount{}, garbled
	}
	return a, fine
}

// numeric reports whether most of the column's values are numbers; a column without values may be one.
func (c *column) numeric() bool {
	return c.Type == profile.TypeInteger || c.Type == profile.TypeDecimal || c.Type == profile.TypeEmpty || c.Semantic == "money" || c.Type == profile.TypeText && c.mostlyDigits()
}

// mostlyDigits judges text by its masks: a column of amounts of which many are written in words is still one of amounts.
func (c *column) mostlyDigits() bool {
	var all, digits int64
	for _, m := range c.Masks {
		all += m.Rows
		if strings.Contains(m.Value, "9") && !strings.ContainsAny(m.Value, "aA") {
			digits += m.Rows
		}
	}
	return !c.Digits && digits*2 > all
}

func (c *column) filled() bool { return c.Type != profile.TypeEmpty }

// line is one row of a table, with the cells of the rows it is nested in behind its own. The texts live as long as the
// call they are handed to.
type line struct {
	record.Pos
	file    string
	damaged bool
	aside   aside
	cells   []string
	up      []int64 // numbers of the rows it is nested in, the parent's first; 0 where unknown
}

// lines calls fn for the rows of a table until it returns false, at most limit of them where that is more than 0. depth is
// how many of the tables above are read with it: each costs a reading of the file.
func (t *table) lines(ctx context.Context, depth int, limit int64, fn func(*line) bool) error {
	l := &line{}
	n, odd := int64(0), t.Format != "xml"
	above := t.ancestors(ctx, depth)
	defer above.stop()
	for b, err := range t.input.Source.Batches(ctx, t.name) {
		if err != nil {
			return fmt.Errorf("%s: %w", t.Name, err)
		}
		for i := range b.Rows {
			r := &b.Rows[i]
			l.Pos, l.file, l.damaged, l.cells = r.Pos, b.File, r.Damage != "", r.Cells
			if l.aside = aRecord; odd && !l.damaged {
				l.aside = t.kindOf(r.Cells)
			}
			if above != nil && !l.damaged {
				if err := above.extend(l, t); err != nil {
					return err
				}
			}
			if n++; !fn(l) || n == limit {
				return nil
			}
		}
	}
	return nil
}

// lineage reads the tables a table is nested in alongside with it: XML tables are in the order of the document, so the
// row a child belongs to is the last one read or comes next.
type lineage struct {
	levels []level
	cells  []string
}

type level struct {
	table *table
	next  func() (*record.Batch, error, bool)
	stop  func()
	batch *record.Batch
	at    int
}

func (t *table) ancestors(ctx context.Context, depth int) *lineage {
	if depth == 0 || len(t.up) == 0 {
		return nil
	}
	a := &lineage{}
	for _, p := range t.up[:min(depth, len(t.up))] {
		next, stop := iter.Pull2(p.input.Source.Batches(ctx, p.name))
		a.levels = append(a.levels, level{table: p, next: next, stop: stop})
	}
	return a
}

func (a *lineage) stop() {
	if a == nil {
		return
	}
	for _, l := range a.levels {
		l.stop()
	}
}

// extend puts the cells of the rows above behind those of a line.
func (a *lineage) extend(l *line, t *table) error {
	a.cells, l.up = append(a.cells[:0], l.cells...), l.up[:0]
	for len(a.cells) < len(t.header) {
		a.cells = append(a.cells, "")
	}
	link, cells := t.link, l.cells
	for i := range a.levels {
		v := &a.levels[i]
		number, err := strconv.ParseInt(cells[link], 10, 64)
		if err != nil {
			return fmt.Errorf("%s row %d: its parent's number %q: %w", t.Name, l.Row, cells[link], err)
		}
		row, err := v.seek(number)
		if err != nil {
			return err
		}
		cells = make([]string, len(v.table.header))
		if row != nil {
			copy(cells, row.Cells)
			l.up = append(l.up, number)
		} else {
			l.up = append(l.up, 0)
		}
		a.cells = append(a.cells, cells...)
		if link = v.table.link; link >= 0 && cells[link] == "" {
			link = -1 // nothing is known of what is above an unknown row
		}
		if link < 0 {
			break
		}
	}
	for len(a.cells) < len(t.cols) {
		a.cells = append(a.cells, "")
	}
	for len(l.up) < len(t.up) {
		l.up = append(l.up, 0)
	}
	l.cells = a.cells
	return nil
}

// seek goes forward to the row of a number; nil where there is none.
func (v *level) seek(number int64) (*record.Row, error) {
	for {
		for ; v.batch != nil && v.at < len(v.batch.Rows); v.at++ {
			switch r := &v.batch.Rows[v.at]; {
			case r.Row == number:
				return r, nil
			case r.Row > number:
				return nil, nil
			}
		}
		b, err, ok := v.next()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", v.table.Name, err)
		}
		if !ok {
			return nil, nil
		}
		v.batch, v.at = b, 0
	}
}
