package company

import (
	"context"
	"encoding/csv"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/csvfile"
	"github.com/odoo-migrate/odoo-migrate/connectors/xlsxfile"
	"github.com/odoo-migrate/odoo-migrate/connectors/xmlfile"
	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// projectFolder makes a project folder with one of the exports.
func projectFolder(t *testing.T, export string) string {
	t.Helper()
	dir := t.TempDir()
	for from, to := range map[string]string{"project": dir, export: filepath.Join(dir, "exports")} {
		part, err := fs.Sub(Files(), from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(to, part); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// rows reads a source of the project with the connector its file needs.
func rows(t *testing.T, dir string, s project.Source) *record.Batch {
	t.Helper()
	reg := connectors.NewRegistry()
	reg.Register(csvfile.Open, ".csv")
	reg.Register(xmlfile.Open, ".xml")
	reg.Register(xlsxfile.Open, ".xlsx")
	src, err := reg.Open(context.Background(), filepath.Join(dir, s.File), connectors.Options{
		Encoding: s.Encoding, Delimiter: s.Delimiter, Quote: s.Quote, Skip: s.Skip, Sheet: s.Sheet, Rows: s.Rows,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	tables, err := src.Tables(context.Background())
	if err != nil || len(tables) != 1 {
		t.Fatalf("%s: tables %v, %v", s.File, tables, err)
	}
	all := &record.Batch{Table: tables[0].Name, Columns: tables[0].Columns}
	for b, err := range src.Batches(context.Background(), tables[0].Name) {
		if err != nil {
			t.Fatalf("%s: %v", s.File, err)
		}
		all.Rows = append(all.Rows, b.Rows...)
	}
	return all
}

// correct lays the project's corrections over the rows of one source and returns how many it could not place.
func correct(t *testing.T, source string, key []string, b *record.Batch) (unplaced int) {
	t.Helper()
	f, err := Files().Open("project/corrections.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all[1:] {
		if c[0] != source {
			continue
		}
		if !amend(t, c, key, b) {
			unplaced++
		}
	}
	return unplaced
}

func amend(t *testing.T, c, key []string, b *record.Batch) bool {
	t.Helper()
	for i := range b.Rows {
		row := &b.Rows[i]
		if row.Damage != "" {
			if c[2] == "*" && strings.TrimRight(string(row.Raw), "\r\n") == c[3] {
				mended := csv.NewReader(strings.NewReader(c[4]))
				mended.Comma = ';'
				cells, err := mended.Read()
				if err != nil {
					t.Fatal(err)
				}
				row.Cells, row.Damage = cells, ""
				return true
			}
			continue
		}
		k, column := slices.Index(b.Columns, key[0]), slices.Index(b.Columns, c[2])
		if column >= 0 && row.Cells[k] == c[1] && row.Cells[column] == c[3] {
			row.Cells[column] = c[4]
			return true
		}
	}
	return false
}

// The mappings fit the files: no problem, no column left out, and of each export exactly the dirt that is meant to stay
// is left out.
func TestProject(t *testing.T) {
	type counts struct{ records, excluded, rejected int }
	tests := []struct {
		export   string
		unplaced int
		want     map[string]counts
	}{
		{"export1", 0, map[string]counts{
			"accounts": {40, 0, 0}, "customers": {128, 3, 0}, "contacts": {124, 49, 0}, "delivery_addresses": {49, 124, 0},
			"vendors": {29, 0, 1}, "product_categories": {16, 0, 0}, "products": {151, 0, 0}, "orders": {90, 0, 0},
			"order_lines": {384, 0, 0}, "opening": {1, 0, 0}, "opening_lines": {24, 0, 0},
		}},
		{"export2", 1, map[string]counts{
			"accounts": {41, 0, 0}, "customers": {130, 3, 0}, "contacts": {126, 50, 0}, "delivery_addresses": {50, 126, 0},
			"vendors": {30, 0, 1}, "product_categories": {16, 0, 0}, "products": {154, 0, 0}, "orders": {93, 0, 0},
			"order_lines": {394, 0, 0}, "opening": {1, 0, 0}, "opening_lines": {24, 0, 0},
		}},
	}
	for _, test := range tests {
		t.Run(test.export, func(t *testing.T) {
			dir := projectFolder(t, test.export)
			p, problems, err := project.Load(filepath.Join(dir, "migrate.yaml"))
			if err != nil || len(problems) > 0 {
				t.Fatalf("migrate.yaml: %v %v", err, problems)
			}
			set := parse(t, p.Module, filepath.Join(dir, "mappings"))
			env, unplaced, sources := mappings.Env{Columns: map[string][]string{}, Nulls: map[string][]string{}}, 0, map[string]*record.Batch{}
			for name, s := range p.Sources {
				b := rows(t, dir, s)
				unplaced += correct(t, name, s.Key, b)
				sources[name], env.Columns[name], env.Nulls[name] = b, b.Columns, s.Nulls
			}
			if unplaced != test.unplaced {
				t.Errorf("%d corrections match no more, want %d", unplaced, test.unplaced)
			}
			programs, problems := set.Compile(env)
			for _, p := range problems {
				t.Errorf("%+v", p)
			}
			for name, program := range programs {
				r := program.Apply(sources[program.Mapping().Source])
				got := counts{records: len(r.Records)}
				for _, c := range r.Classes {
					if c.Class == "excluded" {
						got.excluded++
					} else {
						got.rejected++
					}
				}
				if got != test.want[name] {
					t.Errorf("%s: %+v, want %+v; findings %+v", name, got, test.want[name], r.Findings)
				}
			}
			if len(programs) != len(test.want) {
				t.Errorf("%d mappings, want %d", len(programs), len(test.want))
			}
		})
	}
}

func parse(t *testing.T, module, dir string) *mappings.Set {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
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
		m, problems := mappings.Parse(name, text)
		for _, p := range problems {
			t.Errorf("%+v", p)
		}
		all = append(all, m)
	}
	set, problems := mappings.NewSet(module, all)
	for _, p := range problems {
		t.Errorf("%+v", p)
	}
	return set
}
