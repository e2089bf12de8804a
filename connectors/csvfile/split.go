package csvfile

import (
	"bytes"
	"fmt"
)

// maxRecord bounds one row; a quote that is still open after so much text was never closed.
const maxRecord = 64 << 20

// lineEnd is what ends a physical line.
type lineEnd uint8

const (
	endLF  lineEnd = iota // LF or CR LF
	endCR                 // CR alone, as on old Macs
	endAny                // CR, LF and CR LF in one file
)

// dialect is what the splitter has to know.
type dialect struct {
	delimiter []byte // nil: one column, nothing is a delimiter
	blanks    bool   // blanks that follow a delimiter belong to it
	quote     byte   // 0: none
	escape    byte   // takes the next character's meaning away; 0: none, a quote is doubled
	lines     lineEnd
	end       []byte // what ends a record; nil: the line end
	widths    []int  // a fixed-width file: where each column begins, in characters; nil: delimited
	wideRunes bool   // fixed width: the text is UTF-8, so a character may take several bytes
	limit     int    // fixed width: characters of all columns together; 0: the last one goes to the line's end
	sharp     bool   // fixed width, found out: text over the border of two columns means that the row is another
	join      int    // a row ends at the first line end after so many delimiters; 0: at its line end
}

// span is one cell: buf[start:end], the quotes around it left out. marked in end says that it holds doubled quotes or
// escape characters.
type span struct{ start, end uint32 }

const marked = 1 << 31

// line is one record as it was found: a physical line, or several where a cell holds line ends.
type line struct {
	start, end int    // without the record's end
	next       int    // where the next record begins
	lines      int    // line ends in it
	problem    string // why it could not be split
	stray      bool   // a quote stands inside an unquoted cell
	cut        bool   // it goes on after next: the rest of it is no record of its own
	first      int    // index of its first cell in spans
}

// splitter finds records and their cells in a buffer. It is not encoding/csv: a quote opens only at a cell's start,
// offsets are kept, nothing is copied, and a record that breaks the rules is one damaged record, not the end.
type splitter struct {
	dialect
	spans []span // the cells of all records since the last reset

	eol, eolSize int // the last record end that was looked for
}

func (s *splitter) reset() { s.spans = s.spans[:0] }

// next splits the record that begins at pos and appends its cells to spans. It reports false when the record may go on
// after buf; it never does when final says that nothing follows.
//
// A record whose quotes are wrong is damaged as far as its first record end, and the next record begins there: a quote
// that nobody closed must not swallow the rows after it.
func (s *splitter) next(buf []byte, pos int, final bool) (line, bool) {
	kept := len(s.spans)
	end, next, ok := s.physical(buf, pos, final)
	switch {
	case ok && s.widths != nil:
		rec := line{start: pos, end: end, next: next, first: kept}
		rec.problem = s.columns(buf, pos, end)
		return s.counted(buf, rec), true
	case ok && s.join > 0:
		return s.joined(buf, line{start: pos, end: end, next: next, first: kept}, final)
	case ok && !s.special(buf[pos:end]):
		s.plain(buf, pos, end)
		return s.counted(buf, line{start: pos, end: end, next: next, first: kept}), true
	case !ok && len(buf)-pos > maxRecord:
		rec := line{start: pos, end: len(buf), next: len(buf), first: kept, problem: "the line is longer than 64 MiB", cut: true}
		rec.lines = s.lineCount(buf[pos:])
		return rec, true
	case !ok && (s.widths != nil || s.join > 0 || !s.special(buf[pos:])):
		return line{}, false
	}
	rec, ok := s.careful(buf, pos, final)
	if !ok || rec.problem == "" {
		if !ok {
			s.spans = s.spans[:kept]
			return line{}, false
		}
		return s.counted(buf, rec), true
	}
	s.spans = s.spans[:kept]
	if end, next, ok = s.physical(buf, pos, final); !ok {
		return line{}, false
	}
	return s.counted(buf, line{start: pos, end: end, next: next, first: kept, problem: rec.problem}), true
}

// special reports whether text holds a character that may hide a delimiter or a record end.
func (s *splitter) special(text []byte) bool {
	return s.quote != 0 && bytes.IndexByte(text, s.quote) >= 0 || s.escape != 0 && bytes.IndexByte(text, s.escape) >= 0
}

func (s *splitter) counted(buf []byte, rec line) line {
	rec.lines = s.lineCount(buf[rec.start:rec.next])
	if s.end == nil {
		rec.lines = max(rec.lines, 1) // the last line of a file may lack its end
	}
	return rec
}

// lineCount is the number of physical line ends in text.
func (s *splitter) lineCount(text []byte) int {
	switch s.lines {
	case endCR:
		return bytes.Count(text, []byte{'\r'})
	case endAny:
		return bytes.Count(text, []byte{'\r'}) + bytes.Count(text, []byte{'\n'}) - bytes.Count(text, []byte("\r\n"))
	}
	return bytes.Count(text, []byte{'\n'})
}

// physical finds the end of the record at pos as if nothing were quoted.
func (s *splitter) physical(buf []byte, pos int, final bool) (end, next int, ok bool) {
	end, size := s.recordEnd(buf, pos, final)
	return end, end + size, size > 0 || final
}

// recordEnd finds the first record end at or after pos. size is its length, 0 where buf holds none; at is then the end of
// buf, less what of a record end stands there cut off.
func (s *splitter) recordEnd(buf []byte, pos int, final bool) (at, size int) {
	switch {
	case s.end != nil:
		if i := bytes.Index(buf[pos:], s.end); i >= 0 {
			return pos + i, len(s.end)
		}
		for cut := len(s.end) - 1; final && cut > 0; cut-- {
			if bytes.HasSuffix(buf[pos:], s.end[:cut]) {
				return len(buf) - cut, cut
			}
		}
	case s.lines == endCR:
		if i := bytes.IndexByte(buf[pos:], '\r'); i >= 0 {
			return pos + i, 1
		}
	case s.lines == endAny:
		i := bytes.IndexAny(buf[pos:], "\r\n")
		if i < 0 {
			break
		}
		if n := s.endAt(buf, pos+i, final); n > 0 {
			return pos + i, n
		}
	default:
		if i := bytes.IndexByte(buf[pos:], '\n'); i > 0 && buf[pos+i-1] == '\r' {
			return pos + i - 1, 2
		} else if i >= 0 {
			return pos + i, 1
		}
		if n := len(buf); final && n > pos && buf[n-1] == '\r' {
			return n - 1, 1
		}
	}
	return len(buf), 0
}

// endAt is the length of the record end that stands at pos, 0 for none.
func (s *splitter) endAt(buf []byte, pos int, final bool) int {
	rest := buf[pos:]
	switch {
	case len(rest) == 0:
		return 0
	case s.end != nil:
		if bytes.HasPrefix(rest, s.end) {
			return len(s.end)
		}
		if final && len(rest) < len(s.end) && bytes.HasPrefix(s.end, rest) {
			return len(rest)
		}
		return 0
	case s.lines == endCR:
		if rest[0] == '\r' {
			return 1
		}
		return 0
	case rest[0] == '\n':
		return 1
	case rest[0] != '\r':
		return 0
	case len(rest) > 1 && rest[1] == '\n':
		return 2
	case len(rest) == 1 && final, len(rest) > 1 && s.lines == endAny:
		return 1
	}
	return 0
}

// delimiterAt is the length of the delimiter that stands at pos, 0 for none.
func (s *splitter) delimiterAt(buf []byte, pos int) int {
	if s.delimiter != nil && bytes.HasPrefix(buf[pos:], s.delimiter) {
		return len(s.delimiter)
	}
	return 0
}

// afterBlanks passes over the blanks that belong to the delimiter before pos.
func (s *splitter) afterBlanks(buf []byte, pos, end int) int {
	if s.blanks {
		for pos < end && buf[pos] == ' ' {
			pos++
		}
	}
	return pos
}

// plain splits a record without quotes and escapes.
func (s *splitter) plain(buf []byte, pos, end int) {
	if s.delimiter != nil {
		for {
			var i int
			if len(s.delimiter) == 1 {
				i = bytes.IndexByte(buf[pos:end], s.delimiter[0])
			} else {
				i = bytes.Index(buf[pos:end], s.delimiter)
			}
			if i < 0 {
				break
			}
			s.spans = append(s.spans, span{uint32(pos), uint32(pos + i)})
			pos = s.afterBlanks(buf, pos+i+len(s.delimiter), end)
		}
	}
	s.spans = append(s.spans, span{uint32(pos), uint32(end)})
}

// careful splits a record in which a quote or an escape character occurs.
func (s *splitter) careful(buf []byte, pos int, final bool) (line, bool) {
	rec := line{start: pos, first: len(s.spans)}
	s.eol, s.eolSize = -1, 0
	for {
		var ok bool
		if s.quote != 0 && pos < len(buf) && buf[pos] == s.quote {
			pos, ok = s.quotedCell(buf, pos, final, &rec)
		} else {
			pos, ok = s.bareCell(buf, pos, final, &rec)
		}
		if !ok || rec.problem != "" {
			return rec, ok
		}
		n := s.delimiterAt(buf, pos)
		if n == 0 {
			rec.end, rec.next = pos, pos+s.endAt(buf, pos, final)
			return rec, true
		}
		pos += n
		if s.blanks {
			if pos = s.afterBlanks(buf, pos, len(buf)); pos == len(buf) && !final {
				return rec, false
			}
		}
	}
}

// bareCell takes the unquoted cell at pos and returns where its delimiter or record end stands.
func (s *splitter) bareCell(buf []byte, pos int, final bool, rec *line) (int, bool) {
	flag := uint32(0)
	for from := pos; ; {
		if s.eol < from {
			s.eol, s.eolSize = s.recordEnd(buf, from, final)
		}
		end, found := s.eol, s.eolSize > 0 || final
		if s.delimiter != nil {
			if i := bytes.Index(buf[from:end], s.delimiter); i >= 0 {
				end, found = from+i, true
			}
		}
		if s.escape != 0 {
			if i := bytes.IndexByte(buf[from:end], s.escape); i >= 0 {
				flag, from = marked, from+i+2
				if from > len(buf) {
					if !final {
						return 0, false
					}
					from = len(buf)
				}
				continue
			}
		}
		if !found {
			return 0, false
		}
		rec.stray = rec.stray || s.quote != 0 && flag == 0 && bytes.IndexByte(buf[pos:end], s.quote) >= 0
		s.spans = append(s.spans, span{uint32(pos), uint32(end) | flag})
		return end, true
	}
}

// quotedCell takes the cell whose opening quote is at pos and returns where its delimiter or record end stands.
func (s *splitter) quotedCell(buf []byte, pos int, final bool, rec *line) (int, bool) {
	start, end, flag := pos+1, pos+1, uint32(0)
	for {
		i := bytes.IndexByte(buf[end:], s.quote)
		if s.escape != 0 && s.escape != s.quote {
			to := len(buf)
			if i >= 0 {
				to = end + i
			}
			if j := bytes.IndexByte(buf[end:to], s.escape); j >= 0 && end+j+2 <= len(buf) {
				flag, end = marked, end+j+2
				continue
			} else if j >= 0 {
				i = -1
			}
		}
		if i < 0 {
			if !final && len(buf)-rec.start <= maxRecord {
				return 0, false
			}
			rec.problem = fmt.Sprintf("the quote opened in field %d is never closed", len(s.spans)-rec.first+1)
			return 0, true
		}
		end += i
		if end+1 == len(buf) && !final {
			return 0, false
		}
		if end+1 < len(buf) && buf[end+1] == s.quote {
			flag, end = marked, end+2
			continue
		}
		break
	}
	after := end + 1
	if !final && len(buf)-after < max(len(s.delimiter), len(s.end), 2) && len(buf)-rec.start <= maxRecord {
		return 0, false
	}
	if after < len(buf) && s.delimiterAt(buf, after) == 0 && s.endAt(buf, after, final) == 0 {
		rec.problem = fmt.Sprintf("text follows the closing quote of field %d", len(s.spans)-rec.first+1)
		return 0, true
	}
	s.spans = append(s.spans, span{uint32(start), uint32(end) | flag})
	return after, true
}

// maxJoined bounds a row over several lines without quotes.
const maxJoined = 1 << 20

// joined takes lines until a row has all its delimiters: in some exports a cell may hold line ends without quotes.
func (s *splitter) joined(buf []byte, rec line, final bool) (line, bool) {
	first := rec
	for n, counted := 0, rec.start; ; {
		n += bytes.Count(buf[counted:rec.end], s.delimiter)
		counted = rec.end
		if n == s.join || rec.start == rec.end {
			s.plain(buf, rec.start, rec.end)
			return s.counted(buf, rec), true
		} else if n > s.join || rec.next == len(buf) && final || rec.end-rec.start > maxJoined {
			s.plain(buf, first.start, first.end) // as many fields as it has: damaged, and the next line starts afresh
			return s.counted(buf, first), true
		}
		end, next, ok := s.physical(buf, rec.next, final)
		if !ok {
			return line{}, false
		}
		rec.end, rec.next = end, next
	}
}

// unmark writes a cell as it is meant, in place: doubled quotes once, escape characters not at all. The cell \N alone
// stays: databases write a missing value so.
func (s *splitter) unmark(buf []byte, c span) span {
	end := c.end &^ marked
	if s.escape != 0 && end-c.start == 2 && buf[c.start] == s.escape && buf[c.start+1] == 'N' {
		return span{c.start, end}
	}
	quoted := c.start > 0 && buf[c.start-1] == s.quote
	to := c.start
	for from := c.start; from < end; from++ {
		if b := buf[from]; from+1 < end && (s.escape != 0 && b == s.escape || quoted && b == s.quote) {
			from++
		}
		buf[to] = buf[from]
		to++
	}
	return span{c.start, to}
}
