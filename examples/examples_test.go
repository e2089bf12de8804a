package examples

import (
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/csvfile"
	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// sampleData is where the companies' files are looked for: a folder beside the repository.
const sampleData = "../../shared/data"

// The mappings fit the real files: no problem, no column left out, and every row becomes a record once the corrections
// have mended the damaged ones.
func TestExamples(t *testing.T) {
	tests := []struct {
		example, data string
		damaged       map[string]int
		records       map[string]int
		net           string // of the order lines, not rounded
	}{
		{"northwind", "northwind", map[string]int{"customers": 24, "suppliers": 9, "orders": 176}, map[string]int{
			"customers": 91, "customer_contacts": 91, "suppliers": 29, "supplier_contacts": 29, "categories": 8, "products": 77,
			"orders": 830, "order_lines": 2155,
		}, "1265793.0395"},
		{"bikes", "sap_bikes_sales", nil, map[string]int{
			"partners": 40, "product_categories": 9, "products": 42, "orders": 334, "order_lines": 1930,
		}, "17879642.375"},
	}
	for _, test := range tests {
		t.Run(test.example, func(t *testing.T) {
			data := filepath.Join(sampleData, test.data)
			if _, err := os.Stat(data); err != nil {
				t.Skipf("needs the files of %s in %s: see README.md", test.example, data)
			}
			dir := filepath.Join(t.TempDir(), "project")
			if err := Prepare(dir, test.example, data); err != nil {
				t.Fatal(err)
			}
			p, set := load(t, dir)
			env, sources := mappings.Env{Columns: map[string][]string{}, Nulls: map[string][]string{}}, map[string]*record.Batch{}
			for name, s := range p.Sources {
				b := rows(t, filepath.Join(dir, s.File), s)
				if got := mend(t, name, filepath.Join(dir, "corrections.csv"), b); got != test.damaged[name] {
					t.Errorf("%s: %d rows mended, want %d", name, got, test.damaged[name])
				}
				sources[name], env.Columns[name], env.Nulls[name] = b, b.Columns, s.Nulls
			}
			programs, problems := set.Compile(env)
			for _, p := range problems {
				t.Errorf("%+v", p)
			}
			for name, want := range test.records {
				program := programs[name]
				if program == nil {
					t.Errorf("no program for %s", name)
					continue
				}
				result := program.Apply(sources[program.Mapping().Source])
				if len(result.Records) != want || len(result.Classes) > 0 {
					t.Errorf("%s: %d records, want %d; findings %+v", name, len(result.Records), want, result.Findings)
				}
				if name == "order_lines" {
					if got := net(result.Records); got != test.net {
						t.Errorf("order lines sum to %s, want %s", got, test.net)
					}
				}
			}
		})
	}
}

func TestPrepareUnknown(t *testing.T) {
	err := Prepare(t.TempDir(), "contoso", ".")
	if err == nil || !strings.Contains(err.Error(), `"contoso"`) {
		t.Errorf("Prepare of an unknown example: %v", err)
	}
}

func load(t *testing.T, dir string) (*project.Project, *mappings.Set) {
	t.Helper()
	p, problems, err := project.Load(filepath.Join(dir, "migrate.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(dir, p.Mappings, "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var all []*mappings.Mapping
	names = slices.DeleteFunc(names, func(name string) bool { return strings.HasSuffix(name, ".test.yaml") })
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		m, more := mappings.Parse(name, text)
		problems, all = append(problems, more...), append(all, m)
	}
	set, more := mappings.NewSet(p.Module, all)
	for _, p := range append(problems, more...) {
		t.Errorf("%+v", p)
	}
	return p, set
}

func rows(t *testing.T, path string, s project.Source) *record.Batch {
	t.Helper()
	src, err := csvfile.Open(context.Background(), path, connectors.Options{Encoding: s.Encoding, Delimiter: s.Delimiter})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	tables, err := src.Tables(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	all := &record.Batch{Table: tables[0].Name, Columns: tables[0].Columns}
	for b, err := range src.Batches(context.Background(), tables[0].Name) {
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		all.Rows = append(all.Rows, b.Rows...)
	}
	return all
}

// mend puts the corrected cells into damaged rows and returns how many it mended.
func mend(t *testing.T, table, path string, b *record.Batch) (mended int) {
	t.Helper()
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return 0
	}
	if err != nil {
		t.Fatal(err)
	}
	all, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	instead := map[string]string{}
	for _, c := range all {
		if c[0] == table {
			instead[c[3]] = c[4]
		}
	}
	for i := range b.Rows {
		row := &b.Rows[i]
		if row.Damage == "" {
			continue
		}
		line, ok := instead[strings.TrimRight(string(row.Raw), "\r\n")]
		if !ok {
			t.Errorf("no correction for %s row %d: %s", table, row.Row, row.Raw)
			continue
		}
		cells, err := csv.NewReader(strings.NewReader(line)).Read()
		if err != nil {
			t.Fatal(err)
		}
		row.Cells, row.Damage = cells, ""
		mended++
	}
	return mended
}

func net(lines []record.Record) string {
	hundred := record.DecimalFromInt(100)
	var total record.Decimal
	for i := range lines {
		l := &lines[i]
		part := hundred.Sub(l.Get("discount").Decimal())
		total = total.Add(l.Get("price_unit").Decimal().Mul(l.Get("product_uom_qty").Decimal()).Mul(part))
	}
	total, err := total.Quo(hundred, 10)
	if err != nil {
		return err.Error()
	}
	return total.String()
}
