// Package vouch draws what somebody who did not write the mappings holds against the legacy system with their own eyes, and
// reads the marks they made. A wrong mapping agrees with itself; only a person who looks at both sides finds it. It performs
// no I/O.
package vouch

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Directions of an item: whether everything in the source is in Odoo, and whether everything in Odoo is in the source.
const (
	FromSource = "source"
	FromOdoo   = "odoo"
)

// Random and ByValue say how an item was drawn; one that was drawn both ways has both.
const (
	Random  = "random"
	ByValue = "value"
	Both    = "value and random"
)

// SheetName is the sheet of a workbook that holds the lines.
const SheetName = "Vouch"

// Head are the columns of the file to tick. The last two are filled in.
var Head = []string{"draw", "item", "direction", "drawn", "record", "place", "column", "source", "field", "odoo", "ok", "remark"}

const (
	columnItem = 1
	columnOK   = 10
)

// Line is one line of an item: a cell of the source beside what Odoo holds. Either side may be empty.
type Line struct{ Record, Place, Column, Cell, Field, Value string }

// Item is one thing to look at: a row of a source with what became of it, or a record in Odoo with the row it came from.
type Item struct {
	Number     int    `json:"item"` // from 1
	Direction  string `json:"direction"`
	Drawn      string `json:"drawn"`
	Source     string `json:"source,omitempty"`
	Nth        int64  `json:"nth,omitempty"` // place of the row among all rows of its source, from 1; 0 of an item from Odoo
	Row        int64  `json:"row,omitempty"`
	Model      string `json:"model,omitempty"`
	ExternalID string `json:"external_id,omitempty"`
	Digest     string `json:"digest"` // of the lines, under the project's key
	Lines      []Line `json:"-"`
}

// RowTicket and RecordTicket are the names under which a row and a record draw their tickets; CHECKSUMS.md has them.
func RowTicket(source string, nth int64) string {
	return "source/" + source + "/" + strconv.FormatInt(nth, 10)
}

// RecordTicket is RowTicket of a record.
func RecordTicket(externalID string) string { return "odoo/" + externalID }

// maxText is how many characters of a text are shown: a workbook's cell holds few more.
const maxText = 8000

// Cells are the cells of an item's lines, as the file has them, with the columns to fill in left empty.
func (i *Item) Cells(draw int64) [][]string {
	out := make([][]string, len(i.Lines))
	for n, l := range i.Lines {
		out[n] = []string{strconv.FormatInt(draw, 10), strconv.Itoa(i.Number), i.Direction, i.Drawn, l.Record, l.Place, l.Column, l.Cell, l.Field, l.Value, "", ""}
		for c := range out[n] {
			out[n][c] = shown(out[n][c])
		}
	}
	return out
}

// shown cuts a text that no cell could hold.
func shown(text string) string {
	if utf8.RuneCountInString(text) <= maxText {
		return text
	}
	return string([]rune(text)[:maxText]) + " … (cut)"
}

// Digest is over an item's lines as the file shows them, but for blanks, which spreadsheet programs change. It is under the
// project's key: what the lines say cannot be guessed from it.
func Digest(key []byte, lines [][]string) string {
	var b strings.Builder
	for _, cells := range lines {
		for _, c := range cells[columnItem:min(columnOK, len(cells))] {
			b.WriteString(strings.Join(strings.Fields(record.AsWritten(c)), " ") + "\x00")
		}
		b.WriteString("\n")
	}
	return checksum.Salt(key, "migrate/vouch/1", b.String()).String()
}

// Amounts keeps the rows of a source with the largest amounts, signs apart; among equal ones the first.
type Amounts struct {
	size int
	read func(cell string) (record.Decimal, bool)
	kept []amount
}

type amount struct {
	nth  int64
	size record.Decimal
}

// NewAmounts keeps so many rows by the amounts that read makes of cells.
func NewAmounts(size int, read func(cell string) (record.Decimal, bool)) *Amounts {
	return &Amounts{size: size, read: read}
}

// Add tells of a row's cell; one that is no number has no amount.
func (a *Amounts) Add(nth int64, cell string) {
	d, ok := a.read(cell)
	if !ok || d.Sign() == 0 || a.size == 0 {
		return
	}
	d = d.Abs()
	at, _ := slices.BinarySearchFunc(a.kept, amount{nth, d}, func(x, y amount) int { return cmp.Or(y.size.Cmp(x.size), cmp.Compare(x.nth, y.nth)) })
	if at < a.size {
		a.kept = slices.Insert(a.kept, at, amount{nth, d})
		a.kept = a.kept[:min(len(a.kept), a.size)]
	}
}

// Rows are the places of the rows that were kept.
func (a *Amounts) Rows() []int64 {
	out := make([]int64, len(a.kept))
	for i, k := range a.kept {
		out[i] = k.nth
	}
	return out
}

// Amount reads a cell of a source that does not say how its numbers are written as people do: "1.234,50 EUR" is 1234.50,
// "(5)" is -5. The last comma or point is the decimal one, unless it is a comma alone before exactly three digits, or
// stands there several times.
func Amount(cell string) (record.Decimal, bool) {
	var b strings.Builder
	inside, bracketed := strings.CutPrefix(strings.TrimSpace(cell), "(")
	if bracketed {
		if cell, bracketed = strings.CutSuffix(inside, ")"); !bracketed {
			return record.Decimal{}, false
		}
		b.WriteByte('-')
	}
	for _, r := range cell {
		switch {
		case r >= '0' && r <= '9' || r == '.' || r == ',' || r == '-':
			b.WriteRune(r)
		case strings.ContainsRune("()", r):
			return record.Decimal{}, false
		}
	}
	text := b.String()
	if rest, ok := strings.CutSuffix(text, "-"); ok {
		text = "-" + rest
	}
	at := strings.LastIndexAny(text, ".,")
	if at >= 0 {
		mark := text[at : at+1]
		whole, part := strings.NewReplacer(".", "", ",", "").Replace(text[:at]), text[at+1:]
		alone := strings.Count(text, ".")+strings.Count(text, ",") == 1
		switch {
		case strings.Count(text, mark) > 1, alone && mark == "," && len(part) == 3:
			text = whole + part
		case part == "":
			text = whole
		default:
			text = whole + "." + part
		}
	}
	d, err := record.ParseDecimal(text)
	return d, err == nil
}
