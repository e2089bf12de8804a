package books

import (
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
)

// formula is what a line could be worth: a column, a product of two, or that less a discount.
type formula struct {
	a, b, off int // places in the search's line columns; -1 for none
	discount  discountKind
}

type discountKind int

const (
	noDiscount discountKind = iota
	fraction                // 0.15 of the amount
	percent                 // 15 of 100
	absolute                // an amount
)

var (
	one       = amount{units: unit}
	hundredth = amount{units: unit / 100}
)

// value computes a formula from a line's amounts. A line without one of the factors is worth nothing; one without a
// discount has none.
func (f formula) value(values []amount, states []reading) (amount, reading) {
	worst := fine
	for _, i := range []int{f.a, f.b} {
		if i < 0 {
			continue
		}
		if states[i] == garbled {
			return amount{}, garbled
		}
		if states[i] == none {
			worst = none
		}
	}
	if worst == none {
		return amount{}, none
	}
	v := values[f.a]
	if f.b >= 0 {
		v = v.times(values[f.b])
	}
	if f.off < 0 || states[f.off] == none {
		return v, fine
	}
	if states[f.off] == garbled {
		return amount{}, garbled
	}
	switch d := values[f.off]; f.discount {
	case fraction:
		return v.times(one.minus(d)), fine
	case percent:
		return v.times(one.minus(d.times(hundredth))), fine
	default:
		return v.minus(d), fine
	}
}

func (f formula) text(cols []*column) string {
	s := cols[f.a].Name
	if f.b >= 0 {
		s += " * " + cols[f.b].Name
	}
	switch f.discount {
	case fraction:
		s += " * (1 - " + cols[f.off].Name + ")"
	case percent:
		s += " * (1 - " + cols[f.off].Name + " / 100)"
	case absolute:
		s += " - " + cols[f.off].Name
	}
	return s
}

func (f formula) columns(cols []*column) []string {
	var out []string
	for _, i := range []int{f.a, f.b, f.off} {
		if i >= 0 {
			out = append(out, cols[i].Name)
		}
	}
	return out
}

// size is how many columns a formula needs: the simplest one that holds is the best.
func (f formula) size() int {
	n := 1
	if f.b >= 0 {
		n++
	}
	if f.off >= 0 {
		n++
	}
	return n
}

const mostNumbers = 10 // numeric columns that formulas are made of, on either side

// numbers lists the columns that could hold amounts or quantities: no keys, no references, no codes.
func (t *table) numbers(refers func(column string) bool) []*column {
	var out []*column
	for i := range t.cols {
		c := &t.cols[i]
		if c.level > 0 || c.at == t.link || strings.HasPrefix(c.Name, parentKey) || c.Type != profile.TypeInteger && c.Type != profile.TypeDecimal || c.Digits {
			continue
		}
		if c.Semantic != "" && c.Semantic != "money" || refers(c.Name) || has(c.Name, []string{"id", "latitude", "longitude", "lat", "lon", "phone", "zip", "year", "no", "nr", "fax"}) {
			continue
		}
		if len(t.Keys) > 0 && t.Keys[0].Columns[0] == c.Name {
			continue
		}
		out = append(out, c)
	}
	// Decimals before integers: where there are many columns, money and quantities are among the former.
	slices.SortStableFunc(out, func(a, b *column) int { return kindRank(a) - kindRank(b) })
	return out[:min(len(out), mostNumbers)]
}

func kindRank(c *column) int {
	_, quantity := rank(c.Name, quantityWords)
	switch {
	case quantity:
		return 0
	case c.Type == profile.TypeDecimal:
		return 1
	}
	return 2
}

// formulas lists what the lines' amounts could be, simple ones first.
func formulas(cols []*column) []formula {
	var out []formula
	quantities := []int{}
	discounts := map[int]discountKind{}
	for i, c := range cols {
		out = append(out, formula{a: i, b: -1, off: -1})
		if within(c.Name, quantityWords) {
			quantities = append(quantities, i)
		}
		if within(c.Name, discountWords) {
			discounts[i] = fraction
			if c.Max != "" && !strings.HasPrefix(c.Max, "0") && c.Max != "1" {
				discounts[i] = percent
			}
		}
	}
	singles := len(out)
	for i := range cols {
		for k := i + 1; k < len(cols); k++ {
			qi, qk := slices.Contains(quantities, i), slices.Contains(quantities, k)
			if len(quantities) > 0 && qi == qk || discounts[i] != noDiscount || discounts[k] != noDiscount {
				continue
			}
			if qk {
				out = append(out, formula{a: k, b: i, off: -1})
			} else {
				out = append(out, formula{a: i, b: k, off: -1})
			}
		}
	}
	for _, f := range out[singles:] {
		for i := range cols {
			if kind := discounts[i]; kind != noDiscount && i != f.a && i != f.b {
				out = append(out, formula{f.a, f.b, i, kind}, formula{f.a, f.b, i, absolute})
			}
		}
	}
	return out
}
