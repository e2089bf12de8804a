// Package view is the only place that prints: text for a terminal, JSON for programs and HTML for people. It knows what
// results look like and decides nothing about them.
package view

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// DefaultWidth is how many columns text takes at most.
const DefaultWidth = 80

// Table lays out rows of text in columns for a terminal of a given width. Cells that do not fit are cut with "…", the
// widest column first; columns named in Right hold numbers and are never cut. Control characters are shown as "·", so
// that no value of the data reaches the terminal as a command.
type Table struct {
	Head   []string // "" for all: no header line
	Right  []int    // indexes of columns aligned right
	Middle []int    // indexes of columns that are cut in the middle: names that differ at their ends
	Rows   [][]string
	Width  int // 0 is DefaultWidth
	Indent int // blanks before each line
}

const (
	columnGap     = 2
	narrowestText = 6
)

// WriteTo writes the table, a line a row, without blanks at line ends.
func (t *Table) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, t.String())
	return int64(n), err
}

// String is what WriteTo writes.
func (t *Table) String() string {
	widths := t.widths()
	var b strings.Builder
	if strings.Join(t.Head, "") != "" {
		t.line(&b, t.Head, widths)
	}
	for _, row := range t.Rows {
		t.line(&b, row, widths)
	}
	return b.String()
}

func (t *Table) widths() []int {
	var widths []int
	for _, row := range append([][]string{t.Head}, t.Rows...) {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], displayWidth(Clean(cell)))
		}
	}
	limit := t.Width
	if limit == 0 {
		limit = DefaultWidth
	}
	total := t.Indent + columnGap*max(0, len(widths)-1)
	for _, w := range widths {
		total += w
	}
	for ; total > limit; total-- {
		widest := -1
		for i, w := range widths {
			if !t.right(i) && w > narrowestText && (widest < 0 || w > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
	}
	return widths
}

// drop takes a column out of a table with a head.
func (t *Table) drop(i int) {
	t.Head = slices.Delete(slices.Clone(t.Head), i, i+1)
	for j := range t.Rows {
		t.Rows[j] = slices.Delete(slices.Clone(t.Rows[j]), i, i+1)
	}
	t.Right, t.Middle = without(t.Right, i), without(t.Middle, i)
}

// without is a list of indexes when one of them is gone.
func without(list []int, gone int) []int {
	var out []int
	for _, i := range list {
		switch {
		case i < gone:
			out = append(out, i)
		case i > gone:
			out = append(out, i-1)
		}
	}
	return out
}

func (t *Table) right(i int) bool { return slices.Contains(t.Right, i) }

func (t *Table) line(b *strings.Builder, cells []string, widths []int) {
	var l strings.Builder
	l.WriteString(strings.Repeat(" ", t.Indent))
	for i, cell := range cells {
		if slices.Contains(t.Middle, i) {
			cell = CutMiddle(Clean(cell), widths[i])
		} else {
			cell = Cut(Clean(cell), widths[i])
		}
		pad := strings.Repeat(" ", max(0, widths[i]-displayWidth(cell)))
		if i > 0 {
			l.WriteString(strings.Repeat(" ", columnGap))
		}
		if t.right(i) {
			l.WriteString(pad + cell)
		} else {
			l.WriteString(cell + pad)
		}
	}
	b.WriteString(strings.TrimRight(l.String(), " "))
	b.WriteByte('\n')
}

// Clean shows control characters, line ends and characters that change the writing direction as "·".
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			return '·'
		}
		return r
	}, s)
}

// Cut shortens a text to a display width and ends it with "…" where something is missing.
func Cut(s string, limit int) string {
	if displayWidth(s) <= limit {
		return s
	}
	used := 0
	for i, r := range s {
		w := runeWidth(r)
		if used+w > limit-1 {
			return s[:i] + "…"
		}
		used += w
	}
	return s
}

// CutMiddle shortens a text to a display width with "…" in its first half, so that both ends can be told apart.
func CutMiddle(s string, limit int) string {
	if displayWidth(s) <= limit || limit < 8 {
		return Cut(s, limit)
	}
	head, rest := Cut(s, limit/3+1), []rune(s)
	left, at := limit-displayWidth(head), len(rest)
	for at > 0 && runeWidth(rest[at-1]) <= left {
		at--
		left -= runeWidth(rest[at])
	}
	return head + string(rest[at:])
}

// Wrap breaks a text at blanks into lines of at most limit columns, each with the indent before it. A longer word stands
// alone on its line.
func Wrap(s string, limit, indent int) string {
	var b strings.Builder
	used := 0
	for i, word := range strings.Fields(Clean(s)) {
		w := displayWidth(word)
		switch {
		case i == 0:
			b.WriteString(strings.Repeat(" ", indent))
			used = indent
		case used+1+w > limit:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			used = indent
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += w
	}
	b.WriteByte('\n')
	return b.String()
}

func displayWidth(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

func runeWidth(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// Number writes an integer with commas between thousands.
func Number[T int | int64](n T) string {
	return record.GroupedInt(int64(n))
}

// Percent writes a share of 0 to 1. It says 100 % only of what is complete and 0 % only of nothing.
func Percent(share float64) string {
	switch {
	case share >= 1:
		return "100 %"
	case share <= 0:
		return "0 %"
	case share > 0.999:
		return ">99.9 %"
	case share < 0.001:
		return "<0.1 %"
	}
	return strconv.FormatFloat(float64(int(share*1000))/10, 'f', 1, 64) + " %"
}

// Count writes a number with its noun: "1 row", "2 rows".
func Count[T int | int64](n T, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "y"):
		return Number(n) + " " + strings.TrimSuffix(noun, "y") + "ies"
	}
	return Number(n) + " " + noun + "s"
}
