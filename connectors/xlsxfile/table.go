package xlsxfile

import (
	"fmt"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// table is one sheet and where its rows stand.
type table struct {
	connectors.Table
	sheet sheetPart
	first int   // sheet row of the first row
	last  int   // sheet row of the last one
	place []int // by sheet column, from 0: number of the table's column, -1 for none
}

// tableOf finds the table of a sheet that was looked through; nil where the sheet holds nothing below opt.Skip.
func tableOf(file string, sheet sheetPart, s *survey, since1904 bool, opt connectors.Options) *table {
	g := newGrid(s)
	if len(g.rows) == 0 {
		return nil
	}
	h := g.findHeader(opt)
	t := &table{sheet: sheet, first: h.first, Table: connectors.Table{Name: sheet.name, Sheet: sheet.name, Hidden: sheet.hidden != "", Format: "xlsx",
		Detected: map[string]connectors.Detection{}}}
	if h.found {
		t.first = h.last + 1
	}
	var rows []*keptRow
	for _, kept := range [][]keptRow{s.head, s.tail} {
		for i := range kept {
			if kept[i].at >= t.first {
				rows = append(rows, &kept[i])
			}
		}
	}
	split := s.findFooter(rows, opt.Footer)
	for _, k := range split.body {
		s.count(k)
	}
	t.last = maxRows
	if len(split.footer) > 0 {
		t.last = split.footer[0].at - 1
	}
	t.detected(h, len(split.footer), opt)
	n := notes{table: t, file: file}
	n.sheet(s, h, split.footer, since1904)
	t.layOut(g, h, opt, &n)
	if len(t.Columns) == 0 {
		return nil
	}
	n.columns(s, t)
	n.merges(s, t)
	return t
}

func (t *table) detected(h header, footer int, opt connectors.Options) {
	yes := "no"
	if h.found {
		yes = "yes"
	}
	t.Detected["header"] = connectors.Detection{Value: yes, Confidence: h.sure, Pinned: h.pinned}
	t.Detected["skip"] = connectors.Detection{Value: fmt.Sprint(h.first - 1), Confidence: h.sure, Pinned: opt.Skip > 0}
	if h.found {
		t.Detected["header_rows"] = connectors.Detection{Value: fmt.Sprint(h.last - h.first + 1), Confidence: h.sure, Pinned: opt.HeaderRows > 0}
	}
	sure := 0.9
	if opt.Footer != 0 {
		sure = 1
	}
	t.Detected["footer"] = connectors.Detection{Value: fmt.Sprint(footer), Confidence: sure, Pinned: opt.Footer != 0}
}

// layOut names the columns and gives each sheet column its place. Columns without name and value are left out, but a table
// without a header keeps those between its first and its last column, so that c3 stays the third.
func (t *table) layOut(g *grid, h header, opt connectors.Options, n *notes) {
	var cols []int
	var names []string
	for k, col := range g.cols {
		d := g.survey.column(col)
		if h.names[k] == "" && (d == nil || d.filled.n == 0) {
			continue
		}
		for !h.found && len(cols) > 0 && cols[len(cols)-1] < col-1 && len(cols) < maxFill {
			cols, names = append(cols, cols[len(cols)-1]+1), append(names, "")
		}
		cols, names = append(cols, col), append(names, h.names[k])
	}
	if !h.found {
		copy(names, opt.Columns)
		for i := len(names); i < len(opt.Columns); i++ {
			cols, names = append(cols, nextCol(cols)), append(names, opt.Columns[i])
		}
	}
	var nameless, repeated []string
	t.Columns, nameless, repeated = connectors.ColumnNames(names)
	for i, col := range cols {
		for len(t.place) <= col {
			t.place = append(t.place, -1)
		}
		t.place[col] = i
	}
	n.header(h, nameless, repeated, len(opt.Columns) > 0)
	n.emptyColumns(cols)
}

// maxFill bounds the empty columns that a table without a header keeps.
const maxFill = 1000

func nextCol(cols []int) int {
	if len(cols) == 0 {
		return 0
	}
	return cols[len(cols)-1] + 1
}

// notes writes findings about one table.
type notes struct {
	table *table
	file  string
}

func (n *notes) add(severity record.Severity, rule string, line int, rows int64, hint, format string, args ...any) *record.Finding {
	t := n.table
	t.Findings = append(t.Findings, record.Finding{Severity: severity, Rule: rule, File: n.file, Table: t.Name, Sheet: t.Sheet,
		Line: int64(line), Rows: rows, Hint: hint, Message: fmt.Sprintf(format, args...)})
	return &t.Findings[len(t.Findings)-1]
}

// sheet says what concerns the sheet as a whole.
func (n *notes) sheet(s *survey, h header, footer []*keptRow, since1904 bool) {
	switch n.table.sheet.hidden {
	case "hidden":
		n.add(record.Note, "xlsx.hidden_sheet", 0, 0, "Ask whether its content is meant to be migrated.", "the sheet is hidden from people who open the workbook")
	case "veryHidden":
		n.add(record.Note, "xlsx.hidden_sheet", 0, 0, "Ask whether its content is meant to be migrated.",
			"the sheet is very hidden: a program hid it, and Excel's menus do not show it")
	}
	if h.titleRows > 0 {
		n.add(record.Warning, "xlsx.lines_above_header", h.titleFirst, int64(h.titleRows), "Where that is wrong, state skip: for this source.",
			"%s above the table, from row %d on, %s no part of it", count(int64(h.titleRows), "row"), h.titleFirst, are(int64(h.titleRows)))
	}
	if len(footer) > 0 {
		n.add(record.Warning, "xlsx.footer", footer[0].at, int64(len(footer)), "Where that is wrong, state footer: for this source.",
			"%s below the table, from row %d on, %s taken as footnotes or totals and no part of it", count(int64(len(footer)), "row"), footer[0].at, are(int64(len(footer))))
	}
	if s.hidden.n > 0 {
		n.add(record.Note, "xlsx.hidden_rows", s.hidden.row, s.hidden.n, "Ask whether they are meant to be migrated; a filter may have hidden them.",
			"%s hidden or filtered out, the first is row %d; they are read like all others", count(s.hidden.n, "row")+" "+are(s.hidden.n), s.hidden.row)
	}
	if since1904 {
		n.add(record.Note, "xlsx.epoch_1904", 0, 0, "", "the workbook counts days from 1904 on, as old Macs did; dates are read that way")
	}
}

// header says how the columns came to their names.
func (n *notes) header(h header, nameless, repeated []string, named bool) {
	if !h.found {
		if !h.pinned && !named {
			n.add(record.Warning, "xlsx.no_header", h.first, 0, "Where it is the header, state header: true; otherwise name the columns.",
				"the first row looks like data, so columns are named c1 to c%d", len(n.table.Columns))
		}
		return
	}
	if h.last > h.first {
		n.add(record.Note, "xlsx.header_rows", h.first, 0, "", "the header takes rows %d to %d; what they say in a column is joined to its name", h.first, h.last)
	}
	if len(h.group) == 1 {
		n.add(record.Note, "xlsx.header_merged", h.group[0].row, 0, "", "%s is one merged cell of the header; all its columns are named after it", h.group[0])
	} else if len(h.group) > 1 {
		n.add(record.Note, "xlsx.header_merged", h.group[0].row, 0, "", "%d merged cells of the header name several columns each, the first is %s", len(h.group), h.group[0])
	}
	if len(nameless) > 0 {
		n.add(record.Warning, "xlsx.header_empty", h.first, 0, "", "%s: the header has no name here", connectors.Some(nameless))
	}
	if len(repeated) > 0 {
		n.add(record.Warning, "xlsx.header_duplicate", h.first, 0, "", "%s", connectors.RepeatedNames(repeated))
	}
}

// emptyColumns names the columns left of and between those of the table that were left out.
func (n *notes) emptyColumns(cols []int) {
	var gaps []string
	next, total := 0, 0
	for _, col := range cols {
		if total += col - next; col > next+1 {
			gaps = append(gaps, letters(next)+" to "+letters(col-1))
		} else if col > next {
			gaps = append(gaps, letters(next))
		}
		next = col + 1
	}
	if len(gaps) > 10 {
		gaps = append(gaps[:10], "and others")
	}
	if total > 0 {
		n.add(record.Note, "xlsx.empty_columns", 0, 0, "", "%s %s empty and left out: %s", count(int64(total), "column"), are(int64(total)), strings.Join(gaps, ", "))
	}
}

// merges says where merged cells stand in the rows.
func (n *notes) merges(s *survey, t *table) {
	var in int64
	first := merge{}
	for _, m := range s.merges {
		if m.row < t.first || m.row > t.last || m.col >= len(t.place) {
			continue
		}
		if in++; in == 1 || m.row < first.row || m.row == first.row && m.col < first.col {
			first = m
		}
	}
	if in > 0 {
		n.add(record.Warning, "xlsx.merged_cells", first.row, in, "Unmerge the cells and fill them down where every row needs the value.",
			"%s of merged cells in the rows, the first is %s; the value stands in the first cell, the others are empty", count(in, "range"), first)
	}
}

// count writes "1 row" and "1,204 rows".
func count(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return thousands(n) + " " + what + "s"
}

func are(n int64) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
