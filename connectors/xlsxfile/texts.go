package xlsxfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// texts are the texts that cells share, each held once. They cost their bytes and 17 more each for as long as the source
// is open; every other part of a workbook is streamed.
type texts struct {
	list  []string // views into chunks of textChunk bytes
	class []class
	bad   map[int]bool // texts that are not UTF-8
}

const (
	textChunk = 1 << 20
	maxShared = 1 << 24
)

// readTexts reads the shared strings; a workbook without any has an empty list.
func (a *archive) readTexts(ctx context.Context, w *workbook) (*texts, error) {
	t := &texts{bad: map[int]bool{}}
	if w.texts == nil {
		return t, nil
	}
	if size := w.texts.UncompressedSize64; size > maxTexts {
		return nil, record.Advise(fmt.Errorf("%s holds %d MiB of texts, more than %d MiB: %w", a.path, size>>20, maxTexts>>20, connectors.ErrUnsupported),
			"Split the workbook, or save its sheets as CSV.")
	}
	l, part, err := a.openPart(w.texts)
	if err != nil {
		return nil, err
	}
	defer part.Close()
	if err := t.read(ctx, l); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, a.damaged(w.texts, err)
	}
	w.read[w.texts] = true
	return t, nil
}

func (t *texts) read(ctx context.Context, l *lexer) error {
	var chunk []byte
	var ends []int
	flush := func() {
		text, start := string(chunk), 0
		for _, end := range ends {
			s := text[start:end]
			if !utf8.ValidString(s) {
				t.bad[len(t.list)] = true
			}
			t.list, t.class = append(t.list, s), append(t.class, classify(s))
			start = end
		}
		chunk, ends = chunk[:0], ends[:0]
	}
	closed := false
	for n := 0; ; {
		tag, err := l.next()
		if errors.Is(err, io.EOF) {
			if !closed {
				return errCutOff
			}
			flush()
			return nil
		}
		if err != nil {
			return err
		}
		switch {
		case string(tag.name) == "sst":
			closed = tag.kind != openTag
		case string(tag.name) == "si" && tag.kind != closeTag:
			if tag.kind == openTag {
				if chunk, err = richText(l, chunk, "si"); err != nil {
					return err
				}
			}
			if n++; n > maxShared {
				return fmt.Errorf("more than %d texts are too many", maxShared)
			}
			if n%4096 == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			if ends = append(ends, len(chunk)); len(chunk) >= textChunk || len(ends) >= textChunk {
				flush()
			}
		}
	}
}

// richText appends what an <si> or <is> element says, its runs joined, without phonetic hints.
func richText(l *lexer, dst []byte, element string) ([]byte, error) {
	start, hint := len(dst), false
	for {
		tag, err := l.next()
		if err != nil {
			return dst, cutOff(err)
		}
		switch {
		case tag.closes(element):
			return unhex(dst, start), nil
		case string(tag.name) == "rPh":
			hint = tag.kind == openTag
		case tag.opens("t") && !hint:
			from, keep := len(dst), bytes.Contains(tag.attrs, []byte("preserve"))
			if dst, err = l.text(dst); err != nil {
				return dst, err
			}
			if !keep {
				dst = trim(dst, from)
			}
		}
	}
}

// trim takes the white space off a text that does not say it is to be kept: Excel does not show it either.
func trim(dst []byte, from int) []byte {
	const white = " \t\r\n"
	text := dst[from:]
	kept := bytes.Trim(text, white)
	if len(kept) == len(text) {
		return dst
	}
	return append(dst[:from], kept...)
}

// unhex resolves what stands for characters that XML cannot hold: _x000D_ is a carriage return, _x005F_ an underscore.
func unhex(dst []byte, from int) []byte {
	if !bytes.Contains(dst[from:], []byte("_x")) {
		return dst
	}
	text := bytes.Clone(dst[from:])
	dst = dst[:from]
	for i := 0; i < len(text); {
		r, ok := hexAt(text, i)
		if !ok {
			dst = append(dst, text[i])
			i++
			continue
		}
		i += 7
		if utf16.IsSurrogate(r) {
			low, _ := hexAt(text, i)
			if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
				dst = append(dst, text[i-7:i]...)
				continue
			}
			i += 7
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

func hexAt(text []byte, i int) (rune, bool) {
	if len(text) < i+7 || text[i] != '_' || text[i+1] != 'x' || text[i+6] != '_' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(text[i+2:i+6]), 16, 16)
	return rune(n), err == nil
}
