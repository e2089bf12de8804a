package xmlfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/odoo-migrate/odoo-migrate/connectors"
)

// maxReach is how far behind the start of its element a key may stand when rows of child tables come before it: those
// rows wait in memory until it is known.
const maxReach = 1 << 20

// finish gives the tables their names, keys and columns, and their places in the list: the main one first, then in file
// order.
func (p *planner) finish() error {
	main, _ := p.main()
	slices.SortFunc(p.tables, func(a, b *table) int { return cmp.Compare(a.node.order, b.node.order) })
	at := slices.Index(p.tables, main)
	p.tables = slices.Insert(slices.Delete(p.tables, at, at+1), 0, main)
	nameTables(p.tables)
	for i, t := range p.tables {
		t.index, t.Format = i, "xml"
		slices.SortFunc(t.columns, func(a, b column) int { return a.order - b.order })
	}
	for _, t := range p.tables {
		if t.parent != nil && !t.parent.searched {
			p.findKey(t.parent)
		}
	}
	for _, t := range p.tables {
		if err := t.layOut(); err != nil {
			return err
		}
	}
	return nil
}

// nameTables calls each table by its element's name, with as many elements above as it takes to tell it from the others.
func nameTables(tables []*table) {
	depth := make([]int, len(tables))
	for {
		taken := map[string][]int{}
		for i, t := range tables {
			t.Name = t.node.tail(depth[i])
			key := strings.ToLower(t.Name) // databases and file systems often know no case
			taken[key] = append(taken[key], i)
		}
		again := false
		for _, same := range taken {
			for _, i := range same {
				if len(same) > 1 && depth[i]+1 < tables[i].node.depth {
					depth[i]++
					again = true
				}
			}
		}
		if !again {
			break
		}
	}
	used := map[string]bool{}
	for _, t := range tables { // paths that differ in nothing but case
		base := t.Name
		for k := 2; used[strings.ToLower(t.Name)]; k++ {
			t.Name = fmt.Sprintf("%s_%d", base, k)
		}
		used[strings.ToLower(t.Name)] = true
	}
}

// tail is the element's name behind those of so many elements above it.
func (n *node) tail(above int) string {
	if above == 0 {
		return n.label
	}
	return n.parent.tail(above-1) + "." + n.label
}

// layOut decides which column stands where.
func (t *table) layOut() error {
	if len(t.columns) == 0 { // rows without any content still are rows
		t.columns = []column{{name: "text()", value: &t.node.value, at: t.node}}
	}
	if t.parent != nil {
		t.Columns = []string{parentRow}
		prefix := parentKey
		for up := t.parent; up != nil; up = up.parent {
			if up.key != nil {
				t.keyed = append(t.keyed, up)
				t.Columns = append(t.Columns, prefix+up.keyCol)
			}
			prefix += parentKey
		}
	}
	for i := range t.columns {
		c := &t.columns[i]
		for strings.HasPrefix(c.name, "_parent") && slices.Contains(t.Columns, c.name) {
			c.name = "./" + c.name
		}
		c.value.owner, c.value.col = t, len(t.Columns)
		t.Columns = append(t.Columns, c.name)
	}
	if len(t.Columns) > maxColumns {
		return fmt.Errorf("the rows %s have %d columns, more than %d: %w", t.node.path(), len(t.Columns), maxColumns, connectors.ErrDamaged)
	}
	return nil
}

// Words that names of keys end with, and the longer ones that are recognised also where nothing sets them apart.
var (
	keyWords   = []string{"id", "no", "nr", "num", "number", "nummer", "key", "guid", "uuid", "sku"}
	keyExact   = []string{"code", "ref", "reference"}
	keyEndings = []string{"number", "nummer", "num"}
)

// byValue is the rank of columns whose names say nothing.
const byValue = 6

// findKey looks for the column that identifies a table's rows among those of one parent. It is one that every row has,
// whose values are short and differ, as far as they were remembered, and that is known when the rows below need it. Of
// several it is the one whose name says so most clearly: "ID", "JournalID" in a Journal, any name that ends so, and where
// rows repeat the first whose values are unique; of equals the one nearest to the row, then the first.
func (p *planner) findKey(t *table) {
	t.searched = true
	told := p.dialect.keys[t.node.name.local]
	best := 0
	for i := range t.columns {
		c := &t.columns[i]
		rank := t.keyRank(c)
		if c.name == told && told != "" {
			rank = 1
		} else if rank > 0 && !t.unique(c, rank) {
			continue
		}
		rank = rank*100 + strings.Count(c.name, "/")
		if rank < 100 || best > 0 && rank >= best || c.local == p.dialect.mark && c.attr || !t.known(c) {
			continue
		}
		best = rank
		t.key, t.keyCol = c.value, c.name
	}
	if t.key != nil {
		t.key.keyOf = t
	}
}

// keyRank is 1 for the clearest name of a key, larger for less clear ones, 0 for what can be none.
func (t *table) keyRank(c *column) int {
	name := strings.ToLower(c.local)
	words := wordsOf(c.local)
	last := words[len(words)-1]
	rest := strings.ToLower(strings.Join(words[:len(words)-1], ""))
	switch {
	case c.name == "text()" || c.at.name.isNil():
		return 0
	case slices.Contains(keyWords, name):
		return 2
	case slices.Contains(keyWords, last) && rest == strings.ToLower(t.node.name.local):
		return 3
	case slices.Contains(keyExact, name):
		return 4
	case slices.Contains(keyWords, last) || slices.ContainsFunc(keyEndings, func(e string) bool { return strings.HasSuffix(name, e) }):
		return 5
	case t.node.repeats:
		return byValue
	}
	return 0
}

// unique reports whether no two rows have the same value there: two rows of one parent, or, for values deeper in the row,
// two rows at all. What is found by its values alone must stand directly in the row, and be no amount.
func (t *table) unique(c *column, rank int) bool {
	v, direct := &c.value.values, t.holds(c)
	if rank == byValue && (!direct || v.amounts) {
		return false
	}
	return t.node.count == 1 || !v.globalTwice || direct && !v.localTwice
}

// holds reports whether a column is an attribute of the row's own element, or the text of a child of it.
func (t *table) holds(c *column) bool {
	return c.attr && c.at == t.node || !c.attr && c.at.parent == t.node
}

// known reports whether every row has a value there in time.
func (t *table) known(c *column) bool {
	v := c.value.values
	if v.filled != t.node.count || v.long {
		return false
	}
	if t.holds(c) && (c.attr || c.at.reach <= maxReach) {
		return true
	}
	for n := c.at; n != t.node; n = n.parent {
		if n.after&n.parent.lines() != 0 {
			return false
		}
	}
	return true
}

// lines are the children of an element that are rows or hold such, a bit each.
func (n *node) lines() uint64 {
	var out uint64
	for _, k := range n.kids {
		if k.rows != nil || k.holds {
			out |= bit(k.index)
		}
	}
	return out
}

// wordsOf cuts a name into words, "OrderLineID" and "order_line_id" alike, in lower case.
func wordsOf(name string) []string {
	var words []string
	from := 0
	runes := []rune(name)
	for i, r := range runes {
		separator := r == '_' || r == '-' || r == '.'
		edge := i > from && unicode.IsUpper(r) && (!unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]))
		if !separator && !edge {
			continue
		}
		if i > from {
			words = append(words, strings.ToLower(string(runes[from:i])))
		}
		if from = i; separator {
			from++
		}
	}
	return append(words, strings.ToLower(string(runes[min(from, len(runes)):])))
}
