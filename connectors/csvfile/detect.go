package csvfile

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/rawfile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// delimiters are what is tried, of equals the first. Those that stand in ordinary text, too, weigh less and have to split
// into more fields.
var delimiters = []struct {
	text   byte
	weight float64
	fields int
}{
	{',', 1, 2}, {';', 1, 2}, {'\t', 1, 2}, {'|', 1, 2},
	{0x1F, 0.98, 2}, {0x01, 0.98, 2}, {'^', 0.9, 2}, {'~', 0.9, 2}, {'#', 0.6, 3}, {'!', 0.6, 3}, {'*', 0.6, 3}, {'$', 0.6, 3}, {':', 0.6, 4},
}

// symbols are the characters that longer delimiters and record ends are made of.
const symbols = "|+~^#&%$*!@=<>;,:\t"

// detector finds out a file's dialect from the beginning of its text, as far as opt does not pin it.
type detector struct {
	text    []byte
	whole   bool
	path    string
	opt     connectors.Options
	charset *rawfile.Charset
	found   map[string]connectors.Detection
	notes   []record.Finding
}

func pinned(value string) connectors.Detection {
	return connectors.Detection{Value: value, Confidence: 1, Pinned: true}
}

func detected(value string, sure float64) connectors.Detection {
	return connectors.Detection{Value: value, Confidence: round2(sure)}
}

func (t *detector) note(sev record.Severity, rule string, line int64, hint, format string, args ...any) {
	t.notes = append(t.notes, record.Finding{Severity: sev, Rule: rule, Line: line, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// dialect finds everything a splitter has to know.
func (t *detector) dialect() (dialect, error) {
	d, err := t.pinnedDialect()
	if err != nil {
		return d, err
	}
	if len(t.opt.Widths) > 0 {
		return t.pinnedWidths(d)
	}
	t.lineEnds(&d)
	if t.opt.Delimiter != "" {
		t.found["delimiter"] = pinned(t.opt.Delimiter)
		if !bytes.Contains(t.text, d.delimiter) {
			t.note(record.Warning, "csv.delimiter_absent", 0, "Correct the delimiter in migrate.yaml.", "the delimiter %q stands nowhere in the file", t.opt.Delimiter)
		}
		t.found["quote"] = t.quoteFound(d, 1)
		t.unquoted(&d)
		t.escape(&d)
		t.join(&d)
		return d, nil
	}
	t.recordEnd(&d)
	sure := t.signed(&d)
	if sure == 0 {
		sure = t.delimiter(&d)
	}
	if fixed, ok := t.fixed(d, sure); ok {
		return fixed, nil
	}
	t.found["delimiter"] = detected(string(d.delimiter), sure)
	t.found["quote"] = t.quoteFound(d, 1)
	if d.delimiter == nil {
		return d, nil
	}
	t.longer(&d)
	t.blanks(&d)
	t.unquoted(&d)
	t.escape(&d)
	t.join(&d)
	if d.blanks {
		t.found["delimiter"] = detected(string(d.delimiter)+" ", sure)
	} else {
		t.found["delimiter"] = detected(string(d.delimiter), sure)
	}
	return d, nil
}

func (t *detector) quoteFound(d dialect, sure float64) connectors.Detection {
	switch {
	case t.opt.Quote != "":
		return pinned(t.opt.Quote)
	case d.quote == 0:
		return detected("none", sure)
	}
	return detected(string(rune(d.quote)), sure)
}

// pinnedDialect is what opt says.
func (t *detector) pinnedDialect() (d dialect, err error) {
	d.quote = '"'
	switch {
	case strings.EqualFold(t.opt.Quote, "none"):
		d.quote = 0
	case t.opt.Quote != "":
		if d.quote, err = oneByte("quote", t.opt.Quote); err != nil {
			return d, err
		}
	}
	if t.opt.Escape != "" {
		if d.escape, err = oneByte("escape", t.opt.Escape); err != nil {
			return d, err
		}
		t.found["escape"] = pinned(t.opt.Escape)
	}
	if text := spoken(t.opt.Delimiter); text != "" {
		if own := strings.TrimRight(text, " "); own != "" {
			d.blanks, text = own != text, own
		}
		if d.delimiter, err = t.pinnedText("delimiter", text); err != nil {
			return d, err
		}
	}
	if text := spoken(t.opt.RecordEnd); text != "" && text != "\n" && text != "\r\n" {
		if d.end, err = t.pinnedText("record end", text); err != nil {
			return d, err
		}
		t.found["record_end"] = pinned(text)
	}
	for _, text := range [][]byte{d.delimiter, d.end} {
		if d.quote != 0 && bytes.IndexByte(text, d.quote) >= 0 || d.escape != 0 && bytes.IndexByte(text, d.escape) >= 0 {
			return d, record.Advise(fmt.Errorf("%q cannot separate fields and be the quote or the escape character, too: %w", text,
				connectors.ErrUnsupported), "State another delimiter, quote or escape in migrate.yaml.")
		}
	}
	return d, nil
}

// spoken reads how people write characters that have no picture.
func spoken(text string) string {
	if strings.EqualFold(text, "tab") {
		return "\t"
	}
	return strings.NewReplacer(`\t`, "\t", `\n`, "\n", `\r`, "\r").Replace(text)
}

// pinnedText is the text as the file's bytes have it.
func (t *detector) pinnedText(what, text string) ([]byte, error) {
	out, err := t.charset.Encode(text)
	if err == nil {
		err = t.splits(what, out)
	}
	return out, err
}

// splits refuses a delimiter that can be half of a character.
func (t *detector) splits(what string, text []byte) error {
	if what == "delimiter" && bytes.ContainsAny(text, "\n") {
		return record.Advise(fmt.Errorf("a delimiter with a line end: %w", connectors.ErrUnsupported), "State the record end apart from the delimiter.")
	}
	for _, b := range text {
		if !t.charset.SplitsAt(b) {
			return record.Advise(fmt.Errorf("%s %q can be half of a character in %s: %w", what, text, t.charset.Name(),
				connectors.ErrUnsupported), "Convert the file to UTF-8 first.")
		}
	}
	return nil
}

func oneByte(what, text string) (byte, error) {
	if text = spoken(text); len(text) == 1 && text[0] < 0x80 && text[0] != '\n' && text[0] != '\r' {
		return text[0], nil
	}
	return 0, record.Advise(fmt.Errorf("%s %q: %w", what, text, connectors.ErrUnsupported), "Give one ASCII character.")
}

// delimiter is left nil where the file has one column. It also settles the quote.
func (t *detector) delimiter(d *dialect) float64 {
	best, second := t.bestDelimiter(d)
	if t.opt.Quote == "" && bytes.Count(t.text, []byte{'\''}) > 2*bytes.Count(t.text, []byte{'"'}) {
		single := *d
		single.quote = '\''
		if b, s := t.bestDelimiter(&single); b >= best && t.quotedCells(single) > 0.3 {
			*d, best, second = single, b, s
		}
	}
	if best < 0.6 && t.whole && d.end == nil { // lines are uneven, perhaps because rows go over several
		for _, c := range []byte("\t;|") {
			try := *d
			try.delimiter = []byte{c}
			if first := t.text[:bytes.IndexByte(append(t.text[:len(t.text):len(t.text)], '\n'), '\n')]; t.joinFields(try, bytes.Count(first, try.delimiter)+1) > 0 {
				d.delimiter = try.delimiter
				return 0.7
			}
		}
	}
	if best < 0.35 {
		d.delimiter = nil
		return 1 - best
	}
	return min(best, 1) * (1 - second/best/2)
}

// signatures begin files of programs that write one delimiter always: DATEV's exports, and what others
// write for it.
var signatures = []struct {
	begins    string
	delimiter byte
}{
	{`"EXTF";`, ';'}, {`EXTF;`, ';'}, {`"DTVF";`, ';'}, {`DTVF;`, ';'},
}

// signed sets the delimiter that the file's first bytes promise, and returns how sure they make it; 0 where they say nothing.
func (t *detector) signed(d *dialect) float64 {
	for _, s := range signatures {
		if bytes.HasPrefix(t.text, []byte(s.begins)) {
			d.delimiter = []byte{s.delimiter}
			return 0.99
		}
	}
	return 0
}

// bestDelimiter sets the likeliest delimiter and returns how good it is, and how good the best of its rivals. What does
// not stand in its header is no rival: it only stands in cells, as colons do in times.
func (t *detector) bestDelimiter(d *dialect) (best, second float64) {
	scores := map[byte]float64{}
	var header []byte
	for _, c := range delimiters {
		if bytes.IndexByte(t.text, c.text) < 0 || !t.charset.SplitsAt(c.text) {
			continue
		}
		try := *d
		try.delimiter = []byte{c.text}
		records := try.sample(t.text, t.whole, t.opt.Skip, sampleRecords)
		score, fields := delimiterScore(records)
		if fields < c.fields {
			continue
		}
		score *= c.weight
		if c.text == '\t' && strings.Contains(strings.ToLower(t.path), ".tsv") {
			score *= 1.2
		}
		if scores[c.text] = score; score > best {
			best, d.delimiter = score, try.delimiter
			header = t.firstOf(records, fields)
		}
	}
	for c, score := range scores {
		if bytes.IndexByte(d.delimiter, c) < 0 && bytes.IndexByte(header, c) >= 0 {
			second = max(second, score)
		}
	}
	return best, second
}

// firstOf is the text of the first record with so many fields.
func (t *detector) firstOf(records []sampleRecord, fields int) []byte {
	for _, r := range records {
		if len(r.cells) == fields {
			return t.text[r.start:r.end]
		}
	}
	return nil
}

// delimiterScore: a delimiter is as good as the share of records that it splits into the same number of fields, less
// where quotes come out wrong or the first record differs.
func delimiterScore(records []sampleRecord) (score float64, fields int) {
	all := notBlank(records)
	records = withoutTitles(all)
	width, share := commonWidth(records)
	if width < 2 {
		return 0, 1
	}
	if above := otherAbove(records, width); above > 0 {
		share = max(share, 1-0.02*float64(above))
	}
	var clean, header float64 = 1, 0.85
	if len(all[0].cells) == 1 { // a title, or a header of another delimiter
		share *= 0.95
	}
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
	return share * clean * header * (1 - 0.1/float64(width)), width
}

// otherAbove is the number of records above the header that have fewer fields where all below them have one width, as in
// files whose first lines describe them; 0 where that is not so.
func otherAbove(records []sampleRecord, width int) int {
	n := 0
	for n < len(records) && len(records[n].cells) < width {
		n++
	}
	if n > 3 || len(records)-n < 2 {
		return 0
	}
	for _, r := range records[n:] {
		if len(r.cells) != width || r.problem != "" {
			return 0
		}
	}
	return n
}

// withoutTitles leaves out records of one field above and below the others, unless those are few.
func withoutTitles(records []sampleRecord) []sampleRecord {
	from, to := 0, len(records)
	for from < to && len(records[from].cells) == 1 {
		from++
	}
	for to > from && len(records[to-1].cells) == 1 {
		to--
	}
	if to-from < 3 || (to-from)*2 < len(records) {
		return records
	}
	return records[from:to]
}

// quotedCells is the share of records with a cell between the dialect's quotes.
func (t *detector) quotedCells(d dialect) float64 {
	records := d.sample(t.text, t.whole, t.opt.Skip, sampleRecords)
	quoted := 0
	for _, r := range records {
		text := t.text[r.start:r.end]
		if r.problem == "" && !r.stray && (bytes.HasPrefix(text, []byte{d.quote}) || bytes.Contains(text, slices.Concat(d.delimiter, []byte{d.quote}))) {
			quoted++
		}
	}
	return float64(quoted) / float64(max(len(records), 1))
}

// escape finds a backslash that takes a quote's meaning away: without it more records are broken.
func (t *detector) escape(d *dialect) {
	if t.opt.Escape != "" || d.quote == 0 || !bytes.Contains(t.text, []byte{'\\', d.quote}) || !t.charset.SplitsAt('\\') {
		return
	}
	try := *d
	try.escape = '\\'
	before, _ := broken(d.sample(t.text, t.whole, t.opt.Skip, 5*sampleRecords))
	after, n := broken(try.sample(t.text, t.whole, t.opt.Skip, 5*sampleRecords))
	if after < before {
		*d = try
		t.found["escape"] = detected(`\`, 1-float64(after)/float64(n))
	}
}

func broken(records []sampleRecord) (broken, all int) {
	width, _ := commonWidth(notBlank(records))
	for _, r := range records {
		if r.problem != "" || len(r.cells) != width && !r.blank() {
			broken++
		}
	}
	return broken, len(records)
}

// longer finds that a delimiter has more characters: the same one stands before, or after, every one of it.
func (t *detector) longer(d *dialect) {
	if records := d.sample(t.text, t.whole, t.opt.Skip, sampleRecords); doubled(records) {
		d.delimiter = slices.Concat(d.delimiter, d.delimiter)
	}
	for len(d.delimiter) < 4 {
		var before, after [256]int
		n := 0
		for _, r := range d.sample(t.text, t.whole, t.opt.Skip, sampleRecords) {
			for i, c := range r.cells {
				if i+1 < len(r.cells) && c != "" {
					before[c[len(c)-1]]++
				}
				if i > 0 && c != "" {
					after[c[0]]++
				}
			}
			n += max(len(r.cells)-1, 0)
		}
		add := byte(0)
		for _, b := range []byte(symbols) {
			switch {
			case n < 4 || b == d.quote:
			case before[b] == n:
				d.delimiter, add = append([]byte{b}, d.delimiter...), b
			case after[b] == n:
				d.delimiter, add = slices.Concat(d.delimiter, []byte{b}), b
			}
			if add != 0 {
				break
			}
		}
		if add == 0 {
			return
		}
	}
}

// doubled reports whether two delimiters stand for one: every other cell is empty, in the header, too.
func doubled(records []sampleRecord) bool {
	for _, r := range records {
		if len(r.cells)%2 == 0 || len(r.cells) < 3 && !r.blank() {
			return false
		}
		for i := 1; i < len(r.cells); i += 2 {
			if r.cells[i] != "" {
				return false
			}
		}
	}
	return len(records) > 1 && records[0].filled()*2 == len(records[0].cells)+1
}

// blanks finds that a blank follows every delimiter and is no part of the cells, or that quotes open after blanks.
func (t *detector) blanks(d *dialect) {
	if d.quote != 0 && bytes.Contains(t.text, slices.Concat(d.delimiter, []byte{' ', d.quote})) {
		try := *d
		try.blanks = true
		before, _ := broken(d.sample(t.text, t.whole, t.opt.Skip, 5*sampleRecords))
		if after, _ := broken(try.sample(t.text, t.whole, t.opt.Skip, 5*sampleRecords)); after < before {
			d.blanks = true
			return
		}
	}
	records := d.sample(t.text, t.whole, t.opt.Skip, sampleRecords)
	n := 0
	for _, r := range records {
		for i, c := range r.cells {
			if i > 0 && !strings.HasPrefix(c, " ") {
				return
			}
			n += min(i, 1)
		}
	}
	d.blanks = n >= 4 && len(records) > 2
}
