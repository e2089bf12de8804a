// Package xlsxfile reads Excel workbooks (XLSX, XLSM) and writes simple ones for reports. Each sheet that holds something
// is a table. Numbers come as Excel keeps them, with 15 significant digits; cells that are shown as dates come as ISO
// dates; formulas as the values they last had; errors such as #N/A as nothing. What a workbook has lost already (zeros,
// digits) is said in findings. It calculates nothing, and cells missing at the end of a row are empty.
//
// excelize opens the book, knows styles and writes; rows are read by a scanner of our own, because excelize's tells
// neither formulas nor errors nor styles, and takes ten times as long. A sheet is read once when the book is opened, for
// the findings, and again for its rows; neither keeps more than a few hundred rows in memory.
package xlsxfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/rawfile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Endings are the file endings that Open is for. Those after .xltm are only refused, each by its name.
func Endings() []string {
	return []string{".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlsb", ".ods", ".xlt"}
}

// Source is one workbook.
type Source struct {
	file   *rawfile.File
	book   *workbook
	texts  *texts
	tables []table
	target int // bytes of a batch
}

// Open reads the whole workbook once: it checks that its parts are undamaged, finds the table of each sheet, and counts
// what is odd in it. The error wraps connectors.ErrUnsupported, ErrEncrypted, ErrDamaged, ErrEmpty or ErrNoTable.
func Open(ctx context.Context, path string, opt connectors.Options) (connectors.Source, error) {
	file, err := rawfile.OpenAsIs(ctx, path)
	if err != nil {
		return nil, err
	}
	if err := refuse(path, file.Content().Head); err != nil {
		return nil, err
	}
	file.Content().DropHead()
	s := &Source{file: file, target: opt.BatchBytes}
	if s.target <= 0 {
		s.target = 1 << 20
	}
	a, err := openArchive(path)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	if err := s.prepare(ctx, a, opt); err != nil {
		return nil, err
	}
	return s, nil
}

// prepare lists the tables.
func (s *Source) prepare(ctx context.Context, a *archive, opt connectors.Options) (err error) {
	if err := a.checkSizes(); err != nil {
		return err
	}
	if s.book, err = a.openWorkbook(); err != nil {
		return err
	}
	wanted := opt.Sheet
	if wanted == "" {
		wanted = opt.Table
	}
	if err := s.book.pick(a.path, wanted); err != nil {
		return err
	}
	if s.texts, err = a.readTexts(ctx, s.book); err != nil {
		return err
	}
	for _, sheet := range s.book.sheets {
		found, err := s.survey(ctx, a, sheet, opt)
		if err != nil {
			return err
		}
		if t := tableOf(a.path, sheet, found, s.book.since1904, opt); t != nil {
			s.tables = append(s.tables, *t)
		}
	}
	if err := a.checkRest(ctx, s.book.read); err != nil {
		return err
	}
	if len(s.tables) == 0 {
		return record.Advise(fmt.Errorf("%s: no sheet holds anything: %w", a.path, connectors.ErrEmpty), "Export the workbook again.")
	}
	return nil
}

func (s *Source) survey(ctx context.Context, a *archive, sheet sheetPart, opt connectors.Options) (*survey, error) {
	r, part, err := s.open(a, sheet)
	if err != nil {
		return nil, err
	}
	defer part.Close()
	found, err := look(ctx, r, opt.Skip, max(tailRows, opt.Footer+1))
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err != nil {
		return nil, a.damaged(sheet.part, err)
	}
	s.book.read[sheet.part] = true
	return found, nil
}

func (s *Source) open(a *archive, sheet sheetPart) (*sheetReader, io.Closer, error) {
	lex, part, err := a.openPart(a.parts[partName(sheet.part.Name)])
	if err != nil {
		return nil, nil, err
	}
	return &sheetReader{lex: lex, texts: s.texts, formats: s.book.formats, since1904: s.book.since1904}, part, nil
}

// File says which bytes these are.
func (s *Source) File() connectors.File { return s.file.About() }

// Tables lists the sheets that hold something, in the workbook's order, hidden ones included. Their findings are drawn
// from all rows.
func (s *Source) Tables(ctx context.Context) ([]connectors.Table, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var out []connectors.Table
	for _, t := range s.tables {
		t.Columns, t.Findings = slices.Clone(t.Columns), slices.Clone(t.Findings)
		out = append(out, t.Table)
	}
	return out, nil
}

// Batches yields the rows of a sheet between header and footer that are not entirely empty. A position's line is the
// sheet row.
func (s *Source) Batches(ctx context.Context, name string) iter.Seq2[*record.Batch, error] {
	return func(yield func(*record.Batch, error) bool) {
		i := slices.IndexFunc(s.tables, func(t table) bool { return t.Name == name })
		if i < 0 {
			yield(nil, fmt.Errorf("%s: sheet %q: %w", s.file.About().Path, name, connectors.ErrNoTable))
			return
		}
		stopped, err := s.batches(ctx, &s.tables[i], func(b *record.Batch) bool { return yield(b, nil) })
		if err != nil && !stopped {
			yield(nil, err)
		}
	}
}

// batches reads a sheet again. stopped says that the caller wants no more.
func (s *Source) batches(ctx context.Context, t *table, yield func(*record.Batch) bool) (stopped bool, err error) {
	if err := s.file.Check(ctx); err != nil {
		return false, err
	}
	a, err := openArchive(s.file.About().Path)
	if err != nil {
		return false, err
	}
	defer a.Close()
	r, part, err := s.open(a, t.sheet)
	if err != nil {
		return false, err
	}
	defer part.Close()
	b := builder{source: s, table: t}
	for {
		err := r.next(ctx)
		if err == nil && r.row <= t.last {
			if r.row < t.first {
				r.buf = r.buf[:0]
				continue
			}
			if b.add(r); b.size < s.target {
				continue
			}
		}
		done := err != nil || r.row > t.last
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, errNoData) {
			if ctx.Err() != nil {
				return false, ctx.Err()
			}
			return false, a.damaged(t.sheet.part, err)
		}
		if err := s.flush(ctx, r, &b, done, yield); err != nil {
			return errors.Is(err, errStopped), err
		}
		if done {
			return false, nil
		}
	}
}

var errStopped = errors.New("stopped")

// flush yields what was gathered. A file that was replaced while it was read is noticed before its last rows are given out.
func (s *Source) flush(ctx context.Context, r *sheetReader, b *builder, done bool, yield func(*record.Batch) bool) error {
	if done {
		if err := s.file.Check(ctx); err != nil {
			return err
		}
	}
	if len(b.rows) > 0 && !yield(b.batch(r)) {
		return errStopped
	}
	return ctx.Err()
}

// builder gathers the rows of a batch: cells as places in the reader's buffer until the batch is whole.
type builder struct {
	source *Source
	table  *table
	rows   []record.Row
	ends   []int // of each row's cells, in cells
	cells  []cell
	size   int // bytes of all cells, one more each
	number int64
}

func (b *builder) add(r *sheetReader) {
	b.number++
	b.rows = append(b.rows, record.Row{Pos: record.Pos{Row: b.number, Line: int64(r.row), Offset: -1}, Damage: r.damage})
	for i := range r.cells {
		c := &r.cells[i]
		if !c.valued() || int(c.col) >= len(b.table.place) || b.table.place[c.col] < 0 {
			continue
		}
		b.cells = append(b.cells, *c)
		if c.shared >= 0 {
			b.size += len(b.source.texts.list[c.shared])
		} else {
			b.size += int(c.end - c.start)
		}
	}
	b.ends = append(b.ends, len(b.cells))
	b.size += len(b.table.Columns)
}

// batch makes strings of what was gathered, views into one text, and starts anew.
func (b *builder) batch(r *sheetReader) *record.Batch {
	own, width := string(r.buf), len(b.table.Columns)
	all := make([]string, len(b.rows)*width)
	from := 0
	for i := range b.rows {
		row := all[i*width : (i+1)*width : (i+1)*width]
		for _, c := range b.cells[from:b.ends[i]] {
			k := b.table.place[c.col]
			if c.shared >= 0 {
				row[k] = b.source.texts.list[c.shared]
			} else {
				row[k] = own[c.start:c.end]
			}
		}
		if from = b.ends[i]; b.rows[i].Damage == "" {
			b.rows[i].Cells = row
		} else {
			b.rows[i].Raw = []byte(strings.Join(row, "\t"))
		}
	}
	out := &record.Batch{Table: b.table.Name, Columns: b.table.Columns, Rows: b.rows}
	b.rows, b.ends, b.cells, b.size = nil, b.ends[:0], b.cells[:0], 0
	r.buf = r.buf[:0]
	return out
}

// Close does nothing: no file is held open between readings. It may be called more than once.
func (s *Source) Close() error { return nil }
