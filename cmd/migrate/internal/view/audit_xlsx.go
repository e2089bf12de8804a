package view

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors/xlsxfile"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/linkage"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// workbookTables is how many tables get a sheet of their own; Excel becomes unusable with many more.
const workbookTables = 200

// AuditWorkbook writes the audit as an Excel workbook for business people: an overview, all findings, what looks like a
// duplicate, and a sheet a table with its columns.
func AuditWorkbook(w io.Writer, a *pipeline.AuditReport) error {
	sheets := []xlsxfile.Sheet{{}, findingSheet(a.Report)}
	if a.Duplicates != nil && len(a.Duplicates.Groups) > 0 {
		sheets = append(sheets, duplicateSheet(a.Duplicates))
	}
	first := len(sheets)
	for i := range a.Sources[:min(workbookTables, len(a.Sources))] {
		sheets = append(sheets, columnSheet(a, &a.Sources[i]))
	}
	sheets[0] = overviewSheet(a, nil)
	sheets[0] = overviewSheet(a, xlsxfile.SheetNames(sheets)[first:])
	return xlsxfile.WriteBook(w, sheets)
}

func rowsOfCells(rows [][]xlsxfile.Cell) func(func([]xlsxfile.Cell) bool) { return slices.Values(rows) }

func textX(s string) xlsxfile.Cell                     { return xlsxfile.Cell{Text: s} }
func toneX(s string, tone xlsxfile.Tone) xlsxfile.Cell { return xlsxfile.Cell{Text: s, Tone: tone} }
func numberX(n int64) xlsxfile.Cell {
	return xlsxfile.Cell{Text: strconv.FormatInt(n, 10), Number: true}
}

// badX is a count that should be 0.
func badX(n int64, tone xlsxfile.Tone) xlsxfile.Cell {
	c := numberX(n)
	if n > 0 {
		c.Tone = tone
	}
	return c
}

// overviewSheet has a row a table; names are those of the tables' own sheets, which it links to.
func overviewSheet(a *pipeline.AuditReport, names []string) xlsxfile.Sheet {
	s := xlsxfile.Sheet{Name: "Overview", Freeze: true, Notes: []string{"Audit of the legacy data: " + auditHeadline(a.Report)},
		Head: []string{"Table", "File", "Sheet", "Format", "Rows", "Damaged", "Duplicates", "Columns", "Key", "Odoo model"}}
	if a.Masked {
		s.Notes = append(s.Notes, "Personal data is masked.")
	}
	if a.Custody != nil {
		s.Notes = append(s.Notes, a.Custody.Statement)
	}
	var rows [][]xlsxfile.Cell
	for i := range a.Sources {
		t := &a.Sources[i]
		name := textX(t.Name)
		if i < len(names) {
			name.Link = "'" + strings.ReplaceAll(names[i], "'", "''") + "'!A1"
		}
		rows = append(rows, []xlsxfile.Cell{name, textX(t.File), textX(t.Sheet), textX(formatText(t)), numberX(t.Rows), badX(t.Quarantined, xlsxfile.Bad),
			badX(t.DuplicateRows, xlsxfile.Warn), numberX(int64(len(t.Columns))), textX(keyText(t)), textX(fittedModel(a, t.Name))})
	}
	s.Rows = rowsOfCells(rows)
	return s
}

func fittedModel(a *pipeline.AuditReport, table string) string {
	if a.Fit == nil {
		return ""
	}
	for i := range a.Fit.Tables {
		if t := &a.Fit.Tables[i]; t.Table == table {
			model, _ := fitModel(t)
			return model
		}
	}
	return ""
}

func findingSheet(r *profile.Report) xlsxfile.Sheet {
	s := xlsxfile.Sheet{Name: "Findings", Freeze: true, Head: []string{"Severity", "Table", "Column", "Row", "Line", "Rows", "Finding", "Example", "What to do", "Rule", "File"},
		Widths: []float64{10, 0, 0, 0, 0, 0, 60, 0, 60}}
	tones := map[record.Severity]xlsxfile.Tone{record.Blocker: xlsxfile.Bad, record.Error: xlsxfile.Bad, record.Warning: xlsxfile.Warn, record.Note: xlsxfile.Dim}
	s.Rows = func(yield func([]xlsxfile.Cell) bool) {
		for _, f := range r.Findings {
			if !yield([]xlsxfile.Cell{toneX(string(f.Severity), tones[f.Severity]), textX(f.Table), textX(f.Column), placeX(f.Row), placeX(f.Line), numberX(max(1, f.Rows)),
				textX(f.Message), textX(f.Raw), textX(f.Hint), textX(f.Rule), textX(f.File)}) {
				return
			}
		}
	}
	return s
}

// placeX is a row or line, blank where there is none.
func placeX(n int64) xlsxfile.Cell {
	if n == 0 {
		return xlsxfile.Cell{}
	}
	return numberX(n)
}

// duplicateSheet lists the rows of every group with what speaks for it.
func duplicateSheet(r *linkage.Result) xlsxfile.Sheet {
	s := xlsxfile.Sheet{Name: "Near-duplicates", Freeze: true, Head: []string{"Group", "Probability", "Table", "Key", "Row", "Keep?", "Why"},
		Notes: []string{"Rows that look like one party or product. Nothing is merged; people decide."}, Widths: []float64{0, 0, 0, 0, 0, 0, 80}}
	s.Rows = func(yield func([]xlsxfile.Cell) bool) {
		for i := range r.Groups {
			g := &r.Groups[i]
			for j, m := range g.Members {
				keep := xlsxfile.Cell{}
				if j == g.Keep {
					keep = toneX("proposed", xlsxfile.Good)
				}
				if !yield([]xlsxfile.Cell{numberX(int64(g.Number)), textX(Percent(g.Probability)), textX(m.Table), textX(m.Key), placeX(m.Row), keep, textX(g.Reason)}) {
					return
				}
			}
		}
	}
	return s
}

// columnSheet has a row a column of a table.
func columnSheet(a *pipeline.AuditReport, t *profile.Source) xlsxfile.Sheet {
	s := xlsxfile.Sheet{Name: t.Name, Freeze: true, Head: []string{"Column", "Type", "Meaning", "Personal", "Filled", "Nulls", "Blanks", "Different", "Smallest", "Median", "Largest",
		"Sum", "Shortest", "Longest", "Most frequent", "Formats", "Findings", "Odoo field"},
		Notes: []string{fmt.Sprintf("%s, %s of %s", t.Name, Count(t.Rows, "row"), t.File), "SHA-256 " + t.SHA256}}
	fields := fieldsOf(a, t.Name)
	masked := a.Masked
	s.Rows = func(yield func([]xlsxfile.Cell) bool) {
		for i := range t.Columns {
			c := &t.Columns[i]
			if !yield(columnCells(c, masked, fields[c.Name])) {
				return
			}
		}
	}
	return s
}

func columnCells(c *profile.Column, masked bool, field string) []xlsxfile.Cell {
	different := numberX(c.Distinct)
	if c.Approximate {
		different = textX("about " + Number(c.Distinct))
	}
	hide := func(s string) xlsxfile.Cell {
		if masked && c.Personal && s != "" {
			return toneX("masked", xlsxfile.Dim)
		}
		return textX(s)
	}
	personal := xlsxfile.Cell{}
	if c.Personal {
		personal = textX("yes")
	}
	median := ""
	for _, q := range c.Quantiles {
		if q.Percent == 50 {
			median = q.Value
		}
	}
	return []xlsxfile.Cell{textX(c.Name), textX(strings.TrimSpace(c.Type + " " + typeNote(c))), textX(c.Semantic), personal, numberX(c.Values), numberX(c.Nulls), numberX(c.Blanks), different,
		hide(c.Min), hide(median), hide(c.Max), {Text: c.Sum, Number: c.Sum != ""}, numberX(int64(c.MinLength)), numberX(int64(c.MaxLength)),
		hide(countText(c.Top, 3, 40)), textX(countText(c.Masks, 3, 40)), toneX(strings.Join(shortRules(c.Findings), ", "), cmp.Or(warnIf(len(c.Findings) > 0), "")), textX(field)}
}

func warnIf(bad bool) xlsxfile.Tone {
	if bad {
		return xlsxfile.Warn
	}
	return ""
}

// fieldsOf maps a table's columns to the fields they may fill.
func fieldsOf(a *pipeline.AuditReport, table string) map[string]string {
	out := map[string]string{}
	if a.Fit == nil {
		return out
	}
	for i := range a.Fit.Tables {
		t := &a.Fit.Tables[i]
		if t.Table != table || t.Model() == "" {
			continue
		}
		for j := range t.Columns {
			if f := t.Columns[j].Field(); f != nil {
				out[t.Columns[j].Column] = fmt.Sprintf("%s (%s)", f.Field, Percent(f.Confidence))
			}
		}
	}
	return out
}
