//go:build odoo

package e2e

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// trader is a small company in the columns of the library's templates: by source, a row a record, by column.
type trader map[string][]map[string]string

// add writes a row as "column=value" words; what has blanks in it follows as pairs.
func (c trader) add(source string, cells ...string) {
	row := map[string]string{}
	for i := 0; i+1 < len(cells); i += 2 {
		row[cells[i]] = cells[i+1]
	}
	c[source] = append(c[source], row)
}

// sum adds a column up over the rows of a source for which keep holds.
func (c trader) sum(source, column string, keep func(map[string]string) bool) record.Decimal {
	var total record.Decimal
	for _, row := range c[source] {
		if keep(row) {
			total = total.Add(number(row[column]))
		}
	}
	return total
}

func number(text string) record.Decimal {
	if text == "" {
		return record.MustDecimal("0")
	}
	return record.MustDecimal(text)
}

func cents(n int) string { return fmt.Sprintf("%s%d.%02d", sign(n), abs(n)/100, abs(n)%100) }

func sign(n int) string {
	if n < 0 {
		return "-"
	}
	return ""
}

func abs(n int) int { return max(n, -n) }

// newTrader invents the company: two currencies, trees of categories and locations, lots, items of both signs.
func newTrader() trader {
	c := trader{}
	c.goods()
	c.variants()
	c.people()
	c.books()
	c.stock()
	c.orders()
	return c
}

func (c trader) goods() {
	c.add("units", "unit", "PC", "name", "Units", "category", "Unit")
	c.add("units", "unit", "BOX20", "name", "Box of 20", "times", "20", "of", "PC", "category", "Unit") // before what it needs would be wrong, after is right
	c.add("units", "unit", "DZ", "name", "Dozens", "times", "12", "of", "PC", "category", "Unit")
	c.add("units", "unit", "PAIR", "name", "Pair", "times", "2", "of", "PC", "category", "Unit")
	for g := range 4 {
		for k := range 3 { // children first: a parent may stand below
			c.add("product_categories", "category", fmt.Sprintf("G%d%d", g, k), "name", fmt.Sprintf("Group %d.%d", g, k), "parent", fmt.Sprintf("G%d", g))
		}
		c.add("product_categories", "category", fmt.Sprintf("G%d", g), "name", fmt.Sprintf("Group %d", g))
	}
	for i := range 48 {
		kind, stocked, tracking, active := "goods", "yes", "", "yes"
		switch {
		case i >= 44:
			kind, stocked = "service", "no"
		case i%4 == 1:
			tracking = "lot"
		case i%11 == 10:
			tracking = "serial"
		case i == 40:
			active, stocked = "no", "no"
		}
		unit := []string{"PC", "PC", "PC", "PAIR"}[i%4]
		c.add("products", "sku", sku(i), "name", fmt.Sprintf("Article %d", i), "kind", kind, "stocked", stocked, "tracking", tracking,
			"category", fmt.Sprintf("G%d%d", i%4, i%3), "unit", unit, "barcode", "", "sale_price", cents(999+i*137), "cost", cents(411+i*53),
			"weight", cents(10+i*7), "active", active)
	}
}

// variants come in all sizes and colours; of each template one combination is not sold.
func (c trader) variants() {
	c.add("attributes", "attribute", "SIZE", "name", "Size of it")
	c.add("attributes", "attribute", "COL", "name", "Colour of it")
	sizes, colours := []string{"S", "M", "L"}, []string{"RED", "BLUE"}
	for _, v := range sizes {
		c.add("attribute_values", "value", "SIZE-"+v, "attribute", "SIZE", "name", v)
	}
	for _, v := range colours {
		c.add("attribute_values", "value", "COL-"+v, "attribute", "COL", "name", v)
	}
	for i := range 6 {
		t := fmt.Sprintf("T%d", i)
		c.add("product_templates", "template", t, "name", fmt.Sprintf("Shirt %d", i), "kind", "goods", "stocked", "yes", "category", "G10", "unit", "PC", "sale_price", cents(2990+i*100), "weight", "0.25")
		c.add("template_attributes", "template", t, "attribute", "SIZE", "values", "SIZE-S;SIZE-M;SIZE-L")
		c.add("template_attributes", "template", t, "attribute", "COL", "values", "COL-BLUE;COL-RED")
		for _, v := range sizes {
			c.add("template_values", "template_value", t+"-"+v, "template", t, "attribute", "SIZE", "value", "SIZE-"+v)
		}
		for _, v := range colours {
			c.add("template_values", "template_value", t+"-"+v, "template", t, "attribute", "COL", "value", "COL-"+v)
		}
		for j, s := range sizes {
			for k, v := range colours {
				active := "yes"
				if (i+j+k)%6 == 0 {
					active = "no"
				}
				c.add("variants", "sku", strings.Join([]string{t, s, v}, "/"), "template", t, "values", t+"-"+v+";"+t+"-"+s, "cost", cents(1500+j*100+k), "active", active)
			}
		}
	}
}

func sku(i int) string { return fmt.Sprintf("A-%03d", 100+i) }

func (c trader) people() {
	places := [][3]string{{"Ulm", "89073", "DE"}, {"Lyon", "69001", "FR"}, {"Leeds", "LS1 4AP", "GB"}, {"Boston", "02108", "US"}}
	for i := range 36 {
		customer, vendor := "yes", "no"
		if i >= 24 {
			customer, vendor = "no", "yes"
		}
		p := places[i%4]
		c.add("companies", "partner", partner(i), "name", fmt.Sprintf("Company %d", i), "street", fmt.Sprintf("Street %d", i+1), "zip", p[1], "city", p[0],
			"country", p[2], "phone", fmt.Sprintf("+49 731 %04d", i), "email", fmt.Sprintf("c%d@example.com", i), "customer", customer, "vendor", vendor)
		if i%2 == 0 {
			c.add("contacts", "contact", strconv.Itoa(i), "partner", partner(i), "name", fmt.Sprintf("Person %d", i), "position", "Buyer", "email", fmt.Sprintf("p%d@example.com", i))
		}
		if i%3 == 0 {
			kind := []string{"delivery", "invoice", "other"}[i/3%3]
			c.add("addresses", "address", strconv.Itoa(i), "partner", partner(i), "kind", kind, "name", fmt.Sprintf("Gate %d", i), "street", fmt.Sprintf("Dock %d", i),
				"zip", "10115", "city", "Berlin", "country", "DE")
		}
		if i%2 == 1 {
			c.add("bank_accounts", "account", fmt.Sprintf("4000 %04d", i), "partner", partner(i), "bic", []string{"DEUTDEFF", "BNPAFRPP"}[i/2%2], "holder", fmt.Sprintf("Company %d", i))
		}
	}
	c.add("banks", "bic", "DEUTDEFF", "name", "Deutsche Bank")
	c.add("banks", "bic", "BNPAFRPP", "name", "BNP Paribas")
}

func partner(i int) string { return strconv.Itoa(10001 + i) }

// clearing accounts, and the accounts they stand for.
const (
	receivable, payable                   = "121000", "211000"
	clearingReceivables, clearingPayables = "999100", "999200"
)

func (c trader) books() {
	for _, a := range [][3]string{
		{"101401", "Bank", "bank"}, {receivable, "Trade receivables", "receivable"}, {"110100", "Stock", "current_assets"}, {"151000", "Machines", "fixed_assets"},
		{"151900", "Vehicles", "fixed_assets"}, {payable, "Trade payables", "payable"}, {"251000", "VAT owed", "current_liabilities"}, {"291000", "Loan", "non_current_liabilities"},
		{"301000", "Capital", "equity"}, {"301900", "Retained earnings", "equity"}, {clearingReceivables, "Clearing receivables", "current_assets"},
		{clearingPayables, "Clearing payables", "current_assets"}, {"101490", "Bank EUR", "bank"},
	} {
		c.add("accounts", "account", a[0], "name", a[1], "type", a[2])
	}
	for i := range 44 {
		amount, account, clear, p := 12345+i*777, receivable, clearingReceivables, partner(i%24)
		if i >= 28 {
			amount, account, clear, p = -amount, payable, clearingPayables, partner(24+i%12)
		}
		if i%9 == 8 { // a credit note, a prepayment
			amount = -amount / 10
		}
		currency, foreign := "USD", ""
		if i%7 == 3 {
			currency, foreign = "EUR", cents(amount*83/91+1)
		}
		c.add("open_items", "item", fmt.Sprintf("OI-%d", i), "journal", "OPEN", "partner", p, "account", account, "clearing", clear, "date", fmt.Sprintf("2025-%02d-14", 6+i%6),
			"due", fmt.Sprintf("2025-%02d-%02d", 7+i%6, 1+i%28), "text", fmt.Sprintf("Item %d", i), "amount", cents(amount), "currency", currency, "amount_currency", foreign)
	}
	c.add("opening_journals", "journal", "OPEN", "name", "Opening")
	c.add("opening_entries", "entry", "TB", "journal", "OPEN", "date", "2025-12-31", "text", "Opening balance")
	of := func(account string) record.Decimal {
		return c.sum("open_items", "amount", func(row map[string]string) bool { return row["account"] == account })
	}
	line, balance := 0, record.MustDecimal("0")
	post := func(account string, amount record.Decimal, currency, foreign string) {
		line++
		balance = balance.Add(amount)
		debit, credit := amount.String(), ""
		if amount.Sign() < 0 {
			debit, credit = "", amount.Neg().String()
		}
		c.add("opening_lines", "entry", "TB", "line", strconv.Itoa(line), "account", account, "text", "Opening "+account, "debit", debit, "credit", credit,
			"currency", currency, "amount_currency", foreign)
	}
	post(clearingReceivables, of(receivable), "USD", "")
	post(clearingPayables, of(payable), "USD", "")
	for _, l := range [][2]string{{"101401", "43210.98"}, {"110100", "8123.45"}, {"151000", "77000"}, {"151900", "12500.50"}, {"251000", "-3456.78"}, {"291000", "-25000"}, {"301900", "-9999.99"}} {
		post(l[0], number(l[1]), "USD", "")
	}
	post("101490", number("5432.10"), "EUR", "4999.99")
	post("301000", balance.Neg(), "USD", "")
}

func (c trader) stock() {
	for a := range 3 {
		for r := range 3 {
			c.add("stock_locations", "location", fmt.Sprintf("L%d-%d", a, r), "name", fmt.Sprintf("Rack %d", r), "parent", fmt.Sprintf("L%d", a))
		}
		c.add("stock_locations", "location", fmt.Sprintf("L%d", a), "name", fmt.Sprintf("Aisle %d", a))
	}
	row := 0
	put := func(i, place int, lot, quantity string) {
		row++
		c.add("stock", "row", strconv.Itoa(row), "sku", sku(i), "location", fmt.Sprintf("L%d-%d", place/3%3, place%3), "lot", lot, "quantity", quantity)
	}
	for i, p := range c["products"] {
		switch {
		case p["stocked"] != "yes":
		case p["tracking"] == "lot":
			for k := range 2 {
				lot := fmt.Sprintf("LOT-%d", k) // the same number at every product
				c.add("stock_lots", "sku", sku(i), "lot", lot)
				put(i, i+k, lot, strconv.Itoa(5+i+k))
			}
			put(i, i+4, "LOT-0", "3") // one lot in two places
		case p["tracking"] == "serial":
			for k := range 3 {
				serial := fmt.Sprintf("SN-%d-%d", i, k)
				c.add("stock_lots", "sku", sku(i), "lot", serial)
				put(i, i, serial, "1")
			}
		default:
			put(i, i, "", fmt.Sprintf("%d.5", 10+i))
			if i%3 == 0 {
				put(i, i+1, "", strconv.Itoa(i+1))
			}
		}
	}
}

func (c trader) orders() {
	c.add("price_lists", "price_list", "RETAIL", "name", "Retail", "currency", "USD")
	c.add("price_lists", "price_list", "TRADE", "name", "Trade", "currency", "USD")
	c.add("price_lists", "price_list", "EURO", "name", "Euro", "currency", "EUR")
	price := 0
	item := func(list string, cells ...string) {
		price++
		c.add("prices", append([]string{"price", strconv.Itoa(price), "price_list", list}, cells...)...)
	}
	for i := range 10 {
		item("RETAIL", "sku", sku(i), "fixed", cents(900+i*100))
		item("RETAIL", "sku", sku(i), "from_quantity", "10", "fixed", cents(800+i*100))
		item("EURO", "sku", sku(i), "fixed", cents(850+i*90))
	}
	item("TRADE", "category", "G1", "percent", "12.5")
	item("TRADE", "category", "G2", "percent", "20", "from_date", "2030-01-01", "to_date", "2030-12-31")
	item("TRADE", "percent", "5")
	for o := range 16 {
		list := []string{"", "RETAIL", "EURO"}[o%3]
		no := strconv.Itoa(2500001 + o)
		c.add("sale_orders", "order", no, "partner", partner(o), "reference", fmt.Sprintf("PO %d", o), "date", fmt.Sprintf("2025-11-%02d", 1+o), "delivery", fmt.Sprintf("2026-01-%02d", 1+o), "price_list", list)
		for l := range 1 + o%4 {
			i := (o*3 + l) % 40
			c.add("sale_order_lines", "order", no, "line", strconv.Itoa(10*(l+1)), "sku", sku(i), "text", fmt.Sprintf("Article %d", i), "quantity", strconv.Itoa(1+l*5),
				"unit", []string{"PC", "DZ", "BOX20"}[l%3], "price", cents(1000+i*31), "discount", []string{"", "10", "2.5"}[o%3], "taxes", "")
		}
	}
	for o := range 10 {
		no := strconv.Itoa(4500001 + o)
		c.add("purchase_orders", "order", no, "partner", partner(24+o), "reference", fmt.Sprintf("Q-%d", o), "date", fmt.Sprintf("2025-12-%02d", 1+o), "delivery", "2026-02-01",
			"currency", []string{"USD", "EUR"}[o%2])
		for l := range 1 + o%3 {
			i := (o*5 + l) % 40
			c.add("purchase_order_lines", "order", no, "line", strconv.Itoa(10*(l+1)), "sku", sku(i), "text", fmt.Sprintf("Article %d", i), "quantity", strconv.Itoa(10+l),
				"unit", "PC", "price", cents(400+i*17), "delivery", "2026-02-01", "taxes", "")
		}
	}
	for g := range 2 {
		c.add("history_products", "product", fmt.Sprintf("H%d", g), "name", fmt.Sprintf("Sales before 2026, group %d", g))
	}
	for o := range 20 {
		no := strconv.Itoa(1900001 + o)
		c.add("history_orders", "order", no, "partner", partner(o), "reference", fmt.Sprintf("OLD %d", o), "date", fmt.Sprintf("20%02d-06-03", 5+o))
		for l := range 1 + o%4 {
			c.add("history_lines", "order", no, "line", strconv.Itoa(l+1), "product", fmt.Sprintf("H%d", l%2), "text", fmt.Sprintf("[OLD-%d] Old article", l), "quantity", strconv.Itoa(l+1),
				"price", cents(1990+o*11), "discount", "")
		}
	}
}

// csv writes the rows of a source under the template's header.
func (c trader) csv(source string, columns []string) string {
	rows := [][]string{columns}
	for _, row := range c[source] {
		cells := make([]string, len(columns))
		for i, name := range columns {
			cells[i] = row[name]
		}
		for name := range row {
			if !slices.Contains(columns, name) {
				panic(source + " has no column " + name)
			}
		}
		rows = append(rows, cells)
	}
	var b strings.Builder
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		panic(err)
	}
	return b.String()
}
