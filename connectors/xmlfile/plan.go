package xmlfile

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// parentRow is the column of a child table that holds the number of the row it belongs to.
const parentRow = "_parent_row"

// node is one element path of the document: all <price> directly below all <product> directly below <catalog>.
type node struct {
	name    string
	parent  *node
	depth   int
	order   int // of first appearance in the file, elements and attributes counted together
	count   int
	kids    map[string]*node
	attrs   map[string]*attr
	text    bool // somewhere it has text
	empty   bool // somewhere it has neither text nor elements in it
	repeats bool // somewhere it occurs twice in one parent
	within  int  // the parent in which it occurred last

	table   *table // set where each occurrence is a row
	textCol int    // in the table it belongs to; -1 for none
}

type attr struct {
	order int
	col   int
}

// table is one element path whose occurrences are rows.
type table struct {
	connectors.Table
	node   *node
	parent *table
}

// scan reads the document once and learns its paths.
func scan(w *walker) (*node, error) {
	top := &node{kids: map[string]*node{}}
	at, seen, paths := top, 0, 0
	type frame struct {
		instance         int
		hasText, hasKids bool
	}
	stack := []frame{{}}
	for instance := 1; ; {
		ev, err := w.next()
		if errors.Is(err, io.EOF) {
			return top, nil
		}
		if err != nil {
			return nil, err
		}
		frameNow := &stack[len(stack)-1]
		switch ev {
		case startTag:
			frameNow.hasKids = true
			kid := at.kids[w.local]
			if kid == nil {
				if paths++; paths > maxPaths {
					return nil, w.damaged(w.line, fmt.Sprintf("it has more than %d different kinds of elements", maxPaths))
				}
				seen++
				kid = &node{name: w.local, parent: at, depth: at.depth + 1, order: seen, kids: map[string]*node{}, attrs: map[string]*attr{}, textCol: -1}
				at.kids[w.local] = kid
			}
			kid.repeats = kid.repeats || kid.count > 0 && kid.within == frameNow.instance
			kid.within = frameNow.instance
			kid.count++
			for _, a := range w.attrs {
				if name, ok := attrName(a.Name.Space, a.Name.Local); ok && kid.attrs[name] == nil {
					seen++
					kid.attrs[name] = &attr{order: seen, col: -1}
				}
			}
			at = kid
			stack = append(stack, frame{instance: instance})
			instance++
		case text:
			frameNow.hasText = frameNow.hasText || !blank(w.data)
		case endTag:
			at.text = at.text || frameNow.hasText
			at.empty = at.empty || !frameNow.hasText && !frameNow.hasKids
			at, stack = at.parent, stack[:len(stack)-1]
		}
	}
}

// attrName drops prefixes, and what speaks of namespaces and schemas instead of data.
func attrName(space, local string) (string, bool) {
	if space == "xmlns" || space == "" && local == "xmlns" || strings.HasSuffix(local, "chemaLocation") {
		return "", false
	}
	return local, true
}

func blank(p []byte) bool {
	for _, c := range p {
		if c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return false
		}
	}
	return true
}

// plan decides which elements are rows. rows pins them; otherwise they are the shallowest that repeat in one parent, of
// equals the most frequent. A document in which nothing repeats is one row.
func plan(path string, top *node, rows string) ([]*table, connectors.Detection, []record.Finding, error) {
	var repeating []*node
	var walk func(*node)
	walk = func(n *node) {
		for _, k := range n.sorted() {
			if k.repeats {
				repeating = append(repeating, k)
			} else {
				walk(k)
			}
		}
	}
	walk(top)
	slices.SortStableFunc(repeating, func(a, b *node) int { return cmp.Or(cmp.Compare(a.depth, b.depth), cmp.Compare(b.count, a.count)) })
	found := connectors.Detection{Confidence: 1, Pinned: rows != ""}
	var root *node
	var notes []record.Finding
	switch {
	case rows != "":
		if root = top.find(rows); root == nil {
			return nil, found, nil, record.Advise(fmt.Errorf("%s has no element %s: %w", path, rows, connectors.ErrNoTable),
				"Elements that repeat: "+paths(repeating, top)+".")
		}
	case len(repeating) > 0:
		root = repeating[0]
		found.Confidence = math.Round(100/float64(len(repeating))) / 100
	default:
		root = top.sorted()[0]
		found.Confidence = 0.5
		notes = append(notes, record.Finding{Severity: record.Warning, Rule: "xml.nothing_repeats",
			Message: "no element repeats, so the whole document is one row"})
	}
	found.Value = root.path()
	var others []*node
	for _, n := range repeating {
		if n != root && !n.below(root) && !root.below(n) {
			others = append(others, n)
		}
	}
	if len(others) > 0 {
		notes = append(notes, record.Finding{Severity: record.Warning, Rule: "xml.other_rows", Rows: int64(len(others)),
			Message: fmt.Sprintf("the rows are %s; these elements repeat as well and are not read: %s", root.path(), paths(others, top)),
			Hint:    "Name one of them as rows: in a source of its own."})
	}
	return tables(root, nil, map[string]bool{}), found, notes, nil
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
		return "none; the root is " + top.sorted()[0].path()
	}
	return strings.Join(out, ", ")
}

func (n *node) sorted() []*node {
	out := make([]*node, 0, len(n.kids))
	for _, k := range n.kids {
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b *node) int { return a.order - b.order })
	return out
}

func (n *node) path() string {
	if n.parent == nil {
		return ""
	}
	return n.parent.path() + "/" + n.name
}

func (n *node) below(o *node) bool {
	for p := n.parent; p != nil; p = p.parent {
		if p == o {
			return true
		}
	}
	return false
}

// find follows a path of names; prefixes in it are ignored as they are in the document.
func (n *node) find(path string) *node {
	for name := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if _, local, ok := strings.Cut(name, ":"); ok {
			name = local
		}
		if n = n.kids[name]; n == nil {
			return nil
		}
	}
	return n
}

// column is one column of a table while they are collected.
type column struct {
	order int
	name  string
	col   *int
}

// tables makes a table of root and one of every element below it that repeats, parents first.
func tables(root *node, parent *table, taken map[string]bool) []*table {
	t := &table{node: root, parent: parent}
	t.Name, t.Format = root.name, "xml"
	if parent != nil {
		t.Name = parent.Name + "." + root.name
		if taken[t.Name] {
			t.Name = parent.Name + "." + strings.TrimPrefix(strings.TrimPrefix(root.path(), parent.node.path()), "/")
		}
		t.Columns = []string{parentRow}
	}
	taken[t.Name] = true
	root.table = t
	var columns []column
	var children []*node
	var collect func(n *node, at string)
	collect = func(n *node, at string) {
		below := at
		if at != "" {
			below = at + "/"
		}
		switch {
		case n.text && (len(n.kids) > 0 || at == ""):
			columns = append(columns, column{n.order, below + "text()", &n.textCol})
		case n.text, n.empty && len(n.kids) == 0 && len(n.attrs) == 0 && at != "":
			columns = append(columns, column{n.order, at, &n.textCol})
		}
		for name, a := range n.attrs {
			columns = append(columns, column{a.order, below + "@" + name, &a.col})
		}
		for _, k := range n.sorted() {
			if k.repeats {
				children = append(children, k)
			} else {
				collect(k, below+k.name)
			}
		}
	}
	collect(root, "")
	slices.SortFunc(columns, func(a, b column) int { return a.order - b.order })
	for _, c := range columns {
		*c.col = len(t.Columns)
		t.Columns = append(t.Columns, c.name)
	}
	if len(t.Columns) == 0 { // rows without any content still are rows
		root.textCol = 0
		t.Columns = []string{"text()"}
	}
	out := []*table{t}
	for _, k := range children {
		out = append(out, tables(k, t, taken)...)
	}
	return out
}
