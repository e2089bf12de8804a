package yamlpos

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// maxDepth is far beyond what either format nests; a file that goes deeper is not one of ours.
const maxDepth = 32

// Parse reads one document. Root is nil when the file could not be read at all; the problems say why.
func Parse(file string, data []byte) *Document {
	text := strings.TrimPrefix(string(data), "\ufeff")
	d := &Document{File: file, lines: strings.Split(text, "\n")}
	if !utf8.ValidString(text) {
		d.Report(Pos{1, 1}, "save it as UTF-8", "the file is not UTF-8 text")
		return d
	}
	tree, err := parse(text)
	if err != nil {
		d.syntax(err)
		return d
	}
	body := d.body(tree)
	if body == nil {
		return d
	}
	d.Root = d.convert(body, 0)
	return d
}

// parse keeps a parser's panic on hostile bytes from becoming the user's stack trace.
func parse(text string) (tree *ast.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the file is no YAML that can be read (%v)", r)
		}
	}()
	return parser.ParseBytes([]byte(text), 0, parser.AllowDuplicateMapKey())
}

func (d *Document) body(tree *ast.File) ast.Node {
	var found ast.Node
	for _, doc := range tree.Docs {
		if doc == nil || doc.Body == nil || doc.Body.Type() == ast.CommentType || doc.Body.Type() == ast.CommentGroupType {
			continue
		}
		if found != nil {
			d.Report(position(doc.Body.GetToken()), "write one file each", "a second document begins here")
			break
		}
		found = doc.Body
	}
	if found == nil {
		d.Report(Pos{1, 1}, "", "the file is empty")
	}
	return found
}

func (d *Document) syntax(err error) {
	var located yaml.Error
	if !errors.As(err, &located) {
		d.Report(Pos{1, 1}, "", "%s", err.Error())
		return
	}
	at := position(located.GetToken())
	d.Report(at, d.syntaxHint(at), "not valid YAML: %s", located.GetMessage())
}

// syntaxHint knows the mistakes that this language invites: an expression is a plain scalar only as long as it
// holds no ": " and no " #".
func (d *Document) syntaxHint(at Pos) string {
	for _, n := range []int{at.Line, at.Line - 1} {
		if n < 1 || n > len(d.lines) {
			continue
		}
		line := d.lines[n-1]
		if strings.Contains(line, ": =") {
			return `put the expression on a line of its own below "|-": it holds a colon, which ends a plain text`
		}
		if strings.HasPrefix(line, "\t") {
			return "indent with blanks, not with tabs"
		}
	}
	return ""
}

func position(t *token.Token) Pos {
	if t == nil || t.Position == nil {
		return Pos{1, 1}
	}
	return Pos{max(t.Position.Line, 1), max(t.Position.Column, 1)}
}

func (d *Document) convert(n ast.Node, depth int) *Node {
	if n == nil {
		return &Node{Type: Null}
	}
	out := &Node{Pos: position(n.GetToken())}
	if depth > maxDepth {
		d.Report(out.Pos, "", "nested more than %d levels deep", maxDepth)
		return out
	}
	switch v := n.(type) {
	case *ast.MappingNode:
		d.convertMap(out, v.Values, v.IsFlowStyle, depth)
	case *ast.MappingValueNode:
		d.convertMap(out, []*ast.MappingValueNode{v}, v.IsFlowStyle, depth)
	case *ast.SequenceNode:
		out.Kind = List
		for _, item := range v.Values {
			out.Items = append(out.Items, d.convert(item, depth+1))
		}
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
		out.Type = Null
		d.Report(out.Pos, "write the value out", "anchors and aliases are not part of this format")
	case *ast.TagNode:
		out.Type = Null
		d.Report(out.Pos, "remove the tag", "tags such as %s are not part of this format", v.Start.Value)
	default:
		d.scalar(out, n)
	}
	return out
}

func (d *Document) scalar(out *Node, n ast.Node) {
	switch v := n.(type) {
	case *ast.NullNode:
		out.Type, out.Text = Null, v.Token.Value
	case *ast.BoolNode:
		out.Type, out.Text = Bool, v.Token.Value
	case *ast.IntegerNode:
		out.Type, out.Text = Number, v.Token.Value
	case *ast.FloatNode:
		out.Type, out.Text = Number, v.Token.Value
	case *ast.LiteralNode:
		out.Text, out.style = v.Value.Value, block
		out.Pos = position(v.Start)
	case *ast.StringNode:
		out.Text = v.Value
		if v.Token.Type == token.DoubleQuoteType || v.Token.Type == token.SingleQuoteType {
			out.style = quoted
		}
	default:
		out.Text = n.String()
	}
}

func (d *Document) convertMap(out *Node, values []*ast.MappingValueNode, flow bool, depth int) {
	out.Kind = Map
	seen := map[string]bool{}
	for i, v := range values {
		key, at, ok := d.key(v.Key)
		if !ok {
			continue
		}
		if i == 0 && !flow {
			out.Pos = at
		}
		if seen[key] {
			d.Report(at, "keep one of them", "key %q stands here a second time", key)
			continue
		}
		seen[key] = true
		value := d.convert(v.Value, depth+1)
		if value.Line == 0 {
			value.Pos = at
		}
		out.Pairs = append(out.Pairs, Pair{key, at, value})
	}
}

func (d *Document) key(k ast.MapKeyNode) (string, Pos, bool) {
	var n ast.Node = k
	if explicit, ok := n.(*ast.MappingKeyNode); ok {
		n = explicit.Value
	}
	at := position(n.GetToken())
	if n.Type() == ast.MergeKeyType {
		d.Report(at, "write the keys out", "merge keys are not part of this format")
		return "", at, false
	}
	var scalar Node
	d.scalar(&scalar, n)
	return scalar.Text, at, true
}
