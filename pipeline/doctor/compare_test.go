package doctor

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// configured is a database of tables; fields says what a model has.
type configured struct {
	fields map[string][]string
	rows   map[string][]map[string]any
	err    error
}

func (c *configured) Snapshot(context.Context, []string) (*schema.Snapshot, error) {
	s := &schema.Snapshot{}
	for _, a := range areas {
		if names, ok := c.fields[a.model]; ok && (len(s.Models) == 0 || s.Models[len(s.Models)-1].Name != a.model) {
			m := schema.Model{Name: a.model}
			for _, n := range names {
				m.Fields = append(m.Fields, schema.Field{Name: n})
			}
			s.Models = append(s.Models, m)
		}
	}
	return s, nil
}

func (c *configured) SearchRead(_ context.Context, model string, _ []any, _ []string, _ int) ([]map[string]any, error) {
	return c.rows[model], c.err
}

func setUp() *configured {
	return &configured{
		fields: map[string][]string{"decimal.precision": {"digits", "name"}, "account.tax": {"amount", "name"}, "res.company": {"currency_id", "name"}},
		rows: map[string][]map[string]any{
			"decimal.precision": {{"name": "Product Price", "digits": 2}},
			"account.tax":       {{"name": "19 %", "company_id": []any{1, "Main"}, "type_tax_use": "sale", "amount": 19.0}},
			"res.company":       {{"name": "Main", "currency_id": []any{1, "EUR"}}},
		},
	}
}

func TestCompare(t *testing.T) {
	left, right := setUp(), setUp()
	right.rows["account.tax"][0]["company_id"] = []any{7, "Main"} // another id is no difference
	p, err := Compare(t.Context(), left, right)
	if err != nil || len(p.Differences) > 0 || p.Compared["taxes"] != 1 || fmt.Sprint(p.Absent) != "[modules currencies journals languages custom fields automations]" {
		t.Fatalf("%+v %v", p, err)
	}
	right.rows["decimal.precision"][0]["digits"] = 4
	right.rows["res.company"][0]["currency_id"] = false
	right.rows["account.tax"] = append(right.rows["account.tax"], map[string]any{"name": "7 %", "company_id": []any{7, "Main"}, "type_tax_use": "sale", "amount": 7.0})
	right.fields["base.automation"] = []string{"name", "trigger"}
	right.rows["base.automation"] = []map[string]any{{"name": "Greet", "model_id": []any{3, "Contact"}, "trigger": "on_create"}}
	p, err = Compare(t.Context(), left, right)
	if err != nil {
		t.Fatal(err)
	}
	want := []Difference{
		{"decimal precision", "Product Price", "digits", "2", "4"}, {"companies", "Main", "currency_id", "EUR", "not set"},
		{"taxes", "Main sale 7 %", "", "", "there"}, {"automations", "Contact Greet", "", "", "there"},
	}
	if fmt.Sprint(p.Differences) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", p.Differences, want)
	}
	left.err = errors.New("gone")
	if _, err := Compare(t.Context(), left, right); !errors.Is(err, left.err) {
		t.Errorf("got %v", err)
	}
}
