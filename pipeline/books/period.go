package books

import (
	"strings"
	"unicode/utf8"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
)

// dateReader finds year and month in the dates of a column that profile told the layout of ("dd.MM.yyyy HH:mm").
type dateReader struct {
	parts []datePart
	fixed bool // no separators: the digits stand at fixed places
}

type datePart struct {
	kind  byte // y, M, d
	width int
}

// newDateReader returns false for a column whose layout holds no year and month.
func newDateReader(layout string) (dateReader, bool) {
	var r dateReader
	seps := 0
	for i := 0; i < len(layout); {
		c := layout[i]
		if c == ' ' || c == '\'' || c == 'H' || c == 'h' {
			break // the time is not needed
		}
		n := 1
		for i+n < len(layout) && layout[i+n] == c {
			n++
		}
		switch c {
		case 'y', 'M', 'd':
			r.parts = append(r.parts, datePart{c, n})
		default:
			seps++
		}
		i += n
	}
	r.fixed = seps == 0
	kinds := ""
	for _, p := range r.parts {
		kinds += string(p.kind)
	}
	return r, strings.Contains(kinds, "y") && strings.Contains(kinds, "M")
}

// month returns "2026-03"; false for a text that is no date of the layout.
func (r dateReader) month(s string) (string, bool) {
	year, month := "", ""
	for i, p := range r.parts {
		var piece string
		if r.fixed {
			if len(s) < p.width {
				return "", false
			}
			piece, s = s[:p.width], s[p.width:]
		} else {
			end := strings.IndexFunc(s, func(c rune) bool { return notDigit(c) && !(p.kind == 'M' && p.width > 2 && letter(c)) })
			if end < 0 {
				end = len(s)
				if i < len(r.parts)-1 {
					return "", false
				}
			}
			piece = s[:end]
			if end < len(s) {
				_, width := utf8.DecodeRuneInString(s[end:])
				s = s[end+width:]
			}
		}
		switch p.kind {
		case 'y':
			year = piece
		case 'M':
			month = piece
		}
	}
	return joinMonth(year, month)
}

func letter(c rune) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

const monthNames = "janfebmaraprmayjunjulaugsepoctnovdec"

func joinMonth(year, month string) (string, bool) {
	if len(month) == 3 {
		i := strings.Index(monthNames, strings.ToLower(month))
		if i < 0 || i%3 != 0 {
			return "", false
		}
		month = string(rune('0'+(i/3+1)/10)) + string(rune('0'+(i/3+1)%10))
	}
	if len(month) == 1 {
		month = "0" + month
	}
	if len(year) == 2 { // as profile reads short years
		if year < "70" {
			year = "20" + year
		} else {
			year = "19" + year
		}
	}
	if len(year) != 4 || len(month) != 2 || strings.ContainsFunc(year+month, notDigit) || month < "01" || month > "12" {
		return "", false
	}
	return year + "-" + month, true
}

// periodReader says which period a line belongs to: its own period column, with a year where there is one, else the
// month of its date.
type periodReader struct {
	period, year, date *column
	months             dateReader
}

func (p *periodReader) read(l *line) string {
	if p.period != nil {
		text, ok := p.period.text(l)
		if !ok {
			return ""
		}
		if len(text) == 1 && text[0] >= '0' && text[0] <= '9' {
			text = "0" + text
		}
		if p.year != nil {
			if y, ok := p.year.text(l); ok {
				return y + "-" + text
			}
		}
		return text
	}
	if p.date == nil {
		return ""
	}
	text, ok := p.date.text(l)
	if !ok {
		return ""
	}
	m, _ := p.months.month(text)
	return m
}

func isDate(c *column) bool {
	return c.Type == profile.TypeDate || c.Type == profile.TypeDateTime
}
