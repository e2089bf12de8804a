package cell

import (
	"fmt"
	"strings"
	"time"
)

// Layout reads dates written in one way, such as "dd.MM.yyyy" or "yyyy-MM-dd HH:mm:ss.SSS".
//
//	yyyy  four digits of the year     HH  hour, 00 to 23
//	MM M  month (M: one or two)       mm  minute
//	MMM   JAN, Feb, ... in English    ss  second
//	dd d  day (d: one or two)         SSS fraction of a second, any number of digits
//
// Letters between single quotes, and everything that is no letter, stand for themselves.
type Layout struct {
	Text  string
	parts []part
}

type part struct {
	letter byte // 0: literal
	width  int  // digits; 0: one or two
	text   string
}

// Moment is a date with a time of day, in no time zone. The time is zero where the layout has none.
type Moment struct{ Year, Month, Day, Hour, Minute, Second int }

// ParseLayout reads a layout.
func ParseLayout(text string) (*Layout, error) {
	l, err := ParseFormat(text)
	if err != nil {
		return nil, err
	}
	err = l.complete()
	return l, err
}

// ParseFormat reads a layout that is written with only: it need not have year, month and day.
func ParseFormat(text string) (*Layout, error) {
	l := &Layout{Text: text}
	for i := 0; i < len(text); {
		c := text[i]
		if c == '\'' {
			end := strings.IndexByte(text[i+1:], '\'')
			if end < 0 {
				return nil, fmt.Errorf("the layout %q lacks a closing quote", text)
			}
			l.parts = append(l.parts, part{text: text[i+1 : i+1+end]})
			i += end + 2
			continue
		}
		n := i
		for n < len(text) && text[n] == c {
			n++
		}
		p, ok := letters(c, text[i:n])
		if !ok {
			return nil, fmt.Errorf("%q in the layout %q means nothing", text[i:n], text)
		}
		l.parts = append(l.parts, p)
		i = n
	}
	return l, nil
}

func letters(c byte, run string) (part, bool) {
	switch run {
	case "yyyy":
		return part{letter: 'y', width: 4}, true
	case "MMM":
		return part{letter: 'N'}, true
	case "MM", "dd", "HH", "mm", "ss":
		return part{letter: c, width: 2}, true
	case "M", "d", "H":
		return part{letter: c}, true
	}
	switch {
	case c == 'S':
		return part{letter: 'S'}, true
	case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
		return part{}, false
	}
	return part{text: run}, true
}

func (l *Layout) complete() error {
	seen := map[byte]int{}
	for _, p := range l.parts {
		if p.letter == 'N' {
			p.letter = 'M'
		}
		seen[p.letter]++
	}
	for _, need := range []byte("yMd") {
		if seen[need] == 0 {
			return fmt.Errorf("the layout %q lacks the letter %c", l.Text, need)
		}
	}
	for letter, n := range seen {
		if letter != 0 && n > 1 {
			return fmt.Errorf("the layout %q has the letter %c twice", l.Text, letter)
		}
	}
	return nil
}

// Format writes a moment. Fractions of a second, which a moment does not have, are zeros.
func (l *Layout) Format(m Moment) string {
	var b []byte
	for _, p := range l.parts {
		switch p.letter {
		case 0:
			b = append(b, p.text...)
		case 'N':
			b = append(b, time.Month(m.Month).String()[:3]...)
		case 'S':
			b = append(b, "000"...)
		default:
			n := map[byte]int{'y': m.Year, 'M': m.Month, 'd': m.Day, 'H': m.Hour, 'm': m.Minute, 's': m.Second}[p.letter]
			b = fmt.Appendf(b, "%0*d", p.width, n)
		}
	}
	return string(b)
}

// HasTime reports whether the layout reads a time of day.
func (l *Layout) HasTime() bool {
	for _, p := range l.parts {
		if p.letter == 'H' {
			return true
		}
	}
	return false
}

// Parse reads a text; it reports false where the text is not written so, or is no day of the calendar.
func (l *Layout) Parse(s string) (Moment, bool) {
	var m Moment
	for _, p := range l.parts {
		var ok bool
		if s, ok = p.take(s, &m); !ok {
			return Moment{}, false
		}
	}
	return m, s == "" && m.valid()
}

func (p part) take(s string, m *Moment) (rest string, ok bool) {
	switch p.letter {
	case 0:
		return strings.CutPrefix(s, p.text)
	case 'N':
		return takeMonth(s, m)
	case 'S':
		rest = strings.TrimLeft(s, "0123456789")
		return rest, len(rest) < len(s)
	}
	width := p.width
	if width == 0 {
		width = 1
		if len(s) > 1 && s[1] >= '0' && s[1] <= '9' {
			width = 2
		}
	}
	if len(s) < width {
		return s, false
	}
	n := 0
	for i := 0; i < width; i++ {
		if s[i] < '0' || s[i] > '9' {
			return s, false
		}
		n = n*10 + int(s[i]-'0')
	}
	m.set(p.letter, n)
	return s[width:], true
}

func (m *Moment) set(letter byte, n int) {
	switch letter {
	case 'y':
		m.Year = n
	case 'M':
		m.Month = n
	case 'd':
		m.Day = n
	case 'H':
		m.Hour = n
	case 'm':
		m.Minute = n
	case 's':
		m.Second = n
	}
}

func takeMonth(s string, m *Moment) (string, bool) {
	if len(s) < 3 {
		return s, false
	}
	for i := time.January; i <= time.December; i++ {
		if strings.EqualFold(s[:3], i.String()[:3]) {
			m.Month = int(i)
			return s[3:], true
		}
	}
	return s, false
}

var monthDays = [...]int{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

func (m Moment) valid() bool {
	if m.Year < 1 || m.Month < 1 || m.Month > 12 || m.Day < 1 || m.Hour > 23 || m.Minute > 59 || m.Second > 59 {
		return false
	}
	days := monthDays[m.Month]
	if m.Month == 2 && m.Year%4 == 0 && (m.Year%100 != 0 || m.Year%400 == 0) {
		days = 29
	}
	return m.Day <= days
}

// Date returns "2006-01-02".
func (m Moment) Date() string {
	var b [10]byte
	m.putDate(b[:])
	return string(b[:])
}

// Clock returns "2006-01-02 15:04:05".
func (m Moment) Clock() string {
	var b [19]byte
	m.putDate(b[:])
	b[10], b[13], b[16] = ' ', ':', ':'
	put(b[11:13], m.Hour)
	put(b[14:16], m.Minute)
	put(b[17:19], m.Second)
	return string(b[:])
}

func (m Moment) putDate(b []byte) {
	put(b[:4], m.Year)
	b[4], b[7] = '-', '-'
	put(b[5:7], m.Month)
	put(b[8:10], m.Day)
}

func put(b []byte, n int) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
}

// UTC returns the moment's canonical text in UTC when it is a wall clock's reading in loc. It reports false for a time
// that the clocks there skipped.
func (m Moment) UTC(loc *time.Location) (string, bool) {
	if loc == nil || loc == time.UTC {
		return m.Clock(), true
	}
	t := time.Date(m.Year, time.Month(m.Month), m.Day, m.Hour, m.Minute, m.Second, 0, loc)
	if t.Day() != m.Day || t.Hour() != m.Hour || t.Minute() != m.Minute {
		return "", false
	}
	u := t.UTC()
	if u.Year() < 1 || u.Year() > 9999 {
		return "", false
	}
	return Moment{u.Year(), int(u.Month()), u.Day(), u.Hour(), u.Minute(), u.Second()}.Clock(), true
}

// AllZeros reports whether a text is the way to write "no date": zeros and separators only.
func AllZeros(s string) bool {
	return strings.Contains(s, "0") && strings.Trim(s, "0-./: T") == ""
}
