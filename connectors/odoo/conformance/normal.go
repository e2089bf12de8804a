package conformance

import "github.com/odoo-migrate/odoo-migrate/record/schema"

var normals = []behaviour{
	{"websites get a scheme", websites},
	{"valid IBANs are written in groups", ibans},
	{"bank identifier codes in capitals", bics},
}

// normals are the normalisations of a model on this server.
func (s *suite) normals(model string) map[string]schema.Normal {
	s.Helper()
	snap, err := s.c.Snapshot(s.ctx, []string{model})
	if err != nil {
		s.Fatal(err)
	}
	return snap.NormalsOf(model)
}

func websites(s *suite) {
	n := s.normals("res.partner")["website"]
	for _, given := range []string{
		"www.example.com/", "https://a.example", "HTTP://A.example", "www.x.example:8069", "www.x.example:8069/a", "//x.example/a?b#c", "x.example?q=1", "/only", "a b.example",
		"mailto:a@b.example", "münchen.example", "x.example:", "x.example/a/b?c#d?e", "//", "#", "?a", "x?a#",
	} {
		want := map[string]any{"website": n.Stored(given)}
		id := s.loaded("res.partner", []string{"name", "website"}, []string{"W", given})[0]
		s.has("res.partner", id, want)
		made := s.create("res.partner", map[string]any{"name": "W", "website": given})
		s.has("res.partner", made, want)
		if err := s.c.Write(s.ctx, "res.partner", []int64{made}, map[string]any{"website": "https://other.example"}); err != nil {
			s.Fatal(err)
		}
		if err := s.c.Write(s.ctx, "res.partner", []int64{made}, map[string]any{"website": given}); err != nil {
			s.Fatal(err)
		}
		s.has("res.partner", made, want)
	}
}

func ibans(s *suite) {
	n, ok := s.normals("res.partner.bank")["acc_number"]
	if !ok {
		s.Skip("base_iban is not installed")
	}
	for _, given := range []string{"DE89370400440532013000", "FR14-2004.1010_0505 0001 3M02 606", "DE89370400440532013001", "12 34-5"} {
		partner := s.create("res.partner", map[string]any{"name": "B"})
		id := s.create("res.partner.bank", map[string]any{"acc_number": given, "partner_id": partner})
		s.has("res.partner.bank", id, map[string]any{"acc_number": n.Stored(given)})
	}
}

func bics(s *suite) {
	const given = "genodef1abc"
	want := given
	if n, ok := s.normals("res.bank")["bic"]; ok {
		want = n.Stored(given)
	}
	s.has("res.bank", s.create("res.bank", map[string]any{"name": "B", "bic": given}), map[string]any{"bic": want})
}
