package xlsxfile

import (
	"context"
	"strings"

	"github.com/xuri/excelize/v2"
)

// rowReader streams the rows of a sheet.
type rowReader struct {
	s     *Source
	sheet string
	rows  *excelize.Rows
	at    int
	raw   *excelize.Rows // a second stream of the values as stored, opened only where the first leaves a doubt
	rawAt int
	last  []string // its row at rawAt
}

func (s *Source) open(sheet string) (r *rowReader, err error) {
	defer guard(s.file.About().Path, &err)
	rows, err := s.book.Rows(sheet)
	if err != nil {
		return nil, damaged(s.file.About().Path, err.Error())
	}
	return &rowReader{s: s, sheet: sheet, rows: rows}, nil
}

// next returns the cells of the next row that stands in the file and its sheet row, from 1; nil at the end. Rows between
// two that stand in the file are passed over.
func (r *rowReader) next(ctx context.Context) (cells []string, at int, err error) {
	path := r.s.file.About().Path
	defer guard(path, &err)
	for r.rows.Next() {
		r.at++
		if r.at%4096 == 0 && ctx.Err() != nil {
			return nil, 0, ctx.Err()
		}
		cells, err := r.rows.Columns()
		if err != nil {
			return nil, 0, damaged(path, err.Error())
		}
		if len(cells) == 0 {
			continue
		}
		if err := r.settle(cells); err != nil {
			return nil, 0, err
		}
		return cells, r.at, nil
	}
	if err := r.rows.Error(); err != nil {
		return nil, 0, damaged(path, err.Error())
	}
	return nil, 0, nil
}

// settle turns marked serial numbers into dates, and asks the stored values where the shown text is ambiguous: TRUE may
// be a truth value or a text, and an integer of more than 15 digits is shown without its last ones.
func (r *rowReader) settle(cells []string) error {
	for i, c := range cells {
		switch {
		case c == "TRUE" || c == "FALSE" || exponent(c):
			stored, err := r.stored()
			if err != nil {
				return err
			}
			if i < len(stored) {
				cells[i] = resolve(c, stored[i])
			}
		default:
			cells[i] = r.s.dates.text(c)
		}
	}
	return nil
}

func resolve(shown, stored string) string {
	switch {
	case shown == "TRUE" && stored == "1":
		return "true"
	case shown == "FALSE" && stored == "0":
		return "false"
	case digits(stored):
		return stored
	}
	return shown
}

// stored returns the values of the current row as they stand in the file.
func (r *rowReader) stored() ([]string, error) {
	path := r.s.file.About().Path
	if r.raw == nil {
		rows, err := r.s.book.Rows(r.sheet)
		if err != nil {
			return nil, damaged(path, err.Error())
		}
		r.raw = rows
	}
	if r.rawAt == r.at {
		return r.last, nil
	}
	for r.rawAt < r.at {
		if !r.raw.Next() {
			return nil, nil
		}
		r.rawAt++
	}
	cells, err := r.raw.Columns(excelize.Options{RawCellValue: true})
	if err != nil {
		return nil, damaged(path, err.Error())
	}
	r.last = cells
	return cells, nil
}

// exponent recognises 1.23456789012346E+17.
func exponent(text string) bool {
	i := strings.IndexByte(text, 'E')
	return i > 0 && text[0] >= '-' && text[0] <= '9' && i+2 < len(text) && (text[i+1] == '+' || text[i+1] == '-') && digits(text[i+2:])
}

func digits(text string) bool {
	text = strings.TrimPrefix(text, "-")
	for i := 0; i < len(text); i++ {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

// Close closes the streams.
func (r *rowReader) Close() {
	_ = r.rows.Close() // the sheet was read; nothing is lost here
	if r.raw != nil {
		_ = r.raw.Close()
	}
}
