package rawfile

import (
	"bytes"
	"math"
	"strings"
	"unicode"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// DetectCharset finds out the encoding from what the first reading counted; a pinned name is taken as it is. bom is
// the length of the byte order mark to skip. Told apart are UTF-8, UTF-16 (with and without a byte order mark),
// windows-1252 (which ISO-8859-1 text is read as: they differ only in bytes ISO-8859-1 gives to control characters),
// and the DOS code pages 850 and 437; others have to be pinned.
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
	if name := wideByZeros(c.Head); name != "" {
		return name, 0.95
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
	return c.codePage()
}

// wideByZeros recognises UTF-16 without a byte order mark: in Western text every other byte is zero.
func wideByZeros(head []byte) string {
	head = head[:min(len(head), 64<<10)&^1]
	var even, odd int
	for i := 0; i < len(head); i += 2 {
		if head[i] == 0 {
			even++
		}
		if head[i+1] == 0 {
			odd++
		}
	}
	pairs := len(head) / 2
	switch {
	case pairs < 2:
		return ""
	case odd > pairs/2 && even < pairs/20+1:
		return "utf-16le"
	case even > pairs/2 && odd < pairs/20+1:
		return "utf-16be"
	}
	return ""
}

// codePage scores the single-byte candidates by what their bytes would be: letters belong into words, punctuation
// between them, and line drawing into neither.
func (c *Content) codePage() (string, float64) {
	names := []string{"windows-1252", "cp850", "cp437"} // of equals, the first
	best, second, winner := -1.0, -1.0, names[0]
	for _, name := range names {
		cs, err := LookupCharset(name)
		if err != nil {
			continue
		}
		score := c.plausible(cs)
		if name == names[0] { // by far the most frequent, so few bytes must not speak against it
			score = min(score+0.3, 1)
		}
		switch {
		case score > best:
			if name != "cp437" { // 850 and 437 share their letters; the runner-up is the other family
				second = best
			}
			best, winner = score, name
		case score > second && (name != "cp437" || winner != "cp850"):
			second = score
		}
	}
	sure := 0.5 + (best-max(second, 0))/2
	return winner, min(max(sure, 0.3), 0.95)
}

// plausible is between 0 (nonsense) and 1.
func (c *Content) plausible(cs *Charset) float64 {
	var score, total float64
	for b := 0x80; b < 256; b++ {
		inWord, alone := float64(c.inWord[b]), float64(c.alone[b])
		total += inWord + alone
		switch r := cs.table[b]; {
		case r == undefined:
			score -= inWord + alone
		case strings.ContainsRune(westernLetters, r):
			score += inWord + 0.5*alone
		case unicode.IsLetter(r):
			score += 0.4*inWord + 0.2*alone
		case strings.ContainsRune(westernMarks, r):
			score += 0.2*inWord + 0.9*alone
		case r == '’' || r == '\u00a0': // the apostrophe, and the blank that joins words
			score += 0.8*inWord + 0.8*alone
		case r >= 0x2500 && r < 0x2600: // line drawing
			score -= 0.5 * (inWord + alone)
		}
	}
	if total == 0 {
		return 0
	}
	return max(score/total, 0)
}

// The letters of French, German, Spanish, Portuguese, Italian, Dutch and the Nordic languages, and the marks that
// stand between their words.
const (
	westernLetters = "äöüßÄÖÜéèêëÉÈÊàâçÇîïìôòûùáíóúñÑÁÍÓÚãõøØåÅæÆœŒ"
	westernMarks   = "€£§°©®™«»„“”‘‚–—…·•¿¡ºª²³½¼´"
)
