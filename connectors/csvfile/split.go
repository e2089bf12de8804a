package csvfile

import (
	"bytes"
	"fmt"
)

// maxRecord bounds one row; a quote that is still open after so much text was never closed.
const maxRecord = 64 << 20

// dialect is what the splitter has to know.
type dialect struct {
	delimiter byte
	quote     byte
	single    bool // one column: nothing is a delimiter
	cr        bool // rows end with a carriage return alone, as on old Macs
}

func (d dialect) lineEnd() byte {
	if d.cr {
		return '\r'
	}
	return '\n'
}

// span is one cell: buf[start:end], the quotes around it left out.
type span struct {
	start, end uint32
	doubled    bool // holds doubled quotes
}

// line is one record as it was found: a physical line, or several where a quoted cell holds line ends.
type line struct {
	start, end int    // without the line end
	next       int    // where the next record begins
	lines      int    // physical lines it spans
	problem    string // why it could not be split
	stray      bool   // a quote stands inside an unquoted cell
	first      int    // index of its first cell in spans
}

// splitter finds records and their cells in a buffer. It is not encoding/csv: a quote opens only at a cell's start,
// offsets are kept, nothing is copied, and a record that breaks the rules is one damaged record, not the end.
type splitter struct {
	dialect
	spans []span // the cells of all records since the last reset
}

func (s *splitter) reset() { s.spans = s.spans[:0] }

// next splits the record that begins at pos and appends its cells to spans. It reports false when the record may go on
// after buf; it never does when final says that nothing follows.
//
// A record whose quotes are wrong is damaged as far as its first line end, and the next record begins there: a quote
// that nobody closed must not swallow the rows after it.
func (s *splitter) next(buf []byte, pos int, final bool) (line, bool) {
	kept := len(s.spans)
	end, next, ok := s.physical(buf, pos, final)
	if ok && (s.quote == 0 || bytes.IndexByte(buf[pos:end], s.quote) < 0) {
		s.plain(buf, pos, end)
		return line{start: pos, end: end, next: next, lines: 1, first: kept}, true
	}
	if !ok && len(buf)-pos > maxRecord {
		return line{start: pos, end: len(buf), next: len(buf), lines: 1, first: kept,
			problem: "the line is longer than 64 MiB"}, true
	}
	if !ok && (s.quote == 0 || bytes.IndexByte(buf[pos:], s.quote) < 0) {
		return line{}, false
	}
	rec, ok := s.quoted(buf, pos, final)
	if !ok || rec.problem == "" {
		if !ok {
			s.spans = s.spans[:kept]
		}
		return rec, ok
	}
	s.spans = s.spans[:kept]
	if end, next, ok = s.physical(buf, pos, final); !ok {
		return line{}, false
	}
	return line{start: pos, end: end, next: next, lines: 1, first: kept, problem: rec.problem}, true
}

// physical finds the end of the physical line at pos.
func (s *splitter) physical(buf []byte, pos int, final bool) (end, next int, ok bool) {
	i := bytes.IndexByte(buf[pos:], s.lineEnd())
	if i < 0 {
		return s.trimCR(buf, pos, len(buf)), len(buf), final
	}
	return s.trimCR(buf, pos, pos+i), pos + i + 1, true
}

// findEnd is where the physical line at pos ends, or the end of buf.
func (s *splitter) findEnd(buf []byte, pos int) int {
	if i := bytes.IndexByte(buf[pos:], s.lineEnd()); i >= 0 {
		return pos + i
	}
	return len(buf)
}

func (s *splitter) trimCR(buf []byte, pos, end int) int {
	if !s.cr && end > pos && buf[end-1] == '\r' {
		return end - 1
	}
	return end
}

// plain splits a line without quotes.
func (s *splitter) plain(buf []byte, pos, end int) {
	if !s.single {
		for {
			i := bytes.IndexByte(buf[pos:end], s.delimiter)
			if i < 0 {
				break
			}
			s.spans = append(s.spans, span{start: uint32(pos), end: uint32(pos + i)})
			pos += i + 1
		}
	}
	s.spans = append(s.spans, span{start: uint32(pos), end: uint32(end)})
}

// quoted splits a record in which a quote occurs.
func (s *splitter) quoted(buf []byte, pos int, final bool) (line, bool) {
	rec := line{start: pos, lines: 1, first: len(s.spans)}
	eol := s.findEnd(buf, pos)
	for {
		if pos < len(buf) && buf[pos] == s.quote {
			after, ok := s.quotedCell(buf, pos, final, &rec)
			if !ok || rec.problem != "" {
				return rec, ok
			}
			pos = after
		} else {
			if eol < pos { // a quoted cell went over the line end
				eol = s.findEnd(buf, pos)
			}
			end := eol
			if !s.single {
				if i := bytes.IndexByte(buf[pos:eol], s.delimiter); i >= 0 {
					end = pos + i
				}
			}
			if end == len(buf) && !final {
				return rec, false
			}
			cell := end
			if end == eol {
				cell = s.trimCR(buf, pos, end)
			}
			rec.stray = rec.stray || bytes.IndexByte(buf[pos:cell], s.quote) >= 0
			s.spans = append(s.spans, span{start: uint32(pos), end: uint32(cell)})
			pos = end
		}
		if pos == len(buf) {
			rec.end, rec.next = s.trimCR(buf, rec.start, pos), pos
			return rec, true
		}
		if buf[pos] == s.lineEnd() {
			rec.end, rec.next = s.trimCR(buf, rec.start, pos), pos+1
			return rec, true
		}
		pos++ // the delimiter
	}
}

// quotedCell takes the cell whose opening quote is at pos and returns where its delimiter or line end stands.
func (s *splitter) quotedCell(buf []byte, pos int, final bool, rec *line) (int, bool) {
	start, doubled := pos+1, false
	end := start
	for {
		i := bytes.IndexByte(buf[end:], s.quote)
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
			doubled, end = true, end+2
			continue
		}
		break
	}
	rec.lines += bytes.Count(buf[start:end], []byte{s.lineEnd()})
	after := end + 1
	if after < len(buf) && buf[after] == '\r' && !s.cr {
		if after+1 == len(buf) && !final {
			return 0, false
		}
		if after+1 == len(buf) || buf[after+1] == '\n' {
			after++
		}
	}
	if after < len(buf) && buf[after] != s.lineEnd() && (s.single || buf[after] != s.delimiter) {
		rec.problem = fmt.Sprintf("text follows the closing quote of field %d", len(s.spans)-rec.first+1)
		return 0, true
	}
	s.spans = append(s.spans, span{start: uint32(start), end: uint32(end), doubled: doubled})
	return after, true
}

// undouble writes each doubled quote of a cell once, in place, and returns the cell as it is then.
func (s *splitter) undouble(buf []byte, c span) span {
	to := c.start
	for from := c.start; from < c.end; from++ {
		buf[to] = buf[from]
		to++
		if buf[from] == s.quote {
			from++
		}
	}
	return span{start: c.start, end: to}
}
