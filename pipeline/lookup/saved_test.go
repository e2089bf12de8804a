package lookup

import (
	"maps"
	"slices"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// A saved table proves what is there and what is not; of everything else it says that it does not know.
func TestSaved(t *testing.T) {
	s := &schema.Snapshot{Lookups: []schema.Lookup{
		{Model: "account.journal", Fields: []string{"code", "name"}, Rows: [][]string{{"BNK", "Bank"}}, Partial: true},
		{Model: "res.country", Fields: []string{"code", "name", "name@de_DE"}, Rows: [][]string{{"DE", "Germany", "Deutschland"}, {"XA", "Twin", ""}, {"XB", "Twin", ""}}},
	}}
	found := []string{"res.country[code=DE]", "res.country[code|name=Germany]", "res.country[name@de_DE=Deutschland]", "res.country[name~i=GERMANY]"}
	missing := []string{"res.country[code=]", "res.country[code=ZZ]", "res.country[code=ZZ;name=x]", "res.country[name@de_DE=Germany]"}
	unknown := map[string][]string{
		"account.journal by code": {"account.journal[code=BNK]", "account.journal[code=NO]"},
		"external ids":            {"base.de"},
		"res.country by code":     {"res.country[code=DE;name=x]"},
		"res.country by name":     {"res.country[name=Twin]"},
		"res.country by phone":    {"res.country[phone=49]"},
		"res.partner by name":     {"res.partner[name=A]"},
	}
	refs := slices.Concat(found, missing)
	for _, list := range unknown {
		refs = append(refs, list...)
	}
	slices.Sort(refs)
	r, not, err := Saved(s, refs)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(found)
	slices.Sort(missing)
	if got := slices.Sorted(maps.Keys(r.Models)); !slices.Equal(got, found) {
		t.Errorf("found %q", got)
	}
	if !slices.Equal(r.Missing, missing) {
		t.Errorf("missing %q", r.Missing)
	}
	if !maps.EqualFunc(not, unknown, slices.Equal[[]string]) {
		t.Errorf("unknown %q", not)
	}
}
