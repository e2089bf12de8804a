package pipeline_test

import (
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

// External ids are listed once where none is astray, and asked for by name only where one is: deleted behind our back, or
// led to another record.
func TestVerifyLooksAtExternalIDs(t *testing.T) {
	w := newWorld(t)
	w.stage()
	if _, err := w.Cutover(t.Context(), quick); err != nil {
		t.Fatal(err)
	}
	verified := func() (missing int64, asked int) {
		t.Helper()
		before := w.double.Calls("ir.model.data", "search_read")
		v, err := w.Verify(t.Context(), pipeline.VerifyOptions{})
		if v == nil || v.Result == nil {
			t.Fatal(err)
		}
		for _, m := range v.Result.Mappings {
			missing += m.Missing
		}
		return missing, w.double.Calls("ir.model.data", "search_read") - before
	}
	missing, all := verified()
	if missing != 0 {
		t.Fatalf("%d records are missing after the load", missing)
	}
	c, err := w.Connect(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	named := func(name string) []int64 {
		t.Helper()
		ids, err := c.Search(t.Context(), "ir.model.data", []any{[]any{"module", "=", "ardent"}, []any{"name", "=", name}}, 0)
		if err != nil || len(ids) != 1 {
			t.Fatal(ids, err)
		}
		return ids
	}
	if err := c.Write(t.Context(), "ir.model.data", named("cust_10001"), map[string]any{"res_id": 1}); err != nil {
		t.Fatal(err)
	}
	missing, more := verified()
	if missing != 1 || more <= all {
		t.Errorf("an external id that leads elsewhere: %d missing, %d questions after %d", missing, more, all)
	}
	if err := c.Unlink(t.Context(), "ir.model.data", named("cust_10002")); err != nil {
		t.Fatal(err)
	}
	if missing, _ = verified(); missing != 2 {
		t.Errorf("an external id that is gone, too: %d missing", missing)
	}
}
