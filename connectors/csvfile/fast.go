package csvfile

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// row is a record that becomes a row, as compact as a million of them want it.
type row struct {
	start, end uint32 // in the buffer, without the record's end
	first      uint32 // index of its first cell in spans
	cells      uint32
	line       uint32 // physical lines before it since the batch began
}

// simple reports whether run can take the dialect's records.
func (d dialect) simple() bool {
	return len(d.delimiter) == 1 && !d.blanks && d.escape == 0 && d.lines != endAny && d.end == nil && d.widths == nil && d.join == 0
}

const (
	ones  = 0x0101010101010101
	low7  = 0x7F7F7F7F7F7F7F7F
	high1 = 0x8080808080808080

	gather = 0x0102040810204080 // multiplied with the lowest bits of eight bytes: those bits side by side in the highest byte
)

// differs has the high bit of each byte of w that is not the byte pattern repeats.
func differs(w, pattern uint64) uint64 {
	w ^= pattern
	return ((w & low7) + low7) | w
}

// run takes records from pos on as long as they begin before stop, have as many fields as the table and hold no quote.
// Eight bytes are compared at once, and what is found in 64 is walked through at once: a processor cannot foresee where
// fields end, and every wrong guess costs as much as ten bytes. It returns rows with those it took,
// where the next record begins, and line, moved on. What it cannot take is left to next.
func (s *splitter) run(rows []row, buf []byte, pos, stop, width int, line uint32) (taken []row, next int, lines uint32) {
	if s.quote != 0 {
		if i := bytes.IndexByte(buf[pos:], s.quote); i >= 0 {
			buf = buf[:pos+i]
		}
	}
	delimiter, end := s.delimiter[0], byte('\n')
	if s.lines == endCR {
		end = '\r'
	}
	delimiters, ends := ones*uint64(delimiter), ones*uint64(end)
	spans, n := s.spans[:cap(s.spans)], len(s.spans)
	first, record, cell := n, pos, pos
	for i := pos; i < len(buf); i += 64 {
		if n+64 > len(spans) {
			spans = append(spans, make([]span, len(spans)/2+1024)...)
			spans = spans[:cap(spans)]
		}
		var hits uint64
		if i+64 <= len(buf) {
			hits = find((*[64]byte)(buf[i:]), delimiters, ends)
		} else {
			var last [64]byte
			left := copy(last[:], buf[i:])
			hits = find(&last, delimiters, ends) & (1<<left - 1) // the filling may look like a delimiter
		}
		for ; hits != 0; hits &= hits - 1 {
			at := i + bits.TrailingZeros64(hits)
			spans[n] = span{uint32(cell), uint32(at)}
			n++
			cell = at + 1
			if buf[at] == delimiter {
				continue
			}
			if n-first != width {
				s.spans = spans[:first]
				return rows, record, line
			}
			if end == '\n' && at > int(spans[n-1].start) && buf[at-1] == '\r' {
				at--
				spans[n-1].end = uint32(at)
			}
			rows = append(rows, row{start: uint32(record), end: uint32(at), first: uint32(first), cells: uint32(width), line: line})
			line++
			first, record = n, cell
			if record >= stop {
				s.spans = spans[:first]
				return rows, record, line
			}
		}
	}
	s.spans = spans[:first]
	return rows, record, line
}

// find has a bit for each byte of a block that is one of the two that the patterns repeat.
func find(block *[64]byte, a, b uint64) (hits uint64) {
	for k := 0; k < 64; k += 8 {
		word := binary.LittleEndian.Uint64(block[k : k+8])
		same := ^(differs(word, a) & differs(word, b)) & high1
		hits |= same >> 7 * gather >> 56 << k
	}
	return hits
}
