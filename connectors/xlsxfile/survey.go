package xlsxfile

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
)

// A sheet is read once when the workbook is opened. Its first rows are kept to find the header, its last ones to find
// the footer; all rows between are only counted.
const (
	headRows  = 200
	headCells = 100_000
	tailRows  = 60
)

// keptRow is a row that is looked at again once the whole sheet is known.
type keptRow struct {
	at    int // sheet row
	cells []cell
	buf   []byte
	n     int // cells that hold something
}

func (k *keptRow) keep(r *sheetReader) {
	k.at, k.cells, k.buf, k.n = r.row, append(k.cells[:0], r.cells...), append(k.buf[:0], r.buf...), 0
	for i := range r.cells {
		if r.cells[i].filled() {
			k.n++
		}
	}
}

// survey is what one reading of a sheet found.
type survey struct {
	texts   *texts
	head    []keptRow // the first rows
	tail    []keptRow // the last rows below the head, in order
	columns []*stats
	merges  []merge
	rows    int64 // rows counted in columns
	hidden  tally // rows that are hidden
	used    []bool
}

// tally counts cells and remembers the first.
type tally struct {
	n   int64
	row int // sheet row of the first; 0 for none
}

func (t *tally) add(row int) {
	t.n++
	if t.row == 0 || row < t.row {
		t.row = row
	}
}

// stats is what the cells of one column are, over all rows of the table.
type stats struct {
	filled, texts, numbers, dates, formulas tally
	unknown                                 tally // formulas without a value
	failed                                  tally
	codes                                   map[string]int64 // errors by what they say
	listed                                  []int            // sheet rows of the first errors
	errorTexts, exponents                   tally
	numberTexts, zeroTexts, dateTexts       tally
	days                                    tally // plain numbers that would be days of our time
	noDays, leapDays                        tally
	long, rounded, zeroFilled               tally
	lengths                                 [16]tally // whole numbers by their count of digits; the last for longer ones
	others                                  int64     // numbers that are not whole, or negative
	textLengths                             [16]int64 // texts of nothing but digits, by length
	sum                                     float64
	growing                                 bool // whole numbers so far each greater than the one before
	last                                    float64
}

const listedErrors = 5

// look reads a sheet to its end; rows up to skip are passed over.
func look(ctx context.Context, r *sheetReader, skip, tail int) (*survey, error) {
	s := &survey{texts: r.texts}
	budget := headCells
	ring, at := make([]keptRow, 0, tail), 0
	for {
		r.buf = r.buf[:0]
		err := r.next(ctx)
		if errors.Is(err, errNoData) {
			return s, nil
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if r.row <= skip {
			continue
		}
		s.see(r)
		switch budget -= len(r.cells); {
		case len(s.head) == 0 || len(s.head) < headRows && budget > 0:
			s.head = append(s.head, keptRow{})
			s.head[len(s.head)-1].keep(r)
		case len(ring) < tail:
			ring = append(ring, keptRow{})
			ring[len(ring)-1].keep(r)
		default:
			s.count(&ring[at])
			ring[at].keep(r)
			at = (at + 1) % tail
		}
	}
	s.tail = slices.Concat(ring[at:], ring[:at])
	var err error
	s.merges, err = r.merges(ctx)
	return s, err
}

// see notes what concerns every row.
func (s *survey) see(r *sheetReader) {
	if r.hidden {
		s.hidden.add(r.row)
	}
	for i := range r.cells {
		if c := &r.cells[i]; c.filled() {
			for int(c.col) >= len(s.used) {
				s.used = append(s.used, false)
			}
			s.used[c.col] = true
		}
	}
}

// text returns what a kept cell says.
func (s *survey) text(k *keptRow, c *cell) string {
	if c.shared >= 0 {
		return s.texts.list[c.shared]
	}
	return string(k.buf[c.start:c.end])
}

// count adds a row of the table to what is known about its columns.
func (s *survey) count(k *keptRow) {
	s.rows++
	for i := range k.cells {
		c := &k.cells[i]
		for int(c.col) >= len(s.columns) {
			s.columns = append(s.columns, nil)
		}
		if s.columns[c.col] == nil {
			s.columns[c.col] = &stats{growing: true}
		}
		length := int(c.end - c.start)
		if c.shared >= 0 {
			length = len(s.texts.list[c.shared])
		}
		s.columns[c.col].count(c, k, length)
	}
}

func (s *survey) column(col int) *stats {
	if col < len(s.columns) {
		return s.columns[col]
	}
	return nil
}

func (d *stats) count(c *cell, k *keptRow, length int) {
	if c.formula {
		d.formulas.add(k.at)
	}
	if c.kind == blank {
		return
	}
	d.filled.add(k.at)
	switch c.kind {
	case text:
		d.countText(c, k, length)
	case numeric:
		d.countNumber(c, k)
	case date:
		d.dates.add(k.at)
		if c.odd == leapDay {
			d.leapDays.add(k.at)
		}
	case failed:
		if d.codes == nil {
			d.codes = map[string]int64{}
		}
		d.failed.add(k.at)
		if code := string(k.buf[c.start:c.end]); len(d.codes) < 20 && len(code) < 20 {
			d.codes[code]++
		}
		if len(d.listed) < 4*listedErrors {
			d.listed = append(d.listed, k.at)
		}
	case unknown:
		d.unknown.add(k.at)
	}
}

func (d *stats) countText(c *cell, k *keptRow, length int) {
	d.texts.add(k.at)
	if c.class == 0 {
		return
	}
	for _, x := range []struct {
		class class
		tally *tally
	}{{numberText, &d.numberTexts}, {zeroText, &d.zeroTexts}, {dateText, &d.dateTexts}, {exponentText, &d.exponents}, {errorText, &d.errorTexts}} {
		if c.class&x.class != 0 {
			x.tally.add(k.at)
		}
	}
	if c.class&digitText != 0 {
		d.textLengths[min(length, 15)]++
	}
}

func (d *stats) countNumber(c *cell, k *keptRow) {
	d.numbers.add(k.at)
	switch c.odd {
	case noDay:
		d.noDays.add(k.at)
		return
	case longDigit:
		d.long.add(k.at)
	case rounded:
		d.rounded.add(k.at)
	case zeroFill:
		d.zeroFilled.add(k.at)
	}
	digits := k.buf[c.start:c.end]
	value := quick(digits)
	d.sum += value
	if bytes.IndexByte(digits, '.') >= 0 || digits[0] == '-' {
		d.others++
		if value > earliestDay && value < latestDay {
			d.days.add(k.at)
		}
		return
	}
	d.lengths[min(len(digits), 15)].add(k.at)
	d.growing = d.growing && value > d.last
	d.last = value
	if value > earliestDay && value < latestDay {
		d.days.add(k.at)
	}
}

// Serial numbers of days between 1927 and 2064: what stands in a column of dates and looks like one more.
const (
	earliestDay = 9999
	latestDay   = 60000
)

// quick reads a number as number writes it.
func quick(text []byte) float64 {
	if len(text) > 15 {
		f, _ := strconv.ParseFloat(string(text), 64)
		return f
	}
	var n int64
	scale, point := 1.0, false
	for _, c := range text {
		switch {
		case c == '.':
			point = true
		case c >= '0' && c <= '9':
			n = n*10 + int64(c-'0')
			if point {
				scale *= 10
			}
		}
	}
	if text[0] == '-' {
		n = -n
	}
	return float64(n) / scale
}
