package schema_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

func snapshot() *schema.Snapshot {
	return &schema.Snapshot{
		ServerVersion: "19.0", CurrencyDigits: 2, Modules: []string{"sale 19.0", "base 19.0"}, Languages: []string{"en_US", "de_DE"},
		Models: []schema.Model{
			{Name: "res.partner", Label: "Contact", Defaults: map[string]any{"active": true, "color": 0}, Fields: []schema.Field{
				{Name: "type", Type: schema.Selection, Label: "Address Type", Labels: map[string]string{"de_DE": "Adressart"},
					Options: []schema.Option{{Value: "invoice", Label: "Invoice <&>", Labels: map[string]string{"de_DE": "Rechnung"}}}},
				{Name: "name", Type: schema.Char, Help: "The name."},
			}},
			{Name: "account.account"},
		},
		Lookups: []schema.Lookup{{Model: "res.country", Fields: []string{"code", "name", "name@de_DE"}, Rows: [][]string{{"FR", "France", "Frankreich"}, {"DE", "Germany", "Deutschland"}}}},
		Counts:  map[string]int64{"res.partner": 7},
	}
}

func TestSavedSnapshot(t *testing.T) {
	for _, pack := range []bool{false, true} {
		data, err := snapshot().Encode(pack)
		if err != nil {
			t.Fatal(err)
		}
		s, err := schema.Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := s.Encode(pack); err != nil || !bytes.Equal(again, data) {
			t.Errorf("packed %t: other bytes the second time (%v)", pack, err)
		}
		m, ok := s.Model("res.partner")
		if !ok || s.Models[0].Name != "account.account" {
			t.Fatalf("models %+v", s.Models)
		}
		f, ok := m.Field("type")
		if !ok || f.Labels["de_DE"] != "Adressart" || f.Options[0].Label != "Invoice <&>" || f.Options[0].Labels["de_DE"] != "Rechnung" {
			t.Errorf("field %+v", f)
		}
		l, ok := s.Lookup("res.country")
		if !ok || strings.Join(l.Column("name@de_DE"), ",") != "Deutschland,Frankreich" || l.Column("color") != nil {
			t.Errorf("lookup %+v", l)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	good, err := snapshot().Encode(true)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"":                 "not JSON",
		"[]":               "not JSON",
		`{"kind": "x"}`:    "another kind",
		string(good[:100]): "cut off or damaged",
		`{"kind":"odoo schema","models":[{"name":"a"}]}`:                                                                         "no version",
		`{"kind":"odoo schema","version":1}`:                                                                                     "no models",
		`{"kind":"odoo schema","version":2}`:                                                                                     "version 2",
		`{"kind":"odoo schema","version":1,"models":[{"fields":[]}]}`:                                                            "model 1 has no name",
		`{"kind":"odoo schema","version":1,"models":[{"name":"a","fields":[{"name":"b"}]}]}`:                                     "a field of a has no name or no type",
		`{"kind":"odoo schema","version":1,"models":[{"name":"a"}],"lookups":[{"model":"c","fields":["x","y"],"rows":[["1"]]}]}`: "1 cells instead of 2",
		`{"kind":"odoo schema","version":"one"}`:                                                                                 "version",
	} {
		if _, err := schema.Decode([]byte(text)); !errors.Is(err, schema.ErrNoSnapshot) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v, want %q", text, err, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, pack := range []bool{false, true} {
		data, err := snapshot().Encode(pack)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := schema.Decode(data)
		if err != nil {
			if !errors.Is(err, schema.ErrNoSnapshot) {
				t.Errorf("%v is no ErrNoSnapshot", err)
			}
			return
		}
		first, err := s.Encode(false)
		if err != nil {
			t.Fatal(err)
		}
		again, err := schema.Decode(first)
		if err != nil {
			t.Fatalf("what was read and written is unreadable: %v", err)
		}
		if second, _ := again.Encode(false); !bytes.Equal(first, second) {
			t.Error("reading and writing changes it")
		}
	})
}
