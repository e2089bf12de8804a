package csvfile

import (
	"bytes"
	"fmt"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

func lineEnds(text []byte, d dialect) connectors.Detection {
	if d.cr {
		return connectors.Detection{Value: "cr", Confidence: 1}
	}
	lf, crlf := bytes.Count(text, []byte("\n")), bytes.Count(text, []byte("\r\n"))
	switch {
	case lf == 0:
		return connectors.Detection{Value: "none", Confidence: 1}
	case crlf*2 > lf:
		return connectors.Detection{Value: "crlf", Confidence: round2(float64(crlf) / float64(lf))}
	}
	return connectors.Detection{Value: "lf", Confidence: round2(1 - float64(crlf)/float64(lf))}
}

// findings says what a careful person would about the file as a whole.
func (s *Source) findings(text []byte, whole bool, encoding connectors.Detection, h head) []record.Finding {
	var out []record.Finding
	add := func(sev record.Severity, rule string, line, rows int64, hint, format string, args ...any) {
		out = append(out, record.Finding{Severity: sev, Rule: rule, Line: line, Rows: rows, Hint: hint, Message: fmt.Sprintf(format, args...)})
	}
	content := s.file.Content()
	if !encoding.Pinned && encoding.Confidence < 0.9 {
		add(record.Warning, "csv.encoding_unsure", 0, 0, "State the encoding in migrate.yaml.",
			"the encoding looks like %s, with confidence %.2f", encoding.Value, encoding.Confidence)
	}
	if n, at := content.Undecodable(s.charset); n > 0 {
		add(record.Error, "csv.undecodable", 0, n, "State the right encoding, or correct these bytes in the source.",
			"%d bytes are no %s, the first at offset %d; rows that hold one are damaged", n, s.charset.Name(), at)
	}
	if s.charset.Identity() && content.Replacements > 0 {
		add(record.Warning, "csv.destroyed_text", 0, content.Replacements, "Export the file again in UTF-8.",
			"%d characters are U+FFFD: they were destroyed before this file was written", content.Replacements)
	}
	if d := s.table.Detected["delimiter"]; !d.Pinned && d.Confidence < 0.6 && !s.dialect.single {
		add(record.Warning, "csv.delimiter_unsure", 0, 0, "State the delimiter in migrate.yaml.",
			"the delimiter looks like %q, with confidence %.2f", d.Value, d.Confidence)
	}
	out = append(out, h.notes...)
	out = append(out, s.rowFindings(text[h.offset:], whole, int64(h.line)+1)...)
	for i := range out {
		out[i].File, out[i].Table = s.file.About().Path, s.table.Name
	}
	return out
}

// rowFindings counts, over the sample, what makes no row damaged and should be known all the same.
func (s *Source) rowFindings(text []byte, whole bool, first int64) []record.Finding {
	var blank, stray, firstBlank, firstStray int64
	sp := splitter{dialect: s.dialect}
	for pos, at := 0, first; pos < len(text); {
		sp.reset()
		rec, ok := sp.next(text, pos, whole)
		if !ok {
			break
		}
		if rec.start == rec.end && len(s.table.Columns) > 1 {
			if blank++; firstBlank == 0 {
				firstBlank = at
			}
		}
		if rec.stray {
			if stray++; firstStray == 0 {
				firstStray = at
			}
		}
		pos, at = rec.next, at+int64(rec.lines)
	}
	where := ""
	if !whole {
		where = " in the first MiB"
	}
	var out []record.Finding
	if blank > 0 {
		out = append(out, record.Finding{Severity: record.Note, Rule: "csv.blank_lines", Line: firstBlank, Rows: blank,
			Message: fmt.Sprintf("%d blank lines%s are no rows", blank, where)})
	}
	if stray > 0 {
		out = append(out, record.Finding{Severity: record.Warning, Rule: "csv.stray_quote", Line: firstStray, Rows: stray,
			Message: fmt.Sprintf("%d rows%s have a quote inside an unquoted field; it is taken as text", stray, where),
			Hint:    "A field that holds a quote should be quoted, and the quote doubled."})
	}
	return out
}
