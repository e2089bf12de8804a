package linkage

import (
	"slices"
	"strings"
)

// field holds the different values of a role: as they were written, and in the form that is compared. Several slots can
// share one.
type field struct {
	raw   *dict
	norm  []uint32 // by raw number: the number of the compared text
	text  *dict    // what is compared
	freq  []uint32 // by compared text: parties that have it
	total uint32   // parties with a value
	words *wordIndex
	parts []part
}

// part is a piece of a compared text that is looked for on its own: the domain of an address, the end of a phone number.
type part struct {
	cut  func(string) string
	text *dict
	of   []uint32 // by number of the compared text
	freq []uint32 // by number of the part
}

// wordIndex has the words of a field's texts.
type wordIndex struct {
	text  *dict
	start []uint32 // by number of the text: where its words begin in list
	list  []uint32
	df    []uint32  // by word: parties that have it
	info  []float32 // by word: bits, the rarer the more
	sound []uint32  // by word
	heard map[uint32]uint32
}

func newField(in slot, kind string) *field {
	f := &field{raw: newDict(), text: newDict(), norm: []uint32{0}, freq: []uint32{0}}
	switch in {
	case inName, inCompany, inStreet, inDescription:
		f.words = &wordIndex{text: newDict(), start: []uint32{0, 0}, sound: []uint32{0}}
	}
	switch {
	case in == inName && kind == KindProduct:
		f.addPart(numbersIn)
	case in == inPhone:
		f.addPart(phoneTail)
	case in == inEmail:
		f.addPart(func(s string) string { return s[strings.LastIndexByte(s, '@')+1:] })
		f.addPart(func(s string) string { return s[:strings.LastIndexByte(s, '@')] })
	}
	return f
}

func (f *field) addPart(cut func(string) string) {
	f.parts = append(f.parts, part{cut: cut, text: newDict(), of: []uint32{0}})
}

// add takes a value in and returns its raw number.
func (f *field) add(in slot, kind, raw string) uint32 {
	id, fresh := f.raw.intern(raw)
	if !fresh {
		return id
	}
	c := clean(in, kind, raw)
	n, fresh := f.text.intern(c)
	f.norm = append(f.norm, n)
	if !fresh {
		return id
	}
	f.freq = append(f.freq, 0)
	for i := range f.parts {
		p := &f.parts[i]
		part, _ := p.text.intern(p.cut(c))
		p.of = append(p.of, part)
	}
	if w := f.words; w != nil {
		for _, word := range strings.Fields(c) {
			t, fresh := w.text.intern(word)
			if fresh {
				w.sound = append(w.sound, phonetic([]byte(word)))
			}
			w.list = append(w.list, t)
		}
		w.start = append(w.start, uint32(len(w.list)))
	}
	return id
}

// of returns the words of a text.
func (w *wordIndex) of(norm uint32) []uint32 { return w.list[w.start[norm]:w.start[norm+1]] }

// count counts after loading how many parties have each text, part and word, once for each slot of cells.
func (f *field) count(cells ...[]uint32) {
	for _, column := range cells {
		for _, raw := range column {
			if n := f.norm[raw]; n != 0 {
				f.freq[n]++
				f.total++
			}
		}
	}
	for i := range f.parts {
		p := &f.parts[i]
		p.freq = make([]uint32, p.text.size())
		for n, part := range p.of {
			p.freq[part] += f.freq[n]
		}
		p.text.seal()
	}
	if w := f.words; w != nil {
		w.df, w.heard = make([]uint32, w.text.size()), map[uint32]uint32{}
		for n := 1; n < f.text.size(); n++ {
			for _, t := range w.of(uint32(n)) {
				w.df[t] += f.freq[n]
			}
		}
		w.info = make([]float32, len(w.df))
		for t := range w.df {
			w.info[t] = information(w.df[t], f.total)
			w.heard[w.sound[t]] += w.df[t]
		}
		w.text.seal()
	}
	f.raw.seal()
	f.text.seal()
}

func (f *field) bytes() int64 {
	n := f.raw.bytes() + f.text.bytes() + 4*int64(cap(f.norm)+cap(f.freq))
	for _, p := range f.parts {
		n += p.text.bytes() + 4*int64(cap(p.of)+cap(p.freq))
	}
	if w := f.words; w != nil {
		n += w.text.bytes() + 4*int64(cap(w.start)+cap(w.list)+cap(w.df)+cap(w.info)+cap(w.sound)) + 16*int64(len(w.heard))
	}
	return n
}

// store holds all parties, or all products.
type store struct {
	kind   string
	tables []*tablePlan
	fields [slots]*field   // nil where no table has the role
	cells  [slots][]uint32 // by party: the raw number; nil where no table has the role
	norms  []uint32        // by party and used slot: the compared number, all of a party side by side
	used   int             // slots that are used
	place  [slots]int      // of a used slot in a party's numbers
	table  []uint16        // by party: index in tables
	row    []uint32
	line   []uint32
	keys   *dict
	key    []uint32
}

// shared says which slots use the values of another one, so that they can be compared with each other. A table fills the
// other one first.
var shared = map[slot]slot{inPhone2: inPhone, inStreet2: inStreet}

func newStore(kind string, tables []*tablePlan) *store {
	s := &store{kind: kind, tables: tables, keys: newDict()}
	for in := range slots {
		if !slices.ContainsFunc(tables, func(t *tablePlan) bool { return t.fills(in) }) {
			continue
		}
		base, ok := shared[in]
		if !ok {
			base = in
		}
		if s.fields[base] == nil {
			s.fields[base] = newField(base, kind)
		}
		s.fields[in] = s.fields[base]
		s.cells[in] = []uint32{}
	}
	return s
}

// size is the number of parties.
func (s *store) size() int { return len(s.row) }

// at returns the compared number of a party's value; 0 is missing.
func (s *store) at(in slot, party uint32) uint32 {
	if s.cells[in] == nil {
		return 0
	}
	return s.norms[int(party)*s.used+s.place[in]]
}

// written returns a value as it stands in the source.
func (s *store) written(in slot, party uint32) string {
	if s.cells[in] == nil {
		return ""
	}
	return string(s.fields[in].raw.text(s.cells[in][party]))
}

// finish counts the values once all rows are in.
func (s *store) finish() {
	s.keys.seal()
	s.arrange()
	for in := range slots {
		if _, second := shared[in]; second || s.fields[in] == nil {
			continue
		}
		cells := [][]uint32{s.cells[in]}
		for second, base := range shared {
			if base == in && s.cells[second] != nil {
				cells = append(cells, s.cells[second])
			}
		}
		s.fields[in].count(cells...)
	}
}

// arrange puts the compared numbers of each party side by side, as pairs are compared party by party.
func (s *store) arrange() {
	for in := range slots {
		if s.cells[in] != nil {
			s.place[in] = s.used
			s.used++
		}
	}
	s.norms = make([]uint32, s.used*s.size())
	for in := range slots {
		for party, raw := range s.cells[in] {
			s.norms[party*s.used+s.place[in]] = s.fields[in].norm[raw]
		}
	}
}

// bytes is the memory the parties' state takes.
func (s *store) bytes() int64 {
	n := s.keys.bytes() + int64(2*cap(s.table)) + 4*int64(cap(s.norms)+cap(s.row)+cap(s.line)+cap(s.key))
	for in := range slots {
		n += 4 * int64(cap(s.cells[in]))
		if _, second := shared[in]; s.fields[in] != nil && !second {
			n += s.fields[in].bytes()
		}
	}
	return n
}
