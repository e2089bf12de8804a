package books_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/csvfile"
	"github.com/odoo-migrate/odoo-migrate/connectors/xlsxfile"
	"github.com/odoo-migrate/odoo-migrate/connectors/xmlfile"
	"github.com/odoo-migrate/odoo-migrate/pipeline/books"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
)

// realFolder is a folder of ../shared/data, which lies beside the project where it exists.
func realFolder(t *testing.T, folder string) string {
	t.Helper()
	dir := filepath.Join("../../../shared/data", folder)
	if _, err := os.Stat(dir); err != nil {
		t.Skip("needs the folder ../shared/data beside the project, with " + folder)
	}
	return dir
}

// pinned are the options of one file, by its name.
type pinned map[string]connectors.Options

// audit profiles the files that match the patterns and checks their sums.
func audit(t *testing.T, dir string, pins pinned, patterns ...string) (*profile.Report, *books.Result) {
	t.Helper()
	reg := connectors.NewRegistry()
	reg.Register(csvfile.Open, ".csv", ".txt")
	reg.Register(xmlfile.Open, ".xml")
	reg.Register(xlsxfile.Open, ".xlsx")
	var in []profile.Input
	for _, p := range patterns {
		paths, err := filepath.Glob(filepath.Join(dir, p))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			s, err := reg.Open(t.Context(), path, pins[filepath.Base(path)])
			if err != nil {
				t.Logf("%s: %v", path, err)
				continue
			}
			t.Cleanup(func() { _ = s.Close() })
			in = append(in, profile.Input{Name: strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)), Source: s})
		}
	}
	r, err := profile.Run(t.Context(), in, profile.Options{Now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	got, err := books.Run(t.Context(), r, in, books.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r, got
}

// adventure names the columns of Adventure Works, whose files have no header.
var adventure = pinned{
	"PurchaseOrderHeader.csv": {NoHeader: true, Columns: strings.Split("PurchaseOrderID RevisionNumber Status EmployeeID VendorID ShipMethodID OrderDate ShipDate SubTotal TaxAmt Freight TotalDue ModifiedDate", " ")},
	"PurchaseOrderDetail.csv": {NoHeader: true, Columns: strings.Split("PurchaseOrderID PurchaseOrderDetailID DueDate OrderQty ProductID UnitPrice LineTotal ReceivedQty RejectedQty StockedQty ModifiedDate", " ")},
}

func bookOf(t *testing.T, r *books.Result, table string) books.Book {
	t.Helper()
	for _, b := range r.Books {
		if b.Table == table {
			return b
		}
	}
	t.Fatalf("%s is no book among %d", table, len(r.Books))
	return books.Book{}
}

func TestRealAuditFilesOfFrance(t *testing.T) {
	_, r := audit(t, realFolder(t, "fr_accounting"), nil, "*.txt", "*.csv")
	if len(r.Books) != 2 {
		t.Errorf("%d books, want the two audit files and no chart of accounts or sales list", len(r.Books))
	}
	istea := bookOf(t, r, "istea_123456789FEC20201231")
	if istea.Rows != 1982 || istea.Used != 1982 || istea.Debit != "241578.42" || istea.Credit != "241578.42" || istea.Entries != 694 || istea.Unbalanced != 0 || len(istea.PerJournal) != 8 || len(istea.PerPeriod) != 12 {
		t.Errorf("%+v", istea)
	}
	coala := bookOf(t, r, "sage_coala_2020")
	if coala.Rows != 47 || coala.Debit != "28094.49" || coala.Credit != "28094.49" || coala.Entries != 20 || coala.Unbalanced != 0 {
		t.Errorf("%+v", coala)
	}
	noFindings(t, r)
}

func TestRealPurchaseOrders(t *testing.T) {
	_, r := audit(t, realFolder(t, "adventureworks_oltp"), adventure, "Purchase*.csv", "Vendor.csv", "Product*.csv")
	if len(r.Totals) != 1 {
		t.Fatalf("%d totals: %+v", len(r.Totals), r.Totals)
	}
	got := r.Totals[0]
	if got.Header.String() != "PurchaseOrderHeader.SubTotal" || got.Formula != "LineTotal" || got.Compared != 4012 || got.Equal != 4012 || got.HeaderSum != "63791994.838" || got.LineSum != "63791994.838" {
		t.Errorf("%+v", got)
	}
	if c := got.LineCheck; c == nil || c.Formula != "OrderQty * UnitPrice" || c.Rows != 8845 || c.Equal != 8845 {
		t.Errorf("line check %+v", c)
	}
	noFindings(t, r)
}

func TestRealSalesOrders(t *testing.T) {
	_, r := audit(t, realFolder(t, "sap_bikes_sales"), nil, "*.csv")
	sums := map[string]string{"GROSSAMOUNT": "20433877", "NETAMOUNT": "17879642.375", "TAXAMOUNT": "2554234.625"}
	for _, got := range r.Totals {
		if got.Header.Table != "SalesOrders" || got.Formula != "QUANTITY * "+got.Header.Column || got.Equal != 334 || got.Compared != 334 || got.HeaderSum != sums[got.Header.Column] || got.LineSum != got.HeaderSum {
			t.Errorf("%+v", got)
		}
		delete(sums, got.Header.Column)
	}
	if len(sums) > 0 || len(r.Books) > 0 {
		t.Errorf("not found %v; books %+v", sums, r.Books)
	}
	noFindings(t, r)
}

func TestRealPostings(t *testing.T) {
	_, r := audit(t, realFolder(t, "datev_extf"), nil, "*.csv")
	b := bookOf(t, r, "EXTF_Buchungsstapel")
	if b.Kind != books.AmountBetweenBooked || b.Debit != "5974.95" || b.Credit != "5974.95" || len(r.Books) != 1 || len(b.NotComputed) == 0 {
		t.Errorf("%+v", b)
	}
}

// TestRealDataWithoutBooks wants nothing invented in files that hold no accounts and no totals.
func TestRealDataWithoutBooks(t *testing.T) {
	for _, folder := range []string{"northwind", "oracle_sales_history", "sap_content_fi", "shopify_products", "woocommerce", "prestashop_import", "magento", "odoo_csv_import", "csv_messytables",
		"csv_frictionless", "csv_spectrum", "csv_rfc4180_small", "dedup_chicago", "dedup_febrl", "xlsx_dirty_janitor", "xlsx_readxl", "xlsx_excelize", "xlsx_calamine"} {
		t.Run(folder, func(t *testing.T) {
			_, r := audit(t, realFolder(t, folder), nil, "*.csv", "*.xlsx")
			for _, b := range r.Books {
				t.Errorf("%s is no book: %+v", b.Table, b)
			}
			for _, x := range r.Totals {
				t.Errorf("%s is no total: %+v", x.Header, x)
			}
			for _, d := range r.Declared {
				t.Errorf("%s declares nothing: %+v", d.Table, d)
			}
			noFindings(t, r)
		})
	}
}

func TestRealBankStatements(t *testing.T) {
	_, r := audit(t, realFolder(t, "bank_statements"), nil, "*.csv", "*.xlsx")
	if len(r.Books) != 0 {
		t.Errorf("a bank statement is one account's side only: %+v", r.Books)
	}
	found := 0
	for _, d := range r.Declared {
		if d.What == books.ControlRunning && d.Compared == 1 && d.Equal == 1 && (d.Table == "balance" || d.Table == "debit_credit") {
			found++
		}
	}
	if found != 2 {
		t.Errorf("running balances: %+v", r.Declared)
	}
	// This bank's balances stand above and below the table, and are two cents off.
	d := control(t, r, "meta_data_separated_credit_debit", books.ControlClosing)
	if d.Declared != "31070.11" || d.Computed != "31070.09" || d.Difference != "0.02" || d.Line != 4 || finding(t, r, "declared.closing_balance").Line != 4 {
		t.Errorf("%+v", d)
	}
}

// control is what a file declares of one thing in one table.
func control(t *testing.T, r *books.Result, table, what string) books.Declared {
	t.Helper()
	for _, d := range r.Declared {
		if d.Table == table && d.What == what {
			return d
		}
	}
	t.Fatalf("%s declares no %s among %+v", table, what, r.Declared)
	return books.Declared{}
}

func TestRealAuditFileOfNorway(t *testing.T) {
	_, r := audit(t, realFolder(t, "saft_norway"), nil, "*Financial_888888888*.xml")
	const file = "ExampleFile SAF-T Financial_888888888_20180228235959"
	lines := bookOf(t, r, file+"_line")
	if lines.Role != books.Journal || lines.Rows != 170 || lines.Entries != 53 || lines.Unbalanced != 0 || lines.Debit != "9487049.35" || lines.Credit != "9487049.35" || len(lines.PerPeriod) != 4 {
		t.Errorf("%+v", lines)
	}
	if !slices.Equal(lines.EntryColumns, []string{"_parent/TransactionID"}) || len(lines.PerJournal) != 1 || lines.PerJournal[0].Key != "123ABC" {
		t.Errorf("entries by %v, journals %+v", lines.EntryColumns, lines.PerJournal)
	}
	for what, want := range map[string]string{books.ControlEntries: "53", books.ControlDebit: "9487049.35", books.ControlCredit: "9487049.35"} {
		if d := control(t, r, file+"_generalledgerentries", what); d.Declared != want || d.Computed != want || d.Equal != 1 {
			t.Errorf("%+v", d)
		}
	}
	if d := control(t, r, file+"_account", books.ControlClosing); d.Compared != 22 || d.Equal != 19 || d.Key != "1920" {
		t.Errorf("%+v", d)
	}
	opening := bookOf(t, r, file+"_account")
	if opening.Role != books.TrialBalance || opening.Balance != "2545410" || !strings.HasPrefix(finding(t, r, "book.trial_balance").Message, "the opening balances of the accounts do not add up to zero") {
		t.Errorf("%+v", opening)
	}
	if len(r.Books) != 3 || len(r.Totals) != 0 {
		t.Errorf("%d books, %d totals: customers and suppliers are no trial balance, and an analysis is no document", len(r.Books), len(r.Totals))
	}
}

func TestRealStatementInXML(t *testing.T) {
	_, r := audit(t, realFolder(t, "bank_statements"), nil, "*.xml")
	if d := control(t, r, "test-camt053_bal", books.ControlClosing); d.Declared != "15121.12" || d.Computed != "15555.28" || d.Equal != 0 {
		t.Errorf("%+v", d)
	}
	finding(t, r, "declared.closing_balance")
}

// TestRealInvoices compares the sum that an electronic invoice states with its lines.
func TestRealInvoices(t *testing.T) {
	_, r := audit(t, realFolder(t, "xrechnung"), nil, "*.xml", "*/*.xml", "*/*/*.xml")
	invoices := 0
	for _, x := range r.Totals {
		if !strings.HasSuffix(x.Header.Column, "LineExtensionAmount") && !strings.HasSuffix(x.Header.Column, "LineTotalAmount") &&
			!(strings.HasSuffix(x.Header.Column, "TaxTotal/TaxAmount") && strings.HasSuffix(x.Lines, "_taxsubtotal")) {
			t.Errorf("%s is no sum of lines: %s", x.Header, x.Formula)
		}
		if x.Equal != x.Compared || x.Difference != "0" {
			t.Errorf("%+v", x)
		}
		invoices++
	}
	if invoices < 8 || len(r.Books) > 0 {
		t.Errorf("%d invoices, %d books", invoices, len(r.Books))
	}
}
