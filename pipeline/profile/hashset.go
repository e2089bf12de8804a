package profile

// hashSet is an open-addressing set of 64-bit hashes: 16 bytes an entry at most, and no pointer for the collector to follow.
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

// rowSet is the same for 128-bit hashes of whole rows: at ten million rows a collision has a chance of 1 in 10^24.
type rowSet struct {
	slots [][2]uint64
	used  int
}

func (s *rowSet) insert(h [2]uint64) bool {
	if h == [2]uint64{} {
		h[0] = 1
	}
	if 4*(s.used+1) > 3*len(s.slots) {
		s.grow()
	}
	i, fresh := s.find(h)
	if fresh {
		s.slots[i] = h
		s.used++
	}
	return fresh
}

func (s *rowSet) has(h [2]uint64) bool {
	if h == [2]uint64{} {
		h[0] = 1
	}
	if len(s.slots) == 0 {
		return false
	}
	_, fresh := s.find(h)
	return !fresh
}

func (s *rowSet) find(h [2]uint64) (int, bool) {
	mask := uint64(len(s.slots) - 1)
	for i := h[0] & mask; ; i = (i + 1) & mask {
		switch s.slots[i] {
		case h:
			return int(i), false
		case [2]uint64{}:
			return int(i), true
		}
	}
}

func (s *rowSet) grow() {
	old := s.slots
	s.slots = make([][2]uint64, max(64, 2*len(old)))
	for _, h := range old {
		if h != [2]uint64{} {
			i, _ := s.find(h)
			s.slots[i] = h
		}
	}
}
