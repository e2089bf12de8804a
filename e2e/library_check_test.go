//go:build odoo

package e2e

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// same compares two lists of lines as sets and shows what differs.
func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if slices.Equal(got, want) && len(want) > 0 {
		return
	}
	in := func(list []string) func(string) bool {
		return func(s string) bool { return slices.Contains(list, s) }
	}
	t.Errorf("%s: %d lines, want %d\n\tnot wanted %q\n\tmissing    %q", what, len(got), len(want), slices.DeleteFunc(slices.Clone(got), in(want)),
		slices.DeleteFunc(slices.Clone(want), in(got)))
}

// booksIn compares the posted books with the files: the trial balance account by account, every open item with its due
// date in both currencies, and the clearing accounts.
func (c trader) booksIn(t *testing.T, s *server) {
	t.Helper()
	balance := map[string]record.Decimal{}
	add := func(account string, amount record.Decimal) { balance[account] = balance[account].Add(amount) }
	for _, row := range c["opening_lines"] {
		add(row["account"], number(row["debit"]).Sub(number(row["credit"])))
	}
	var items []string
	for _, row := range c["open_items"] {
		add(row["account"], number(row["amount"]))
		add(row["clearing"], number(row["amount"]).Neg())
		foreign := row["amount_currency"]
		if foreign == "" {
			foreign = row["amount"]
		}
		items = append(items, strings.Join([]string{row["partner"], row["account"], row["date"], row["due"], number(row["amount"]).String(), row["currency"], number(foreign).String(), row["text"]}, " "))
	}
	var want []string
	for _, account := range slices.Sorted(maps.Keys(balance)) {
		want = append(want, account+" "+balance[account].String())
	}
	const books = ` from account_move_line l join account_move m on m.id = l.move_id and m.state = 'posted' join account_account a on a.id = l.account_id `
	same(t, "trial balance", s.column(t, "select code_store->>'1' || ' ' || trim_scale(sum(l.balance))"+books+"group by a.id, code_store"), want)
	same(t, "open items", s.column(t, `select concat_ws(' ', p.ref, code_store->>'1', m.date, l.date_maturity, trim_scale(l.amount_residual), r.name, trim_scale(l.amount_residual_currency), m.ref)`+
		books+`join res_partner p on p.id = l.partner_id join res_currency r on r.id = l.currency_id where a.account_type in ('asset_receivable', 'liability_payable')`), items)
	s.expect(t, []check{
		{"accounts that clear", "select count(distinct a.id)" + books + "where code_store->>'1' like '9991%' or code_store->>'1' like '9992%'", "2"},
		{"left on clearing accounts", "select sum(abs(x)) from (select sum(l.balance) x" + books + "where code_store->>'1' like '9991%' or code_store->>'1' like '9992%' group by a.id) q", "0"},
		{"entries that are no opening", "select count(*) from account_move m join account_journal j on j.id = m.journal_id where j.code <> 'OPEN'", "0"},
		{"entries", "select count(*) from account_move where state = 'posted'", strconv.Itoa(len(c["open_items"]) + 1)},
	})
}

// isIn compares everything with the files.
func (c trader) isIn(t *testing.T, s *server) {
	t.Helper()
	s.expect(t, quiet)
	c.booksIn(t, s)
	c.stockIn(t, s)
	c.variantsIn(t, s)
	c.ordersIn(t, s)
	c.pricesIn(t, s)
	n := func(source string) string { return strconv.Itoa(len(c[source])) }
	in := func(model, prefix string) string {
		return "select count(*) from ir_model_data where module = 'whole' and model = '" + model + "' and name like '" + prefix + "%' and name not like '%product_template'"
	}
	s.expect(t, []check{
		{"companies", in("res.partner", "partner"), n("companies")},
		{"contacts", in("res.partner", "contact"), n("contacts")},
		{"addresses", in("res.partner", "address"), n("addresses")},
		{"bank accounts", "select count(*) from res_partner_bank where active and partner_id is not null", n("bank_accounts")},
		{"contacts that have not their company's street", `select count(*) from res_partner p join res_partner c on c.id = p.parent_id where p.type = 'contact' and p.street is distinct from c.street`, "0"},
		{"addresses that lost their own", `select count(*) from res_partner p where p.type in ('delivery', 'invoice', 'other') and parent_id is not null and street like 'Dock %'`, n("addresses")},
		{"products", in("product.product", "product"), n("products")},
		{"products in use", "select count(*) from product_product p join product_template t on t.id = p.product_tmpl_id where p.active and t.active and p.default_code like 'A-%'", strconv.Itoa(len(c["products"]) - 1)},
		{"products with another number of variants", "select count(*) from (select from product_product p join product_template t on t.id = p.product_tmpl_id where t.active group by product_tmpl_id having count(*) not in (1, 6)) q", "0"},
		{"categories below another", "select count(*) from product_category c join ir_model_data d on d.model = 'product.category' and d.res_id = c.id and d.module = 'whole' where complete_name ~ 'Group [0-9] / Group'", "12"},
		{"units", "select count(*) from uom_uom where active and name->>'en_US' in ('Units', 'Dozens', 'Box of 20', 'Pair')", "4"},
	})
}

// stockIn compares stock on hand by product, location and lot.
func (c trader) stockIn(t *testing.T, s *server) {
	t.Helper()
	var want []string
	for _, row := range c["stock"] {
		want = append(want, strings.TrimSpace(strings.Join([]string{row["sku"], row["location"], number(row["quantity"]).String(), row["lot"]}, " ")))
	}
	same(t, "stock", s.column(t, onHand), want)
	s.expect(t, []check{
		{"moves that are no inventory", "select count(*) from stock_move where not is_inventory or picking_id is not null or state <> 'done'", "0"},
		{"stock that is reserved", "select count(*) from stock_quant where reserved_quantity <> 0", "0"},
	})
}

const onHand = `select trim(concat_ws(' ', p.default_code, replace(substr(d.name, 10), '-2d', '-'), trim_scale(q.quantity::numeric), t.name)) from stock_quant q join product_product p on p.id = q.product_id
	join stock_location l on l.id = q.location_id left join stock_lot t on t.id = q.lot_id
	left join ir_model_data d on d.module = 'whole' and d.model = 'stock.location' and d.res_id = l.id where l.usage = 'internal' and q.quantity <> 0`

// variantsIn compares the variants that Odoo made by their values, and those that are not sold.
func (c trader) variantsIn(t *testing.T, s *server) {
	t.Helper()
	var want []string
	for _, row := range c["variants"] {
		parts := strings.Split(row["sku"], "/") // template, size, colour

		want = append(want, strings.Join([]string{row["sku"], "Shirt " + parts[0][1:], parts[2], parts[1], map[string]string{"yes": "t", "no": "f"}[row["active"]]}, " "))
	}
	same(t, "variants", s.column(t, `select concat_ws(' ', p.default_code, t.name->>'en_US', string_agg(v.name->>'en_US', ' ' order by a.name->>'en_US'), p.active)
		from product_product p join product_template t on t.id = p.product_tmpl_id join product_variant_combination x on x.product_product_id = p.id
		join product_template_attribute_value tv on tv.id = x.product_template_attribute_value_id join product_attribute_value v on v.id = tv.product_attribute_value_id
		join product_attribute a on a.id = v.attribute_id where t.active group by p.id, t.name`), want)
}

// ordersIn compares orders: open ones are drafts, closed ones leave nothing to do, and all have the date of the file.
func (c trader) ordersIn(t *testing.T, s *server) {
	t.Helper()
	lines := func(source, order, quantity, price string) []string {
		var out []string
		for _, row := range c[source] {
			out = append(out, strings.Join([]string{row[order], row["line"], number(row[quantity]).String(), number(row[price]).String(), number(row["discount"]).String()}, " "))
		}
		return out
	}
	const sold = `select concat_ws(' ', o.origin, l.sequence, trim_scale(l.product_uom_qty::numeric), trim_scale(l.price_unit::numeric), trim_scale(l.discount::numeric)) from sale_order o
		join sale_order_line l on l.order_id = o.id where o.state = `
	same(t, "lines of open sales orders", s.column(t, sold+"'draft'"), lines("sale_order_lines", "order", "quantity", "price"))
	same(t, "lines of closed sales orders", s.column(t, sold+"'sale'"), lines("history_lines", "order", "quantity", "price"))
	same(t, "lines of purchase orders", s.column(t, `select concat_ws(' ', o.origin, l.sequence, trim_scale(l.product_qty::numeric), trim_scale(l.price_unit::numeric), 0) from purchase_order o
		join purchase_order_line l on l.order_id = o.id where o.state = 'draft'`), lines("purchase_order_lines", "order", "quantity", "price"))
	var open, closed, bought []string
	for _, row := range c["sale_orders"] {
		currency := "USD"
		if row["price_list"] == "EURO" {
			currency = "EUR"
		}
		open = append(open, strings.Join([]string{row["order"], row["partner"], row["date"], currency}, " "))
	}
	for _, row := range c["history_orders"] {
		closed = append(closed, strings.Join([]string{row["order"], row["partner"], row["date"], "t no"}, " "))
	}
	for _, row := range c["purchase_orders"] {
		bought = append(bought, strings.Join([]string{row["order"], row["partner"], row["date"], row["currency"]}, " "))
	}
	same(t, "open sales orders", s.column(t, `select concat_ws(' ', o.origin, p.ref, o.date_order::date, r.name) from sale_order o join res_partner p on p.id = o.partner_id
		join res_currency r on r.id = o.currency_id where o.state = 'draft'`), open)
	same(t, "closed sales orders", s.column(t, `select concat_ws(' ', o.origin, p.ref, o.date_order::date, o.locked, o.invoice_status) from sale_order o join res_partner p on p.id = o.partner_id
		where o.state = 'sale'`), closed)
	same(t, "purchase orders", s.column(t, `select concat_ws(' ', o.origin, p.ref, o.date_order::date, r.name) from purchase_order o join res_partner p on p.id = o.partner_id
		join res_currency r on r.id = o.currency_id`), bought)
}

// pricesIn lets Odoo price a few sales and takes the quotation away again.
func (c trader) pricesIn(t *testing.T, s *server) {
	t.Helper()
	client := s.rpc(t)
	id := func(sql string) int64 {
		n, err := strconv.ParseInt(s.value(t, sql), 10, 64)
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		return n
	}
	list := func(i int) string { return c["products"][i]["sale_price"] }
	less := func(price, percent string) string {
		of := record.MustDecimal("100").Sub(number(percent))
		return number(price).Mul(of).Mul(record.MustDecimal("0.01")).Round(2).String()
	}
	for _, p := range []struct {
		list, sku, want string
		quantity        int
	}{
		{"RETAIL", sku(2), "11", 1},
		{"RETAIL", sku(2), "10", 10},
		{"RETAIL", sku(20), list(20), 1},
		{"EURO", sku(3), "11.2", 1},
		{"TRADE", sku(1), less(list(1), "12.5"), 1}, // by its category's parent
		{"TRADE", sku(2), less(list(2), "5"), 1},    // the category's price is not of today
		{"TRADE", sku(3), less(list(3), "5"), 1},
	} {
		product := id("select id from product_product where active and default_code = '" + p.sku + "'")
		made, err := client.Create(t.Context(), "sale.order", []map[string]any{{
			"partner_id":   id("select id from res_partner where ref = '10001'"),
			"pricelist_id": id("select res_id from ir_model_data where module = 'whole' and name = 'price_list_" + p.list + "'"),
			"order_line":   []any{[]any{0, 0, map[string]any{"product_id": product, "product_uom_qty": p.quantity}}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		got := s.value(t, fmt.Sprintf("select round((price_subtotal / product_uom_qty)::numeric, 2) from sale_order_line where order_id = %d", made[0]))
		if got != plain(number(p.want).String()) {
			t.Errorf("%d of %s costs %s by price list %s, want %s", p.quantity, p.sku, got, p.list, p.want)
		}
		if err := client.Unlink(t.Context(), "sale.order", made); err != nil {
			t.Fatal(err)
		}
	}
}

// isOut checks what a rollback leaves where stock has moved: nothing in the books, nothing on hand, nothing in use.
func (c trader) isOut(t *testing.T, s *server, before map[string]string) {
	t.Helper()
	after := s.counts(t)
	for _, table := range []string{"res_partner", "sale_order", "sale_order_line", "account_move", "account_move_line", "account_account", "mail_mail"} {
		if after[table] != before[table] {
			t.Errorf("after the rollback %s has %s rows, it had %s", table, after[table], before[table])
		}
	}
	// 18 keeps the categories of products that it keeps; 19 lets them go.
	kept := map[string]string{"18.0": strconv.Itoa(len(c["product_categories"])), "19.0": "0"}[s.version]
	s.expect(t, []check{{"categories", "select count(*) - " + before["product_category"] + " from product_category", kept}})
	if left := s.column(t, onHand); len(left) > 0 {
		t.Errorf("after the rollback there is stock: %v", left)
	}
	s.expect(t, []check{
		{"external ids", "select count(*) from ir_model_data where module = 'whole'", "0"},
		{"products in use", "select count(*) from product_product p join product_template t on t.id = p.product_tmpl_id where p.active or t.active", "0"},
		{"locations in use", "select count(*) from stock_location where active and (name like 'Rack %' or name like 'Aisle %')", "0"},
		{"units in use", "select count(*) from uom_uom where active and name->>'en_US' in ('Box of 20', 'Pair')", "0"},
		{"purchase orders", "select count(*) from purchase_order", "0"},
		{"price lists", "select count(*) from product_pricelist_item", "0"},
		{"what stock moves sum to", "select sum(quantity) from stock_quant", "0"},
		{"counter moves", fmt.Sprintf("select count(*) - 2 * %d from stock_move", len(c["stock"])), "0"},
	})
}
