package view

import (
	"fmt"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/custody"
	"github.com/odoo-migrate/odoo-migrate/pipeline/scope"
)

// custodyMax is how many files or tables a page shows; the rest is in the JSON.
const custodyMax = 300

// custodyText says in one sentence whether the files are all that was extracted.
func custodyText(b *strings.Builder, c *custody.Report, width int) {
	if c == nil {
		return
	}
	text := c.Statement
	if c.Completeness == custody.NotEstablished {
		text += " --request request.md writes what to ask the data owner for."
	}
	b.WriteString("\n" + Wrap(text, width, 0))
}

// custodyMark is mark for what may be unknown, too.
func custodyMark(c *custody.Report) string {
	if c.Holds() && c.Completeness != custody.Established {
		return "--"
	}
	return mark(c.Holds())
}

// custodyBlocks shows what the extractor's lists say about each file and table.
func custodyBlocks(c *custody.Report) []Block {
	blocks := []Block{Para(c.Statement)}
	if origin := custodyOrigin(c); origin != "" {
		blocks = append(blocks, Para(origin))
	}
	if len(c.Files) > 0 {
		g := Grid{Head: []string{"File", "", "Hash in the list, and of the file", "List"}}
		for i, f := range c.Files {
			if i == custodyMax {
				g.More = fmt.Sprintf("%s more in the JSON report.", Count(len(c.Files)-i, "file"))
				break
			}
			hash := Cell{Text: f.Want, Mono: true}
			if f.Got != "" && f.Got != f.Want {
				hash.Note = f.Got
			}
			g.Rows = append(g.Rows, []Cell{ValueCell(f.File), custodyStatus(f.Status, f.Why), hash, {Text: Clean(f.At), Note: f.Algorithm}})
		}
		blocks = append(blocks, g)
	}
	if len(c.Tables) > 0 {
		blocks = append(blocks, custodyTables(c.Tables))
	}
	return blocks
}

func custodyOrigin(c *custody.Report) string {
	var parts []string
	for _, x := range []struct{ name, value string }{{"System", c.System}, {"extracted by", c.ExtractedBy}, {"extracted", c.ExtractedAt}} {
		if x.value != "" {
			parts = append(parts, x.name+" "+Clean(x.value))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	text := strings.Join(parts, ", ") + "."
	return strings.ToUpper(text[:1]) + text[1:]
}

func custodyTables(tables []custody.Table) Grid {
	g := Grid{Head: []string{"Table", "", "Rows counted", "Rows read", "Control totals", "List"}, Right: []int{2, 3}}
	for i := range tables {
		t := &tables[i]
		if i == custodyMax {
			g.More = fmt.Sprintf("%s more in the JSON report.", Count(len(tables)-i, "table"))
			break
		}
		number := func(n int64) Cell {
			if n < 0 {
				return Cell{Text: "–"}
			}
			return NumberCell(n)
		}
		totals := Cell{}
		for _, x := range t.Totals {
			line := fmt.Sprintf("%s %s", x.Column, x.Want)
			if x.Status != custody.Matched {
				totals.Tone = Bad
				line += " (" + strings.TrimSpace(yes(x.Status == custody.Differs, "the file has "+x.Got, x.Why)) + ")"
			}
			totals.Text = strings.TrimPrefix(totals.Text+"; "+Cut(Clean(line), 120), "; ")
		}
		status := t.Status
		if t.Columns == custody.Differs {
			status = custody.Differs
		}
		g.Rows = append(g.Rows, []Cell{ValueCell(t.Table), custodyStatus(status, t.Why), number(t.Want), number(t.Got), totals, {Text: Clean(t.At)}})
	}
	return g
}

func custodyStatus(status, why string) Cell {
	c := Cell{Text: strings.ReplaceAll(status, "_", " "), Note: Cut(Clean(why), 120)}
	switch status {
	case custody.Matched:
		c.Tone = Good
	case custody.Differs, custody.Missing:
		c.Tone = Bad
	default:
		c.Tone = Warn
	}
	return c
}

// undecided says what nobody decided about, a line each.
func undecided(b *strings.Builder, entries []scope.Entry, width int) {
	for _, e := range entries {
		if e.Status != scope.Undecided {
			continue
		}
		text := "source " + e.Key + " is neither mapped nor decided about under scope:."
		switch {
		case e.Source != "":
		case e.Table != "":
			text = fmt.Sprintf("no source takes %s %q of %s; map it, or decide about %q under scope:.", yes(e.Hidden, "the hidden sheet", "the table"), Clean(e.Table), Clean(e.File), Clean(e.Key))
		default:
			text = fmt.Sprintf("no source reads the file %s; map it, or decide about it under scope:.", Clean(e.Key))
		}
		b.WriteString(Wrap("Undecided: "+text, width, 2))
	}
}

// scopeGrid lists every table with what becomes of it.
func scopeGrid(entries []scope.Entry) Grid {
	g := Grid{Head: []string{"Table", "", "Reason", "By", "File"}}
	for i, e := range entries {
		if i == custodyMax {
			g.More = fmt.Sprintf("%s more in the JSON report.", Count(len(entries)-i, "table"))
			break
		}
		status := Cell{Text: strings.ReplaceAll(e.Status, "_", " ")}
		switch e.Status {
		case scope.Mapped:
			status.Tone = Good
		case scope.Undecided:
			status.Tone = Bad
		}
		if e.Hidden {
			status.Note = "a hidden sheet"
		}
		g.Rows = append(g.Rows, []Cell{ValueCell(e.Key), status, {Text: Cut(Clean(e.Reason), 240)}, {Text: Cut(Clean(e.By), 60)}, ValueCell(e.File)})
	}
	return g
}
