package xmlfile_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/connectortest"
	"github.com/odoo-migrate/odoo-migrate/connectors/xmlfile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

var (
	catalogRows = map[string]int{"product": 3, "catalog": 1, "image": 2, "line": 3, "serial": 3}
	ledgerRows  = map[string]int{"export": 1, "ledger": 1, "book": 2, "entry": 3, "line": 4, "person": 2, "person.address": 3, "firm": 1, "firm.address": 2}
)

func TestConformance(t *testing.T) {
	pinned := map[string]int{"product": 3, "image": 2, "line": 3, "serial": 3}
	connectortest.Run(t, xmlfile.Open,
		connectortest.Fixture{Path: "testdata/catalog.xml", Rows: catalogRows},
		connectortest.Fixture{Path: "testdata/catalog.xml", Rows: pinned, Options: connectors.Options{Rows: "/catalog/product"}},
		connectortest.Fixture{Path: "testdata/catalog.xml", Rows: map[string]int{"line": 3, "serial": 3}, Options: connectors.Options{Rows: "c:catalog/c:product/lines/line"}},
		connectortest.Fixture{Path: "testdata/catalog.xml", Rows: map[string]int{"line": 3}, Options: connectors.Options{Table: "line"}},
		connectortest.Fixture{Path: "testdata/bom.xml", Rows: catalogRows},
		connectortest.Fixture{Path: "testdata/latin1.xml", Rows: catalogRows},
		connectortest.Fixture{Path: "testdata/utf16.xml", Rows: catalogRows},
		connectortest.Fixture{Path: "testdata/packed.xml.gz", Rows: catalogRows},
		connectortest.Fixture{Path: "testdata/single.xml", Rows: map[string]int{"order": 1}},
		connectortest.Fixture{Path: "testdata/spaces.xml", Rows: map[string]int{"a:item": 3, "b:item": 2}},
		connectortest.Fixture{Path: "testdata/ledger.xml", Rows: ledgerRows},
		connectortest.Fixture{Path: "testdata/catalog.xml", Options: connectors.Options{Rows: "/catalog/vendor"}, Err: connectors.ErrNoTable},
		connectortest.Fixture{Path: "testdata/catalog.xml", Options: connectors.Options{Table: "vendor"}, Err: connectors.ErrNoTable},
		connectortest.Fixture{Path: "testdata/spaces.xml", Options: connectors.Options{Rows: "/report/item"}, Err: connectors.ErrNoTable},
		connectortest.Fixture{Path: "testdata/spaces.xml", Options: connectors.Options{Rows: "/report/z:item", Namespaces: map[string]string{"a": "urn:example:ours"}}, Err: connectors.ErrNoTable},
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

// grid is a table as a test states it: columns, then rows; "-" is a missing cell.
type grid [][]string

func check(t *testing.T, path string, opt connectors.Options, want map[string]grid) {
	t.Helper()
	tables, rows, err := connectortest.Read(t.Context(), xmlfile.Open, path, opt)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if len(tables) != len(want) {
		t.Errorf("%s: %d tables, want %d", path, len(tables), len(want))
	}
	for _, table := range tables {
		got := grid{table.Columns}
		for _, r := range rows[table.Name] {
			cells := slices.Clone(r.Cells)
			for _, m := range r.Missing {
				cells[m] = "-"
			}
			got = append(got, cells)
		}
		if !reflect.DeepEqual(got, want[table.Name]) {
			t.Errorf("%s: %s is\n%q\nwant\n%q", path, table.Name, got, want[table.Name])
		}
	}
}

func TestCells(t *testing.T) {
	for _, file := range []string{"catalog.xml", "bom.xml", "latin1.xml", "utf16.xml", "packed.xml.gz"} {
		check(t, "testdata/"+file, connectors.Options{}, map[string]grid{
			"product": {{"_parent_row", "@sku", "@active", "name", "price", "price/@currency", "category/name", "note", "text/text()", "text/b"},
				{"1", "A-1", "yes", "Chair & table", "12.50", "EUR", "Furniture", "", "-", "-"},
				{"1", "A-2", "-", "<Lamp>", "7", "-", "-", "-", "Some  words", "bold"},
				{"1", "-", "-", "\nZoë", "-", "-", "-", "-", "-", "-"}},
			"catalog": {{"@version", "updated"}, {"2", "2024-01-31"}},
			"image":   {{"_parent_row", "_parent/name", "text()", "@width"}, {"1", "Chair & table", "a.png", "10"}, {"1", "Chair & table", "b.png", "-"}},
			"line":    {{"_parent_row", "_parent/name", "@no", "qty"}, {"2", "<Lamp>", "1", "2"}, {"2", "<Lamp>", "2", "3"}, {"3", "\nZoë", "9", "1"}},
			"serial": {{"_parent_row", "_parent/@no", "_parent/_parent/name", "text()"},
				{"1", "1", "<Lamp>", "x"}, {"1", "1", "<Lamp>", "y"}, {"3", "9", "\nZoë", "z"}},
		})
	}
}

// Rows that are pinned have no parent; their child tables know them.
func TestPinnedRows(t *testing.T) {
	check(t, "testdata/catalog.xml", connectors.Options{Rows: "/catalog/product/lines/line"}, map[string]grid{
		"line":   {{"@no", "qty"}, {"1", "2"}, {"2", "3"}, {"9", "1"}},
		"serial": {{"_parent_row", "_parent/@no", "text()"}, {"1", "1", "x"}, {"1", "1", "y"}, {"3", "9", "z"}},
	})
	tables, _, err := connectortest.Read(t.Context(), xmlfile.Open, "testdata/ledger.xml", connectors.Options{Rows: "/export/people/person"})
	if err != nil || tables[0].Name != "person" || len(tables[0].Findings) != 1 || tables[0].Findings[0].Rule != "xml.other_rows" ||
		!strings.Contains(tables[0].Findings[0].Message, "/export/ledgers/ledger/book, /export/firms/firm/address") || !tables[0].Detected["rows"].Pinned {
		t.Errorf("%v: %+v", err, tables[0])
	}
}

// Rows that are pinned come first also where the format has a record that is more important.
func TestPinnedRowsOfAFormat(t *testing.T) {
	path := written(t, `<AuditFile><GeneralLedgerEntries><Journal><JournalID>GL</JournalID><Transaction><TransactionID>1</TransactionID></Transaction></Journal></GeneralLedgerEntries></AuditFile>`)
	for _, rows := range []string{"/AuditFile/GeneralLedgerEntries/Journal", "/AuditFile/GeneralLedgerEntries/Journal/Transaction"} {
		tables, err := opened(t, path, connectors.Options{Rows: rows}).Tables(t.Context())
		if err != nil || tables[0].Detected["rows"].Value != rows || !tables[0].Detected["rows"].Pinned {
			t.Errorf("%s: %v %+v", rows, err, tables[0])
		}
	}
}

// What stands once above or beside the rows is a table, every child knows the keys above it, also where they come late,
// and tables of one name are told apart.
func TestEverythingIsATable(t *testing.T) {
	check(t, "testdata/ledger.xml", connectors.Options{}, map[string]grid{
		"export": {{"@made", "owner/name", "owner/city"}, {"2024-02-01", "Ann", "Oslo"}},
		"firm":   {{"_parent_row", "@code"}, {"1", "x"}},
		"ledger": {{"_parent_row", "entries", "debit"}, {"1", "3", "90.00"}},
		"book":   {{"_parent_row", "id", "title"}, {"1", "S1", "Sales"}, {"1", "P1", "Purchases"}},
		"entry":  {{"_parent_row", "_parent/id", "no"}, {"1", "S1", "1"}, {"1", "S1", "2"}, {"2", "P1", "1"}},
		"line": {{"_parent_row", "_parent/no", "_parent/_parent/id", "@amount"},
			{"1", "1", "S1", "10.00"}, {"1", "1", "S1", "20.00"}, {"2", "2", "S1", "30.00"}, {"3", "1", "P1", "30.00"}},
		"person":         {{"_parent_row", "id"}, {"1", "7"}, {"1", "8"}},
		"person.address": {{"_parent_row", "_parent/id", "text()"}, {"1", "7", "A street"}, {"1", "7", "B street"}, {"2", "8", "C street"}},
		"firm.address":   {{"_parent_row", "_parent/@code", "text()"}, {"1", "x", "D street"}, {"1", "x", "E street"}},
	})
}

func TestNamespaces(t *testing.T) {
	items := grid{{"@a:code", "@b:code", "a:name", "b:name", "price", "price/@nil"},
		{"1", "x", "Chair", "Stuhl", "-", "true"}, {"2", "y", "Lamp", "", "", "-"}, {"3", "z", "Table", "-", "-", "-"}}
	others := grid{{"name"}, {"Bed"}, {"Rug"}}
	check(t, "testdata/spaces.xml", connectors.Options{}, map[string]grid{"a:item": items, "b:item": others})
	ours := map[string]string{"x": "urn:example:ours", "r": "urn:example:report"}
	check(t, "testdata/spaces.xml", connectors.Options{Rows: "/r:report/x:item", Namespaces: ours}, map[string]grid{"a:item": items})
	check(t, "testdata/spaces.xml", connectors.Options{Rows: "/report/b:item"}, map[string]grid{"b:item": others})

	tables, _, err := connectortest.Read(t.Context(), xmlfile.Open, "testdata/spaces.xml", connectors.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var messages []string
	for _, f := range tables[0].Findings {
		messages = append(messages, f.Rule+": "+f.Message)
	}
	if len(messages) != 3 || !strings.HasPrefix(messages[0], "xml.same_name: /report has elements called item in 2 namespaces (urn:example:ours, urn:example:theirs)") {
		t.Errorf("%q", messages)
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

// One pass over all tables gives what one pass a table gives, whatever the size of batches.
func TestAllBatches(t *testing.T) {
	for _, file := range []string{"catalog.xml", "ledger.xml", "spaces.xml", "latin1.xml"} {
		for _, size := range []int{1, 100, 0} {
			opt := connectors.Options{BatchBytes: size}
			_, want, err := connectortest.Read(t.Context(), xmlfile.Open, "testdata/"+file, opt)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string][]record.Row{}
			source := opened(t, "testdata/"+file, opt)
			for b, err := range source.(connectors.MultiTable).AllBatches(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				got[b.Table] = append(got[b.Table], b.Rows...)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s in batches of %d: in one pass\n%v\none by one\n%v", file, size, got, want)
			}
		}
	}
}

// Several readings of one source do not disturb each other.
func TestReadingsAtOnce(t *testing.T) {
	s := opened(t, "testdata/spaces.xml", connectors.Options{BatchBytes: 1})
	tables, err := s.Tables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var done sync.WaitGroup
	for range 20 {
		for _, table := range tables {
			done.Go(func() {
				rows := 0
				for b, err := range s.Batches(t.Context(), table.Name) {
					if err != nil {
						t.Error(err)
						return
					}
					rows += len(b.Rows)
				}
				if want := map[string]int{"a:item": 3, "b:item": 2}[table.Name]; rows != want {
					t.Errorf("%s: %d rows, want %d", table.Name, rows, want)
				}
			})
		}
	}
	done.Wait()
}

func opened(t testing.TB, path string, opt connectors.Options) connectors.Source {
	t.Helper()
	s, err := xmlfile.Open(t.Context(), path, opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// written puts a document into a file of its own.
func written(t testing.TB, doc string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "doc.xml")
	if err := os.WriteFile(path, []byte(doc), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestMixedContent(t *testing.T) {
	check(t, written(t, "<r><p>\n <b>x</b> one &amp; <![CDATA[ two]]>\n <i/>\n <!-- no -->three<?no?> </p>\r\n<p> \r\n</p><p><b> </b></p></r>"), connectors.Options{}, map[string]grid{
		"p": {{"text()", "b", "i"}, {" one &  two\n \n three ", "x", ""}, {"", "-", "-"}, {"", " ", "-"}},
	})
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
			readings = append(readings, out, allAtOnce(t, path, size, tables, err))
		}
		if readings[0] != readings[2] || readings[1] != readings[3] || readings[0] != readings[1] {
			t.Errorf("batches of one row give\n%s\nin one pass\n%s\nbatches of 1 MiB\n%s\nin one pass\n%s", readings[0], readings[1], readings[2], readings[3])
		}
	})
}

// allAtOnce reads all tables in one pass and prints them as FuzzRead prints those it read one by one.
func allAtOnce(t *testing.T, path string, size int, tables []connectors.Table, before error) string {
	out := fmt.Sprint(before)
	if before != nil {
		return out
	}
	rows := map[string][]record.Row{}
	for b, err := range opened(t, path, connectors.Options{BatchBytes: size}).(connectors.MultiTable).AllBatches(t.Context()) {
		if err != nil {
			return err.Error()
		}
		rows[b.Table] = append(rows[b.Table], b.Rows...)
	}
	for _, table := range tables {
		for _, r := range rows[table.Name] {
			out += fmt.Sprintf("%s %+v\n", table.Name, r)
		}
	}
	return out
}

func advice(err error) string {
	var a *record.Advice
	if errors.As(err, &a) {
		return a.Remedy
	}
	return ""
}
