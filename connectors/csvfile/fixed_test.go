package csvfile_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/connectortest"
	"github.com/odoo-migrate/odoo-migrate/connectors/csvfile"
)

const aligned = "No   Name          Amount\n" +
	"1    Müller & Co.   12,50\n" +
	"2    Åse              7,00\n" +
	"10   Smith, John    123,99\n" +
	"11   José             0,10\n" +
	"12   Ann              3,00\n" +
	"13   Bo              33,00\n" +
	"14   Eve             44,00\n"

func TestFixedWidth(t *testing.T) {
	latin, err := charmap.Windows1252.NewEncoder().String("ABMüller   12\nCDSchäfer   7\nEFSmithson99X\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name    string
		text    string
		opt     connectors.Options
		columns []string
		cells   [][]string
	}{
		{name: "columns of blanks", text: strings.ReplaceAll(aligned, "1    Müller & Co.   12,50", "1    Müller & Co.    12,50"), columns: []string{"No", "Name", "Amount"},
			cells: [][]string{{"1", "Müller & Co.", "12,50"}, {"2", "Åse", "7,00"}, {"10", "Smith, John", "123,99"}, {"11", "José", "0,10"}, {"12", "Ann", "3,00"}, {"13", "Bo", "33,00"}, {"14", "Eve", "44,00"}}},
		{name: "underlined", text: "id  name      \n--- ----------\n  1 Ann Lee   \n  2 Bob       \n\n 10 Miller jr.\n", columns: []string{"id", "name"},
			cells: [][]string{{"1", "Ann Lee"}, {"2", "Bob"}, {"10", "Miller jr."}}},
		{name: "pinned, without header", text: "AB0001Müller\nCD0002Åse   \nEF03\nGH0004Smithson\n", opt: connectors.Options{Widths: []int{2, 4, 6}, NoHeader: true, Columns: []string{"k", "n", "name"}},
			columns: []string{"k", "n", "name"}, cells: [][]string{{"AB", "0001", "Müller"}, {"CD", "0002", "Åse"}, {"EF", "03", ""}, {"! text stands after the last of 3 fields"}}},
		{name: "pinned, a byte a character", text: latin, opt: connectors.Options{Widths: []int{2, 8, 3}, NoHeader: true, Encoding: "windows-1252"},
			columns: []string{"c1", "c2", "c3"}, cells: [][]string{{"AB", "Müller", "12"}, {"CD", "Schäfer", "7"}, {"EF", "Smithson", "99X"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := written(t, "t.txt", tc.text)
			table, rows := read(t, path, tc.opt)
			if got := grid(rows); table.Format != "fixed" || !slices.Equal(table.Columns, tc.columns) || !reflect.DeepEqual(got, tc.cells) {
				t.Errorf("%s, columns %q, cells\n%q\nwant %q\n%q\n%+v", table.Format, table.Columns, got, tc.columns, tc.cells, table.Detected)
			}
			connectortest.Run(t, csvfile.Open, connectortest.Fixture{Path: path, Options: tc.opt})
		})
	}
}

// Where the columns were found out, text across their border makes a damaged row, not two wrong cells.
func TestFixedWidthBorders(t *testing.T) {
	text := strings.Repeat("100  Ann        5\n", 600) + "100  Annabelle Millerton 5\n"
	_, rows := read(t, written(t, "t.txt", text), connectors.Options{NoHeader: true})
	if n := len(rows); n != 601 || rows[0].Damage != "" || rows[600].Damage == "" {
		t.Errorf("%d rows, %+v", n, rows[len(rows)-1])
	}
}

// Text in lines is no table of fixed width.
func TestProseIsNoTable(t *testing.T) {
	for name, text := range map[string]string{
		"prose": "This is a letter\nto nobody at all in\nparticular. It has some\nlines of words and\nnothing stands below\nanything else, as\nit is with letters\nof this kind\n",
		"names": "name\nAnn Lee\nBob Ray\nEve Fox\nJon Doe\nJim Poe\nTom Roe\nIan Coe\nPam Moe\n",
	} {
		table, _ := read(t, written(t, "t.txt", text), connectors.Options{})
		if table.Format != "csv" || len(table.Columns) != 1 {
			t.Errorf("%s: %s with columns %q", name, table.Format, table.Columns)
		}
	}
}
