package odootest

import (
	"fmt"
	"maps"
)

// --- sale

func salePrepare(e *env, vals map[string]any) error {
	setDefault(vals, "partner_invoice_id", vals["partner_id"])
	setDefault(vals, "partner_shipping_id", vals["partner_id"])
	setDefault(vals, "currency_id", companyCurrency)
	setDefault(vals, "user_id", e.uid)
	if n, _ := vals["name"].(string); n == "" || n == "New" {
		vals["name"] = fmt.Sprintf("S%05d", e.db.sequence("sale.order"))
	}
	return nil
}

func saleAfter(e *env, id int64, _ map[string]any, _ bool) error {
	if e.nested > 0 {
		return nil
	}
	return orderTotals(e, "sale.order", "sale.order.line", id)
}

func saleUnlink(e *env, ids []int64) error {
	for _, id := range ids {
		if s := e.db.tables["sale.order"].rows[id].text("state"); s != "draft" && s != "cancel" {
			return userError("You can not delete a sent quotation or a confirmed sales order. You must first cancel it.")
		}
	}
	return nil
}

func saleLinePrepare(e *env, vals map[string]any) error {
	p := productOf(e, vals)
	if p.row == nil {
		setDefault(vals, "name", " ")
		return nil
	}
	setDefault(vals, "name", p.name())
	setDefault(vals, "product_uom_id", p.template["uom_id"])
	if _, ok := vals["price_unit"]; !ok {
		vals["price_unit"] = p.template.num("list_price")
	}
	if _, ok := vals["tax_ids"]; !ok {
		vals["tax_ids"] = []any{[]any{int64(6), int64(0), p.template.ids("taxes_id")}}
	}
	return nil
}

func saleLineAfter(e *env, id int64, _ map[string]any, _ bool) error {
	return lineAmounts(e, "sale.order", "sale.order.line", "product_uom_qty", id)
}

// --- purchase

func purchasePrepare(e *env, vals map[string]any) error {
	setDefault(vals, "currency_id", companyCurrency)
	if n, _ := vals["name"].(string); n == "" || n == "New" {
		vals["name"] = fmt.Sprintf("P%05d", e.db.sequence("purchase.order"))
	}
	return nil
}

func purchaseAfter(e *env, id int64, _ map[string]any, _ bool) error {
	if e.nested > 0 {
		return nil
	}
	return orderTotals(e, "purchase.order", "purchase.order.line", id)
}

func purchaseUnlink(e *env, ids []int64) error {
	for _, id := range ids {
		if e.db.tables["purchase.order"].rows[id].text("state") != "cancel" {
			return userError("In order to delete a purchase order, you must cancel it first.")
		}
	}
	return nil
}

func cancelPurchases(e *env, ids []int64, _ map[string]any) (any, error) {
	for _, id := range ids {
		r := e.db.tables["purchase.order"].rows[id]
		if r == nil {
			return nil, missingRecord("purchase.order", id, e.uid)
		}
		r = maps.Clone(r)
		r["state"] = "cancel"
		e.db.put("purchase.order", r)
	}
	return nil, nil
}

func purchaseLinePrepare(e *env, vals map[string]any) error {
	p := productOf(e, vals)
	if order := e.db.tables["purchase.order"].rows[toID(vals["order_id"])]; order != nil {
		setDefault(vals, "date_planned", order["date_order"])
	}
	if p.row == nil {
		return nil
	}
	setDefault(vals, "name", p.name())
	setDefault(vals, "product_uom_id", p.template["uom_id"])
	if _, ok := vals["price_unit"]; !ok {
		vals["price_unit"] = p.row.num("standard_price")
	}
	if _, ok := vals["tax_ids"]; !ok {
		vals["tax_ids"] = []any{[]any{int64(6), int64(0), p.template.ids("supplier_taxes_id")}}
	}
	return nil
}

func purchaseLineAfter(e *env, id int64, _ map[string]any, _ bool) error {
	return lineAmounts(e, "purchase.order", "purchase.order.line", "product_qty", id)
}

// --- both

type product struct {
	row, template row
}

func productOf(e *env, vals map[string]any) product {
	r := e.db.tables["product.product"].rows[toID(vals["product_id"])]
	return product{r, e.db.tables["product.template"].rows[r.ref("product_tmpl_id")]}
}

// name is the line's description: the code in brackets, then the name.
func (p product) name() string {
	if code := p.row.text("default_code"); code != "" {
		return "[" + code + "] " + p.template.text("name")
	}
	return p.template.text("name")
}

// lineAmounts rounds each line to the currency, as Odoo stores price_subtotal.
func lineAmounts(e *env, order, line, quantity string, id int64) error {
	t := e.db.tables[line]
	r := maps.Clone(t.rows[id])
	digits := e.currencyDigits(e.db.meta.Models[order], e.db.tables[order].rows[r.ref("order_id")], &field{currency: "currency_id"})
	raw := r.num("price_unit") * r.num(quantity) * (1 - r.num("discount")/100)
	net := roundTo(raw, digits)
	tax := 0.0
	for _, tid := range r.ids("tax_ids") {
		a := e.db.tables["account.tax"].rows[tid]
		if a.text("amount_type") != "percent" || a.is("price_include") {
			return notPlayed("taxes other than a percentage on top")
		}
		tax += roundTo(raw*a.num("amount")/100, digits)
	}
	r["price_subtotal"], r["price_tax"], r["price_total"] = net, tax, roundTo(net+tax, digits)
	e.db.put(line, r)
	if e.nested > 0 {
		return nil
	}
	return orderTotals(e, order, line, r.ref("order_id"))
}

func saleLinesGone(e *env, rows []row) error {
	return linesGone(e, "sale.order", "sale.order.line", rows)
}

func purchaseLinesGone(e *env, rows []row) error {
	return linesGone(e, "purchase.order", "purchase.order.line", rows)
}

func linesGone(e *env, order, line string, rows []row) error {
	for _, r := range rows {
		if err := orderTotals(e, order, line, r.ref("order_id")); err != nil {
			return err
		}
	}
	return nil
}

// orderTotals adds up the lines: their exact amounts where the company rounds globally, their rounded ones where it rounds
// per line. Taxes are rounded over the whole order.
func orderTotals(e *env, order, line string, id int64) error {
	t := e.db.tables[order]
	if t.rows[id] == nil {
		return nil
	}
	r := maps.Clone(t.rows[id])
	digits := e.currencyDigits(e.db.meta.Models[order], r, &field{currency: "currency_id"})
	quantity := "product_uom_qty"
	if line == "purchase.order.line" {
		quantity = "product_qty"
	}
	globally := e.db.tables["res.company"].rows[1].text("tax_calculation_rounding_method") == "round_globally"
	net, perTax := 0.0, map[int64]float64{}
	for _, lid := range e.db.tables[line].byLink["order_id"][id] {
		l := e.db.tables[line].rows[lid]
		raw := l.num("price_unit") * l.num(quantity) * (1 - l.num("discount")/100)
		if globally {
			net += raw
		} else {
			net += l.num("price_subtotal")
		}
		for _, tid := range l.ids("tax_ids") {
			perTax[tid] += raw * e.db.tables["account.tax"].rows[tid].num("amount") / 100
		}
	}
	tax := 0.0
	for _, v := range perTax {
		tax += roundTo(v, digits)
	}
	net = roundTo(net, digits)
	r["amount_untaxed"], r["amount_tax"], r["amount_total"] = net, roundTo(tax, digits), roundTo(net+tax, digits)
	e.db.put(order, r)
	return nil
}
