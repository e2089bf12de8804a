package csvfile

import (
	"bytes"
	"math"
	"strings"
)

// sampleRecords is how many records the dialect is judged by.
const sampleRecords = 200

// sampleRecord is one record of the sample with its cells as text, not decoded.
type sampleRecord struct {
	line
	physical int // number of its first physical line, from 0
	cells    []string
}

// blank reports whether the line holds nothing at all.
func (r sampleRecord) blank() bool { return r.start == r.end }

// filled is the number of cells that hold something.
func (r sampleRecord) filled() int {
	n := 0
	for _, c := range r.cells {
		if strings.TrimSpace(c) != "" {
			n++
		}
	}
	return n
}

// sample takes the text apart, up to limit records after the given number of physical lines.
func (d dialect) sample(text []byte, whole bool, skip, limit int) []sampleRecord {
	s := splitter{dialect: d}
	pos := d.below(text, skip)
	var out []sampleRecord
	for physical := skip; pos < len(text) && len(out) < limit; {
		s.reset()
		rec, ok := s.next(text, pos, whole)
		if !ok {
			break
		}
		r := sampleRecord{line: rec, physical: physical}
		for _, c := range s.spans {
			r.cells = append(r.cells, d.cell(text, c))
		}
		out = append(out, r)
		pos, physical = rec.next, physical+rec.lines
	}
	return out
}

// below is where the text begins under so many physical lines.
func (d dialect) below(text []byte, lines int) int {
	s := splitter{dialect: dialect{lines: d.lines}}
	pos := 0
	for ; lines > 0 && pos < len(text); lines-- {
		end, size := s.recordEnd(text, pos, true)
		pos = end + size
	}
	return pos
}

// cell is a cell's text on a copy.
func (d dialect) cell(text []byte, c span) string {
	end := c.end &^ marked
	if c.end == end {
		return string(text[c.start:end])
	}
	from := max(c.start, 1) - 1 // unmark looks at the quote before the cell
	own := bytes.Clone(text[from:end])
	s := splitter{dialect: d}
	c = s.unmark(own, span{c.start - from, (end - from) | marked})
	return string(own[c.start:c.end])
}

// commonWidth is the most frequent number of fields above one, and the share of records that have it. Of equally
// frequent numbers it is the one that comes first in the file.
func commonWidth(records []sampleRecord) (width int, share float64) {
	count, split := map[int]int{}, 0
	for _, r := range records {
		if len(r.cells) > 1 {
			count[len(r.cells)]++
		}
		if r.problem == "" {
			split++
		}
	}
	for _, r := range records {
		if n := len(r.cells); count[n] > count[width] {
			width = n
		}
	}
	if width == 0 {
		return 1, 1
	}
	return width, float64(count[width]) / float64(split)
}

func notBlank(records []sampleRecord) []sampleRecord {
	out := records[:0:0]
	for _, r := range records {
		if !r.blank() {
			out = append(out, r)
		}
	}
	return out
}

func round2(x float64) float64 { return math.Round(x*100) / 100 }
