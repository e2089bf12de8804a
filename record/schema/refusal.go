package schema

import (
	"regexp"
	"strconv"
	"strings"
)

// Refusal is a record that Odoo does not take: one for which When is true. When is SQL over the record's fields in braces;
// a field that is not mapped is null there, so a refusal says nothing about what Odoo fills in by itself.
type Refusal struct {
	Model   string
	When    string
	Field   string // the one to mend
	Message string
	Since   int
	Until   int
}

// Refusals has one row a constraint, sorted by model. Read off the sources of 18 and 19: check constraints of the database
// and constraints in code that look at one record.
var Refusals = []Refusal{
	{Model: "account.account", When: `{code} !~ '^[A-Za-z0-9.]+$'`, Field: "code", Message: "an account's code holds letters, digits and dots only"},
	{Model: "account.account", When: `{account_type} in ('asset_receivable', 'liability_payable') and not {reconcile}`, Field: "reconcile", Message: "a receivable or payable account must be reconcilable"},
	{Model: "account.account", When: `{account_type} = 'off_balance' and {reconcile}`, Field: "reconcile", Message: "an off-balance account cannot be reconcilable"},
	{Model: "account.account", When: `{account_type} = 'off_balance' and {tax_ids} <> ''`, Field: "tax_ids", Message: "an off-balance account cannot have taxes"},
	{Model: "account.move.line", When: `coalesce({display_type}, '') not in ('line_section', 'line_subsection', 'line_note') and {debit} * {credit} <> 0`, Field: "credit", Message: "a line has either debit or credit"},
	{Model: "account.move.line", When: `{display_type} in ('line_section', 'line_subsection', 'line_note') and ({account_id} is not null or {debit} <> 0 or {credit} <> 0)`, Field: "account_id", Message: "a section or note has neither account nor amount"},
	{Model: "account.payment", When: `{amount} < 0`, Field: "amount", Message: "a payment's amount cannot be negative"},
	{Model: "crm.lead", When: `{probability} < 0 or {probability} > 100`, Field: "probability", Message: "a probability is between 0 and 100"},
	{Model: "crm.recurring.plan", When: `{number_of_months} < 0`, Field: "number_of_months", Message: "the number of months cannot be negative"},
	{Model: "hr.employee", When: `{barcode} !~ '^[A-Za-z0-9]{1,18}$'`, Field: "barcode", Message: "a badge has at most 18 letters and digits"},
	{Model: "hr.employee", When: `{pin} !~ '^[0-9]+$'`, Field: "pin", Message: "a PIN is made of digits"},
	{Model: "hr.job", When: `{no_of_recruitment} < 0`, Field: "no_of_recruitment", Message: "the number of employees wanted cannot be negative"},
	{Model: "ir.model.data", When: `{name} like '% %'`, Field: "name", Message: "an external id has no blanks"},
	{Model: "mrp.bom", When: `{product_qty} <= 0`, Field: "product_qty", Message: "the quantity to produce must be positive"},
	{Model: "mrp.bom.line", When: `{product_qty} < 0`, Field: "product_qty", Message: "a component's quantity cannot be negative"},
	{Model: "mrp.production", When: `{product_qty} <= 0`, Field: "product_qty", Message: "the quantity to produce must be positive"},
	{Model: "product.packaging", When: `{qty} <= 0`, Field: "qty", Message: "a packaging holds a positive quantity", Until: 18},
	{Model: "project.project", When: `{date} < {date_start}`, Field: "date", Message: "a project ends before it starts"},
	{Model: "project.task", When: `{recurring_task} and {parent_id} is not null`, Field: "parent_id", Message: "a recurring task cannot be a subtask"},
	{Model: "purchase.order.line", When: `[display_type] is null and not coalesce({is_downpayment}, false) and {product_id} is null`, Field: "product_id", Message: "an order line that is no section or note needs a product"},
	{Model: "purchase.order.line", When: `{display_type} is not null and ({product_id} is not null or {price_unit} <> 0 or {product_qty} <> 0)`, Field: "display_type", Message: "a section or note has neither product nor amount"},
	{Model: "res.currency", When: `{rounding} <= 0`, Field: "rounding", Message: "a currency's rounding must be positive"},
	{Model: "res.currency.rate", When: `{rate} <= 0`, Field: "rate", Message: "a rate must be positive"},
	{Model: "res.partner", When: `[type] = 'contact' and coalesce({name}, '') = ''`, Field: "name", Message: "a contact needs a name"},
	{Model: "resource.resource", When: `{time_efficiency} <= 0`, Field: "time_efficiency", Message: "the efficiency must be positive"},
	{Model: "sale.order", When: `{state} = 'sale' and {date_order} is null`, Field: "date_order", Message: "a confirmed order needs its date"},
	{Model: "sale.order.line", When: `[display_type] is null and not coalesce({is_downpayment}, false) and {product_id} is null`, Field: "product_id", Message: "an order line that is no section or note needs a product"},
	{Model: "sale.order.line", When: `{display_type} is not null and ({product_id} is not null or {price_unit} <> 0 or {product_uom_qty} <> 0)`, Field: "display_type", Message: "a section or note has neither product nor amount"},
	{Model: "stock.location", When: `{cyclic_inventory_frequency} < 0`, Field: "cyclic_inventory_frequency", Message: "the days between inventories cannot be negative"},
	{Model: "stock.package.type", When: `{height} < 0 or {width} < 0 or {packaging_length} < 0 or {max_weight} < 0`, Field: "height", Message: "measures and weight of a package cannot be negative"},
	{Model: "stock.storage.category", When: `{max_weight} < 0`, Field: "max_weight", Message: "the weight cannot be negative"},
	{Model: "stock.warehouse.orderpoint", When: `{qty_multiple} < 0`, Field: "qty_multiple", Message: "the multiple cannot be negative", Until: 18},
	{Model: "uom.uom", When: `{factor} = 0`, Field: "factor", Message: "the ratio of a unit cannot be 0", Until: 18},
	{Model: "uom.uom", When: `{uom_type} = 'reference' and {factor} <> 1`, Field: "factor", Message: "the reference unit of its category has the ratio 1", Until: 18},
	{Model: "uom.uom", When: `{rounding} <= 0`, Field: "rounding", Message: "a unit's rounding must be positive", Until: 18},
	{Model: "uom.uom", When: `{relative_factor} = 0`, Field: "relative_factor", Message: "the ratio of a unit cannot be 0", Since: 19},
	{Model: "uom.uom", When: `{relative_factor} <> 1 and {relative_uom_id} is null`, Field: "relative_uom_id", Message: "a unit that is so many times another needs that other unit", Since: 19},
}

// RefusalsOf are the refusals of a model in a version, in the order of the table.
func RefusalsOf(model string, major int) []Refusal {
	var out []Refusal
	for _, r := range Refusals {
		if r.Model == model && In(major, r.Since, r.Until) {
			out = append(out, r)
		}
	}
	return out
}

// refusalField is a field in the text of a refusal: in braces as mapped, in brackets with Odoo's default where it is not
// mapped.
var refusalField = regexp.MustCompile(`\{(\w+)\}|\[(\w+)\]`)

// FieldsIn lists the fields that SQL of these tables names.
func FieldsIn(sql string) []string {
	var out []string
	for _, m := range refusalField.FindAllStringSubmatch(sql, -1) {
		out = append(out, m[1]+m[2])
	}
	return out
}

// Filled replaces the fields in SQL of these tables: put gives the SQL of one, and usual whether Odoo's default counts where
// it is not mapped.
func Filled(sql string, put func(field string, usual bool) string) string {
	return refusalField.ReplaceAllStringFunc(sql, func(m string) string { return put(m[1:len(m)-1], m[0] == '[') })
}

// Major is the major version of the server: 19 of "19.0+e".
func (s *Snapshot) Major() int {
	head, _, _ := strings.Cut(strings.TrimPrefix(s.ServerVersion, "saas~"), ".")
	n, err := strconv.Atoi(head)
	if err != nil {
		return 0
	}
	return n
}

// Has reports whether a module is installed.
func (s *Snapshot) Has(module string) bool {
	for _, m := range s.Modules {
		if name, _, _ := strings.Cut(m, " "); name == module {
			return true
		}
	}
	return false
}
