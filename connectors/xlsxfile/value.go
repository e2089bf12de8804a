package xlsxfile

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"
)

// class is what a text looks like, as far as that can mean damage; several may hold.
type class uint8

const (
	numberText   class = 1 << iota // a number in any style
	zeroText                       // digits with a zero in front: "00123"
	dateText                       // a date in any order
	exponentText                   // 1.23E+15
	errorText                      // #N/A
	digitText                      // nothing but digits
)

// classify looks at a text. Texts that begin with a letter, as most do, are dismissed by their first byte.
func classify(s string) class {
	if len(s) == 0 || len(s) > 40 {
		return 0
	}
	switch c := s[0]; {
	case c == '#':
		if isError(s) {
			return errorText
		}
		return 0
	case c > '9' || c < ' ':
		return 0
	}
	s = strings.TrimSpace(s)
	if digits(s) {
		if len(s) > 1 && s[0] == '0' {
			return numberText | zeroText | digitText
		}
		return numberText | digitText
	}
	switch {
	case exponent(s):
		return numberText | exponentText
	case dateLike(s):
		return dateText
	case numberLike(s):
		return numberText
	}
	return 0
}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// exponent recognises 1.23E+15 and 1,23E+15, as spreadsheets write long numbers into text.
func exponent(s string) bool {
	mantissa, power, ok := strings.Cut(strings.ToUpper(s), "E+")
	if !ok || !digits(power) {
		return false
	}
	whole, fraction, point := strings.Cut(strings.Replace(strings.TrimPrefix(mantissa, "-"), ",", ".", 1), ".")
	return digits(whole) && (!point || digits(fraction))
}

// numberLike recognises plain numbers with a sign, separators and a currency or per cent sign around them.
func numberLike(s string) bool {
	s = strings.Trim(s, "+-%€$£ ")
	n, seps := 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			n++
		case c == '.' || c == ',' || c == '\'':
			seps++
		default:
			return false
		}
	}
	return n > 0 && seps <= n
}

// dateLike recognises three numbers, or two around a month's letters, with one kind of separator: 31.12.2024,
// 2024-12-31 10:00, 5/3/24, 12-Mar-2020.
func dateLike(s string) bool {
	if i := strings.IndexAny(s, " T"); i >= 6 {
		s = s[:i]
	}
	i := strings.IndexAny(s, "./-")
	if i < 1 || i > 4 {
		return false
	}
	parts := strings.Split(s, s[i:i+1])
	if len(parts) != 3 || !digits(parts[0]) || !digits(parts[2]) || len(parts[2]) > 4 {
		return false
	}
	if !digits(parts[1]) {
		return len(parts[1]) >= 3 && len(parts[1]) <= 9 && strings.Trim(strings.ToLower(parts[1]), "abcdefghijklmnopqrstuvwxyz") == ""
	}
	year := len(parts[0]) == 4 || len(parts[2]) == 4 || len(parts[2]) == 2
	return year && len(parts[1]) <= 2 && min(len(parts[0]), len(parts[2])) <= 2 && len(parts[0]) != 3 && len(parts[2]) != 3
}

// number appends a stored number as Excel keeps it, with 15 significant digits, in plain notation: no exponent, no zeros
// at the end. A whole number that is stored with more digits keeps them. Text that is no number is appended as it is.
func number(dst, raw []byte) []byte {
	if out, ok := plainNumber(dst, raw); ok {
		return out
	}
	f, ok := parse(raw)
	if !ok {
		return append(dst, raw...)
	}
	if len(raw) > 15 && digits(strings.TrimPrefix(string(raw), "-")) {
		return append(dst, raw...)
	}
	// Rounding twice is what the spreadsheet does: it keeps the double and shows 15 digits of it.
	short := strconv.AppendFloat(nil, f, 'g', 15, 64)
	f, _ = strconv.ParseFloat(string(short), 64)
	return strconv.AppendFloat(dst, f+0, 'f', -1, 64)
}

// plainNumber is number for what most cells hold: at most 15 digits, no exponent, nothing to strip.
func plainNumber(dst, raw []byte) ([]byte, bool) {
	if len(raw) == 0 || len(raw) > 17 {
		return dst, false
	}
	i, n, point := 0, 0, -1
	if raw[0] == '-' {
		i = 1
	}
	first := i
	for ; i < len(raw); i++ {
		switch c := raw[i]; {
		case c >= '0' && c <= '9':
			n++
		case c == '.' && point < 0:
			point = i
		default:
			return dst, false
		}
	}
	last := raw[len(raw)-1]
	switch {
	case n == 0, n > 15, point == first, point >= 0 && (last == '0' || last == '.'):
		return dst, false
	case raw[first] == '0' && point != first+1 && (n > 1 || first == 1): // 007, -0
		return dst, false
	}
	return append(dst, raw...), true
}

// parse reads a number as XML Schema writes it: no hexadecimal digits, no underscores, no infinity.
func parse(raw []byte) (float64, bool) {
	if len(raw) == 0 || len(bytes.Trim(raw, "0123456789+-.eE")) > 0 {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	return f, err == nil && !math.IsInf(f, 0)
}

// errorCodes are the values of cells whose formula failed.
var errorCodes = []string{"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!"}

func isError(s string) bool {
	for _, code := range errorCodes {
		if s == code {
			return true
		}
	}
	return false
}

// oddity is what is wrong with a cell although it has a value.
type oddity uint8

const (
	noOddity  oddity = iota
	noDay            // a number shown as a date that is none: before the first day or after the year 9999
	leapDay          // 29 February 1900, which never was
	longDigit        // a number of more than 15 digits
	rounded          // a whole number of 12 digits or more that ends in five zeros
	zeroFill         // leading zeros came from the number format
)

const (
	afterLastDay = 2958466 // the serial number after 31 December 9999, counted from 1900
	dayMillis    = 86400000
)

// day appends a serial number as a date, a time or a span of hours. Where it is none the plain number stands.
func day(dst, raw []byte, shows showing, since1904 bool) ([]byte, oddity) {
	serial, ok := parse(raw)
	if !ok {
		return append(dst, raw...), noOddity
	}
	limit := float64(afterLastDay)
	if since1904 {
		limit -= 1462
	}
	if serial < 0 || serial >= limit {
		return number(dst, raw), noDay
	}
	millis := int64(math.Round(serial * dayMillis))
	days, rest := millis/dayMillis, millis%dayMillis
	switch {
	case shows == spans:
		return append(strconv.AppendInt(dst, millis/3600000, 10), clock(nil, millis%3600000)[2:]...), noOddity
	case days == 0 && (shows == times || rest != 0):
		return clock(dst, rest), noOddity
	case days == 0 && !since1904:
		return number(dst, raw), noDay
	}
	dst, odd := calendar(dst, days, since1904)
	if rest != 0 {
		dst = clock(append(dst, ' '), rest)
	}
	return dst, odd
}

// calendar appends the day of a serial number. In the 1900 system day 60 is 29 February 1900, which never was: Excel
// shows it all the same and counts one too many from there on.
func calendar(dst []byte, serial int64, since1904 bool) ([]byte, oddity) {
	first := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case since1904:
		first = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case serial == 60:
		return append(dst, "1900-02-29"...), leapDay
	case serial < 60:
		serial++
	}
	return first.AddDate(0, 0, int(serial)).AppendFormat(dst, time.DateOnly), noOddity
}

// clock appends milliseconds of a day as 15:04:05, with a fraction only where there is one.
func clock(dst []byte, millis int64) []byte {
	t := time.UnixMilli(millis).UTC()
	if millis%1000 == 0 {
		return t.AppendFormat(dst, time.TimeOnly)
	}
	return t.AppendFormat(dst, "15:04:05.000")
}
