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

// AuditOptions say how much of an audit is shown.
type AuditOptions struct {
	Width  int      // of text; 0 is DefaultWidth
	Groups int      // groups of findings in text; 0 is 10
	Files  []string // what was written beside and where, a sentence each, for the end of the text
}

// AuditText writes the summary of an audit for a terminal: how much there is, the worst findings, the tables, and how
// they hang together.
func AuditText(w io.Writer, a *pipeline.AuditReport, opt AuditOptions) error {
	r := a.Report
	if opt.Width == 0 {
		opt.Width = DefaultWidth
	}
	if opt.Groups == 0 {
		opt.Groups = 10
	}
	var b strings.Builder
	b.WriteString(Wrap(auditHeadline(r), opt.Width, 0))
	fs := familiesOf(r.Sources)
	auditFindings(&b, fs.findings(r.Findings), opt)
	auditTables(&b, a, fs, opt)
	auditRelations(&b, r, fs, opt)
	booksText(&b, a.Books, opt)
	if a.Fit != nil && a.Fit.Server != "" {
		b.WriteString(fitText(a.Fit, fs, opt.Width))
	}
	custodyText(&b, a.Custody, opt.Width)
	if r.Masked {
		b.WriteString("\n" + Wrap("Personal data is masked; --show-personal-data shows it.", opt.Width, 0))
	}
	if len(opt.Files) > 0 {
		b.WriteString("\n")
	}
	for _, f := range opt.Files {
		b.WriteString(Wrap(f, opt.Width, 0))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func auditHeadline(r *profile.Report) string {
	files, rows, quarantined := auditTotals(r)
	text := fmt.Sprintf("%s, %s, %s", Count(files, "file"), Count(len(r.Sources), "table"), Count(rows, "row"))
	if quarantined > 0 {
		text += fmt.Sprintf(", %s of them damaged", Number(quarantined))
	}
	if n := unreadable(r); n > 0 {
		text += fmt.Sprintf("; %s cannot be read", Count(n, yes(files > 0, "more file", "file")))
	}
	return text + "; " + severityCounts(r) + "."
}

// unreadable counts the files that are no table of the report.
func unreadable(r *profile.Report) (n int) {
	for _, f := range r.Findings {
		if f.Rule == "source.unreadable" {
			n++
		}
	}
	return n
}

func auditTotals(r *profile.Report) (files int, rows, quarantined int64) {
	seen := map[string]bool{}
	for i := range r.Sources {
		s := &r.Sources[i]
		if !seen[s.File] {
			seen[s.File] = true
			files++
		}
		rows += s.Rows
		quarantined += s.Quarantined
	}
	return files, rows, quarantined
}

func severityCounts(r *profile.Report) string {
	var parts []string
	for _, s := range []record.Severity{record.Blocker, record.Error, record.Warning, record.Note} {
		if n := r.Count(s); n > 0 {
			parts = append(parts, Count(n, string(s)))
		}
	}
	if len(parts) == 0 {
		return "nothing found wrong"
	}
	return strings.Join(parts, ", ")
}

// findingGroup is all findings of one rule and severity.
type findingGroup struct {
	first record.Finding
	all   []record.Finding
	rows  int64
}

// groupFindings joins the findings of one rule, worst first as they come. Those about files that say different things are
// told apart.
func groupFindings(fs []record.Finding) []*findingGroup {
	var groups []*findingGroup
	index := map[string]*findingGroup{}
	for _, f := range fs {
		key := string(f.Severity) + " " + f.Rule
		if f.Table == "" { // about a file, or all of them: what is said of one need not hold for the next
			key += " " + strings.ReplaceAll(f.Message, cmp.Or(f.File, " "), "")
		}
		g := index[key]
		if g == nil {
			g = &findingGroup{first: f}
			index[key] = g
			groups = append(groups, g)
		}
		g.all = append(g.all, f)
		g.rows += f.Rows
	}
	return groups
}

// notEstablished is the rule of the finding that the text says at its end, not among what is wrong.
const notEstablished = "custody.not_established"

func auditFindings(b *strings.Builder, all []record.Finding, opt AuditOptions) {
	groups := groupFindings(slices.DeleteFunc(slices.Clone(all), func(f record.Finding) bool { return f.Rule == notEstablished }))
	if len(groups) == 0 {
		return
	}
	b.WriteString("\nFindings, worst first\n")
	for i, g := range groups {
		if i == opt.Groups || i >= 3 && g.first.Severity == record.Note {
			rest := 0
			for _, h := range groups[i:] {
				rest += len(h.all)
			}
			fmt.Fprintf(b, "\n  and %s of %s", Count(rest, "finding"), Count(len(groups)-i, "other kind"))
			if len(opt.Files) == 0 {
				b.WriteString("; --html FILE writes them all")
			}
			b.WriteString("\n")
			return
		}
		const margin, mostMessage = 11, 400
		lead := fmt.Sprintf("  %-*s", margin-2, g.first.Severity)
		text := Wrap(placed(g.first)+Cut(g.first.Message, mostMessage)+rawOf(g.first), opt.Width, margin)
		b.WriteString("\n" + lead + text[margin:])
		if rest := also(g); rest != "" {
			b.WriteString(Wrap(rest, opt.Width, margin))
		}
		if g.first.Hint != "" {
			b.WriteString(Wrap("→ "+g.first.Hint, opt.Width, margin))
		}
	}
}

// place names where a finding stands: table, column and line, or the file where it is about no table.
func place(f record.Finding) string {
	const longest = 48
	text := f.File
	if f.Table != "" {
		text = CutMiddle(Clean(f.Table), longest)
	}
	if f.Column != "" {
		text += "." + CutMiddle(Clean(f.Column), longest)
	}
	if f.Line > 0 {
		text += fmt.Sprintf(" (line %d)", f.Line)
	}
	return text
}

// placed is place with a colon behind it, and nothing where the message names the file.
func placed(f record.Finding) string {
	at := place(f)
	if at == "" || f.Table == "" && (strings.HasPrefix(f.Message, f.File+" ") || strings.Contains(f.Message, "file "+f.File)) {
		return ""
	}
	return at + ": "
}

// rawOf gives an example of the finding's rows, where the message has none.
func rawOf(f record.Finding) string {
	switch {
	case f.Raw == "" || strings.Contains(f.Message, f.Raw) || strings.HasPrefix(f.Rule, "declared."):
		return ""
	case f.Rows == 0:
		return fmt.Sprintf(": “%s”", Cut(Clean(f.Raw), 60))
	}
	return fmt.Sprintf(", such as “%s”", Cut(Clean(f.Raw), 40))
}

// also lists the other places of a group, the first few by name.
func also(g *findingGroup) string {
	const named = 4
	places := otherPlaces(g)
	if len(places) == 0 {
		return ""
	}
	text := "also " + strings.Join(places[:min(named, len(places))], ", ")
	if len(places) > named {
		text += fmt.Sprintf(" and %d more", len(places)-named)
	}
	return text
}

// otherPlaces names the places of a group but the first, each with its rows. How many more there are in the first comes
// before them.
func otherPlaces(g *findingGroup) []string {
	var places []string
	seen := map[string]bool{}
	at := func(f record.Finding) string {
		f.Line = 0
		return place(f)
	}
	first, here := at(g.first), 0
	for _, f := range g.all[1:] {
		p := at(f)
		if p == first {
			here++
		}
		if p == first || seen[p] {
			continue
		}
		seen[p] = true
		p = CutMiddle(Clean(p), 60)
		if f.Rows > 0 {
			p += " (" + Number(f.Rows) + ")"
		}
		places = append(places, p)
	}
	if here > 0 {
		places = slices.Insert(places, 0, fmt.Sprintf("%d more there", here))
	}
	return places
}

// auditTables has a line a table; the model is the one its rows look like.
func auditTables(b *strings.Builder, a *pipeline.AuditReport, fs *families, opt AuditOptions) {
	if len(a.Sources) == 0 {
		return
	}
	shown := fs.largest(mostTables)
	t := Table{Head: []string{"Table", "Rows", "Damaged", "Dupl.", "Cols", "Key", "Looks like"}, Right: []int{1, 2, 3, 4}, Middle: []int{0, 5}, Width: opt.Width, Indent: 2}
	damaged, equal := false, false
	for _, f := range shown {
		damaged, equal = damaged || f.damaged > 0, equal || f.equal > 0
		t.Rows = append(t.Rows, []string{f.name, Number(f.rows), zeroDash(f.damaged), zeroDash(f.equal), Number(len(f.first.Columns)), f.key(), fittedModel(a, f.first.Name)})
	}
	// A column of nothing but dashes takes room from the names.
	if !equal {
		t.drop(3)
	}
	if !damaged {
		t.drop(2)
	}
	b.WriteString("\n" + t.String())
	if n := len(fs.list) - len(shown); n > 0 {
		fmt.Fprintf(b, "  and %s\n", Count(n, "smaller table"))
	}
	if fs.several() {
		b.WriteString(Wrap("×2 and so on: the table stands in so many files of one shape; its rows are added up here.", opt.Width, 2))
	}
}

func zeroDash(n int64) string {
	if n == 0 {
		return "-"
	}
	return Number(n)
}

func keyText(s *profile.Source) string {
	if len(s.Keys) == 0 {
		return "none"
	}
	return strings.Join(s.Keys[0].Columns, " + ")
}

func auditRelations(b *strings.Builder, r *profile.Report, fs *families, opt AuditOptions) {
	if len(r.Relations) == 0 {
		return
	}
	const most = 20
	// Where they are not all shown, those with missing values are.
	all := fs.relations(r.Relations)
	shown := slices.SortedStableFunc(slices.Values(all), func(x, y profile.Relation) int { return cmp.Compare(y.OrphanRows, x.OrphanRows) })
	if len(shown) <= most {
		shown = all
	}
	const mostOrder = 16
	t := Table{Head: []string{"References", "", "Covered", "Missing"}, Right: []int{2}, Middle: []int{0, 1}, Width: opt.Width, Indent: 2}
	for i := range shown[:min(most, len(shown))] {
		rel := &shown[i]
		t.Rows = append(t.Rows, []string{rel.From.String(), "→ " + rel.To.String(), Percent(rel.Coverage), missingText(rel)})
	}
	b.WriteString("\n")
	_, _ = t.WriteTo(b)
	if len(all) > most {
		fmt.Fprintf(b, "  and %d more\n", len(all)-most)
	}
	names := fs.names(r.LoadOrder)
	order := make([]string, min(mostOrder, len(names)))
	for i := range order {
		order[i] = CutMiddle(Clean(names[i]), 40)
	}
	text := strings.Join(order, ", ")
	if n := len(names) - mostOrder; n > 0 {
		text += " and " + Count(n, "more table")
	}
	b.WriteString("\n" + Wrap("Load in this order: "+text, opt.Width, 2))
}

func missingText(rel *profile.Relation) string {
	switch {
	case rel.OrphanCount == 0:
		return ""
	case rel.Explained == rel.OrphanCount:
		return fmt.Sprintf("%d (damaged)", rel.OrphanCount)
	case rel.Explained > 0:
		return fmt.Sprintf("%d (%d damaged)", rel.OrphanCount, rel.Explained)
	}
	return Number(rel.OrphanCount)
}
