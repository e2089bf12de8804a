package csvfile

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// pinnedWidths makes a fixed-width dialect of what opt says.
func (t *detector) pinnedWidths(d dialect) (dialect, error) {
	t.lineEnds(&d)
	d = dialect{lines: d.lines, end: d.end, wideRunes: t.charset.Identity(), widths: []int{}}
	texts := make([]string, len(t.opt.Widths))
	for i, w := range t.opt.Widths {
		if w < 1 {
			return d, record.Advise(fmt.Errorf("column %d cannot be %d characters wide: %w", i+1, w, connectors.ErrUnsupported),
				"State the characters of each column, in file order.")
		}
		d.widths = append(d.widths, d.limit)
		d.limit += w
		texts[i] = strconv.Itoa(w)
	}
	t.found["widths"] = pinned(strings.Join(texts, ","))
	return d, nil
}

// fixedLines is how many lines the columns of a fixed-width file are judged by.
const fixedLines = 500

// fixed decides whether the columns are made by blanks rather than by the delimiter that was found, sure being how sure
// that is.
func (t *detector) fixed(d dialect, sure float64) (dialect, bool) {
	if t.opt.Quote != "" || t.opt.Escape != "" || t.opt.RecordEnd != "" || d.end != nil {
		return d, false
	}
	f := dialect{lines: d.lines, wideRunes: t.charset.Identity(), sharp: true}
	var lines []string
	s := splitter{dialect: dialect{lines: d.lines}}
	for pos := d.below(t.text, t.opt.Skip); pos < len(t.text) && len(lines) < fixedLines; {
		end, size := s.recordEnd(t.text, pos, t.whole)
		if size == 0 && !t.whole {
			break
		}
		if line := t.text[pos:end]; len(bytes.TrimSpace(line)) > 0 {
			if bytes.IndexByte(line, '\t') >= 0 {
				return d, false
			}
			lines = append(lines, string(line))
		}
		pos = end + size
	}
	starts, fixedSure := ruled(lines), 0.98
	isRuled := starts != nil
	if !isRuled {
		starts, fixedSure = aligned(lines, f.wideRunes)
	}
	fields, inHeader := 1, false
	if d.delimiter != nil {
		records := notBlank(d.sample(t.text, t.whole, t.opt.Skip, sampleRecords))
		fields, _ = commonWidth(records)
		inHeader = len(records) > 0 && len(records[0].cells) > 1
	}
	switch {
	case len(starts) < 2, fixedSure < 0.7:
		return d, false
	case isRuled && (d.delimiter == nil || sure < 0.9):
	case d.delimiter != nil && inHeader && !evenLong(lines, f.wideRunes), sure >= 0.6 && len(starts) <= fields, !padded(lines):
		return d, false
	}
	f.widths = starts
	texts := make([]string, len(starts))
	for i := range len(starts) - 1 {
		texts[i] = strconv.Itoa(starts[i+1] - starts[i])
	}
	texts[len(starts)-1] = "rest"
	t.found["widths"] = detected(strings.Join(texts, ","), fixedSure)
	if fixedSure < 0.8 {
		t.note(record.Warning, "csv.widths_unsure", 0, "State widths: in migrate.yaml.", "the columns seem to be of fixed width, with confidence %.2f", fixedSure)
	}
	return f, true
}

// ruled finds columns by a line of dashes under the header, as database tools print it.
func ruled(lines []string) []int {
	if len(lines) < 2 || !isRule(lines[1]) {
		return nil
	}
	var starts []int
	for i, c := range lines[1] {
		if c != ' ' && (i == 0 || lines[1][i-1] == ' ') {
			starts = append(starts, i)
		}
	}
	if len(starts) > 0 {
		starts[0] = 0
	}
	return starts
}

// isRule recognises a line that only underlines the header.
func isRule(line string) bool {
	line = strings.TrimSpace(line)
	return len(line) > 4 && strings.Trim(line, "- ") == "" || len(line) > 4 && strings.Trim(line, "= ") == ""
}

// aligned finds columns of blanks: places at which no line has a character, and at least half of the lines go on after
// them. A few lines of title above the table may break them.
func aligned(lines []string, wideRunes bool) (starts []int, sure float64) {
	grid := make([][]bool, len(lines))
	for i, l := range lines {
		if wideRunes {
			for _, r := range l {
				grid[i] = append(grid[i], r != ' ')
			}
			continue
		}
		for k := range len(l) {
			grid[i] = append(grid[i], filled(l[k]))
		}
	}
	for above := 0; above <= min(5, len(lines)-4); above++ {
		starts = columnStarts(grid[above:])
		if len(starts) > 1 {
			// That a blank stands at one place in all lines by chance gets less likely with each line.
			n := float64(len(lines) - above)
			return starts, 1 - 1/(1+n*n/20) - 0.05*float64(above)
		}
	}
	return nil, 0
}

// columnStarts finds where text begins after places at which no line has any. One blank between is believed only where
// half of the lines have text behind it: two names may have their blank at the same place.
func columnStarts(grid [][]bool) (starts []int) {
	longest := 0
	for _, l := range grid {
		longest = max(longest, len(l))
	}
	used, reach := make([]int, longest+1), make([]int, longest+1)
	for _, l := range grid {
		reach[len(l)]++
		for k, full := range l {
			if full {
				used[k]++
			}
		}
	}
	beyond := len(grid) // lines that go on after place k
	for k, blanks := 0, 1; k < longest; k++ {
		beyond -= reach[k]
		if used[k] == 0 {
			if beyond*2 >= len(grid) {
				blanks++
			}
			continue
		}
		if blanks > 0 {
			most := 0
			for i := k; i < longest && used[i] > 0; i++ {
				most = max(most, used[i])
			}
			if len(starts) == 0 || most*2 >= len(grid) || blanks > 1 && most*20 >= len(grid) {
				starts = append(starts, k)
			}
		}
		blanks = 0
	}
	if len(starts) > 0 {
		starts[0] = 0
	}
	return starts
}

// padded reports whether most lines have blanks side by side, as values shorter than their column have them after.
func padded(lines []string) bool {
	n := 0
	for _, l := range lines {
		if strings.Contains(strings.TrimSpace(l), "  ") {
			n++
		}
	}
	return n*2 > len(lines)
}

// evenLong reports whether nearly all lines have the same number of characters.
func evenLong(lines []string, wideRunes bool) bool {
	count := map[int]int{}
	most := 0
	for _, l := range lines {
		n := len(l)
		if wideRunes {
			n = len([]rune(l))
		}
		count[n]++
		most = max(most, count[n])
	}
	return len(lines) >= 5 && most*10 >= len(lines)*9
}
