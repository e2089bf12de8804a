package books

import (
	"slices"
	"strings"
)

// sampleRows is how many rows of a table the entry's columns are sought in.
const sampleRows = 20_000

// sample is the beginning of a table, as far as it is needed to find out what holds an entry together.
type sample struct {
	rows          []sampled
	whole         bool // it is the whole table
	used          int
	debit, credit amount
}

type sampled struct {
	debit, credit amount
	keys          []string // of the columns asked for
}

// sample reads the beginning of a table with the values of keys.
func (a *auditor) sample(l *ledger, keys []*column) (*sample, error) {
	s := &sample{whole: true}
	n := 0
	err := l.table.lines(a.ctx, 0, sampleRows+1, func(ln *line) bool {
		if n++; n > sampleRows {
			s.whole = false
			return false
		}
		if ln.skip() {
			return true
		}
		d, c, r := l.read(ln)
		if r != fine {
			return true
		}
		s.used++
		s.debit.add(d)
		s.credit.add(c)
		row := sampled{debit: d, credit: c, keys: make([]string, len(keys))}
		for i, k := range keys {
			text, _ := k.text(ln)
			row.keys[i] = strings.Clone(text)
		}
		s.rows = append(s.rows, row)
		return true
	})
	return s, err
}

// entryCandidates are the columns that could hold an entry together: named so, or the row an XML line is nested in; then
// those that set entries of the same number apart; then columns that only their values speak for.
type entryCandidates struct {
	all      []*column
	tiers    [][]int // strongest first
	refiners []int
	others   []int
}

const mostRefiners, mostOthers = 5, 12

func (l *ledger) entryCandidates() *entryCandidates {
	e := &entryCandidates{}
	add := func(c *column) int {
		if i := slices.Index(e.all, c); i >= 0 {
			return i
		}
		e.all = append(e.all, c)
		return len(e.all) - 1
	}
	t := l.table
	fits := func(c *column) bool { return c.filled() && !l.isAmount(c) && c.level == 0 && c.Type != "decimal" }
	if t.parent != nil {
		e.tiers = append(e.tiers, []int{add(&t.cols[t.link])})
	}
	for _, list := range entryWords {
		var tier []int
		for _, c := range t.named(list, fits) {
			tier = append(tier, add(c))
		}
		e.tiers = append(e.tiers, tier)
	}
	for _, c := range []*column{l.journal, l.period.date, l.period.year, l.period.period} {
		if c != nil && c.level == 0 {
			e.refiners = append(e.refiners, add(c))
		}
	}
	for _, c := range t.named([]string{"bukrs", "company", "companycode", "mandant", "gjahr", "fiscalyear", "firma", "client"}, fits) {
		if len(e.refiners) < mostRefiners && !slices.Contains(e.refiners, add(c)) {
			e.refiners = append(e.refiners, add(c))
		}
	}
	for i := range t.cols {
		c := &t.cols[i]
		if len(e.others) < mostOthers && fits(c) && !slices.Contains(e.all, c) && c != l.account && c.Distinct >= 3 && c.Distinct*3 <= t.Rows*2 {
			e.others = append(e.others, add(c))
		}
	}
	return e
}

// findEntry finds the columns that together say what entry a line belongs to: those called so if their groups balance
// at all, else those whose groups all do.
func (l *ledger) findEntry(e *entryCandidates, s *sample) bool {
	var weak *split
	for _, tier := range e.tiers {
		best := s.best(tier, e.refiners)
		if best == nil {
			continue
		}
		if best.share >= 0.5 && (best.groups >= 3 || l.kind == DebitCreditColumns) && (l.kind != SignedAmount || best.share >= 0.9) {
			l.takeEntry(e, best)
			return true
		}
		if weak == nil {
			weak = best
		}
	}
	if best := s.best(e.others, nil); best != nil && best.share >= 0.95 && best.groups >= 3 && l.kind != SignedAmount {
		l.takeEntry(e, best)
		return true
	}
	// Some programs write no number: all lines of a journal and a day are one entry.
	if l.kind == DebitCreditColumns && len(e.refiners) > 0 && s.whole {
		if best := s.best(e.refiners, e.refiners); best != nil && best.share >= 0.95 && best.groups >= 3 {
			l.takeEntry(e, best)
			return true
		}
	}
	if weak != nil && l.kind == DebitCreditColumns && weak.groups > 1 && weak.lines > 1 {
		l.takeEntry(e, weak)
		return true
	}
	return false
}

func (l *ledger) takeEntry(e *entryCandidates, best *split) {
	l.entry = nil
	for _, i := range best.columns {
		l.entry = append(l.entry, e.all[i])
	}
	slices.SortFunc(l.entry, func(a, b *column) int { return a.at - b.at })
	l.balanced = best.share
	if len(l.entry) == 1 && l.table.parent != nil && l.entry[0].at == l.table.link {
		l.takeLink()
	}
}

// takeLink makes the row a line is nested in its entry, and finds the column that people know the entry by.
func (l *ledger) takeLink() {
	for _, h := range l.halves() {
		h.entry, h.label = []*column{&h.table.cols[h.table.link]}, nil
		above := func(c *column) bool {
			return c.filled() && (c.level == 1 || c.level == 0 && strings.HasPrefix(c.Name, parentKey) && !strings.HasPrefix(c.Name, parentKey+parentKey))
		}
		for _, list := range entryWords {
			if found := h.table.named(list, above); len(found) > 0 {
				h.label = found[0]
				break
			}
		}
	}
}

// split is what a choice of columns makes of the sample.
type split struct {
	columns []int
	groups  int
	lines   float64 // a group, on average
	share   float64 // of the rows, those in groups that balance
}

// best tries each of the columns alone and with the refiners, and takes the choice with the fewest rows out of balance;
// of equals the finest, then the shortest.
func (s *sample) best(columns, refiners []int) *split {
	var best *split
	for _, c := range columns {
		for set := range 1 << len(refiners) {
			choice := []int{c}
			for i, r := range refiners {
				if set&(1<<i) != 0 && r != c {
					choice = append(choice, r)
				}
			}
			x := s.split(choice)
			if x == nil || x.lines < 1.2 {
				continue
			}
			if best == nil || x.better(best) {
				best = x
			}
		}
		if best != nil && best.share > 0.99 {
			break // the first that is named so and balances
		}
	}
	return best
}

func (x *split) better(o *split) bool {
	switch {
	case x.share > o.share+0.005:
		return true
	case x.share < o.share-0.005:
		return false
	case x.groups != o.groups:
		return x.groups > o.groups
	}
	return len(x.columns) < len(o.columns)
}

func (s *sample) split(columns []int) *split {
	type group struct {
		balance amount
		rows    int
	}
	groups := map[string]*group{}
	var key []byte
	var last string
	for i := range s.rows {
		r := &s.rows[i]
		key = key[:0]
		for _, c := range columns {
			key = append(append(key, r.keys[c]...), 0)
		}
		g := groups[string(key)]
		if g == nil {
			g = &group{}
			groups[string(key)] = g
		}
		last = string(key)
		g.rows++
		g.balance.add(r.debit)
		g.balance.add(r.credit.neg())
	}
	if !s.whole {
		delete(groups, last) // its other lines may come later
	}
	rows, balanced := 0, 0
	for _, g := range groups {
		rows += g.rows
		if g.balance.isZero() {
			balanced += g.rows
		}
	}
	if rows == 0 {
		return nil
	}
	return &split{columns: columns, groups: len(groups), lines: float64(rows) / float64(len(groups)), share: float64(balanced) / float64(rows)}
}
