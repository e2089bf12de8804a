package mappings

import (
	"os"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// productSchema is a small piece of a target's metadata: translated, binary and loosely linked fields.
func productSchema() *schema.Snapshot {
	m := schema.Model{Name: "product.template", Defaults: map[string]any{"seal": "eA=="}, Fields: []schema.Field{
		{Name: "name", Type: schema.Char, Stored: true, Required: true, Translated: true}, {Name: "default_code", Type: schema.Char, Stored: true},
		{Name: "description_sale", Type: schema.Text, Stored: true, Translated: true}, {Name: "description", Type: schema.HTML, Stored: true, Translated: true},
		{Name: "image_1920", Type: schema.Binary, Stored: true}, {Name: "image_1024", Type: schema.Binary, Stored: true},
		{Name: "image_512", Type: schema.Binary, Stored: true}, {Name: "image_256", Type: schema.Binary, Stored: true},
		{Name: "image_128", Type: schema.Binary, Stored: true}, {Name: "seal", Type: schema.Binary, Stored: true, Required: true},
		{Name: "barcode", Type: schema.Char, Stored: true}, {Name: "res_model", Type: schema.Char, Stored: true},
		{Name: "res_id", Type: schema.M2ORef, Stored: true, ModelField: "res_model"},
		{Name: "owner_id", Type: schema.M2ORef, Stored: true, ModelField: "owner_model"},
		{Name: "about", Type: schema.Reference, Stored: true, Options: []schema.Option{{Value: "res.partner"}}},
	}}
	m.Sort()
	return &schema.Snapshot{Models: []schema.Model{m}, Languages: []string{"de_DE", "en_US", "fr_BE", "fr_FR"}}
}

// TestMistakesInTranslationsAndFiles names every mistake in translations, files and loose references at once.
func TestMistakesInTranslationsAndFiles(t *testing.T) {
	data, err := os.ReadFile("testdata/products.yaml")
	if err != nil {
		t.Fatal(err)
	}
	m, problems := Parse("products.yaml", data)
	set, more := NewSet("legacy", []*Mapping{m})
	problems = append(problems, more...)
	_, more = set.Compile(Env{Schema: productSchema(), Columns: map[string][]string{"products": {"SKU", "NAME", "TEXT", "NAME_FR", "NAME_DE"}}})
	golden(t, "products.golden", []byte(show(SortProblems(append(problems, more...)))))
}

// documented is the n-th YAML example under a heading of docs/MAPPINGS.md.
func documented(t *testing.T, heading string, n int) string {
	t.Helper()
	data, err := os.ReadFile("../docs/MAPPINGS.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, ok := strings.Cut(string(data), "\n"+heading+"\n")
	if !ok {
		t.Fatalf("docs/MAPPINGS.md has no %q", heading)
	}
	if text, _, ok = strings.Cut(text, "\n#"); !ok {
		t.Log("it is the last heading")
	}
	blocks := strings.Split(text, "```yaml\n")
	if len(blocks) <= n {
		t.Fatalf("%q has %d examples", heading, len(blocks)-1)
	}
	example, _, _ := strings.Cut(blocks[n], "```")
	return example
}

// applied runs a mapping over one row against the small schema.
func appliedRow(t *testing.T, mapping string, columns, cells []string) Result {
	t.Helper()
	ms := parseAll(t, mapping)
	set, problems := NewSet("legacy", ms)
	programs, more := set.Compile(Env{Schema: productSchema(), Columns: map[string][]string{"products": columns}})
	if problems = append(problems, more...); Failed(problems) {
		t.Fatal(show(problems))
	}
	return programs[ms[0].Name].Apply(&record.Batch{Table: "products", Columns: columns, Rows: []record.Row{{Pos: record.Pos{Row: 1, Line: 2}, Cells: cells}}})
}

const productHead = "mapping: products\nmodel: product.template\nfrom: products\nid: product_{SKU}\n"

// TestTranslations runs the example of docs/MAPPINGS.md, and what becomes of missing texts.
func TestTranslations(t *testing.T) {
	columns := []string{"SKU", "NAME", "NAME_FR", "NAME_DE", "NOTE", "NOTE_FR"}
	mapping := productHead + documented(t, "### translations", 1)
	for _, c := range []struct {
		cells []string
		want  map[string]string
		rule  string
	}{
		{[]string{"1", "Chair", "Chaise", "Stuhl", "", ""}, map[string]string{"name": "Chair", "name@fr_FR": "Chaise", "name@de_DE": "STUHL"}, ""},
		{[]string{"1", "Chair", "", "", "Solid", ""}, map[string]string{"name@fr_FR": "Chair", "name@de_DE": "Chair", "description_sale@fr_FR": "Solid"}, ""},
		{[]string{"1", "Chair", "", "", "", "Solide"}, nil, "map.translation_without_base"},
	} {
		res := appliedRow(t, mapping, columns, c.cells)
		if c.rule != "" {
			if len(res.Findings) != 1 || res.Findings[0].Rule != c.rule || res.Findings[0].Hint == "" || len(res.Classes) != 1 {
				t.Errorf("%q: %+v", c.cells, res)
			}
			continue
		}
		for f, want := range c.want {
			if len(res.Records) != 1 || res.Records[0].Get(f).Text() != want {
				t.Errorf("%q: %s of %+v, want %q", c.cells, f, res.Records, want)
			}
		}
	}
}

// TestFiles runs the example of docs/MAPPINGS.md: a mapping makes paths and opens nothing.
func TestFiles(t *testing.T) {
	columns := []string{"SKU", "NAME"}
	mapping := productHead + "fields:\n  name: {value: X}\n" + documented(t, "### file", 1)
	for cell, want := range map[string]string{"17": "photos/17.jpg", "": "", "a/b": "photos/a/b.jpg"} {
		res := appliedRow(t, mapping, columns, []string{"1", cell})
		if len(res.Records) != 1 || res.Records[0].Get("image_1920").File() != (record.FileRef{Path: want}) {
			t.Errorf("%q: %+v", cell, res)
		}
	}
	for _, cell := range []string{"../x", `..\x`, "a/../../x", "x\x00"} {
		res := appliedRow(t, mapping, columns, []string{"1", cell})
		if len(res.Records) != 0 || len(res.Findings) != 1 || res.Findings[0].Rule != "file.outside" {
			t.Errorf("%q: %+v", cell, res)
		}
	}
}
