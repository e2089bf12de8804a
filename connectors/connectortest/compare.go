package connectortest

import (
	"slices"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record"
)

func compare(t *testing.T, a, b map[string][]record.Row) {
	t.Helper()
	if len(a) != len(b) {
		t.Fatalf("%d tables with rows, then %d", len(a), len(b))
	}
	for name := range a {
		if len(a[name]) != len(b[name]) {
			t.Fatalf("%s: %d rows, then %d", name, len(a[name]), len(b[name]))
		}
		for i := range a[name] {
			if x, y := a[name][i], b[name][i]; !same(x, y) {
				t.Fatalf("%s: row %d was\n%+v\nand then\n%+v", name, i+1, x, y)
			}
		}
	}
}

func same(a, b record.Row) bool {
	return a.Pos == b.Pos && a.Damage == b.Damage && string(a.Raw) == string(b.Raw) &&
		slices.Equal(a.Cells, b.Cells) && slices.Equal(a.Missing, b.Missing)
}

func firstDuplicate(names []string) string {
	seen := map[string]bool{}
	for _, n := range names {
		if seen[n] {
			return n
		}
		seen[n] = true
	}
	return ""
}
