package company

import (
	"slices"
	"strings"
)

// What is wrong with the exports, in one place. The migration project mends what project/corrections.csv lists, leaves
// out what its mappings exclude with a reason, and rejects the rest: one vendor, one product, two contacts and the
// second copy of one customer.

func (b *books) soilCustomers() {
	c := b.customers
	c[4].name = "  " + c[4].name + " "                        // stray spaces round a name
	c[6].street = strings.Replace(c[6].street, " ", "   ", 1) // and inside a street
	c[8].zip, c[8].city, c[8].country = "1067", "Dresden", "Deutschland"
	c[14].zip, c[14].city, c[14].country = "4109", "Leipzig", "D" // lost leading zeros
	c[11].since = "31.02.2024"                                    // no such day
	c[26].since = "00.00.0000"                                    // the legacy system's "no date"
	c[19].credit = "12.5OO,00"                                    // letter O for zero
	c[33].country, c[33].vat = "Germany", "DE136695970"           // check digit should be 6
	c[41].email = "info@@" + strings.TrimPrefix(c[41].email, "info@")
	nearDuplicate(&c[38], c[37], strings.ToUpper(c[37].name))
	nearDuplicate(&c[53], c[52], strings.Replace(c[52].name, "V.O.F.", "VOF", 1))
	for _, i := range []int{61, 62, 95} { // closed accounts
		c[i].status, c[i].quiet = "X", true
	}
	c[62].country = "Jugoslawien" // a country that is no more
	no := c[80].no
	c[80] = c[44] // the same firm entered twice, under two numbers
	c[80].no = no
	for i := 100; i < len(c); i += customersBase { // gone in the second export
		c[i].quiet, c[i+12].quiet = true, true
	}
}

// nearDuplicate makes c the same firm as of under another name, without e-mail and with its phone written solid.
func nearDuplicate(c *customer, of customer, name string) {
	no := c.no
	*c = of
	c.no, c.name, c.email = no, name, ""
	c.phone = strings.ReplaceAll(of.phone, " ", "")
}

func (b *books) soilContacts() {
	i := slices.IndexFunc(b.contacts, func(c contact) bool { return c.customer >= "10030" && c.kind == "P" })
	b.contacts[i].position, b.contacts[i].ragged = "Einkauf; Versand", true // an unquoted semicolon
	at := min(len(b.contacts), 90)
	b.contacts = slices.Insert(b.contacts, at,
		contact{no: "W00001", customer: "9998", kind: "P", first: "Ilse", last: "Waise", position: "Einkauf", phone: "+49 40 555019"},
		contact{no: "W00002", customer: "9998", kind: "D", last: "Lager Ost", street: "Hafenweg 3", zip: "20457", city: "Hamburg", country: "Deutschland"})
}

func (b *books) soilVendors() {
	v := b.vendors
	v[12].textNo = true    // a number stored as text
	v[17].plainDate = true // a date shown as its serial number
	v[21].country = "Jugoslawien"
}

// soilProducts runs after the orders are written: nobody ordered the article that has no category.
func (b *books) soilProducts() {
	b.products = append(b.products, product{sku: "ZZ9999", name: "Ardent catalogue 2026", category: "PRINT", status: "active", grams: 400})
	b.products[33].name += "  "
}

func (b *books) soilOrders() {
	b.orders[6].date = "31.11.2025" // no such day
	b.orders[19].customer = "1045"  // nobody: the clerk meant 10045
	l := &b.orders[11].lines[1]
	l.price = swapped(l.price) // two digits swapped, so price times quantity is not the line's total
}

// swapped swaps the first two digits of a price that differ.
func swapped(price string) string {
	digits := []byte(price)
	for i := 1; i < len(digits); i++ {
		a, b := digits[i-1], digits[i]
		if a != b && a >= '0' && a <= '9' && b >= '1' && b <= '9' {
			digits[i-1], digits[i] = b, a
			return string(digits)
		}
	}
	panic("company: no two digits to swap in " + price)
}

// customerRows are the customers as exported: one of them twice.
func (b *books) customerRows() []customer {
	return slices.Insert(slices.Clone(b.customers), 71, b.customers[17])
}

// fix is one line of the project's corrections.csv.
type fix struct{ table, key, column, was, is string }

// fixes are the corrections that make the exports loadable: what the migration team and the business agreed on.
func (b *books) fixes() []fix {
	c, l := b.customers, b.orders[11].lines[1]
	i := slices.IndexFunc(b.contacts, func(c contact) bool { return c.ragged })
	raw, quoted := b.contacts[i], b.contacts[i]
	quoted.ragged = false
	return []fix{
		{"customers", c[8].no, "Zip", c[8].zip, "01067"},
		{"customers", c[14].no, "Zip", c[14].zip, "04109"},
		{"customers", c[11].no, "Since", c[11].since, "29.02.2024"},
		{"customers", c[19].no, "CreditLimit", c[19].credit, "12.500,00"},
		{"customers", c[33].no, "VatNo", c[33].vat, "DE136695976"},
		{"contacts", "", "*", contactRow(raw), contactRow(quoted)},
		{"orders", b.orders[6].no, "OrderDate", b.orders[6].date, "30.11.2025"},
		{"orders", b.orders[19].no, "CustomerNo", "1045", "10045"},
		{"order_lines", itoa(l.id), "Price", l.price, euros(l.cents)},
	}
}
