package csvfile

import (
	"fmt"
	"unicode/utf8"
)

// columns splits a line of a fixed-width file at the places where its columns begin. Blanks around a value are padding.
// What stands before the first column or after the last is never dropped: it makes the row damaged, or belongs to the
// last column where the widths were found out.
func (s *splitter) columns(buf []byte, pos, end int) (problem string) {
	if pos == end {
		s.spans = append(s.spans, span{uint32(pos), uint32(end)})
		return ""
	}
	from := pos
	for i, start := range s.widths {
		to := end
		if i+1 == len(s.widths) && s.limit > 0 {
			to = s.forward(buf, from, end, s.limit-start)
		} else if i+1 < len(s.widths) {
			to = s.forward(buf, from, end, s.widths[i+1]-start)
			if s.sharp && problem == "" && to < end && to > from && filled(buf[to-1]) && filled(buf[to]) {
				problem = fmt.Sprintf("text stands across the border between fields %d and %d", i+1, i+2)
			}
		}
		a, b := from, to
		for a < b && !filled(buf[a]) {
			a++
		}
		for a < b && !filled(buf[b-1]) {
			b--
		}
		s.spans = append(s.spans, span{uint32(a), uint32(b)})
		from = to
	}
	for ; from < end && problem == ""; from++ {
		if filled(buf[from]) {
			problem = fmt.Sprintf("text stands after the last of %d fields", len(s.widths))
		}
	}
	return problem
}

// forward is the place n characters after from, or end.
func (s *splitter) forward(buf []byte, from, end, n int) int {
	if !s.wideRunes {
		return min(from+n, end)
	}
	for ; n > 0 && from < end; n-- {
		if buf[from] < utf8.RuneSelf {
			from++
			continue
		}
		_, size := utf8.DecodeRune(buf[from:end])
		from += size
	}
	return from
}

func filled(b byte) bool { return b != ' ' && b != 0 }
