package books_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline/books"
)

// orders are documents whose total is the sum of quantity * price, two of them not.
func orders() (*fake, *fake) {
	var heads, lines strings.Builder
	heads.WriteString("OrderID|CustomerName|Total|Weight\n")
	lines.WriteString("OrderID|LineNo|Quantity|Price|Discount|Amount\n")
	for i := range 40 {
		total := 0
		for k := range 1 + i%3 {
			quantity, price, discount := 1+(i+k)%5, 1000+37*i+11*k, 10*((i+k)%3)
			amount := quantity * price * (100 - discount) // in hundredths of a cent
			total += amount
			fmt.Fprintf(&lines, "%05d|%d|%d|%d.%02d|%d|%d.%04d\n", 100+i, k+1, quantity, price/100, price%100, discount, amount/10000, amount%10000)
		}
		if i == 7 {
			total += 15_0000
		}
		fmt.Fprintf(&heads, "%05d|c%d|%d.%04d|%d\n", 100+i, i, total/10000, total%10000, i%4)
	}
	heads.WriteString("00900|late|12.5000|1\n")
	lines.WriteString("00901|1|1|3.00|0|3.0000\n")
	return tableOf("orders", heads.String()), tableOf("order_lines", lines.String())
}

func oneTotal(t *testing.T, r *books.Result) books.Total {
	t.Helper()
	if len(r.Totals) != 1 {
		t.Fatalf("%d totals, want one: %+v", len(r.Totals), r.Totals)
	}
	return r.Totals[0]
}

func TestHeaderTotals(t *testing.T) {
	heads, lines := orders()
	r := run(t, books.Options{}, heads, lines)
	got := oneTotal(t, r)
	if got.Header.String() != "orders.Total" || got.Lines != "order_lines" || got.Formula != "Amount" || got.HeaderKey != "OrderID" || got.LineKey != "OrderID" {
		t.Errorf("%+v", got)
	}
	if got.Compared != 40 || got.Equal != 39 || got.Different != 1 || got.NoLines != 1 || got.NoHeader != 1 || got.Unreadable != 0 {
		t.Errorf("compared %d, equal %d, different %d, without lines %d, without header %d", got.Compared, got.Equal, got.Different, got.NoLines, got.NoHeader)
	}
	if got.Difference != "24.5" { // 15.00 too much, 12.50 without lines, 3.00 without header
		t.Errorf("difference %s", got.Difference)
	}
	want := []books.Document{
		{Key: "00107", Header: "89.633", LineSum: "74.633", Difference: "15", Lines: 2, Row: 8, Line: 9, Why: "different"},
		{Key: "00900", Header: "12.5", Difference: "12.5", Row: 41, Line: 42, Why: "no_lines"},
		{Key: "00901", LineSum: "3", Difference: "-3", Lines: 1, Row: 80, Line: 81, Why: "no_header"},
	}
	if !reflect.DeepEqual(got.Examples, want) {
		t.Errorf("examples %+v", got.Examples)
	}
	if c := got.LineCheck; c == nil || c.Column != "Amount" || c.Formula != "Quantity * Price * (1 - Discount / 100)" || c.Rows != 80 || c.Equal != 80 {
		t.Errorf("line check %+v", c)
	}
	f := finding(t, r, "total.different")
	if f.Table != "orders" || f.Column != "Total" || f.Row != 8 || f.Raw != "00107" || !strings.Contains(f.Message, "89.633 here, 74.633 in its lines") {
		t.Errorf("%+v", f)
	}
	if f := finding(t, r, "total.no_lines"); f.Row != 41 || f.Rows != 1 {
		t.Errorf("%+v", f)
	}
}

// TestTotalOfAProduct wants the formula found where the lines have no amount, and the same in parts.
func TestTotalOfAProduct(t *testing.T) {
	heads, lines := orders()
	lines.table.Columns = lines.table.Columns[:5]
	for i := range lines.rows {
		lines.rows[i].Cells = lines.rows[i].Cells[:5]
	}
	whole := run(t, books.Options{}, heads, lines)
	got := oneTotal(t, whole)
	if got.Formula != "Quantity * Price * (1 - Discount / 100)" || !reflect.DeepEqual(got.Columns, []string{"Quantity", "Price", "Discount"}) || got.Equal != 39 || got.Different != 1 {
		t.Errorf("%+v", got)
	}
	if parts := run(t, books.Options{EntryCap: 6}, heads, lines); !reflect.DeepEqual(whole, parts) {
		t.Errorf("in parts %+v\nwhole    %+v", parts, whole)
	}
}

// TestRoundedTotals has headers with two digits, of lines that need four.
func TestRoundedTotals(t *testing.T) {
	for _, way := range []string{"sum", "line"} {
		var heads, lines strings.Builder
		heads.WriteString("invoice_id|customer|total\n")
		lines.WriteString("invoice_id|line|qty|unit_price\n")
		for i := range 30 {
			sum, rounded := 0, 0
			for k := range 3 {
				price := 10_001 + 137*i + 53*k // in hundredths of a cent
				quantity := 1 + (i+k)%4
				sum += quantity * price
				rounded += (quantity*price + 50) / 100
				fmt.Fprintf(&lines, "R%d|%d|%d|%d.%04d\n", i, k, quantity, price/10000, price%10000)
			}
			if way == "sum" {
				rounded = (sum + 50) / 100
			}
			fmt.Fprintf(&heads, "R%d|c%d|%d.%02d\n", i, i, rounded/100, rounded%100)
		}
		r := run(t, books.Options{}, tableOf("invoices", heads.String()), tableOf("invoice_lines", lines.String()))
		if got := oneTotal(t, r); got.Rounding != way || got.Equal != 30 || got.Different != 0 || got.Formula != "qty * unit_price" {
			t.Errorf("rounded by %s: %+v", way, got)
		}
		noFindings(t, r)
	}
}

func TestUnreadableLinesAreNotCompared(t *testing.T) {
	heads, lines := orders()
	lines.rows[0].Cells[5] = "l0.00"
	heads.rows[3].Cells[2] = "n/a?"
	r := run(t, books.Options{}, heads, lines)
	got := oneTotal(t, r)
	if got.Unreadable != 2 || got.Compared != 38 || got.Different != 1 {
		t.Errorf("%+v", got)
	}
	if f := finding(t, r, "total.unreadable_amount"); f.Rows != 2 {
		t.Errorf("%+v", f)
	}
}

// TestNoTotalIsInvented has order lines whose sums no header column states: freight, weight and a number of parcels.
func TestNoTotalIsInvented(t *testing.T) {
	var heads, lines strings.Builder
	heads.WriteString("OrderID|Customer|Freight|Parcels|Zero\n")
	lines.WriteString("OrderID|ProductID|UnitPrice|Quantity|Discount|Nothing\n")
	for i := range 60 {
		fmt.Fprintf(&heads, "%d|c%d|%d.%02d|%d|0.00\n", 1000+i, i, i*13%50, i*7%100, 1+i%2)
		for k := range 2 + i%2 {
			fmt.Fprintf(&lines, "%d|%d|%d.50|%d|0|0.00\n", 1000+i, k, 10+i*k%7, 1+(i+k)%9)
		}
	}
	if r := run(t, books.Options{}, tableOf("orders", heads.String()), tableOf("order_details", lines.String())); len(r.Totals)+len(r.Findings) > 0 {
		t.Errorf("%+v %+v", r.Totals, r.Findings)
	}
}

// TestPersonalKeysAreMasked has documents that are known by the login of a person.
func TestPersonalKeysAreMasked(t *testing.T) {
	heads, lines := orders()
	for i := range heads.rows {
		heads.rows[i].Cells[0] = "ada." + heads.rows[i].Cells[0]
	}
	for i := range lines.rows {
		lines.rows[i].Cells[0] = "ada." + lines.rows[i].Cells[0]
	}
	heads.table.Columns[0], lines.table.Columns[0] = "login_no", "login_no"
	r := run(t, books.Options{}, heads, lines)
	got := oneTotal(t, r)
	if len(got.Examples) != 3 || got.Different != 1 {
		t.Errorf("%+v", got)
	}
	for _, text := range []string{fmt.Sprintf("%+v", got.Examples), fmt.Sprintf("%+v", r.Findings)} {
		if strings.Contains(text, "00107") {
			t.Errorf("a personal key stands in %s", text)
		}
	}
}
