package books

import (
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// statement is a table that carries a balance from line to line, such as an account's statement from a bank.
type statement struct {
	*ledger
	running  *column
	owner    *column // which account, where there are several
	compared int64
	ways     [2 * len(stepSigns)]int64
	wrong    [2 * len(stepSigns)]*misstep // the first that does not fit, a way each
	last     *step
}

// step is one line of a statement.
type step struct {
	row, line int64
	balance   amount
	moves     [len(stepSigns)]amount
	account   string
}

// misstep is a balance that does not follow from the one before it.
type misstep struct {
	row, line          int64
	declared, computed amount
}

// stepSigns are the ways in which a line changes the balance: credits add, as banks see it; debits add, as the
// customer's books see it; all amounts are signed already; or the side alone says the sign.
var stepSigns = [...]func(d, c amount) amount{
	func(d, c amount) amount { return c.minus(d) },
	func(d, c amount) amount { return d.minus(c) },
	func(d, c amount) amount { return d.plus(c) },
	func(d, c amount) amount { return c.abs().minus(d.abs()) },
}

// statements checks tables with a running balance: each line's balance is the one before it and the line's amount.
func (a *auditor) statements() error {
	for _, t := range a.tables {
		if slices.ContainsFunc(a.ledger, func(l *ledger) bool { return l.table == t && l.role != Ledger }) {
			continue
		}
		if err := a.statementEnds(t); err != nil {
			return err
		}
		s := t.statement()
		if s == nil {
			continue
		}
		if err := t.lines(a.ctx, s.depth(), 0, func(ln *line) bool { s.add(ln); return true }); err != nil {
			return err
		}
		a.reportStatement(s)
	}
	return a.camt()
}

func (t *table) statement() *statement {
	running := t.named(runningWords, movable)
	if len(running) == 0 {
		return nil
	}
	s := &statement{running: running[0], ledger: t.movements(running[0])}
	if s.ledger == nil {
		return nil
	}
	if found := t.named(accountWords, func(c *column) bool { return c.level == 0 && c.filled() }); len(found) > 0 {
		s.owner = found[0]
	}
	return s
}

// movable is a column that could hold the amounts or the balance of a statement.
func movable(c *column) bool { return c.level == 0 && c.filled() && c.numeric() && !isDate(c) }

// movements are the amounts of a table with dates, read as those of a statement; nil where it has none.
func (t *table) movements(running *column) *ledger {
	if len(t.named(dateWords, func(c *column) bool { return isDate(c) && c.filled() })) == 0 {
		return nil
	}
	l := &ledger{table: t, kind: SignedAmount}
	switch list := t.candidates(); {
	case len(list) > 0 && (running == nil || list[0].amount != running):
		l = list[0]
	default:
		amounts := t.named(amountWords, func(c *column) bool { return movable(c) && c != running && !has(c.Name, foreignWords) })
		if len(amounts) == 0 {
			return nil
		}
		l.amount = amounts[0]
	}
	if l.kind == AmountBetweenBooked {
		return nil
	}
	return l
}

func (s *statement) add(ln *line) {
	switch {
	case ln.aside != aRecord:
		return
	case ln.damaged:
		s.last = nil
		return
	}
	balance, rb := s.running.amount(ln)
	d, c, r := s.read(ln)
	if rb != fine || r != fine {
		s.last = nil // what comes next has nothing to be compared with
		return
	}
	now := &step{row: ln.Row, line: ln.Line, balance: balance}
	if s.owner != nil {
		text, _ := s.owner.text(ln)
		now.account = strings.Clone(text)
	}
	for i, sign := range stepSigns {
		now.moves[i] = sign(d, c)
	}
	if s.last != nil && s.last.account == now.account {
		s.compare(s.last, now)
	}
	s.last = now
}

// compare tries a pair of lines in file order, and in the reverse order of statements that begin with the newest line.
func (s *statement) compare(before, now *step) {
	s.compared++
	for i := range stepSigns {
		for reverse, holds := range []bool{before.balance.plus(now.moves[i]).equal(now.balance), now.balance.plus(before.moves[i]).equal(before.balance)} {
			way := reverse*len(stepSigns) + i
			if holds {
				s.ways[way]++
			} else if s.wrong[way] == nil {
				at, expected := now, before.balance.plus(now.moves[i])
				if reverse == 1 {
					at, expected = before, now.balance.plus(before.moves[i])
				}
				s.wrong[way] = &misstep{at.row, at.line, at.balance, expected}
			}
		}
	}
}

func (a *auditor) reportStatement(s *statement) {
	best := 0
	for i, n := range s.ways {
		if n > s.ways[best] {
			best = i
		}
	}
	equal := s.ways[best]
	if s.compared == 0 || float64(equal) < 0.6*float64(s.compared) {
		return // the column is a balance of something else
	}
	d := Declared{Table: s.table.Name, Column: s.running.label, What: ControlRunning, Of: s.table.Name, Compared: s.compared, Equal: equal,
		Reason: "each balance is the one before it and the amount of the line"}
	if best >= len(stepSigns) {
		d.Reason = "each balance is the one below it and the amount of the line: the newest line comes first"
	}
	if w := s.wrong[best]; w != nil {
		d.Row, d.Line, d.Declared, d.Computed, d.Difference = w.row, w.line, w.declared.String(), w.computed.String(), w.declared.minus(w.computed).String()
		a.find(s.table.place(record.Finding{Severity: record.Error, Rule: "declared.running_balance", Rows: s.compared - equal, Column: s.running.Name,
			Message: fmt.Sprintf("%s of %s balances %s not follow from the balance before and the amount of the line; the first says %s where %s is due", record.GroupedInt(s.compared-equal), record.GroupedInt(s.compared), doesDo(s.compared-equal), record.Grouped(d.Declared), record.Grouped(d.Computed)),
			Hint:    "A line is missing or was changed there: ask for the statement again."}, w.row, w.line))
	}
	a.result.Declared = append(a.result.Declared, d)
}
