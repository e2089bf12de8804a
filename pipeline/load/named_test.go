package load

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline/plan"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// known is a target with external ids: model, id, module, name.
type known struct {
	Target
	rows  [][4]string
	asked []string
}

func (k *known) SearchRead(_ context.Context, model string, domain []any, _ []string, _ int) ([]map[string]any, error) {
	of, in := domain[0].([]any)[2].(string), domain[1].([]any)[2].([]int64)
	k.asked = append(k.asked, fmt.Sprint(model, " ", of, in))
	var out []map[string]any
	for _, r := range k.rows {
		if r[0] == of && slices.ContainsFunc(in, func(id int64) bool { return fmt.Sprint(id) == r[1] }) {
			out = append(out, map[string]any{"res_id": json.Number(r[1]), "module": r[2], "name": r[3]})
		}
	}
	return out, nil
}

// column is a payload of one column; each cell is a row of its own.
func column(name string, cells ...string) *payload {
	p := &payload{columns: []string{name}}
	for _, c := range cells {
		p.rows = append(p.rows, []string{c})
	}
	return p
}

func orders(target Target) *step {
	model := func(name string, fields ...schema.Field) schema.Model {
		m := schema.Model{Name: name, Fields: fields}
		m.Sort()
		return m
	}
	return &step{Step: plan.Step{Model: "sale.order"}, Loader: &Loader{Target: target, Schema: &schema.Snapshot{Models: []schema.Model{
		model("sale.order", schema.Field{Name: "partner_id", Type: schema.Many2one, Relation: "res.partner"},
			schema.Field{Name: "order_line", Type: schema.One2many, Relation: "sale.order.line"},
			schema.Field{Name: "source", Type: schema.Reference}),
		model("sale.order.line", schema.Field{Name: "tax_ids", Type: schema.Many2many, Relation: "account.tax"},
			schema.Field{Name: "product_id", Type: schema.Many2one, Relation: "product.product"}),
	}}}}
}

func TestLinksThatRepeatGoByExternalID(t *testing.T) {
	rows := [][4]string{
		{"res.partner", "7", "shop", "cust_7"}, {"res.partner", "8", "zeta", "a"}, {"res.partner", "8", "shop", "cust_8"},
		{"res.partner", "9", "shop", "two words"}, {"res.partner", "10", "", "bare"},
		{"product.product", "7", "shop", "product_7"}, {"account.tax", "1", "account", "1_sale.15"}, {"account.tax", "2", "account", "tax2"},
	}
	for _, c := range []struct {
		name, column string
		cells        []string
		want         string // the column afterwards
		wantCells    []string
		asked        []string
	}{
		{"the first of several, empty cells stay", "partner_id/.id", []string{"7", "8", "", "8", "7"}, "partner_id/id",
			[]string{"shop.cust_7", "shop.cust_8", "", "shop.cust_8", "shop.cust_7"}, []string{"ir.model.data res.partner[7 8]"}},
		{"of a line, by the line's model", "order_line/product_id/.id", []string{"7", "7"}, "order_line/product_id/id",
			[]string{"shop.product_7", "shop.product_7"}, []string{"ir.model.data product.product[7]"}},
		{"several in a cell", "order_line/tax_ids/.id", []string{"1,2", "2,1"}, "order_line/tax_ids/id",
			[]string{"account.1_sale.15,account.tax2", "account.tax2,account.1_sale.15"}, []string{"ir.model.data account.tax[1 2]"}},
		{"one of them has none", "partner_id/.id", []string{"7", "11", "7", "11"}, "partner_id/.id", []string{"7", "11", "7", "11"},
			[]string{"ir.model.data res.partner[7 11]"}},
		{"an external id that load cannot read", "partner_id/.id", []string{"9", "9"}, "partner_id/.id", []string{"9", "9"},
			[]string{"ir.model.data res.partner[9]"}},
		{"an external id without a module", "partner_id/.id", []string{"10", "10"}, "partner_id/.id", []string{"10", "10"},
			[]string{"ir.model.data res.partner[10]"}},
		{"records that do not repeat are not asked for", "partner_id/.id", []string{"7", "8", "8"}, "partner_id/.id", []string{"7", "8", "8"}, nil},
		{"nothing is linked", "partner_id/.id", []string{"", ""}, "partner_id/.id", []string{"", ""}, nil},
		{"another column", "name", []string{"7", "7"}, "name", []string{"7", "7"}, nil},
		{"a field without a model", "source/.id", []string{"7", "7"}, "source/.id", []string{"7", "7"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			target := &known{rows: rows}
			p := column(c.column, c.cells...)
			if err := orders(target).named(t.Context(), p); err != nil {
				t.Fatal(err)
			}
			if want := column(c.want, c.wantCells...); !reflect.DeepEqual(p, want) {
				t.Errorf("%s %q became %s %q, want %s %q", c.column, c.cells, p.columns, p.rows, want.columns, want.rows)
			}
			if !slices.Equal(target.asked, c.asked) {
				t.Errorf("asked %q, want %q", target.asked, c.asked)
			}
		})
	}
}

func TestExternalIDsAreAskedForOnce(t *testing.T) {
	target := &known{rows: [][4]string{{"res.partner", "7", "shop", "cust_7"}, {"res.partner", "8", "shop", "cust_8"}}}
	st := orders(target)
	for _, cells := range [][]string{{"7", "7", "11", "11"}, {"7", "7", "11", "11"}, {"7", "8", "7", "8"}} {
		if err := st.named(t.Context(), column("partner_id/.id", cells...)); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"ir.model.data res.partner[7 11]", "ir.model.data res.partner[8]"}; !slices.Equal(target.asked, want) {
		t.Errorf("asked %q, want %q", target.asked, want)
	}
}
