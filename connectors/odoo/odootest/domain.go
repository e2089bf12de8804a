package odootest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

type predicate func(r row) bool

// domain compiles a search domain in prefix notation.
func (e *env) domain(m *model, list []any) (predicate, error) {
	var stack []predicate
	pop := func() predicate {
		if len(stack) == 0 {
			return nil
		}
		p := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		return p
	}
	for i := len(list) - 1; i >= 0; i-- {
		op, _ := list[i].(string)
		switch op {
		case "!":
			a := pop()
			if a == nil {
				return nil, valueError("Domain() invalid domain: %v", list)
			}
			stack = append(stack, func(r row) bool { return !a(r) })
		case "&", "|":
			a, b := pop(), pop()
			if a == nil || b == nil {
				return nil, valueError("Domain() invalid domain: %v", list)
			}
			if op == "&" {
				stack = append(stack, func(r row) bool { return a(r) && b(r) })
			} else {
				stack = append(stack, func(r row) bool { return a(r) || b(r) })
			}
		default:
			p, err := e.leaf(m, list[i])
			if err != nil {
				return nil, err
			}
			stack = append(stack, p)
		}
	}
	return func(r row) bool {
		for _, p := range stack {
			if !p(r) {
				return false
			}
		}
		return true
	}, nil
}

func (e *env) leaf(m *model, v any) (predicate, error) {
	parts, ok := v.([]any)
	if ids, isInts := v.([]int64); isInts && len(ids) == 3 { // (1, '=', 1) never comes as text; (0, ...) as ints does not exist
		return nil, valueError("Invalid domain leaf %v", ids)
	}
	if !ok || len(parts) != 3 {
		return nil, valueError("Domain() invalid item in domain: %v", v)
	}
	op, _ := parts[1].(string)
	if n, ok := parts[0].(int64); ok && op == "=" {
		same := parts[2] == n
		return func(row) bool { return same }, nil
	}
	path, _ := parts[0].(string)
	test, err := comparison(op, parts[2])
	if err != nil {
		return nil, raise("builtins.ValueError", "odoo/orm/domains.py", "_raise", "Invalid operator in condition ('%s', '%s', %v)", path, op, parts[2])
	}
	head, rest, dotted := strings.Cut(path, ".")
	f := m.Fields[head]
	if f == nil {
		return nil, raise("builtins.ValueError", "odoo/orm/domains.py", "_raise", "Invalid field %s.%s in condition ('%s', '%s', %v)", m.name, head, path, op, parts[2])
	}
	if dotted {
		return e.dottedLeaf(m, f, rest, op, parts[2])
	}
	if op == "child_of" || op == "parent_of" {
		return e.hierarchy(m, f, op, parts[2])
	}
	if s, ok := parts[2].(string); ok && f.relation != "" && s != "" {
		return e.dottedLeaf(m, f, "display_name", op, s)
	}
	if e.computedOnly(m, f) && !e.held(m, f) {
		return nil, notPlayed("searching by " + m.name + "." + f.name)
	}
	return func(r row) bool { return test(e.get(m, r, f)) }, nil
}

// dottedLeaf looks through a relational field: a record matches when one of the records it points to does.
func (e *env) dottedLeaf(m *model, f *field, rest, op string, value any) (predicate, error) {
	target := e.db.tables[f.relation]
	if target == nil {
		return nil, notPlayed("searching through " + m.name + "." + f.name)
	}
	inner, err := e.leaf(target.m, []any{rest, op, value})
	if err != nil {
		return nil, err
	}
	return func(r row) bool {
		for _, id := range idList(e.get(m, r, f)) {
			if t, ok := target.rows[id]; ok && inner(t) {
				return true
			}
		}
		return false
	}, nil
}

// hierarchy plays child_of and parent_of along parent_id.
func (e *env) hierarchy(m *model, f *field, op string, value any) (predicate, error) {
	of := m
	if f.relation != "" && f.name != "parent_id" {
		of = e.db.meta.Models[f.relation]
	}
	if of == nil || of.Fields["parent_id"] == nil {
		return nil, notPlayed(op + " on " + m.name + "." + f.name)
	}
	wanted := map[int64]bool{}
	for _, id := range idList(value) {
		wanted[id] = true
	}
	rows := e.db.tables[of.name].rows
	if op == "parent_of" {
		for id := range wanted {
			for up := rows[id].ref("parent_id"); up != 0 && !wanted[up]; up = rows[up].ref("parent_id") {
				wanted[up] = true
			}
		}
		return func(r row) bool { return wanted[anchor(e, m, r, f)] }, nil
	}
	return func(r row) bool {
		for id, seen := anchor(e, m, r, f), 0; id != 0 && seen < 100; id, seen = rows[id].ref("parent_id"), seen+1 {
			if wanted[id] {
				return true
			}
		}
		return false
	}, nil
}

func anchor(e *env, m *model, r row, f *field) int64 {
	if f.relation == "" || f.name == "parent_id" {
		return r.id()
	}
	n, _ := e.get(m, r, f).(int64)
	return n
}

func idList(v any) []int64 {
	switch v := v.(type) {
	case int64:
		if v != 0 {
			return []int64{v}
		}
	case []int64:
		return v
	}
	return nil
}

// comparison compiles an operator and its value into a test on a field's value.
func comparison(op string, want any) (func(any) bool, error) {
	switch op {
	case "=", "==":
		return func(v any) bool { return equal(v, want) }, nil
	case "!=", "<>":
		return func(v any) bool { return !equal(v, want) }, nil
	case "in":
		return membership(want), nil
	case "not in":
		in := membership(want)
		return func(v any) bool { return !in(v) }, nil
	case "<", ">", "<=", ">=":
		return func(v any) bool { return ordered(op, v, want) }, nil
	case "like", "ilike", "not like", "not ilike", "=like", "=ilike":
		return likeTest(op, fmt.Sprint(want)), nil
	case "child_of", "parent_of":
		return func(any) bool { return false }, nil
	}
	return nil, fmt.Errorf("operator %q", op)
}

func membership(want any) func(any) bool {
	set := map[any]bool{}
	empty := false
	addOne := func(x any) {
		switch x := x.(type) {
		case bool:
			empty = empty || !x
			set[x] = true
		case int64:
			set[float64(x)] = true
		default:
			set[x] = true
		}
	}
	switch l := want.(type) {
	case []int64:
		for _, x := range l {
			addOne(x)
		}
	case []any:
		for _, x := range l {
			addOne(x)
		}
	default:
		addOne(l)
	}
	return func(v any) bool {
		if l, ok := v.([]int64); ok {
			return slices.ContainsFunc(l, func(id int64) bool { return set[float64(id)] }) || (len(l) == 0 && empty)
		}
		if n, ok := v.(int64); ok {
			return set[float64(n)]
		}
		if v == "" && empty {
			return true
		}
		return set[v]
	}
}

func equal(v, want any) bool {
	if l, ok := v.([]int64); ok {
		if want == false {
			return len(l) == 0
		}
		n, _ := want.(int64)
		return slices.Contains(l, n)
	}
	switch w := want.(type) {
	case bool:
		if b, ok := v.(bool); ok {
			return b == w
		}
		if !w {
			return !truth(v)
		}
		return truth(v)
	case int64, float64:
		switch v.(type) {
		case int64, float64:
			return toFloat(v) == toFloat(w)
		}
		return false
	}
	return v == want
}

func ordered(op string, v, want any) bool {
	c := 0
	if s, ok := v.(string); ok {
		w, _ := want.(string)
		if len(w) == len(dateLayout) && len(s) > len(w) { // a datetime against a date: from midnight, up to the end of the day
			if op == "<=" || op == ">" {
				w += " 23:59:59"
			} else {
				w += " 00:00:00"
			}
		}
		c = strings.Compare(s, w)
	} else if _, isBool := v.(bool); isBool {
		return false // null compares with nothing
	} else {
		a, b := toFloat(v), toFloat(want)
		switch {
		case a < b:
			c = -1
		case a > b:
			c = 1
		}
	}
	switch op {
	case "<":
		return c < 0
	case ">":
		return c > 0
	case "<=":
		return c <= 0
	}
	return c >= 0
}

func likeTest(op, pattern string) func(any) bool {
	negate := strings.HasPrefix(op, "not ")
	op = strings.TrimPrefix(op, "not ")
	if !strings.HasPrefix(op, "=") {
		pattern = "%" + pattern + "%"
	}
	expr := "(?s)^" + likeExpr(pattern) + "$"
	if strings.HasSuffix(op, "ilike") {
		expr = "(?i)" + expr
	}
	re := regexp.MustCompile(expr)
	return func(v any) bool {
		s, ok := v.(string)
		return (ok && re.MatchString(s)) != negate
	}
}

// likeExpr translates a pattern of PostgreSQL's like: % and _ stand for other text, unless a backslash stands before them.
func likeExpr(pattern string) string {
	var out strings.Builder
	escaped := false
	for _, r := range pattern {
		switch {
		case !escaped && r == '\\':
			escaped = true
			continue
		case !escaped && r == '%':
			out.WriteString(".*")
		case !escaped && r == '_':
			out.WriteString(".")
		default:
			out.WriteString(regexp.QuoteMeta(string(r)))
		}
		escaped = false
	}
	return out.String()
}
