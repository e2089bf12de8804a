package suggest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
)

// place gives each field of a model to one column at most: the best pair first.
func (f *fitter) place(s *profile.Source, x *modelIndex) []ColumnFit {
	all := make([][]FieldFit, len(s.Columns))
	for i := range s.Columns {
		all[i] = f.hits(s, &s.Columns[i], x, f.models)
	}
	f.keyField(s, x, all)
	owner := assign(all)
	out := make([]ColumnFit, len(s.Columns))
	for i := range s.Columns {
		c := &s.Columns[i]
		out[i] = ColumnFit{Column: c.Name, Fields: []FieldFit{}}
		for _, h := range all[i] {
			if owner[h.Field] != i {
				continue
			}
			h.Confidence = round2(h.Confidence)
			if h.set != nil && len(out[i].Fields) == 0 {
				own := *h.Values
				own.Unknown = slices.Clone(own.Unknown)
				h.Values = &own
				h.set.guess(h.Values)
				if h.hidden = c.Personal && !f.opt.ShowPersonal; h.hidden {
					h.Values.mask()
				}
			}
			if len(out[i].Fields) < fieldsShown {
				out[i].Fields = append(out[i].Fields, h)
			}
		}
		f.note(s, c, x, &out[i])
	}
	return out
}

// assign decides which column owns a field. A column that got a field keeps its other suggestions only where no other
// column wants them.
func assign(all [][]FieldFit) map[string]int {
	type pair struct {
		column int
		fit    *FieldFit
	}
	var pairs []pair
	for i := range all {
		for j := range all[i] {
			pairs = append(pairs, pair{i, &all[i][j]})
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(b.fit.Confidence, a.fit.Confidence), cmp.Compare(a.column, b.column))
	})
	owner := map[string]int{}
	done := map[int]bool{}
	for _, p := range pairs {
		if _, taken := owner[p.fit.Field]; taken || done[p.column] {
			continue
		}
		owner[p.fit.Field], done[p.column] = p.column, true
	}
	for _, p := range pairs {
		if _, taken := owner[p.fit.Field]; !taken {
			owner[p.fit.Field] = p.column
		}
	}
	return owner
}

// keyField shows the legacy key where people look for it, if nothing better does.
func (f *fitter) keyField(s *profile.Source, x *modelIndex, all [][]FieldFit) {
	if x.know.key == "" || len(s.Keys) == 0 || len(s.Keys[0].Columns) != 1 {
		return
	}
	known := x.know.field(x.know.key)
	def, ok := x.define(known)
	i := slices.IndexFunc(s.Columns, func(c profile.Column) bool { return c.Name == s.Keys[0].Columns[0] })
	if !ok || i < 0 || s.Columns[i].Type == profile.TypeEmpty {
		return
	}
	if len(all[i]) > 0 && all[i][0].Confidence >= Sure {
		return
	}
	h := x.newFieldFit(def, keyName, "the legacy key, so that people find the record", false)
	h.Confidence *= gate(def.Type, &s.Columns[i])
	all[i] = slices.DeleteFunc(all[i], func(o FieldFit) bool { return o.Field == h.Field })
	all[i] = append([]FieldFit{*h}, all[i]...)
	slices.SortStableFunc(all[i], func(a, b FieldFit) int { return cmp.Compare(b.Confidence, a.Confidence) })
}

// note says why a column has no field.
func (f *fitter) note(s *profile.Source, c *profile.Column, x *modelIndex, out *ColumnFit) {
	if out.Field() != nil || c.Name == "" {
		return
	}
	if c.Type == profile.TypeEmpty {
		out.Note, out.Ignore = "empty in all rows", true
		return
	}
	if l, ok := f.leaving(s, c); ok {
		out.Note, out.Ignore = l.reason, l.ignore
		return
	}
	if rel := f.relation(s.Name, c.Name); rel != nil {
		out.Note = fmt.Sprintf("refers to %s, for which %s has no field here", rel.To, x.know.name)
		return
	}
	if c.Distinct == 1 && len(c.Top) == 1 && c.Nulls+c.Blanks == 0 && !c.Personal {
		out.Note = fmt.Sprintf("is %q in all rows: map it as a constant, or ignore it with a reason", oneLine(c.Top[0].Value))
		return
	}
	if strings.HasPrefix(c.Name, "_parent") {
		out.Note = "belongs to the element around it"
	}
}
