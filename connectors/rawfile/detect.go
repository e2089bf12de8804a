package rawfile

import (
	"bytes"
	"math"
	"unicode"
	"unicode/utf16"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// DetectCharset finds out the encoding from what the first reading counted; a pinned name is taken as it is. bom is
// the length of the byte order mark to skip.
//
// Told apart are UTF-8 and UTF-16 (with and without a byte order mark), the single-byte encodings of codePages by the
// letters they make of the bytes, and Shift-JIS, GBK, Big5 and the EUC of Japan and Korea. The confidence is about the
// text: where two encodings make the same text of a file it does not matter which of them is named.
func (c *Content) DetectCharset(pinned string) (cs *Charset, bom int, found connectors.Detection, err error) {
	marked, bom := byteOrderMark(c.Head)
	if pinned != "" {
		cs, err = LookupCharset(pinned)
		if err != nil {
			return nil, 0, found, err
		}
		if cs.kind == kindSingle || cs.kind == kindMulti {
			bom = 0
		}
		if cs.kind == kindWide && marked != "" && marked != cs.name {
			cs, err = LookupCharset(marked) // "utf-16" says nothing about the byte order; the mark does
		}
		return cs, bom, connectors.Detection{Value: cs.name, Confidence: 1, Pinned: true}, err
	}
	name, sure := marked, 1.0
	if name == "" {
		name, sure = c.guess()
		sure = math.Round(sure*100) / 100
	}
	if cs, err = LookupCharset(name); err != nil {
		return nil, 0, found, record.Advise(err, "Convert the file to UTF-8 first.")
	}
	return cs, bom, connectors.Detection{Value: cs.name, Confidence: sure}, nil
}

func byteOrderMark(head []byte) (charset string, size int) {
	switch {
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		return "utf-8", 3
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE, 0, 0}), bytes.HasPrefix(head, []byte{0, 0, 0xFE, 0xFF}):
		return "utf-32", 4
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}):
		return "utf-16le", 2
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		return "utf-16be", 2
	}
	return "", 0
}

func (c *Content) guess() (string, float64) {
	if c.NULs > 0 {
		if name, sure := wideByZeros(c.Head); name != "" {
			return name, sure
		}
	}
	high := c.Invalid + c.Multibyte
	switch {
	case high == 0:
		return "utf-8", 1
	case c.Invalid == 0:
		return "utf-8", 1 - 0.1/float64(c.Multibyte)
	case c.Multibyte >= 20*c.Invalid: // UTF-8 with a few broken places: those rows are damaged, the others are not
		return "utf-8", 0.9 - float64(c.Invalid)/float64(high)
	}
	return c.eightBit()
}

// wideByZeros recognises UTF-16 without a byte order mark: the zeros of its blanks, digits and line ends stand at even
// places or at odd ones, never at both, and what the other bytes make with them is text.
func wideByZeros(head []byte) (string, float64) {
	head = head[:min(len(head), 64<<10)&^1]
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i&1]++
		}
	}
	pairs := len(head) / 2
	name, high := "utf-16le", zeros[1]
	if zeros[0] > zeros[1] {
		name, high = "utf-16be", zeros[0]
	}
	if pairs < 2 || high*20 < pairs || (zeros[0]+zeros[1]-high)*20 > high {
		return "", 0
	}
	strange, lines := 0, 0
	for i := 0; i < len(head); i += 2 {
		u := rune(head[i]) | rune(head[i+1])<<8
		if name == "utf-16be" {
			u = rune(head[i])<<8 | rune(head[i+1])
		}
		switch {
		case u == '\n' || u == '\r' || u == '\t':
			lines++
		case !utf16.IsSurrogate(u) && !unicode.IsPrint(u) && u != 0xA0 && u != 0:
			strange++
		}
	}
	if lines == 0 && high*2 < pairs || strange*20 > pairs {
		return "", 0
	}
	return name, 0.95
}

// eightBit chooses among the encodings whose bytes above 0x7F are no UTF-8.
func (c *Content) eightBit() (string, float64) {
	best, sure, each := c.codePage()
	if each > math.Log(0.012) { // letters as frequent as a language has them, on the average
		return best, sure
	}
	if name, share, characters := c.asian(); share > 0.45 {
		return name, min(0.97, 0.5+share, 1-1/float64(characters+1))
	}
	return best, sure
}

// asian finds the encoding in which most characters are frequent ones, the share of those, and how many there are at all.
func (c *Content) asian() (name string, best float64, characters int) {
	sample := c.linesWithHigh(32 << 10)
	for _, a := range asianCharsets {
		cs, err := LookupCharset(a.name)
		if err != nil || len(sample) == 0 {
			continue
		}
		credit, n := 0.0, 0
		for i := 0; i < len(sample); i++ {
			b := sample[i]
			if b < 0x80 {
				continue
			}
			n++
			if inLatinWord(sample, i) {
				credit--
				continue
			}
			if a.name == "shift_jis" && b >= 0xA1 && b <= 0xDF { // half-width katakana: any byte would be one
				credit += 0.1
				continue
			}
			if i+1 == len(sample) {
				break
			}
			text, bad := cs.Append(nil, sample[i:i+2])
			second := sample[i+1]
			if bad >= 0 {
				credit -= 2
				continue
			}
			i++
			credit += likely([]rune(string(text)), a.name, b >= a.low && b <= a.high && second >= a.secondAbove)
		}
		if share := credit / float64(n); share > best {
			name, best, characters = a.name, share, n
		}
	}
	return name, best, characters
}

// inLatinWord reports whether a byte above 0x7F stands alone between three ASCII letters: an umlaut, not the first byte of a
// character of two.
func inLatinWord(p []byte, i int) bool {
	return i > 0 && i+2 < len(p) && asciiLetter(p[i-1]) && asciiLetter(p[i+1]) && asciiLetter(p[i+2])
}

func asciiLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }

// likely says how much a character speaks for the encoding that made it; usual says that its bytes are among the frequent.
func likely(text []rune, charset string, usual bool) float64 {
	r := text[0]
	switch {
	case len(text) != 1:
		return -0.5
	case unicode.In(r, unicode.Hiragana, unicode.Katakana) || r == 'ー':
		if charset == "shift_jis" || charset == "euc-jp" {
			return 1
		}
		return 0
	case unicode.Is(unicode.Hangul, r):
		if usual {
			return 0.8
		}
	case bytes.ContainsRune([]byte(frequentHan), r):
		return 1
	case usual, bytes.ContainsRune([]byte("、。，：；（）「」"), r):
		return 0.5
	}
	return 0
}

// linesWithHigh are lines of Head that hold bytes above 0x7F.
func (c *Content) linesWithHigh(most int) (out []byte) {
	for _, l := range bytes.SplitAfter(c.Head, []byte{'\n'}) {
		if bytes.ContainsFunc(l, func(r rune) bool { return r >= 0x80 }) {
			out = append(out, l[:min(len(l), most)]...)
		}
		if len(out) >= most {
			break
		}
	}
	return out
}
