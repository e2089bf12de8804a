package books

import (
	"fmt"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// bankStatement is one statement of a camt.053 file (ISO 20022 BankToCustomerStatement): balances beside entries.
type bankStatement struct {
	row, line        int64 // of the closing balance
	opening, closing *amount
	moved            amount
	lines            int64
	unreadable       int64
}

// The balance types of ISO 20022: OPBD opening booked, PRCD closing of the day before, CLBD closing booked.
var (
	openingCodes = []string{"OPBD", "PRCD"}
	closingCodes = []string{"CLBD"}
)

// camt compares opening balance + entries with the closing balance of bank statements in XML.
func (a *auditor) camt() error {
	for _, entries := range a.tables {
		if !entries.called("Ntry") {
			continue
		}
		for _, balances := range a.tables {
			if balances.called("Bal") && balances.Input == entries.Input && balances.parent == entries.parent {
				if err := a.bankStatement(balances, entries); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// called reports whether a table's rows are elements of that name.
func (t *table) called(element string) bool {
	return t.Format == "xml" && t.name[strings.LastIndexByte(t.name, '.')+1:] == element
}

func (a *auditor) bankStatement(balances, entries *table) error {
	code := balances.own("Tp/CdOrPrtry/Cd")
	if code == nil {
		code = balances.own("Tp/Cd")
	}
	open, booked := ledgerOf(balances), ledgerOf(entries)
	if code == nil || open == nil || booked == nil {
		return nil
	}
	found, order, err := a.readBalances(balances, code, open)
	if err != nil {
		return err
	}
	state := entries.own("Sts")
	if state == nil {
		state = entries.own("Sts/Cd")
	}
	if err := entries.lines(a.ctx, 0, 0, func(ln *line) bool {
		s := found[entries.above(ln)]
		if s == nil {
			return true
		}
		if state != nil {
			if text, ok := state.text(ln); ok && text != "BOOK" {
				return true // announced, not booked
			}
		}
		d, c, r := booked.read(ln)
		if r == garbled {
			s.unreadable++
		}
		s.lines++
		s.moved.add(c.minus(d))
		return true
	}); err != nil {
		return err
	}
	for _, key := range order {
		if s := found[key]; s.opening != nil && s.closing != nil {
			a.reportBankStatement(s, balances, entries, key)
		}
	}
	return nil
}

// readBalances finds the statements of a file by their balances, in order. As many are kept as entries of a journal; that
// balances beyond them are not compared is a finding.
func (a *auditor) readBalances(balances *table, code *column, open *ledger) (found map[string]*bankStatement, order []string, err error) {
	found = map[string]*bankStatement{}
	limit := int64(a.opt.EntryCap)
	if balances.Rows > limit {
		a.find(balances.place(record.Finding{Severity: record.Warning, Rule: "declared.many", Rows: balances.Rows - limit,
			Message: fmt.Sprintf("only the first %s of %s balances of bank statements were compared", record.GroupedInt(limit), record.GroupedInt(balances.Rows))}, 0, 0))
	}
	err = balances.lines(a.ctx, 0, limit, func(ln *line) bool {
		kind, _ := code.text(ln)
		key := balances.above(ln)
		s := found[key]
		if s == nil {
			s = &bankStatement{}
			found[strings.Clone(key)] = s
			order = append(order, strings.Clone(key))
		}
		d, c, r := open.read(ln)
		value := c.minus(d)
		switch {
		case r != fine:
		case kind == openingCodes[0] || kind == openingCodes[1] && s.opening == nil:
			s.opening = &value
		case kind == closingCodes[0]:
			s.closing, s.row, s.line = &value, ln.Row, ln.Line
		}
		return true
	})
	return found, order, err
}

// ledgerOf reads an ISO 20022 amount with its indicator of credit or debit.
func ledgerOf(t *table) *ledger {
	l := &ledger{table: t, kind: AmountWithSide, amount: t.own("Amt"), side: t.own("CdtDbtInd"), debitValues: []string{"dbit"}, creditValues: []string{"crdt"}}
	if l.amount == nil {
		l.amount = t.own("Amt/text()")
	}
	if l.amount == nil || l.side == nil {
		return nil
	}
	return l
}

// above is the number of the row a line is nested in, "" where a file has one statement only.
func (t *table) above(ln *line) string {
	if t.link < 0 || t.link >= len(ln.cells) {
		return ""
	}
	return ln.cells[t.link]
}

func (a *auditor) reportBankStatement(s *bankStatement, balances, entries *table, key string) {
	is := s.opening.plus(s.moved)
	d := Declared{Table: balances.Name, Column: "Amt", What: ControlClosing, Of: entries.Name, Key: key, Row: s.row, Line: s.line, Declared: s.closing.String(), Computed: is.String(),
		Difference: s.closing.minus(is).String(), Compared: 1, Reason: fmt.Sprintf("opening balance %s and the booked entries (%s)", record.Grouped(s.opening.String()), record.GroupedInt(s.lines))}
	if s.closing.equal(is) {
		d.Equal = 1
	}
	a.result.Declared = append(a.result.Declared, d)
	if d.Equal == 0 {
		a.find(balances.place(record.Finding{Severity: record.Error, Rule: "declared.closing_balance", Column: "Amt", Raw: d.Declared,
			Message: fmt.Sprintf("the statement closes with %s, but %s give %s", record.Grouped(d.Declared), d.Reason, record.Grouped(d.Computed)),
			Hint:    "Entries are missing in the file: ask the bank for the statement again."}, s.row, s.line))
	}
}
