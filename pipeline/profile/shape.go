package profile

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zeebo/xxh3"
)

// The classes of bytes that a value can be made of, as bits.
const (
	hasDigit uint16 = 1 << iota
	hasLetter
	hasE // the letter of an exponent
	hasSpace
	hasPoint
	hasComma
	hasSign
	hasApostrophe
	hasOther
	hasControl
	hasBreak
	hasTab
	hasWide // beyond ASCII
	hasDoubleSpace
)

// byteClass and byteMask say of each byte its class and what it becomes in a mask.
var byteClass, byteMask = func() (class [256]uint16, mask [256]byte) {
	for i := range class {
		c := byte(i)
		class[i], mask[i] = hasOther, c
		switch {
		case c >= utf8.RuneSelf:
			class[i] = hasWide
		case c >= '0' && c <= '9':
			class[i], mask[i] = hasDigit, '9'
		case c >= 'A' && c <= 'Z':
			class[i], mask[i] = hasLetter, 'A'
		case c >= 'a' && c <= 'z':
			class[i], mask[i] = hasLetter, 'a'
		case c == '\n' || c == '\r':
			class[i], mask[i] = hasBreak, 0
		case c == '\t':
			class[i], mask[i] = hasTab, 0
		case c < ' ' || c == 0x7f:
			class[i], mask[i] = hasControl, 0
		}
	}
	for c, k := range map[byte]uint16{'e': hasE, 'E': hasE, ' ': hasSpace, '.': hasPoint, ',': hasComma, '+': hasSign, '-': hasSign, '\'': hasApostrophe} {
		class[c] = k
	}
	return class, mask
}()

const maxMask = 40

// unprintable stands for a character that cannot be shown in a mask.
const unprintable = "·"

// shape is what one look at a value tells: the classes of its bytes, its characters and its mask.
type shape struct {
	bits  uint16
	runes int
	size  int
	mask  [maxMask + 2*utf8.UTFMax]byte
}

// look goes once over a text's bytes.
func (p *shape) look(s string) {
	var bits uint16
	last, n := byte(0), 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		bits |= byteClass[c]
		m := byteMask[c]
		if m == last && m != '9' {
			if m == 'A' || m == 'a' {
				continue
			}
			if m == ' ' {
				bits |= hasDoubleSpace
			}
		}
		last = m
		if n < maxMask {
			p.mask[n] = m
			n++
		} else if bits&hasWide == 0 && n == maxMask {
			n++
		}
	}
	p.bits, p.runes, p.size = bits, len(s), n
	if n > maxMask {
		p.size = maxMask + copy(p.mask[maxMask:], "…")
	}
	if bits&(hasWide|hasControl|hasBreak|hasTab) != 0 {
		p.runes = utf8.RuneCountInString(s)
		p.size = len(appendMask(p.mask[:0], s))
	}
}

// appendMask writes a value's format: A for a run of upper-case letters, a for lower-case, 9 for each digit, the rest as
// it is, and an ellipsis where it is cut.
func appendMask(to []byte, s string) []byte {
	last := byte(0)
	for _, r := range s {
		c := byte(0)
		switch {
		case r >= '0' && r <= '9' || r > 0x7f && unicode.IsDigit(r):
			c = '9'
		case unicode.IsUpper(r):
			c = 'A'
		case unicode.IsLetter(r):
			c = 'a'
		}
		if c != 0 && c != '9' && c == last {
			continue
		}
		if len(to) >= maxMask {
			return append(to, "…"...)
		}
		switch {
		case c != 0:
			to = append(to, c)
		case unicode.IsPrint(r):
			to = utf8.AppendRune(to, r)
		default:
			to = append(to, unprintable...)
		}
		last = c
	}
	return to
}

// mayBeNumber and mayBeDate spare most texts a closer look.
func (p *shape) mayBeNumber(s string) bool {
	const narrow = hasDigit | hasE | hasSpace | hasPoint | hasComma | hasSign | hasApostrophe | hasDoubleSpace
	if p.bits&hasDigit == 0 || p.bits&^(narrow|hasWide) != 0 {
		return false
	}
	if p.bits&hasSpace == 0 {
		return true
	}
	// Behind the last blank of a number stand three digits: a telephone number seldom has them there.
	behind := s[strings.LastIndexByte(s, ' ')+1:]
	return len(behind) == 3 || len(behind) > 3 && !isDigit(behind[3])
}

func (p *shape) mayBeDate(s string) bool {
	return len(s) >= 6 && len(s) <= 40 && isDigit(s[0]) && p.bits&(hasComma|hasWide|hasControl|hasBreak|hasTab|hasApostrophe) == 0
}

// maskTable counts the masks of a column: the first maskCap of them.
type maskTable struct {
	list  []maskCount
	slots *[512]uint16 // nil while they are few
	last  int
	rest  int64 // rows whose mask has no place
}

type maskCount struct {
	text string
	hash uint64
	rows int64
	row  int64 // first row with it
}

const maskCap = 250 // different masks counted a column; at most half of the slots

func (t *maskTable) add(mask []byte, times, row int64) {
	if t.last < len(t.list) && t.list[t.last].text == string(mask) {
		m := &t.list[t.last]
		m.rows += times
		m.row = min(m.row, row)
		return
	}
	h := xxh3.Hash(mask)
	if t.slots == nil && len(t.list) >= fewMasks {
		t.slots = &[512]uint16{}
		for at := range t.list {
			i := t.list[at].hash % 512
			for t.slots[i] != 0 {
				i = (i + 1) % 512
			}
			t.slots[i] = uint16(at + 1)
		}
	}
	if t.slots == nil {
		t.addFew(mask, h, times, row)
		return
	}
	for i := h % 512; ; i = (i + 1) % 512 {
		at := int(t.slots[i])
		if at == 0 {
			if len(t.list) == maskCap {
				t.rest += times
				return
			}
			t.list = append(t.list, maskCount{string(mask), h, times, row})
			t.last = len(t.list) - 1
			t.slots[i] = uint16(len(t.list))
			return
		}
		if m := &t.list[at-1]; m.hash == h && m.text == string(mask) {
			m.rows += times
			m.row = min(m.row, row)
			t.last = at - 1
			return
		}
	}
}

// fewMasks are looked through one by one: a file may have ten thousands of columns.
const fewMasks = 8

func (t *maskTable) addFew(mask []byte, h uint64, times, row int64) {
	for at := range t.list {
		if m := &t.list[at]; m.hash == h && m.text == string(mask) {
			m.rows += times
			m.row = min(m.row, row)
			t.last = at
			return
		}
	}
	t.list = append(t.list, maskCount{string(mask), h, times, row})
	t.last = len(t.list) - 1
}
