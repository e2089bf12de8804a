package csvfile

import (
	"bytes"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// lineEnds finds what ends a line. Where CR stands alone beside LF it ends lines unless the rows come out worse so.
func (t *detector) lineEnds(d *dialect) {
	cr, lf, both := bytes.Count(t.text, []byte{'\r'}), bytes.Count(t.text, []byte{'\n'}), bytes.Count(t.text, []byte("\r\n"))
	switch {
	case cr > 0 && lf == 0:
		d.lines = endCR
	case cr > both:
		plain, any := *d, *d
		any.lines = endAny
		if t.opt.Delimiter == "" {
			t.bestDelimiter(&plain)
			t.bestDelimiter(&any)
		}
		if t.evenness(any) >= t.evenness(plain) {
			d.lines = endAny
		}
	}
}

// evenness is the share of records with the most frequent number of fields.
func (t *detector) evenness(d dialect) float64 {
	records := notBlank(d.sample(t.text, t.whole, t.opt.Skip, sampleRecords))
	width, _ := commonWidth(records)
	even := 0
	for _, r := range records {
		if len(r.cells) == width {
			even++
		}
	}
	return float64(even) / float64(max(len(records), 1))
}

// recordEnd finds what ends records where that is more than the line end: "&|" before it, say.
func (t *detector) recordEnd(d *dialect) {
	if t.opt.RecordEnd != "" || d.lines != endLF {
		return
	}
	lines := bytes.Split(t.text, []byte{'\n'})
	if !t.whole {
		lines = lines[:len(lines)-1]
	}
	lines = lines[min(t.opt.Skip, len(lines)):]
	if len(lines) < 3 {
		return
	}
	common := suffix(lines[0])
	ending := 0
	for _, l := range lines[1:] {
		if s := suffix(l); strings.HasSuffix(s, common) {
			ending++
		} else if strings.HasSuffix(common, s) && len(s) > 1 && ending < 5 {
			common = s // the first line has more of them: an empty last field
			ending++
		}
	}
	if len(common) < 2 || strings.Count(common, common[:1]) == len(common) || ending < 2 || ending*5 < len(lines) {
		return
	}
	plain, own := *d, *d
	own.end = []byte(common + "\n")
	t.bestDelimiter(&plain)
	t.bestDelimiter(&own)
	if own.delimiter != nil && t.evenness(own) >= t.evenness(plain) {
		d.end = own.end
		t.found["record_end"] = detected(common+"\n", t.evenness(own))
	}
}

// suffix is the longest end of a line that is made of symbols.
func suffix(line []byte) string {
	n := len(line)
	for n > 0 && len(line)-n < 4 && strings.IndexByte("|+~^#&%$*!@=<>", line[n-1]) >= 0 {
		n--
	}
	return string(line[n:])
}

// lineEndsFound says how the records of the sample end, and notes where they do so differently.
func (t *detector) lineEndsFound(d dialect, records []sampleRecord) {
	count := map[string]int{}
	first := map[string]int{}
	n := 0
	for _, r := range records {
		end := map[string]string{"\n": "lf", "\r\n": "crlf", "\r": "cr"}[string(t.text[r.end:r.next])]
		if d.end != nil {
			end = "lf"
		}
		if end == "" || r.next == len(t.text) && !t.whole {
			continue
		}
		if count[end]++; count[end] == 1 {
			first[end] = r.physical + r.lines
		}
		n++
	}
	most := "none"
	for _, end := range []string{"lf", "crlf", "cr"} {
		if count[end] > count[most] {
			most = end
		}
	}
	if n == 0 {
		t.found["line_end"] = detected(most, 1)
		return
	}
	t.found["line_end"] = detected(most, float64(count[most])/float64(n))
	for _, end := range []string{"lf", "crlf", "cr"} {
		if count[end] > 0 && end != most {
			t.note(record.Note, "csv.mixed_line_ends", int64(first[end]), "", "most lines end with %s, some with %s; each ends its row",
				strings.ToUpper(most), strings.ToUpper(end))
		}
	}
}

// join finds that cells hold line ends without quotes: a row is complete only when it has all its delimiters. That is
// believed where the number of columns is pinned and lines are too short for it, or where it alone makes the whole file even.
func (t *detector) join(d *dialect) {
	if d.end != nil || d.blanks || d.quote != 0 && bytes.Contains(t.text, slices.Concat(d.delimiter, []byte{d.quote})) {
		return
	}
	records := notBlank(d.sample(t.text, t.whole, t.opt.Skip, 5*sampleRecords))
	short, bare := 0, 0
	width, _ := commonWidth(records)
	if len(t.opt.Columns) > 0 {
		width = len(t.opt.Columns)
	}
	for _, r := range records {
		if len(r.cells) < width {
			short++
		}
		if len(r.cells) == 1 {
			bare++
		}
	}
	var fields int
	switch {
	case len(t.opt.Columns) > 1 && short > 0:
		if t.joinable(*d, len(t.opt.Columns), 1) {
			fields = len(t.opt.Columns)
		}
	case len(t.opt.Columns) == 0 && t.whole && len(records) > 5 && bare*5 >= 2*len(records):
		fields = t.joinFields(*d, len(records[0].cells))
	}
	if fields == 0 {
		return
	}
	d.join = fields - 1
	t.note(record.Warning, "csv.line_ends_in_cells", 0, "Quote such cells in the export, or state what ends a record.",
		"cells hold line ends without quotes, so a row is read until it has its %d fields", fields)
}

// joinFields is the number of fields, at least as many as the first line has, with which the whole text comes out as rows
// over several lines; 0 where there is none.
func (t *detector) joinFields(d dialect, first int) int {
	for n := max(first, 4); n <= first+8; n++ {
		if t.joinable(d, n, 3) {
			return n
		}
	}
	return 0
}

// joinable reports whether all of the text comes out as at least so many rows of the given number of fields, some of
// them over several lines.
func (t *detector) joinable(d dialect, fields, least int) bool {
	if bytes.Count(t.text, d.delimiter) < least*(fields-1) {
		return false
	}
	d.join = fields - 1
	records := d.sample(t.text, t.whole, t.opt.Skip, 5*sampleRecords)
	several := false
	for _, r := range records {
		if len(r.cells) != fields && !r.blank() {
			return false
		}
		several = several || r.lines > 1
	}
	return several && len(records) >= least
}

// unquoted finds that a file quotes nothing: its fields or records end with what no text holds, a sequence of several
// symbols or a control character, so that there is no need to, and no field begins with a quote. A quote is text then.
func (t *detector) unquoted(d *dialect) {
	own := len(d.delimiter) > 1 || d.delimiter[0] < ' ' && d.delimiter[0] != '\t' || d.end != nil
	if !own || t.opt.Quote != "" || d.quote == 0 || bytes.IndexByte(t.text, d.quote) < 0 {
		return
	}
	for _, before := range [][]byte{d.delimiter, append(bytes.Clone(d.delimiter), ' '), []byte("\n"), []byte("\r")} {
		if bytes.Contains(t.text, append(bytes.Clone(before), d.quote)) {
			return
		}
	}
	if t.text[0] == d.quote {
		return
	}
	d.quote = 0
	t.found["quote"] = detected("none", 0.95)
}
