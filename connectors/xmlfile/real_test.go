package xmlfile_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/connectortest"
	"github.com/odoo-migrate/odoo-migrate/connectors/xmlfile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// document is a file read whole.
type document struct {
	tables []connectors.Table
	rows   map[string][]record.Row
}

func read(t *testing.T, path string) document {
	t.Helper()
	tables, rows, err := connectortest.Read(t.Context(), xmlfile.Open, path, connectors.Options{})
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return document{tables, rows}
}

func (d document) names() string {
	var out []string
	for _, t := range d.tables {
		out = append(out, fmt.Sprintf("%s %d", t.Name, len(d.rows[t.Name])))
	}
	return strings.Join(out, ", ")
}

// column is all cells of one column.
func (d document) column(t *testing.T, table, column string) []string {
	t.Helper()
	for _, tb := range d.tables {
		if i := slices.Index(tb.Columns, column); tb.Name == table && i >= 0 {
			var out []string
			for _, r := range d.rows[table] {
				out = append(out, r.Cells[i])
			}
			return out
		}
	}
	t.Fatalf("no column %s of %s in %s", column, table, d.names())
	return nil
}

func (d document) cell(t *testing.T, table, column string) string {
	t.Helper()
	cells := d.column(t, table, column)
	if len(cells) != 1 {
		t.Fatalf("%s has %d rows, want 1", table, len(cells))
	}
	return cells[0]
}

func sum(t *testing.T, texts []string) record.Decimal {
	t.Helper()
	var total record.Decimal
	for _, s := range texts {
		if s == "" {
			continue
		}
		d, err := record.ParseDecimal(s)
		if err != nil {
			t.Fatal(err)
		}
		total = total.Add(d)
	}
	return total
}

// Everything that ends in .xml there is read, whatever it is.
func TestEveryRealFile(t *testing.T) {
	n := 0
	err := filepath.WalkDir(connectortest.DataDir(t, "."), func(path string, d os.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".xml" {
			return err
		}
		n++
		doc := read(t, path)
		for _, table := range doc.tables {
			if len(doc.rows[table.Name]) == 0 {
				t.Errorf("%s: %s has no rows", path, table.Name)
			}
		}
		t.Logf("%s: %s", filepath.Base(path), doc.names())
		return nil
	})
	if err != nil || n < 90 {
		t.Errorf("%d files, %v", n, err)
	}
}

func TestSAFT(t *testing.T) {
	dir := connectortest.DataDir(t, "saft_norway")
	doc := read(t, filepath.Join(dir, "ExampleFile SAF-T Financial_888888888_20180228235959.xml"))
	for table, want := range map[string]int{
		"Header": 1, "Account": 22, "Customer": 6, "Supplier": 6, "TaxTableEntry": 9, "TaxCodeDetails": 9, "Journal": 1, "Transaction": 53, "Line": 170,
		"GeneralLedgerEntries": 1, "Customer.Address": 12, "Supplier.Address": 12, "Analysis": 84, "TaxInformation": 34, "AnalysisTypeTableEntry": 8,
	} {
		if n := len(doc.rows[table]); n != want {
			t.Errorf("%s: %d rows, want %d", table, n, want)
		}
	}
	if doc.tables[0].Name != "Transaction" {
		t.Errorf("the main table is %s", doc.tables[0].Name)
	}
	// What the file declares are cells, and it is what the lines add up to.
	if n := doc.cell(t, "GeneralLedgerEntries", "NumberOfEntries"); n != "53" {
		t.Errorf("%s entries declared", n)
	}
	for declared, lines := range map[string]string{"TotalDebit": "DebitAmount/Amount", "TotalCredit": "CreditAmount/Amount"} {
		if want, got := doc.cell(t, "GeneralLedgerEntries", declared), sum(t, doc.column(t, "Line", lines)); got.String() != want || want != "9487049.35" {
			t.Errorf("%s: %s declared, the lines have %s", declared, want, got)
		}
	}
	// Lines join their transaction and journal by key, addresses their customer although its key stands behind them.
	known := map[string]bool{}
	for i, id := range doc.column(t, "Transaction", "TransactionID") {
		known[id] = true
		if j := doc.column(t, "Transaction", "_parent/JournalID")[i]; j != doc.cell(t, "Journal", "JournalID") {
			t.Errorf("transaction %s is of journal %s", id, j)
		}
	}
	for _, id := range doc.column(t, "Line", "_parent/TransactionID") {
		if !known[id] {
			t.Errorf("a line of transaction %q, which is not there", id)
		}
	}
	if got, want := slices.Compact(doc.column(t, "Customer.Address", "_parent/CustomerID")), doc.column(t, "Customer", "CustomerID"); !slices.Equal(got, want) {
		t.Errorf("addresses of customers %q, of %q", got, want)
	}
	small := read(t, filepath.Join(dir, "ExampleFile SAF-T Financial_999999999_20161125213512.xml"))
	if len(small.rows["Account"]) == 0 || len(small.rows["Header"]) != 1 || len(small.rows["Line"]) == 0 {
		t.Errorf("the minimal file: %s", small.names())
	}
}

func TestIDocs(t *testing.T) {
	dir := connectortest.DataDir(t, "sap_idoc")
	files, _ := filepath.Glob(filepath.Join(dir, "*.xml"))
	if len(files) != 6 {
		t.Fatalf("%d documents", len(files))
	}
	for _, f := range files {
		doc := read(t, f)
		segments := 0
		for _, table := range doc.tables {
			if table.Name != "IDOC" {
				segments += len(doc.rows[table.Name])
			}
		}
		if number := doc.cell(t, "IDOC", "EDI_DC40/DOCNUM"); number == "" || segments < 24 || doc.tables[0].Name != "IDOC" {
			t.Errorf("%s: document %q, %d segments: %s", f, number, segments, doc.names())
		}
	}
	doc := read(t, filepath.Join(dir, "INVOIC02_cb7779.xml"))
	want := "IDOC 1, E1EDK01 1, E1EDKA1 6, E1EDK02 5, E1EDK03 8, E1EDK04 1, E1EDK17 2, E1EDK18 2, E1EDK28 16, E1EDK14 6, E1EDP01 2, " +
		"E1EDP02 6, E1EDP03 14, E1EDP19 4, E1EDP26 14, E1EDPA1 2, E1EDP05 4, E1EDP04 2, E1EDS01 5"
	if doc.names() != want {
		t.Errorf("%s\nwant\n%s", doc.names(), want)
	}
	if roles := doc.column(t, "E1EDKA1", "PARVW"); !slices.Contains(roles, "RE") || len(roles) != 6 {
		t.Errorf("roles %q", roles)
	}
	positions := doc.column(t, "E1EDP01", "POSEX")
	if got := slices.Compact(doc.column(t, "E1EDP26", "_parent/POSEX")); !slices.Equal(got, positions) {
		t.Errorf("amounts of items %q, of %q", got, positions)
	}
}

func TestPurchaseOrders(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(connectortest.DataDir(t, "oracle_order_entry"), "*", "*.xml"))
	orders, lines := map[string]bool{}, 0
	for _, file := range files {
		doc := read(t, file)
		reference := doc.cell(t, "PurchaseOrder", "Reference")
		orders[reference] = true
		for _, r := range doc.column(t, "LineItem", "_parent/Reference") {
			lines++
			if r != reference {
				t.Errorf("%s: a line of order %q", file, r)
			}
		}
	}
	if len(orders) != 66 || lines != 1097 {
		t.Errorf("%d orders with %d lines, want 66 and 1097", len(orders), lines)
	}
}

func TestInvoices(t *testing.T) {
	dir := connectortest.DataDir(t, "xrechnung")
	ubl, _ := filepath.Glob(filepath.Join(dir, "*ubl.xml"))
	cii, _ := filepath.Glob(filepath.Join(dir, "*uncefact.xml"))
	if len(ubl) != 12 || len(cii) != 11 {
		t.Fatalf("%d UBL and %d CII", len(ubl), len(cii))
	}
	type invoice struct{ number, total, lines string }
	invoices := map[string]invoice{}
	for _, f := range ubl {
		doc := read(t, f)
		line, root := doc.tables[0].Name, doc.tables[1].Name
		total := sum(t, doc.column(t, line, "LineExtensionAmount"))
		if declared := sum(t, doc.column(t, root, "LegalMonetaryTotal/LineExtensionAmount")); declared.Cmp(total) != 0 {
			t.Errorf("%s: lines of %s, declared %s", f, total, declared)
		}
		if p := doc.column(t, line, "_parent/ID"); p[0] != doc.cell(t, root, "ID") {
			t.Errorf("%s: lines of %q", f, p)
		}
		invoices[strings.TrimSuffix(filepath.Base(f), "_ubl.xml")] = invoice{doc.cell(t, root, "ID"), total.String(), fmt.Sprint(len(doc.rows[line]))}
	}
	const settled = "SpecifiedLineTradeSettlement/SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount"
	for _, f := range cii {
		doc := read(t, f)
		line := doc.tables[0].Name
		same := invoices[strings.TrimSuffix(filepath.Base(f), "_uncefact.xml")]
		got := invoice{doc.cell(t, "CrossIndustryInvoice", "ExchangedDocument/ID"), sum(t, doc.column(t, line, settled)).String(), fmt.Sprint(len(doc.rows[line]))}
		if got != same || line != "IncludedSupplyChainTradeLineItem" {
			t.Errorf("%s: %+v, its twin in UBL has %+v", f, got, same)
		}
	}
	big := read(t, filepath.Join(dir, "01.01_comprehensive_test_ubl.xml"))
	attached := big.column(t, "AdditionalDocumentReference", "Attachment/EmbeddedDocumentBinaryObject")
	if len(attached[0]) < 100_000 || !strings.HasPrefix(attached[0], "JVBERi") {
		t.Errorf("an attachment of %d characters", len(attached[0]))
	}
}

func TestBankStatement(t *testing.T) {
	doc := read(t, filepath.Join(connectortest.DataDir(t, "bank_statements"), "test-camt053.xml"))
	if doc.names() != "Ntry 3, GrpHdr 1, Stmt 1, Bal 2, TxDtls 4" {
		t.Error(doc.names())
	}
	if got := doc.column(t, "Ntry", "Amt"); !slices.Equal(got, []string{"754.25", "664.05", "1405.31"}) {
		t.Errorf("entries of %q", got)
	}
	if got := doc.column(t, "Bal", "Tp/CdOrPrtry/Cd"); !slices.Equal(got, []string{"OPBD", "CLBD"}) {
		t.Errorf("balances %q", got)
	}
	if got := slices.Compact(doc.column(t, "Ntry", "_parent/Id")); !slices.Equal(got, []string{"1234Test/1"}) {
		t.Errorf("entries of statements %q", got)
	}
	// The second entry is a batch of two payments.
	details := doc.column(t, "TxDtls", "AmtDtls/TxAmt/Amt")
	if parents := doc.column(t, "TxDtls", "_parent_row"); !slices.Equal(parents, []string{"1", "2", "2", "3"}) || sum(t, details[1:3]).String() != "664.05" {
		t.Errorf("details %q of rows %q", details, parents)
	}
}
