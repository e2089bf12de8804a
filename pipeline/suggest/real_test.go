package suggest_test

import (
	"os"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// savedSchema is what an Odoo 19 told about itself; see testdata/README.md.
func savedSchema(t testing.TB) *schema.Snapshot {
	t.Helper()
	data, err := os.ReadFile("testdata/odoo19.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	s, err := schema.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
