package record

import "strings"

// formulaStarts are the characters by which a spreadsheet program, or one that reads its export, takes a text for a
// formula. Some programs heed the wide forms that East Asian keyboards type, too.
const formulaStarts = "=+-@\t\r\n＝＋－＠"

// IsFormula reports whether a spreadsheet program could compute a text instead of showing it.
func IsFormula(s string) bool {
	for _, r := range s {
		return strings.ContainsRune(formulaStarts, r)
	}
	return false
}

// NoFormula puts an apostrophe before a text that a spreadsheet program would compute, as such programs write plain text
// themselves. Everything this program writes for them and that has no other way to say so goes through it. A text
// that begins like the result gets one, too, so that AsWritten always finds the original.
func NoFormula(s string) string {
	if IsFormula(strings.TrimLeft(s, "'")) {
		return "'" + s
	}
	return s
}

// AsWritten takes the apostrophe of NoFormula off again.
func AsWritten(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && NoFormula(rest) != rest {
		return rest
	}
	return s
}
