package mappings

import (
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings/expression"
	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Check is a business rule over groups of the records that are to be loaded.
type Check struct {
	Name      string
	Group     []string // fields, or columns that one field reads as they are; none: all records are one group
	Expect    string
	SQL       string          // instead of Group and Expect: every row that it returns is a violation
	Tolerance record.Decimal  // how far the two sides of == may be apart
	Severity  record.Severity // Error rejects the records of the group, Warning tells, Blocker closes the gate
	At        string

	at     yamlpos.Pos
	expect *yamlpos.Node
	sql    *yamlpos.Node
}

// GroupCheck is a Check whose names are resolved to fields.
type GroupCheck struct {
	Check
	Fields    []string               // of the group's key, in the order of Check.Group
	Terms     []expression.Aggregate // what has to be known of each group, over fields
	Kinds     []record.Kind          // of the terms
	condition *expression.GroupCondition
}

// Holds tests a group by the values of its terms, which are of their kinds or null.
func (g *GroupCheck) Holds(values []record.Value) (bool, error) { return g.condition.Holds(values) }

// Describe writes the values of a group's terms for people.
func (g *GroupCheck) Describe(values []record.Value) string { return g.condition.Describe(values) }

// Checks are the program's rules over groups, in the file's order.
func (p *Program) Checks() []GroupCheck { return slices.Clone(p.checks) }

func (p *mappingParser) checks(o yamlpos.Object) {
	for _, e := range p.items(o, "checks", checkKeys.Names()...) {
		e.Require(checkKeys.Required()...)
		c := Check{Name: e.Text("name"), Group: e.Texts("group"), Expect: e.Text("expect"), SQL: e.Text("sql"), Severity: record.Error,
			At: p.doc.Where(e.At("name")), at: e.At("group"), expect: e.Node("expect"), sql: e.Node("sql")}
		p.checkForm(e, c)
		if s := e.Choice("severity", checkKeys.Options("severity")...); s != "" {
			c.Severity = record.Severity(s)
		}
		if n := e.Node("tolerance"); n != nil {
			d, err := record.ParseDecimal(n.Text)
			if err != nil || d.Sign() < 0 {
				p.doc.Report(n.Pos, "such as 0.01", "tolerance must be a number that is not negative")
			}
			c.Tolerance = d
		}
		if slices.ContainsFunc(p.m.Checks, func(other Check) bool { return other.Name == c.Name }) && c.Name != "" {
			p.doc.Report(e.At("name"), "", "there are two checks of the name %q", c.Name)
		}
		p.m.Checks = append(p.m.Checks, c)
	}
}

// compileChecks resolves the names in checks and compiles what they expect.
func (c *compiler) compileChecks() {
	for _, rule := range c.m.Checks {
		if rule.SQL != "" {
			c.compileSQLCheck(rule)
			continue
		}
		g := GroupCheck{Check: rule}
		for _, name := range rule.Group {
			field, problem := c.checked(name)
			if problem != nil {
				c.fault(rule.at, problem.Hint, "%s", problem.Message)
				continue
			}
			g.Fields = append(g.Fields, field)
		}
		if rule.Expect == "" {
			continue // reported by Parse
		}
		var problems []expression.Problem
		g.condition, problems = expression.CompileGroupCondition(rule.Expect, expression.GroupOptions{Group: rule.Group, Tolerance: rule.Tolerance, Field: c.fieldType})
		for _, e := range problems {
			c.fault(c.m.doc.Within(rule.expect, e.Offset), e.Hint, "%s", e.Message)
		}
		if len(problems) > 0 || len(g.Fields) < len(rule.Group) {
			continue
		}
		for _, t := range g.condition.Terms() {
			kind := record.Number
			if t.Field != "" {
				t.Field, _ = c.checked(t.Field)
				if own := c.kindOf(t.Field); t.Function == "min" || t.Function == "max" || t.Function == "" {
					kind = own
				}
			}
			g.Terms, g.Kinds = append(g.Terms, t), append(g.Kinds, kind)
		}
		c.p.checks = append(c.p.checks, g)
	}
}

// checked finds the field that a name in a check means: a field, or a column that exactly one field reads as it is.
func (c *compiler) checked(name string) (string, *expression.Problem) {
	here := name
	if c.model != nil {
		here = c.model.NameHere(name)
	}
	if c.m.Field(here) != nil {
		return here, nil
	}
	var plain, other []string
	for i := range c.m.Fields {
		r := &c.m.Fields[i]
		switch {
		case len(r.From) == 1 && r.From[0] == name && r.Map == nil && r.Split == "":
			plain = append(plain, r.Name)
		case slices.Contains(r.From, name):
			other = append(other, r.Name)
		}
	}
	switch {
	case len(plain) == 1:
		return plain[0], nil
	case len(plain) > 1:
		return "", &expression.Problem{Message: fmt.Sprintf("column %s is read by the fields %s", name, strings.Join(plain, " and ")), Hint: "name the field"}
	case len(other) > 0:
		return "", &expression.Problem{Message: fmt.Sprintf("field %s does not hold column %s as it is", other[0], name), Hint: "name the field: " + other[0]}
	}
	return "", &expression.Problem{Message: fmt.Sprintf("the mapping has no field %q, and no field reads such a column", name), Hint: suggest(name, c.p.layout.Fields)}
}

func (c *compiler) kindOf(field string) record.Kind {
	if i := c.p.layout.Index(field); i >= 0 {
		return c.p.kinds[i]
	}
	return record.Null
}

func (c *compiler) fieldType(name string) (expression.Type, *expression.Problem) {
	field, problem := c.checked(name)
	if problem != nil {
		return expression.Any, problem
	}
	switch c.kindOf(field) {
	case record.Number:
		return expression.Number, nil
	case record.Boolean:
		return expression.Bool, nil
	case record.Date:
		return expression.Date, nil
	case record.DateTime:
		return expression.DateTime, nil
	}
	return expression.Text, nil
}
