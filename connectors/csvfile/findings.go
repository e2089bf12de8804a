package csvfile

import (
	"bytes"
	"fmt"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/rawfile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// findings says what a careful person would about the file as a whole. rows is the text of the sampled rows.
func (s *Source) findings(content *rawfile.Content, text, rows []byte, whole bool, encoding connectors.Detection, notes []record.Finding, line int64) []record.Finding {
	var out []record.Finding
	add := func(sev record.Severity, rule string, line, rows int64, hint, format string, args ...any) {
		out = append(out, record.Finding{Severity: sev, Rule: rule, Line: line, Rows: rows, Hint: hint, Message: fmt.Sprintf(format, args...)})
	}
	if !encoding.Pinned && encoding.Confidence < 0.9 {
		add(record.Warning, "csv.encoding_unsure", 0, 0, "State the encoding in migrate.yaml.",
			"the encoding looks like %s, with confidence %.2f", encoding.Value, encoding.Confidence)
	}
	if n, at := content.Undecodable(s.charset); n > 0 {
		add(record.Error, "csv.undecodable", 0, n, "State the right encoding, or correct these bytes in the source.",
			"%d bytes are no %s, the first at offset %d; rows that hold one are damaged", n, s.charset.Name(), at)
	}
	if n, at := destroyed(s.charset, content, text); n > 0 {
		add(record.Error, "csv.destroyed_text", at, n, "Export the file again in UTF-8; what is lost cannot be restored.",
			"%d letters were destroyed before this file was written: %s stands in their place", n, map[bool]string{true: "U+FFFD", false: `"?"`}[content.Replacements > 0])
	}
	if content.NULs > 0 && !s.charset.Wide() {
		add(record.Warning, "csv.nul", 0, content.NULs, "Look for a broken copy or a wrong encoding; a database takes no text with NUL.",
			"%d NUL characters stand in the text, the first at offset %d", content.NULs, content.FirstNUL)
	}
	if d := s.table.Detected["delimiter"]; !d.Pinned && d.Confidence < 0.6 && s.dialect.delimiter != nil {
		add(record.Warning, "csv.delimiter_unsure", 0, 0, "State the delimiter in migrate.yaml.",
			"the delimiter looks like %q, with confidence %.2f", d.Value, d.Confidence)
	}
	out = append(out, notes...)
	out = append(out, s.rowFindings(rows, whole, line+1)...)
	for i := range out {
		out[i].File, out[i].Table = s.about.Path, s.table.Name
	}
	return out
}

// destroyed counts letters that somebody replaced before: by U+FFFD, or by a question mark within words in a text that
// has no other letter outside ASCII. at is the first line of the second kind.
func destroyed(cs *rawfile.Charset, content *rawfile.Content, text []byte) (n, at int64) {
	if cs.Identity() && content.Replacements > 0 {
		return content.Replacements, 0
	}
	if !ascii(text) {
		return 0, 0
	}
	for i := 1; i+1 < len(text); i++ {
		next := bytes.IndexByte(text[i:len(text)-1], '?')
		if next < 0 {
			break
		}
		i += next
		if before, after := text[i-1], text[i+1]; !lower(before) && !upper(before) || !lower(after) || query(text, i) {
			continue
		}
		if n++; n == 1 {
			at = int64(bytes.Count(text[:i], []byte{'\n'})) + 1
		}
	}
	if n < 3 {
		return 0, 0
	}
	return n, at
}

// query reports whether the question mark at i belongs to a web address.
func query(text []byte, i int) bool {
	from := i
	for from > 0 && text[from-1] > ' ' && i-from < 300 {
		from--
	}
	to := i
	for to < len(text) && text[to] > ' ' && to-i < 300 {
		to++
	}
	word := text[from:to]
	return bytes.ContainsAny(word, "/=") || bytes.Contains(word, []byte("www."))
}

func lower(b byte) bool { return b >= 'a' && b <= 'z' }
func upper(b byte) bool { return b >= 'A' && b <= 'Z' }

// rowFindings counts, over the sample, what makes no row damaged and should be known all the same.
func (s *Source) rowFindings(text []byte, whole bool, first int64) []record.Finding {
	var blank, stray, several, firstBlank, firstStray, firstSeveral int64
	sp := splitter{dialect: s.dialect}
	for pos, at := 0, first; pos < len(text); {
		sp.reset()
		rec, ok := sp.next(text, pos, whole)
		if !ok {
			break
		}
		count(rec.start == rec.end && len(s.table.Columns) > 1, at, &blank, &firstBlank)
		count(rec.stray, at, &stray, &firstStray)
		count(rec.lines > 1 && rec.problem == "" && s.dialect.join == 0, at, &several, &firstSeveral)
		pos, at = rec.next, at+int64(rec.lines)
	}
	where := ""
	if !whole {
		where = " in the first MiB"
	}
	var out []record.Finding
	if blank > 0 {
		out = append(out, record.Finding{Severity: record.Note, Rule: "csv.blank_lines", Line: firstBlank, Rows: blank,
			Message: fmt.Sprintf("%d blank %s%s: %s", blank, plural(int(blank), "line"), where, map[bool]string{true: "it is no row", false: "they are no rows"}[blank == 1])})
	}
	if several > 0 {
		out = append(out, record.Finding{Severity: record.Note, Rule: "csv.line_ends_in_cells", Line: firstSeveral, Rows: several,
			Message: fmt.Sprintf("line ends stand inside a cell in %d %s%s", several, plural(int(several), "row"), where)})
	}
	if stray > 0 {
		out = append(out, record.Finding{Severity: record.Warning, Rule: "csv.stray_quote", Line: firstStray, Rows: stray,
			Message: fmt.Sprintf("a quote stands inside an unquoted field in %d %s%s; it is taken as text", stray, plural(int(stray), "row"), where),
			Hint:    "A field that holds a quote should be quoted, and the quote doubled."})
	}
	return out
}

func count(is bool, at int64, n, first *int64) {
	if is {
		if *n++; *n == 1 {
			*first = at
		}
	}
}
