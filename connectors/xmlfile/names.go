package xmlfile

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// Limits against documents that declare names without end.
const (
	maxScopes = 10_000
	maxNames  = 200_000
)

// The namespaces that are no data: they say where definitions are, and that a value is nil.
const (
	xmlSpace      = "http://www.w3.org/XML/1998/namespace"
	xmlnsSpace    = "http://www.w3.org/2000/xmlns/"
	instanceSpace = "http://www.w3.org/2001/XMLSchema-instance"
)

// qname is a name with the namespace it stands in. One value for each: they are compared as pointers.
type qname struct {
	space, local string
	prefix       string // the prefix it was first seen with
}

// scope is what prefixes mean at one place of the document. One value for each set of declarations.
type scope struct {
	spaces   map[string]string // prefix -> namespace; "" is the default
	names    map[string]*qname // names as they are written in tags
	attrs    map[string]*qname // and in attributes, where the default does not hold
	children map[string]*scope // by the declarations that lead there, as they are written
}

// names knows all names of a document. It learns at the first reading; then it is closed and only read, by as many as like.
type names struct {
	closed  bool
	root    *scope
	known   map[qname]*qname
	scopes  int
	count   int
	unbound []string // prefixes that are declared nowhere, in order of appearance
}

// errUnknown is a name or declaration that was not there at the first reading.
var errUnknown = errors.New("this was not here before")

func newNames() *names {
	return &names{root: newScope(map[string]string{"xml": xmlSpace}), known: map[qname]*qname{}}
}

func newScope(spaces map[string]string) *scope {
	return &scope{spaces: spaces, names: map[string]*qname{}, attrs: map[string]*qname{}, children: map[string]*scope{}}
}

// enter is the scope inside of an element with the given attributes.
func (n *names) enter(from *scope, attrs []attribute, key []byte) (*scope, []byte, error) {
	key = key[:0]
	for _, a := range attrs {
		if isDeclaration(a.name) {
			key = append(append(append(append(key, a.name...), '='), a.value...), 0)
		}
	}
	if known := from.children[string(key)]; known != nil {
		return known, key, nil
	}
	if n.closed {
		return nil, key, errUnknown
	}
	if n.scopes++; n.scopes > maxScopes {
		return nil, key, fmt.Errorf("it declares namespaces in more than %d different ways", maxScopes)
	}
	spaces := make(map[string]string, len(from.spaces)+1)
	for prefix, space := range from.spaces {
		spaces[prefix] = space
	}
	var s scanner // only for its decoding
	seen := map[string]bool{}
	for _, a := range attrs {
		if !isDeclaration(a.name) {
			continue
		}
		prefix := strings.TrimPrefix(strings.TrimPrefix(string(a.name), "xmlns"), ":")
		if seen[prefix] {
			return nil, key, fmt.Errorf("the attribute %s stands twice in one tag", a.name)
		}
		seen[prefix] = true
		spaces[prefix] = string(s.appendValue(nil, a))
	}
	child := newScope(spaces)
	from.children[string(key)] = child
	return child, key, nil
}

func isDeclaration(name []byte) bool {
	return bytes.HasPrefix(name, []byte("xmlns")) && (len(name) == 5 || name[5] == ':')
}

// element resolves the name of a tag.
func (n *names) element(s *scope, raw []byte) (*qname, error) {
	if q := s.names[string(raw)]; q != nil {
		return q, nil
	}
	q, err := n.resolve(s, raw, true)
	if err == nil {
		s.names[string(raw)] = q
	}
	return q, err
}

// attribute resolves the name of an attribute.
func (n *names) attribute(s *scope, raw []byte) (*qname, error) {
	if q := s.attrs[string(raw)]; q != nil {
		return q, nil
	}
	q, err := n.resolve(s, raw, false)
	if err == nil {
		s.attrs[string(raw)] = q
	}
	return q, err
}

// resolve finds out what a name means that was not written so in this scope before. A prefix that is not declared
// stands for itself, as in a piece that was cut out of a larger document.
func (n *names) resolve(s *scope, raw []byte, element bool) (*qname, error) {
	if n.closed {
		return nil, errUnknown
	}
	if n.count++; n.count > maxNames {
		return nil, fmt.Errorf("it has more than %d different names", maxNames)
	}
	prefix, local, qualified := bytes.Cut(raw, []byte{':'})
	if !qualified {
		prefix, local = nil, raw
	}
	if !validName(local) || qualified && !validName(prefix) || bytes.IndexByte(local, ':') >= 0 {
		return nil, record.Advise(fmt.Errorf("%q is no name in XML", raw), `Where "<" is meant as text it is written &lt;.`)
	}
	q := qname{local: string(local), prefix: string(prefix)}
	switch space, bound := s.spaces[q.prefix]; {
	case q.prefix == "" && !element:
	case q.prefix == "xmlns":
		q.space = xmlnsSpace
	case bound:
		q.space = space
	case q.prefix != "":
		q.space = q.prefix
		if !slices.Contains(n.unbound, q.prefix) {
			n.unbound = append(n.unbound, q.prefix)
		}
	}
	key := qname{space: q.space, local: q.local}
	if n.known[key] == nil {
		n.known[key] = &q
	}
	return n.known[key], nil
}

// ignored reports whether an attribute speaks of the document instead of the data.
func (q *qname) ignored() bool {
	return q.space == xmlnsSpace || q.space == "" && q.local == "xmlns" || strings.HasSuffix(q.local, "chemaLocation")
}

// isNil reports whether it is the attribute that says that an element has no value.
func (q *qname) isNil() bool {
	return q.local == "nil" && (q.space == instanceSpace || q.space == "xsi")
}

// validName checks a name without prefix against XML 1.0, fifth edition.
func validName(p []byte) bool {
	for i := 0; i < len(p); {
		r, size := utf8.DecodeRune(p[i:])
		if r == utf8.RuneError || !nameStart(r) && (i == 0 || !nameRest(r)) {
			return false
		}
		i += size
	}
	return len(p) > 0
}

func nameStart(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_' || r == ':'
	case r < 0x2000:
		return r >= 0xC0 && r != 0xD7 && r != 0xF7 && (r < 0x300 || r > 0x36F) && r != 0x37E
	}
	return r == 0x200C || r == 0x200D || r >= 0x2070 && r <= 0x218F || r >= 0x2C00 && r <= 0x2FEF ||
		r >= 0x3001 && r <= 0xD7FF || r >= 0xF900 && r <= 0xFDCF || r >= 0xFDF0 && r <= 0xFFFD || r >= 0x10000 && r <= 0xEFFFF
}

func nameRest(r rune) bool {
	return r >= '0' && r <= '9' || r == '-' || r == '.' || r == 0xB7 || r >= 0x300 && r <= 0x36F || r == 0x203F || r == 0x2040
}
