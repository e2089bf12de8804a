package record_test

import (
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record"
)

func TestRefRoundTrip(t *testing.T) {
	for _, r := range []record.Ref{
		{Key: "legacy.cust_1001"},
		{Model: "res.country", Field: "code", Key: "DE"},
		{Model: "res.partner.category", Field: "name", Key: "a;b=[c],d%5B\n"},
		{Model: "res.country.state", Field: "code", Key: "CA", ScopeField: "country_id", ScopeValue: "res.country[code=US]"},
	} {
		got, err := record.ParseRef(r.String())
		if err != nil || got != r {
			t.Errorf("%+v -> %q -> %+v, %v", r, r.String(), got, err)
		}
	}
	for _, bad := range []string{"", "res.country[code=DE", "res.country[code]"} {
		if r, err := record.ParseRef(bad); err == nil {
			t.Errorf("ParseRef(%q) = %+v", bad, r)
		}
	}
}

func TestJoinRefsIsCanonical(t *testing.T) {
	if got := record.JoinRefs([]string{"b", "a", "b"}); got != "a,b" {
		t.Errorf("got %q", got)
	}
	if record.SplitRefs("") != nil {
		t.Error("the empty text is no reference")
	}
}
