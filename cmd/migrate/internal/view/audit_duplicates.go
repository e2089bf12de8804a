package view

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/linkage"
)

// duplicateGroups is how many groups a report shows, and groupMembers how many rows of each.
const (
	duplicateGroups = 60
	groupMembers    = 12
)

// duplicateSection shows the groups of rows that look like one party or product, the surest first, with the values that
// speak for and against it.
func duplicateSection(r *linkage.Result) Section {
	s := Section{Title: "Near-duplicates", Lead: "Rows that look like one party or one product. These are proposals: nothing is merged, and people decide."}
	if len(r.Groups) == 0 {
		s.Lead = "No two rows look like one party or one product."
		return s
	}
	s.Blocks = append(s.Blocks, Para(fmt.Sprintf("%s with %s, out of %s compared.", Count(r.Found, "group"), Count(r.Rows, "row"), Count(r.Compared, "pair"))))
	for i := range r.Groups[:min(duplicateGroups, len(r.Groups))] {
		s.Blocks = append(s.Blocks, duplicateFold(&r.Groups[i]))
	}
	if n := r.Found - duplicateGroups; n > 0 {
		s.Blocks = append(s.Blocks, Para(fmt.Sprintf("%s more in the workbook and the JSON report.", Count(n, "group"))))
	}
	return s
}

func duplicateFold(g *linkage.Group) Fold {
	rows := Grid{Head: []string{"Table", "Key", "Line", ""}, Right: []int{2}}
	for i, m := range g.Members[:min(groupMembers, len(g.Members))] {
		keep := Cell{}
		if i == g.Keep {
			keep = Cell{Text: "has the most values", Tone: Good}
		}
		rows.Rows = append(rows.Rows, []Cell{TextCell(Cut(Clean(m.Table), 40)), ValueCell(m.Key), NumberCell(max(m.Line, m.Row)), keep})
	}
	if n := g.Size - groupMembers; n > 0 {
		rows.More = fmt.Sprintf("%s more.", Count(n, "row"))
	}
	blocks := []Block{rows}
	for _, p := range g.Pairs[:min(3, len(g.Pairs))] {
		blocks = append(blocks, Para(pairTitle(g, &p)), pairGrid(&p))
	}
	return Fold{Title: fmt.Sprintf("%d. %s", g.Number, Cut(Clean(memberName(g, 0)), 50)), Note: fmt.Sprintf("%s, %s: %s", Count(g.Size, "row"), Percent(g.Probability), Cut(Clean(g.Reason), 160)), Blocks: blocks}
}

func memberName(g *linkage.Group, i int) string {
	if i >= len(g.Members) {
		return "row " + strconv.Itoa(i+1)
	}
	m := g.Members[i]
	if m.Key != "" {
		return m.Table + " " + m.Key
	}
	return fmt.Sprintf("%s row %d", m.Table, m.Row)
}

func pairTitle(g *linkage.Group, p *linkage.Pair) string {
	return fmt.Sprintf("%s and %s: %s", Clean(memberName(g, p.A)), Clean(memberName(g, p.B)), Clean(p.Reason))
}

// pairGrid is one pair field by field; a weight above 0 speaks for one party.
func pairGrid(p *linkage.Pair) Grid {
	g := Grid{Head: []string{"Field", "One", "The other", "", "Weight"}, Right: []int{4}}
	for _, f := range p.Fields {
		weight := Cell{Text: fmt.Sprintf("%+.1f", f.Weight), Tone: Good}
		if f.Weight < 0 {
			weight.Tone = Warn
		}
		g.Rows = append(g.Rows, []Cell{TextCell(roleName(f.Role)), ValueCell(f.A), ValueCell(f.B), TextCell(f.Level), weight})
	}
	return g
}

func roleName(r linkage.Role) string { return strings.ReplaceAll(string(r), "_", " ") }
