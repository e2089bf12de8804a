package profile

import (
	"strconv"
	"strings"
	"time"
)

// dateOrder is the order of year, month and day in a text.
type dateOrder uint8

const (
	orderYMD dateOrder = iota + 1
	orderDMY
	orderMDY
	orderCompact // yyyyMMdd
	orderDMonY   // 02-Jan-2006
)

// dateLayout is one way to write a date; it is a map key.
type dateLayout struct {
	order     dateOrder
	sep       byte
	shortYear bool
	between   byte  // 'T' or ' ' between date and time, 0 without a time
	clock     uint8 // parts of the time: 2 HH:mm, 3 HH:mm:ss
	fraction  uint8 // digits of the fraction of a second
	zone      bool
}

// String spells the layout the way mappings do: "dd.MM.yyyy HH:mm".
func (l dateLayout) String() string {
	y, sep := "yyyy", string(l.sep)
	if l.shortYear {
		y = "yy"
	}
	text := ""
	switch l.order {
	case orderYMD:
		text = y + sep + "MM" + sep + "dd"
	case orderDMY:
		text = "dd" + sep + "MM" + sep + y
	case orderMDY:
		text = "MM" + sep + "dd" + sep + y
	case orderDMonY:
		text = "dd" + sep + "MMM" + sep + y
	case orderCompact:
		text = "yyyyMMdd"
	}
	if l.between == 0 {
		return text
	}
	text += map[byte]string{'T': "'T'", ' ': " "}[l.between] + "HH:mm"
	if l.clock > 2 {
		text += ":ss"
	}
	if l.fraction > 0 {
		text += "." + strings.Repeat("S", int(l.fraction))
	}
	if l.zone {
		text += "XXX"
	}
	return text
}

// day is a calendar day in a form that sorts: year*10000 + month*100 + day.
type day int32

func (d day) String() string {
	t := time.Date(int(d/10000), time.Month(d/100%100), int(d%100), 0, 0, 0, 0, time.UTC)
	return t.Format("2006-01-02")
}

// Legacy systems write the year 9999 for "for ever".
const forEver day = 99990101

// reading is one way to read a text as a date.
type reading struct {
	layout   dateLayout
	day      day
	midnight bool // no time, or 00:00:00
	unpadded bool // 1.2.2020
}

// parseDate returns every way in which a trimmed text can be read as a date: none, one, or two where day and month
// could change places. The second reading is always the one with the month first.
func parseDate(s string) (first, second reading, n int) {
	if len(s) < 6 || len(s) > 40 || !isDigit(s[0]) {
		return
	}
	if len(s) == 8 && !strings.ContainsFunc(s, notDigit) {
		if d, ok := makeDay(num(s[:4]), num(s[4:6]), num(s[6:])); ok && (d >= 18000101 && d < 21010101 || d >= forEver) {
			return reading{layout: dateLayout{order: orderCompact}, day: d, midnight: true}, second, 1
		}
		return
	}
	if r, ok := isoDate(s); ok {
		return r, second, 1
	}
	datePart, rest := s, ""
	base := dateLayout{}
	if i := strings.IndexAny(s, "T "); i >= 6 && i+5 < len(s) && s[min(i+3, len(s)-1)] == ':' {
		datePart, rest, base.between = s[:i], s[i+1:], s[i]
	}
	midnight := true
	if base.between != 0 {
		var ok bool
		if midnight, ok = base.parseClock(rest); !ok {
			return
		}
	}
	return parseDay(datePart, base, midnight)
}

// isoDate reads what most dates are: yyyy-MM-dd, alone or with HH:mm:ss behind it.
func isoDate(s string) (r reading, ok bool) {
	if len(s) != 10 && len(s) != 19 {
		return r, false
	}
	if s[4] != '-' || s[7] != '-' || !digitsAt(s, 0, 4) || !digitsAt(s, 5, 7) || !digitsAt(s, 8, 10) {
		return r, false
	}
	r = reading{layout: dateLayout{order: orderYMD, sep: '-'}, midnight: true}
	if r.day, ok = makeDay(num(s[:4]), num(s[5:7]), num(s[8:10])); !ok || len(s) == 10 {
		return r, ok
	}
	if s[10] != ' ' && s[10] != 'T' || s[13] != ':' || s[16] != ':' || !digitsAt(s, 11, 13) || !digitsAt(s, 14, 16) || !digitsAt(s, 17, 19) {
		return r, false
	}
	r.layout.between, r.layout.clock = s[10], 3
	r.midnight = s[11:] == "00:00:00"
	return r, num(s[11:13]) < 24 && num(s[14:16]) < 60 && num(s[17:]) <= 60
}

func digitsAt(s string, from, to int) bool {
	for i := from; i < to; i++ {
		if !isDigit(s[i]) {
			return false
		}
	}
	return true
}

func parseDay(s string, base dateLayout, midnight bool) (first, second reading, n int) {
	i := strings.IndexFunc(s, notDigit)
	if i < 1 || i > 4 || strings.IndexByte("-./ ", s[i]) < 0 {
		return
	}
	base.sep = s[i]
	parts := strings.SplitN(s, string(base.sep), 4)
	if len(parts) != 3 {
		return
	}
	a, b, c := parts[0], parts[1], parts[2]
	if m := monthNamed(b); m > 0 && allDigits(a) && allDigits(c) {
		return oneReading(base, orderDMonY, c, m, num(a), midnight, len(a) == 1)
	}
	if !allDigits(b) || !allDigits(c) || len(b) > 2 {
		return
	}
	unpadded := len(b) == 1 || len(a) == 1
	if len(a) == 4 {
		if len(c) > 2 {
			return
		}
		return oneReading(base, orderYMD, a, num(b), num(c), midnight, unpadded || len(c) == 1)
	}
	if len(a) > 2 {
		return
	}
	r1, _, n1 := oneReading(base, orderDMY, c, num(b), num(a), midnight, unpadded)
	r2, _, n2 := oneReading(base, orderMDY, c, num(a), num(b), midnight, unpadded)
	switch {
	case n1 == 1 && n2 == 1:
		return r1, r2, 2
	case n1 == 1:
		return r1, second, 1
	}
	return r2, second, n2
}

func oneReading(l dateLayout, order dateOrder, year string, month, dayOfMonth int, midnight, unpadded bool) (r, none reading, n int) {
	y := num(year)
	switch len(year) {
	case 4:
	case 2:
		l.shortYear = true
		y += 1900
		if y < 1970 {
			y += 100
		}
	default:
		return
	}
	d, ok := makeDay(y, month, dayOfMonth)
	if !ok {
		return
	}
	l.order = order
	return reading{l, d, midnight, unpadded}, none, 1
}

// parseClock reads HH:mm[:ss[.fff]][Z|+hh[[:]mm]] and reports whether it is midnight.
func (l *dateLayout) parseClock(s string) (midnight, ok bool) {
	if i := strings.IndexAny(s, "Z+-"); i >= 5 {
		if l.zone = isZone(s[i:]); !l.zone {
			return false, false
		}
		s = s[:i]
	}
	clock, fraction, _ := strings.Cut(s, ".")
	parts := strings.Split(clock, ":")
	if len(parts) < 2 || len(parts) > 3 || len(fraction) > 9 || !allDigits(fraction+"0") {
		return false, false
	}
	limits := [3]int{23, 59, 60}
	midnight = strings.Trim(fraction, "0") == ""
	for i, p := range parts {
		if len(p) != 2 || !allDigits(p) || num(p) > limits[i] {
			return false, false
		}
		midnight = midnight && num(p) == 0
	}
	l.clock, l.fraction = uint8(len(parts)), uint8(len(fraction))
	return midnight, true
}

// isZone tells Z, +hh, +hhmm and +hh:mm, or the same with -.
func isZone(s string) bool {
	if s == "Z" {
		return true
	}
	hours, minutes, colon := strings.Cut(s[1:], ":")
	if !colon && len(hours) == 4 {
		hours, minutes = hours[:2], hours[2:]
	}
	return s[0] != 'Z' && len(hours) == 2 && allDigits(hours) && (minutes == "" && !colon || len(minutes) == 2 && allDigits(minutes))
}

var monthDays = [13]int{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

func makeDay(y, m, d int) (day, bool) {
	if y < 1 || m < 1 || m > 12 || d < 1 || d > monthDays[m] {
		return 0, false
	}
	if m == 2 && d == 29 && (y%4 != 0 || y%100 == 0 && y%400 != 0) {
		return 0, false
	}
	return day(y*10000 + m*100 + d), true
}

func monthNamed(s string) int {
	if len(s) != 3 {
		return 0
	}
	i := strings.Index("janfebmaraprmayjunjulaugsepoctnovdec", strings.ToLower(s))
	if i < 0 || i%3 != 0 {
		return 0
	}
	return i/3 + 1
}

func allDigits(s string) bool { return s != "" && !strings.ContainsFunc(s, notDigit) }

// num reads a short text of digits.
func num(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

func itoa(n int) string { return strconv.Itoa(n) }

// dateTally is what a column knows of the dates of one layout.
type dateTally struct {
	layout   dateLayout
	count    int64
	min, max day
	timed    int64 // not at midnight
	unpadded int64
	future   int64
	ancient  int64 // before 1900
	openEnds int64
	lastEnd  day
	sure     int64 // could be read in no other order
	example  sample
	days     dayCounts // open ends left out

	firstFuture, firstAncient sample
}

func (t *dateTally) add(r reading, s sample, today day, sure bool) {
	times := s.rows
	t.example.earlier(s)
	t.count += times
	if sure {
		t.sure += times
	}
	if r.unpadded {
		t.unpadded += times
	}
	if r.day >= forEver {
		t.lastEnd = max(t.lastEnd, r.day)
		t.openEnds += times
		return
	}
	if t.min == 0 || r.day < t.min {
		t.min = r.day
	}
	t.max = max(t.max, r.day)
	t.days.add(r.day, times)
	if !r.midnight {
		t.timed += times
	}
	if today > 0 && r.day > today {
		t.future += times
		t.firstFuture.earlier(s)
	}
	if r.day < 19000101 {
		t.ancient += times
		t.firstAncient.earlier(s)
	}
}
