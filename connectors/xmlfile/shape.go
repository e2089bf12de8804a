package xmlfile

import "fmt"

// shape is what a document is made of: its element paths, and what was learnt about them at the first reading. Later
// readings only read it, so several may go on at once.
type shape struct {
	top    *node // above the root element
	names  *names
	paths  int
	budget int // values that may still be remembered to see whether they are unique
}

// node is one element path of the document: all <price> directly below all <product> directly below <catalog>.
type node struct {
	name   *qname
	raw    string // as it was first written, in scope
	scope  *scope
	parent *node
	depth  int
	order  int // of first appearance in the file, elements and attributes counted together
	index  int // among its parent's kids

	kids       []*node
	byName     map[*qname]*node
	attrs      []*leaf
	attrByName map[*qname]*leaf

	count   int64
	within  int64 // the parent in which it occurred last
	text    bool  // somewhere it has text
	empty   bool  // somewhere it has neither text nor elements in it
	repeats bool  // somewhere it occurs twice in one parent

	label string // name, with prefix where two namespaces use it side by side
	rows  *table // set where each occurrence is a row
	holds bool   // rows stand below it
	value        // its text
}

// leaf is one attribute of an element path.
type leaf struct {
	name   *qname
	raw    string // as it was first written, in scope
	scope  *scope
	order  int
	label  string
	ignore bool // it speaks of the document, not of the data
	isNil  bool // xsi:nil
	value
}

// value is a place for one value of a row: an attribute, or the text of an element.
type value struct {
	values sample
	after  uint64 // the siblings that came before the element somewhere, a bit each (see bit)
	reach  int64  // bytes from the parent's tag to the element's end, at most

	owner *table // in which it is a column
	col   int
	keyOf *table // whose natural key it is
}

func newShape() *shape {
	s := &shape{names: newNames(), budget: maxSampled}
	s.top = &node{byName: map[*qname]*node{}}
	return s
}

func (s *shape) add() error {
	if s.paths++; s.paths > maxPaths {
		return fmt.Errorf("it has more than %d different kinds of elements and attributes", maxPaths)
	}
	return nil
}

func (s *shape) addNode(parent *node, q *qname, in *scope, raw string) (*node, error) {
	n := &node{name: q, raw: raw, scope: in, parent: parent, depth: parent.depth + 1, order: s.paths + 1, index: len(parent.kids)}
	n.byName, n.attrByName, n.label = map[*qname]*node{}, map[*qname]*leaf{}, q.local
	parent.kids = append(parent.kids, n)
	parent.byName[q] = n
	return n, s.add()
}

func (s *shape) addLeaf(n *node, q *qname, in *scope, raw string) (*leaf, error) {
	l := &leaf{name: q, raw: raw, scope: in, order: s.paths + 1, label: q.local, ignore: q.ignored(), isNil: q.isNil()}
	n.attrs = append(n.attrs, l)
	n.attrByName[q] = l
	return l, s.add()
}

// learning is what a frame remembers of one element while the shape is learnt.
type learning struct {
	instance int64
	began    uint64 // the children that began so far, a bit each
	hasText  bool
	hasKids  bool
	isNil    bool
	isAmount bool
	size     int64
	hash     uint64
}

// bit stands for the kid with the given index; those past the 63rd share one.
func bit(index int) uint64 { return 1 << min(index, 63) }

// learnShape reads the document once.
func learnShape(w *walker) error {
	for {
		t, err := w.next()
		if err != nil {
			return err
		}
		switch t {
		case text:
			err = w.learnText()
		case endOfDocument:
			return nil
		}
		if err != nil {
			return w.explain(err)
		}
	}
}

func (w *walker) learnStart(parent, f *frame) error {
	n := f.node
	parent.learnt.hasKids = true
	n.repeats = n.repeats || n.count > 0 && n.within == parent.learnt.instance
	n.within = parent.learnt.instance
	n.count++
	n.after |= parent.learnt.began &^ bit(n.index)
	parent.learnt.began |= bit(n.index)
	f.learnt = learning{instance: w.tags, hash: hashStart}
	if len(w.attrs) == 0 {
		return nil
	}
	if err := w.resolve(); err != nil {
		return err
	}
	for i, l := range w.found {
		if l.values.last == w.tags {
			return w.tagFault("the attribute %s stands twice in <%s>", w.attrs[i].name, w.name)
		}
		l.values.last = w.tags
		given := w.attrs[i].value
		f.learnt.isNil = f.learnt.isNil || l.isNil && isTrue(given)
		l.values.amounts = l.values.amounts || isAmount(given)
		l.values.add(hashOf(hashStart, given), int64(len(given)), parent.learnt.instance, &w.shape.budget)
	}
	return nil
}

func isTrue(p []byte) bool { return string(p) == "true" || string(p) == "1" }

func (w *walker) learnText() error {
	f := &w.stack[len(w.stack)-1]
	if w.blank {
		return nil
	}
	f.learnt.hasText = f.learnt.hasText || !blank(w.data)
	if len(f.node.kids) == 0 {
		if f.learnt.size += int64(len(w.data)); f.learnt.size > maxRow {
			return &fault{line: f.line, err: fmt.Errorf("one <%s> holds more than %d MiB of text", f.raw, maxRow>>20)}
		}
		if f.learnt.size <= maxKey {
			f.learnt.hash = hashOf(f.learnt.hash, w.data)
			f.learnt.isAmount = isAmount(w.data)
		}
	}
	return nil
}

func (w *walker) learnEnd(f *frame) {
	n, l := f.node, &f.learnt
	n.text = n.text || l.hasText && !l.isNil
	n.empty = n.empty || !l.hasText && !l.hasKids
	if len(n.kids) > 0 || len(w.stack) < 3 {
		return
	}
	parent, above := &w.stack[len(w.stack)-2], &w.stack[len(w.stack)-3]
	n.reach = max(n.reach, w.base+int64(w.pos)-parent.from)
	if l.hasText && !l.isNil {
		n.values.amounts = n.values.amounts || l.isAmount
		n.values.add(l.hash, l.size, above.learnt.instance, &w.shape.budget)
	}
}

// What is remembered of values, to see which leaf identifies its element.
const (
	maxSampled = 200_000 // values of a document
	perLeaf    = 1_000   // values of one leaf, the first ones
	maxKey     = 100     // bytes of a value that can be a key
)

// sample sees whether the values of a leaf are unique: among the elements of one parent, and in the whole document.
type sample struct {
	filled  int64 // occurrences that have a value
	long    bool  // a value is too long for a key
	amounts bool  // a value is a number with a fraction
	last    int64 // the tag in which an attribute occurred last

	scope       int64
	local       map[uint64]struct{}
	all         map[uint64]struct{}
	localTwice  bool
	globalTwice bool
}

func (s *sample) add(hash uint64, size, scope int64, budget *int) {
	if size > 0 {
		s.filled++
	}
	s.long = s.long || size > maxKey
	if s.filled <= perLeaf && *budget <= 0 {
		s.localTwice, s.globalTwice = true, true
	}
	if s.long || s.localTwice || s.filled > perLeaf {
		s.local, s.all = nil, nil
		return
	}
	*budget--
	if s.local == nil || s.scope != scope {
		s.local, s.scope = map[uint64]struct{}{}, scope
	}
	if s.all == nil {
		s.all = map[uint64]struct{}{}
	}
	_, s.localTwice = s.local[hash]
	_, twice := s.all[hash]
	s.globalTwice = s.globalTwice || twice
	s.local[hash], s.all[hash] = struct{}{}, struct{}{}
}

// isAmount recognises a number with a decimal point or comma: it may be unique, but it identifies nothing.
func isAmount(p []byte) bool {
	point := false
	for _, c := range p {
		point = point || c == '.' || c == ','
		if (c < '0' || c > '9') && c != '.' && c != ',' && c != '-' && c != '+' {
			return false
		}
	}
	return point
}

const hashStart = 14695981039346656037

// hashOf is FNV-1a, continued over pieces.
func hashOf(h uint64, p []byte) uint64 {
	for _, c := range p {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h
}
