package mappings

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// Slots of columns that are not in a batch.
const (
	cellAbsent  = -1
	cellElement = -2
	cellIndex   = -3
	cellColumn  = -4
)

// element is one of the several records that each makes of a row.
type element struct {
	text   string
	index  string
	column string // over columns: the one it is from
}

// joinMark says which row was joined.
type joinMark struct{ row, line, many int64 }

// mark reads the mark of a join; false where no row fits.
func (a *application) mark(j *joinProgram) (joinMark, bool) {
	i := a.columns[j.mark]
	if i < 0 || i >= len(a.row.Cells) || a.row.Cells[i] == "" {
		return joinMark{}, false
	}
	var m joinMark
	parts := strings.Fields(a.row.Cells[i])
	for k, to := range []*int64{&m.row, &m.line, &m.many} {
		if k < len(parts) {
			*to, _ = strconv.ParseInt(parts[k], 10, 64) // written by staging
		}
	}
	return m, true
}

// joinedAt finds the joined row a column's cell is from.
func (a *application) joinedAt(column string) (source string, mark joinMark, ok bool) {
	alias, _, dotted := strings.Cut(column, ".")
	if !dotted {
		return "", joinMark{}, false
	}
	for i := range a.p.joins {
		if j := &a.p.joins[i]; j.rule.As == alias {
			mark, ok = a.mark(j)
			return j.rule.Source, mark, ok
		}
	}
	return "", joinMark{}, false
}

// located adds to a hint where a joined cell stands: the finding itself names the row it was joined to.
func (a *application) located(hint, column string) string {
	source, mark, ok := a.joinedAt(column)
	if !ok {
		return hint
	}
	where := fmt.Sprintf("the cell is in %s, row %d (line %d)", source, mark.row, mark.line)
	if hint == "" {
		return where
	}
	return hint + "; " + where
}

// joined checks that every join found what it must; it reports whether the row is to be used. A row that is left out
// has an exclusion, one that is rejected a failure.
func (a *application) joined() bool {
	for i := range a.p.joins {
		j := &a.p.joins[i]
		mark, found := a.mark(j)
		switch {
		case !found && j.rule.Missing == MissingExclude:
			a.exclusion = "no row of " + j.rule.Source + " fits"
			return false
		case !found && j.rule.Missing == MissingReject:
			a.joinFault(j, "map.join_missing", "no row of "+j.rule.Source+" fits", "export it, or take missing: null")
			return false
		case mark.many > 1 && j.rule.Many == ManyReject:
			a.joinFault(j, "map.join_many", "more than one row of "+j.rule.Source+" fits",
				fmt.Sprintf("%d rows, the first is row %d (line %d); mend the source, join by more columns, or take many: first or each", mark.many, mark.row, mark.line))
			return false
		}
	}
	return true
}

func (a *application) joinFault(j *joinProgram, rule, message, hint string) {
	var columns, raws []string
	for i, slot := range j.left {
		text, ok := a.cell(slot)
		if !ok {
			text = "null"
		}
		columns, raws = append(columns, j.rule.On[i].Left), append(raws, text)
	}
	a.report(finding{rule: rule, message: message, hint: hint, column: strings.Join(columns, ", "), raw: strings.Join(raws, ", "),
		at: a.p.mapping.doc.Where(j.rule.pos)})
}

// elements returns what each makes of the current row. Places count empty elements too: they do not move when one is
// filled in.
func (a *application) elements() []element {
	e := a.p.each
	a.list = a.list[:0]
	if e.rule.Column == "" {
		for i, slot := range e.slots {
			if text, ok := a.cell(slot); ok {
				a.list = append(a.list, element{text, strconv.Itoa(i + 1), e.rule.Columns[i]})
			}
		}
		return a.list
	}
	text, _ := a.cell(e.slots[0])
	n := 0
	for part := range strings.SplitSeq(text, e.rule.By) {
		n++
		if part = strings.TrimSpace(part); part != "" && !e.nulls[a.batch.Table][part] {
			a.list = append(a.list, element{part, strconv.Itoa(n), ""})
		}
	}
	return a.list
}

// manifold maps a row that becomes one record for each of its elements. The row has one class: it is rejected when one
// of its records is.
func (a *application) manifold() {
	class := Class{Row: a.row.Row}
	worst := func(c Class) {
		links := slices.Concat(class.Links, c.Links) // documents of every record that was not made hear of it
		if class.Class == "" || c.Class == ClassRejected && class.Class != ClassRejected {
			class = c
		}
		class.Links = links
	}
	elements := a.elements()
	if a.row.Damage != "" {
		elements = []element{{}}
	}
	used := false
	for _, e := range elements {
		a.element = e
		c, ok := a.one()
		if ok {
			used = true
		} else {
			worst(c)
		}
	}
	if len(elements) == 0 {
		worst(a.emptyRow())
	}
	if class.Class != "" && (!used || class.Class == ClassRejected) {
		a.result.Classes = append(a.result.Classes, class)
	}
}

// emptyRow is the class of a row without an element: where or a join may have another opinion about it first.
func (a *application) emptyRow() Class {
	a.failure, a.exclusion, a.id, a.element, a.merged = "", "", "", element{}, nil
	names := a.p.each.rule.Columns
	if a.p.each.rule.Column != "" {
		names = []string{a.p.each.rule.Column}
	}
	return Class{Row: a.row.Row, Class: ClassExcluded, Reason: "nothing in " + strings.Join(names, ", ")}
}

// grown returns room for one record's values.
func (a *application) grown(values []record.Value, width int) []record.Value {
	if len(values) >= width {
		return values
	}
	return make([]record.Value, max(width*256, width))
}

// special finds a column that is made, not read.
func (p *Program) special(name string) int {
	switch {
	case !p.virtual(name):
		return cellAbsent
	case name == p.each.rule.As:
		return cellElement
	case name == ColumnIndex:
		return cellIndex
	}
	return cellColumn
}

func (a *application) made(i int) (string, bool) {
	text := ""
	switch i {
	case cellElement:
		text = a.element.text
	case cellIndex:
		text = a.element.index
	case cellColumn:
		text = a.element.column
	}
	return text, text != ""
}
