package schema_test

import (
	"cmp"
	"slices"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// The tables of Odoo's rules are in order, name what they need, and know the versions apart.
func TestTablesOfConstraints(t *testing.T) {
	if !slices.IsSortedFunc(schema.Uniques, func(a, b schema.Unique) int { return cmp.Compare(a.Model, b.Model) }) {
		t.Error("the unique constraints are not sorted by model")
	}
	if !slices.IsSortedFunc(schema.Refusals, func(a, b schema.Refusal) int { return cmp.Compare(a.Model, b.Model) }) {
		t.Error("the refusals are not sorted by model")
	}
	for _, u := range schema.Uniques {
		if u.Space == "" || len(u.Fields) == 0 || len(u.Sought(18))+len(u.Sought(19)) == 0 {
			t.Errorf("%+v lacks something", u)
		}
	}
	for _, r := range schema.Refusals {
		if r.Message == "" || !slices.Contains(schema.FieldsIn(r.When), r.Field) {
			t.Errorf("%s: %q does not look at %s", r.Model, r.When, r.Field)
		}
	}
	for major, want := range map[int]string{18: "product.packaging", 19: "product.uom"} {
		looks := schema.UniquesOf("product.product", major)
		if got := looks[slices.IndexFunc(looks, func(u schema.Unique) bool { return u.Fields[0] == "barcode" })].Sought(major); len(got) != 2 || got[1].Model != want {
			t.Errorf("%d: barcodes are sought in %+v", major, got)
		}
	}
	if s := (&schema.Snapshot{ServerVersion: "saas~18.2", Modules: []string{"base_vat 1.0"}}); s.Major() != 18 || !s.Has("base_vat") || s.Has("base") {
		t.Error("version and modules of a snapshot")
	}
}
