package view

import (
	"bytes"
	_ "embed"
	"html/template"
	"io"
	"sync"
)

// A page is sections, and a section is blocks: Para, Tiles, Grid, Bars and Fold. All text is escaped by html/template;
// nothing of the data ever becomes markup. The page refers to nothing outside itself and works from a file.

// Section is one part of a page under a heading of its own.
type Section struct {
	Title  string
	Lead   string // one sentence under the heading; may be empty
	Blocks []Block
}

// Block is one of Para, Tiles, Grid, Bars and Fold.
type Block interface{ block() string } // name of its template

// Para is a paragraph.
type Para string

// Tiles are a few figures that say how things stand.
type Tiles []Tile

// Tile is one figure with its name. Tone is one of the tones, or "".
type Tile struct{ Figure, Name, Tone string }

// Tones colour a tile, a cell or a bar. They always stand beside a word, so that nobody needs to see colours.
const (
	Bad  = "bad"
	Warn = "warn"
	Good = "good"
	Dim  = "dim"
)

// Grid is a table. Columns in Right are aligned as numbers.
type Grid struct {
	Head  []string
	Right []int
	Rows  [][]Cell
	More  string // a last line, where rows were left out
}

// Cell is one cell of a Grid.
type Cell struct {
	Text string
	Note string // a second line, smaller
	Tone string
	Mono bool    // values and names out of files
	Bar  float64 // 0 to 1: a bar behind the figure; negative or zero: none
	Link string  // id of a Fold on the same page
}

// Bars are labelled bars, drawn as inline SVG. The longest one fills the width.
type Bars []Bar

// Bar is one of Bars.
type Bar struct {
	Label, Figure string
	Value         float64
	Tone          string
}

// Fold is a part that opens on a click, and always in print.
type Fold struct {
	ID, Title, Note string
	Blocks          []Block
	Open            bool
}

func (Para) block() string  { return "para" }
func (Tiles) block() string { return "tiles" }
func (Grid) block() string  { return "grid" }
func (Bars) block() string  { return "bars" }
func (Fold) block() string  { return "fold" }

// TextCell, NumberCell and ValueCell are the common cells.
func TextCell(s string) Cell { return Cell{Text: s} }

// NumberCell holds a count.
func NumberCell(n int64) Cell { return Cell{Text: Number(n)} }

// ValueCell holds a value out of a file, cut to what a line can show.
func ValueCell(s string) Cell { return Cell{Text: Cut(Clean(s), 60), Mono: true} }

//go:embed page.css
var pageCSS string

//go:embed page.html
var pageHTML string

// pageTemplate is parsed when the first page is written: most commands write none.
var pageTemplate = sync.OnceValues(parsePage)

func parsePage() (*template.Template, error) {
	t := template.New("page")
	t.Funcs(template.FuncMap{
		"css":   func() template.CSS { return template.CSS(pageCSS) },
		"right": isRight,
		"share": barWidth,
		"pct":   func(share float64) float64 { return 100 * min(1, share) },
		"draw": func(b Block) (template.HTML, error) {
			var buf bytes.Buffer
			err := t.ExecuteTemplate(&buf, b.block(), b)
			return template.HTML(buf.String()), err // what our own templates wrote, escaped already
		},
	})
	return t.Parse(pageHTML)
}

func isRight(list []int, i int) bool {
	for _, r := range list {
		if r == i {
			return true
		}
	}
	return false
}

// barWidth is the width of a bar in per cent of the longest.
func barWidth(all Bars, value float64) float64 {
	longest := 0.0
	for _, b := range all {
		longest = max(longest, b.Value)
	}
	if longest <= 0 || value <= 0 {
		return 0
	}
	return max(0.5, 100*value/longest)
}

// Page writes a self-contained HTML page. subtitle stands under the title and names what the page is about.
func Page(w io.Writer, title, subtitle string, sections ...Section) error {
	t, err := pageTemplate()
	if err != nil {
		return err
	}
	var buf bytes.Buffer
	err = t.ExecuteTemplate(&buf, "frame", struct {
		Title, Subtitle string
		Sections        []Section
	}{title, subtitle, sections})
	if err != nil {
		return err
	}
	_, err = w.Write(buf.Bytes())
	return err
}
