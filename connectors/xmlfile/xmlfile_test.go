package xmlfile_test

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/connectortest"
	"github.com/odoo-migrate/odoo-migrate/connectors/xmlfile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

var catalogRows = map[string]int{"product": 3, "product.image": 2, "product.line": 3, "product.line.serial": 3}

func TestConformance(t *testing.T) {
	connectortest.Run(t, xmlfile.Open,
		connectortest.Fixture{Path: "testdata/catalog.xml", Rows: catalogRows},
		connectortest.Fixture{Path: "testdata/catalog.xml", Rows: catalogRows, Options: connectors.Options{Rows: "/catalog/product"}},
		connectortest.Fixture{Path: "testdata/catalog.xml", Rows: map[string]int{"line": 3, "line.serial": 3}, Options: connectors.Options{Rows: "c:catalog/c:product/lines/line"}},
		connectortest.Fixture{Path: "testdata/bom.xml", Rows: catalogRows},
		connectortest.Fixture{Path: "testdata/latin1.xml", Rows: catalogRows},
		connectortest.Fixture{Path: "testdata/utf16.xml", Rows: catalogRows},
		connectortest.Fixture{Path: "testdata/packed.xml.gz", Rows: catalogRows},
		connectortest.Fixture{Path: "testdata/single.xml", Rows: map[string]int{"order": 1}},
		connectortest.Fixture{Path: "testdata/catalog.xml", Options: connectors.Options{Rows: "/catalog/vendor"}, Err: connectors.ErrNoTable},
		connectortest.Fixture{Path: "testdata/cut.xml", Err: connectors.ErrDamaged},
		connectortest.Fixture{Path: "testdata/cut_tag.xml", Err: connectors.ErrDamaged},
		connectortest.Fixture{Path: "testdata/mismatch.xml", Err: connectors.ErrDamaged},
		connectortest.Fixture{Path: "testdata/two_roots.xml", Err: connectors.ErrDamaged},
		connectortest.Fixture{Path: "testdata/doctype.xml", Err: connectors.ErrDamaged},
		connectortest.Fixture{Path: "testdata/entity.xml", Err: connectors.ErrDamaged},
		connectortest.Fixture{Path: "testdata/deep.xml", Err: connectors.ErrDamaged},
		connectortest.Fixture{Path: "testdata/bad_utf8.xml", Err: connectors.ErrDamaged},
		connectortest.Fixture{Path: "testdata/undecodable.xml", Err: connectors.ErrDamaged},
		connectortest.Fixture{Path: "testdata/no_element.xml", Err: connectors.ErrDamaged},
	)
}

func TestErrorsNameTheLine(t *testing.T) {
	for file, want := range map[string]string{
		"cut.xml":         "testdata/cut.xml line 9: the document is cut off: <image> of line 9 is not closed",
		"cut_tag.xml":     "testdata/cut_tag.xml line 8: the document is cut off: <product> of line 4 is not closed",
		"mismatch.xml":    "testdata/mismatch.xml line 3: </c> closes <b> of line 2",
		"two_roots.xml":   "testdata/two_roots.xml line 2: a second root element <b> begins",
		"doctype.xml":     "testdata/doctype.xml line 2: it declares a document type",
		"entity.xml":      "testdata/entity.xml line 2: invalid character entity &undeclared;",
		"deep.xml":        "testdata/deep.xml line 1: elements are nested more than 100 deep",
		"bad_utf8.xml":    "testdata/bad_utf8.xml line 2: invalid UTF-8",
		"undecodable.xml": "byte 0x81 at offset 52 is no windows-1252",
	} {
		_, err := xmlfile.Open(t.Context(), "testdata/"+file, connectors.Options{})
		if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), "c:", ""), want) {
			t.Errorf("%s: %v, want %q", file, err, want)
		}
	}
}

func TestCells(t *testing.T) {
	type rows [][]string
	for _, file := range []string{"catalog.xml", "bom.xml", "latin1.xml", "utf16.xml", "packed.xml.gz"} {
		tables, got, err := connectortest.Read(t.Context(), xmlfile.Open, "testdata/"+file, connectors.Options{})
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for i, want := range []struct {
			name    string
			columns []string
			rows    rows
			missing [][]int
		}{
			{"product", []string{"@sku", "@active", "name", "price", "price/@currency", "category/name", "note", "text/text()", "text/b"}, rows{
				{"A-1", "yes", "Chair & table", "12.50", "EUR", "Furniture", "", "", ""},
				{"A-2", "", "<Lamp>", "7", "", "", "", "Some  words", "bold"},
				{"", "", "\nZoë", "", "", "", "", "", ""},
			}, [][]int{{7, 8}, {1, 4, 5, 6}, {0, 1, 3, 4, 5, 6, 7, 8}}},
			{"product.image", []string{"_parent_row", "text()", "@width"}, rows{{"1", "a.png", "10"}, {"1", "b.png", ""}}, [][]int{nil, {2}}},
			{"product.line", []string{"_parent_row", "@no", "qty"}, rows{{"2", "1", "2"}, {"2", "2", "3"}, {"3", "9", "1"}}, [][]int{nil, nil, nil}},
			{"product.line.serial", []string{"_parent_row", "text()"}, rows{{"1", "x"}, {"1", "y"}, {"3", "z"}}, [][]int{nil, nil, nil}},
		} {
			if tables[i].Name != want.name || !slices.Equal(tables[i].Columns, want.columns) {
				t.Errorf("%s: table %s %q, want %s %q", file, tables[i].Name, tables[i].Columns, want.name, want.columns)
			}
			var cells rows
			var missing [][]int
			for _, r := range got[want.name] {
				cells, missing = append(cells, r.Cells), append(missing, r.Missing)
			}
			if !reflect.DeepEqual(cells, want.rows) || !reflect.DeepEqual(missing, want.missing) {
				t.Errorf("%s: %s\n%q %v\nwant\n%q %v", file, want.name, cells, missing, want.rows, want.missing)
			}
		}
	}
}

func TestPositions(t *testing.T) {
	data, err := os.ReadFile("testdata/bom.xml")
	if err != nil {
		t.Fatal(err)
	}
	_, rows, err := connectortest.Read(t.Context(), xmlfile.Open, "testdata/bom.xml", connectors.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []record.Pos
	for _, r := range rows["product"] {
		got = append(got, r.Pos)
		if !strings.HasPrefix(string(data[r.Offset:]), "<c:product") {
			t.Errorf("offset %d is not where a row begins", r.Offset)
		}
	}
	if got[0].Line != 4 || got[1].Line != 12 || got[2].Line != 21 {
		t.Errorf("positions %+v", got)
	}
}

func TestRealFiles(t *testing.T) {
	for _, folder := range []string{"saft_norway", "oracle_order_entry", "sap_idoc", "xrechnung", "bank_statements"} {
		t.Run(folder, func(t *testing.T) {
			n := 0
			err := filepath.WalkDir(connectortest.DataDir(t, folder), func(path string, d os.DirEntry, err error) error {
				if err != nil || filepath.Ext(path) != ".xml" {
					return err
				}
				n++
				tables, rows, err := connectortest.Read(t.Context(), xmlfile.Open, path, connectors.Options{})
				if err != nil {
					t.Errorf("%s: %v", path, err)
				}
				var found []string
				for _, table := range tables {
					found = append(found, fmt.Sprintf("%s: %d rows x %d", table.Name, len(rows[table.Name]), len(table.Columns)))
				}
				t.Logf("%s: rows %s (%.2f): %s", filepath.Base(path), tables[0].Detected["rows"].Value, tables[0].Detected["rows"].Confidence, strings.Join(found, ", "))
				return nil
			})
			if err != nil || n == 0 {
				t.Errorf("%d files, %v", n, err)
			}
		})
	}
}

func TestKnownCounts(t *testing.T) {
	dir := connectortest.DataDir(t, "oracle_order_entry")
	files, _ := filepath.Glob(filepath.Join(dir, "*", "*.xml"))
	orders, lines := 0, 0
	for _, file := range files {
		_, rows, err := connectortest.Read(t.Context(), xmlfile.Open, file, connectors.Options{Rows: "/PurchaseOrder"})
		if err != nil {
			t.Fatal(err)
		}
		orders += len(rows["PurchaseOrder"])
		_, rows, err = connectortest.Read(t.Context(), xmlfile.Open, file, connectors.Options{Rows: "/PurchaseOrder/LineItems/LineItem"})
		if err != nil {
			t.Fatal(err)
		}
		lines += len(rows["LineItem"])
	}
	if orders != 66 || lines != 1097 {
		t.Errorf("%d orders with %d lines, want 66 and 1097", orders, lines)
	}
	saft := filepath.Join(connectortest.DataDir(t, "saft_norway"), "ExampleFile SAF-T Financial_888888888_20180228235959.xml")
	for rows, want := range map[string]int{
		"/AuditFile/MasterFiles/GeneralLedgerAccounts/Account": 22, "/AuditFile/MasterFiles/Customers/Customer": 6, "/AuditFile/MasterFiles/Suppliers/Supplier": 6,
		"/AuditFile/GeneralLedgerEntries/Journal/Transaction": 53, "/AuditFile/GeneralLedgerEntries/Journal/Transaction/Line": 170,
	} {
		tables, got, err := connectortest.Read(t.Context(), xmlfile.Open, saft, connectors.Options{Rows: rows})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(got[tables[0].Name]); n != want {
			t.Errorf("%s: %d rows, want %d", rows, n, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.xml")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	path := filepath.Join(f.TempDir(), "fuzz.xml")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		var readings []string
		for _, size := range []int{1, 0} {
			tables, rows, err := connectortest.Read(t.Context(), xmlfile.Open, path, connectors.Options{BatchBytes: size})
			out := fmt.Sprint(err)
			for _, table := range tables {
				if err == nil && len(rows[table.Name]) == 0 {
					t.Errorf("table %s has no rows", table.Name)
				}
				for _, r := range rows[table.Name] {
					if len(r.Cells) != len(table.Columns) {
						t.Fatalf("%d cells for columns %q", len(r.Cells), table.Columns)
					}
					out += fmt.Sprintf("%s %+v\n", table.Name, r)
				}
			}
			readings = append(readings, out)
		}
		if readings[0] != readings[1] {
			t.Errorf("batches of one row give\n%s\nand of 1 MiB\n%s", readings[0], readings[1])
		}
	})
}

func BenchmarkBatches(b *testing.B) {
	path := filepath.Join(b.TempDir(), "bench.xml")
	var text strings.Builder
	text.WriteString("<catalog>\n")
	for i := range 50_000 {
		fmt.Fprintf(&text, "  <product sku=\"A-%d\">\n    <name>Product number %d</name>\n    <price currency=\"EUR\">%d.50</price>\n    <category><name>Furniture</name></category>\n    <stock>%d</stock>\n  </product>\n", i, i, i, i%100)
	}
	text.WriteString("</catalog>\n")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	b.Run("tokens", func(b *testing.B) { // what encoding/xml takes by itself
		b.SetBytes(int64(text.Len()))
		for b.Loop() {
			f, err := os.Open(path)
			if err != nil {
				b.Fatal(err)
			}
			d := xml.NewDecoder(bufio.NewReaderSize(f, 64<<10))
			for {
				if _, err := d.Token(); err != nil {
					break
				}
			}
			f.Close()
		}
	})
	b.Run("read", func(b *testing.B) {
		b.SetBytes(int64(text.Len()))
		s, err := xmlfile.Open(b.Context(), path, connectors.Options{})
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			for _, err := range s.Batches(b.Context(), "product") {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
