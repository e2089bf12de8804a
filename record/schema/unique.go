package schema

// Unique says that Odoo takes no two records of a model with the same values. Rows of one Space share it, as products and
// their packagings share barcodes. Empty values are never the same.
type Unique struct {
	Space    string // name of what is unique; rows of several models may share one
	Model    string
	Fields   []string // the first one is searched by: a text
	Looks    []Look   // where values may be taken already; nil: the model itself, by the same fields
	Shared   string   // company field: a record of no company clashes with those of all; "" where companies are not told apart
	Plain    bool     // values are compared without anything but letters and digits, in capitals
	Warns    bool     // Odoo shows a warning, and takes the record
	Since    int      // first major version that has it; 0 is all that are supported
	Until    int      // last one; 0 likewise
	Excludes string   // SQL over {fields}: records it is true for do not count
	Active   bool     // Odoo looks by a search, which passes over archived records
	InOdoo   bool     // only what Odoo has already counts, not other rows of the source
}

// Look is where a value may be taken already: Field of Model. Owner is the field of the record found that holds the id of a
// record of the unique model; "" is the record itself.
type Look struct {
	Model, Field, Owner string
	Since, Until        int
}

var productBarcodes = []Look{{Model: "product.product", Field: "barcode"}, {Model: "product.uom", Field: "barcode", Owner: "-", Since: 19}, {Model: "product.packaging", Field: "barcode", Owner: "-", Until: 18}}

var templateBarcodes = []Look{{Model: "product.product", Field: "barcode", Owner: "product_tmpl_id"}, productBarcodes[1], productBarcodes[2]}

var packagingBarcodes = []Look{{Model: "product.uom", Field: "barcode", Since: 19}, {Model: "product.packaging", Field: "barcode", Until: 18}, {Model: "product.product", Field: "barcode", Owner: "-"}}

// Uniques has one row a constraint, sorted by model. Read off the sources of 18 and 19: unique constraints and indexes of
// the database, and constraints in code that count records.
var Uniques = []Unique{
	{Space: "account code", Model: "account.account", Fields: []string{"code"}, Active: true},
	{Space: "account tag", Model: "account.account.tag", Fields: []string{"name", "applicability", "country_id"}},
	{Space: "code of a fiscal account map", Model: "account.fiscal.position.account", Fields: []string{"position_id", "account_src_id", "account_dest_id"}},
	{Space: "journal code", Model: "account.journal", Fields: []string{"code", "company_id"}},
	{Space: "reconciliation model", Model: "account.reconcile.model", Fields: []string{"name", "company_id"}, Until: 18},
	{Space: "tag name", Model: "crm.tag", Fields: []string{"name"}},
	{Space: "precision", Model: "decimal.precision", Fields: []string{"name"}},
	{Space: "badge", Model: "hr.employee", Fields: []string{"barcode"}},
	{Space: "employee tag", Model: "hr.employee.category", Fields: []string{"name"}},
	{Space: "job", Model: "hr.job", Fields: []string{"name", "company_id", "department_id"}},
	{Space: "system parameter", Model: "ir.config_parameter", Fields: []string{"key"}},
	{Space: "manufacturing order", Model: "mrp.production", Fields: []string{"name", "company_id"}},
	{Space: "product barcode", Model: "product.packaging", Fields: []string{"barcode"}, Looks: packagingBarcodes, Until: 18, Active: true},
	{Space: "product barcode", Model: "product.product", Fields: []string{"barcode"}, Looks: productBarcodes, Shared: "company_id", Active: true},
	{Space: "reference of a product", Model: "product.product", Fields: []string{"default_code"}, Plain: true, Warns: true, InOdoo: true},
	{Space: "product tag", Model: "product.tag", Fields: []string{"name"}},
	{Space: "product barcode", Model: "product.template", Fields: []string{"barcode"}, Looks: templateBarcodes, Shared: "company_id", Active: true},
	{Space: "product barcode", Model: "product.uom", Fields: []string{"barcode"}, Looks: packagingBarcodes, Since: 19, Active: true},
	{Space: "project tag", Model: "project.tags", Fields: []string{"name"}},
	{Space: "company", Model: "res.company", Fields: []string{"name"}},
	{Space: "country code", Model: "res.country", Fields: []string{"code"}},
	{Space: "country name", Model: "res.country", Fields: []string{"name"}},
	{Space: "country group", Model: "res.country.group", Fields: []string{"code"}, Since: 19},
	{Space: "state code", Model: "res.country.state", Fields: []string{"code", "country_id"}},
	{Space: "currency code", Model: "res.currency", Fields: []string{"name"}},
	{Space: "rate of a day", Model: "res.currency.rate", Fields: []string{"name", "currency_id", "company_id"}},
	{Space: "group", Model: "res.groups", Fields: []string{"name", "category_id"}, Until: 18},
	{Space: "group", Model: "res.groups", Fields: []string{"name", "privilege_id"}, Since: 19},
	{Space: "language code", Model: "res.lang", Fields: []string{"code"}},
	{Space: "language", Model: "res.lang", Fields: []string{"name"}},
	{Space: "partner barcode", Model: "res.partner", Fields: []string{"barcode"}, Active: true},
	{Space: "VAT number", Model: "res.partner", Fields: []string{"vat"}, Shared: "company_id", Plain: true, Warns: true, Excludes: "{parent_id} is not null or length({vat}) = 1"},
	{Space: "name and e-mail of a partner", Model: "res.partner", Fields: []string{"name", "email"}, Plain: true, Warns: true, InOdoo: true},
	{Space: "name and postal code of a partner", Model: "res.partner", Fields: []string{"name", "zip"}, Plain: true, Warns: true, InOdoo: true},
	{Space: "bank account", Model: "res.partner.bank", Fields: []string{"acc_number", "partner_id"}, Plain: true, Looks: []Look{{Model: "res.partner.bank", Field: "sanitized_acc_number"}}},
	{Space: "login", Model: "res.users", Fields: []string{"login"}},
	{Space: "location barcode", Model: "stock.location", Fields: []string{"barcode", "company_id"}},
	{Space: "lot", Model: "stock.lot", Fields: []string{"name", "product_id"}, Shared: "company_id"},
	{Space: "package type", Model: "stock.package.type", Fields: []string{"barcode"}},
	{Space: "transfer", Model: "stock.picking", Fields: []string{"name", "company_id"}},
	{Space: "warehouse code", Model: "stock.warehouse", Fields: []string{"code", "company_id"}},
	{Space: "warehouse", Model: "stock.warehouse", Fields: []string{"name", "company_id"}},
	{Space: "reordering rule", Model: "stock.warehouse.orderpoint", Fields: []string{"product_id", "location_id", "company_id"}},
}

// In reports whether a major version is within a range whose ends may be 0, for any.
func In(major, since, until int) bool {
	return (since == 0 || major >= since) && (until == 0 || major <= until)
}

// UniquesOf are the constraints of a model in a version, in the order of the table.
func UniquesOf(model string, major int) []Unique {
	var out []Unique
	for _, u := range Uniques {
		if u.Model == model && In(major, u.Since, u.Until) {
			out = append(out, u)
		}
	}
	return out
}

// Sought is where the values of u may be taken already, in a version.
func (u Unique) Sought(major int) []Look {
	looks := u.Looks
	if looks == nil {
		looks = []Look{{Model: u.Model, Field: u.Fields[0]}}
	}
	var out []Look
	for _, l := range looks {
		if In(major, l.Since, l.Until) {
			out = append(out, l)
		}
	}
	return out
}

// hierarchies are the fields, besides parent_id, by which records of a model stand above each other, and Odoo takes no ring.
var hierarchies = map[string]string{"stock.location": "location_id", "uom.uom": "relative_uom_id", "hr.department": "parent_id"}

// Hierarchy reports whether records of a model stand above each other by a field.
func Hierarchy(model, field string) bool { return field == "parent_id" || hierarchies[model] == field }
