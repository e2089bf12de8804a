package csvfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// head is where a table begins and what its columns are called.
type head struct {
	columns []string
	offset  int // of the first row, in the sample
	line    int // physical lines before it
	found   map[string]connectors.Detection
	notes   []record.Finding
}

// detectHead finds the lines above the header, the header and the column names. decode turns a header cell into UTF-8.
func detectHead(text []byte, whole bool, d dialect, opt connectors.Options, decode func(string) (string, error)) (head, error) {
	records := d.sample(text, whole, opt.Skip, sampleRecords)
	h := head{found: map[string]connectors.Detection{}}
	if len(records) == 0 {
		return h, record.Advise(fmt.Errorf("nothing stands below the first %d lines: %w", opt.Skip, connectors.ErrEmpty),
			"Correct the number of lines to skip.")
	}
	at, sure := headerAt(records, opt)
	above := records[at].physical
	h.found["skip"] = connectors.Detection{Value: fmt.Sprint(above), Confidence: sure, Pinned: opt.Skip > 0}
	if opt.Skip == 0 && len(notBlank(records[:at])) > 0 {
		h.note("csv.lines_above_header", 1, "%d lines above the header are not part of the table", above)
	}
	if sure < 0.65 {
		h.note("csv.header_unsure", int64(above+1), "this line is taken as the header, but the rows below it look otherwise; state how many lines to skip")
	}
	isHeader, sure := hasHeader(records[at:], opt)
	h.found["header"] = connectors.Detection{Value: yesNo(isHeader), Confidence: sure, Pinned: opt.NoHeader || len(opt.Columns) > 0}
	if !isHeader {
		h.offset, h.line = records[at].start, above
		width, _ := commonWidth(notBlank(records[at:]))
		h.columns = slices.Clone(opt.Columns)
		if len(h.columns) == 0 {
			h.columns = make([]string, width)
			if !opt.NoHeader {
				h.note("csv.no_header", int64(above+1), "the first row looks like data, so columns are named c1 to c%d", width)
			}
		}
		h.name()
		return h, nil
	}
	if p := records[at].problem; p != "" {
		return h, record.Advise(fmt.Errorf("line %d: the header cannot be read: %s: %w", above+1, p, connectors.ErrDamaged),
			"Mend the header line, or state how many lines to skip.")
	}
	for _, c := range records[at].cells {
		name, err := decode(c)
		if err != nil {
			return h, fmt.Errorf("line %d: the header cannot be read: %w", above+1, err)
		}
		h.columns = append(h.columns, name)
	}
	h.offset, h.line = records[at].next, above+records[at].lines
	h.name()
	return h, nil
}

// headerAt is the index of the first record of the table. A pinned number of lines to skip is taken as said; otherwise
// blank lines, comments and titles are passed over: lines of one field, or nearly empty ones, above a line that looks
// like a header of the common width.
func headerAt(records []sampleRecord, opt connectors.Options) (int, float64) {
	first := 0
	for first < len(records) && records[first].blank() {
		first++
	}
	if first == len(records) {
		return 0, 1 // nothing but blank lines: a table of one nameless column
	}
	if opt.Skip > 0 {
		return first, 1
	}
	width, _ := commonWidth(notBlank(records))
	if width == 1 {
		return first, 1
	}
	for first+1 < len(records) && (records[first].blank() || comment(records[first], width)) {
		first++
	}
	if fits(records[first], width) {
		return first, 0.95
	}
	for i := first + 1; i < min(len(records), first+20); i++ {
		r := records[i]
		if len(r.cells) != width || r.problem != "" || !connectors.Distinct(r.cells) {
			continue
		}
		padded := len(records[first].cells) == width
		if r.filled()*5 >= width*4 && (padded || connectors.HeaderLike(r.cells)) && !connectors.HeaderLike(records[first].cells) {
			return i, 0.7
		}
	}
	return first, 0.6
}

// comment recognises a line above the table that says of itself that it is none of it.
func comment(r sampleRecord, width int) bool {
	return len(r.cells) < width && len(r.cells) > 0 && strings.HasPrefix(strings.TrimSpace(r.cells[0]), "#")
}

// fits reports whether a record can be the header where it stands: as wide as the rows and not nearly empty.
func fits(r sampleRecord, width int) bool {
	return len(r.cells) == width && (r.filled()*3 > width || width < 3)
}

// hasHeader applies what opt says before it judges by the rows.
func hasHeader(records []sampleRecord, opt connectors.Options) (bool, float64) {
	if len(opt.Columns) > 0 && !opt.NoHeader { // names are given because the file has none, unless it has just these
		same := slices.EqualFunc(opt.Columns, records[0].cells, func(a, b string) bool { return a == strings.TrimSpace(b) })
		return same, 1
	}
	if opt.NoHeader {
		return false, 1
	}
	below := make([][]string, 0, len(records)-1)
	for _, r := range records[1:] {
		below = append(below, r.cells)
	}
	return connectors.HasHeader(records[0].cells, below)
}

// name gives every column a name of its own.
func (h *head) name() {
	var empty, twice []string
	h.columns, empty, twice = connectors.ColumnNames(h.columns)
	if len(empty) > 0 && h.found["header"].Value == "yes" {
		h.note("csv.header_empty", int64(h.line), "%s: the header has no name here", strings.Join(empty, ", "))
	}
	for _, n := range twice {
		h.note("csv.header_duplicate", int64(h.line), "%s: this name stands in the header before", n)
	}
}

func (h *head) note(rule string, line int64, format string, args ...any) {
	h.notes = append(h.notes, record.Finding{Severity: record.Warning, Rule: rule, Line: line, Message: fmt.Sprintf(format, args...)})
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
