package lookup_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline/lookup"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// fake answers from a table and counts the calls. It filters by nothing but "in" on what it has: that a search is asked
// too much is the client's to cope with.
type fake struct {
	rows  map[string][]map[string]any
	calls []string
}

func (f *fake) SearchReadIn(_ context.Context, model string, domain []any, _ []string, _ int, more map[string]any) ([]map[string]any, error) {
	call := fmt.Sprint(model, domain)
	if len(more) > 0 {
		call += fmt.Sprint(more)
	}
	f.calls = append(f.calls, call)
	if lang, ok := more["lang"]; ok {
		return f.rows[model+"@"+fmt.Sprint(lang)], nil
	}
	return f.rows[model], nil
}

func (f *fake) XMLIDs(_ context.Context, _ string, names []string) (map[string]schema.XMLID, error) {
	f.calls = append(f.calls, fmt.Sprint("xmlids ", len(names)))
	return map[string]schema.XMLID{"base.USD": {Model: "res.currency", ResID: 1}}, nil
}

func (f *fake) Relation(_ context.Context, model, field string) (string, error) {
	return map[string]string{"res.partner.bank partner_id": "res.partner", "res.partner country_id": "res.country"}[model+" "+field], nil
}

func number(n int) json.Number { return json.Number(fmt.Sprint(n)) }

// row makes a row of an id and pairs of a field and its value; an int is the id of a many2one.
func row(id int, pairs ...any) map[string]any {
	out := map[string]any{"id": number(id)}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i].(string)] = pairs[i+1]
		if n, ok := pairs[i+1].(int); ok {
			out[pairs[i].(string)] = number(n)
		}
	}
	return out
}

func TestResolve(t *testing.T) {
	f := &fake{rows: map[string][]map[string]any{
		"res.country":       {row(57, "code", "DE"), row(233, "code", "US")},
		"res.country.state": {row(9, "code", "CA", "country_id", 233), row(10, "code", "CA", "country_id", 57)},
		"account.journal":   {row(1, "code", "MISC", "display_name", "Miscellaneous"), row(2, "code", "MISC", "display_name", "Others")},
	}}
	res, err := lookup.Resolve(t.Context(), f, []string{
		"res.country.state[code=CA;country_id=res.country[code=US]]", "res.country[code=DE]", "res.country[code=US]", "res.country[code=US]",
		"res.country[code=XX]", "account.journal[code=MISC]", "base.USD", "base.EUR", "res.country.state[code=CA;country_id=res.country[code=XX]]",
		"res.country.state[code=CA;country_id=res.country[code=DE]]",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int64{"res.country[code=DE]": 57, "res.country[code=US]": 233, "base.USD": 1, "res.country.state[code=CA;country_id=res.country[code=US]]": 9,
		"res.country.state[code=CA;country_id=res.country[code=DE]]": 10}
	if !reflect.DeepEqual(res.IDs, want) {
		t.Errorf("ids %v, want %v", res.IDs, want)
	}
	if fmt.Sprint(res.Missing) != "[base.EUR res.country.state[code=CA;country_id=res.country[code=XX]] res.country[code=XX]]" {
		t.Errorf("missing %v", res.Missing)
	}
	if got := fmt.Sprint(res.Ambiguous["account.journal[code=MISC]"]); got != "[Miscellaneous (id 1) Others (id 2)]" {
		t.Errorf("ambiguous %v", got)
	}
	if alone, err := lookup.Resolve(t.Context(), f, []string{"res.country.state[code=CA;country_id=res.country[code=US]]"}); err != nil || len(alone.Missing) > 0 {
		t.Errorf("a scope nobody else asks for: missing %v, %v", alone.Missing, err)
	}
}

// Every way to find a record, with what is asked for it.
func TestWaysToFind(t *testing.T) {
	rows := map[string][]map[string]any{
		"res.country":       {row(57, "code", "DE", "name", "Germany"), row(75, "code", "FR", "name", "France")},
		"res.country@de_DE": {row(57, "code", "DE", "name", "Deutschland"), row(75, "code", "FR", "name", "Frankreich")},
		"res.partner.bank":  {row(3, "partner_id", 8), row(4, "partner_id", 9), row(5, "partner_id", false)},
		"res.partner":       {row(8, "ref", "C8", "country_id", 57), row(9, "ref", false, "country_id", 75)},
		"res.lang":          {row(1, "code", "en_US"), row(2, "code", "de_DE")},
	}
	for _, c := range []struct {
		ref   string
		id    int64
		calls string
	}{
		{"res.country[code|name=DE]", 57, `res.country[[code in [DE]]]`},
		{"res.country[code|name=France]", 75, `res.country[[code in [France]]] res.country[[name in [France]]]`},
		{"res.country[name~i=gERMANY]", 57, `res.country[[name =ilike gERMANY]]`},
		{"res.country[name~i=a_b%25]", 0, `res.country[[name =ilike a\_b\%]]`},
		{"res.country[name@de_DE=Frankreich]", 75, `res.lang[[active = true]] res.country[[name in [Frankreich]]]map[lang:de_DE]`},
		{"res.country[name@de_DE~i=frankreich]", 75, `res.lang[[active = true]] res.country[[name =ilike frankreich]]map[lang:de_DE]`},
		{"res.country[id=75]", 75, `res.country[[id in [75]]]`},
		{"res.country[id=seventy]", 0, ``},
		{"res.partner.bank[partner_id.ref=C8]", 3, `res.partner.bank[[partner_id.ref in [C8]]] res.partner[[id in [8 9]]]`},
		{"res.partner.bank[partner_id.country_id.code=FR]", 4,
			`res.partner.bank[[partner_id.country_id.code in [FR]]] res.partner[[id in [8 9]]] res.country[[id in [57 75]]]`},
	} {
		f := &fake{rows: rows}
		res, err := lookup.Resolve(t.Context(), f, []string{c.ref})
		if err != nil {
			t.Errorf("%s: %v", c.ref, err)
			continue
		}
		if got := res.IDs[c.ref]; got != c.id || (got == 0) != slices.Contains(res.Missing, c.ref) {
			t.Errorf("%s is %d, want %d; missing %v", c.ref, got, c.id, res.Missing)
		}
		if got := strings.Join(f.calls, " "); got != c.calls {
			t.Errorf("%s asked\n%s\nwant\n%s", c.ref, got, c.calls)
		}
	}
	if _, err := lookup.Resolve(t.Context(), &fake{rows: rows}, []string{"res.country[name@fr_FR=Allemagne]"}); err == nil ||
		err.Error() != "the target has no language fr_FR, in which names are looked up" {
		t.Errorf("a language nobody activated: %v", err)
	}
	if _, err := lookup.Resolve(t.Context(), &fake{rows: rows}, []string{"res.partner.bank[acc_type.ref=1]"}); err == nil || !strings.Contains(err.Error(), "leads to no other model") {
		t.Errorf("a path through a field that is no relation: %v", err)
	}
}

// A million lookups of 20,000 different keys in 200 scopes cost a handful of calls.
func TestCallsAreFew(t *testing.T) {
	f := &fake{rows: map[string][]map[string]any{}}
	var refs []string
	for country := range 200 {
		f.rows["res.country"] = append(f.rows["res.country"], row(country+1, "code", fmt.Sprint("C", country)))
		for state := range 100 {
			f.rows["res.country.state"] = append(f.rows["res.country.state"], row(1000*country+state+1, "code", fmt.Sprint("S", state), "country_id", country+1))
			ref := fmt.Sprintf("res.country.state[code=S%d;country_id=res.country[code=C%d]]", state, country)
			for range 50 {
				refs = append(refs, ref)
			}
		}
	}
	if len(refs) != 1_000_000 {
		t.Fatal(len(refs))
	}
	res, err := lookup.Resolve(t.Context(), f, refs)
	if err != nil || len(res.Missing)+len(res.Ambiguous) > 0 || len(res.IDs) != 20_200 {
		t.Fatalf("%d found, %d missing, %v", len(res.IDs), len(res.Missing), err)
	}
	if len(f.calls) > 5 {
		t.Errorf("%d calls", len(f.calls))
	}
}

func TestNearest(t *testing.T) {
	f := &fake{rows: map[string][]map[string]any{"res.country": {
		row(1, "code", "DE", "display_name", "Germany"), row(2, "code", "GB", "display_name", "United Kingdom"),
		row(3, "code", "UA", "display_name", "Ukraine"), row(4, "code", "AE", "display_name", "United Arab Emirates"),
	}}}
	want := map[string]string{"UK": "GB", "de": "DE", "Germany": "DE", "Germnay": "DE", "UAE": "AE"}
	var missing []string
	for text := range want {
		missing = append(missing, "res.country[code="+text+"]")
	}
	slices.Sort(missing)
	near, err := lookup.Nearest(t.Context(), f, append(missing, "res.country[code=Atlantis]", "base.de"))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for ref, n := range near {
		got[strings.TrimSuffix(strings.TrimPrefix(ref, "res.country[code="), "]")] = n.Key
	}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if len(f.calls) != 1 {
		t.Errorf("%d calls: %v", len(f.calls), f.calls)
	}
}
