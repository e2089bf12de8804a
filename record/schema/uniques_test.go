package schema

import (
	"slices"
	"testing"
)

func TestUniquesOfAServer(t *testing.T) {
	s := &Snapshot{ServerVersion: "19.0", Models: []Model{{Name: "product.product",
		Fields: []Field{{Name: "barcode", Type: Char}, {Name: "company_id", Type: Many2one}, {Name: "default_code", Type: Char}},
		Uniques: []Constraint{
			{Name: "a_barcode", Fields: []string{"barcode"}},                    // known already
			{Name: "b_code", Fields: []string{"company_id", "default_code"}},    // by its text
			{Name: "c_code", Fields: []string{"default_code"}},                  // Odoo itself only warns
			{Name: "product_product_combination_unique", Definition: "..."},     // Odoo sees to it
			{Name: "d_half", Definition: "unique index (x) where y is true"}}}}} // nobody can check it
	var added []Unique
	for _, u := range s.UniquesOf("product.product") {
		if u.Space == "a_barcode" || u.Space == "b_code" || u.Space == "c_code" {
			added = append(added, u)
		}
	}
	if len(added) != 2 || !slices.Equal(added[0].Fields, []string{"default_code", "company_id"}) || added[1].Space != "c_code" || added[1].Warns {
		t.Errorf("%+v", added)
	}
	if m, _ := s.Model("product.product"); len(m.UncheckedUniques()) != 1 || m.UncheckedUniques()[0].Name != "d_half" {
		t.Errorf("%+v", m.UncheckedUniques())
	}
}
