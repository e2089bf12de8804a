package xlsxfile

import (
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors"
)

// grid is the first rows of a sheet with one place for each column that is used anywhere in it.
type grid struct {
	survey *survey
	cols   []int // sheet columns, from 0
	rows   []gridRow
	merged map[int][]merge // by the row of their first cell
}

type gridRow struct {
	at    int // sheet row
	n     int // cells that hold something
	cells []gridCell
}

type gridCell struct {
	text string
	kind kind
}

// typed reports whether a cell is what rows hold rather than headers.
func (c gridCell) typed() bool {
	return c.kind > text || c.kind == text && connectors.Numeric(c.text)
}

// maxGrid bounds the cells of a grid, the empty ones included.
const maxGrid = 1 << 20

// newGrid lays the first rows out.
func newGrid(s *survey) *grid {
	g := &grid{survey: s, merged: map[int][]merge{}}
	place := make([]int, len(s.used))
	for col, used := range s.used {
		if used {
			place[col] = len(g.cols)
			g.cols = append(g.cols, col)
		}
	}
	for i := range s.head {
		k := &s.head[i]
		if len(g.rows) > 20 && (len(g.rows)+1)*len(g.cols) > maxGrid {
			break
		}
		row := gridRow{at: k.at, n: k.n, cells: make([]gridCell, len(g.cols))}
		for j := range k.cells {
			if c := &k.cells[j]; c.filled() {
				row.cells[place[c.col]] = gridCell{s.text(k, c), c.kind}
			}
		}
		g.rows = append(g.rows, row)
	}
	if len(g.rows) > 0 {
		for _, m := range s.merges {
			if m.row <= g.rows[len(g.rows)-1].at {
				g.merged[m.row] = append(g.merged[m.row], m)
			}
		}
	}
	return g
}

// names returns what a row says in each column; a cell that is merged over several columns says it in all of them.
func (g *grid) names(i int) []string {
	out := make([]string, len(g.cols))
	for k, c := range g.rows[i].cells {
		if c.kind == text || c.kind == numeric || c.kind == date || c.kind == boolean {
			out[k] = tidy(c.text)
		}
	}
	for _, m := range g.merged[g.rows[i].at] {
		said := ""
		for k, col := range g.cols {
			switch {
			case col == m.col:
				said = out[k]
			case col > m.col && col <= m.lastCol && out[k] == "":
				out[k] = said
			}
		}
	}
	return out
}

// tidy makes one line of a header cell.
func tidy(s string) string {
	if strings.ContainsAny(s, "\r\n\t\u00a0") {
		return strings.Join(strings.Fields(s), " ")
	}
	return strings.TrimSpace(s)
}

// candidate says how well a row would do as the header.
type candidate struct {
	row      int
	cover    float64 // share of the columns used below it that it names
	contrast int     // columns that it names in words and that hold numbers, dates or truth values below
	texts    bool    // all its cells are words
}

// judgeWindow is how many rows below a candidate are looked at.
const judgeWindow = 60

func (g *grid) judge(i int) candidate {
	c := candidate{row: i, texts: true}
	window := g.rows[i+1 : min(i+1+judgeWindow, len(g.rows))]
	names := g.names(i)
	used := 0
	for k, name := range names {
		filled, typed := 0, 0
		for _, r := range window {
			if cell := r.cells[k]; cell.kind != blank {
				filled++
				if cell.typed() {
					typed++
				}
			}
		}
		own := g.rows[i].cells[k]
		if own.typed() {
			c.texts = false
		}
		if filled == 0 || filled*10 < len(window) {
			continue
		}
		used++
		if name != "" {
			c.cover++
		}
		if own.kind == text && !own.typed() && typed*5 >= filled*4 {
			c.contrast++
		}
	}
	if used > 0 {
		c.cover /= float64(used)
	}
	return c
}

// base finds the row that the header stands in, or would stand in.
func (g *grid) base() (best candidate, found bool) {
	if len(g.cols) < 2 {
		return g.judge(0), true
	}
	for i := range g.rows[:min(len(g.rows), 50)] {
		if found && i > best.row+15 {
			break
		}
		if g.rows[i].n < 2 {
			continue
		}
		c := g.judge(i)
		switch {
		case c.cover < 0.6 || !g.wordy(i):
		case !found:
			best, found = c, true
		case g.better(c, best):
			best = c
		}
	}
	if !found {
		return g.judge(0), false
	}
	return best, true
}

// better reports whether the header rather stands in the later row: words above columns of numbers say so most. A full row
// that heads the block the later row belongs to stays the header, unless the later row gives units below it.
func (g *grid) better(later, than candidate) bool {
	switch {
	case !later.texts || later.cover < than.cover:
		return false
	case g.heads(than, later.row):
		return later.row == than.row+1 && g.units(later.row)
	case later.contrast > than.contrast:
		return true
	}
	gap := g.rows[later.row].at > g.rows[later.row-1].at+1
	return gap && later.cover > than.cover && later.contrast >= than.contrast
}

// heads reports whether the rows from a candidate to another row are one block, about equally full, headed in words.
func (g *grid) heads(c candidate, to int) bool {
	if !c.texts || c.cover < 0.9 {
		return false
	}
	for i := c.row; i < to; i++ {
		least := 4
		if i == c.row {
			least = 7
		}
		if g.rows[i+1].at != g.rows[i].at+1 || g.rows[i].n*10 < g.rows[to].n*least {
			return false
		}
	}
	return true
}

// wordy reports whether at least half of a row's cells are words, or all others are a series such as years.
func (g *grid) wordy(i int) bool {
	words, n := 0, 0
	for _, c := range g.rows[i].cells {
		if c.kind != blank {
			n++
			if !c.typed() {
				words++
			}
		}
	}
	return words*2 >= n || words > 0 && connectors.HeaderLike(g.names(i))
}

// units recognises the second row of a header: (in kg), [text], in every cell.
func (g *grid) units(i int) bool {
	n := 0
	for _, c := range g.rows[i].cells {
		s := strings.TrimSpace(c.text)
		if s == "" {
			continue
		}
		n++
		if len(s) < 2 || !(s[0] == '(' && s[len(s)-1] == ')' || s[0] == '[' && s[len(s)-1] == ']') {
			return false
		}
	}
	return n > 0
}
