package mappings

import (
	"strings"
	"testing"
)

// fromEnv are the sources of the tests about from.
var fromEnv = Env{Columns: map[string][]string{
	"de": {"NR", "NAME", "FAX", "LIST", "T1", "T2", "V"}, "fr": {"NUM", "NAME", "LIST", "T1", "T2", "V"},
	"adr": {"NR", "CITY", "LAND", "ZIP"}, "land": {"CODE", "NAME"}, "dots": {"NR", "a.CITY"}, "marked": {"NR", "NAME", "_source"},
}, Nulls: map[string][]string{"de": {"-"}}}

// fromMistakes are mappings that each have one, as from: and what follows.
var fromMistakes = []struct{ from, rest string }{
	{"from: {where: 'true', reason: x}", ""},
	{"from: [de]", ""},
	{"from: {source: de, union: [de, fr]}", ""},
	{"from: {source: de, where: 'true'}", ""},
	{"from: {union: de}", ""},
	{"from: {union: [de]}", ""},
	{"from: {union: [de, de]}", ""},
	{"from: {union: [de, {columns: {NR: NUM}}]}", ""},
	{"from: {union: [de, {source: fr, columns: {NR: NUM, FAX: NUM}}]}", ""},
	{"from: {source: de, join: {source: adr}}", ""},
	{"from: {source: de, join: [{as: a}]}", ""},
	{"from: {source: de, join: [{source: adr, as: a.b, on: [NR], many: first}]}", ""},
	{"from: {source: de, join: [{source: adr, on: [NR], many: first}, {source: adr, on: [NR], many: first}]}", ""},
	{"from: {source: de, join: [{source: adr, on: {}}]}", ""},
	{"from: {source: de, join: [{source: adr, on: [NR], missing: drop}]}", ""},
	{"from: {source: de, join: [{source: adr, on: [NR], many: all}]}", ""},
	{"from: {source: de, group: {take: {V: sum}}}", ""},
	{"from: {source: de, group: {by: [NR, NR]}}", ""},
	{"from: {source: de, group: {by: NR, take: {NR: first}}}", ""},
	{"from: {source: de, group: {by: NR, take: {V: }}}", ""},
	{"from: {source: de, group: {by: NR, take: {V: mox}}}", ""},
	{"from: {source: de, group: {by: NR, take: {V: join}}}", ""},
	{"from: {source: de, group: {by: NR, take: {V: {first: x}}}}", ""},
	{"from: {source: de, group: {by: NR, take: {V: {sum: {point: ab}}}}}", ""},
	{"from: {source: de, group: {by: NR, take: {V: {min: {layout: yyyy}}}}}", ""},
	{"from: {source: de, group: {by: NR, take: {V: {max: {as: date, layout: qq}}}}}", ""},
	{"from: {source: de, group: {by: NR}, each: {column: LIST, by: ';', as: X}}", ""},
	{"from: {source: de, group: {by: NR}, join: [{source: adr, on: [NR], many: each}]}", ""},
	{"from: {source: de, each: {as: X}}", ""},
	{"from: {source: de, each: {column: LIST, as: X}}", ""},
	{"from: {source: de, each: {column: LIST, columns: [T1, T2], as: X}}", ""},
	{"from: {source: de, each: {columns: [T1, T2], by: ';', as: X}}", ""},
	{"from: {source: de, each: {columns: [T1], as: X}}", ""},
	{"from: {source: de, each: {columns: [T1, T2]}}", ""},
	{"from: {source: de, each: {columns: [T1, T2], as: 'a b'}}", ""},
	{"from: df", ""},
	{"from: {union: [de, fx]}", ""},
	{"from: {source: de, join: [{source: adt, on: [NR]}]}", ""},
	{"from: {union: [de, {source: fr, columns: {NR: NR}}]}", ""},
	{"from: {union: [de, fr]}", ""},
	{"from: {source: de, join: [{source: adr, as: a, on: {NRR: NRX}}]}", "  city: a.CITY\n"},
	{"from: {source: de, join: [{source: adr, as: a, on: [NR]}]}", "  city: a.CITI\n"},
	{"from: {source: de, join: [{source: adr, as: a, on: [NR]}]}", "  city: = src.a.CITI + src.a.CITY\n"},
	{"from: {source: de, join: [{source: adr, as: a, on: [NR]}]}", ""},
	{"from: {source: de, join: [{source: adr, as: a, on: {l.CODE: LAND}}, {source: land, as: l, on: {NAME: NAME}}]}", "  city: a.CITY\n  street: l.NAME\n"},
	{"from: {source: de, join: [{source: adr, as: a, on: [NR], many: each}]}", "  city: a.CITY\n"},
	{"from: {source: de, each: {column: LIST, by: ';', as: X}}", "  city: X\n"},
	{"from: {source: de, each: {column: LISTE, by: ';', as: X}}", "  city: X\n"},
	{"from: {source: de, each: {column: LIST, by: ';', as: NAME}}", ""},
	{"from: {source: de, group: {by: NRR}}", ""},
	{"from: {source: de, group: {by: NR, take: {NAME: first}}}", "  city: FAX\n"},
	{"from: {source: de, group: {by: NR, take: {NAME: first}}}", "  city: = upper(src.FAX)\n"},
	{"from: {source: de, group: {by: [NR, V], take: {NAME: first}}}", ""},
	{"from: {source: de, group: {by: NR, take: {NAME: count}}}", ""},
	{"from: {source: de, group: {by: NR, take: {NAME: first, V: sum}}}", ""},
	{"from: {source: de, group: {by: NR, take: {NAME: first, V: sum}}}", "  credit_limit: {from: V, as: decimal, point: ','}\n"},
	{"from: {source: de, each: {columns: [T1, T2], as: X}}", ""},
	{"from: {source: de, join: [{source: adr, as: a, on: [NR]}]}", "  city: a.CITY\nignore: {a.LAMD: why}\n"},
	{"from: {union: [de, marked]}", ""},
	{"from: {union: [de, {source: fr, columns: {NR: NUM, NAME: T1}}]}", ""},
	{"from: {source: dots, join: [{source: adr, as: a, on: [NR]}]}", "  city: a.CITY\n"},

	{"from: de", "checks: [{name: n, group: [NRR], expect: count() == 1}]"},
	{"from: de", "checks: [{name: n, expect: sum(ref) == 0}]"},
	{"from: de", "checks: [{name: n, expect: sum(V) == 0}]"},
	{"from: de", "  credit_limit: {from: V, as: decimal}\nchecks: [{name: n, expect: sum(V) == 0}, {name: n, expect: sum(VV) == 0}]"},
	{"from: de", "  credit_limit: {from: V, as: decimal}\n  x: {from: V, as: decimal}\nchecks: [{name: n, expect: sum(V) == 0}]"},
	{"from: de", "  lang: {from: V, map: {D: de}}\nchecks: [{name: n, expect: max(V) == '1'}]"},
	{"from: de", "  credit_limit: {from: V, as: decimal}\nchecks: [{name: n, expect: V == 0}]"},
	{"from: de", "  credit_limit: {from: V, as: decimal}\nchecks: [{name: n, expect: avg(V) > 0}]"},
	{"from: de", "  credit_limit: {from: V, as: decimal}\nchecks: [{name: n, expect: 'sum(V, V) > 0'}]"},
	{"from: de", "  credit_limit: {from: V, as: decimal}\nchecks: [{name: n, expect: sum(V * 2) > 0}]"},
	{"from: de", "  credit_limit: {from: V, as: decimal}\nchecks: [{name: n, expect: sum(V)}]"},
	{"from: de", "checks: [{name: n, group: ref, expect: ref != '1'}]"},
	{"from: de", "checks: [{name: n, expect: count() > 1, tolerance: 0.01}]"},
	{"from: de", "checks: [{name: n, expect: count() == 1, tolerance: -1, severity: bad}]"},
	{"from: de", "checks: [{name: n, expect: 'count() =='}]"},
}

// TestFromProblems shows every message about from: and checks:, with its place and hint. testdata/from.golden is what a
// person sees.
func TestFromProblems(t *testing.T) {
	var out strings.Builder
	for _, tt := range fromMistakes {
		problems := lintFrom(tt.from, tt.rest)
		out.WriteString("# " + strings.TrimSpace(tt.from+"  "+strings.ReplaceAll(strings.TrimSpace(tt.rest), "\n", " / ")) + "\n")
		n := 0
		for _, p := range problems {
			if strings.Contains(p.Message, "neither mapped nor ignored") {
				continue // has a test of its own
			}
			n++
			p.Excerpt = ""
			out.WriteString(p.String() + "\n")
		}
		if n == 0 {
			t.Errorf("%s: no problem", tt.from)
		}
		out.WriteString("\n")
	}
	golden(t, "from.golden", []byte(out.String()))
}

// lintFrom is what is said about a mapping with this from: and what follows below its first field.
func lintFrom(from, rest string) []Problem {
	if !strings.HasPrefix(rest, "  ") {
		rest = "  name: NAME\n" + rest
	}
	file := "mapping: m\nmodel: res.partner\n" + from + "\nid: m_{NR}\nfields:\n  ref: NR\n" + rest
	m, problems := Parse("f.yaml", []byte(file))
	if len(problems) == 0 {
		set, _ := NewSet("x", []*Mapping{m})
		_, problems = set.Compile(fromEnv)
	}
	return problems
}
