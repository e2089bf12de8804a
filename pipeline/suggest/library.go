package suggest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/mappings/library"
)

// readyMade says which mapping of the library a draft of a model is like. Models whose records the library makes for one
// purpose only, such as opening entries, are not here: a table of journal entries need not be an opening.
var readyMade = map[string]struct{ lib, mapping string }{
	"account.account":        {"accounts", "accounts"},
	"product.category":       {"product_categories", "product_categories"},
	"product.pricelist":      {"price_lists", "price_lists"},
	"product.pricelist.item": {"price_lists", "prices"},
	"product.product":        {"products", "products"},
	"purchase.order":         {"purchase_orders", "purchase_orders"},
	"purchase.order.line":    {"purchase_orders", "purchase_order_lines"},
	"res.bank":               {"partners", "banks"},
	"res.partner":            {"partners", "companies"},
	"res.partner.bank":       {"partners", "bank_accounts"},
	"sale.order":             {"sale_orders", "sale_orders"},
	"sale.order.line":        {"sale_orders", "sale_order_lines"},
	"stock.location":         {"opening_stock", "stock_locations"},
	"stock.lot":              {"opening_stock", "stock_lots"},
	"uom.uom":                {"units", "units"},
}

// likeLibrary gives a draft what the ready-made map of its model knows: the order of the fields, which of them must not be
// empty, how records are matched, and what becomes of those whose row changes or goes.
func (m *mapping) likeLibrary() {
	like, ok := readyMade[m.model]
	if !ok {
		return
	}
	ready := fromLibrary(like.lib, like.mapping)
	if ready == nil {
		return
	}
	order := map[string]int{}
	for _, r := range ready.Fields {
		order[r.Name] = lineOf(r.At)
	}
	for i := range m.fields {
		if r := ready.Field(m.fields[i].key); r != nil && r.Missing == "reject" {
			m.fields[i].value = notEmpty(m.fields[i].value)
		}
	}
	slices.SortStableFunc(m.fields, func(a, b line) int {
		return cmp.Compare(cmp.Or(order[a.key], len(order)+1000), cmp.Or(order[b.key], len(order)+1000))
	})
	for _, key := range ready.Match {
		if !slices.ContainsFunc(key, func(f string) bool { return !m.has(f) }) {
			m.policies = append(m.policies, "match: [{"+strings.Join(key, ", ")+"}]")
			break
		}
	}
	if ready.Deletes != mappings.DeletesIgnore {
		m.policies = append(m.policies, "deletes: "+ready.Deletes)
	}
	if ready.Updates != mappings.UpdatesUpdate {
		m.policies = append(m.policies, "updates: "+ready.Updates)
	}
	if ready.Undo != "" {
		m.policies = append(m.policies, "undo: "+ready.Undo)
	}
	for i, a := range ready.AfterLoad {
		if i == 0 {
			m.policies = append(m.policies, "after_load:")
		}
		call := "  - {call: " + a.Call
		for _, c := range [][2]string{{"when", a.When}, {"expect", a.Expect}, {"undo", a.Undo}} {
			if c[1] != "" {
				call += ", " + c[0] + ": '" + strings.ReplaceAll(c[1], "'", "''") + "'"
			}
		}
		m.policies = append(m.policies, call+"}")
	}
	if len(m.policies) > 0 {
		m.policies = append([]string{fmt.Sprintf("# As in the ready-made map %s; migrate map library %s says more.", like.lib, like.lib)}, m.policies...)
	}
}

// fromLibrary finds a mapping of the library; nil where it is not there, which a test excludes.
func fromLibrary(lib, name string) *mappings.Mapping {
	l, err := library.Get(lib, 0)
	if err != nil {
		return nil
	}
	for _, f := range l.Mappings {
		if f.Mapping.Name == name {
			return f.Mapping
		}
	}
	return nil
}

// lineOf is the line of "file:line:col".
func lineOf(at string) int {
	parts := strings.Split(at, ":")
	if len(parts) < 3 {
		return 0
	}
	n, _ := strconv.Atoi(parts[len(parts)-2]) // 0 sorts it behind the others
	return n
}

// notEmpty adds to a rule that an empty cell rejects the row. An expression and a constant say themselves what they do.
func notEmpty(rule string) string {
	switch {
	case strings.HasPrefix(rule, "{from: ") && strings.HasSuffix(rule, "}"):
		if strings.Contains(rule, "missing:") || strings.Contains(rule, "default:") {
			return rule
		}
		return strings.TrimSuffix(rule, "}") + ", missing: reject}"
	case strings.HasPrefix(rule, "{"), strings.HasPrefix(rule, "="), strings.HasPrefix(rule, "'="):
		return rule
	}
	return "{from: " + rule + ", missing: reject}"
}
