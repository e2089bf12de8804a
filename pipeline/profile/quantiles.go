package profile

import (
	"cmp"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// quantity is a number of a column, exactly, with its rows.
type quantity struct {
	mantissa int64
	scale    int
	wide     record.Decimal // instead, where beyond is set
	beyond   bool
	e        *entry
}

// quantiles fills in the quantiles of numbers and dates.
func (c *column) quantiles(p *Column) {
	switch p.Type {
	case TypeDate, TypeDateTime:
		days := c.tally.bestDate().days.list()
		total := int64(0)
		for _, d := range days {
			total += d.rows
		}
		for i, at := range pick(len(days), func(i int) int64 { return days[i].rows }, ranksOf(total)) {
			p.Quantiles = append(p.Quantiles, Quantile{percents[i], days[at].day.String()})
		}
	case TypeInteger, TypeDecimal:
		if c.overflow {
			c.roughQuantiles(p)
			return
		}
		list := c.quantities()
		total := int64(0)
		for i := range list {
			total += list[i].e.count
		}
		for i, at := range pick(len(list), func(i int) int64 { return list[i].e.count }, ranksOf(total)) {
			p.Quantiles = append(p.Quantiles, Quantile{percents[i], list[at].decimal().String()})
		}
	}
}

// quantities returns the distinct values that are numbers in the column's notation, smallest first.
func (c *column) quantities() []quantity {
	style, other := c.tally.style()
	var out []quantity
	for i := range c.values.entries {
		e := &c.values.entries[i]
		text := strings.TrimSpace(string(c.values.view(e)))
		if c.nothing(text) {
			continue
		}
		n := parseNumber(text)
		if n.style == notNumber || n.style == other {
			continue
		}
		q := quantity{mantissa: n.mantissa, scale: n.scale, e: e}
		if n.grouped(style) {
			q.scale = 0
		}
		if n.wide != "" {
			q.wide, q.beyond = record.MustDecimal(n.wide), true
		}
		out = append(out, q)
	}
	slices.SortFunc(out, func(a, b quantity) int { return cmp.Or(a.compare(&b), cmp.Compare(a.e.row, b.e.row)) })
	return out
}

// grouped reports whether the number's one separator marks thousands in a column of the given notation.
func (n *number) grouped(style numberStyle) bool {
	return style == comma && n.style == eitherPoint || style == point && n.style == eitherComma
}

func (q *quantity) decimal() record.Decimal {
	if q.beyond {
		return q.wide
	}
	return record.DecimalFromInt(q.mantissa).Mul(record.MustDecimal("1e-" + itoa(q.scale)))
}

func (q *quantity) float() float64 {
	if q.beyond {
		f, _ := strconv.ParseFloat(q.wide.String(), 64)
		return f
	}
	return float64(q.mantissa) / tens[q.scale]
}

// compare orders exactly: mantissas of equal scale as they are, others brought to one scale in 128 bits.
func (q *quantity) compare(o *quantity) int {
	switch {
	case q.beyond || o.beyond:
		return q.decimal().Cmp(o.decimal())
	case q.scale == o.scale || (q.mantissa < 0) != (o.mantissa < 0):
		return cmp.Compare(q.mantissa, o.mantissa)
	}
	qh, ql := q.scaled(o.scale)
	oh, ol := o.scaled(q.scale)
	order := cmp.Or(cmp.Compare(qh, oh), cmp.Compare(ql, ol))
	if q.mantissa < 0 {
		return -order
	}
	return order
}

// scaled is the size of the mantissa times ten to the power of a scale, in 128 bits: both are below 10^18.
func (q *quantity) scaled(scale int) (hi, lo uint64) {
	size := uint64(q.mantissa)
	if q.mantissa < 0 {
		size = uint64(-q.mantissa)
	}
	return bits.Mul64(size, power10[scale])
}

var power10 = func() (p [maxDigits + 1]uint64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = 10 * p[i-1]
	}
	return p
}()

// sizes are the numbers of an overflowed column as its histograms have them, smallest first.
func (c *column) sizes() []weighted {
	t := &c.tally
	style, _ := t.style()
	var out []weighted
	for _, s := range []numberStyle{plain, exponent, style, eitherPoint, eitherComma} {
		h := t.numbers[s].sizes
		if h == nil {
			continue
		}
		list := h.list()
		if n := (number{style: s}); n.grouped(style) {
			for i := range list {
				list[i].value *= 1000
			}
		}
		out = append(out, list...)
	}
	slices.SortStableFunc(out, func(a, b weighted) int { return cmp.Compare(a.value, b.value) })
	return out
}

func (c *column) roughQuantiles(p *Column) {
	list := c.sizes()
	total := int64(0)
	for _, w := range list {
		total += w.rows
	}
	p.QuantilesApproximate = len(list) > 0
	low, high := record.MustDecimal(p.Min), record.MustDecimal(p.Max)
	for i, at := range pick(len(list), func(i int) int64 { return list[i].rows }, ranksOf(total)) {
		d := record.MustDecimal(strconv.FormatFloat(list[at].value, 'g', 4, 64)).Significant(4)
		if p.Type == TypeInteger {
			d = d.Round(0)
		}
		switch {
		case d.Cmp(low) < 0:
			d = low
		case d.Cmp(high) > 0:
			d = high
		}
		p.Quantiles = append(p.Quantiles, Quantile{percents[i], d.String()})
	}
}
