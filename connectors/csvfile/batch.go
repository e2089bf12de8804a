package csvfile

import (
	"context"
	"encoding/binary"
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
	rows     int64    // that came in batches before
	at       position // of buf[0]
	splitter splitter
	lines    []row
	damage   []damage
	decoded  []byte
	offsets  []int64 // of lines, where the stream is wide
	cut      bool    // buf begins with the rest of a line that was too long
}

// damage is why a row could not be read.
type damage struct {
	row    int // in lines
	reason string
	raw    []byte
}

func newBatcher(s *Source, raw io.Reader) *batcher {
	return &batcher{s: s, src: raw, at: s.start, splitter: splitter{dialect: s.dialect}}
}

// skipHead passes over the byte order mark and all lines above the first row, and stops before what follows the last.
func (b *batcher) skipHead() error {
	src := b.src
	if b.s.shape.tail >= 0 {
		src = &limited{src: src, left: b.s.shape.tail}
	}
	if _, err := io.CopyN(io.Discard, src, int64(b.s.bom)); err != nil {
		return err
	}
	if b.s.charset.Wide() {
		src = b.s.charset.Widen(src)
	}
	b.src = src
	_, err := io.CopyN(io.Discard, b.src, b.s.text)
	return err
}

// limited ends the stream after left bytes, but reads the rest so that its end is checked.
type limited struct {
	src  io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left == 0 {
		if _, err := io.Copy(io.Discard, l.src); err != nil {
			return 0, err
		}
		return 0, io.EOF
	}
	n, err := l.src.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
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
		begin := b.at
		used, err := b.split()
		if err != nil {
			return nil, err
		}
		if used == 0 {
			return nil, nil
		}
		var batch *record.Batch
		if len(b.lines) > 0 {
			batch = b.assemble(begin, used)
		}
		b.buf = b.buf[:copy(b.buf, b.buf[used:])]
		if batch != nil {
			b.rows += int64(len(batch.Rows))
			return batch, nil
		}
	}
}

// split finds the records of one batch and returns how much of buf they take.
func (b *batcher) split() (int, error) {
	b.splitter.reset()
	b.lines, b.damage = b.lines[:0], b.damage[:0]
	used, lines, simple, width := 0, uint32(0), b.s.dialect.simple(), len(b.s.table.Columns)+b.s.shape.extra
	for used < b.s.target {
		if b.cut {
			next, passed := b.passRest(used)
			if used, lines = next, lines+uint32(passed); b.cut && used > 0 {
				break
			}
		}
		if simple && !b.cut && used < len(b.buf) {
			taken := len(b.lines)
			b.lines, used, lines = b.splitter.run(b.lines, b.buf, used, b.s.target, width, lines)
			b.trim(taken)
			if used >= b.s.target {
				break
			}
		}
		rec, ok := line{}, false
		if !b.cut && used < len(b.buf) {
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
		b.keep(rec, lines)
		used, lines, b.cut = rec.next, lines+uint32(rec.lines), rec.cut
	}
	b.at.line += int64(lines)
	b.at.offset += b.s.rawLen(b.buf[:used])
	return used, nil
}

// passRest passes over the rest of a line whose beginning is a damaged row already, as far as it stands in buf, and
// returns where it came to and how many line ends that took.
func (b *batcher) passRest(from int) (next, lines int) {
	end, size := b.splitter.recordEnd(b.buf, from, b.eof)
	if next = end + size; size > 0 || b.eof {
		b.cut = false
	} else { // half of a record end may stand there
		next = max(from, next-max(len(b.s.dialect.end), 2)+1)
	}
	return next, b.splitter.lineCount(b.buf[from:next])
}

// keep notes a record as a row and judges it.
func (b *batcher) keep(rec line, lines uint32) {
	spans := b.splitter.spans[rec.first:]
	if b.s.blank(rec, spans) {
		b.splitter.spans = b.splitter.spans[:rec.first]
		return
	}
	problem := rec.problem
	if problem == "" {
		problem = b.s.misfit(spans)
	}
	r := row{start: uint32(rec.start), end: uint32(rec.end), first: uint32(rec.first), line: lines,
		cells: uint32(min(len(spans), len(b.s.table.Columns)))}
	if problem != "" {
		b.damage = append(b.damage, damage{row: len(b.lines), reason: problem, raw: b.raw(r)})
		b.splitter.spans = b.splitter.spans[:rec.first]
		r.cells = 0
	}
	b.lines = append(b.lines, r)
}

// trim takes the empty fields after the last column off the rows from the given one on.
func (b *batcher) trim(from int) {
	if b.s.shape.extra == 0 {
		return
	}
	for i := from; i < len(b.lines); i++ {
		r := &b.lines[i]
		if problem := b.s.misfit(b.splitter.spans[r.first : r.first+r.cells]); problem != "" {
			b.damage = append(b.damage, damage{row: i, reason: problem, raw: b.raw(*r)})
			r.cells = 0
			continue
		}
		r.cells = uint32(len(b.s.table.Columns))
	}
}

// raw copies a record's bytes as they stand in the unpacked file, its end left out.
func (b *batcher) raw(r row) []byte {
	text := b.buf[r.start:r.end]
	if b.s.charset.Wide() {
		return b.s.charset.Narrow(text)
	}
	return append([]byte(nil), text...)
}

// fill reads more: at least half of what is there already, so that a record of many megabytes is not looked through again
// for every few kilobytes of it. The buffer grows only while one batch needs more than it holds.
func (b *batcher) fill() error {
	const chunk = 256 << 10
	want := len(b.buf) + max(chunk, len(b.buf)/2)
	if cap(b.buf) < want {
		grown := make([]byte, len(b.buf), max(2*cap(b.buf), want, b.s.target+chunk))
		copy(grown, b.buf)
		b.buf = grown
	}
	for len(b.buf) < want {
		n, err := b.src.Read(b.buf[len(b.buf):cap(b.buf)])
		b.buf = b.buf[:len(b.buf)+n]
		if errors.Is(err, io.EOF) {
			b.eof = true
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// assemble makes the batch of what split found in the first used bytes of buf; begin is where they stand in the file.
func (b *batcher) assemble(begin position, used int) *record.Batch {
	b.measure(begin)
	b.undecodable(begin, used)
	for i, c := range b.splitter.spans {
		if c.end&marked != 0 {
			b.splitter.spans[i] = b.splitter.unmark(b.buf, c)
		}
	}
	text, spans, width := b.text(used), b.splitter.spans, len(b.s.table.Columns)
	cells := make([]string, (len(b.lines)-len(b.damage))*width)
	rows := make([]record.Row, len(b.lines))
	damaged := b.damage
	for i := range b.lines {
		r, out := &b.lines[i], &rows[i]
		out.Pos = record.Pos{Row: b.rows + int64(i) + 1, Line: begin.line + int64(r.line), Offset: b.offset(begin, i)}
		if len(damaged) > 0 && damaged[0].row == i {
			out.Damage, out.Raw = damaged[0].reason, damaged[0].raw
			damaged = damaged[1:]
			continue
		}
		own := cells[:width:width]
		cells = cells[width:]
		for k, c := range spans[r.first : r.first+r.cells] {
			own[k] = text[c.start:c.end]
		}
		out.Cells = own
		for k := int(r.cells); k < width; k++ {
			out.Missing = append(out.Missing, k)
		}
	}
	return &record.Batch{Table: b.s.table.Name, Columns: b.s.table.Columns, Rows: rows}
}

// measure finds where rows of a widened stream stand in the stream itself; other rows stand where they stand in buf.
func (b *batcher) measure(begin position) {
	b.offsets = b.offsets[:0]
	if !b.s.charset.Wide() {
		return
	}
	at, measured := begin.offset, uint32(0)
	for _, r := range b.lines {
		at += b.s.rawLen(b.buf[measured:r.start])
		measured = r.start
		b.offsets = append(b.offsets, at)
	}
}

func (b *batcher) offset(begin position, i int) int64 {
	if len(b.offsets) > 0 {
		return b.offsets[i]
	}
	return begin.offset + int64(b.lines[i].start)
}

// undecodable marks the rows that hold a byte which stands for no character.
func (b *batcher) undecodable(begin position, used int) {
	if b.s.charset.Identity() && utf8.Valid(b.buf[:used]) || ascii(b.buf[:used]) {
		return
	}
	var all []damage
	damaged := b.damage
	for i := range b.lines {
		if len(damaged) > 0 && damaged[0].row == i {
			all, damaged = append(all, damaged[0]), damaged[1:]
			continue
		}
		r := &b.lines[i]
		text := b.buf[r.start:r.end]
		bad := b.s.charset.Undecodable(text)
		if bad < 0 {
			continue
		}
		raw, at := b.raw(*r), b.s.rawLen(text[:bad])
		all = append(all, damage{row: i, raw: raw,
			reason: fmt.Sprintf("byte 0x%02X at offset %d is no %s", raw[at], b.offset(begin, i)+at, b.s.charset.Name())})
		r.cells = 0
	}
	b.damage = all
}

// text turns the first used bytes of buf into the batch's one string; spans are moved where decoding moves text.
func (b *batcher) text(used int) string {
	if b.s.charset.Identity() || ascii(b.buf[:used]) {
		return string(b.buf[:used])
	}
	b.decoded = b.decoded[:0]
	for i := range b.lines {
		r := &b.lines[i]
		spans := b.splitter.spans[r.first : r.first+r.cells]
		for k, c := range spans {
			from := len(b.decoded)
			b.decoded, _ = b.s.charset.Append(b.decoded, b.buf[c.start:c.end])
			spans[k] = span{start: uint32(from), end: uint32(len(b.decoded))}
		}
	}
	return string(b.decoded)
}

// ascii reports whether p holds no byte above 0x7F.
func ascii(p []byte) bool {
	for len(p) >= 8 {
		if binary.LittleEndian.Uint64(p)&high1 != 0 {
			return false
		}
		p = p[8:]
	}
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
