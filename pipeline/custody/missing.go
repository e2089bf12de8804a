package custody

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// What a letter to a data owner holds at most.
const (
	maxMend    = 60
	maxMissing = 60
	maxOrphans = 3
)

// missing lists what should be there and is not.
func (q *Request) missing(r *profile.Report) {
	q.unread(r)
	if q.Custody != nil {
		for _, f := range q.Custody.Files {
			if f.Status == Missing {
				q.miss("The file %s is in your list of checksums and was not delivered.", lastOf(f.File))
			}
		}
		for _, t := range q.Custody.Tables {
			switch {
			case t.Status == Missing:
				q.miss("%s is in your list of row counts and was not delivered.", t.Table)
			case t.Status == Differs:
				q.miss("%s: you counted %s, we have %s.", t.Table, countOf(t.Want, "row"), record.GroupedInt(t.Got))
			}
		}
	}
	q.orphans(r)
	for i := range r.Sources {
		if s := &r.Sources[i]; !q.spared[s.Name] {
			q.references(r, s)
			q.empty(s)
		}
	}
	if len(q.Missing) > maxMissing {
		rest := len(q.Missing) - maxMissing
		q.Missing = append(q.Missing[:maxMissing], fmt.Sprintf("And %d more; the audit report has them.", rest))
	}
}

func (q *Request) miss(format string, args ...any) {
	q.Missing = append(q.Missing, fmt.Sprintf(format, args...))
}

func (q *Request) unread(r *profile.Report) {
	for _, f := range r.Findings {
		if f.Rule == "source.unreadable" {
			q.miss("The file %s cannot be read: %s.", lastOf(f.File), strings.TrimSuffix(f.Message, "."))
		}
	}
}

// orphans lists values that refer to rows nobody delivered.
func (q *Request) orphans(r *profile.Report) {
	for i := range r.Relations {
		rel := &r.Relations[i]
		if rel.OrphanCount == rel.Explained || q.spared[rel.From.Table] {
			continue
		}
		var names []string
		for _, o := range rel.Orphans[:min(maxOrphans, len(rel.Orphans))] {
			if !strings.Contains(o.Value, "*") { // masked
				names = append(names, o.Value)
			}
		}
		such := ""
		if len(names) > 0 {
			such = ", such as " + strings.Join(names, ", ")
		}
		q.miss("%s has %s (in %s) that %s does not have%s. Where are these rows of %s?", rel.From, countOf(rel.OrphanCount, "value"), countOf(rel.OrphanRows, "row"), rel.To, such, rel.To.Table)
	}
}

// Words that end the name of a reference, and those before them that name no table.
var (
	keyWords     = []string{"id", "no", "nr", "number", "code", "key", "ref", "nummer"}
	notTables    = []string{"postal", "post", "zip", "country", "currency", "language", "lang", "vat", "tax", "phone", "fax", "bar", "mobile", "house", "street", "bank", "iban", "bic", "swift", "line", "pos", "position", "row", "seq", "serial", "document", "doc", "version", "batch", "record", "reference", "lot", "cas", "hs", "tariff", "sort", "short", "search", "external", "legacy", "old", "state", "own", "internal", "security"}
	leastOfTable = 3 // letters
)

// references lists columns that look like references to a table nobody delivered.
func (q *Request) references(r *profile.Report, s *profile.Source) {
	for i := range s.Columns {
		c := &s.Columns[i]
		subject := referenced(c)
		if subject == "" || isKey(s, c.Name) || q.known(r, s, c, subject) {
			continue
		}
		q.miss("%s.%s looks like a reference to a table %q, and no such table was delivered. Is there one?", s.Name, c.Name, subject)
	}
}

// referenced is what a column seems to refer to by its name, "category" for CategoryID; "" where it refers to nothing.
func referenced(c *profile.Column) string {
	words := profile.Words(c.Name)
	if len(words) < 2 || !slices.Contains(keyWords, words[len(words)-1]) || c.Values == 0 || c.Unique || c.Semantic != "" || c.Type == profile.TypeDecimal || c.Type == profile.TypeDate {
		return ""
	}
	subject := words[len(words)-2]
	if len(subject) < leastOfTable || slices.Contains(notTables, subject) {
		return ""
	}
	return subject
}

func isKey(s *profile.Source, column string) bool {
	return slices.ContainsFunc(s.Keys, func(k profile.Key) bool { return slices.Equal(k.Columns, []string{column}) })
}

// known reports whether the column refers to a delivered table, or a table of that name was delivered.
func (q *Request) known(r *profile.Report, s *profile.Source, c *profile.Column, subject string) bool {
	if slices.ContainsFunc(r.Relations, func(rel profile.Relation) bool { return rel.Names(s.Name, c.Name) }) {
		return true
	}
	named := func(table string) bool {
		name := strings.Join(profile.Words(table), "")
		return strings.Contains(name, subject) || strings.Contains(name, strings.TrimSuffix(subject, "y")+"ie")
	}
	return slices.ContainsFunc(r.Sources, func(t profile.Source) bool { return named(t.Name) || named(t.Table) || named(t.Sheet) }) ||
		slices.ContainsFunc(q.NotNeeded, func(n NotNeeded) bool { return named(n.Table) })
}

// empty lists columns without any value.
func (q *Request) empty(s *profile.Source) {
	var names []string
	for i := range s.Columns {
		if c := &s.Columns[i]; c.Values == 0 && s.Rows > s.Quarantined {
			names = append(names, c.Name)
		}
	}
	if len(names) > 0 {
		q.miss("%s: nothing stands in %s. Is that kept elsewhere?", s.Name, some(names))
	}
}

// asks are what a data owner can do about what an audit found, by rule. Rules that are not here speak for themselves.
var asks = map[string]string{
	"table.damaged_rows":           "Export the table again with every value in quotes that holds a delimiter or a line break.",
	"csv.stray_quote":              "Double every quote within a value.",
	"column.replacement_character": "Characters were destroyed on the way: export again as UTF-8, from the system itself.",
	"column.invalid_text":          "Characters were destroyed on the way: export again as UTF-8, from the system itself.",
	"column.mojibake":              "Characters were converted twice: export again as UTF-8, from the system itself.",
	"column.control_characters":    "Remove the control characters, or say what they are for.",
	"column.lost_zeros":            "A spreadsheet took leading zeros away: export from the system, and do not open the file in one.",
	"column.exponents":             "A spreadsheet rounded long numbers: export from the system, and do not open the file in one.",
	"column.null_words":            "Leave the value empty where there is none.",
	"column.mixed_date_order":      "Write every date as year-month-day: 2026-01-31.",
	"column.date_layouts":          "Write every date as year-month-day: 2026-01-31.",
	"column.date_ambiguous":        "Write every date as year-month-day: 2026-01-31.",
	"column.future_dates":          "See whether these dates are right.",
	"column.ancient_dates":         "See whether these dates are right.",
	"column.open_end_dates":        "Leave the date empty where there is no end.",
	"column.mixed_decimals":        "Write numbers with a decimal point and without thousands separators.",
	"column.number_ambiguous":      "Write numbers with a decimal point and without thousands separators.",
	"column.minus_after":           "Write the minus in front of the number.",
	"column.breaks_type":           "Mend these values in the system, or say what they mean.",
	"table.duplicate_rows":         "Say whether these rows are meant to be there twice.",
	"table.near_duplicate_rows":    "Say whether these rows are meant to be there twice.",
	"table.header_rows":            "Leave headers that are repeated out of the export.",
	"table.total_rows":             "Leave totals out of the table; we want them as control totals.",
	"table.no_key":                 "Say which columns identify a row, or add one that does.",
	"table.key_not_unique":         "Say which columns identify a row, or add one that does.",
	"table.unnamed_columns":        "Give every column a name.",
}

// ours are rules about how we read files; nobody else can do anything about them.
var ours = []string{"xml.other_rows", "xml.nothing_repeats", "xml.same_name", "table.empty_columns", "source.unreadable"}

// mend lists the findings a data owner can do something about. What is missing is asked for elsewhere, and what only
// concerns how we read the files is ours to solve.
func (q *Request) mend(r *profile.Report) {
	for _, f := range r.Findings {
		area, _, _ := strings.Cut(f.Rule, ".")
		switch {
		case f.Severity.Rank() > record.Warning.Rank(), area == "custody", area == "relation", slices.Contains(ours, f.Rule), q.spared[f.Table]:
			continue
		case len(q.Mend) == maxMend:
			q.Left++
			continue
		}
		where := cmp.Or(f.Table, lastOf(f.File))
		if f.Column != "" {
			where += "." + f.Column
		}
		if f.Line > 0 {
			where += fmt.Sprintf(", line %d", f.Line)
		}
		q.Mend = append(q.Mend, Mend{Where: where, What: f.Message, Ask: asks[f.Rule], Rows: f.Rows})
	}
}
