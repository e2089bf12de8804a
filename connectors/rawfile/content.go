package rawfile

import (
	"encoding/binary"
	"unicode/utf8"
)

// HeadSize is how much of the start of a file is kept for finding out its encoding and dialect.
const HeadSize = 1 << 20

// Content is what one reading counted; it is an io.Writer that the bytes are poured into.
type Content struct {
	Bytes        int64  // unpacked
	Head         []byte // the first HeadSize bytes
	Multibyte    int64  // valid UTF-8 sequences of two bytes or more
	Invalid      int64  // bytes that are no UTF-8
	FirstInvalid int64  // offset of the first of them; -1 where there is none
	Replacements int64  // U+FFFD characters: text that was destroyed before it came here

	inWord, alone [256]int64 // bytes above 0x7F: beside an ASCII letter or another such byte, and not
	first         [256]int64 // offset + 1 of each such byte's first occurrence
	carry         [utf8.UTFMax]byte
	carried       int
	last          byte
}

// Whole reports whether Head is the whole file.
func (c *Content) Whole() bool { return c.Bytes == int64(len(c.Head)) }

// DropHead releases Head once nothing more is to be found out from it.
func (c *Content) DropHead() { c.Head = nil }

// Write counts p.
func (c *Content) Write(p []byte) (int, error) {
	if c.Bytes == 0 {
		c.FirstInvalid = -1
	}
	if room := HeadSize - len(c.Head); room > 0 {
		c.Head = append(c.Head, p[:min(room, len(p))]...)
	}
	size := len(p)
	for c.carried > 0 && len(p) > 0 {
		c.carry[c.carried], p = p[0], p[1:]
		c.carried++
		if seq := c.carry[:c.carried]; utf8.FullRune(seq) {
			c.carried = 0
			c.count(seq)
		}
	}
	whole := len(p) - unfinished(p)
	c.carried += copy(c.carry[c.carried:], p[whole:])
	c.count(p[:whole])
	return size, nil
}

// finish counts a sequence that the end of the file cut off.
func (c *Content) finish() {
	c.count(c.carry[:c.carried])
	c.carried = 0
}

// unfinished is the length of a UTF-8 sequence that p ends in the middle of.
func unfinished(p []byte) int {
	for back := 1; back < utf8.UTFMax && back <= len(p); back++ {
		if tail := p[len(p)-back:]; utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return back
		}
	}
	return 0
}

func (c *Content) count(p []byte) {
	for i := 0; i < len(p); {
		if i+8 <= len(p) && binary.LittleEndian.Uint64(p[i:])&0x8080808080808080 == 0 {
			i += 8
			continue
		}
		if p[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(p[i:])
		if r == utf8.RuneError && size == 1 {
			c.Invalid++
			if c.FirstInvalid < 0 {
				c.FirstInvalid = c.Bytes + int64(i)
			}
		} else {
			c.Multibyte++
			if r == utf8.RuneError {
				c.Replacements++
			}
		}
		for range size {
			c.high(p, i)
			i++
		}
	}
	if len(p) > 0 {
		c.last = p[len(p)-1]
		c.Bytes += int64(len(p))
	}
}

func (c *Content) high(p []byte, i int) {
	b := p[i]
	if c.first[b] == 0 {
		c.first[b] = c.Bytes + int64(i) + 1
	}
	before, after := c.last, byte(0)
	if i > 0 {
		before = p[i-1]
	}
	if i+1 < len(p) {
		after = p[i+1]
	}
	if wordByte(before) || wordByte(after) {
		c.inWord[b]++
	} else {
		c.alone[b]++
	}
}

func wordByte(b byte) bool {
	return b >= utf8.RuneSelf || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

// Undecodable counts the bytes that stand for no character in a charset, and the offset of the first (-1: none). For
// multi-byte charsets other than UTF-8 it knows nothing and says 0.
func (c *Content) Undecodable(cs *Charset) (bytes, first int64) {
	switch cs.kind {
	case kindUTF8:
		return c.Invalid, c.FirstInvalid
	case kindSingle:
		first = -1
		for b := utf8.RuneSelf; b < 256; b++ {
			n := c.inWord[b] + c.alone[b]
			if n == 0 || cs.table[b] != undefined {
				continue
			}
			bytes += n
			if at := c.first[b] - 1; first < 0 || at < first {
				first = at
			}
		}
		return bytes, first
	}
	return 0, -1
}
