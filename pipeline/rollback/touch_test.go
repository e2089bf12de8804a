package rollback_test

import (
	"context"
	"encoding/json"
	"iter"
	"slices"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline/rollback"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// manifest holds the changes of one run and a ledger entry for each.
type manifest []run.Change

func (m manifest) Changes(context.Context, int64) ([]run.Change, error)   { return slices.Clone(m), nil }
func (m manifest) MarkUndone(context.Context, []int64, []run.Entry) error { return nil }

func (m manifest) EntriesByID(_ context.Context, _ int64, names []string) (map[string]run.Entry, error) {
	out := map[string]run.Entry{}
	for _, n := range names {
		out[n] = run.Entry{ExternalID: n, RunID: 7}
	}
	return out, nil
}

// reader gives records in which nothing holds a before-image; any other call is none a plan makes.
type reader struct{ rollback.Target }

func (reader) Read(_ context.Context, _ string, ids []int64, _ []string) ([]map[string]any, error) {
	return []map[string]any{{"id": json.Number("1"), "phone": "by a user", "name": "by a user"}}, nil
}

func TestPlanBlocksOnWhatTheRunWroteOnly(t *testing.T) {
	update := func(before string) run.Change {
		return run.Change{Action: "update", Before: json.RawMessage(before)}
	}
	for name, tc := range map[string]struct {
		changes []run.Change
		user    []string
		want    string
	}{
		"another field":              {[]run.Change{update(`{"phone":"1"}`)}, []string{"city"}, ""},
		"the same field":             {[]run.Change{update(`{"phone":"1"}`)}, []string{"phone"}, "changed in Odoo since: phone"},
		"one of two":                 {[]run.Change{update(`{"phone":"1"}`)}, []string{"city", "phone"}, "changed in Odoo since: phone"},
		"a translation of its field": {[]run.Change{update(`{"name":"A"}`)}, []string{"name@de_DE"}, "changed in Odoo since: name@de_DE"},
		"adopted":                    {[]run.Change{{Action: "adopt"}}, []string{"city"}, ""},
		"created":                    {[]run.Change{{Action: "create"}}, []string{"city"}, "changed in Odoo since: city"},
		"created and updated":        {[]run.Change{{Action: "create"}, update(`{"phone":"1"}`)}, []string{"city"}, "changed in Odoo since: city"},
		"a method":                   {[]run.Change{{Action: "call:action_confirm"}}, []string{"city"}, "changed in Odoo since: city"},
	} {
		t.Run(name, func(t *testing.T) {
			m := manifest{}
			for i, c := range tc.changes {
				c.Seq, c.ExternalID, c.Model, c.DBID, c.Undo = int64(i+1), "mig.a", "res.partner", 1, run.Erase
				m = append(m, c)
			}
			r := &rollback.Roller{Target: reader{}, Manifest: m, Changed: func(context.Context, []run.Entry) (map[string][]string, error) {
				return map[string][]string{"mig.a": tc.user}, nil
			}}
			_, res, err := r.Plan(t.Context(), 7)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, b := range res.Blockers {
				got += b.Reason
			}
			if got != tc.want {
				t.Errorf("blocked by %q, not by %q", got, tc.want)
			}
		})
	}
}

func (m manifest) Entries(context.Context, int64, string) iter.Seq2[run.Entry, error] {
	return func(func(run.Entry, error) bool) {}
}

// SearchRead answers who wrote the records last: nobody that is known.
func (reader) SearchRead(context.Context, string, []any, []string, int) ([]map[string]any, error) {
	return nil, nil
}
