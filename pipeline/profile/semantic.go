package profile

import (
	"slices"
	"strings"
)

const (
	meaningSample = 500    // different values looked at to find out what a column means
	checkedValues = 20_000 // different values that are checked once that is known
	plannedPhones = 1_000  // different telephone numbers held to their country's plan
)

// meaning finds the column's semantic type, by its values first, and whether it holds personal data.
func (c *column) meaning(p *Column, table string) {
	if p.Type == TypeEmpty {
		return
	}
	p.Personal = namesPerson(p, table)
	if p.Type == TypeDate || p.Type == TypeDateTime || p.Type == TypeBoolean {
		return
	}
	if c.isMoney(p) {
		p.Semantic = "money"
		return
	}
	if p.Type == TypeDecimal {
		return
	}
	values := c.sampleValues()
	for i := range checkers {
		k := &checkers[i]
		if k.fits(p, values) {
			p.Semantic, p.Personal = k.kind, p.Personal || k.personal
			if k.strict {
				c.checkAll(p, k)
			}
			return
		}
	}
	for i := range checkers {
		if k := &checkers[i]; k.claimed(p, values) {
			p.Personal = p.Personal || k.personal
			c.claimed = k.kind
			c.checkAll(p, k)
			return
		}
	}
}

// claimed reports whether a column whose values are not of the kind is called after it all the same.
func (k *checker) claimed(p *Column, values []string) bool {
	name := strings.Join(Words(p.Name), "")
	if len(values) == 0 || !slices.ContainsFunc(k.claims, func(c string) bool { return strings.HasSuffix(name, c) }) {
		return false
	}
	if k.looks == nil {
		return true
	}
	alike := 0
	for _, v := range values {
		if k.looks(v) {
			alike++
		}
	}
	return 2*alike > len(values)
}

// fits reports whether a column is of the kind.
func (k *checker) fits(p *Column, values []string) bool {
	named := names(p.Name, k.words, k.endings)
	if k.alone == 0 && !named || len(values) == 0 {
		return false
	}
	if k.values > 0 {
		values = values[:min(len(values), k.values)]
	}
	passed, formed := 0, 0
	for i, v := range values {
		verdict := k.check(v)
		switch {
		case verdict.OK:
			passed++
		case formOnly(verdict):
			formed++
		}
		if i == 20 && passed+formed == 0 {
			return false
		}
	}
	all := float64(len(values))
	if named && passed+formed > 0 && float64(passed+formed) >= namedShare*all {
		return true
	}
	return k.alone > 0 && len(values) >= k.distinct && passed > 0 && float64(passed) >= k.alone*all
}

// sampleValues returns the first distinct values that mean something, trimmed.
func (c *column) sampleValues() []string {
	var out []string
	for i := range c.values.entries {
		text := strings.TrimSpace(c.values.textOf(&c.values.entries[i]))
		if c.nothing(text) {
			continue
		}
		if out = append(out, text); len(out) == meaningSample {
			break
		}
	}
	return out
}

// checkAll counts the values that are not of the column's kind. Of a column with too many different values it sees a
// sample.
func (c *column) checkAll(p *Column, k *checker) {
	looked, planned := 0, 0
	for i := range c.values.entries {
		e := &c.values.entries[i]
		full := c.values.textOf(e)
		text := strings.TrimSpace(full)
		if c.nothing(text) {
			continue
		}
		if looked == checkedValues {
			c.checkedPart = true
			break
		}
		looked++
		v := k.check(text)
		if v.OK && k.kind == "phone" && text[0] == '+' && planned < plannedPhones {
			planned++
			if !international(text).OK {
				c.unplanned += e.count
			}
		}
		if v.OK || v.Reason == "no check digits known" {
			continue
		}
		p.InvalidRows += e.count
		if c.invalidWhy == nil {
			c.invalidWhy = map[string]int64{}
		}
		c.invalidWhy[v.Reason] += e.count
		p.Invalid = append(p.Invalid, Sample{shorten(full), e.count, e.row, e.line})
	}
	c.checkedPart = c.checkedPart || c.overflow
	c.checked = int64(looked)
	slices.SortStableFunc(p.Invalid, func(a, b Sample) int { return int(a.Row - b.Row) })
	p.Invalid = slices.Clone(p.Invalid[:min(len(p.Invalid), breakings)])
}

var (
	moneyWords = []string{"amount", "price", "total", "subtotal", "net", "gross", "cost", "costs", "balance", "credit", "debit", "tax", "freight", "revenue",
		"salary", "fee", "budget", "bonus", "betrag", "preis", "summe", "umsatz", "saldo", "soll", "haben", "kosten", "netto", "brutto", "montant", "prix",
		"solde", "importe", "precio", "prezzo", "importo", "dmbtr", "wrbtr", "netwr", "kzwi", "creditlimit", "wert"}
	moneyEndings = []string{"amount", "price", "cost", "betrag", "preis", "total", "taxamt", "totaldue"}
	notMoney     = []string{"id", "no", "nr", "code", "qty", "quantity", "count", "number", "rate", "percent", "pct", "year", "date", "key", "type", "rating", "weight", "unit", "class", "group", "days"}
)

// isMoney knows amounts: numbers whose column says so, and numbers written with a currency.
func (c *column) isMoney(p *Column) bool {
	switch p.Type {
	case TypeDecimal, TypeInteger:
		if p.Digits || !names(p.Name, moneyWords, moneyEndings) {
			return false
		}
		named := Words(p.Name)
		last := named[len(named)-1]
		return !slices.Contains(notMoney, last) && (p.Type == TypeDecimal || !names(p.Name, notMoney, nil))
	case TypeText:
		values := c.sampleValues()
		amounts := 0
		for _, v := range values {
			if moneyText(v) {
				amounts++
			}
		}
		c.currencySigns = amounts > 0 && float64(amounts) >= namedShare*float64(len(values))
		return c.currencySigns
	}
	return false
}
