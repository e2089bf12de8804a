package odoo

import (
	"slices"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

func TestUniqueDefinitions(t *testing.T) {
	m := &schema.Model{Name: "x", Fields: []schema.Field{{Name: "code", Type: schema.Char, Stored: true}, {Name: "company_id", Type: schema.Many2one, Stored: true}, {Name: "shown"}}}
	for definition, want := range map[string][]string{
		"unique(code)":                              {"code"},
		"UNIQUE (company_id, Code)":                 {"company_id", "code"},
		"unique index ( code )":                     {"code"},
		"UNIQUE INDEX (code) WHERE active IS TRUE":  nil,
		"UNIQUE INDEX (code, COALESCE(company, 0))": nil,
		"unique(shown)":                             nil,
		"unique(gone)":                              nil,
		"CHECK (code != 'unique')":                  nil,
	} {
		m.Uniques = nil
		addUnique(m, map[string]any{"name": "n", "definition": definition})
		if got := m.Uniques[0].Fields; !slices.Equal(got, want) {
			t.Errorf("%s: %v", definition, got)
		}
	}
}
