package xmlfile

import "strings"

// dialect is a published format whose documents do not show by themselves which of their elements are records: a file
// with one customer has the same tables as a file with a thousand. Everything else is found out the same way as in any
// other document.
type dialect struct {
	name    string
	root    string            // name of the root element; "" is any
	space   string            // what its namespace begins with; "" is any
	child   string            // an element directly below the root; "" is any
	records []string          // elements whose occurrences are rows however often they occur, "Parent/Name" or "Name"; the main one first
	mark    string            // attribute that makes an element a record
	inline  []string          // elements that are no records although they are marked
	whole   bool              // what stands once in the document belongs to one row, that of the root
	keys    map[string]string // record -> the column that identifies it
}

var dialects = []dialect{
	{
		// OECD Standard Audit File for Tax, in the versions of all countries.
		name: "SAF-T", root: "AuditFile",
		records: []string{
			"Transaction", "Line", "DebitLine", "CreditLine", "Journal", "Account", "Customer", "Supplier", "Product", "Owner", "Asset",
			"TaxTableEntry", "TaxCodeDetails", "UOMTableEntry", "AnalysisTypeTableEntry", "MovementTypeTableEntry", "PhysicalStockEntry",
			"Invoice", "Payment", "StockMovement", "WorkDocument", "AssetTransaction", "Analysis", "TaxInformation",
			"AuditFile/Header", "AuditFile/GeneralLedgerEntries", "SourceDocuments/SalesInvoices", "SourceDocuments/PurchaseInvoices",
			"SourceDocuments/Payments", "SourceDocuments/MovementOfGoods", "SourceDocuments/WorkingDocuments",
		},
		keys: map[string]string{"Account": "AccountID", "Customer": "CustomerID", "Supplier": "SupplierID", "Journal": "JournalID",
			"Transaction": "TransactionID", "Line": "RecordID", "TaxCodeDetails": "TaxCode"},
	},
	{
		// SAP intermediate documents, as the IDoc adapters and SAP Note 1004866 write them. Every segment is a record.
		name: "IDoc", child: "IDOC", mark: "SEGMENT", records: []string{"IDOC"}, inline: []string{"EDI_DC40", "EDI_DC"},
		keys: map[string]string{"IDOC": "EDI_DC40/DOCNUM", "E1EDP01": "POSEX", "E1MARAM": "MATNR", "E1KNA1M": "KUNNR", "E1LFA1M": "LIFNR"},
	},
	{
		// EN 16931 in the syntax of UBL 2.
		name: "UBL", space: "urn:oasis:names:specification:ubl:schema:xsd:", whole: true,
		records: []string{"InvoiceLine", "CreditNoteLine", "OrderLine", "DespatchLine", "CatalogueLine", "SubInvoiceLine", "TaxSubtotal", "AllowanceCharge",
			"AdditionalDocumentReference", "BillingReference", "PaymentMeans", "CommodityClassification", "AdditionalItemProperty"},
	},
	{
		// EN 16931 in the syntax of UN/CEFACT, as Factur-X and ZUGFeRD embed it.
		name: "CII", root: "CrossIndustryInvoice", whole: true,
		records: []string{"IncludedSupplyChainTradeLineItem", "ApplicableHeaderTradeSettlement/ApplicableTradeTax", "SpecifiedTradeAllowanceCharge",
			"AdditionalReferencedDocument", "InvoiceReferencedDocument", "SpecifiedTradeSettlementPaymentMeans", "ApplicableProductCharacteristic",
			"IncludedNote"},
		keys: map[string]string{"CrossIndustryInvoice": "ExchangedDocument/ID"},
	},
	{
		// ISO 20022 bank statements and notifications.
		name: "CAMT", root: "Document", space: "urn:iso:std:iso:20022:tech:xsd:camt.",
		records: []string{"Ntry", "TxDtls", "Bal", "Stmt", "Rpt", "Ntfctn", "GrpHdr"},
		keys:    map[string]string{"Stmt": "Id", "Rpt": "Id", "Ntfctn": "Id"},
	},
}

// dialectOf recognises the format of a document, or returns one that says nothing.
func dialectOf(root *node) dialect {
	for _, d := range dialects {
		if d.root != "" && d.root != root.name.local || !strings.HasPrefix(root.name.space, d.space) {
			continue
		}
		if d.child == "" || root.kid(d.child) != nil {
			return d
		}
	}
	return dialect{}
}

func (n *node) kid(local string) *node {
	for _, k := range n.kids {
		if k.name.local == local {
			return k
		}
	}
	return nil
}

// rank is the place of an element among the format's records, counted from 0; one that is none comes after them.
func (d dialect) rank(n *node) int {
	for i, r := range d.records {
		parent, local, nested := strings.Cut(r, "/")
		if !nested {
			parent, local = "", r
		}
		if n.name.local == local && (parent == "" || n.parent.name != nil && n.parent.name.local == parent) {
			return i
		}
	}
	return len(d.records)
}

// isRow reports whether each occurrence of an element is a row.
func (d dialect) isRow(n *node) bool {
	if n.repeats || d.rank(n) < len(d.records) {
		return true
	}
	if d.mark == "" {
		return false
	}
	for _, not := range d.inline {
		if n.name.local == not {
			return false
		}
	}
	for _, a := range n.attrs {
		if a.name.local == d.mark {
			return true
		}
	}
	return false
}
