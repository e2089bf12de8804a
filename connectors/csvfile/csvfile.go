// Package csvfile reads delimited text: CSV, TSV and their relatives. It finds out encoding, delimiter and header,
// splits, and keeps positions; it interprets no cell and repairs no row. What it cannot split it yields as damaged.
package csvfile

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/rawfile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Endings are the file endings this package reads.
func Endings() []string { return []string{".csv", ".tsv", ".txt"} }

// Source is one delimited file; it holds one table, named as the file without its endings.
type Source struct {
	file    *rawfile.File
	charset *rawfile.Charset
	dialect dialect
	table   connectors.Table
	start   position // of the first row
	text    int64    // bytes of text before the first row, the byte order mark left out
	bom     int
	target  int // bytes of a batch
}

// position is a place in the unpacked stream.
type position struct {
	line   int64
	offset int64
}

// Open reads path once, hashes it, and finds out what opt does not say.
func Open(ctx context.Context, path string, opt connectors.Options) (connectors.Source, error) {
	file, err := rawfile.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	s := &Source{file: file, target: opt.BatchBytes}
	if s.target <= 0 {
		s.target = 1 << 20
	}
	if err := s.detect(path, opt); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Source) detect(path string, opt connectors.Options) error {
	content := s.file.Content()
	charset, bom, encoding, err := content.DetectCharset(opt.Encoding)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	s.charset, s.bom = charset, bom
	text, whole, err := s.sample(content)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if len(text) == 0 {
		return record.Advise(fmt.Errorf("%s: %w", path, connectors.ErrEmpty), "Export the file again; it has no content.")
	}
	d, found, err := detectDialect(text, whole, path, opt)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if !charset.SplitsAt(d.delimiter) {
		return record.Advise(fmt.Errorf("%s: delimiter %q can be half of a character in %s: %w", path, d.delimiter, charset.Name(),
			connectors.ErrUnsupported), "Convert the file to UTF-8 first.")
	}
	s.dialect = d
	h, err := detectHead(text, whole, d, opt, s.decode)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	s.text = int64(h.offset)
	s.start = position{line: int64(h.line) + 1, offset: int64(bom) + s.rawLen(text[:h.offset])}
	found["encoding"], found["line_end"] = encoding, lineEnds(text, d)
	for k, v := range h.found {
		found[k] = v
	}
	s.table = connectors.Table{Name: s.file.Stem(), Format: "csv", Columns: h.columns, Detected: found}
	s.table.Findings = s.findings(text, whole, encoding, h)
	content.DropHead()
	return nil
}

// sample is the text the dialect is judged by: the start of the file, UTF-16 widened, cut after a whole line.
func (s *Source) sample(content *rawfile.Content) (text []byte, whole bool, err error) {
	text, whole = content.Head[s.bom:], content.Whole()
	if s.charset.Wide() {
		if !whole {
			text = text[:len(text)&^1]
		}
		if text, err = io.ReadAll(s.charset.Widen(bytes.NewReader(text))); err != nil {
			return nil, whole, err
		}
	}
	if !whole {
		if i := bytes.LastIndexAny(text, "\r\n"); i >= 0 {
			text = text[:i+1]
		}
	}
	return text, whole, nil
}

func (s *Source) decode(cell string) (string, error) {
	out, bad := s.charset.Append(nil, []byte(cell))
	if bad >= 0 {
		return "", record.Advise(fmt.Errorf("byte 0x%02X in %q is no %s: %w", cell[bad], cell, s.charset.Name(),
			connectors.ErrDamaged), "State the file's encoding in migrate.yaml.")
	}
	return string(out), nil
}

// rawLen is the number of bytes in the unpacked stream that text stands for.
func (s *Source) rawLen(text []byte) int64 {
	if s.charset.Wide() {
		return rawfile.WideLen(text)
	}
	return int64(len(text))
}

// File says which bytes these are.
func (s *Source) File() connectors.File { return s.file.About() }

// Tables returns the one table. Its findings about rows are drawn from the first MiB.
func (s *Source) Tables(ctx context.Context) ([]connectors.Table, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	t := s.table
	t.Columns, t.Findings = slices.Clone(t.Columns), slices.Clone(t.Findings)
	return []connectors.Table{t}, nil
}

// Batches yields the rows in file order. A row with another number of fields than the header, with wrong quotes or
// with bytes that stand for no character is damaged; a blank line is a row only where the table has one column.
func (s *Source) Batches(ctx context.Context, table string) iter.Seq2[*record.Batch, error] {
	return func(yield func(*record.Batch, error) bool) {
		if table != s.table.Name {
			yield(nil, fmt.Errorf("%s: table %q: %w", s.file.About().Path, table, connectors.ErrNoTable))
			return
		}
		raw, err := s.file.NewReader(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		defer raw.Close()
		b := newBatcher(s, raw)
		for {
			batch, err := b.next(ctx)
			if err != nil {
				yield(nil, err)
				return
			}
			if batch == nil || !yield(batch, nil) {
				return
			}
		}
	}
}

// Close releases nothing: files are open only while they are read.
func (s *Source) Close() error { return nil }
