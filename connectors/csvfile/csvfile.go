// Package csvfile reads tables in plain text: CSV, TSV and their relatives, and columns of fixed width. It finds out
// encoding, delimiter, header and what stands around the table, splits, and keeps positions; it interprets no cell and
// repairs no row. What it cannot split it yields as damaged.
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

// Endings are the file endings this package reads, packed with gzip, xz or zip or not; archives of such files end with
// .zip, .tar, .tgz, .tar.gz or .tar.xz.
func Endings() []string { return []string{".csv", ".tsv", ".txt"} }

// Source is one file; it holds one table, named as the file without its endings.
type Source struct {
	file    *rawfile.File // nil: a file of an archive, which reads it
	about   connectors.File
	charset *rawfile.Charset
	dialect dialect
	shape   shape
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

// Open reads path once, hashes it, and finds out what opt does not say. A quote pinned as "none" means that nothing is
// quoted; a delimiter pinned with blanks after it has them or not. An archive of several files is one table of all.
func Open(ctx context.Context, path string, opt connectors.Options) (connectors.Source, error) {
	if raw, err := rawfile.OpenArchive(ctx, path); err != nil {
		return nil, err
	} else if raw != nil {
		return openArchive(ctx, raw, opt)
	}
	file, err := rawfile.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	s := &Source{file: file, about: file.About()}
	if err := s.detect(file.Content(), file.Stem(), opt); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	file.Content().DropHead()
	return s, nil
}

// detect finds out what opt does not say from what the first reading of the file kept.
func (s *Source) detect(content *rawfile.Content, name string, opt connectors.Options) error {
	if s.target = opt.BatchBytes; s.target <= 0 {
		s.target = 1 << 20
	}
	charset, bom, encoding, err := content.DetectCharset(opt.Encoding)
	if err != nil {
		return err
	}
	s.charset, s.bom = charset, bom
	text, whole, err := s.sample(content)
	if err != nil {
		return err
	}
	if len(text) == 0 {
		return record.Advise(connectors.ErrEmpty, "Export the file again; it has no content.")
	}
	if err := isText(text, opt); err != nil {
		return err
	}
	t := &detector{text: text, whole: whole, path: s.about.Path, opt: opt, charset: charset, found: map[string]connectors.Detection{"encoding": encoding}}
	if s.dialect, err = t.dialect(); err != nil {
		return err
	}
	h, err := t.head(s.dialect, s.decode)
	if err != nil {
		return err
	}
	if err := t.below(&h, s.dialect, content, bom); err != nil {
		return err
	}
	s.shape, s.text = h.shape, int64(h.offset)
	s.start = position{line: int64(h.line) + 1, offset: int64(bom) + s.rawLen(text[:h.offset])}
	s.table = connectors.Table{Name: name, Format: "csv", Columns: h.columns, Detected: t.found}
	if s.dialect.widths != nil {
		s.table.Format = "fixed"
	}
	rows := text[h.offset:]
	if whole && h.shape.tail >= 0 && !charset.Wide() {
		rows = text[h.offset : h.shape.tail-int64(bom)]
	}
	s.table.Findings = s.findings(content, text, rows, whole, encoding, t.notes, int64(h.line))
	return nil
}

// isText refuses programs, pictures and other files that only have a text file's name. Separators that are control
// characters make few in a hundred.
func isText(text []byte, opt connectors.Options) error {
	head := text[:min(len(text), 64<<10)]
	controls := 0
	for _, c := range head {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' && (c < 0x1A || c > 0x1F) {
			controls++
		}
	}
	if opt.Encoding != "" || opt.Delimiter != "" || controls < 64 || 10*controls <= len(head) {
		return nil
	}
	return record.Advise(fmt.Errorf("%w: %d %% of its first bytes are control characters, so it is no text", connectors.ErrUnsupported, 100*controls/len(head)),
		"Export it as CSV, XML or XLSX; where it is a table all the same, state encoding: and delimiter: in migrate.yaml.")
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

func (s *Source) rawLen(text []byte) int64 { return rawLen(s.charset, text) }

// File says which bytes these are.
func (s *Source) File() connectors.File { return s.about }

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
			yield(nil, fmt.Errorf("%s: table %q: %w", s.about.Path, table, connectors.ErrNoTable))
			return
		}
		raw, err := s.file.NewReader(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		defer raw.Close()
		ahead(ctx, newBatcher(s, raw).next, yield)
	}
}

// Close releases nothing: files are open only while they are read.
func (s *Source) Close() error { return nil }
