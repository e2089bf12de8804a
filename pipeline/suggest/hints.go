package suggest

// modelHint says by which names an export's table is known to hold records of an Odoo model. Names are compared without
// separators and in lower case. The first hint that fits wins, so lines stand before their documents.
type modelHint struct {
	model string
	in    []string // the table's name contains one of them
	not   []string // and none of these
	needs []string // fields without which no mapping is drafted, as Odoo requires them and nothing can be guessed
	note  string   // what a person must know before this mapping is loaded
}

var modelHints = []modelHint{
	{model: "purchase.order.line", in: []string{"purchaseorderdetail", "purchaseorderline", "purchaseorderitem", "bestellposition"}},
	{model: "sale.order.line", in: []string{"orderdetail", "orderline", "orderitem", "orderposition", "auftragsposition", "auftragpos"}, not: []string{"purchase"},
		note: "Taxes: Odoo fills them by default when they are not sent. Decide, then send them always: tax_ids (19) or tax_id (18)."},
	{model: "purchase.order", in: []string{"purchaseorder", "bestellung"}, not: []string{"status", "type"}},
	{model: "sale.order", in: []string{"order", "auftrag", "auftraeg", "aufträge"}, not: []string{"status", "type", "purchase", "reorder", "border", "workorder", "text"},
		note: "The orders are created as drafts: nothing is confirmed, delivered or invoiced."},
	{model: "product.category", in: []string{"productcategor", "prodcategor", "productgroup", "categor", "warengruppe", "artikelgruppe"}, not: []string{"text", "hierarch", "customer", "supplier"}},
	{model: "product.product", in: []string{"product", "article", "artikel", "item", "material", "mara"}, not: []string{"text", "hierarch", "history", "review", "inventory", "vendor", "photo", "model", "price", "line"},
		note: "One product a row, without variants. Decide about type and is_storable: goods whose stock is counted need is_storable."},
	{model: "res.partner", in: []string{"customer", "client", "kunde", "debitor", "kna1", "supplier", "vendor", "lieferant", "kreditor", "lfa1", "partner", "compan", "contact", "kontakt"},
		not: []string{"text", "hierarch", "type", "order", "group", "role"}},
	{model: "account.account", in: []string{"account", "konto", "konten", "sachkont", "chart"}, not: []string{"text", "hierarch", "type", "bank", "group"}, needs: []string{"account_type"},
		note: "account_type is required: map the legacy kinds of account to Odoo's."},
}

// form is how a field's value is written in a mapping.
type form uint8

const (
	asText form = iota
	asNumber
	asDate
	asDateTime
	asCountry
	asState
	asFraction // a discount that may be written as 0.05
	asActive   // true where the column says the opposite: discontinued, blocked
)

// fieldHint says by which names, and which kind of value, a column is known to hold a field.
type fieldHint struct {
	field    string
	form     form
	exact    []string // the whole name, without separators, in lower case
	part     []string // or a part of it
	semantic string   // or the kind of the values
}

var fieldHints = map[string][]fieldHint{
	"res.partner": {
		{field: "name", exact: []string{"companyname", "name", "name1", "fullname", "customername", "suppliername", "vendorname", "company", "firma", "bezeichnung", "nom", "raisonsociale"}, part: []string{"companyname"}},
		{field: "email", semantic: "email", exact: []string{"email", "mail", "emailaddress"}, part: []string{"email"}},
		{field: "phone", exact: []string{"phone", "phonenumber", "telephone", "tel", "telefon", "telf1", "phone1"}, part: []string{"phone", "telefon"}},
		{field: "website", semantic: "url", exact: []string{"website", "homepage", "webaddress", "url", "www", "web"}},
		{field: "vat", semantic: "vat", exact: []string{"vat", "vatno", "vatnumber", "vatid", "ustid", "ustidnr", "stceg", "taxid", "tva"}},
		{field: "street", exact: []string{"street", "address", "address1", "addressline1", "stras", "strasse", "straße", "streetaddress", "adresse"}},
		{field: "street2", exact: []string{"street2", "address2", "addressline2"}},
		{field: "city", exact: []string{"city", "town", "ort", "ort01", "stadt", "ville"}},
		{field: "zip", exact: []string{"zip", "zipcode", "postalcode", "postcode", "plz", "pstlz", "codepostal"}},
		{field: "country_id", form: asCountry, semantic: "country", exact: []string{"country", "land", "land1", "countrycode", "countryname", "pays"}},
		{field: "state_id", form: asState, exact: []string{"state", "statecode", "regio", "province", "stateprovince", "region"}},
		{field: "function", exact: []string{"jobtitle", "function", "position"}},
		{field: "comment", exact: []string{"comment", "comments", "notes", "note", "memo", "remarks", "bemerkung"}},
		{field: "ref", exact: []string{"customerno", "customernumber", "kundennummer", "kunnr", "lifnr", "accountno"}},
	},
	"product.category": {
		{field: "name", exact: []string{"name", "categoryname", "description", "bezeichnung", "title"}, part: []string{"categoryname"}},
	},
	"product.product": {
		{field: "name", exact: []string{"name", "productname", "description", "articlename", "itemname", "bezeichnung", "title", "shortdescr"}, part: []string{"productname"}},
		{field: "default_code", exact: []string{"sku", "productnumber", "productno", "articleno", "articlenumber", "artikelnummer", "itemno", "matnr", "code"}},
		{field: "barcode", semantic: "ean", exact: []string{"ean", "ean13", "gtin", "upc", "barcode"}},
		{field: "list_price", form: asNumber, exact: []string{"price", "unitprice", "listprice", "salesprice", "preis", "verkaufspreis", "vkpreis"}},
		{field: "standard_price", form: asNumber, exact: []string{"cost", "standardcost", "standardprice", "unitcost", "einkaufspreis", "ekpreis"}},
		{field: "weight", form: asNumber, exact: []string{"weight", "weightmeasure", "netweight", "gewicht"}},
		{field: "active", form: asActive, exact: []string{"discontinued", "blocked", "inactive", "obsolete"}},
	},
	"sale.order": {
		{field: "date_order", form: asDateTime, exact: []string{"orderdate", "dateorder", "createdat", "auftragsdatum", "date", "documentdate", "bstdk"}},
		{field: "commitment_date", form: asDateTime, exact: []string{"requireddate", "deliverydate", "requesteddate", "liefertermin"}},
		{field: "note", exact: []string{"comment", "comments", "note", "notes"}},
	},
	"sale.order.line": {
		{field: "product_uom_qty", form: asNumber, exact: []string{"quantity", "qty", "menge", "orderqty", "amountordered"}},
		{field: "price_unit", form: asNumber, exact: []string{"unitprice", "price", "priceunit", "netprice", "preis", "einzelpreis"}},
		{field: "discount", form: asFraction, exact: []string{"discount", "rabatt", "discountpercent"}},
	},
	"purchase.order": {
		{field: "date_order", form: asDateTime, exact: []string{"orderdate", "date", "createdat", "bestelldatum"}},
	},
	"purchase.order.line": {
		{field: "product_qty", form: asNumber, exact: []string{"quantity", "qty", "orderqty", "menge"}},
		{field: "price_unit", form: asNumber, exact: []string{"unitprice", "price", "netprice", "preis"}},
		{field: "date_planned", form: asDateTime, exact: []string{"duedate", "deliverydate", "liefertermin"}},
	},
	"account.account": {
		{field: "code", exact: []string{"code", "account", "accountno", "accountnumber", "accountid", "konto", "kontonummer", "saknr", "glaccount"}, part: []string{"accountno", "accountid", "glaccount"}},
		{field: "name", exact: []string{"name", "accountname", "description", "bezeichnung", "text", "label", "accountdescription"}},
	},
}

// refHint says which field takes a reference from records of one model to records of another.
type refHint struct{ from, to, field string }

var refHints = []refHint{
	{"sale.order", "res.partner", "partner_id"},
	{"purchase.order", "res.partner", "partner_id"},
	{"sale.order.line", "sale.order", "order_id"},
	{"sale.order.line", "product.product", "product_id"},
	{"purchase.order.line", "purchase.order", "order_id"},
	{"purchase.order.line", "product.product", "product_id"},
	{"product.product", "product.category", "categ_id"},
	{"product.category", "product.category", "parent_id"},
	{"res.partner", "res.partner", "parent_id"},
}

// documents are models whose lines belong to them: the one2many and the model of the lines.
var documents = map[string]struct{ field, lines string }{
	"sale.order":     {"order_line", "sale.order.line"},
	"purchase.order": {"order_line", "purchase.order.line"},
}

// keyFields take the legacy key, so that people find a record by the number they know.
var keyFields = map[string]string{
	"res.partner": "ref", "product.product": "default_code", "sale.order": "client_order_ref", "purchase.order": "partner_ref",
}

// required are the fields a mapping of the model cannot do without.
var required = map[string][]string{
	"res.partner": {"name"}, "product.category": {"name"}, "product.product": {"name"}, "sale.order": {"partner_id"}, "purchase.order": {"partner_id"},
	"sale.order.line": {"order_id", "product_id"}, "purchase.order.line": {"order_id", "product_id"}, "account.account": {"code", "name"},
}

// reasons are what is known of columns that have no place of their own in Odoo.
var reasons = []struct {
	words  []string
	reason string
	ignore bool
}{
	{[]string{"fax", "faxnumber", "telefax", "telfx"}, "Odoo has no fax field", true},
	{[]string{"createdby", "changedby", "createuser", "modifiedby"}, "users of the legacy system", true},
	{[]string{"createdat", "changedat", "modifieddate", "lastmodified"}, "Odoo keeps its own dates of creation and change", true},
	{[]string{"rowguid", "mandt"}, "technical column of the legacy system", true},
	{[]string{"contactname", "contacttitle", "contactperson"}, "a contact person: make a second mapping of this source with parent_id", false},
	{[]string{"unitsinstock", "stock", "stockonhand", "unitsonorder"}, "stock is opened by an inventory at cutover, not by the product", false},
	{[]string{"supplierid", "supplier", "vendorid", "supplierpartnerid"}, "vendor prices are product.supplierinfo: a mapping of their own", false},
	{[]string{"currency"}, "a price list or company decides the currency", false},
	{[]string{"password", "passwort"}, "never migrated", true},
}
