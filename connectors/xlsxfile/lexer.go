package xlsxfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

// maxToken bounds one tag, comment or run of text: a cell holds 32,767 characters, so nothing honest comes near it.
const maxToken = 16 << 20

var (
	errDoctype = errors.New("it has a document type definition, which no spreadsheet program writes and entity bombs need")
	errCutOff  = errors.New("it breaks off")
)

type tagKind uint8

const (
	openTag tagKind = iota
	closeTag
	emptyTag // <c/>
)

// tag is one tag of a part. Its bytes are valid until the lexer moves on.
type tag struct {
	kind  tagKind
	name  []byte // without prefix
	attrs []byte // what stands between name and end
}

func (t tag) opens(name string) bool  { return t.kind == openTag && string(t.name) == name }
func (t tag) closes(name string) bool { return t.kind == closeTag && string(t.name) == name }

// lexer splits the XML of a sheet or of the shared strings into tags and text. It knows only what those parts may hold:
// no document type definition, no entities but XML's own five and character references. It does not check that tags match.
type lexer struct {
	in       io.Reader
	buf      []byte
	pos, end int
	ended    bool
}

func newLexer(in io.Reader) *lexer { return &lexer{in: in, buf: make([]byte, 128<<10)} }

// fill reads on and keeps what stands from pos on. It returns io.EOF where nothing follows.
func (l *lexer) fill() error {
	if l.ended {
		return io.EOF
	}
	if l.pos > 0 {
		l.end = copy(l.buf, l.buf[l.pos:l.end])
		l.pos = 0
	}
	if l.end == len(l.buf) {
		if len(l.buf) >= maxToken {
			return fmt.Errorf("one piece of it is larger than %d MiB", maxToken>>20)
		}
		l.buf = append(l.buf, make([]byte, len(l.buf))...)
	}
	n, err := l.in.Read(l.buf[l.end:])
	l.end += n
	if errors.Is(err, io.EOF) {
		l.ended, err = true, nil
		if n == 0 {
			return io.EOF
		}
	}
	return err
}

// find returns the distance from pos to the first occurrence of what, at from or later; io.EOF where there is none.
func (l *lexer) find(what string, from int) (int, error) {
	for {
		var i int
		if len(what) == 1 {
			i = bytes.IndexByte(l.buf[min(l.pos+from, l.end):l.end], what[0])
		} else {
			i = bytes.Index(l.buf[min(l.pos+from, l.end):l.end], []byte(what))
		}
		if i >= 0 {
			return from + i, nil
		}
		from = max(from, l.end-l.pos-len(what)+1)
		if err := l.fill(); err != nil {
			return 0, err
		}
	}
}

// next returns the next tag and passes over all text before it; io.EOF at the end of the part.
func (l *lexer) next() (tag, error) {
	for {
		i := bytes.IndexByte(l.buf[l.pos:l.end], '<')
		if i < 0 {
			l.pos = l.end
			if err := l.fill(); err != nil {
				return tag{}, err
			}
			continue
		}
		l.pos += i
		if l.pos+1 < l.end && l.buf[l.pos+1] != '!' && l.buf[l.pos+1] != '?' {
			return l.tag()
		}
		if special, err := l.special(); err != nil {
			return tag{}, err
		} else if !special {
			return l.tag()
		}
	}
}

// special passes over a comment, an instruction or a CDATA section at pos, where there is one.
func (l *lexer) special() (bool, error) {
	for l.end-l.pos < 2 {
		if err := l.fill(); err != nil {
			return false, cutOff(err)
		}
	}
	var closing string
	from := 2
	switch l.buf[l.pos+1] {
	case '?':
		closing = "?>"
	case '!':
		for l.end-l.pos < 9 {
			if err := l.fill(); err != nil {
				return false, cutOff(err)
			}
		}
		switch start := l.buf[l.pos:l.end]; {
		case bytes.HasPrefix(start, []byte("<!--")):
			closing, from = "-->", 4
		case bytes.HasPrefix(start, []byte("<![CDATA[")):
			closing, from = "]]>", 9
		default:
			return false, errDoctype
		}
	default:
		return false, nil
	}
	n, err := l.find(closing, from)
	if err != nil {
		return false, cutOff(err)
	}
	l.pos += n + len(closing)
	return true, nil
}

// tag reads the tag at pos.
func (l *lexer) tag() (tag, error) {
	n := 0
	for {
		if n = tagEnd(l.buf[l.pos:l.end]); n > 0 {
			break
		}
		if err := l.fill(); err != nil {
			return tag{}, cutOff(err)
		}
	}
	inner := l.buf[l.pos+1 : l.pos+n]
	l.pos += n + 1
	t := tag{}
	if len(inner) > 0 && inner[0] == '/' {
		t.kind, inner = closeTag, inner[1:]
	} else if len(inner) > 0 && inner[len(inner)-1] == '/' {
		t.kind, inner = emptyTag, inner[:len(inner)-1]
	}
	start, i := 0, 0
	for ; i < len(inner) && inner[i] > ' '; i++ {
		if inner[i] == ':' {
			start = i + 1
		}
	}
	t.name, t.attrs = inner[start:i], inner[i:]
	return t, nil
}

// tagEnd finds the ">" that ends the tag at the start of text; one inside an attribute is none. 0 says that it is not there.
func tagEnd(text []byte) int {
	for i := 1; i < len(text); i++ {
		switch c := text[i]; c {
		case '>':
			return i
		case '"', '\'':
			n := bytes.IndexByte(text[i+1:], c)
			if n < 0 {
				return 0
			}
			i += n + 1
		}
	}
	return 0
}

// text appends the text up to the next tag, with references resolved, CDATA sections as they are and comments left out.
func (l *lexer) text(dst []byte) ([]byte, error) {
	for {
		n, err := l.find("<", 0)
		if err != nil {
			return dst, cutOff(err)
		}
		if n > 0 {
			if dst, err = unescape(dst, l.buf[l.pos:l.pos+n]); err != nil {
				return dst, err
			}
			l.pos += n
		}
		for l.end-l.pos < 9 && !l.ended {
			if err := l.fill(); err != nil && !errors.Is(err, io.EOF) {
				return dst, err
			}
		}
		if l.end-l.pos < 2 || l.buf[l.pos+1] != '!' && l.buf[l.pos+1] != '?' {
			return dst, nil
		}
		if bytes.HasPrefix(l.buf[l.pos:l.end], []byte("<![CDATA[")) {
			n, err := l.find("]]>", 9)
			if err != nil {
				return dst, cutOff(err)
			}
			dst = append(dst, l.buf[l.pos+9:l.pos+n]...)
			l.pos += n + 3
			continue
		}
		if _, err := l.special(); err != nil {
			return dst, err
		}
	}
}

func cutOff(err error) error {
	if errors.Is(err, io.EOF) {
		return errCutOff
	}
	return err
}

// attributes walks over the attributes of a tag in order. Values are as they stand, references unresolved.
func attributes(attrs []byte, each func(name, value []byte)) {
	for i := 0; i < len(attrs); {
		for i < len(attrs) && attrs[i] <= ' ' {
			i++
		}
		start := i
		for i < len(attrs) && attrs[i] != '=' && attrs[i] > ' ' {
			i++
		}
		name := attrs[start:i]
		for i < len(attrs) && attrs[i] != '"' && attrs[i] != '\'' {
			i++
		}
		if i >= len(attrs) {
			return
		}
		n := bytes.IndexByte(attrs[i+1:], attrs[i])
		if n < 0 {
			return
		}
		each(name, attrs[i+1:i+1+n])
		i += n + 2
	}
}

// attribute returns one attribute, resolved; "" where it is missing.
func attribute(attrs []byte, name string) string {
	var out []byte
	attributes(attrs, func(n, v []byte) {
		if string(n) == name {
			out, _ = unescape(nil, v) // a reference that cannot be resolved leaves a value that fits nothing
		}
	})
	return string(out)
}

// unescape appends text with its references resolved and its line ends as XML wants them.
func unescape(dst, text []byte) ([]byte, error) {
	if bytes.IndexByte(text, '&') < 0 && bytes.IndexByte(text, '\r') < 0 {
		return append(dst, text...), nil
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '\r':
			if i+1 == len(text) || text[i+1] != '\n' {
				dst = append(dst, '\n')
			}
		case '&':
			n := bytes.IndexByte(text[i:], ';')
			if n < 0 {
				return dst, errors.New(`it has a "&" that begins no reference`)
			}
			r, ok := reference(string(text[i+1 : i+n]))
			if !ok {
				return dst, fmt.Errorf("it refers to &%.20s; which XML does not know", text[i+1:i+n])
			}
			dst = utf8.AppendRune(dst, r)
			i += n
		default:
			dst = append(dst, c)
		}
	}
	return dst, nil
}

func reference(name string) (rune, bool) {
	switch name {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	digits, base := name[1:], 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	return rune(n), err == nil && n > 0 && n <= utf8.MaxRune && utf8.ValidRune(rune(n))
}
