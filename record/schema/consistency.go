package schema

// Locked is a model whose records Odoo holds against the lock dates of their company once they are documents.
type Locked struct {
	Model   string
	Dates   []string // the first one that is filled counts
	Journal string   // many2one that says which lock dates count besides the general ones
	Type    string   // field of the journal
	Taxed   []string // fields of a line, any of which makes its document one that lock dates of taxes are about
}

// TaxLock is what lock dates of taxes are for, in LockDates; no journal has this type.
const TaxLock = "tax"

// LockedModels are those models.
var LockedModels = []Locked{{Model: "account.move", Dates: []string{"date", "invoice_date"}, Journal: "journal_id", Type: "type", Taxed: []string{"tax_ids", "tax_line_id", "tax_tag_ids"}}}

// LockDates are the fields of res.company that hold lock dates, as they bind the account; For is the type of journals they
// are about, "" for all, and TaxLock for documents with taxes.
var LockDates = []struct{ Field, For string }{
	{"user_fiscalyear_lock_date", ""}, {"user_hard_lock_date", ""}, {"user_sale_lock_date", "sale"}, {"user_purchase_lock_date", "purchase"},
	{"user_tax_lock_date", TaxLock},
}

// OfCompany are many2one fields whose record must be of the company of the record that has them, or of none
// (check_company in the sources of models that check it by themselves), sorted by model.
var OfCompany = []Companion{
	{"account.journal", []string{"default_account_id", "loss_account_id", "profit_account_id", "suspense_account_id"}, 0},
	{"account.move", []string{"fiscal_position_id", "invoice_payment_term_id", "journal_id", "partner_id", "partner_shipping_id"}, 0},
	{"account.move.line", []string{"account_id", "product_id"}, 0},
	{"account.payment", []string{"journal_id", "partner_id"}, 0},
	{"mrp.bom", []string{"product_id", "product_tmpl_id"}, 0},
	{"sale.order", []string{"fiscal_position_id", "journal_id", "partner_id", "partner_invoice_id", "partner_shipping_id", "payment_term_id", "pricelist_id", "team_id"}, 0},
	{"sale.order.line", []string{"product_id"}, 19},
	{"stock.location", []string{"location_id", "storage_category_id"}, 0},
	{"stock.lot", []string{"product_id"}, 0},
	{"stock.warehouse.orderpoint", []string{"location_id", "product_id", "warehouse_id"}, 0},
}

// Companion is one model of OfCompany, from a major version on.
type Companion struct {
	Model  string
	Fields []string
	Since  int
}

// Said is a field whose text is of a kind that can be checked, and whether Odoo refuses what fails the check.
type Said struct {
	Model, Field string
	Kind         string // vat, iban, email, phone
	Country      string // many2one to res.country that numbers are read by
	Refused      string // module with which Odoo refuses a wrong one; "" where it takes everything
}

// SaidFields has one row a field.
var SaidFields = []Said{
	{"crm.lead", "email_from", "email", "", ""},
	{"crm.lead", "phone", "phone", "country_id", ""},
	{"hr.employee", "work_email", "email", "", ""},
	{"res.partner", "email", "email", "", ""},
	{"res.partner", "mobile", "phone", "country_id", ""},
	{"res.partner", "phone", "phone", "country_id", ""},
	{"res.partner", "vat", "vat", "country_id", "base_vat"},
	{"res.partner.bank", "acc_number", "iban", "", ""},
}

// CheckedVAT are the countries whose VAT numbers Odoo checks by the public rules alone, as kinds.VAT does: what fails here is
// refused there. Others have rules of Odoo's own besides, and only get a warning.
var CheckedVAT = []string{"AT", "BE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "IT", "LU", "NL", "PL", "PT", "SE", "SI", "SK"}

// CompanyFields are the fields that bind records to companies, of models that OfCompany leads to.
var CompanyFields = map[string]string{
	"account.account": "company_ids", "account.fiscal.position": "company_id", "account.journal": "company_id", "account.payment.term": "company_id",
	"crm.team": "company_id", "product.pricelist": "company_id", "product.product": "company_id", "product.template": "company_id", "res.partner": "company_id",
	"stock.location": "company_id", "stock.storage.category": "company_id", "stock.warehouse": "company_id",
}
