package csvfile_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/connectortest"
	"github.com/odoo-migrate/odoo-migrate/connectors/csvfile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

func fixture(name string, rows, damaged int) connectortest.Fixture {
	table := strings.SplitN(name, ".", 2)[0]
	return connectortest.Fixture{Path: "testdata/" + name, Rows: map[string]int{table: rows}, Damaged: map[string]int{table: damaged}}
}

func TestConformance(t *testing.T) {
	fixtures := []connectortest.Fixture{
		fixture("good.csv", 4, 0), fixture("crlf.csv", 4, 0), fixture("cr.csv", 4, 0), fixture("bom.csv", 4, 0),
		fixture("good.csv.gz", 4, 0), fixture("good.csv.xz", 4, 0), fixture("good.csv.zip", 4, 0),
		fixture("utf16le.csv", 3, 1), fixture("utf16be_nobom.csv", 2, 0), fixture("ansi.csv", 3, 0), fixture("dos.csv", 3, 0),
		fixture("ragged.csv", 6, 3), fixture("quotes.csv", 7, 3), fixture("invalid_utf8.csv", 32, 1), fixture("hole.csv", 4, 1),
		fixture("titles.csv", 3, 0), fixture("padded_title.csv", 2, 0), fixture("noheader.csv", 3, 0),
		fixture("header_only.csv", 0, 0), fixture("names.csv", 1, 0), fixture("tabs.tsv", 2, 0), fixture("pipes.txt", 2, 0),
		fixture("one_column.csv", 4, 0), fixture("nul.csv", 2, 0),
		{Path: "testdata/cut.csv.gz", Err: connectors.ErrDamaged},
		{Path: "testdata/two.csv.zip", Rows: map[string]int{"two": 8}},
		{Path: "testdata/only_bom.csv", Err: connectors.ErrEmpty},
		{Path: "testdata/good.csv", Options: connectors.Options{Encoding: "klingon"}, Err: connectors.ErrUnsupported},
		{Path: "testdata/good.csv", Options: connectors.Options{Quote: "::"}, Err: connectors.ErrUnsupported},
	}
	sjis := fixture("sjis.csv", 2, 0)
	sjis.Options.Encoding = "shift_jis"
	connectortest.Run(t, csvfile.Open, append(fixtures, sjis)...)
}

func read(t *testing.T, path string, opt connectors.Options) (connectors.Table, []record.Row) {
	t.Helper()
	tables, rows, err := connectortest.Read(t.Context(), csvfile.Open, path, opt)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return tables[0], rows[tables[0].Name]
}

func TestCells(t *testing.T) {
	good := [][]string{{"1", "Ann", "Paris"}, {"2", "Bob, Jr.", "New\nYork"}, {"3", `say "hi"`, ""}, {"4", "", "Rome"}}
	for _, tc := range []struct {
		file     string
		opt      connectors.Options
		columns  []string
		cells    [][]string
		detected map[string]string
	}{
		{file: "good.csv", columns: []string{"id", "name", "city"}, cells: good, detected: map[string]string{"encoding": "utf-8", "delimiter": ",", "line_end": "lf"}},
		{file: "bom.csv", columns: []string{"id", "name", "city"}, cells: good},
		{file: "good.csv.xz", columns: []string{"id", "name", "city"}, cells: good},
		{file: "ansi.csv", columns: []string{"Nr", "Name", "Ort", "Betrag"}, detected: map[string]string{"encoding": "windows-1252", "delimiter": ";", "line_end": "crlf"},
			cells: [][]string{{"0001", "Jürgen Groß", "Köln", "1.234,50"}, {"0002", "René Café", "Besançon", "12,00 €"}, {"0003", "Søren Åberg", "Århus", "7,5"}}},
		{file: "dos.csv", columns: []string{"Nr", "Name", "Ort"}, detected: map[string]string{"encoding": "cp850"},
			cells: [][]string{{"1", "Jürgen Groß", "Köln"}, {"2", "Günter Müller", "Düsseldorf"}, {"3", "André", "Genève"}}},
		{file: "utf16be_nobom.csv", columns: []string{"id", "name", "city"}, detected: map[string]string{"encoding": "utf-16be"},
			cells: [][]string{{"1", "Jürgen", "Köln"}, {"2", "Zoë", "Gent"}}},
		{file: "sjis.csv", opt: connectors.Options{Encoding: "shift_jis"}, columns: []string{"番号", "名前"}, cells: [][]string{{"1", "表示"}, {"2", "ソニー"}}},
		{file: "names.csv", columns: []string{"id", "c2", "name", "name_3", "name_2", "x", "c7"}, cells: [][]string{{"1", "2", "3", "4", "5", "6", "7"}}},
		{file: "titles.csv", columns: []string{"id", "name", "price"}, detected: map[string]string{"skip": "3", "delimiter": ";"},
			cells: [][]string{{"1", "a", "1,50"}, {"2", "b", "2,75"}, {"3", "c", "3,00"}}},
		{file: "padded_title.csv", columns: []string{"name", "2001", "2002", "2003"}, cells: [][]string{{"a", "1", "2", "3"}, {"b", "4", "5", "6"}}},
		{file: "noheader.csv", columns: []string{"c1", "c2", "c3"}, detected: map[string]string{"header": "no"},
			cells: [][]string{{"1", "2001-01-01", "5.5"}, {"2", "2001-01-02", "6.5"}, {"3", "2001-01-03", "7.5"}}},
		{file: "noheader.csv", opt: connectors.Options{Columns: []string{"n", "day", "x"}}, columns: []string{"n", "day", "x"},
			cells: [][]string{{"1", "2001-01-01", "5.5"}, {"2", "2001-01-02", "6.5"}, {"3", "2001-01-03", "7.5"}}},
		{file: "header_only.csv", columns: []string{"id", "name", "city"}},
		{file: "header_only.csv", opt: connectors.Options{NoHeader: true}, columns: []string{"c1", "c2", "c3"}, cells: [][]string{{"id", "name", "city"}}},
		{file: "good.csv", opt: connectors.Options{Skip: 1, NoHeader: true}, columns: []string{"c1", "c2", "c3"}, cells: good},
		{file: "tabs.tsv", columns: []string{"id", "name"}, cells: [][]string{{"1", "a, b"}, {"2", "c"}}},
		{file: "one_column.csv", columns: []string{"name"}, cells: [][]string{{"Smith, John"}, {"Miller"}, {""}, {"Jones"}}},
		{file: "nul.csv", columns: []string{"id", "name"}, cells: [][]string{{"1", "a\x00b"}, {"2", "c"}}},
	} {
		t.Run(tc.file, func(t *testing.T) {
			table, rows := read(t, "testdata/"+tc.file, tc.opt)
			if !slices.Equal(table.Columns, tc.columns) {
				t.Errorf("columns %q, want %q", table.Columns, tc.columns)
			}
			var cells [][]string
			for _, r := range rows {
				cells = append(cells, r.Cells)
			}
			if !reflect.DeepEqual(cells, tc.cells) {
				t.Errorf("cells\n%q\nwant\n%q", cells, tc.cells)
			}
			for k, want := range tc.detected {
				if got := table.Detected[k].Value; got != want {
					t.Errorf("detected %s %q, want %q", k, got, want)
				}
			}
		})
	}
}

func TestDamage(t *testing.T) {
	type damage struct {
		pos  record.Pos
		why  string
		raw  string
		next string // first cell of the row after it; "" for none
	}
	for file, want := range map[string][]damage{
		"ragged.csv": {
			{record.Pos{Row: 2, Line: 3, Offset: 12}, "3 fields expected, 2 found", "1,2", ""},
			{record.Pos{Row: 3, Line: 4, Offset: 16}, "3 fields expected, 4 found", "1,2,3,4", "4"},
			{record.Pos{Row: 5, Line: 7, Offset: 31}, "3 fields expected, 1 found", "x", "7"},
		},
		"quotes.csv": {
			{record.Pos{Row: 2, Line: 3, Offset: 15}, "text follows the closing quote of field 2", `2,"open,3`, "3"},
			{record.Pos{Row: 4, Line: 5, Offset: 36}, "text follows the closing quote of field 2", `4,"text" after,3`, "5"},
			{record.Pos{Row: 6, Line: 7, Offset: 65}, "the quote opened in field 2 is never closed", `6,"never closed,3`, "7"},
		},
		"utf16le.csv": {{record.Pos{Row: 3, Line: 5, Offset: 88}, "3 fields expected, 2 found", "3\x00;\x00x\x00", ""}},
		"hole.csv":    {{record.Pos{Row: 3, Line: 4, Offset: 24}, "byte 0x81 at offset 26 is no windows-1252", "3;\x81\x8d", "4"}},
	} {
		t.Run(file, func(t *testing.T) {
			var opt connectors.Options
			if file == "hole.csv" { // its bytes make more sense as another code page
				opt.Encoding = "windows-1252"
			}
			_, rows := read(t, "testdata/"+file, opt)
			var got []damage
			for i, r := range rows {
				if r.Damage == "" {
					continue
				}
				next := ""
				if i+1 < len(rows) && len(rows[i+1].Cells) > 0 {
					next = rows[i+1].Cells[0]
				}
				got = append(got, damage{r.Pos, r.Damage, string(r.Raw), next})
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("damage\n%+v\nwant\n%+v", got, want)
			}
		})
	}
}

// TestALineTooLongIsOneRow however many times it exceeds what a row may have; the rows behind it are whole.
func TestALineTooLongIsOneRow(t *testing.T) {
	if testing.Short() {
		t.Skip("unpacks 560 MB")
	}
	for name, c := range map[string]struct {
		eol, last string
		quote     string
	}{"LF": {"\n", "3,z\n", ""}, "CR LF, quoted": {"\r\n", "3,z\r\n", `"`}, "CR": {"\r", "3,z", ""}, "the last line": {"\n", "", ""}} {
		path := filepath.Join(t.TempDir(), "long.csv.gz")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		z := gzip.NewWriter(f)
		write := func(text string) {
			if _, err := io.WriteString(z, text); err != nil {
				t.Fatal(err)
			}
		}
		write("id,name" + c.eol + strings.Repeat("1,x"+c.eol, 300_000) + "2," + c.quote)
		long := strings.Repeat("y", 1<<20)
		for range 140 {
			write(long)
		}
		if c.last != "" {
			write(c.eol + c.last)
		}
		if err := errors.Join(z.Close(), f.Close()); err != nil {
			t.Fatal(err)
		}
		_, rows := read(t, path, connectors.Options{})
		damaged := slices.DeleteFunc(slices.Clone(rows), func(r record.Row) bool { return r.Damage == "" })
		if len(damaged) != 1 || damaged[0].Line != 300_002 || damaged[0].Row != 300_001 {
			t.Fatalf("%s: %d damaged rows among %d", name, len(damaged), len(rows))
		}
		if last := rows[len(rows)-1]; c.last != "" && (last.Row != 300_002 || last.Line != 300_003 || strings.Join(last.Cells, ",") != "3,z") {
			t.Errorf("%s: the last row is %d, line %d: %.20q", name, last.Row, last.Line, last.Cells)
		}
	}
}

func TestFindings(t *testing.T) {
	for file, rules := range map[string][]string{
		"header_only.csv":  nil,
		"good.csv":         {"csv.line_ends_in_cells"},
		"names.csv":        {"csv.header_empty", "csv.header_duplicate"},
		"ragged.csv":       {"csv.blank_lines"},
		"quotes.csv":       {"csv.stray_quote"},
		"titles.csv":       {"csv.lines_above_header"},
		"invalid_utf8.csv": {"csv.encoding_unsure", "csv.undecodable"},
		"noheader.csv":     {"csv.no_header"},
	} {
		table, _ := read(t, "testdata/"+file, connectors.Options{})
		var got []string
		for _, f := range table.Findings {
			got = append(got, f.Rule)
		}
		for _, r := range rules {
			if !slices.Contains(got, r) {
				t.Errorf("%s: findings %q lack %s", file, got, r)
			}
		}
		if rules == nil && got != nil {
			t.Errorf("%s: unexpected findings %q", file, got)
		}
	}
}

// The expected files are of two shapes: objects by column name, or arrays with the header as first row.
func TestExpectedByOthers(t *testing.T) {
	for _, folder := range []string{"csv_spectrum", "csv_rfc4180_small"} {
		files, _ := filepath.Glob(filepath.Join(connectortest.DataDir(t, folder), "*.json"))
		if len(files) < 10 {
			t.Fatalf("%s holds %d expected files", folder, len(files))
		}
		for _, file := range files {
			t.Run(filepath.Base(file), func(t *testing.T) {
				data, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				table, rows := read(t, strings.TrimSuffix(file, ".json")+".csv", connectors.Options{})
				if csv, _ := os.ReadFile(strings.TrimSuffix(file, ".json") + ".csv"); !bytes.Contains(csv, []byte("\r")) {
					data = bytes.ReplaceAll(data, []byte(`\r\n`), []byte(`\n`)) // newlines_crlf.csv has lost its CRs on the way here
				}
				var objects []map[string]string
				if json.Unmarshal(data, &objects) == nil {
					compareObjects(t, table, rows, objects)
					return
				}
				var lines [][]string
				if err := json.Unmarshal(data, &lines); err != nil {
					t.Fatal(err)
				}
				compareLines(t, table, rows, lines)
			})
		}
	}
}

func compareObjects(t *testing.T, table connectors.Table, rows []record.Row, want []map[string]string) {
	if len(rows) != len(want) {
		t.Fatalf("%d rows, want %d", len(rows), len(want))
	}
	for i, r := range rows {
		got := map[string]string{}
		for k, c := range r.Cells {
			got[table.Columns[k]] = c
		}
		if !reflect.DeepEqual(got, want[i]) {
			t.Errorf("row %d: %q, want %q", i+1, got, want[i])
		}
	}
}

func compareLines(t *testing.T, table connectors.Table, rows []record.Row, want [][]string) {
	header := slices.Clone(table.Columns)
	if slices.Equal(want[0], []string{""}) && slices.Equal(header, []string{"c1"}) { // a nameless column is given a name
		header[0] = ""
	}
	got := [][]string{header}
	for _, r := range rows {
		got = append(got, r.Cells)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("lines %q, want %q", got, want)
	}
}
