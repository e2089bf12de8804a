package xlsxfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// A sheet has this many rows and columns.
const (
	maxRows = excelize.TotalRows
	maxCols = excelize.MaxColumns
)

// maxBuffer bounds the texts of a row.
const maxBuffer = 512 << 20

type kind uint8

const (
	blank kind = iota // a formula whose result is the empty text
	text
	numeric
	date
	boolean
	failed  // an error such as #N/A; the text is the error, the value is none
	unknown // a formula without a calculated value
)

// cell is one cell that holds something. Its text is a shared one, or stands in the reader's buffer.
type cell struct {
	col        int32 // from 0
	shared     int32 // number of the shared text; -1 for none
	start, end int32 // in the buffer
	kind       kind
	class      class // of a text
	odd        oddity
	formula    bool
	total      bool // the formula is a sum
}

// filled reports whether the cell makes its row more than empty.
func (c *cell) filled() bool { return c.kind != blank }

// valued reports whether the cell has a text for its row.
func (c *cell) valued() bool { return c.kind != blank && c.kind != failed && c.kind != unknown }

// sheetReader streams the rows of one sheet.
type sheetReader struct {
	lex       *lexer
	texts     *texts
	formats   []format
	since1904 bool

	row    int    // sheet row of the current row, from 1
	cells  []cell // its cells that hold something
	hidden bool   // the row is hidden
	damage string // why the row cannot be taken
	buf    []byte // texts of the cells; the caller truncates it
	raw    []byte // the value of a cell as it stands in the file
	col    int    // column of the cell last seen
	began  bool   // <sheetData> was seen
}

// next reads the next row that holds something; io.EOF after the last one.
func (r *sheetReader) next(ctx context.Context) error {
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		t, err := r.lex.next()
		if err != nil {
			return cutOff(err)
		}
		switch {
		case !r.began:
			if string(t.name) == "sheetData" {
				if r.began = true; t.kind == emptyTag {
					return io.EOF
				}
			} else if t.closes("worksheet") || string(t.name) == "worksheet" && t.kind == emptyTag {
				r.began = true
				return errNoData
			}
		case t.closes("sheetData"):
			return io.EOF
		case t.kind != closeTag && string(t.name) == "row":
			if err := r.startRow(t.attrs); err != nil {
				return err
			}
			if t.kind == emptyTag {
				continue
			}
			if err := r.readRow(); err != nil {
				return err
			}
			for i := range r.cells {
				if r.cells[i].filled() {
					return nil
				}
			}
		}
	}
}

// errNoData says that a sheet ended without a table of cells.
var errNoData = errors.New("no cells")

func (r *sheetReader) startRow(attrs []byte) error {
	number, at := r.row+1, []byte(nil)
	r.hidden = false
	attributes(attrs, func(name, value []byte) {
		switch string(name) {
		case "r":
			at = value
		case "hidden":
			r.hidden = string(value) == "1" || string(value) == "true"
		}
	})
	if at != nil {
		n, ok := positive(at)
		if !ok || n < number {
			return fmt.Errorf("row %.20q comes after row %d", at, r.row)
		}
		number = n
	}
	if number > maxRows {
		return fmt.Errorf("it has a row %d; a sheet ends at %d", number, maxRows)
	}
	r.row, r.col, r.cells, r.damage = number, -1, r.cells[:0], ""
	return nil
}

func positive(digits []byte) (int, bool) {
	n := 0
	for _, c := range digits {
		if c < '0' || c > '9' || n > maxRows {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, n > 0
}

func (r *sheetReader) readRow() error {
	for {
		t, err := r.lex.next()
		if err != nil {
			return cutOff(err)
		}
		switch {
		case t.closes("row"):
			return nil
		case t.kind != closeTag && string(t.name) == "c":
			style, kind, err := r.startCell(t.attrs)
			if err != nil {
				return err
			}
			if t.kind == openTag {
				if err := r.readCell(style, kind); err != nil {
					return err
				}
			}
		}
	}
}

// cellType is what the t of a cell says.
type cellType uint8

const (
	typeNumber cellType = iota
	typeShared
	typeText // result of a formula
	typeInline
	typeBool
	typeError
	typeDate
)

var cellTypes = map[string]cellType{"n": typeNumber, "s": typeShared, "str": typeText, "inlineStr": typeInline, "b": typeBool, "e": typeError, "d": typeDate}

// startCell reads the attributes of a cell: this runs for every cell there is, also the empty ones.
func (r *sheetReader) startCell(attrs []byte) (style int, kind cellType, err error) {
	r.col++
	for i := 0; i < len(attrs); {
		if attrs[i] <= ' ' {
			i++
			continue
		}
		start := i
		for i < len(attrs) && attrs[i] != '=' {
			i++
		}
		name := attrs[start:i]
		for len(name) > 1 && name[len(name)-1] <= ' ' {
			name = name[:len(name)-1]
		}
		for i < len(attrs) && attrs[i] != '"' && attrs[i] != '\'' {
			i++
		}
		if i >= len(attrs) {
			break
		}
		quote := attrs[i]
		i++
		start = i
		for i < len(attrs) && attrs[i] != quote {
			i++
		}
		value := attrs[start:i]
		i++
		if len(name) != 1 {
			continue
		}
		switch name[0] {
		case 'r':
			col, ok := column(value)
			if !ok {
				return 0, 0, fmt.Errorf("%.20q is no cell", value)
			}
			r.col = col
		case 's':
			style, _ = positive(value) // an empty or nonsensical style is none
		case 't':
			if kind = typeShared; len(value) != 1 || value[0] != 's' {
				kind = cellTypes[string(value)]
			}
		}
	}
	if r.col >= maxCols {
		return 0, 0, fmt.Errorf("it has a column %d; a sheet ends at %d", r.col+1, maxCols)
	}
	return style, kind, nil
}

// column reads the letters of AB12, from 0.
func column(ref []byte) (int, bool) {
	n, i := 0, 0
	for ; i < len(ref) && i < 4; i++ {
		c := ref[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			break
		}
		n = n*26 + int(c-'A') + 1
	}
	return n - 1, n > 0 && n <= maxCols
}

// readCell reads what stands inside a cell and adds it to the row.
func (r *sheetReader) readCell(style int, kind cellType) error {
	if len(r.buf) > maxBuffer {
		return fmt.Errorf("row %d is too large", r.row)
	}
	c := cell{col: int32(r.col), shared: -1, start: int32(len(r.buf))}
	r.raw = r.raw[:0]
	value := false
	for {
		t, err := r.lex.next()
		if err != nil {
			return cutOff(err)
		}
		switch {
		case t.closes("c"):
			return r.finish(&c, style, kind, value)
		case t.kind == closeTag:
		case string(t.name) == "v":
			if value = true; t.kind == openTag {
				r.raw, err = r.lex.text(r.raw[:0])
			}
		case string(t.name) == "f":
			if c.formula = true; t.kind == openTag {
				at := len(r.raw)
				r.raw, err = r.lex.text(r.raw)
				c.total = isSum(r.raw[at:])
				r.raw = r.raw[:at]
			}
		case string(t.name) == "is" && t.kind == openTag:
			r.buf, err = richText(r.lex, r.buf, "is")
		}
		if err != nil {
			return err
		}
	}
}

func isSum(formula []byte) bool {
	name, _, _ := strings.Cut(string(formula[:min(len(formula), 20)]), "(")
	switch strings.ToUpper(strings.TrimSpace(name)) {
	case "SUM", "SUBTOTAL", "AGGREGATE", "SUMIF", "SUMIFS", "SUMPRODUCT":
		return true
	}
	return false
}

// finish turns the stored value into text. Cells without any are left out, but for formulas.
func (r *sheetReader) finish(c *cell, style int, kind cellType, value bool) error {
	if inline := len(r.buf) > int(c.start); inline {
		if kind != typeInline { // <is> without saying so: the value, where there is one, is what counts
			r.buf = r.buf[:c.start]
		}
		value = value || inline
	} else if kind == typeInline && len(r.raw) > 0 {
		r.buf = append(r.buf, r.raw...)
	}
	if !value || len(r.raw) == 0 && kind != typeInline && kind != typeText {
		if c.formula {
			c.kind, c.end = unknown, c.start
			r.cells = append(r.cells, *c)
		}
		return nil
	}
	switch kind {
	case typeShared:
		r.sharedText(c)
	case typeInline, typeText:
		if kind == typeText {
			r.buf = unhex(append(r.buf, r.raw...), int(c.start))
		}
		r.ownText(c)
	case typeBool:
		c.kind = boolean
		if word := "true"; string(r.raw) == "1" || string(r.raw) == word {
			r.buf = append(r.buf, word...)
		} else {
			r.buf = append(r.buf, "false"...)
		}
	case typeError:
		c.kind = failed
		r.buf = append(r.buf, r.raw...)
	case typeDate:
		c.kind = date
		r.buf = isoDate(r.buf, r.raw)
	default:
		r.number(c, style)
	}
	c.end = int32(len(r.buf))
	if c.shared < 0 && c.start == c.end {
		c.kind = blank
	}
	if c.kind != blank || c.formula {
		r.cells = append(r.cells, *c)
	}
	return nil
}

func (r *sheetReader) sharedText(c *cell) {
	i, ok := 0, len(r.raw) > 0 && len(r.raw) < 9 && digits(string(r.raw))
	for _, d := range r.raw {
		i = i*10 + int(d-'0')
	}
	switch {
	case !ok || i >= len(r.texts.list):
		c.kind = text
		r.buf = append(r.buf, r.raw...)
		r.damaged(c, "points to a text that the workbook does not have")
	case r.texts.bad[i]:
		c.kind = text
		r.buf = append(r.buf, r.texts.list[i]...)
		r.damaged(c, "holds bytes that are no text")
	case r.texts.list[i] != "":
		c.kind, c.shared, c.class = text, int32(i), r.texts.class[i]
	}
}

// ownText finishes a text that stands in the sheet itself.
func (r *sheetReader) ownText(c *cell) {
	c.kind = text
	s := r.buf[c.start:]
	if !utf8.Valid(s) {
		r.damaged(c, "holds bytes that are no text")
	}
	if len(s) > 0 && s[0] <= '9' && len(s) <= 40 {
		c.class = classify(string(s))
	}
}

func (r *sheetReader) damaged(c *cell, what string) {
	if r.damage == "" {
		r.damage = fmt.Sprintf("cell %s %s", address(int(c.col), r.row), what)
	}
}

func (r *sheetReader) number(c *cell, style int) {
	raw := bytes.TrimSpace(r.raw)
	var f format
	if style < len(r.formats) {
		f = r.formats[style]
	}
	c.kind = numeric
	if f.shows != plain {
		if r.buf, c.odd = day(r.buf, raw, f.shows, r.since1904); c.odd != noDay {
			c.kind = date
		}
		return
	}
	r.buf = number(r.buf, raw)
	s := r.buf[c.start:]
	switch n := len(s); {
	case n < f.zeros && digits(string(s)):
		padded := strings.Repeat("0", f.zeros-n) + string(s)
		r.buf = append(r.buf[:c.start], padded...)
		c.odd = zeroFill
	case n >= 12:
		c.odd = longNumber(s)
	case n > 0 && s[0] > '9':
		r.ownText(c) // a value that is no number after all
	}
}

// longNumber says what became of a number of 12 digits or more.
func longNumber(s []byte) oddity {
	s = bytes.TrimPrefix(s, []byte("-"))
	if !digits(string(s)) {
		return noOddity
	}
	switch {
	case len(s) > 15:
		return longDigit
	case len(s) >= 12 && bytes.HasSuffix(s, []byte("00000")):
		return rounded
	}
	return noOddity
}

// isoDate appends a date that stands in the file as text, in the form that serial numbers come out in.
func isoDate(dst, raw []byte) []byte {
	s := strings.TrimSuffix(string(bytes.TrimSpace(raw)), "Z")
	s = strings.TrimSuffix(strings.Replace(s, "T", " ", 1), " 00:00:00")
	return append(dst, s...)
}

// merge is a range of merged cells: columns from 0, rows from 1, both ends included.
type merge struct{ col, row, lastCol, lastRow int }

func (m merge) String() string { return address(m.col, m.row) + ":" + address(m.lastCol, m.lastRow) }

// maxMerges bounds how many merged ranges of a sheet are kept; Excel slows to a halt long before.
const maxMerges = 1 << 19

// merges reads what follows the rows, to the end of the part.
func (r *sheetReader) merges(ctx context.Context) ([]merge, error) {
	var out []merge
	closed := false
	for n := 0; ; n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		t, err := r.lex.next()
		if errors.Is(err, io.EOF) {
			if !closed {
				err = errCutOff
				return nil, err
			}
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		switch {
		case t.closes("worksheet"):
			closed = true
		case t.kind != closeTag && string(t.name) == "mergeCell" && len(out) < maxMerges:
			if m, ok := mergeOf(attribute(t.attrs, "ref")); ok {
				out = append(out, m)
			}
		}
	}
}

func mergeOf(ref string) (merge, bool) {
	from, to, _ := strings.Cut(ref, ":")
	col, row, err := excelize.CellNameToCoordinates(from)
	lastCol, lastRow, err2 := excelize.CellNameToCoordinates(to)
	ok := err == nil && err2 == nil && (lastCol > col || lastRow > row) && lastCol >= col && lastRow >= row
	return merge{col - 1, row, lastCol - 1, lastRow}, ok
}

// address names a cell: column from 0, row from 1.
func address(col, row int) string { return fmt.Sprintf("%s%d", letters(col), row) }

func letters(col int) string {
	name, err := excelize.ColumnNumberToName(col + 1)
	if err != nil {
		return "?"
	}
	return name
}
