package linkage

import (
	"cmp"
	"slices"
)

// Pass is one way in which pairs are found that are worth comparing.
type Pass struct {
	Name      string `json:"name"`
	Blocks    int    `json:"blocks"`    // sets of at least two rows with the same value
	Largest   int    `json:"largest"`   // rows of the largest
	Oversized int    `json:"oversized"` // blocks above the limit: their rows are compared with their neighbours in name order only
}

// pass is an index of parties by a key: those with the same key stand together in order, sorted by name within.
type pass struct {
	Pass
	order []uint32 // parties, by block
	block []uint32 // by place in order: the number of its block
	start []uint32 // by block: its first place; one more at the end
	pos   []uint32 // by party: place + 1; 0 is none
	reach int      // 0: whole blocks up to the limit; else so many neighbours to each side, whatever their key
}

type keyed struct {
	key   uint64
	rank  uint32
	party uint32
}

// index builds the passes. rank is the parties' order by name.
func (l *linker) index() {
	rank := l.rank()
	for _, p := range passes[l.kind] {
		if p.needs(l.store) {
			l.passes = append(l.passes, l.build(p, rank))
		}
	}
	byRank := make([]uint32, len(rank))
	pos := make([]uint32, len(rank))
	for party, r := range rank {
		byRank[r], pos[party] = uint32(party), r+1
	}
	l.passes = append(l.passes, pass{Pass: Pass{Name: "neighbours in name order"}, order: byRank, pos: pos, reach: 5})
}

func (l *linker) build(p passDef, rank []uint32) pass {
	var list []keyed
	for party := range uint32(l.size()) {
		if key := p.key(l.store, party); key != 0 {
			list = append(list, keyed{key, rank[party], party})
		}
	}
	slices.SortFunc(list, func(a, b keyed) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.rank, b.rank))
	})
	out := pass{Pass: Pass{Name: p.name}, pos: make([]uint32, l.size())}
	for from := 0; from < len(list); {
		to := from + 1
		for to < len(list) && list[to].key == list[from].key {
			to++
		}
		if size := to - from; size > 1 {
			out.Blocks++
			out.Largest = max(out.Largest, size)
			if size > l.opt.BlockLimit {
				out.Oversized++
			}
			out.start = append(out.start, uint32(len(out.order)))
			for _, k := range list[from:to] {
				out.order = append(out.order, k.party)
				out.block = append(out.block, uint32(len(out.start)-1))
				out.pos[k.party] = uint32(len(out.order))
			}
		}
		from = to
	}
	out.start = append(out.start, uint32(len(out.order)))
	return out
}

// around returns the parties that a pass puts beside one.
func (p *pass) around(party uint32, limit int) []uint32 {
	if p.pos[party] == 0 {
		return nil
	}
	at := int(p.pos[party]) - 1
	from, to := 0, len(p.order)
	window := p.reach
	if window == 0 {
		b := p.block[at]
		if from, to = int(p.start[b]), int(p.start[b+1]); to-from <= limit {
			return p.order[from:to]
		}
		window = blockWindow
	}
	return p.order[max(from, at-window):min(to, at+window+1)]
}

const blockWindow = 10 // neighbours to each side in a block above the limit

// neighbours finds the parties to compare one with. Each worker has its own.
type neighbours struct {
	*linker
	list []uint32
}

func (l *linker) neighbours() *neighbours { return &neighbours{linker: l} }

// of returns the parties behind one that some pass puts beside it, sorted, each once. The slice is used again.
func (n *neighbours) of(party uint32) []uint32 {
	return n.beside(party, func(other uint32) bool { return other > party })
}

// wanted returns those of a party's neighbours that are scored with it: the parties behind it, or, where one table is held
// against the others, those of the others beside each of its own.
func (n *neighbours) wanted(party uint32) []uint32 {
	switch {
	case n.opt.Against == "":
		return n.of(party)
	case !n.isAgainst(party):
		return nil
	}
	return n.beside(party, func(other uint32) bool { return !n.isAgainst(other) })
}

func (n *neighbours) isAgainst(party uint32) bool {
	return n.tables[n.table[party]].Roles.Table == n.opt.Against
}

func (n *neighbours) beside(party uint32, wanted func(other uint32) bool) []uint32 {
	n.list = n.list[:0]
	for i := range n.passes {
		for _, other := range n.passes[i].around(party, n.opt.BlockLimit) {
			if wanted(other) {
				n.list = append(n.list, other)
			}
		}
	}
	slices.Sort(n.list)
	n.list = slices.Compact(n.list)
	return n.list
}

// rank orders the parties by name, then by place of reading.
func (l *linker) rank() []uint32 {
	first, second := inName, inName
	if l.cells[inSurname] != nil {
		first, second = inSurname, inGiven
	}
	ranks := [2][]uint32{l.textRank(first), l.textRank(second)}
	names := l.textRank(inName)
	order := make([]uint32, l.size())
	for i := range order {
		order[i] = uint32(i)
	}
	place := func(r []uint32, in slot, party uint32) uint32 {
		if n := l.at(in, party); n != 0 {
			return r[n]
		}
		return 0
	}
	slices.SortStableFunc(order, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(place(ranks[0], first, a), place(ranks[0], first, b)), cmp.Compare(place(ranks[1], second, a), place(ranks[1], second, b)),
			cmp.Compare(place(names, inName, a), place(names, inName, b)), cmp.Compare(a, b))
	})
	rank := make([]uint32, len(order))
	for i, party := range order {
		rank[party] = uint32(i)
	}
	return rank
}

// textRank returns the alphabetical places of a field's texts, by number.
func (l *linker) textRank(in slot) []uint32 {
	f := l.fields[in]
	if f == nil {
		return nil
	}
	order := make([]uint32, f.text.size())
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return slices.Compare(f.text.text(a), f.text.text(b)) })
	rank := make([]uint32, len(order))
	for i, id := range order {
		rank[id] = uint32(i)
	}
	return rank
}
