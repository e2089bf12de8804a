package conformance

import (
	"encoding/json"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

var translations = []behaviour{
	{"a language that is not active is refused", inactiveLanguage},
	{"a field in another language", otherLanguage},
	{"load in another language", loadInLanguage},
	{"a translation is taken away", dropTranslation},
	{"an empty text empties every language", emptyTranslation},
	{"a product's name is translated on its template", translatedVariant},
	{"the digest of a picture", hashedPicture},
}

// french activates the language, which a fresh database has, but archived.
func (s *suite) french() {
	s.Helper()
	ids := s.search("res.lang", leaf("code", "=", "fr_FR"))
	if len(ids) != 1 {
		s.Fatalf("%d languages fr_FR", len(ids))
	}
	if err := s.c.Write(s.ctx, "res.lang", ids, map[string]any{"active": true}); err != nil {
		s.Fatal(err)
	}
}

// names reads a name in both languages.
func (s *suite) names(model string, id int64, base, french any) {
	s.Helper()
	s.has(model, id, map[string]any{"name": base, "name@fr_FR": french})
}

func inactiveLanguage(s *suite) {
	id := s.create("res.partner.category", map[string]any{"name": "Wood"})
	_, err := s.c.Read(s.ctx, "res.partner.category", []int64{id}, []string{"name@sv_SE"})
	s.fails("read", err, schema.FaultUser, schema.FaultServer)
	snapshot, err := s.c.Snapshot(s.ctx, nil)
	if err != nil || len(snapshot.Languages) == 0 || snapshot.Languages[0] == "sv_SE" {
		s.Errorf("languages %v, %v", snapshot.Languages, err)
	}
}

func otherLanguage(s *suite) {
	s.french()
	const model = "res.partner.category"
	id := s.create(model, map[string]any{"name": "Wood"})
	s.names(model, id, "Wood", "Wood")
	s.write(model, id, map[string]any{"name@fr_FR": "Bois"})
	s.names(model, id, "Wood", "Bois")
	s.write(model, id, map[string]any{"name": "Timber"})
	s.names(model, id, "Timber", "Bois")
	other := s.create(model, map[string]any{"name": "Stone"})
	if err := s.c.Write(s.ctx, model, []int64{id, other}, map[string]any{"name": "Both", "name@fr_FR": "Les deux"}); err != nil {
		s.Fatal(err)
	}
	s.names(model, id, "Both", "Les deux")
	s.names(model, other, "Both", "Les deux")
}

func (s *suite) write(model string, id int64, values map[string]any) {
	s.Helper()
	if err := s.c.Write(s.ctx, model, []int64{id}, values); err != nil {
		s.Fatal(err)
	}
}

func loadInLanguage(s *suite) {
	s.french()
	const model = "res.partner.category"
	ids := s.loaded(model, []string{"id", "name"}, []string{s.id("w"), "Wood"}, []string{s.id("s"), "Stone"})
	res, err := s.c.LoadIn(s.ctx, model, []string{"id", "name"}, [][]string{{s.id("s"), "Pierre"}}, map[string]any{"lang": "fr_FR"})
	if err != nil || len(res.IDs) != 1 || res.IDs[0] != ids[1] {
		s.Fatalf("load: %+v, %v", res, err)
	}
	s.names(model, ids[0], "Wood", "Wood")
	s.names(model, ids[1], "Stone", "Pierre")
}

func dropTranslation(s *suite) {
	s.french()
	const model = "res.partner.category"
	id := s.create(model, map[string]any{"name": "Wood"})
	s.write(model, id, map[string]any{"name@fr_FR": "Bois"})
	s.write(model, id, map[string]any{"name@fr_FR": "Wood"})
	s.names(model, id, "Wood", "Wood")
	// It has none of its own any more: it follows the base language.
	s.write(model, id, map[string]any{"name": "Timber"})
	s.names(model, id, "Timber", "Timber")
}

func emptyTranslation(s *suite) {
	s.french()
	fr := map[string]any{"context": map[string]any{"lang": "fr_FR"}}
	id := s.create("product.template", map[string]any{"name": "Chair", "description_sale": "Solid"})
	call := func(text any) {
		s.Helper()
		if _, err := s.c.Call(s.ctx, "product.template", "write", []any{[]int64{id}, map[string]any{"description_sale": text}}, fr); err != nil {
			s.Fatal(err)
		}
	}
	call("Solide")
	s.has("product.template", id, map[string]any{"description_sale": "Solid", "description_sale@fr_FR": "Solide"})
	call(false)
	s.has("product.template", id, map[string]any{"description_sale": false, "description_sale@fr_FR": false})
	call("Solide")
	s.has("product.template", id, map[string]any{"description_sale": "Solide", "description_sale@fr_FR": "Solide"})
}

func translatedVariant(s *suite) {
	s.french()
	ids := s.loaded("product.product", []string{"id", "name"}, []string{s.id("p"), "Chair"})
	res, err := s.c.LoadIn(s.ctx, "product.product", []string{"id", "name"}, [][]string{{s.id("p"), "Chaise"}}, map[string]any{"lang": "fr_FR"})
	if err != nil || len(res.IDs) != 1 {
		s.Fatalf("load: %+v, %v", res, err)
	}
	s.names("product.product", ids[0], "Chair", "Chaise")
	s.write("product.product", ids[0], map[string]any{"name@fr_FR": "Siège"})
	template, err := s.read("product.product", ids[0], "product_tmpl_id")["product_tmpl_id"].(json.Number).Int64()
	if err != nil {
		s.Fatal(err)
	}
	s.names("product.template", template, "Chair", "Siège")
	s.write("product.product", ids[0], map[string]any{"name@fr_FR": "Chair"})
	s.names("product.product", ids[0], "Chair", "Chair")
}

// A picture of one pixel, and the SHA-256 of its bytes.
const (
	pixel     = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
	pixelHash = "6b7fa434f92a8b80aab02d9bf1a12e49ffcae424e4013a1c4f68b67e3d2bbcd0"
)

func hashedPicture(s *suite) {
	with := s.create("res.partner", map[string]any{"name": "With", "image_1920": pixel})
	without := s.create("res.partner", map[string]any{"name": "Without"})
	for id, want := range map[int64]any{with: pixelHash, without: false} {
		s.has("res.partner", id, map[string]any{"image_1920#sha256": want})
	}
}
