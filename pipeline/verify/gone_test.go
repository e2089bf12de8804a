package verify

import (
	"context"
	"encoding/json"
	"iter"
	"slices"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// world is a target and a ledger of two partners, of which Odoo has one.
type world struct{ asked []string }

func (w *world) Read(_ context.Context, _ string, _ []int64, fields []string) ([]map[string]any, error) {
	w.asked = fields
	return []map[string]any{{"id": json.Number("7"), "name": "Ada"}}, nil
}

func (w *world) XMLIDs(_ context.Context, _ string, names []string) (map[string]schema.XMLID, error) {
	out := map[string]schema.XMLID{}
	for i, n := range names {
		out[n] = schema.XMLID{Model: "res.partner", ResID: int64(7 + i)}
	}
	return out, nil
}

func (w *world) Entries(context.Context, int64, string) iter.Seq2[run.Entry, error] {
	values, err := record.EncodeValues([]string{"fax", "name"}, []record.Value{record.TextValue("555"), record.TextValue("Ada")})
	return func(yield func(run.Entry, error) bool) {
		for i, id := range []string{"shop.a", "shop.b"} {
			if !yield(run.Entry{ExternalID: id, Mapping: "people", Model: "res.partner", DBID: int64(7 + i), Digest: "00", State: run.Active, Values: values, RunID: 1}, err) {
				return
			}
		}
	}
}

func (w *world) IDs(context.Context, []string) (map[string]int64, error) { return nil, nil }
func (w *world) Learn(context.Context, []string) error                   { return nil }
func (w *world) Model(string) string                                     { return "" }

// An upgrade took a field away: its values differ, by name, and everything else is compared as ever. A record that was
// deleted, though its external id was left, or that was merged into another one, is missing.
func TestWhatIsGoneFromOdoo(t *testing.T) {
	w := &world{}
	v := &Verifier{Target: w, Ledger: w, Refs: w, Module: "shop", TargetID: 1,
		Schema: &schema.Snapshot{ServerVersion: "20.0", Models: []schema.Model{{Name: "res.partner", Fields: []schema.Field{{Name: "name", Type: schema.Char}}}}}}
	res, err := v.Run(t.Context(), []string{"people"})
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(w.asked, "fax") {
		t.Errorf("Odoo was asked for a field it has not: %q", w.asked)
	}
	if m := res.Mappings[0]; m.Compared != 2 || m.Differs != 1 || m.Missing != 1 || res.Sound() {
		t.Errorf("%+v", m)
	}
	want := []Difference{
		{Mapping: "people", Model: "res.partner", ExternalID: "shop.a", DBID: 7, Class: Differs, Field: "fax", Want: "555", Have: goneField},
		{Mapping: "people", Model: "res.partner", ExternalID: "shop.b", DBID: 8, Class: Missing},
	}
	if !slices.Equal(res.Differences, want) {
		t.Errorf("%+v", res.Differences)
	}
}
