// Package xlsxfile reads Excel workbooks (XLSX, XLSM). Each sheet that holds something is a table. Numbers come as Excel
// keeps them, with 15 significant digits; cells that are shown as dates come as ISO dates; formulas as their cached
// values. It calculates nothing, and a workbook has no ragged rows: cells missing at the end of a row are empty.
package xlsxfile

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/xuri/excelize/v2"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/rawfile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Endings are the file endings this package reads.
func Endings() []string { return []string{".xlsx", ".xlsm"} }

// Source is one workbook.
type Source struct {
	file   *rawfile.File
	book   *excelize.File
	dates  dates
	tables []table
	target int // bytes of a batch
	close  sync.Once
	closed error
}

type table struct {
	connectors.Table
	first int // sheet row of the first row
}

// Open reads the whole workbook once, checks that its parts are undamaged, and looks at the first rows of each sheet.
func Open(ctx context.Context, path string, opt connectors.Options) (connectors.Source, error) {
	file, err := rawfile.OpenAsIs(ctx, path)
	if err != nil {
		return nil, err
	}
	if err := checkParts(ctx, path, file.Content()); err != nil {
		return nil, err
	}
	file.Content().DropHead()
	s := &Source{file: file, target: opt.BatchBytes}
	if s.target <= 0 {
		s.target = 1 << 20
	}
	if s.book, err = openBook(path); err != nil {
		return nil, err
	}
	if err := s.prepare(ctx, opt); err != nil {
		_ = s.book.Close() // the first error counts
		return nil, err
	}
	return s, nil
}

func openBook(path string) (book *excelize.File, err error) {
	defer guard(path, &err)
	book, err = excelize.OpenFile(path, excelize.Options{UnzipSizeLimit: maxUnpacked})
	if err != nil {
		if book != nil {
			_ = book.Close()
		}
		return nil, damaged(path, err.Error())
	}
	mendStyles(book)
	return book, nil
}

// guard turns a panic of the workbook library, which strangers' bytes can cause, into an error about the file.
func guard(path string, err *error) {
	if p := recover(); p != nil {
		*err = damaged(path, fmt.Sprint(p))
	}
}

func damaged(path, cause string) error {
	return record.Advise(fmt.Errorf("%s: the workbook cannot be read: %s: %w", path, cause, connectors.ErrDamaged),
		"Open it in a spreadsheet program and save it again as .xlsx.")
}

// prepare lists the tables.
func (s *Source) prepare(ctx context.Context, opt connectors.Options) (err error) {
	path := s.file.About().Path
	defer guard(path, &err)
	if s.dates, err = prepareDates(s.book); err != nil {
		return damaged(path, err.Error())
	}
	sheets := s.book.GetSheetList()
	if opt.Sheet != "" {
		if !slices.Contains(sheets, opt.Sheet) {
			return record.Advise(fmt.Errorf("%s has no sheet %q: %w", path, opt.Sheet, connectors.ErrNoTable),
				"Its sheets are: "+strings.Join(sheets, ", ")+".")
		}
		sheets = []string{opt.Sheet}
	}
	for _, sheet := range sheets {
		t, err := s.look(ctx, sheet, opt)
		if err != nil {
			return err
		}
		if t != nil {
			s.tables = append(s.tables, *t)
		}
	}
	if len(s.tables) == 0 {
		return record.Advise(fmt.Errorf("%s: no sheet holds anything: %w", path, connectors.ErrEmpty), "Export the workbook again.")
	}
	return nil
}

// File says which bytes these are.
func (s *Source) File() connectors.File { return s.file.About() }

// Tables lists the sheets that hold something, in the workbook's order, hidden ones included. Findings about rows are
// drawn from the first 1,000 rows of a sheet.
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

// Batches yields the rows of a sheet that are not entirely empty. A row with a value right of the table is damaged. A
// position's line is the sheet row.
func (s *Source) Batches(ctx context.Context, name string) iter.Seq2[*record.Batch, error] {
	return func(yield func(*record.Batch, error) bool) {
		i := slices.IndexFunc(s.tables, func(t table) bool { return t.Name == name })
		if i < 0 {
			yield(nil, fmt.Errorf("%s: sheet %q: %w", s.file.About().Path, name, connectors.ErrNoTable))
			return
		}
		if err := s.file.Check(ctx); err != nil {
			yield(nil, err)
			return
		}
		s.batches(ctx, s.tables[i], yield)
	}
}

func (s *Source) batches(ctx context.Context, t table, yield func(*record.Batch, error) bool) {
	rows, err := s.open(t.Name)
	if err != nil {
		yield(nil, err)
		return
	}
	defer rows.Close()
	var batch []record.Row
	size, number := 0, int64(0)
	for {
		cells, at, err := rows.next(ctx)
		if err == nil && (cells == nil || size >= s.target) && len(batch) > 0 {
			if !yield(&record.Batch{Table: t.Name, Columns: t.Columns, Rows: batch}, nil) {
				return
			}
			batch, size = nil, 0
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			yield(nil, err)
			return
		}
		if cells == nil {
			return
		}
		if at < t.first || empty(cells) {
			continue
		}
		number++
		for _, c := range cells {
			size += len(c) + 1
		}
		batch = append(batch, t.row(cells, record.Pos{Row: number, Line: int64(at), Offset: -1}))
	}
}

func (t *table) row(cells []string, pos record.Pos) record.Row {
	width := len(t.Columns)
	for i := width; i < len(cells); i++ {
		if cells[i] != "" {
			name, _ := excelize.ColumnNumberToName(i + 1)
			return record.Row{Pos: pos, Raw: []byte(strings.Join(cells, "\t")),
				Damage: fmt.Sprintf("%d columns expected, a value stands in column %s", width, name)}
		}
	}
	if len(cells) > width {
		cells = cells[:width:width]
	}
	for len(cells) < width {
		cells = append(cells, "")
	}
	return record.Row{Pos: pos, Cells: cells}
}

func empty(cells []string) bool {
	for _, c := range cells {
		if c != "" {
			return false
		}
	}
	return true
}

// Close removes the temporary files that large sheets are unpacked into; it may be called more than once.
func (s *Source) Close() error {
	s.close.Do(func() { s.closed = s.book.Close() })
	return s.closed
}
