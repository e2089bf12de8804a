package conformance

import (
	"bytes"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

var metadata = []behaviour{
	{"who we are", whoWeAre},
	{"fields as they are described", describedFields},
	{"what tells which data fits", described},
	{"defaults", defaults},
	{"modules and currency", modules},
	{"numbers are the same on all protocols", numbers},
}

func whoWeAre(s *suite) {
	major, version := s.c.Version()
	if (major != 18 && major != 19) || !strings.HasPrefix(version, "1") {
		s.Errorf("version %d %q, want 18 or 19", major, version)
	}
	if s.c.UID() == 0 || len(s.c.Companies()) == 0 {
		s.Errorf("uid %d, companies %v", s.c.UID(), s.c.Companies())
	}
	id, err := s.c.Identity(s.ctx)
	if err != nil || len(id.UUID) != 36 || id.Database != s.config.Database {
		s.Errorf("identity %+v %v", id, err)
	}
}

func describedFields(s *suite) {
	snap, err := s.c.Snapshot(s.ctx, []string{"res.partner", "sale.order", "sale.order.line", "product.product", "account.move.line"})
	if err != nil {
		s.Fatal(err)
	}
	for _, want := range []struct {
		model string
		field schema.Field
	}{
		{"res.partner", schema.Field{Name: "name", Type: schema.Char, Stored: true}},
		{"res.partner", schema.Field{Name: "comment", Type: schema.HTML, Stored: true}},
		{"res.partner", schema.Field{Name: "country_id", Type: schema.Many2one, Relation: "res.country", Stored: true}},
		{"res.partner", schema.Field{Name: "category_id", Type: schema.Many2many, Relation: "res.partner.category", Stored: true}},
		{"res.partner", schema.Field{Name: "child_ids", Type: schema.One2many, Relation: "res.partner", InverseField: "parent_id", Stored: true, Computed: true}},
		{"res.partner", schema.Field{Name: "property_payment_term_id", Type: schema.Many2one, Relation: "account.payment.term", Stored: true, PerCompany: true}},
		{"sale.order", schema.Field{Name: "partner_id", Type: schema.Many2one, Relation: "res.partner", Required: true, Stored: true}},
		{"sale.order", schema.Field{Name: "date_order", Type: schema.DateTime, Required: true, Stored: true}},
		{"sale.order", schema.Field{Name: "order_line", Type: schema.One2many, Relation: "sale.order.line", InverseField: "order_id", Stored: true}},
		{"sale.order", schema.Field{Name: "amount_total", Type: schema.Monetary, Readonly: true, Stored: true, Computed: true, Currency: "currency_id"}},
		{"sale.order.line", schema.Field{Name: "product_uom_qty", Type: schema.Float, Required: true, Stored: true, Computed: true, Digits: 2, HasDigits: true}},
		{"product.product", schema.Field{Name: "name", Type: schema.Char, Required: true, Computed: true, Translated: true}},
		{"account.move.line", schema.Field{Name: "debit", Type: schema.Monetary, Stored: true, Computed: true, Currency: "company_currency_id"}},
	} {
		m, ok := snap.Model(want.model)
		if !ok {
			s.Errorf("no model %s", want.model)
			continue
		}
		got, _ := m.Field(want.field.Name)
		got.Label = ""
		if got.Type != want.field.Type || text(got) != text(want.field) {
			s.Errorf("%s: %s\nwant %s", want.model, text(got), text(want.field))
		}
	}
	partner, _ := snap.Model("res.partner")
	kind, _ := partner.Field("type")
	var values []string
	for _, o := range kind.Options {
		values = append(values, o.Value)
		if o.Label == "" {
			s.Errorf("option %q has no label", o.Value)
		}
	}
	if !slices.Equal(values, []string{"contact", "invoice", "delivery", "other"}) {
		s.Errorf("partner types %v", values)
	}
}

// described holds Describe to what a suggestion needs: labels, small tables, counts; and to a saved file, which must be
// the same again when it is read.
func described(s *suite) {
	snap, err := s.c.Describe(s.ctx, []string{"res.partner", "sale.order", "no.such.model"})
	if err != nil {
		s.Fatal(err)
	}
	partner, ok := snap.Model("res.partner")
	if !ok || partner.Label != "Contact" {
		s.Errorf("res.partner is called %q", partner.Label)
	}
	if _, ok := snap.Model("no.such.model"); ok {
		s.Error("a model the server does not have is in the snapshot")
	}
	if !slices.Contains(snap.Languages, "en_US") {
		s.Errorf("languages %v", snap.Languages)
	}
	countries, ok := snap.Lookup("res.country")
	if !ok || !slices.Contains(countries.Column("code"), "DE") || !slices.Contains(countries.Column("name"), "Germany") || countries.Partial {
		s.Error("the countries lack Germany")
	}
	accounts, ok := snap.Lookup("account.account")
	if !ok || len(accounts.Rows) < 20 || accounts.Column("code") == nil || accounts.Column("nothing") != nil {
		s.Error("the chart of accounts is not there")
	}
	if snap.Counts["res.partner"] < 2 {
		s.Errorf("counts %v", snap.Counts)
	}
	data, err := snap.Encode(true)
	if err != nil {
		s.Fatal(err)
	}
	again, err := schema.Decode(data)
	if err != nil {
		s.Fatal(err)
	}
	if twice, _ := again.Encode(true); !bytes.Equal(twice, data) {
		s.Error("a saved schema is another one after it was read")
	}
}

func defaults(s *suite) {
	snap, err := s.c.Snapshot(s.ctx, []string{"res.partner", "sale.order", "product.product"})
	if err != nil {
		s.Fatal(err)
	}
	for model, want := range map[string]map[string]any{
		"res.partner":     {"active": true, "type": "contact", "color": 0, "is_company": false},
		"sale.order":      {"state": "draft", "company_id": s.c.Companies()[0]},
		"product.product": {"active": true, "type": "consu", "sale_ok": true, "purchase_ok": true},
	} {
		m, _ := snap.Model(model)
		for f, v := range want {
			if text(m.Defaults[f]) != text(v) {
				s.Errorf("%s.%s defaults to %s, want %s", model, f, text(m.Defaults[f]), text(v))
			}
		}
	}
}

func modules(s *suite) {
	snap, err := s.c.Snapshot(s.ctx, nil)
	if err != nil {
		s.Fatal(err)
	}
	for _, want := range []string{"base", "sale", "purchase", "stock", "account"} {
		if !slices.ContainsFunc(snap.Modules, func(m string) bool { return strings.HasPrefix(m, want+" ") }) {
			s.Errorf("module %s is not among %v", want, snap.Modules)
		}
	}
	if snap.CurrencyDigits != 2 || !slices.IsSorted(snap.Modules) {
		s.Errorf("currency digits %d, want 2; modules sorted", snap.CurrencyDigits)
	}
}

func numbers(s *suite) {
	id := s.create("res.partner", map[string]any{"name": "N", "partner_latitude": 12.5, "partner_longitude": 100, "ref": ""})
	got := s.read("res.partner", id, "partner_latitude", "partner_longitude", "color", "ref")
	if text(got["partner_latitude"]) != "12.5" || text(got["partner_longitude"]) != "100" || text(got["color"]) != "0" {
		s.Errorf("numbers read as %s", text(got))
	}
	if got["ref"] != "" && got["ref"] != false {
		s.Errorf("an empty text reads as %s", text(got["ref"]))
	}
	if v, ok := s.c.Companies(), s.c.Protocol(); len(v) == 0 || !slices.Contains([]string{odoo.JSON2, odoo.JSONRPC, odoo.XMLRPC}, ok) {
		s.Errorf("companies %v over %q", v, ok)
	}
}
