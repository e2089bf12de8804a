package conformance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

var loading = []behaviour{
	{"load answers ids in the order of rows", loadOrder},
	{"load of nothing", loadNothing},
	{"load with one bad row stores nothing and names it", loadBadRow},
	{"load names every bad cell", loadBadCells},
	{"load stops listing after ten errors", loadManyErrors},
	{"load with one external id twice", loadTwice},
	{"load of a known external id updates", loadUpsert},
	{"load of an external id whose record is gone creates", loadAfterUnlink},
	{"load of another model's external id", loadForeignID},
	{"load by .id updates", loadByDatabaseID},
	{"load of links", loadLinks},
	{"load of unknown links", loadUnknownLinks},
	{"load of references inside a batch", loadInside},
	{"load of a bare external id", loadBareID},
	{"load of an unknown column is a fault", loadUnknownColumn},
	{"load of booleans", loadBooleans},
	{"load of empty cells", loadEmpty},
	{"load of texts", loadTexts},
	{"load of numbers", loadNumbers},
	{"load of an external id with a blank", loadBlankID},
	{"reference fields", referenceFields},
}

var partnerColumns = []string{"id", "name"}

func loadOrder(s *suite) {
	ids := s.loaded("res.partner", []string{"id", "name", "ref"},
		[]string{s.id("p1"), "Zoe", "3"}, []string{s.id("p2"), "Ann", "1"}, []string{s.id("p3"), "Mia", "2"})
	if len(ids) != 3 || !slices.IsSorted(ids) {
		s.Fatalf("ids %v, want three ascending", ids)
	}
	for i, want := range []string{"Zoe", "Ann", "Mia"} {
		s.has("res.partner", ids[i], map[string]any{"name": want})
	}
	got := s.xmlids("p1", "p2", "p3", "p4")
	if len(got) != 3 || got["p2"].ResID != ids[1] || got["p2"].Model != "res.partner" {
		s.Errorf("external ids %v, want those of %v", got, ids)
	}
}

func loadNothing(s *suite) {
	res := s.load("res.partner", partnerColumns)
	if len(res.IDs) != 0 || len(res.Messages) != 0 {
		s.Errorf("got %+v, want nothing", res)
	}
}

func loadBadRow(s *suite) {
	msgs := s.refused("res.partner", []string{"id", "name", "type"},
		[]string{s.id("a"), s.module + "A", "contact"}, []string{s.id("b"), s.module + "B", "nonsense"}, []string{s.id("c"), s.module + "C", ""})
	if len(msgs) != 1 {
		s.Fatalf("messages %+v, want one", msgs)
	}
	m := msgs[0]
	if m.Type != "error" || m.From != 1 || m.To != 1 || m.Record != 1 || m.Field != "type" || !strings.Contains(m.Message, "nonsense") {
		s.Errorf("message %+v, want an error in row 1, field type, naming the value", m)
	}
	if got := s.xmlids("a", "b", "c"); len(got) != 0 {
		s.Errorf("external ids %v stored, want none", got)
	}
	if n := s.count("res.partner", leaf("name", "=like", s.module+"%")); n != 0 {
		s.Errorf("%d partners stored, want none", n)
	}
}

func loadBadCells(s *suite) {
	msgs := s.refused("res.partner", []string{"id", "name", "color", "is_company", "country_id/id", "partner_latitude"},
		[]string{s.id("a"), "A", "1", "1", "base.fr", "1.5"},
		[]string{s.id("b"), "B", "x1", "perhaps", "base.nowhere", "1,5"},
		[]string{s.id("c"), "", "1", "0", "base.fr", ""})
	fields := map[string]int{}
	for _, m := range msgs {
		if m.Type != "error" {
			s.Errorf("message %+v, want errors only", m)
		}
		fields[fmt.Sprintf("%d %s", m.From, m.Field)]++
	}
	for _, want := range []string{"1 color", "1 is_company", "1 country_id", "1 partner_latitude"} {
		if fields[want] != 1 {
			s.Errorf("no message for row and field %q among %v", want, fields)
		}
	}
	if rows := positions(msgs); !slices.Equal(rows, []int{1, 2}) {
		s.Errorf("rows %v are named, want 1 and 2 (which has no name): %+v", rows, msgs)
	}
}

func loadManyErrors(s *suite) {
	var rows [][]string
	for i := range 30 {
		rows = append(rows, []string{s.id(fmt.Sprint("n", i)), ""})
	}
	msgs := s.refused("res.partner", partnerColumns, rows...)
	errors, warnings := 0, 0
	for _, m := range msgs {
		if m.Type == "error" {
			errors++
		} else {
			warnings++
			if m.From != -1 {
				s.Errorf("the closing warning has a position: %+v", m)
			}
		}
	}
	if errors != 10 || warnings != 1 {
		s.Errorf("%d errors and %d warnings, want 10 and 1: %+v", errors, warnings, msgs)
	}
}

func loadTwice(s *suite) {
	ids := s.loaded("res.partner", partnerColumns, []string{s.id("x"), "First"}, []string{s.id("x"), "Second"})
	if len(ids) != 2 || ids[0] != ids[1] {
		s.Fatalf("ids %v, want the same twice", ids)
	}
	s.has("res.partner", ids[0], map[string]any{"name": "Second"})
}

func loadUpsert(s *suite) {
	first := s.loaded("res.partner", []string{"id", "name", "street"}, []string{s.id("x"), "Old", "Road 1"})
	again := s.loaded("res.partner", partnerColumns, []string{s.id("x"), "New"}, []string{s.id("y"), "Other"})
	if len(again) != 2 || again[0] != first[0] || again[1] == first[0] {
		s.Fatalf("ids %v then %v, want the first kept", first, again)
	}
	s.has("res.partner", first[0], map[string]any{"name": "New", "street": "Road 1"})
}

func loadAfterUnlink(s *suite) {
	first := s.loaded("res.partner", partnerColumns, []string{s.id("x"), "X"})
	if err := s.c.Unlink(s.ctx, "res.partner", first); err != nil {
		s.Fatal(err)
	}
	again := s.loaded("res.partner", partnerColumns, []string{s.id("x"), "X"})
	if again[0] == first[0] {
		s.Errorf("id %d again, want a new record", again[0])
	}
}

func loadForeignID(s *suite) {
	s.loaded("res.partner", partnerColumns, []string{s.id("x"), "X"})
	msgs := s.refused("res.partner.category", partnerColumns, []string{s.id("x"), "X"})
	if !slices.Equal(positions(msgs), []int{0}) {
		s.Errorf("messages %+v, want row 0 named", msgs)
	}
}

func loadByDatabaseID(s *suite) {
	id := s.create("res.partner", map[string]any{"name": "Old"})
	ids := s.loaded("res.partner", []string{".id", "name"}, []string{fmt.Sprint(id), "New"})
	if !slices.Equal(ids, []int64{id}) {
		s.Errorf("ids %v, want %d", ids, id)
	}
	s.has("res.partner", id, map[string]any{"name": "New"})
	msgs := s.refused("res.partner", []string{".id", "name"}, []string{"999999999", "New"})
	if len(msgs) == 0 || msgs[0].Field != ".id" {
		s.Errorf("messages %+v, want one about .id", msgs)
	}
}

func loadLinks(s *suite) {
	fr := s.ref("base.fr")
	tags := s.loaded("res.partner.category", partnerColumns, []string{s.id("t1"), s.module + " 1"}, []string{s.id("t2"), s.module + " 2"})
	list := fmt.Sprintf("%d,%d", tags[0], tags[1])
	ids := s.loaded("res.partner", []string{"id", "name", "country_id/.id", "category_id/.id"},
		[]string{s.id("a"), "A", fmt.Sprint(fr), list}, []string{s.id("b"), "B", "", ""})
	s.has("res.partner", ids[0], map[string]any{"country_id": fr, "category_id": tags})
	s.has("res.partner", ids[1], map[string]any{"country_id": false, "category_id": []int64{}})
	ids = s.loaded("res.partner", []string{"id", "name", "country_id/id", "category_id/id", "parent_id/id"},
		[]string{s.id("c"), "C", "base.fr", s.id("t1") + "," + s.id("t2"), s.id("a")})
	s.has("res.partner", ids[0], map[string]any{"country_id": fr, "category_id": tags, "parent_id": s.ref(s.id("a"))})
	s.loaded("res.partner", []string{"id", "country_id/id", "category_id/id"}, []string{s.id("c"), "", s.id("t2")})
	s.has("res.partner", ids[0], map[string]any{"country_id": false, "category_id": tags[1:]})
	ids = s.loaded("res.partner", []string{"id", "name", "country_id"}, []string{s.id("d"), "D", "France"})
	s.has("res.partner", ids[0], map[string]any{"country_id": fr})
}

func loadUnknownLinks(s *suite) {
	for column, value := range map[string]string{"country_id/id": "base.nowhere", "country_id/.id": "999999999",
		"country_id": "Atlantis", "category_id/.id": "999999999", "parent_id/id": "base.fr"} {
		field, _, _ := strings.Cut(column, "/")
		msgs := s.refused("res.partner", []string{"id", "name", column}, []string{s.id("x"), "X", value})
		if len(msgs) != 1 || msgs[0].Field != field || msgs[0].From != 0 {
			s.Errorf("%s = %s: messages %+v, want one in row 0 about %s", column, value, msgs, field)
		}
	}
}

func loadInside(s *suite) {
	columns := []string{"id", "name", "parent_id/id"}
	ids := s.loaded("res.partner", columns, []string{s.id("up"), "Up", ""}, []string{s.id("down"), "Down", s.id("up")})
	s.has("res.partner", ids[1], map[string]any{"parent_id": ids[0]})
	msgs := s.refused("res.partner", columns, []string{s.id("d2"), "Down", s.id("u2")}, []string{s.id("u2"), "Up", ""})
	if !slices.Equal(positions(msgs), []int{0}) {
		s.Errorf("messages %+v, want row 0, which points forward", msgs)
	}
}

func loadBareID(s *suite) {
	ids := s.loaded("res.partner", partnerColumns, []string{"bare_" + s.module, "X"})
	got, err := s.c.XMLIDs(s.ctx, "", []string{"__import__.bare_" + s.module})
	if err != nil || got["__import__.bare_"+s.module].ResID != ids[0] {
		s.Errorf("external ids %v (%v), want __import__.bare_%s for %d", got, err, s.module, ids[0])
	}
}

func loadUnknownColumn(s *suite) {
	_, err := s.c.Load(s.ctx, "res.partner", []string{"id", "nosuchfield"}, [][]string{{s.id("x"), "X"}})
	f := s.fails("load of an unknown column", err, schema.FaultServer)
	if !strings.Contains(f.Message, "nosuchfield") {
		s.Errorf("message %q does not name the column", f.Message)
	}
}

func loadBooleans(s *suite) {
	for cell, want := range map[string]bool{"1": true, "true": true, "True": true, "TRUE": true, "yes": true,
		"0": false, "false": false, "False": false, "no": false, "": false} {
		ids := s.loaded("res.partner", []string{"name", "is_company", "active"}, []string{"B", cell, cell})
		s.has("res.partner", ids[0], map[string]any{"is_company": want, "active": want})
	}
	msgs := s.refused("res.partner", []string{"name", "is_company"}, []string{"B", "Y"})
	if len(msgs) != 1 || msgs[0].Field != "is_company" {
		s.Errorf("messages %+v, want one about is_company", msgs)
	}
}

func loadEmpty(s *suite) {
	ids := s.loaded("res.partner", []string{"id", "name", "street", "color", "partner_latitude", "comment", "ref"},
		[]string{s.id("x"), "X", "Road", "3", "1.5", "note", "7"})
	s.loaded("res.partner", []string{"id", "street", "color", "partner_latitude", "comment"}, []string{s.id("x"), "", "", "", ""})
	s.has("res.partner", ids[0], map[string]any{"name": "X", "street": false, "color": 0, "partner_latitude": 0, "comment": false, "ref": "7"})
}

func loadTexts(s *suite) {
	for _, name := range []string{"Ünïcödé 東京", `"quoted" & <tag>`, "two\nlines", "it's; a, list", "tab\there", "0"} {
		ids := s.loaded("res.partner", []string{"name", "ref"}, []string{name, name})
		s.has("res.partner", ids[0], map[string]any{"name": name, "ref": name})
	}
	ids := s.loaded("res.partner", []string{"name", "comment"}, []string{"H", "plain text"}, []string{"H", "<p>a <b>b</b></p>"})
	s.has("res.partner", ids[0], map[string]any{"comment": "<p>plain text</p>"})
	s.has("res.partner", ids[1], map[string]any{"comment": "<p>a <b>b</b></p>"})
}

func loadNumbers(s *suite) {
	ids := s.loaded("res.partner", []string{"name", "color", "partner_latitude"}, []string{"N", "7", "12.3456789"}, []string{"N", "-1", "-0.5"})
	s.has("res.partner", ids[0], map[string]any{"color": 7, "partner_latitude": 12.3456789})
	s.has("res.partner", ids[1], map[string]any{"color": -1, "partner_latitude": -0.5})
	for _, bad := range []string{"1,5", "1 000", "x"} {
		msgs := s.refused("res.partner", []string{"name", "partner_latitude"}, []string{"N", bad})
		if len(msgs) != 1 || msgs[0].Field != "partner_latitude" {
			s.Errorf("%q: messages %+v, want one about partner_latitude", bad, msgs)
		}
	}
}

func loadBlankID(s *suite) {
	msgs := s.refused("res.partner", partnerColumns, []string{s.id("a b"), "X"}, []string{s.id("ok"), "Y"})
	if !slices.Equal(positions(msgs), []int{0}) {
		s.Errorf("messages %+v, want row 0", msgs)
	}
}
