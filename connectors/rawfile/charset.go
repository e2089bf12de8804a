package rawfile

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

type charsetKind uint8

const (
	kindUTF8   charsetKind = iota
	kindWide               // UTF-16: turned into UTF-8 before anything else (see Widen)
	kindSingle             // one byte a character, ASCII below 0x80
	kindMulti              // Shift-JIS, GBK, Big5, EUC: delimiters, quotes and line ends are never part of a character
)

const undefined = utf8.RuneError

// Charset turns the bytes of one character encoding into UTF-8 and tells which bytes stand for nothing in it.
type Charset struct {
	name      string
	kind      charsetKind
	bigEndian bool
	table     [256]rune
	multi     encoding.Encoding
}

// UTF8 is the charset that needs no decoding.
func UTF8() *Charset { return &Charset{name: "utf-8"} }

// Code pages as people call them, where the index of names knows them differently or not at all.
var spokenNames = map[string]string{
	"utf8": "utf-8", "ascii": "utf-8", "us-ascii": "utf-8", "utf-8-sig": "utf-8",
	"utf16le": "utf-16le", "utf16be": "utf-16be", "utf-16": "utf-16le", "utf16": "utf-16le", "ucs-2": "utf-16le",
	"latin1": "iso-8859-1", "latin-1": "iso-8859-1", "ansi": "windows-1252", "cp1252": "windows-1252",
	"cp1250": "windows-1250", "cp1251": "windows-1251", "ibm437": "cp437", "pc8": "cp437", "ibm850": "cp850",
}

// LookupCharset finds a charset by its IANA name or a common alias ("latin1", "cp850"). The error wraps
// connectors.ErrUnsupported. The stateful encodings (ISO-2022, UTF-7) and UTF-32 are not supported.
func LookupCharset(name string) (*Charset, error) {
	lower := strings.ToLower(strings.TrimSpace(name))
	if spoken, ok := spokenNames[lower]; ok {
		lower = spoken
	}
	switch {
	case lower == "utf-8":
		return UTF8(), nil
	case lower == "utf-16le" || lower == "utf-16be":
		return &Charset{name: lower, kind: kindWide, bigEndian: lower == "utf-16be"}, nil
	case strings.HasPrefix(lower, "iso-2022") || lower == "hz-gb-2312" || strings.HasPrefix(lower, "utf-"):
		return nil, unknownCharset(name)
	}
	enc, err := ianaindex.IANA.Encoding(lower)
	if err != nil || enc == nil {
		if enc, err = htmlindex.Get(lower); err != nil {
			return nil, unknownCharset(name)
		}
	}
	if cm, ok := enc.(*charmap.Charmap); ok {
		return singleByte(lower, cm), nil
	}
	return &Charset{name: lower, kind: kindMulti, multi: enc}, nil
}

func unknownCharset(name string) error {
	return record.Advise(fmt.Errorf("encoding %q: %w", name, connectors.ErrUnsupported),
		"Name one of utf-8, utf-16le, utf-16be, windows-1252, iso-8859-1, cp850, cp437, shift_jis, gbk, big5 or another IANA name.")
}

// singleByte copies a code page. The index follows browsers, which give the five holes of windows-1252 and its sisters
// to control characters; in a business file such a byte means that the encoding is another one, so it stays a hole.
func singleByte(name string, cm *charmap.Charmap) *Charset {
	cs := &Charset{name: name, kind: kindSingle}
	for b := range 256 {
		r := cm.DecodeByte(byte(b))
		if strings.HasPrefix(name, "windows-") && r >= 0x80 && r < 0xA0 {
			r = undefined
		}
		cs.table[b] = r
	}
	return cs
}

// Name is the charset's name in lower case.
func (c *Charset) Name() string { return c.name }

// Wide reports whether the stream has to be turned into UTF-8 by Widen before it can be split.
func (c *Charset) Wide() bool { return c.kind == kindWide }

// Identity reports whether decoded text is the bytes themselves: UTF-8, or UTF-16 after Widen.
func (c *Charset) Identity() bool { return c.kind == kindUTF8 || c.kind == kindWide }

// SplitsAt reports whether the byte, as a delimiter, can never be part of a longer character.
func (c *Charset) SplitsAt(b byte) bool { return b < 0x40 || b < 0x80 && c.kind != kindMulti }

// Append decodes src and appends it to dst. bad is the index in src of the first byte that stands for no character
// and -1 where all do; dst is then to be thrown away.
func (c *Charset) Append(dst, src []byte) (out []byte, bad int) {
	switch c.kind {
	case kindSingle:
		for i, b := range src {
			if b < utf8.RuneSelf {
				dst = append(dst, b)
				continue
			}
			if c.table[b] == undefined {
				return dst, i
			}
			dst = utf8.AppendRune(dst, c.table[b])
		}
		return dst, -1
	case kindMulti:
		text, err := c.multi.NewDecoder().Bytes(src)
		if err != nil {
			return dst, 0
		}
		if i := strings.IndexRune(string(text), utf8.RuneError); i >= 0 {
			sound, _ := c.multi.NewEncoder().Bytes(text[:i])
			return dst, min(len(sound), len(src)-1)
		}
		return append(dst, text...), -1
	}
	if bad := InvalidUTF8(src); bad >= 0 {
		return dst, bad
	}
	return append(dst, src...), -1
}

// Encode writes text as the stream that is split has it: UTF-8 for UTF-16, the charset's own bytes otherwise. The error
// wraps connectors.ErrUnsupported where the charset lacks a character.
func (c *Charset) Encode(text string) ([]byte, error) {
	var out []byte
	switch c.kind {
	case kindSingle:
		for _, r := range text {
			b := slices.Index(c.table[:], r)
			if b < 0 {
				return nil, c.lacks(text)
			}
			out = append(out, byte(b))
		}
		return out, nil
	case kindMulti:
		out, err := c.multi.NewEncoder().Bytes([]byte(text))
		if err != nil {
			return nil, c.lacks(text)
		}
		return out, nil
	}
	return []byte(text), nil
}

func (c *Charset) lacks(text string) error {
	return record.Advise(fmt.Errorf("%q has a character that is no %s: %w", text, c.name, connectors.ErrUnsupported),
		"State the right encoding and delimiter in migrate.yaml.")
}

// InvalidUTF8 is the index of the first byte that is no UTF-8, or -1.
func InvalidUTF8(p []byte) int {
	if utf8.Valid(p) {
		return -1
	}
	for i := 0; i < len(p); {
		r, size := utf8.DecodeRune(p[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// UndecodableError names a byte that stands for no character. It wraps connectors.ErrDamaged.
type UndecodableError struct {
	Byte    byte
	Offset  int64 // in the unpacked stream
	Charset string
}

func (e *UndecodableError) Error() string {
	return fmt.Sprintf("byte 0x%02X at offset %d is no %s", e.Byte, e.Offset, e.Charset)
}

// Unwrap returns connectors.ErrDamaged.
func (e *UndecodableError) Unwrap() error { return connectors.ErrDamaged }

// Undecodable is the index of the first byte of p that stands for no character, or -1.
func (c *Charset) Undecodable(p []byte) int {
	switch c.kind {
	case kindSingle:
		for i, b := range p {
			if b >= utf8.RuneSelf && c.table[b] == undefined {
				return i
			}
		}
		return -1
	case kindMulti:
		_, bad := c.Append(nil, p)
		return bad
	}
	return InvalidUTF8(p)
}
