package kinds

import (
	"fmt"
	"strconv"
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
	if want := checkDigit(s[:len(s)-1]); int(s[len(s)-1]-'0') != want {
		return no(fmt.Sprintf("wrong check digit, %d is right", want))
	}
	return yes(s)
}

// checkDigit is the digit that belongs behind the others.
func checkDigit(digits string) int {
	sum := 0
	for i := range digits {
		weight := 1
		if (len(digits)-1-i)%2 == 0 {
			weight = 3
		}
		sum += int(digits[i]-'0') * weight
	}
	return (10 - sum%10) % 10
}

// EANCheckDigit is the digit that completes a GTIN of 7, 11, 12 or 13 digits; it reports false for any other text.
func EANCheckDigit(text string) (string, bool) {
	s := compact(text)
	if !digitsOnly(s) || len(s) != 7 && len(s) != 11 && len(s) != 12 && len(s) != 13 {
		return "", false
	}
	return strconv.Itoa(checkDigit(s)), true
}

// UPC checks a UPC-A: a GTIN of twelve digits.
func UPC(text string) Verdict {
	v := EAN(text)
	if v.OK && len(v.Canonical) != 12 {
		return no("not 12 digits")
	}
	return v
}
