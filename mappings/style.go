package mappings

import (
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/cell"
)

// Style is how a source writes numbers and dates, for rules that do not say it themselves.
type Style struct {
	Point, Group string
	Dates        []string // layouts
}

// styled is a rule with what it leaves to the style of its source. What an expression or a sum makes is in canonical form.
func (c *compiler) styled(as string, r *FieldRule) *FieldRule {
	if len(c.env.Styles) == 0 || r.Expression != "" || len(r.From) != 1 || c.canonical(r.From[0]) {
		return r
	}
	out := *r
	switch {
	case (as == asDecimal || as == asInteger) && r.Point == "" && r.Group == "":
		s := c.styleOf(r.From[0])
		if out.Point, out.Group = s.Point, s.Group; !c.agree(r.From[0], func(s Style) string { return s.Point + s.Group }) {
			c.fault(r.pos, `such as {from: `+r.From[0]+`, as: decimal, point: ","}`, "the sources of the union write numbers in several ways")
		}
	case as == asDate && len(r.Layouts) == 0:
		out.Layouts = c.styleOf(r.From[0]).Dates
		if !c.agree(r.From[0], func(s Style) string { return strings.Join(s.Dates, "\n") }) {
			c.fault(r.pos, `such as {from: `+r.From[0]+`, as: date, layout: dd.MM.yyyy}`, "the sources of the union write dates in several ways")
		}
	}
	return &out
}

// canonical reports whether a column is a sum or a count of a group.
func (c *compiler) canonical(column string) bool {
	return c.m.Group != nil && slices.ContainsFunc(c.m.Group.Take, func(t Take) bool { return t.Column == column && (t.How == TakeSum || t.How == TakeCount) })
}

// styleOf is the style of the source a column is from; of a union, of its first.
func (c *compiler) styleOf(column string) Style {
	alias, _, _ := strings.Cut(column, ".")
	for _, j := range c.m.Joins {
		if j.As == alias {
			return c.env.Styles[j.Source]
		}
	}
	return c.env.Styles[c.m.Source]
}

// agree reports whether all sources a column may be from are written alike.
func (c *compiler) agree(column string, part func(Style) string) bool {
	first := part(c.styleOf(column))
	if alias, _, joined := strings.Cut(column, "."); joined && c.isAlias(alias) {
		return true
	}
	return !slices.ContainsFunc(c.m.Sources(), func(source string) bool { return part(c.env.Styles[source]) != first })
}

// taken is what a column of a group leaves to the style of its source.
func (c *compiler) taken(t *Take) *Take {
	out := *t
	s := c.styleOf(t.Column)
	if t.Point == "" && t.Group == "" {
		out.Point, out.Group = s.Point, s.Group
	}
	if t.As == asDate && len(t.Layouts) == 0 {
		out.Layouts = s.Dates
	}
	return &out
}

// CheckLayout says what is wrong with the layout of a date.
func CheckLayout(text string) error {
	_, err := cell.ParseLayout(text)
	return err
}
