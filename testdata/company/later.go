package company

import (
	"slices"
	"strconv"
)

// later is the same company some weeks on: what the second export holds. b stays as it is.
func (b *books) later() *books {
	l := *b
	l.customers, l.contacts, l.vendors = slices.Clone(b.customers), slices.Clone(b.contacts), slices.Clone(b.vendors)
	l.products, l.orders, l.chart = slices.Clone(b.products), slices.Clone(b.orders), slices.Clone(b.chart)
	for i := range l.orders {
		l.orders[i].lines = slices.Clone(b.orders[i].lines)
	}
	l.laterCustomers()
	l.laterContacts()
	l.laterVendors()
	l.laterProducts()
	l.laterOrders()
	l.chart = slices.Insert(l.chart, len(l.chart)-1, account{"615500", "Fuel", "EX", 0})
	return &l
}

// laterCustomers: every 20th has a new phone and a higher credit limit, two of 130 are gone, four are new.
func (b *books) laterCustomers() {
	for i := 2; i < len(b.customers); i += 20 {
		d := throw("later customer", i)
		b.customers[i].phone = phone(landOf(b.customers[i]), d)
		b.customers[i].credit = euros(50_000 * d.between(61, 90))
	}
	gone := func(i int) bool { return i%customersBase == 100 || i%customersBase == 112 }
	b.customers = without(b.customers, gone)
	for i := range 4 * b.scale {
		c := newCustomer(customersBase*b.scale + i)
		c.since = date(2026, 1, 5+i%20)
		b.customers = append(b.customers, c)
	}
}

// laterContacts: every 40th has a new phone, every 60th is gone, each new customer brings its own.
func (b *books) laterContacts() {
	for i := 5; i < len(b.contacts); i += 40 {
		if !b.contacts[i].ragged {
			b.contacts[i].phone = phone(countries[0], throw("later contact", i))
		}
	}
	b.contacts = without(b.contacts, func(i int) bool { return i%60 == 31 && !b.contacts[i].ragged })
	for i, c := range b.customers[len(b.customers)-4*b.scale:] {
		b.contacts = append(b.contacts, contactsOf(customersBase*b.scale+i, c)...)
	}
}

// laterVendors: one moved, one is new.
func (b *books) laterVendors() {
	b.vendors[3].street = "Neue Straße 1"
	b.vendors = append(b.vendors, newVendor(vendorsBase*b.scale))
}

// laterProducts: every 18th costs 5 % more, two that nobody has on order are gone, five are new.
func (b *books) laterProducts() {
	for i := 1; i < productsBase*b.scale; i += 18 {
		b.products[i].list += (b.products[i].list + 10) / 20
	}
	ordered := map[string]bool{}
	for _, o := range b.orders {
		for _, l := range o.lines {
			ordered[l.sku] = true
		}
	}
	left := 2 * b.scale
	b.products = without(b.products, func(i int) bool {
		if left == 0 || ordered[b.products[i].sku] {
			return false
		}
		left--
		return true
	})
	for i := range 5 * b.scale {
		b.products = append(b.products, newProduct(productsBase*b.scale+i))
	}
}

// laterOrders: in every 25th a quantity changed, one gained a line, one lost its last, three are delivered and gone, six
// are new. The clerk has put right the date of one order, so the correction for it matches no more.
func (b *books) laterOrders() {
	for i := 0; i < len(b.orders); i += 25 {
		first := &b.orders[i].lines[0]
		first.hundredths += 300
		*first = first.untied()
	}
	b.orders[6].date = "30.11.2025"
	more := throw("later line", 0)
	b.orders[30].lines = append(b.orders[30].lines, b.newLine(30, len(b.orders[30].lines), more))
	short := b.orders[31].lines
	b.orders[31].lines = short[:len(short)-1]
	b.orders = without(b.orders, func(i int) bool { return i%ordersBase >= 40 && i%ordersBase < 43 })
	for i := range 6 * b.scale {
		o := b.newOrder(ordersBase*b.scale + i)
		o.date = date(2026, 1, 5+i%20)
		b.orders = append(b.orders, o)
	}
}

func without[T any](all []T, gone func(i int) bool) []T {
	kept := make([]T, 0, len(all))
	for i, one := range all {
		if !gone(i) {
			kept = append(kept, one)
		}
	}
	return kept
}

func itoa(n int) string { return strconv.Itoa(n) }
