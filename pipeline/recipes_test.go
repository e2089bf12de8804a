package pipeline

import (
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/mappings"
)

// What stock hangs on is compensated where stock is loaded too, and erased where it is not.
func TestUndoClass(t *testing.T) {
	product, quant := &mappings.Mapping{Model: "product.product"}, &mappings.Mapping{Model: "stock.quant"}
	partner, erased := &mappings.Mapping{Model: "res.partner"}, &mappings.Mapping{Model: "product.product", Undo: mappings.UndoErase}
	alone, both := &derived{order: []*mappings.Mapping{product, partner}}, &derived{order: []*mappings.Mapping{product, partner, erased, quant}}
	for _, c := range []struct {
		d    *derived
		m    *mappings.Mapping
		want string
	}{
		{alone, product, "erase"}, {both, product, "compensate"}, {both, partner, "erase"}, {both, quant, "compensate"}, {both, erased, "erase"},
	} {
		if got := c.d.undoClass(c.m, odoo.RecipeFor(c.m.Model)); got != c.want {
			t.Errorf("%s: %s, want %s", c.m.Model, got, c.want)
		}
	}
}
