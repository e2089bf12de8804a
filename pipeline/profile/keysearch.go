package profile

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/zeebo/xxh3"

	"github.com/odoo-migrate/odoo-migrate/record"
)

const (
	headRows   = 8_192     // first rows that sets of columns are tried on before the table is read again
	headCells  = 2_000_000 // cells of these rows; a wide table has fewer of them
	keyColumns = 10        // columns of which sets are tried
	setsTried  = 12        // sets proven in one reading
	setMemory  = 65_536    // hashes of a set kept in memory, over all tables that are read together; more go to disk
	keysNamed  = 3         // sets named
)

// keyState says how far a set of columns has come as a key.
type keyState uint8

const (
	keyAlive  keyState = iota
	keyBroken          // two rows share the values
)

// columnSet is a set of columns that may identify a row.
type columnSet struct {
	columns []int // rising
	rank    int
	state   keyState
	seen    hashSet
	room    int    // hashes seen may hold
	more    *spill // of seen, once it is too large
}

// keySearch looks for sets of columns that identify a row.
type keySearch struct {
	t          *table
	s          *Source
	candidates []int
	declared   *columnSet
	near       bool // rows are still to be compared without case and blanks
	found      bool // a set is a key: larger ones are not sought
}

// newSearch decides whether a set is sought at all: not where one column is called a key and is one, and not where two
// rows are equal.
func (t *table) newSearch(s *Source) *keySearch {
	k := &keySearch{t: t, s: s, near: t.mayHaveNearTwins(s)}
	if len(t.input.Key) > 1 {
		k.declare()
	}
	if len(s.Keys) > 0 && keyRank(s.Keys[0].Columns[0], s.Name) > 0 || t.twins.count > 0 {
		return k
	}
	for i := range s.Columns {
		if p := &s.Columns[i]; t.canIdentify(p) && p.Distinct > 1 && p.Type != TypeDateTime && !p.Unique {
			k.candidates = append(k.candidates, i)
		}
	}
	slices.SortStableFunc(k.candidates, func(a, b int) int {
		return cmp.Or(cmp.Compare(k.rank(b), k.rank(a)), cmp.Compare(s.Columns[b].Distinct, s.Columns[a].Distinct))
	})
	k.candidates = k.candidates[:min(len(k.candidates), keyColumns)]
	slices.Sort(k.candidates)
	return k
}

func (k *keySearch) rank(column int) int { return min(2, keyRank(k.s.Columns[column].Name, "")) }

// declare makes a set of the key the project states, if its columns exist.
func (k *keySearch) declare() {
	set := &columnSet{}
	for _, name := range k.t.input.Key {
		i := slices.IndexFunc(k.s.Columns, func(c Column) bool { return c.Name == name })
		if i < 0 {
			return
		}
		set.columns = append(set.columns, i)
	}
	k.declared = set
}

// sets lists the sets of a size that may be keys, the likeliest first.
func (k *keySearch) sets(size int) []*columnSet {
	var out []*columnSet
	k.extend(nil, 0, size, &out)
	slices.SortStableFunc(out, func(a, b *columnSet) int { return cmp.Compare(b.rank, a.rank) })
	out = out[:min(len(out), setsTried)]
	if k.declared != nil && size == 2 {
		out = append(out, k.declared)
	}
	return out
}

func (k *keySearch) extend(chosen []int, from, size int, out *[]*columnSet) {
	if len(chosen) == size {
		set := &columnSet{columns: slices.Clone(chosen)}
		for _, c := range chosen {
			set.rank += k.rank(c)
		}
		if k.believable(set) && k.holdsAtHead(set) {
			*out = append(*out, set)
		}
		return
	}
	for i := from; i < len(k.candidates); i++ {
		k.extend(append(chosen, k.candidates[i]), i+1, size, out)
	}
}

// partWords name columns that are part of a key without being called one: the year of a document number, the language
// of a text.
var partWords = []string{"year", "period", "month", "version", "lang", "language", "spras", "type", "company", "client", "mandt", "bukrs",
	"gjahr", "belnr", "buzei", "journal", "from", "start", "variant", "size", "color", "colour", "warehouse", "plant", "location", "shelf", "bin", "store", "branch"}

// believable tells keys from accidents. Values spread at random over as many combinations as the columns allow would
// repeat in some rows; where they should and do not, or where the names speak for it, it is a key. The more columns, the
// more the names have to say.
func (k *keySearch) believable(set *columnSet) bool {
	rows := float64(k.t.rows - k.t.quarantined)
	combinations, pairs := 1.0, rows*rows/2
	for _, c := range set.columns {
		values := float64(k.s.Columns[c].Distinct)
		combinations *= values
		// The chance that two rows have the same value: by the rows that repeat one, where those are few.
		if values > rows/2 {
			pairs *= 2 * (rows - values) / (rows * rows)
		} else {
			pairs /= values
		}
	}
	if combinations < rows {
		return false
	}
	single := len(k.s.Keys) > 0 // a text that happens to be unique yields to a set that is called a key, to no other
	if len(set.columns) == 2 {
		return set.rank >= 2 || !single && pairs >= 3
	}
	named := func(c int) bool {
		return k.rank(c) >= 2 || names(k.s.Columns[c].Name, partWords, nil) || namesDate(k.s.Columns[c].Name)
	}
	return set.rank >= 2 && !slices.ContainsFunc(set.columns, func(c int) bool { return !named(c) })
}

// holdsAtHead tries a set on the first rows.
func (k *keySearch) holdsAtHead(set *columnSet) bool {
	var seen hashSet
	rows := len(k.t.head[set.columns[0]])
	seen.reset(rows)
	for j := range rows {
		h := uint64(0)
		for _, c := range set.columns {
			h += k.t.head[c][j] * spread(uint64(c))
		}
		if !seen.insert(h) {
			return false
		}
	}
	return true
}

// proven returns the keys among sets that were read through.
func (k *keySearch) proven(sets []*columnSet) []Key {
	var keys []Key
	for _, set := range sets {
		if set == k.declared {
			k.t.declared = set.state
		}
		if set.state == keyBroken {
			continue
		}
		var key Key
		for _, c := range set.columns {
			key.Columns = append(key.Columns, k.s.Columns[c].Name)
		}
		keys = append(keys, key)
	}
	return keys[:min(len(keys), keysNamed)]
}

// rereading is what a table is read once more for: to prove sets of columns, and to compare rows without case and blanks.
type rereading struct {
	search *keySearch
	sets   []*columnSet
	alive  []*columnSet // of sets, those not broken yet
	folded *spill       // nil where rows are not compared
	fold   []byte
}

// rereading returns nil where nothing asks for it.
func (k *keySearch) rereading(size int) *rereading {
	if k.found {
		return nil
	}
	r := &rereading{search: k, sets: k.sets(size)}
	if len(r.sets) == 0 && !k.near {
		return nil
	}
	r.alive = slices.Clone(r.sets)
	if k.near {
		r.folded, k.near = newSpill(k.t.hashes.store, 3), false
	}
	return r
}

// readAgain reads tables once more, and ends early when every set is broken and no rows are compared.
func (g *group) readAgain(ctx context.Context, again []*rereading) error {
	var tables []*table
	of := map[*table]*rereading{}
	open := 0
	for _, r := range again {
		tables, of[r.search.t], open = append(tables, r.search.t), r, open+1
		for _, set := range r.sets {
			set.room = max(1_024, setMemory/len(again))
		}
	}
	return g.each(ctx, tables, func(t *table, b *record.Batch) bool {
		if r := of[t]; !r.done() {
			if r.add(b); r.done() {
				open--
			}
		}
		return open > 0
	})
}

func (r *rereading) done() bool { return r.folded == nil && len(r.alive) == 0 }

func (r *rereading) add(b *record.Batch) {
	for i := range b.Rows {
		row := &b.Rows[i]
		if row.Damage != "" {
			continue
		}
		if r.folded != nil {
			r.fold = addFolded(r.folded, row, r.fold)
		}
		if len(r.alive) > 0 {
			r.alive = slices.DeleteFunc(r.alive, func(set *columnSet) bool { return !set.add(row.Cells, r.search.t.hashes.store) })
		}
	}
}

// finish says what the reading proved.
func (r *rereading) finish() error {
	k := r.search
	for _, set := range r.alive {
		if err := set.finish(); err != nil {
			return err
		}
	}
	if found := k.proven(r.sets); len(found) > 0 {
		k.s.Keys, k.found = append(found, k.s.Keys...), true
	}
	if r.folded == nil {
		return nil
	}
	near, err := r.folded.twins(func(model, at uint64) bool { return model<<40 == at<<40 })
	r.folded.drop()
	k.t.near, k.s.NearDuplicate = near, near.count-k.t.twins.count
	return err
}

// add looks at one row and reports whether the set is still in doubt.
func (c *columnSet) add(cells []string, st *store) bool {
	h := uint64(0)
	for _, i := range c.columns {
		if i < len(cells) {
			h += hashOf(cells[i]) * spread(uint64(i))
		}
	}
	switch {
	case c.more != nil:
		c.more.add1(h)
	case !c.seen.insert(h):
		c.state, c.seen = keyBroken, hashSet{}
		return false
	case c.seen.len() >= c.room:
		c.more = newSpill(st, 1)
		c.seen.each(c.more.add1)
		c.seen = hashSet{}
	}
	return true
}

func (c *columnSet) finish() error {
	if c.more == nil {
		return nil
	}
	twice, err := c.more.repeats()
	if twice > 0 {
		c.state = keyBroken
	}
	c.more.drop()
	c.more, c.seen = nil, hashSet{}
	return err
}

// mayHaveNearTwins reports whether two rows can be equal but for case and blanks: not where some column's values all
// differ in more than that.
func (t *table) mayHaveNearTwins(s *Source) bool {
	for i, c := range t.columns {
		if s.Columns[i].Unique && s.Columns[i].Values == t.rows-t.quarantined && c.oneCase() {
			return false
		}
	}
	return t.rows-t.quarantined > 1
}

// oneCase reports whether no two different values of the column can be equal but for case and blanks.
func (c *column) oneCase() bool {
	upper, lower := false, false
	for _, m := range c.tally.masks.list {
		if strings.Contains(m.text, "…") {
			return false
		}
		upper, lower = upper || strings.Contains(m.text, "A"), lower || strings.Contains(m.text, "a")
	}
	blanks, _ := c.tally.defect(outerSpace)
	for _, d := range []defect{doubleSpace, oddSpace, lineBreak} {
		n, _ := c.tally.defect(d)
		blanks += n
	}
	return c.tally.masks.rest == 0 && blanks == 0 && !(upper && lower)
}

// addFolded adds a row's hash as it is without case and needless blanks, and its number with some bits of its hash as it
// stands, which tell exact twins.
func addFolded(to *spill, row *record.Row, buf []byte) []byte {
	var h rowHash
	exact := uint64(0)
	for i, cell := range row.Cells {
		if cell == "" {
			continue
		}
		lo, hi := spread(2*uint64(i)), spread(2*uint64(i)+1)
		plain := xxh3.HashString128(cell)
		exact += plain.Lo * lo
		buf = appendFolded(buf[:0], cell)
		if string(buf) != cell {
			plain = xxh3.Hash128(buf)
		}
		if len(buf) > 0 {
			h.lo += plain.Lo * lo
			h.hi += plain.Hi * hi
		}
	}
	to.add3(h.lo, h.hi, uint64(row.Row)<<24|exact>>40)
	return buf
}

// appendFolded appends a text in lower case, with single blanks and none at its ends.
func appendFolded(to []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= 0x80:
			return append(to[:0], strings.Join(strings.Fields(strings.ToLower(s)), " ")...)
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			if len(to) > 0 && to[len(to)-1] != ' ' {
				to = append(to, ' ')
			}
		case c >= 'A' && c <= 'Z':
			to = append(to, c+'a'-'A')
		default:
			to = append(to, c)
		}
	}
	if len(to) > 0 && to[len(to)-1] == ' ' {
		to = to[:len(to)-1]
	}
	return to
}
