package project

import (
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
)

// Owner says who mends the findings of a rule, a source or a mapping; "" fits all.
type Owner struct {
	Owner   string
	Rule    string // or the beginning of rules, with a star behind it
	Source  string
	Mapping string
}

// Fits reports whether the line is about a finding.
func (o Owner) Fits(rule, source, mapping string) bool {
	head, many := strings.CutSuffix(o.Rule, "*")
	fits := o.Rule == "" || o.Rule == rule || many && strings.HasPrefix(rule, head)
	return fits && (o.Source == "" || o.Source == source) && (o.Mapping == "" || o.Mapping == mapping)
}

// Accepted is a row nobody could read that is left behind, or a record that a load deferred.
type Accepted struct {
	Source string
	Row    int64
	Record string // external id without the module; "" where it is a row
	Reason string
	By     string
	At     string
}

// Amount names the amounts of a source, and how they are written.
type Amount struct {
	Column, Point, Group string
}

// items calls each for every entry of a list.
func (p *parser) items(o yamlpos.Object, key string, each func(*yamlpos.Node)) {
	n := o.Node(key)
	switch {
	case n == nil || n.IsNull():
	case n.Kind != yamlpos.List:
		p.doc.Report(n.Pos, "", "%s must be a list", key)
	default:
		for _, item := range n.Items {
			each(item)
		}
	}
}

func (p *parser) owners(o yamlpos.Object) {
	p.items(o, "owners", func(item *yamlpos.Node) {
		l := p.doc.Object(item, "a line of owners", ownerKeys.Names()...)
		l.Require(ownerKeys.Required()...)
		one := Owner{Owner: l.Text("owner"), Rule: l.Text("rule"), Source: l.Text("source"), Mapping: l.Text("mapping")}
		if head := strings.TrimSuffix(strings.TrimSuffix(one.Rule, "*"), "."); head != "" && !ruleHead.MatchString(head) {
			p.doc.Report(l.Node("rule").Pos, "such as map.value_unknown, or validate.*", "%q is not the name of a rule", one.Rule)
		}
		if _, ok := p.project.Sources[one.Source]; one.Source != "" && !ok {
			p.doc.Report(l.Node("source").Pos, suggest(one.Source, p.project.SourceNames()), "there is no source %q", one.Source)
		}
		p.project.Owners = append(p.project.Owners, one)
	})
}

func (p *parser) accepted(o yamlpos.Object) {
	p.items(o, "accepted", func(item *yamlpos.Node) {
		l := p.doc.Object(item, "a line of accepted", acceptedKeys.Names()...)
		l.Require(acceptedKeys.Required()...)
		one := Accepted{Source: l.Text("source"), Row: int64(l.Int("row")), Record: l.Text("record"), Reason: l.Text("reason"), By: l.Text("by"), At: p.doc.Where(item.Pos)}
		switch row := l.Has("source") || l.Has("row"); {
		case row && l.Has("record"):
			p.doc.Report(l.Node("record").Pos, "make two lines of it", "a line of accepted is about a row or about a record, not both")
		case !l.Has("record") && !(l.Has("source") && l.Has("row")):
			p.doc.Report(item.Pos, "{source: contacts, row: 38, ...} or {record: cust_10001, ...}", "a line of accepted names a row by source and row, or a record")
		}
		if _, ok := p.project.Sources[one.Source]; one.Source != "" && !ok {
			p.doc.Report(l.Node("source").Pos, suggest(one.Source, p.project.SourceNames()), "there is no source %q", one.Source)
		}
		p.project.Accepted = append(p.project.Accepted, one)
	})
}

// amount reads which column of a source holds its amounts.
func (p *parser) amount(o yamlpos.Object) *Amount {
	n := o.Node("amount")
	if n == nil || n.IsNull() {
		return nil
	}
	a := p.doc.Object(n, "amount", amountKeys.Names()...)
	a.Require(amountKeys.Required()...)
	out := &Amount{Column: a.Text("column"), Point: a.Text("point"), Group: a.Text("group")}
	if out.Point == "" {
		out.Point = "."
	}
	if out.Point == out.Group {
		p.doc.Report(n.Pos, "", "point and group of an amount cannot be the same")
	}
	return out
}
