package xlsxfile

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// Columns of codes are known by their names: a code is not calculated with, and every digit of it counts. The words are
// in small letters; short ones must be a whole word of the name.
var (
	codeWords = []string{"zip", "plz", "cap", "cp", "code", "codes", "ean", "ean13", "gtin", "upc", "isbn", "sku", "iban", "bic", "tel", "phone", "mobile", "fax", "vat", "siret", "siren",
		"nif", "cif", "piva", "id", "ref", "no", "nr", "number", "nummer", "num", "ssn", "gln", "hs", "asin", "imei", "serial", "lot", "account", "konto", "compte", "cuenta", "conto"}
	codeParts = []string{"postal", "postcode", "postleit", "barcode", "telefon", "téléphone", "telephone", "telefono", "handy", "mobil", "nummer", "number", "kontonr", "kontonummer",
		"artikelnr", "kundennr", "articleno", "itemno", "reference", "zipcode", "bankleitzahl", "steuernr", "taxid", "codice", "código"}
)

// codeName reports whether a column is named like one of codes.
func codeName(name string) bool {
	lower := strings.ToLower(name)
	words := strings.FieldsFunc(lower, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	joined := strings.Join(words, "")
	return slices.ContainsFunc(codeWords, func(w string) bool { return slices.Contains(words, w) || camelWord(name, w) }) ||
		slices.ContainsFunc(codeParts, func(p string) bool { return strings.Contains(joined, p) })
}

// camelWord finds a word at the end of a name such as CustomerNo.
func camelWord(name, word string) bool {
	head, ok := strings.CutSuffix(strings.ToLower(name), word)
	return ok && head != "" && unicode.IsUpper(rune(name[len(head)])) && unicode.IsLower(rune(head[len(head)-1]))
}

const (
	exportAsText = "Export it again with this column as text, or as CSV; what is lost cannot be computed back."
	calculate    = "Open the workbook in a spreadsheet program, let it calculate, and save it."
)

// columns says what is odd in each column, in the table's order.
func (n *notes) columns(s *survey, t *table) {
	for col, k := range t.place {
		d := s.column(col)
		if k < 0 || d == nil {
			continue
		}
		c := columnNotes{notes: n, name: t.Columns[k], col: col, stats: d}
		c.formulas()
		c.errors()
		c.lost()
		c.zeros()
		c.dates()
		c.mixed()
	}
}

// columnNotes writes the findings about one column.
type columnNotes struct {
	*notes
	*stats
	name string
	col  int
}

func (c *columnNotes) say(severity record.Severity, rule string, t tally, hint, format string, args ...any) {
	f := c.add(severity, rule, t.row, t.n, hint, format+", the first in %s", append(args, address(c.col, t.row))...)
	f.Column = c.name
}

// cells begins a sentence: "3 of 120 cells".
func (c *columnNotes) cells(t tally) string {
	if c.filled.n == 1 {
		return "its only cell"
	}
	return fmt.Sprintf("%s of %s cells", thousands(t.n), thousands(c.filled.n))
}

// verb says "3 of 120 cells are" and "1 of 120 cells is".
func (c *columnNotes) verb(t tally, one, many string) string {
	if t.n == 1 {
		return c.cells(t) + " " + one
	}
	return c.cells(t) + " " + many
}

func (c *columnNotes) formulas() {
	if c.stats.formulas.n > 0 {
		all := c.stats.formulas
		what := "cells are formulas; their last calculated values are"
		if all.n == 1 {
			what = "cells is a formula; its last calculated value is"
		}
		c.add(record.Note, "xlsx.formulas", all.row, all.n, "Ask whether the values are still right where they depend on other files or on the day.",
			"%s of %s %s used, the first in %s", thousands(all.n), thousands(max(c.filled.n, all.n)), what, address(c.col, all.row)).Column = c.name
	}
	if c.unknown.n > 0 {
		c.say(record.Error, "xlsx.formula_without_value", c.unknown, calculate, "%s without a calculated value, and read as empty",
			c.verb(c.unknown, "is a formula", "are formulas"))
	}
}

func (c *columnNotes) errors() {
	if c.failed.n > 0 {
		var codes, at []string
		for code, n := range c.codes {
			codes = append(codes, fmt.Sprintf("%s %s", code, thousands(n)))
		}
		slices.Sort(codes)
		slices.Sort(c.listed)
		for _, row := range c.listed[:min(len(c.listed), listedErrors)] {
			at = append(at, address(c.col, row))
		}
		if more := c.failed.n - int64(len(at)); more > 0 {
			at = append(at, thousands(more)+" more")
		}
		c.add(record.Warning, "xlsx.error_cells", c.failed.row, c.failed.n, "Mend the formulas in the workbook, or decide what an empty cell means.",
			"%s an error instead of a value (%s), read as empty: %s", c.verb(c.failed, "holds", "hold"), strings.Join(codes, ", "), strings.Join(at, ", ")).Column = c.name
	}
	if c.errorTexts.n > 0 {
		c.say(record.Warning, "xlsx.error_texts", c.errorTexts, "Declare the text as one of the source's nulls.", "%s an error such as #N/A that was pasted as text",
			c.verb(c.errorTexts, "holds", "hold"))
	}
}

// lost finds long numbers that lost digits.
func (c *columnNotes) lost() {
	code := codeName(c.name)
	if c.long.n > 0 {
		c.say(record.Error, "xlsx.long_numbers", c.long, exportAsText, "%s of more than 15 digits; Excel keeps 15 and puts zeros for the rest",
			c.verb(c.long, "is a number", "are numbers"))
	}
	if c.exponents.n > 0 {
		c.say(record.Error, "xlsx.exponent_text", c.exponents, exportAsText, "%s like 1.23E+15: digits were lost to exponent notation",
			c.verb(c.exponents, "is a text", "are texts"))
	}
	long := c.lengths[12].n + c.lengths[13].n + c.lengths[14].n + c.lengths[15].n
	if c.rounded.n > 0 && (code || c.rounded.n > 1 && c.rounded.n*2 > long) {
		c.say(record.Error, "xlsx.rounded_numbers", c.rounded, exportAsText, "%s of 12 digits or more that end in five zeros: the last digits were lost to exponent notation",
			c.verb(c.rounded, "is a number", "are numbers"))
	}
}

// zeros finds codes that lost the zeros in front.
func (c *columnNotes) zeros() {
	if c.zeroFilled.n > 0 {
		c.say(record.Note, "xlsx.zeros_shown", c.zeroFilled, "", "%s shown with zeros in front by the number format; they are read as shown",
			c.verb(c.zeroFilled, "is a number", "are numbers"))
	}
	if c.numbers.n == 0 || c.others > 0 || c.noDays.n > 0 {
		return
	}
	if c.zeroTexts.n > 0 {
		usual := longest(c.textLengths[:])
		if short := c.shorter(usual); short.n > 0 {
			c.say(record.Error, "xlsx.leading_zeros_lost", short, exportAsText,
				"%s of fewer than %d digits, while the column has texts of %d digits with zeros in front: their zeros are lost", c.verb(short, "is a number", "are numbers"), usual, usual)
			return
		}
		c.say(record.Warning, "xlsx.mixed_codes", tally{c.numbers.n, c.numbers.row}, exportAsText,
			"%s in a column that has texts with zeros in front; zeros of others may be lost", c.verb(c.numbers, "is a number", "are numbers"))
		return
	}
	c.shortCodes()
}

// shortCodes finds numbers that are shorter than nearly all others of their column.
func (c *columnNotes) shortCodes() {
	usual := 0
	for n := range c.lengths {
		if c.lengths[n].n > c.lengths[usual].n {
			usual = n
		}
	}
	short := c.shorter(usual)
	var longer int64
	for n := usual + 1; n < len(c.lengths); n++ {
		longer += c.lengths[n].n
	}
	all := c.numbers.n - c.zeroFilled.n
	if short.n == 0 || longer > 0 || c.zeroFilled.n > 0 || all < 5 || c.growing {
		return
	}
	const remedy = exportAsText + " Where the length is fixed, the mapping can fill up with zeros."
	switch named := codeName(c.name); {
	case named && usual >= 4 && short.n*2 <= all && c.lengths[usual].n*2 > all && c.near(usual, short):
		c.say(record.Warning, "xlsx.leading_zeros_lost", short, remedy, "%s of fewer than %d digits, while the others have %d: zeros in front were probably lost",
			c.verb(short, "is a number", "are numbers"), usual, usual)
	case usual >= 8 && short.n*10 <= all:
		c.say(record.Note, "xlsx.leading_zeros_lost", short, remedy, "%s of fewer than %d digits, while the others have %d: if these are codes, zeros in front were lost",
			c.verb(short, "is a number", "are numbers"), usual, usual)
	}
}

// near reports whether nearly all short numbers lack one or two digits only, as codes do that lost zeros; counters lack any number.
func (c *columnNotes) near(usual int, short tally) bool {
	return (c.lengths[usual-1].n+c.lengths[usual-2].n)*10 >= short.n*9
}

// shorter counts the whole numbers of fewer digits.
func (c *columnNotes) shorter(than int) (out tally) {
	for n := 0; n < than && n < len(c.lengths); n++ {
		if t := c.lengths[n]; t.n > 0 {
			out.n += t.n
			if out.row == 0 || t.row < out.row {
				out.row = t.row
			}
		}
	}
	return out
}

func longest(lengths []int64) int {
	for n := len(lengths) - 1; n > 0; n-- {
		if lengths[n] > 0 {
			return n
		}
	}
	return 0
}

func (c *columnNotes) dates() {
	if c.noDays.n > 0 {
		c.say(record.Warning, "xlsx.impossible_dates", c.noDays, "Correct them in the source.",
			"%s shown as a date but before the first day that Excel knows or after the year 9999; the plain number is read", c.verb(c.noDays, "is", "are"))
	}
	if c.leapDays.n > 0 {
		c.say(record.Warning, "xlsx.leap_day_1900", c.leapDays, "Find out which day is meant.", "%s 29 February 1900, a day that never was", c.verb(c.leapDays, "is", "are"))
	}
	if c.stats.dates.n == 0 {
		return
	}
	if c.days.n > 0 && (c.stats.dates.n > c.days.n || c.days.n == c.numbers.n) {
		c.say(record.Warning, "xlsx.serial_numbers", c.days, "Give these cells the date format and save the workbook.",
			"%s among dates: very likely a day that lost its date format", c.verb(c.days, "is a plain number", "are plain numbers"))
	}
	if c.dateTexts.n > 0 {
		c.say(record.Warning, "xlsx.text_dates", c.dateTexts, "Check how they are to be read: the order of day and month is not known for texts.",
			"%s like a date, while %s", c.verb(c.dateTexts, "is a text that looks", "are texts that look"), others(c.stats.dates.n, "real date"))
	}
}

// others says "1 other is a number" and "1,204 others are numbers".
func others(n int64, what string) string {
	if n == 1 {
		return "1 other is a " + what
	}
	return thousands(n) + " others are " + what + "s"
}

func (c *columnNotes) mixed() {
	plain := tally{c.numberTexts.n - c.zeroTexts.n - c.exponents.n, c.numberTexts.row}
	if c.numbers.n > 0 && plain.n > 0 && c.zeroTexts.n == 0 {
		c.say(record.Warning, "xlsx.numbers_as_text", plain, "Check the decimal point and the separators of these texts.",
			"%s of digits, while %s: Excel does not calculate with the texts", c.verb(plain, "is a text", "are texts"), others(c.numbers.n, "number"))
	}
}
