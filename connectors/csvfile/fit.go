package csvfile

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// fit finds how the rows differ from the header without being damaged. A difference that a few rows have is damage; one
// that nearly all have is how this file is written.
func (t *detector) fit(h *head, d dialect, records []sampleRecord) {
	width := len(h.columns)
	if d.widths != nil || width < 2 {
		return
	}
	counts := map[int]int{} // rows by number of fields; those with text after the last column are counted as 0
	rows, shorter := 0, 0
	for _, r := range records {
		if r.problem != "" || r.blank() {
			continue
		}
		rows++
		n := len(r.cells)
		if n > width && strings.Join(r.cells[width:], "") != "" {
			n = 0
		} else if n < width {
			shorter++
		}
		counts[n]++
	}
	nearly := func(n int) bool { return rows >= 3 && counts[n]*10 >= rows*9 }
	nameless := 0
	for nameless < width-1 && strings.TrimSpace(h.columns[width-1-nameless]) == "" {
		nameless++
	}
	switch extra := mostFrequentAbove(counts, width); {
	case extra > 0 && nearly(width+extra):
		h.shape.extra, h.shape.exact = extra, true
		t.note(record.Note, "csv.trailing_delimiter", int64(h.line+1), "", "rows end with %d more %s than the header; nothing stands behind %s",
			extra, plural(extra, "delimiter"), map[bool]string{true: "it", false: "them"}[extra == 1])
	case nameless > 0 && nearly(width-nameless):
		h.columns, h.shape.extra = h.columns[:width-nameless], nameless
		t.note(record.Note, "csv.trailing_delimiter", int64(h.line), "", "the header ends with %d %s that the rows do not have; they make no column",
			nameless, plural(nameless, "delimiter"))
	case rows >= 5 && shorter*2 > rows && counts[0] == 0 && extra == 0:
		h.shape.short = true
		t.note(record.Warning, "csv.short_rows", int64(h.line+1), "Compare a short row with the system it came from.",
			"most rows end before the last column (%d of the first %d); what they lack is taken as missing", shorter, rows)
	}
}

// mostFrequentAbove is how many fields more than width rows have most often; 0 where none has.
func mostFrequentAbove(counts map[int]int, width int) int {
	extra := 0
	for n, c := range counts {
		if n > width && (extra == 0 || c > counts[width+extra] || c == counts[width+extra] && n < width+extra) {
			extra = n - width
		}
	}
	return extra
}

// trailing is how many empty fields nearly all records have more than the first, where width is the most frequent number
// of fields.
func trailing(records []sampleRecord, width int) int {
	extra := width - len(records[0].cells)
	if extra <= 0 || len(records[0].cells) < 2 {
		return 0
	}
	rows, fitting := 0, 0
	for _, r := range records[1:] {
		if r.blank() {
			continue
		}
		rows++
		if len(r.cells) == width && strings.Join(r.cells[width-extra:], "") == "" {
			fitting++
		}
	}
	if rows >= 3 && fitting*10 >= rows*9 {
		return extra
	}
	return 0
}

// footer finds the lines below the table in its last records. They are none of its rows when they are pinned, or when a
// careful reader would see so: text in one field, set apart or where every row has a number.
func footer(records []sampleRecord, width int, endsWithLine bool) int {
	body, numeric, filledSum := 0, 0, 0
	for _, r := range records {
		if len(r.cells) == width && r.filled()*2 > width {
			body++
			filledSum += r.filled()
			if number(r.cells[0]) {
				numeric++
			}
		}
	}
	if width < 2 || body < 2 || body*2 < len(records)-10 {
		return len(records)
	}
	first := len(records)
	for i := len(records) - 1; i >= max(0, len(records)-20); i-- {
		r := records[i]
		switch {
		case r.blank() || r.filled() == 0 && r.problem == "":
			if i+1 < first && first == len(records) || i+1 == first || trailingEmpty(records[i+1:]) {
				if !trailingEmpty(records[i+1:]) {
					first = i
				}
				continue
			}
			if onlyNotes(records[i+1:first], width) {
				first = i
				continue
			}
			return first
		case !sentence(r, width, filledSum/body):
			return first
		case numeric*10 >= body*9 && !number(r.cells[0]) || len(r.cells) == 1 && width > 2 && endsWithLine && strings.ContainsAny(r.cells[0], " :"):
			first = i
		}
	}
	return first
}

func trailingEmpty(records []sampleRecord) bool {
	for _, r := range records {
		if r.filled() > 0 {
			return false
		}
	}
	return true
}

func onlyNotes(records []sampleRecord, width int) bool {
	for _, r := range records {
		if r.filled() > 0 && !sentence(r, width, width) {
			return false
		}
	}
	return len(records) > 0
}

// sentence recognises a line that says something in its first field and has hardly anything beside it.
func sentence(r sampleRecord, width, usual int) bool {
	if len(r.cells) == 0 || len(r.cells) > width || r.problem != "" || r.filled()*2 > usual+1 || r.filled() > 2 {
		return false
	}
	return strings.ContainsFunc(r.cells[0], unicode.IsLetter) && !number(r.cells[0])
}

func number(cell string) bool {
	return strings.ContainsAny(cell, "0123456789") && !strings.ContainsFunc(cell, unicode.IsLetter)
}

// linesApart notes the lines above or below the table, each with its text.
func (t *detector) linesApart(rule, what string, records []sampleRecord) {
	const most = 10
	n, rest := 0, int64(0)
	var at int64
	for _, r := range records {
		if r.blank() || r.filled() == 0 {
			continue
		}
		line := int64(r.physical + 1)
		if r.physical < 0 {
			line = 0
		}
		if n++; n > most {
			if rest++; rest == 1 {
				at = line
			}
			continue
		}
		text := strings.Join(r.cells, " ")
		if decoded, bad := t.charset.Append(nil, []byte(text)); bad < 0 {
			text = string(decoded)
		} else {
			text = strings.ToValidUTF8(text, "?")
		}
		text = strings.Join(strings.Fields(text), " ")
		if cut := []rune(text); len(cut) > 200 {
			text = string(cut[:200]) + "…"
		}
		t.notes = append(t.notes, record.Finding{Severity: record.Note, Rule: rule, Line: line, Raw: text, Personal: personal(text),
			Message: "this line " + what, Hint: "State skip: and footer: in migrate.yaml if it is."})
	}
	if rest > 0 {
		t.notes = append(t.notes, record.Finding{Severity: record.Note, Rule: rule, Line: at, Rows: rest, Message: fmt.Sprintf("%d more lines: each %s", rest, what)})
	}
}

// personal suspects account numbers and addresses in text that nobody has profiled.
func personal(text string) bool {
	digits := 0
	for _, r := range text {
		if r == '@' {
			return true
		}
		if unicode.IsDigit(r) {
			if digits++; digits >= 6 {
				return true
			}
		} else if r != ' ' && r != '-' {
			digits = 0
		}
	}
	return false
}
