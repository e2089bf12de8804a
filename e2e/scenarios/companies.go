package scenarios

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

const supplierMapping = `mapping: suppliers
model: res.partner
from: suppliers
id: supp_{NO}
match: [ref]
company: {from: BUKRS, map: {"1000": base.main_company, "2000": legacy.company_two}}
fields:
  name: NAME
  ref: REF
  barcode: CARD
  type: {value: other}
  parent_id: {from: AGENT, find: res.partner.ref}
`

const costMapping = `mapping: costs
model: product.product
from: costs
id: part_{SKU}
company: {xmlid: legacy.company_two}
fields:
  name: SKU
  company_id: {value: null}
  standard_price: {from: COST, as: decimal}
`

const suppliers = `NO;BUKRS;NAME;REF;CARD;AGENT
1;1000;One;r1;C-1;AGENT
2;2000;Two;r2;C-2;AGENT
3;1000;Three;r3;;SHARED
4;2000;Four;known;C-4;SHARED
5;2000;Five;r5;C-5;
`

// companies take records of two companies down and back.
func companies(t *testing.T, p Place) {
	w := project(t, p, `sources:
  suppliers: {file: exports/suppliers.csv, delimiter: ";", key: [NO]}
  costs: {file: exports/costs.csv, delimiter: ";", key: [SKU]}
`, map[string]string{"mappings/suppliers.yaml": supplierMapping, "mappings/costs.yaml": costMapping,
		"exports/suppliers.csv": suppliers, "exports/costs.csv": "SKU;COST\na;12.5\nb;7\n"})
	two := w.make("res.company", map[string]any{"name": "Company Two"})
	main := w.c.Companies()[0]
	w.make("ir.model.data", map[string]any{"module": "legacy", "name": "company_two", "model": "res.company", "res_id": two})
	w.allow(two, true)
	w.make("res.partner", map[string]any{"name": "Agent 1", "ref": "AGENT", "company_id": main})
	agent := w.make("res.partner", map[string]any{"name": "Agent 2", "ref": "AGENT", "company_id": two})
	w.make("res.partner", map[string]any{"name": "Shared", "ref": "SHARED"})
	w.make("res.partner", map[string]any{"name": "Elsewhere", "ref": "known", "company_id": main})
	known := w.make("res.partner", map[string]any{"name": "Known", "ref": "known", "company_id": two})

	w.allow(two, false)
	w.stage()
	if _, err := w.Cutover(t.Context(), quick); !errors.Is(err, pipeline.ErrGates) || !strings.Contains(err.Error(), "the account may not work in legacy.company_two") {
		t.Errorf("a company the account lacks: %v", err)
	}
	w.allow(two, true)

	before := map[string]int{"res.partner": w.count("res.partner"), "product.product": w.count("product.product")}
	cut := w.cutover()
	if got := cut.Records["suppliers"]; got[run.Created] != 4 || got[run.Updated] != 1 {
		t.Errorf("suppliers %v", got)
	}
	w.card("shop.supp_1", main, "C-1", two, "")
	w.card("shop.supp_2", main, "", two, "C-2")
	w.card("shop.supp_4", main, "", two, "C-4")
	if got := w.id("shop.supp_4"); got != known {
		t.Errorf("supplier 4 is record %d, not the one of its own company, %d", got, known)
	}
	second := w.read("shop.supp_2", "res.partner", "company_id", "parent_id")
	if toID(second["company_id"]) != two || toID(second["parent_id"]) != agent {
		t.Errorf("supplier 2 has %v, want company %d and the agent of that company, %d", second, two, agent)
	}
	w.cost("shop.part_a", main, "0", two, "12.5")
	if again := w.delta(); again.Records["suppliers"][run.Unchanged] != 5 || again.Records["costs"][run.Unchanged] != 2 {
		t.Errorf("a second load finds something to do: %v", again.Records)
	}

	w.change("exports/suppliers.csv", "C-1", "C-1b", "C-2", "C-2b", "C-5", "")
	w.change("exports/costs.csv", "12.5", "13")
	del := w.delta()
	w.clean(del, nil)
	if got := del.Records["suppliers"]; got[run.Updated] != 3 || got[run.Unchanged] != 2 {
		t.Errorf("delta: %v", got)
	}
	w.card("shop.supp_1", main, "C-1b", two, "")
	w.card("shop.supp_2", main, "", two, "C-2b")
	w.card("shop.supp_5", main, "", two, "")
	w.cost("shop.part_a", main, "0", two, "13")

	w.back(false)
	w.card("shop.supp_1", main, "C-1", two, "")
	w.card("shop.supp_2", main, "", two, "C-2")
	w.card("shop.supp_5", main, "", two, "C-5")
	w.cost("shop.part_a", main, "0", two, "12.5")
	w.back(false)
	for model, n := range before {
		if got := w.count(model); got != n {
			t.Errorf("%d of %s, %d before", got, model, n)
		}
	}
	if got := w.in(two, "res.partner", known, "barcode"); got != "false" {
		t.Errorf("the adopted supplier keeps the card %s", got)
	}
	w.write("exports/suppliers.csv", suppliers)
	w.write("exports/costs.csv", "SKU;COST\na;12.5\nb;7\n")
	if again := w.cutover(); !maps.Equal(roots(again), roots(cut)) {
		t.Errorf("loaded again the roots are %v, and were %v", roots(again), roots(cut))
	}
	// Somebody changes the card in the company it belongs to; one in another company is none of ours.
	w.hand(two, "shop.supp_2", "by hand")
	w.hand(two, "shop.supp_1", "other")
	if v, err := w.Verify(t.Context(), pipeline.VerifyOptions{}); err != nil || len(v.Result.Differences) != 1 || v.Result.Differences[0].ExternalID != "shop.supp_2" {
		t.Errorf("cards changed by hand: %v, %+v", err, v)
	}
	w.back(true)
}

func (w *world) make(model string, values map[string]any) int64 {
	w.Helper()
	ids, err := w.c.Create(w.Context(), model, []map[string]any{values})
	if err != nil {
		w.Fatal(err)
	}
	return ids[0]
}

// allow gives the account a company, or takes it away.
func (w *world) allow(company int64, yes bool) {
	w.Helper()
	command := int64(3)
	if yes {
		command = 4
	}
	// Odoo looks at the companies of the call once more after it took one of them away.
	only := w.odoo
	only.Companies = w.c.Companies()[:1]
	c, err := odoo.Dial(w.Context(), only)
	if err != nil {
		w.Fatal(err)
	}
	if err := c.Write(w.Context(), "res.users", []int64{c.UID()}, map[string]any{"company_ids": []any{[]any{command, company}}}); err != nil {
		w.Fatal(err)
	}
	w.login()
}

// in reads a field within a company.
func (w *world) in(company int64, model string, id int64, field string) string {
	w.Helper()
	rows, err := w.c.Read(schema.InCompany(w.Context(), company), model, []int64{id}, []string{field})
	if err != nil || len(rows) != 1 {
		w.Fatalf("%s %d: %v, %v", model, id, rows, err)
	}
	return fmt.Sprint(rows[0][field])
}

// card wants a supplier's card in two companies; "" is none.
func (w *world) card(xmlid string, one int64, inOne string, two int64, inTwo string) {
	w.Helper()
	for company, want := range map[int64]string{one: inOne, two: inTwo} {
		if got := w.in(company, "res.partner", w.id(xmlid), "barcode"); got != want && (want != "" || got != "false") {
			w.Errorf("%s has card %s in company %d, want %q", xmlid, got, company, want)
		}
	}
}

func (w *world) cost(xmlid string, one int64, inOne string, two int64, inTwo string) {
	w.Helper()
	for company, want := range map[int64]string{one: inOne, two: inTwo} {
		if got := strings.TrimSuffix(w.in(company, "product.product", w.id(xmlid), "standard_price"), ".0"); got != want {
			w.Errorf("%s costs %s in company %d, want %s", xmlid, got, company, want)
		}
	}
}

func (w *world) hand(company int64, xmlid, card string) {
	w.Helper()
	ctx := schema.InCompany(w.Context(), company)
	if err := w.c.Write(ctx, "res.partner", []int64{w.id(xmlid)}, map[string]any{"barcode": card}); err != nil {
		w.Fatal(err)
	}
}
