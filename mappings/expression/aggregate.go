package expression

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// Aggregate is a function over the records of a group: sum, count, min or max of a field. count() has no field and counts
// records; count(field) counts those that have a value.
type Aggregate struct{ Function, Field string }

// String writes it as it stands in the condition.
func (a Aggregate) String() string { return a.Function + "(" + a.Field + ")" }

// aggregates are the functions over groups, each with what it makes of a field's type.
var aggregates = map[string]func(Type) (Type, bool){
	"sum":   func(t Type) (Type, bool) { return Number, t == Number || t == Any },
	"count": func(Type) (Type, bool) { return Number, true },
	"min":   orderedType,
	"max":   orderedType,
}

func orderedType(t Type) (Type, bool) {
	return t, t == Number || t == Date || t == DateTime || t == Text || t == Any
}

// GroupOptions are what a condition over groups is compiled against.
type GroupOptions struct {
	// Field gives a field's type by the name that stands in the condition; a problem where there is no such field.
	Field     func(name string) (Type, *Problem)
	Group     []string       // names that are the same in all records of a group, and may stand alone
	Tolerance record.Decimal // how far the two sides of == and != may be apart and still count as equal
}

// GroupCondition is a test on the records of a group, such as sum(debit) == sum(credit).
type GroupCondition struct {
	program *Program
	terms   []Aggregate
}

// CompileGroupCondition compiles a test of groups. Numbers are exact; its result must be true or false.
func CompileGroupCondition(source string, opt GroupOptions) (*GroupCondition, []Problem) {
	g := &groupRewriter{opt: opt}
	rw := &rewriter{groups: g}
	if !opt.Tolerance.IsZero() {
		rw.tolerance = &opt.Tolerance
	}
	p, problems := compile(source, rw)
	if len(problems) > 0 {
		return nil, problems
	}
	if p.typ != Bool && p.typ != Any {
		return nil, []Problem{{Message: "a check must be true or false, not " + p.typ.String(), Hint: "such as sum(debit) == sum(credit)"}}
	}
	if !slices.ContainsFunc(g.terms, func(a Aggregate) bool { return a.Function != "" }) {
		return nil, []Problem{{Message: "the check says nothing about a group", Hint: "such as sum(debit) == sum(credit) or count() < 100"}}
	}
	if rw.tolerance != nil && !rw.tolerated {
		return nil, []Problem{{Message: "tolerance means nothing: the check has no == of two numbers"}}
	}
	return &GroupCondition{p, g.terms}, nil
}

// Terms are the values the condition needs of each group, in the order in which Holds takes them. One without a function
// is a field of the group's key.
func (c *GroupCondition) Terms() []Aggregate { return slices.Clone(c.terms) }

// Holds tests one group.
func (c *GroupCondition) Holds(values []record.Value) (bool, error) {
	m := Machine{get: func(i int) any { return nativeValue(values[i]) }}
	v, err := m.run(c.program)
	if err != nil {
		return false, err
	}
	b, ok := v.(bool)
	if !ok {
		return false, &ValueError{Message: "the check is " + describe(v) + ", not true or false"}
	}
	return b, nil
}

// groupRewriter makes a column of each term of a condition over groups.
type groupRewriter struct {
	opt   GroupOptions
	terms []Aggregate
}

// name reads a field that stands alone.
func (g *groupRewriter) name(r *rewriter, n *ast.Node, v *ast.IdentifierNode) Type {
	t, problem := g.opt.Field(v.Value)
	switch {
	case problem != nil:
		return r.fault(v, problem.Hint, "%s", problem.Message)
	case !slices.Contains(g.opt.Group, v.Value):
		return r.fault(v, "sum("+v.Value+"), min("+v.Value+") or max("+v.Value+")", "%s differs within a group: say which of its values is meant", v.Value)
	}
	return g.term(r, n, Aggregate{Field: v.Value}, t)
}

// call reads an aggregate; false where the function is none.
func (g *groupRewriter) call(r *rewriter, n *ast.Node, v *ast.CallNode, name string) (Type, bool) {
	of, known := aggregates[name]
	if name == "avg" {
		return r.fault(v, "sum(x) / count(x)", "avg is no function: an average has digits without end"), true
	}
	if !known {
		return Any, false
	}
	if len(v.Arguments) == 0 && name == "count" {
		return g.term(r, n, Aggregate{Function: name}, Number), true
	}
	if len(v.Arguments) != 1 {
		return r.fault(v, name+"(field)", "%s does not take %d arguments", name, len(v.Arguments)), true
	}
	field, ok := v.Arguments[0].(*ast.IdentifierNode)
	if !ok {
		return r.fault(v.Arguments[0], "make a field of it, and "+name+" that", "%s takes the name of a field", name), true
	}
	t, problem := g.opt.Field(field.Value)
	if problem != nil {
		return r.fault(field, problem.Hint, "%s", problem.Message), true
	}
	made, fits := of(t)
	if !fits {
		return r.fault(field, "", "%s does not go with %s, which is %s", name, field.Value, t), true
	}
	return g.term(r, n, Aggregate{name, field.Value}, made), true
}

func (g *groupRewriter) term(r *rewriter, n *ast.Node, a Aggregate, t Type) Type {
	if !slices.Contains(g.terms, a) {
		g.terms = append(g.terms, a)
	}
	return r.column(n, *n, a.String(), t)
}

// near compares two numbers that may be a little apart.
func near(args ...any) (any, error) {
	a, ok1 := args[0].(record.Decimal)
	b, ok2 := args[1].(record.Decimal)
	if !ok1 || !ok2 {
		return equal(args[0], args[1]), nil
	}
	return a.Sub(b).Abs().Cmp(args[2].(record.Decimal)) <= 0, nil
}

// Describe writes the values of a group's terms for people: "sum(debit) = 12, sum(credit) = 10".
func (c *GroupCondition) Describe(values []record.Value) string {
	var parts []string
	for i, t := range c.terms {
		text := values[i].Text()
		if values[i].IsNull() {
			text = "nothing"
		}
		if t.Function != "" {
			parts = append(parts, fmt.Sprintf("%s = %s", t, text))
		}
	}
	return strings.Join(parts, ", ")
}
