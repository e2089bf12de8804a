package profile

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// nullWords are texts that stand for "nothing" in exports, in lower case.
var nullWords = map[string]bool{
	"null": true, "(null)": true, "n/a": true, "#n/a": true, "na": true, "nan": true, "none": true, "nil": true, "\\n": true,
	"-": true, "--": true, "---": true, "?": true, ".": true, "n.a.": true, "k.a.": true, "keine": true, "n/d": true, "#null!": true,
	"#ref!": true, "#value!": true, "#div/0!": true, "#name?": true,
	"0000-00-00": true, "0000-00-00 00:00:00": true, "00000000": true, "00.00.0000": true, "00/00/0000": true,
}

// nullBegins tells most texts from null words by their first byte alone.
var nullBegins = func() (begins [256]bool) {
	for w := range nullWords {
		begins[w[0]], begins[strings.ToUpper(w)[0]] = true, true
	}
	return begins
}()

func isNullWord(s string) bool {
	if len(s) > 19 || !nullBegins[s[0]] {
		return false
	}
	switch len(s) {
	case 9, 11, 12, 13, 14, 15, 16, 17, 18: // no null word is as long
		return false
	case 8, 10, 19:
		return s[0] == '0' && nullWords[s]
	}
	return nullWords[s] || nullWords[strings.ToLower(s)]
}

// defect is a set of things that are wrong with a text.
type defect uint16

const (
	outerSpace  defect = 1 << iota // leading or trailing
	doubleSpace                    // two blanks in a row
	oddSpace                       // no-break space, zero-width space, BOM
	control                        // control characters other than tab and line ends
	lineBreak                      // CR or LF inside the text
	mojibake                       // UTF-8 read as Windows-1252
	replacement                    // U+FFFD: the damage was done before us
	invalid                        // not UTF-8
)

// inspect finds the defects of a text in one pass over its bytes.
func inspect(s string) defect {
	var d defect
	if s == "" {
		return 0
	}
	if s[0] == ' ' || s[len(s)-1] == ' ' || s[0] == '\t' || s[len(s)-1] == '\t' {
		d |= outerSpace
	}
	wide := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= utf8.RuneSelf:
			wide = true
		case c == '\n' || c == '\r':
			d |= lineBreak
		case c < ' ' && c != '\t' || c == 0x7f:
			d |= control
		case c == ' ' && i > 0 && s[i-1] == ' ':
			d |= doubleSpace
		}
	}
	if wide {
		d |= inspectWide(s)
	}
	return d
}

func inspectWide(s string) defect {
	var d defect
	if !utf8.ValidString(s) {
		return invalid
	}
	last := rune(0)
	suspect := false
	for _, r := range s {
		// The bytes of one character of UTF-8, read one by one: one that begins it, and one that goes on.
		suspect = suspect || last >= 0xc2 && last <= 0xf4 && (r >= 0x80 && r <= 0xbf || r > 0xff)
		last = r
		switch r {
		case '\u00a0', '\u202f', '\u200b', '\ufeff', '\u2007':
			d |= oddSpace
		case utf8.RuneError:
			d |= replacement
		}
		if r >= 0x80 && r < 0xa0 {
			d |= control
		}
	}
	if suspect && isMojibake(s) {
		d |= mojibake
	}
	return d
}

// isMojibake reports whether the text, written back as Windows-1252, is UTF-8 with characters beyond ASCII: a text that
// means "Müller" and reads "MÃ¼ller". By chance this happens to no word of a European language.
func isMojibake(s string) bool {
	raw := make([]byte, 0, len(s))
	for _, r := range s {
		b, ok := charmap.Windows1252.EncodeRune(r)
		if !ok {
			if r > 0xff {
				return false
			}
			b = byte(r) // the five bytes that Windows-1252 leaves undefined
		}
		raw = append(raw, b)
	}
	return utf8.Valid(raw)
}

// Mask hides a personal value and leaves its shape: the first character and what is no letter or digit.
func Mask(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case i == 0:
			b.WriteRune(r)
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteByte('*')
		default:
			b.WriteRune(r)
		}
		if i > maxMask {
			b.WriteString("…")
			break
		}
	}
	return b.String()
}
