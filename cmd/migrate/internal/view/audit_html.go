package view

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// What a report shows at most, so that it stays below 2 MB whatever the data. What is left out is said, and stands in
// the JSON.
const (
	auditMaxFindings  = 250
	auditMaxTables    = 200
	auditMaxColumns   = 600 // over all tables
	auditMaxRelations = 200
	auditMaxBytes     = 1_900_000 // of the sections; folds are left out beyond
)

// AuditHTML writes the audit as one page that opens without a network.
func AuditHTML(w io.Writer, a *pipeline.AuditReport) error {
	r := a.Report
	sections := []Section{auditOverview(r), auditFindingSection(r), auditTableSection(r)}
	if len(r.Relations) > 0 {
		sections = append(sections, auditRelationSection(r))
	}
	if k := a.Books; k != nil && len(k.Books)+len(k.Totals)+len(k.Declared) > 0 {
		sections = append(sections, booksSection(k))
	}
	if d := a.Duplicates; d != nil && len(d.Models) > 0 {
		sections = append(sections, duplicateSection(d))
	}
	if a.Fit != nil && len(a.Fit.Tables) > 0 {
		sections = append(sections, fitSections(a.Fit)...)
	}
	sections = append(sections, auditColumnSection(r))
	if a.Custody != nil {
		sections = append(sections, Section{Title: "Custody", Lead: "Whether the files are what was extracted, and all of it.", Blocks: custodyBlocks(a.Custody)})
	}
	if err := shorten(sections, auditMaxBytes); err != nil {
		return err
	}
	return Page(w, "Audit of the legacy data", auditHeadline(r), sections...)
}

func auditOverview(r *profile.Report) Section {
	files, rows, quarantined := auditTotals(r)
	tone := func(n int64, tone string) string {
		if n == 0 {
			return Good
		}
		return tone
	}
	errors, warnings := int64(r.Count(record.Error)+r.Count(record.Blocker)), int64(r.Count(record.Warning))
	tiles := Tiles{
		{Figure: Number(files), Name: "files"},
		{Figure: Number(len(r.Sources)), Name: "tables"},
		{Figure: Number(rows), Name: "rows"},
		{Figure: Number(quarantined), Name: "damaged rows", Tone: tone(quarantined, Bad)},
		{Figure: Number(errors), Name: "errors", Tone: tone(errors, Bad)},
		{Figure: Number(warnings), Name: "warnings", Tone: tone(warnings, Warn)},
	}
	if n := unreadable(r); n > 0 {
		tiles = slices.Insert(tiles, 1, Tile{Figure: Number(n), Name: "files not readable", Tone: Bad})
	}
	s := Section{Title: "At a glance", Blocks: []Block{tiles}}
	if r.Masked {
		s.Blocks = append(s.Blocks, Para("Personal data is masked in this report."))
	}
	return s
}

func severityTone(s record.Severity) string {
	switch s {
	case record.Blocker, record.Error:
		return Bad
	case record.Warning:
		return Warn
	}
	return Dim
}

func auditFindingSection(r *profile.Report) Section {
	s := Section{Title: "Findings", Lead: "Worst first. One row stands for all rows of its kind in that place."}
	if len(r.Findings) == 0 {
		s.Lead = "Nothing was found wrong."
		return s
	}
	g := Grid{Head: []string{"", "Where", "What", "Rows"}, Right: []int{3}}
	groups := groupFindings(r.Findings)
	for i, group := range groups {
		if len(g.Rows) >= auditMaxFindings {
			g.More = fmt.Sprintf("%s more in the JSON report.", Count(len(groups)-i, "kind"))
			break
		}
		g.Rows = append(g.Rows, auditFindingRows(r, group)...)
	}
	s.Blocks = []Block{g}
	return s
}

// auditFindingRows writes a few findings of a kind one by one, and many as one row that lists where they stand.
func auditFindingRows(r *profile.Report, g *findingGroup) [][]Cell {
	const few, named = 4, 24
	var rows [][]Cell
	if len(g.all) <= few {
		for _, f := range g.all {
			rows = append(rows, auditFindingRow(r, f))
		}
		return rows
	}
	row := auditFindingRow(r, g.first)
	places := otherPlaces(g)
	list := strings.Join(places[:min(named, len(places))], ", ")
	if len(places) > named {
		list += fmt.Sprintf(" and %d more", len(places)-named)
	}
	row[1].Note = strings.TrimSpace(row[1].Note + " and " + Count(len(places), "other place"))
	row[2].Note = strings.TrimSpace("Also " + list + ". " + row[2].Note)
	if g.rows > 0 {
		row[3] = NumberCell(g.rows)
	}
	return [][]Cell{row}
}

func auditFindingRow(r *profile.Report, f record.Finding) []Cell {
	where := Cell{Text: CutMiddle(Clean(cmp.Or(f.Table, f.File)), 48), Note: CutMiddle(Clean(f.Column), 48), Mono: true, Link: tableID(r, f.Table)}
	if own, file := ownName(r, f.Table); own != "" {
		where.Text, where.Note = own, strings.TrimSuffix("of "+file+", "+where.Note, ", ")
	}
	if f.Line > 0 {
		where.Note = strings.TrimPrefix(where.Note+", line "+Number(f.Line), ", ")
	}
	rows := Cell{}
	if f.Rows > 0 {
		rows = NumberCell(f.Rows)
	}
	return []Cell{{Text: string(f.Severity), Tone: severityTone(f.Severity)}, where, {Text: Cut(Clean(f.Message+rawOf(f)), 240), Note: Cut(Clean(f.Hint), 240)}, rows}
}

// ownName is what a file calls one of its tables, and the file, where the two together would fill lines of a narrow column.
func ownName(r *profile.Report, name string) (own, file string) {
	const long = 30
	if len(name) <= long {
		return "", ""
	}
	for i := range r.Sources {
		if s := &r.Sources[i]; s.Name == name && s.Table != "" && s.Table != name {
			return CutMiddle(Clean(s.Table), long), CutMiddle(baseName(s.File), long)
		}
	}
	return "", ""
}

// tableID is the anchor of a table's part of the page; "" for a table that is not shown.
func tableID(r *profile.Report, name string) string {
	for i := range r.Sources[:min(auditMaxTables, len(r.Sources))] {
		if r.Sources[i].Name == name {
			return fmt.Sprintf("t%d", i+1)
		}
	}
	return ""
}

func auditTableSection(r *profile.Report) Section {
	s := Section{Title: "Tables"}
	g := Grid{Head: []string{"Table", "File", "Rows", "Damaged", "Duplicates", "Columns", "Key"}, Right: []int{2, 3, 4, 5}}
	most := int64(1)
	for i := range r.Sources {
		most = max(most, r.Sources[i].Rows)
	}
	for i := range r.Sources[:min(auditMaxTables, len(r.Sources))] {
		t := &r.Sources[i]
		bad := Cell{Text: zeroDash(t.Quarantined)}
		if t.Quarantined > 0 {
			bad.Tone = Bad
		}
		twins := Cell{Text: zeroDash(t.DuplicateRows)}
		if t.DuplicateRows > 0 {
			twins.Tone = Warn
		}
		rows := NumberCell(t.Rows)
		rows.Bar = float64(t.Rows) / float64(most)
		g.Rows = append(g.Rows, []Cell{{Text: CutMiddle(Clean(t.Name), 48), Link: fmt.Sprintf("t%d", i+1)}, {Text: baseName(t.File), Mono: true, Note: formatText(t)},
			rows, bad, twins, NumberCell(int64(len(t.Columns))), {Text: Cut(keyText(t), 60), Mono: true}})
	}
	if n := len(r.Sources) - auditMaxTables; n > 0 {
		g.More = fmt.Sprintf("%s more in the JSON report.", Count(n, "table"))
	}
	s.Blocks = []Block{g}
	return s
}

func baseName(path string) string {
	return CutMiddle(Clean(path[strings.LastIndexAny(path, `/\`)+1:]), 48)
}

func formatText(s *profile.Source) string {
	parts := []string{s.Format}
	if s.Sheet != "" {
		parts = append(parts, "sheet "+s.Sheet)
	}
	if s.Encoding != "" {
		parts = append(parts, s.Encoding)
	}
	if s.Dialect.Delimiter != "" {
		parts = append(parts, "delimiter "+delimiterName(s.Dialect.Delimiter))
	}
	return Cut(Clean(strings.Join(parts, ", ")), 80)
}

func delimiterName(d string) string {
	switch d {
	case "\t":
		return "tab"
	case " ":
		return "blank"
	}
	return d
}

func auditRelationSection(r *profile.Report) Section {
	g := Grid{Head: []string{"Column", "Stands in", "Covered", "Missing values", "Why"}, Right: []int{2, 3}}
	for i := range r.Relations[:min(auditMaxRelations, len(r.Relations))] {
		rel := &r.Relations[i]
		covered := Cell{Text: Percent(rel.Coverage), Bar: rel.Coverage, Tone: Good}
		missing := Cell{Text: zeroDash(rel.OrphanCount)}
		if rel.OrphanCount > 0 {
			covered.Tone, missing.Note = Bad, orphanNote(rel)
			if rel.Explained == rel.OrphanCount {
				covered.Tone = Warn
			}
		}
		g.Rows = append(g.Rows, []Cell{nameCell(rel.From.String()), nameCell(rel.To.String()), covered, missing,
			{Text: Cut(Clean(rel.Reason), 120), Note: "confidence " + Percent(rel.Confidence)}})
	}
	if n := len(r.Relations) - auditMaxRelations; n > 0 {
		g.More = fmt.Sprintf("%s more in the JSON report.", Number(n))
	}
	order := Cut(Clean(strings.Join(r.LoadOrder, ", ")), 4_000)
	return Section{Title: "How the tables hang together", Lead: "Columns whose values stand in the key of another table.",
		Blocks: []Block{g, Para("Load in this order: " + order + ".")}}
}

// nameCell holds a name of a table and its column, whose ends tell it from others.
func nameCell(s string) Cell { return Cell{Text: CutMiddle(Clean(s), 56), Mono: true} }

func orphanNote(rel *profile.Relation) string {
	var values []string
	for _, o := range rel.Orphans[:min(3, len(rel.Orphans))] {
		values = append(values, Cut(Clean(o.Value), 20))
	}
	note := strings.Join(values, ", ")
	if rel.OrphanCount > int64(len(values)) {
		note += ", …"
	}
	switch {
	case rel.Explained == rel.OrphanCount:
		note += " (in damaged rows)"
	case rel.Explained > 0:
		note += fmt.Sprintf(" (%d in damaged rows)", rel.Explained)
	}
	return note
}

func auditColumnSection(r *profile.Report) Section {
	s := Section{Title: "Columns", Lead: "Open a table to see its columns. Formats: A and a stand for letters, 9 for a digit."}
	left := auditMaxColumns
	for i := range r.Sources[:min(auditMaxTables, len(r.Sources))] {
		t := &r.Sources[i]
		n := min(left, len(t.Columns))
		left -= n
		g := auditColumnGrid(t, n, r.Masked)
		if hidden := len(t.Columns) - n; hidden > 0 {
			g.More = fmt.Sprintf("%s more in the JSON report.", Count(hidden, "column"))
		}
		blocks := []Block{Para("SHA-256 " + t.SHA256), g}
		s.Blocks = append(s.Blocks, Fold{ID: fmt.Sprintf("t%d", i+1), Title: CutMiddle(Clean(t.Name), 72), Note: fmt.Sprintf("%s, %s", Count(t.Rows, "row"), Count(len(t.Columns), "column")), Blocks: blocks, Open: len(r.Sources) == 1})
	}
	return s
}

func auditColumnGrid(t *profile.Source, n int, masked bool) Grid {
	g := Grid{Head: []string{"Column", "Type", "Filled", "Different", "From – to", "Most frequent", "Formats"}, Right: []int{2, 3}}
	sound := max(1, t.Rows-t.Quarantined)
	for i := range t.Columns[:n] {
		c := &t.Columns[i]
		filled := Cell{Text: Percent(float64(c.Values) / float64(sound)), Bar: float64(c.Values) / float64(sound)}
		if len(c.NullWords) > 0 {
			filled.Note = "“" + Cut(Clean(c.NullWords[0].Value), 12) + "” " + Number(c.NullWords[0].Rows)
		}
		different := NumberCell(c.Distinct)
		if c.Approximate {
			different.Text = "~" + different.Text
		}
		if c.Unique && c.Values == sound && c.Values > 1 {
			different.Note = "unique"
		}
		span, top := rangeCell(c), Cell{Text: countText(c.Top, 3, 28), Mono: true}
		if masked && c.Personal {
			// Asterisks tell a reader nothing that the formats do not.
			span.Text, span.Mono, span.Tone, top = "masked", false, Dim, Cell{Text: "masked", Tone: Dim}
		}
		g.Rows = append(g.Rows, []Cell{{Text: Cut(Clean(c.Name), 40), Mono: true, Note: columnNote(c)}, {Text: c.Type, Note: typeNote(c)}, filled, different,
			span, top, {Text: countText(c.Masks, 3, 24), Mono: true}})
	}
	return g
}

func columnNote(c *profile.Column) string {
	var parts []string
	if c.Semantic != "" {
		parts = append(parts, c.Semantic)
	}
	if c.Personal {
		parts = append(parts, "personal")
	}
	return strings.Join(append(parts, shortRules(c.Findings)...), ", ")
}

// shortRules turns "column.null_words" into "null words".
func shortRules(rules []string) []string {
	var out []string
	for _, r := range rules {
		_, name, _ := strings.Cut(r, ".")
		out = append(out, strings.ReplaceAll(name, "_", " "))
	}
	return out
}

func typeNote(c *profile.Column) string {
	var parts []string
	switch {
	case c.Layout != "":
		parts = append(parts, c.Layout)
	case c.Point == ",":
		parts = append(parts, "decimal comma")
	case c.Digits:
		parts = append(parts, "digits with leading zeros")
	}
	if c.Confidence < 1 {
		parts = append(parts, Percent(c.Confidence))
	}
	return strings.Join(parts, ", ")
}

func rangeCell(c *profile.Column) Cell {
	if c.Type == profile.TypeEmpty || c.Type == profile.TypeBoolean {
		return Cell{}
	}
	cell := Cell{Text: Cut(Clean(c.Min), 24) + " – " + Cut(Clean(c.Max), 24), Mono: true}
	if c.Min == c.Max {
		cell.Text = Cut(Clean(c.Min), 48)
	}
	if c.Sum != "" {
		cell.Note = "sum " + Cut(c.Sum, 30)
	} else if c.Type == profile.TypeText {
		cell.Note = fmt.Sprintf("%d–%d characters", c.MinLength, c.MaxLength)
	}
	return cell
}

func countText(list []profile.Count, n, width int) string {
	var parts []string
	for _, v := range list[:min(n, len(list))] {
		parts = append(parts, fmt.Sprintf("%s ×%s", Cut(Clean(v.Value), width), Number(v.Rows)))
	}
	if len(list) > n {
		parts = append(parts, "…")
	}
	return strings.Join(parts, " · ")
}
