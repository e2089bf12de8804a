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
	shape   shape
}

// head finds the lines above the header, the header, how the rows fit it, and the column names. decode turns a header
// cell into UTF-8.
func (t *detector) head(d dialect, decode func(string) (string, error)) (head, error) {
	records := d.sample(t.text, t.whole, t.opt.Skip, 5*sampleRecords)
	h := head{shape: shape{tail: -1}}
	switch {
	case len(records) == 0 && !t.whole && d.below(t.text, t.opt.Skip) < len(t.text):
		return h, record.Advise(fmt.Errorf("no line ends within the first %d KiB: this is no table: %w", len(t.text)>>10, connectors.ErrDamaged),
			"If its records end with something else, state record_end: in migrate.yaml; else leave the file out.")
	case len(records) == 0:
		return h, record.Advise(fmt.Errorf("nothing stands below the first %d lines: %w", t.opt.Skip, connectors.ErrEmpty),
			"Correct the number of lines to skip.")
	}
	t.lineEndsFound(d, records)
	judged := records[:min(len(records), sampleRecords)]
	at, sure := headerAt(judged, t.opt)
	above := records[at].physical
	t.found["skip"] = connectors.Detection{Value: fmt.Sprint(above), Confidence: sure, Pinned: t.opt.Skip > 0}
	if t.opt.Skip == 0 {
		t.linesApart("csv.lines_above_header", "stands above the table and is not part of it", records[:at])
	}
	if sure < 0.65 {
		t.note(record.Warning, "csv.header_unsure", int64(above+1), "State skip: or header: in migrate.yaml.",
			"this line is taken as the header, but the rows below it look otherwise")
	}
	isHeader, sure := hasHeader(judged[at:], t.opt)
	t.found["header"] = connectors.Detection{Value: yesNo(isHeader), Confidence: sure, Pinned: t.opt.NoHeader || len(t.opt.Columns) > 0}
	if !isHeader {
		t.headless(&h, records[at:], above)
		return h, nil
	}
	rows := t.headerRows(judged[at:])
	for _, r := range records[at : at+rows] {
		if r.problem != "" {
			return h, record.Advise(fmt.Errorf("line %d: the header cannot be read: %s: %w", r.physical+1, r.problem, connectors.ErrDamaged),
				"Mend the header line, or state how many lines to skip.")
		}
	}
	for _, c := range joinHeaders(records[at : at+rows]) {
		name, err := decode(c)
		if err != nil {
			return h, fmt.Errorf("line %d: the header cannot be read: %w", above+1, err)
		}
		h.columns = append(h.columns, name)
	}
	last := records[at+rows-1]
	if below := at + rows; d.widths != nil && below < len(records) && isRule(string(t.text[records[below].start:records[below].end])) {
		last = records[below]
	}
	h.offset, h.line = last.next, last.physical+last.lines
	t.fit(&h, d, records[slices.IndexFunc(records, func(r sampleRecord) bool { return r.start == last.start })+1:])
	t.name(&h, int64(records[at].physical+1))
	return h, nil
}

// headless names the columns of a file without header.
func (t *detector) headless(h *head, records []sampleRecord, above int) {
	h.offset, h.line = records[0].start, above
	width, _ := commonWidth(notBlank(records))
	if h.columns = slices.Clone(t.opt.Columns); len(h.columns) == 0 {
		h.columns = make([]string, width)
		if !t.opt.NoHeader {
			t.note(record.Warning, "csv.no_header", int64(above+1), "State columns: in migrate.yaml.",
				"the first row looks like data, so columns are named c1 to c%d", width)
		}
	}
	t.fit(h, dialect{}, records)
	h.columns, _, _ = connectors.ColumnNames(h.columns)
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
	if opt.Skip > 0 || opt.HeaderRows > 0 {
		return first, 1
	}
	width, _ := commonWidth(notBlank(records))
	if width == 1 {
		return first, 1
	}
	for first+1 < len(records) && (records[first].blank() || comment(records[first], width)) {
		first++
	}
	if fits(records[first], width) || trailing(records[first:], width) > 0 || covers(records[first:], width) {
		if i := belowStatement(records, first, width); i > first {
			return i, 0.8
		}
		return first, 0.95
	}
	for i := first + 1; i < min(len(records), first+30); i++ {
		r := records[i]
		if len(r.cells) != width || r.problem != "" || !connectors.Distinct(r.cells) {
			continue
		}
		padded := len(records[first].cells) == width
		if r.filled()*5 >= width*4 && (padded || connectors.HeaderLike(r.cells)) && (len(records[first].cells) > width || !connectors.HeaderLike(records[first].cells)) {
			return i, 0.7
		}
	}
	return first, 0.6
}

// belowStatement finds a better header under lines that fill the width but belong to no table, as bank statements have
// them: names in every column, below lines with gaps that say "word : value" or are set apart by an empty line.
func belowStatement(records []sampleRecord, first, width int) int {
	if records[first].filled() == width {
		return first
	}
	apart := false
	for i := first; i < min(len(records), first+20); i++ {
		r := records[i]
		switch {
		case r.blank() || r.filled() == 0:
			apart = true
		case len(r.cells) == width && r.filled() == width && connectors.HeaderLike(r.cells):
			for _, above := range records[first:i] {
				apart = apart || slices.ContainsFunc(above.cells, labelled)
			}
			if ok, sure := connectors.HasHeader(r.cells, cellsOf(records[i+1:])); apart && ok && sure > 0.9 {
				return i
			}
			return first
		}
	}
	return first
}

// labelled recognises "Account : 0815".
func labelled(cell string) bool {
	label, value, ok := strings.Cut(strings.TrimSpace(cell), ":")
	return ok && strings.TrimSpace(label) != "" && strings.TrimSpace(value) != "" && !connectors.Numeric(label)
}

// comment recognises a line above the table that says of itself that it is none of it.
func comment(r sampleRecord, width int) bool {
	return len(r.cells) < width && len(r.cells) > 0 && strings.HasPrefix(strings.TrimSpace(r.cells[0]), "#")
}

// fits reports whether a record can be the header where it stands: as wide as the rows and not nearly empty.
func fits(r sampleRecord, width int) bool {
	return len(r.cells) == width && (r.filled()*3 > width || width < 3)
}

// covers reports whether the first record looks like a header that has names for more fields than most rows fill.
func covers(records []sampleRecord, width int) bool {
	n := len(records[0].cells)
	for _, r := range records {
		if len(r.cells) > n {
			return false
		}
	}
	return n > width && connectors.HeaderLike(records[0].cells)
}

// hasHeader applies what opt says before it judges by the rows.
func hasHeader(records []sampleRecord, opt connectors.Options) (bool, float64) {
	switch {
	case opt.NoHeader:
		return false, 1
	case opt.HeaderRows > 0:
		return true, 1
	case len(opt.Columns) > 0: // names are given because the file has none, unless it has just these
		same := slices.EqualFunc(opt.Columns, records[0].cells, func(a, b string) bool { return a == strings.TrimSpace(b) })
		return same, 1
	}
	return connectors.HasHeader(records[0].cells, cellsOf(records[1:]))
}

func cellsOf(records []sampleRecord) [][]string {
	out := make([][]string, 0, len(records))
	for _, r := range records {
		out = append(out, r.cells)
	}
	return out
}

// headerRows is the number of records the header takes: one, as many as are pinned, or two where the first has groups
// and the second the columns of each.
func (t *detector) headerRows(records []sampleRecord) int {
	if n := t.opt.HeaderRows; n > 0 {
		t.found["header_rows"] = pinned(fmt.Sprint(n))
		return min(n, len(records))
	}
	if len(records) < 4 || len(records[0].cells) != len(records[1].cells) || records[1].problem != "" {
		return 1
	}
	top, below := records[0].cells, records[1].cells
	grouped := false // a name in the first line, none beside it, and names under both
	for i := range top {
		c, under := strings.TrimSpace(top[i]), strings.TrimSpace(below[i])
		switch {
		case connectors.Numeric(under):
			return 1
		case i > 0 && c == "" && under != "" && strings.TrimSpace(below[i-1]) != "":
			grouped = grouped || strings.TrimSpace(top[i-1]) != ""
		}
	}
	if !grouped {
		return 1
	}
	contrast := 0 // columns of numbers below that have a word in the second line
	rest := cellsOf(records[2:])
	for i, c := range below {
		numbers, filled := 0, 0
		for _, row := range rest {
			if i < len(row) && strings.TrimSpace(row[i]) != "" {
				filled++
				if connectors.Numeric(row[i]) {
					numbers++
				}
			}
		}
		if filled >= 2 && numbers == filled && strings.TrimSpace(c) != "" {
			contrast++
		}
	}
	if contrast < 2 {
		return 1
	}
	t.found["header_rows"] = detected("2", 0.8)
	t.note(record.Note, "csv.two_line_header", int64(records[0].physical+1), "State header_rows: 1 in migrate.yaml if the second line is a row.",
		"the header takes two lines; their texts are joined")
	return 2
}

// joinHeaders joins the texts of the header's lines column by column. A group's name holds for the nameless columns
// right of it as far as they have names of their own below.
func joinHeaders(records []sampleRecord) []string {
	width := 0
	for _, r := range records {
		width = max(width, len(r.cells))
	}
	names := make([]string, width)
	for k, r := range records {
		group := ""
		for i := range width {
			c := ""
			if i < len(r.cells) {
				c = r.cells[i]
			}
			if len(records) == 1 {
				names[i] = c
				continue
			}
			c = strings.TrimSpace(c)
			switch {
			case c != "":
				group = c
			case k+1 < len(records) && i < len(records[k+1].cells) && strings.TrimSpace(records[k+1].cells[i]) != "":
				c = group
			default:
				group = ""
			}
			if c != "" && names[i] != "" && names[i] != c {
				c = names[i] + " " + c
			}
			if c != "" {
				names[i] = c
			}
		}
	}
	return names
}

// name gives every column a name of its own.
func (t *detector) name(h *head, line int64) {
	var empty, twice []string
	h.columns, empty, twice = connectors.ColumnNames(h.columns)
	if len(empty) > 0 {
		t.note(record.Warning, "csv.header_empty", line, "", "%s: the header has no name here", connectors.Some(empty))
	}
	if len(twice) > 0 {
		t.note(record.Warning, "csv.header_duplicate", line, "", "%s", connectors.RepeatedNames(twice))
	}
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
