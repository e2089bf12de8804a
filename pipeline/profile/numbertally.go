package profile

import (
	"math"
	"math/bits"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// scaleSum adds up the numbers of one scale in 128 bits: exact for any file that fits on a disk, and a hundred times
// faster than decimal addition.
type scaleSum struct {
	count    int64
	hi       int64
	lo       uint64
	min, max int64
}

func (s *scaleSum) add(mantissa, times int64) {
	if s.count == 0 || mantissa < s.min {
		s.min = mantissa
	}
	if s.count == 0 || mantissa > s.max {
		s.max = mantissa
	}
	s.count += times
	size := uint64(mantissa)
	if mantissa < 0 {
		size = uint64(-mantissa)
	}
	hi, lo := bits.Mul64(size, uint64(times))
	var carry uint64
	if mantissa < 0 {
		s.lo, carry = bits.Sub64(s.lo, lo, 0)
		s.hi -= int64(hi) + int64(carry)
		return
	}
	s.lo, carry = bits.Add64(s.lo, lo, 0)
	s.hi += int64(hi) + int64(carry)
}

// total returns the sum of the mantissas as a decimal.
func (s *scaleSum) total() record.Decimal {
	two32 := record.DecimalFromInt(1 << 32)
	d := record.DecimalFromInt(s.hi).Mul(two32).Mul(two32)
	return d.Add(record.DecimalFromInt(int64(s.lo >> 32)).Mul(two32)).Add(record.DecimalFromInt(int64(s.lo & (1<<32 - 1))))
}

// numberTally is what a column knows of the numbers of one notation.
type numberTally struct {
	count    int64
	groups   int64
	group    byte
	scales   []scaleSum // by the number of decimal places, as far as there are any
	wide     int64
	wideSum  record.Decimal
	wideMin  record.Decimal
	wideMax  record.Decimal
	maxScale int
	sizes    *histogram // nil until the table of distinct values overflows

	low, high extreme // of those in sizes
	below     int64   // negative numbers
	first     sample
}

// extreme is the smallest or the largest number so far.
type extreme struct {
	size float64
	at   sample
}

var tens = func() (t [maxDigits + 1]float64) {
	for i := range t {
		t[i] = math.Pow10(i)
	}
	return t
}()

// size is the number as a float: for quantiles that are approximate anyway, never for sums.
func (n *number) size() float64 {
	if n.wide != "" {
		f, _ := strconv.ParseFloat(n.wide, 64)
		return f
	}
	return float64(n.mantissa) / tens[n.scale]
}

func (t *numberTally) add(n *number, s sample, sketching bool) {
	times := s.rows
	t.first.earlier(s)
	if sketching {
		t.addSize(n.size(), s)
	}
	if n.mantissa < 0 || n.wide != "" && n.wide[0] == '-' {
		t.below += times
	}
	t.count += times
	if n.group != 0 {
		t.groups += times
		t.group = n.group
	}
	if n.wide != "" {
		t.addWide(record.MustDecimal(n.wide), times)
		return
	}
	t.maxScale = max(t.maxScale, n.scale)
	for n.scale >= len(t.scales) {
		t.scales = append(t.scales, scaleSum{})
	}
	t.scales[n.scale].add(n.mantissa, times)
}

func (t *numberTally) addSize(size float64, s sample) {
	if t.sizes == nil {
		t.sizes = &histogram{}
	}
	t.sizes.add(size, s.rows)
	if t.low.at.row == 0 || size < t.low.size {
		t.low = extreme{size, sample{strings.Clone(s.text), s.rows, s.row, s.line}}
	}
	if t.high.at.row == 0 || size > t.high.size {
		t.high = extreme{size, sample{strings.Clone(s.text), s.rows, s.row, s.line}}
	}
}

func (t *numberTally) addWide(d record.Decimal, times int64) {
	if t.wide == 0 || d.Cmp(t.wideMin) < 0 {
		t.wideMin = d
	}
	if t.wide == 0 || d.Cmp(t.wideMax) > 0 {
		t.wideMax = d
	}
	t.wide += times
	t.maxScale = max(t.maxScale, d.Scale())
	t.wideSum = t.wideSum.Add(d.Mul(record.DecimalFromInt(times)))
}

// numberTotals folds tallies into one count, minimum, maximum and sum.
type numberTotals struct {
	count         int64
	min, max, sum record.Decimal
	scale         int
}

// fold adds a tally; shift is the number of decimal places to take back where a separator groups thousands after all.
func (r *numberTotals) fold(t *numberTally, shift int) {
	for scale := range t.scales {
		s := &t.scales[scale]
		if s.count == 0 {
			continue
		}
		places := max(0, scale-shift)
		unit := record.MustDecimal("1e-" + itoa(places))
		r.merge(s.count, record.DecimalFromInt(s.min).Mul(unit), record.DecimalFromInt(s.max).Mul(unit), s.total().Mul(unit))
		r.scale = max(r.scale, places)
	}
	if t.wide > 0 {
		r.merge(t.wide, t.wideMin, t.wideMax, t.wideSum)
		r.scale = max(r.scale, t.maxScale)
	}
}

func (r *numberTotals) merge(count int64, low, high, sum record.Decimal) {
	if r.count == 0 || low.Cmp(r.min) < 0 {
		r.min = low
	}
	if r.count == 0 || high.Cmp(r.max) > 0 {
		r.max = high
	}
	r.count += count
	r.sum = r.sum.Add(sum)
}
