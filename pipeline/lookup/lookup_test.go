package lookup_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline/lookup"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// fake answers from a table and counts the calls.
type fake struct {
	rows  map[string][]map[string]any
	calls []string
}

func (f *fake) SearchRead(_ context.Context, model string, domain []any, _ []string, _ int) ([]map[string]any, error) {
	f.calls = append(f.calls, fmt.Sprint(model, domain))
	return f.rows[model], nil
}

func (f *fake) XMLIDs(_ context.Context, _ string, names []string) (map[string]schema.XMLID, error) {
	return map[string]schema.XMLID{"base.USD": {Model: "res.currency", ResID: 1}}, nil
}

func row(id int, key, value string) map[string]any {
	return map[string]any{"id": json.Number(fmt.Sprint(id)), key: value}
}

func TestResolve(t *testing.T) {
	f := &fake{rows: map[string][]map[string]any{
		"res.country":       {row(57, "code", "DE"), row(233, "code", "US")},
		"res.country.state": {row(9, "code", "CA")},
		"account.journal":   {row(1, "code", "MISC"), row(2, "code", "MISC")},
	}}
	res, err := lookup.Resolve(t.Context(), f, []string{
		"res.country.state[code=CA;country_id=res.country[code=US]]", "res.country[code=DE]", "res.country[code=US]", "res.country[code=US]",
		"res.country[code=XX]", "account.journal[code=MISC]", "base.USD", "base.EUR", "res.country.state[code=CA;country_id=res.country[code=XX]]",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int64{"res.country[code=DE]": 57, "res.country[code=US]": 233, "base.USD": 1, "res.country.state[code=CA;country_id=res.country[code=US]]": 9}
	if !reflect.DeepEqual(res.IDs, want) {
		t.Errorf("ids %v, want %v", res.IDs, want)
	}
	if fmt.Sprint(res.Missing) != "[base.EUR res.country.state[code=CA;country_id=res.country[code=XX]] res.country[code=XX]]" {
		t.Errorf("missing %v", res.Missing)
	}
	if res.Ambiguous["account.journal[code=MISC]"] != 2 {
		t.Errorf("ambiguous %v", res.Ambiguous)
	}
	if alone, err := lookup.Resolve(t.Context(), f, []string{"res.country.state[code=CA;country_id=res.country[code=US]]"}); err != nil || len(alone.Missing) > 0 {
		t.Errorf("a scope nobody else asks for: missing %v, %v", alone.Missing, err)
	}
	if len(f.calls) != 5 {
		t.Errorf("%d calls: %v", len(f.calls), f.calls)
	}
}
