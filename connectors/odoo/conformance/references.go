package conformance

import "fmt"

// referenceFields: load and write take "model,id" as it is read back; a row that names a model the field does not
// take is refused. Whether the record is there nobody asks when another one is created.
func referenceFields(s *suite) {
	model := s.search("ir.model", leaf("model", "=", "res.partner"))
	_, err := s.c.Create(s.ctx, "ir.model.fields", []map[string]any{{"model_id": model[0], "name": "x_about", "ttype": "reference", "field_description": "About",
		"selection_ids": []any{[]any{0, 0, map[string]any{"value": "res.country", "name": "Country"}}, []any{0, 0, map[string]any{"value": "res.partner", "name": "Contact"}}}}})
	if err != nil {
		s.Fatal(err)
	}
	snap, err := s.c.Snapshot(s.ctx, []string{"res.partner"})
	if err != nil {
		s.Fatal(err)
	}
	if f, _ := snap.Models[0].Field("x_about"); f.Models() != "res.country or res.partner" || f.Readonly || !f.Stored {
		s.Errorf("the field is %+v", f)
	}
	columns := []string{"id", "name", "x_about"}
	country := fmt.Sprintf("res.country,%d", s.ref("base.de"))
	ids := s.loaded("res.partner", columns, []string{s.id("a"), "A", country}, []string{s.id("b"), "B", ""}, []string{s.id("c"), "C", "res.country,99999999"})
	for i, want := range []any{country, false, "res.country,99999999"} {
		s.has("res.partner", ids[i], map[string]any{"x_about": want})
	}
	partner := fmt.Sprintf("res.partner,%d", ids[0])
	s.loaded("res.partner", columns, []string{s.id("a"), "A", ""}, []string{s.id("b"), "B", partner})
	s.has("res.partner", ids[0], map[string]any{"x_about": false})
	s.has("res.partner", ids[1], map[string]any{"x_about": partner})
	if err := s.c.Write(s.ctx, "res.partner", ids[1:2], map[string]any{"x_about": country}); err != nil {
		s.Fatal(err)
	}
	s.has("res.partner", ids[1], map[string]any{"x_about": country})
	s.refused("res.partner", columns, []string{s.id("d"), "D", fmt.Sprintf("res.currency,%d", s.ref("base.EUR"))})
	if got := s.xmlids("d"); len(got) != 0 {
		s.Errorf("external ids %v stored, want none", got)
	}
	if got := s.search("res.partner", leaf("x_about", "in", []any{country})); len(got) != 1 || got[0] != ids[1] {
		s.Errorf("a search by the field finds %v, want %d", got, ids[1])
	}
}
