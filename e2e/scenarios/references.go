package scenarios

import (
	"strconv"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

const labelMapping = `mapping: labels
model: res.partner.category
from: labels
id: label_{NO}
fields:
  name: NAME
deletes: delete
`

const memoMapping = `mapping: memos
model: res.partner
from: memos
id: memo_{NO}
fields:
  name: NAME
  x_label: {from: LABEL, ref: labels}
  x_place: {from: PLACE, find: res.country.code}
  x_about: {from: ABOUT, as: xmlid}
  x_kind: {from: KIND, as: xmlid, map: {home: base.main_partner, france: {find: res.country.code, key: FR}}}
ignore: {EXTRA: not needed}
deletes: delete
`

const memos = `NO;NAME;LABEL;PLACE;ABOUT;KIND;EXTRA
1;First;a;DE;base.main_partner;home;
2;Second;b;FR;base.de;france;
3;Third;;;;;
`

// references follow fields of type reference, each value of which says of which model its record is: made by a mapping,
// looked up, named by external id, and from a table.
func references(t *testing.T, p Place) {
	w := project(t, p, `sources:
  labels: {file: exports/labels.csv, delimiter: ";", key: [NO]}
  memos: {file: exports/memos.csv, delimiter: ";", key: [NO]}
`, map[string]string{"mappings/labels.yaml": labelMapping, "mappings/memos.yaml": memoMapping,
		"exports/labels.csv": "NO;NAME\na;Alpha\nb;Beta\n", "exports/memos.csv": memos})
	for _, name := range []string{"x_label", "x_place", "x_about", "x_kind"} {
		w.referenceField("res.partner", name, "res.partner.category", "res.partner", "res.country")
	}
	w.login()
	before := map[string]int{"res.partner": w.count("res.partner"), "res.partner.category": w.count("res.partner.category")}
	fr, de, home := w.text("base.fr", "res.country"), w.text("base.de", "res.country"), w.text("base.main_partner", "res.partner")

	cut := w.cutover()
	if got := cut.Records["memos"]; got[run.Created] != 3 || len(got) != 1 {
		t.Fatalf("memos %v", got)
	}
	alpha, beta := w.text("shop.label_a", "res.partner.category"), w.text("shop.label_b", "res.partner.category")
	first := map[string]string{"x_label": alpha, "x_place": de, "x_about": home, "x_kind": home}
	w.has("shop.memo_1", "res.partner", first)
	w.has("shop.memo_2", "res.partner", map[string]string{"x_label": beta, "x_place": fr, "x_about": de, "x_kind": fr})
	w.has("shop.memo_3", "res.partner", map[string]string{"x_label": "", "x_place": "", "x_about": "", "x_kind": ""})
	if again := w.delta(); again.Records["memos"][run.Unchanged] != 3 || !again.Verify.Clean() {
		t.Errorf("a second load finds something to do: %v", again.Records)
	}

	// Each of the links goes to another record; two of them to one of another model. One goes away, with all it referred to.
	w.change("exports/memos.csv", "1;First;a;DE;base.main_partner;home;", "1;First;b;FR;shop.label_a;france;", "2;Second;b;FR;base.de;france;\n", "")
	w.clean(w.delta(), nil)
	w.has("shop.memo_1", "res.partner", map[string]string{"x_label": beta, "x_place": fr, "x_about": alpha, "x_kind": fr})

	w.back(false) // what was changed is as it was, and what was deleted is made again
	w.write("exports/memos.csv", memos)
	w.has("shop.memo_1", "res.partner", first)
	w.has("shop.memo_2", "res.partner", map[string]string{"x_label": beta, "x_place": fr, "x_about": de, "x_kind": fr})
	if v, err := w.Verify(t.Context(), pipeline.VerifyOptions{}); err != nil || !v.Result.Clean() {
		t.Errorf("after the rollback of the delta: %v, %+v", err, v)
	}

	// Somebody leads one elsewhere, to a record of another model with the same number perhaps: verify says so.
	if err := w.c.Write(t.Context(), "res.partner", []int64{w.id("shop.memo_1")}, map[string]any{"x_label": home}); err != nil {
		t.Fatal(err)
	}
	if v, err := w.Verify(t.Context(), pipeline.VerifyOptions{}); err != nil || len(v.Result.Differences) != 1 || v.Result.Differences[0].Field != "x_label" {
		t.Errorf("a link that somebody changed: %v, %+v", err, v)
	}
	w.back(true)
	for model, n := range before {
		if got := w.count(model); got != n {
			t.Errorf("%d of %s, %d before", got, model, n)
		}
	}
	if again := w.cutover(); roots(again)["memos"] != roots(cut)["memos"] {
		t.Errorf("loaded again the roots are %v, and were %v", roots(again), roots(cut))
	}
	w.back(false)

	// A record of a model the field does not take is named before anything is loaded.
	w.change("exports/memos.csv", "base.de", "base.EUR")
	w.finding(w.stage().Findings, "validate.link_model", "base.EUR is a record of res.currency, the field takes res.country, res.partner or res.partner.category")
}

// referenceField adds a field to a model of the target, as an administrator does.
func (w *world) referenceField(model, name string, models ...string) {
	w.Helper()
	rows, err := w.c.SearchRead(w.Context(), "ir.model", []any{[]any{"model", "=", model}}, []string{"id"}, 1)
	if err != nil || len(rows) != 1 {
		w.Fatalf("%s: %v, %v", model, rows, err)
	}
	var options []any
	for _, m := range models {
		options = append(options, []any{0, 0, map[string]any{"value": m, "name": m}})
	}
	if _, err := w.c.Create(w.Context(), "ir.model.fields", []map[string]any{{"model_id": rows[0]["id"], "name": name, "ttype": "reference",
		"field_description": name, "selection_ids": options}}); err != nil {
		w.Fatal(err)
	}
}

// text is a record as a reference field holds it.
func (w *world) text(xmlid, model string) string {
	w.Helper()
	return model + "," + strconv.FormatInt(w.id(xmlid), 10)
}
