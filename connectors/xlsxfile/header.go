package xlsxfile

import (
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors"
)

// header is where a table begins and what its columns are called.
type header struct {
	found      bool
	sure       float64
	pinned     bool
	first      int      // first sheet row of the header, or of the rows where there is none
	last       int      // last sheet row of the header; first-1 where there is none
	names      []string // by column of the grid; "" for no name
	group      []merge  // merged cells that name several columns
	titleRows  int      // rows above that hold something
	titleFirst int      // the first of them
}

// maxHeaderRows is how far down merged cells may carry a header.
const maxHeaderRows = 10

// findHeader applies what opt pins and judges by the rows for the rest.
func (g *grid) findHeader(opt connectors.Options) header {
	h := header{pinned: opt.NoHeader || len(opt.Columns) > 0}
	at, last := 0, 0
	switch {
	case opt.NoHeader:
		h.sure = 1
		if opt.Skip == 0 {
			at = g.bodyStart()
		}
	case len(opt.Columns) > 0:
		h.sure = 1
		if at = g.find(opt.Columns, opt.Skip > 0); at >= 0 {
			h.found = true
		} else if at = 0; opt.Skip == 0 {
			at = g.bodyStart()
		}
	case opt.Skip > 0 || opt.HeaderRows > 0:
		if opt.Skip == 0 {
			at = g.firstOf(opt.HeaderRows)
		}
		h.found, h.sure = true, 1
		if opt.HeaderRows == 0 {
			h.found, h.sure = g.isHeader(g.judge(at))
		}
	default:
		best, wide := g.base()
		if at = best.row; wide {
			h.found, h.sure = g.isHeader(best)
		} else {
			h.found, h.sure = g.isHeader(g.judge(0))
			h.sure = min(h.sure, 0.5)
		}
	}
	last = at
	if h.found && opt.HeaderRows == 0 && len(opt.Columns) == 0 {
		last = g.down(at)
		if opt.Skip == 0 {
			at = g.up(at, last)
		}
	} else if h.found {
		for last+1 < len(g.rows) && g.rows[last+1].at < g.rows[at].at+opt.HeaderRows {
			last++
		}
	}
	g.fill(&h, at, last, opt)
	return h
}

func (g *grid) fill(h *header, at, last int, opt connectors.Options) {
	h.first, h.last = g.rows[at].at, g.rows[at].at-1
	if h.titleRows = at; at > 0 {
		h.titleFirst = g.rows[0].at
	}
	if !h.found {
		h.names = make([]string, len(g.cols))
		return
	}
	h.names = g.join(at, last)
	h.last = max(g.rows[last].at, g.rows[at].at+opt.HeaderRows-1)
	for i := at; i <= last; i++ {
		for _, m := range g.merged[g.rows[i].at] {
			if m.lastRow <= h.last+maxHeaderRows {
				h.last = max(h.last, g.mergedTo(m, last))
			}
			if m.lastCol > m.col && g.says(i, m.col) {
				h.group = append(h.group, m)
			}
		}
	}
}

// mergedTo is the last row of a merged cell where nothing of the table stands in between.
func (g *grid) mergedTo(m merge, last int) int {
	if last+1 < len(g.rows) && m.lastRow >= g.rows[last+1].at {
		return g.rows[last+1].at - 1
	}
	return m.lastRow
}

func (g *grid) says(i, col int) bool {
	k, ok := slices.BinarySearch(g.cols, col)
	return ok && g.rows[i].cells[k].text != ""
}

// isHeader judges whether a row is a header of the rows below it.
func (g *grid) isHeader(c candidate) (bool, float64) {
	row := g.rows[c.row]
	words := 0
	for _, cell := range row.cells {
		if cell.kind == text && !cell.typed() {
			words++
		}
	}
	if words == 0 {
		return false, 0.9
	}
	if c.contrast > 0 && c.texts {
		return true, 0.98
	}
	var below [][]string
	for _, r := range g.rows[c.row+1:] {
		cells := make([]string, len(r.cells))
		for k := range r.cells {
			cells[k] = r.cells[k].text
		}
		below = append(below, cells)
	}
	if c.contrast == 0 && recurs(row, g.rows[c.row+1:]) {
		return false, 0.7
	}
	first := make([]string, len(row.cells))
	for k := range row.cells {
		first[k] = row.cells[k].text
	}
	return connectors.HasHeader(first, below)
}

// recurs reports whether what a row says stands in every fifth row below, in more than half of its columns: then it
// names nothing.
func recurs(row gridRow, below []gridRow) bool {
	again, n := 0, 0
	for k, c := range row.cells {
		if c.text == "" {
			continue
		}
		n++
		same := 0
		for _, r := range below {
			if r.cells[k].text == c.text {
				same++
			}
		}
		if same > 0 && same*5 >= len(below) {
			again++
		}
	}
	return again*2 > n
}

// bodyStart is the first row that is about as full as the rows usually are.
func (g *grid) bodyStart() int {
	var counts []int
	for _, r := range g.rows {
		if r.n > 1 {
			counts = append(counts, r.n)
		}
	}
	if len(counts)*3 < len(g.rows) {
		return 0
	}
	slices.Sort(counts)
	usual := counts[len(counts)/2]
	for i, r := range g.rows[:min(len(g.rows), 50)] {
		if r.n > 1 && r.n*10 >= usual*7 {
			return i
		}
	}
	return 0
}

// find returns the row that says just what the columns are called, -1 where none does.
func (g *grid) find(columns []string, firstOnly bool) int {
	for i := range g.rows[:min(len(g.rows), 50)] {
		var said []string
		for _, n := range g.names(i) {
			if n != "" {
				said = append(said, n)
			}
		}
		if slices.Equal(said, columns) {
			return i
		}
		if firstOnly {
			break
		}
	}
	return -1
}

// firstOf finds where a header of so many sheet rows begins: its last row is the one that is judged best.
func (g *grid) firstOf(rows int) int {
	best, _ := g.base()
	end := g.down(best.row)
	at := g.up(best.row, end)
	if g.rows[end].at-g.rows[at].at+1 >= rows {
		return at
	}
	for at > 0 && g.rows[best.row].at-g.rows[at-1].at < rows {
		at--
	}
	return at
}

// down finds the last row of a header that begins in a row: merged cells carry it down, and rows of words that stand
// only below cells merged over several columns.
func (g *grid) down(at int) int {
	last := at
	for i := at; i <= last && last+1 < len(g.rows); i++ {
		for _, m := range g.merged[g.rows[i].at] {
			if !g.says(i, m.col) && i > at || m.lastRow-g.rows[at].at >= maxHeaderRows {
				continue
			}
			for last+1 < len(g.rows) && g.rows[last+1].at <= m.lastRow && g.wordy(last+1) {
				last++
			}
		}
		if i == last && last+1 < len(g.rows) && g.under(i, last+1) {
			last++
		}
	}
	if last+1 == len(g.rows) && last > at && len(g.survey.tail) == 0 { // nothing is left for rows: no header is that long
		return at
	}
	return last
}

// under reports whether all cells of a row are words below cells that are merged over several columns.
func (g *grid) under(above, row int) bool {
	if g.rows[row].at != g.rows[above].at+1 {
		return false
	}
	for k, c := range g.rows[row].cells {
		if c.kind == blank {
			continue
		}
		if c.typed() || !slices.ContainsFunc(g.merged[g.rows[above].at], func(m merge) bool {
			return m.lastCol > m.col && g.cols[k] >= m.col && g.cols[k] <= m.lastCol
		}) {
			return false
		}
	}
	return true
}

// up finds the first row of a header: a full row above one that gives units belongs to it, and up to three rows of
// groups above names that are not distinct without them.
func (g *grid) up(at, last int) int {
	if at > 0 && g.units(at) && g.rows[at-1].at == g.rows[at].at-1 && g.wordy(at-1) && g.judge(at-1).cover >= 0.9 {
		return at - 1
	}
	if connectors.Distinct(g.join(at, last)) {
		return at
	}
	for first := at - 1; first >= max(0, at-3); first-- {
		r := g.rows[first]
		if g.rows[first+1].at != r.at+1 || r.n < 2 || !g.wordy(first) {
			break
		}
		if connectors.Distinct(g.join(first, last)) {
			return first
		}
	}
	return at
}

// join makes names of the rows of a header: what they say in a column, from top to bottom, nothing twice.
func (g *grid) join(at, last int) []string {
	parts := make([][]string, len(g.cols))
	for i := at; i <= last; i++ {
		names := g.names(i)
		if i < last && len(g.merged[g.rows[i].at]) == 0 && last > at {
			spread(names, g.names(last))
		}
		for k, n := range names {
			if p := parts[k]; n != "" && (len(p) == 0 || p[len(p)-1] != n) {
				parts[k] = append(p, n)
			}
		}
	}
	out := make([]string, len(parts))
	for k, p := range parts {
		out[k] = strings.Join(p, " ")
	}
	return out
}

// spread carries the names of groups that are not merged to the right, over the columns that the last row names.
func spread(groups, names []string) {
	for k := 1; k < len(groups); k++ {
		if groups[k] == "" && names[k] != "" && names[k-1] != "" {
			groups[k] = groups[k-1]
		}
	}
}
