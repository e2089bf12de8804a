package profile

import (
	"math"
	"slices"
)

// percents are the quantiles of a column, in parts of a hundred.
var percents = []int{1, 5, 25, 50, 75, 95, 99}

const (
	histBits  = 7         // buckets to a power of two, as a power of two: a relative error of 0.4 %
	histLow   = 1023 - 40 // exponents below count as the lowest
	histPages = 128       // powers of two
	pageSize  = 1 << histBits
)

// histogram counts numbers by size: buckets a factor of 1.008 wide, whatever the numbers are (the scheme of DDSketch,
// Masson et al. 2019). Two of them add up bucket by bucket, and no order of the numbers changes it.
type histogram struct {
	zero     int64
	pos, neg [histPages]*[pageSize]int64
}

func (h *histogram) add(v float64, times int64) {
	if v == 0 {
		h.zero += times
		return
	}
	bits := math.Float64bits(v)
	side := &h.pos
	if bits>>63 != 0 {
		side = &h.neg
	}
	index := bits << 1 >> (53 - histBits)
	page := min(max(int(index>>histBits)-histLow, 0), histPages-1)
	if side[page] == nil {
		side[page] = new([pageSize]int64)
	}
	side[page][index&(pageSize-1)] += times
}

// weighted is a number that stands for some rows.
type weighted struct {
	value float64
	rows  int64
}

// list returns the middles of the buckets, smallest first.
func (h *histogram) list() []weighted {
	out := buckets(&h.neg, -1)
	slices.Reverse(out)
	if h.zero > 0 {
		out = append(out, weighted{0, h.zero})
	}
	return append(out, buckets(&h.pos, 1)...)
}

func buckets(pages *[histPages]*[pageSize]int64, sign float64) (out []weighted) {
	for i, p := range pages {
		if p == nil {
			continue
		}
		for j, n := range p {
			if n > 0 {
				out = append(out, weighted{sign * math.Ldexp(1+(float64(j)+0.5)/pageSize, i+histLow-1023), n})
			}
		}
	}
	return out
}

// dayCounts counts calendar days exactly, a page of 512 days at a time.
type dayCounts struct {
	pages map[int32]*[512]int64
	last  *[512]int64
	at    int32
}

// index numbers days so that later ones have higher numbers; a month has room for 32.
func (d day) index() int32 { return int32(d/10000)<<9 | int32(d/100%100)<<5 | int32(d%100) }

func dayAt(index int32) day { return day(index>>9*10000 + index>>5&15*100 + index&31) }

func (c *dayCounts) add(d day, times int64) {
	i := d.index()
	if c.last == nil || c.at != i>>9 {
		if c.pages == nil {
			c.pages = map[int32]*[512]int64{}
		}
		c.at = i >> 9
		if c.last = c.pages[c.at]; c.last == nil {
			c.last = new([512]int64)
			c.pages[c.at] = c.last
		}
	}
	c.last[i&511] += times
}

// dayRows is a day and how many rows have it.
type dayRows struct {
	day  day
	rows int64
}

// list returns the days that occur, earliest first.
func (c *dayCounts) list() []dayRows {
	years := make([]int32, 0, len(c.pages))
	for y := range c.pages {
		years = append(years, y)
	}
	slices.Sort(years)
	var out []dayRows
	for _, y := range years {
		for i, n := range c.pages[y] {
			if n > 0 {
				out = append(out, dayRows{dayAt(y<<9 | int32(i)), n})
			}
		}
	}
	return out
}

// rankAt is the rank, counted from 1, of a quantile among n values: the nearest rank, so that a quantile is a value that
// is there.
func rankAt(percent int, n int64) int64 { return max(1, (int64(percent)*n+99)/100) }

// pick walks a sorted list once and returns the index of the element at each rank; ranks rise.
func pick(n int, rows func(i int) int64, ranks []int64) []int {
	out := make([]int, 0, len(ranks))
	seen := int64(0)
	for i := 0; i < n && len(out) < len(ranks); i++ {
		seen += rows(i)
		for len(out) < len(ranks) && ranks[len(out)] <= seen {
			out = append(out, i)
		}
	}
	return out
}

func ranksOf(total int64) []int64 {
	ranks := make([]int64, len(percents))
	for i, p := range percents {
		ranks[i] = rankAt(p, total)
	}
	return ranks
}
