package profile

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"
)

const (
	outlierRows  = 30  // values that a column needs for any to be far from the others
	outliersKept = 10  // named
	fence        = 3.0 // interquartile ranges beyond the quartiles (Tukey's outer fence)
	gap          = 3.0 // times as far from the median as the furthest value that counts as usual
	dateGap      = 730 // days between such a day and the usual ones, at least
	fewOutliers  = 100 // one row in so many at most: more are no outliers but another kind of row
)

// far is what lies beyond the fences of a column.
type far struct {
	low, high float64 // usual values lie from low to high
	median    float64
	rows      int64
}

// outliers finds numbers and dates far from all others.
func (c *column) outliers(p *Column) {
	switch p.Type {
	case TypeDate, TypeDateTime:
		c.farDates(p)
	case TypeInteger, TypeDecimal:
		// A key or a code is not large or small.
		if (!p.Unique || p.Type == TypeDecimal || p.Semantic == "money") && keyRank(p.Name, "") < 2 && !namesCode(p.Name) && (p.Semantic == "" || p.Semantic == "money") {
			c.farNumbers(p)
		}
	}
}

func (c *column) farNumbers(p *Column) {
	var list []quantity
	var sizes []weighted
	if c.overflow {
		sizes = c.sizes()
	} else {
		list = c.quantities()
		for i := range list {
			sizes = append(sizes, weighted{list[i].float(), list[i].e.count})
		}
	}
	f, ok := beyond(sizes)
	if !ok {
		return
	}
	p.OutlierRows, p.OutlierReason = f.rows, "numbers"
	if !p.Personal {
		p.OutlierReason = fmt.Sprintf("the others lie between %s and %s, half of them up to %s", short(f.low), short(f.high), short(f.median))
	}
	for i := range list {
		if v := list[i].float(); v < f.low || v > f.high {
			e := list[i].e
			p.Outliers = append(p.Outliers, Sample{shorten(c.values.textOf(e)), e.count, e.row, e.line})
		}
	}
	if c.overflow {
		p.Outliers = c.tally.extremes(f)
	}
	slices.SortStableFunc(p.Outliers, func(a, b Sample) int { return cmp.Compare(a.Row, b.Row) })
	p.Outliers = p.Outliers[:min(len(p.Outliers), outliersKept)]
}

// short writes a float with three digits that count.
func short(f float64) string {
	text, _ := strconv.ParseFloat(strconv.FormatFloat(f, 'g', 3, 64), 64)
	return strconv.FormatFloat(text, 'f', -1, 64)
}

// beyond looks for numbers outside Tukey's outer fences. Amounts spread by factors, not by sums, so the fences stand on
// a scale that is linear up to the median and logarithmic above. What is beyond them must also leave a gap: a long tail
// is how amounts are.
func beyond(list []weighted) (f far, ok bool) {
	total := int64(0)
	for _, w := range list {
		total += w.rows
	}
	if total < outlierRows || len(list) < 5 {
		return f, false
	}
	rows := func(i int) int64 { return list[i].rows }
	q := pick(len(list), rows, []int64{rankAt(25, total), rankAt(50, total), rankAt(75, total)})
	f.median = list[q[1]].value
	unit := math.Max(math.Abs(f.median), math.Abs(list[q[2]].value-list[q[0]].value)/2)
	if unit == 0 {
		return f, false
	}
	scale := func(v float64) float64 { return math.Copysign(math.Log10(1+math.Abs(v)/unit), v) }
	low, high := scale(list[q[0]].value), scale(list[q[2]].value)
	spread := fence * math.Max(high-low, 0.2)
	f.low, f.high = math.Inf(1), math.Inf(-1)
	for _, w := range list {
		if s := scale(w.value); s < low-spread || s > high+spread {
			f.rows += w.rows
			continue
		}
		f.low, f.high = math.Min(f.low, w.value), math.Max(f.high, w.value)
	}
	reach := gap * math.Max(math.Abs(f.low-f.median), math.Abs(f.high-f.median))
	for _, w := range list {
		if (w.value < f.low || w.value > f.high) && math.Abs(w.value-f.median) < reach {
			return f, false
		}
	}
	return f, f.rows > 0 && (f.rows*fewOutliers <= total || f.rows == 1)
}

// extremes returns the smallest and the largest number of an overflowed column where they lie beyond the fences, which
// a sketch knows to half a percent.
func (t *tally) extremes(f far) []Sample {
	var out []Sample
	for i := range t.numbers {
		n := &t.numbers[i]
		if n.sizes == nil {
			continue
		}
		for _, e := range []extreme{n.low, n.high} {
			known := slices.ContainsFunc(out, func(s Sample) bool { return s.Row == e.at.row })
			if e.at.row > 0 && !known && (e.size < f.low-0.01*math.Abs(f.low) || e.size > f.high+0.01*math.Abs(f.high)) {
				out = append(out, Sample{shorten(e.at.text), e.at.rows, e.at.row, e.at.line})
			}
		}
	}
	return out
}

// farDates finds days outside the fences that are neither in the future nor before 1900: those are told anyway.
func (c *column) farDates(p *Column) {
	best := c.tally.bestDate()
	days := best.days.list()
	total := int64(0)
	for _, d := range days {
		total += d.rows
	}
	if total < outlierRows || len(days) < 5 {
		return
	}
	q := pick(len(days), func(i int) int64 { return days[i].rows }, []int64{rankAt(25, total), rankAt(75, total)})
	first, last := days[q[0]].day.number(), days[q[1]].day.number()
	reach := int64(fence * math.Max(float64(last-first), 365))
	usualFrom, usualTo := day(0), day(0)
	var strange []dayRows
	rows := int64(0)
	for _, d := range days {
		switch n := d.day.number(); {
		case n >= first-reach && n <= last+reach:
			if usualFrom == 0 {
				usualFrom = d.day
			}
			usualTo = d.day
		case d.day < 19000101 || c.tally.today > 0 && d.day > c.tally.today:
		default:
			strange = append(strange, d)
			rows += d.rows
		}
	}
	for _, d := range strange {
		if n := d.day.number(); n > usualFrom.number()-dateGap && n < usualTo.number()+dateGap {
			return // no gap
		}
	}
	if rows == 0 || rows*fewOutliers > total && rows > 1 {
		return
	}
	p.OutlierRows, p.OutlierReason = rows, "dates"
	if !p.Personal {
		p.OutlierReason = fmt.Sprintf("the others lie between %s and %s", usualFrom, usualTo)
	}
	p.Outliers = c.daySamples(best, strange)
}

// daySamples finds the values that are the given days, as far as the table of distinct values has them.
func (c *column) daySamples(best *dateTally, days []dayRows) []Sample {
	var out []Sample
	for i := range c.values.entries {
		e := &c.values.entries[i]
		r, second, n := parseDate(string(c.values.view(e)))
		if n == 2 && second.layout == best.layout {
			r = second
		}
		if n > 0 && slices.ContainsFunc(days, func(d dayRows) bool { return d.day == r.day }) {
			out = append(out, Sample{shorten(c.values.textOf(e)), e.count, e.row, e.line})
		}
	}
	slices.SortFunc(out, func(a, b Sample) int { return cmp.Compare(a.Row, b.Row) })
	return out[:min(len(out), outliersKept)]
}

// number counts the days since the year 1970.
func (d day) number() int64 {
	return time.Date(int(d/10000), time.Month(d/100%100), int(d%100), 0, 0, 0, 0, time.UTC).Unix() / 86_400
}
