package suggest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/pipeline/suggest"
)

// wants holds drafts to parts of their files, and reads them as the pipeline does.
func wants(t *testing.T, r *profile.Report, opt suggest.Options, want map[string][]string) {
	t.Helper()
	d := suggest.Draft(r, "p", opt)
	files := d.Files()
	for path, parts := range want {
		for _, part := range parts {
			if !strings.Contains(string(files[path]), part) {
				t.Errorf("%s lacks %q:\n%s", path, part, files[path])
			}
		}
	}
	if opt.Sources == nil {
		check(t, r, files)
	}
}

// customers are thirty of which two have one number, so that no column is a key.
func customers() string {
	var b strings.Builder
	b.WriteString("customers\nCustNo|Name|City\n")
	for i := range 30 {
		fmt.Fprintf(&b, "K%d|Customer %d|Town %d\n", 10+max(i, 1), i, i%7)
	}
	return b.String()
}

// A table whose key a few rows spoil is drafted with the doubt beside it, and others refer to it by the column's name.
func TestNearlyAKey(t *testing.T) {
	r := report(t, customers(), "orders\nOrder No|CustNo|Order Date\n1|K11|2024-01-01\n2|K11|2024-01-02\n3|K12|2024-01-03\n4|K11|2024-01-03")
	wants(t, r, suggest.Options{}, map[string][]string{
		"mappings/customers.yaml": {`id: "customers_{CustNo}"   # TODO: CustNo does not identify every row: 30 rows, 30 with a value, 29 different ones`,
			"# - CustNo does not identify every row: stage names the rows", "name: {from: Name, missing: reject}"},
		"mappings/orders.yaml": {"partner_id: {from: CustNo, ref: customers, missing: reject}", "the column is called as the key of customers"},
	})
	one := report(t, "customers\nCustNo|Name|City\n7|Anders|Ulm")
	wants(t, one, suggest.Options{}, map[string][]string{"mappings/customers.yaml": {"# TODO: CustNo is called like a key, and one row cannot prove it"}})
	none := report(t, "customers\nName|City\nAnders|Ulm\nAnders|Ulm\nAnders|Bonn\nBerg|Bonn")
	if d := suggest.Draft(none, "p", suggest.Options{}); len(d.Mappings) != 0 || len(d.Open) != 1 || d.Open[0].Reason != "no column identifies a row: name the key, then map it to res.partner" {
		t.Errorf("%+v", d)
	}
}

// First and last name are one field, but the name of a company goes first.
func TestNamesAreJoined(t *testing.T) {
	wants(t, report(t, "contacts\nContact ID|Vorname|Nachname|City\n1|Ada|Holm|Ulm\n2|Bo|Lund|Bonn\n3|Cy|Moe|Graz"), suggest.Options{}, map[string][]string{
		"mappings/contacts.yaml": {`name: = join(compact([src.Vorname, src.Nachname]), " ")   # 85 %`}})
	wants(t, report(t, "customers\nCustNo|Company|First Name|Last Name|City\n1|Anders|Ada|Holm|Ulm\n2||Bo|Lund|Bonn\n3|Cora|Cy|Moe|Graz"), suggest.Options{}, map[string][]string{
		"mappings/customers.yaml": {`name: = coalesce(src.Company, join(compact([src["First Name"], src["Last Name"]]), " "))`, "the person where Company is empty"}})
	wants(t, report(t, "customers\nCustNo|Company|First Name|Last Name|City\n1|Anders|Ada|Holm|Ulm\n2|Berg|Bo|Lund|Bonn\n3|Cora|Cy|Moe|Graz"), suggest.Options{}, map[string][]string{
		"mappings/customers.yaml": {"name: {from: Company, missing: reject}", "# - First Name and Last Name: a person beside Company: make a second mapping of this source with parent_id"}})
}

// A name with a remark goes with the first name of the same remark.
func TestNamesWithRemarks(t *testing.T) {
	wants(t, report(t, "Kunden\nKonto|Name (Firma)|Name (Person)|Vorname (Person)|Ort\n1|Anders|||Ulm\n2||Holm|Ada|Bonn\n3||Lund|Bo|Graz"), suggest.Options{}, map[string][]string{
		"mappings/kunden.yaml": {`coalesce(src["Name (Firma)"], join(compact([src["Vorname (Person)"], src["Name (Person)"]]), " "))`}})
}

// Documents with their lines beside them are known by the document, not by what is on a line.
func TestDocumentsWithTheirLines(t *testing.T) {
	wants(t, report(t, "purchase orders\nOrder Reference|Vendor|Order Date|Order Lines / Product|Order Lines / Quantity|Order Lines / Unit Price\n"+
		"PO1|Anders|2024-01-01|A|1|2.50\nPO1|Anders|2024-01-01|B|2|3.50\nPO2|Berg|2024-01-02|C|3|4.50\nPO2|Berg|2024-01-02|D|3|9.50"), suggest.Options{}, map[string][]string{
		"mappings/purchase_orders.yaml": {`id: "purchase_orders_{Order Reference}"   # TODO: the lines stand beside their document`,
			`from: {source: purchase_orders, group: {by: ["Order Reference"], take: {...}}} makes one of them`}})
}

// Two sources of which one is called as the other begins make different ids, whatever their rows hold.
func TestIDsOfLikeNames(t *testing.T) {
	r := report(t, "customer\nCustNo|Name|City\n1|A|Ulm\n2|B|Bonn\n3|C|Graz", "customer_address\nAddress ID|Name|Street|City\n1|A|Weg 1|Ulm\n2|B|Weg 2|Bonn\n3|C|Weg 3|Graz")
	wants(t, r, suggest.Options{}, map[string][]string{"mappings/customer.yaml": {`id: "customer_{CustNo}"`}, "mappings/customer_address.yaml": {`id: "customer-address_{Address ID}"`}})
}

// A selection whose values mean nothing to Odoo is left to people, with a map to fill in; a whole number stays one.
func TestMapsToFillIn(t *testing.T) {
	r := report(t, "products\nSKU|Name|Type|Sequence\nP1|Bike|AA|1\nP2|Bell|ZZ|2\nP3|Tyre|service|3\nP4|Lamp|service|4\nP5|Rack|AA|5")
	wants(t, r, suggest.Options{}, map[string][]string{"mappings/products.yaml": {"then type: {from: Type, map: {AA: ?, ZZ: ?, service: service}}", "one of consu, service and combo"}})
	lines := report(t, "orders\nOrder No|Order Date\n1|2024-01-01\n2|2024-01-02", "order_lines\nOrder No|Pos|SKU|Qty\n1|1|P1|2\n1|2|P2|1\n2|1|P2|5")
	wants(t, lines, suggest.Options{}, map[string][]string{"mappings/order_lines.yaml": {"sequence: {from: Pos, as: integer}"}})
}

// With sources of a project, only those are drafted that are asked for, and they refer to the mappings that are there.
func TestDraftForAProject(t *testing.T) {
	sources := map[string]string{"Customers": "cust", "product_groups": "groups", "products": "items", "orders": "orders", "order_lines": "positions"}
	have := []suggest.Have{{Mapping: "partners", Source: "cust", Model: "res.partner", Key: []string{"CustNo"}}}
	d := suggest.Draft(trade(t), "p", suggest.Options{Sources: sources, Have: have, Only: []string{"cust", "orders", "positions"}})
	drafted := []string{}
	for _, m := range d.Mappings {
		drafted = append(drafted, m.Source)
	}
	if strings.Join(drafted, " ") != "orders positions" || len(d.Open) != 0 {
		t.Fatalf("drafted %v, open %+v", drafted, d.Open)
	}
	files := d.Files()
	for path, want := range map[string]string{"mappings/orders.yaml": "partner_id: {from: CustNo, ref: partners, missing: reject}",
		"mappings/positions.yaml": "SKU refers to products.SKU, which has no mapping yet; then product_id: {from: SKU, ref: items}"} {
		if !strings.Contains(string(files[path]), want) {
			t.Errorf("%s lacks %q:\n%s", path, want, files[path])
		}
	}
	if !strings.Contains(string(files["mappings/orders.yaml"]), "order_line: {mapping: positions}") || d.Mappings[0].Rows != 3 || len(d.Mappings[1].Todo) == 0 {
		t.Errorf("%+v", d.Mappings)
	}
}
