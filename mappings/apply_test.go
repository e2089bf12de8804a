package mappings

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// one compiles a mapping with the single field rule given, over the columns A, B and C.
func one(t *testing.T, rule string, env Env) *Program {
	t.Helper()
	ms := parseAll(t, "mapping: m\nmodel: res.partner\nfrom: s\nid: m_{ID}\nfields:\n  f: "+rule+"\n",
		"mapping: other\nmodel: res.partner\nfrom: o\nid: other_{X}_{Y}\nfields: {name: X}\n",
		"mapping: simple\nmodel: res.partner\nfrom: o\nid: s-{X}\nfields: {name: X}\n")
	set, problems := NewSet("legacy", ms)
	if len(problems) > 0 {
		t.Fatal(rule, show(problems))
	}
	programs, problems := set.Compile(env)
	if Failed(problems) || programs["m"] == nil {
		t.Fatal(rule, show(problems))
	}
	return programs["m"]
}

func TestFieldRules(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ rule, a, b, want string }{
		{`A`, "x", "", "text x"},
		{`A`, " x ", "", "text  x "},
		{`A`, "", "", "null"},
		{`A`, "NULL", "", "null"},
		{`{from: A, do: [trim]}`, "  ", "", "null"},
		{`{from: A, do: [squeeze, title]}`, " obere   STR. ", "", "text Obere Str."},
		{`{from: A, do: [digits, strip_zeros]}`, "00-12/3", "", "text 123"},
		{`{from: A, do: [upper]}`, "é", "", "text É"},
		{`{from: A, do: nfc}`, "e\u0301", "", "text é"},

		{`{from: A, as: decimal}`, "0012.50", "", "number 12.5"},
		{`{from: A, as: decimal}`, " 12 ", "", "number 12"},
		{`{from: A, as: decimal, point: ",", group: "."}`, "-1.234.567,80", "", "number -1234567.8"},
		{`{from: A, as: decimal, point: ",", group: "."}`, "1234,5", "", "number 1234.5"},
		{`{from: A, as: decimal, group: " "}`, "1 234.5", "", "number 1234.5"},
		{`{from: A, as: decimal, point: ",", group: "."}`, "1.5", "", `! map.not_a_decimal "1.5" is not a decimal; a point where point: "," is declared`},
		{`{from: A, as: decimal, point: ","}`, "1.5", "", `! map.not_a_decimal "1.5" is not a decimal; a point where point: "," is declared`},
		{`{from: A, as: decimal}`, "1,5", "", `! map.not_a_decimal "1,5" is not a decimal; decimal comma? declare point: "," and group: "."`},
		{`{from: A, as: decimal}`, "1,234.50", "", `! map.not_a_decimal "1,234.50" is not a decimal; grouped by commas? declare group: ","`},
		{`{from: A, as: decimal}`, "12.5O", "", `! map.not_a_decimal "12.5O" is not a decimal; letter O for zero?`},
		{`{from: A, as: decimal}`, "12.50-", "", `! map.not_a_decimal "12.50-" is not a decimal; the minus sign stands behind the number`},
		{`{from: A, as: decimal}`, "12.50 EUR", "", `! map.not_a_decimal "12.50 EUR" is not a decimal; a currency or unit beside the number?`},
		{`{from: A, as: decimal, zero: null}`, "0.00", "", "null"},
		{`{from: A, as: decimal}`, "0.00", "", "number 0"},
		{`{from: A, as: integer}`, "7.0", "", "number 7"},
		{`{from: A, as: integer}`, "7.5", "", `! map.not_an_integer "7.5" is not a whole number`},
		{`{from: A, as: boolean}`, "Yes", "", "boolean true"},
		{`{from: A, as: boolean}`, "n", "", "boolean false"},
		{`{from: A, as: boolean}`, "x", "", "boolean true"},
		{`{from: A, as: boolean, map: {"": false, x: true}}`, "", "", "boolean false"},
		{`{from: A, as: boolean}`, "J", "", `! map.not_a_boolean "J" is not a boolean; declare the words: map: {J: true, N: false}`},
		{`{from: A, as: boolean, map: {J: true, N: false}}`, "J", "", "boolean true"},

		{`{from: A, as: date, layout: yyyyMMdd}`, "19960704", "", "date 1996-07-04"},
		{`{from: A, as: date, layout: [yyyyMMdd, dd.MM.yyyy]}`, "04.07.1996", "", "date 1996-07-04"},
		{`{from: A, as: date, layout: d.M.yyyy}`, "4.12.1996", "", "date 1996-12-04"},
		{`{from: A, as: date, layout: dd-MMM-yyyy}`, "04-JUL-1996", "", "date 1996-07-04"},
		{`{from: A, as: date}`, "2024-02-29", "", "date 2024-02-29"},
		{`{from: A, as: date}`, "2023-02-29", "", `! map.not_a_date "2023-02-29" is not a date (yyyy-MM-dd)`},
		{`{from: A, as: date}`, "04.07.1996", "", `! map.not_a_date "04.07.1996" is not a date (yyyy-MM-dd); layout dd.MM.yyyy?`},
		{`{from: A, as: date}`, "04/07/1996", "", `! map.not_a_date "04/07/1996" is not a date (yyyy-MM-dd); layout dd/MM/yyyy or MM/dd/yyyy?`},
		{`{from: A, as: date, layout: yyyyMMdd}`, "00000000", "", `! map.not_a_date "00000000" is not a date (yyyyMMdd); zero: null takes it as no date`},
		{`{from: A, as: date, layout: yyyyMMdd, zero: null}`, "00000000", "", "null"},
		{`{from: A, as: date, layout: yyyy-dd-MM}`, "1996-04-07", "", "date 1996-07-04"},
		{`{from: A, as: datetime, layout: "yyyy-MM-dd HH:mm:ss.SSS"}`, "1996-07-04 00:30:00.000", "", "datetime 1996-07-03 22:30:00"},
		{`{from: A, as: datetime}`, "1996-01-04T10:00:00", "", "datetime 1996-01-04 09:00:00"},
		{`{from: A, as: datetime}`, "1996-03-31 02:30:00", "", `! map.not_a_datetime "1996-03-31 02:30:00" is not a time that existed in Europe/Berlin; the clocks were put forward then`},
		{`{from: A, as: binary}`, "aGVsbG8=", "", "binary aGVsbG8="},
		{`{from: A, as: binary}`, "0x1", "", `! map.not_base64 "0x1" is not base64`},

		{`{from: A, map: {D: de_DE, E: en_US}}`, "D", "", "text de_DE"},
		{`{from: A, map: {D: de_DE, E: null}}`, "E", "", "null"},
		{`{from: A, map: {D: de_DE}, else: null}`, "F", "", "null"},
		{`{from: A, map: {D: de_DE}, else: keep}`, "F", "", "text F"},
		{`{from: A, map: {D: de_DE}, else: xx}`, "F", "", "text xx"},
		{`{from: A, map: {Germany: de_DE}, else: reject}`, "Germnay", "", `! map.value_unknown A "Germnay" is not in the value map of f; did you mean "Germany"? add to the map: Germnay: de_DE`},
		{`{from: A, map: {"0": no, "1": "yes"}}`, "2", "", `! map.value_unknown A "2" is not in the value map of f; add to the map: "2": ...`},

		{`{from: A, find: res.country.code}`, "DE", "", "link res.country[code=DE]"},
		{`{from: A, find: res.country.name}`, "A[b]=c", "", "link res.country[name=A%5Bb%5D%3Dc]"},
		{`{from: A, find: res.country.code, map: {UK: GB, X: {xmlid: base.de}}}`, "UK", "", "link res.country[code=GB]"},
		{`{from: A, find: res.country.code, map: {UK: GB, X: {xmlid: base.de}}}`, "X", "", "link base.de"},
		{`{from: A, find: res.country.code}`, "", "", "null"},
		{`{from: A, find: res.country.code, default: DE}`, "", "", "link res.country[code=DE]"},
		{`{from: A, find: res.partner.category.name, split: ";"}`, "b; a;;b", "", "links res.partner.category[name=a],res.partner.category[name=b]"},
		{`{from: A, as: xmlid}`, "base.de", "", "link base.de"},
		{`{from: A, as: xmlid, map: {EA: uom.product_uom_unit}}`, "EA", "", "link uom.product_uom_unit"},
		{`{from: A, as: xmlid}`, "base de", "", `! map.not_an_external_id "base de" is not an external id; such as base.main_company`},
		{`{from: A, ref: simple}`, "K 1", "", "link legacy.s-K-201"},
		{`{from: A, ref: simple, do: [trim]}`, " K ", "", "link legacy.s-K"},
		{`{from: [A, B], ref: other}`, "1_2", "3_4", "link legacy.other_1-5f2_3_4"},
		{`{from: [A, B], ref: other}`, "1", "", "null"},
		{`{from: A, ref: m}`, "9", "", "link legacy.m_9"},

		{`{value: []}`, "", "", "links "},
		{`{value: [{xmlid: base.b}, {xmlid: base.a}]}`, "", "", "links base.a,base.b"},
		{`{value: {find: account.journal.code, key: MISC}}`, "", "", "link account.journal[code=MISC]"},
		{`{value: {xmlid: base.main_company}}`, "", "", "link base.main_company"},
		{`{value: true}`, "", "", "boolean true"},
		{`{value: 007}`, "", "", "number 7"},
		{`{value: "007"}`, "", "", "text 007"},
		{`{value: 2024-01-31, as: date}`, "", "", "date 2024-01-31"},

		{`{from: A, default: none}`, "", "", "text none"},
		{`{from: A, missing: reject}`, "", "", "! map.required f needs a value, and A is empty"},
		{`{from: A, missing: reject, default: none}`, "", "", "text none"},

		{`= num(src.A) * 100`, "0.15", "", "number 15"},
		{`= num(src.A) / num(src.B)`, "1", "0", "! map.expression division by zero"},
		{`= num(src.A) + 1`, "", "", "! map.expression null in +; coalesce(value, other) says what stands for a null"},
		{`= src.A == "x"`, "x", "", "boolean true"},
		{`= join(compact([src.A, src.B]), " ")`, "", "", "null"},
		{`= date(src.A, "yyyyMMdd")`, "19960704", "", "date 1996-07-04"},
		{`{from: '= left(src.A, 2)', find: res.country.code}`, "DEU", "", "link res.country[code=DE]"},
		{`{from: '= src.A == "x" ? 1 : 2', as: integer}`, "y", "", "number 2"},
		{`{from: '= num(src.A)', as: integer}`, "1.5", "", `! map.not_an_integer "1.5" is not a whole number`},
		{`{from: '= src.A', as: date, layout: yyyyMMdd}`, "19960704", "", "date 1996-07-04"},
		{`{from: '= upper(src.A)', map: {D: de_DE}}`, "d", "", "text de_DE"},
		{"|-\n    = src.A == \"1\"\n      ? \"one\"\n      : \"other\"", "1", "", "text one"},
	}
	for _, tt := range tests {
		p := one(t, tt.rule, Env{Columns: map[string][]string{"s": {"ID", "A", "B"}, "o": {"X", "Y"}}, Nulls: map[string][]string{"s": {"NULL"}}, Location: berlin})
		b := &record.Batch{Table: "s", Columns: []string{"B", "ID", "A"}, Rows: []record.Row{{Pos: record.Pos{Row: 7, Line: 8}, Cells: []string{tt.b, "1", tt.a}}}}
		r := p.Apply(b)
		got := ""
		switch {
		case len(r.Records) == 1 && len(r.Classes) == 0 && len(r.Findings) == 0:
			v := r.Records[0].Get("f")
			got = v.Kind().String() + " " + v.Text()
			if v.IsNull() {
				got = "null"
			} else if v.Kind() != p.Kinds()[0] {
				t.Errorf("%s: the value is a %s, the program says %s", tt.rule, v.Kind(), p.Kinds()[0])
			}
		case len(r.Records) == 0 && len(r.Classes) == 1 && len(r.Findings) == 1:
			f := r.Findings[0]
			got = strings.TrimSuffix("! "+f.Rule+" "+f.Message+"; "+f.Hint, "; ")
			if f.Table != "s" || f.Row != 7 || f.Line != 8 || f.Mapping != "m" || f.At != "test.yaml:6:3" || f.Record != "legacy.m_1" || f.Severity != record.Error {
				t.Errorf("%s: the finding does not say where: %+v", tt.rule, f)
			}
		default:
			got = describe(r)
		}
		if got != tt.want {
			t.Errorf("%s with A=%q B=%q:\n got %s\nwant %s", tt.rule, tt.a, tt.b, got, tt.want)
		}
	}
}

// TestWholeNumberFields: a field of whole numbers takes no others, also where the text is said to be a decimal.
func TestWholeNumberFields(t *testing.T) {
	set, _ := NewSet("legacy", parseAll(t, head+"  color: {from: A, as: decimal, point: ','}\n"))
	programs, problems := set.Compile(Env{Schema: partnerSchema()})
	if len(problems) > 0 {
		t.Fatal(show(problems))
	}
	r := programs["m"].Apply(&record.Batch{Table: "s", Columns: []string{"ID", "A"}, Rows: []record.Row{{Cells: []string{"1", "7,0"}}, {Cells: []string{"2", "7,5"}}}})
	if got := describe(r); !strings.Contains(got, "color = number 7\n") || !strings.Contains(got, `map.not_an_integer test.yaml:8:3 A: "7,5" is not a whole number`) {
		t.Error(got)
	}
}

func TestWithin(t *testing.T) {
	ms := parseAll(t, `
mapping: m
model: res.partner
from: s
id: m_{ID}
fields:
  a_state: {from: REGION, find: res.country.state.code, within: country_id}
  country_id: {from: LAND, find: res.country.code}
`)
	set, _ := NewSet("legacy", ms)
	programs, problems := set.Compile(Env{})
	if len(problems) > 0 {
		t.Fatal(show(problems))
	}
	got := describe(programs["m"].Apply(batch("s", "ID,LAND,REGION", "1,US,CA", "2,,CA", "3,CA,")))
	want := `legacy.m_1
  a_state = link res.country.state[code=CA;country_id=res.country[code=US]]
  country_id = link res.country[code=US]
legacy.m_2
  a_state = link res.country.state[code=CA]
legacy.m_3
  country_id = link res.country[code=CA]
`
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// TestConservation: every row of a batch ends in exactly one class, also when nothing of it can be used.
func TestConservation(t *testing.T) {
	ms := parseAll(t, `
mapping: m
model: res.partner
from: {source: s, where: 'num(src.N) > 1', reason: small}
id: m_{ID}
fields: {name: {from: NAME, missing: reject}, f: {from: F, missing: warn}}
`)
	set, _ := NewSet("legacy", ms)
	programs, problems := set.Compile(Env{})
	if len(problems) > 0 {
		t.Fatal(show(problems))
	}
	b := batch("s", "ID,N,NAME,F", "1,2,a,x", "2,1,b,x", "3,,c,x", "4,2,,x", ",2,d,x", "6,2,e,", "7,x,e,f")
	b.Rows = append(b.Rows, record.Row{Pos: record.Pos{Row: 8}, Damage: "ragged"}, record.Row{Pos: record.Pos{Row: 9}, Cells: []string{"9", "2", "short"}})
	r := programs["m"].Apply(b)
	seen := map[int64]string{}
	for _, rec := range r.Records {
		seen[rec.Pos.Row] += "used"
	}
	for _, c := range r.Classes {
		seen[c.Row] += c.Class
	}
	want := []string{"used", "excluded", "rejected", "rejected", "rejected", "used", "rejected", "rejected", "used"}
	for i, w := range want {
		if seen[int64(i+1)] != w {
			t.Errorf("row %d is %q, want %q\n%s", i+1, seen[int64(i+1)], w, describe(r))
		}
	}
	r = programs["m"].Apply(batch("s", "ID,N,NAME", "1,2,a", "2,3,b"))
	if len(r.Records) != 0 || len(r.Classes) != 2 || len(r.Findings) != 1 || r.Findings[0].Severity != record.Blocker ||
		r.Findings[0].Message != "the source has no column F" {
		t.Errorf("a batch without a column that is needed: %s", describe(r))
	}
}

// TestConcurrent: the result of a batch depends on nothing but the batch.
func TestConcurrent(t *testing.T) {
	set, env := northwind(t)
	programs, _ := set.Compile(env)
	b := batch("order_details", "discount,orderID,productID,unitPrice,quantity", "0.15,10248,11,14.00,12", "0,10248,42,9.8O,10", "x,1,2,3,4")
	want := describe(programs["order_lines"].Apply(b))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if got := describe(programs["order_lines"].Apply(b)); got != want {
					t.Errorf("got:\n%s\nwant:\n%s", got, want)
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkApply maps a partner of twelve fields of the common kinds; one operation is one record.
func BenchmarkApply(b *testing.B) {
	m, problems := Parse("bench.yaml", []byte(`
mapping: partners
model: res.partner
from: customers
id: cust_{KUNNR}
fields:
  name: NAME1
  ref: KUNNR
  street: {from: STRAS, do: [trim, squeeze]}
  city: ORT01
  zip: PSTLZ
  phone: TELF1
  country_id: {from: LAND1, find: res.country.code}
  parent_id: {from: KONZS, ref: partners}
  lang: {from: SPRAS, map: {D: de_DE, E: en_US}}
  credit_limit: {from: KLIMK, as: decimal, point: ",", group: "."}
  date: {from: ERDAT, as: date, layout: yyyyMMdd, zero: null}
  is_company: {from: KTOKD, as: boolean}
`))
	if len(problems) > 0 {
		b.Fatal(show(problems))
	}
	set, _ := NewSet("legacy", []*Mapping{m})
	programs, problems := set.Compile(Env{})
	if len(problems) > 0 {
		b.Fatal(show(problems))
	}
	rows := make([]string, 5000)
	for i := range rows {
		rows[i] = "0000100234;Alfreds Futterkiste GmbH;Obere Str. 57;Berlin;12209;030-0074321;DE;0000100000;D;1.234,50;19960704;x"
	}
	columns := "KUNNR;NAME1;STRAS;ORT01;PSTLZ;TELF1;LAND1;KONZS;SPRAS;KLIMK;ERDAT;KTOKD"
	in := batch("customers", strings.ReplaceAll(columns, ";", ","))
	for i, row := range rows {
		in.Rows = append(in.Rows, record.Row{Pos: record.Pos{Row: int64(i + 1)}, Cells: strings.Split(row, ";")})
	}
	b.ReportAllocs()
	b.ResetTimer()
	n := 0
	for n < b.N {
		r := programs["partners"].Apply(in)
		if len(r.Records) != len(rows) {
			b.Fatal(describe(r))
		}
		n += len(rows)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
}
