package custody

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors/rawfile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// partColumn is the column that a table made of several files has beside theirs.
const partColumn = "_file"

// subject is what an entry of a list of row counts is about.
type subject struct {
	table  int // index of the table; -1 where there is none
	part   bool
	status string // Missing or NotCompared, where table is -1
	why    string
}

// tables compares every table with its row counts and control totals, and says which tables no list has.
func (c *checker) tables(ctx context.Context) error {
	if len(c.counts) == 0 {
		return nil
	}
	own, parts := map[int][]listed[count]{}, map[int][]listed[count]{}
	var lost []Table
	seen := map[string]bool{}
	for _, n := range c.counts {
		s := c.subject(n)
		switch {
		case s.table < 0:
			if key := strings.ToLower(n.entry.name + "#" + n.entry.sheet); !seen[key] {
				seen[key] = true
				lost = append(lost, Table{Table: label(n.entry), Status: s.status, Why: s.why, Want: n.entry.rows, Got: -1, At: c.at(n.list, n.entry.line)})
			}
		case s.part:
			parts[s.table] = append(parts[s.table], n)
		default:
			own[s.table] = append(own[s.table], n)
		}
	}
	for i := range c.in.Tables {
		t, err := c.table(ctx, &c.in.Tables[i], own[i], parts[i])
		if err != nil {
			return err
		}
		c.report.Tables = append(c.report.Tables, t)
	}
	c.report.Tables = append(c.report.Tables, lost...)
	c.tableFindings()
	return nil
}

func label(n count) string {
	if n.sheet != "" {
		return n.name + "#" + n.sheet
	}
	return n.name
}

// subject finds the table an entry names: by its name in the report, by its file, or by its file and sheet.
func (c *checker) subject(n listed[count]) subject {
	file, sheet, _ := strings.Cut(n.entry.name, "#")
	if n.entry.sheet != "" {
		sheet = n.entry.sheet
	}
	var tables, parts []int
	for _, i := range c.called(file) {
		t := &c.in.Tables[i]
		switch {
		case sheet == "" && strings.EqualFold(t.Name, file), c.about(n.list, file, t.File) && (sheet == "" || strings.EqualFold(t.Sheet, sheet) || strings.EqualFold(t.Table, sheet)):
			tables = append(tables, i)
		case slices.ContainsFunc(t.Parts, func(p string) bool { return c.about(n.list, file, p) }):
			parts = append(parts, i)
		case sheet == "" && (strings.EqualFold(t.Sheet, file) || strings.EqualFold(t.Table, file)):
			tables = append(tables, i)
		}
	}
	if named := slices.IndexFunc(tables, func(i int) bool { return strings.EqualFold(c.in.Tables[i].Name, file) }); named >= 0 && len(tables) > 1 {
		tables = tables[named : named+1]
	}
	switch {
	case len(tables) == 1:
		return subject{table: tables[0]}
	case len(tables) > 1:
		return subject{table: -1, status: NotCompared, why: fmt.Sprintf("%d tables are in it: name one as %s#%s", len(tables), filepath.Base(file), or(c.in.Tables[tables[0]].Sheet, c.in.Tables[tables[0]].Table))}
	case len(parts) == 1:
		return subject{table: parts[0], part: true}
	case len(parts) == 0 && c.locate(n.list, file) == "":
		return subject{table: -1, status: Missing}
	}
	return subject{table: -1, status: NotCompared, why: "it is there and was not read"}
}

// called lists the tables that a name may be about, in their order.
func (c *checker) called(name string) []int {
	out := slices.Concat(c.callable[strings.ToLower(name)], c.callable[strings.ToLower(lastOf(name))])
	slices.Sort(out)
	return slices.Compact(out)
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// about reports whether a name in a list means a file: by its path, its name, or its name without endings.
func (c *checker) about(list, name, file string) bool {
	name = strings.ToLower(strings.TrimPrefix(slashes(name), "./"))
	path := strings.ToLower(filepath.ToSlash(absolute(file)))
	if strings.Contains(name, "/") {
		for _, tail := range tails(name) {
			if strings.HasSuffix(path, "/"+tail) {
				return strings.Contains(tail, "/") || c.single(tail)
			}
		}
		return false
	}
	base := filepath.Base(path)
	return name == base && c.nearest(list, file) || name == strings.ToLower(rawfile.Stem(file)) && c.nearest(list, file)
}

// single reports whether only one file has that name.
func (c *checker) single(base string) bool { return len(c.named[strings.ToLower(base)]) < 2 }

// nearest reports whether of all files of that name this is the one beside the list, or the only one.
func (c *checker) nearest(list, file string) bool {
	base := filepath.Base(file)
	return c.single(base) || filepath.Dir(absolute(file)) == filepath.Dir(absolute(list))
}

// table compares one table.
func (c *checker) table(ctx context.Context, t *TableFact, own, parts []listed[count]) (Table, error) {
	out := Table{Table: t.Name, File: c.shown(t.File), Status: NotListed, Want: -1, Got: t.Rows}
	for _, n := range own {
		if n.entry.rows >= 0 {
			c.rows(&out, n.entry.rows, n.entry.lines, c.at(n.list, n.entry.line))
		}
		columns := len(t.Columns)
		if slices.Contains(t.Columns, partColumn) {
			columns--
		}
		if n.entry.columns > 0 && out.Columns != Differs {
			if out.Columns = Matched; n.entry.columns != columns {
				out.Columns = Differs
				c.find(record.Finding{Severity: record.Blocker, Rule: "custody.columns_differ", Table: t.Name, File: out.File, At: c.at(n.list, n.entry.line),
					Message: fmt.Sprintf("%s has %s, the list says %d", t.Name, countOf(int64(columns), "column"), n.entry.columns),
					Hint:    "Find out whether columns were left out, or whether the file is divided wrongly."})
			}
		}
		if n.entry.control != "" {
			total, err := c.total(ctx, t, n)
			if err != nil {
				return out, err
			}
			out.Totals = append(out.Totals, total)
		}
	}
	if out.Want < 0 && len(parts) > 0 {
		c.parts(&out, t, parts)
	}
	return out, nil
}

// rows compares a count with what was read. Of several counts of one table the one that differs decides.
func (c *checker) rows(out *Table, want int64, lines bool, at string) {
	if out.Status == Differs {
		return
	}
	out.Want, out.At, out.Status = want, at, Differs
	if want == out.Got || lines && want == out.Got+1 {
		out.Status = Matched
	}
}

// parts adds up the counts of the files a table is made of.
func (c *checker) parts(out *Table, t *TableFact, parts []listed[count]) {
	var sum int64
	counted := map[string]bool{}
	slack := int64(0)
	for _, n := range parts {
		key := strings.ToLower(lastOf(n.entry.name))
		if n.entry.rows < 0 || counted[key] {
			continue
		}
		counted[key], sum = true, sum+n.entry.rows
		if n.entry.lines {
			slack++
		}
	}
	out.At = c.at(parts[0].list, parts[0].entry.line)
	if len(counted) < len(t.Parts) {
		out.Status, out.Why = NotCompared, fmt.Sprintf("%d of its %d files are counted", len(counted), len(t.Parts))
		return
	}
	out.Want, out.Status = sum, Differs
	if sum == out.Got || slack > 0 && sum == out.Got+slack {
		out.Status = Matched
	}
}

// total compares a control total with the sum of its column.
func (c *checker) total(ctx context.Context, t *TableFact, n listed[count]) (Total, error) {
	out := Total{Column: n.entry.control, Want: n.entry.total, Status: NotCompared, At: c.at(n.list, n.entry.line), damaged: t.Damaged}
	i := slices.IndexFunc(t.Columns, func(name string) bool { return strings.EqualFold(name, out.Column) })
	if i < 0 {
		out.Why = "there is no such column"
		return out, nil
	}
	out.Column = t.Columns[i]
	if t.Sum == nil {
		out.Why = "it was not added up"
		return out, nil
	}
	sum, why, err := t.Sum(ctx, out.Column)
	if err != nil || why != "" {
		out.Why = why
		return out, err
	}
	out.Got, out.Status = sum.String(), Differs
	readings := readTotal(out.Want)
	if len(readings) == 0 {
		out.Status, out.Why = NotCompared, "the total is no number"
	}
	for _, want := range readings {
		if want.Cmp(sum) == 0 {
			out.Status = Matched
		}
	}
	return out, nil
}

// The two ways to write a number: with a decimal point, and with a decimal comma.
var (
	withPoint = regexp.MustCompile(`^[+-]?(\d+|\d{1,3}(,\d{3})+)?(\.\d+)?$`)
	withComma = regexp.MustCompile(`^[+-]?(\d+|\d{1,3}(\.\d{3})+)?(,\d+)?$`)
)

// readTotal reads a total in every way it can be meant: 1.234 may be a number of thousands or of thousandths. Either one
// of the readings is exactly the column's sum, or none is.
func readTotal(text string) []record.Decimal {
	text = strings.NewReplacer(" ", "", "'", "", "\u00a0", "", "\u202f", "").Replace(strings.TrimSpace(text))
	var out []record.Decimal
	for _, style := range []struct {
		fits *regexp.Regexp
		drop *strings.Replacer
	}{{withPoint, strings.NewReplacer(",", "")}, {withComma, strings.NewReplacer(".", "", ",", ".")}} {
		if !style.fits.MatchString(text) {
			continue
		}
		if d, err := record.ParseDecimal(style.drop.Replace(text)); err == nil && !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return out
}

func (c *checker) tableFindings() {
	var unlisted []string
	for i := range c.report.Tables {
		t := &c.report.Tables[i]
		f := record.Finding{Table: t.Table, File: t.File, At: t.At}
		switch t.Status {
		case NotListed:
			unlisted = append(unlisted, t.Table)
		case Missing:
			f.Severity, f.Rule, f.Table = record.Error, "custody.table_missing", ""
			f.Message, f.Hint = t.Table+" is in the list of row counts and was not delivered", "Ask for the table."
			c.find(f)
		case NotCompared:
			f.Severity, f.Rule, f.Hint = record.Warning, "custody.rows_not_compared", "Mend the list of row counts, or compare the count by hand."
			f.Message = fmt.Sprintf("the row count of %s cannot be compared: %s", t.Table, t.Why)
			c.find(f)
		case Differs:
			f.Severity, f.Rule = record.Blocker, "custody.rows_differ"
			f.Message = fmt.Sprintf("%s has %s, the extractor counted %s", t.Table, countOf(t.Got, "row"), record.GroupedInt(t.Want))
			f.Hint = "Have the table extracted again; what is missing here is missing in Odoo, and every total would agree."
			if t.Want == t.Got+1 {
				f.Hint = "If the header was counted, too, ask for a count without it. Else: " + strings.ToLower(f.Hint[:1]) + f.Hint[1:]
			}
			c.find(f)
		}
		c.totalFindings(t)
	}
	if len(unlisted) > 0 {
		c.find(record.Finding{Severity: record.Warning, Rule: "custody.rows_not_listed", Rows: 0,
			Message: fmt.Sprintf("no row count came for %s: %s", countOf(int64(len(unlisted)), "table"), some(unlisted)), Hint: "Ask for the counts of all tables."})
	}
}

func (c *checker) totalFindings(t *Table) {
	for _, total := range t.Totals {
		f := record.Finding{Table: t.Table, File: t.File, Column: total.Column, At: total.At}
		switch total.Status {
		case Differs:
			f.Severity, f.Rule = record.Blocker, "custody.total_differs"
			f.Message = fmt.Sprintf("%s adds up to %s, the extractor's control total is %s", total.Column, record.Grouped(total.Got), record.Grouped(total.Want))
			f.Hint = "Find out which rows or digits are missing before anything is mapped."
			if total.damaged > 0 {
				f.Hint = fmt.Sprintf("The values of %s that cannot be read are not in the sum; mend them first.", countOf(total.damaged, "row"))
			}
		case NotCompared:
			f.Severity, f.Rule = record.Error, "custody.total_not_compared"
			f.Message = fmt.Sprintf("the control total of %s cannot be compared: %s", total.Column, total.Why)
			f.Hint = "Mend the list of row counts, or the column."
		default:
			continue
		}
		c.find(f)
	}
}

// some lists the first names.
func some(names []string) string {
	if len(names) > 8 {
		return strings.Join(names[:8], ", ") + fmt.Sprintf(" and %d more", len(names)-8)
	}
	return strings.Join(names, ", ")
}

func countOf(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return record.GroupedInt(n) + " " + noun + "s"
}
