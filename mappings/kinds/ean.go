package kinds

import (
	"fmt"
	"strings"
)

// EAN checks a GTIN: EAN-8, UPC-A (12), EAN-13 or GTIN-14, with the check digit of the GS1 General Specifications.
func EAN(text string) Verdict {
	s := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, text)
	switch {
	case !digitsOnly(s):
		return no("not digits only")
	case len(s) != 8 && len(s) != 12 && len(s) != 13 && len(s) != 14:
		hint := ""
		if len(s) == 11 || len(s) == 7 || len(s) == 10 {
			hint = "; leading zeros lost?"
		}
		return no(fmt.Sprintf("%d digits%s", len(s), hint))
	case strings.Trim(s, "0") == "":
		return no("zeros only")
	}
	sum := 0
	for i := len(s) - 2; i >= 0; i-- {
		weight := 1
		if (len(s)-2-i)%2 == 0 {
			weight = 3
		}
		sum += int(s[i]-'0') * weight
	}
	if want := (10 - sum%10) % 10; int(s[len(s)-1]-'0') != want {
		return no(fmt.Sprintf("wrong check digit, %d is right", want))
	}
	return yes(s)
}

// UPC checks a UPC-A: a GTIN of twelve digits.
func UPC(text string) Verdict {
	v := EAN(text)
	if v.OK && len(v.Canonical) != 12 {
		return no("not 12 digits")
	}
	return v
}
