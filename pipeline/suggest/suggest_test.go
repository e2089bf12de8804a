package suggest_test

import (
	"bytes"
	"context"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/csvfile"
	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/pipeline/suggest"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// memory is a source of one table.
type memory struct {
	table connectors.Table
	rows  []record.Row
}

func (m *memory) File() connectors.File {
	return connectors.File{Path: "exports/" + m.table.Name + ".csv", SHA256: strings.Repeat("a", 64)}
}
func (m *memory) Tables(context.Context) ([]connectors.Table, error) {
	return []connectors.Table{m.table}, nil
}
func (m *memory) Close() error { return nil }
func (m *memory) Batches(context.Context, string) iter.Seq2[*record.Batch, error] {
	return func(yield func(*record.Batch, error) bool) {
		yield(&record.Batch{Table: m.table.Name, Columns: m.table.Columns, Rows: m.rows}, nil)
	}
}

// report profiles tables given as text: name, a line of columns, lines of rows, "|" between cells.
func report(t *testing.T, tables ...string) *profile.Report {
	t.Helper()
	var in []profile.Input
	for _, text := range tables {
		lines := strings.Split(strings.TrimSpace(text), "\n")
		m := &memory{table: connectors.Table{Name: lines[0], Format: "csv", Columns: strings.Split(lines[1], "|"),
			Detected: map[string]connectors.Detection{"encoding": {Value: "utf-8", Confidence: 1}, "delimiter": {Value: ";", Confidence: 1}}}}
		for i, l := range lines[2:] {
			m.rows = append(m.rows, record.Row{Pos: record.Pos{Row: int64(i + 1), Line: int64(i + 2)}, Cells: strings.Split(l, "|")})
		}
		in = append(in, profile.Input{Name: lines[0], Source: m})
	}
	r, err := profile.Run(t.Context(), in, profile.Options{Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func trade(t *testing.T) *profile.Report {
	return report(t,
		"Customers\nCustNo|Company Name|E-Mail|Street|City|Plz|Country|Fax\nC-1|Anders & Co|a@example.com|Weg 1|Ulm|01234|DE|1\nC-2|Berg|b@example.com|Weg 2|Bonn|53111|DE|2\nC-3|Cora|c@example.org|Weg 3|Graz|8010|AT|",
		"product_groups\ngroup_id|name\nG1|Bikes\nG2|Parts",
		"products\nSKU|Product Name|group_id|Price|Blocked\nP1|Bike|G1|1.250,50|\nP2|Bell|G2|9,90|X\nP3|Tyre|G2|20,00|",
		"orders\nOrder No|CustNo|Order Date|Status\n1001|C-1|31.01.2024|open\n1002|C-2|01.02.2024|open\n1003|C-1|15.02.2024|open",
		"order_lines\nOrder No|Pos|SKU|Qty|Unit Price|Discount\n1001|1|P1|2|1.250,50|0\n1001|2|P2|1|9,90|10\n1002|1|P2|5|9,90|0\n1003|1|P3|1|20,00|5\n",
		"logins\nuser|when\na|2020-01-01\nb|2020-01-01\nb|2020-01-01")
}

func TestDraft(t *testing.T) {
	files := suggest.Draft(trade(t), "My Shop", suggest.Options{}).Files()
	for path, want := range map[string][]string{
		"migrate.yaml": {"project: my_shop", "  customers:", `delimiter: ";"`, "key: [CustNo]", "#   logins: {decision: archived"},
		"mappings/customers.yaml": {"model: res.partner", `id: "customers_{CustNo}"`, `name: {from: "Company Name", missing: reject}`, `email: "E-Mail"`, "ref: CustNo",
			"country_id: {from: Country, find: res.country.code}", `Fax: "Odoo has no fax field"`, "is_company: {value: true}"},
		"mappings/products.yaml": {"model: product.product", "categ_id: {from: group_id, ref: product_groups, missing: reject}", "migrate map library products", "deletes: archive", `list_price: {from: Price, as: decimal, point: ",", group: "."}`,
			"active: = src.Blocked == null", "default_code: SKU"},
		"mappings/orders.yaml": {"partner_id: {from: CustNo, ref: customers, missing: reject}", "deletes: delete", `date_order: {from: "Order Date", as: datetime, layout: "dd.MM.yyyy", missing: reject}`,
			"order_line: {mapping: order_lines}", `# - Status (text, 1 value): a state of the legacy system`},
		"mappings/order_lines.yaml": {`id: "order_lines_{Order No}_{Pos}"`, `order_id: {from: "Order No", ref: orders, missing: reject}`, "product_id: {from: SKU, ref: products, missing: reject}",
			`discount: {from: Discount, as: decimal}`, `price_unit: {from: "Unit Price", as: decimal, point: ",", group: ".", missing: reject}`},
	} {
		for _, w := range want {
			if !strings.Contains(string(files[path]), w) {
				t.Errorf("%s lacks %q:\n%s", path, w, files[path])
			}
		}
	}
	if len(files) != 6 {
		t.Errorf("%d files, want 6", len(files))
	}
	for path, b := range suggest.Draft(trade(t), "My Shop", suggest.Options{}).Files() {
		if !bytes.Equal(b, files[path]) {
			t.Errorf("%s differs the second time", path)
		}
	}
	check(t, trade(t), files)
}

// check reads a draft with the packages that will read it. Against a schema, only what the draft itself lists as to do may
// be wrong with it.
func check(t *testing.T, r *profile.Report, files map[string][]byte, against ...*schema.Snapshot) {
	t.Helper()
	p, problems := project.Parse("migrate.yaml", files["migrate.yaml"])
	if mappings.Failed(problems) {
		t.Fatalf("migrate.yaml: %v\n%s", problems, files["migrate.yaml"])
	}
	if len(p.Sources) != len(r.Sources) {
		t.Errorf("%d sources, want %d", len(p.Sources), len(r.Sources))
	}
	var ms []*mappings.Mapping
	for _, path := range slices.Sorted(maps.Keys(files)) {
		data := files[path]
		if path == "migrate.yaml" {
			continue
		}
		m, problems := mappings.Parse(path, data)
		if mappings.Failed(problems) {
			t.Fatalf("%s: %v\n%s", path, problems, data)
		}
		if p.Sources[m.Source].File == "" {
			t.Errorf("%s reads %s, which migrate.yaml does not have", path, m.Source)
		}
		ms = append(ms, m)
	}
	set, problems := mappings.NewSet("demo", ms)
	if mappings.Failed(problems) {
		t.Fatalf("set: %v", problems)
	}
	env := mappings.Env{Columns: map[string][]string{}}
	for _, m := range ms {
		i := slices.IndexFunc(r.Sources, func(s profile.Source) bool { return filepath.ToSlash(s.File) == p.Sources[m.Source].File })
		for _, c := range r.Sources[i].Columns {
			env.Columns[m.Source] = append(env.Columns[m.Source], c.Name)
		}
	}
	for _, env.Schema = range append(against, nil) {
		_, problems = set.Compile(env)
		for _, p := range problems {
			if mappings.Failed([]mappings.Problem{p}) && !declared(files, p) {
				t.Errorf("compile: %v", p)
			}
		}
	}
}

var requires = regexp.MustCompile(`requires (\w+)`)

// declared reports whether a draft says itself that a required field is still to do.
func declared(files map[string][]byte, p mappings.Problem) bool {
	field := requires.FindStringSubmatch(p.Message)
	return field != nil && strings.Contains(string(files[p.File]), "# - Odoo requires "+field[1]+", ")
}

func TestDraftOfRealExports(t *testing.T) {
	for _, folder := range []string{"northwind", "sap_bikes_sales", "sap_content_fi", "oracle_sales_history", "prestashop_import", "woocommerce", "shopify_products", "csv_messytables", "csv_spectrum", "fr_accounting", "datev_extf", "odoo_csv_import", "magento"} {
		t.Run(folder, func(t *testing.T) {
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
				defer func() { _ = s.Close() }()
				in = append(in, profile.Input{Name: strings.TrimSuffix(filepath.Base(path), ".csv"), Source: s})
			}
			r, err := profile.Run(t.Context(), in, profile.Options{})
			if err != nil {
				t.Fatal(err)
			}
			check(t, r, suggest.Draft(r, folder, suggest.Options{}).Files())
			s := savedSchema(t)
			check(t, r, suggest.Draft(r, folder, suggest.Options{Schema: s}).Files(), s)
		})
	}
}

func TestHostileNames(t *testing.T) {
	r := report(t, "products\nid: #|na\"me|= x|null|a\tb\n1|\"x\"\n2|y|b|c\n", "Sale{s} Orders\n{id}|customer\n1|2\n3|4")
	check(t, r, suggest.Draft(r, "9 lives: #1", suggest.Options{}).Files())
	if _, err := os.Stat("migrate.yaml"); err == nil {
		t.Error("Draft wrote a file")
	}
}

// Every model that is drafted like the library has its map there.
func TestReadyMade(t *testing.T) {
	for model, like := range suggest.ReadyMade() {
		m := suggest.FromLibrary(like[0], like[1])
		if m == nil || m.Model != model {
			t.Errorf("%s is drafted like %s of %s, which is %+v", model, like[1], like[0], m)
		}
	}
}
