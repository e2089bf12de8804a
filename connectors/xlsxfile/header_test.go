package xlsxfile_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

func rules(findings []record.Finding) (out []string) {
	for _, f := range findings {
		out = append(out, strings.TrimPrefix(f.Rule, "xlsx."))
	}
	return out
}

// finding returns the finding of a rule about a column.
func finding(t *testing.T, table connectors.Table, rule, column string) record.Finding {
	t.Helper()
	for _, f := range table.Findings {
		if f.Rule == rule && f.Column == column {
			return f
		}
	}
	t.Fatalf("no finding %s about column %q among %q", rule, column, rules(table.Findings))
	return record.Finding{}
}

func TestHeaders(t *testing.T) {
	for name, tc := range map[string]struct {
		rows    [][]any
		merges  [][2]string
		opt     connectors.Options
		columns []string
		first   []string
		rules   []string
	}{
		"titles above": {
			rows:    [][]any{{"Price list"}, {}, {"valid from", "2024-01-01"}, {"sku", "name", "price", "stock"}, {"a", "b", 1, 2}, {"c", "d", 3, 4}, {"e", "f", 5, 6}},
			columns: []string{"sku", "name", "price", "stock"}, first: []string{"a", "b", "1", "2"}, rules: []string{"lines_above_header"},
		},
		"wordy titles above": {
			rows:    [][]any{{"Bank: X", "Branch: Y", "From: Z"}, {}, {"date", "label", "debit", "credit"}, {"1.1.24", "a", 1.5}, {"2.1.24", "b", nil, 2.5}, {"3.1.24", "c", 3}},
			columns: []string{"date", "label", "debit", "credit"}, first: []string{"1.1.24", "a", "1.5", ""}, rules: []string{"lines_above_header"},
		},
		"skip is pinned": {
			rows: [][]any{{"x", "y"}, {"sku", "name"}, {"a", "b"}}, opt: connectors.Options{Skip: 1},
			columns: []string{"sku", "name"}, first: []string{"a", "b"},
		},
		"no header": {
			rows:    [][]any{{1, "a"}, {2, "b"}, {3, "c"}},
			columns: []string{"c1", "c2"}, first: []string{"1", "a"}, rules: []string{"no_header"},
		},
		"no header, said so": {
			rows: [][]any{{"a", "b"}, {"c", "d"}}, opt: connectors.Options{NoHeader: true, Columns: []string{"p", "q"}},
			columns: []string{"p", "q"}, first: []string{"a", "b"},
		},
		"no header, more names than cells": {
			rows: [][]any{{"a", "b"}, {"c", "d"}}, opt: connectors.Options{NoHeader: true, Columns: []string{"p", "q", "r"}},
			columns: []string{"p", "q", "r"}, first: []string{"a", "b", ""},
		},
		"no header keeps an empty column": {
			rows:    [][]any{{1, nil, 4}, {2, nil, 5}, {3, nil, 6}},
			columns: []string{"c1", "c2", "c3"}, first: []string{"1", "", "4"}, rules: []string{"no_header"},
		},
		"names that stand in the file": {
			rows: [][]any{{"List"}, {"p", "q"}, {"1", "2"}}, opt: connectors.Options{Columns: []string{"p", "q"}},
			columns: []string{"p", "q"}, first: []string{"1", "2"}, rules: []string{"lines_above_header"},
		},
		"nameless and repeated": {
			rows:    [][]any{{"id", nil, "name", "name"}, {1, 2, 3, 4, 5}, {1, 2, 3, 4}},
			columns: []string{"id", "c2", "name", "name_2", "c5"}, first: []string{"1", "2", "3", "4", "5"}, rules: []string{"header_empty", "header_duplicate"},
		},
		"repeated many times": {
			rows:    [][]any{{"id", "name", "name", "id", "name"}, {1, 2, 3, 4, 5}, {6, 7, 8, 9, 10}},
			columns: []string{"id", "name", "name_2", "id_2", "name_3"}, first: []string{"1", "2", "3", "4", "5"}, rules: []string{"header_duplicate"},
		},
		"years": {
			rows:    [][]any{{"region", 2021, 2022, 2023}, {"north", 1.5, 2, 3}, {"south", 4, 5, 6}},
			columns: []string{"region", "2021", "2022", "2023"}, first: []string{"north", "1.5", "2", "3"},
		},
		"empty columns": {
			rows:    [][]any{{nil, nil, "id", nil, "name"}, {nil, nil, 1, nil, "x"}, {nil, nil, 2, nil, "y"}},
			columns: []string{"id", "name"}, first: []string{"1", "x"}, rules: []string{"empty_columns"},
		},
		"a named column without values stays": {
			rows:    [][]any{{"id", "do not edit", "name"}, {1, nil, "x"}, {2, nil, "y"}},
			columns: []string{"id", "do not edit", "name"}, first: []string{"1", "", "x"},
		},
		"groups above": {
			rows:   [][]any{{"name", "address", nil, "zip"}, {nil, "street", "city"}, {"a", "b", "c", 1}, {"e", "f", "g", 2}},
			merges: [][2]string{{"B1", "C1"}}, columns: []string{"name", "address street", "address city", "zip"}, first: []string{"a", "b", "c", "1"},
			rules: []string{"header_rows", "header_merged"},
		},
		"groups that make names distinct": {
			rows:    [][]any{{"Report"}, {nil, "Q1", nil, "Q2"}, {"item", "net", "gross", "net", "gross"}, {"a", 1, 2, 3, 4}, {"b", 5, 6, 7, 8}},
			columns: []string{"item", "Q1 net", "Q1 gross", "Q2 net", "Q2 gross"}, first: []string{"a", "1", "2", "3", "4"}, rules: []string{"lines_above_header", "header_rows"},
		},
		"units below": {
			rows:    [][]any{{"name", "weight"}, {"(text)", "(kg)"}, {"a", 1.5}, {"b", 2.5}},
			columns: []string{"name (text)", "weight (kg)"}, first: []string{"a", "1.5"}, rules: []string{"header_rows"},
		},
		"header rows are pinned": {
			rows: [][]any{{"name", "weight"}, {"full", "kg"}, {"a", 1.5}, {"b", 2.5}}, opt: connectors.Options{HeaderRows: 2},
			columns: []string{"name full", "weight kg"}, first: []string{"a", "1.5"}, rules: []string{"header_rows"},
		},
		"one header row is pinned": {
			rows: [][]any{{"name", "weight"}, {"(text)", "(kg)"}, {"a", 1.5}, {"b", 2.5}}, opt: connectors.Options{Skip: 0, HeaderRows: 1},
			columns: []string{"name", "weight"}, first: []string{"(text)", "(kg)"},
		},
		"merged over one row": {
			rows: [][]any{{"name", "address", nil, "zip"}, {"a", "b", "c", "d"}, {"e", "f", "g", "h"}}, merges: [][2]string{{"B1", "C1"}},
			columns: []string{"name", "address", "address_2", "zip"}, first: []string{"a", "b", "c", "d"}, rules: []string{"header_merged", "header_duplicate"},
		},
		"a first row with words among numbers": {
			rows:    [][]any{{"name", "age"}, {"x", "unknown"}, {"y", 5}, {"z", 7}},
			columns: []string{"name", "age"}, first: []string{"x", "unknown"},
		},
		"line breaks in names": {rows: [][]any{{"Net\nweight", " zip "}, {1, 2}}, columns: []string{"Net weight", "zip"}, first: []string{"1", "2"}},
		"one column":           {rows: [][]any{{"name"}, {"a"}, {"b"}}, columns: []string{"name"}, first: []string{"a"}},
	} {
		t.Run(name, func(t *testing.T) {
			path := book(t, "h.xlsx", func(f *excelize.File) {
				put(t, f, "Data", 1, tc.rows...)
				for _, m := range tc.merges {
					must(t, f.MergeCell("Data", m[0], m[1]))
				}
			})
			table, rows := read(t, path, tc.opt)
			if !slices.Equal(table.Columns, tc.columns) || len(rows) == 0 || !slices.Equal(rows[0].Cells, tc.first) {
				t.Errorf("columns %q and rows %q, want %q and first %q", table.Columns, cells(rows), tc.columns, tc.first)
			}
			if got := rules(table.Findings); !slices.Equal(got, tc.rules) {
				t.Errorf("findings %q, want %q", got, tc.rules)
			}
		})
	}
}

func TestFooters(t *testing.T) {
	body := [][]any{{"id", "name", "qty"}, {1, "a", 10}, {2, "b", 20}, {3, "c", 30}, {4, "d", 40}}
	for name, tc := range map[string]struct {
		below [][]any
		opt   connectors.Options
		rows  int
		foot  int64
	}{
		"none":                               {rows: 4},
		"a note after an empty row":          {below: [][]any{{}, {"Source: the archive"}}, rows: 4, foot: 1},
		"a note in a column of numbers":      {below: [][]any{{"printed by X"}}, rows: 4, foot: 1},
		"a total":                            {below: [][]any{{nil, "Total", 100}}, rows: 4, foot: 1},
		"a total of several words":           {below: [][]any{{nil, "Total pieces in stock", 100}}, rows: 4, foot: 1},
		"a name like a total, without sum":   {below: [][]any{{5, "Total Energies", 7}}, rows: 5},
		"total and notes":                    {below: [][]any{{}, {"Total", nil, 100}, {}, {"* estimated"}, {nil, "see page 2"}}, rows: 4, foot: 3},
		"a short row that is one":            {below: [][]any{{5}}, rows: 5},
		"a continued line":                   {below: [][]any{{5, "e", 50}, {nil, "second address"}}, rows: 6},
		"pinned":                             {below: [][]any{{5, "e", 50}, {6, "f", 60}}, opt: connectors.Options{Footer: 2}, rows: 4, foot: 2},
		"pinned to none":                     {below: [][]any{{}, {"Source: the archive"}}, opt: connectors.Options{Footer: -1}, rows: 5},
		"a total where only the sum says so": {below: [][]any{{nil, "Total of the list", 99}}, rows: 5},
	} {
		t.Run(name, func(t *testing.T) {
			path := book(t, "f.xlsx", func(f *excelize.File) { put(t, f, "Data", 1, append(slices.Clone(body), tc.below...)...) })
			table, rows := read(t, path, tc.opt)
			if len(rows) != tc.rows {
				t.Errorf("%d rows %q, want %d", len(rows), cells(rows), tc.rows)
			}
			var foot int64
			for _, f := range table.Findings {
				if f.Rule == "xlsx.footer" {
					foot = f.Rows
				}
			}
			if foot != tc.foot {
				t.Errorf("%d rows are said to be the footer, want %d", foot, tc.foot)
			}
		})
	}
}

// TestFooterBelowManyRows: only the last rows are kept, and the sums of the rest count.
func TestFooterBelowManyRows(t *testing.T) {
	path := book(t, "long.xlsx", func(f *excelize.File) {
		put(t, f, "Data", 1, []any{"id", "name", "qty"})
		for i := range 2000 {
			put(t, f, "Data", i+2, []any{i, "text", 0.25})
		}
		put(t, f, "Data", 2002, []any{nil, "Total of everything", 500}, []any{}, []any{"a note"})
	})
	table, rows := read(t, path, connectors.Options{})
	if f := finding(t, table, "xlsx.footer", ""); len(rows) != 2000 || f.Rows != 2 || f.Line != 2002 {
		t.Errorf("%d rows, footer %+v", len(rows), f)
	}
}

func TestMergedCells(t *testing.T) {
	path := book(t, "m.xlsx", func(f *excelize.File) {
		put(t, f, "Data", 1, []any{"group", "name", "qty"}, []any{"x", "a", 1}, []any{nil, "b", 2}, []any{nil, "c", 3}, []any{"y", "d", 4}, []any{nil, "e", 5})
		must(t, f.MergeCell("Data", "A5", "A6"))
		must(t, f.MergeCell("Data", "A2", "A4"))
	})
	table, rows := read(t, path, connectors.Options{})
	f := finding(t, table, "xlsx.merged_cells", "")
	if f.Rows != 2 || f.Line != 2 || !strings.Contains(f.Message, "A2:A4") {
		t.Errorf("finding %+v", f)
	}
	if got := cells(rows); got[0][0] != "x" || got[1][0] != "" || got[3][0] != "y" {
		t.Errorf("a merged value stands in its first cell: %q", got)
	}
}

func TestEmptyTailCostsNothing(t *testing.T) {
	path := book(t, "tail.xlsx", func(f *excelize.File) {
		put(t, f, "Data", 1, []any{"name", "day"}, []any{"a", "b"}, []any{"e", "f"})
		style, err := f.NewStyle(&excelize.Style{NumFmt: 14})
		must(t, err)
		must(t, f.SetRowStyle("Data", 5, 20000, style))
		must(t, f.SetCellStyle("Data", "A5", "Z3000", style))
		must(t, f.SetRowHeight("Data", 1048576, 20))
	})
	table, rows := read(t, path, connectors.Options{})
	if want := []string{"name", "day"}; !slices.Equal(table.Columns, want) || len(rows) != 2 {
		t.Errorf("columns %q, %d rows", table.Columns, len(rows))
	}
}

func TestHiddenSheetsAndRows(t *testing.T) {
	path := book(t, "hidden.xlsx", func(f *excelize.File) {
		put(t, f, "Data", 1, []any{"a", "b"}, []any{1, 2}, []any{3, 4})
		must(t, f.SetRowVisible("Data", 3, false))
		for _, name := range []string{"Hidden", "Very"} {
			_, err := f.NewSheet(name)
			must(t, err)
			put(t, f, name, 1, []any{"a", "b"}, []any{1, 2})
			must(t, f.SetSheetVisible(name, false, name == "Very"))
		}
	})
	s := open(t, path)
	tables, err := s.Tables(t.Context())
	must(t, err)
	for i, want := range []struct {
		hidden bool
		says   string
	}{{false, "1 row is hidden or filtered out, the first is row 3; they are read like all others"}, {true, "the sheet is hidden"}, {true, "the sheet is very hidden"}} {
		if got := tables[i]; got.Hidden != want.hidden || len(got.Findings) != 1 || !strings.HasPrefix(got.Findings[0].Message, want.says) {
			t.Errorf("%s: hidden %v, findings %+v", got.Name, got.Hidden, got.Findings)
		}
	}
}
