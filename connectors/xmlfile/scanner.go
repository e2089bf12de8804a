package xmlfile

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/odoo-migrate/odoo-migrate/connectors/rawfile"
)

// The sizes of the window through which a document is read. It grows for a tag or comment that does not fit.
const (
	window   = 256 << 10
	maxToken = 64 << 20 // bytes of one tag, comment or instruction
	maxAttrs = 2_000    // attributes of one element
	maxRef   = 32       // bytes of one reference, "&" and ";" included
)

type token uint8

const (
	startTag token = iota
	endTag
	text
	endOfDocument
)

// scanner cuts a stream of UTF-8 into tags and text. It holds one window of the stream and allocates nothing a token:
// names, attributes and text are views into the window that are valid until the next step. Text comes in pieces, cut
// where a reference stands, so that nothing has to be copied to be decoded.
//
// It is as strict as XML 1.0 where strictness protects data: names, quotes, references, forbidden characters, "<" in
// values, "]]>" in text, blanks between attributes. It knows no document type: one without declarations of its own is
// skipped, any other is refused. Line ends become "\n", also those in attributes, where XML would make blanks of them.
// That tags match is for its caller to see.
type scanner struct {
	in    io.Reader
	buf   []byte // what was read and not dropped
	pos   int    // of the next token in buf
	base  int64  // offset of buf[0] in the stream
	bom   int64  // bytes of the file before the stream
	ended error  // what in ended with

	line      int64 // of pos
	lineStart int   // where in buf that line begins, or what of it is still there
	lineChars int64 // characters of the line that are not in buf any more

	name     []byte // of a tag
	attrs    []attribute
	declares bool // the start tag declares namespaces
	closes   bool // the start tag closes itself: an endTag follows
	cdata    bool // inside of a CDATA section
	data     []byte
	blank    bool // data is nothing but blanks and a tag follows; false does not say that there is more
	tokenPos int  // where in buf the tag or text begins
	tokenRow int64
	before   int64 // characters of its line that had left buf when it was read
	started  bool  // something other than blanks stood before

	watchC1 bool  // count control characters U+0080 to U+009F
	c1      int64 // how many came
	c1Line  int64 // line of the first
	doctype int64 // line of a document type that was skipped; 0 for none
	decoded [utf8.UTFMax]byte
}

// attribute is one attribute of a start tag.
type attribute struct {
	name, value []byte
	coded       bool // the value holds references or carriage returns
}

func newScanner(in io.Reader) scanner {
	return scanner{in: in, buf: make([]byte, 0, window), line: 1}
}

// Classes of bytes.
const (
	isName    = 1 << iota // may stand in a name
	isText                // stands for itself in text: no mark-up, no reference, no line end, no control, ASCII
	isValue               // the same in an attribute, quotes left out
	isBlank               // blank, tab, line end
	isSection             // stands for itself in a CDATA section
)

var class = func() (c [256]uint8) {
	for b := range c {
		switch {
		case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b >= '0' && b <= '9', b == '_', b == ':', b == '-', b == '.', b >= utf8.RuneSelf:
			c[b] |= isName
		}
		switch {
		case b == '\n' || b == '\r':
			c[b] |= isBlank
		case b == ' ' || b == '\t':
			c[b] |= isBlank | isText | isValue | isSection
		case b > ' ' && b < utf8.RuneSelf:
			c[b] |= isText | isValue | isSection
		}
	}
	for b, not := range map[byte]uint8{'<': isText | isValue, '&': isText | isValue, ']': isText | isSection, '"': isValue, '\'': isValue} {
		c[b] &^= not
	}
	return c
}()

// errMore asks for more of the stream; errShort says that there is none.
var (
	errMore  = errors.New("more of the document is needed")
	errShort = errors.New("the document is cut off")
)

// next moves to the next token. Errors are a *fault, errShort, or what reading ended with.
func (s *scanner) next() (token, error) {
	if s.closes {
		s.closes = false
		return endTag, nil
	}
	for {
		if s.pos == len(s.buf) && !s.fill() {
			return s.finish()
		}
		var t token
		var done bool
		var err error
		last := s.ended != nil
		switch {
		case s.cdata:
			t, done, err = s.section()
		case s.buf[s.pos] == '<':
			t, done, err = s.markup()
		default:
			t, done, err = s.text()
		}
		switch {
		case err == nil && done:
			return t, nil
		case err == nil:
		case !errors.Is(err, errMore):
			return 0, err
		case last:
			return 0, s.short()
		default:
			if !s.fill() && s.ended == nil {
				return 0, s.fault(s.pos, "one tag, comment or instruction is longer than %d MiB", maxToken>>20)
			}
		}
	}
}

func (s *scanner) finish() (token, error) {
	if !errors.Is(s.ended, io.EOF) {
		return 0, s.ended
	}
	if s.cdata {
		return 0, errShort
	}
	return endOfDocument, nil
}

// short is what ends a document in the middle of a token.
func (s *scanner) short() error {
	if errors.Is(s.ended, io.EOF) {
		return errShort
	}
	return s.ended
}

// fill drops what stands before pos and reads until the window is full. It reports whether anything came.
func (s *scanner) fill() bool {
	if s.ended != nil {
		return false
	}
	if s.lineStart < s.pos {
		s.lineChars += int64(utf8.RuneCount(s.buf[s.lineStart:s.pos]))
	}
	s.lineStart = max(s.lineStart-s.pos, 0)
	kept := s.buf[s.pos:]
	target := s.buf[:cap(s.buf)]
	if len(kept) > len(target)/2 {
		if len(target) >= 2*maxToken {
			return false
		}
		target = make([]byte, 2*len(target))
	}
	n := copy(target, kept)
	s.base, s.pos = s.base+int64(s.pos), 0
	before := n
	for n < len(target) && s.ended == nil {
		var got int
		got, s.ended = s.in.Read(target[n:])
		n += got
	}
	s.buf = target[:n]
	return n > before
}

// pass moves behind a tag or comment that ends before index next.
func (s *scanner) pass(next int) {
	passed := s.buf[s.pos:next]
	if last := bytes.LastIndexByte(passed, '\n'); last >= 0 {
		s.line += int64(bytes.Count(passed, []byte{'\n'}))
		s.lineStart, s.lineChars = s.pos+last+1, 0
	}
	s.pos = next
}

// mark notes where a tag or text begins.
func (s *scanner) mark() { s.tokenPos, s.tokenRow, s.before = s.pos, s.line, s.lineChars }

// text reads one piece of text between tags.
func (s *scanner) text() (token, bool, error) {
	buf, i, lines, last := s.buf, s.pos, int64(0), 0
	for i < len(buf) && class[buf[i]]&isBlank != 0 && buf[i] != '\r' {
		if buf[i] == '\n' {
			lines, last = lines+1, i+1
		}
		i++
	}
	if s.blank = i < len(buf) && buf[i] == '<'; s.blank {
		return s.piece(i, lines, last)
	}
	s.started = true
	s.mark()
	return s.run(i, lines, last, isText)
}

// run reads the bytes of the given class, line feeds and whole characters from index i on, or else what stands at pos.
func (s *scanner) run(i int, lines int64, last int, plain uint8) (token, bool, error) {
	buf := s.buf
	for i < len(buf) {
		c := buf[i]
		switch {
		case class[c]&plain != 0:
			i++
		case c == '\n':
			i++
			lines, last = lines+1, i
		case c >= utf8.RuneSelf:
			size, err := s.char(i)
			switch {
			case err == nil:
				i += size
			case i > s.pos: // what is sound comes first, however much of it is in the window
				return s.piece(i, lines, last)
			default:
				return 0, false, err
			}
		case i > s.pos:
			return s.piece(i, lines, last)
		default:
			return s.special(c)
		}
	}
	return s.piece(i, lines, last)
}

// piece hands out the text up to index end, in which line feeds stand, the last of them before index last.
func (s *scanner) piece(end int, lines int64, last int) (token, bool, error) {
	s.data, s.pos = s.buf[s.pos:end], end
	if lines > 0 {
		s.line += lines
		s.lineStart, s.lineChars = last, 0
	}
	return text, true, nil
}

// special reads what does not stand for itself; it is at pos.
func (s *scanner) special(c byte) (token, bool, error) {
	switch {
	case c == '\r':
		return s.carriageReturn()
	case c == ']':
		return s.bracket()
	case c == '&' && !s.cdata:
		r, size, err := s.reference(s.pos)
		if err != nil {
			return 0, false, err
		}
		s.data, s.pos = s.decoded[:utf8.EncodeRune(s.decoded[:], r)], s.pos+size
		return text, true, nil
	}
	return 0, false, s.control(s.pos)
}

// bracket reads "]", which may begin the end of a CDATA section.
func (s *scanner) bracket() (token, bool, error) {
	rest := s.buf[s.pos:]
	switch {
	case len(rest) < 3 && s.ended == nil:
		return 0, false, errMore
	case !bytes.HasPrefix(rest, []byte("]]>")):
		return s.piece(s.pos+1, 0, 0)
	case !s.cdata:
		return 0, false, s.fault(s.pos, `"]]>" stands in text`)
	}
	s.cdata = false
	s.pos += len("]]>")
	return 0, false, nil
}

// carriageReturn makes one line feed of "\r" and of "\r\n".
func (s *scanner) carriageReturn() (token, bool, error) {
	switch {
	case s.pos+1 == len(s.buf) && s.ended == nil:
		return 0, false, errMore
	case s.pos+1 < len(s.buf) && s.buf[s.pos+1] == '\n':
		s.pass(s.pos + 2)
	default:
		s.pos++
	}
	s.data = lineFeed
	return text, true, nil
}

var lineFeed = []byte{'\n'}

// section reads one piece of a CDATA section, or its end.
func (s *scanner) section() (token, bool, error) {
	s.blank = false
	return s.run(s.pos, 0, 0, isSection)
}

// char checks the character of several bytes at index i and returns its size.
func (s *scanner) char(i int) (int, error) {
	r, size := utf8.DecodeRune(s.buf[i:])
	switch {
	case r == utf8.RuneError && size == 1 && s.ended == nil && !utf8.FullRune(s.buf[i:]):
		return 0, errMore
	case r == utf8.RuneError && size == 1:
		return 0, s.faultErr(i, &rawfile.UndecodableError{Byte: s.buf[i], Offset: s.bom + s.base + int64(i), Charset: "utf-8"})
	case r == 0xFFFE || r == 0xFFFF:
		return 0, s.control(i)
	case r < 0xA0 && s.watchC1:
		if s.c1++; s.c1 == 1 {
			s.c1Line = s.line + int64(bytes.Count(s.buf[s.pos:i], lineFeed))
		}
	}
	return size, nil
}

// appendValue appends an attribute's value, its references decoded.
func (s *scanner) appendValue(dst []byte, a attribute) []byte {
	if !a.coded {
		return append(dst, a.value...)
	}
	for v := a.value; len(v) > 0; {
		switch {
		case v[0] == '&':
			r, size, _ := decodeReference(v) // it was checked when the tag was read
			dst, v = utf8.AppendRune(dst, r), v[max(size, 1):]
		case v[0] == '\r':
			dst, v = append(dst, '\n'), bytes.TrimPrefix(v[1:], []byte{'\n'})
		default:
			dst, v = append(dst, v[0]), v[1:]
		}
	}
	return dst
}
