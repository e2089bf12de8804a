package conformance

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

var documents = []behaviour{
	{"a sale order with lines, its taxes and totals", saleOrder},
	{"a sale order's bad line is named", saleBadLine},
	{"a document rounds the sum of its lines as the company is set up", saleRounding},
	{"lines have external ids, which the document's deletion leaves behind", lineXMLIDs},
	{"order prices are rounded to the field's digits", salePrices},
	{"line defaults come from the product", saleDefaults},
	{"a purchase order", purchaseOrder},
	{"an entry is loaded, posted, reset and deleted", entry},
	{"an entry that does not balance", unbalanced},
	{"dates", dates},
}

func (s *suite) product(name string, more ...string) int64 {
	s.Helper()
	columns, cells := []string{"id", "name"}, []string{s.id(name), name}
	for i := 0; i+1 < len(more); i += 2 {
		columns, cells = append(columns, more[i]), append(cells, more[i+1])
	}
	return s.loaded("product.product", columns, cells)[0]
}

func (s *suite) saleTax() string { return s.field("sale.order.line", "tax_ids", "tax_id") }

func saleOrder(s *suite) {
	s.loaded("res.partner", partnerColumns, []string{s.id("buyer"), "Buyer"})
	product := s.product("thing")
	tax := s.saleTax()
	columns := []string{"id", "partner_id/id", "date_order", "client_order_ref", "order_line/product_id/id", "order_line/name",
		"order_line/product_uom_qty", "order_line/price_unit", "order_line/discount", "order_line/" + tax + "/.id"}
	ids := s.loaded("sale.order", columns,
		[]string{s.id("o1"), s.id("buyer"), "2024-03-05 10:00:00", "L-1", s.id("thing"), "First", "3", "10", "0", ""},
		[]string{"", "", "", "", s.id("thing"), "Second", "2", "5.5", "10", ""},
		[]string{s.id("o2"), s.id("buyer"), "2024-03-06", "L-2", s.id("thing"), "Third", "1", "7", "", "1"})
	if len(ids) != 2 {
		s.Fatalf("ids %v, want one an order", ids)
	}
	s.has("sale.order", ids[0], map[string]any{"state": "draft", "partner_id": s.ref(s.id("buyer")), "date_order": "2024-03-05 10:00:00",
		"amount_untaxed": 39.9, "amount_tax": 0, "amount_total": 39.9, "client_order_ref": "L-1",
		"partner_invoice_id": s.ref(s.id("buyer")), "partner_shipping_id": s.ref(s.id("buyer"))})
	s.has("sale.order", ids[1], map[string]any{"date_order": "2024-03-06 00:00:00", "amount_untaxed": 7, "amount_tax": 1.05, "amount_total": 8.05})
	lines := s.search("sale.order.line", leaf("order_id", "=", ids[0]))
	slices.Sort(lines)
	if len(lines) != 2 {
		s.Fatalf("lines %v, want two", lines)
	}
	s.has("sale.order.line", lines[0], map[string]any{"product_id": product, "name": "First", "product_uom_qty": 3, "price_unit": 10,
		"price_subtotal": 30, tax: []int64{}, "order_partner_id": s.ref(s.id("buyer"))})
	s.has("sale.order.line", lines[1], map[string]any{"price_subtotal": 9.9, "discount": 10})
	if name := fmt.Sprint(s.read("sale.order", ids[0], "name")["name"]); !strings.HasPrefix(name, "S0") {
		s.Errorf("order name %q, want Odoo's own number", name)
	}
	if err := s.c.Unlink(s.ctx, "sale.order", ids); err != nil {
		s.Fatal(err)
	}
	if n := s.count("sale.order.line", leaf("id", "in", lines)); n != 0 {
		s.Errorf("%d lines left", n)
	}
	if got := s.xmlids("o1", "o2"); len(got) != 0 {
		s.Errorf("external ids %v left", got)
	}
}

func saleBadLine(s *suite) {
	s.loaded("res.partner", partnerColumns, []string{s.id("buyer"), "Buyer"})
	s.product("thing")
	columns := []string{"id", "partner_id/id", "order_line/product_id/id", "order_line/product_uom_qty"}
	msgs := s.refused("sale.order", columns,
		[]string{s.id("o1"), s.id("buyer"), s.id("thing"), "1"},
		[]string{s.id("o2"), s.id("buyer"), s.id("thing"), "1"},
		[]string{"", "", s.id("nothing"), "1"},
		[]string{s.id("o3"), s.id("buyer"), s.id("thing"), "1"})
	if len(msgs) != 1 || msgs[0].From != 1 || msgs[0].To != 2 || msgs[0].Record != 1 || msgs[0].Field != "order_line" {
		s.Errorf("messages %+v, want one for rows 1 to 2, record 1, field order_line", msgs)
	}
	msgs = s.refused("sale.order", []string{"id", "partner_id/id"}, []string{s.id("o1"), s.id("buyer")}, []string{s.id("o2"), ""})
	if !slices.Equal(positions(msgs), []int{1}) {
		s.Errorf("messages %+v, want row 1, which has no partner", msgs)
	}
}

// salePrices predicts totals from the metadata: the price is rounded to its field's digits, the line to the currency.
func salePrices(s *suite) {
	s.loaded("res.partner", partnerColumns, []string{s.id("buyer"), "Buyer"})
	s.product("thing")
	snap, err := s.c.Snapshot(s.ctx, []string{"sale.order.line"})
	if err != nil {
		s.Fatal(err)
	}
	price, _ := snap.Models[0].Field("price_unit")
	tax := s.saleTax()
	columns := []string{"id", "partner_id/id", "order_line/product_id/id", "order_line/product_uom_qty", "order_line/price_unit", "order_line/" + tax + "/.id"}
	for i, x := range []struct{ price, quantity string }{{"12.345", "3"}, {"0.005", "1"}, {"1.115", "1"}, {"2.675", "7"}, {"1000.995", "2"}} {
		p, _ := new(big.Rat).SetString(x.price)
		if price.HasDigits {
			p = round(p, price.Digits)
		}
		q, _ := new(big.Rat).SetString(x.quantity)
		want := round(new(big.Rat).Mul(p, q), snap.CurrencyDigits)
		ids := s.loaded("sale.order", columns, []string{s.id(fmt.Sprint("o", i)), s.id("buyer"), s.id("thing"), x.quantity, x.price, ""})
		f, _ := want.Float64()
		s.has("sale.order", ids[0], map[string]any{"amount_untaxed": f})
	}
}

// saleRounding sends three lines of 1.004: 3.00 where lines are rounded, 3.01 where the document is.
func saleRounding(s *suite) {
	s.loaded("res.partner", partnerColumns, []string{s.id("buyer"), "Buyer"})
	s.product("thing")
	columns := []string{"id", "partner_id/id", "order_line/product_id/id", "order_line/product_uom_qty", "order_line/price_unit", "order_line/" + s.saleTax() + "/.id"}
	line := []string{"", "", s.id("thing"), "0.1", "10.04", ""}
	first := slices.Clone(line)
	first[0], first[1] = s.id("o"), s.id("buyer")
	ids := s.loaded("sale.order", columns, first, line, line)
	snap, err := s.c.Snapshot(s.ctx, nil)
	if err != nil {
		s.Fatal(err)
	}
	want := 3.0
	if snap.RoundGlobally {
		want = 3.01
	}
	s.has("sale.order", ids[0], map[string]any{"amount_untaxed": want})
}

// lineXMLIDs: load gives lines the external ids of their column. Lines go with their order by PostgreSQL's cascade, behind
// the back of Odoo, which keeps their external ids.
func lineXMLIDs(s *suite) {
	s.loaded("res.partner", partnerColumns, []string{s.id("buyer"), "Buyer"})
	s.product("thing")
	columns := []string{"id", "partner_id/id", "order_line/id", "order_line/product_id/id", "order_line/product_uom_qty", "order_line/price_unit"}
	ids := s.loaded("sale.order", columns,
		[]string{s.id("o"), s.id("buyer"), s.id("l1"), s.id("thing"), "1", "5"},
		[]string{"", "", s.id("l2"), s.id("thing"), "2", "5"})
	if got := s.xmlids("o", "l1", "l2"); len(got) != 3 {
		s.Fatalf("external ids %v, want those of the order and both lines", got)
	}
	if err := s.c.Unlink(s.ctx, "sale.order", ids); err != nil {
		s.Fatal(err)
	}
	if got := s.xmlids("o", "l1", "l2"); len(got) != 2 {
		s.Errorf("external ids %v, want those of the two lines", got)
	}
}

// round rounds half away from zero.
func round(r *big.Rat, digits int) *big.Rat {
	out, _ := new(big.Rat).SetString(r.FloatString(digits))
	return out
}

func saleDefaults(s *suite) {
	buyer := s.create("res.partner", map[string]any{"name": "Buyer"})
	product := s.product("thing", "list_price", "20", "default_code", "T1")
	order := s.create("sale.order", map[string]any{"partner_id": buyer, "order_line": []any{[]any{0, 0, map[string]any{"product_id": product, "product_uom_qty": 2}}}})
	lines := s.search("sale.order.line", leaf("order_id", "=", order))
	if len(lines) != 1 {
		s.Fatalf("lines %v", lines)
	}
	tax := s.saleTax()
	s.has("sale.order.line", lines[0], map[string]any{"price_unit": 20, "name": "[T1] thing", tax: []int64{1}})
	s.has("sale.order", order, map[string]any{"amount_untaxed": 40, "amount_tax": 6, "amount_total": 46})
	if err := s.c.Write(s.ctx, "sale.order.line", lines, map[string]any{"product_uom_qty": 3, tax: []any{[]any{5}}}); err != nil {
		s.Fatal(err)
	}
	s.has("sale.order", order, map[string]any{"amount_untaxed": 60, "amount_tax": 0, "amount_total": 60})
	if err := s.c.Unlink(s.ctx, "sale.order.line", lines); err != nil {
		s.Fatal(err)
	}
	s.has("sale.order", order, map[string]any{"amount_total": 0, "order_line": []int64{}})
}

func purchaseOrder(s *suite) {
	s.loaded("res.partner", partnerColumns, []string{s.id("vendor"), "Vendor"})
	s.product("thing")
	tax := s.field("purchase.order.line", "tax_ids", "taxes_id")
	ids := s.loaded("purchase.order", []string{"id", "partner_id/id", "date_order", "order_line/product_id/id", "order_line/name", "order_line/product_qty",
		"order_line/price_unit", "order_line/" + tax + "/.id"},
		[]string{s.id("o1"), s.id("vendor"), "2024-03-05 10:00:00", s.id("thing"), "Part", "4", "2.5", ""},
		[]string{"", "", "", s.id("thing"), "Part", "1", "1.25", ""})
	s.has("purchase.order", ids[0], map[string]any{"state": "draft", "amount_untaxed": 11.25, "amount_total": 11.25, "date_order": "2024-03-05 10:00:00"})
	// A purchase order is cancelled before it can be deleted, also as a draft: the recipe says so.
	recipe := odoo.RecipeFor("purchase.order")
	s.fails("unlink a draft", s.c.Unlink(s.ctx, "purchase.order", ids), schema.FaultUser)
	if _, err := s.c.Method(s.ctx, "purchase.order", recipe.BeforeUnlink, ids, nil); err != nil {
		s.Fatal(err)
	}
	s.has("purchase.order", ids[0], map[string]any{"state": "cancel"})
	if err := s.c.Unlink(s.ctx, "purchase.order", ids); err != nil {
		s.Fatal(err)
	}
}

// accounts are two account ids of the chart that need no partner.
func (s *suite) accounts() (string, string) {
	s.Helper()
	ids := s.search("account.account", leaf("account_type", "in", []string{"expense", "income"}))
	if len(ids) < 2 {
		s.Fatalf("the chart has %d income and expense accounts, want two", len(ids))
	}
	return fmt.Sprint(ids[0]), fmt.Sprint(ids[1])
}

var entryColumns = []string{"id", "date", "ref", "line_ids/account_id/.id", "line_ids/name", "line_ids/debit", "line_ids/credit"}

func entry(s *suite) {
	a, b := s.accounts()
	ids := s.loaded("account.move", entryColumns,
		[]string{s.id("m1"), "2024-01-31", "OPEN", a, "one", "100.10", ""}, []string{"", "", "", b, "two", "", "60.05"}, []string{"", "", "", b, "three", "0", "40.05"})
	if len(ids) != 1 {
		s.Fatalf("ids %v, want one", ids)
	}
	s.has("account.move", ids[0], map[string]any{"state": "draft", "move_type": "entry", "date": "2024-01-31", "ref": "OPEN", "amount_total": 100.1})
	lines := s.search("account.move.line", leaf("move_id", "=", ids[0]))
	slices.Sort(lines)
	if len(lines) != 3 {
		s.Fatalf("lines %v, want three", lines)
	}
	s.has("account.move.line", lines[1], map[string]any{"debit": 0, "credit": 60.05, "balance": -60.05, "name": "two", "amount_currency": -60.05})
	recipe := odoo.RecipeFor("account.move")
	if _, err := s.c.Method(s.ctx, "account.move", recipe.Confirm, ids, nil); err != nil {
		s.Fatal(err)
	}
	s.has("account.move", ids[0], recipe.Done)
	if name := fmt.Sprint(s.read("account.move", ids[0], "name")["name"]); !strings.HasPrefix(name, "MISC/2024/01/") {
		s.Errorf("the posted entry is named %q, want MISC/2024/01/…", name)
	}
	s.fails("unlink a posted entry", s.c.Unlink(s.ctx, "account.move", ids), schema.FaultUser)
	_, err := s.c.Method(s.ctx, "account.move", recipe.Confirm, ids, nil)
	s.fails("post it again", err, schema.FaultUser)
	v, err := s.c.Method(s.ctx, "account.move", recipe.Reset, ids, nil)
	if err != nil || v != nil {
		s.Fatalf("%s: %v %v, want no error and no result: it returns None", recipe.Reset, v, err)
	}
	s.has("account.move", ids[0], map[string]any{"state": "draft"})
	if err := s.c.Unlink(s.ctx, "account.move", ids); err != nil {
		s.Fatal(err)
	}
	if n := s.count("account.move.line", leaf("id", "in", lines)); n != 0 {
		s.Errorf("%d lines left", n)
	}
	if got := s.xmlids("m1"); len(got) != 0 {
		s.Errorf("external ids %v left", got)
	}
}

// unbalanced shows the row-0 trap: the message about the whole batch comes first and carries the position of record 0.
func unbalanced(s *suite) {
	a, b := s.accounts()
	msgs := s.refused("account.move", entryColumns,
		[]string{s.id("m1"), "2024-01-31", "OK", a, "one", "10", ""}, []string{"", "", "", b, "two", "", "10"},
		[]string{s.id("m2"), "2024-01-31", "BAD", a, "one", "10", ""}, []string{"", "", "", b, "two", "", "9"})
	if len(msgs) != 2 || msgs[0].From != 0 || msgs[1].From != 2 || msgs[1].To != 3 || msgs[1].Record != 1 {
		s.Fatalf("messages %+v, want the batch's at row 0 and the entry's at rows 2 to 3", msgs)
	}
	_, err := s.c.Create(s.ctx, "account.move", []map[string]any{{"ref": "x", "line_ids": []any{
		[]any{0, 0, map[string]any{"account_id": s.search("account.account", leaf("account_type", "=", "expense"))[0], "debit": 5}}}}})
	s.fails("create an unbalanced entry", err, schema.FaultUser)
}

func dates(s *suite) {
	buyer := s.create("res.partner", map[string]any{"name": "Buyer"})
	columns := []string{"partner_id/.id", "date_order", "validity_date"}
	id := fmt.Sprint(buyer)
	for cell, want := range map[string]string{"2024-02-29 12:34:56": "2024-02-29 12:34:56", "2024-02-29": "2024-02-29 00:00:00"} {
		ids := s.loaded("sale.order", columns, []string{id, cell, "2024-02-29"})
		s.has("sale.order", ids[0], map[string]any{"date_order": want, "validity_date": "2024-02-29"})
	}
	for _, bad := range [][2]string{{"29.02.2024", "2024-02-29"}, {"2024-02-29 00:00:00", "29/02/2024"}, {"2023-02-29 00:00:00", "2024-02-29"}} {
		msgs := s.refused("sale.order", columns, []string{id, bad[0], bad[1]})
		if !slices.Equal(positions(msgs), []int{0}) || (msgs[0].Field != "date_order" && msgs[0].Field != "validity_date") {
			s.Errorf("%v: messages %+v, want one about the date", bad, msgs)
		}
	}
}
