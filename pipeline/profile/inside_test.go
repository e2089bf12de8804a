package profile

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/zeebo/xxh3"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// spilled makes a spill of n hashes, of which every tenth repeats the one before.
func spilled(t *testing.T, width, n int) (*spill, *store) {
	t.Helper()
	st := newStore(t.TempDir())
	t.Cleanup(func() {
		if err := st.close(); err != nil {
			t.Error(err)
		}
	})
	s := newSpill(st, width)
	for i := range n {
		value := i
		if i%10 == 9 {
			value--
		}
		h := xxh3.HashString128(fmt.Sprint(value))
		if width == 1 {
			s.add1(h.Lo)
		} else {
			s.add3(h.Lo, h.Hi, uint64(i+1))
		}
	}
	return s, st
}

func TestSpillCountsExactly(t *testing.T) {
	for _, n := range []int{0, 1, 20, 5_000, 300_000} {
		one, _ := spilled(t, 1, n)
		if got, err := one.repeats(); err != nil || got != int64(n/10) {
			t.Errorf("%d items: %d repeats, %v; want %d", n, got, err, n/10)
		}
		three, st := spilled(t, 3, n)
		got, err := three.twins(nil)
		if err != nil || got.count != int64(n/10) || n >= 10 && (got.first != 9 || got.second != 10) {
			t.Errorf("%d items: %+v, %v; want %d twins, the first 10 of 9", n, got, err, n/10)
		}
		if n == 300_000 && st.next == 0 {
			t.Error("300,000 items of 24 bytes were not written to disk")
		}
	}
}

func TestDroppedChunksAreWrittenAgain(t *testing.T) {
	s, st := spilled(t, 1, 300_000)
	chunks := st.next
	s.drop()
	again := newSpill(st, 1)
	for i := range uint64(300_000) {
		again.add1(i * 0x9E3779B97F4A7C15)
	}
	if got, err := again.repeats(); err != nil || got != 0 || st.next > chunks+8*chunkWords*spillParts {
		t.Errorf("%d repeats, %v, %d chunks after %d", got, err, st.next, chunks)
	}
}

func TestNoRoomForTemporaryFilesIsAnError(t *testing.T) {
	s := newSpill(newStore(t.TempDir()+"/gone"), 1)
	for i := range uint64(100_000) {
		s.add1(i << 34)
	}
	if _, err := s.repeats(); err == nil || !strings.Contains(err.Error(), "temporary file") {
		t.Errorf("got %v", err)
	}
}

func TestTheTemporaryFileHasNoName(t *testing.T) {
	_, st := spilled(t, 1, 300_000)
	if left, err := os.ReadDir(st.dir); err != nil || len(left) > 1 {
		t.Errorf("%v, %v", left, err)
	}
	if err := st.close(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(st.dir); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
}

// TestSampleOfDistinctValues holds the estimate and the counts to the truth, whatever the order of the values.
func TestSampleOfDistinctValues(t *testing.T) {
	for _, n := range []int{500, 20_000, 100_000} {
		d := distinct{cap: 4_000}
		for round := range 3 {
			for i := range n {
				if round == 1 {
					i = n - 1 - i
				}
				text := fmt.Sprint("value ", i)
				h := xxh3.HashString128(text)
				if d.sampled(h.Lo) && !d.count(h) {
					for d.full() {
						d.raise(func(*entry, string) {})
					}
					if d.sampled(h.Lo) {
						d.insert(h, text, int64(i), 0)
					}
				}
			}
		}
		d.settle()
		if got := float64(len(d.entries) << d.level); math.Abs(got-float64(n)) > 0.06*float64(n) {
			t.Errorf("%d different values: estimated %v", n, got)
		}
		for i := range d.entries {
			if e := &d.entries[i]; e.count != 3 || !strings.HasPrefix(d.textOf(e), "value ") {
				t.Fatalf("%d values: %q counted %d times, want 3", n, d.textOf(e), e.count)
			}
		}
	}
}

func TestHistogramIsCloseAndAddsUp(t *testing.T) {
	var h histogram
	values := []float64{-1e9, -12.5, -0.003, 0, 0.25, 1, 3, 999, 1e12}
	for i, v := range values {
		h.add(v, int64(i+1))
	}
	list := h.list()
	if len(list) != len(values) {
		t.Fatalf("%d buckets of %d values", len(list), len(values))
	}
	for i, w := range list {
		if w.rows != int64(i+1) || math.Abs(w.value-values[i]) > 0.005*math.Abs(values[i]) {
			t.Errorf("bucket %d: %+v, want about %v", i, w, values[i])
		}
	}
}

func TestPositionsArePacked(t *testing.T) {
	for _, p := range [][2]int64{{1, 2}, {7, 7}, {1 << 35, 1<<35 + 9}, {5, 0}, {9, 3}} {
		row := rowAt(p[0], p[1])
		want := sample{row: p[0], line: p[1]}
		if p[1] < p[0] {
			want.line = 0
		}
		if got := sampleAt(position(row)); got != want {
			t.Errorf("%v becomes %+v", p, got)
		}
	}
}

func TestMasks(t *testing.T) {
	for text, want := range map[string]string{
		"Müller 12": "Aa 99", "ACME Ltd.": "A Aa.", "+49 30/1": "+99 99/9", "日本": "a", "a\tb": "a·a", "": "",
		strings.Repeat("1", 50): strings.Repeat("9", 40) + "…", strings.Repeat("1", 40): strings.Repeat("9", 40),
		strings.Repeat("9", 40) + "é": strings.Repeat("9", 40) + "…",
	} {
		var s shape
		s.look(text)
		if got := string(s.mask[:s.size]); got != want {
			t.Errorf("mask of %q is %q, want %q", text, got, want)
		}
		if slow := string(appendMask(nil, text)); slow != want {
			t.Errorf("slow mask of %q is %q, want %q", text, slow, want)
		}
	}
}

func rowAt(row, line int64) *record.Row { return &record.Row{Pos: record.Pos{Row: row, Line: line}} }

func FuzzLook(f *testing.F) {
	for _, seed := range []string{"", "ACME Ltd", " a  b ", "1.234,50", "é\u0301\xff", strings.Repeat("Ab1 ", 30)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var s shape
		s.look(text)
		if fast, slow := string(s.mask[:s.size]), string(appendMask(nil, text)); fast != slow {
			t.Errorf("%q: %q, slowly %q", text, fast, slow)
		}
		if n := len([]rune(text)); s.runes != n {
			t.Errorf("%q: %d characters, want %d", text, s.runes, n)
		}
		number := parseNumber(text)
		if number.style != notNumber && !s.mayBeNumber(text) {
			t.Errorf("%q is a number and does not look like one", text)
		}
		if _, _, n := parseDate(text); n > 0 && !s.mayBeDate(text) {
			t.Errorf("%q is a date and does not look like one", text)
		} else if n > 0 && number.style != notNumber && len(text) != 8 {
			t.Errorf("%q is a date and a number", text)
		}
		var tally tally
		if text != "" {
			tally.add(text, 1, 1, 1)
		}
		words := int64(0)
		for _, n := range tally.nullWords {
			words += n
		}
		if all := tally.values + tally.blanks + words; text != "" && all != 1 {
			t.Errorf("%q is counted %d times", text, all)
		}
	})
}

// FuzzSimpleNumber holds the quick way to read numbers to the thorough one.
func FuzzSimpleNumber(f *testing.F) {
	for _, seed := range []string{"1", "-0.5", ".5", "007", "1.234", "12.", "999999999999999999", "-"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		quick, ok := number{}, false
		if text != "" {
			quick, ok = simpleNumber(text)
		}
		// A plus sign sends the same digits the long way.
		if !ok || text[0] == '-' {
			return
		}
		if thorough := parseNumber("+" + text); quick != thorough {
			t.Errorf("%q: %+v, thoroughly %+v", text, quick, thorough)
		}
	})
}

// FuzzISODate holds the quick way to read dates to the thorough one.
func FuzzISODate(f *testing.F) {
	for _, seed := range []string{"2024-02-29", "2024-01-31 10:15:00", "2024-01-31T00:00:00", "0001-01-01"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		quick, ok := isoDate(text)
		if !ok {
			return
		}
		base, midnight := dateLayout{}, true
		if len(text) > 10 {
			base.between = text[10]
			if midnight, ok = base.parseClock(text[11:]); !ok {
				t.Fatalf("%q has no time", text)
			}
		}
		if thorough, _, n := parseDay(text[:10], base, midnight); n != 1 || thorough != quick {
			t.Errorf("%q: %+v, thoroughly %+v", text, quick, thorough)
		}
	})
}

func TestRanks(t *testing.T) {
	rows := []int64{1, 1, 8, 90}
	got := pick(len(rows), func(i int) int64 { return rows[i] }, ranksOf(100))
	if want := []int{0, 2, 3, 3, 3, 3, 3}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestManyColumnsShareTheirRoom profiles more different values than there is room for, in many columns.
func TestManyColumnsShareTheirRoom(t *testing.T) {
	const width, rows = 1_000, 2_500
	about := connectors.Table{Name: "t", Columns: make([]string, width)}
	r := &run{store: newStore(t.TempDir())}
	g := r.newGroup(Input{Name: "t"}, []connectors.Table{about}, []string{"t"})
	for at := 0; at < rows; at += 10 {
		b := &record.Batch{Rows: make([]record.Row, 10)}
		for i := range b.Rows {
			b.Rows[i] = *rowAt(int64(at+i+1), 0)
			b.Rows[i].Cells = make([]string, width)
			for c := range width {
				b.Rows[i].Cells[c] = fmt.Sprint(at + i)
			}
		}
		g.tables[0].addBatch(b)
		g.share()
		kept := 0
		for _, c := range g.tables[0].columns {
			kept += len(c.values.entries)
		}
		if kept > distinctTotal {
			t.Fatalf("row %d: %d different values are kept, at most %d may", at, kept, distinctTotal)
		}
	}
	words := 0
	for _, p := range g.tables[0].columns[0].keys.parts {
		words += cap(p.words)
	}
	if limit := 2 * 8 * spillParts * chunkWords * chunkTotal / width; words*8 > limit {
		t.Errorf("a column's keys take %d bytes of memory, at most %d may", words*8, limit)
	}
	for i, c := range g.tables[0].columns {
		if got := len(g.tables[0].head[i]); got > headCells/width {
			t.Fatalf("%d first rows are kept", got)
		}
		if err := c.finish(); err != nil {
			t.Fatal(err)
		}
		if p := c.profile("t"); !p.Unique || p.Distinct != rows {
			t.Fatalf("column %d: %+v", i, p)
		}
	}
	if err := r.store.close(); err != nil {
		t.Error(err)
	}
}

// TestTuplesInBoundedMemory: of too many sets of values a part is looked at, the same on both sides, and its shares are
// those of the whole; what is missing altogether is given up early.
func TestTuplesInBoundedMemory(t *testing.T) {
	hash := func(i int) uint64 { return hashOf(fmt.Sprint(i)) }
	refers := &tuple{limit: 1_000}
	const n = 60_000
	for i := range n {
		refers.addKey(hash(i))
	}
	if refers.keys.len() > 1_000 || refers.level < 5 {
		t.Fatalf("%d keys are kept, at level %d", refers.keys.len(), refers.level)
	}
	none := &hashSet{}
	for i := range 2 * n {
		v := i/2 + n/4 // two rows each; a quarter is missing
		refers.addValue(hash(v), []string{"a", fmt.Sprint(v)}, int64(i+1), 0, none)
	}
	m := refers.match()
	if all := m.covered + m.orphans; all > 1_000 || all < 300 || math.Abs(m.share()-0.75) > 0.06 || m.orphanRows != 2*m.orphans || m.coveredRows != 2*m.covered {
		t.Errorf("%+v of %d", m, all)
	}
	if len(m.examples) == 0 || !slices.IsSortedFunc(m.examples, func(a, b joinValue) int { return int(a.row - b.row) }) || !strings.HasPrefix(m.examples[0].text, "a + ") {
		t.Errorf("%d examples", len(m.examples))
	}
	foreign := &tuple{limit: 20_000}
	foreign.addKey(hash(1))
	for i := range n {
		foreign.addValue(hash(i+100), []string{fmt.Sprint(i)}, int64(i+1), 0, none)
	}
	if !foreign.dead || foreign.values != nil {
		t.Errorf("dead: %v, with %d values", foreign.dead, len(foreign.values))
	}
}

// TestFoundValuesAreCountedAsEver: what is looked up for a whole batch at once counts as one by one, also where the table
// overflows in the middle of a batch and its numbers change.
func TestFoundValuesAreCountedAsEver(t *testing.T) {
	d := distinct{cap: 64}
	hashes, found := make([]xxh3.Uint128, 100), make([]uint32, 100)
	for i := range hashes {
		hashes[i] = xxh3.HashString128(fmt.Sprint(i % 50))
	}
	hashes[99] = xxh3.Uint128{} // an empty cell
	if d.find(hashes, found); slices.Max(found) != 0 {
		t.Errorf("found in an empty table: %v", found)
	}
	for i := range 40 {
		d.insert(hashes[i], fmt.Sprint(i), int64(i+1), 0)
	}
	d.find(hashes, found)
	known := 0
	for i, n := range found {
		if n == 0 {
			continue
		}
		if known++; d.textOf(&d.entries[n-1]) != fmt.Sprint(i%50) || i%50 >= 40 {
			t.Errorf("%d is found as number %d", i, n)
		}
	}
	if known < 40 { // those in another than their first place are left to count
		t.Errorf("%d of 80 are found", known)
	}
	d.raise(func(*entry, string) {})
	d.find(hashes, found)
	for i, n := range found {
		if n != 0 && (!d.sampled(hashes[i].Lo) || d.textOf(&d.entries[n-1]) != fmt.Sprint(i%50)) {
			t.Errorf("above the first level %d is found as number %d", i, n)
		}
	}
}
