package books

import (
	"container/heap"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
)

// join is a relation from lines to their header.
type join struct {
	lines, header      *table
	lineKey, headerKey *column // headerKey is nil where lines name the number of the header's row
	strip              bool
	lineCols, headCols []*column
	formulas           []formula
	digits             []int // a header column: digits behind the point that its amounts need
	sums               map[string]*headSample
}

const headsSampled = 500

// headSample is one of the headers that formulas are tried on, with the sums of its lines.
type headSample struct {
	key    string
	order  uint64
	head   []amount
	states []reading
	lines  int
	bad    []bool   // a formula: a line of it cannot be read
	worth  []int    // a formula: lines that are worth something
	sums   []amount // a formula
	round  []amount // a formula, each line rounded to the digits of the header's amounts
}

// sampleHeap keeps the headers whose keys have the smallest hashes: as good as drawn by lot, and the same every time.
type sampleHeap []*headSample

func (h sampleHeap) Len() int           { return len(h) }
func (h sampleHeap) Less(i, j int) bool { return h[i].order > h[j].order }
func (h sampleHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *sampleHeap) Push(x any)        { *h = append(*h, x.(*headSample)) }
func (h *sampleHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}

// key is a header's key as a line names it.
func (j *join) key(c *column, ln *line) (string, bool) {
	s, ok := c.text(ln)
	if j.strip {
		s = stripZeros(s)
	}
	return s, ok
}

func stripZeros(s string) string {
	if t := strings.TrimLeft(s, "0"); t != "" {
		return t
	}
	return s
}

func (j *join) headOf(ln *line) (string, bool) {
	if j.headerKey == nil {
		return itoa(ln.Row), true
	}
	return j.key(j.headerKey, ln)
}

// joins lists the relations that could lead from lines to a document's header: both sides have numbers, and a header
// has several lines.
func (a *auditor) joins() []*join {
	var out []*join
	for _, rel := range a.report.Relations {
		if rel.From.Table == rel.To.Table {
			continue
		}
		lines, header := a.table(rel.From.Table), a.table(rel.To.Table)
		if lines == nil || header == nil {
			continue
		}
		from, to := lines.own(rel.From.Column), header.own(rel.To.Column)
		if from == nil || to == nil || from.Unique || from.at == lines.link || lines.parent == header {
			continue
		}
		out = append(out, &join{lines: lines, header: header, lineKey: from, headerKey: to, strip: rel.StripZeros})
	}
	for _, t := range a.tables {
		if t.parent != nil {
			out = append(out, &join{lines: t, header: t.parent, lineKey: &t.cols[t.link]})
		}
	}
	return slices.DeleteFunc(out, func(j *join) bool {
		if slices.ContainsFunc(a.ledger, func(l *ledger) bool { return l.table == j.header }) {
			return true // what hangs on a line of a journal is a breakdown of it, not a document
		}
		j.lineCols = j.lines.numbers(a.refers(j.lines))
		j.headCols = slices.DeleteFunc(j.header.numbers(a.refers(j.header)), func(c *column) bool { return c.Type == profile.TypeInteger && !within(last(c.Name), sumWords) })
		j.formulas = formulas(j.lineCols)
		return len(j.lineCols) == 0 || len(j.headCols) == 0 || j.header.Rows-j.header.Quarantined < 1
	})
}

func (a *auditor) table(name string) *table {
	for _, t := range a.tables {
		if t.Name == name {
			return t
		}
	}
	return nil
}

func (t *table) own(name string) *column {
	for i := range t.cols {
		if c := &t.cols[i]; c.level == 0 && c.Name == name {
			return c
		}
	}
	return nil
}

// refers tells which columns of a table name rows, of another one or its own.
func (a *auditor) refers(t *table) func(string) bool {
	return func(column string) bool {
		ref := profile.ColumnRef{Table: t.Name, Column: column}
		return slices.ContainsFunc(a.report.Relations, func(r profile.Relation) bool { return r.From == ref || r.To == ref })
	}
}

// sampleHeads draws headers to try formulas on.
func (a *auditor) sampleHeads(j *join) error {
	var kept sampleHeap
	j.digits = make([]int, len(j.headCols))
	err := j.header.lines(a.ctx, 0, 0, func(ln *line) bool {
		key, ok := j.headOf(ln)
		if ln.skip() || !ok {
			return true
		}
		order := hash(key)
		if len(kept) == headsSampled && order >= kept[0].order {
			return true
		}
		h := &headSample{key: strings.Clone(key), order: order, head: make([]amount, len(j.headCols)), states: make([]reading, len(j.headCols))}
		for i, c := range j.headCols {
			h.head[i], h.states[i] = c.amount(ln)
		}
		if heap.Push(&kept, h); len(kept) > headsSampled {
			heap.Pop(&kept)
		}
		return true
	})
	j.sums = map[string]*headSample{}
	for _, h := range kept {
		for i := range h.head {
			j.digits[i] = max(j.digits[i], h.head[i].decimals())
		}
		n := len(j.formulas)
		h.bad, h.worth, h.sums, h.round = make([]bool, n), make([]int, n), make([]amount, n), make([]amount, n)
		j.sums[h.key] = h
	}
	return err
}

// sampleLines adds up the lines of the drawn headers, for all relations from one table in one pass.
func (a *auditor) sampleLines(t *table, joins []*join) error {
	cols := joins[0].lineCols
	values, states := make([]amount, len(cols)), make([]reading, len(cols))
	return t.lines(a.ctx, 0, 0, func(ln *line) bool {
		if ln.skip() {
			return true
		}
		read := false
		for _, j := range joins {
			key, ok := j.key(j.lineKey, ln)
			h := j.sums[key]
			if !ok || h == nil {
				continue
			}
			if !read {
				for i, c := range cols {
					values[i], states[i] = c.amount(ln)
				}
				read = true
			}
			h.add(j, values, states)
		}
		return true
	})
}

func (h *headSample) add(j *join, values []amount, states []reading) {
	h.lines++
	digits := slices.Max(j.digits)
	for i, f := range j.formulas {
		v, r := f.value(values, states)
		if r == garbled {
			h.bad[i] = true
		}
		if r != fine || v.isZero() {
			continue
		}
		h.worth[i]++
		h.sums[i].add(v)
		if f.b >= 0 {
			h.round[i].add(v.round(digits))
		}
	}
}

// rounding says how the sums of lines became a header's amount.
type rounding int

const (
	exactly rounding = iota
	roundedSum
	roundedLines
)

func (r rounding) String() string { return [...]string{"", "sum", "line"}[r] }

// match is how well a formula explains a header column in the sample.
type match struct {
	column, formula int
	rounding        rounding
	compared, equal int
	several         int // equal ones that are the sum of several lines
	values          int // different amounts among the equal ones
	named           bool
}

// matches finds the best formula for each header column that one explains.
func (j *join) matches() []match {
	var out []match
	for c := range j.headCols {
		var best *match
		for f := range j.formulas {
			for _, r := range []rounding{exactly, roundedSum, roundedLines} {
				if r != exactly && j.formulas[f].b < 0 {
					continue
				}
				m := j.try(c, f, r)
				if j.believable(m) && (best == nil || j.better(m, best)) {
					best = m
				}
			}
		}
		if best != nil {
			out = append(out, *best)
		}
	}
	return out
}

func (j *join) try(c, f int, r rounding) *match {
	m := &match{column: c, formula: f, rounding: r}
	values := map[string]bool{}
	for _, h := range j.sums {
		if h.lines == 0 || h.bad[f] || h.states[c] != fine {
			continue
		}
		sum := h.sums[f]
		switch r {
		case roundedSum:
			sum = sum.round(j.digits[c])
		case roundedLines:
			sum = h.round[f]
		}
		if h.head[c].isZero() && sum.isZero() {
			continue // nothing is equal to nothing
		}
		m.compared++
		if !h.head[c].equal(sum) {
			continue
		}
		m.equal++
		if h.worth[f] > 1 {
			m.several++
		}
		values[sum.String()] = true
	}
	m.values = len(values)
	m.named = sameWords(j.headCols[c].Name, j.lineCols[j.formulas[f].a].Name)
	return m
}

// believable asks for more than a coincidence: many headers, different amounts, and sums of several lines. Small whole
// numbers are equal by chance, so they must nearly all agree. One document alone is believed where both columns have
// the same name.
func (j *join) believable(m *match) bool {
	if m.compared == 0 {
		return false
	}
	if m.named && j.formulas[m.formula].size() == 1 && len(j.sums) < 3 {
		return m.several >= 1 && m.equal == m.compared
	}
	least := 0.8
	if j.lines.Quarantined > 0 || j.header.Quarantined > 0 {
		least = 0.6 // what is missing may be in the damaged rows
	}
	if j.headCols[m.column].Type == profile.TypeInteger && len(strings.TrimPrefix(j.headCols[m.column].Max, "-")) < 3 {
		least = 0.95
	}
	return m.share() >= least && m.values >= 3 && m.several >= 2
}

// better prefers the larger share of equal headers, not their number: a column with an unreadable amount is still the
// simpler explanation.
func (j *join) better(m, o *match) bool {
	f, g := j.formulas[m.formula], j.formulas[o.formula]
	switch d := m.share() - o.share(); {
	case d > 0.005:
		return true
	case d < -0.005:
		return false
	case m.rounding != o.rounding:
		return m.rounding < o.rounding
	case f.size() != g.size():
		return f.size() < g.size()
	case m.named != o.named:
		return m.named
	case m.equal != o.equal:
		return m.equal > o.equal
	}
	return m.formula < o.formula
}

func (m *match) share() float64 { return float64(m.equal) / float64(m.compared) }

// sameWords reports whether two columns are called the same, but for words every such column has.
func sameWords(a, b string) bool { return joined(last(a)) == joined(last(b)) }
