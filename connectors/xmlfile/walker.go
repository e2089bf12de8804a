package xmlfile

import (
	"errors"
	"fmt"
	"io"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/rawfile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Limits against documents made to exhaust a reader. No business document comes near them.
const (
	maxDepth   = 100
	maxRow     = 64 << 20 // bytes of text of one row, and so of one cell
	maxPaths   = 50_000   // different paths of elements and attributes
	maxColumns = 10_000   // columns of one table
)

// walker follows a document along its shape: it knows at every moment which element path it is in. While it learns, it
// extends the shape by what it meets; afterwards a path that is not there means that the file changed. It checks what a
// scanner cannot see: that tags match, that there is one root and nothing beside it, that nothing is endless.
type walker struct {
	scanner
	path  string
	shape *shape
	learn bool

	at     *node // the element that is open, or the one that just closed
	stack  []frame
	scope  *scope
	rooted bool
	key    []byte // reused by names.enter
	found  []*leaf
	tags   int64 // start tags so far
}

// frame is one open element.
type frame struct {
	node  *node
	raw   []byte // its name as it is written; the memory is reused
	scope *scope // outside of it
	kid   int    // index of the child element that was last
	line  int64
	from  int64 // offset of its tag

	learnt learning
}

func newWalker(path string, in io.Reader, sh *shape, learn bool) *walker {
	w := &walker{scanner: newScanner(in), path: path, shape: sh, learn: learn, at: sh.top, scope: sh.names.root}
	w.stack = append(make([]frame, 0, maxDepth+1), frame{node: sh.top})
	return w
}

// offset is where the last tag begins in the decoded stream.
func (w *walker) offset() int64 { return w.base + int64(w.tokenPos) }

// depth is the number of open elements.
func (w *walker) depth() int { return len(w.stack) - 1 }

// next moves to the next tag or text. At a start tag and at text, at is the element they belong to; at an end tag it is
// the element that ends. Errors about the document wrap connectors.ErrDamaged.
func (w *walker) next() (token, error) {
	for {
		if w.stack[len(w.stack)-1].node != w.at { // an element ended at the step before
			w.at = w.stack[len(w.stack)-1].node
		}
		t, err := w.scanner.next()
		if err != nil {
			return 0, w.explain(err)
		}
		switch t {
		case startTag:
			err = w.enter()
		case endTag:
			err = w.leave()
		case text:
			if len(w.stack) > 1 {
				return text, nil
			}
			if w.blank || !w.cdata && blank(w.data) {
				continue
			}
			err = w.tokenFault(leadingBlanks(w.data), errors.New("text stands outside of the document's root element"))
		case endOfDocument:
			switch {
			case len(w.stack) > 1:
				err = errShort
			case !w.rooted:
				err = w.fault(w.pos, "it has no element")
			}
		}
		if err != nil {
			return 0, w.explain(err)
		}
		return t, nil
	}
}

func (w *walker) enter() error {
	switch {
	case len(w.stack) == 1 && w.rooted:
		return w.tagFault("a second root element <%s> begins", w.name)
	case len(w.stack) > maxDepth:
		return w.tagFault("elements are nested more than %d deep", maxDepth)
	}
	w.rooted = true
	w.tags++
	outer := w.scope
	if w.declares {
		var err error
		if w.scope, w.key, err = w.shape.names.enter(outer, w.attrs, w.key); err != nil {
			return w.tagFault("%w", err)
		}
	}
	parent := &w.stack[len(w.stack)-1]
	kid, err := w.child(parent)
	if err != nil {
		return err
	}
	n := len(w.stack)
	w.stack = w.stack[:n+1]
	f := &w.stack[n]
	*f = frame{node: kid, raw: append(f.raw[:0], w.name...), scope: outer, line: w.tokenRow, from: w.offset()}
	w.at = kid
	if w.learn {
		return w.learnStart(parent, f)
	}
	return nil
}

// child finds the path of the element that begins. Elements mostly come in the order in which they came before, so the
// search begins where the last one was found.
func (w *walker) child(parent *frame) (*node, error) {
	kids := parent.node.kids
	for k, i := 0, parent.kid; k < min(len(kids), 8); k, i = k+1, i+1 {
		if i >= len(kids) {
			i = 0
		}
		if kid := kids[i]; kid.scope == w.scope && kid.raw == string(w.name) {
			parent.kid = i
			return kid, nil
		}
	}
	q, err := w.shape.names.element(w.scope, w.name)
	if err != nil {
		return nil, w.tagFault("%w", err)
	}
	kid := parent.node.byName[q]
	if kid == nil {
		if !w.learn {
			return nil, w.changed()
		}
		if kid, err = w.shape.addNode(parent.node, q, w.scope, string(w.name)); err != nil {
			return nil, w.tagFault("%w", err)
		}
	}
	parent.kid = kid.index
	return kid, nil
}

// resolve finds the path of each attribute of the tag, in found.
func (w *walker) resolve() error {
	w.found = w.found[:0]
	for i, a := range w.attrs {
		l, err := w.leaf(i, a)
		if err != nil {
			return err
		}
		w.found = append(w.found, l)
	}
	return nil
}

func (w *walker) leaf(i int, a attribute) (*leaf, error) {
	if attrs := w.at.attrs; i < len(attrs) && attrs[i].scope == w.scope && attrs[i].raw == string(a.name) {
		return attrs[i], nil
	}
	q, err := w.shape.names.attribute(w.scope, a.name)
	if err != nil {
		return nil, w.tagFault("%w", err)
	}
	l := w.at.attrByName[q]
	if l == nil {
		if !w.learn {
			return nil, w.changed()
		}
		if l, err = w.shape.addLeaf(w.at, q, w.scope, string(a.name)); err != nil {
			return nil, w.tagFault("%w", err)
		}
	}
	return l, nil
}

func (w *walker) leave() error {
	top := &w.stack[len(w.stack)-1]
	switch {
	case len(w.stack) == 1:
		return w.tagFault("</%s> closes nothing", w.name)
	case string(top.raw) != string(w.name):
		return w.tagFault("</%s> closes <%s> of line %d", w.name, top.raw, top.line)
	}
	if w.learn {
		w.learnEnd(top)
	}
	w.at, w.scope = top.node, top.scope
	w.stack = w.stack[:len(w.stack)-1]
	return nil
}

// tagFault says what is wrong with the last tag.
func (w *walker) tagFault(format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	if errors.Is(err, errUnknown) {
		return w.changed()
	}
	return w.tokenFault(0, err)
}

func (w *walker) changed() error {
	return fmt.Errorf("%s line %d: <%s> was not here before: %w", w.path, w.tokenRow, w.name, connectors.ErrChanged)
}

// explain makes a sentence with file, line and column of what the scanner or walker found.
func (w *walker) explain(err error) error {
	var f *fault
	var undecodable *rawfile.UndecodableError
	switch {
	case errors.Is(err, connectors.ErrChanged):
		return err
	case errors.Is(err, errShort):
		return w.cutOff()
	case errors.As(err, &f) && errors.As(err, &undecodable):
		return w.undecodable(f.line, f.column, undecodable)
	case errors.As(err, &undecodable):
		return w.undecodable(w.line, 0, undecodable)
	case errors.As(err, &f):
		return w.damaged(f.line, f.column, f.err)
	}
	return err
}

func (w *walker) undecodable(line, column int64, err error) error {
	return record.Advise(fmt.Errorf("%s %s: %w", w.path, position(line, column), err),
		"The file is not in the encoding it declares; state the right one as encoding: in migrate.yaml, for example windows-1252.")
}

func (w *walker) cutOff() error {
	cause := "the document is cut off"
	if len(w.stack) > 1 {
		top := w.stack[len(w.stack)-1]
		cause += fmt.Sprintf(": <%s> of line %d is not closed", top.raw, top.line)
	}
	w.pass(len(w.buf))
	return record.Advise(w.damaged(w.line, w.columnOf(w.pos), errors.New(cause)), "Export the file again, or copy it again from where it was made.")
}

// damaged names the place; the remedy, where there is one, stays outermost.
func (w *walker) damaged(line, column int64, cause error) error {
	err := fmt.Errorf("%s %s: %w: %w", w.path, position(line, column), cause, connectors.ErrDamaged)
	var advice *record.Advice
	if errors.As(cause, &advice) {
		return record.Advise(err, advice.Remedy)
	}
	return err
}

func position(line, column int64) string {
	if column == 0 {
		return fmt.Sprintf("line %d", line)
	}
	return fmt.Sprintf("line %d, column %d", line, column)
}

func blank(p []byte) bool { return leadingBlanks(p) == len(p) }

func leadingBlanks(p []byte) int {
	for i, c := range p {
		if class[c]&isBlank == 0 {
			return i
		}
	}
	return len(p)
}
