package xmlfile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/connectortest"
	"github.com/odoo-migrate/odoo-migrate/connectors/xmlfile"
)

// In published formats a document with one record of a kind has the same tables as one with many.
func TestDialects(t *testing.T) {
	for _, tc := range []struct{ name, doc, one, tables string }{
		{"SAF-T", "<AuditFile xmlns='urn:OECD:StandardAuditFile-Tax:PT_1.04_01'><Header><TaxID>5</TaxID></Header><MasterFiles>%s</MasterFiles>" +
			"<GeneralLedgerEntries><NumberOfEntries>1</NumberOfEntries><Journal><JournalID>1</JournalID><Transaction><TransactionID>9</TransactionID>" +
			"<Lines><DebitLine><RecordID>1</RecordID></DebitLine></Lines></Transaction></Journal></GeneralLedgerEntries></AuditFile>",
			"<Customer><CustomerID>C1</CustomerID></Customer>",
			"Transaction[_parent_row _parent/JournalID TransactionID] Header[TaxID] Customer[CustomerID] GeneralLedgerEntries[NumberOfEntries] " +
				"Journal[_parent_row JournalID] DebitLine[_parent_row _parent/TransactionID _parent/_parent/JournalID RecordID]"},
		{"IDoc", "<ORDERS05><IDOC BEGIN='1'><EDI_DC40 SEGMENT='1'><DOCNUM>7</DOCNUM></EDI_DC40><E1EDK01 SEGMENT='1'><CURCY>EUR</CURCY></E1EDK01>%s</IDOC></ORDERS05>",
			"<E1EDP01 SEGMENT='1'><POSEX>10</POSEX><E1EDP19 SEGMENT='1'><QUALF>001</QUALF></E1EDP19></E1EDP01>",
			"IDOC[@BEGIN EDI_DC40/@SEGMENT EDI_DC40/DOCNUM] E1EDK01[_parent_row _parent/EDI_DC40/DOCNUM @SEGMENT CURCY] " +
				"E1EDP01[_parent_row _parent/EDI_DC40/DOCNUM @SEGMENT POSEX] E1EDP19[_parent_row _parent/POSEX _parent/_parent/EDI_DC40/DOCNUM @SEGMENT QUALF]"},
		{"UBL", "<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2' xmlns:cbc='urn:c'><cbc:ID>R1</cbc:ID><AccountingCustomerParty><Party><Name>Ann</Name></Party>" +
			"</AccountingCustomerParty>%s</Invoice>",
			"<InvoiceLine><cbc:ID>1</cbc:ID></InvoiceLine>",
			"InvoiceLine[_parent_row _parent/ID ID] Invoice[ID AccountingCustomerParty/Party/Name]"},
		{"CII", "<i:CrossIndustryInvoice xmlns:i='urn:i'><i:ExchangedDocument><i:ID>R1</i:ID></i:ExchangedDocument><i:SupplyChainTradeTransaction>%s" +
			"<i:ApplicableHeaderTradeAgreement><i:BuyerReference>B</i:BuyerReference></i:ApplicableHeaderTradeAgreement></i:SupplyChainTradeTransaction></i:CrossIndustryInvoice>",
			"<i:IncludedSupplyChainTradeLineItem><i:Doc><i:LineID>1</i:LineID></i:Doc></i:IncludedSupplyChainTradeLineItem>",
			"IncludedSupplyChainTradeLineItem[_parent_row _parent/ExchangedDocument/ID Doc/LineID] " +
				"CrossIndustryInvoice[ExchangedDocument/ID SupplyChainTradeTransaction/ApplicableHeaderTradeAgreement/BuyerReference]"},
		{"CAMT", "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>S</Id>%s</Stmt></BkToCstmrStmt></Document>",
			"<Ntry><Amt Ccy='EUR'>1.00</Amt></Ntry>",
			"Ntry[_parent_row _parent/Id Amt Amt/@Ccy] GrpHdr[MsgId] Stmt[Id]"},
	} {
		for _, records := range []string{tc.one, strings.Repeat(tc.one, 3)} {
			tables, _, err := connectortest.Read(t.Context(), xmlfile.Open, written(t, fmt.Sprintf(tc.doc, records)), connectors.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, table := range tables {
				got = append(got, table.Name+fmt.Sprint(table.Columns))
				if table.Detected["format"].Value != tc.name || len(table.Findings) > 0 {
					t.Errorf("%s: %+v", tc.name, table)
				}
			}
			if all := strings.Join(got, " "); all != tc.tables {
				t.Errorf("%s is\n%s\nwant\n%s", tc.name, all, tc.tables)
			}
		}
	}
}
