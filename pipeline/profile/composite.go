package profile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

const (
	tupleColumns = 3       // columns of a key that other tables may refer to together
	tupleTries   = 64      // pairs of tables that are looked at for it
	tupleTotal   = 400_000 // different sets of values kept of all of them together
	tupleLeast   = 4_000   // and of each in any case
	tupleTexts   = 2_000   // of each, missing ones that are kept as text
	tupleHopes   = 10_000  // missing ones after which a pair is given up if none was there
	tupleSibling = 2       // columns that are tried in the place of one column of a key
	leastTuples  = 3       // sets of values that must stand in the key
	tupleChoices = 4       // and the choices of columns that come of it
)

// tuple is a try: whether some columns of one table, together, name rows of another by a key of several columns. The
// values are told apart by hash; where there are too many, a part of them is looked at that the hashes choose.
type tuple struct {
	from, to         int   // tables
	columns, key     []int // columns of from, and those of the key in the same order
	name             float64
	why              string
	keys             hashSet // of the key's table
	limit            int     // different sets kept
	level            uint    // those whose hash begins with that many zero bits
	values           map[uint64]*tupleValue
	covered, orphans int
	texts            int
	dead             bool
}

// tupleValue is one set of values of the referring table.
type tupleValue struct {
	joinValue
	covered, explained bool
}

// tupleColumn is a column that may stand in the place of one of a key's.
type tupleColumn struct {
	column int
	score  float64
	why    string
}

// tuples lists what is worth reading for: tables with a column for each column of another one's key, by its name or
// because both refer to the same table. What the names say most for comes first.
func (r *Report) tuples(shapes *shapes) []*tuple {
	var all []*tuple
	var names [][]called
	for to := range r.Sources {
		for _, key := range r.Sources[to].Keys {
			if len(key.Columns) < 2 || len(key.Columns) > tupleColumns || !r.referableTuple(&r.Sources[to], key.Columns) {
				continue
			}
			if names == nil {
				names = r.calledAll()
			}
			for from := range r.Sources {
				if from == to || !shapes.peers(from, to) {
					all = append(all, r.choices(from, to, key.Columns, names)...)
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *tuple) int { return cmp.Compare(b.name, a.name) })
	all = all[:min(len(all), tupleTries)]
	for _, t := range all {
		t.limit = max(tupleLeast, tupleTotal/len(all))
	}
	return all
}

// referableTuple reports whether other tables would refer to the key: one of its columns is called a key or refers to one
// itself, and none is the number that a nested element's place in its file has.
func (r *Report) referableTuple(s *Source, key []string) bool {
	keyed := false
	for _, name := range key {
		if placeInFile(name) {
			return false
		}
		c, _ := s.Column(name)
		keyed = keyed || keyRank(name, "") >= 2 && (c.Semantic == "" || c.Semantic == "ean") ||
			slices.ContainsFunc(r.Relations, func(rel Relation) bool { return rel.From == ColumnRef{s.Name, name} })
	}
	return keyed
}

// The columns that a nested element's table has of the elements around it: their row, and their keys.
const (
	aroundRow = "_parent_row"
	aroundKey = "_parent/"
)

func placeInFile(name string) bool { return strings.HasSuffix(name, aroundRow) }

func (r *Report) calledAll() [][]called {
	out := make([][]called, len(r.Sources))
	for i := range r.Sources {
		s := &r.Sources[i]
		for j := range s.Columns {
			out[i] = append(out[i], calledSo(s.Name, s.Columns[j].Name))
		}
	}
	return out
}

// choices are the sets of columns of one table that may refer to a key of another.
func (r *Report) choices(from, to int, key []string, names [][]called) []*tuple {
	first := &tuple{from: from, to: to, name: 1}
	found := []*tuple{first}
	for _, name := range key {
		at := slices.IndexFunc(r.Sources[to].Columns, func(c Column) bool { return c.Name == name })
		var next []*tuple
		for _, c := range r.inPlaceOf(from, to, at, names) {
			for _, t := range found {
				if !slices.Contains(t.columns, c.column) {
					next = append(next, t.with(c, at))
				}
			}
		}
		slices.SortStableFunc(next, func(a, b *tuple) int { return cmp.Compare(b.name, a.name) })
		found = next[:min(len(next), tupleChoices)]
	}
	return slices.DeleteFunc(found, func(t *tuple) bool { return t.from == t.to && slices.Equal(t.columns, t.key) })
}

func (t *tuple) with(c tupleColumn, key int) *tuple {
	out := &tuple{from: t.from, to: t.to, name: t.name, why: t.why, columns: append(slices.Clone(t.columns), c.column), key: append(slices.Clone(t.key), key)}
	if c.score < t.name || t.why == "" {
		out.name, out.why = min(t.name, c.score), c.why
	}
	return out
}

// inPlaceOf lists the columns of a table that may hold the values of a key's column.
func (r *Report) inPlaceOf(from, to, key int, names [][]called) []tupleColumn {
	var out []tupleColumn
	k := &r.Sources[to].Columns[key]
	for i := range r.Sources[from].Columns {
		p := &r.Sources[from].Columns[i]
		if p.Name == "" || placeInFile(p.Name) || p.Values == 0 || p.MaxLength > longestKey || !p.Approximate && p.Distinct > 2*max(k.Distinct, 1) {
			continue
		}
		// Elements that stand beside one another in one element have its key alike, and so refer to it, not to each other.
		if strings.HasPrefix(p.Name, aroundKey) && (p.Name == k.Name || from == to && i != key) {
			continue
		}
		c := tupleColumn{column: i}
		if c.score, c.why = names[from][i].kinship(&names[to][key]); from == to && i == key {
			c.score, c.why = 1, "same name"
		}
		if c.score < 0.8 && r.sameParent(names[from][i].ref, names[to][key].ref) {
			c.score, c.why = 0.8, "each refers to what the key's column refers to"
		}
		if c.score >= 0.6 {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b tupleColumn) int { return cmp.Compare(b.score, a.score) })
	return out[:min(len(out), tupleSibling)]
}

// sameParent reports whether two columns refer to one key.
func (r *Report) sameParent(a, b ColumnRef) bool {
	return a != b && slices.ContainsFunc(r.Relations, func(x Relation) bool {
		return x.From == a && slices.ContainsFunc(r.Relations, func(y Relation) bool { return y.From == b && y.To == x.To })
	})
}

// sampled reports whether sets of values with this hash are looked at.
func (t *tuple) sampled(h uint64) bool { return h>>(64-t.level) == 0 }

// addKey takes the values of a row of the key's table.
func (t *tuple) addKey(h uint64) {
	if !t.sampled(h) {
		return
	}
	for t.keys.insert(h); t.keys.len() > t.limit; {
		t.level++
		var kept hashSet
		t.keys.each(func(h uint64) {
			if t.sampled(h) {
				kept.insert(h)
			}
		})
		t.keys = kept
	}
}

// addValue takes the values of a row that may refer.
func (t *tuple) addValue(h uint64, parts []string, row, line int64, damaged *hashSet) {
	if t.dead || !t.sampled(h) {
		return
	}
	if v := t.values[h]; v != nil {
		v.rows++
		return
	}
	v := &tupleValue{joinValue: joinValue{h, sample{rows: 1, row: row, line: line}}, covered: t.keys.has(h)}
	if t.values == nil {
		t.values = map[uint64]*tupleValue{}
	}
	t.values[h] = v
	if v.covered {
		t.covered++
	} else {
		t.orphans++
		v.explained = !slices.ContainsFunc(parts, func(s string) bool { return !damaged.has(hashOf(s)) })
		if t.texts < tupleTexts {
			t.texts++
			v.text = strings.Clone(strings.Join(parts, tupleJoint))
		}
	}
	for len(t.values) > t.limit {
		t.raise()
	}
	if t.dead = t.covered == 0 && t.orphans >= tupleHopes && !v.explained; t.dead {
		t.values, t.keys = nil, hashSet{}
	}
}

// raise gives about half of the values up.
func (t *tuple) raise() {
	t.level++
	for h, v := range t.values {
		if t.sampled(h) {
			continue
		}
		if delete(t.values, h); v.covered {
			t.covered--
			continue
		}
		if t.orphans--; v.text != "" {
			t.texts--
		}
	}
}

// match sums up what was read.
func (t *tuple) match() match {
	var m match
	for _, v := range t.values {
		if v.covered {
			m.covered++
			m.coveredRows += v.rows
			continue
		}
		m.orphans++
		m.orphanRows += v.rows
		if v.explained {
			m.explained++
		}
		if v.text != "" {
			m.examples = append(m.examples, v.joinValue)
		}
	}
	slices.SortFunc(m.examples, func(a, b joinValue) int { return cmp.Compare(a.row, b.row) }) // a map has no order
	return m
}

// tupleJoint stands between the names, and the values, of columns that refer together.
const tupleJoint = " + "

// believableTuple asks of the values what believable asks of a single column's, and of columns whose names say less that
// the key's table does not hold nearly all combinations anyway.
func (r *Report) believableTuple(t *tuple, m *match) bool {
	if m.covered < leastTuples {
		return false
	}
	if t.name >= 0.9 {
		if unique := m.coveredRows+m.orphanRows == m.covered+m.orphans; unique && m.covered+m.orphans >= fewRows {
			return m.share() >= 0.9
		}
		return m.share() >= 0.5
	}
	target := &r.Sources[t.to]
	combinations := 1.0
	for _, k := range t.key {
		combinations *= float64(max(1, target.Columns[k].Distinct))
	}
	return m.share() >= 0.9 && float64(target.Rows-target.Quarantined) < combinations/2
}

// tupleRelation is what a try that was borne out says; the columns' names are joined, and listed.
func (r *Report) tupleRelation(t *tuple, m *match) Relation {
	names := func(s *Source, columns []int) (list []string) {
		for _, c := range columns {
			list = append(list, s.Columns[c].Name)
		}
		return list
	}
	from, to := &r.Sources[t.from], &r.Sources[t.to]
	fromColumns, toColumns := names(from, t.columns), names(to, t.key)
	rel := relation(ColumnRef{from.Name, strings.Join(fromColumns, tupleJoint)}, ColumnRef{to.Name, strings.Join(toColumns, tupleJoint)}, t.name, t.why, m, &joinColumn{approximate: t.level > 0})
	rel.FromColumns, rel.ToColumns = fromColumns, toColumns
	rel.Reason = fmt.Sprintf("%s; %d of %d sets of values stand in the key", t.why, m.covered, m.covered+m.orphans)
	return rel
}

// keepTuples adds what was found: of the same columns the table that holds most of their values, of equals the larger one,
// which the other is part of; and of two tables that refer to each other by the same columns the surer direction.
func (r *Report) keepTuples(found []Relation) {
	rows := func(rel *Relation) int64 {
		s, _ := r.Source(rel.To.Table)
		return s.Rows
	}
	slices.SortStableFunc(found, func(a, b Relation) int {
		return cmp.Or(cmp.Compare(b.Confidence, a.Confidence), cmp.Compare(b.Coverage, a.Coverage), cmp.Compare(rows(&b), rows(&a)))
	})
	var kept []Relation
	for _, rel := range found {
		if !slices.ContainsFunc(kept, func(k Relation) bool {
			same := k.From.Table == rel.From.Table && sameColumns(k.FromColumns, rel.FromColumns)
			back := k.From.Table == rel.To.Table && k.To.Table == rel.From.Table && sameColumns(k.FromColumns, rel.ToColumns) && sameColumns(k.ToColumns, rel.FromColumns)
			return same || back
		}) {
			kept = append(kept, rel)
		}
	}
	r.Relations = append(r.Relations, kept...)
}

func sameColumns(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
