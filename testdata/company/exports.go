package company

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
)

// export is one file of an export.
type export struct {
	name string
	data []byte
	err  error
}

// exports are the files the legacy system writes: CSV in Windows-1252 with semicolons, decimal commas and CRLF, one
// workbook, one XML, and its own totals.
func (b *books) exports() []export {
	out := []export{
		b.customersCSV(), b.contactsCSV(), b.ordersCSV(), b.linesCSV(), b.accountsCSV(), b.openingCSV(), b.openingLinesCSV(),
		b.complaintsCSV(), b.productsXML(), b.controlsCSV(),
	}
	data, err := b.vendorsXLSX()
	return append(out, export{"vendors.xlsx", data, err})
}

func legacyCSV(name, header string, rows []string) export {
	var buf bytes.Buffer
	for _, row := range append([]string{header}, rows...) {
		for _, r := range row {
			c, ok := windows1252(r)
			if !ok {
				return export{name: name, err: fmt.Errorf("%q has no place in Windows-1252 (%s)", r, row)}
			}
			buf.WriteByte(c)
		}
		buf.WriteString("\r\n")
	}
	return export{name: name, data: buf.Bytes()}
}

// windows1252 knows Latin 1 and the euro sign, which is all the company writes.
func windows1252(r rune) (byte, bool) {
	switch {
	case r < 0x80 || r >= 0xA0 && r <= 0xFF:
		return byte(r), true
	case r == '€':
		return 0x80, true
	}
	return 0, false
}

// cells joins a row; a cell with a semicolon or a quote is quoted.
func cells(values ...string) string {
	for i, v := range values {
		if strings.ContainsAny(v, ";\"") {
			values[i] = `"` + strings.ReplaceAll(v, `"`, `""`) + `"`
		}
	}
	return strings.Join(values, ";")
}

func (b *books) customersCSV() export {
	var rows []string
	for _, c := range b.customerRows() {
		rows = append(rows, cells(c.no, c.name, c.name2, c.street, c.zip, c.city, c.country, c.phone, c.email, c.vat, c.credit, c.since, c.status))
	}
	return legacyCSV("customers.csv", "CustomerNo;Name;Name2;Street;Zip;City;Country;Phone;Email;VatNo;CreditLimit;Since;Status", rows)
}

func (b *books) contactsCSV() export {
	var rows []string
	for _, c := range b.contacts {
		rows = append(rows, contactRow(c))
	}
	return legacyCSV("contacts.csv", "ContactNo;CustomerNo;Kind;FirstName;LastName;Position;Street;Zip;City;Country;Phone;Email", rows)
}

func contactRow(c contact) string {
	values := []string{c.no, c.customer, c.kind, c.first, c.last, c.position, c.street, c.zip, c.city, c.country, c.phone, c.email}
	if c.ragged {
		return strings.Join(values, ";")
	}
	return cells(values...)
}

func (b *books) ordersCSV() export {
	var rows []string
	for _, o := range b.orders {
		net := 0
		for _, l := range o.lines {
			net += l.total()
		}
		rows = append(rows, cells(o.no, o.customer, o.date, o.delivery, o.reference, o.salesman, euros(net)))
	}
	return legacyCSV("orders.csv", "OrderNo;CustomerNo;OrderDate;DeliveryDate;Reference;Salesman;NetTotal", rows)
}

func (b *books) linesCSV() export {
	var rows []string
	for _, o := range b.orders {
		for _, l := range o.lines {
			rows = append(rows, cells(itoa(l.id), o.no, itoa(l.pos), l.sku, l.text, euros(l.hundredths), l.price, itoa(l.pc), euros(l.total())))
		}
	}
	return legacyCSV("order_lines.csv", "LineId;OrderNo;Pos;Sku;Text;Quantity;Price;Discount;Total", rows)
}

func (b *books) accountsCSV() export {
	var rows []string
	for _, a := range b.chart {
		rows = append(rows, cells(a.code, a.name, a.kind))
	}
	return legacyCSV("accounts.csv", "Account;Name;Type", rows)
}

func (b *books) openingCSV() export {
	return legacyCSV("opening.csv", "Entry;Date;Memo", []string{cells("OB2025", "31.12.2025", "Opening balance 31.12.2025")})
}

func (b *books) openingLinesCSV() export {
	var rows []string
	for _, p := range b.trialBalance() {
		debit, credit := p.cents, int64(0)
		if p.cents < 0 {
			debit, credit = 0, -p.cents
		}
		rows = append(rows, cells("OB2025", p.code, p.name, euros(int(debit)), euros(int(credit))))
	}
	return legacyCSV("opening_balance.csv", "Entry;Account;Text;Debit;Credit", rows)
}

type posting struct {
	code, name string
	cents      int64 // positive is debit
}

// trialBalance has the accounts that carry a balance; retained earnings make it balance.
func (b *books) trialBalance() []posting {
	var rest int64
	for _, a := range b.chart {
		rest -= a.opening
	}
	var out []posting
	for _, a := range b.chart {
		if a.code == "301500" {
			a.opening = rest
		}
		if a.opening != 0 {
			out = append(out, posting{a.code, a.name, a.opening})
		}
	}
	return out
}

func (b *books) complaintsCSV() export {
	var rows []string
	for _, c := range b.complaint {
		rows = append(rows, cells(c.no, c.customer, c.date, c.text))
	}
	return legacyCSV("complaints.csv", "ComplaintNo;CustomerNo;Date;Text", rows)
}

func (b *books) productsXML() export {
	var w bytes.Buffer
	w.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<catalog>\n <categories>\n")
	for _, c := range categories {
		fmt.Fprintf(&w, "  <category><code>%s</code><name>%s</name><parent>%s</parent></category>\n", c.code, escape(c.name), c.parent)
	}
	w.WriteString(" </categories>\n <products>\n")
	for _, p := range b.products {
		fmt.Fprintf(&w, "  <product><sku>%s</sku><name>%s</name><category>%s</category><barcode>%s</barcode><status>%s</status>"+
			"<price><list>%s</list><cost>%s</cost></price><weight>%s</weight></product>\n",
			p.sku, escape(p.name), p.category, p.barcode, p.status, point(p.list, 2), point(p.cost, 2), point(p.grams, 3))
	}
	w.WriteString(" </products>\n</catalog>\n")
	return export{name: "products.xml", data: w.Bytes()}
}

func escape(s string) string {
	var w strings.Builder
	_ = xml.EscapeText(&w, []byte(s)) // a strings.Builder takes every write
	return w.String()
}

// point writes n with a decimal point before its last digits.
func point(n, digits int) string {
	text := fmt.Sprintf("%0*d", digits+1, n)
	return text[:len(text)-digits] + "." + text[len(text)-digits:]
}

// Total is one line of controls.csv: what the legacy system itself says.
type Total struct{ Name, Amount string }

func (b *books) totals() []Total {
	customers, lines, net, list := 0, 0, 0, 0
	for _, c := range b.customers {
		if c.status != "X" {
			customers++
		}
	}
	for _, o := range b.orders {
		for _, l := range o.lines {
			lines++
			net += l.total()
		}
	}
	for _, p := range b.products {
		list += p.list
	}
	var debit, credit int64
	for _, p := range b.trialBalance() {
		debit += max(p.cents, 0)
		credit += max(-p.cents, 0)
	}
	return []Total{
		{"CUSTOMERS", itoa(customers)}, {"CONTACTS", itoa(len(b.contacts))}, {"VENDORS", itoa(len(b.vendors))},
		{"PRODUCTS", itoa(len(b.products))}, {"LIST_PRICES", point(list, 2)}, {"ORDERS", itoa(len(b.orders))},
		{"ORDER_LINES", itoa(lines)}, {"ORDER_NET", point(net, 2)}, {"ACCOUNTS", itoa(len(b.chart))},
		{"OPENING_DEBIT", point(int(debit), 2)}, {"OPENING_CREDIT", point(int(credit), 2)},
	}
}

func (b *books) controlsCSV() export {
	var w bytes.Buffer
	w.WriteString("name,amount\n")
	for _, t := range b.totals() {
		fmt.Fprintf(&w, "%s,%s\n", t.Name, t.Amount)
	}
	return export{name: "controls.csv", data: w.Bytes()}
}

// corrections is the project's corrections.csv.
func (b *books) corrections() []byte {
	var w bytes.Buffer
	w.WriteString("table,key,column,old,new,who,when\n")
	for _, f := range b.fixes() {
		for _, v := range []string{f.table, f.key, f.column, f.was, f.is} {
			if strings.ContainsAny(v, ",\"") {
				v = `"` + strings.ReplaceAll(v, `"`, `""`) + `"`
			}
			w.WriteString(v + ",")
		}
		w.WriteString("B. Lang,2026-01-12\n")
	}
	return w.Bytes()
}
