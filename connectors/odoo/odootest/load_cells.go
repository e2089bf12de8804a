package odootest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// cellError is a cell that cannot be converted. message holds %(field)s where the field's label goes.
type cellError struct {
	message string
	more    any
	warning bool
}

func (x *cellError) Error() string { return x.message }

// values plays ir.fields.converter: text to what create and write take. An empty cell is false, which for a boolean is
// False and for a many2many is none.
func (l *loader) values(m *model, r *rawRecord, report func(*field, *cellError)) map[string]any {
	out := map[string]any{}
	for _, name := range r.order {
		if name == "id" || name == ".id" || name == "" {
			continue
		}
		f := m.Fields[name]
		raw := r.cells[name]
		if s, ok := raw.(string); ok && s == "" {
			out[name] = false
			continue
		}
		if subs, ok := raw.([]rawRecord); ok && len(subs) == 0 {
			out[name] = false
			continue
		}
		v, problem := l.value(f, raw)
		if problem != nil {
			report(f, problem)
			if !problem.warning {
				continue
			}
		}
		out[name] = v
	}
	return out
}

func (l *loader) value(f *field, raw any) (any, *cellError) {
	if subs, ok := raw.([]rawRecord); ok {
		switch f.typ {
		case "many2one":
			return l.reference(f, &subs[0], false)
		case "many2many":
			return l.reference(f, &subs[0], true)
		}
		return l.lines(f, subs)
	}
	s, _ := raw.(string)
	switch f.typ {
	case "boolean":
		return cellBool(s)
	case "integer", "many2one_reference":
		n, err := strconv.ParseInt(strings.ReplaceAll(strings.TrimSpace(s), "_", ""), 10, 64)
		if err != nil {
			return nil, &cellError{message: fmt.Sprintf("'%s' does not seem to be an integer for field '%%(field)s'", s)}
		}
		return n, nil
	case "float", "monetary":
		n, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
		if err != nil {
			return nil, &cellError{message: fmt.Sprintf("'%s' does not seem to be a number for field '%%(field)s'", s)}
		}
		return n, nil
	case "date":
		return cellTime(s, dateLayout, "date", "2012-12-31")
	case "datetime":
		return cellTime(s, datetimeLayout, "datetime", "2012-12-31 23:59:59")
	case "selection":
		return cellSelection(f, s)
	}
	return s, nil
}

func cellBool(s string) (any, *cellError) {
	switch strings.ToLower(s) {
	case "1", "true", "yes":
		return true, nil
	case "0", "false", "no", "":
		return false, nil
	}
	// Odoo calls it an error of the cell and takes it for true all the same.
	return true, &cellError{message: fmt.Sprintf("Unknown value '%s' for boolean field '%%(field)s'", s), more: "Use '1' for yes and '0' for no"}
}

func cellTime(s, layout, kind, sample string) (any, *cellError) {
	t, err := parseTime(s)
	if err != nil {
		return nil, &cellError{message: fmt.Sprintf("'%s' does not seem to be a valid %s for field '%%(field)s'", s, kind),
			more: fmt.Sprintf("Use the format '%s'", sample)}
	}
	return t.Format(layout), nil
}

func cellSelection(f *field, s string) (any, *cellError) {
	var labels []any
	for _, o := range f.selection {
		if strings.EqualFold(s, o[0]) || strings.EqualFold(s, o[1]) {
			return o[0], nil
		}
		labels = append(labels, o[1])
	}
	return nil, &cellError{message: fmt.Sprintf("Value '%s' not found in selection field '%%(field)s'", s), more: labels}
}

// reference resolves the one sub-column of a many2one or many2many: "id", ".id" or the name.
func (l *loader) reference(f *field, r *rawRecord, many bool) (any, *cellError) {
	if len(r.order) > 1 {
		return nil, &cellError{message: "Ambiguous specification for field '%(field)s', only provide one of name, external id or database id"}
	}
	by := r.order[0]
	if by != "id" && by != ".id" && by != "" {
		return nil, &cellError{message: "Can not create Many-To-One records indirectly, import the field separately"}
	}
	s, _ := r.cells[by].(string)
	if !many {
		id, problem := l.find(f, by, s)
		if problem != nil || id == 0 {
			return false, problem
		}
		return id, nil
	}
	ids := []int64{}
	for part := range strings.SplitSeq(s, ",") {
		id, problem := l.find(f, by, part)
		if problem != nil {
			return nil, problem
		}
		if id != 0 {
			ids = append(ids, id)
		}
	}
	return []any{[]any{int64(6), int64(0), ids}}, nil
}

var kindOf = map[string]string{"": "name", "id": "external id", ".id": "database id"}

// find plays db_id_for. 0 without a problem is "no record", which the texts 0, false and no mean.
func (l *loader) find(f *field, by, s string) (int64, *cellError) {
	e := l.env
	t := e.db.tables[f.relation]
	if b, problem := cellBool(s); by != "" && problem == nil && b == false {
		return 0, nil
	}
	var id int64
	switch by {
	case ".id":
		n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
		if err != nil {
			return 0, &cellError{message: fmt.Sprintf("Invalid database id '%s' for the field '%%(field)s'", s), more: "ir.model.data"}
		}
		if t == nil || t.rows[n] != nil {
			id = n
		}
	case "id":
		full := s
		if !strings.Contains(full, ".") {
			full = "__import__." + full
		}
		if l.pending[full] {
			l.flush()
		}
		x := e.db.tables["ir.model.data"].rows[e.db.xmlids[full]]
		if x != nil && (t == nil || t.rows[x.ref("res_id")] != nil || x.text("model") != f.relation) {
			if x.text("model") != f.relation {
				return 0, &cellError{message: fmt.Sprintf("Invalid external ID %s: expected model '%s', found '%s'", full, f.relation, x.text("model"))}
			}
			id = x.ref("res_id")
		}
	default:
		if f.relation == l.model.name {
			l.flush()
		}
		id = l.byName(t, s)
	}
	if id == 0 {
		return 0, &cellError{message: fmt.Sprintf("No matching record found for %s '%s' in field '%%(field)s'", kindOf[by], s), more: "ir.model.data"}
	}
	return id, nil
}

func (l *loader) byName(t *table, s string) int64 {
	if t == nil {
		return 0
	}
	for _, id := range t.sorted() {
		if r := t.rows[id]; displayName(l.env, t.m, r) == s || r["name"] == s {
			return id
		}
	}
	return 0
}

// lines turns a one2many's rows into commands. A problem in a line is a problem of the one2many's cell, its label
// "Order Lines/Product".
func (l *loader) lines(f *field, subs []rawRecord) (any, *cellError) {
	target := l.env.db.meta.Models[f.relation]
	if target == nil {
		return nil, &cellError{message: "this is a test double of Odoo and does not play lines of %(field)s"}
	}
	var out []any
	for i := range subs {
		sub := &subs[i]
		var problem *cellError
		vals := l.values(target, sub, func(g *field, x *cellError) {
			if problem == nil {
				problem = &cellError{strings.ReplaceAll(x.message, "%(field)s", "%(field)s/"+g.label), x.more, x.warning}
			}
		})
		if problem != nil {
			return nil, problem
		}
		var id int64
		for _, by := range []string{"id", ".id", ""} {
			s, _ := sub.cells[by].(string)
			if !slices.Contains(sub.order, by) || s == "" {
				continue
			}
			found, problem := l.find(f, by, s)
			if problem != nil && by != "id" {
				return nil, problem
			}
			if id = found; problem != nil {
				vals["id"] = s // create gives a new line this external id
			}
		}
		if id != 0 {
			out = append(out, []int64{4, id}, []any{int64(1), id, vals})
		} else {
			out = append(out, []any{int64(0), int64(0), vals})
		}
	}
	return out, nil
}
