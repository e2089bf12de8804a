package vouch_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline/vouch"
)

func TestAmount(t *testing.T) {
	for cell, want := range map[string]string{
		"12.50": "12.5", "12,50": "12.5", "1.234,50 EUR": "1234.5", "1,234.50": "1234.5", "1,234": "1234", "1.234": "1.234", "1.234.567": "1234567",
		"-7": "-7", "7-": "-7", "€ 3 000,00": "3000", "5,": "5", "": "", "none": "", "(5)": "-5", "(1.234,50 €)": "-1234.5", "(5": "", "5)": "", "(-5)": "", "1-2": "",
	} {
		d, ok := vouch.Amount(cell)
		if ok != (want != "") || ok && d.String() != want {
			t.Errorf("%q: %s, %v; want %q", cell, d, ok, want)
		}
	}
}

func TestLargestAmounts(t *testing.T) {
	a := vouch.NewAmounts(3, vouch.Amount)
	for i, cell := range []string{"5", "no", "-90", "7", "0", "7", "8"} {
		a.Add(int64(i+1), cell)
	}
	if got := a.Rows(); !slices.Equal(got, []int64{3, 7, 4}) { // signs apart, the first of equal ones
		t.Errorf("%v", got)
	}
	none := vouch.NewAmounts(0, vouch.Amount)
	if none.Add(1, "5"); len(none.Rows()) != 0 {
		t.Errorf("%v", none.Rows())
	}
}

var key = []byte("a key")

// drawn are two items with the rows of a file that has them.
func drawn() ([]vouch.Item, []vouch.Row) {
	items := []vouch.Item{
		{Number: 1, Direction: vouch.FromSource, Drawn: vouch.Random, Source: "customers", Row: 4, Lines: []vouch.Line{
			{Record: "res.partner 7, shop.c_4", Column: "Name", Cell: "Ada", Field: "name", Value: "Ada"}, {Column: "Fax", Cell: "=1"}}},
		{Number: 2, Direction: vouch.FromOdoo, Drawn: vouch.Random, Model: "res.partner", ExternalID: "shop.c_9", Lines: []vouch.Line{{Record: "res.partner 9, shop.c_9", Value: "(not in Odoo)"}}},
	}
	var rows []vouch.Row
	for i := range items {
		for _, cells := range items[i].Cells(12) {
			rows = append(rows, vouch.Row{Line: int64(len(rows) + 2), Cells: cells})
		}
		items[i].Digest = vouch.Digest(key, items[i].Cells(12))
	}
	return items, rows
}

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(rows []vouch.Row) []vouch.Row
		marks  string
		says   []string
	}{
		{"nothing ticked", func(r []vouch.Row) []vouch.Row { return r }, "unticked unticked",
			[]string{"vouch.unticked 2: item 1, customers row 4, has not been ticked", "vouch.unticked 4: item 2, res.partner shop.c_9, has not been ticked"}},
		{"ticked on any line", func(r []vouch.Row) []vouch.Row { r[1].Cells[10], r[2].Cells[10] = " YES ", "✓"; return r }, "passed passed", nil},
		{"a cross outweighs a tick", func(r []vouch.Row) []vouch.Row {
			r[0].Cells[10], r[1].Cells[10], r[1].Cells[11], r[2].Cells[10] = "yes", "no", "fax is lost", "x"
			return r
		}, "failed passed", []string{"vouch.failed 2: item 1, customers row 4, does not stand: fax is lost"}},
		{"an unknown word", func(r []vouch.Row) []vouch.Row { r[0].Cells[10], r[2].Cells[10] = "perhaps", "ok"; return r }, "unticked passed",
			[]string{`vouch.mark 2: "perhaps" is neither yes nor no`, "vouch.unticked 2: item 1, customers row 4, has not been ticked"}},
		{"what a spreadsheet program changes", func(r []vouch.Row) []vouch.Row {
			r[0].Cells[7], r[1].Cells[7], r[0].Cells[10], r[2].Cells[10] = " Ada  ", "'=1", "yes", "yes"
			return append(r, vouch.Row{Line: 9, Cells: []string{"", "  "}})
		}, "passed passed", nil},
		{"another value", func(r []vouch.Row) []vouch.Row {
			r[0].Cells[9], r[0].Cells[10], r[2].Cells[10] = "Adam", "yes", "yes"
			return r
		}, "unticked passed", []string{"vouch.changed 2: item 1, customers row 4, does not show what was drawn", "vouch.unticked 2: item 1, customers row 4, has not been ticked"}},
		{"a line is gone", func(r []vouch.Row) []vouch.Row {
			r[0].Cells[10], r[2].Cells[10] = "yes", "yes"
			return slices.Delete(r, 1, 2)
		}, "unticked passed",
			[]string{"vouch.changed 2: item 1, customers row 4, does not show what was drawn", "vouch.unticked 2: item 1, customers row 4, has not been ticked"}},
		{"an item is gone", func(r []vouch.Row) []vouch.Row { r[0].Cells[10] = "yes"; return r[:2] }, "passed unticked",
			[]string{"vouch.gone 0: item 2, res.partner shop.c_9, is not in the file any more", "vouch.unticked 0: item 2, res.partner shop.c_9, has not been ticked"}},
		{"lines of another draw, and of none", func(r []vouch.Row) []vouch.Row {
			r[0].Cells[10], r[2].Cells[10] = "yes", "yes"
			return append(r, vouch.Row{Line: 5, Cells: []string{"11", "1"}}, vouch.Row{Line: 6, Cells: []string{"12", "3"}}, vouch.Row{Line: 7, Cells: []string{"12", "one"}})
		}, "passed passed", []string{`vouch.stranger 5: draw 12 has no item "1"`, `vouch.stranger 6: draw 12 has no item "3"`, `vouch.stranger 7: draw 12 has no item "one"`}},
	} {
		items, rows := drawn()
		marks, findings, err := vouch.Read("v.csv", vouch.Head, c.change(rows), 12, items, key)
		if err != nil {
			t.Fatal(err)
		}
		var got, says []string
		for _, m := range marks {
			got = append(got, m.Result)
		}
		for _, f := range findings {
			says = append(says, strings.ReplaceAll(f.Rule+" "+text(f.Line)+": "+f.Message, "  ", " "))
			if f.Hint == "" || f.File != "v.csv" {
				t.Errorf("%s: %+v has no remedy or no place", c.name, f)
			}
		}
		if strings.Join(got, " ") != c.marks || !slices.Equal(says, c.says) {
			t.Errorf("%s: %q\n%q", c.name, got, says)
		}
	}
}

func text(n int64) string { return string(rune('0' + n)) }

func TestReadOtherFiles(t *testing.T) {
	items, rows := drawn()
	for _, head := range [][]string{nil, {"a", "b"}, vouch.Head[1:], vouch.Head[:11]} {
		if _, _, err := vouch.Read("v.csv", head, rows, 12, items, key); err == nil || !strings.Contains(err.Error(), "v.csv: the header is") {
			t.Errorf("%q: %v", head, err)
		}
	}
}

// Without the key nobody finds out what the lines say, and every change but that of blanks is another digest.
func TestDigest(t *testing.T) {
	items, _ := drawn()
	lines := items[0].Cells(12)
	was := vouch.Digest(key, lines)
	if vouch.Digest([]byte("another"), lines) == was {
		t.Error("the key makes no difference")
	}
	for c := 2; c < 10; c++ {
		lines := items[0].Cells(12)
		lines[1][c] += "x"
		if vouch.Digest(key, lines) == was {
			t.Errorf("column %s makes no difference", vouch.Head[c])
		}
	}
}
