package yamlpos

import (
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/nearest"
)

// Object reads the keys of one map. A map that is none is reported once and then reads as empty.
type Object struct {
	doc  *Document
	node *Node
	what string
}

// Object checks that n is a map that holds only known keys. what names it in messages ("the mapping", "source x").
func (d *Document) Object(n *Node, what string, known ...string) Object {
	if n == nil || n.Kind != Map {
		if n != nil {
			d.Report(n.Pos, "", "%s must be a map of keys (%s)", what, strings.Join(known, ", "))
		}
		return Object{d, &Node{Kind: Map}, what}
	}
	for _, p := range n.Pairs {
		if !contains(known, p.Key) {
			d.Report(p.At, d.unknownHint(p.Key, known), "unknown key %q", p.Key)
		}
	}
	return Object{d, n, what}
}

func (d *Document) unknownHint(key string, known []string) string {
	if near := nearest.Word(key, known); near != "" {
		return "did you mean " + strconv.Quote(near) + "?"
	}
	return "known keys: " + strings.Join(known, ", ")
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

// Node returns the value of a key, or nil where it is absent.
func (o Object) Node(key string) *Node { return o.node.Get(key) }

// Has reports whether the key is there.
func (o Object) Has(key string) bool { return o.node.Get(key) != nil }

// Keys returns the keys in file order, known or not.
func (o Object) Keys() []string {
	out := make([]string, 0, len(o.node.Pairs))
	for _, p := range o.node.Pairs {
		out = append(out, p.Key)
	}
	return out
}

// At returns the position of a key, or of the whole object where the key is absent.
func (o Object) At(key string) Pos {
	for _, p := range o.node.Pairs {
		if p.Key == key {
			return p.At
		}
	}
	return o.node.Pos
}

// Text returns the text of a scalar; "" where the key is absent.
func (o Object) Text(key string) string { return o.doc.Text(o.Node(key), key) }

// Text returns the text of a scalar node and reports any other shape.
func (d *Document) Text(n *Node, what string) string {
	if n == nil {
		return ""
	}
	if n.Kind != Scalar || n.IsNull() {
		d.Report(n.Pos, "", "%s must be a text", what)
		return ""
	}
	return n.Text
}

// Texts returns the texts of a list; a single scalar is a list of one.
func (o Object) Texts(key string) []string { return o.doc.Texts(o.Node(key), key) }

// Texts returns the texts of a list node, or of a scalar as a list of one.
func (d *Document) Texts(n *Node, what string) []string {
	if n == nil {
		return nil
	}
	if n.Kind == Map || n.Kind == Scalar && n.IsNull() {
		d.Report(n.Pos, "", "%s must be a text or a list of texts", what)
		return nil
	}
	if n.Kind == Scalar {
		return []string{n.Text}
	}
	out := make([]string, 0, len(n.Items))
	for _, item := range n.Items {
		if item.Kind != Scalar {
			d.Report(item.Pos, "", "%s must hold texts only", what)
			continue
		}
		out = append(out, item.Text)
	}
	return out
}

// Choice returns the text of a scalar that must be one of the options; "" where the key is absent or wrong.
func (o Object) Choice(key string, options ...string) string {
	n := o.Node(key)
	if n == nil {
		return ""
	}
	if n.Kind == Scalar && contains(options, n.Text) {
		return n.Text
	}
	hint := ""
	if n.Kind == Scalar {
		if near := nearest.Word(n.Text, options); near != "" {
			hint = "did you mean " + strconv.Quote(near) + "?"
		}
	}
	o.doc.Report(n.Pos, hint, "%s must be %s", key, either(options))
	return ""
}

func either(options []string) string {
	if len(options) == 1 {
		return options[0]
	}
	last := len(options) - 1
	return strings.Join(options[:last], ", ") + " or " + options[last]
}

// Int returns a whole number; 0 where the key is absent.
func (o Object) Int(key string) int {
	n := o.Node(key)
	if n == nil {
		return 0
	}
	v, err := strconv.Atoi(n.Text)
	if n.Kind != Scalar || err != nil {
		o.doc.Report(n.Pos, "", "%s must be a whole number", key)
		return 0
	}
	return v
}

// Bool returns true or false, or nil where the key is absent.
func (o Object) Bool(key string) *bool {
	n := o.Node(key)
	if n == nil {
		return nil
	}
	if n.Kind != Scalar || n.Type != Bool {
		o.doc.Report(n.Pos, "", "%s must be true or false", key)
		return nil
	}
	v := n.Text == "true"
	return &v
}

// Each calls f for every key of a map in file order; it reports a value that is no map.
func (o Object) Each(key string, f func(name string, at Pos, value *Node)) {
	n := o.Node(key)
	if n == nil || n.IsNull() {
		return
	}
	if n.Kind != Map {
		o.doc.Report(n.Pos, "", "%s must be a map", key)
		return
	}
	for _, p := range n.Pairs {
		f(p.Key, p.At, p.Value)
	}
}

// Require reports the first of the keys that is absent or empty.
func (o Object) Require(keys ...string) {
	for _, key := range keys {
		if n := o.Node(key); n == nil || n.IsNull() {
			o.doc.Report(o.At(key), "", "%s lacks the key %q", o.what, key)
		}
	}
}
