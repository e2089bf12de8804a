package profile

import (
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// addOddRow notes rows that are a total, or the header once more.
func (t *table) addOddRow(row *record.Row) {
	first := ""
	for _, c := range row.Cells {
		if c != "" {
			first = c
			break
		}
	}
	if first == "" || len(first) > 40 {
		return
	}
	switch {
	case len(t.columns) > 1 && sameName(first, t.columns[0].name) && t.isHeader(row):
		t.headerRows++
		t.headers = appendSample(t.headers, row, first)
	case mayBeTotal(first) && isTotalWord(first) && t.isSparse(row):
		t.total++
		t.totals = appendSample(t.totals, row, first)
	}
}

// isSparse reports whether at most half of the cells are filled, as in a row that only adds up.
func (t *table) isSparse(row *record.Row) bool {
	filled := 0
	for _, c := range row.Cells {
		if strings.TrimSpace(c) != "" {
			filled++
		}
	}
	return 2*filled <= len(t.columns)+1 && filled < len(t.columns)
}

func appendSample(list []sample, row *record.Row, text string) []sample {
	if len(list) >= odds {
		return list
	}
	return append(list, sample{text: strings.Clone(text), row: row.Row, line: row.Line})
}

// isHeader reports whether the cells are the columns' names, and at least two of them.
func (t *table) isHeader(row *record.Row) bool {
	same := 0
	for i, c := range row.Cells {
		if i >= len(t.columns) {
			break
		}
		if !sameName(c, t.columns[i].name) {
			return false
		}
		if c != "" {
			same++
		}
	}
	return same > 1
}

func sameName(cell, name string) bool {
	return cell == name || len(cell) > 0 && len(name) > 0 && cell[0]|0x20 == name[0]|0x20 && strings.EqualFold(strings.TrimSpace(cell), name)
}

// totalWords begin rows that add up the ones above.
var totalWords = []string{"total", "totals", "grand total", "subtotal", "sub-total", "sub total", "sum", "summe", "gesamt", "gesamtsumme",
	"endsumme", "zwischensumme", "total général", "total general", "sous-total", "totale", "totaal", "suma", "somme", "totales", "razem", "celkem", "итого"}

// totalBegins tells most cells from a total's by their first three bytes, in lower case.
var totalBegins = func() map[[3]byte]bool {
	begins := map[[3]byte]bool{}
	for _, w := range totalWords {
		begins[[3]byte([]byte(w)[:3])] = true
	}
	return begins
}()

func mayBeTotal(s string) bool {
	if s[0] == ' ' {
		s = strings.TrimSpace(s)
	}
	if len(s) < 3 || !letterBegins[s[0]] {
		return false
	}
	return s[0] >= 0x80 || totalBegins[[3]byte{s[0] | 0x20, s[1] | 0x20, s[2] | 0x20}]
}

var letterBegins = func() (begins [256]bool) {
	for _, w := range totalWords {
		begins[w[0]], begins[strings.ToUpper(w)[0]] = true, true
	}
	return begins
}()

// isTotalWord knows the words alone, and with what is added up behind them: "Total 2019", "Summe Konto 1200".
func isTotalWord(s string) bool {
	s = strings.TrimRight(strings.ToLower(strings.TrimSpace(s)), ":.= ")
	if slices.Contains(totalWords, s) {
		return true
	}
	word, rest, more := strings.Cut(s, " ")
	return more && slices.Contains(totalWords, strings.TrimRight(word, ":")) && strings.ContainsAny(rest, "0123456789")
}
