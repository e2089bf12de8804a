package profile

import (
	"slices"
	"strings"

	"github.com/zeebo/xxh3"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// column collects one column. A value costs one hash and one look into the table of distinct values; what it looks like
// is worked out once a distinct value, when the table is done. Values that the table has no place for are looked at as
// they come.
type column struct {
	name     string
	declared map[string]bool // texts the project declares to be null

	values   distinct
	overflow bool
	votes    *votes

	nulls    int64
	called   bool   // the column is called a key: rows that repeat a value are counted, as they are mistakes
	open     bool   // it may be a key yet, or nearly one
	repeated bool   // some value stands in two rows
	twice    int64  // rows noticed that repeat a value
	repeats  int64  // all rows that do, where counted
	counted  bool   // they were counted, on disk
	early    int64  // of them, those of values that left the table of distinct values
	keys     *spill // hashes of all values, once the table overflows, while none was repeated
	padded   *spill // of those that are digits behind zeros: their hashes without the zeros
	store    *store

	tally tally

	variantRows  int64  // rows with a spelling that is not the value's usual one
	firstVariant sample // the first of them

	invalidWhy    map[string]int64 // rows that are not of the column's kind, by reason
	claimed       string           // the kind that the column is called after where its values are not of it
	checked       int64            // different values that were checked for it
	checkedPart   bool             // those are not all
	unplanned     int64            // rows with a telephone number that its country does not have
	currencySigns bool
	codes         bool // NA is a code here
}

func newColumn(name string, opt *Options, today day, in Input, st *store) *column {
	c := &column{name: name, values: distinct{cap: opt.DistinctCap}, store: st, open: true, called: keyRank(name, "") >= 2}
	c.tally.today = today
	c.tally.pinned = pinnedStyle(in)
	if len(in.Nulls) > 0 {
		c.declared = map[string]bool{}
		for _, n := range in.Nulls {
			c.declared[n] = true
		}
	}
	return c
}

// add counts one cell that is not empty; h is the hash of its text.
func (c *column) add(h xxh3.Uint128, text string, row *record.Row) {
	if c.declared != nil && c.declared[text] {
		c.nulls++
		return
	}
	if !c.values.sampled(h.Lo) {
		c.addBeyond(h.Lo, text, row.Row, row.Line)
		return
	}
	if c.values.count(h) {
		if c.open {
			c.noteRepeated()
		}
		return
	}
	if c.values.full() {
		c.makeRoom()
		if !c.values.sampled(h.Lo) {
			c.addBeyond(h.Lo, text, row.Row, row.Line)
			return
		}
	}
	c.values.insert(h, text, row.Row, row.Line)
	if c.keys != nil {
		c.addKey(h.Lo, text)
	}
}

// find looks values up that may be in the table, and returns its level: what was found holds while that stays.
func (c *column) find(hashes []xxh3.Uint128, found []uint32) uint {
	if c.declared != nil {
		clear(found)
	} else {
		c.values.find(hashes, found)
	}
	return c.values.level
}

// again counts a row of a value that find found.
func (c *column) again(found uint32) {
	c.values.counts[found-1]++
	if c.open {
		c.noteRepeated()
	}
}

// noteRepeated notes a row with a value that was there before. A column that is called a key may have some.
func (c *column) noteRepeated() {
	c.repeated = true
	c.twice++
	seen := int64(len(c.values.entries))
	if c.keys != nil {
		seen = c.keys.items
	}
	if !c.called || c.twice > 100+seen/100 {
		c.open = false
		c.dropKeys()
	}
}

func (c *column) dropKeys() {
	if c.keys != nil {
		c.keys.drop()
		c.padded.drop()
		c.keys, c.padded = nil, nil
	}
}

// makeRoom raises the level of the table of distinct values until there is room in it.
func (c *column) makeRoom() {
	if !c.overflow {
		c.overflow, c.votes, c.tally.sketching = true, newVotes(c.values.cap), true
		if c.open {
			c.keys, c.padded = newSpill(c.store, 1), newSpill(c.store, 1)
			for i := range c.values.entries {
				e := &c.values.entries[i]
				c.addKey(e.hash, string(c.values.view(e)))
			}
		}
	}
	for c.values.full() {
		c.values.raise(func(e *entry, text string) {
			c.addEntry(e, text)
			c.early += e.count - 1
			c.votes.add(e.hash, text, e.count)
		})
	}
}

// addKey keeps what is needed to prove that no value is there twice, and to find values by their number alone.
func (c *column) addKey(h uint64, text string) {
	c.keys.add1(h)
	if text[0] == '0' || text[0] == ' ' || text[len(text)-1] == ' ' {
		if s := stripZeros(strings.TrimSpace(text)); s != text {
			c.padded.add1(xxh3.HashString128(s).Lo)
		}
	}
}

// addBeyond takes a value that the table of distinct values has no place for.
func (c *column) addBeyond(h uint64, text string, row, line int64) {
	if c.keys != nil {
		c.addKey(h, text)
	}
	if c.votes.add(h, text, 1) && c.open {
		c.noteRepeated()
	}
	c.tally.add(text, 1, row, line)
}

// addEntry takes a distinct value with all its rows.
func (c *column) addEntry(e *entry, text string) {
	if int(e.size) > len(text) {
		// Where the cut fell behind a blank, that is no defect of the value.
		if trimmed := strings.TrimSpace(text); trimmed != "" {
			text = trimmed
		}
		c.tally.maxLen = max(c.tally.maxLen, int(e.size))
		c.tally.lengths += int64(int(e.size)-len(text)) * e.count
	}
	c.tally.add(text, e.count, e.row, e.line)
}

// finish works out the distinct values that were kept, and whether any was repeated.
func (c *column) finish() error {
	c.values.settle()
	c.values.slots, c.values.counts = nil, nil
	c.values.each(c.addEntry)
	if c.keys == nil {
		return nil
	}
	var err error
	if c.repeats, err = c.keys.repeats(); err != nil {
		return err
	}
	// Rows of values in the table were counted there, and not written down again.
	for i := range c.values.entries {
		c.repeats += c.values.entries[i].count - 1
	}
	c.repeats += c.early
	c.counted = true
	if c.repeated = c.repeats > 0; c.repeated {
		c.dropKeys()
	}
	return nil
}

// class is what a single value looks like.
type class uint8

const (
	classText class = iota
	classNumber
	classComma // a number that only a decimal comma explains
	classDate
	classes
)

const sampleCap = 100 // examples kept a class of value

// tally is what is known of a column's values beside the distinct values themselves.
type tally struct {
	today     day
	pinned    pinned
	sketching bool // keep what quantiles are made of: the table of distinct values does not have them

	values    int64 // neither null nor blank nor a null word
	blanks    int64
	nullWords map[string]int64
	numbers   [numberStyles]numberTally
	leading   int64 // numbers with leading zeros
	minus     int64 // numbers with the minus sign behind
	dates     map[dateLayout]*dateTally
	lastDate  *dateTally
	twoWays   int64                // dates in which day and month could change places
	compact   int64                // eight digits that are a date
	digits    [maxDigits + 1]int64 // plain numbers by length
	digitsAt  [maxDigits + 1]sample
	defects   [16]int64
	damaged   [16]sample // first example of each defect
	samples   [classes][]sample
	counts    [classes]int64
	masks     maskTable
	minLen    int
	maxLen    int
	lengths   int64 // sum over all rows
	minText   string
	maxText   string
	shape     shape
}

// sample is a value with its first row.
type sample struct {
	text      string
	rows      int64
	row, line int64
}

// earlier takes another sample where that stands in an earlier row.
func (s *sample) earlier(o sample) {
	if s.row == 0 || o.row < s.row {
		o.text = strings.Clone(prefix(o.text, keptText))
		*s = o
	}
}

func (t *tally) add(text string, times, row, line int64) {
	trimmed := text
	if c, d := text[0], text[len(text)-1]; c <= ' ' || c >= 0x80 || d <= ' ' || d >= 0x80 {
		if trimmed = strings.TrimSpace(text); trimmed == "" {
			t.blanks += times
			return
		}
	}
	s := sample{text, times, row, line}
	t.shape.look(trimmed)
	if len(trimmed) != len(text) || t.shape.bits&(hasWide|hasControl|hasBreak|hasDoubleSpace) != 0 {
		if d := inspect(text); d != 0 {
			t.addDefects(d, s)
		}
	}
	if isNullWord(trimmed) {
		if t.nullWords == nil {
			t.nullWords = map[string]int64{}
		}
		t.nullWords[strings.Clone(trimmed)] += times
		return
	}
	t.values += times
	t.addText(trimmed, times, row)
	kind := t.addNumber(trimmed, s)
	// Of numbers only eight digits can be a date.
	if (kind == classText || len(trimmed) == 8) && t.shape.mayBeDate(trimmed) && t.addDate(trimmed, s) && kind == classText {
		kind = classDate
	}
	t.counts[kind] += times
	t.keep(kind, s)
}

func (t *tally) addText(s string, times, row int64) {
	n := t.shape.runes
	if s < t.minText || t.minText == "" {
		t.minText = strings.Clone(prefix(s, keptText))
	}
	if s > t.maxText {
		t.maxText = strings.Clone(prefix(s, keptText))
	}
	if n < t.minLen || t.minLen == 0 {
		t.minLen = n
	}
	t.maxLen = max(t.maxLen, n)
	t.lengths += int64(n) * times
	t.masks.add(t.shape.mask[:t.shape.size], times, row)
}

func (t *tally) addNumber(s string, at sample) class {
	if !t.shape.mayBeNumber(s) {
		return classText
	}
	n := parseNumber(s)
	if n.style == notNumber {
		return classText
	}
	times := at.rows
	t.numbers[n.style].add(&n, at, t.sketching)
	if n.leadingZero {
		t.leading += times
	}
	if n.minusAfter {
		t.minus += times
	}
	if n.style == plain && isDigit(s[0]) {
		size := min(len(s), maxDigits)
		t.digits[size] += times
		t.digitsAt[size].earlier(at)
	}
	if n.style == comma {
		return classComma
	}
	return classNumber
}

func (t *tally) addDate(trimmed string, s sample) bool {
	first, second, n := parseDate(trimmed)
	if n == 0 {
		return false
	}
	times := s.rows
	d := t.date(first.layout)
	d.add(first, s, t.today, n == 1)
	if n == 2 {
		t.twoWays += times
		t.date(second.layout).add(second, s, t.today, false)
	}
	if first.layout.order == orderCompact {
		t.compact += times
	}
	return true
}

func (t *tally) date(l dateLayout) *dateTally {
	if t.lastDate != nil && t.lastDate.layout == l {
		return t.lastDate
	}
	if t.dates == nil {
		t.dates = map[dateLayout]*dateTally{}
	}
	d := t.dates[l]
	if d == nil {
		d = &dateTally{layout: l}
		t.dates[l] = d
	}
	t.lastDate = d
	return d
}

func (t *tally) addDefects(d defect, s sample) {
	for bit := range t.defects {
		if d&(1<<bit) == 0 {
			continue
		}
		t.defects[bit] += s.rows
		t.damaged[bit].earlier(s)
	}
}

// keep keeps the samples with the smallest row numbers, so that the first breaking values are among them.
func (t *tally) keep(kind class, s sample) {
	list := t.samples[kind]
	if len(list) == sampleCap {
		if s.row >= list[sampleCap-1].row {
			return
		}
		list = list[:sampleCap-1]
	}
	s.text = strings.Clone(prefix(s.text, keptText))
	i, _ := slices.BinarySearchFunc(list, s, func(a, b sample) int { return int(a.row - b.row) })
	t.samples[kind] = slices.Insert(list, i, s)
}

func (t *tally) defect(d defect) (int64, sample) {
	for bit := range t.defects {
		if d == 1<<bit {
			return t.defects[bit], t.damaged[bit]
		}
	}
	return 0, sample{}
}
