package books

import (
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// controlColumns are the columns in which files state the totals of their own lines.
var controlColumns = []struct {
	what  string
	names []string
}{
	{ControlEntries, []string{"numberofentries", "numberoftransactions", "nbofntries", "nbofentries", "entrycount", "transactioncount", "anzahlbuchungen", "antalltransaksjoner"}},
	{ControlDebit, []string{"totaldebit", "totaldebitamount", "debittotal", "sumdebit", "totaldebet", "sumdebet", "summesoll", "totaldebito", "totaldebe", "totaldare"}},
	{ControlCredit, []string{"totalcredit", "totalcreditamount", "credittotal", "sumcredit", "totalkredit", "sumkredit", "summehaben", "totalcredito", "totalhaber", "totalavere"}},
}

// mostControls is how many rows of a table of control totals are compared; a file states one a section.
const mostControls = 500

// control is one row of control totals, with what the lines give.
type control struct {
	row, line      int64
	values         map[string]string // what -> as stated
	amounts        map[string]amount
	debit, credit  amount
	entries, lines int64
	unreadable     int64
}

// declared compares the totals that files state about themselves with the sums of their lines.
func (a *auditor) declared() error {
	for _, t := range a.tables {
		columns := map[string]*column{}
		for _, k := range controlColumns {
			if found := t.named(k.names, func(c *column) bool { return c.level == 0 && c.filled() && c.numeric() }); len(found) > 0 {
				columns[k.what] = found[0]
			}
		}
		if len(columns) == 0 || columns[ControlDebit] == nil && columns[ControlCredit] == nil && columns[ControlEntries] == nil {
			continue
		}
		l := a.journalUnder(t)
		if l == nil {
			continue
		}
		if err := a.compareControls(t, columns, l); err != nil {
			return err
		}
	}
	return a.openingAndClosing()
}

// journalUnder is the journal that a table's control totals are about: the one nested in it, else the only one of the
// same file.
func (a *auditor) journalUnder(t *table) *ledger {
	var inFile []*ledger
	for _, l := range a.ledger {
		if l.table == t || l.role != Journal || l.table.Input != t.Input {
			continue
		}
		if slices.Contains(l.table.up, t) {
			return l
		}
		inFile = append(inFile, l)
	}
	if len(inFile) == 1 && t.Rows == 1 {
		return inFile[0]
	}
	return nil
}

func (a *auditor) compareControls(t *table, columns map[string]*column, l *ledger) error {
	var controls []*control
	err := t.lines(a.ctx, 0, mostControls, func(ln *line) bool {
		c := &control{row: ln.Row, line: ln.Line, values: map[string]string{}, amounts: map[string]amount{}}
		for what, col := range columns {
			if v, r := col.amount(ln); r == fine {
				c.amounts[what], c.values[what] = v, v.String()
			} else if r == garbled {
				text, _ := col.text(ln)
				c.values[what] = strings.Clone(text)
			}
		}
		controls = append(controls, c)
		return true
	})
	if err != nil {
		return err
	}
	if level := slices.Index(l.table.up, t); level >= 0 {
		err = a.sumUnder(l, level, controls)
	} else {
		b := &a.result.Books[l.book]
		controls[0].debit, controls[0].credit, controls[0].entries, controls[0].lines, controls[0].unreadable = amountOf(record.MustDecimal(b.Debit)), amountOf(record.MustDecimal(b.Credit)), b.Entries, b.Rows, b.Unreadable
	}
	if err != nil {
		return err
	}
	for _, c := range controls {
		for _, k := range controlColumns {
			if text, ok := c.values[k.what]; ok {
				a.control(t, columns[k.what], l, c, k.what, text)
			}
		}
	}
	if t.Rows > mostControls {
		a.find(t.place(record.Finding{Severity: record.Warning, Rule: "declared.many", Rows: t.Rows - mostControls, Message: fmt.Sprintf("only the first %s of %s rows with control totals were compared", record.GroupedInt(mostControls), record.GroupedInt(t.Rows))}, 0, 0))
	}
	return nil
}

// sumUnder adds up the lines below each row of control totals, and counts the entries.
func (a *auditor) sumUnder(l *ledger, level int, controls []*control) error {
	byRow := map[int64]*control{}
	for _, c := range controls {
		byRow[c.row] = c
	}
	for _, half := range l.halves() {
		if err := half.table.lines(a.ctx, max(level+1, half.depth()), 0, func(ln *line) bool {
			c := byRow[ln.up[level]]
			if c == nil || ln.skip() {
				return true
			}
			c.lines++
			d, k, r := half.read(ln)
			if r == garbled {
				c.unreadable++
			}
			c.debit.add(d)
			c.credit.add(k)
			return true
		}); err != nil {
			return err
		}
	}
	if level == 0 || len(l.entry) != 1 || l.entry[0].at != l.table.link {
		return nil
	}
	// Entries are rows of their own in such a file, and some may have no lines.
	return l.table.parent.lines(a.ctx, level, 0, func(ln *line) bool {
		if c := byRow[ln.up[level-1]]; c != nil {
			c.entries++
		}
		return true
	})
}

func (a *auditor) control(t *table, col *column, l *ledger, c *control, what, text string) {
	d := Declared{Table: t.Name, Column: col.label, What: what, Of: l.table.Name, Row: c.row, Line: c.line, Declared: text, Compared: 1}
	stated, ok := c.amounts[what]
	var is amount
	switch what {
	case ControlDebit:
		is, d.Reason = c.debit, "sum of the debits of the lines"
	case ControlCredit:
		is, d.Reason = c.credit, "sum of the credits of the lines"
	default:
		is, d.Reason = amount{units: c.entries * unit}, "number of entries"
		if lines := (amount{units: c.lines * unit}); ok && !stated.equal(is) && stated.equal(lines) || c.entries == 0 {
			is, d.Reason = lines, "number of lines"
		}
	}
	d.Computed = is.String()
	if ok {
		d.Difference = stated.minus(is).String()
		if stated.equal(is) {
			d.Equal = 1
		}
	}
	a.result.Declared = append(a.result.Declared, d)
	if d.Equal == 1 {
		return
	}
	f := record.Finding{Severity: record.Error, Rule: "declared.different", Column: col.Name, Raw: text,
		Message: fmt.Sprintf("the file declares %s %s in %s, its lines give %s (%s)", controlName(what), record.Grouped(text), col.Name, record.Grouped(d.Computed), d.Reason),
		Hint:    "The extract is not the whole of what was exported, or was changed since: ask for a new one."}
	if c.unreadable > 0 {
		f.Hint = fmt.Sprintf("%s an amount that cannot be read: mend them first.", rowsHave(c.unreadable))
	}
	a.find(t.place(f, c.row, c.line))
}

func controlName(what string) string {
	switch what {
	case ControlDebit:
		return "a total debit of"
	case ControlCredit:
		return "a total credit of"
	}
	return "a number of entries of"
}
