package xlsxfile_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
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
	bomb := vendors(t)
	changePart(t, bomb, "docProps/app.xml", func([]byte) []byte { return make([]byte, 300<<20) })
	locked := book(t, "locked.xlsx", func(*excelize.File) {}, excelize.Options{Password: "secret"})
	blank := book(t, "blank.xlsx", func(*excelize.File) {})
	broken := filepath.Join(t.TempDir(), "broken.xlsx")
	must(t, os.WriteFile(broken, []byte("PK\x03\x04 this is no archive"), 0o600))
	text := filepath.Join(t.TempDir(), "text.xlsx")
	must(t, os.WriteFile(text, []byte("id,name\n1,a\n"), 0o600))
	connectortest.Run(t, xlsxfile.Open,
		connectortest.Fixture{Path: vendors(t), Rows: map[string]int{"Data": 3, "Secret": 1}},
		connectortest.Fixture{Path: vendors(t), Options: connectors.Options{Sheet: "Secret"}, Rows: map[string]int{"Secret": 1}},
		connectortest.Fixture{Path: late, Rows: map[string]int{"Data": 1100}, Damaged: map[string]int{"Data": 1}},
		connectortest.Fixture{Path: vendors(t), Options: connectors.Options{Sheet: "Absent"}, Err: connectors.ErrNoTable},
		connectortest.Fixture{Path: cut, Err: connectors.ErrDamaged},
		connectortest.Fixture{Path: bomb, Err: connectors.ErrDamaged},
		connectortest.Fixture{Path: locked, Err: connectors.ErrEncrypted},
		connectortest.Fixture{Path: blank, Err: connectors.ErrEmpty},
		connectortest.Fixture{Path: broken, Err: connectors.ErrDamaged},
		connectortest.Fixture{Path: text, Err: connectors.ErrDamaged},
	)
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

func TestHeaders(t *testing.T) {
	for name, tc := range map[string]struct {
		rows    [][]any
		opt     connectors.Options
		columns []string
		first   []string
		rules   []string
	}{
		"titles above": {
			rows:    [][]any{{"Price list"}, {}, {"valid from", "2024-01-01"}, {"sku", "name", "price", "stock"}, {"a", "b", 1, 2}, {"c", "d", 3, 4}, {"e", "f", 5, 6}},
			columns: []string{"sku", "name", "price", "stock"}, first: []string{"a", "b", "1", "2"}, rules: []string{"xlsx.lines_above_header"},
		},
		"pinned": {
			rows: [][]any{{"x", "y"}, {"sku", "name"}, {"a", "b"}}, opt: connectors.Options{Skip: 1},
			columns: []string{"sku", "name"}, first: []string{"a", "b"},
		},
		"no header": {
			rows:    [][]any{{1, "a"}, {2, "b"}, {3, "c"}},
			columns: []string{"c1", "c2"}, first: []string{"1", "a"}, rules: []string{"xlsx.no_header"},
		},
		"no header, said so": {
			rows: [][]any{{"a", "b"}, {"c", "d"}}, opt: connectors.Options{NoHeader: true, Columns: []string{"p", "q"}},
			columns: []string{"p", "q"}, first: []string{"a", "b"},
		},
		"nameless and repeated": {
			rows:    [][]any{{"id", nil, "name", "name"}, {1, 2, 3, 4, 5}, {1, 2, 3, 4}},
			columns: []string{"id", "c2", "name", "name_2", "c5"}, first: []string{"1", "2", "3", "4", "5"}, rules: []string{"xlsx.header_empty", "xlsx.header_duplicate"},
		},
		"errors": {
			rows:    [][]any{{"id", "x"}, {1, "#N/A"}, {2, "ok"}},
			columns: []string{"id", "x"}, first: []string{"1", "#N/A"}, rules: []string{"xlsx.error_cells"},
		},
		"one column": {rows: [][]any{{"name"}, {"a"}, {"b"}}, columns: []string{"name"}, first: []string{"a"}},
	} {
		t.Run(name, func(t *testing.T) {
			path := book(t, "h.xlsx", func(f *excelize.File) { put(t, f, "Data", 1, tc.rows...) })
			table, rows := read(t, path, tc.opt)
			if !slices.Equal(table.Columns, tc.columns) || !slices.Equal(rows[0].Cells, tc.first) {
				t.Errorf("columns %q and first row %q, want %q and %q", table.Columns, rows[0].Cells, tc.columns, tc.first)
			}
			var rules []string
			for _, f := range table.Findings {
				rules = append(rules, f.Rule)
			}
			if !slices.Equal(rules, tc.rules) {
				t.Errorf("findings %q, want %q", rules, tc.rules)
			}
		})
	}
}

func TestMergedHeaderAndEmptyTail(t *testing.T) {
	path := book(t, "m.xlsx", func(f *excelize.File) {
		put(t, f, "Data", 1, []any{"name", "address", nil, "zip"}, []any{"a", "b", "c", "d"}, []any{"e", "f", "g", "h"})
		must(t, f.MergeCell("Data", "B1", "C1"))
		style, err := f.NewStyle(&excelize.Style{NumFmt: 14})
		must(t, err)
		must(t, f.SetRowStyle("Data", 5, 20000, style))
		must(t, f.SetRowHeight("Data", 1048576, 20))
	})
	table, rows := read(t, path, connectors.Options{})
	if want := []string{"name", "address", "c3", "zip"}; !slices.Equal(table.Columns, want) || len(rows) != 2 {
		t.Errorf("columns %q, %d rows", table.Columns, len(rows))
	}
}

func TestRealFiles(t *testing.T) {
	refused := map[string]error{
		"pass_protected.xlsx": connectors.ErrEncrypted, "encryptAES.xlsx": connectors.ErrEncrypted, "encryptSHA1.xlsx": connectors.ErrEncrypted,
		"encryptSHA512.xlsx": connectors.ErrEncrypted, "issue252.xlsx": connectors.ErrDamaged,
	}
	for _, folder := range []string{"xlsx_calamine", "xlsx_excelize", "xlsx_readxl", "xlsx_dirty_janitor", "csv_frictionless", "csv_messytables", "saft_norway", "odoo_templates", "bank_statements"} {
		t.Run(folder, func(t *testing.T) {
			files, _ := filepath.Glob(filepath.Join(connectortest.DataDir(t, folder), "*.xls[xm]"))
			for _, file := range files {
				tables, rows, err := connectortest.Read(t.Context(), xlsxfile.Open, file, connectors.Options{})
				name := filepath.Base(file)
				if want := refused[name]; want != nil || err != nil {
					if want != nil && !errors.Is(err, want) {
						t.Errorf("%s: %v, want %v", name, err, want)
					}
					t.Logf("%s: refused: %v", name, err)
					continue
				}
				for _, table := range tables {
					t.Logf("%s: %s: %d rows, %d columns %q, skip %s, header %s", name, table.Name, len(rows[table.Name]), len(table.Columns),
						strings.Join(table.Columns[:min(6, len(table.Columns))], "|"), table.Detected["skip"].Value, table.Detected["header"].Value)
				}
			}
		})
	}
}

func TestRealCells(t *testing.T) {
	calamine, readxl := connectortest.DataDir(t, "xlsx_calamine"), connectortest.DataDir(t, "xlsx_readxl")
	janitor := connectortest.DataDir(t, "xlsx_dirty_janitor")
	for _, tc := range []struct {
		file    string
		columns []string
		row     int
		want    []string
	}{
		{filepath.Join(readxl, "deaths.xlsx"), []string{"Name", "Profession", "Age", "Has kids", "Date of birth", "Date of death"}, 0,
			[]string{"David Bowie", "musician", "69", "true", "1947-01-08", "2016-01-10"}},
		{filepath.Join(janitor, "dirty_data.xlsx"), []string{"First Name", "Last Name", "Employee Status", "Subject", "Hire Date", "% Allocated",
			"Full time?", "do not edit! --->", "Certification", "Certification_2", "Active?"}, 0, nil},
		{filepath.Join(calamine, "date_1904.xlsx"), nil, 0, []string{"2021-01-01", "15"}},
		{filepath.Join(calamine, "empty_s_attribute.xlsx"), nil, 0, nil},
	} {
		table, rows := read(t, tc.file, connectors.Options{})
		if tc.columns != nil && !slices.Equal(table.Columns, tc.columns) {
			t.Errorf("%s: columns %q, want %q", tc.file, table.Columns, tc.columns)
		}
		if tc.want != nil && !slices.Equal(rows[tc.row].Cells, tc.want) {
			t.Errorf("%s: row %q, want %q", tc.file, rows[tc.row].Cells, tc.want)
		}
	}
}
