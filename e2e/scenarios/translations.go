package scenarios

import (
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

const productMapping = `mapping: products
model: product.product
from: products
id: product_{SKU}
fields:
  default_code: SKU
  name: {from: NAME, missing: reject}
  description_sale: NOTE
  type: {value: consu}
translations:
  fr_FR: {name: NAME_FR, description_sale: NOTE_FR}
  de_DE: {name: NAME_DE}
deletes: archive
`

const tagMapping = `mapping: tags
model: res.partner.category
from: tags
id: tag_{CODE}
fields: {name: NAME}
translations: {fr_FR: {name: = src.NAME_FR ?? null}}
`

const products = `SKU;NAME;NAME_FR;NAME_DE;NOTE;NOTE_FR
1;Chair;Chaise;Stuhl;Solid;Solide
2;Table;;Tisch;;
3;Lamp;Lampe;;Bright;
4;Shelf;Étagère;Regal;;
5;Bed;Lit;Bett;;
6;Box;Box;Box;;
7;Rug;Tapis;;;De laine
`

const tags = "CODE;NAME;NAME_FR\nw;Wood;Bois\ns;Stone;\n"

// translations take a text in three languages down and back.
func translations(t *testing.T, p Place) {
	w := project(t, p, `sources:
  products: {file: exports/products.csv, delimiter: ";", key: [SKU]}
  tags: {file: exports/tags.csv, delimiter: ";", key: [CODE]}
`, map[string]string{"mappings/products.yaml": productMapping, "mappings/tags.yaml": tagMapping,
		"exports/products.csv": products, "exports/tags.csv": tags})
	_, err := w.Stage(t.Context(), pipeline.StageOptions{})
	var problems *pipeline.Problems
	if !errors.As(err, &problems) || !strings.Contains(problems.List[0].String(), "the language fr_FR is not active on the target") {
		t.Errorf("a language the target lacks: %v, %+v", err, problems)
	}
	w.activate("fr_FR", "de_DE")

	before := map[string]int{"product.product": w.count("product.product"), "product.template": w.count("product.template"), "res.partner.category": w.count("res.partner.category")}
	s := w.stage()
	w.finding(s.Findings, "map.translation_without_base", "description_sale has a text in fr_FR")
	cut := w.cutover()
	if got := cut.Records["products"]; got[run.Created] != 6 || len(got) != 1 {
		t.Errorf("products %v", got)
	}
	w.has("shop.product_1", "product.product", map[string]string{"name": "Chair", "name@fr_FR": "Chaise", "name@de_DE": "Stuhl", "description_sale@fr_FR": "Solide"})
	w.has("shop.product_2", "product.product", map[string]string{"name": "Table", "name@fr_FR": "Table", "name@de_DE": "Tisch", "description_sale@fr_FR": ""})
	w.has("shop.product_3", "product.product", map[string]string{"name@fr_FR": "Lampe", "name@de_DE": "Lamp", "description_sale@fr_FR": "Bright"})
	w.has("shop.tag_w", "res.partner.category", map[string]string{"name": "Wood", "name@fr_FR": "Bois"})
	if again := w.delta(); again.Records["products"][run.Unchanged] != 6 || again.Records["tags"][run.Unchanged] != 2 {
		t.Errorf("a second load finds something to do: %v", again.Records)
	}

	// Somebody works in French; then the legacy system exports again.
	w.translateBy("shop.product_4", "Rayonnage")
	w.translateBy("shop.product_5", "Lit double")
	w.change("exports/products.csv", "1;Chair;Chaise", "1;Chair;Siège", "2;Table;;", "2;Desk;;", "3;Lamp;Lampe", "3;Lamp;", "4;Shelf", "4;Rack", "5;Bed;Lit;", "5;Bed;Couche;")
	del := w.delta()
	if got := del.Records["products"]; got[run.Updated] != 4 || got[run.Conflict] != 1 || got[run.Unchanged] != 1 {
		t.Errorf("delta: %v", got)
	}
	w.finding(del.Findings, "delta.conflict", "both changed name@fr_FR")
	w.has("shop.product_1", "product.product", map[string]string{"name": "Chair", "name@fr_FR": "Siège", "name@de_DE": "Stuhl"})
	w.has("shop.product_2", "product.product", map[string]string{"name": "Desk", "name@fr_FR": "Desk", "name@de_DE": "Tisch"})
	w.has("shop.product_3", "product.product", map[string]string{"name": "Lamp", "name@fr_FR": "Lamp"})
	w.has("shop.product_4", "product.product", map[string]string{"name": "Rack", "name@fr_FR": "Rayonnage"})
	w.has("shop.product_5", "product.product", map[string]string{"name@fr_FR": "Lit double"})

	w.back(true)
	w.has("shop.product_1", "product.product", map[string]string{"name@fr_FR": "Chaise"})
	w.has("shop.product_2", "product.product", map[string]string{"name": "Table", "name@fr_FR": "Table", "name@de_DE": "Tisch"})
	w.has("shop.product_3", "product.product", map[string]string{"name@fr_FR": "Lampe"})
	w.has("shop.product_4", "product.product", map[string]string{"name": "Shelf", "name@fr_FR": "Rayonnage"})
	w.back(true)
	for model, n := range before {
		if got := w.count(model); got != n {
			t.Errorf("%d of %s, %d before", got, model, n)
		}
	}

	w.write("exports/products.csv", products)
	if again := w.cutover(); !maps.Equal(roots(again), roots(cut)) {
		t.Errorf("loaded again the roots are %v, and were %v", roots(again), roots(cut))
	}
	w.back(false)
}

// activate makes languages active, as an administrator does.
func (w *world) activate(codes ...string) {
	w.Helper()
	ids, err := w.c.Search(w.Context(), "res.lang", []any{[]any{"code", "in", codes}}, 0)
	if err != nil || len(ids) != len(codes) {
		w.Fatalf("languages %v: %v, %v", codes, ids, err)
	}
	if err := w.c.Write(w.Context(), "res.lang", ids, map[string]any{"active": true}); err != nil {
		w.Fatal(err)
	}
}

func (w *world) translateBy(xmlid, name string) {
	w.Helper()
	if err := w.c.Write(w.Context(), "product.product", []int64{w.id(xmlid)}, map[string]any{"name@fr_FR": name}); err != nil {
		w.Fatal(err)
	}
}
