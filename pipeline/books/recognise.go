package books

import (
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
)

// ledger is a table that may be an accounting table: which column plays which part.
type ledger struct {
	table                       *table
	kind, role                  string
	debit, credit, amount, side *column
	account, contra, journal    *column
	entry                       []*column
	label                       *column // XML: names the entry, where its key is only a row's number
	period                      periodReader
	debitValues, creditValues   []string // of the side column, in small letters
	balanced                    float64  // share of the sample's rows in entries that balance
	confidence                  float64
	reason                      string
	opening, closing            bool    // balances, not movements
	book                        int     // its index in the result
	twin                        *ledger // its credits, where those are elements of their own
}

// halves are the ledger itself, and the table of its credits where debits and credits are elements of different names.
func (l *ledger) halves() []*ledger {
	if l.twin == nil {
		return []*ledger{l}
	}
	return []*ledger{l, l.twin}
}

// twins finds debits and credits that are different elements of the same entry, as in the audit files of Portugal.
func (a *auditor) twins(t *table) *ledger {
	if t.parent == nil {
		return nil
	}
	debit, rest := t.half(debitSide)
	if debit == nil {
		return nil
	}
	for _, o := range a.tables {
		if credit, other := o.half(creditSide); o != t && o.parent == t.parent && credit != nil && rest == other {
			l := &ledger{table: t, kind: DebitCreditColumns, debit: debit, twin: &ledger{table: o, kind: DebitCreditColumns, credit: credit}}
			l.parts()
			l.twin.parts()
			return l
		}
	}
	return nil
}

// half is the only column of one side in a table that has none of the other.
func (t *table) half(want side) (found *column, rest string) {
	for i := range t.cols {
		c := &t.cols[i]
		s, r := sideOf(c.Name)
		if c.level > 0 || s == noSide || !c.numeric() || c.Digits {
			continue
		}
		if s != want || found != nil {
			return nil, ""
		}
		found, rest = c, r
	}
	return found, rest
}

// candidates lists the ledgers a table could be, judged by its columns alone.
func (t *table) candidates() []*ledger {
	var out []*ledger
	for _, p := range t.pairs() {
		out = append(out, &ledger{table: t, kind: DebitCreditColumns, debit: p[0], credit: p[1]})
	}
	if len(out) == 0 {
		if l := t.sided(); l != nil {
			out = append(out, l)
		} else if l := t.between(); l != nil {
			out = append(out, l)
		} else if l := t.signed(); l != nil {
			out = append(out, l)
		}
	}
	for _, l := range out {
		l.parts()
	}
	return out
}

// pairs finds columns that are the debit and the credit of the same thing.
func (t *table) pairs() [][2]*column {
	type half struct {
		c    *column
		rest string
	}
	var debits, credits []half
	for i := range t.cols {
		c := &t.cols[i]
		if c.level > 0 || !c.numeric() || c.Digits {
			continue
		}
		switch s, rest := sideOf(c.Name); s {
		case debitSide:
			debits = append(debits, half{c, rest})
		case creditSide:
			credits = append(credits, half{c, rest})
		}
	}
	var out [][2]*column
	taken := map[*column]bool{}
	for _, d := range debits {
		for _, c := range credits {
			if d.rest == c.rest && !taken[c.c] && (d.c.filled() || c.c.filled()) {
				out = append(out, [2]*column{d.c, c.c})
				taken[c.c] = true
				break
			}
		}
	}
	if len(out) == 0 && len(debits) == 1 && len(credits) == 1 && (debits[0].c.filled() || credits[0].c.filled()) {
		out = append(out, [2]*column{debits[0].c, credits[0].c})
	}
	// Amounts in a foreign currency need not balance where those in the book's currency do.
	own := slices.DeleteFunc(slices.Clone(out), func(p [2]*column) bool { return has(p[0].Name, foreignWords) })
	if len(own) > 0 {
		return own
	}
	return out
}

// sided finds an amount with a column that says debit or credit.
func (t *table) sided() *ledger {
	amounts := t.named(amountWords, func(c *column) bool {
		return c.level == 0 && c.numeric() && c.filled() && !has(c.Name, foreignWords) && !c.date()
	})
	for i := range t.cols {
		c := &t.cols[i]
		if c.level > 0 || !c.filled() || c.Distinct > 4 {
			continue
		}
		debit, credit, ok := c.sides()
		if !ok {
			continue
		}
		if len(amounts) == 0 {
			amounts = t.onlyDecimal()
		}
		if len(amounts) == 0 {
			return nil
		}
		return &ledger{table: t, kind: AmountWithSide, amount: amounts[0], side: c, debitValues: []string{debit}, creditValues: []string{credit}}
	}
	return nil
}

// onlyDecimal is the table's decimal column where it has one.
func (t *table) onlyDecimal() []*column {
	var out []*column
	for i := range t.cols {
		if c := &t.cols[i]; c.level == 0 && c.Type == profile.TypeDecimal {
			out = append(out, c)
		}
	}
	if len(out) != 1 {
		return nil
	}
	return out
}

// sides tells which of a column's values is debit: all but a few of them must be one pair.
func (c *column) sides() (debit, credit string, ok bool) {
	_, named := rank(c.Name, sideWords)
	named = named || has(c.Name, []string{"soll", "haben", "debit", "credit", "indicator", "side", "sens", "dc"}) && !has(c.Name, []string{"limit", "account"})
	for _, p := range sidePairs {
		if p.named && !named {
			continue
		}
		var rows, all int64
		seen := map[string]bool{}
		for _, v := range c.Top {
			all += v.Rows
			if w := strings.TrimRight(accents.Replace(strings.ToLower(trim(v.Value))), "."); w == p.debit || w == p.credit {
				rows += v.Rows
				seen[w] = true
			}
		}
		if rows > 0 && rows*10 >= all*9 && (named || len(seen) == 2) {
			return p.debit, p.credit, true
		}
	}
	return "", "", false
}

// between finds amounts that stand between an account and its contra account.
func (t *table) between() *ledger {
	l := &ledger{table: t, kind: AmountBetweenBooked}
	if !l.betweenAccounts() {
		return nil
	}
	amounts := t.named(amountWords, func(c *column) bool { return c.level == 0 && c.numeric() && c.filled() && !has(c.Name, foreignWords) })
	if len(amounts) == 0 {
		return nil
	}
	l.amount = amounts[0]
	return l
}

func (l *ledger) betweenAccounts() bool {
	own := func(c *column) bool { return c.level == 0 && c.filled() && c.Type != profile.TypeDecimal }
	contra := l.table.namedStart(contraWords, own)
	account := l.table.named(append(slices.Clip(debitAccountWords), accountWords...), own)
	account = slices.DeleteFunc(account, func(c *column) bool { return slices.Contains(contra, c) })
	if len(contra) == 0 || len(account) == 0 || contra[0].Values*2 < l.table.Rows {
		return false
	}
	l.contra, l.account = contra[0], account[0]
	return true
}

// signed finds amounts of both signs beside an account: debits positive, credits negative.
func (t *table) signed() *ledger {
	both := func(c *column) bool {
		return c.level == 0 && (c.Type == profile.TypeDecimal || c.Type == profile.TypeInteger) && !has(c.Name, foreignWords) && !c.date() &&
			(c.Personal || strings.HasPrefix(c.Min, "-") && c.Max != "0" && !strings.HasPrefix(c.Max, "-"))
	}
	amounts := t.named(amountWords, both)
	if len(amounts) == 0 || len(t.named(accountWords, func(c *column) bool { return c.level == 0 && c.filled() })) == 0 && !within(t.title(), bookTables) {
		return nil
	}
	return &ledger{table: t, kind: SignedAmount, amount: amounts[0]}
}

func (c *column) date() bool { return isDate(c) }

// named returns the columns whose names stand in a list, in the list's order.
func (t *table) named(list []string, fits func(*column) bool) []*column {
	return t.ranked(func(c *column) (int, bool) { return rank(c.Name, list) }, fits)
}

// namedStart is named for names that only begin with a word of the list: "Gegenkonto (ohne BU-Schlüssel)".
func (t *table) namedStart(list []string, fits func(*column) bool) []*column {
	return t.ranked(func(c *column) (int, bool) {
		i := slices.IndexFunc(list, func(w string) bool { return strings.HasPrefix(joined(last(c.Name)), w) })
		return i, i >= 0
	}, fits)
}

func (t *table) ranked(place func(*column) (int, bool), fits func(*column) bool) []*column {
	type found struct {
		c *column
		n int
	}
	var all []found
	for i := range t.cols {
		c := &t.cols[i]
		if n, ok := place(c); ok && fits(c) {
			all = append(all, found{c, n + 1000*c.level})
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return a.n - b.n })
	var out []*column
	for _, f := range all {
		out = append(out, f.c)
	}
	return out
}

// parts finds account, journal, period and date.
func (l *ledger) parts() {
	filled := func(c *column) bool { return c.filled() && !l.isAmount(c) }
	pick := func(list []string, fits func(*column) bool) *column {
		if found := l.table.named(list, func(c *column) bool { return filled(c) && fits(c) }); len(found) > 0 {
			return found[0]
		}
		return nil
	}
	any := func(*column) bool { return true }
	own := func(c *column) bool { return c.level == 0 }
	if l.kind != AmountBetweenBooked && !l.betweenAccounts() {
		l.account = pick(accountWords, own)
	} else if l.kind == AmountWithSide {
		l.kind = AmountBetweenBooked
	}
	l.journal = pick(journalWords, func(c *column) bool { return c.Type != profile.TypeDecimal && !isDate(c) })
	l.period.period = pick(periodWords, func(c *column) bool { return !isDate(c) && c.Type != profile.TypeDecimal })
	if l.period.period != nil {
		l.period.year = pick(yearWords, any)
	}
	for _, c := range l.table.named(dateWords, func(c *column) bool { return isDate(c) && filled(c) }) {
		if months, ok := newDateReader(c.Layout); ok {
			l.period.date, l.period.months = c, months
			break
		}
	}
	if l.debit != nil {
		l.opening = has(l.debit.Name, []string{"opening", "anfang", "eroffnung", "ouverture", "apertura", "ib", "initial", "begin", "beginning", "start"})
		l.closing = has(l.debit.Name, []string{"closing", "schluss", "endsaldo", "cloture", "chiusura", "cierre", "ub", "final", "end", "ending"})
	}
}

func (l *ledger) isAmount(c *column) bool {
	return c == l.debit || c == l.credit || c == l.amount || c == l.side
}

// depth is how many of the tables above a line has to be read with.
func (l *ledger) depth() int {
	n := 0
	for _, c := range append([]*column{l.debit, l.credit, l.amount, l.side, l.account, l.contra, l.journal, l.label, l.period.period, l.period.year, l.period.date}, l.entry...) {
		if c != nil {
			n = max(n, c.level)
		}
	}
	return n
}

// read takes debit and credit out of a line.
func (l *ledger) read(ln *line) (debit, credit amount, r reading) {
	if l.kind == DebitCreditColumns {
		var d, c amount
		var rd, rc reading
		if l.debit != nil {
			d, rd = l.debit.amount(ln)
		}
		if l.credit != nil {
			c, rc = l.credit.amount(ln)
		}
		switch {
		case rd == garbled || rc == garbled:
			return amount{}, amount{}, garbled
		case rd == none && rc == none:
			return amount{}, amount{}, none
		}
		return d, c, fine
	}
	a, r := l.amount.amount(ln)
	if r != fine {
		return amount{}, amount{}, r
	}
	switch l.kind {
	case AmountBetweenBooked:
		return a, a, fine
	case SignedAmount:
		if a.sign() < 0 {
			return amount{}, a.neg(), fine
		}
		return a, amount{}, fine
	}
	s, ok := l.side.text(ln)
	if !ok {
		if a.isZero() {
			return a, a, fine
		}
		return amount{}, amount{}, garbled
	}
	switch s = strings.TrimRight(accents.Replace(strings.ToLower(s)), "."); {
	case slices.Contains(l.debitValues, s):
		return a, amount{}, fine
	case slices.Contains(l.creditValues, s):
		return amount{}, a, fine
	}
	return amount{}, amount{}, garbled
}

// judge decides, after the sample was read, what the table is; false for no accounting table at all.
func (l *ledger) judge(e *entryCandidates, s *sample) bool {
	t := l.table
	if l.twin != nil {
		l.role, l.confidence = Journal, 0.9
		l.reason = fmt.Sprintf("%s in %s and %s in %s belong to the same entries", l.debit.Name, t.Name, l.twin.credit.Name, l.twin.table.Name)
		l.takeLink()
		return true
	}
	accounting := l.account != nil || l.journal != nil || within(t.title(), bookTables)
	if l.kind == AmountBetweenBooked {
		l.role, l.confidence = Journal, 0.9
		l.reason = fmt.Sprintf("an amount between %s and %s in each row", l.account.label, l.contra.label)
		return true
	}
	if l.findEntry(e, s) && (l.balanced >= 0.5 || accounting && l.kind == DebitCreditColumns) {
		l.role = Journal
		l.confidence = round2(0.5 + l.balanced/2)
		l.reason = fmt.Sprintf("%s; %.0f %% of the rows looked at stand in entries that balance", l.how(), l.balanced*100)
		return true
	}
	l.entry = nil
	if l.kind == SignedAmount {
		return false
	}
	party := within(t.title(), partyTables)
	equal := !s.debit.isZero() && s.debit.equal(s.credit) && s.whole
	switch {
	case party:
		return false
	case l.account != nil && t.HasKey(l.account.Name) && l.account.level == 0:
		l.role, l.confidence = TrialBalance, 0.8
		l.reason = l.how() + "; a row an account"
	case equal && s.used >= 2:
		l.role, l.confidence = Ledger, 0.8
		l.reason = l.how() + "; debit equals credit in the whole table"
	case l.account != nil && l.period.date != nil && l.kind == DebitCreditColumns && !l.runs():
		l.role, l.confidence = Ledger, 0.6
		l.reason = l.how() + ", with accounts and dates"
	default:
		return false
	}
	if equal {
		l.confidence = 0.95
	}
	return true
}

// runs reports whether the table carries a balance from line to line: then it is a statement of one account, whose
// other side stands elsewhere.
func (l *ledger) runs() bool {
	return len(l.table.named(runningWords, func(c *column) bool { return c.level == 0 && c.filled() && c.numeric() && !l.isAmount(c) })) > 0
}

func (l *ledger) how() string {
	switch l.kind {
	case DebitCreditColumns:
		return fmt.Sprintf("%s and %s", l.debit.Name, l.credit.Name)
	case AmountWithSide:
		return fmt.Sprintf("%s with %s", l.amount.Name, l.side.Name)
	}
	return l.amount.Name + " with both signs"
}

func round2(f float64) float64 { return float64(int(f*100+0.5)) / 100 }
