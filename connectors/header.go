package connectors

import (
	"fmt"
	"strconv"
	"strings"
)

// ColumnNames makes the names of a header usable: they are trimmed, a nameless column is called c<N> after its place
// (counted from 1), and a name that is taken gets _2, _3. nameless and repeated list the names that were made up.
func ColumnNames(header []string) (names, nameless, repeated []string) {
	taken := map[string]bool{}
	for _, n := range header {
		taken[strings.TrimSpace(n)] = true
	}
	used, next := map[string]bool{}, map[string]int{} // next: the number that may be free for a name
	for i, n := range header {
		n = strings.TrimSpace(n)
		empty := n == ""
		if empty {
			n = fmt.Sprintf("c%d", i+1)
		}
		base := n
		for k := max(2, next[base]); used[n] || (n != base || empty) && taken[n]; k++ {
			n, next[base] = fmt.Sprintf("%s_%d", base, k), k+1
		}
		used[n] = true
		names = append(names, n)
		switch {
		case empty:
			nameless = append(nameless, n)
		case n != base:
			repeated = append(repeated, n)
		}
	}
	return names, nameless, repeated
}

// Some lists names for a message: the first eight, and how many more there are.
func Some(names []string) string {
	const most = 8
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// RepeatedNames says once of all names that ColumnNames made up for columns whose own name was taken.
func RepeatedNames(repeated []string) string {
	if len(repeated) == 1 {
		return repeated[0] + ": this name stands in the header before"
	}
	return fmt.Sprintf("%s: these %d names stand in the header before", Some(repeated), len(repeated))
}

// HasHeader judges whether first is a header of the rows below it, and how sure that is. It says yes unless first is
// plainly data: where the rows below have numbers it has them too, and they are no series such as years.
func HasHeader(first []string, below [][]string) (bool, float64) {
	var data, name int
	for i, cell := range first {
		numbers, filled := 0, 0
		for _, row := range below {
			if len(row) == len(first) && strings.TrimSpace(row[i]) != "" {
				filled++
				if Numeric(row[i]) {
					numbers++
				}
			}
		}
		if filled < 2 || numbers < filled {
			continue
		}
		if Numeric(cell) {
			data++
		} else if strings.TrimSpace(cell) != "" {
			name++
		}
	}
	switch {
	case name > 0:
		return true, 0.98
	case data > 0 && !series(first):
		return false, 0.8
	case len(below) == 0:
		return true, 0.6
	}
	return true, 0.75
}

// HeaderLike reports whether cells look like a header on their own: all named, no name twice, and no numbers but for a
// series such as years. Empty cells at the end do not count.
func HeaderLike(cells []string) bool {
	for len(cells) > 0 && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	years := series(cells)
	for _, c := range cells {
		if !years && (strings.TrimSpace(c) == "" || Numeric(c)) {
			return false
		}
	}
	return len(cells) > 1 && Distinct(cells)
}

// Distinct reports whether no text but the empty one occurs twice.
func Distinct(cells []string) bool {
	seen := map[string]bool{}
	for _, c := range cells {
		if c = strings.TrimSpace(c); c != "" && seen[c] {
			return false
		}
		seen[c] = true
	}
	return true
}

// Numeric recognises what stands in rows rather than in headers: numbers in any style, dates and times.
func Numeric(text string) bool {
	text = strings.TrimSpace(text)
	digits := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			digits++
		case strings.IndexByte("+-., /:'%TZ", c) >= 0:
		default:
			return false
		}
	}
	return digits > 0
}

// series reports whether the numeric cells are what headers have: consecutive numbers, or years that grow.
func series(cells []string) bool {
	consecutive, years, prev, n := true, true, 0, 0
	for _, c := range cells {
		v, err := strconv.Atoi(strings.TrimSpace(c))
		if err != nil {
			if Numeric(c) {
				return false
			}
			continue
		}
		consecutive = consecutive && (n == 0 || v == prev+1)
		years = years && v > 1900 && v < 2100 && (n == 0 || v > prev)
		prev, n = v, n+1
	}
	return n > 2 && (consecutive || years)
}
