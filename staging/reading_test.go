package staging_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/staging"
	"github.com/odoo-migrate/odoo-migrate/staging/stagingtest"
)

// reads writes the rows of a reading as lines: table, row, cells.
func reads(t *testing.T, s *staging.Store, r staging.Reading) string {
	t.Helper()
	var out strings.Builder
	for _, b := range gather(t, s.Read(t.Context(), r)) {
		for _, row := range b.Rows {
			fmt.Fprintf(&out, "%s %d: %s\n", b.Table, row.Row, strings.Join(row.Cells, "|"))
		}
	}
	return out.String()
}

func same(t *testing.T, what, got, want string) {
	t.Helper()
	if want = strings.TrimPrefix(want, "\n"); got != want {
		t.Errorf("%s:\n got:\n%s\nwant:\n%s", what, got, want)
	}
}

func TestReading(t *testing.T) {
	s := stagingtest.Open(t)
	de := landCSV(t, s, "de", "NR,NAME,LAND\n1,Ä b,DE\n2,NULL,DE\n,x,\n")
	fr := landCSV(t, s, "fr", "NUM,NOM\n1,f\n9,g\n")
	adr := landCSV(t, s, "adr", "KEY,CITY,LAND\n1,Bonn,DE\n7,Lost,DE\n1,Köln,DE\n9,NULL,FR\n,None,\n")
	land := landCSV(t, s, "land", "CODE,{s}.NAME\nDE,Germany\n")
	mark := func(as string) string { return "@" + as }

	member := staging.Member{Snapshot: de, Nulls: []string{"NULL"}}
	join := staging.Joining{Snapshot: adr, As: "a", On: [][2]string{{"NR", "KEY"}}}
	r := staging.Reading{Members: []staging.Member{member}, Joins: []staging.Joining{join}, Columns: []string{"NAME", "a.CITY"}, Mark: mark}
	same(t, "the first that fits", reads(t, s, r), `
de 1: Ä b|Bonn|1 2 2
de 2: ||
de 3: x||
`)
	r.Joins[0].Each = true
	same(t, "each that fits", reads(t, s, r), `
de 1: Ä b|Bonn|1 2 2
de 1: Ä b|Köln|3 4 2
de 2: ||
de 3: x||
`)
	r.Joins = append(r.Joins, staging.Joining{Snapshot: land, As: "l", On: [][2]string{{"a.LAND", "CODE"}}})
	r.Columns = []string{"l.{s}.NAME", "NR"}
	same(t, "a join on a joined column", reads(t, s, r), `
de 1: Germany|1|1 2 2|1 2 1
de 1: Germany|1|3 4 2|1 2 1
de 2: |2||
de 3: |||
`)
	unused := func(i int) string {
		rows, all, err := s.Unused(t.Context(), r, i, 2)
		check(t, err)
		return fmt.Sprint(len(rows), all, rows)
	}
	same(t, "joined rows nobody found", unused(0), "2 3 [{2 3 20} {4 5 40}]")
	same(t, "all were found", unused(1), "0 0 []")

	united := staging.Reading{Columns: []string{"NR", "NAME", "LAND", "_source", "a.CITY"}, Joins: []staging.Joining{{Snapshot: adr, Nulls: []string{"NULL"}, As: "a", On: [][2]string{{"NR", "KEY"}}}},
		Members: []staging.Member{member, {Snapshot: fr, Columns: map[string]string{"NR": "NUM", "NAME": "NOM", "LAND": ""}}}}
	same(t, "a union", reads(t, s, united), `
de 1: 1|Ä b|DE|de|Bonn
de 2: 2||DE|de|
de 3: |x||de|
fr 1: 1|f||fr|Bonn
fr 2: 9|g||fr|
`)
	// Corrections are laid over every table that is read.
	check(t, s.Correct(t.Context(), adr, []record.Row{row(1, "2", "Corrected", "DE")}, digest))
	united.GroupBy, united.Columns = []string{"NR"}, []string{"NR", "a.CITY"}
	same(t, "groups in the order of their first rows", reads(t, s, united), `
de 1: 1|Köln
fr 1: 1|Köln
de 2: 2|Corrected
de 3: |
fr 2: 9|
`)
	if _, _, err := s.Unused(t.Context(), staging.Reading{Members: []staging.Member{member}, Joins: []staging.Joining{{Snapshot: adr, As: "a", On: [][2]string{{"NR", "NONE"}}}}}, 0, 1); err == nil {
		t.Error("a column that is not there was read")
	}
}

// TestReadingIsBounded: batches end at about a megabyte, and their borders do not depend on who reads.
func TestReadingIsBounded(t *testing.T) {
	s := stagingtest.Open(t)
	var rows []record.Row
	for i := int64(1); i <= 300; i++ {
		rows = append(rows, row(i, fmt.Sprint(i%7), strings.Repeat("x", 10_000)))
	}
	snap := land(t, s, landing("big", []string{"K", "V"}, rows))
	r := staging.Reading{Members: []staging.Member{{Snapshot: snap}}, GroupBy: []string{"K"}, Columns: []string{"K", "V"}}
	var sizes [2][]int
	for i := range sizes {
		for _, b := range gather(t, s.Read(t.Context(), r)) {
			sizes[i] = append(sizes[i], len(b.Rows))
		}
	}
	if !slices.Equal(sizes[0], sizes[1]) || len(sizes[0]) < 3 {
		t.Errorf("batches of %v and %v rows", sizes[0], sizes[1])
	}
}

// TestAccount: every row ends in one class, that of its worst record.
func TestAccount(t *testing.T) {
	s := stagingtest.Open(t)
	l := &record.Layout{Mapping: "m", Model: "x", Fields: []string{"n"}}
	w := must[*staging.StageWriter](t)(s.StageWriter(t.Context(), 1, l, []record.Kind{record.Text}))
	rec := func(id, table string, n int64) record.Record {
		return record.Record{Layout: l, ID: id, Table: table, Pos: record.Pos{Row: n}, Values: []record.Value{record.TextValue("v")}}
	}
	// Row 1 of a became two records, row 2 two of which one is gone, row 3 one that is gone; row 1 of b heads a group.
	check(t, w.Write([]record.Record{rec("m.1", "a", 1), rec("m.2", "a", 1), rec("m.3", "a", 2), rec("m.4", "a", 2), rec("m.5", "a", 3), rec("m.6", "b", 1)}, make([][32]byte, 6)))
	into := func(source string, n int64) staging.FoldedInto { return staging.FoldedInto{Source: source, Row: n} }
	check(t, w.Fold(t.Context(), []staging.FoldedRow{{Source: "b", Row: 2, Into: into("b", 1)}, {Source: "a", Row: 6, Into: into("b", 1)}, {Source: "b", Row: 3, Into: into("a", 3)}}))
	must[int64](t)(w.Close(t.Context()))
	check(t, s.AddClasses(t.Context(), 1, "m", 10, []staging.RowClass{{Row: 1, Class: "merged"}, {Row: 2, Class: "rejected"}, {Row: 3, Class: "rejected"}, {Row: 4, Class: "excluded"}, {Row: 5, Class: "merged"}}))
	got := must[[]staging.Account](t)(s.Account(t.Context(), 1, "m", map[int64]string{10: "a", 20: "b"}, []int64{3, 4}))
	want := []staging.Account{{Source: "a", Used: 1, Grouped: 1, Merged: 1, Excluded: 1, Rejected: 2}, {Source: "b", Used: 1, Grouped: 1, Rejected: 1}}
	if !slices.Equal(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
	check(t, s.DropStaged(t.Context(), 1))
	if n := text(t, s, "select count(*)::text from pg_tables where schemaname = $1 and tablename like 'staged%folded'", s.Schema()); n != "0" {
		t.Errorf("%s tables of folded rows are left", n)
	}
}
