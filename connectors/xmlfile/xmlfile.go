// Package xmlfile reads XML as tables, streaming. The occurrences of one repeating element are the rows; the paths of the
// attributes and leaf elements in it are the columns ("sku", "price/@currency", "category/name"); elements that repeat
// within a row are child tables, "product.image", whose column _parent_row holds the number of the row they belong to.
// Namespace prefixes are dropped. Document types and entities are refused, and nothing outside the document is read.
package xmlfile

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"regexp"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/rawfile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Endings are the file endings this package reads.
func Endings() []string { return []string{".xml"} }

// Source is one XML file.
type Source struct {
	file    *rawfile.File
	charset *rawfile.Charset
	bom     int
	top     *node
	tables  []*table
	target  int
}

// Open reads path twice: for its hash, and for the paths in it. A document that is cut off, not well-formed or declares
// a document type is refused with its line.
func Open(ctx context.Context, path string, opt connectors.Options) (connectors.Source, error) {
	file, err := rawfile.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	s := &Source{file: file, target: opt.BatchBytes}
	if s.target <= 0 {
		s.target = 1 << 20
	}
	encoding, err := s.encoding(opt.Encoding)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	file.Content().DropHead()
	w, done, err := s.walk(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	if s.top, err = scan(w); err != nil {
		return nil, err
	}
	tables, rows, notes, err := plan(path, s.top, opt.Rows)
	if err != nil {
		return nil, err
	}
	s.tables = tables
	for i, t := range s.tables {
		t.Detected = map[string]connectors.Detection{"encoding": encoding, "rows": rows}
		if i == 0 {
			t.Findings = notes
		}
		for k := range t.Findings {
			t.Findings[k].File, t.Findings[k].Table = path, t.Name
		}
	}
	return s, nil
}

var declaration = regexp.MustCompile(`^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([^"']+)["']`)

// encoding is what is pinned, else what the byte order says, else what the document declares, else UTF-8.
func (s *Source) encoding(pinned string) (connectors.Detection, error) {
	content := s.file.Content()
	head := content.Head[:min(len(content.Head), 4<<10)]
	name := pinned
	if m := declaration.FindSubmatch(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF"))); name == "" && m != nil {
		name = string(m[1])
	}
	if name == "" && bytes.IndexByte(head, 0) < 0 { // without a declaration XML is UTF-8 or UTF-16
		name = "utf-8"
	}
	charset, bom, found, err := content.DetectCharset(name)
	if err != nil {
		return found, err
	}
	s.charset, s.bom = charset, bom
	found.Pinned = pinned != ""
	return found, nil
}

// walk opens the document from its start.
func (s *Source) walk(ctx context.Context) (*walker, func(), error) {
	raw, err := s.file.NewReader(ctx)
	if err != nil {
		return nil, nil, err
	}
	done := func() { _ = raw.Close() } // it was only read
	if _, err := io.CopyN(io.Discard, raw, int64(s.bom)); err != nil {
		done()
		return nil, nil, err
	}
	var in io.Reader = raw
	if !s.charset.Identity() || s.charset.Wide() {
		in = s.charset.NewReader(raw, int64(s.bom))
	}
	return newWalker(s.file.About().Path, in), done, nil
}

// File says which bytes these are.
func (s *Source) File() connectors.File { return s.file.About() }

// Tables lists the table of the rows and its child tables, parents first.
func (s *Source) Tables(ctx context.Context) ([]connectors.Table, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var out []connectors.Table
	for _, t := range s.tables {
		c := t.Table
		c.Columns, c.Findings = slices.Clone(c.Columns), slices.Clone(c.Findings)
		out = append(out, c)
	}
	return out, nil
}

// Batches yields the rows of one table. An element or attribute that a row does not have is an empty cell listed in
// Missing. The offset is -1 where the file is not UTF-8.
func (s *Source) Batches(ctx context.Context, name string) iter.Seq2[*record.Batch, error] {
	return func(yield func(*record.Batch, error) bool) {
		i := slices.IndexFunc(s.tables, func(t *table) bool { return t.Name == name })
		if i < 0 {
			yield(nil, fmt.Errorf("%s: table %q: %w", s.file.About().Path, name, connectors.ErrNoTable))
			return
		}
		w, done, err := s.walk(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		defer done()
		r := newReader(s, w, s.tables[i])
		for {
			batch, err := r.next(ctx)
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
