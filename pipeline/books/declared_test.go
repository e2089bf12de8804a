package books_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline/books"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// auditFile is a small audit file: two journals with three transactions, and the balances of three accounts.
func auditFile(entries, debit string) document {
	return document{
		elements("/AuditFile/MasterFiles/Account", `
AccountID|OpeningDebitBalance|OpeningCreditBalance|ClosingDebitBalance|ClosingCreditBalance
1500|100.00||180.00|
1920|50.00||20.00|
3000||150.00||200.00`),
		elements("/AuditFile/GeneralLedgerEntries", "NumberOfEntries|TotalDebit|TotalCredit\n"+entries+"|"+debit+"|110.00"),
		elements("/AuditFile/GeneralLedgerEntries/Journal", "_parent_row|JournalID|Description\n1|GL|General\n1|BK|Bank"),
		elements("/AuditFile/GeneralLedgerEntries/Journal/Transaction", `
_parent_row|_parent/JournalID|TransactionID|Period|PeriodYear
1|GL|T1|1|2024
1|GL|T2|1|2024
2|BK|T1|2|2024`),
		elements("/AuditFile/GeneralLedgerEntries/Journal/Transaction/Line", `
_parent_row|_parent/TransactionID|_parent/_parent/JournalID|RecordID|AccountID|DebitAmount/Amount|CreditAmount/Amount
1|T1|GL|1|1500|40.00|
1|T1|GL|2|3000||40.00
2|T2|GL|1|1500|40.00|
2|T2|GL|2|1920||40.00
3|T1|BK|1|1920|10.00|
3|T1|BK|2|3000||10.00
3|T1|BK|3|3000|10.00|
3|T1|BK|4|3000||10.00
3|T1|BK|5|3000|10.00|
3|T1|BK|6|3000||10.00`),
	}
}

func runDocument(t *testing.T, d document) *books.Result {
	t.Helper()
	return runInputs(t, books.Options{}, []profile.Input{{Name: "saft", Source: d}})
}

func TestControlTotalsOfAnAuditFile(t *testing.T) {
	r := runDocument(t, auditFile("3", "110.00"))
	i := slices.IndexFunc(r.Books, func(b books.Book) bool { return b.Role == books.Journal })
	if i < 0 || len(r.Books) != 3 {
		t.Fatalf("%d books, want a journal, opening and closing balances: %+v", len(r.Books), r.Books)
	}
	b := r.Books[i]
	if b.Entries != 3 || b.Unbalanced != 0 || b.Debit != "110" || b.Credit != "110" || b.Rows != 10 {
		t.Errorf("%+v", b)
	}
	if len(b.PerJournal) != 2 || b.PerJournal[0].Key != "BK" || b.PerJournal[0].Entries != 1 || b.PerJournal[1].Debit != "80" {
		t.Errorf("per journal %+v", b.PerJournal)
	}
	if len(b.PerPeriod) != 2 || b.PerPeriod[0].Key != "2024-01" || b.PerPeriod[1].Key != "2024-02" || b.PerPeriod[1].Rows != 6 {
		t.Errorf("per period %+v", b.PerPeriod)
	}
	if len(b.EntryColumns) != 1 || !strings.HasSuffix(b.EntryColumns[0], "TransactionID") {
		t.Errorf("entry columns %v", b.EntryColumns)
	}
	want := map[string]string{books.ControlEntries: "3", books.ControlDebit: "110", books.ControlCredit: "110"}
	for _, d := range r.Declared {
		if is, ok := want[d.What]; ok {
			if d.Declared != is || d.Computed != is || d.Equal != 1 || d.Compared != 1 || d.Difference != "0" || d.Row != 1 {
				t.Errorf("%+v", d)
			}
			delete(want, d.What)
		}
	}
	if len(want) > 0 {
		t.Errorf("not compared: %v", want)
	}
	noFindings(t, r)
	last := r.Declared[len(r.Declared)-1]
	if last.What != books.ControlClosing || last.Compared != 3 || last.Equal != 3 {
		t.Errorf("%+v", last)
	}
}

func TestClosingBalancesThatDoNotFollow(t *testing.T) {
	d := auditFile("3", "110.00")
	d[0].rows[1].Cells[3], d[0].rows[0].Cells[3] = "25.00", "175.00"
	r := runDocument(t, d)
	f := finding(t, r, "declared.closing_balance")
	if f.Rows != 2 || f.Raw != "1500" || f.Row != 1 || f.Message != "the closing balance of 2 of 3 accounts is not opening balance + lines; the largest difference is in account 1500: 175 declared, 180 computed" {
		t.Errorf("%+v", f)
	}
}

func TestControlTotalsThatDoNotHold(t *testing.T) {
	r := runDocument(t, auditFile("4", "111.00"))
	var messages []string
	for _, f := range r.Findings {
		if f.Rule == "declared.different" {
			messages = append(messages, f.Message)
			if f.Severity != "error" || f.Row != 1 || f.Hint == "" || f.File != "document.xml" {
				t.Errorf("%+v", f)
			}
		}
	}
	want := []string{
		"the file declares a number of entries of 4 in NumberOfEntries, its lines give 3 (number of entries)",
		"the file declares a total debit of 111 in TotalDebit, its lines give 110 (sum of the debits of the lines)",
	}
	if !slices.Equal(messages, want) {
		t.Errorf("%q", messages)
	}
}

// TestEntryInXMLIsNamedByItsNumber wants an unbalanced entry named as people know it.
func TestEntryInXMLIsNamedByItsNumber(t *testing.T) {
	d := auditFile("3", "110.00")
	lines := d[len(d)-1]
	lines.rows[2].Cells[5] = "39.00"
	r := runDocument(t, d)
	f := finding(t, r, "book.entry_unbalanced")
	if f.Raw != "T2" || !strings.Contains(f.Message, "in T2: debit 39, credit 40, difference -1") {
		t.Errorf("%+v", f)
	}
	var unread string
	for _, f := range r.Findings {
		if f.Rule == "declared.different" {
			unread = f.Message
		}
	}
	if !strings.Contains(unread, "110") || !strings.Contains(unread, "109") {
		t.Errorf("%q", unread)
	}
}

func TestClosingBalanceOfABankStatement(t *testing.T) {
	statement := func(closing string) document {
		return document{
			elements("/Document/BkToCstmrStmt/Stmt", "Id|CreDtTm\nS1|2024-01-05T00:00:00\nS2|2024-01-06T00:00:00"),
			elements("/Document/BkToCstmrStmt/Stmt/Bal", `
_parent_row|_parent/Id|Tp/CdOrPrtry/Cd|Amt|CdtDbtInd
1|S1|OPBD|100.00|CRDT
1|S1|CLBD|30.50|DBIT
2|S2|PRCD|30.50|DBIT
2|S2|CLBD|`+closing+`|CRDT`),
			elements("/Document/BkToCstmrStmt/Stmt/Ntry", `
_parent_row|_parent/Id|Amt|CdtDbtInd|Sts
1|S1|120.50|DBIT|BOOK
1|S1|10.00|DBIT|BOOK
1|S1|99.00|CRDT|PDNG
2|S2|50.00|CRDT|BOOK`),
		}
	}
	r := runDocument(t, statement("19.50"))
	if len(r.Books) != 0 || len(r.Declared) != 2 || r.Declared[0].Computed != "-30.5" || r.Declared[0].Equal != 1 || r.Declared[1].Computed != "19.5" || r.Declared[1].Equal != 1 {
		t.Errorf("%+v", r)
	}
	noFindings(t, r)
	r = runDocument(t, statement("20.00"))
	if f := finding(t, r, "declared.closing_balance"); f.Message != "the statement closes with 20, but opening balance -30.5 and the booked entries (1) give 19.5" || f.Row != 4 {
		t.Errorf("%+v", f)
	}
}

// TestDebitsAndCreditsInTablesOfTheirOwn reads entries whose debits and credits are different elements.
func TestDebitsAndCreditsInTablesOfTheirOwn(t *testing.T) {
	const path = "/AuditFile/GeneralLedgerEntries/Journal/Transaction"
	d := document{
		elements("/AuditFile/GeneralLedgerEntries", "NumberOfEntries|TotalDebit|TotalCredit\n2|30.00|30.00"),
		elements("/AuditFile/GeneralLedgerEntries/Journal", "_parent_row|JournalID\n1|1"),
		elements(path, "_parent_row|TransactionID|Period\n1|2024-01-01 1 1|1\n1|2024-01-02 1 2|1"),
		elements(path+"/Lines/DebitLine", "_parent_row|RecordID|AccountID|DebitAmount\n1|1|11|10.00\n2|1|12|15.00\n2|2|12|5.00"),
		elements(path+"/Lines/CreditLine", "_parent_row|RecordID|AccountID|CreditAmount\n1|2|21|10.00\n2|3|21|15.00\n2|4|21|5.00"),
	}
	r := runDocument(t, d)
	if len(r.Books) != 1 || len(r.Declared) != 3 {
		t.Fatalf("%+v", r)
	}
	b := r.Books[0]
	if b.Entries != 2 || b.Unbalanced != 0 || b.Debit != "30" || b.Credit != "30" || b.Rows != 6 || !strings.HasSuffix(b.CreditTable, "creditline") || b.PerJournal[0].Entries != 2 || b.PerPeriod[0].Rows != 6 {
		t.Errorf("%+v", b)
	}
	for _, x := range r.Declared {
		if x.Equal != 1 {
			t.Errorf("%+v", x)
		}
	}
	noFindings(t, r)
	d[4].rows[0].Cells[3] = "9,99x"
	r = runDocument(t, d)
	if f := finding(t, r, "book.unreadable_amount"); f.Column != "CreditAmount" || !strings.HasSuffix(f.Table, "creditline") || r.Books[0].Unproven != 1 {
		t.Errorf("%+v", f)
	}
}

// TestBalancesAroundATable reads what a bank writes above and below its table.
func TestBalancesAroundATable(t *testing.T) {
	statement := func(closing string) *fake {
		f := tableOf("statement", `
Date|Label|Debit|Credit
01/04/20|a|-50,00|
01/04/20|b|-100,00|
14/04/20|c||1300,00`)
		f.table.Findings = []record.Finding{
			{Rule: "csv.lines_above_header", Line: 2, Raw: "Account Number : 08088804068 EUR"},
			{Rule: "csv.lines_above_header", Line: 4, Raw: "Solde à la fin de la période " + closing},
			{Rule: "csv.lines_below_table", Line: 9, Raw: "Solde au début de la période au 01/04/2020 : +30 000,77 EUR"},
		}
		return f
	}
	r := run(t, books.Options{}, statement("+31150,77"))
	if len(r.Declared) != 1 || r.Declared[0].What != books.ControlClosing || r.Declared[0].Equal != 1 || r.Declared[0].Computed != "31150.77" || r.Declared[0].Line != 4 {
		t.Errorf("%+v", r.Declared)
	}
	noFindings(t, r)
	r = run(t, books.Options{}, statement("31.150,79"))
	f := finding(t, r, "declared.closing_balance")
	if f.Line != 4 || f.Message != "the statement closes with 31,150.79, but opening balance 30,000.77 in line 9 and the lines of the table (3) give 31,150.77" {
		t.Errorf("%+v", f)
	}
	if r := run(t, books.Options{}, statement("unknown")); len(r.Declared) != 0 {
		t.Errorf("a balance that is not stated was compared: %+v", r.Declared)
	}
}

// A year of daily statements in one file: every one of them is compared, the wrong one near the end as well.
func TestManyBankStatements(t *testing.T) {
	const days = 366
	var doc strings.Builder
	doc.WriteString(`<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>`)
	for day := range days {
		closing := day + 1
		if day == 350 {
			closing += 5
		}
		bal := func(code string, amount int) {
			fmt.Fprintf(&doc, `<Bal><Tp><CdOrPrtry><Cd>%s</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">%d.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>`, code, amount)
		}
		fmt.Fprintf(&doc, `<Stmt><Id>S%d</Id>`, day)
		bal("OPBD", day)
		bal("CLBD", closing)
		doc.WriteString(`<Ntry><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts></Ntry></Stmt>`)
	}
	doc.WriteString(`</BkToCstmrStmt></Document>`)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "year.xml"), []byte(doc.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	_, r := audit(t, dir, nil, "year.xml")
	equal := 0
	for _, d := range r.Declared {
		equal += int(d.Equal)
	}
	if len(r.Declared) != days || equal != days-1 || len(r.Findings) != 1 || r.Findings[0].Rule != "declared.closing_balance" {
		t.Errorf("%d statements, %d equal, findings %+v", len(r.Declared), equal, r.Findings)
	}
}
