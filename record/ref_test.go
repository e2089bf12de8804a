package record_test

import (
	"reflect"
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

func TestFindRoundTrip(t *testing.T) {
	for text, want := range map[string]record.Find{
		"code":                      {Fields: []string{"code"}},
		"partner_id.ref":            {Fields: []string{"partner_id.ref"}},
		"code|name@de_DE~i":         {Fields: []string{"code", "name"}, Lang: "de_DE", AnyCase: true},
		"name~i":                    {Fields: []string{"name"}, AnyCase: true},
		"code|name@sr@latin":        {Fields: []string{"code", "name"}, Lang: "sr@latin"},
		"display_name|code|name@fr": {Fields: []string{"display_name", "code", "name"}, Lang: "fr"},
	} {
		got := record.ParseFind(text)
		if !reflect.DeepEqual(got, want) || got.String() != text {
			t.Errorf("%q -> %+v -> %q", text, got, got.String())
		}
	}
	ref := record.Ref{Model: "res.country.state", Field: "code|name~i", Key: "CA", ScopeField: "country_id", ScopeValue: "res.country[code=US]"}
	if back, err := record.ParseRef(ref.String()); err != nil || back != ref {
		t.Errorf("%q -> %+v, %v", ref.String(), back, err)
	}
	if got := record.Phrase(ref.String()); got != `res.country.state with code or name "CA" within country_id res.country[code=US]` {
		t.Error(got)
	}
}
