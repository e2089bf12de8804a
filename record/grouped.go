package record

import (
	"strconv"
	"strings"
)

// Grouped writes a number as reports do, with commas between thousands: "9,487,049.35". The text is a decimal with a point
// and without an exponent, as String of a Decimal gives it; any other text is returned as it is.
func Grouped(number string) string {
	rest, negative := strings.CutPrefix(number, "-")
	whole, fraction, _ := strings.Cut(rest, ".")
	if whole == "" || strings.Trim(whole, "0123456789") != "" || strings.Trim(fraction, "0123456789") != "" {
		return number
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if negative {
		return "-" + whole
	}
	return whole
}

// GroupedInt writes a count so.
func GroupedInt(n int64) string { return Grouped(strconv.FormatInt(n, 10)) }
