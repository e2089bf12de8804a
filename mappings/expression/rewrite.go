package expression

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/cell"
	"github.com/odoo-migrate/odoo-migrate/mappings/internal/nearest"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// rewriter checks the types of a parsed expression and turns its literals, operators and columns into calls of our
// functions, so that nothing of the engine's own arithmetic is left: that knows binary floats only.
type rewriter struct {
	under    string   // "src", or "" where columns are bare names
	known    []string // nil lets every column pass
	location *time.Location
	columns  []string
	problems []Problem

	groups    *groupRewriter  // of a condition over groups
	tolerance *record.Decimal // of == between numbers
	tolerated bool
}

func (r *rewriter) fault(n ast.Node, hint, format string, args ...any) Type {
	r.problems = append(r.problems, Problem{n.Location().From, fmt.Sprintf(format, args...), hint})
	return Any
}

func (r *rewriter) rewrite(n *ast.Node) Type {
	switch v := (*n).(type) {
	case *ast.NilNode:
		return Null
	case *ast.BoolNode:
		return Bool
	case *ast.StringNode:
		return Text
	case *ast.IntegerNode:
		return r.constant(n, Number, record.DecimalFromInt(int64(v.Value)))
	case *ast.FloatNode:
		return r.float(n, v)
	case *ast.IdentifierNode:
		return r.identifier(n, v)
	case *ast.MemberNode:
		return r.member(n, v)
	case *ast.UnaryNode:
		return r.unary(n, v)
	case *ast.BinaryNode:
		return r.binary(n, v)
	case *ast.ConditionalNode:
		r.truth(&v.Cond)
		return common(r.rewrite(&v.Exp1), r.rewrite(&v.Exp2))
	case *ast.ArrayNode:
		for i := range v.Nodes {
			r.rewrite(&v.Nodes[i])
		}
		return List
	case *ast.CallNode:
		return r.call(n, v)
	case *ast.BuiltinNode:
		return r.fault(v, suggest(v.Name, functionNames()), "unknown function %s", v.Name)
	}
	return r.fault(*n, "", "%s is not part of this language", (*n).String())
}

func (r *rewriter) constant(n *ast.Node, t Type, value any) Type {
	ast.Patch(n, &ast.ConstantNode{Value: value})
	return t
}

// float takes the decimal that was written: the shortest text that reads back as the same double is that text, as long
// as it has no more than 15 digits.
func (r *rewriter) float(n *ast.Node, v *ast.FloatNode) Type {
	text := strconv.FormatFloat(v.Value, 'f', -1, 64)
	if len(strings.Trim(text, "-0.")) > 16 {
		return r.fault(v, `write it as a text: num("...")`, "a number of more than 15 digits cannot stand here")
	}
	return r.constant(n, Number, record.MustDecimal(text))
}

func (r *rewriter) identifier(n *ast.Node, v *ast.IdentifierNode) Type {
	if v.Value == "null" {
		ast.Patch(n, &ast.NilNode{})
		return Null
	}
	if r.groups != nil {
		return r.groups.name(r, n, v)
	}
	if r.under == "" {
		return r.column(n, v, v.Value, Any)
	}
	hint := "columns stand under src: src." + v.Value
	if v.Value == r.under {
		hint = "name a column: src.COLUMN"
	}
	return r.fault(v, hint, "unknown name %s", v.Value)
}

// member reads src.COLUMN, and src.adr.COLUMN for a column of a joined source.
func (r *rewriter) member(n *ast.Node, v *ast.MemberNode) Type {
	property, named := v.Property.(*ast.StringNode)
	if r.under == "" || !named || v.Optional {
		return r.fault(v, "", "%s is not part of this language", v.String())
	}
	name, base := property.Value, v.Node
	if inner, ok := base.(*ast.MemberNode); ok && !inner.Optional {
		if alias, ok := inner.Property.(*ast.StringNode); ok {
			name, base = alias.Value+"."+name, inner.Node
		}
	}
	if root, ok := base.(*ast.IdentifierNode); !ok || root.Value != r.under {
		return r.fault(v, "", "%s is not part of this language", v.String())
	}
	if base != v.Node && r.known != nil && !slices.ContainsFunc(r.known, func(k string) bool { return strings.HasPrefix(k, name[:strings.IndexByte(name, '.')+1]) }) {
		return r.fault(v, "", "%s is not part of this language", v.String())
	}
	return r.column(n, property, name, Text)
}

func (r *rewriter) column(n *ast.Node, at ast.Node, name string, t Type) Type {
	if r.known != nil && !slices.Contains(r.known, name) {
		return r.fault(at, suggest(name, r.known), "unknown column %q", name)
	}
	i := slices.Index(r.columns, name)
	if i < 0 {
		i = len(r.columns)
		r.columns = append(r.columns, name)
	}
	patchCall(n, opColumn, &ast.IdentifierNode{Value: "$env"}, &ast.IntegerNode{Value: i})
	return t
}

func suggest(word string, known []string) string {
	if near := nearest.Word(word, known); near != "" {
		return "did you mean " + strconv.Quote(near) + "?"
	}
	return ""
}

func patchCall(n *ast.Node, name string, args ...ast.Node) {
	callee := &ast.IdentifierNode{Value: name}
	callee.SetLocation((*n).Location())
	ast.Patch(n, &ast.CallNode{Callee: callee, Arguments: args})
}

// truth rewrites an operand that must be true or false.
func (r *rewriter) truth(n *ast.Node) {
	at := *n
	t := r.rewrite(n)
	switch t {
	case Bool:
	case Any:
		patchCall(n, opTruth, *n)
	default:
		r.fault(at, "compare it with something", "a condition must be true or false, not %s", t)
	}
}

func (r *rewriter) unary(n *ast.Node, v *ast.UnaryNode) Type {
	if v.Operator == "not" || v.Operator == "!" {
		r.truth(&v.Node)
		return Bool
	}
	operand := sideOf(v.Node)
	if operand.typ = r.rewrite(&v.Node); operand.typ != Number && operand.typ != Any {
		return r.fault(operand.node, operand.asNumber(), "%s needs a number, not %s", v.Operator, operand.typ)
	}
	patchCall(n, opNegate, v.Node)
	if v.Operator == "+" {
		*n = v.Node
	}
	return Number
}

func (r *rewriter) binary(n *ast.Node, v *ast.BinaryNode) Type {
	switch v.Operator {
	case "and", "or", "&&", "||":
		r.truth(&v.Left)
		r.truth(&v.Right)
		return Bool
	case "??":
		return common(r.rewrite(&v.Left), r.rewrite(&v.Right))
	}
	if operators[v.Operator] == nil {
		return r.fault(v, "", "the operator %s is not part of this language", v.Operator)
	}
	left, right, before := sideOf(v.Left), sideOf(v.Right), len(r.problems)
	left.typ, right.typ = r.rewrite(&v.Left), r.rewrite(&v.Right)
	if len(r.problems) > before {
		return Any // what is wrong inside would only be told a second time
	}
	result := r.operands(v, left, right)
	name := v.Operator
	if result == Text {
		name = opConcat
	}
	if equality := v.Operator == "==" || v.Operator == "!="; equality && r.tolerance != nil && left.typ != Text && right.typ != Text {
		r.tolerated = true
		patchCall(n, opNear, v.Left, v.Right, &ast.ConstantNode{Value: *r.tolerance})
		if v.Operator == "!=" {
			ast.Patch(n, &ast.UnaryNode{Operator: "not", Node: *n})
		}
		return result
	}
	patchCall(n, name, v.Left, v.Right)
	return result
}

// side is one operand as it was written.
type side struct {
	node  ast.Node
	text  string
	joins bool // shows that texts are to be joined: two bare columns do not, they may hold numbers
	typ   Type
}

func sideOf(n ast.Node) side {
	_, literal := n.(*ast.StringNode)
	return side{node: n, text: cell.Shorten(n.String()), joins: literal || joins(n)}
}

// joins reports whether a + of the original tree has a text in quotes on one of its sides.
func joins(n ast.Node) bool {
	v, ok := n.(*ast.BinaryNode)
	if !ok || v.Operator != "+" {
		_, literal := n.(*ast.StringNode)
		return literal
	}
	return joins(v.Left) || joins(v.Right)
}

// asNumber is the hint where a text stands for a number.
func (s side) asNumber() string {
	if s.typ == Text {
		return "num(" + s.text + ") reads a number"
	}
	return ""
}

// operands checks what stands at both sides of an operator and returns the result's type.
func (r *rewriter) operands(v *ast.BinaryNode, left, right side) Type {
	switch v.Operator {
	case "+", "-", "*", "/":
		return r.arithmetic(v.Operator, left, right)
	case "in":
		if right.typ != List && right.typ != Any {
			r.fault(right.node, `["A", "B"]`, "in needs a list, not %s", right.typ)
		}
	case "contains", "startsWith", "endsWith":
		for _, s := range []side{left, right} {
			if s.typ != Text && s.typ != Any {
				r.fault(s.node, "", "%s needs texts, not %s", v.Operator, s.typ)
			}
		}
	default:
		r.comparison(v, left, right)
	}
	return Bool
}

func (r *rewriter) arithmetic(sign string, left, right side) Type {
	if sign == "+" && left.typ == Text && right.typ == Text && (left.joins || right.joins) {
		return Text
	}
	for _, s := range []side{left, right} {
		if s.typ != Number && s.typ != Any {
			r.fault(s.node, s.asNumber(), "%s needs numbers, and %s is %s", sign, s.text, s.typ)
		}
	}
	return Number
}

func (r *rewriter) comparison(v *ast.BinaryNode, left, right side) {
	lt, rt := left.typ, right.typ
	ordered := v.Operator != "==" && v.Operator != "!="
	if ordered && (lt == Null || rt == Null || lt == Bool || rt == Bool || lt == List || rt == List) {
		r.fault(v, "", "%s cannot order %s and %s", v.Operator, lt, rt)
		return
	}
	if lt == rt || lt == Any || rt == Any || lt == Null || rt == Null {
		return
	}
	hint := ""
	switch {
	case lt == Text && rt == Number:
		hint = left.asNumber() + ", and quotes make a text of " + right.text
	case lt == Number && rt == Text:
		hint = right.asNumber()
	}
	r.fault(v, hint, "%s compares %s with %s", v.Operator, lt, rt)
}

// common is the type of a value that comes from either of two branches.
func common(a, b Type) Type {
	switch {
	case a == b, b == Null:
		return a
	case a == Null:
		return b
	}
	return Any
}

func (r *rewriter) call(n *ast.Node, v *ast.CallNode) Type {
	callee, ok := v.Callee.(*ast.IdentifierNode)
	if !ok {
		return r.fault(v, "", "%s is not part of this language", v.String())
	}
	if r.groups != nil {
		if t, is := r.groups.call(r, n, v, callee.Value); is {
			return t
		}
	}
	f, ok := functions[callee.Value]
	if !ok {
		return r.fault(v, suggest(callee.Value, functionNames()), "unknown function %s", callee.Value)
	}
	if len(v.Arguments) < f.least || f.most >= 0 && len(v.Arguments) > f.most {
		return r.fault(v, f.usage, "%s does not take %d arguments", callee.Value, len(v.Arguments))
	}
	if f.literal != nil {
		return r.literalCall(n, v, callee.Value, f)
	}
	result := f.result
	for i := range v.Arguments {
		at := v.Arguments[i]
		t := r.rewrite(&v.Arguments[i])
		if want := f.takes(i); !fits(t, want) {
			r.fault(at, f.usage, "%s needs %s here, not %s", callee.Value, want, t)
		}
		if f.result == Any {
			if i == 0 {
				result = t
			} else {
				result = common(result, t)
			}
		}
	}
	return result
}

func fits(t, want Type) bool { return t == want || t == Any || t == Null || want == Any }

// literalCall compiles the arguments after the first, which must be written out: a layout, a decimal point.
func (r *rewriter) literalCall(n *ast.Node, v *ast.CallNode, name string, f function) Type {
	var texts []string
	for _, a := range v.Arguments[1:] {
		s, ok := a.(*ast.StringNode)
		if !ok {
			return r.fault(a, f.usage, "%s needs a text in quotes here", name)
		}
		texts = append(texts, s.Value)
	}
	at := v.Arguments[0]
	if t := r.rewrite(&v.Arguments[0]); !fits(t, f.takes(0)) {
		r.fault(at, f.usage, "%s needs %s here, not %s", name, f.takes(0), t)
	}
	compiled, err := f.literal(texts, r.location)
	if err != nil {
		at = v
		if len(v.Arguments) > 1 {
			at = v.Arguments[1]
		}
		return r.fault(at, f.usage, "%s", err.Error())
	}
	patchCall(n, name, v.Arguments[0], &ast.ConstantNode{Value: compiled})
	return f.result
}

func numberLiteral(texts []string, _ *time.Location) (any, error) {
	n := &cell.Number{}
	for i, dst := range []*string{&n.Point, &n.Group} {
		if i >= len(texts) {
			break
		}
		if len([]rune(texts[i])) != 1 {
			return nil, fmt.Errorf("%q is not one character", texts[i])
		}
		*dst = texts[i]
	}
	if n.Point == n.Group && n.Point != "" {
		return nil, fmt.Errorf("point and group are the same character")
	}
	return n, nil
}

// clock is a set of layouts with the zone whose clocks are read.
type clock struct {
	dates    cell.Dates
	location *time.Location
}

func layoutLiteral(withTime bool) func([]string, *time.Location) (any, error) {
	return func(texts []string, location *time.Location) (any, error) {
		for _, text := range texts {
			if _, err := cell.ParseLayout(text); err != nil {
				return nil, err
			}
		}
		return &clock{cell.NewDates(texts, withTime), location}, nil
	}
}
