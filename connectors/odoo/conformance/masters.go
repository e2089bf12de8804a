package conformance

import (
	"fmt"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

var masters = []behaviour{
	{"accounts", accounts},
	{"product categories", categories},
	{"bank accounts", bankAccounts},
	{"units and payment terms", unitsAndTerms},
	{"system parameters", parameters},
	{"notes and attachments", notes},
	{"products in use cannot be deleted", productInUse},
	{"entry lines carry partner and due date", entryLines},
	{"write of the same values on many records", writeMany},
}

func accounts(s *suite) {
	code := fmt.Sprint(100000 + counter()%800000)
	ids := s.loaded("account.account", []string{"id", "code", "name", "account_type", "reconcile"},
		[]string{s.id("a1"), code, "Clearing", "asset_current", "1"})
	s.has("account.account", ids[0], map[string]any{"code": code, "name": "Clearing", "account_type": "asset_current", "reconcile": true})
	if got := s.search("account.account", leaf("code", "=", code)); len(got) != 1 || got[0] != ids[0] {
		s.Errorf("search by code %s: %v, want %v", code, got, ids)
	}
	msgs := s.refused("account.account", []string{"id", "code", "name", "account_type"}, []string{s.id("a2"), code, "Again", "asset_current"})
	if rows := positions(msgs); len(rows) != 1 || rows[0] != 0 {
		s.Errorf("messages %+v, want row 0: the code is taken", msgs)
	}
	archived := map[string]any{"active": false}
	if s.field("account.account", "active", "deprecated") == "deprecated" { // 18
		archived = map[string]any{"deprecated": true}
	}
	if err := s.c.Write(s.ctx, "account.account", ids, archived); err != nil {
		s.Fatal(err)
	}
	if err := s.c.Unlink(s.ctx, "account.account", ids); err != nil {
		s.Fatal(err)
	}
}

func categories(s *suite) {
	ids := s.loaded("product.category", []string{"id", "name", "parent_id/id"}, []string{s.id("c1"), "Top", ""}, []string{s.id("c2"), "Sub", s.id("c1")})
	s.has("product.category", ids[1], map[string]any{"complete_name": "Top / Sub", "parent_id": ids[0]})
	product := s.product("thing", "categ_id/id", s.id("c2"))
	s.has("product.product", product, map[string]any{"categ_id": ids[1], "uom_id": s.ref("uom.product_uom_unit"), "type": "consu"})
}

func bankAccounts(s *suite) {
	s.loaded("res.partner", partnerColumns, []string{s.id("p"), "P"})
	number := "ACC " + s.module
	ids := s.loaded("res.partner.bank", []string{"id", "acc_number", "partner_id/id"}, []string{s.id("b"), number, s.id("p")})
	s.has("res.partner.bank", ids[0], map[string]any{"acc_number": number, "partner_id": s.ref(s.id("p"))})
	if err := s.c.Unlink(s.ctx, "res.partner", []int64{s.ref(s.id("p"))}); err != nil {
		s.fails("unlink a partner with a bank account", err, schema.FaultValidation, schema.FaultUser)
	}
}

func unitsAndTerms(s *suite) {
	s.loaded("res.partner", []string{"id", "name", "property_payment_term_id/id"},
		[]string{s.id("p"), "P", "account.account_payment_term_30days"})
	s.has("res.partner", s.ref(s.id("p")), map[string]any{"property_payment_term_id": s.ref("account.account_payment_term_30days")})
	product := s.product("heavy", "uom_id/id", "uom.product_uom_kgm", "weight", "2.5")
	s.has("product.product", product, map[string]any{"uom_id": s.ref("uom.product_uom_kgm"), "weight": 2.5})
}

func parameters(s *suite) {
	key := "migrate." + s.module
	if _, err := s.c.Call(s.ctx, "ir.config_parameter", "set_param", []any{key, "v1"}, nil); err != nil {
		s.Fatal(err)
	}
	v, err := s.c.Call(s.ctx, "ir.config_parameter", "get_param", []any{key}, nil)
	if err != nil || v != "v1" {
		s.Errorf("get_param: %v %v", v, err)
	}
	if v, err := s.c.Call(s.ctx, "ir.config_parameter", "get_param", []any{key + ".absent"}, nil); err != nil || v != false {
		s.Errorf("get_param of an absent key: %v %v, want false", v, err)
	}
	if _, err := s.c.Call(s.ctx, "ir.config_parameter", "set_param", []any{key, false}, nil); err != nil {
		s.Fatal(err)
	}
	if n := s.count("ir.config_parameter", leaf("key", "=", key)); n != 0 {
		s.Error("the parameter outlived being set to false")
	}
}

func notes(s *suite) {
	id := s.create("res.partner", map[string]any{"name": "P"})
	note := s.create("mail.message", map[string]any{"model": "res.partner", "res_id": id, "body": "<p>old note</p>", "date": "2011-05-06 07:08:09",
		"message_type": "comment"})
	s.has("mail.message", note, map[string]any{"date": "2011-05-06 07:08:09", "body": "<p>old note</p>", "res_id": id})
	file := s.create("ir.attachment", map[string]any{"name": "a.txt", "datas": "aGVsbG8=", "res_model": "res.partner", "res_id": id})
	s.has("ir.attachment", file, map[string]any{"name": "a.txt", "res_model": "res.partner", "datas": "aGVsbG8="})
	if err := s.c.Unlink(s.ctx, "ir.attachment", []int64{file}); err != nil {
		s.Fatal(err)
	}
}

func productInUse(s *suite) {
	buyer := s.create("res.partner", map[string]any{"name": "Buyer"})
	product := s.product("thing")
	s.create("sale.order", map[string]any{"partner_id": buyer, "order_line": []any{[]any{0, 0, map[string]any{"product_id": product}}}})
	s.fails("unlink", s.c.Unlink(s.ctx, "product.product", []int64{product}), schema.FaultValidation)
	if err := s.c.Write(s.ctx, "product.product", []int64{product}, map[string]any{"active": false}); err != nil {
		s.Fatal(err)
	}
	s.has("product.product", product, map[string]any{"active": false})
}

func entryLines(s *suite) {
	a, b := s.accounts()
	s.loaded("res.partner", partnerColumns, []string{s.id("p"), "P"})
	ids := s.loaded("account.move", []string{"id", "date", "journal_id/.id", "line_ids/account_id/.id", "line_ids/partner_id/id", "line_ids/date_maturity",
		"line_ids/name", "line_ids/balance"},
		[]string{s.id("m"), "2024-01-31", fmt.Sprint(s.search("account.journal", leaf("code", "=", "MISC"))[0]), a, s.id("p"), "2024-02-29", "due", "25.5"},
		[]string{"", "", "", b, "", "", "counterpart", "-25.5"})
	lines := s.search("account.move.line", leaf("move_id", "=", ids[0]), leaf("name", "=", "due"))
	if len(lines) != 1 {
		s.Fatalf("lines %v", lines)
	}
	s.has("account.move.line", lines[0], map[string]any{"partner_id": s.ref(s.id("p")), "date_maturity": "2024-02-29", "debit": 25.5, "credit": 0,
		"date": "2024-01-31", "journal_id": s.search("account.journal", leaf("code", "=", "MISC"))[0], "parent_state": "draft"})
}

func writeMany(s *suite) {
	ids, err := s.c.Create(s.ctx, "res.partner", []map[string]any{{"name": "A"}, {"name": "B"}, {"name": "C"}})
	if err != nil {
		s.Fatal(err)
	}
	if err := s.c.Write(s.ctx, "res.partner", ids, map[string]any{"active": false}); err != nil {
		s.Fatal(err)
	}
	if n := s.count("res.partner", leaf("id", "in", ids), leaf("active", "=", false)); n != 3 {
		s.Errorf("%d archived, want 3", n)
	}
}
