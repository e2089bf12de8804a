package xlsxfile_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// column makes a workbook with a column of names and one of values, and gives back what was found about the latter.
func column(t *testing.T, name string, values ...any) (connectors.Table, []string) {
	t.Helper()
	path := book(t, "column.xlsx", func(f *excelize.File) {
		put(t, f, "Data", 1, []any{"label", name})
		for i, v := range values {
			put(t, f, "Data", i+2, []any{"row"})
			at := fmt.Sprintf("B%d", i+2)
			switch v := v.(type) {
			case formatted:
				styled(t, f, at, v.format, v.value)
			case nil:
			default:
				must(t, f.SetCellValue("Data", at, v))
			}
		}
	})
	table, rows := read(t, path, connectors.Options{})
	var got []string
	for _, r := range rows {
		got = append(got, r.Cells[1])
	}
	return table, got
}

type formatted struct {
	format string
	value  any
}

func repeat(n int, v any) (out []any) {
	for range n {
		out = append(out, v)
	}
	return out
}

func TestColumnFindings(t *testing.T) {
	zips := []any{10115, 20095, 1067, 80331, 4109, 50667, 60311}
	day := func(v any) formatted { return formatted{"yyyy-mm-dd", v} }
	for name, tc := range map[string]struct {
		column   string
		values   []any
		rule     string // "" for no finding at all
		severity record.Severity
		rows     int64
		at       string
	}{
		"zeros lost from postal codes":        {"Zip", zips, "leading_zeros_lost", record.Warning, 2, "B4"},
		"zeros lost from customer numbers":    {"KundenNr", []any{100234, 98765, 100235, 100300, 100301, 100412}, "leading_zeros_lost", record.Warning, 1, "B3"},
		"the same numbers as amounts":         {"Amount", zips, "", "", 0, ""},
		"numbers that count up":               {"CustomerNo", []any{998, 999, 1000, 1001, 1002, 1003, 1004, 1005}, "", "", 0, ""},
		"codes of one length":                 {"Zip", []any{10115, 20095, 80331, 50667, 60311}, "", "", 0, ""},
		"long numbers of nearly one length":   {"something", append(repeat(20, 40063813), 4006381, 50063813), "leading_zeros_lost", record.Note, 1, "B22"},
		"zeros lost beside texts":             {"anything", []any{"00123", "00456", 789, 12345, "01234"}, "leading_zeros_lost", record.Error, 1, "B4"},
		"numbers beside texts with zeros":     {"anything", []any{"00123", 45678, 45679}, "mixed_codes", record.Warning, 2, "B3"},
		"zeros shown by the format":           {"Zip", []any{formatted{"00000", 1067}, formatted{"00000", 10115}}, "zeros_shown", record.Note, 1, "B2"},
		"more than 15 digits":                 {"EAN", []any{int64(4006381333931), int64(1234567890123456)}, "long_numbers", record.Error, 1, "B3"},
		"exponents as text":                   {"EAN", []any{"4.00638E+12", "4006381333931"}, "exponent_text", record.Error, 1, "B2"},
		"rounded codes":                       {"EAN", []any{int64(4006380000000), int64(4006381333931)}, "rounded_numbers", record.Error, 1, "B2"},
		"round amounts":                       {"population", []any{int64(1400000000000), int64(4006381333931), int64(4006381333932)}, "", "", 0, ""},
		"numbers as text":                     {"price", []any{1.5, 2.5, "3.5", "1,234.50"}, "numbers_as_text", record.Warning, 2, "B4"},
		"codes all of them text":              {"code", []any{"001", "002", "103"}, "", "", 0, ""},
		"texts that look like dates":          {"since", []any{day(45000), day(45001), "31.12.2024", "12/31/24"}, "text_dates", record.Warning, 2, "B4"},
		"a serial number among dates":         {"since", []any{day(45000), day(45001), 39690}, "serial_numbers", record.Warning, 1, "B4"},
		"small numbers among dates":           {"since", []any{day(45000), day(45001), 7}, "", "", 0, ""},
		"29 February 1900":                    {"since", []any{day(45000), day(60)}, "leap_day_1900", record.Warning, 1, "B3"},
		"before the first day":                {"since", []any{day(45000), day(-1)}, "impossible_dates", record.Warning, 1, "B3"},
		"day 0":                               {"since", []any{day(45000), day(0)}, "impossible_dates", record.Warning, 1, "B3"},
		"after the year 9999":                 {"since", []any{day(45000), day(3000000)}, "impossible_dates", record.Warning, 1, "B3"},
		"errors as text":                      {"x", []any{"#N/A", "fine", "#N/A"}, "error_texts", record.Warning, 2, "B2"},
		"ordinary texts, numbers and yes, no": {"x", []any{"a", "b 12", true, false}, "", "", 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			table, _ := column(t, tc.column, tc.values...)
			if tc.rule == "" {
				if len(table.Findings) > 0 {
					t.Errorf("unexpected findings %+v", table.Findings)
				}
				return
			}
			if len(table.Findings) != 1 {
				t.Errorf("findings %q, want one", rules(table.Findings))
			}
			f := finding(t, table, "xlsx."+tc.rule, tc.column)
			if f.Severity != tc.severity || f.Rows != tc.rows || !strings.HasSuffix(f.Message, " the first in "+tc.at) {
				t.Errorf("%+v, want %s, %d rows, first in %s", f, tc.severity, tc.rows, tc.at)
			}
			if f.Severity == record.Error && !strings.Contains(f.Hint, "Export it again") {
				t.Errorf("damage without a remedy: %+v", f)
			}
		})
	}
}

func TestZerosShownByTheFormatAreRead(t *testing.T) {
	_, got := column(t, "Zip", formatted{"00000", 1067}, formatted{"00000", 10115}, formatted{"0", 1067}, formatted{"00000", 1234567}, formatted{"000", -5})
	if want := []string{"01067", "10115", "1067", "1234567", "-5"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestManyRowsAreCounted: findings are drawn from all rows, not from a sample.
func TestManyRowsAreCounted(t *testing.T) {
	values := repeat(3000, 2.5)
	for _, i := range []int{700, 1500, 2990} {
		values[i] = "1,5"
	}
	table, _ := column(t, "price", values...)
	f := finding(t, table, "xlsx.numbers_as_text", "price")
	if f.Rows != 3 || f.Line != 702 || !strings.HasPrefix(f.Message, "3 of 3,000 cells are texts of digits, while 2,997 others are numbers") {
		t.Errorf("%+v", f)
	}
}

// rawSheet replaces the rows of the sheet with the given XML.
func rawSheet(t testing.TB, rows string) string {
	t.Helper()
	path := book(t, "raw.xlsx", func(f *excelize.File) {
		style, err := f.NewStyle(&excelize.Style{NumFmt: 14}) // number 1
		must(t, err)
		must(t, f.SetCellStyle("Data", "A1", "A1", style))
	})
	changePart(t, path, "xl/worksheets/sheet1.xml", func(b []byte) []byte {
		from, to := bytes.Index(b, []byte("<sheetData")), bytes.Index(b, []byte("</sheetData>"))
		return slices.Concat(b[:from], []byte("<sheetData>"+rows), b[to:])
	})
	return path
}

func TestFormulas(t *testing.T) {
	path := rawSheet(t, `
<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" t="inlineStr"><is><t>sum</t></is></c><c r="C1" t="inlineStr"><is><t>blank</t></is></c></row>
<row r="2"><c r="A2"><v>1</v></c><c r="B2"><f t="shared" ref="B2:B4" si="0">A2*2</f><v>2</v></c><c r="C2" t="str"><f>IF(A2,"","x")</f><v></v></c></row>
<row r="3"><c r="A3"><v>2</v></c><c r="B3"><f t="shared" si="0"/><v>4</v></c><c r="C3" t="str"><f>"a&amp;b"</f><v>a&amp;b</v></c></row>
<row r="4"><c r="A4"><v>3</v></c><c r="B4"><f>A4*2</f></c><c r="C4" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>
<row r="5"><c r="C5" t="str"><f>IF(A5,"","x")</f><v></v></c></row>`)
	table, rows := read(t, path, connectors.Options{})
	if want := [][]string{{"1", "2", ""}, {"2", "4", "a&b"}, {"3", "", ""}}; fmt.Sprint(cells(rows)) != fmt.Sprint(want) {
		t.Errorf("rows %q, want %q: a row of empty formulas is none", cells(rows), want)
	}
	if f := finding(t, table, "xlsx.formulas", "sum"); f.Severity != record.Note || f.Message != "3 of 3 cells are formulas; their last calculated values are used, the first in B2" {
		t.Errorf("%+v", f)
	}
	if f := finding(t, table, "xlsx.formula_without_value", "sum"); f.Severity != record.Error || f.Line != 4 || f.Hint == "" {
		t.Errorf("%+v", f)
	}
	if f := finding(t, table, "xlsx.error_cells", "blank"); f.Message != "1 of 2 cells holds an error instead of a value (#DIV/0! 1), read as empty: C4" {
		t.Errorf("%+v", f)
	}
}

func TestOddCells(t *testing.T) {
	path := rawSheet(t, `
<row r="1"><c r="A1" t="inlineStr"><is><t>kind</t></is></c><c t="inlineStr"><is><t>value</t></is></c></row>
<row><c t="inlineStr"><is><t>iso day</t></is></c><c t="d" s="1"><v>2021-01-01</v></c></row>
<row><c t="inlineStr"><is><t>iso time</t></is></c><c t="d"><v>2021-01-01T10:11:12Z</v></c></row>
<row><c t="inlineStr"><is><t>midnight</t></is></c><c t="d"><v>2021-01-01T00:00:00</v></c></row>
<row><c t="inlineStr"><is><t>rich</t></is></c><c t="inlineStr"><is><r><rPr><b/></rPr><t xml:space="preserve">two </t></r><r><t>runs</t></r><rPh sb="0" eb="1"><t>hint</t></rPh></is></c></row>
<row><c t="inlineStr"><is><t>escapes</t></is></c><c t="inlineStr"><is><t>a_x000D__x000a_b_x005F_x0041_ _x00zz_ _xD83D__xDE00_</t></is></c></row>
<row><c t="inlineStr"><is><t>references</t></is></c><c t="inlineStr"><is><t>&lt;&#65;&#x42;&gt;<![CDATA[<&amp;]]><!-- no -->.</t></is></c></row>
<row><c t="inlineStr"><is><t>exponent</t></is></c><c><v>1.5E-3</v></c></row>
<row><c t="inlineStr"><is><t>binary dust</t></is></c><c><v>3.1019999999999999</v></c></row>
<row><c t="inlineStr"><is><t>zeros</t></is></c><c><v>0012.500</v></c></row>
<row><c t="inlineStr"><is><t>minus nothing</t></is></c><c><v>-0</v></c></row>
<row><c t="inlineStr"><is><t>no number</t></is></c><c><v>NaN</v></c></row>
<row><c t="inlineStr"><is><t>true</t></is></c><c t="b"><v>1</v></c></row>
<row r="20"><c r="A20" t="inlineStr"><is><t>far</t></is></c><c r="b20" s="" foo="a>b"><v>7</v></c></row>`)
	_, rows := read(t, path, connectors.Options{})
	want := []string{"2021-01-01", "2021-01-01 10:11:12", "2021-01-01", "two runs", "a\r\nb_x0041_ _x00zz_ 😀", "<AB><&amp;.", "0.0015", "3.102", "12.5", "0", "NaN", "true", "7"}
	for i, r := range rows {
		if i >= len(want) || r.Cells[1] != want[i] {
			t.Errorf("%s: %q, want %q", r.Cells[0], r.Cells[1], want[min(i, len(want)-1)])
		}
	}
	if last := rows[len(rows)-1]; len(rows) != len(want) || last.Line != 20 {
		t.Errorf("%d rows, the last in %d", len(rows), last.Line)
	}
}
