package mappings

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// nullCell is what a cell of a table says where a text has no value in Odoo: an empty cell is one not filled in yet.
const nullCell = "null"

// valuesOf returns the table of a field's value map and remembers its state; nil where it has none.
func (c *compiler) valuesOf(f *fieldProgram) map[string]Constant {
	r := f.rule
	if r.ValueMap == nil && r.Map == nil {
		return nil
	}
	state := MapState{Mapping: c.m.Name, Field: r.Name, Name: c.m.Name + "." + r.Name, At: r.At}
	values := r.Map
	if vm := c.shared(r.ValueMap); vm != nil {
		state.Managed, state.Confirmed = vm.Name != "" || len(vm.Files) > 0 || vm.Confirmed != nil, vm.Confirmed
		state.Files, state.From, state.To = vm.Files, vm.From, vm.To
		if vm.Name != "" {
			state.Name = vm.Name
		} else if len(vm.Files) > 0 {
			state.Name = vm.Files[0]
		}
		values = vm.Values
		if len(vm.Files) > 0 {
			f.files = vm.Files
			values = c.readTables(f, vm, &state)
		}
		if state.Managed && vm.Confirmed == nil {
			c.problems = append(c.problems, vm.doc.Problem(record.Warning, vm.pos,
				`add confirmed: {by: "who", on: yyyy-MM-dd} once the business has looked through it`, "the value map "+state.Name+" is not confirmed"))
		}
	}
	if values == nil {
		values = map[string]Constant{}
	}
	if state.Values = len(values); !r.derived {
		c.p.maps = append(c.p.maps, state)
	}
	return values
}

// shared is the value map itself: the one of migrate.yaml where the field only names it.
func (c *compiler) shared(vm *ValueMap) *ValueMap {
	if vm == nil || !vm.use {
		return vm
	}
	known, ok := c.env.Maps[vm.Name]
	if !ok {
		hint := suggest(vm.Name, slices.Sorted(maps.Keys(c.env.Maps)))
		if hint == "" {
			hint = "name it under maps: in migrate.yaml"
		}
		c.fault(vm.pos, hint, "there is no value map %q", vm.Name)
		return nil
	}
	return known
}

// tableReader makes the values of a map's files.
type tableReader struct {
	c     *compiler
	f     *fieldProgram
	vm    *ValueMap
	out   map[string]Constant
	where map[string]string // text -> file:line of its first row
	bad   map[string]bool   // texts with several values
}

func (c *compiler) readTables(f *fieldProgram, vm *ValueMap, state *MapState) map[string]Constant {
	t := &tableReader{c: c, f: f, vm: vm, out: map[string]Constant{}, where: map[string]string{}, bad: map[string]bool{}}
	f.unfilled = map[string]string{}
	for _, file := range vm.Files {
		table, ok := c.env.Tables[TableFile{file, vm.Sheet}]
		at := vm.at["file"]
		switch {
		case !ok:
			t.fault(at, "", "the value map's file %s was not read", file)
		case table.Fault != "":
			t.fault(at, table.Hint, "%s", table.Fault)
		default:
			t.table(file, table, state)
		}
	}
	for text := range t.bad {
		delete(t.out, text)
		delete(f.unfilled, text)
		f.contrary = append(f.contrary, text)
	}
	for text := range t.out {
		delete(f.unfilled, text) // filled in by another row
	}
	slices.Sort(f.contrary)
	state.Contradictory = f.contrary
	for _, text := range slices.Sorted(maps.Keys(f.unfilled)) {
		state.Empty = append(state.Empty, text)
		file, line, _ := cutLast(f.unfilled[text])
		c.problems = append(c.problems, Problem{File: file, Line: line, Col: 1, Severity: record.Warning,
			Message: fmt.Sprintf("the value map has no value for %q yet", text), Hint: "fill it in; write null where there is none in Odoo"})
	}
	return t.out
}

// cutLast takes file:line apart.
func cutLast(where string) (string, int, bool) {
	i := strings.LastIndexByte(where, ':')
	n := 0
	_, err := fmt.Sscan(where[i+1:], &n)
	return where[:i], n, err == nil
}

func (t *tableReader) fault(at yamlpos.Pos, hint, format string, args ...any) {
	t.c.problems = append(t.c.problems, t.vm.doc.Problem(record.Error, at, hint, fmt.Sprintf(format, args...)))
}

// table reads the rows of one file. Blanks around a text do not count: nobody sees them in a spreadsheet.
func (t *tableReader) table(file string, table Table, state *MapState) {
	from, to, ok := t.columns(file, table)
	if !ok {
		return
	}
	state.From, state.To = table.Columns[from], table.Columns[to]
	for _, row := range table.Rows {
		tell := func(severity record.Severity, column int, hint, format string, args ...any) {
			t.c.problems = append(t.c.problems, Problem{File: file, Line: int(row.Line), Col: column + 1, Severity: severity, Message: fmt.Sprintf(format, args...), Hint: hint})
		}
		if row.Damage != "" {
			tell(record.Error, 0, "mend the row", "the row of the value map cannot be read: %s", row.Damage)
			continue
		}
		text, value := cellOf(row, from), cellOf(row, to)
		if text == "" && value == "" {
			continue
		}
		where := fmt.Sprintf("%s:%d", file, row.Line)
		if value == "" {
			if _, known := t.f.unfilled[text]; !known {
				t.f.unfilled[text] = where
			}
			continue
		}
		is := Constant{Text: value, Null: value == nullCell, file: file, pos: yamlpos.Pos{Line: int(row.Line), Col: to + 1}}
		if was, known := t.out[text]; known {
			if was.Text != is.Text {
				t.bad[text] = true
				tell(record.Warning, to, "keep one of them", "the value map has %q for %q, and %q in %s", value, text, was.Text, t.where[text])
			}
			continue
		}
		t.out[text], t.where[text] = is, where
	}
}

// cellOf is the text of a cell, without the apostrophe that keeps a spreadsheet from computing it.
func cellOf(row TableRow, i int) string {
	if i >= len(row.Cells) {
		return ""
	}
	text := strings.TrimSpace(row.Cells[i])
	if rest, ok := strings.CutPrefix(text, "'"); ok && rest != "" && strings.ContainsRune("=+-@", rune(rest[0])) {
		return rest
	}
	return text
}

func (t *tableReader) columns(file string, table Table) (from, to int, ok bool) {
	if t.vm.From == "" {
		if len(table.Columns) != 2 {
			t.fault(t.vm.at["file"], "name them: from: and to:", "%s has %d columns, and the value map does not say which two it means", file, len(table.Columns))
			return 0, 0, false
		}
		return 0, 1, true
	}
	find := func(key, name string) int {
		i := slices.IndexFunc(table.Columns, func(c string) bool { return strings.TrimSpace(c) == name })
		if i < 0 {
			t.fault(t.vm.at[key], suggest(name, table.Columns), "%s has no column %q", file, name)
		}
		return i
	}
	from, to = find("from", t.vm.From), find("to", t.vm.To)
	return from, to, from >= 0 && to >= 0
}

// faultIn reports a mistake of a constant where it stands: in the mapping, in migrate.yaml, or in the file of a value map.
func (c *compiler) faultIn(k *Constant, hint, format string, args ...any) {
	switch {
	case k.file != "":
		c.problems = append(c.problems, Problem{File: k.file, Line: k.pos.Line, Col: k.pos.Col, Severity: record.Error, Message: fmt.Sprintf(format, args...), Hint: hint})
	case k.doc != nil:
		c.problems = append(c.problems, k.doc.Problem(record.Error, k.pos, hint, fmt.Sprintf(format, args...)))
	default:
		c.fault(k.pos, hint, format, args...)
	}
}
