package linkage

import "unicode/utf8"

// The similarities are our own: of the small libraries, strutil's window is wider than Jaro's and it allocates, smetrics
// compares bytes, and matchr, which is exact, is no longer looked after and has no limit at which a distance stops.

// scratch is what the comparing of two texts needs, kept by a worker so that no comparison allocates.
type scratch struct {
	ra, rb []rune
	taken  []bool
	ma, mb []rune
	rows   [3][]int
}

// runes decodes two texts into the scratch.
func (s *scratch) runes(a, b []byte) ([]rune, []rune) {
	s.ra, s.rb = decode(s.ra[:0], a), decode(s.rb[:0], b)
	return s.ra, s.rb
}

func decode(to []rune, b []byte) []rune {
	for len(b) > 0 {
		r, n := rune(b[0]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRune(b)
		}
		to, b = append(to, r), b[n:]
	}
	return to
}

// jaroWinkler returns the similarity of two texts after Jaro, raised after Winkler for a common beginning of up to four
// characters: 0 is nothing in common, 1 is equal. Two empty texts are equal.
func (s *scratch) jaroWinkler(x, y []byte) float64 {
	a, b := s.runes(x, y)
	j := s.jaro(a, b)
	if j <= 0.7 {
		return j
	}
	prefix := 0
	for prefix < min(4, len(a), len(b)) && a[prefix] == b[prefix] {
		prefix++
	}
	return j + float64(prefix)*0.1*(1-j)
}

func (s *scratch) jaro(a, b []rune) float64 {
	if len(a) == 0 || len(b) == 0 {
		if len(a) == len(b) {
			return 1
		}
		return 0
	}
	window := max(0, max(len(a), len(b))/2-1)
	s.taken = append(s.taken[:0], make([]bool, len(b))...)
	s.ma, s.mb = s.ma[:0], s.mb[:0]
	for i, c := range a {
		for j := max(0, i-window); j < min(len(b), i+window+1); j++ {
			if !s.taken[j] && b[j] == c {
				s.taken[j] = true
				s.ma = append(s.ma, c)
				break
			}
		}
	}
	if len(s.ma) == 0 {
		return 0
	}
	for j, c := range b {
		if s.taken[j] {
			s.mb = append(s.mb, c)
		}
	}
	crossed := 0
	for i := range s.ma {
		if s.ma[i] != s.mb[i] {
			crossed++
		}
	}
	m := float64(len(s.ma))
	return (m/float64(len(a)) + m/float64(len(b)) + (m-float64(crossed/2))/m) / 3
}

// distance returns how many insertions, deletions, replacements and swaps of neighbours lead from one text to the other
// (optimal string alignment: no piece is touched twice), or most+1 where it is more than most.
func (s *scratch) distance(x, y []byte, most int) int {
	if d := len(x) - len(y); d > 4*most || -d > 4*most {
		return most + 1
	}
	p, q := trimCommon(x, y)
	if !asciiBytes(p) || !asciiBytes(q) || !boundary(x, p) || !boundary(y, q) {
		a, b := s.runes(x, y)
		return align(&s.rows, a, b, most)
	}
	if d := len(p) - len(q); d > most || -d > most {
		return most + 1
	}
	switch {
	case len(p) == 0 || len(q) == 0:
		return len(p) + len(q)
	case most == 1 && len(p) == 1 && len(q) == 1:
		return 1
	case most == 1 && len(p) == 2 && len(q) == 2 && p[0] == q[1] && p[1] == q[0]:
		return 1
	case most == 1:
		return 2
	}
	return align(&s.rows, p, q, most)
}

// trimCommon takes the common beginning and end off two texts; neither changes their distance.
func trimCommon(x, y []byte) ([]byte, []byte) {
	for len(x) > 0 && len(y) > 0 && x[0] == y[0] {
		x, y = x[1:], y[1:]
	}
	for len(x) > 0 && len(y) > 0 && x[len(x)-1] == y[len(y)-1] {
		x, y = x[:len(x)-1], y[:len(y)-1]
	}
	return x, y
}

func asciiBytes(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// boundary says whether what is left of a text after trimming begins and ends between characters.
func boundary(whole, rest []byte) bool {
	from := cap(whole) - cap(rest)
	to := from + len(rest)
	return (from == len(whole) || utf8.RuneStart(whole[from])) && (to == len(whole) || utf8.RuneStart(whole[to]))
}

// align is the distance by dynamic programming, a row a character of a.
func align[T byte | rune](rows *[3][]int, a, b []T, most int) int {
	if d := len(a) - len(b); d > most || -d > most {
		return most + 1
	}
	for i := range rows {
		rows[i] = append(rows[i][:0], make([]int, len(b)+1)...)
	}
	before, last, row := rows[0], rows[1], rows[2]
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > most {
			return most + 1
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], most+1)
}
