package profile

// hashSet is an open-addressing set of 64-bit hashes, with no pointer for the collector to follow.
type hashSet struct {
	slots []uint64
	used  int
	zero  bool // the hash 0 is in the set
}

func (s *hashSet) len() int {
	if s.zero {
		return s.used + 1
	}
	return s.used
}

// reset empties the set and makes room for a number of hashes.
func (s *hashSet) reset(room int) {
	*s = hashSet{slots: slotsFor(s.slots, room)}
}

// slotsFor returns empty slots, a power of two and at most half of them to be filled; old ones are used again. Where
// much room is asked for, less is given: the items may well be equal to one another.
func slotsFor[T any](old []T, room int) []T {
	n := 64
	for n < 2*min(room, 1<<17) {
		n *= 2
	}
	if n <= cap(old) {
		old = old[:n]
		clear(old)
		return old
	}
	return make([]T, n)
}

// insert adds h and reports whether it was new.
func (s *hashSet) insert(h uint64) bool {
	if h == 0 {
		fresh := !s.zero
		s.zero = true
		return fresh
	}
	if 4*(s.used+1) > 3*len(s.slots) {
		s.grow()
	}
	mask := uint64(len(s.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		switch s.slots[i] {
		case h:
			return false
		case 0:
			s.slots[i] = h
			s.used++
			return true
		}
	}
}

func (s *hashSet) has(h uint64) bool {
	if h == 0 {
		return s.zero
	}
	if len(s.slots) == 0 {
		return false
	}
	mask := uint64(len(s.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		switch s.slots[i] {
		case h:
			return true
		case 0:
			return false
		}
	}
}

// each calls take with every hash, in no order that means anything.
func (s *hashSet) each(take func(uint64)) {
	if s.zero {
		take(0)
	}
	for _, h := range s.slots {
		if h != 0 {
			take(h)
		}
	}
}

func (s *hashSet) grow() {
	old := s.slots
	s.slots = make([]uint64, max(64, 2*len(old)))
	s.used = 0
	for _, h := range old {
		if h != 0 {
			s.insert(h)
		}
	}
}

// rowSet holds 128-bit hashes of whole rows, each with the position of its first row, which is never 0. At ten million
// rows a collision has a chance of 1 in 10^24.
type rowSet struct {
	slots [][3]uint64
	used  int
}

func (s *rowSet) reset(room int) { s.slots, s.used = slotsFor(s.slots, room), 0 }

// insert adds a hash, and returns the position of the row that had it first.
func (s *rowSet) insert(h [2]uint64, at uint64) (first uint64, fresh bool) {
	if 4*(s.used+1) > 3*len(s.slots) {
		s.grow()
	}
	mask := uint64(len(s.slots) - 1)
	for i := h[0] & mask; ; i = (i + 1) & mask {
		slot := &s.slots[i]
		if slot[2] == 0 {
			*slot = [3]uint64{h[0], h[1], at}
			s.used++
			return at, true
		}
		if slot[0] == h[0] && slot[1] == h[1] {
			return slot[2], false
		}
	}
}

func (s *rowSet) grow() {
	old := s.slots
	s.slots, s.used = make([][3]uint64, max(64, 2*len(old))), 0
	for _, slot := range old {
		if slot[2] != 0 {
			s.insert([2]uint64{slot[0], slot[1]}, slot[2])
		}
	}
}
