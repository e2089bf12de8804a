package profile

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

const (
	topValues = 8
	topMasks  = 6
	breakings = 100
	certain   = 0.9 // share of the values that makes a type the column's type
)

// profile works out the column's type and figures. finish was called before.
func (c *column) profile(table string) Column {
	c.readCodes()
	t := &c.tally
	p := Column{
		Name: c.name, Values: t.values, Nulls: c.nulls, Blanks: t.blanks, NullWords: countsOf(t.nullWords, topValues),
		Approximate: c.overflow, MinLength: t.minLen, MaxLength: t.maxLen, Masks: t.masks.top(), Top: c.top(), Findings: []string{},
	}
	p.Unique = !c.repeated && t.values > 0
	p.Distinct = c.distinct()
	if p.Unique {
		p.Approximate = false // counted: every value is another
	}
	if t.values > 0 {
		p.MeanLength = math.Round(100*float64(t.lengths)/float64(t.values)) / 100
	}
	c.decide(&p)
	c.quantiles(&p)
	c.meaning(&p, table)
	return p
}

// distinct counts the different values, null words and blanks left out.
func (c *column) distinct() int64 {
	if !c.repeated || c.counted && c.tally.blanks == 0 && len(c.tally.nullWords) == 0 {
		return c.tally.values - c.repeats
	}
	n := int64(0)
	for i := range c.values.entries {
		if !c.nothing(string(c.values.view(&c.values.entries[i]))) {
			n++
		}
	}
	return min(n<<c.values.level, c.tally.values)
}

// nothing reports whether a text means no value in this column.
func (c *column) nothing(s string) bool {
	s = strings.TrimSpace(s)
	return s == "" || isNullWord(s) && !(c.codes && s == "NA")
}

// readCodes takes NA for a value where all others are codes of two characters: it is Namibia, and Naples.
func (c *column) readCodes() {
	t := &c.tally
	n := t.nullWords["NA"]
	if n == 0 || t.minLen != 2 || t.maxLen != 2 || t.values < 5*n || t.masks.rest > 0 || slices.ContainsFunc(t.masks.list, func(m maskCount) bool { return m.text != "A" }) {
		return
	}
	c.codes = true
	delete(t.nullWords, "NA")
	t.values += n
	t.lengths += 2 * n
	t.counts[classText] += n
	t.masks.list[0].rows += n
	t.minText, t.maxText = min(t.minText, "NA"), max(t.maxText, "NA")
}

// top lists the values of most rows. Where the table of distinct values overflowed, values that got the most votes are
// among them, with the rows that were counted since they were elected.
func (c *column) top() []Count {
	var kept []Count
	take := func(text string, rows int64) {
		if len(kept) == topValues && kept[topValues-1].Rows > rows || c.nothing(text) {
			return
		}
		n := Count{text, rows}
		at, _ := slices.BinarySearchFunc(kept, n, byRows)
		if at < topValues {
			kept = slices.Insert(kept, at, n)
			kept = kept[:min(len(kept), topValues)]
		}
	}
	for i := range c.values.entries {
		e := &c.values.entries[i]
		if len(kept) < topValues || e.count >= kept[topValues-1].Rows {
			take(c.values.textOf(e), e.count)
		}
	}
	if c.votes != nil {
		for i := range c.votes.buckets {
			if b := &c.votes.buckets[i]; b.rows > 1 {
				take(string(b.bytes[:b.size]), b.rows)
			}
		}
	}
	out := make([]Count, len(kept))
	for i, n := range kept {
		out[i] = Count{shorten(n.Value), n.Rows}
	}
	return out
}

func byRows(a, b Count) int {
	return cmp.Or(cmp.Compare(b.Rows, a.Rows), strings.Compare(a.Value, b.Value))
}

// top lists the masks of most rows.
func (t *maskTable) top() []Count {
	out := make([]Count, 0, len(t.list))
	for _, m := range t.list {
		out = append(out, Count{shorten(m.text), m.rows})
	}
	slices.SortFunc(out, byRows)
	return slices.Clone(out[:min(len(out), topMasks)])
}

// shorten cuts a value to what a report shows of it.
func shorten(s string) string {
	if len(s) <= 80 {
		return s
	}
	return prefix(s, 77) + "…"
}

func countsOf(m map[string]int64, limit int) []Count {
	out := make([]Count, 0, len(m))
	for v, n := range m {
		out = append(out, Count{shorten(v), n})
	}
	slices.SortFunc(out, byRows)
	return out[:min(len(out), limit)]
}

// decide sets the type and what follows from it: the first type that at least nine in ten values are of.
func (c *column) decide(p *Column) {
	t := &c.tally
	if t.values == 0 {
		p.Type, p.Confidence = TypeEmpty, 1
		return
	}
	share := func(n int64) float64 { return float64(n) / float64(t.values) }
	dates := -t.twoWays
	for _, d := range t.dates {
		dates += d.count
	}
	numbers := t.counts[classNumber] + t.counts[classComma]
	compactOnly := t.compact == dates
	switch {
	case c.isBoolean():
		p.Type, p.Confidence = TypeBoolean, 1
		p.Min, p.Max = t.minText, t.maxText
	case share(dates) >= certain && (!compactOnly || c.compactDates(p, share(t.compact))):
		c.asDate(p)
	case share(numbers) >= certain && t.leading > 0 && share(t.numbers[plain].count) >= certain:
		p.Type, p.Digits, p.Confidence = TypeText, true, share(t.numbers[plain].count)
		p.Min, p.Max = shorten(t.minText), shorten(t.maxText)
		p.Breaking = breaking(t.samples[classText], t.samples[classDate])
	case share(numbers) >= certain:
		c.asNumber(p)
	default:
		p.Type, p.Confidence = TypeText, 1
		p.Min, p.Max = shorten(t.minText), shorten(t.maxText)
	}
}

// compactDates tells twenty-million-odd numbers from dates without separators: all must be days, and either there are
// enough different ones that this is no coincidence, or the column's name says date.
func (c *column) compactDates(p *Column, share float64) bool {
	return share >= 0.98 && (p.Distinct >= 5 || namesDate(c.name))
}

var booleanPairs = [][2]string{
	{"true", "false"}, {"yes", "no"}, {"y", "n"}, {"ja", "nein"}, {"j", "n"}, {"oui", "non"}, {"si", "no"}, {"sí", "no"},
	{"vrai", "faux"}, {"wahr", "falsch"}, {"t", "f"}, {"0", "1"}, {"x", "x"},
}

func (c *column) isBoolean() bool {
	if c.overflow {
		return false
	}
	var words []string
	for i := range c.values.entries {
		w := strings.ToLower(strings.TrimSpace(c.values.textOf(&c.values.entries[i])))
		if c.nothing(w) || slices.Contains(words, w) {
			continue
		}
		if words = append(words, w); len(words) > 2 {
			return false
		}
	}
	if len(words) == 0 {
		return false
	}
	for _, pair := range booleanPairs {
		if !slices.ContainsFunc(words, func(w string) bool { return w != pair[0] && w != pair[1] }) {
			// One value alone says little, unless it is a word that means nothing else, or a flag that is set or not.
			return len(words) == 2 || len(words[0]) >= 4 || words[0] == "x" || namesFlag(c.name)
		}
	}
	return false
}

func (c *column) asDate(p *Column) {
	t := &c.tally
	best := t.bestDate()
	p.Type, p.Layout, p.Confidence = TypeDate, best.text(), float64(best.count)/float64(t.values)
	if best.timed > 0 {
		p.Type = TypeDateTime
	}
	if best.min > 0 {
		p.Min, p.Max = best.min.String(), best.max.String()
	}
	if best.openEnds > 0 {
		p.Max = best.lastEnd.String()
	}
	p.Breaking = breaking(t.samples[classText], t.samples[classNumber], t.samples[classComma])
	if best.layout.order == orderCompact {
		p.Breaking = breaking(t.samples[classText], t.samples[classDate], t.samples[classComma])
	}
}

// text spells the layout as the values need it: "d.M.yyyy" where some are not padded.
func (t *dateTally) text() string {
	text := t.layout.String()
	if t.unpadded > 0 && t.layout.order != orderCompact {
		text = strings.Replace(strings.Replace(text, "dd", "d", 1), "MM", "M", 1)
	}
	return text
}

// bestDate is the layout that reads most values; where two read the same, the one that is sure of more, then day first.
func (t *tally) bestDate() *dateTally {
	all := t.dateLayouts()
	return all[0]
}

func (t *tally) dateLayouts() []*dateTally {
	all := make([]*dateTally, 0, len(t.dates))
	for _, d := range t.dates {
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b *dateTally) int {
		return cmp.Or(t.pinned.compare(a.layout.order, b.layout.order), cmp.Compare(b.count, a.count), cmp.Compare(b.sure, a.sure), cmp.Compare(a.layout.order, b.layout.order),
			strings.Compare(a.layout.String(), b.layout.String()))
	})
	return all
}

func (c *column) asNumber(p *Column) {
	t := &c.tally
	style, other := t.style()
	var total numberTotals
	total.fold(&t.numbers[plain], 0)
	total.fold(&t.numbers[exponent], 0)
	p.Type, p.Point = TypeInteger, ""
	if style == comma {
		total.fold(&t.numbers[comma], 0)
		total.fold(&t.numbers[eitherComma], 0)
		total.fold(&t.numbers[eitherPoint], 3)
	} else {
		total.fold(&t.numbers[point], 0)
		total.fold(&t.numbers[eitherPoint], 0)
		total.fold(&t.numbers[eitherComma], 3)
	}
	if total.scale > 0 || t.numbers[style].count > 0 {
		p.Type, p.Point = TypeDecimal, "."
		if style == comma {
			p.Point = ","
		}
	}
	p.Group = t.grouping(style)
	p.Confidence = float64(total.count) / float64(t.values)
	p.Min, p.Max, p.Sum = total.min.String(), total.max.String(), total.sum.String()
	if mean, err := total.sum.Quo(record.DecimalFromInt(total.count), total.scale+4); err == nil {
		p.Mean = mean.String()
	}
	strangers := t.samples[classComma]
	if other == point {
		strangers = t.pointSamples()
	}
	if t.numbers[other].count == 0 {
		strangers = nil
	}
	p.Breaking = breaking(t.samples[classText], t.samples[classDate], strangers)
}

// style decides which notation the column's numbers are in, and which one would break it.
func (t *tally) style() (style, other numberStyle) {
	points, commas := t.numbers[point].count, t.numbers[comma].count
	if t.pinned.style == comma || t.pinned.style == 0 && commas > points {
		return comma, point
	}
	return point, comma
}

func (t *tally) pointSamples() []sample {
	var out []sample
	for _, s := range t.samples[classNumber] {
		if parseNumber(strings.TrimSpace(s.text)).style == point {
			out = append(out, s)
		}
	}
	return out
}

func (t *tally) grouping(style numberStyle) string {
	if g := t.numbers[style].group; g != 0 {
		return groupText(g)
	}
	switch {
	case style == point && t.numbers[eitherComma].count > 0:
		return ","
	case style == comma && t.numbers[eitherPoint].count > 0:
		return "."
	}
	if g := t.numbers[plain].group; g != 0 {
		return groupText(g)
	}
	return ""
}

// groupText turns the first byte of a separator into the separator: the wide blanks begin with bytes beyond ASCII.
func groupText(b byte) string {
	if b >= 0x80 {
		return "\u00a0"
	}
	return string(b)
}

func breaking(lists ...[]sample) []Sample {
	var all []sample
	for _, l := range lists {
		all = append(all, l...)
	}
	slices.SortFunc(all, func(a, b sample) int { return cmp.Compare(a.row, b.row) })
	all = all[:min(len(all), breakings)]
	return samplesOf(all)
}

func samplesOf(list []sample) []Sample {
	out := make([]Sample, 0, len(list))
	for _, s := range list {
		out = append(out, Sample{shorten(s.text), s.rows, s.row, s.line})
	}
	return out
}
