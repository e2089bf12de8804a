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
	Table  string // source of the row; "" is the batch's
	Row    int64
	Class  string // ClassExcluded, ClassMerged or ClassRejected
	Reason string
	Links  [][]string // of a rejected row, for each record it did not become: the migrated records that links to, as far as known
}

// Result is what a batch became. Every row of the batch is either in Records or in Classes; both are in row order. Where
// rows become several records, a row of which one was rejected is in both.
type Result struct {
	Records  []record.Record
	Findings []record.Finding
	Classes  []Class
	Decided  []string // keys of decisions that rows of the batch are about
}

type rowOf = expression.Row

// application is the state of one Apply.
type application struct {
	p       *Program
	batch   *record.Batch
	columns []int // slot -> index in Cells, -1: not in the batch
	row     *record.Row
	machine expression.Machine
	rows    map[*test]rowOf
	id      string // of the current record
	values  []record.Value
	scratch []byte
	parts   []string
	memo    []map[string]string // by field index: texts of references found before
	result  Result
	failure string  // first error of the current row
	unfound bool    // the current field looked up a record the target has not
	about   *Merged // the decision about the current row
	merged  *Merged // the same, where by it another row stands for the current one

	exclusion string // why the current row is left out, where it is not where that says so
	element   element
	list      []element
	width     int
	free      []record.Value // room for values
}

// Apply maps a batch. It depends on nothing but the batch and may be called from several goroutines.
func (p *Program) Apply(b *record.Batch) Result {
	a := &application{p: p, batch: b, rows: map[*test]rowOf{}, memo: make([]map[string]string, len(p.layout.Fields))}
	if !a.bind() {
		return a.result
	}
	a.width = len(p.layout.Fields)
	a.free = make([]record.Value, a.width*len(b.Rows))
	a.result.Records = make([]record.Record, 0, len(b.Rows))
	for i := range b.Rows {
		a.row = &b.Rows[i]
		if p.each != nil {
			a.manifold()
		} else if class, ok := a.one(); !ok {
			a.result.Classes = append(a.result.Classes, class)
		}
	}
	return a.result
}

// one makes one record of the current row, or says why there is none.
func (a *application) one() (Class, bool) {
	a.free = a.grown(a.free, a.width)
	a.values, a.failure, a.id, a.exclusion, a.merged = a.free[:a.width:a.width], "", "", "", nil
	class, ok := a.record()
	if !ok {
		clear(a.values)
		return class, false
	}
	a.result.Records = append(a.result.Records, record.Record{Layout: a.p.layout, ID: a.id, Values: a.values, Table: a.batch.Table, Pos: a.row.Pos})
	a.free = a.free[a.width:]
	return Class{}, true
}

// bind finds the program's columns in the batch, whose order is its own. A column that is gone would make every value
// null in silence, so then no row is used.
func (a *application) bind() bool {
	a.columns = make([]int, len(a.p.columns))
	var missing []string
	for slot, name := range a.p.columns {
		if a.columns[slot] = a.p.special(name); a.columns[slot] != cellAbsent {
			continue
		}
		if a.columns[slot] = slices.Index(a.batch.Columns, name); a.columns[slot] < 0 && !a.p.isMark(name) {
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
		a.result.Classes = append(a.result.Classes, Class{Row: row.Row, Class: ClassRejected, Reason: reason, Links: [][]string{nil}})
	}
	return false
}

// cell returns the text of a slot; false is null.
func (a *application) cell(slot int) (string, bool) {
	i := a.columns[slot]
	if i < 0 {
		return a.made(i)
	}
	if i >= len(a.row.Cells) {
		return "", false
	}
	text := a.row.Cells[i]
	if text == "" || len(a.p.nulls) > 0 && a.p.nulls[text] {
		return "", false
	}
	return text, true
}

// record maps the current row; where it does not become a record, its class says why.
func (a *application) record() (Class, bool) {
	if a.about = a.decision(); a.about != nil {
		a.result.Decided = append(a.result.Decided, a.about.Key)
	}
	switch {
	case a.row.Damage != "" && a.p.gather != nil:
		a.failure = a.row.Damage // told when the group was made
		a.makeID()
	case a.row.Damage != "":
		a.report(finding{rule: "map.damaged_row", message: "the row is damaged: " + a.row.Damage, at: a.p.mapping.File})
	case !a.keep():
		a.exclusion = a.p.exclusion()
	case !a.joined():
	case a.mergedAway():
	default:
		a.makeID()
		for i := range a.p.fields {
			a.field(&a.p.fields[i])
		}
		a.fallBack()
	}
	switch {
	case a.failure != "":
		return Class{Row: a.row.Row, Class: ClassRejected, Reason: a.failure, Links: [][]string{a.links()}}, false
	case a.exclusion != "":
		return Class{Row: a.row.Row, Class: ClassExcluded, Reason: a.exclusion}, false
	case a.merged != nil:
		return Class{Row: a.row.Row, Class: ClassMerged, Reason: a.merged.reason()}, false
	}
	return Class{}, true
}

// links lists the migrated records the current row links to, of a line the documents: whoever owns a rejected line must
// hear of it, and a line that names none must not pass for one whose owner has.
func (a *application) links() []string {
	var out []string
	for i, v := range a.values {
		if v.Kind() == record.Link && strings.HasPrefix(v.Text(), a.p.prefix) && (a.p.documents == nil || slices.Contains(a.p.documents, i)) {
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
	a.result.Findings = append(a.result.Findings, record.Finding{Severity: f.severity, Rule: f.rule, Message: f.message, Hint: a.located(f.hint, f.column),
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
