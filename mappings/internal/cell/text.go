// Package cell reads the texts that legacy cells hold: decimals with their own points and groups, dates in declared
// layouts, the words for yes and no, and the steps that clean a text. It decides nothing by guessing.
package cell

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

type step func(string) string

var steps = []struct {
	name string
	do   step
}{
	{"digits", digits},
	{"lower", strings.ToLower},
	{"nfc", norm.NFC.String},
	{"squeeze", squeeze},
	{"strip_zeros", stripZeros},
	{"title", Title},
	{"trim", strings.TrimSpace},
	{"upper", strings.ToUpper},
}

// StepNames lists the steps, sorted.
func StepNames() []string {
	out := make([]string, len(steps))
	for i, s := range steps {
		out[i] = s.name
	}
	return out
}

// KnownStep reports whether there is a step of that name.
func KnownStep(name string) bool { return Step(name) != nil }

// Step returns the function of a step, or nil.
func Step(name string) func(string) string {
	for _, s := range steps {
		if s.name == name {
			return s.do
		}
	}
	return nil
}

// squeeze trims a text and makes one blank of every run of white space inside, no-break spaces included.
func squeeze(s string) string {
	clean := true
	for i, r := range s {
		if unicode.IsSpace(r) && (r != ' ' || i == 0 || i == len(s)-1 || s[i+1] == ' ') {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}

// digits keeps ASCII digits only.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// stripZeros removes leading zeros but leaves a single one: "000" is "0".
func stripZeros(s string) string {
	t := strings.TrimLeft(s, "0")
	if t == "" && s != "" {
		return "0"
	}
	return t
}

// Title makes the first letter of every word a capital and the others small. A word begins after anything that is no
// letter, digit or apostrophe.
func Title(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	inside := false
	for _, r := range s {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' && r != '’':
			inside = false
		case inside:
			r = unicode.ToLower(r)
		default:
			r, inside = unicode.ToTitle(r), true
		}
		b.WriteRune(r)
	}
	return b.String()
}
