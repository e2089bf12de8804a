package books

import (
	"slices"
	"strings"
)

// totalWords begin rows that add up the ones above.
var totalWords = []string{"total", "totals", "grand total", "subtotal", "sub-total", "sub total", "sum", "summe", "gesamt", "gesamtsumme", "endsumme", "zwischensumme", "total general",
	"sous-total", "totale", "totaal", "suma", "somme", "totales", "razem", "celkem", "итого"}

// totalBegins are the letters that those of them begin with that are written in ASCII.
const totalBegins = "tsgzerc"

// aside is a row that is no record: the header once more, or a total of the rows above.
type aside int

const (
	aRecord aside = iota
	aHeader
	aTotal
)

// kindOf recognises rows that are no records, by their first cell, and then by the others.
func (t *table) kindOf(cells []string) aside {
	cells = cells[:min(len(cells), len(t.header))]
	i := slices.IndexFunc(cells, func(c string) bool { return trim(c) != "" })
	if i < 0 {
		return aRecord
	}
	switch first := trim(cells[i]); {
	case strings.EqualFold(first, trim(t.header[i])) && t.isHeader(cells):
		return aHeader
	case isTotal(first) && t.onlyAddsUp(cells):
		return aTotal
	}
	return aRecord
}

func (t *table) isHeader(cells []string) bool {
	same := 0
	for i, c := range cells {
		if c = trim(c); c == "" {
			continue
		}
		if !strings.EqualFold(c, trim(t.header[i])) {
			return false
		}
		same++
	}
	return same > 1
}

// onlyAddsUp reports whether at most half of the cells but the numbers are filled.
func (t *table) onlyAddsUp(cells []string) bool {
	texts, filled := 0, 0
	for i, c := range cells {
		if t.cols[i].numeric() && t.cols[i].filled() {
			continue
		}
		if texts++; trim(c) != "" {
			filled++
		}
	}
	return 2*filled <= texts+1 && filled < len(cells)
}

// isTotal knows the words alone, and with what is added up behind them: "Total 2019", "Summe Konto 1200".
func isTotal(s string) bool {
	if len(s) < 3 || len(s) > 40 || s[0] < 0x80 && strings.IndexByte(totalBegins, s[0]|0x20) < 0 {
		return false
	}
	s = strings.TrimRight(accents.Replace(strings.ToLower(s)), ":.= ")
	if slices.Contains(totalWords, s) {
		return true
	}
	word, rest, more := strings.Cut(s, " ")
	return more && slices.Contains(totalWords, strings.TrimRight(word, ":")) && strings.ContainsAny(rest, "0123456789")
}

// skip reports whether a line is no record that can be added up.
func (l *line) skip() bool { return l.damaged || l.aside != aRecord }

// statedTotal is a row of a book that says what the rows above add up to.
type statedTotal struct {
	debit, credit amount
	row, line     int64
	count         int64
}

func (t *tally) noteTotal(ln *line) {
	if t.stated.count++; t.stated.count > 1 {
		return
	}
	d, c, r := t.read(ln)
	if r != fine {
		t.stated.count = 2 // nothing to compare
		return
	}
	t.stated.debit, t.stated.credit, t.stated.row, t.stated.line = d, c, ln.Row, ln.Line
}

// compareTotalRow compares the one total row of a book with the sum of its records. Several are subtotals.
func (a *auditor) compareTotalRow(t *tally) {
	if t.stated.count != 1 || t.kind != DebitCreditColumns || t.twin != nil {
		return
	}
	c := &control{row: t.stated.row, line: t.stated.line, debit: t.sumDebit, credit: t.sumCredit, unreadable: t.b.Unreadable,
		amounts: map[string]amount{ControlDebit: t.stated.debit, ControlCredit: t.stated.credit}}
	a.control(t.table, t.debit, t.ledger, c, ControlDebit, t.stated.debit.String())
	a.control(t.table, t.credit, t.ledger, c, ControlCredit, t.stated.credit.String())
}
