package schema

// Gone is a field that one of the supported versions does not have, and that has no other name there.
type Gone struct{ Model, Field, Instead string }

// gone lists what mappings for one version use and the other does not have. Read off the sources of 18 and 19.
var gone = []Gone{
	{"account.account", "deprecated", "Odoo 19 has active instead, which is true where deprecated was false"},
	{"account.account", "active", "Odoo 18 has deprecated instead, which is true where active is false"},
	{"account.move.line", "tax_tag_invert", "Odoo 19 works it out by itself"},
	{"crm.lead", "mobile", "Odoo 19 has phone only"},
	{"product.product", "packaging_ids", "Odoo 19 has no packagings: they are units, in uom_ids"},
	{"product.supplierinfo", "product_uom", "Odoo 19 has product_uom_id, which can be written; in 18 it follows the product"},
	{"product.template", "packaging_ids", "Odoo 19 has no packagings: they are units, in uom_ids"},
	{"product.template", "uom_po_id", "Odoo 19 has no purchase unit: uom_id counts for purchases, and vendors may have units of their own"},
	{"res.partner", "mobile", "Odoo 19 has phone only"},
	{"res.partner", "title", "Odoo 19 has no titles: put it before the name, or into a note"},
	{"sale.order", "procurement_group_id", "Odoo 19 has no procurement groups"},
	{"sale.order.line", "product_packaging_id", "Odoo 19 has no packagings: they are units, in product_uom_id"},
	{"stock.move", "name", "Odoo 19 makes the name itself"},
	{"uom.uom", "category_id", "Odoo 19 has no unit categories: a unit stands on another one by relative_uom_id"},
	{"uom.uom", "factor_inv", "Odoo 19 has relative_factor: how many of relative_uom_id one unit is"},
	{"uom.uom", "uom_type", "Odoo 19 has no unit types: a unit stands on another one by relative_uom_id"},
}

// WhatBecame says what to do about a field that a supported version does not have; "" where nothing is known of it.
func WhatBecame(model, field string) string {
	for _, g := range gone {
		if g.Model == model && g.Field == field {
			return g.Instead
		}
	}
	return ""
}
