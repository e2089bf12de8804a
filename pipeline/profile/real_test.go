package profile_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/csvfile"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
)

// real profiles the CSV files of a folder of ../shared/data, which lies beside the project where it exists.
func real(t *testing.T, folder string) *profile.Report {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("../../../shared/data", folder, "*.csv"))
	if err != nil || len(paths) == 0 {
		t.Skip("needs the folder ../shared/data beside the project, with " + folder)
	}
	var in []profile.Input
	for _, path := range paths {
		s, err := csvfile.Open(t.Context(), path, connectors.Options{})
		if err != nil {
			t.Logf("%s: %v", path, err)
			continue
		}
		t.Cleanup(func() { _ = s.Close() })
		in = append(in, profile.Input{Name: strings.TrimSuffix(filepath.Base(path), ".csv"), Source: s})
	}
	r, err := profile.Run(t.Context(), in, profile.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func relations(r *profile.Report) map[string]profile.Relation {
	out := map[string]profile.Relation{}
	for _, rel := range r.Relations {
		out[rel.From.String()+" -> "+rel.To.String()] = rel
	}
	return out
}

func TestNorthwind(t *testing.T) {
	r := real(t, "northwind")
	for name, want := range map[string][2]int64{"customers": {91, 24}, "orders": {830, 176}, "suppliers": {29, 9}, "products": {77, 0}, "order-details": {2155, 0}} {
		s, ok := r.Source(name)
		if !ok || s.Rows != want[0] || s.Quarantined != want[1] {
			t.Errorf("%s: %d rows, %d quarantined, want %v", name, s.Rows, s.Quarantined, want)
		}
	}
	got := relations(r)
	for _, want := range []string{"orders.customerID -> customers.customerID", "orders.employeeID -> employees.employeeID", "orders.shipVia -> shippers.shipperID",
		"order-details.orderID -> orders.orderID", "order-details.productID -> products.productID", "products.categoryID -> categories.categoryID",
		"products.supplierID -> suppliers.supplierID", "employees.reportsTo -> employees.employeeID", "territories.regionID -> regions.regionID",
		"employee-territories.employeeID -> employees.employeeID", "employee-territories.territoryID -> territories.territoryID"} {
		if _, ok := got[want]; !ok {
			t.Errorf("%s was not found among %d relations", want, len(got))
		}
		delete(got, want)
	}
	for extra := range got {
		t.Errorf("%s is no reference", extra)
	}
	lines := relations(r)["order-details.orderID -> orders.orderID"]
	if lines.OrphanCount != 176 || lines.Explained != 176 || lines.Coverage > 0.8 {
		t.Errorf("order-details: %d orphans, %d explained, coverage %v", lines.OrphanCount, lines.Explained, lines.Coverage)
	}
	if !slices.Contains(rules(r), "relation.orphans_quarantined") {
		t.Error("quarantined rows do not explain missing orders")
	}
	orders, _ := r.Source("orders")
	if c, _ := orders.Column("shippedDate"); len(c.NullWords) != 1 || c.NullWords[0].Value != "NULL" || c.Type != profile.TypeDate {
		t.Errorf("shippedDate: %+v", c)
	}
	if c, _ := orders.Column("freight"); c.Type != profile.TypeDecimal || c.Point != "." {
		t.Errorf("freight: %+v", c)
	}
	details, _ := r.Source("order-details")
	if !details.HasKey("orderID", "productID") {
		t.Errorf("keys of order-details: %v", details.Keys)
	}
}

func TestBikes(t *testing.T) {
	r := real(t, "sap_bikes_sales")
	got := relations(r)
	for _, want := range []string{"SalesOrders.PARTNERID -> BusinessPartners.PARTNERID", "SalesOrderItems.SALESORDERID -> SalesOrders.SALESORDERID",
		"SalesOrderItems.PRODUCTID -> Products.PRODUCTID", "BusinessPartners.ADDRESSID -> Addresses.ADDRESSID", "Products.SUPPLIER_PARTNERID -> BusinessPartners.PARTNERID"} {
		if _, ok := got[want]; !ok {
			t.Errorf("%s was not found", want)
		}
	}
	items, _ := r.Source("SalesOrderItems")
	if net, _ := items.Column("NETAMOUNT"); net.Sum != "3224839.625" {
		t.Errorf("sum of NETAMOUNT %s, want 3224839.625", net.Sum)
	}
	addresses, _ := r.Source("Addresses")
	end, _ := addresses.Column("VALIDITY_ENDDATE")
	if end.Type != profile.TypeDate || end.Layout != "yyyyMMdd" || end.Max != "9999-12-31" || !slices.Contains(end.Findings, "column.open_end_dates") {
		t.Errorf("VALIDITY_ENDDATE: %+v", end)
	}
	partners, _ := r.Source("BusinessPartners")
	if id, _ := partners.Column("PARTNERID"); id.Type != profile.TypeText || !id.Digits {
		t.Errorf("PARTNERID is a code with leading zeros, not %s", id.Type)
	}
	if mail, _ := partners.Column("EMAILADDRESS"); mail.Semantic != "email" || !mail.Personal {
		t.Errorf("EMAILADDRESS: %+v", mail)
	}
}

// TestEveryFile reads all dirty files there are: none may stop the profile.
func TestEveryFile(t *testing.T) {
	for _, folder := range []string{"csv_frictionless", "csv_messytables", "csv_rfc4180_small", "csv_spectrum", "sap_content_fi", "prestashop_import", "shopify_products",
		"woocommerce", "magento", "fr_accounting", "dedup_chicago", "bank_statements"} {
		t.Run(folder, func(t *testing.T) {
			if r := real(t, folder); len(r.Sources) == 0 {
				t.Error("no table")
			}
		})
	}
}

// TestWhatACarefulPersonSees holds the report to things that are so in real files, and were wrong in an earlier version.
func TestWhatACarefulPersonSees(t *testing.T) {
	t.Run("a key of four columns", func(t *testing.T) {
		costs, ok := real(t, "oracle_sales_history").Source("costs")
		if !ok || !costs.HasKey("PROD_ID", "TIME_ID", "PROMO_ID", "CHANNEL_ID") || len(costs.Keys) != 1 {
			t.Errorf("keys of costs: %v", costs.Keys)
		}
	})
	t.Run("NA is Namibia", func(t *testing.T) {
		countries, ok := real(t, "adventureworks_oltp").Source("CountryRegion")
		if !ok || len(countries.Columns[0].NullWords) != 0 || countries.Columns[0].Semantic != "country" || !countries.HasKey("c1") {
			t.Errorf("CountryRegion: %+v", countries.Columns[0])
		}
	})
	t.Run("two lists of persons", func(t *testing.T) {
		r := real(t, "dedup_febrl")
		if len(r.Relations) != 0 {
			t.Errorf("relations %+v, want none", r.Relations)
		}
		persons, _ := r.Source("dataset1")
		for _, name := range []string{"given_name", "surname", "address_1", "date_of_birth", "soc_sec_id"} {
			if c, ok := persons.Column(name); !ok || !c.Personal {
				t.Errorf("%s is not personal", name)
			}
		}
	})
	t.Run("accounts twice, in two spellings", func(t *testing.T) {
		r := real(t, "fr_accounting")
		accounts, ok := r.Source("ekylibre_accounts")
		if !ok || accounts.DuplicateRows != 9 || accounts.NearDuplicate == 0 {
			t.Errorf("ekylibre_accounts: %d duplicates, %d nearly", accounts.DuplicateRows, accounts.NearDuplicate)
		}
		sales, _ := r.Source("vinifera_sales")
		if c, ok := sales.Column("stcdateliv"); !ok || !slices.Contains(c.Findings, "column.ancient_dates") {
			t.Errorf("the year 0093 is not told: %v", c.Findings)
		}
	})
	t.Run("a land that is none", func(t *testing.T) {
		addresses, ok := real(t, "sap_bikes_sales").Source("Addresses")
		c, _ := addresses.Column("COUNTRY")
		if !ok || c.Semantic != "country" || len(c.Invalid) == 0 || c.Invalid[0].Value != "DU" {
			t.Errorf("COUNTRY: %s, %+v", c.Semantic, c.Invalid)
		}
	})
}
