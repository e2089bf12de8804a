package xlsxfile_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/connectortest"
	"github.com/odoo-migrate/odoo-migrate/connectors/xlsxfile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// TestRealFiles reads every workbook there is: each is read with sound rows, or refused for the reason that is known.
func TestRealFiles(t *testing.T) {
	refused := map[string]struct {
		want error
		says string
	}{
		"pass_protected.xlsx": {connectors.ErrEncrypted, ""}, "encryptAES.xlsx": {connectors.ErrEncrypted, ""},
		"encryptSHA1.xlsx": {connectors.ErrEncrypted, ""}, "encryptSHA512.xlsx": {connectors.ErrEncrypted, ""},
		"issue252.xlsx":        {connectors.ErrDamaged, "does not stand where the archive's directory says"},
		"product_template.xls": {connectors.ErrUnsupported, "Excel 97-2003"},
		"empty_sheet.xlsx":     {connectors.ErrEmpty, ""},
		"issue127.xlsx":        {connectors.ErrEmpty, ""},
		"issue281.xlsm":        {connectors.ErrEmpty, ""},
		"picture.xlsx":         {connectors.ErrEmpty, ""},
		"vba.xlsm":             {connectors.ErrEmpty, ""},
		"BadWorkbook.xlsx":     {connectors.ErrEmpty, ""},
		"libreoffice.xlsx":     {connectors.ErrEmpty, ""},
	}
	for folder, files := range map[string]int{"xlsx_calamine": 69, "xlsx_excelize": 9, "xlsx_readxl": 18, "xlsx_dirty_janitor": 1, "csv_frictionless": 9,
		"csv_messytables": 2, "saft_norway": 1, "odoo_templates": 4, "bank_statements": 2} {
		t.Run(folder, func(t *testing.T) {
			paths, _ := filepath.Glob(filepath.Join(connectortest.DataDir(t, folder), "*.xls*"))
			if len(paths) < files-3 {
				t.Errorf("%d workbooks, want about %d", len(paths), files)
			}
			for _, path := range paths {
				name := filepath.Base(path)
				tables, rows, err := connectortest.Read(t.Context(), xlsxfile.Open, path, connectors.Options{})
				want, bad := refused[name]
				if bad != (err != nil) || bad && (!errors.Is(err, want.want) || !strings.Contains(err.Error(), want.says)) {
					t.Errorf("%s: %v, want %v", name, err, want.want)
				}
				for _, table := range tables {
					for _, r := range rows[table.Name] {
						if r.Damage != "" {
							t.Errorf("%s: %s: row %d: %s", name, table.Name, r.Line, r.Damage)
						}
					}
					for _, f := range table.Findings {
						if f.Message == "" || strings.Contains(f.Message, "%!") || f.Rows < 0 || f.Line < 0 {
							t.Errorf("%s: %+v", name, f)
						}
					}
				}
			}
		})
	}
}

// fact is what a person sees who opens a sheet.
type fact struct {
	file, sheet string
	columns     []string
	rows        int
	row         int // from 1; whose cells are known
	cells       []string
	says        []string // "rule: text": a finding of the rule whose message holds the text
}

func TestRealFacts(t *testing.T) {
	deaths := []string{"Name", "Profession", "Age", "Has kids", "Date of birth", "Date of death"}
	for _, f := range []fact{
		{file: "xlsx_readxl/deaths.xlsx", sheet: "arts", columns: deaths, rows: 10, row: 1, cells: []string{"David Bowie", "musician", "69", "true", "1947-01-08", "2016-01-10"},
			says: []string{"lines_above_header: 4 rows above the table, from row 1", "footer: 4 rows below the table, from row 16", "formulas: 10 of 10 cells are formulas"}},
		{file: "xlsx_readxl/deaths.xlsx", sheet: "other", columns: deaths, rows: 10, row: 10, cells: []string{"Pat Summit", "coach", "64", "true", "1952-06-14", "2016-06-28"},
			says: []string{"footer: 4 rows below the table, from row 16"}},
		{file: "xlsx_readxl/clippy.xlsx", sheet: "two-row-header", rows: 1, row: 1, cells: []string{"Clippy", "paperclip", "2007-01-01", "0.9"},
			columns: []string{"name (at birth)", "species (office supply type)", "death (date is approximate)", "weight (in grams)"}, says: []string{"header_rows: rows 1 to 2"}},
		{file: "xlsx_readxl/clippy.xlsx", sheet: "list-column", columns: []string{"name", "value"}, rows: 4, row: 3, cells: []string{"Approx date of death", "2007-01-01"}},
		{file: "xlsx_readxl/type-me.xlsx", sheet: "logical_coercion", columns: []string{"maybe boolean?", "description"}, rows: 10, row: 5, cells: []string{"true", "boolean true"}},
		{file: "xlsx_readxl/type-me.xlsx", sheet: "numeric_coercion", rows: 7, row: 5, cells: []string{"123456", `the string "123456"`},
			says: []string{"numbers_as_text: 1 of 6 cells is a text of digits, while 1 other is a number", "numbers_as_text: the first in A6"}},
		{file: "xlsx_readxl/type-me.xlsx", sheet: "date_coercion", rows: 7, row: 3, cells: []string{"2016-04-28 11:30:00", "date and time format"},
			says: []string{"epoch_1904: from 1904", "serial_numbers: the first in A8"}},
		{file: "xlsx_readxl/dates-leap-year-1900-xlsx.xlsx", sheet: "for_testing", rows: 7, row: 4, cells: []string{"1900-02-29 08:00:00", "1900-02-29 08:00:00", "false"},
			says: []string{"leap_day_1900: 1 of 7 cells is 29 February 1900"}},
		{file: "xlsx_readxl/dates-leap-year-1900-xlsx.xlsx", sheet: "for_human_eyes", rows: 10, row: 1, cells: []string{"1899-12-29 08:00:00", "1899-12-29 08:00:00", "false"},
			says: []string{"text_dates: 3 of 10 cells are texts that look like a date, while 7 others are real dates"}},
		{file: "xlsx_readxl/geometry.xlsx", columns: []string{"B3", "C3", "D3"}, rows: 3, says: []string{"empty_columns: 1 column is empty and left out: A"}},
		{file: "xlsx_readxl/skipping.xlsx", sheet: "two_occupied_rows", columns: []string{"var1", "var2"}, rows: 2, says: []string{"lines_above_header: 2 rows"}},
		{file: "xlsx_readxl/style-only-cells.xlsx", columns: []string{"var1", "var2", "var3", "var5"}, rows: 3},
		{file: "xlsx_readxl/missing-v-node-xlsx.xlsx", rows: 1, row: 1, cells: []string{"1", "2", ""}, says: []string{"formula_without_value: the first in C2"}},
		{file: "xlsx_readxl/texty-dates-xlsx.xlsx", rows: 2, row: 1, cells: []string{"1985-03-11 13:00:00"}},
		{file: "xlsx_readxl/types.xlsx", sheet: "smorgasbord", rows: 19, row: 5, cells: []string{"numeric formula", "1.69"},
			says: []string{"error_cells: 8 of 18 cells hold an error instead of a value (#DIV/0! 1, #N/A 2,", "error_cells: B13, B14, B15, B16, B17, 3 more"}},
		{file: "xlsx_readxl/types.xlsx", sheet: "text_coercion", columns: []string{"text", "explanation"}, rows: 8},
		{file: "xlsx_readxl/datasets.xlsx", sheet: "quakes", rows: 1000, row: 1, cells: []string{"-20.42", "181.62", "562", "4.8", "41"}},
		{file: "xlsx_dirty_janitor/dirty_data.xlsx", rows: 12, row: 1, cells: []string{"Jason", "Bourne", "Teacher", "PE", "39690", "0.75", "Yes", "", "Physical ed", "Theater", "YES"},
			columns: []string{"First Name", "Last Name", "Employee Status", "Subject", "Hire Date", "% Allocated", "Full time?", "do not edit! --->", "Certification", "Certification_2", "Active?"},
			says: []string{"lines_above_header: 1 row above the table, from row 1 on, is no part of it", "header_duplicate: Certification_2", "serial_numbers: the first in E3",
				"error_cells: (#REF! 1), read as empty: D6", "error_cells: (#N/A 2), read as empty: F13, F14"}},
		{file: "csv_frictionless/issue-1024.xlsx", rows: 46, says: []string{"lines_above_header: from row 7", "header_rows: rows 10 to 12", "footer: from row 62", "merged_cells: A13:E13"}},
		{file: "csv_frictionless/multiline-headers.xlsx", rows: 1, columns: []string{"Region", "Caloric contribution (%)", "Cumulative impact of changes on cost of food basket from previous quarter",
			"Cumulative impact of changes on cost of food basket from baseline (%)"}, row: 1, cells: []string{"A", "B", "C", "D"}},
		{file: "csv_frictionless/merged-cells.xlsx", columns: []string{"data"}},
		{file: "csv_frictionless/cast-int-to-string-issue-1251.xlsx", rows: 2, row: 1, cells: []string{"001", "b", "1", "a", "1"}},
		{file: "csv_frictionless/adjust-floating-point-error.xlsx", rows: 5, row: 1, cells: []string{"P-1-94-AR P21 16-20cm Pi split 3", "60.565", "242.26", "242.26"}},
		{file: "odoo_templates/res_partner.xlsx", sheet: "Contacts", rows: 3, row: 1, cells: []string{"Deco Addict", "1", "", "US", "California", "94523", "Pleasant Hill", "77 Santa Barbara Rd", "",
			"+3210588558", "", "azure@example.com", "BE0477472701", "GEBABEBB", "12554641"}},
		{file: "odoo_templates/res_partner.xlsx", sheet: "Instructions", columns: []string{"Column name", "Comments / Notes"}, rows: 15},
		{file: "odoo_templates/stock_quant.xlsx", rows: 18, row: 14, cells: []string{"[FURN_8855] Drawer", "0000000000029", "80", "0", "0", "2022-12-31", ""}},
		{file: "bank_statements/meta_data_separated_credit_debit.xlsx", columns: []string{"Date", "Operation Number", "Label", "Debit", "Credit", "Detail"}, rows: 4,
			says: []string{"lines_above_header: 3 rows", "footer: 1 row below the table, from row 10"}},
		{file: "xlsx_calamine/issue_174.xlsx", rows: 1, row: 1, cells: []string{"123", "Test Contact Name", "Test Contact Number", "Hello Address", "My City", "1.5", "1", "1.201", "Nothing SPL", "No Remarks", "My Company?"}},
		{file: "xlsx_calamine/date_1904.xlsx", rows: 3, row: 1, cells: []string{"2021-01-01", "15"}},
		{file: "xlsx_calamine/date_iso.xlsx", rows: 6, row: 2, cells: []string{"2021-01-01 10:10:10"}},
		{file: "xlsx_calamine/has_x000D_.xlsx", columns: []string{"ABC DEF"}},
		{file: "xlsx_calamine/minimal_package.xlsx", rows: 193, says: []string{"header_duplicate: CHARGE_2"}},
		{file: "xlsx_calamine/nonstandard-xml-ns-prefix.xlsx", columns: []string{"a", "b"}, rows: 2, row: 2, cells: []string{"2", "4"}},
		{file: "xlsx_calamine/header-row.xlsx", columns: []string{"Columns", "Column A", "Column B", "Column C"}, rows: 1},
		{file: "xlsx_calamine/pivots.xlsx", sheet: "PivotSheet2", columns: []string{"Row Labels", "blue", "yellow", "Grand Total"}, rows: 6, says: []string{"footer: 1 row below the table, from row 11"}},
		{file: "xlsx_calamine/issue_530.xlsx", rows: 1, says: []string{"lines_above_header: 3 rows", "empty_columns: A to B"}},
		{file: "xlsx_excelize/SharedStrings.xlsx", sheet: "Sheet2", columns: []string{"Test Weight (Kgs)"}},
	} {
		t.Run(f.file+" "+f.sheet, func(t *testing.T) { f.check(t) })
	}
}

func (f fact) check(t *testing.T) {
	folder, name, _ := strings.Cut(f.file, "/")
	table, rows := read(t, filepath.Join(connectortest.DataDir(t, folder), name), connectors.Options{Sheet: f.sheet})
	if f.columns != nil && !slices.Equal(table.Columns, f.columns) {
		t.Errorf("columns %q, want %q", table.Columns, f.columns)
	}
	if len(rows) != f.rows {
		t.Errorf("%d rows, want %d", len(rows), f.rows)
	} else if f.row > 0 && !slices.Equal(rows[f.row-1].Cells, f.cells) {
		t.Errorf("row %q, want %q", rows[f.row-1].Cells, f.cells)
	}
	for _, say := range f.says {
		rule, text, _ := strings.Cut(say, ": ")
		if !slices.ContainsFunc(table.Findings, func(x record.Finding) bool { return x.Rule == "xlsx."+rule && strings.Contains(x.Message, text) }) {
			t.Errorf("no finding %q among %+v", say, table.Findings)
		}
	}
}

// TestSheetsAreInTheWorkbooksOrder: positions are those of the sheet, empty rows counted.
func TestSheetsAreInTheWorkbooksOrder(t *testing.T) {
	path := filepath.Join(connectortest.DataDir(t, "xlsx_readxl"), "skipping.xlsx")
	tables, rows, err := connectortest.Read(t.Context(), xlsxfile.Open, path, connectors.Options{})
	must(t, err)
	var names []string
	for _, table := range tables {
		names = append(names, table.Name)
	}
	if want := []string{"two_blank_rows", "occupied_row_and_blank_row", "two_occupied_rows"}; !reflect.DeepEqual(names, want) {
		t.Errorf("sheets %q, want %q", names, want)
	}
	if lines := fmt.Sprint(rows["two_blank_rows"][0].Line, rows["two_blank_rows"][1].Line); lines != "5 7" {
		t.Errorf("rows stand in lines %s, want 5 7", lines)
	}
}
