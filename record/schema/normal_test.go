package schema_test

import (
	"cmp"
	"slices"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

func normal(t *testing.T, model, field string) schema.Normal {
	t.Helper()
	i := slices.IndexFunc(schema.Normals, func(n schema.Normal) bool { return n.Model == model && n.Field == field })
	if i < 0 {
		t.Fatalf("no normalisation of %s.%s", model, field)
	}
	return schema.Normals[i]
}

// What Odoo's own _clean_website gave of these, run with the werkzeug that Odoo brings.
func TestWebsitesAsOdooStoresThem(t *testing.T) {
	n := normal(t, "res.partner", "website")
	for _, c := range [][2]string{
		{"www.example.com/", "http://www.example.com/"}, {"example.com", "http://example.com"}, {"https://a.b", "https://a.b"}, {"HTTP://A.b", "HTTP://A.b"},
		{"www.x.de:8069", "http://www.x.de:8069"}, {"www.x.de:8069/a", "www.x.de:8069/a"}, {"//x.de/a?b#c", "http://x.de/a?b#c"}, {"x.de?q=1", "http://x.de?q=1"},
		{"x.de#f", "http://x.de#f"}, {"?a", "http:?a"}, {"#", "http:"}, {"/only", "http:///only"}, {"a b.com", "http://a b.com"}, {"mailto:a@b", "mailto:a@b"},
		{"münchen.de", "http://münchen.de"}, {"x.de:", "x.de:"}, {"x_y.de:80/a", "http://x_y.de:80/a"}, {":80", "http://:80"}, {"x.de/a/b?c#d?e", "http://x.de/a/b?c#d?e"},
		{"//", "http:"}, {"///a", "http:///a"}, {"//?x", "http:?x"}, {"www.x.de ", "http://www.x.de "}, {"x\n:a", "x\n:a"}, {"x?a#", "http://x?a"}, {"a,b:c", "a,b:c"},
	} {
		got := n.Stored(c[0])
		if got != c[1] {
			t.Errorf("%q is stored as %q, Odoo stores %q", c[0], got, c[1])
		}
		if again := n.Stored(got); again != got {
			t.Errorf("%q: stored again it is %q", got, again)
		}
	}
}

func TestIBANsAsOdooStoresThem(t *testing.T) {
	n := normal(t, "res.partner.bank", "acc_number")
	for _, c := range [][2]string{
		{"DE89370400440532013000", "DE89 3704 0044 0532 0130 00"}, {"DE89-3704.0044_0532 0130 00", "DE89 3704 0044 0532 0130 00"}, {"de89370400440532013000", "de89 3704 0044 0532 0130 00"},
		{"DE89370400440532013001", "DE89370400440532013001"}, {"DE8937040044053201300", "DE8937040044053201300"}, {"12 34-5", "12 34-5"}, {"", ""}, {"éß", "éß"},
		{"DE8937040044053201300ı", "DE8937040044053201300ı"},
	} {
		if got := n.Stored(c[0]); got != c[1] {
			t.Errorf("%q is stored as %q, want %q", c[0], got, c[1])
		}
	}
}

// A form that is not computed takes only texts for one that differ in what it may change.
func TestAlikeForms(t *testing.T) {
	vat := normal(t, "res.partner", "vat")
	for _, c := range []struct {
		meant, have string
		want        bool
	}{
		{"CHE123456788MWST", "CHE-123.456.788 MWST", true}, {"be 0477.472.701", "BE0477472701", true}, {"BE0477472701", "BE0477472702", false},
		{"0477472701", "477472701", false}, {"BE0477472701", "", false}, {"", "", false}, {"--", "..", false},
	} {
		if got := vat.Alike(c.meant, c.have); got != c.want {
			t.Errorf("%q and %q: %v", c.meant, c.have, got)
		}
	}
	if web := normal(t, "res.partner", "website"); web.Alike("a.b", "A.b") || vat.Stored("be 1") != "be 1" || vat.Exact() || !web.Exact() {
		t.Error("a form is either computed or compared")
	}
}

func TestNormalsOfAServer(t *testing.T) {
	if !slices.IsSortedFunc(schema.Normals, func(a, b schema.Normal) int {
		return cmp.Or(cmp.Compare(a.Model, b.Model), cmp.Compare(a.Field, b.Field))
	}) {
		t.Error("the normalisations are not sorted")
	}
	for _, n := range schema.Normals {
		if n.Says() == "" {
			t.Errorf("%s: its form is none", n.Rule())
		}
	}
	bare, full := &schema.Snapshot{ServerVersion: "18.0"}, &schema.Snapshot{ServerVersion: "19.0", Modules: []string{"base_vat 1.0", "base_iban 1.0"}}
	if got := bare.NormalsOf("res.partner"); len(got) != 1 || got["website"].Form != schema.FormWebsite {
		t.Errorf("without base_vat: %v", got)
	}
	if len(full.NormalsOf("res.partner")) != 2 || len(bare.NormalsOf("res.partner.bank")) != 0 || len(full.NormalsOf("res.partner.bank")) != 1 {
		t.Error("modules decide")
	}
	if len(bare.NormalsOf("res.bank")) != 0 || len(full.NormalsOf("res.bank")) != 1 {
		t.Error("versions decide")
	}
	if got := full.NormalsOf("res.bank")["bic"].Stored("genodef1ß"); got != "GENODEF1SS" {
		t.Errorf("capitals: %q", got)
	}
}
