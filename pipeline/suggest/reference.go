package suggest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
)

// byReference adds what the column's relation to another table says.
func (f *fitter) byReference(s *profile.Source, c *profile.Column, x *modelIndex, models []string, found map[string]*FieldFit) {
	rel := f.relation(s.Name, c.Name)
	if rel == nil {
		return
	}
	to := ""
	for i := range f.report.Sources {
		if f.report.Sources[i].Name == rel.To.Table {
			to = models[i]
		}
	}
	if to == "" {
		return
	}
	why := fmt.Sprintf("%.0f %% of the rows stand in %s", floorPercent(rel.Coverage), rel.To)
	for _, h := range found {
		switch {
		case h.definition.Type.Relational() && related(h.Relation, to):
			h.Confidence, h.Reason = both(h.Confidence, 0.6*rel.Confidence), h.Reason+"; "+why
			h.Ref, h.rel = rel.To.Table, rel
		case h.definition.Type.Relational():
			h.Confidence *= 0.4 // it points elsewhere
		case rel.From.Table != rel.To.Table && rel.Confidence >= 0.8:
			h.Confidence *= 0.7 // a reference is rarely the value itself
		}
	}
	f.referenceAlone(c, x, to, rel, why, found)
}

// referenceAlone places a reference whose name says nothing, where one field only takes it.
func (f *fitter) referenceAlone(c *profile.Column, x *modelIndex, to string, rel *profile.Relation, why string, found map[string]*FieldFit) {
	var free []*fieldKnowledge
	for _, k := range x.know.fields {
		if k.ref == to {
			free = append(free, k)
		}
	}
	around := strings.HasPrefix(rel.From.Column, "_parent/") // a record and the ones within it may be of one model
	if len(free) == 0 || to == x.know.name && rel.From.Table != rel.To.Table && !around || names(c.Name, "by", "von") {
		return
	}
	for _, k := range free {
		if h := found[k.Name]; h != nil && h.Ref != "" {
			return // its name says which
		}
	}
	def, ok := x.define(free[0])
	if !ok {
		return
	}
	score := 0.8 * rel.Confidence / float64(f.siblings(rel))
	if rel.Confidence < 0.75 {
		score *= 0.6
	}
	if h := found[def.Name]; h == nil || h.Confidence < score {
		h = x.newFieldFit(def, score, why, false)
		h.Ref, h.rel = rel.To.Table, rel
		found[def.Name] = h
	}
}

// siblings counts the columns of a table that refer to the same other table: which of them a field means, only their
// names can tell.
func (f *fitter) siblings(rel *profile.Relation) int {
	n := 0
	for i := range f.report.Relations {
		if r := &f.report.Relations[i]; r.From.Table == rel.From.Table && r.To.Table == rel.To.Table && len(r.FromColumns) == 0 {
			n++
		}
	}
	return max(1, n)
}

func names(column string, list ...string) bool {
	for _, w := range foldWords(column) {
		if slices.Contains(list, w) {
			return true
		}
	}
	joined := fold(column)
	return slices.ContainsFunc(list, func(w string) bool { return strings.HasSuffix(joined, "d"+w) }) // CREATEDBY
}

// related reports whether records of the model a table becomes can stand in a field of the relation.
func related(relation, model string) bool {
	return relation == model || relation == "product.template" && model == "product.product"
}

func (f *fitter) relation(table, column string) *profile.Relation {
	for i := range f.report.Relations {
		if r := &f.report.Relations[i]; r.From.Table == table && r.From.Column == column {
			return r
		}
	}
	return f.parentRelation(table, column)
}

// parentRelation is the relation of an element to the one around it: "_parent/CustomerID" holds the key of the table the
// same file has for the element around.
func (f *fitter) parentRelation(table, column string) *profile.Relation {
	key, ok := strings.CutPrefix(column, "_parent/")
	own, there := f.report.Source(table)
	if !ok || !there {
		return nil
	}
	from := profile.ColumnRef{Table: table, Column: column}
	if known, done := f.parents[from]; done {
		return known
	}
	f.parents[from] = nil
	for i := range f.report.Sources {
		s := &f.report.Sources[i]
		if c, has := s.Column(key); has && c.Unique && s.Input == own.Input && s.Name != table {
			f.parents[from] = &profile.Relation{From: from, To: profile.ColumnRef{Table: s.Name, Column: key}, Coverage: 1, Confidence: 0.95, Reason: "the key of the element around it"}
			break
		}
	}
	return f.parents[from]
}
