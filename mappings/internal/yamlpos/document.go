package yamlpos

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// Pos is a place in a document; both count from 1.
type Pos struct{ Line, Col int }

// Kind is the shape of a node.
type Kind uint8

// The shapes.
const (
	Scalar Kind = iota
	Map
	List
)

// Type is what a scalar looks like without quotes.
type Type uint8

// The types of scalars.
const (
	String Type = iota
	Number
	Bool
	Null
)

// Node is one value of a document.
type Node struct {
	Pos
	Kind  Kind
	Type  Type   // of a scalar
	Text  string // of a scalar, as written: 0001 stays 0001
	Pairs []Pair // of a map, in file order
	Items []*Node

	style style
}

type style uint8

const (
	plain style = iota
	quoted
	block
)

// Pair is one key of a map with its value.
type Pair struct {
	Key   string
	At    Pos // of the key
	Value *Node
}

// IsNull reports whether the node is a null written without quotes, or nothing at all.
func (n *Node) IsNull() bool { return n == nil || n.Kind == Scalar && n.Type == Null }

// Get returns the value of a key of a map, or nil.
func (n *Node) Get(key string) *Node {
	if n == nil {
		return nil
	}
	for _, p := range n.Pairs {
		if p.Key == key {
			return p.Value
		}
	}
	return nil
}

// Document is a parsed file together with the problems found in it so far.
type Document struct {
	File     string
	Root     *Node
	lines    []string
	problems []Problem
	secrets  []string
}

// Problems returns what was found so far, sorted by position.
func (d *Document) Problems() []Problem {
	for i := range d.problems {
		d.problems[i] = d.hide(d.problems[i])
	}
	return Sort(d.problems)
}

// hide puts stars in the place of the secrets known so far.
func (d *Document) hide(p Problem) Problem {
	for _, secret := range d.secrets {
		stars := strings.Repeat("*", utf8.RuneCountInString(secret)) // as wide, so that the caret stays right
		for _, text := range []*string{&p.Message, &p.Hint, &p.Excerpt} {
			*text = strings.ReplaceAll(*text, secret, stars)
		}
	}
	return p
}

// Report adds an error at a position.
func (d *Document) Report(at Pos, hint, format string, args ...any) {
	d.problems = append(d.problems, d.Problem(record.Error, at, hint, fmt.Sprintf(format, args...)))
}

// Warn adds a warning at a position.
func (d *Document) Warn(at Pos, hint, format string, args ...any) {
	d.problems = append(d.problems, d.Problem(record.Warning, at, hint, fmt.Sprintf(format, args...)))
}

// Hide keeps a secret out of everything that Problems returns, the excerpts of its line included.
func (d *Document) Hide(secret string) {
	if secret != "" {
		d.secrets = append(d.secrets, secret)
	}
}

// Problem makes a problem with its excerpt without adding it.
func (d *Document) Problem(severity record.Severity, at Pos, hint, message string) Problem {
	return d.hide(Problem{File: d.File, Line: at.Line, Col: at.Col, Severity: severity, Message: message, Hint: hint, Excerpt: d.excerpt(at)})
}

// Where returns file:line:col of a position.
func (d *Document) Where(at Pos) string { return fmt.Sprintf("%s:%d:%d", d.File, at.Line, at.Col) }

// excerptWidth keeps a generated line of thousands of characters from flooding a terminal.
const excerptWidth = 120

func (d *Document) excerpt(at Pos) string {
	if at.Line < 1 || at.Line > len(d.lines) {
		return ""
	}
	line := []rune(strings.TrimRight(d.lines[at.Line-1], "\r"))
	col := min(max(at.Col, 1), len(line)+1)
	from := 0
	if col > excerptWidth {
		from = col - excerptWidth/2
	}
	shown := line[from:min(len(line), from+excerptWidth)]
	var pad strings.Builder
	for _, r := range line[from : col-1] {
		if r != '\t' {
			r = ' '
		}
		pad.WriteRune(r)
	}
	return fmt.Sprintf("%5d | %s\n      | %s^", at.Line, string(shown), pad.String())
}

// Within returns the position of the character at a rune offset of a scalar's text. Where quoting or folding makes
// that uncertain it is the position of the scalar.
func (d *Document) Within(n *Node, offset int) Pos {
	switch {
	case n.style == block:
		return d.withinBlock(n, offset)
	case n.Line < 1 || n.Line > len(d.lines):
		return n.Pos
	}
	start := n.Col - 1
	if n.style == quoted {
		start++
	}
	line := []rune(d.lines[n.Line-1])
	text := []rune(n.Text)
	if start+len(text) > len(line) || string(line[start:start+len(text)]) != n.Text {
		return n.Pos
	}
	return Pos{n.Line, start + 1 + min(offset, len(text))}
}

func (d *Document) withinBlock(n *Node, offset int) Pos {
	row, col := 0, offset
	for _, line := range strings.SplitAfter(n.Text, "\n") {
		size := utf8.RuneCountInString(line)
		if col < size {
			break
		}
		row, col = row+1, col-size
	}
	if n.Line+row >= len(d.lines) {
		return n.Pos
	}
	line, first := d.lines[n.Line+row], d.lines[n.Line]
	indent := len(first) - len(strings.TrimLeft(first, " "))
	if indent+col > utf8.RuneCountInString(line) {
		return n.Pos
	}
	return Pos{n.Line + 1 + row, indent + col + 1}
}
