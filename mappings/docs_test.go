package mappings

import (
	"os"
	"strings"
	"testing"
)

// yamlBlocks are the examples of a section of docs/MAPPINGS.md, from its heading to the next heading of any depth.
func yamlBlocks(t *testing.T, heading string) []string {
	t.Helper()
	b, err := os.ReadFile("../docs/MAPPINGS.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, ok := strings.Cut(string(b), "\n"+heading)
	if !ok {
		t.Fatalf("there is no section %q", heading)
	}
	text, _, _ = strings.Cut(text, "\n#")
	var out []string
	for {
		_, rest, ok := strings.Cut(text, "```yaml\n")
		if !ok {
			return out
		}
		block, after, _ := strings.Cut(rest, "```")
		out, text = append(out, block), after
	}
}

// The examples of values and lookups are mappings that compile.
func TestDocumentedExamples(t *testing.T) {
	table := Table{Columns: []string{"Legacy", "Odoo", "Note"}, Rows: []TableRow{{Line: 2, Cells: []string{"UK", "GB"}}}}
	two := Table{Columns: []string{"Legacy", "Odoo"}}
	decisions := Table{Columns: []string{"key", "keep_key", "decision", "by", "on"}, Rows: []TableRow{{Line: 2, Cells: []string{"10002", "10001", "merge", "A. Owner", "2026-11-02"}}}}
	env := Env{Maps: map[string]*ValueMap{"states": {Name: "states", Files: []string{"maps/states.csv"}, Confirmed: &Confirmation{By: "A. Owner", On: "2026-11-02"}}},
		Tables: map[TableFile]Table{{"maps/countries.xlsx", "Countries"}: table, {"maps/states.csv", ""}: two, {"decisions/customers.csv", ""}: decisions}}
	for heading, want := range map[string]int{"**Lookups.**": 1, "## Value maps": 2, "### merge": 1} {
		blocks := yamlBlocks(t, heading)
		if len(blocks) != want {
			t.Errorf("%s has %d examples, want %d", heading, len(blocks), want)
		}
		for _, block := range blocks {
			if strings.HasPrefix(block, "maps:") {
				continue // migrate.yaml's: package project tests it
			}
			text := block
			if !strings.HasPrefix(block, "mapping:") {
				text = "mapping: m\nmodel: res.partner\nfrom: s\nid: m_{ID}\nfields:\n  " + strings.ReplaceAll(strings.TrimSpace(block), "\n", "\n  ") + "\n"
			}
			m, problems := Parse("example.yaml", []byte(text))
			set, more := NewSet("legacy", []*Mapping{m})
			problems = append(problems, more...)
			_, more = set.Compile(env)
			if problems = append(problems, more...); len(problems) > 0 {
				t.Errorf("%s\n%s", text, show(problems))
			}
		}
	}
}
