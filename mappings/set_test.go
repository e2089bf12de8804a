package mappings

import (
	"slices"
	"strings"
	"testing"
)

// small writes a mapping with the given name, id and field rules.
func small(name, id, rest string) string {
	return "mapping: " + name + "\nmodel: res.partner\nfrom: s\nid: " + id + "\nfields:\n  name: A\n" + rest
}

func TestSetProblems(t *testing.T) {
	tests := []struct {
		what  string
		files []string
		want  []string // message; hint
	}{
		{"self reference", []string{small("a", "a_{X}", "  parent_id: {from: P, ref: a}\n")}, nil},
		{"twice", []string{small("a", "a_{X}", ""), small("a", "b_{X}", "")}, []string{`mapping "a" is in test.yaml too`}},
		{"unknown", []string{small("partners", "a_{X}", "  p: {from: P, ref: partner}\n")}, []string{`there is no mapping "partner"; did you mean "partners"?`}},
		{"columns", []string{small("a", "a_{X}_{Y}", "  p: {from: P, ref: a}\n")}, []string{`the id of a, a_{X}_{Y}, takes 2 columns, not 1; from: [X, Y]`}},
		{"circle", []string{small("a", "a_{X}", "  p: {from: P, ref: b}\n"), small("b", "b_{X}", "  p: {from: P, ref: c}\n"), small("c", "c_{X}", "  p: {from: P, ref: b}\n")},
			[]string{`mappings refer to each other in a circle: b -> c -> b; leave one of the references out`}},
		{"same ids", []string{small("a", "x_{X}", ""), small("b", "x_{Y}", "")}, []string{`ids of b collide with those of a, x_{X}; give one of them another beginning`}},
		{"lines", []string{small("a", "a_{X}", "lines: {line_ids: {mapping: b}}\n"), small("b", "b_{X}", "  p: {from: P, ref: a}\n")}, nil},
		{"lines without a way back", []string{small("a", "a_{X}", "lines: {line_ids: {mapping: b}}\n"), small("b", "b_{X}", "")},
			[]string{`b are lines of a, but no field refers to it; order_id: {from: ORDER_NO, ref: a}`}},
		{"unknown lines", []string{small("a", "a_{X}", "lines: {line_ids: {mapping: order_line}}\n"), small("order_lines", "b_{X}", "")},
			[]string{`there is no mapping "order_line" for the lines of line_ids; did you mean "order_lines"?`}},
	}
	for _, tt := range tests {
		_, problems := NewSet("legacy", parseAll(t, tt.files...))
		var got []string
		for _, p := range problems {
			got = append(got, strings.TrimSuffix(p.Message+"; "+p.Hint, "; "))
			if p.Line == 0 || p.Excerpt == "" {
				t.Errorf("%s: no place: %+v", tt.what, p)
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.what, got, tt.want)
		}
	}
	if _, problems := NewSet("my.module", parseAll(t, small("a", "a_{X}", ""))); len(problems) != 1 {
		t.Errorf("a module with a dot: %v", problems)
	}
}

func TestOrder(t *testing.T) {
	set, problems := NewSet("legacy", parseAll(t,
		small("orders", "o_{X}", "  p: {from: P, ref: customers}\nlines: {order_line: {mapping: a_lines}}\n"),
		small("a_lines", "l_{X}", "  o: {from: P, ref: orders}\n  p: {from: P, ref: z_products}\n"),
		small("z_products", "p_{X}", "order: 1\n"),
		small("y_first", "y_{X}", "order: -1\n"),
		small("customers", "c_{X}", "  parent_id: {from: P, ref: customers}\n")))
	if len(problems) > 0 {
		t.Fatal(show(problems))
	}
	var got []string
	for _, m := range set.Order() {
		got = append(got, m.Name)
	}
	if want := "y_first customers z_products orders a_lines"; strings.Join(got, " ") != want {
		t.Errorf("got %q, want %s", got, want)
	}
}

func TestIDTemplate(t *testing.T) {
	tests := []struct {
		template string
		values   []string
		want     string // "!..." is an error
	}{
		{"cust_{KUNNR}", []string{"0000100234"}, "cust_0000100234"},
		{"cust_{KUNNR}", []string{"A b.é-_"}, "cust_A-20b-2e-c3-a9-2d_"},
		{"line_{o}_{p}", []string{"1_2", "3_4"}, "line_1-5f2_3_4"},
		{"{a}", []string{"x"}, "x"},
		{"{a}_end", []string{"x"}, "x_end"},
		{"cust", nil, "!the id names no column"},
		{"cust.{a}", nil, `!an id cannot hold "."`},
		{"cust {a}", nil, `!an id cannot hold " "`},
		{"{a}{b}", nil, `!two columns of an id need a "_" between them`},
		{"{a}-{b}", nil, `!two columns of an id need a "_" between them`},
		{"x_{a", nil, `!the id lacks a "}"`},
		{"x_{}", nil, `!the id names no column between its braces`},
	}
	for _, tt := range tests {
		id, err := ParseIDTemplate(tt.template)
		got := ""
		if err != nil {
			got = "!" + err.Error()
		} else {
			got = string(id.Append(nil, tt.values))
		}
		if got != tt.want && (tt.want[0] != '!' || !strings.HasPrefix(got, tt.want)) {
			t.Errorf("%s of %q: got %s, want %s", tt.template, tt.values, got, tt.want)
		}
	}
}

// TestOverlap: where two templates can make one id the shortest such id is found, and it is one that both make.
func TestOverlap(t *testing.T) {
	tests := []struct{ a, b, want string }{
		{"cust_{A}", "vendor_{A}", ""},
		{"cust_{A}", "cust_line_{A}", "cust_line_1"},
		{"cust_{A}", "cust_line-{A}", "cust_line-11"}, // a column writes "-" before two hexadecimal digits only
		{"cust_{A}", "cust_{A}_{B}", "cust_1_1"},
		{"a_{A}_{B}", "a_{A}_{B}_{C}", "a_1_1_1"},
		{"a_{A}_b_{B}", "a_{A}_c_{B}", ""},
		{"{A}", "x_{A}", "x_1"},
		{"a_{A}_x", "a_{A}_y", ""},
		{"a_{A}_x", "a_{A}", "a_1_x"},
		{"a-41{A}", "a{A}", "a-411"},
	}
	for _, tt := range tests {
		a, err1 := ParseIDTemplate(tt.a)
		b, err2 := ParseIDTemplate(tt.b)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		for range 2 {
			if got, ok := a.overlap(b); got != tt.want || ok != (tt.want != "") {
				t.Errorf("%s and %s: got %q, %v, want %q", tt.a, tt.b, got, ok, tt.want)
			}
			a, b = b, a
		}
	}
}

// FuzzIDInjective: different values never share an id, and every id is one that Odoo takes.
func FuzzIDInjective(f *testing.F) {
	f.Add("a", "b_c", "a_b", "c")
	f.Add("-5f", "x", "_", "x")
	f.Add("", "-", "-2d", "")
	id, err := ParseIDTemplate("l_{A}_{B}")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		one, two := string(id.Append(nil, []string{a, b})), string(id.Append(nil, []string{c, d}))
		if (one == two) != (a == c && b == d) {
			t.Errorf("%q %q and %q %q: %s and %s", a, b, c, d, one, two)
		}
		if strings.Trim(one, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != "" {
			t.Errorf("%q %q: illegal id %s", a, b, one)
		}
	})
}

// TestSchemaProblems holds field rules against metadata, one mistake each.
func TestSchemaProblems(t *testing.T) {
	tests := []struct{ rule, want string }{
		{"color: {from: A}", ""},
		{"country_id: {from: A, find: res.country.code}", ""},
		{"category_id: {from: A, find: res.partner.category.name, split: \",\"}", ""},
		{"category_id: {value: []}", ""},
		{"country_id: {value: {find: res.country.code, key: DE}}", ""},
		{"comment: = num(src.A)", ""},
		{"lang: {from: A, map: {D: de_DE}, default: en_US}", ""},
		{"state_id: {from: A, find: res.country.state.code, within: country_id}", "field state_id is narrowed by country_id, which this mapping does not fill; known: autopost, name, state_id"},
		{"country_id: A", "country_id refers to res.country, and the rule does not say which record a value means; find: res.country.name, ref: a mapping, or as: xmlid"},
		{"country_id: {from: A, find: res.country.cod}", `res.country has no field "cod"; did you mean "code"?`},
		{"country_id: {value: {find: res.currency.name, key: EUR}}", "country_id refers to res.country, not to res.currency"},
		{"country_id: {value: DE}", `country_id is a relation: "DE" names no record; {xmlid: module.name} or {find: model.field, key: ...}`},
		{"country_id: {from: A, ref: m}", "country_id refers to res.country, and mapping m makes res.partner"},
		{"street: {from: A, find: res.country.code}", "street is a char: it cannot refer to a record"},
		{"street: {value: {xmlid: base.de}}", "street is no relation: it cannot hold a record"},
		{"display_name: A", "display_name is computed by Odoo and cannot be written"},
		{"commercial_partner_id: {from: A, ref: m}", "commercial_partner_id is computed by Odoo and cannot be written"},
		{"child_ids: A", "child_ids is a one2many: its records have a mapping of their own; lines: {child_ids: {mapping: ...}}"},
		{"create_date: A", "Odoo drops create_date in silence; keep the legacy value in a field of its own or in a note"},
		{"color: {value: 1.5}", `color: "1.5" is not a whole number`},
		{"is_company: {value: perhaps}", `is_company: "perhaps" is not a boolean; declare the words: map: {J: true, N: false}`},
		{"lang: {value: de}", `"de" is no value of the selection lang; known: de_DE, en_GB, en_US`},
		{"date: {from: A, as: decimal}", "as: decimal does not fit date, a date"},
		{"date: = num(src.A)", "date is a date, and the expression makes a number"},
		{"street: {from: A, split: \",\"}", "split makes several values, and street holds one"},
	}
	for _, tt := range tests {
		set, _ := NewSet("legacy", parseAll(t, "mapping: m\nmodel: res.partner\nfrom: s\nid: m_{ID}\nfields:\n  name: A\n  autopost: {value: ask}\n  "+tt.rule+"\n"))
		_, problems := set.Compile(Env{Schema: partnerSchema(), Columns: map[string][]string{"s": {"ID", "A"}}})
		var got []string
		for _, p := range problems {
			got = append(got, strings.TrimSuffix(p.Message+"; "+p.Hint, "; "))
		}
		if strings.Join(got, "\n") != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.rule, strings.Join(got, "\n     "), tt.want)
		}
	}
}

// TestParseProblems holds the grammar against one mistake each.
func TestParseProblems(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "the file is empty"},
		{"just text", "a mapping must be a map of keys"},
		{"mapping: A", "mapping must be a name of small letters, digits and _, not \"A\""},
		{"model: Partner", "model must be the name of an Odoo model"},
		{"version: 2", "unknown version \"2\"; this program reads version 1"},
		{"from: {reason: x}", `from names no source; add source: or union:`},
		{"from: {source: s, where: 'src.A == \"1\"'}", "where leaves rows out without a reason"},
		{"id: cust", "the id names no column"},
		{"match: vat", "match must be a list of keys"},
		{"fields: {a: true}", "true is not a column; write {value: true}"},
		{"fields: {a: }", "field a has no value"},
		{"fields: {a: [A]}", "a field is a column, an expression or a map of keys, not a list"},
		{"fields: {a: {do: trim}}", "field a says neither from which column nor which value"},
		{"fields: {a: {from: A, value: 1}}", "field a has both a column and a constant value"},
		{"fields: {a: {from: [A, B]}}", "several columns need ref"},
		{"fields: {a: {from: A, find: country}}", "find must be an Odoo model and one of its fields, not \"country\""},
		{"fields: {a: {from: A, within: b}}", "within means nothing without find"},
		{"fields: {a: {from: A, else: null}}", "else means nothing without map"},
		{"fields: {a: {from: A, find: a.b.c, ref: x}}", "find and ref both say which record is meant"},
		{"fields: {a: {from: A, as: date, point: ','}}", "point means nothing for as: date"},
		{"fields: {a: {from: A, as: decimal, point: ',', group: ','}}", "point and group are the same character"},
		{"fields: {a: {value: {xmlid: main}}}", `"main" is not an external id`},
		{"fields: {a: {value: {find: a.b}}}", "the constant says how to find a record, but not which"},
		{"fields: {a: {value: 1, missing: reject}}", "missing means nothing beside a constant value"},
		{"fields: {A b: x}", `"A b" is not the name of an Odoo field`},
		{"fields: {a: A}\nfields: {b: B}", `key "fields" stands here a second time`},
		{"after_load: [{call: action_post}]", `an entry of after_load lacks the key "expect"`},
		{"after_load: [{call: _post, expect: 'state == \"x\"'}]", `"_post" is not the name of a public Odoo method`},
		{"after_load: [{call: a, expect: 'state = 1'}]", "the expression cannot be read"},
		{"checks: [{name: n}]", `the check says neither expect nor sql`},
		{"deletes: drop", "deletes must be archive, delete or ignore"},
		{"conflicts: people", "conflicts must be source, odoo, fields or manual"},
		{"order: first", "order must be a whole number"},
		{"fields: &x {a: A}", "anchors and aliases are not part of this format"},
	}
	for _, tt := range tests {
		_, problems := Parse("test.yaml", []byte(tt.text))
		var got []string
		for _, p := range problems {
			if !strings.Contains(p.Message, "a mapping lacks the key") {
				got = append(got, p.Message+"; "+p.Hint)
			}
		}
		if len(got) != 1 || !strings.HasPrefix(got[0], tt.want) {
			t.Errorf("%s:\n got %q\nwant %q", tt.text, got, tt.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("mapping: a\nfields: {a: {from: [A, {b: c}], map: {x: [y]}, else: {}}}\nid: x_{a}_{b}\n")
	f.Add("from: {source: [], where: {}}\nmatch: [{a: }, [b]]\nlines: {x: 1}\nafter_load: [1]\nchecks: {}\nignore: []\n")
	f.Add("id: |\n  x\nfields: >-\n  = a\n")
	f.Fuzz(func(t *testing.T, text string) {
		m, problems := Parse("f.yaml", []byte(text))
		set, more := NewSet("legacy", []*Mapping{m})
		programs, more2 := set.Compile(Env{Schema: partnerSchema(), Columns: map[string][]string{"s": {"A"}}})
		for _, p := range append(append(problems, more...), more2...) {
			_ = p.String()
		}
		if !Failed(problems) && !Failed(more) {
			for _, p := range programs {
				p.Apply(batch("s", "A,B", "1,2", ","))
			}
		}
	})
}
