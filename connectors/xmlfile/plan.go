package xmlfile

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// parentRow is the column of a child table that holds the number of the row it belongs to; the columns behind it, of the
// keys of its ancestors, begin with parentKey once a generation.
const (
	parentRow = "_parent_row"
	parentKey = "_parent/"
)

// table is one element path whose occurrences are rows.
type table struct {
	connectors.Table
	index  int // among the tables
	node   *node
	parent *table
	key    *value // its natural key; nil for none
	keyCol string
	keyed  []*table // its ancestors that have a key, nearest first: their keys are columns behind _parent_row

	columns  []column
	searched bool // for a key
	once     bool // it is no repeating element, but data that stands above or beside them
}

// column is one column of a table.
type column struct {
	order int
	name  string
	value *value
	at    *node // the element it is the text of, or that it is an attribute of
	local string
	attr  bool
}

// planner decides what is a table and what a column.
type planner struct {
	dialect dialect
	tables  []*table
	pinned  *table // whose rows were asked for; nil where that is for us to find
}

// planAll makes tables of everything: of each element that repeats, of what stands once above or beside those, and of the
// whole document where nothing repeats.
func (p *planner) planAll(root *node) {
	if p.dialect.whole {
		t := p.add(root, nil)
		t.once = true
		p.collect(root, t, "", false)
		return
	}
	p.place(root, nil, "", true)
	if len(p.tables) == 0 {
		p.flatten(root, nil)
	}
}

// planRows makes a table of root, and of what repeats below.
func (p *planner) planRows(root *node) {
	p.flatten(root, nil)
	p.pinned = root.rows
}

func (p *planner) flatten(n *node, parent *table) {
	p.collect(n, p.add(n, parent), "", false)
}

func (p *planner) add(n *node, parent *table) *table {
	t := &table{node: n, parent: parent}
	n.rows = t
	p.tables = append(p.tables, t)
	return t
}

// place decides about an element that is not the root of a table yet. owner is the table above it, nil for none; open says
// that n stands above or beside the rows, so that it may become a table although it does not repeat.
func (p *planner) place(n *node, owner *table, path string, open bool) {
	switch {
	case p.dialect.isRow(n):
		p.flatten(n, owner)
	case open && n.holds && p.holdsData(n), owner == nil && !n.holds && hasData(n):
		t := p.add(n, owner)
		t.once = true
		p.collect(n, t, "", n.holds)
	case owner == nil:
		for _, k := range n.kids {
			p.place(k, nil, "", true)
		}
	default:
		p.collect(n, owner, path, open && n.holds)
	}
}

// collect makes columns of the table of what is in n, at path below the table's element.
func (p *planner) collect(n *node, t *table, path string, open bool) {
	below := path
	if path != "" {
		below += "/"
	}
	switch {
	case n.text && (len(n.kids) > 0 || path == ""):
		t.columns = append(t.columns, column{n.order, below + "text()", &n.value, n, n.name.local, false})
	case n.text, n.empty && len(n.kids) == 0 && n.bare(true) && path != "":
		t.columns = append(t.columns, column{n.order, path, &n.value, n, n.name.local, false})
	}
	for _, a := range n.attrs {
		if !a.ignore {
			t.columns = append(t.columns, column{a.order, below + "@" + a.label, &a.value, n, a.name.local, true})
		}
	}
	for _, k := range n.kids {
		p.place(k, t, below+k.label, open)
	}
}

// bare reports whether an element has no attribute that is data; butNil lets xsi:nil pass.
func (n *node) bare(butNil bool) bool {
	return !slices.ContainsFunc(n.attrs, func(a *leaf) bool { return !a.ignore && (!butNil || !a.isNil) })
}

// survey notes at each element whether rows stand below it, and reports whether it is a row or has such.
func (p *planner) survey(n *node) bool {
	for _, k := range n.kids {
		if p.survey(k) {
			n.holds = true
		}
	}
	return n.holds || n.parent != nil && p.dialect.isRow(n)
}

// holdsData reports whether an element has values of its own: attributes, text, or elements that hold nothing but a value.
func (p *planner) holdsData(n *node) bool {
	return n.text || !n.bare(false) || slices.ContainsFunc(n.kids, func(k *node) bool {
		return len(k.kids) == 0 && !p.dialect.isRow(k) && (k.text || !k.bare(false))
	})
}

// hasData reports whether there is any value in an element.
func hasData(n *node) bool {
	return n.text || !n.bare(false) || slices.ContainsFunc(n.kids, hasData)
}

// main is the table of the rows: the pinned one, else the format's main record, else the shallowest that repeats, of equals the one with the most
// rows, else the first. sure says how sure that is.
func (p *planner) main() (t *table, sure float64) {
	repeating := p.topmost()
	switch {
	case p.pinned != nil:
		return p.pinned, 1
	case len(p.tables) == 1 && p.tables[0].once:
		return p.tables[0], 0.5
	case p.dialect.name != "":
		return slices.MinFunc(p.tables, func(a, b *table) int { return cmp.Compare(p.dialect.rank(a.node), p.dialect.rank(b.node)) }), 1
	case len(repeating) == 0:
		return p.tables[0], 0.5
	}
	return repeating[0], math.Round(100/float64(len(repeating))) / 100
}

// topmost lists the tables of repeating elements that are not part of another such, the likeliest main one first.
func (p *planner) topmost() []*table {
	var out []*table
	for _, t := range p.tables {
		if !t.once && (t.parent == nil || t.parent.once) {
			out = append(out, t)
		}
	}
	slices.SortStableFunc(out, func(a, b *table) int {
		return cmp.Or(cmp.Compare(a.node.depth, b.node.depth), cmp.Compare(b.node.count, a.node.count))
	})
	return out
}

// unread names the elements that repeat as well but are no part of the rows that were pinned.
func unread(p *planner, root, top *node) []record.Finding {
	var others []*node
	var walk func(*node)
	walk = func(n *node) {
		for _, k := range n.kids {
			switch {
			case k == root:
			case !p.dialect.isRow(k):
				walk(k)
			case !root.below(k):
				others = append(others, k)
			}
		}
	}
	walk(top)
	if len(others) == 0 {
		return nil
	}
	return []record.Finding{{Severity: record.Warning, Rule: "xml.other_rows", Rows: int64(len(others)),
		Message: fmt.Sprintf("the rows are %s; these elements repeat as well and are not read: %s", root.path(), paths(others, top)),
		Hint:    "Name one of them as rows: in a source of its own."}}
}

// repeating lists the elements that repeat and are part of no other such.
func (p *planner) repeating(n *node) []*node {
	if p.dialect.isRow(n) {
		return []*node{n}
	}
	var out []*node
	for _, k := range n.kids {
		out = append(out, p.repeating(k)...)
	}
	return out
}

func paths(nodes []*node, top *node) string {
	var out []string
	for _, n := range nodes[:min(len(nodes), 10)] {
		out = append(out, n.path())
	}
	if len(nodes) > 10 {
		out = append(out, fmt.Sprintf("and %d more", len(nodes)-10))
	}
	if len(out) == 0 {
		return "none; the root is " + top.kids[0].path()
	}
	return strings.Join(out, ", ")
}

func (n *node) path() string {
	if n.parent == nil {
		return ""
	}
	return n.parent.path() + "/" + n.label
}

func (n *node) below(o *node) bool {
	for p := n.parent; p != nil; p = p.parent {
		if p == o {
			return true
		}
	}
	return false
}
