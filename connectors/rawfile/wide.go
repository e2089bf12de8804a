package rawfile

import (
	"bufio"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// UTF-16 cannot be split at bytes, so it becomes UTF-8 first. x/text would put U+FFFD for half a surrogate pair and for
// an odd last byte; here they become bytes that are no UTF-8 (half pairs as in WTF-8, the odd byte as two bytes of which
// the first is 0xF8 to 0xFB), so that the row they stand in is reported and the way back to offsets and bytes is exact.

const oddByte = rune(-1)

type wideReader struct {
	src       *bufio.Reader
	bigEndian bool
	pending   []byte
	held      rune // a unit read ahead after half a pair
	ahead     bool // held holds one
	odd       byte
}

// Widen turns the stream of a wide charset, its byte order mark left out, into UTF-8.
func (c *Charset) Widen(r io.Reader) io.Reader {
	return &wideReader{src: bufio.NewReaderSize(r, 256<<10), bigEndian: c.bigEndian}
}

func (w *wideReader) unit() (rune, error) {
	if w.ahead {
		w.ahead = false
		return w.held, nil
	}
	a, err := w.src.ReadByte()
	if err != nil {
		return 0, err
	}
	b, err := w.src.ReadByte()
	if errors.Is(err, io.EOF) {
		w.odd = a
		return oddByte, nil
	}
	if err != nil {
		return 0, err
	}
	if w.bigEndian {
		a, b = b, a
	}
	return rune(a) | rune(b)<<8, nil
}

func (w *wideReader) Read(p []byte) (int, error) {
	n := copy(p, w.pending)
	w.pending = w.pending[:copy(w.pending, w.pending[n:])]
	for n+utf8.UTFMax <= len(p) {
		u, err := w.unit()
		if err != nil {
			if n > 0 && errors.Is(err, io.EOF) {
				return n, nil
			}
			return n, err
		}
		out, err := w.encode(p[n:n], u)
		if err != nil {
			return n, err
		}
		n += len(out)
	}
	if n > 0 || len(p) == 0 {
		return n, nil
	}
	var one [2 * utf8.UTFMax]byte // p has no room for a whole character
	got, err := w.Read(one[:utf8.UTFMax])
	w.pending = append(w.pending, one[:got]...)
	n = copy(p, w.pending)
	w.pending = w.pending[:copy(w.pending, w.pending[n:])]
	return n, err
}

func (w *wideReader) encode(dst []byte, u rune) ([]byte, error) {
	switch {
	case u == oddByte:
		return append(dst, 0xF8|w.odd>>6, 0x80|w.odd&0x3F), nil
	case u < 0xD800 || u > 0xDFFF:
		return utf8.AppendRune(dst, u), nil
	case u < 0xDC00:
		low, err := w.unit()
		if err != nil && !errors.Is(err, io.EOF) {
			return dst, err
		}
		if err == nil {
			if r := utf16.DecodeRune(u, low); r != utf8.RuneError {
				return utf8.AppendRune(dst, r), nil
			}
			w.ahead, w.held = true, low
		}
	}
	return append(dst, 0xE0|byte(u>>12), 0x80|byte(u>>6)&0x3F, 0x80|byte(u)&0x3F), nil
}

// WideLen is the number of UTF-16 bytes that text, as Widen made it, stands for.
func WideLen(text []byte) int64 {
	var n int64
	for _, b := range text {
		switch {
		case b >= 0xF8:
			n++
		case b >= 0xF0:
			n += 4
		case b < 0x80 || b >= 0xC0:
			n += 2
		}
	}
	return n
}

// Narrow is the way back: the UTF-16 bytes that text, as Widen made it, stands for.
func (c *Charset) Narrow(text []byte) []byte {
	out := make([]byte, 0, 2*len(text))
	put := func(u rune) {
		if c.bigEndian {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		switch {
		case r == utf8.RuneError && size == 1 && text[i] == 0xED && i+2 < len(text):
			r, size = 0xD000|rune(text[i+1]&0x3F)<<6|rune(text[i+2]&0x3F), 3
			put(r)
		case r == utf8.RuneError && size == 1 && text[i] >= 0xF8 && i+1 < len(text):
			out, size = append(out, text[i]<<6|text[i+1]&0x3F), 2
		case r > 0xFFFF:
			high, low := utf16.EncodeRune(r)
			put(high)
			put(low)
		default:
			put(r)
		}
		i += size
	}
	return out
}
