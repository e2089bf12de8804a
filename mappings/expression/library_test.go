package expression

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record"
)

var update = flag.Bool("update", false, "write the functions into docs/MAPPINGS.md anew")

// written is a value as the documentation writes it.
func written(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return strings.ReplaceAll(`"`+v+`"`, "\n", `\n`)
	case []any:
		var all []string
		for _, item := range v {
			all = append(all, written(item))
		}
		return "[" + strings.Join(all, ", ") + "]"
	}
	return fmt.Sprint(v)
}

func evaluate(t *testing.T, source string) (any, error) {
	t.Helper()
	p, problems := Compile(source, Options{})
	if len(problems) > 0 {
		t.Errorf("%s: %v", source, problems)
		return nil, nil
	}
	var m Machine
	v, err := m.Run(p, nil)
	if err == nil && v != nil && p.Type() != Any && !is(v, p.Type()) {
		t.Errorf("%s is %s, and the compiler says %s", source, describe(v), p.Type())
	}
	return v, err
}

// TestExamples: what the documentation shows is so, and every function has an example and a sentence.
func TestExamples(t *testing.T) {
	for _, g := range library {
		for _, e := range g.entries {
			if e.doc == "" || len(e.examples) == 0 && e.name != "nfc" || !strings.HasPrefix(e.usage, e.name+"(") {
				t.Errorf("%s is not documented: %q", e.name, e.usage)
			}
			for _, x := range e.examples {
				if v, err := evaluate(t, x[0]); err != nil || written(v) != x[1] {
					t.Errorf("%s is %s (%v), the documentation says %s", x[0], written(v), err, x[1])
				}
			}
		}
	}
}

// TestDocumentation holds docs/MAPPINGS.md against the tables.
func TestDocumentation(t *testing.T) {
	const file, begin, end = "../../docs/MAPPINGS.md", " -update -->\n", "<!-- end of functions -->"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok1 := strings.Cut(string(data), begin)
	have, after, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatal("the place of the functions is not marked")
	}
	want := "\n" + Documentation() + "\n"
	if *update {
		if err := os.WriteFile(file, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if have != want {
		t.Error("docs/MAPPINGS.md lists other functions: go test ./mappings/expression -update")
	}
}

// TestNulls: a function that is not made for nulls gives null when any of its arguments is null.
func TestNulls(t *testing.T) {
	samples := map[Type]any{Any: "x", Text: "x", Number: record.MustDecimal("1"), Date: Day("2024-01-31"), DateTime: Instant("2024-01-31 00:00:00"), List: []any{}}
	for name, f := range functions {
		if f.nulls {
			continue
		}
		n := max(f.least, 1)
		if f.literal != nil {
			n = 1
		}
		for null := range n {
			args := make([]any, n)
			for i := range args {
				if i != null {
					args[i] = samples[f.takes(i)]
				}
			}
			if v, err := f.run(args...); v != nil || err != nil {
				t.Errorf("%s with null as argument %d: %v, %v", name, null+1, v, err)
			}
		}
	}
}

// TestLibrary: the edges of the functions; the middle is in their examples.
func TestLibrary(t *testing.T) {
	tests := []struct{ source, want string }{
		{`blank([])`, "false"}, {`if_blank(null, 1)`, "1"}, {`if_blank(0, 1)`, "0"}, {`min("b", "a")`, `"a"`}, {`max(1)`, "1"},
		{`collapse_lines("a\r\nb\rc")`, `"a\nb\nc"`}, {`collapse_lines("")`, `""`},
		{`name_case("o'neil")`, `"O'Neil"`}, {`name_case("van dyke")`, `"Van Dyke"`}, {`name_case("MÜLLER-LÜDENSCHEIDT")`, `"Müller-Lüdenscheidt"`}, {`name_case("j.r. mcx")`, `"J.R. Mcx"`},
		{`ascii("Ære ÷ ﬁn")`, `"AEre  fin"`}, {`remove_accents("Ångström")`, `"Angstrom"`}, {`ascii("日本")`, `""`},
		{`slice("abc", 3, 3)`, `"c"`}, {`slice("abc", 4, 9)`, `""`}, {`slice("äöü", 2, 2)`, `"ö"`},
		{`truncate("äöü", 2)`, `"äö"`}, {`truncate("ab cd", 3)`, `"ab"`}, {`truncate("abc", 0)`, `""`},
		{`fits("a\nb", "^b")`, "false"}, {`extract("ab", "(x)?b")`, `""`}, {`replace_re("aaa", "a*?", "-")`, `"-a-a-a-"`}, {`replace_re("ab", "(?P<l>a)", "${l}1")`, `"a1b"`},
		{`item([], 1)`, "null"}, {`item([1, 2], 0)`, "null"}, {`item([1, 2], -2)`, "1"}, {`unique([1, 1.0, "1"])`, `[1, "1"]`}, {`split("", ";")`, `[""]`}, {`sum([num("99999999999999999999"), 1])`, "100000000000000000000"},
		{`round(1.005, 2)`, "1.01"}, {`round(-2.5, 0)`, "-3"}, {`round_even(-2.5, 0)`, "-2"}, {`round_even(3.5, 0)`, "4"}, {`round_even(0.125, 2)`, "0.12"}, {`round_even(0.1250001, 2)`, "0.13"}, {`round_even(7, 2)`, "7"},
		{`round_up(-1.001, 2)`, "-1.01"}, {`round_up(1, 0)`, "1"}, {`round_down(1.999, 0)`, "1"}, {`round_down(-0.5, 0)`, "0"},
		{`floor(2)`, "2"}, {`floor(-0.1)`, "-1"}, {`ceil(0.1)`, "1"}, {`ceil(-0.9)`, "0"}, {`mod(7, 2)`, "1"}, {`mod(-7, 2)`, "-1"}, {`mod(7, -2)`, "1"}, {`mod(5.5, 0.5)`, "0"}, {`mod(8, 3)`, "2"}, {`percent(0.01, 0.01)`, "0.000001"},
		{`excel_date(1)`, "1900-01-01"}, {`excel_date(59)`, "1900-02-28"}, {`excel_date(61)`, "1900-03-01"}, {`excel_date(45322.75)`, "2024-01-31"}, {`excel_date(2958465)`, "9999-12-31"},
		{`format_date(date("0987-03-04"), "yyyy/M/dd")`, `"0987/3/04"`}, {`format_date(date("2024-01-31"), "MM'/'yyyy")`, `"01/2024"`},
		{`add_days(date("2024-01-01"), -1)`, "2023-12-31"}, {`add_months(date("2024-03-31"), -1)`, "2024-02-29"}, {`add_months(date("2023-10-31"), 16)`, "2025-02-28"}, {`add_months(date("2024-01-15"), 12)`, "2025-01-15"},
		{`last_of_month(date("2023-02-28"))`, "2023-02-28"}, {`weekday(date("2024-02-04"))`, "7"}, {`weekday(date("2024-02-05"))`, "1"}, {`days_between(date("2024-03-01"), date("2024-02-28"))`, "-2"},
		{`phone("+33 1 42 68 53 00")`, `"+33142685300"`}, {`phone("0049 30 2345678", "FR")`, `"+49302345678"`}, {`phone_valid("abc", "DE")`, "false"},
		{`vat("DE 136695976", "FR")`, `"DE136695976"`}, {`vat(" ", "DE")`, `""`}, {`vat("U13585627", "at")`, `"ATU13585627"`}, {`vat_valid("136695976")`, "false"},
		{`iban_valid("DE88370400440532013000")`, "false"}, {`iban_bank("DE88370400440532013000")`, "null"}, {`iban_bank("NL91ABNA0417164300")`, `"ABNA"`}, {`iban_branch("FR1420041010050500013M02606")`, `"01005"`}, {`iban_account("FR1420041010050500013M02606")`, `"0500013M026"`},
		{`ean_valid("4006381333932")`, "false"}, {`ean_complete("7351353")`, `"73513537"`}, {`ean_complete("4006381 33393")`, `"4006381333931"`},
		{`first_name("Holm")`, "null"}, {`last_name("Prof. Dr. Ludwig van Beethoven")`, `"van Beethoven"`}, {`first_name("Herr Ludwig van Beethoven")`, `"Ludwig"`}, {`last_name("Charles de Gaulle")`, `"de Gaulle"`}, {`last_name("")`, "null"}, {`last_name("M. Dupont")`, `"Dupont"`}, {`first_name("M. Dupont")`, `"M."`},
		{`salutation("Herr")`, "null"}, {`salutation("MRS Holm")`, `"MRS"`}, {`full_name("van Dyke, Anna")`, `"Anna van Dyke"`},
		{`house_number("Hauptstr. 5-7")`, `"5-7"`}, {`house_number("Hauptstr. 12/3")`, `"12/3"`}, {`house_number("Hauptstraße 12b")`, `"12b"`}, {`street_name("221B Baker Street")`, `"Baker Street"`}, {`house_number("17")`, "null"}, {`street_name("Calle Mayor, 3")`, `"Calle Mayor"`}, {`street_name("17. Juni Straße")`, `"17. Juni Straße"`},
		{`join_lines([])`, `""`}, {`text_to_html("")`, `""`}, {`text_to_html("a\r\n\r\n\r\n<b>")`, `"<p>a</p><p>&lt;b&gt;</p>"`},
		{`strip_tags("a<script>x<y</script><!-- <p>c</p> -->b")`, `"ab"`}, {`strip_tags("1 < 2 &lt; 3")`, `"1 < 2 < 3"`}, {`strip_tags("<p>a\n b</p>\n<ul><li>c</li></ul>")`, `"a b\nc"`}, {`strip_tags("<a href=\"x")`, `""`},
		{`stable_key([null]) == stable_key([""])`, "false"}, {`stable_key([])`, `"e3b0c44298fc1c14"`}, {`short_hash("abc", 64) == sha256("abc")`, "true"},
	}
	for _, tt := range tests {
		if v, err := evaluate(t, tt.source); err != nil || written(v) != tt.want {
			t.Errorf("%s is %s (%v), want %s", tt.source, written(v), err, tt.want)
		}
	}
}

func TestLibraryErrors(t *testing.T) {
	huge := `pad("a", 1000, "a")`
	for range 4 { // a MiB and more from a text of a few hundred letters
		huge = `replace_re(` + huge + `, "a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")`
	}
	tests := []struct{ source, want string }{
		{`min(1, text(2))`, "cannot be put in order"}, {`sum(["1"])`, `sum cannot take the text "1"`}, {`sum([null])`, "sum cannot take null"}, {`unique([[1]])`, "list of lists"},
		{`slice("a", 0, 1)`, "slice counts characters from 1"}, {`slice("a", 1.5, 2)`, "slice counts characters from 1"}, {`truncate("abc", 1, "..")`, `truncate cannot end 1 characters with ".."`},
		{`truncate("a", num("1e9"))`, "not a whole number"}, {huge, "replace_re would make a text of more than 1 MiB"},
		{`join(split(replace(pad("", 1000, ","), ",", pad("", 90, ",")), ","), pad("", 1000, "x"))`, "join would make a text of more than 1 MiB"},
		{`split(replace(pad("", 1000, ","), ",", pad("", 1000, ",")), ",")`, "split would make a list of more than 100,000 values"},
		{`html_escape(replace(pad("", 1000, "&"), "&", pad("", 1000, "&")))`, "html_escape would make a text of more than 1 MiB"},
		{`replace(pad("", 1000, "a"), "a", pad("", 1000, "b")) + "" + replace(pad("", 1000, "a"), "a", pad("", 1000, "b"))`, "+ would make a text of more than 1 MiB"},
		{`num("9e399") * num("9e399")`, "more than 200 digits"}, {`num("1` + strings.Repeat("2", 150) + `") * num("1` + strings.Repeat("2", 150) + `")`, "more than 200 digits"}, {`abs(num("` + strings.Repeat("9", 250) + `"))`, "more than 200 digits"}, {`-num("` + strings.Repeat("9", 250) + `")`, "more than 200 digits"},
		{`round(1, 101)`, "round needs 0 to 100 digits"}, {`round_up(1, -1)`, "round_up needs 0 to 100 digits"}, {`mod(1, 0)`, "division by zero"}, {`1 / 0`, "division by zero"},
		{`excel_date(0)`, "0 is not a serial date of Excel"}, {`excel_date(60)`, "a day that never was"}, {`excel_date(2958466)`, "is not a serial date"},
		{`add_days(date("9999-12-31"), 1)`, "outside the years 1 to 9999"}, {`add_months(date("0001-01-01"), -1)`, "outside the years"}, {`add_days(date("2024-01-01"), 9999999)`, "not a whole number"},
		{`phone("030 2345678")`, `"030 2345678" is not a telephone number: not checked: no country`}, {`phone("12345", "DE")`, "is not a telephone number"},
		{`ean_check_digit("12")`, `"12" is not 7, 11, 12 or 13 digits`}, {`ean_complete("abc")`, "is not 7, 11, 12 or 13 digits"}, {`upc("36000291453")`, `"36000291453" is not a UPC: wrong check digit`},
		{`short_hash("a", 7)`, "short_hash has 8 to 64 digits"}, {`stable_key([[1]])`, "stable_key cannot take a list"}, {`join_lines([[1]])`, "join cannot take a list"},
	}
	for _, tt := range tests {
		if v, err := evaluate(t, tt.source); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s is %s (%v), want the error %q", tt.source, written(v), err, tt.want)
		}
	}
}
