// Package xmlfile reads XML as tables, streaming. Every element that repeats is a table and its occurrences are the rows;
// so are elements that stand once above or beside them and hold data, such as the header of a document. The paths of the
// attributes and leaf elements in a row are the columns ("@sku", "price/@currency", "category/name"). An element that
// repeats within a row is a child table: its column _parent_row holds the number of the row it belongs to, and
// "_parent/ID" that row's natural key, where it has one.
//
// Namespaces tell names apart; their prefixes are shown only where two of them use the same name side by side. Text that
// stands around elements is the column "text()": its pieces joined as they stand, those that are only layout left out. A
// CDATA section is text; comments and processing instructions are skipped. An element or attribute that a row does not
// have is missing; so is one that says xsi:nil, whose attribute is kept; an empty one is an empty cell.
//
// A document type is not applied and nothing outside the document is read; one with declarations of its own is refused.
package xmlfile

import (
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

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
	shape   *shape
	tables  []*table
	shown   []*table // those of Options.Table
	target  int
}

var _ connectors.MultiTable = (*Source)(nil)

// Open reads path twice: for its hash, and for the paths in it. A document that is cut off, not well-formed, endless in
// depth, width or size, or that declares entities is refused with its line and column.
func Open(ctx context.Context, path string, opt connectors.Options) (connectors.Source, error) {
	file, err := rawfile.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	s := &Source{file: file, target: min(opt.BatchBytes, 1<<30), shape: newShape()}
	if s.target <= 0 {
		s.target = 1 << 20
	}
	encoding, notes, err := s.encoding(opt.Encoding)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	file.Content().DropHead()
	learnt, err := s.learn(ctx)
	if err != nil {
		return nil, err
	}
	notes = append(append(notes, learnt...), tellApart(s.shape.top)...)
	planned, err := s.plan(opt)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	s.describe(encoding, append(notes, planned...))
	return s, nil
}

// learn reads the document for its shape.
func (s *Source) learn(ctx context.Context) ([]record.Finding, error) {
	w, done, err := s.walk(ctx, true)
	if err != nil {
		return nil, err
	}
	defer done()
	w.watchC1 = strings.HasPrefix(s.charset.Name(), "iso-8859-")
	if err := learnShape(w); err != nil {
		return nil, err
	}
	s.shape.names.closed = true
	return lookedAt(w, s.charset), nil
}

// plan decides what is a table, and which of them are shown.
func (s *Source) plan(opt connectors.Options) ([]record.Finding, error) {
	root := s.shape.top.kids[0]
	p := &planner{dialect: dialectOf(root)}
	p.survey(root)
	var notes []record.Finding
	if opt.Rows != "" {
		n, err := s.shape.top.find(opt.Rows, opt.Namespaces)
		if err != nil {
			return nil, err
		}
		if n == nil {
			return nil, record.Advise(fmt.Errorf("it has no element %s: %w", opt.Rows, connectors.ErrNoTable),
				"Elements that repeat: "+paths(p.repeating(root), s.shape.top)+".")
		}
		p.planRows(n)
		notes = unread(p, n, s.shape.top)
	} else {
		p.planAll(root)
	}
	if err := p.finish(); err != nil {
		return nil, err
	}
	s.tables, s.shown = p.tables, p.tables
	s.detect(p, opt.Rows != "")
	if opt.Rows == "" && p.dialect.name == "" && len(p.tables) == 1 && p.tables[0].once {
		notes = append(notes, record.Finding{Severity: record.Warning, Rule: "xml.nothing_repeats",
			Message: "no element repeats, so the whole document is one row"})
	}
	return notes, s.show(opt.Table)
}

// detect notes at each table which element its rows are, and how sure that is of the main one.
func (s *Source) detect(p *planner, pinned bool) {
	_, sure := p.main()
	for i, t := range s.tables {
		d := connectors.Detection{Value: t.node.path(), Confidence: 1, Pinned: pinned && i == 0}
		if i == 0 && !pinned {
			d.Confidence = sure
		}
		t.Detected = map[string]connectors.Detection{"rows": d}
		if p.dialect.name != "" {
			t.Detected["format"] = connectors.Detection{Value: p.dialect.name, Confidence: 1}
		}
	}
}

func (s *Source) show(name string) error {
	if name == "" {
		return nil
	}
	i := slices.IndexFunc(s.tables, func(t *table) bool { return t.Name == name })
	if i < 0 {
		names := make([]string, len(s.tables))
		for k, t := range s.tables {
			names[k] = t.Name
		}
		return record.Advise(fmt.Errorf("it has no table %s: %w", name, connectors.ErrNoTable), "Its tables are: "+strings.Join(names, ", ")+".")
	}
	s.shown = s.tables[i : i+1]
	return nil
}

// describe gives the tables what is known of the file. Findings about all of it go to the first table.
func (s *Source) describe(encoding connectors.Detection, notes []record.Finding) {
	for i, t := range s.shown {
		t.Detected["encoding"] = encoding
		if i == 0 {
			t.Findings = notes
		}
		for k := range t.Findings {
			t.Findings[k].File, t.Findings[k].Table = s.file.About().Path, t.Name
		}
	}
}

// walk opens the document from its start.
func (s *Source) walk(ctx context.Context, learn bool) (*walker, func(), error) {
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
	w := newWalker(s.file.About().Path, in, s.shape, learn)
	w.bom = int64(s.bom)
	return w, done, nil
}

// File says which bytes these are.
func (s *Source) File() connectors.File { return s.file.About() }

// Tables lists the tables: that of the main rows first, the others in the order in which they begin in the file.
func (s *Source) Tables(ctx context.Context) ([]connectors.Table, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var out []connectors.Table
	for _, t := range s.shown {
		c := t.Table
		c.Columns, c.Findings = slices.Clone(c.Columns), slices.Clone(c.Findings)
		out = append(out, c)
	}
	return out, nil
}

// Batches yields the rows of one table. A row's offset is -1 where the file is not UTF-8.
func (s *Source) Batches(ctx context.Context, name string) iter.Seq2[*record.Batch, error] {
	i := slices.IndexFunc(s.shown, func(t *table) bool { return t.Name == name })
	if i < 0 {
		return func(yield func(*record.Batch, error) bool) {
			yield(nil, fmt.Errorf("%s: table %q: %w", s.file.About().Path, name, connectors.ErrNoTable))
		}
	}
	return s.read(ctx, s.shown[i])
}

// AllBatches yields the rows of all tables in one pass over the file; see connectors.MultiTable. A table's rows come in
// file order; the rows of a child table may come before the row they belong to, which ends behind them.
func (s *Source) AllBatches(ctx context.Context) iter.Seq2[*record.Batch, error] {
	return s.read(ctx, s.shown...)
}

func (s *Source) read(ctx context.Context, tables ...*table) iter.Seq2[*record.Batch, error] {
	return func(yield func(*record.Batch, error) bool) {
		w, done, err := s.walk(ctx, false)
		if err != nil {
			yield(nil, err)
			return
		}
		defer done()
		r := newReader(s, w, tables...)
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
