package books_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline/books"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
)

func TestJournalBalancesPerEntryJournalAndPeriod(t *testing.T) {
	b, r := oneBook(t, tableOf("fec", `
JournalCode|EcritureNum|EcritureDate|CompteNum|EcritureLib|Debit|Credit
VT|1|20240115|411000|Facture 1|120,00|0
VT|1|20240115|706000|Facture 1|0|100,00
VT|1|20240115|445710|Facture 1|0|20,00
VT|2|20240131|411000|Facture 2|1.240,50|0
VT|2|20240131|706000|Facture 2|0|1.240,00
BQ|3|20240203|512000|Paiement|120,00|0
BQ|3|20240203|411000|Paiement|0|120,00
BQ|4|20240210|512000|Frais|0|7,25
BQ|4|20240210|627000|Frais|7,25|0`))
	if b.Role != books.Journal || b.Kind != books.DebitCreditColumns || !slices.Equal(b.EntryColumns, []string{"EcritureNum"}) {
		t.Errorf("%s %s by %v", b.Role, b.Kind, b.EntryColumns)
	}
	if b.JournalColumn != "JournalCode" || b.DateColumn != "EcritureDate" || b.AccountColumn != "CompteNum" {
		t.Errorf("journal %q, date %q, account %q", b.JournalColumn, b.DateColumn, b.AccountColumn)
	}
	if b.Debit != "1487.75" || b.Credit != "1487.25" || b.Balance != "0.5" {
		t.Errorf("debit %s, credit %s, balance %s", b.Debit, b.Credit, b.Balance)
	}
	if b.Rows != 9 || b.Used != 9 || b.Entries != 4 || b.Unbalanced != 1 {
		t.Errorf("%d rows, %d used, %d entries, %d unbalanced", b.Rows, b.Used, b.Entries, b.Unbalanced)
	}
	want := []books.Entry{{Key: "2", Debit: "1240.5", Credit: "1240", Difference: "0.5", Lines: 2, Row: 4, Line: 5}}
	if !reflect.DeepEqual(b.Worst, want) {
		t.Errorf("worst %+v", b.Worst)
	}
	if want := []books.Group{{"BQ", 4, "127.25", "127.25", "0", 2, 0}, {"VT", 5, "1360.5", "1360", "0.5", 2, 1}}; !reflect.DeepEqual(b.PerJournal, want) {
		t.Errorf("per journal %+v", b.PerJournal)
	}
	if want := []books.Group{{"2024-01", 5, "1360.5", "1360", "0.5", 2, 1}, {"2024-02", 4, "127.25", "127.25", "0", 2, 0}}; !reflect.DeepEqual(b.PerPeriod, want) {
		t.Errorf("per period %+v", b.PerPeriod)
	}
	f := finding(t, r, "book.entry_unbalanced")
	if f.Severity != "error" || f.Rows != 1 || f.Row != 4 || f.Line != 5 || f.File != "fec.csv" || f.Raw != "2" || f.Hint == "" ||
		f.Message != "1 of 4 entries does not balance; the largest difference is in 2: debit 1,240.5, credit 1,240, difference 0.5" {
		t.Errorf("%+v", f)
	}
}

// journals of several languages and kinds, each balanced.
var journals = map[string]struct {
	text, kind, role string
	entry            []string
	entries          int64
	debit            string
}{
	"German": {`
Buchungsnummer|Belegdatum|Konto|Soll|Haben
1|15.01.2024|1200|119,00|
1|15.01.2024|8400||100,00
1|15.01.2024|1776||19,00
2|16.01.2024|4930|50,00|
2|16.01.2024|1200||50,00`, books.DebitCreditColumns, books.Journal, []string{"Buchungsnummer"}, 2, "169"},
	"Swedish": {`
Vernr|Datum|Konto|Debet|Kredit
A1|2024-01-02|1930|500.00|0.00
A1|2024-01-02|3001|0.00|500.00
A2|2024-01-03|5010|80.00|0.00
A2|2024-01-03|1930|0.00|80.00`, books.DebitCreditColumns, books.Journal, []string{"Vernr"}, 2, "580"},
	"Italian": {`
Num. registrazione|Data|Conto|Dare|Avere
1|02/01/2024|10|10,50|
1|02/01/2024|20||10,50
2|13/01/2024|10|3,00|
2|13/01/2024|20||3,00`, books.DebitCreditColumns, books.Journal, []string{"Num. registrazione"}, 2, "13.5"},
	"Spanish": {`
Asiento|Fecha|Cuenta|Importe Debe|Importe Haber
1|02/01/2024|5700|10,50|
1|02/01/2024|4300||10,50
2|13/01/2024|5700|3,00|
2|13/01/2024|4300||3,00`, books.DebitCreditColumns, books.Journal, []string{"Asiento"}, 2, "13.5"},
	"SAP: marker, document number once a year and company": {`
BUKRS|BELNR|GJAHR|BUZEI|HKONT|SHKZG|DMBTR|WRBTR
1000|100|2023|1|400000|S|10.00|11.00
1000|100|2023|2|160000|H|10.00|11.00
1000|100|2024|1|400000|S|25.00|27.00
1000|100|2024|2|160000|H|25.00|27.00
2000|100|2024|1|400000|S|5.00|5.40
2000|100|2024|2|160000|H|5.00|5.40
2000|101|2024|1|400000|S|1.00|1.40
2000|101|2024|2|160000|H|1.00|1.40`, books.AmountWithSide, books.Journal, []string{"BUKRS", "BELNR", "GJAHR"}, 4, "41"},
	"signed, minus behind": {`
Entry No|Account No|Posting Date|Amount
1|1000|2024-01-01|100.00
1|2000|2024-01-01|100.00-
2|1000|2024-01-02|40.00
2|2000|2024-01-02|30.00-
2|3000|2024-01-02|10.00-
3|1000|2024-01-03|7.00
3|2000|2024-01-03|7.00-`, books.SignedAmount, books.Journal, []string{"Entry No"}, 3, "147"},
	"numbers begin anew in each journal": {`
Journal|Piece|Date|Compte|Débit|Crédit
AC|1|2024-01-05|607|10.00|
AC|1|2024-01-05|401||10.00
VE|1|2024-01-06|411|20.00|
VE|1|2024-01-06|701||20.00
VE|2|2024-01-07|411|30.00|
VE|2|2024-01-07|701||30.00`, books.DebitCreditColumns, books.Journal, []string{"Journal", "Piece"}, 3, "60"},
	"French, amount with side": {`
Code journal|Num. écriture|Date|Compte|Montant|Sens
AC|7|2024-01-05|607000|10,00|D
AC|7|2024-01-05|401000|10,00|C
AC|8|2024-01-06|606000|2,50|D
AC|8|2024-01-06|401000|2,50|C
AC|9|2024-01-07|606000|1,00|D
AC|9|2024-01-07|401000|1,00|C`, books.AmountWithSide, books.Journal, []string{"Num. écriture"}, 3, "13.5"},
	"account and contra account": {`
Umsatz (ohne Soll/Haben-Kz)|Soll/Haben-Kennzeichen|Konto|Gegenkonto (ohne BU-Schlüssel)|Belegfeld 1
24,95|H|1200|4940|A1
5950,00|S|10000|8400|A2
11,90|S|10001|8400|A3`, books.AmountBetweenBooked, books.Journal, []string{}, 0, "5986.85"},
	"trial balance": {`
Account|Name|Debit|Credit
1000|Bank|150.25|
2000|Capital||100.00
3000|Sales||70.25
4000|Rent|20.00|`, books.DebitCreditColumns, books.TrialBalance, []string{}, 0, "170.25"},
}

func TestJournalsOfManyKinds(t *testing.T) {
	for name, c := range journals {
		t.Run(name, func(t *testing.T) {
			b, r := oneBook(t, tableOf("posted", c.text))
			if b.Kind != c.kind || b.Role != c.role || !slices.Equal(b.EntryColumns, c.entry) {
				t.Errorf("%s %s by %v, want %s %s by %v", b.Role, b.Kind, b.EntryColumns, c.role, c.kind, c.entry)
			}
			if b.Debit != c.debit || b.Credit != c.debit || b.Entries != c.entries || b.Unbalanced != 0 {
				t.Errorf("debit %s, credit %s, %d entries, %d unbalanced", b.Debit, b.Credit, b.Entries, b.Unbalanced)
			}
			noFindings(t, r)
		})
	}
}

func TestWhatIsNoBook(t *testing.T) {
	for name, text := range map[string]string{
		"credit limits": `
customer|credit_limit|credit_rating|debit_card|price
1|5000.00|3|12|9.50
2|7000.00|2|13|8.50
3|100.00|1|14|3.20`,
		"customers with balances": `
CustomerID|Name|AccountID|OpeningDebitBalance|OpeningCreditBalance
1000|A|1500|32000|
1001|B|1500|12000|
1002|C|1500||500`,
		"stock movements of both signs": `
Document|Product|Quantity|Amount
1|A|5|50.00
1|B|-5|-50.00
2|A|3|30.00
2|B|-3|-30.00
3|A|1|10.00
3|B|-1|-10.00`,
		"a letter that is no side": `
Entry|Account|Class|Amount
1|10|D|5.00
2|11|C|6.00
3|12|D|7.00`,
		"one side only": `
id|debit|date
1|5.00|2024-01-01
2|6.00|2024-01-02`,
	} {
		t.Run(name, func(t *testing.T) {
			if r := run(t, books.Options{}, tableOf("customers", text)); len(r.Books)+len(r.Findings) > 0 {
				t.Errorf("%+v, %+v", r.Books, r.Findings)
			}
		})
	}
}

func TestTrialBalanceThatDoesNotAddUp(t *testing.T) {
	b, r := oneBook(t, tableOf("accounts", `
AccountID|AccountDescription|OpeningDebitBalance|OpeningCreditBalance
1000|Bank|150.25|
2000|Capital||100.00
3000|Sales||20.00`))
	f := finding(t, r, "book.trial_balance")
	if b.Balance != "30.25" || f.Severity != "error" || f.Message != "the opening balances of the accounts do not add up to zero: debit 150.25, credit 120, difference 30.25" {
		t.Errorf("%s: %+v", b.Balance, f)
	}
}

// TestTotalRowsAreCompared wants a total at the end in no sum, but compared with it.
func TestTotalRowsAreCompared(t *testing.T) {
	const balances = "Account|Name|Debit|Credit\n1000|Bank|150.25|\n2000|Capital||100.00\n3000|Sales||70.25\n4000|Rent|20.00|\nAccount|Name|Debit|Credit\n"
	b, r := oneBook(t, tableOf("balances", balances+"Total||170.25|170.25"))
	if b.Role != books.TrialBalance || b.Debit != "170.25" || b.Rows != 6 || b.Used != 4 || b.Asides != 2 || len(r.Declared) != 2 || r.Declared[1].Declared != "170.25" || r.Declared[1].Equal != 1 {
		t.Errorf("%+v, %+v", b, r.Declared)
	}
	noFindings(t, r)
	_, r = oneBook(t, tableOf("balances", balances+"Total||180.25|170.25"))
	if f := finding(t, r, "declared.different"); f.Row != 6 || f.Message != "the file declares a total debit of 180.25 in Debit, its lines give 170.25 (sum of the debits of the lines)" {
		t.Errorf("%+v", f)
	}
}

func TestUnreadableAmountsAreNotZero(t *testing.T) {
	b, r := oneBook(t, tableOf("journal", `
EntryNo|Account|PostingDate|Debit|Credit
1|10|2024-01-01|12.5O|
1|20|2024-01-01||12.50
2|10|2024-01-02|3.00|
2|20|2024-01-02||3.00
3|10|2024-01-03||
3|20|2024-01-03|4.00|
3|30|2024-01-03||4.00
!4|10|2024-01-04|1,00|1|1`))
	if b.Rows != 8 || b.Used != 5 || b.Empty != 1 || b.Unreadable != 1 || b.Damaged != 1 {
		t.Errorf("%d rows, %d used, %d empty, %d unreadable, %d damaged", b.Rows, b.Used, b.Empty, b.Unreadable, b.Damaged)
	}
	if b.Entries != 3 || b.Unbalanced != 0 || b.Unproven != 1 || b.Debit != "7" || b.Credit != "19.5" {
		t.Errorf("%d entries, %d unbalanced, %d unproven, debit %s, credit %s", b.Entries, b.Unbalanced, b.Unproven, b.Debit, b.Credit)
	}
	f := finding(t, r, "book.unreadable_amount")
	if f.Rows != 1 || f.Row != 1 || f.Line != 2 || f.Column != "Debit" || f.Raw != "12.5O" || !strings.Contains(f.Message, "cannot be read") {
		t.Errorf("%+v", f)
	}
	finding(t, r, "book.damaged_rows")
}

func TestEntryOverTwoPeriods(t *testing.T) {
	_, r := oneBook(t, tableOf("journal", `
EntryNo|Account|PostingDate|Debit|Credit
1|10|2024-01-31|5.00|
1|20|2024-02-01||5.00
2|10|2024-02-02|3.00|
2|20|2024-02-02||3.00
3|10|2024-02-03|1.00|
3|20|2024-02-03||1.00`))
	f := finding(t, r, "book.period_unbalanced")
	if f.Rows != 2 || f.Raw != "2024-01" || f.Column != "PostingDate" {
		t.Errorf("%+v", f)
	}
}

func TestLedgerWithoutEntries(t *testing.T) {
	b, r := oneBook(t, tableOf("hauptbuch", `
Konto|Buchungsdatum|Text|Soll|Haben
1200|2024-01-01|a|5,00|
1200|2024-01-02|b||7,00
8400|2024-01-03|c||5,00
8400|2024-01-04|d|6,00|`))
	if b.Role != books.Ledger || len(b.NotComputed) == 0 || !strings.HasPrefix(b.NotComputed[0], "entries: ") {
		t.Errorf("%s, not computed %q", b.Role, b.NotComputed)
	}
	if f := finding(t, r, "book.unbalanced"); f.Severity != "warning" || !strings.Contains(f.Message, "debit 11 and credit 12 differ by -1") {
		t.Errorf("%+v", f)
	}
}

// TestPartsOfABook wants the same result when memory holds only a few entries at a time.
func TestPartsOfABook(t *testing.T) {
	var b strings.Builder
	b.WriteString("EntryNo|Account|PostingDate|Debit|Credit\n")
	for i := range 600 {
		credit := i + 1
		if i%97 == 5 {
			credit += i
		}
		fmt.Fprintf(&b, "%d|10|2024-%02d-01|%d.10|\n", i*7919%601, i%12+1, i+1)
		fmt.Fprintf(&b, "%d|20|2024-%02d-01||%d.10\n", i*7919%601, i%12+1, credit)
	}
	f := tableOf("journal", b.String())
	whole := run(t, books.Options{}, f)
	once := f.reads
	parts := run(t, books.Options{EntryCap: 17}, f)
	if !reflect.DeepEqual(whole, parts) {
		t.Errorf("in parts %+v\nwhole    %+v", parts, whole)
	}
	if passes := f.reads - 2*once; passes < 600/17 {
		t.Errorf("%d further passes do not hold 17 of 600 entries each", passes)
	}
	if b := whole.Books[0]; b.Entries != 600 || b.Unbalanced != 7 || len(b.Worst) != 7 || b.Worst[0].Difference != "-587" {
		t.Errorf("%d entries, %d unbalanced, worst %+v", b.Entries, b.Unbalanced, b.Worst)
	}
}

func TestManyJournals(t *testing.T) {
	var b strings.Builder
	b.WriteString("Journal|EntryNo|Account|Debit|Credit\n")
	for i := range 510 {
		fmt.Fprintf(&b, "J%03d|%d|10|1.00|\nJ%03d|%d|20||1.00\n", i, i, i, i)
	}
	book, _ := oneBook(t, tableOf("journal", b.String()))
	if len(book.PerJournal) != 500 || book.JournalsMore != 20 || book.Debit != "510" {
		t.Errorf("%d journals, %d rows beyond, debit %s", len(book.PerJournal), book.JournalsMore, book.Debit)
	}
}

func TestRunningBalance(t *testing.T) {
	for name, c := range map[string]struct {
		text            string
		compared, equal int64
		reason          string
	}{
		"oldest first": {`
Date|Label|Amount|Balance
12/15/2018|a|-33.50|-23.50
12/16/2018|b|1,533.50|1,510.00
12/17/2018|c|-10.00|1,500.00`, 2, 2, "the one before it"},
		"newest first, in two columns": {`
Date|Label|Debit|Credit|Balance
2018-12-17|c|10.00||1500.00
2018-12-16|b||1533.50|1510.00
2018-12-15|a|33.50||-23.50`, 2, 2, "the one below it"},
		"a line is missing": {`
Date|Label|Amount|Balance
2018-12-15|a|1.00|1.00
2018-12-16|b|1.00|2.00
2018-12-18|d|1.00|4.00
2018-12-19|e|1.00|5.00
2018-12-20|f|1.00|6.00`, 4, 3, "the one before it"},
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t, books.Options{}, tableOf("statement", c.text))
			if len(r.Books) != 0 || len(r.Declared) != 1 {
				t.Fatalf("%+v", r)
			}
			d := r.Declared[0]
			if d.What != books.ControlRunning || d.Column != "Balance" || d.Compared != c.compared || d.Equal != c.equal || !strings.Contains(d.Reason, c.reason) {
				t.Errorf("%+v", d)
			}
			if c.equal == c.compared {
				noFindings(t, r)
			} else if f := finding(t, r, "declared.running_balance"); f.Row != 3 || d.Declared != "4" || d.Computed != "3" || d.Difference != "1" {
				t.Errorf("%+v, %+v", f, d)
			}
		})
	}
}

func TestSourceThatFailsWhenReadAgain(t *testing.T) {
	f := tableOf("journal", journals["Swedish"].text)
	in := []profile.Input{{Name: "journal", Source: f}}
	r, err := profile.Run(t.Context(), in, profile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	f.fail = errors.New("disk is gone")
	if _, err := books.Run(t.Context(), r, in, books.Options{}); !errors.Is(err, f.fail) {
		t.Errorf("error %v", err)
	}
	f.fail = nil
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := books.Run(ctx, r, in, books.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestTablesThatAreNotAskedFor sees that a table which is no candidate is not read again.
func TestTablesThatAreNotAskedFor(t *testing.T) {
	f := tableOf("prices", "sku|price|credit_limit\na|1.00|5\nb|2.00|6\nc|2.00|7")
	in := []profile.Input{{Name: "prices", Source: f}}
	r, err := profile.Run(t.Context(), in, profile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	before := f.reads
	if _, err := books.Run(t.Context(), r, in, books.Options{}); err != nil || f.reads != before {
		t.Errorf("read %d times more, error %v", f.reads-before, err)
	}
}
