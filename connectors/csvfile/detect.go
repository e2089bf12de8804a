package csvfile

import (
	"bytes"
	"fmt"
	"math"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
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
	var out []sampleRecord
	for pos, physical := 0, 0; pos < len(text) && len(out) < limit; {
		if physical < skip {
			_, next, ok := s.physical(text, pos, whole)
			if !ok {
				break
			}
			pos, physical = next, physical+1
			continue
		}
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

// cell is a cell's text on a copy.
func (d dialect) cell(text []byte, c span) string {
	own := bytes.Clone(text[c.start:c.end])
	if c.doubled {
		s := splitter{dialect: d}
		c = s.undouble(own, span{end: uint32(len(own)), doubled: true})
		own = own[:c.end]
	}
	return string(own)
}

// detectDialect finds delimiter, quote and line end, as far as opt does not pin them.
func detectDialect(text []byte, whole bool, path string, opt connectors.Options) (dialect, map[string]connectors.Detection, error) {
	found := map[string]connectors.Detection{}
	d := dialect{quote: '"', cr: bytes.IndexByte(text, '\r') >= 0 && bytes.IndexByte(text, '\n') < 0}
	found["quote"] = connectors.Detection{Value: `"`, Confidence: 1}
	if opt.Quote != "" {
		q, err := oneByte("quote", opt.Quote)
		if err != nil {
			return d, nil, err
		}
		d.quote = q
		found["quote"] = connectors.Detection{Value: opt.Quote, Confidence: 1, Pinned: true}
	}
	if opt.Delimiter != "" {
		c, err := oneByte("delimiter", opt.Delimiter)
		if err != nil {
			return d, nil, err
		}
		d.delimiter = c
		found["delimiter"] = connectors.Detection{Value: string(rune(c)), Confidence: 1, Pinned: true}
		return d, found, nil
	}
	var sure float64
	d.delimiter, sure = detectDelimiter(text, whole, d, opt.Skip, path)
	if d.delimiter == 0 {
		d.single, d.delimiter = true, ','
		found["delimiter"] = connectors.Detection{Value: "", Confidence: sure}
		return d, found, nil
	}
	found["delimiter"] = connectors.Detection{Value: string(rune(d.delimiter)), Confidence: sure}
	return d, found, nil
}

func oneByte(what, text string) (byte, error) {
	switch {
	case text == `\t` || strings.EqualFold(text, "tab"):
		return '\t', nil
	case len(text) == 1 && text[0] < 0x80 && text[0] != '\n' && text[0] != '\r':
		return text[0], nil
	}
	return 0, record.Advise(fmt.Errorf("%s %q: %w", what, text, connectors.ErrUnsupported),
		"Give one ASCII character; \"\\t\" is the tab.")
}

// detectDelimiter returns 0 where the file has one column. A delimiter is as good as the share of records that it
// splits into the same number of fields, less where quotes come out wrong or the first record differs.
func detectDelimiter(text []byte, whole bool, d dialect, skip int, path string) (byte, float64) {
	candidates := []byte{',', ';', '\t', '|'} // of equals, the first
	var best, second float64
	var winner byte
	for _, c := range candidates {
		d.delimiter = c
		score := delimiterScore(d.sample(text, whole, skip, sampleRecords))
		if c == '\t' && strings.Contains(strings.ToLower(path), ".tsv") {
			score *= 1.2
		}
		switch {
		case score > best:
			best, second, winner = score, best, c
		case score > second:
			second = score
		}
	}
	if best < 0.35 {
		return 0, round2(1 - best)
	}
	return winner, round2(min(best, 1) * (1 - second/best/2))
}

func delimiterScore(records []sampleRecord) float64 {
	records = notBlank(records)
	width, share := commonWidth(records)
	if width < 2 {
		return 0
	}
	var clean, header float64 = 1, 0.85
	for i, r := range records {
		if r.problem != "" {
			clean -= 0.5 / float64(len(records))
		}
		// The header decides; it may stand under a few lines of title.
		if len(r.cells) == width && i <= 10 {
			header = max(header, 1-0.03*float64(i))
		}
	}
	if len(records[0].cells) > 1 { // most records split somehow: ragged rather than one column
		split := 0.0
		for _, r := range records {
			if len(r.cells) > 1 {
				split++
			}
		}
		share = max(share, 0.5*split/float64(len(records)))
	}
	// More fields are better evidence than fewer, but only a little.
	return share * clean * header * (1 - 0.1/float64(width))
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
