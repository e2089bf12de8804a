package books

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// Lines that bank exports write around their table, as the readers report them.
var aroundRules = []string{"csv.lines_above_header", "csv.lines_below_table"}

// What the balances in them are called, without accents.
var (
	openingLabels = []string{"balance at start", "opening balance", "beginning balance", "start balance", "balance brought forward", "anfangssaldo", "eroffnungssaldo", "anfangsbestand", "alter saldo", "alter kontostand",
		"solde initial", "ancien solde", "solde debut", "solde au debut", "solde de depart", "saldo inicial", "saldo iniziale", "beginsaldo", "ingaende saldo", "inngaende saldo", "indgaende saldo", "saldo poczatkowe"}
	closingLabels = []string{"balance at end", "closing balance", "ending balance", "end balance", "balance carried forward", "endsaldo", "schlusssaldo", "endbestand", "neuer saldo", "neuer kontostand",
		"solde final", "nouveau solde", "solde fin", "solde a la fin", "solde de cloture", "saldo final", "saldo finale", "eindsaldo", "utgaende saldo", "udgaende saldo", "saldo koncowe"}
)

// stated is a balance in a line around a table.
type stated struct {
	value amount
	line  int64
	text  string
}

// around finds the opening and the closing balance that stand above or below a table.
func (a *auditor) around(t *table, s style) (opening, closing *stated) {
	for _, f := range a.report.Findings {
		if f.Table != t.Name || !slices.Contains(aroundRules, f.Rule) {
			continue
		}
		if x := balanceIn(f.Raw, openingLabels, s); x != nil && opening == nil {
			opening, x.line = x, f.Line
		} else if x := balanceIn(f.Raw, closingLabels, s); x != nil && closing == nil {
			closing, x.line = x, f.Line
		}
	}
	return opening, closing
}

// balanceIn reads "Opening balance on 01/04/2020: 1 234,50 EUR": the number behind the label that can be an amount, the
// last of several.
func balanceIn(raw string, labels []string, s style) *stated {
	plain := accents.Replace(strings.ToLower(raw))
	i := slices.IndexFunc(labels, func(l string) bool { return strings.Contains(plain, l) })
	if i < 0 {
		return nil
	}
	tokens := strings.Fields(plain[strings.Index(plain, labels[i])+len(labels[i]):])
	for end := len(tokens); end > 0; end-- {
		for begin := max(0, end-4); begin < end; begin++ { // thousands may stand apart
			text := strings.Join(tokens[begin:end], " ")
			if r, _ := utf8.DecodeRuneInString(text); !strings.ContainsRune("+-(\u2212", r) && notDigit(r) {
				continue
			}
			if v, ok := s.parse(text); ok {
				return &stated{value: v, text: text}
			}
		}
	}
	return nil
}

// statementEnds compares opening balance + lines with the closing balance of statements that write both around their
// table.
func (a *auditor) statementEnds(t *table) error {
	l := t.movements(nil)
	if l == nil {
		return nil
	}
	c := l.amount
	if c == nil {
		c = l.debit
	}
	opening, closing := a.around(t, c.style)
	if opening == nil || closing == nil {
		return nil
	}
	var moved [len(stepSigns)]amount
	var lines, unreadable int64
	negative := false
	if err := t.lines(a.ctx, 0, 0, func(ln *line) bool {
		if ln.skip() {
			return true
		}
		d, c, r := l.read(ln)
		if r == garbled {
			unreadable++
		}
		if r == fine {
			lines++
			negative = negative || l.kind == DebitCreditColumns && d.sign() < 0
			for i, sign := range stepSigns {
				moved[i].add(sign(d, c))
			}
		}
		return true
	}); err != nil {
		return err
	}
	way := 0
	switch {
	case l.kind == SignedAmount:
		way = 1
	case negative:
		way = 2
	}
	for i := range moved {
		if opening.value.plus(moved[i]).equal(closing.value) {
			way = i
		}
	}
	a.reportEnds(t, opening, closing, moved[way], lines, unreadable)
	return nil
}

func (a *auditor) reportEnds(t *table, opening, closing *stated, moved amount, lines, unreadable int64) {
	is := opening.value.plus(moved)
	d := Declared{Table: t.Name, What: ControlClosing, Of: t.Name, Line: closing.line, Declared: closing.value.String(), Computed: is.String(), Difference: closing.value.minus(is).String(),
		Compared: 1, Reason: fmt.Sprintf("opening balance %s in line %d and the lines of the table (%s)", record.Grouped(opening.value.String()), opening.line, record.GroupedInt(lines))}
	if closing.value.equal(is) {
		d.Equal = 1
	}
	a.result.Declared = append(a.result.Declared, d)
	if d.Equal == 1 {
		return
	}
	f := record.Finding{Severity: record.Error, Rule: "declared.closing_balance", Raw: closing.text,
		Message: fmt.Sprintf("the statement closes with %s, but %s give %s", record.Grouped(d.Declared), d.Reason, record.Grouped(d.Computed)),
		Hint:    "Lines are missing or were changed: ask the bank for the statement again."}
	if unreadable > 0 {
		f.Hint = fmt.Sprintf("%s an amount that cannot be read: mend them first.", rowsHave(unreadable))
	}
	a.find(t.place(f, 0, closing.line))
}
