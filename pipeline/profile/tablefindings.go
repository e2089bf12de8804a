package profile

import (
	"fmt"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

func (t *table) findings(s *Source) []record.Finding {
	var fs []record.Finding
	add := func(severity record.Severity, rule string, rows int64, at sample, hint, format string, args ...any) {
		fs = append(fs, record.Finding{Severity: severity, Rule: rule, Rows: rows, Row: at.row, Line: at.line, Hint: hint,
			Message: fmt.Sprintf(format, args...)})
	}
	if t.rows == 0 {
		add(record.Warning, "table.no_rows", 0, sample{}, "Ask the data owner whether the table is meant to be empty.", "the table has no rows")
		return fs
	}
	for _, d := range t.damage {
		add(record.Error, "table.damaged_rows", d.count, sample{row: d.row, line: d.line},
			"They are kept in quarantine. Have the file exported again, or mend them in a corrections file.",
			"%s cannot be read: %s", rowsOf(d.count), d.reason)
	}
	if n := t.twins.count; n > 0 {
		add(record.Warning, "table.duplicate_rows", n, sampleAt(t.twins.second), "Ask whether they are one thing exported twice, or two equal things.",
			"%s equal to an earlier row, the first to row %d", isAre(n), sampleAt(t.twins.first).row)
	}
	if n := s.NearDuplicate; n > 0 {
		add(record.Warning, "table.near_duplicate_rows", n, rowOnly(t.near.second), "Most likely one thing entered twice: ask, or merge them in the mapping.",
			"%s equal to an earlier row but for case and blanks, the first to row %d", isAre(n), rowOnly(t.near.first).row)
	}
	if n := t.headerRows; n > 0 {
		add(record.Warning, "table.header_rows", n, t.headers[0], "Several exports were joined into one file: check that none is missing.",
			"%s the header once more", rowsRepeat(n))
	}
	if n := t.total; n > 0 {
		add(record.Warning, "table.total_rows", n, t.totals[0], "Exclude them in the mapping with a where and a reason.",
			"%s a total and no record (%q)", isAre(n), t.totals[0].text)
	}
	if len(s.Keys) == 0 && !t.opt.NoKeys && t.rows-t.quarantined > 1 {
		fs = append(fs, t.noKey(s)...)
	}
	fs = append(fs, t.declaredKey(s)...)
	fs = append(fs, t.columnGroups(s)...)
	for i, c := range t.columns {
		fs = append(fs, c.findings(&s.Columns[i], t)...)
	}
	return fs
}

// noKey says that nothing identifies a row, or what would but for the rows that are there twice. Where a key's values
// are repeated in rows that differ, the column's own finding says so.
func (t *table) noKey(s *Source) []record.Finding {
	f := record.Finding{Severity: record.Warning, Rule: "table.no_key", Message: "no column and no set of up to four columns identifies a row",
		Hint: "Without a key a record cannot be found again: ask for one, or name the columns in key:."}
	for i, c := range t.columns {
		twice, _ := c.almostKey(&s.Columns[i], t.name, t.rows-t.quarantined)
		switch {
		case twice > t.twins.count:
			return nil
		case twice > 0:
			f.Message = fmt.Sprintf("no column identifies a row; %s would, but for %s equal to another", c.name, rowsThat(twice))
			f.Hint = "Leave the equal rows out in the mapping, or have the file exported without them."
		}
	}
	return []record.Finding{f}
}

func rowsThat(n int64) string {
	if n == 1 {
		return "1 row that is"
	}
	return fmt.Sprintf("%d rows that are", n)
}

// columnGroups says once a table which columns are empty, constant or without a name.
func (t *table) columnGroups(s *Source) []record.Finding {
	var empty, constant []string
	unnamed := int64(0)
	for i := range s.Columns {
		c := &s.Columns[i]
		switch {
		case c.Name == "":
			unnamed++
		case c.Type == TypeEmpty:
			empty = append(empty, c.Name)
		case c.Distinct == 1 && !c.Approximate && c.Values == t.rows-t.quarantined && t.rows > 2:
			constant = append(constant, c.Name)
		}
	}
	var fs []record.Finding
	add := func(rule, message, hint string) {
		fs = append(fs, record.Finding{Severity: record.Note, Rule: rule, Message: message, Hint: hint})
	}
	if len(empty) > 0 {
		add("table.empty_columns", fmt.Sprintf("%s without a value: %s", columnsOf(len(empty)), listOf(empty)), "They need not be mapped.")
	}
	if len(constant) > 0 {
		add("table.constant_columns", fmt.Sprintf("%s with one value in all rows: %s", columnsOf(len(constant)), listOf(constant)),
			"Usually a client or company code: ignore it with a reason, or map it as a constant.")
	}
	if unnamed > 0 {
		add("table.unnamed_columns", fmt.Sprintf("%s without a name", columnsOf(int(unnamed))), "Name the columns under columns: in migrate.yaml.")
	}
	return fs
}

func rowsOf(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return fmt.Sprintf("%d rows", n)
}

func isAre(n int64) string {
	if n == 1 {
		return "1 row is"
	}
	return fmt.Sprintf("%d rows are", n)
}

func rowsRepeat(n int64) string {
	if n == 1 {
		return "1 row repeats"
	}
	return fmt.Sprintf("%d rows repeat", n)
}

func columnsOf(n int) string {
	if n == 1 {
		return "1 column"
	}
	return fmt.Sprintf("%d columns", n)
}

func listOf(names []string) string {
	if len(names) > 8 {
		return strings.Join(names[:8], ", ") + fmt.Sprintf(" and %d more", len(names)-8)
	}
	return strings.Join(names, ", ")
}

// rowOnly is a position of which only the row was kept, and no line.
func rowOnly(at uint64) sample { return sample{row: sampleAt(at).row} }
