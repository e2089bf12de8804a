package books

import (
	"fmt"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// account is one account of a trial balance with opening and closing balance.
type account struct {
	key              string
	row, line        int64
	opening, closing amount
	moved            amount
	garbled          bool
}

// openingAndClosing compares, for accounts with an opening and a closing balance beside a journal in the same file,
// opening balance + movements with the closing balance.
func (a *auditor) openingAndClosing() error {
	for _, open := range a.ledger {
		if open.role != TrialBalance || !open.opening {
			continue
		}
		for _, end := range a.ledger {
			if end.table != open.table || !end.closing {
				continue
			}
			var journals []*ledger
			for _, j := range a.ledger {
				if j.role == Journal && j.table.Input == open.table.Input && j.account != nil && j.kind != AmountBetweenBooked {
					journals = append(journals, j)
				}
			}
			if len(journals) != 1 {
				continue
			}
			if err := a.closeAccounts(open, end, journals[0]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *auditor) closeAccounts(open, end, journal *ledger) error {
	if open.table.Rows > int64(a.opt.EntryCap) {
		return nil // a chart of accounts is never that long
	}
	var list []*account
	byKey := map[string]*account{}
	err := open.table.lines(a.ctx, 0, 0, func(ln *line) bool {
		key, ok := open.account.text(ln)
		if ln.skip() || !ok {
			return true
		}
		c := &account{key: strings.Clone(key), row: ln.Row, line: ln.Line}
		od, oc, ro := open.read(ln)
		cd, cc, rc := end.read(ln)
		c.opening, c.closing, c.garbled = od.minus(oc), cd.minus(cc), ro == garbled || rc == garbled
		list, byKey[c.key] = append(list, c), c
		return true
	})
	if err != nil {
		return err
	}
	var stray int64
	for _, half := range journal.halves() {
		if half.account == nil {
			continue
		}
		if err := half.table.lines(a.ctx, half.depth(), 0, func(ln *line) bool {
			d, c, r := half.read(ln)
			if ln.skip() || r == none {
				return true
			}
			key, _ := half.account.text(ln)
			switch x := byKey[key]; {
			case x == nil:
				stray++
			case r == garbled:
				x.garbled = true
			default:
				x.moved.add(d.minus(c))
			}
			return true
		}); err != nil {
			return err
		}
	}
	a.reportClosing(open, end, journal, list, stray)
	return nil
}

func (a *auditor) reportClosing(open, end, journal *ledger, list []*account, stray int64) {
	d := Declared{Table: open.table.Name, Column: end.how(), What: ControlClosing, Of: journal.table.Name, Reason: "opening balance + lines of the account"}
	var stated, computed amount
	var worst *account
	for _, c := range list {
		if c.garbled {
			continue
		}
		d.Compared++
		is := c.opening.plus(c.moved)
		stated.add(c.closing)
		computed.add(is)
		if c.closing.equal(is) {
			d.Equal++
		} else if worst == nil || c.closing.minus(is).abs().cmp(worst.closing.minus(worst.opening.plus(worst.moved)).abs()) > 0 {
			worst = c
		}
	}
	d.Declared, d.Computed, d.Difference = stated.String(), computed.String(), stated.minus(computed).String()
	if worst != nil {
		worst.key = a.shown(worst.key, open.account)
		d.Key, d.Row, d.Line = worst.key, worst.row, worst.line
	}
	a.result.Declared = append(a.result.Declared, d)
	if worst == nil {
		return
	}
	more := ""
	if stray > 0 {
		more = fmt.Sprintf("; %s an account that is not listed", rowsHave(stray))
	}
	n := d.Compared - d.Equal
	a.find(open.table.place(record.Finding{Severity: record.Error, Rule: "declared.closing_balance", Rows: n, Column: end.how(), Raw: worst.key,
		Message: fmt.Sprintf("the closing balance of %s of %s accounts is not opening balance + lines; the largest difference is in account %s: %s declared, %s computed%s",
			record.GroupedInt(n), record.GroupedInt(d.Compared), worst.key, record.Grouped(worst.closing.String()), record.Grouped(worst.opening.plus(worst.moved).String()), more),
		Hint: "Ask which lines are missing, or whether the balances were taken at another date."}, worst.row, worst.line))
}
