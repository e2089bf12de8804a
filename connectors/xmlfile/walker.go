package xmlfile

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/rawfile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Limits against documents made to exhaust a reader. No business document comes near them.
const (
	maxDepth = 100
	maxRow   = 64 << 20 // bytes of text of one row, or of one tag or text
	maxPaths = 50_000   // different element paths
)

type event uint8

const (
	startTag event = iota
	text
	endTag
)

// walker steps through a document and checks what encoding/xml's RawToken leaves unchecked: that tags match, that there
// is one root and nothing beside it, that no entities are declared and that nothing is endless. RawToken is used because
// resolving namespaces costs a third of the time, and prefixes are dropped here anyway.
type walker struct {
	path   string
	d      *xml.Decoder
	input  *bounded
	open   []openTag
	rooted bool

	local  string     // of a start tag: its name without prefix
	attrs  []xml.Attr // of a start tag
	data   []byte     // of a text; valid until the next step
	line   int64      // of a start tag: where it begins
	offset int64      // of a start tag: where it begins in the decoded stream
}

type openTag struct {
	name xml.Name
	line int64
}

// bounded fails when one token takes too many bytes: the decoder would collect them all in memory.
type bounded struct {
	r     io.Reader
	read  int64
	token int64 // offset at which the current token began
}

var errTooLong = fmt.Errorf("one tag or text is longer than %d MiB", maxRow>>20)

func (b *bounded) Read(p []byte) (int, error) {
	if b.read-b.token > maxRow {
		return 0, errTooLong
	}
	n, err := b.r.Read(p)
	b.read += int64(n)
	return n, err
}

func newWalker(path string, r io.Reader) *walker {
	w := &walker{path: path, input: &bounded{r: r}}
	w.d = xml.NewDecoder(bufio.NewReaderSize(w.input, 64<<10))
	w.d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // decoded already
	return w
}

// next returns io.EOF at the end of a whole document. Errors about the document wrap connectors.ErrDamaged.
func (w *walker) next() (event, error) {
	for {
		line, _ := w.d.InputPos()
		w.line, w.offset = int64(line), w.d.InputOffset()
		w.input.token = w.offset
		token, err := w.d.RawToken()
		if err != nil {
			return 0, w.failed(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			return startTag, w.start(t)
		case xml.EndElement:
			return endTag, w.end(t)
		case xml.CharData:
			if len(w.open) > 0 {
				w.data = t
				return text, nil
			}
			if len(bytes.TrimSpace(t)) > 0 {
				return 0, w.damaged(w.line, "text stands outside of the document's root element")
			}
		case xml.Directive:
			if bytes.HasPrefix(bytes.ToUpper(bytes.TrimSpace(t)), []byte("DOCTYPE")) {
				return 0, record.Advise(w.damaged(w.line, "it declares a document type, which may pull in other files or grow without end"),
					"Remove the <!DOCTYPE ...> declaration from the file.")
			}
			return 0, w.damaged(w.line, "it holds a declaration that is not allowed here")
		}
	}
}

func (w *walker) start(t xml.StartElement) error {
	if len(w.open) == 0 && w.rooted {
		return w.damaged(w.line, "a second root element <"+t.Name.Local+"> begins")
	}
	if len(w.open) == maxDepth {
		return w.damaged(w.line, fmt.Sprintf("elements are nested more than %d deep", maxDepth))
	}
	w.rooted = true
	w.open = append(w.open, openTag{t.Name, w.line})
	w.local, w.attrs = t.Name.Local, t.Attr
	return nil
}

func (w *walker) end(t xml.EndElement) error {
	if len(w.open) == 0 {
		return w.damaged(w.line, "</"+qualified(t.Name)+"> closes nothing")
	}
	top := w.open[len(w.open)-1]
	if top.name != t.Name {
		return w.damaged(w.line, fmt.Sprintf("</%s> closes <%s> of line %d", qualified(t.Name), qualified(top.name), top.line))
	}
	w.open = w.open[:len(w.open)-1]
	return nil
}

func qualified(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

// failed explains why there is no further token.
func (w *walker) failed(err error) error {
	line, _ := w.d.InputPos()
	var syntax *xml.SyntaxError
	var undecodable *rawfile.UndecodableError
	switch {
	case errors.Is(err, io.EOF) && len(w.open) > 0:
		return w.cutOff(int64(line))
	case errors.Is(err, io.EOF) && !w.rooted:
		return w.damaged(int64(line), "it has no element")
	case errors.Is(err, io.EOF):
		return io.EOF
	case errors.As(err, &syntax) && strings.Contains(syntax.Msg, "unexpected EOF"):
		return w.cutOff(int64(syntax.Line))
	case errors.As(err, &syntax):
		return w.damaged(int64(syntax.Line), syntax.Msg)
	case errors.As(err, &undecodable):
		return record.Advise(fmt.Errorf("%s line %d: %w", w.path, line, err), "State the file's encoding in migrate.yaml.")
	case errors.Is(err, errTooLong):
		return w.damaged(w.line, err.Error())
	}
	return err
}

func (w *walker) cutOff(line int64) error {
	cause := "the document is cut off"
	if len(w.open) > 0 {
		top := w.open[len(w.open)-1]
		cause += fmt.Sprintf(": <%s> of line %d is not closed", qualified(top.name), top.line)
	}
	return record.Advise(w.damaged(line, cause), "Export the file again, or copy it again from where it was made.")
}

func (w *walker) damaged(line int64, cause string) error {
	return fmt.Errorf("%s line %d: %s: %w", w.path, line, cause, connectors.ErrDamaged)
}
