package xlsxfile

import (
	"math"
	"slices"
	"strings"
)

// totalWords begin the rows below a table that add it up, in small letters. A row whose first text is just such a word,
// or the word and a colon, is a total; one that goes on after it needs a sum to prove it.
var totalWords = []string{
	"total", "totals", "grand total", "subtotal", "sum", "overall total", "balance", "opening balance", "closing balance", "carried forward", "end of report",
	"summe", "gesamt", "gesamtsumme", "gesamtergebnis", "endsumme", "insgesamt", "saldo", "übertrag", "zwischensumme", "total général", "total general", "somme",
	"solde", "totale", "totale generale", "somma", "suma", "totaal", "totalt", "summa", "yhteensä", "razem", "łącznie", "celkem", "итого", "всего", "合计", "合計", "总计", "総計",
}

// balanceWords begin rows of a statement that state a balance.
var balanceWords = []string{"balance at", "balance on", "balance as of", "opening balance", "closing balance", "saldo per", "saldo zum", "endsaldo", "anfangssaldo", "solde au"}

// sides splits the rows kept below the header into rows of the table and a footer.
type sides struct {
	body, footer []*keptRow
}

// findFooter decides which of the last rows are none of the table. rows are all kept rows of the table in order; those
// before them have been counted already. pinned is Options.Footer.
func (s *survey) findFooter(rows []*keptRow, pinned int) sides {
	switch {
	case pinned < 0:
		return sides{body: rows}
	case pinned > 0:
		n := max(0, len(rows)-pinned)
		return sides{rows[:n], rows[n:]}
	}
	usual := s.usual(rows)
	start := len(rows)
	for start > 0 && len(rows)-start < maxFooter && (rows[start-1].n*2 <= usual || s.totalWord(rows[start-1]) != "") {
		start--
	}
	if start == len(rows) || s.rows+int64(start) < 2 {
		return sides{body: rows}
	}
	for _, k := range rows[:start] {
		s.count(k)
	}
	for ; start < len(rows); start++ { // what is not surely a footer, and all above it, are rows
		if s.isFooter(rows, start, usual) {
			break
		}
		s.count(rows[start])
	}
	return sides{nil, rows[start:]}
}

const maxFooter = 30

// usual is how many cells of a row usually hold something.
func (s *survey) usual(rows []*keptRow) int {
	var counts []int
	for _, k := range rows[max(0, len(rows)-tailRows):] {
		counts = append(counts, k.n)
	}
	if len(counts) == 0 {
		return 0
	}
	slices.Sort(counts)
	return counts[len(counts)/2]
}

// isFooter reports whether all rows from a place on are footer rows, and something beside their emptiness says so.
func (s *survey) isFooter(rows []*keptRow, start, usual int) bool {
	evidence := start > 0 && rows[start].at > rows[start-1].at+1 && s.dense(rows[:start])
	for i, k := range rows[start:] {
		total := s.isTotal(k, i == 0)
		if !total && !s.isNote(k, usual) {
			return false
		}
		evidence = evidence || total || s.breaksType(k) || s.merged(k.at)
	}
	return evidence
}

// dense reports whether no empty row stands between the rows of the table: only then one above the footer says anything.
func (s *survey) dense(rows []*keptRow) bool {
	for i := 1; i < len(rows); i++ {
		if rows[i].at != rows[i-1].at+1 {
			return false
		}
	}
	return len(rows) > 1
}

// isNote reports whether a row is words in a few cells, while columns that every row of the table fills are empty.
func (s *survey) isNote(k *keptRow, usual int) bool {
	if k.n > max(1, usual/3) {
		return false
	}
	has := map[int32]bool{}
	for i := range k.cells {
		c := &k.cells[i]
		if has[c.col] = c.filled(); c.filled() && (c.kind != text || c.class&(numberText|dateText) != 0) {
			return false
		}
	}
	always, missed := 0, 0
	for col, d := range s.columns {
		if d != nil && d.filled.n == s.rows {
			if always++; !has[int32(col)] {
				missed++
			}
		}
	}
	return always > 0 && missed*2 >= always
}

// isTotal reports whether a row adds up the table: it says so, and where it says more than the word, a formula or the
// sums prove it. Only the first row of a footer can be compared with the sums.
func (s *survey) isTotal(k *keptRow, first bool) bool {
	word := s.totalWord(k)
	if word == "" {
		return false
	}
	if word == exactTotal {
		return true
	}
	proven, numbers := 0, 0
	for i := range k.cells {
		c := &k.cells[i]
		if c.kind != numeric {
			continue
		}
		d := s.column(int(c.col))
		if numbers++; c.total || first && d != nil && d.numbers.n > 1 && near(quick(k.buf[c.start:c.end]), d.sum) {
			proven++
		}
	}
	return proven > 0 && proven*2 >= numbers
}

func near(a, b float64) bool { return math.Abs(a-b) <= 0.005+1e-9*math.Abs(b) && b != 0 }

const exactTotal = "total"

// totalWord looks at the first text of a row: exactTotal where it is a total and nothing else, another text where it
// begins like one, "" where it does not.
func (s *survey) totalWord(k *keptRow) string {
	for i := range k.cells {
		c := &k.cells[i]
		if c.kind != text {
			continue
		}
		said := strings.ToLower(strings.TrimSpace(s.text(k, c)))
		plain := strings.TrimRight(said, ": ")
		if slices.Contains(totalWords, plain) {
			return exactTotal
		}
		for _, w := range balanceWords {
			if strings.HasPrefix(said, w+" ") {
				return exactTotal
			}
		}
		for _, w := range totalWords {
			if strings.HasPrefix(said, w+" ") || strings.HasSuffix(said, " "+w) {
				return w + "?"
			}
		}
		return ""
	}
	return ""
}

// breaksType reports whether a row has words in a column that holds nothing but numbers or dates.
func (s *survey) breaksType(k *keptRow) bool {
	for i := range k.cells {
		c := &k.cells[i]
		if d := s.column(int(c.col)); c.kind == text && c.class == 0 && d != nil && d.texts.n == 0 && d.numbers.n+d.dates.n > 1 {
			return true
		}
	}
	return false
}

func (s *survey) merged(row int) bool {
	return slices.ContainsFunc(s.merges, func(m merge) bool { return m.row == row && m.lastCol > m.col })
}
