package view

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/books"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// booksMax is how many books, totals or entries a report shows of each.
const booksMax = 40

// booksText says in a few lines what the sums of the tables give.
func booksText(b *strings.Builder, r *books.Result, opt AuditOptions) {
	if r == nil {
		return
	}
	if len(r.Books) > 0 {
		t := Table{Head: []string{"Accounting", "", "Debit", "Credit", "Off"}, Right: []int{2, 3, 4}, Middle: []int{0}, Width: opt.Width, Indent: 2}
		for i := range r.Books[:min(booksMax, len(r.Books))] {
			k := &r.Books[i]
			t.Rows = append(t.Rows, []string{k.Table, entriesText(k), record.Grouped(k.Debit), record.Grouped(k.Credit), amountDash(k.Balance)})
		}
		b.WriteString("\n" + t.String())
	}
	if len(r.Totals) > 0 {
		t := Table{Head: []string{"Totals", "", "Equal", "Off"}, Right: []int{2, 3}, Middle: []int{0}, Width: opt.Width, Indent: 2}
		for i := range r.Totals[:min(booksMax, len(r.Totals))] {
			k := &r.Totals[i]
			t.Rows = append(t.Rows, []string{k.Header.String(), "= sum of " + k.Lines + ": " + k.Formula, Number(k.Equal), zeroDash(k.Compared - k.Equal)})
		}
		b.WriteString("\n" + t.String())
	}
	if len(r.Declared) > 0 {
		equal := 0
		for _, d := range r.Declared {
			if d.Compared == d.Equal {
				equal++
			}
		}
		b.WriteString("\n" + Wrap(fmt.Sprintf("%s stated by the files, %d of them right.", Count(len(r.Declared), "control total"), equal), opt.Width, 2))
	}
}

func entriesText(k *books.Book) string {
	switch {
	case k.Role == books.TrialBalance:
		return "trial balance " + CutMiddle(Clean(cmp.Or(k.DebitColumn, k.AmountColumn)), 24)
	case k.Entries == 0:
		return "ledger"
	case k.Unbalanced > 0:
		return fmt.Sprintf("%s, %s not balanced", countEntries(k.Entries), Number(k.Unbalanced))
	case k.Unproven > 0:
		return fmt.Sprintf("%s, %s unproven", countEntries(k.Entries), Number(k.Unproven))
	}
	return countEntries(k.Entries) + ", all balanced"
}

func countEntries(n int64) string {
	if n == 1 {
		return "1 entry"
	}
	return Number(n) + " entries"
}

func amountDash(s string) string {
	if strings.Trim(s, "0.-") == "" {
		return "-"
	}
	return record.Grouped(s)
}

// booksSection shows every book, document total and declared control total, and what does not agree.
func booksSection(r *books.Result) Section {
	s := Section{Title: "Sums", Lead: "Accounting tables and whether they balance, documents and their lines, and control totals that files state themselves. All in exact decimals."}
	if len(r.Books) > 0 {
		s.Blocks = append(s.Blocks, bookGrid(r.Books))
	}
	for i := range r.Books[:min(booksMax, len(r.Books))] {
		if k := &r.Books[i]; len(k.Worst)+len(k.PerJournal)+len(k.PerPeriod) > 0 {
			s.Blocks = append(s.Blocks, bookFold(k))
		}
	}
	if len(r.Totals) > 0 {
		s.Blocks = append(s.Blocks, totalGrid(r.Totals))
	}
	for i := range r.Totals[:min(booksMax, len(r.Totals))] {
		if t := &r.Totals[i]; len(t.Examples) > 0 {
			s.Blocks = append(s.Blocks, totalFold(t))
		}
	}
	if len(r.Declared) > 0 {
		s.Blocks = append(s.Blocks, declaredGrid(r.Declared))
	}
	return s
}

func bookGrid(list []books.Book) Grid {
	g := Grid{Head: []string{"Accounting table", "Debit", "Credit", "Difference", "Entries", "Not balanced", "Unreadable", "Why"}, Right: []int{1, 2, 3, 4, 5, 6}}
	for i := range list[:min(booksMax, len(list))] {
		k := &list[i]
		off, unbalanced, unreadable := Cell{Text: amountDash(k.Balance)}, Cell{Text: zeroDash(k.Unbalanced)}, Cell{Text: zeroDash(k.Unreadable)}
		off.Tone, unbalanced.Tone, unreadable.Tone = toneOf(off.Text), toneOf(unbalanced.Text), toneOf(unreadable.Text)
		g.Rows = append(g.Rows, []Cell{{Text: Cut(Clean(k.Table), 60), Note: strings.TrimSpace(strings.ReplaceAll(k.Role, "_", " ") + " " + Cut(Clean(cmp.Or(k.DebitColumn, k.AmountColumn)), 40))}, TextCell(record.Grouped(k.Debit)), TextCell(record.Grouped(k.Credit)),
			off, TextCell(zeroDash(k.Entries)), unbalanced, unreadable, {Text: Cut(Clean(k.Reason), 160), Note: Clean(strings.Join(k.NotComputed, " "))}})
	}
	if n := len(list) - booksMax; n > 0 {
		g.More = fmt.Sprintf("%s more in the JSON report.", Count(n, "table"))
	}
	return g
}

// toneOf is bad for everything but a dash.
func toneOf(s string) string {
	if s == "-" {
		return ""
	}
	return Bad
}

func bookFold(k *books.Book) Fold {
	f := Fold{Title: Cut(Clean(k.Table), 60), Note: "journals and periods"}
	if len(k.Worst) > 0 {
		f.Note = "entries that do not balance, journals and periods"
		g := Grid{Head: []string{"Entry", "Debit", "Credit", "Difference", "Lines", "First line"}, Right: []int{1, 2, 3, 4, 5}}
		for _, e := range k.Worst {
			g.Rows = append(g.Rows, []Cell{ValueCell(e.Key), TextCell(record.Grouped(e.Debit)), TextCell(record.Grouped(e.Credit)), {Text: record.Grouped(e.Difference), Tone: Bad}, NumberCell(e.Lines), NumberCell(max(e.Line, e.Row))})
		}
		f.Blocks = append(f.Blocks, g)
	}
	for _, by := range []struct {
		name   string
		groups []books.Group
	}{{"Journal", k.PerJournal}, {"Period", k.PerPeriod}} {
		if len(by.groups) == 0 {
			continue
		}
		g := Grid{Head: []string{by.name, "Debit", "Credit", "Difference", "Entries", "Not balanced", "Rows"}, Right: []int{1, 2, 3, 4, 5, 6}}
		for _, x := range by.groups[:min(booksMax, len(by.groups))] {
			off := Cell{Text: amountDash(x.Balance)}
			off.Tone = toneOf(off.Text)
			g.Rows = append(g.Rows, []Cell{ValueCell(x.Key), TextCell(record.Grouped(x.Debit)), TextCell(record.Grouped(x.Credit)), off, NumberCell(x.Entries), TextCell(zeroDash(x.Unbalanced)), NumberCell(x.Rows)})
		}
		if n := len(by.groups) - booksMax; n > 0 {
			g.More = fmt.Sprintf("%d more in the JSON report.", n)
		}
		f.Blocks = append(f.Blocks, g)
	}
	return f
}

func totalGrid(list []books.Total) Grid {
	g := Grid{Head: []string{"Total of a document", "Sum over its lines", "Equal", "Different", "Without lines", "Sum of headers", "Sum of lines"}, Right: []int{2, 3, 4, 5, 6}}
	for i := range list[:min(booksMax, len(list))] {
		t := &list[i]
		different, none := Cell{Text: zeroDash(t.Different)}, Cell{Text: zeroDash(t.NoLines)}
		different.Tone, none.Tone = toneOf(different.Text), toneOf(none.Text)
		formula := Cell{Text: Cut(Clean(t.Formula), 80), Mono: true, Note: Cut(Clean(t.Reason), 160)}
		g.Rows = append(g.Rows, []Cell{{Text: Cut(Clean(t.Header.String()), 60), Mono: true}, formula, NumberCell(t.Equal), different, none, TextCell(record.Grouped(t.HeaderSum)), TextCell(record.Grouped(t.LineSum))})
	}
	return g
}

func totalFold(t *books.Total) Fold {
	g := Grid{Head: []string{"Document", "", "Header", "Lines", "Difference", "Line"}, Right: []int{2, 3, 4, 5}}
	for _, e := range t.Examples {
		g.Rows = append(g.Rows, []Cell{ValueCell(e.Key), {Text: strings.ReplaceAll(e.Why, "_", " "), Tone: Bad}, TextCell(record.Grouped(e.Header)), TextCell(record.Grouped(e.LineSum)), TextCell(record.Grouped(e.Difference)), NumberCell(max(e.Line, e.Row))})
	}
	return Fold{Title: Cut(Clean(t.Header.String()), 60), Note: "documents whose total is not that of their lines", Blocks: []Block{g}}
}

func declaredGrid(list []books.Declared) Grid {
	g := Grid{Head: []string{"Stated by the file", "", "Stated", "Counted", "Difference"}, Right: []int{2, 3, 4}}
	for i := range list[:min(booksMax, len(list))] {
		d := &list[i]
		off := Cell{Text: amountDash(d.Difference), Tone: Good}
		if d.Compared != d.Equal {
			off.Tone = Bad
		}
		g.Rows = append(g.Rows, []Cell{{Text: Cut(Clean(d.Table+"."+d.Column), 60), Mono: true, Note: Cut(Clean(d.Key), 40)}, {Text: strings.ReplaceAll(d.What, "_", " "), Note: Cut(Clean(d.Reason), 160)},
			TextCell(record.Grouped(d.Declared)), TextCell(record.Grouped(d.Computed)), off})
	}
	if n := len(list) - booksMax; n > 0 {
		g.More = fmt.Sprintf("%s more in the JSON report.", Count(n, "control total"))
	}
	return g
}
