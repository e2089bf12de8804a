package linkage

import (
	"cmp"
	"math"
	"slices"
)

// cluster is a set of parties that are proposed to be one.
type cluster struct {
	members []uint32 // sorted
	pairs   []scored // above the threshold, best first
	weakest float64  // bits of the weakest pair that was needed to bring it together
}

const (
	clearBits   = 8  // a pair counts with at most so many bits, for or against, when groups are joined
	comparedMax = 12 // members of a group that another group is compared with
)

// group joins the pairs to groups, the surest first. Two groups become one when their members agree on the whole, not
// by one pair alone: a chain of small differences is no identity.
func (l *linker) group() {
	sets := newSets(l.size())
	c := l.comparer()
	for _, p := range l.pairs {
		if float64(p.bits) < l.threshold {
			break
		}
		a, b := sets.root(p.a), sets.root(p.b)
		if a != b && l.agree(c, sets.some(a, comparedMax), sets.some(b, comparedMax)) {
			sets.join(a, b, float64(p.bits))
		}
	}
	l.groups = sets.clusters()
	at := map[uint32]int{}
	for i, g := range l.groups {
		at[sets.root(g.members[0])] = i
	}
	for _, p := range l.pairs {
		if float64(p.bits) < l.threshold {
			break
		}
		if root := sets.root(p.a); root == sets.root(p.b) {
			g := &l.groups[at[root]]
			g.pairs = append(g.pairs, p)
		}
	}
	slices.SortStableFunc(l.groups, func(x, y cluster) int {
		return cmp.Or(cmp.Compare(y.weakest, x.weakest), cmp.Compare(len(y.members), len(x.members)), cmp.Compare(x.members[0], y.members[0]))
	})
}

// agree says whether the pairs between two groups speak for one party on average.
func (l *linker) agree(c *comparer, a, b []uint32) bool {
	if len(a) == 1 && len(b) == 1 {
		return true
	}
	sum := 0.0
	for _, x := range a {
		for _, y := range b {
			sum += math.Min(clearBits, math.Max(-clearBits, c.score(l.model, min(x, y), max(x, y))))
		}
	}
	return sum >= 0
}

// sets are disjoint sets of parties; the members of each hang together in a ring.
type sets struct {
	parent, next []uint32
	weakest      map[uint32]float64
	size         map[uint32]uint32
}

func newSets(n int) *sets {
	s := &sets{parent: make([]uint32, n), next: make([]uint32, n), weakest: map[uint32]float64{}, size: map[uint32]uint32{}}
	for i := range s.parent {
		s.parent[i], s.next[i] = uint32(i), uint32(i)
	}
	return s
}

func (s *sets) root(x uint32) uint32 {
	for s.parent[x] != x {
		s.parent[x] = s.parent[s.parent[x]]
		x = s.parent[x]
	}
	return x
}

// some returns up to most members of the set of a root.
func (s *sets) some(root uint32, most int) []uint32 {
	out := []uint32{root}
	for x := s.next[root]; x != root && len(out) < most; x = s.next[x] {
		out = append(out, x)
	}
	return out
}

// members returns the set of a root, sorted.
func (s *sets) members(root uint32) []uint32 {
	out := s.some(root, len(s.next))
	slices.Sort(out)
	return out
}

// join makes one set of two; the larger one takes the smaller one in.
func (s *sets) join(a, b uint32, bits float64) {
	if max(s.size[a], 1) < max(s.size[b], 1) {
		a, b = b, a
	}
	weakest := bits
	for _, x := range []uint32{a, b} {
		if w, ok := s.weakest[x]; ok {
			weakest = math.Min(weakest, w)
		}
	}
	s.weakest[a], s.size[a] = weakest, max(s.size[a], 1)+max(s.size[b], 1)
	delete(s.weakest, b)
	delete(s.size, b)
	s.parent[b] = a
	s.next[a], s.next[b] = s.next[b], s.next[a]
}

func (s *sets) clusters() []cluster {
	out := []cluster{}
	for root, w := range s.weakest {
		out = append(out, cluster{members: s.members(root), weakest: w})
	}
	slices.SortFunc(out, func(x, y cluster) int { return cmp.Compare(x.members[0], y.members[0]) })
	return out
}
