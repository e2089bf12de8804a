package xlsxfile_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/connectortest"
	"github.com/odoo-migrate/odoo-migrate/connectors/xlsxfile"
)

// tiny are the parts of the smallest workbook there is, but for its sheet and its shared texts.
var tiny = []string{
	"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
	"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
	"xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="a"/></sheets></workbook>`,
	"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="x/worksheet" Target="s.xml"/><Relationship Id="b" Type="x/sharedStrings" Target="t.xml"/><Relationship Id="c" Type="x/styles" Target="y.xml"/></Relationships>`,
	"xl/y.xml", `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="46"/></cellXfs></styleSheet>`,
}

const (
	seedSheet = `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>b</t></is></c></row>` +
		`<row r="2"><c r="A2"><v>1.5</v></c><c r="B2" s="1"><v>45000.25</v></c></row><row r="3"><c r="A3" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="B3" t="b"><v>1</v></c></row>` +
		`</sheetData><mergeCells count="1"><mergeCell ref="A3:B4"/></mergeCells></worksheet>`
	seedTexts = `<sst count="2"><si><t>name</t></si><si><r><t xml:space="preserve"> a_x000D_</t></r><rPh><t>x</t></rPh></si></sst>`
)

// FuzzOpen gives the whole container to strangers.
func FuzzOpen(f *testing.F) {
	f.Add(archive(f, append(slices.Clone(tiny), "xl/s.xml", seedSheet, "xl/t.xml", seedTexts)...))
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, content []byte) { readStrange(t, content) })
}

// FuzzSheet gives the XML of a sheet and of the shared texts to strangers; the container is sound.
func FuzzSheet(f *testing.F) {
	f.Add(seedSheet, seedTexts)
	f.Fuzz(func(t *testing.T, sheet, texts string) {
		if sheet != "" && len(sheet)+len(texts) < 1<<20 {
			readStrange(t, archive(t, append(slices.Clone(tiny), "xl/s.xml", sheet, "xl/t.xml", texts)...))
		}
	})
}

// readStrange reads a workbook twice. What comes is a known refusal, or rows that keep the contract.
func readStrange(t *testing.T, content []byte) {
	path := filepath.Join(t.TempDir(), "f.xlsx")
	must(t, os.WriteFile(path, content, 0o600))
	tables, rows, err := connectortest.Read(t.Context(), xlsxfile.Open, path, connectors.Options{})
	if err != nil {
		for _, known := range []error{connectors.ErrDamaged, connectors.ErrEmpty, connectors.ErrEncrypted, connectors.ErrUnsupported} {
			if errors.Is(err, known) {
				return
			}
		}
		t.Fatalf("an error that wraps no sentinel: %v", err)
	}
	for _, table := range tables {
		line := int64(0)
		for i, r := range rows[table.Name] {
			if r.Row != int64(i+1) || r.Line <= line || r.Damage == "" && len(r.Cells) != len(table.Columns) {
				t.Fatalf("row %d of %d columns: %+v", i+1, len(table.Columns), r)
			}
			line = r.Line
			if r.Damage == "" && !utf8.ValidString(strings.Join(r.Cells, "")) {
				t.Fatalf("bytes that are no text came as text: %q", r.Cells)
			}
		}
	}
	tables2, rows2, err := connectortest.Read(t.Context(), xlsxfile.Open, path, connectors.Options{BatchBytes: 8})
	if err != nil || !reflect.DeepEqual(tables, tables2) || !reflect.DeepEqual(rows, rows2) {
		t.Fatalf("read again: %v, other tables or rows", err)
	}
}

// FuzzWriteBook: whatever text comes, the book opens, holds no formula, and keeps the text but for what no cell can hold.
func FuzzWriteBook(f *testing.F) {
	for _, text := range []string{"=1+1", "@x", "_x0041_", "a\x00b", "\ttab", "12", "-3", "😀", "<&>"} {
		f.Add("Sheet/1", text, true)
	}
	f.Fuzz(func(t *testing.T, name, text string, number bool) {
		var out bytes.Buffer
		must(t, xlsxfile.WriteBook(&out, []xlsxfile.Sheet{{Name: name, Head: []string{"head", text}, Notes: []string{text},
			Rows: func(yield func([]xlsxfile.Cell) bool) {
				yield([]xlsxfile.Cell{{Text: "row"}, {Text: text, Number: number}})
			}}}))
		book, err := excelize.OpenReader(bytes.NewReader(out.Bytes()))
		must(t, err)
		defer book.Close()
		sheet := book.GetSheetName(0)
		for _, at := range []string{"A1", "B3", "B4"} {
			if formula, err := book.GetCellFormula(sheet, at); err != nil || formula != "" {
				t.Fatalf("%s of %q became formula %q (%v)", at, text, formula, err)
			}
		}
		path := filepath.Join(t.TempDir(), "f.xlsx")
		must(t, os.WriteFile(path, out.Bytes(), 0o600))
		_, rows, err := connectortest.Read(t.Context(), xlsxfile.Open, path, connectors.Options{Skip: 2, NoHeader: true, Footer: -1})
		must(t, err)
		plain := func(s string) string { // what any cell keeps
			return strings.Map(func(r rune) rune {
				if r <= ' ' || r >= 0x7F && r <= 0x9F || r >= 0xFFF0 && r <= 0xFFFF {
					return -1
				}
				return r
			}, strings.ToValidUTF8(s, ""))
		}
		got := rows[sheet]
		if last := got[len(got)-1].Cells; len(text) < 32000 && !number && plain(text) != "" && plain(last[len(last)-1]) != plain(text) {
			t.Fatalf("%q came back as %q", text, last)
		}
	})
}
