package rawfile

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"
)

// HeadSize and TailSize are how much of the start and the end of a file is kept for finding out its encoding, its dialect
// and what stands around its table.
const (
	HeadSize = 1 << 20
	TailSize = 64 << 10
)

// Content is what one reading counted; it is an io.Writer that the bytes are poured into.
type Content struct {
	Bytes        int64  // unpacked
	Head         []byte // the first HeadSize bytes
	Tail         []byte // the last TailSize bytes of a file that is longer than Head
	NULs         int64
	FirstNUL     int64 // offset of the first of them
	Multibyte    int64 // valid UTF-8 sequences of two bytes or more
	Invalid      int64 // bytes that are no UTF-8
	FirstInvalid int64 // offset of the first of them; -1 where there is none
	Replacements int64 // U+FFFD characters: text that was destroyed before it came here

	high    [256]int64 // how often each byte above 0x7F comes
	first   [256]int64 // offset + 1 of its first occurrence
	words   []byte     // some of the words that hold such bytes: length, byte before, word, byte after
	carry   [utf8.UTFMax]byte
	carried int
	written int64 // bytes that came, counted or carried
}

// Whole reports whether Head is the whole file.
func (c *Content) Whole() bool { return c.Bytes == int64(len(c.Head)) }

// DropHead releases the kept text once nothing more is to be found out from it.
func (c *Content) DropHead() { c.Head, c.Tail, c.words = nil, nil, nil }

// Write counts p.
func (c *Content) Write(p []byte) (int, error) {
	if c.Bytes == 0 {
		c.FirstInvalid = -1
	}
	if room := HeadSize - len(c.Head); room > 0 {
		c.Head = append(c.Head, p[:min(room, len(p))]...)
	}
	c.keepTail(p)
	if n := bytes.Count(p, []byte{0}); n > 0 {
		if c.NULs == 0 {
			c.FirstNUL = c.written + int64(bytes.IndexByte(p, 0))
		}
		c.NULs += int64(n)
	}
	c.written += int64(len(p))
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

func (c *Content) keepTail(p []byte) {
	switch {
	case c.written+int64(len(p)) <= HeadSize:
		return
	case len(c.Tail) == 0 && c.written <= HeadSize: // what came before is in Head
		c.Tail = append(c.Tail, c.Head[max(0, int(c.written)-TailSize):c.written]...)
	}
	if len(p) >= TailSize {
		c.Tail = append(c.Tail[:0], p[len(p)-TailSize:]...)
		return
	}
	if over := len(c.Tail) + len(p) - TailSize; over > 0 {
		c.Tail = c.Tail[:copy(c.Tail, c.Tail[over:])]
	}
	c.Tail = append(c.Tail, p...)
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
	noted := 0
	for i := 0; i < len(p); {
		if i+8 <= len(p) && binary.LittleEndian.Uint64(p[i:])&0x8080808080808080 == 0 {
			i += 8
			continue
		}
		if p[i] < utf8.RuneSelf {
			i++
			continue
		}
		if i >= noted {
			noted = c.note(p, i)
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
		for _, b := range p[i : i+size] {
			if c.high[b]++; c.first[b] == 0 {
				c.first[b] = c.Bytes + int64(i) + 1
			}
			i++
		}
	}
	c.Bytes += int64(len(p))
}

// Undecodable counts the bytes that stand for no character in a charset, and the offset of the first (-1: none). For
// charsets of two bytes a character other than UTF-8 only Head is looked at.
func (c *Content) Undecodable(cs *Charset) (n, first int64) {
	switch cs.kind {
	case kindUTF8:
		return c.Invalid, c.FirstInvalid
	case kindSingle:
		return c.undecodable(cs)
	case kindMulti:
		return cs.undecodableIn(c.Head)
	}
	return 0, -1
}

func (c *Content) undecodable(cs *Charset) (n, first int64) {
	first = -1
	for b := utf8.RuneSelf; b < 256; b++ {
		times := c.high[b]
		if times == 0 || cs.table[b] != undefined {
			continue
		}
		n += times
		if at := c.first[b] - 1; first < 0 || at < first {
			first = at
		}
	}
	return n, first
}

// undecodableIn counts line by line: a byte that is no character must not shift the ones in other lines.
func (c *Charset) undecodableIn(text []byte) (n, first int64) {
	first = -1
	for at := 0; at < len(text); {
		end := len(text)
		if i := bytes.IndexByte(text[at:], '\n'); i >= 0 {
			end = at + i + 1
		} else if len(text) == HeadSize {
			break // cut within a line, perhaps within a character
		}
		if bad := c.Undecodable(text[at:end]); bad >= 0 {
			if n++; first < 0 {
				first = int64(at + bad)
			}
		}
		at = end
	}
	return n, first
}
