package schema_test

import (
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// A reference is loaded with the model of the record at hand, a many2one without.
func TestReferences(t *testing.T) {
	about := schema.Field{Name: "about", Type: schema.Reference, Options: []schema.Option{{Value: "res.partner"}, {Value: "res.bank"}, {Value: "res.country"}}}
	modelOf := func(ref string) string {
		return map[string]string{"shop.a": "res.partner", "base.fr": "res.country"}[ref]
	}
	ids := map[string]int64{"shop.a": 7, "base.fr": 75, "base.gone": 9}
	link := func(ref string) record.Value { return record.NewValue(record.Link, ref) }
	for _, c := range []struct {
		field schema.Field
		v     record.Value
		want  string // "!" and a word: of the error
	}{
		{about, link("shop.a"), "res.partner,7"},
		{about, link("base.fr"), "res.country,75"},
		{about, record.Value{}, ""},
		{about, link("base.gone"), "!of which model base.gone is"},
		{about, link("base.xx"), "!is not in the target"},
		{schema.Field{Name: "partner_id", Type: schema.Many2one, Relation: "res.partner"}, link("shop.a"), "7"},
	} {
		got, err := schema.LoadCell(c.field.Towards(c.v, modelOf), c.v, ids)
		if want, fails := strings.CutPrefix(c.want, "!"); fails != (err != nil) || fails && !strings.Contains(err.Error(), want) || !fails && got != want {
			t.Errorf("%s %q is %q, %v, want %q", c.field.Name, c.v.Text(), got, err, c.want)
		}
	}
	open := schema.Field{Type: schema.Reference}
	if about.Takes("res.users") || !about.Takes("res.bank") || !open.Takes("res.users") {
		t.Error("a reference takes records of its models, and of any where they are not known")
	}
	if got := about.Models(); got != "res.bank, res.country or res.partner" {
		t.Errorf("it refers to %q", got)
	}
}
