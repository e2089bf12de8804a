package profile

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/zeebo/xxh3"
)

const (
	keptText  = 256     // bytes of a distinct value that are kept; longer ones are told apart by hash and length
	textCap   = 8 << 20 // bytes of distinct values kept a column
	maskCap   = 200     // different masks counted a column
	sampleCap = 20      // examples kept a class of value
)

// entry is one distinct value of a column.
type entry struct {
	hash  uint64
	text  string // at most keptText bytes
	size  int32
	count int64
	row   int64 // first row with it
	line  int64
}

// column collects one column. Every value is looked up among the distinct ones; what a value looks like is worked out
// once per distinct value, when the table is done, and at once for values beyond the cap.
type column struct {
	name     string
	cap      int
	keyCap   int
	today    day
	declared map[string]bool // texts the project declares to be null

	slots    []uint32 // index into entries + 1
	entries  []entry
	textSize int
	overflow bool
	rest     *sketch // values beyond the cap

	nulls    int64
	repeated bool     // some value stands in two rows
	unsure   bool     // more values than keyCap: uniqueness is not proven
	keys     *hashSet // hashes of the values beyond the cap while none was repeated

	tally tally
}

func newColumn(name string, distinctCap, keyCap int, today day, nulls []string) *column {
	c := &column{name: name, cap: distinctCap, keyCap: keyCap, today: today}
	if len(nulls) > 0 {
		c.declared = map[string]bool{}
		for _, n := range nulls {
			c.declared[n] = true
		}
	}
	return c
}

// add counts one cell and returns its hash, which the whole row's hash is made of.
func (c *column) add(text string, row, line int64) uint64 {
	if text == "" {
		c.nulls++
		return 0
	}
	h := xxh3.HashString(text)
	if c.declared != nil && c.declared[text] {
		c.nulls++
		return h
	}
	if e := c.find(h, text); e != nil {
		e.count++
		c.repeated = true
		return h
	}
	if !c.overflow && len(c.entries) < c.cap && c.textSize < textCap {
		c.insert(h, text, row, line)
		return h
	}
	c.addBeyond(h, text, row, line)
	return h
}

func (c *column) find(h uint64, text string) *entry {
	if len(c.slots) == 0 {
		return nil
	}
	mask := uint64(len(c.slots) - 1)
	for i := h & mask; c.slots[i] != 0; i = (i + 1) & mask {
		e := &c.entries[c.slots[i]-1]
		if e.hash == h && int(e.size) == len(text) && (e.text == text || len(text) > keptText && text[:len(e.text)] == e.text) {
			return e
		}
	}
	return nil
}

func (c *column) insert(h uint64, text string, row, line int64) {
	if 4*(len(c.entries)+1) > 3*len(c.slots) {
		c.slots = make([]uint32, max(64, 2*len(c.slots)))
		for i := range c.entries {
			c.place(c.entries[i].hash, uint32(i+1))
		}
	}
	// The cell is a view into a buffer of a megabyte: a copy lets that go.
	kept := strings.Clone(prefix(text, keptText))
	c.entries = append(c.entries, entry{hash: h, text: kept, size: int32(min(len(text), 1<<31-1)), count: 1, row: row, line: line})
	c.textSize += len(kept)
	c.place(h, uint32(len(c.entries)))
}

func (c *column) place(h uint64, index uint32) {
	mask := uint64(len(c.slots) - 1)
	i := h & mask
	for c.slots[i] != 0 {
		i = (i + 1) & mask
	}
	c.slots[i] = index
}

// addBeyond takes a value that the table of distinct values has no room for.
func (c *column) addBeyond(h uint64, text string, row, line int64) {
	if !c.overflow {
		c.overflow = true
		c.rest = newSketch()
		if !c.repeated {
			c.keys = &hashSet{}
		}
	}
	c.rest.add(h)
	if c.keys != nil {
		switch {
		case c.repeated || !c.keys.insert(h):
			c.repeated, c.keys = true, nil
		case c.keys.len() > c.keyCap:
			c.unsure, c.keys = true, nil
		}
	}
	c.tally.add(text, 1, row, line, c.today)
}

// finish works out the distinct values that were kept.
func (c *column) finish() {
	for i := range c.entries {
		e := &c.entries[i]
		text := e.text
		if int(e.size) > len(text) {
			text = strings.TrimSpace(text) // where the cut fell behind a blank, that is no defect of the value
			c.tally.maxLen = max(c.tally.maxLen, int(e.size))
		}
		c.tally.add(text, e.count, e.row, e.line, c.today)
		if c.overflow {
			c.rest.add(e.hash)
		}
	}
}

// prefix cuts a text to at most n bytes without cutting a character.
func prefix(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
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

// tally is what is known of a column's values beside the distinct values themselves.
type tally struct {
	values    int64 // neither null nor blank nor a null word
	blanks    int64
	nullWords map[string]int64
	numbers   [numberStyles]numberTally
	leading   int64 // numbers with leading zeros
	minus     int64 // numbers with the minus sign behind
	dates     map[dateLayout]*dateTally
	twoWays   int64 // dates in which day and month could change places
	compact   int64 // eight digits that are a date
	digits    map[int]int64
	defects   [16]int64
	damaged   [16]sample // first example of each defect
	samples   [classes][]sample
	counts    [classes]int64
	masks     map[string]int64
	minLen    int
	maxLen    int
	minText   string
	maxText   string
}

// sample is a value with its first row.
type sample struct {
	text      string
	rows      int64
	row, line int64
}

func (t *tally) add(text string, times, row, line int64, today day) {
	trimmed := strings.TrimSpace(text)
	if trimmed == "" {
		t.blanks += times
		return
	}
	if d := inspect(text); d != 0 {
		t.addDefects(d, sample{text, times, row, line})
	}
	if isNullWord(trimmed) {
		if t.nullWords == nil {
			t.nullWords = map[string]int64{}
		}
		t.nullWords[trimmed] += times
		return
	}
	t.values += times
	t.addText(trimmed, times)
	kind := classText
	if n := parseNumber(trimmed); n.style != notNumber {
		kind = classNumber
		if n.style == comma {
			kind = classComma
		}
		t.addNumber(n, trimmed, times)
	}
	if first, second, n := parseDate(trimmed); n > 0 {
		if kind == classText {
			kind = classDate
		}
		t.addDate(first, second, n, sample{text, times, row, line}, today)
	}
	t.counts[kind] += times
	t.keep(kind, sample{text, times, row, line})
}

func (t *tally) addText(s string, times int64) {
	n := utf8.RuneCountInString(s)
	if t.minText == "" || s < t.minText {
		t.minText = strings.Clone(prefix(s, keptText))
	}
	if s > t.maxText {
		t.maxText = strings.Clone(prefix(s, keptText))
	}
	if t.minLen == 0 || n < t.minLen {
		t.minLen = n
	}
	t.maxLen = max(t.maxLen, n)
	if t.masks == nil {
		t.masks = map[string]int64{}
	}
	m := maskOf(s)
	if _, known := t.masks[m]; known || len(t.masks) < maskCap {
		t.masks[m] += times
	}
}

func (t *tally) addNumber(n number, s string, times int64) {
	t.numbers[n.style].add(n, times)
	if n.leadingZero {
		t.leading += times
	}
	if n.minusAfter {
		t.minus += times
	}
	if n.style == plain && isDigit(s[0]) {
		if t.digits == nil {
			t.digits = map[int]int64{}
		}
		t.digits[len(s)] += times
	}
}

func (t *tally) addDate(first, second reading, n int, s sample, today day) {
	times := s.rows
	d := t.date(first.layout)
	d.add(first, times, today, n == 1)
	if d.example.row == 0 || s.row < d.example.row {
		s.text = strings.Clone(prefix(s.text, keptText))
		d.example = s
	}
	if n == 2 {
		t.twoWays += times
		t.date(second.layout).add(second, times, today, false)
	}
	if first.layout.order == orderCompact {
		t.compact += times
	}
}

func (t *tally) date(l dateLayout) *dateTally {
	if t.dates == nil {
		t.dates = map[dateLayout]*dateTally{}
	}
	d := t.dates[l]
	if d == nil {
		d = &dateTally{layout: l}
		t.dates[l] = d
	}
	return d
}

func (t *tally) addDefects(d defect, s sample) {
	s.text = strings.Clone(prefix(s.text, keptText))
	for bit := range t.defects {
		if d&(1<<bit) == 0 {
			continue
		}
		t.defects[bit] += s.rows
		if t.damaged[bit].row == 0 || s.row < t.damaged[bit].row {
			t.damaged[bit] = s
		}
	}
}

// keep keeps the samples with the smallest row numbers, so that the first breaking value is among them.
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
