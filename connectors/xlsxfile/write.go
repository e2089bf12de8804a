package xlsxfile

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// Sheet is one sheet of a report: notes on top, a header, rows.
type Sheet struct {
	Name   string    // made legal and unique: 31 characters, none of []:*?/\
	Head   []string  // one text a column
	Widths []float64 // of the columns, in characters; 0 or missing is as wide as the content, within limits
	Rows   iter.Seq[[]Cell]
	Freeze bool     // keep the notes and the header in sight
	Notes  []string // lines above the header
}

// Tone says what a cell is to be seen as.
type Tone string

// Tones of a cell.
const (
	Bad  Tone = "bad"  // an error
	Warn Tone = "warn" // a warning
	Good Tone = "good" // all is well
	Dim  Tone = "dim"  // of no weight
)

// Cell is one cell of a report. It is never a formula.
type Cell struct {
	Text   string
	Number bool // Text is a decimal in plain notation, "-12.50"; what has more than 15 digits stays text
	Bold   bool
	Tone   Tone
	Link   string // a place in the book: "'Customers'!A1", by the names that SheetNames gives
}

// Limits of a sheet, and of what is sensible in a report.
const (
	maxCellText   = 32767 // characters of a cell, counted in UTF-16
	maxNameLength = 31
	sampledRows   = 200
	maxLinks      = 5000
	narrow, wide  = 8.0, 60.0
	cutMark       = " … (cut)"
)

// ErrTooLong says that a sheet was given more rows than a workbook can hold.
var ErrTooLong = errors.New("a sheet holds 1,048,576 rows")

// reportTime is the date of every book: the same content gives the same bytes.
const reportTime = "2000-01-01T00:00:00Z"

// WriteBook writes a workbook, each sheet as its rows come. Texts that a spreadsheet program could take for formulas
// (= + - @ or a control character in front) are written as text cells whose style has a quote prefix, as if an apostrophe
// had been typed: they stay text when the cell is edited. Control characters are left out, and texts that no cell can
// hold are cut with a mark. The error wraps ErrTooLong, or is one of writing.
func WriteBook(w io.Writer, sheets []Sheet) (err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	b := bookWriter{file: f, styles: map[Cell]int{}}
	if len(sheets) == 0 {
		sheets = []Sheet{{Name: "Empty"}}
	}
	for i, name := range SheetNames(sheets) {
		if i == 0 {
			err = f.SetSheetName("Sheet1", name)
		} else {
			_, err = f.NewSheet(name)
		}
		if err == nil {
			err = b.sheet(name, sheets[i])
		}
		if err != nil {
			return fmt.Errorf("write sheet %q: %w", name, err)
		}
	}
	if err := f.SetDocProps(&excelize.DocProperties{Creator: "migrate", LastModifiedBy: "migrate", Created: reportTime, Modified: reportTime}); err != nil {
		return err
	}
	return b.save(w)
}

// bookWriter holds what the sheets of a book share.
type bookWriter struct {
	file   *excelize.File
	styles map[Cell]int // by what of a cell makes its style
}

// sheetWriter streams one sheet.
type sheetWriter struct {
	*bookWriter
	name  string
	out   *excelize.StreamWriter
	row   int       // last row written
	cols  []float64 // widths of the columns
	links int
	buf   []any
}

func (b *bookWriter) sheet(name string, s Sheet) error {
	s.Head = s.Head[:min(len(s.Head), maxCols)]
	if err := b.layOut(name); err != nil {
		return err
	}
	out, err := b.file.NewStreamWriter(name)
	if err != nil {
		return err
	}
	w := &sheetWriter{bookWriter: b, name: name, out: out}
	next, stop := func() ([]Cell, bool) { return nil, false }, func() {}
	if s.Rows != nil {
		next, stop = iter.Pull(s.Rows)
	}
	defer stop()
	var sample [][]Cell
	for more := true; more && len(sample) < sampledRows; {
		var row []Cell
		if row, more = next(); more {
			sample = append(sample, slices.Clone(row))
		}
	}
	if err := w.begin(s, sample); err != nil {
		return err
	}
	header := w.row
	for _, row := range sample {
		if err := w.add(row); err != nil {
			return err
		}
	}
	for row, more := next(); more && len(sample) == sampledRows; row, more = next() {
		if err := w.add(row); err != nil {
			return err
		}
	}
	if len(s.Head) > 0 {
		if err := b.file.AutoFilter(name, address(0, header)+":"+address(len(s.Head)-1, max(w.row, header)), nil); err != nil {
			return err
		}
	}
	return out.Flush()
}

// layOut makes a sheet print as wide as a page, lengthwise.
func (b *bookWriter) layOut(name string) error {
	yes, landscape, wide, tall := true, "landscape", 1, 0
	if err := b.file.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &yes}); err != nil {
		return err
	}
	return b.file.SetPageLayout(name, &excelize.PageLayoutOptions{Orientation: &landscape, FitToWidth: &wide, FitToHeight: &tall})
}

// begin writes what stands above the rows. Widths and panes have to come first.
func (w *sheetWriter) begin(s Sheet, sample [][]Cell) error {
	w.cols = w.widths(s, sample)
	for i, width := range w.cols {
		if err := w.out.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	above := len(s.Notes)
	if above > 0 {
		above++
	}
	if s.Freeze && len(s.Head) > 0 && above < 30 {
		if err := w.out.SetPanes(&excelize.Panes{Freeze: true, YSplit: above + 1, TopLeftCell: address(0, above+2), ActivePane: "bottomLeft"}); err != nil {
			return err
		}
	}
	for i, note := range s.Notes {
		if err := w.add([]Cell{{Text: strings.ReplaceAll(note, "\n", " "), Bold: i == 0}}); err != nil {
			return err
		}
	}
	w.row = above
	if len(s.Head) == 0 {
		return nil
	}
	head := make([]Cell, len(s.Head))
	for i, text := range s.Head {
		head[i] = Cell{Text: text, Bold: true, Tone: headTone}
	}
	return w.add(head)
}

// widths makes columns as wide as their header and the first rows need.
func (w *sheetWriter) widths(s Sheet, sample [][]Cell) []float64 {
	columns := max(len(s.Head), len(s.Widths))
	for _, row := range sample {
		columns = max(columns, len(row))
	}
	out := make([]float64, min(columns, maxCols))
	measure := func(i int, text string, more float64) {
		longest := 0
		for line := range strings.Lines(text[:min(len(text), 1000)]) {
			longest = max(longest, utf8.RuneCountInString(line))
		}
		out[i] = max(out[i], float64(longest)+more)
	}
	for i, text := range s.Head {
		measure(i, text, 4) // the filter's arrow
	}
	for _, row := range sample {
		for i, c := range row[:min(len(row), maxCols)] {
			measure(i, c.Text, 1.5)
		}
	}
	for i := range out {
		if out[i] = min(max(out[i], narrow), wide); i < len(s.Widths) && s.Widths[i] > 0 {
			out[i] = min(s.Widths[i], 255)
		}
	}
	return out
}

func (w *sheetWriter) add(row []Cell) error {
	if w.row++; w.row > maxRows {
		return ErrTooLong
	}
	w.buf = w.buf[:0]
	lines := 1
	for i, c := range row[:min(len(row), maxCols)] {
		n := 1
		if len(row) > 1 { // a note of one cell runs over its neighbours
			n = w.lines(c.Text, i)
		}
		cell, err := w.cell(c, i, n > 1)
		if err != nil {
			return err
		}
		w.buf, lines = append(w.buf, cell), max(lines, n)
	}
	if lines == 1 {
		return w.out.SetRow(address(0, w.row), w.buf)
	}
	return w.out.SetRow(address(0, w.row), w.buf, excelize.RowOpts{Height: lineHeight * float64(lines)})
}

const (
	lineHeight = 15.0 // points
	maxLines   = 12   // that a row is made high enough for
)

// lines estimates how many lines a text takes in its column; not every program makes rows high enough by itself.
func (w *sheetWriter) lines(text string, col int) int {
	if len(text) <= int(narrow) && !strings.Contains(text, "\n") {
		return 1
	}
	n, perLine := 0, wide
	if col < len(w.cols) {
		perLine = max(w.cols[col]-1, 1)
	}
	for line := range strings.Lines(text[:min(len(text), 2000)]) {
		n += 1 + max(0, utf8.RuneCountInString(line)-1)/int(perLine)
	}
	return min(n, maxLines)
}

// cell makes the value and the style of a cell.
func (w *sheetWriter) cell(c Cell, col int, wrap bool) (excelize.Cell, error) {
	text := clean(c.Text)
	kind := Cell{Bold: c.Bold, Tone: c.Tone}
	var value any
	switch number, ok := exact(text); {
	case c.Number && ok:
		value = number
	case text != "":
		value = text
		if _, number := parse([]byte(text)); record.IsFormula(text) {
			kind.Text = "quoted"
		} else if number {
			kind.Text = "digits"
		}
		if wrap {
			kind.Text += " lines"
		}
	}
	if c.Link != "" && w.links < maxLinks {
		if err := w.file.SetCellHyperLink(w.name, address(col, w.row), c.Link, "Location"); err != nil {
			return excelize.Cell{}, err
		}
		w.links++
		kind.Link = "link"
	}
	style, err := w.style(kind)
	return excelize.Cell{StyleID: style, Value: value}, err
}

// save writes the parts in the order of their names and without a date: excelize's order is not always the same.
func (b *bookWriter) save(w io.Writer) error {
	temp, err := os.CreateTemp("", "migrate-book-")
	if err != nil {
		return err
	}
	defer func() {
		_ = temp.Close()
		_ = os.Remove(temp.Name())
	}()
	if err := b.file.Write(temp); err != nil {
		return err
	}
	size, err := temp.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	in, err := zip.NewReader(temp, size)
	if err != nil {
		return err
	}
	parts := slices.Clone(in.File)
	slices.SortFunc(parts, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	out := zip.NewWriter(w)
	for _, part := range parts {
		part.Modified = time.Time{}
		if err := out.Copy(part); err != nil {
			return err
		}
	}
	return out.Close()
}
