package rawfile

import (
	"bufio"
	"bytes"
	"io"
)

// NewReader decodes a stream without its byte order mark to UTF-8. It ends with an UndecodableError where a byte stands
// for no character; offset is that of the stream's first byte.
func (c *Charset) NewReader(r io.Reader, offset int64) io.Reader {
	if c.kind == kindWide {
		r = c.Widen(r)
	}
	return &decodingReader{cs: c, src: bufio.NewReaderSize(r, 256<<10), offset: offset, chunk: make([]byte, 32<<10)}
}

type decodingReader struct {
	cs     *Charset
	src    *bufio.Reader
	offset int64 // of the first byte of raw
	chunk  []byte
	raw    []byte // read, not decoded
	ready  []byte // decoded, not handed out
	buffer []byte
	end    error
}

func (d *decodingReader) Read(p []byte) (int, error) {
	for len(d.ready) == 0 {
		if d.end != nil {
			return 0, d.end
		}
		d.fill()
	}
	n := copy(p, d.ready)
	d.ready = d.ready[n:]
	return n, nil
}

func (d *decodingReader) fill() {
	n, err := d.src.Read(d.chunk)
	d.raw, d.end = append(d.raw, d.chunk[:n]...), err
	whole := len(d.raw)
	if err == nil {
		whole = d.cs.wholeCharacters(d.raw)
	}
	var bad int
	d.buffer, bad = d.cs.Append(d.buffer[:0], d.raw[:whole])
	if bad >= 0 {
		at := d.offset + int64(bad)
		if d.cs.kind == kindWide {
			at = d.offset + WideLen(d.raw[:bad])
		}
		d.end = &UndecodableError{Byte: d.raw[bad], Offset: at, Charset: d.cs.name}
	}
	d.ready = d.buffer
	if d.cs.kind == kindWide {
		d.offset += WideLen(d.raw[:whole])
	} else {
		d.offset += int64(whole)
	}
	d.raw = append(d.raw[:0], d.raw[whole:]...)
}

// wholeCharacters is how much of p can be decoded without cutting a character in two.
func (c *Charset) wholeCharacters(p []byte) int {
	switch c.kind {
	case kindSingle:
		return len(p)
	case kindMulti:
		// What can be no part of a longer character ends one.
		if i := bytes.LastIndexAny(p, "\n\r >\""); i >= 0 || len(p) < 1<<20 {
			return i + 1
		}
		return len(p)
	}
	return len(p) - unfinished(p)
}
