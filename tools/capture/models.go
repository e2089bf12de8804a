package main

// models are what the double knows: what a first migration loads, and what those models point to.
var models = []string{
	"account.account", "account.journal", "account.move", "account.move.line", "account.payment.term", "account.tax",
	"crm.team", "decimal.precision", "ir.attachment", "ir.config_parameter", "ir.cron", "ir.mail_server", "ir.model",
	"ir.model.data", "ir.module.module", "mail.mail", "mail.message", "product.category", "product.pricelist", "product.product", "product.template",
	"purchase.order", "purchase.order.line", "res.company", "res.country", "res.country.state", "res.currency", "res.groups",
	"res.lang", "res.partner", "res.partner.bank", "res.partner.category", "res.bank", "res.users", "sale.order",
	"sale.order.line", "stock.location", "stock.picking", "stock.quant", "stock.warehouse", "uom.uom",
}

type seedPlan struct {
	domain []any
	fields []string // nil is every stored field
	more   []string // fields that are not stored in a column of their own
}

var seeds = map[string]seedPlan{
	"account.account":      {more: []string{"code"}},
	"account.journal":      {},
	"account.payment.term": {fields: []string{"name", "active", "company_id", "sequence"}},
	"account.tax":          {},
	"crm.team":             {},
	"decimal.precision":    {},
	"ir.cron":              {fields: []string{"active", "cron_name", "interval_number", "interval_type", "priority"}},
	"product.category":     {},
	"product.pricelist":    {},
	"res.company":          {},
	"res.country":          {fields: []string{"name", "code", "currency_id", "phone_code", "state_required", "zip_required"}},
	"res.country.state":    {fields: []string{"name", "code", "country_id"}},
	"res.currency":         {fields: []string{"name", "full_name", "symbol", "rounding", "decimal_places", "active", "position"}},
	"res.groups":           {fields: []string{"name"}},
	"res.lang":             {domain: domain("active", "=", true)},
	"res.partner":          {},
	"res.users":            {fields: []string{"login", "partner_id", "company_id", "company_ids", "active", "share", "group_ids"}},
	"stock.location":       {},
	"stock.warehouse":      {},
	"uom.uom":              {},
}

// skipTypes and skipFields are what no test asks for: pictures, layouts, audit columns, addresses of people.
var skipTypes = map[string]bool{"binary": true, "html": true, "json": true, "properties": true, "properties_definition": true, "one2many": true}

var skipFields = map[string]bool{"create_uid": true, "write_uid": true, "create_date": true, "write_date": true, "signup_type": true,
	"message_main_attachment_id": true, "alias_id": true, "access_token": true, "contract_ids": true}
