package xmlfile

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// fault is something wrong with the document, and where.
type fault struct {
	line, column int64 // from 1; the column counts characters
	err          error
}

func (f *fault) Error() string { return f.err.Error() }

// Unwrap returns what is wrong.
func (f *fault) Unwrap() error { return f.err }

// fault says what is wrong with the text at index i of the window.
func (s *scanner) fault(i int, format string, args ...any) error {
	return s.faultErr(i, fmt.Errorf(format, args...))
}

func (s *scanner) faultErr(i int, err error) error {
	line := s.line + int64(bytes.Count(s.buf[s.pos:max(i, s.pos)], []byte{'\n'}))
	return &fault{line: line, column: s.columnOf(i), err: err}
}

// columnOf is the number of the character at index i in its line.
func (s *scanner) columnOf(i int) int64 {
	if i > s.pos {
		if last := bytes.LastIndexByte(s.buf[s.pos:i], '\n'); last >= 0 {
			return int64(utf8.RuneCount(s.buf[s.pos+last+1:i])) + 1
		}
	}
	return s.lineChars + int64(utf8.RuneCount(s.buf[min(s.lineStart, i):i])) + 1
}

// tokenFault says what is wrong with the last tag or text, at the byte with the given number in it.
func (s *scanner) tokenFault(at int, err error) error {
	i := s.tokenPos + at
	last := bytes.LastIndexByte(s.buf[:i], '\n')
	f := &fault{line: s.tokenRow + int64(bytes.Count(s.buf[s.tokenPos:i], lineFeed)), column: int64(utf8.RuneCount(s.buf[last+1:i])) + 1, err: err}
	if last < 0 {
		f.column += s.before
	}
	return f
}

func (s *scanner) control(i int) error {
	r, _ := utf8.DecodeRune(s.buf[i:])
	return s.faultErr(i, record.Advise(fmt.Errorf("the character U+%04X is not allowed in XML", r), "Remove the character, or have the file exported without it."))
}

// markup reads what begins with "<" at pos.
func (s *scanner) markup() (token, bool, error) {
	rest := s.buf[s.pos:]
	if len(rest) < 2 {
		return 0, false, errMore
	}
	s.mark()
	switch rest[1] {
	case '/':
		return s.endTag()
	case '!':
		return s.declaration(rest)
	case '?':
		return s.instruction(rest)
	}
	return s.startTag()
}

func (s *scanner) nameEnd(i int) int {
	for i < len(s.buf) && class[s.buf[i]]&isName != 0 {
		i++
	}
	return i
}

func (s *scanner) blanksEnd(i int) int {
	for i < len(s.buf) && class[s.buf[i]]&isBlank != 0 {
		i++
	}
	return i
}

func (s *scanner) endTag() (token, bool, error) {
	from := s.pos + 2
	end := s.nameEnd(from)
	i := s.blanksEnd(end)
	if i == len(s.buf) {
		return 0, false, errMore
	}
	if s.buf[i] != '>' || end == from {
		return 0, false, s.fault(i, `"</" is not followed by a name and ">"`)
	}
	s.name = s.buf[from:end]
	s.pass(i + 1)
	return endTag, true, nil
}

func (s *scanner) startTag() (token, bool, error) {
	s.attrs, s.declares = s.attrs[:0], false
	from := s.pos + 1
	i := s.nameEnd(from)
	if i == len(s.buf) {
		return 0, false, errMore
	}
	if i == from {
		return 0, false, s.faultErr(s.pos, record.Advise(errors.New(`"<" is not followed by a name`), `Where "<" is meant as text it is written &lt;.`))
	}
	s.name = s.buf[from:i]
	for {
		end := i
		i = s.blanksEnd(i)
		if i == len(s.buf) {
			return 0, false, errMore
		}
		switch s.buf[i] {
		case '/':
			if i+1 == len(s.buf) {
				return 0, false, errMore
			}
			if s.buf[i+1] != '>' {
				return 0, false, s.fault(i, `"/" is not followed by ">" in the tag <%s>`, s.name)
			}
			s.closes = true
			i++
			fallthrough
		case '>':
			s.started = true
			s.pass(i + 1)
			return startTag, true, nil
		}
		if i == end {
			return 0, false, s.fault(i, "blanks are missing between the attributes of <%s>", s.name)
		}
		var err error
		if i, err = s.attribute(i); err != nil {
			return 0, false, err
		}
	}
}

// attribute reads the attribute that begins at index i and returns the index behind it.
func (s *scanner) attribute(i int) (int, error) {
	from := i
	end := s.nameEnd(i)
	i = s.blanksEnd(end)
	if i == len(s.buf) {
		return 0, errMore
	}
	if end == from {
		return 0, s.fault(i, "the tag <%s> holds a character that begins no attribute", s.name)
	}
	name := s.buf[from:end]
	if s.buf[i] != '=' {
		return 0, s.fault(i, "the attribute %s of <%s> has no value", name, s.name)
	}
	if i = s.blanksEnd(i + 1); i == len(s.buf) {
		return 0, errMore
	}
	quote := s.buf[i]
	if quote != '"' && quote != '\'' {
		return 0, s.fault(i, "the value of the attribute %s of <%s> has no quotes", name, s.name)
	}
	if len(s.attrs) == maxAttrs {
		return 0, s.fault(from, "<%s> has more than %d attributes", s.name, maxAttrs)
	}
	a, next, err := s.value(i+1, quote)
	if err != nil {
		return 0, err
	}
	a.name = name
	s.attrs = append(s.attrs, a)
	s.declares = s.declares || len(name) >= 5 && string(name[:5]) == "xmlns"
	return next, nil
}

// value reads an attribute's value up to quote; it begins at index i.
func (s *scanner) value(i int, quote byte) (attribute, int, error) {
	var a attribute
	from := i
	for i < len(s.buf) {
		c := s.buf[i]
		switch {
		case class[c]&isValue != 0, c == '\n':
			i++
		case c == quote:
			a.value = s.buf[from:i]
			return a, i + 1, nil
		case c == '"' || c == '\'':
			i++
		case c >= utf8.RuneSelf:
			size, err := s.char(i)
			if err != nil {
				return a, 0, err
			}
			i += size
		case c == '&':
			_, size, err := s.reference(i)
			if err != nil {
				return a, 0, err
			}
			a.coded = true
			i += size
		case c == '\r':
			a.coded = true
			i++
		case c == '<':
			return a, 0, s.fault(i, `"<" stands in an attribute of <%s>; is a quote missing before it?`, s.name)
		default:
			return a, 0, s.control(i)
		}
	}
	return a, 0, errMore
}

// instruction skips <? ... ?>. The XML declaration is one; where it stands in the middle a second document begins.
func (s *scanner) instruction(rest []byte) (token, bool, error) {
	end := bytes.Index(rest, []byte("?>"))
	if end < 0 {
		return 0, false, errMore
	}
	target := rest[2:max(2, s.nameEnd(s.pos+2)-s.pos)]
	if !validName(target) {
		return 0, false, s.fault(s.pos, `"<?" is not followed by a name`)
	}
	if string(target) == "xml" && s.started {
		return 0, false, s.faultErr(s.pos, record.Advise(errors.New("a second document begins (<?xml ...?>)"), "Cut the file in two, a document each."))
	}
	return s.skip(end + 2)
}

// skip passes size bytes that say nothing about the data, but must be text all the same.
func (s *scanner) skip(size int) (token, bool, error) {
	s.started = true
	for i := s.pos; i < s.pos+size; {
		switch c := s.buf[i]; {
		case c >= utf8.RuneSelf:
			n, err := s.char(i)
			if err != nil {
				return 0, false, err
			}
			i += n
		case c < ' ' && class[c]&isBlank == 0:
			return 0, false, s.control(i)
		default:
			i++
		}
	}
	s.pass(s.pos + size)
	return 0, false, nil
}

// declaration reads what begins with "<!": a comment, a CDATA section or a document type.
func (s *scanner) declaration(rest []byte) (token, bool, error) {
	switch {
	case bytes.HasPrefix(rest, []byte("<!--")):
		return s.comment(rest)
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		s.started, s.cdata = true, true
		s.pos += len("<![CDATA[")
		s.data, s.blank = nil, false // an empty section is text, too
		return text, true, nil
	case len(rest) < len("<![CDATA[") && s.ended == nil:
		return 0, false, errMore
	case bytes.HasPrefix(rest, []byte("<!DOCTYPE")):
		return s.documentType(rest)
	case len(rest) < len("<![CDATA["):
		return 0, false, errMore
	}
	return 0, false, s.fault(s.pos, "it holds a declaration that is not allowed here")
}

func (s *scanner) comment(rest []byte) (token, bool, error) {
	dashes := bytes.Index(rest[4:], []byte("--"))
	if dashes < 0 || 4+dashes+2 == len(rest) {
		return 0, false, errMore
	}
	end := 4 + dashes + 2
	if rest[end] != '>' {
		return 0, false, s.fault(s.pos+end-2, `"--" stands inside of a comment`)
	}
	return s.skip(end + 1)
}

// documentType skips a document type that only names a definition elsewhere, which is not fetched. One that declares
// something itself is refused: what it declares could change or multiply the data.
func (s *scanner) documentType(rest []byte) (token, bool, error) {
	var quote byte
	for i, c := range rest {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '[' || c == '<' && i > 0:
			return 0, false, s.declaring(rest[i:])
		case c == '>':
			s.doctype = s.line
			return s.skip(i + 1)
		}
	}
	return 0, false, errMore
}

// declaring refuses a document type with declarations, by the name of what it could be.
func (s *scanner) declaring(subset []byte) error {
	entity, end := bytes.Index(subset, []byte("<!ENTITY")), bytes.IndexByte(subset, ']')
	cause := "its document type declares things of its own, which would have to be applied to the data"
	switch {
	case entity >= 0 && (end < 0 || entity < end):
		cause = `its document type declares entities (<!ENTITY), which can pull in other files or grow to gigabytes (as a "billion laughs" document does)`
	case end < 0 && s.ended == nil && len(subset) < window:
		return errMore
	}
	return s.faultErr(s.pos, record.Advise(errors.New(cause), "Remove the <!DOCTYPE ...> declaration from the file, or have it exported without one."))
}

// reference reads the reference at index i: one of the five names of XML, or a character's number.
func (s *scanner) reference(i int) (rune, int, error) {
	r, size, err := decodeReference(s.buf[i:])
	if errors.Is(err, errMore) && s.ended != nil && s.nameEnd(i+1) < len(s.buf) && s.buf[i+1] != '#' {
		err = errAlone
	}
	if err != nil && !errors.Is(err, errMore) {
		return 0, 0, s.faultErr(i, record.Advise(err, `Where "&" is meant as text it is written &amp;; other characters stand for themselves.`))
	}
	return r, size, err
}

var errAlone = errors.New(`"&" stands alone`)

func decodeReference(p []byte) (rune, int, error) {
	end := bytes.IndexByte(p[:min(len(p), maxRef)], ';')
	if end < 0 {
		if len(p) < maxRef {
			return 0, 0, errMore
		}
		return 0, 0, errAlone
	}
	name := p[1:end]
	switch string(name) {
	case "lt":
		return '<', end + 1, nil
	case "gt":
		return '>', end + 1, nil
	case "amp":
		return '&', end + 1, nil
	case "quot":
		return '"', end + 1, nil
	case "apos":
		return '\'', end + 1, nil
	}
	number, numeric := bytes.CutPrefix(name, []byte{'#'})
	switch {
	case numeric && bytes.IndexFunc(number, notDigit) >= 0, !numeric && !validName(name):
		return 0, 0, errAlone
	case !numeric:
		return 0, 0, fmt.Errorf("the entity &%s; is not declared", name)
	}
	digits, base := string(number), 10
	if len(digits) > 0 && digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if r := rune(n); err == nil && n <= utf8.MaxRune && allowed(r) {
		return r, end + 1, nil
	}
	return 0, 0, fmt.Errorf("&%s; is no character that XML allows", name)
}

// allowed reports whether a character may stand in a document.
func allowed(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= ' ' && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= utf8.MaxRune
}

func notDigit(r rune) bool {
	return (r < '0' || r > '9') && (r < 'a' || r > 'f') && (r < 'A' || r > 'F') && r != 'x'
}
