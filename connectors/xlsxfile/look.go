package xlsxfile

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// sampleRows is how many rows of a sheet its header and width are judged by.
const sampleRows = 1000

type sampleRow struct {
	at    int
	cells []string
}

// look finds the table of a sheet; nil where the sheet is empty.
func (s *Source) look(ctx context.Context, sheet string, opt connectors.Options) (*table, error) {
	rows, err := s.open(sheet)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var sample []sampleRow
	for len(sample) < sampleRows {
		cells, at, err := rows.next(ctx)
		if err != nil {
			return nil, err
		}
		if cells == nil {
			break
		}
		if at > opt.Skip && !empty(cells) {
			sample = append(sample, sampleRow{at, cells})
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(sample) == 0 {
		return nil, nil
	}
	return s.table(sheet, sample, opt), nil
}

func (s *Source) table(sheet string, sample []sampleRow, opt connectors.Options) *table {
	width := len(opt.Columns)
	for _, r := range sample {
		width = max(width, filledTo(r.cells))
	}
	for i := range sample {
		for len(sample[i].cells) < width {
			sample[i].cells = append(sample[i].cells, "")
		}
		sample[i].cells = sample[i].cells[:width]
	}
	t := &table{Table: connectors.Table{Name: sheet, Sheet: sheet, Format: "xlsx", Detected: map[string]connectors.Detection{}}}
	at, sure := 0, 1.0
	if opt.Skip == 0 {
		at, sure = headerAt(sample)
	}
	header := sample[at]
	t.Detected["skip"] = connectors.Detection{Value: fmt.Sprint(header.at - 1), Confidence: sure, Pinned: opt.Skip > 0}
	if at > 0 {
		s.note(t, record.Warning, "xlsx.lines_above_header", int64(header.at), 0, "%d rows above the header are not part of the table", at)
	}
	s.name(t, header, sample[at+1:], width, opt)
	if visible, err := s.book.GetSheetVisible(sheet); err == nil && !visible {
		s.note(t, record.Note, "xlsx.hidden_sheet", 0, 0, "the sheet is hidden")
	}
	s.cellFindings(t, sample[at:])
	return t
}

// name decides whether there is a header and names the columns.
func (s *Source) name(t *table, header sampleRow, below []sampleRow, width int, opt connectors.Options) {
	isHeader, sure := !opt.NoHeader, 1.0
	if !opt.NoHeader && len(opt.Columns) > 0 {
		isHeader = slices.Equal(opt.Columns, header.cells[:len(opt.Columns)])
	} else if !opt.NoHeader {
		var rows [][]string
		for _, r := range below {
			rows = append(rows, r.cells)
		}
		isHeader, sure = connectors.HasHeader(header.cells, rows)
	}
	value := "no"
	names := make([]string, width)
	if t.first = header.at; isHeader {
		value = "yes"
		t.first++
		copy(names, header.cells)
	} else {
		copy(names, opt.Columns)
	}
	t.Detected["header"] = connectors.Detection{Value: value, Confidence: sure, Pinned: opt.NoHeader || len(opt.Columns) > 0}
	var nameless, repeated []string
	t.Columns, nameless, repeated = connectors.ColumnNames(names)
	switch {
	case isHeader && len(nameless) > 0:
		s.note(t, record.Warning, "xlsx.header_empty", int64(header.at), 0, "%s: the header has no name here", strings.Join(nameless, ", "))
	case !isHeader && len(opt.Columns) == 0 && !opt.NoHeader:
		s.note(t, record.Warning, "xlsx.no_header", int64(header.at), 0, "the first row looks like data, so columns are named c1 to c%d", width)
	}
	for _, n := range repeated {
		s.note(t, record.Warning, "xlsx.header_duplicate", int64(header.at), 0, "%s: this name stands in the header before", n)
	}
}

// headerAt finds the first row that is about as wide as the rows usually are and holds texts. Where something stands
// above it, it may still be a wordy title: then the first quite full row is preferred.
func headerAt(sample []sampleRow) (int, float64) {
	usual := usualFilled(sample)
	if usual < 2 {
		return 0, 0.8
	}
	for i, r := range sample[:min(len(sample), 50)] {
		n := filled(r.cells)
		if n < 2 || n*10 < usual*7 || i > 0 && !mostlyText(r.cells) {
			continue
		}
		if i == 0 || n >= usual {
			return i, 0.9
		}
		for k := i + 1; k < min(len(sample), i+6); k++ {
			if full := sample[k].cells; filled(full) >= usual && mostlyText(full) && connectors.HeaderLike(full) {
				return k, 0.7
			}
		}
		return i, 0.7
	}
	return 0, 0.5
}

func mostlyText(cells []string) bool {
	texts := 0
	for _, c := range cells {
		if c != "" && !connectors.Numeric(c) {
			texts++
		}
	}
	return texts*2 >= filled(cells)
}

// usualFilled is the median number of filled cells, of the rows with at least two where there are such.
func usualFilled(sample []sampleRow) int {
	var counts []int
	for _, r := range sample {
		if n := filled(r.cells); n > 1 {
			counts = append(counts, n)
		}
	}
	if len(counts)*3 < len(sample) {
		return 1
	}
	slices.Sort(counts)
	return counts[len(counts)/2]
}

func filled(cells []string) int {
	n := 0
	for _, c := range cells {
		if c != "" {
			n++
		}
	}
	return n
}

// filledTo is the number of the last filled cell.
func filledTo(cells []string) int {
	for n := len(cells); n > 0; n-- {
		if cells[n-1] != "" {
			return n
		}
	}
	return 0
}

// cellFindings counts error cells and numbers that Excel cannot keep.
func (s *Source) cellFindings(t *table, sample []sampleRow) {
	var errors, long, firstError, firstLong int64
	for _, r := range sample {
		for _, c := range r.cells {
			if isError(c) {
				if errors++; firstError == 0 {
					firstError = int64(r.at)
				}
			}
			if len(c) > 15 && digits(c) && len(strings.TrimLeft(strings.TrimRight(c, "0"), "-0")) > 15 {
				if long++; firstLong == 0 {
					firstLong = int64(r.at)
				}
			}
		}
	}
	where := ""
	if len(sample) >= sampleRows {
		where = fmt.Sprintf(" in the first %d rows", sampleRows)
	}
	if errors > 0 {
		s.note(t, record.Warning, "xlsx.error_cells", firstError, errors, "%d cells%s hold an error such as #N/A instead of a value", errors, where)
	}
	if long > 0 {
		s.note(t, record.Warning, "xlsx.long_numbers", firstLong, long,
			"%d cells%s hold more than 15 digits; where they are numbers, a spreadsheet program rounds the rest away", long, where)
	}
}

func (s *Source) note(t *table, severity record.Severity, rule string, line, rows int64, format string, args ...any) {
	t.Findings = append(t.Findings, record.Finding{Severity: severity, Rule: rule, File: s.file.About().Path, Table: t.Name, Sheet: t.Sheet,
		Line: line, Rows: rows, Message: fmt.Sprintf(format, args...)})
}
