package reconcile_test

import (
	"slices"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline/reconcile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

func amounts(pairs ...string) reconcile.Amounts {
	a := reconcile.Amounts{}
	for i := 0; i < len(pairs); i += 2 {
		a[pairs[i]] = record.MustDecimal(pairs[i+1])
	}
	return a
}

func TestCheck(t *testing.T) {
	total := record.MustDecimal("30.0075")
	for _, c := range []struct {
		about    string
		control  reconcile.Control
		equal    bool
		why      []string
		rounding string
	}{
		{"carried and equal", reconcile.Control{Kind: "carried", Source: amounts("a", "1.5"), Staged: amounts("a", "1.50"), Odoo: amounts("a", "1.5")}, true, nil, ""},
		{"carried and a cent off", reconcile.Control{Kind: "carried", Source: amounts("a", "1.5"), Staged: amounts("a", "1.51")}, false,
			[]string{"1 of 1 keys differ between source and staged"}, ""},
		{"computed: every cent explained by rounding", reconcile.Control{Kind: "computed", Scale: 2, Expected: &total, Source: amounts("a", "10.0025", "b", "20.005"),
			Staged: amounts("a", "10", "b", "20.01"), Odoo: amounts("a", "10.00", "b", "20.01")}, true, nil, "0.0025"},
		{"computed: more than half a cent is not rounding", reconcile.Control{Kind: "computed", Scale: 2, Source: amounts("a", "10.004"), Staged: amounts("a", "10.01")}, false,
			[]string{"1 of 1 keys differ between source and staged"}, ""},
		{"opposite errors do not cancel", reconcile.Control{Kind: "carried", Source: amounts("a", "1", "b", "2"), Staged: amounts("a", "2", "b", "1")}, false,
			[]string{"2 of 2 keys differ between source and staged"}, ""},
		{"a key Odoo lacks", reconcile.Control{Kind: "carried", Source: amounts("a", "0"), Staged: amounts("a", "0"), Odoo: amounts()}, false,
			[]string{"1 of 1 keys differ between prediction and Odoo"}, ""},
		{"the legacy system's own total", reconcile.Control{Kind: "carried", Expected: &total, Source: amounts("a", "30"), Staged: amounts("a", "30")}, false,
			[]string{"the files sum to 30, the legacy system says 30.0075"}, ""},
	} {
		r := reconcile.Check(c.control)
		if r.Equal != c.equal || !slices.Equal(r.Why, c.why) || r.Rounding != c.rounding {
			t.Errorf("%s: equal %v, why %q, rounding %q", c.about, r.Equal, r.Why, r.Rounding)
		}
	}
}
