package profile

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// kindNames are the semantic types as people call them.
var kindNames = map[string]string{
	"email": "e-mail address", "iban": "IBAN", "vat": "VAT number", "ean": "EAN or UPC", "bic": "BIC", "phone": "telephone number",
	"country": "country code (ISO 3166)", "currency": "currency code (ISO 4217)",
}

// checkDigits are the kinds whose values check themselves.
var checkDigits = map[string]bool{"iban": true, "vat": true, "ean": true}

// kind tells values that fail the check of what the column holds.
func (f *columnFindings) kind() {
	p, c := f.p, f.c
	if p.InvalidRows > 0 {
		why := slices.SortedFunc(maps.Keys(c.invalidWhy), func(a, b string) int {
			return cmp.Or(cmp.Compare(c.invalidWhy[b], c.invalidWhy[a]), strings.Compare(a, b))
		})
		least, part := "", ""
		if c.checkedPart {
			least, part = "at least ", fmt.Sprintf(" (%d different values were checked)", c.checked)
		}
		reason := why[0]
		if strings.HasPrefix(reason, "holds ") && p.Personal {
			reason = "it holds other characters"
		}
		kind, though := cmp.Or(p.Semantic, c.claimed), ""
		if c.claimed != "" {
			though = ", though the column's name says so"
		}
		// A kind that only the column's name speaks for may be another after all, unless it has check digits: nobody else's
		// numbers have the form of it.
		severity := record.Warning
		if p.InvalidRows*2 > p.Values && !checkDigits[kind] {
			severity = record.Note
		}
		first := p.Invalid[0]
		f.add(severity, "column.invalid_"+kind, p.InvalidRows, sample{text: first.Value, row: first.Row, line: first.Line},
			"Odoo or its partners refuse it: mend it at the source or in a corrections file, or leave it out.",
			"%s%s no valid %s%s%s: %s", least, isAre(p.InvalidRows), kindNames[kind], though, part, reason)
	}
	if c.unplanned > 0 {
		f.add(record.Note, "column.phone_plan", c.unplanned, sample{}, "Check a few of them: digits may be missing, or they are invented.",
			"%s a telephone number that the country it names does not have", rowsWith(c.unplanned))
	}
	if c.currencySigns {
		f.add(record.Note, "column.currency_signs", p.Values, sample{}, "Take the sign off in the mapping, and see that all amounts are in one currency.",
			"amounts are written with their currency")
	}
}

// spellings tells values that are written in several ways. Where values repeat, as categories do, one will become several.
func (f *columnFindings) spellings() {
	p := f.p
	if p.VariantCount == 0 {
		return
	}
	differ := map[string]bool{}
	for _, v := range p.Variants {
		for _, d := range v.Differ {
			differ[d] = true
		}
	}
	severity := record.Note
	if p.Values >= 3*p.Distinct {
		severity = record.Warning
	}
	f.add(severity, "column.variants", f.c.variantRows, f.c.firstVariant, "Decide on one spelling each, in a value map or with upper, lower or squeeze.",
		"%d value%s written in several ways that differ in %s", p.VariantCount, map[bool]string{true: " is", false: "s are"}[p.VariantCount == 1],
		strings.Join(slices.Sorted(maps.Keys(differ)), " and "))
}

// strangers tells values far from the others.
func (f *columnFindings) strangers() {
	p := f.p
	if p.OutlierRows > 0 {
		at := sample{}
		if len(p.Outliers) > 0 {
			at = sample{text: p.Outliers[0].Value, row: p.Outliers[0].Row, line: p.Outliers[0].Line}
		}
		reason := ""
		if !p.Personal {
			reason = ": " + p.OutlierReason
		}
		f.add(record.Note, "column.outliers", p.OutlierRows, at, "Look at one in the legacy system: a unit, a decimal point or a stand-in value may be behind it.",
			"%s far from the others%s", isAre(p.OutlierRows), reason)
	}
	if n := f.c.below(); p.Type != TypeInteger && p.Type != TypeDecimal || n == 0 || n*fewOutliers > p.Values || p.Semantic == "" && p.Unique {
		return
	} else if at, ok := f.c.firstNegative(); ok {
		f.add(record.Note, "column.few_negatives", n, at, "Credit notes and corrections are negative, too: see that these are some.",
			"%s negative, the others are not", isAre(n))
	}
}

// below counts negative numbers.
func (c *column) below() int64 {
	n := int64(0)
	for i := range c.tally.numbers {
		n += c.tally.numbers[i].below
	}
	return n
}

// firstNegative finds the first negative number among the values at hand.
func (c *column) firstNegative() (at sample, ok bool) {
	for i := range c.values.entries {
		e := &c.values.entries[i]
		text := strings.TrimSpace(string(c.values.view(e)))
		if len(text) < 2 || text[0] != '-' && text[len(text)-1] != '-' || at.row > 0 && at.row < e.row {
			continue
		}
		if n := parseNumber(text); n.style != notNumber {
			at, ok = sample{text, e.count, e.row, e.line}, true
		}
	}
	if !ok && c.overflow {
		for i := range c.tally.numbers {
			if low := &c.tally.numbers[i].low; low.size < 0 && low.at.row > 0 {
				return low.at, true
			}
		}
	}
	return at, ok
}

// key tells what keeps the table's own key from being one. Rows that are equal as a whole are told with the table.
func (f *columnFindings) key(table string, sound, twins int64) {
	p, c := f.p, f.c
	if keyRank(p.Name, table) < 3 || p.Values == 0 || sound < 20 || p.Type == TypeDecimal || p.Type == TypeBoolean {
		return
	}
	if missing := sound - p.Values; p.Unique && missing > 0 && missing*20 <= sound {
		f.add(record.Warning, "column.key_missing", missing, sample{}, "Ask for the numbers, or give these rows one in a corrections file.",
			"%s no %s, which is a key otherwise", rowsWith(missing), p.Name)
	}
	if twice, at := c.almostKey(p, table, sound); twice > twins {
		f.add(record.Error, "column.key_repeats", twice, at, "Ask which of the rows is right: Odoo will hold one record for each value.",
			"%s a %s that another row has, too", rowsWith(twice), p.Name)
	}
}

// almostKey counts the rows that repeat a value of a column which is called the table's key and would be it without
// them; 0 for other columns.
func (c *column) almostKey(p *Column, table string, sound int64) (rows int64, at sample) {
	if p.Unique || p.Values < sound || keyRank(p.Name, table) < 3 || p.Type == TypeDecimal || p.Type == TypeBoolean {
		return 0, at
	}
	if rows, at = c.repeatedRows(); rows*100 > sound {
		return 0, at
	}
	return rows, at
}

// repeatedRows counts the rows that repeat a value of a column that is nearly unique.
func (c *column) repeatedRows() (rows int64, at sample) {
	for i := range c.values.entries {
		e := &c.values.entries[i]
		if e.count > 1 {
			rows += e.count - 1
			if at.row == 0 || e.row < at.row {
				at = sample{c.values.textOf(e), e.count, e.row, e.line}
			}
		}
	}
	if c.overflow {
		rows <<= c.values.level
		if c.counted {
			rows = c.repeats
		}
	}
	return rows, at
}
