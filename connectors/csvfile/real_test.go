package csvfile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/connectortest"
	"github.com/odoo-migrate/odoo-migrate/connectors/csvfile"
)

// fact is how a real file is to be read. Rows, encodings, delimiters and dirt that the folder's description states are
// checked against it; where it states nothing (most numbers of columns, the odd files of csv_messytables) the figures are
// what the reader made of the file and hold it to that.
type fact struct {
	rows, damaged, columns int
	detected               string   // "encoding delimiter", where it matters
	rules                  []string // findings it must have
}

var facts = map[string]map[string]fact{
	"northwind": {
		"customers.csv": {91, 24, 11, "utf-8 ,", nil}, "orders.csv": {830, 176, 14, "utf-8 ,", nil}, "suppliers.csv": {29, 9, 12, "utf-8 ,", nil},
		"order-details.csv": {2155, 0, 5, "", nil}, "products.csv": {77, 0, 10, "", nil}, "categories.csv": {8, 0, 4, "", nil}, "employees.csv": {9, 0, 18, "", nil},
	},
	"adventureworks_oltp": {
		"Address.csv": {19614, 0, 9, "utf-8 \t", []string{"csv.no_header"}}, "Customer.csv": {19820, 0, 7, "utf-8 \t", nil}, "PurchaseOrderDetail.csv": {8845, 0, 11, "", nil},
		"PurchaseOrderHeader.csv": {4012, 0, 13, "", nil}, "Product.csv": {504, 0, 25, "", nil}, "Vendor.csv": {104, 0, 8, "", nil},
		"BusinessEntityAddress.csv": {19614, 0, 5, "utf-8 +|", nil}, "EmailAddress.csv": {19972, 0, 5, "utf-8 +|", nil}, "PersonPhone.csv": {19972, 0, 4, "utf-8 +|", nil},
		"Store.csv": {701, 0, 6, "utf-8 +|", nil}, "ProductModel.csv": {128, 0, 6, "utf-8 +|", []string{"csv.line_ends_in_cells"}},
		"ProductReview.csv": {4, 0, 8, "utf-8 \t", []string{"csv.line_ends_in_cells"}},
	},
	"sap_bikes_sales": {
		"Employees.csv": {14, 0, 19, "windows-1252 ,", []string{"csv.header_empty"}}, "Addresses.csv": {54, 0, 12, "utf-8 ,", nil}, "BusinessPartners.csv": {40, 0, 14, "", nil},
		"Products.csv": {42, 0, 19, "", nil}, "SalesOrders.csv": {334, 0, 17, "", nil}, "SalesOrderItems.csv": {1930, 0, 13, "", nil},
	},
	"sap_content_fi": {"ProductTexts.csv": {41, 3, 5, "", nil}, "Customer.csv": {53, 0, 8, "", nil}},
	"datev_extf": {
		"EXTF_Buchungsstapel.csv":       {2, 0, 120, "windows-1252 ;", []string{"csv.lines_above_header"}},
		"EXTF_Stammdaten.csv":           {4, 0, 254, "windows-1252 ;", []string{"csv.lines_above_header"}},
		"EXTF_Kontenbeschriftungen.csv": {3, 0, 3, "utf-8 ;", []string{"csv.lines_above_header"}},
	},
	"fr_accounting": {
		"istea_123456789FEC20201231.txt": {1982, 0, 21, "utf-8 |", nil}, "sage_coala_2020.txt": {47, 0, 18, "utf-8 \t", nil}, "epicea_accounts.txt": {666, 0, 12, "windows-1252 ;", nil},
		"ekylibre_accounts.csv": {1681, 0, 2, "utf-8 ,", []string{"csv.no_header"}}, "vinifera_sales.csv": {117, 0, 97, "windows-1252 ;", nil},
	},
	"bank_statements": {
		"meta_data_separated_credit_debit.csv": {4, 0, 6, "utf-8 ,", []string{"csv.lines_above_header", "csv.lines_below_table"}},
		"balance.csv":                          {2, 0, 6, "", nil}, "debit_credit.csv": {2, 0, 7, "", nil},
	},
	"woocommerce":      {"sample_products.csv": {24, 0, 55, "", nil}, "sample_tax_rates.csv": {5, 0, 10, "", nil}},
	"shopify_products": {"apparel.csv": {22, 0, 46, "", nil}, "home-and-garden.csv": {21, 0, 47, "", nil}},
	"magento": {
		"products_reviews.csv": {500, 0, 7, "", nil}, "products_gear_bags.csv": {14, 0, 19, "", []string{"csv.line_ends_in_cells"}}, "attributes.csv": {14, 0, 24, "", nil},
		"products_gear_fitness_equipment.csv": {9, 0, 17, "", nil}, "products_gear_watches.csv": {9, 0, 17, "", nil},
	},
	"prestashop_import": {
		"products_import.csv": {7, 0, 55, "", nil}, "customers_import.csv": {9, 0, 12, "", nil}, "categories_import.csv": {3, 0, 11, "", nil},
		"addresses_import.csv": {16, 0, 21, "", []string{"csv.trailing_delimiter"}},
	},
	"dedup_chicago": {"csv_example_input_with_true_ids.csv": {3337, 0, 33, "", []string{"csv.line_ends_in_cells"}}},
	"dedup_febrl":   {"dataset1.csv": {1000, 0, 11, "utf-8 , ", nil}, "dataset3.csv": {5000, 0, 11, "utf-8 , ", nil}},
	"csv_frictionless": {
		"issue-811.csv": {7904, 0, 26, "windows-1252 ;", nil}, "issue-277.csv": {75, 0, 71, "", nil}, "encoding-issue-274.csv": {507, 0, 17, "", nil},
		"duplicate-headers.csv": {2, 0, 5, "", []string{"csv.header_duplicate"}}, "blank-headers.csv": {2, 0, 3, "", []string{"csv.header_empty"}},
		"defective-rows.csv": {2, 2, 3, "", nil}, "matrix-with-comment.csv": {4, 0, 4, "", []string{"csv.lines_above_header"}}, "escaping.csv": {3, 0, 2, "utf-8 , ", nil},
		"blank-rows-no-fields.csv": {2, 0, 3, "", []string{"csv.blank_lines"}}, "latin1.csv": {2, 0, 2, "windows-1252 ,", nil},
	},
	"csv_messytables": {
		"long.csv": {3999, 0, 1, "", nil}, "spanish_chars.csv": {116, 0, 8, "windows-1252 ,", nil}, "complex.csv": {3, 0, 4, "", nil}, "null.csv": {10, 0, 4, "", []string{"csv.no_header"}},
		"excel_pasting.csv": {14, 0, 9, "", []string{"csv.lines_above_header", "csv.lines_below_table"}}, "begrotingsanalyse-2011.csv": {42, 0, 20, "", []string{"csv.header_unsure"}},
		"weird_head_padding.csv": {73, 13, 11, "", []string{"csv.lines_above_header"}},
	},
	"csv_rfc4180_small": {
		"bad-header-less-fields.csv": {1, 1, 3, "", nil}, "bad-header-more-fields.csv": {1, 1, 3, "", nil}, "bad-missing-quote.csv": {1, 1, 3, "", nil},
		"bad-quotes-with-unescaped-quote.csv": {1, 1, 3, "", nil}, "bad-unescaped-quote.csv": {1, 0, 3, "", []string{"csv.stray_quote"}},
	},
	"csv_spectrum": {}, "sie_sweden": {}, "odoo_csv_import": {"contact.csv": {20, 0, 14, "utf-8 ;", nil}}, "oracle_sales_history": {"costs.csv": {82112, 0, 6, "", nil}},
	"saft_norway": {"Standard_Tax_Codes.csv": {30, 0, 5, "utf-8 ;", nil}, "RF-1167_Grouping_Category_Code.csv": {169, 0, 6, "windows-1252 ;", nil}}, "odoo_templates": {},
}

// TestRealFiles reads every file of the folders, whatever it is: none may panic, and tables come out as a careful person
// would find them.
func TestRealFiles(t *testing.T) {
	for folder, known := range facts {
		t.Run(folder, func(t *testing.T) {
			dir := connectortest.DataDir(t, folder)
			seen := 0
			err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				name := filepath.Base(path)
				want, expected := known[name]
				if expected {
					seen++
				}
				t.Run(name, func(t *testing.T) { readsReal(t, path, want, expected) })
				return nil
			})
			if err != nil || seen != len(known) {
				t.Errorf("%d of %d files are there, %v", seen, len(known), err)
			}
		})
	}
}

func readsReal(t *testing.T, path string, want fact, expected bool) {
	tables, rows, err := connectortest.Read(t.Context(), csvfile.Open, path, connectors.Options{})
	if err != nil {
		if info, statErr := os.Stat(path); expected || statErr != nil || info.Size() > 0 && !refusable(err) {
			t.Errorf("%v", err)
		}
		return
	}
	table, damaged := tables[0], 0
	for _, r := range rows[table.Name] {
		if r.Damage != "" {
			damaged++
		}
	}
	if !expected {
		return
	}
	if n := len(rows[table.Name]); n != want.rows || damaged != want.damaged || len(table.Columns) != want.columns {
		t.Errorf("%d rows, %d damaged, %d columns; want %+v", n, damaged, len(table.Columns), want)
	}
	if got := table.Detected["encoding"].Value + " " + table.Detected["delimiter"].Value; want.detected != "" && got != want.detected {
		t.Errorf("detected %q, want %q", got, want.detected)
	}
	rules := strings.Join(rulesOf(table), " ")
	for _, rule := range want.rules {
		if !strings.Contains(rules, rule) {
			t.Errorf("findings %q lack %s", rules, rule)
		}
	}
}

// refusable are the errors that a file which is no table may end with.
func refusable(err error) bool {
	for _, is := range []error{connectors.ErrEmpty, connectors.ErrUnsupported, connectors.ErrDamaged, connectors.ErrColumns, connectors.ErrEncrypted} {
		if errors.Is(err, is) {
			return true
		}
	}
	return false
}
