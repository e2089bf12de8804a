package csvfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// batcher reads the rows of one pass. Its buffer is reused; what a batch keeps is one string of its text, one slice of
// all its cells and one of its rows.
type batcher struct {
	s        *Source
	src      io.Reader
	buf      []byte
	eof      bool
	begun    bool
	rows     int64
	at       position // of buf[0]
	splitter splitter
	lines    []found
	decoded  []byte
}

// found is a record that becomes a row.
type found struct {
	line
	pos    record.Pos
	cells  int
	damage string
	raw    []byte
}

func newBatcher(s *Source, raw io.Reader) *batcher {
	b := &batcher{s: s, src: raw, at: s.start, splitter: splitter{dialect: s.dialect}}
	return b
}

// skipHead passes over the byte order mark and all lines above the first row.
func (b *batcher) skipHead() error {
	if _, err := io.CopyN(io.Discard, b.src, int64(b.s.bom)); err != nil {
		return err
	}
	if b.s.charset.Wide() {
		b.src = b.s.charset.Widen(b.src)
	}
	_, err := io.CopyN(io.Discard, b.src, b.s.text)
	return err
}

// next returns nil after the last batch.
func (b *batcher) next(ctx context.Context) (*record.Batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !b.begun {
		if err := b.skipHead(); err != nil {
			return nil, err
		}
		b.begun = true
	}
	for {
		used, err := b.split()
		if err != nil {
			return nil, err
		}
		if used == 0 {
			return nil, nil
		}
		var batch *record.Batch
		if len(b.lines) > 0 {
			batch = b.assemble(used)
		}
		b.buf = b.buf[:copy(b.buf, b.buf[used:])]
		if batch != nil {
			return batch, nil
		}
	}
}

// split finds the records of one batch and returns how much of buf they take.
func (b *batcher) split() (int, error) {
	b.splitter.reset()
	b.lines = b.lines[:0]
	used, measured := 0, 0
	start := b.at
	for used < b.s.target {
		rec, ok := line{}, false
		if used < len(b.buf) {
			rec, ok = b.splitter.next(b.buf, used, b.eof)
		}
		if !ok {
			if b.eof {
				break
			}
			if err := b.fill(); err != nil {
				return 0, err
			}
			continue
		}
		start.offset += b.s.rawLen(b.buf[measured:rec.start])
		measured = rec.start
		if rec.start < rec.end || len(b.s.table.Columns) == 1 {
			b.keep(rec, start)
		} else {
			b.splitter.spans = b.splitter.spans[:rec.first]
		}
		used = rec.next
		start.line += int64(rec.lines)
	}
	start.offset += b.s.rawLen(b.buf[measured:used])
	b.at = start
	return used, nil
}

// keep notes a record as a row and judges it.
func (b *batcher) keep(rec line, at position) {
	b.rows++
	f := found{line: rec, cells: len(b.splitter.spans) - rec.first, damage: rec.problem}
	f.pos = record.Pos{Row: b.rows, Line: at.line, Offset: at.offset}
	if want := len(b.s.table.Columns); f.damage == "" && f.cells != want {
		f.damage = fmt.Sprintf("%d %s expected, %d found", want, plural(want, "field"), f.cells)
	}
	if f.damage != "" {
		f.raw = b.raw(rec)
		b.splitter.spans = b.splitter.spans[:rec.first]
	}
	b.lines = append(b.lines, f)
}

// raw copies a record's bytes as they stand in the unpacked file, its line end left out.
func (b *batcher) raw(rec line) []byte {
	text := b.buf[rec.start:rec.end]
	if b.s.charset.Wide() {
		return b.s.charset.Narrow(text)
	}
	return append([]byte(nil), text...)
}

// fill reads more; the buffer grows only while one batch needs more than it holds.
func (b *batcher) fill() error {
	const chunk = 256 << 10
	if cap(b.buf)-len(b.buf) < chunk {
		grown := make([]byte, len(b.buf), max(2*cap(b.buf), b.s.target+chunk))
		copy(grown, b.buf)
		b.buf = grown
	}
	n, err := b.src.Read(b.buf[len(b.buf):cap(b.buf)])
	b.buf = b.buf[:len(b.buf)+n]
	if errors.Is(err, io.EOF) {
		b.eof = true
		return nil
	}
	return err
}

// assemble makes the batch of what split found in the first used bytes of buf.
func (b *batcher) assemble(used int) *record.Batch {
	b.undecodable(used)
	total := 0
	for i := range b.lines {
		if f := &b.lines[i]; f.damage == "" {
			total += f.cells
			b.undouble(f)
		}
	}
	text := b.text(used)
	cells := make([]string, 0, total)
	rows := make([]record.Row, len(b.lines))
	for i := range b.lines {
		f := &b.lines[i]
		row := &rows[i]
		row.Pos = f.pos
		if f.damage != "" {
			row.Damage, row.Raw = f.damage, f.raw
			continue
		}
		from := len(cells)
		for _, c := range b.splitter.spans[f.first : f.first+f.cells] {
			cells = append(cells, text[c.start:c.end])
		}
		row.Cells = cells[from:len(cells):len(cells)]
	}
	return &record.Batch{Table: b.s.table.Name, Columns: b.s.table.Columns, Rows: rows}
}

func (b *batcher) undouble(f *found) {
	spans := b.splitter.spans[f.first : f.first+f.cells]
	for i, c := range spans {
		if c.doubled {
			spans[i] = b.splitter.undouble(b.buf, c)
		}
	}
}

// undecodable marks the rows that hold a byte which stands for no character.
func (b *batcher) undecodable(used int) {
	if b.s.charset.Identity() && utf8.Valid(b.buf[:used]) {
		return
	}
	for i := range b.lines {
		f := &b.lines[i]
		if f.damage != "" {
			continue
		}
		text := b.buf[f.start:f.end]
		bad := b.s.charset.Undecodable(text)
		if bad < 0 {
			continue
		}
		f.raw = b.raw(f.line)
		at := f.pos.Offset + b.s.rawLen(text[:bad])
		f.damage = fmt.Sprintf("byte 0x%02X at offset %d is no %s", f.raw[at-f.pos.Offset], at, b.s.charset.Name())
	}
}

// text turns the first used bytes of buf into the batch's one string; spans are moved where decoding moves text.
func (b *batcher) text(used int) string {
	if b.s.charset.Identity() || ascii(b.buf[:used]) {
		return string(b.buf[:used])
	}
	b.decoded = b.decoded[:0]
	for i := range b.lines {
		f := &b.lines[i]
		if f.damage != "" {
			continue
		}
		spans := b.splitter.spans[f.first : f.first+f.cells]
		for k, c := range spans {
			from := len(b.decoded)
			b.decoded, _ = b.s.charset.Append(b.decoded, b.buf[c.start:c.end])
			spans[k] = span{start: uint32(from), end: uint32(len(b.decoded))}
		}
	}
	return string(b.decoded)
}

func ascii(p []byte) bool {
	for _, c := range p {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}
