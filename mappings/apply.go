package mappings

import (
	"errors"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings/expression"
	"github.com/odoo-migrate/odoo-migrate/mappings/internal/cell"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Classes of rows that did not become a record.
const (
	ClassExcluded = "excluded" // by where
	ClassRejected = "rejected" // by an error
)

// Class says why a row did not become a record.
type Class struct {
	Row    int64
	Class  string // ClassExcluded, ClassMerged or ClassRejected
	Reason string
	Links  []string // external ids of migrated records the row links to, as far as they could be made; of rejected rows
	Key    string   // of merged and excluded rows that a decision is about
}

// Result is what a batch became. Every row of the batch is either in Records or in Classes; both are in row order.
type Result struct {
	Records  []record.Record
	Findings []record.Finding
	Classes  []Class
}

// application is the state of one Apply.
type application struct {
	p       *Program
	batch   *record.Batch
	columns []int // slot -> index in Cells, -1: not in the batch
	row     *record.Row
	machine expression.Machine
	rows    map[*test]expression.Row
	id      string // of the current record
	values  []record.Value
	scratch []byte
	parts   []string
	memo    []map[string]string // by field index: texts of references found before
	result  Result
	failure string // first error of the current row
	unfound bool   // the current field looked up a record the target has not
}

// Apply maps a batch. It depends on nothing but the batch and may be called from several goroutines.
func (p *Program) Apply(b *record.Batch) Result {
	a := &application{p: p, batch: b, rows: map[*test]expression.Row{}, memo: make([]map[string]string, len(p.layout.Fields))}
	if !a.bind() {
		return a.result
	}
	width := len(p.layout.Fields)
	values := make([]record.Value, width*len(b.Rows))
	a.result.Records = make([]record.Record, 0, len(b.Rows))
	for i := range b.Rows {
		a.row, a.values, a.failure, a.id = &b.Rows[i], values[:width:width], "", ""
		if a.record() {
			a.result.Records = append(a.result.Records, record.Record{Layout: p.layout, ID: a.id, Values: a.values, Table: b.Table, Pos: a.row.Pos})
			values = values[width:]
		} else {
			clear(a.values)
		}
	}
	return a.result
}

// bind finds the program's columns in the batch, whose order is its own. A column that is gone would make every value
// null in silence, so then no row is used.
func (a *application) bind() bool {
	a.columns = make([]int, len(a.p.columns))
	var missing []string
	for slot, name := range a.p.columns {
		if a.columns[slot] = slices.Index(a.batch.Columns, name); a.columns[slot] < 0 {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return true
	}
	reason := "the source has no column " + strings.Join(missing, ", ")
	a.result.Findings = append(a.result.Findings, record.Finding{Severity: record.Blocker, Rule: "map.column_missing", Message: reason,
		Table: a.batch.Table, Mapping: a.p.mapping.Name, At: a.p.mapping.File, Column: missing[0]})
	for _, row := range a.batch.Rows {
		a.result.Classes = append(a.result.Classes, Class{Row: row.Row, Class: ClassRejected, Reason: reason})
	}
	return false
}

// cell returns the text of a slot; false is null.
func (a *application) cell(slot int) (string, bool) {
	i := a.columns[slot]
	if i >= len(a.row.Cells) {
		return "", false
	}
	text := a.row.Cells[i]
	if text == "" || len(a.p.nulls) > 0 && a.p.nulls[text] {
		return "", false
	}
	return text, true
}

// record maps the current row and reports whether it became a record.
func (a *application) record() bool {
	switch {
	case a.row.Damage != "":
		a.report(finding{rule: "map.damaged_row", message: "the row is damaged: " + a.row.Damage, at: a.p.mapping.File})
	case !a.keep():
		if a.failure == "" {
			a.result.Classes = append(a.result.Classes, Class{Row: a.row.Row, Class: ClassExcluded, Reason: a.p.exclusion(), Key: a.decisionKey()})
			return false
		}
	case a.mergedAway():
		return false
	default:
		a.makeID()
		for i := range a.p.fields {
			a.field(&a.p.fields[i])
		}
		a.fallBack()
	}
	if a.failure != "" {
		a.result.Classes = append(a.result.Classes, Class{Row: a.row.Row, Class: ClassRejected, Reason: a.failure, Links: a.links()})
		return false
	}
	return true
}

// links lists the migrated records the current row links to: whoever owns a rejected line must hear of it.
func (a *application) links() []string {
	var out []string
	for _, v := range a.values {
		if v.Kind() == record.Link && strings.HasPrefix(v.Text(), a.p.prefix) {
			out = append(out, v.Text())
		}
	}
	return out
}

func (p *Program) exclusion() string {
	if p.mapping.Reason != "" {
		return p.mapping.Reason
	}
	return "where: " + p.mapping.Where
}

// keep evaluates where.
func (a *application) keep() bool {
	if a.p.where == nil {
		return true
	}
	v, err := a.run(a.p.where)
	if err != nil {
		a.expressionFault(a.p.where, a.p.mapping.doc.Where(a.p.mapping.where.Pos), err)
		return false
	}
	keep, _ := v.(bool)
	return keep
}

func (a *application) run(t *test) (any, error) {
	row := a.rows[t]
	if row == nil {
		row = func(i int) (string, bool) { return a.cell(t.slots[i]) }
		a.rows[t] = row
	}
	return a.machine.Run(t.program, row)
}

func (a *application) makeID() {
	a.parts = a.parts[:0]
	for i, slot := range a.p.id {
		text, ok := a.cell(slot)
		if !ok {
			column := a.p.mapping.ID.Columns[i]
			a.report(finding{rule: "map.id_empty", column: column, at: a.p.mapping.doc.Where(a.p.mapping.at["id"]),
				message: "the external id needs " + column + ", which is empty"})
			return
		}
		a.parts = append(a.parts, text)
	}
	a.scratch = append(a.scratch[:0], a.p.prefix...)
	a.scratch = a.p.mapping.ID.Append(a.scratch, a.parts)
	a.id = string(a.scratch)
}

// finding is what is special about one finding; report adds where it was met.
type finding struct {
	severity         record.Severity // "" is an error
	rule, message    string
	hint, column, at string
	raw              string
}

func (a *application) report(f finding) {
	if f.severity == "" {
		f.severity = record.Error
	}
	if f.severity == record.Error && a.failure == "" {
		a.failure = f.message
	}
	a.result.Findings = append(a.result.Findings, record.Finding{Severity: f.severity, Rule: f.rule, Message: f.message, Hint: f.hint,
		Table: a.batch.Table, Row: a.row.Row, Line: a.row.Line, Column: f.column, Raw: f.raw, Mapping: a.p.mapping.Name, At: f.at, Record: a.id})
}

func (a *application) expressionFault(t *test, at string, err error) {
	f := finding{rule: "map.expression", at: at, message: err.Error()}
	var e *expression.ValueError
	if errors.As(err, &e) {
		f.hint = e.Hint
	}
	names := t.program.Columns()
	if len(names) == 1 {
		f.column = names[0]
		f.raw, _ = a.cell(t.slots[0])
	} else {
		var raws []string
		for i, name := range names {
			text, ok := a.cell(t.slots[i])
			if !ok {
				text = "null"
			}
			raws = append(raws, name+"="+cell.Shorten(text))
		}
		f.raw = strings.Join(raws, ", ")
	}
	a.report(f)
}
