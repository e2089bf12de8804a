package vouch

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// Results of an item.
const (
	Passed   = "passed"
	Failed   = "failed"
	Unticked = "unticked"
)

// Mark is what became of an item.
type Mark struct {
	Item    int    `json:"item"`
	Result  string `json:"result"`
	Remark  string `json:"remark,omitempty"`
	Changed bool   `json:"changed,omitempty"` // the lines are not those that were drawn, or not all of them
}

// Row is one line of a file that was ticked.
type Row struct {
	Line  int64
	Cells []string
}

var (
	ticks   = []string{"yes", "y", "ok", "x", "true", "1", "✓", "✔", "ja", "oui", "si", "sí"}
	crosses = []string{"no", "n", "wrong", "false", "0", "✗", "✘", "nein", "non"}
)

// Read reads the marks of a file against the items that were drawn. A mark on any line counts for its item; a cross outweighs
// a tick. What is missing, changed or cannot be read is a finding; the error says that the file is none to tick.
func Read(file string, columns []string, rows []Row, draw int64, items []Item, key []byte) ([]Mark, []record.Finding, error) {
	if len(columns) < len(Head) || !slices.Equal(columns[:len(Head)], Head) {
		return nil, nil, record.Advise(fmt.Errorf("%s: the header is %q", file, strings.Join(columns, ",")),
			"Read a file that migrate vouch --out wrote: tick in it, and leave its columns as they are.")
	}
	r := &reading{file: file, draw: strconv.FormatInt(draw, 10), marks: map[int]*Mark{}, lines: map[int][][]string{}, first: map[int]int64{}}
	for _, i := range items {
		r.marks[i.Number] = &Mark{Item: i.Number, Result: Unticked}
	}
	for _, row := range rows {
		r.take(row)
	}
	out := make([]Mark, 0, len(items))
	for _, i := range items {
		out = append(out, r.conclude(i, key))
	}
	return out, r.findings, nil
}

type reading struct {
	file     string
	draw     string
	marks    map[int]*Mark
	lines    map[int][][]string
	first    map[int]int64 // line of an item's first line
	findings []record.Finding
}

func (r *reading) find(sev record.Severity, rule string, line int64, column, message, hint string) {
	r.findings = append(r.findings, record.Finding{Severity: sev, Rule: rule, File: r.file, Line: line, Column: column, Message: message, Hint: hint})
}

func (r *reading) take(row Row) {
	cells := slices.Clone(row.Cells)
	for len(cells) < len(Head) {
		cells = append(cells, "")
	}
	if strings.TrimSpace(strings.Join(cells, "")) == "" {
		return
	}
	number, err := strconv.Atoi(strings.TrimSpace(cells[columnItem]))
	m := r.marks[number]
	if err != nil || m == nil || strings.TrimSpace(cells[0]) != r.draw {
		r.find(record.Error, "vouch.stranger", row.Line, "item", fmt.Sprintf("draw %s has no item %q", r.draw, cells[columnItem]), "leave the lines of the file as they are; remarks go into the column remark")
		return
	}
	if _, known := r.first[number]; !known {
		r.first[number] = row.Line
	}
	r.lines[number] = append(r.lines[number], cells)
	switch mark := strings.ToLower(strings.TrimSpace(cells[columnOK])); {
	case mark == "":
	case slices.Contains(crosses, mark):
		m.Result = Failed
	case !slices.Contains(ticks, mark):
		r.find(record.Error, "vouch.mark", row.Line, "ok", fmt.Sprintf("%q is neither yes nor no", cells[columnOK]), "write yes or no, and anything else into the column remark")
	case m.Result == Unticked:
		m.Result = Passed
	}
	if remark := strings.TrimSpace(cells[columnOK+1]); remark != "" {
		m.Remark = strings.TrimPrefix(m.Remark+"; "+remark, "; ")
	}
}

// conclude holds an item's lines against those that were drawn. What was not drawn cannot pass.
func (r *reading) conclude(i Item, key []byte) Mark {
	m, line := r.marks[i.Number], r.first[i.Number]
	what := fmt.Sprintf("item %d, %s", i.Number, i.what())
	switch {
	case line == 0:
		m.Changed = true
		r.find(record.Error, "vouch.gone", 0, "", what+", is not in the file any more", "read a file with all lines that were drawn")
	case Digest(key, r.lines[i.Number]) != i.Digest:
		m.Changed = true
		r.find(record.Error, "vouch.changed", line, "", what+", does not show what was drawn", "change the columns ok and remark alone; read the file as it was written otherwise")
	}
	if m.Changed && m.Result == Passed {
		m.Result = Unticked
	}
	switch m.Result {
	case Failed:
		r.find(record.Error, "vouch.failed", line, "ok", what+", does not stand: "+orNothing(m.Remark), "mend the mapping or the data, load, and draw anew")
	case Unticked:
		r.find(record.Warning, "vouch.unticked", line, "ok", what+", has not been ticked", "write yes or no into the column ok")
	}
	return *m
}

func orNothing(remark string) string {
	if remark == "" {
		return "no remark was made"
	}
	return remark
}

func (i Item) what() string {
	if i.Direction == FromOdoo {
		return i.Model + " " + i.ExternalID
	}
	return i.Source + " row " + strconv.FormatInt(i.Row, 10)
}
