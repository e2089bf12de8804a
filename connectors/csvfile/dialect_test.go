package csvfile_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/connectortest"
	"github.com/odoo-migrate/odoo-migrate/connectors/csvfile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

func written(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// grid is all rows' cells, a damaged row as its damage alone.
func grid(rows []record.Row) (out [][]string) {
	for _, r := range rows {
		if r.Damage != "" {
			out = append(out, []string{"! " + r.Damage})
			continue
		}
		out = append(out, r.Cells)
	}
	return out
}

func rulesOf(table connectors.Table) (rules []string) {
	for _, f := range table.Findings {
		if !slices.Contains(rules, f.Rule) {
			rules = append(rules, f.Rule)
		}
	}
	return rules
}

// lines repeats a line with a number in it.
func lines(format string, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(format, "#", fmt.Sprint(i+1)))
	}
	return b.String()
}

func TestDialects(t *testing.T) {
	ab := [][]string{{"1", "x"}, {"2", "y"}, {"3", "z"}}
	for _, tc := range []struct {
		name     string
		text     string
		opt      connectors.Options
		columns  []string
		cells    [][]string
		detected map[string]string
		rules    []string // exactly these
	}{
		{name: "delimiter of two characters, record end of two and a line end", text: "a+|b&|\n1+|x\ny&|\n2+|+|z&|\n3+|u&|\n",
			columns: []string{"a", "b"}, cells: [][]string{{"1", "x\ny"}, {"! 2 fields expected, 3 found"}, {"3", "u"}},
			opt: connectors.Options{Delimiter: "+|", RecordEnd: `&|\n`}, rules: []string{"csv.line_ends_in_cells"}},
		{name: "the same found out", text: "id+|name+|city&|\n1+|x+|u&|\n2+|y+|v&|\n3+|z+|w\nw&|\n",
			columns: []string{"id", "name", "city"}, cells: [][]string{{"1", "x", "u"}, {"2", "y", "v"}, {"3", "z", "w\nw"}},
			detected: map[string]string{"delimiter": "+|", "record_end": "&|\n"}, rules: []string{"csv.line_ends_in_cells"}},
		{name: "quotes are text where nothing is quoted", text: "id+|name+|size&|\n1+|<a b=\"c\"/>+|5\" x&|\n2+|y+|v&|\n3+|z+|6\"&|\n",
			columns: []string{"id", "name", "size"}, cells: [][]string{{"1", `<a b="c"/>`, `5" x`}, {"2", "y", "v"}, {"3", "z", `6"`}},
			detected: map[string]string{"delimiter": "+|", "record_end": "&|\n", "quote": "none"}},
		{name: "the same where the delimiter is pinned", text: "id+|name\n1+|5\" x\n2+|v\n3+|6\"\n", opt: connectors.Options{Delimiter: "+|"},
			columns: []string{"id", "name"}, cells: [][]string{{"1", `5" x`}, {"2", "v"}, {"3", `6"`}}, detected: map[string]string{"quote": "none"}},
		{name: "the same between control characters", text: "id\x1fname\n1\x1f5\" x\n2\x1fv\n3\x1f6\"\n",
			columns: []string{"id", "name"}, cells: [][]string{{"1", `5" x`}, {"2", "v"}, {"3", `6"`}}, detected: map[string]string{"quote": "none"}},
		{name: "quotes count where one field is quoted", text: "id+|name+|size&|\n1+|a+|5\" x&|\n2+|\"y+|z\"+|v&|\n3+|z+|w&|\n",
			columns: []string{"id", "name", "size"}, cells: [][]string{{"1", "a", `5" x`}, {"2", "y+|z", "v"}, {"3", "z", "w"}},
			detected: map[string]string{"quote": `"`}, rules: []string{"csv.stray_quote"}},
		{name: "delimiter of one character in all places", text: "a||b||c\n1||x||2\n2||y||3\n", columns: []string{"a", "b", "c"},
			cells: [][]string{{"1", "x", "2"}, {"2", "y", "3"}}, detected: map[string]string{"delimiter": "||"}},
		{name: "control characters", text: "a\x1fb\n1\x1fx\n2\x1fy\n3\x1fz\n", columns: []string{"a", "b"}, cells: ab, detected: map[string]string{"delimiter": "\x1f"}},
		{name: "carets", text: "a^b\n1^x\n2^y\n3^z\n", columns: []string{"a", "b"}, cells: ab, detected: map[string]string{"delimiter": "^"}},
		{name: "blanks after the delimiter", text: "a, b\n1, x\n2, y\n3, z\n", columns: []string{"a", "b"}, cells: ab, detected: map[string]string{"delimiter": ", "}},
		{name: "quotes after blanks", text: "a, b\n1, \"x, y\"\n2,z\n", columns: []string{"a", "b"}, cells: [][]string{{"1", "x, y"}, {"2", "z"}}},
		{name: "single quotes", text: "a,b\n1,'x, y'\n2,'it''s'\n3,'z'\n", columns: []string{"a", "b"}, detected: map[string]string{"quote": "'"},
			cells: [][]string{{"1", "x, y"}, {"2", "it's"}, {"3", "z"}}},
		{name: "apostrophes are no quotes", text: "a,b\n1,Rock 'n' Roll\n2,O'Neil\n3,it's\n", columns: []string{"a", "b"}, detected: map[string]string{"quote": `"`},
			cells: [][]string{{"1", "Rock 'n' Roll"}, {"2", "O'Neil"}, {"3", "it's"}}},
		{name: "backslashes before quotes", text: "a,b\n1,\"say \\\"hi\\\", Bob\"\n2,\"x\\\\y\"\n3,\\N\n", columns: []string{"a", "b"}, detected: map[string]string{"escape": `\`},
			cells: [][]string{{"1", `say "hi", Bob`}, {"2", `x\y`}, {"3", `\N`}}},
		{name: "backslashes pinned, nothing quoted", text: "a,b\n1,x\\,y\n2,line\\\nend\n", opt: connectors.Options{Escape: `\`, Quote: "none", Delimiter: ","},
			columns: []string{"a", "b"}, cells: [][]string{{"1", "x,y"}, {"2", "line\nend"}}, rules: []string{"csv.line_ends_in_cells"}},
		{name: "mixed line ends", text: "a,b\r\n1,x\n2,y\r\n3,z\r\n", columns: []string{"a", "b"}, cells: ab, detected: map[string]string{"line_end": "crlf"}, rules: []string{"csv.mixed_line_ends"}},
		{name: "carriage returns alone, too", text: "a,b\r1,x\n2,y\r3,z\r\n", columns: []string{"a", "b"}, cells: ab, detected: map[string]string{"line_end": "cr"}, rules: []string{"csv.mixed_line_ends"}},
		{name: "line ends in cells without quotes", text: "1\t7\tok\t5\n2\t7\tgood\nbut\nexpensive\nreally\n\nso\t4\n3\t8\tbad\nfar\ntoo\nmuch\tx\n", opt: connectors.Options{NoHeader: true},
			columns: []string{"c1", "c2", "c3", "c4"}, rules: []string{"csv.line_ends_in_cells"},
			cells: [][]string{{"1", "7", "ok", "5"}, {"2", "7", "good\nbut\nexpensive\nreally\n\nso", "4"}, {"3", "8", "bad\nfar\ntoo\nmuch", "x"}}},
		{name: "rows end with a delimiter", text: "a;b\n1;x;\n2;y;\n3;z;\n", columns: []string{"a", "b"}, cells: ab, rules: []string{"csv.trailing_delimiter"}},
		{name: "all rows but one", text: "a;b\n" + lines("#;x;\n", 30) + "13;y\n14;y;z\n", columns: []string{"a", "b"}, rules: []string{"csv.trailing_delimiter"},
			cells: append(strings2("#", "x", 30), []string{"! 3 fields expected, 2 found"}, []string{"! 3 fields expected, 3 found"})},
		{name: "the header ends with a delimiter", text: "a;b;\n1;x\n2;y\n3;z\n", columns: []string{"a", "b"}, cells: ab, rules: []string{"csv.trailing_delimiter"}},
		{name: "most rows end early", text: "a;b;c;d\n1;x\n2;y\n3;z;u\n4;v\n5;w;1;2\n6;q\n", columns: []string{"a", "b", "c", "d"}, rules: []string{"csv.short_rows"},
			cells: [][]string{{"1", "x", "", ""}, {"2", "y", "", ""}, {"3", "z", "u", ""}, {"4", "v", "", ""}, {"5", "w", "1", "2"}, {"6", "q", "", ""}}},
		{name: "one row ends early", text: "a;b;c\n" + lines("#;x;y\n", 8) + "9;x\n", columns: []string{"a", "b", "c"}, cells: append(strings3("#", "x", "y", 8), []string{"! 3 fields expected, 2 found"})},
		{name: "a header of two lines", text: ";;2023;;2024;\nNo;Name;Qty;Amount;Qty;Amount\n1;x;2;3;4;5\n2;y;6;7;8;9\n", columns: []string{"No", "Name", "2023 Qty", "2023 Amount", "2024 Qty", "2024 Amount"},
			cells: [][]string{{"1", "x", "2", "3", "4", "5"}, {"2", "y", "6", "7", "8", "9"}}, opt: connectors.Options{HeaderRows: 2}},
		{name: "a header of two lines, found out", text: "No;Name;Year before;;This year;\n;;Qty;Amount;Qty;Amount\n1;x;2;3;4;5\n2;y;6;7;8;9\n", rules: []string{"csv.two_line_header"},
			columns: []string{"No", "Name", "Year before Qty", "Year before Amount", "This year Qty", "This year Amount"}, cells: [][]string{{"1", "x", "2", "3", "4", "5"}, {"2", "y", "6", "7", "8", "9"}}},
		{name: "lines around the table", text: "Sales report\nPrinted: 3 May\n\nNo;Name;Sum\n1;x;2\n2;y;3\n3;z;4\n\nTotal: 9\n(3 rows)\n", columns: []string{"No", "Name", "Sum"},
			cells: [][]string{{"1", "x", "2"}, {"2", "y", "3"}, {"3", "z", "4"}}, detected: map[string]string{"skip": "3", "footer": "3"}, rules: []string{"csv.lines_above_header", "csv.lines_below_table"}},
		{name: "lines below, pinned", text: "No;Name\n1;x\n2;y\n3;z\nA;B\n", opt: connectors.Options{Footer: 1}, columns: []string{"No", "Name"}, cells: ab, rules: []string{"csv.lines_below_table"}},
		{name: "no lines below, pinned", text: "No;Name\n1;x\n2;y\n3;z\n\nTotal: 3;\n", opt: connectors.Options{Footer: -1}, columns: []string{"No", "Name"},
			cells: append(ab[:3:3], []string{"Total: 3", ""}), rules: []string{"csv.blank_lines"}},
		{name: "a delimiter that is not there", text: "No;Name\n1;x\n", opt: connectors.Options{Delimiter: "|"}, columns: []string{"No;Name"}, cells: [][]string{{"1;x"}}, rules: []string{"csv.delimiter_absent"}},
		{name: "a last row that was cut off", text: "No;Name;Sum\n1;x;2\n2;y;3\n3;Mill", columns: []string{"No", "Name", "Sum"}, cells: [][]string{{"1", "x", "2"}, {"2", "y", "3"}, {"! 3 fields expected, 2 found"}}},
		{name: "letters that became question marks", text: "No;Name\n1;M?ller\n2;Sch?fer\n3;J?rgen\n4;see http://x.example/a?b=1\n", columns: []string{"No", "Name"}, rules: []string{"csv.destroyed_text"},
			cells: [][]string{{"1", "M?ller"}, {"2", "Sch?fer"}, {"3", "J?rgen"}, {"4", "see http://x.example/a?b=1"}}},
		{name: "letters that became U+FFFD", text: "No;Name\n1;M\uFFFDller\n", columns: []string{"No", "Name"}, cells: [][]string{{"1", "M\uFFFDller"}}, rules: []string{"csv.destroyed_text"}},
		{name: "questions", text: "No;Name\n1;Why?\n2;Who? Me\n3;What?!\n", columns: []string{"No", "Name"}, cells: [][]string{{"1", "Why?"}, {"2", "Who? Me"}, {"3", "What?!"}}},
		{name: "NUL", text: "No;Name\n1;a\x00b\n2;c\n", columns: []string{"No", "Name"}, cells: [][]string{{"1", "a\x00b"}, {"2", "c"}}, rules: []string{"csv.nul"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := written(t, "t.csv", tc.text)
			table, rows := read(t, path, tc.opt)
			if !slices.Equal(table.Columns, tc.columns) {
				t.Errorf("columns %q, want %q", table.Columns, tc.columns)
			}
			if got := grid(rows); !reflect.DeepEqual(got, tc.cells) {
				t.Errorf("cells\n%q\nwant\n%q", got, tc.cells)
			}
			for k, want := range tc.detected {
				if got := table.Detected[k].Value; got != want {
					t.Errorf("detected %s %q, want %q", k, got, want)
				}
			}
			if got := rulesOf(table); !slices.Equal(got, tc.rules) {
				t.Errorf("rules %q, want %q: %+v", got, tc.rules, table.Findings)
			}
			connectortest.Run(t, csvfile.Open, connectortest.Fixture{Path: path, Options: tc.opt})
		})
	}
}

func strings2(a, b string, n int) (out [][]string) {
	for i := range n {
		out = append(out, []string{strings.ReplaceAll(a, "#", fmt.Sprint(i+1)), b})
	}
	return out
}

func strings3(a, b, c string, n int) (out [][]string) {
	for _, r := range strings2(a, b, n) {
		out = append(out, append(r, c))
	}
	return out
}

func TestMissingCells(t *testing.T) {
	_, rows := read(t, written(t, "t.csv", "a;b;c\n1\n2;x\n3\n4\n5\n6;y;z\n"), connectors.Options{Delimiter: ";"})
	for i, want := range [][]int{{1, 2}, {2}, {1, 2}, {1, 2}, {1, 2}, nil} {
		if !slices.Equal(rows[i].Missing, want) {
			t.Errorf("row %d lacks %v, want %v", i+1, rows[i].Missing, want)
		}
	}
}

// What stands apart is told with its line and its text.
func TestLinesApart(t *testing.T) {
	table, _ := read(t, written(t, "t.csv", "Account 12345678\nNo;Name;Sum\n1;x;2\n2;y;3\n3;z;4\n\nTotal of all: 9\n"), connectors.Options{})
	var got []string
	for _, f := range table.Findings {
		got = append(got, fmt.Sprint(f.Rule, " ", f.Line, " ", f.Raw, " ", f.Personal))
	}
	if want := []string{"csv.lines_above_header 1 Account 12345678 true", "csv.lines_below_table 7 Total of all: 9 false"}; !slices.Equal(got, want) {
		t.Errorf("findings %q, want %q", got, want)
	}
}

func TestRefusedOptions(t *testing.T) {
	path := written(t, "t.csv", "a,b\n1,2\n")
	for _, opt := range []connectors.Options{
		{Quote: "::"}, {Escape: "ab"}, {Delimiter: `"`}, {Delimiter: "a\nb"}, {Widths: []int{3, 0}}, {Encoding: "shift_jis", Delimiter: "|"},
		{Encoding: "windows-1252", Delimiter: "番"},
	} {
		var advice *record.Advice
		if _, err := csvfile.Open(t.Context(), path, opt); !errors.Is(err, connectors.ErrUnsupported) || !errors.As(err, &advice) {
			t.Errorf("%+v: %v, want ErrUnsupported with a remedy", opt, err)
		}
	}
}

// The end of a file that is larger than what is looked at first has a footer, too, in any encoding.
func TestLargeFilesHaveFooters(t *testing.T) {
	text := "No;Name;Ort\n" + lines("#;Müller;Köln am Rhein und darüber hinaus\n", 40_000) + "\nTotal of all: 40000 rows\n"
	wide := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	for name, enc := range map[string]func() ([]byte, error){
		"utf-8":        func() ([]byte, error) { return []byte(text), nil },
		"windows-1252": func() ([]byte, error) { return charmap.Windows1252.NewEncoder().Bytes([]byte(text)) },
		"utf-16le":     func() ([]byte, error) { return wide.NewEncoder().Bytes([]byte(text)) },
	} {
		data, err := enc()
		if err != nil {
			t.Fatal(err)
		}
		table, rows := read(t, written(t, "t.csv", string(data)), connectors.Options{})
		if len(rows) != 40_000 || table.Detected["encoding"].Value != name || table.Detected["footer"].Value != "2" {
			t.Fatalf("%s: %d rows, %+v", name, len(rows), table.Detected)
		}
		if last := rows[39_999]; last.Cells[0] != "40000" || last.Cells[1] != "Müller" || last.Line != 40_001 {
			t.Errorf("%s: last row %+v", name, last)
		}
	}
}

// Offsets lead to a row's bytes in the unpacked file.
func TestOffsets(t *testing.T) {
	text := "a;b\r\n" + lines("#;\"x\"\"y\nz\"\r\n", 500) + "501;damaged;row\r\n"
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{"t.csv": text, "t.csv.gz": packed.String()} {
		_, rows := read(t, written(t, name, data), connectors.Options{BatchBytes: 700})
		for i, r := range rows {
			if !strings.HasPrefix(text[r.Offset:], fmt.Sprint(i+1, ";")) {
				t.Fatalf("%s: row %d is said to stand at %d, where %q is", name, i+1, r.Offset, text[r.Offset:r.Offset+5])
			}
		}
		if last := rows[500]; string(last.Raw) != "501;damaged;row" || last.Line != 1002 {
			t.Errorf("%s: %+v", name, last)
		}
	}
}

// TestHowSureADelimiterIs: what stands in cells only, as colons do in times, is no rival of the one that splits the header.
func TestHowSureADelimiterIs(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		sure bool
	}{
		"times":     {"id,begin,end,text\n" + lines("#,1996-07-04 00:00:00.000,1996-07-05 12:30:00.000,a\n", 20), true},
		"lists":     {"id,name,hours\n" + lines("#,x,8-12;13-17;8-12;13-17\n", 20), true},
		"two alike": {"a;b,c\n" + lines("#;2,5\n", 20), false},
	} {
		src, err := csvfile.Open(t.Context(), written(t, "t.csv", c.text), connectors.Options{})
		if err != nil {
			t.Fatal(err)
		}
		tables, err := src.Tables(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		d := tables[0].Detected["delimiter"]
		if unsure := slices.Contains(rulesOf(tables[0]), "csv.delimiter_unsure"); unsure == c.sure || c.sure && d.Confidence < 0.9 {
			t.Errorf("%s: %+v, said to be unsure: %v", name, d, unsure)
		}
	}
}

// TestADatevFileIsPlainlyRead: the line of another width above its header makes no delimiter doubtful.
func TestADatevFileIsPlainlyRead(t *testing.T) {
	first := `"EXTF";700;21;"Buchungsstapel";9;20180306102500000;;"XY";"";"";1001;456;20180101;4` + "\r\n"
	header := "Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;WKZ Umsatz, Kurs;Konto;Belegdatum;Buchungstext\r\n"
	row := "100,5;\"S\";;1200;0101;\"Honorar, Teil #\"\r\n"
	for name, text := range map[string]string{
		"one row": first + header + lines(row, 1), "two rows": first + header + lines(row, 2), "twenty rows": first + header + lines(row, 20),
		"no row": first + header, "rows that end otherwise": first + header + lines("100,5;\"S\";;1200;0101;\"a\";;\r\n", 2),
		"another program's": "Export of 1 May; all accounts\n" + "Konto;Name;Ort\n" + lines("#;Huber, Sohn;Bonn\n", 3),
	} {
		src, err := csvfile.Open(t.Context(), written(t, "t.csv", text), connectors.Options{})
		if err != nil {
			t.Fatal(err)
		}
		tables, err := src.Tables(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if d := tables[0].Detected["delimiter"]; d.Value != ";" || d.Confidence < 0.9 {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

// TestNamesThatRepeatAreOneFinding however many columns have them.
func TestNamesThatRepeatAreOneFinding(t *testing.T) {
	src, err := csvfile.Open(t.Context(), written(t, "t.csv", "a,b,a,b,a\n1,2,3,4,5\n6,7,8,9,10\n"), connectors.Options{})
	if err != nil {
		t.Fatal(err)
	}
	tables, err := src.Tables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if fs := tables[0].Findings; len(fs) != 1 || fs[0].Rule != "csv.header_duplicate" || fs[0].Message != "a_2, b_2, a_3: these 3 names stand in the header before" {
		t.Errorf("%+v", fs)
	}
}

// TestALineWithoutEndIsNoEmptyFile: neither a file without line ends nor one of NULs is empty.
func TestALineWithoutEndIsNoEmptyFile(t *testing.T) {
	for text, want := range map[string]string{strings.Repeat("x,y;", 400_000): "no line ends within the first 1024 KiB", strings.Repeat("\x00", 1_500_000): "is no text"} {
		_, err := csvfile.Open(t.Context(), written(t, "t.csv", text), connectors.Options{})
		if err == nil || errors.Is(err, connectors.ErrEmpty) || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q: %v", want, err)
		}
	}
}

func TestAProgramIsNoText(t *testing.T) {
	path := filepath.Join(t.TempDir(), "program.csv")
	data := append([]byte("\x7fELF\x02\x01\x01"), bytes.Repeat([]byte("\x00\x00\x00\x01name;size\n\xff\x10\x02"), 400)...)
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := csvfile.Open(t.Context(), path, connectors.Options{})
	if !errors.Is(err, connectors.ErrUnsupported) || !strings.Contains(err.Error(), "is no text") {
		t.Errorf("opened with %v", err)
	}
	if _, err := csvfile.Open(t.Context(), path, connectors.Options{Encoding: "windows-1252", Delimiter: ";"}); err != nil {
		t.Errorf("pinned, it is refused: %v", err)
	}
}
