package schema

import (
	"slices"
	"strings"
)

// UniquesOf are the constraints of a model: those known of its version, and those that the server's modules added.
func (s *Snapshot) UniquesOf(model string) []Unique {
	out := UniquesOf(model, s.Major())
	m, ok := s.Model(model)
	if !ok {
		return out
	}
	for _, c := range m.Uniques {
		if len(c.Fields) == 0 || knownUnique(out, c.Fields) {
			continue
		}
		u := Unique{Space: c.Name, Model: model, Fields: slices.Clone(c.Fields)}
		slices.SortStableFunc(u.Fields, func(a, b string) int { return rank(m, a) - rank(m, b) })
		out = append(out, u)
	}
	return out
}

// rank puts texts before anything else: the first field is searched by.
func rank(m *Model, field string) int {
	if f, _ := m.Field(field); f.Type == Char {
		return 0
	}
	return 1
}

// knownUnique reports whether the table has a constraint over the same fields, wherever it looks for them.
func knownUnique(known []Unique, fields []string) bool {
	return slices.ContainsFunc(known, func(u Unique) bool {
		if u.Warns {
			return false
		}
		own := slices.Clone(u.Fields)
		for _, l := range u.Looks {
			if l.Model == u.Model {
				own[0] = l.Field
			}
		}
		slices.Sort(own)
		return slices.Equal(own, slices.Sorted(slices.Values(fields)))
	})
}

// conditional are constraints with a condition that no record which is loaded can meet, or that Odoo sees to itself.
var conditional = []string{"account_move_unique_name", "product_product_combination_unique"}

// UncheckedUniques are the constraints of a model that cannot be checked before a load, with their definitions.
func (m *Model) UncheckedUniques() []Constraint {
	return slices.DeleteFunc(slices.Clone(m.Uniques), func(c Constraint) bool {
		return len(c.Fields) > 0 || slices.ContainsFunc(conditional, func(name string) bool { return strings.HasSuffix(c.Name, name) })
	})
}
