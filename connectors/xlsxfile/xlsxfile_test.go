package xlsxfile_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/connectortest"
	"github.com/odoo-migrate/odoo-migrate/connectors/xlsxfile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// book writes a workbook and returns its path. The first sheet is called Data.
func book(t testing.TB, name string, build func(f *excelize.File), opt ...excelize.Options) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	must(t, f.SetSheetName("Sheet1", "Data"))
	build(f)
	path := filepath.Join(t.TempDir(), name)
	must(t, f.SaveAs(path, opt...))
	return path
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// put writes rows from a cell on; nil leaves a cell out.
func put(t testing.TB, f *excelize.File, sheet string, row int, rows ...[]any) {
	t.Helper()
	for i, cells := range rows {
		must(t, f.SetSheetRow(sheet, fmt.Sprintf("A%d", row+i), &cells))
	}
}

func styled(t testing.TB, f *excelize.File, cell, format string, value any) {
	t.Helper()
	style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
	must(t, err)
	must(t, f.SetCellValue("Data", cell, value))
	must(t, f.SetCellStyle("Data", cell, cell, style))
}

// changePart rewrites one part of a workbook.
func changePart(t testing.TB, path, part string, change func([]byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	in, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	must(t, err)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, p := range in.File {
		r, err := p.Open()
		must(t, err)
		content, err := io.ReadAll(r)
		must(t, err)
		if p.Name == part {
			content = change(content)
		}
		entry, err := w.Create(p.Name)
		must(t, err)
		_, err = entry.Write(content)
		must(t, err)
	}
	must(t, w.Close())
	must(t, os.WriteFile(path, out.Bytes(), 0o600))
}

func vendors(t testing.TB) string {
	return book(t, "vendors.xlsx", func(f *excelize.File) {
		put(t, f, "Data", 1, []any{"No", "Name", "Since", "Active", "Note"},
			[]any{"0001", "Ann", time.Date(2020, 2, 29, 0, 0, 0, 0, time.UTC), true, "TRUE"},
			[]any{"0002", "Bob"}, []any{}, []any{"0003", "Zoë", nil, false, "x"})
		_, err := f.NewSheet("Secret")
		must(t, err)
		put(t, f, "Secret", 1, []any{"a", "b"}, []any{1, 2.5})
		must(t, f.SetSheetVisible("Secret", false))
		_, err = f.NewSheet("Nothing")
		must(t, err)
	})
}

func TestConformance(t *testing.T) {
	late := book(t, "late.xlsx", func(f *excelize.File) {
		put(t, f, "Data", 1, []any{"a", "b"})
		for i := range 1100 {
			put(t, f, "Data", i+2, []any{i, "text"})
		}
		must(t, f.SetCellValue("Data", "D1050", "a note"))
	})
	cut := vendors(t)
	changePart(t, cut, "xl/worksheets/sheet1.xml", func(b []byte) []byte { return b[:len(b)*2/3] })
	locked := book(t, "locked.xlsx", func(*excelize.File) {}, excelize.Options{Password: "secret"})
	blank := book(t, "blank.xlsx", func(*excelize.File) {})
	broken := filepath.Join(t.TempDir(), "broken.xlsx")
	must(t, os.WriteFile(broken, []byte("PK\x03\x04 this is no archive"), 0o600))
	text := filepath.Join(t.TempDir(), "text.xlsx")
	must(t, os.WriteFile(text, []byte("id,name\n1,a\n"), 0o600))
	connectortest.Run(t, xlsxfile.Open,
		connectortest.Fixture{Path: vendors(t), Rows: map[string]int{"Data": 3, "Secret": 1}},
		connectortest.Fixture{Path: vendors(t), Options: connectors.Options{Sheet: "Secret"}, Rows: map[string]int{"Secret": 1}},
		connectortest.Fixture{Path: late, Rows: map[string]int{"Data": 1100}},
		connectortest.Fixture{Path: brokenText(t), Rows: map[string]int{"Data": 3}, Damaged: map[string]int{"Data": 1}},
		connectortest.Fixture{Path: decorated(t), Rows: map[string]int{"Data": 4}},
		connectortest.Fixture{Path: vendors(t), Options: connectors.Options{Sheet: "Absent"}, Err: connectors.ErrNoTable},
		connectortest.Fixture{Path: cut, Err: connectors.ErrDamaged},
		connectortest.Fixture{Path: locked, Err: connectors.ErrEncrypted},
		connectortest.Fixture{Path: blank, Err: connectors.ErrEmpty},
		connectortest.Fixture{Path: broken, Err: connectors.ErrDamaged},
		connectortest.Fixture{Path: text, Err: connectors.ErrDamaged},
	)
}

// brokenText is a workbook one cell of which points to a shared text that does not exist.
func brokenText(t testing.TB) string {
	path := book(t, "pointer.xlsx", func(f *excelize.File) {
		put(t, f, "Data", 1, []any{"id", "name"}, []any{1, "Ann"}, []any{2, "Bob"}, []any{3, "Cleo"})
	})
	changePart(t, path, "xl/worksheets/sheet1.xml", func(b []byte) []byte {
		return regexp.MustCompile(`(r="B3"[^>]*><v>)\d+`).ReplaceAll(b, []byte("${1}9999"))
	})
	return path
}

// decorated is a table with a title, an empty column on the left, a header of two rows and a total.
func decorated(t testing.TB) string {
	return book(t, "decorated.xlsx", func(f *excelize.File) {
		put(t, f, "Data", 1, []any{"Stock list"}, []any{},
			[]any{nil, "Item", "Quantity", nil, "Note"}, []any{nil, nil, "ordered", "on hand"},
			[]any{nil, "a", 1, 10, "x"}, []any{nil, "b", 2, 20}, []any{nil, "c", 3, 30, "y"}, []any{nil, "d", 4, 40}, []any{},
			[]any{nil, "Total", 10, 100}, []any{nil, "* counted in May"})
		must(t, f.MergeCell("Data", "C3", "D3"))
		must(t, f.MergeCell("Data", "B3", "B4"))
	})
}

func read(t *testing.T, path string, opt connectors.Options) (connectors.Table, []record.Row) {
	t.Helper()
	tables, rows, err := connectortest.Read(t.Context(), xlsxfile.Open, path, opt)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return tables[0], rows[tables[0].Name]
}

func cells(rows []record.Row) (out [][]string) {
	for _, r := range rows {
		out = append(out, r.Cells)
	}
	return out
}

func TestCells(t *testing.T) {
	table, rows := read(t, vendors(t), connectors.Options{})
	if want := []string{"No", "Name", "Since", "Active", "Note"}; !slices.Equal(table.Columns, want) {
		t.Errorf("columns %q, want %q", table.Columns, want)
	}
	want := [][]string{{"0001", "Ann", "2020-02-29", "true", "TRUE"}, {"0002", "Bob", "", "", ""}, {"0003", "Zoë", "", "false", "x"}}
	if got := cells(rows); !reflect.DeepEqual(got, want) {
		t.Errorf("cells\n%q\nwant\n%q", got, want)
	}
	if rows[2].Line != 5 || rows[2].Row != 3 {
		t.Errorf("position of the last row: %+v", rows[2].Pos)
	}
}

func TestNumbersAndDates(t *testing.T) {
	for _, tc := range []struct {
		format string
		value  any
		want   string
	}{
		{"General", 12.5, "12.5"}, {"General", 0.1 + 0.2, "0.3"}, {"0.00", 1234.5678, "1234.5678"}, {"#,##0.00 \"day\"", 7, "7"}, {"0.00E+00", 0.00001, "0.00001"},
		{"0%", 0.19, "0.19"}, {"0", int64(1234567890123456), "1234567890123456"}, {"0", int64(123456789012345678), "123456789012345678"},
		{"@", "007", "007"}, {"yyyy-mm-dd", 45351, "2024-02-29"}, {"d/m/yy h:mm", 45351.75, "2024-02-29 18:00:00"}, {"d.m.yyyy", "1.1.2020", "1.1.2020"},
		{"[$-409]mmmm d, yyyy;@", 45351, "2024-02-29"}, {"h:mm", 0.5416666667, "13:00:00"}, {"h:mm:ss.000", 0.123456, "02:57:46.598"},
		{"[h]:mm", 1.5625, "37:30:00"}, {"mm:ss", 0.5, "12:00:00"}, {"mmm", 45351, "2024-02-29"}, {"yyyy", 59, "1900-02-28"}, {"yyyy", 60, "1900-02-29"},
		{"yyyy", 61, "1900-03-01"}, {"yyyy", 1, "1900-01-01"}, {"yyyy", 0, "0"}, {"yyyy", -3.25, "-3.25"}, {"yyyy", 3000000, "3000000"}, {"[Red]0.0;[Blue]-0.0", -2, "-2"},
		{"yyyy-mm-dd hh:mm:ss", 45351.99999999, "2024-02-29 23:59:59.999"}, {"yyyy-mm-dd hh:mm:ss", 45351.999999999, "2024-03-01"}, {"yyyy-mm-dd", true, "true"},
	} {
		path := book(t, "one.xlsx", func(f *excelize.File) {
			put(t, f, "Data", 1, []any{"name", "value"}, []any{"x"})
			styled(t, f, "B2", tc.format, tc.value)
		})
		_, rows := read(t, path, connectors.Options{})
		if got := rows[0].Cells[1]; got != tc.want {
			t.Errorf("%v as %q: %q, want %q", tc.value, tc.format, got, tc.want)
		}
	}
}

func TestEpoch1904(t *testing.T) {
	path := book(t, "mac.xlsx", func(f *excelize.File) {
		yes := true
		must(t, f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}))
		put(t, f, "Data", 1, []any{"name", "day"}, []any{"x"})
		styled(t, f, "B2", "yyyy-mm-dd", 43889)
	})
	if _, rows := read(t, path, connectors.Options{}); rows[0].Cells[1] != "2024-02-29" {
		t.Errorf("got %q", rows[0].Cells)
	}
}

func open(t *testing.T, path string) connectors.Source {
	t.Helper()
	s, err := xlsxfile.Open(t.Context(), path, connectors.Options{})
	must(t, err)
	t.Cleanup(func() { _ = s.Close() }) // nothing is held open
	return s
}
