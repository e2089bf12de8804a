package xlsxfile_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/connectortest"
	"github.com/odoo-migrate/odoo-migrate/connectors/xlsxfile"
)

func write(t *testing.T, sheets ...xlsxfile.Sheet) (path string, content []byte) {
	t.Helper()
	var out bytes.Buffer
	must(t, xlsxfile.WriteBook(&out, sheets))
	path = filepath.Join(t.TempDir(), "report.xlsx")
	must(t, os.WriteFile(path, out.Bytes(), 0o600))
	return path, out.Bytes()
}

func texts(rows ...[]string) func(func([]xlsxfile.Cell) bool) {
	return func(yield func([]xlsxfile.Cell) bool) {
		for _, r := range rows {
			var cells []xlsxfile.Cell
			for _, text := range r {
				cells = append(cells, xlsxfile.Cell{Text: text})
			}
			if !yield(cells) {
				return
			}
		}
	}
}

func report() []xlsxfile.Sheet {
	return []xlsxfile.Sheet{
		{Name: "Findings", Head: []string{"Severity", "Table", "Message", "Rows"}, Freeze: true, Notes: []string{"Audit of exports", "Worst first"},
			Rows: func(yield func([]xlsxfile.Cell) bool) {
				_ = yield([]xlsxfile.Cell{{Text: "error", Tone: xlsxfile.Bad, Bold: true}, {Text: "customers", Link: "'Customers'!A1"}, {Text: "3 rows cannot be read"}, {Text: "3", Number: true}}) &&
					yield([]xlsxfile.Cell{{Text: "warning", Tone: xlsxfile.Warn}, {Text: "customers"}, {Text: "a long sentence " + strings.Repeat("that goes on ", 12)}, {Text: "1204", Number: true}}) &&
					yield([]xlsxfile.Cell{{Text: "ok", Tone: xlsxfile.Good}, {Text: "=1+1"}, {Text: "two\nlines"}, {Text: "-0.50", Number: true}}) &&
					yield([]xlsxfile.Cell{{Text: "note", Tone: xlsxfile.Dim}, {Text: "007"}, {Text: "Zoë 漢字"}, {Text: "12345678901234567890", Number: true}})
			}},
		{Name: "Customers", Head: []string{"No", "Name"}, Widths: []float64{12}, Freeze: true, Rows: texts([]string{"0001", "Ann"}, []string{"0002", "Bob"})},
	}
}

func TestWriteBookIsReadBack(t *testing.T) {
	path, _ := write(t, report()...)
	tables, rows, err := connectortest.Read(t.Context(), xlsxfile.Open, path, connectors.Options{})
	must(t, err)
	if len(tables) != 2 || tables[0].Name != "Findings" || !slices.Equal(tables[0].Columns, []string{"Severity", "Table", "Message", "Rows"}) {
		t.Fatalf("tables %+v", tables)
	}
	if tables[0].Detected["skip"].Value != "3" {
		t.Errorf("the header should stand below two notes and an empty row: %+v", tables[0].Detected)
	}
	got := cells(rows["Findings"])
	if want := []string{"ok", "=1+1", "two\nlines", "-0.5"}; len(got) != 4 || !slices.Equal(got[2], want) {
		t.Errorf("rows %q, want the third to be %q", got, want)
	}
	if got[3][1] != "007" || got[3][3] != "12345678901234567890" {
		t.Errorf("digits that no number holds: %q", got[3])
	}
	f, err := excelize.OpenFile(path)
	must(t, err)
	defer f.Close()
	if kind, _ := f.GetCellType("Findings", "D7"); kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber {
		t.Errorf("an amount is of type %v", kind)
	}
	if _, target, _ := f.GetCellHyperLink("Findings", "B5"); target != "'Customers'!A1" {
		t.Errorf("link to %q", target)
	}
	if panes, _ := f.GetPanes("Findings"); !panes.Freeze || panes.YSplit != 4 {
		t.Errorf("panes %+v", panes)
	}
}

func TestWriteBookIsTheSameTwice(t *testing.T) {
	var sheets []xlsxfile.Sheet
	for i := range 12 {
		s := report()[0]
		s.Name = fmt.Sprint("S", i)
		sheets = append(sheets, s)
	}
	_, first := write(t, sheets...)
	for range 5 {
		if _, again := write(t, sheets...); !bytes.Equal(first, again) {
			t.Fatal("the same sheets gave other bytes")
		}
	}
	r, err := zip.NewReader(bytes.NewReader(first), int64(len(first)))
	must(t, err)
	for _, part := range r.File {
		if !part.Modified.IsZero() && part.Modified.Year() > 1980 {
			t.Errorf("%s is dated %s", part.Name, part.Modified)
		}
	}
}

// TestFormulasStayText reads the book as a spreadsheet program does: no cell may have a formula, and each text that looks
// like one is text with a quote prefix.
func TestFormulasStayText(t *testing.T) {
	evil := []string{"=HYPERLINK(\"http://example.com\",\"x\")", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1", "=1", "\n=2", "-5"}
	var rows [][]string
	for _, e := range evil {
		rows = append(rows, []string{"x", e})
	}
	path, _ := write(t, xlsxfile.Sheet{Name: "S", Head: []string{"a", "=b"}, Rows: texts(rows...)})
	f, err := excelize.OpenFile(path)
	must(t, err)
	defer f.Close()
	for i, e := range evil {
		at := fmt.Sprintf("B%d", i+2)
		formula, err := f.GetCellFormula("S", at)
		must(t, err)
		kind, _ := f.GetCellType("S", at)
		value, _ := f.GetCellValue("S", at)
		style, err := f.GetCellStyle("S", at)
		must(t, err)
		quote := f.Styles.CellXfs.Xf[style].QuotePrefix
		if formula != "" || kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString || quote == nil || !*quote {
			t.Errorf("%q: formula %q, type %v, style %d, quote prefix %v", e, formula, kind, style, quote)
		}
		if strings.TrimLeft(value, "\t\n") != strings.TrimLeft(e, "\t\r\n") {
			t.Errorf("%q came back as %q", e, value)
		}
	}
	plain, _ := f.GetCellStyle("S", "A2")
	if q := f.Styles.CellXfs.Xf[plain].QuotePrefix; q != nil && *q {
		t.Error("a harmless text has a quote prefix, too")
	}
}

func TestWhatACellCannotHold(t *testing.T) {
	long := strings.Repeat("ä", 40_000)
	pairs := strings.Repeat("😀", 20_000) // two units each
	path, _ := write(t, xlsxfile.Sheet{Name: "S", Head: []string{"kind", "text"}, Rows: texts(
		[]string{"long", long}, []string{"pairs", pairs}, []string{"control", "a\x00b\x07c\x1bd\u0085e"}, []string{"escape", "_x000D_ and _x0041_"},
		[]string{"bytes", "a\xffb"}, []string{"space", "  padded  "}, []string{"markup", "<b>&amp;</b>"}, []string{"break", "a\r\nb"})})
	_, rows := read(t, path, connectors.Options{})
	got := map[string]string{}
	for _, r := range rows {
		got[r.Cells[0]] = r.Cells[1]
	}
	for kind, want := range map[string]string{"control": "abcde", "escape": "_x000D_ and _x0041_", "bytes": "a\uFFFDb", "space": "  padded  ", "markup": "<b>&amp;</b>", "break": "a\nb"} {
		if got[kind] != want {
			t.Errorf("%s: %q, want %q", kind, got[kind], want)
		}
	}
	for _, kind := range []string{"long", "pairs"} {
		units := 0
		for _, r := range got[kind] {
			units += 1 + int(r)/0x10000
		}
		if !strings.HasSuffix(got[kind], "(cut)") || units > 32767 || units < 32700 || !utf8.ValidString(got[kind]) {
			t.Errorf("%s: %d units, ends in %q", kind, units, got[kind][len(got[kind])-20:])
		}
	}
}

func TestSheetNames(t *testing.T) {
	long := strings.Repeat("x", 40)
	given := []string{"a/b", "a:b", "A_B", "", "'quoted'", long, long, "History", "line\nbreak", strings.Repeat("😀", 20)}
	var sheets []xlsxfile.Sheet
	for _, n := range given {
		sheets = append(sheets, xlsxfile.Sheet{Name: n, Head: []string{"h"}})
	}
	want := []string{"a_b", "a_b (2)", "A_B (3)", "Sheet", "quoted", long[:31], long[:27] + " (2)", "History (2)", "linebreak", strings.Repeat("😀", 15)}
	if got := xlsxfile.SheetNames(sheets); !slices.Equal(got, want) {
		t.Errorf("names %q, want %q", got, want)
	}
	path, _ := write(t, sheets...)
	f, err := excelize.OpenFile(path)
	must(t, err)
	defer f.Close()
	if got := f.GetSheetList(); !slices.Equal(got, want) {
		t.Errorf("the book has %q, want %q", got, want)
	}
}

func TestWriteBookStreams(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	const n = 60_000
	out := 0
	sheet := xlsxfile.Sheet{Name: "Many", Head: []string{"n", "text"}, Rows: func(yield func([]xlsxfile.Cell) bool) {
		row := make([]xlsxfile.Cell, 2) // used again for each row, as a frugal caller does
		for i := range n {
			row[0], row[1] = xlsxfile.Cell{Text: fmt.Sprint(i), Number: true}, xlsxfile.Cell{Text: strings.Repeat("row ", 100)}
			if out++; !yield(row) {
				return
			}
		}
	}}
	path, _ := write(t, sheet)
	if left, _ := filepath.Glob(filepath.Join(os.Getenv("TMPDIR"), "*")); out != n || len(left) > 0 {
		t.Errorf("%d rows were asked for, these temporary files are left: %q", out, left)
	}
	_, rows := read(t, path, connectors.Options{})
	if len(rows) != n || rows[n-1].Cells[0] != fmt.Sprint(n-1) || rows[0].Cells[0] != "0" {
		t.Errorf("%d rows came back", len(rows))
	}
	empty, _ := write(t)
	if f, err := excelize.OpenFile(empty); err != nil {
		t.Error(err)
	} else {
		_ = f.Close()
	}
}

func TestTooManyRows(t *testing.T) {
	if testing.Short() {
		t.Skip("a million rows take seconds")
	}
	row := []xlsxfile.Cell{{}}
	err := xlsxfile.WriteBook(io.Discard, []xlsxfile.Sheet{{Name: "S", Rows: func(yield func([]xlsxfile.Cell) bool) {
		for yield(row) {
		}
	}}})
	if !errors.Is(err, xlsxfile.ErrTooLong) || !strings.Contains(err.Error(), `sheet "S"`) {
		t.Errorf("got %v", err)
	}
}

func TestWriteErrors(t *testing.T) {
	full := errors.New("disk full")
	if err := xlsxfile.WriteBook(failing{full}, report()); !errors.Is(err, full) {
		t.Errorf("got %v, want %v", err, full)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
