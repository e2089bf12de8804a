package suggest

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
)

// project writes migrate.yaml.
func (p *plan) project() []byte {
	var b strings.Builder
	b.WriteString("# Drafted by migrate init from an audit of the files below; read it before you run it.\n\n")
	fmt.Fprintf(&b, "version: 1\nproject: %s\ntimezone: UTC            # the zone in which the legacy system wrote its times\n\nsources:\n", p.name)
	for i := range p.report.Sources {
		p.source(&b, i)
	}
	b.WriteString(`
targets:
  production:
    url: "http://127.0.0.1:8069"
    database: odoo
    user: admin
    password: {env: ODOO_PASSWORD}

# Without staging: a private PostgreSQL is kept in the folder .migrate.
# staging: {dsn: {env: MIGRATE_DSN}}

mappings: mappings
`)
	p.scope(&b)
	b.WriteString(`
# Totals that must be the same in the legacy system, in staging and in Odoo. Ask the data owner for them.
# controls:
#   - name: open orders
#     kind: computed
#     scale: 2
#     expected: "0.00"
`)
	return []byte(b.String())
}

func (p *plan) source(b *strings.Builder, i int) {
	s := &p.report.Sources[i]
	fmt.Fprintf(b, "  %s:   # %s\n", p.sources[i], oneLine(p.fate(s, p.sources[i])))
	put := func(key, value, comment string) {
		if comment != "" {
			comment = "   # " + oneLine(comment)
		}
		fmt.Fprintf(b, "    %s: %s%s\n", key, value, comment)
	}
	put("file", quote(filepath.ToSlash(s.File)), "")
	if s.Sheet != "" {
		put("sheet", quote(s.Sheet), "")
	}
	switch { // rows that are pinned know nothing of the elements above them, so a table of several is called by its name
	case s.Format == "xml" && s.Table != "":
		put("table", quote(s.Table), "")
	case s.Format == "xml" && s.Dialect.Path != "":
		put("rows", quote(s.Dialect.Path), "")
	}
	if s.Format == "csv" {
		if s.Encoding != "" {
			put("encoding", quote(s.Encoding), "")
		}
		if len([]rune(s.Dialect.Delimiter)) == 1 {
			put("delimiter", quote(s.Dialect.Delimiter), "")
		}
	}
	if words, seen := nullWords(s); len(words) > 0 {
		put("nulls", "["+strings.Join(words, ", ")+"]", seen)
	}
	if len(s.Keys) > 0 {
		key := []string{}
		for _, c := range p.keyOf(s) {
			key = append(key, scalar(c))
		}
		put("key", "["+strings.Join(key, ", ")+"]", "")
	}
}

func (p *plan) fate(s *profile.Source, source string) string {
	rows := fmt.Sprintf("%d rows", s.Rows)
	if s.Quarantined > 0 {
		rows += fmt.Sprintf(", %d damaged", s.Quarantined)
	}
	if m := p.byTable[s.Name]; m != nil {
		return rows + " -> " + m.model
	}
	return rows + ", TODO: " + p.open[source]
}

// sureNulls are texts that mean nothing wherever they stand alone; "-" or "NA" might be a value.
var sureNulls = []string{"NULL", "null", "Null", "(null)", `\N`, "#N/A", "N/A", "n/a", "NaN"}

// nullWords lists the null words of a table as YAML texts, and says where they were seen.
func nullWords(s *profile.Source) (words []string, seen string) {
	var columns []string
	for i := range s.Columns {
		for _, w := range s.Columns[i].NullWords {
			if !slices.Contains(sureNulls, w.Value) {
				continue
			}
			if q := quote(w.Value); !slices.Contains(words, q) {
				words = append(words, q)
			}
			if !slices.Contains(columns, s.Columns[i].Name) {
				columns = append(columns, s.Columns[i].Name)
			}
		}
	}
	if len(columns) > 5 {
		columns = append(columns[:5], "...")
	}
	return words, "seen in " + strings.Join(columns, ", ")
}

// scope lists the tables nobody has decided about: they block a cutover until they are mapped or left out by name.
func (p *plan) scope(b *strings.Builder) {
	var open []string
	for _, s := range p.sources {
		if _, ok := p.open[s]; ok {
			open = append(open, s)
		}
	}
	if len(open) == 0 {
		return
	}
	b.WriteString("\n# TODO: decide about each table that has no mapping: write one, or uncomment its line with a reason and a name.\n# scope:\n")
	for _, s := range open {
		fmt.Fprintf(b, "#   %s: {decision: archived, reason: \"\", by: \"\"}   # %s\n", s, oneLine(p.open[s]))
	}
}
