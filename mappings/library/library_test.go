package library_test

import (
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/mappings/library"
	"github.com/odoo-migrate/odoo-migrate/record"
)

var update = flag.Bool("update", false, "write the fixtures anew")

// all reads the whole library for a version.
func all(t *testing.T, version int) []*library.Map {
	t.Helper()
	var out []*library.Map
	for _, name := range library.Names() {
		m, err := library.Get(name, version)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, m)
	}
	return out
}

// programs compiles the whole library as one project.
func programs(t *testing.T, maps []*library.Map) map[string]*mappings.Program {
	t.Helper()
	var ms []*mappings.Mapping
	env := mappings.Env{Columns: map[string][]string{}, Nulls: map[string][]string{}, Location: time.UTC}
	for _, m := range maps {
		for _, f := range m.Mappings {
			ms = append(ms, f.Mapping)
		}
		for _, s := range m.Sources {
			env.Columns[s.Name] = s.Columns
		}
	}
	set, problems := mappings.NewSet("lib", ms)
	compiled, more := set.Compile(env)
	for _, p := range append(problems, more...) { // a column that is left behind is a warning, and none is wanted
		t.Error(p)
	}
	return compiled
}

// Every row of a template becomes the record its fixture says, with every field of it; and every mapping has a fixture.
func TestTemplates(t *testing.T) {
	for _, version := range library.Versions {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			maps := all(t, version)
			compiled := programs(t, maps)
			for _, m := range maps {
				for _, f := range m.Mappings {
					i := slices.IndexFunc(m.Sources, func(s library.Source) bool { return s.Name == f.Mapping.Source })
					got := fixture(t, compiled[f.Mapping.Name], m.Sources[i])
					name := filepath.Join(m.Name, strings.TrimSuffix(f.Name, ".yaml")+".test.yaml")
					if own := filepath.Join(m.Name, fmt.Sprintf("%s.%d.yaml", strings.TrimSuffix(f.Name, ".yaml"), version)); there(own) {
						name = strings.TrimSuffix(own, ".yaml") + ".test.yaml"
					}
					if *update {
						if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
							t.Fatal(err)
						}
						continue
					}
					want, err := os.ReadFile(name)
					if err != nil {
						t.Fatal(err)
					}
					if string(want) != got {
						t.Errorf("%s says\n%s\nand the template becomes\n%s", name, want, got)
					}
				}
			}
		})
	}
}

func there(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// fixture runs a mapping over its template and writes rows and records as a file of tests.
func fixture(t *testing.T, p *mappings.Program, s library.Source) string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(string(s.Template))).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", s.Name, err)
	}
	b := &record.Batch{Table: s.Name, Columns: s.Columns}
	for i, cells := range rows[1:] {
		b.Rows = append(b.Rows, record.Row{Pos: record.Pos{Row: int64(i + 1), Line: int64(i + 2)}, Cells: cells})
	}
	result := p.Apply(b)
	if len(result.Findings) > 0 || len(result.Records) != len(b.Rows) {
		t.Errorf("%s: %d records of %d rows, %v", p.Layout().Mapping, len(result.Records), len(b.Rows), result.Findings)
	}
	var out strings.Builder
	fmt.Fprintf(&out, "mapping: %s\ntests:\n  - name: the template's rows\n    rows:\n", p.Layout().Mapping)
	for _, r := range b.Rows {
		var cells []string
		for i, c := range r.Cells {
			if c != "" && reads(p.Mapping(), s.Columns[i]) {
				cells = append(cells, s.Columns[i]+": "+quote(c))
			}
		}
		fmt.Fprintf(&out, "      - {%s}\n", strings.Join(cells, ", "))
	}
	out.WriteString("    complete: true\n    records:\n")
	for _, r := range result.Records {
		_, id, _ := strings.Cut(r.ID, ".")
		fields := []string{"id: " + quote(id)}
		for i, f := range r.Layout.Fields {
			if v := r.Values[i]; !v.IsNull() {
				fields = append(fields, f+": "+value(v))
			}
		}
		fmt.Fprintf(&out, "      - {%s}\n", strings.Join(fields, ", "))
	}
	return out.String()
}

// reads reports whether a mapping reads a column: a fixture has no others.
func reads(m *mappings.Mapping, column string) bool {
	in := slices.Contains(m.ID.Columns, column)
	for _, r := range m.Fields {
		in = in || slices.Contains(r.From, column) || regexp.MustCompile(`\bsrc\.`+column+`\b`).MatchString(r.Expression)
	}
	return in
}

// value writes a value as the mappings' tests do: references to our own records without the module.
func value(v record.Value) string {
	switch v.Kind() {
	case record.Links:
		var refs []string
		for _, ref := range record.SplitRefs(v.Text()) {
			refs = append(refs, quote(strings.TrimPrefix(ref, "lib.")))
		}
		return "[" + strings.Join(refs, ", ") + "]"
	case record.Link:
		return quote(strings.TrimPrefix(v.Text(), "lib."))
	case record.Number, record.Boolean:
		return v.Text()
	}
	return quote(v.Text())
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// What the business fills in wrongly is named, and never guessed.
func TestRefusals(t *testing.T) {
	maps := all(t, 19)
	compiled := programs(t, maps)
	columns := map[string][]string{} // by mapping
	for _, m := range maps {
		for _, f := range m.Mappings {
			columns[f.Mapping.Name] = m.Sources[slices.IndexFunc(m.Sources, func(s library.Source) bool { return s.Name == f.Mapping.Source })].Columns
		}
	}
	for _, c := range []struct{ mapping, columns, cells, names string }{
		{"products", "sku,name,kind,category,unit", "X,Saw,thing,SAWS,PC", "type"},
		{"products", "sku,name,kind,category,unit,sale_price", "X,Saw,goods,SAWS,PC,\"1,5\"", "sale_price"},
		{"products", "sku,name,kind,category", "X,Saw,goods,SAWS", "uom_id"},
		{"companies", "partner,name,customer", "1,Anders,perhaps", "customer_rank"},
		{"addresses", "address,partner,kind", "1,10001,home", "type"},
		{"accounts", "account,name,type", "1000,Bank,money", "account_type"},
		{"opening_lines", "entry,line,account,debit", "TB,1,1000,5", "currency_id"},
		{"open_item_lines", "item,partner,account,due,amount", "1,10001,1200,31.12.2025,5", "due"},
		{"stock", "row,sku,location", "1,S-100,A", "inventory_quantity_auto_apply"},
		{"sale_order_lines", "order,line,sku,text,quantity,unit", "1,1,S-100,Saw,5,PC", "price_unit"},
		{"purchase_orders", "order,partner,date", "1,70001,2025-12-02", "currency_id"},
		{"variants", "sku,values", "X,SHIRT-S", "product_tmpl_id"},
	} {
		p := compiled[c.mapping]
		cells, err := csv.NewReader(strings.NewReader(c.cells)).Read()
		if err != nil {
			t.Fatal(err)
		}
		row := make([]string, len(columns[c.mapping]))
		for i, name := range strings.Split(c.columns, ",") {
			row[slices.Index(columns[c.mapping], name)] = cells[i]
		}
		got := p.Apply(&record.Batch{Columns: columns[c.mapping], Rows: []record.Row{{Pos: record.Pos{Row: 1, Line: 2}, Cells: row}}})
		if len(got.Records) != 0 || !slices.ContainsFunc(got.Findings, func(f record.Finding) bool { return strings.Contains(f.Message+f.Column+f.At, c.names) }) {
			t.Errorf("%s %s: %d records, findings %v; want the row refused for %s", c.mapping, c.cells, len(got.Records), got.Findings, c.names)
		}
	}
}

func TestGet(t *testing.T) {
	if _, err := library.Get("product", 19); err == nil || !strings.Contains(err.Error(), "product_categories") {
		t.Errorf("an unknown map: %v", err)
	}
	if _, err := library.Get("products", 17); err == nil || !strings.Contains(err.Error(), "18 and 19") {
		t.Errorf("an unknown version: %v", err)
	}
	m, err := library.Get("open_items", 0)
	if err != nil || !slices.Equal(m.Needs, []string{"partners", "accounts", "opening_balance"}) || !slices.Equal(m.Models, []string{"account.move", "account.move.line"}) {
		t.Errorf("open_items: %+v %v", m, err)
	}
	seen := map[string]string{}
	for _, m := range all(t, 0) {
		if m.Line == "" || len(m.Line) > 140 || len(m.About) < 200 {
			t.Errorf("%s says too little or too much about itself: %q", m.Name, m.Line)
		}
		for _, f := range m.Mappings {
			if other := seen[f.Name]; other != "" {
				t.Errorf("%s is in %s and in %s", f.Name, other, m.Name)
			}
			seen[f.Name] = m.Name
		}
	}
}
