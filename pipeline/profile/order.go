package profile

import (
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// order sorts the tables so that what is referred to comes first. Where tables refer to each other in a ring it names
// the ring, and goes on as if one of its references were not there.
func (r *Report) order() {
	left := slices.DeleteFunc(slices.Clone(r.Relations), func(rel Relation) bool { return rel.From.Table == rel.To.Table })
	done := map[string]bool{}
	for len(r.LoadOrder) < len(r.Sources) {
		before := len(r.LoadOrder)
		for _, s := range r.Sources {
			waits := slices.ContainsFunc(left, func(rel Relation) bool { return rel.From.Table == s.Name && !done[rel.To.Table] })
			if !done[s.Name] && !waits {
				done[s.Name] = true
				r.LoadOrder = append(r.LoadOrder, s.Name)
			}
		}
		if len(r.LoadOrder) == before {
			left = r.cut(r.ring(left, done), left)
		}
	}
}

// ring finds a shortest ring of references among the tables that are not done; there is one.
func (r *Report) ring(left []Relation, done map[string]bool) []Relation {
	var best []Relation
	for _, s := range r.Sources {
		if done[s.Name] {
			continue
		}
		if path := pathBack(s.Name, left, done); path != nil && (best == nil || len(path) < len(best)) {
			best = path
		}
	}
	return best
}

// pathBack goes along references, breadth first, from a table back to it; nil when there is no such way.
func pathBack(table string, left []Relation, done map[string]bool) []Relation {
	seen := map[string]bool{}
	for paths := [][]Relation{nil}; len(paths) > 0; {
		path := paths[0]
		paths = paths[1:]
		at := table
		if len(path) > 0 {
			at = path[len(path)-1].To.Table
		}
		for _, rel := range left {
			if rel.From.Table != at || done[rel.To.Table] || seen[rel.To.Table] {
				continue
			}
			next := append(slices.Clone(path), rel)
			if rel.To.Table == table {
				return next
			}
			seen[rel.To.Table] = true
			paths = append(paths, next)
		}
	}
	return nil
}

// cut reports a ring and returns the references without one of it: one whose column may be empty, as it is most easily
// written in a second step, else the first.
func (r *Report) cut(ring, left []Relation) []Relation {
	var columns []string
	for _, rel := range ring {
		columns = append(columns, rel.From.String())
	}
	r.Cycles = append(r.Cycles, columns)
	second := ring[0]
	for _, rel := range ring {
		if s, ok := r.Source(rel.From.Table); ok {
			if c, ok := s.Column(rel.From.Column); ok && c.Nulls+c.Blanks > 0 {
				second = rel
				break
			}
		}
	}
	f := record.Finding{Severity: record.Note, Rule: "relation.cycle", Table: second.From.Table, Column: second.From.Column,
		Message: "tables refer to each other in a ring: " + strings.Join(append(columns, ring[0].From.Table), " → "),
		Hint:    "Write " + second.From.String() + " in a second step, after the records exist."}
	if s, ok := r.Source(second.From.Table); ok {
		f.File, f.Sheet = s.File, s.Sheet
	}
	r.Findings = append(r.Findings, f)
	return slices.DeleteFunc(left, func(rel Relation) bool {
		return rel.From == second.From && rel.To == second.To
	})
}
