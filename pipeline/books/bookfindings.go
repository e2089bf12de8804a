package books

import (
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// bookFindings says what is wrong with a book.
func (a *auditor) bookFindings(t *tally) {
	a.entryFindings(t)
	a.sumFinding(t)
	a.groupFindings(t)
	b := t.b
	if b.Unreadable > 0 {
		f := record.Finding{Severity: record.Error, Rule: "book.unreadable_amount", Rows: b.Unreadable, Column: t.garbledColumn, Raw: t.garbledText,
			Message: fmt.Sprintf("%s an amount or a side that cannot be read; %s in no sum here", rowsHave(b.Unreadable), isAre(b.Unreadable)),
			Hint:    "Mend these cells: an entry with such a line cannot be proven to balance."}
		f = t.garbledTable.place(f, t.garbled.Row, t.garbled.Line)
		a.find(fileOf(f, t.garbled.file))
	}
	if b.Damaged > 0 && (b.Unbalanced > 0 || !t.sumDebit.equal(t.sumCredit)) {
		a.find(t.table.place(record.Finding{Severity: record.Warning, Rule: "book.damaged_rows", Rows: b.Damaged,
			Message: fmt.Sprintf("%s of this accounting table could not be read and %s in no sum; what does not balance may be in them", rows(b.Damaged), isAre(b.Damaged)),
			Hint:    "Mend the damaged rows first, then look at the balances again."}, 0, 0))
	}
}

func fileOf(f record.Finding, file string) record.Finding {
	if file != "" {
		f.File = file
	}
	return f
}

func (a *auditor) entryFindings(t *tally) {
	b := t.b
	if b.Unbalanced == 0 {
		return
	}
	w := b.Worst[0]
	a.find(t.table.place(record.Finding{Severity: record.Error, Rule: "book.entry_unbalanced", Rows: b.Unbalanced, Column: strings.Join(b.EntryColumns, ", "), Raw: w.Key,
		Message: fmt.Sprintf("%s of %s entries %s not balance; the largest difference is in %s: debit %s, credit %s, difference %s", record.GroupedInt(b.Unbalanced), record.GroupedInt(b.Entries), doesDo(b.Unbalanced), w.Key, record.Grouped(w.Debit), record.Grouped(w.Credit), record.Grouped(w.Difference)),
		Hint:    "Odoo accepts no entry that does not balance. Ask for the missing lines, or correct the amounts."}, w.Row, w.Line))
}

// sumFinding judges the whole table: a trial balance, or a ledger without entries. Where entries balance, it does too.
func (a *auditor) sumFinding(t *tally) {
	b := t.b
	if t.role == Journal && (len(t.entry) > 0 || t.kind == AmountBetweenBooked) || t.sumDebit.equal(t.sumCredit) {
		return
	}
	f := record.Finding{Severity: record.Error, Rule: "book.unbalanced", Column: b.DebitColumn + b.AmountColumn,
		Message: fmt.Sprintf("debit %s and credit %s differ by %s", record.Grouped(b.Debit), record.Grouped(b.Credit), record.Grouped(b.Balance)),
		Hint:    "Ask for the accounts or lines that are missing; books that do not balance cannot be carried over."}
	if t.role == TrialBalance {
		f.Rule = "book.trial_balance"
		f.Message = fmt.Sprintf("%s do not add up to zero: debit %s, credit %s, difference %s", t.balances(), record.Grouped(b.Debit), record.Grouped(b.Credit), record.Grouped(b.Balance))
	} else if t.confidence < 0.8 {
		f.Severity = record.Warning
		f.Hint = "If this is an extract of some accounts, that is as it should be; otherwise ask for the lines that are missing."
	}
	a.find(t.table.place(f, 0, 0))
}

func (t *tally) balances() string {
	switch {
	case t.opening:
		return "the opening balances of the accounts"
	case t.closing:
		return "the closing balances of the accounts"
	}
	return "the balances of the accounts"
}

// groupFindings names journals and periods that do not balance although nothing in them says why: an entry has lines in
// two of them. Where entries are out of balance themselves, those have been named.
func (a *auditor) groupFindings(t *tally) {
	b := t.b
	if b.Unbalanced+b.Unproven > 0 || t.kind == AmountBetweenBooked || !t.sumDebit.equal(t.sumCredit) {
		return
	}
	for _, g := range []struct {
		rule, what, column string
		list               []Group
	}{{"book.journal_unbalanced", "journal", b.JournalColumn, b.PerJournal}, {"book.period_unbalanced", "period", cmpOr(b.PeriodColumn, b.DateColumn), b.PerPeriod}} {
		i := slices.IndexFunc(g.list, func(x Group) bool { return x.Balance != "0" })
		if i < 0 {
			continue
		}
		n := int64(0)
		for _, x := range g.list {
			if x.Balance != "0" {
				n++
			}
		}
		a.find(t.table.place(record.Finding{Severity: record.Warning, Rule: g.rule, Rows: n, Column: g.column, Raw: g.list[i].Key,
			Message: fmt.Sprintf("%s of %s %ss %s not balance, although the table does; the first is %q: debit %s, credit %s", record.GroupedInt(n), record.GroupedInt(int64(len(g.list))), g.what, doesDo(n), g.list[i].Key, record.Grouped(g.list[i].Debit), record.Grouped(g.list[i].Credit)),
			Hint:    "An entry with lines in two " + g.what + "s must be split before it is loaded."}, 0, 0))
	}
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func rows(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return record.GroupedInt(n) + " rows"
}

func rowsHave(n int64) string {
	if n == 1 {
		return "1 row has"
	}
	return record.GroupedInt(n) + " rows have"
}

func isAre(n int64) string {
	if n == 1 {
		return "it is"
	}
	return "they are"
}

func doesDo(n int64) string {
	if n == 1 {
		return "does"
	}
	return "do"
}
