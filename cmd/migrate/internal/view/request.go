package view

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/custody"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// requestTables is how many tables are described one by one; the CSV file has all columns of all tables.
const requestTables = 200

// Request writes the extraction list as Markdown, to be completed and sent to the data owner. Columns names the CSV file
// that goes with it.
func Request(w io.Writer, q *custody.Request, columns string) error {
	var b strings.Builder
	requestHead(&b, q)
	requestRules(&b)
	requestProof(&b, q)
	if len(q.Missing) > 0 {
		b.WriteString("\n## What we miss\n\n")
		for _, m := range q.Missing {
			b.WriteString("- " + md(m, 400) + "\n")
		}
	}
	requestMend(&b, q)
	requestTablesPart(&b, q, columns)
	_, err := io.WriteString(w, b.String())
	return err
}

func requestHead(b *strings.Builder, q *custody.Request) {
	title := "# What we need from your system"
	if q.Project != "" {
		title += ": " + md(q.Project, 80)
	}
	system := "_(name and version)_"
	if q.System != "" {
		system = md(q.System, 80)
	}
	b.WriteString(title + "\n\n| | |\n|---|---|\n")
	for _, row := range [][2]string{{"Legacy system", system}, {"Data as of", "_(one moment for all tables)_"}, {"Please deliver by", "_(date)_"}, {"To", "_(folder or address)_"}, {"Questions to", "_(name, telephone)_"}} {
		fmt.Fprintf(b, "| %s | %s |\n", row[0], row[1])
	}
	fmt.Fprintf(b, "\nThis list was drawn from what we have: %s. Please deliver all tables again, complete, in one export.\n", requestCount(q))
	if len(q.NotNeeded) > 0 {
		var names []string
		for _, n := range q.NotNeeded {
			names = append(names, fmt.Sprintf("%s (%s)", md(n.Table, 60), md(n.Reason, 120)))
		}
		b.WriteString("\nNot needed again: " + strings.Join(names, "; ") + ".\n")
	}
}

func requestCount(q *custody.Request) string {
	var rows, damaged int64
	for _, t := range q.Tables {
		rows, damaged = rows+t.Rows, damaged+t.Damaged
	}
	text := fmt.Sprintf("%s with %s", Count(len(q.Tables), "table"), Count(rows, "row"))
	if damaged > 0 {
		text += fmt.Sprintf(", %s of which cannot be read", Number(damaged))
	}
	return text
}

func requestRules(b *strings.Builder) {
	b.WriteString(`
## How to write the files

- One CSV file a table, with a header row of the column names. All rows of the table, also inactive and deleted ones where
  the system keeps them.
- UTF-8; comma between values; a value that holds a comma, a quote or a line break in double quotes, a quote within it
  doubled.
- Dates as 2026-01-31, times as 2026-01-31 14:05:00. Numbers with a decimal point, without thousands separators, the minus
  in front.
- Nothing between the commas where there is no value: no NULL, no N/A, no 0000-00-00.
- Codes and numbers exactly as the system has them, with their leading zeros. No titles, no totals, no empty lines.
- Straight from the system: a file that was opened and saved in a spreadsheet program may have changed.
`)
}

func requestProof(b *strings.Builder, q *custody.Request) {
	b.WriteString(`
## How we know that it is complete

Two small files beside the exports. Please make them in the moment of the export, not from the files afterwards:
the number of rows and the totals are what the system itself counts.

1. ` + "`rowcounts.csv`" + `: a line a table, and a further one for each further total.

`)
	b.WriteString("   ```\n   file,rows,columns,control_column,total\n")
	for i, t := range q.Tables {
		if i == requestTables {
			fmt.Fprintf(b, "   ... and so on for %s more\n", Count(len(q.Tables)-i, "table"))
			break
		}
		for _, line := range proofLines(t) {
			b.WriteString("   " + line + "\n")
		}
	}
	b.WriteString("   ```\n\n2. `SHA256SUMS`: the checksum of every file. On Linux or macOS `sha256sum *.csv > SHA256SUMS`, on Windows in PowerShell\n" +
		"   `Get-FileHash *.csv | ForEach-Object { \"$($_.Hash)  $(Split-Path -Leaf $_.Path)\" } > SHA256SUMS`.\n")
	if q.Custody != nil && q.Custody.Completeness != custody.NotEstablished {
		b.WriteString("\nOf the last delivery: " + lower(md(q.Custody.Statement, 400)) + "\n")
	} else {
		b.WriteString("\nThe last delivery came without them, so nobody can say whether it is complete.\n")
	}
}

func lower(s string) string { return strings.ToLower(s[:min(1, len(s))]) + s[min(1, len(s)):] }

// proofLines are the lines of rowcounts.csv for a table, its numbers left open.
func proofLines(t custody.Wanted) []string {
	file := csvText(t.Name + ".csv")
	var out []string
	for _, c := range t.Columns {
		if c.Total {
			out = append(out, fmt.Sprintf("%s,…,%d,%s,…", file, len(t.Columns), csvText(c.Name)))
		}
	}
	if len(out) == 0 {
		out = []string{fmt.Sprintf("%s,…,%d,,", file, len(t.Columns))}
	}
	return out
}

// csvText quotes a text as a CSV file needs it.
func csvText(s string) string {
	s = Clean(s)
	if strings.ContainsAny(s, `",`) {
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}

func requestMend(b *strings.Builder, q *custody.Request) {
	if len(q.Mend) == 0 {
		return
	}
	b.WriteString("\n## What should be mended in your system, or in the export\n\n| Where | What we found | Please |\n|---|---|---|\n")
	for _, m := range q.Mend {
		ask := md(m.Ask, 200)
		if ask == "" {
			ask = "Have a look, and tell us what is right."
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", md(m.Where, 80), md(m.What, 240), ask)
	}
	if q.Left > 0 {
		fmt.Fprintf(b, "\n%s more in the audit report.\n", Count(q.Left, "finding"))
	}
}

func requestTablesPart(b *strings.Builder, q *custody.Request, columns string) {
	fmt.Fprintf(b, "\n## The tables\n\nThe columns of all tables are also in `%s`. Is there a table or a column of use that is not here? Please add it.\n", strings.ReplaceAll(Clean(columns), "`", "'"))
	for i, t := range q.Tables {
		if i == requestTables {
			fmt.Fprintf(b, "\n%s more in the CSV file.\n", Count(len(q.Tables)-i, "table"))
			return
		}
		fmt.Fprintf(b, "\n### %s\n\nIn %s came %s", md(t.Name, 80), md(t.From, 120), Count(t.Rows, "row"))
		if t.Damaged > 0 {
			fmt.Fprintf(b, ", %s of which cannot be read", Number(t.Damaged))
		}
		b.WriteString(". ")
		if len(t.Key) > 0 {
			fmt.Fprintf(b, "A row is identified by %s.\n", md(strings.Join(t.Key, " with "), 120))
		} else {
			b.WriteString("What identifies a row?\n")
		}
		b.WriteString("\n| Column | Type | What it is | Always filled | Control total |\n|---|---|---|---|---|\n")
		for _, c := range t.Columns {
			fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", md(c.Name, 80), c.Type, md(columnRole(c), 120), yes(c.Filled, "yes", ""), yes(c.Total, "please", ""))
		}
	}
}

func columnRole(c custody.WantedColumn) string {
	if !c.Personal {
		return c.Role
	}
	return strings.TrimPrefix(c.Role+", personal data", ", ")
}

// RequestCSV writes the columns of all tables, a line each. Texts that a spreadsheet would take for formulas are quoted.
func RequestCSV(w io.Writer, q *custody.Request) error {
	out := csv.NewWriter(w)
	lines := [][]string{{"table", "file", "column", "type", "what_it_is", "always_filled", "control_total", "rows_so_far"}}
	for _, t := range q.Tables {
		for _, c := range t.Columns {
			lines = append(lines, []string{t.Name, t.Name + ".csv", c.Name, c.Type, columnRole(c), yes(c.Filled, "yes", "no"), yes(c.Total, "yes", "no"), fmt.Sprint(t.Rows)})
		}
	}
	for _, line := range lines {
		cells := slices.Clone(line)
		for i := range cells {
			cells[i] = record.NoFormula(Clean(cells[i]))
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

var mdEscapes = strings.NewReplacer(`\`, `\\`, "|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`, "<", "&lt;", ">", "&gt;", "[", `\[`, "]", `\]`, "#", `\#`, "~", `\~`)

// md makes a text out of files plain text in Markdown, on one line and at most so many characters long.
func md(s string, limit int) string {
	return mdEscapes.Replace(Cut(strings.Join(strings.Fields(Clean(s)), " "), limit))
}
