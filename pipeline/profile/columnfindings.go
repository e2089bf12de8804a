package profile

import (
	"fmt"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// findings says what is wrong with a column. p is what profile made of it.
func (c *column) findings(p *Column, t *table) []record.Finding {
	sound := t.rows - t.quarantined
	f := columnFindings{c: c, p: p}
	f.nothings()
	f.texts()
	switch p.Type {
	case TypeDate, TypeDateTime:
		f.dates()
	case TypeInteger, TypeDecimal:
		f.numbers()
	}
	f.breaking()
	f.lostZeros()
	f.kind()
	f.spellings()
	f.strangers()
	f.key(t.name, sound, t.twins.count)
	return f.list
}

type columnFindings struct {
	c    *column
	p    *Column
	list []record.Finding
}

func (f *columnFindings) add(severity record.Severity, rule string, rows int64, at sample, hint, format string, args ...any) {
	f.list = append(f.list, record.Finding{
		Severity: severity, Rule: rule, Rows: rows, Row: at.row, Line: at.line, Column: f.p.Name, Raw: shorten(at.text), Hint: hint,
		Message: fmt.Sprintf(format, args...),
	})
}

func (f *columnFindings) nothings() {
	if len(f.p.NullWords) == 0 {
		return
	}
	words, rows := make([]string, 0, len(f.p.NullWords)), int64(0)
	for _, w := range f.p.NullWords {
		words = append(words, fmt.Sprintf("%q", w.Value))
		rows += w.Rows
	}
	list := strings.Join(words, ", ")
	f.add(record.Warning, "column.null_words", rows, sample{}, "If it means nothing, add nulls: ["+list+"] to the source.",
		"%s with %s, which usually means no value", rowsOf(rows), list)
}

// defectRules says what each defect of a text is worth telling.
var defectRules = []struct {
	defect        defect
	severity      record.Severity
	rule          string
	message, hint string
}{
	{invalid, record.Error, "column.invalid_text", "is not text in the file's encoding", "Pin encoding: for the source."},
	{mojibake, record.Error, "column.mojibake", "was decoded with the wrong character set (“Ã¼” for “ü”)", "Have the file exported again as UTF-8; if only some rows are hit, the damage is in the legacy system."},
	{replacement, record.Error, "column.replacement_character", "has lost characters (U+FFFD)", "What was there cannot be recovered from this file: have it exported again."},
	{control, record.Warning, "column.control_characters", "holds control characters", "Odoo drops or refuses them: clean them in the mapping."},
	{oddSpace, record.Warning, "column.odd_spaces", "holds a no-break or zero-width space", "It looks like a blank and compares unlike one: use do: [squeeze]."},
	{outerSpace, record.Note, "column.outer_spaces", "begins or ends with a blank", "Use do: [trim] where it is mapped."},
	{lineBreak, record.Note, "column.line_breaks", "goes over several lines", "In a name or an address Odoo shows one line: say in the mapping what becomes of the others."},
	{doubleSpace, record.Note, "column.double_spaces", "has two blanks in a row", "Use do: [squeeze] where it is mapped."},
}

// prose is a mean length, in characters, from which on a column is free text, where line breaks are at home.
const prose = 100

func (f *columnFindings) texts() {
	for _, r := range defectRules {
		n, at := f.c.tally.defect(r.defect)
		if n > 0 && (r.defect != lineBreak || f.p.MeanLength < prose) {
			f.add(r.severity, r.rule, n, at, r.hint, "%s: the text %s", rowsOf(n), r.message)
		}
	}
}

func (f *columnFindings) dates() {
	t := &f.c.tally
	layouts := t.dateLayouts()
	best := layouts[0]
	var dayFirst, monthFirst, others int64
	var example sample
	for _, d := range layouts {
		switch d.layout.order {
		case orderDMY:
			dayFirst += d.sure
		case orderMDY:
			monthFirst += d.sure
		}
		if d != best && d.sure > 0 {
			others += d.sure
			if example.row == 0 || d.example.row > 0 && d.example.row < example.row {
				example = d.example
			}
		}
	}
	switch {
	case dayFirst > 0 && monthFirst > 0:
		f.add(record.Error, "column.mixed_date_order", min(dayFirst, monthFirst), example, "Values such as 03/04 cannot be told apart: ask for an export with one order.",
			"%s with the day first, %s with the month first", rowsOf(dayFirst), rowsOf(monthFirst))
	case others > 0:
		f.add(record.Warning, "column.date_layouts", others, example, "The mapping needs one layout: see which ones occur under masks.",
			"%s written otherwise than %s", isAre(others), best.text())
	case best.sure == 0 && t.twoWays > 0 && t.pinned.order == 0:
		f.add(record.Warning, "column.date_ambiguous", t.twoWays, best.example, "Ask which it is and state layout: in the mapping.",
			"no date says whether the day or the month comes first; %s is assumed", best.text())
	}
	if best.future > 0 && !namesFuture(f.p.Name) {
		f.add(record.Warning, "column.future_dates", best.future, best.firstFuture, "Check whether they are planned dates or typing errors.", "%s in the future%s", isAre(best.future), f.unless("the latest", best.max))
	}
	if best.ancient > 0 {
		f.add(record.Warning, "column.ancient_dates", best.ancient, best.firstAncient, "Often a stand-in for no date, or a year with two digits lost.", "%s before 1900%s", isAre(best.ancient), f.unless("the earliest", best.min))
	}
	if best.openEnds > 0 {
		f.add(record.Note, "column.open_end_dates", best.openEnds, sample{}, "The year 9999 means no end: map it to null.", "%s the year 9999", rowsWith(best.openEnds))
	}
}

func (f *columnFindings) numbers() {
	t := &f.c.tally
	style, other := t.style()
	if n := t.numbers[other].count; n > 0 {
		f.add(record.Error, "column.mixed_decimals", n, t.numbers[other].first, "Amounts may be wrong by a factor of a thousand: ask for an export with one notation.",
			"%s a decimal %s, the others a decimal %s", rowsWith(n), styleName(other), styleName(style))
	} else if n := t.numbers[eitherPoint].count + t.numbers[eitherComma].count; n > 0 && t.pinned.style == 0 && t.numbers[style].count == 0 && t.numbers[plain].count+n == t.values {
		at := t.numbers[eitherPoint].first
		if at.row == 0 {
			at = t.numbers[eitherComma].first
		}
		f.add(record.Warning, "column.number_ambiguous", n, at, "Compare one value with the legacy screen, then state point: and group: in the mapping.",
			"%s digits in a way that may be thousands or three decimals", rowsWith(n))
	}
	if n := t.numbers[exponent].count; n > 0 {
		f.add(record.Warning, "column.exponents", n, t.numbers[exponent].first, "A spreadsheet has shortened long numbers: digits may be lost. Export the column as text.", "%s in exponent notation (1.2E+05)", isAre(n))
	}
	if t.minus > 0 {
		f.add(record.Note, "column.minus_after", t.minus, sample{}, "SAP writes negative amounts so: the mapping must move the sign.", "%s the minus sign behind the number", rowsWith(t.minus))
	}
}

// unless names a day, but not in a column about persons: messages are never masked.
func (f *columnFindings) unless(which string, d day) string {
	if f.p.Personal {
		return ""
	}
	return ", " + which + " " + d.String()
}

func styleName(s numberStyle) string {
	if s == comma {
		return "comma"
	}
	return "point"
}

func rowsWith(n int64) string {
	if n == 1 {
		return "1 row has"
	}
	return fmt.Sprintf("%d rows have", n)
}

func (f *columnFindings) breaking() {
	p := f.p
	if p.Confidence >= 1 || p.Type == TypeText && !p.Digits || p.Type == TypeEmpty {
		return
	}
	t := &f.c.tally
	var rows int64
	var kind string
	switch {
	case p.Digits:
		kind, rows = "code of digits", t.values-t.numbers[plain].count
	case p.Type == TypeDate || p.Type == TypeDateTime:
		kind = "date"
		rows = t.counts[classText]
		if t.compact == 0 {
			rows += t.counts[classNumber] + t.counts[classComma]
		}
	default:
		kind = "number"
		rows = t.counts[classText] + t.counts[classDate]
	}
	if rows <= 0 || len(p.Breaking) == 0 {
		return
	}
	p.BreakingRows = rows
	b := p.Breaking[0]
	f.add(record.Warning, "column.breaks_type", rows, sample{text: b.Value, row: b.Row, line: b.Line},
		"Mend them at the source or in a corrections file, or say in the mapping what becomes of them.", "%s no %s, unlike the other values", isAre(rows), kind)
}

// lostZeros finds codes of which some have fewer digits than the others: a spreadsheet took their leading zeros.
func (f *columnFindings) lostZeros() {
	t := &f.c.tally
	length, most, all, shorter := 0, int64(0), int64(0), int64(0)
	for l, n := range t.digits {
		if all += n; n > most || n == most && l > length {
			length, most = l, n
		}
	}
	var at sample
	for l, n := range t.digits {
		if l < length && n > 0 {
			shorter += n
			at.earlier(t.digitsAt[l])
		}
	}
	// Accounts are shorter than others by design.
	coded := f.p.Digits || namesCode(f.p.Name) && f.p.Type == TypeInteger && !names(f.p.Name, []string{"account", "konto"}, nil)
	if !coded || shorter == 0 || length < 3 || float64(most) < 0.6*float64(all) {
		return
	}
	f.add(record.Warning, "column.lost_zeros", shorter, at, "Have the column exported as text, or pad it in the mapping once the length is certain.",
		"%s shorter than the usual %d digits: leading zeros may be lost", isAre(shorter), length)
}
