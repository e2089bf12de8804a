package mappings

import (
	"fmt"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// program compiles one mapping over the sources of fromEnv.
func program(t *testing.T, from, id, fields string) *Program {
	t.Helper()
	ms := parseAll(t, "mapping: m\nmodel: res.partner\nfrom: "+from+"\nid: "+id+"\nfields: {"+fields+"}\n")
	set, _ := NewSet("x", ms)
	programs, problems := set.Compile(fromEnv)
	if Failed(problems) {
		t.Fatal(show(problems))
	}
	return programs["m"]
}

// rows makes a batch of the table; row numbers go on from first.
func rows(table, columns string, first int, lines ...string) *record.Batch {
	b := batch(table, columns, lines...)
	b.Columns = strings.Split(columns, ",")
	for i := range b.Rows {
		b.Rows[i].Row, b.Rows[i].Line = int64(first+i), int64(first+i+1)
	}
	return b
}

// outcome gathers and applies batches and writes what came of every row.
func outcome(p *Program, batches ...*record.Batch) string {
	var b strings.Builder
	seq := func(yield func(*record.Batch, error) bool) {
		for _, one := range batches {
			if !yield(one, nil) {
				return
			}
		}
	}
	for g := range p.Gather(seq) {
		r := p.Apply(g.Batch)
		for _, rec := range r.Records {
			fmt.Fprintf(&b, "%s %d %s:", rec.Table, rec.Pos.Row, rec.ID)
			for i, f := range rec.Layout.Fields {
				if !rec.Values[i].IsNull() {
					fmt.Fprintf(&b, " %s=%s", f, rec.Values[i].Text())
				}
			}
			b.WriteString("\n")
		}
		for _, f := range g.Folded {
			fmt.Fprintf(&b, "%s %d into %s %d\n", f.Table, f.Row, f.IntoTable, f.Into)
		}
		for _, c := range append(g.Classes, r.Classes...) {
			table := c.Table
			if table == "" {
				table = g.Batch.Table
			}
			fmt.Fprintf(&b, "%s %d %s: %s\n", table, c.Row, c.Class, c.Reason)
		}
		for _, f := range append(g.Findings, r.Findings...) {
			fmt.Fprintf(&b, "! %s %s %d %s %q at %s: %s; %s\n", f.Rule, f.Table, f.Row, f.Column, f.Raw, f.At, f.Message, f.Hint)
		}
	}
	return b.String()
}

func expect(t *testing.T, what, got, want string) {
	t.Helper()
	if want = strings.TrimPrefix(want, "\n"); got != want {
		t.Errorf("%s:\n got:\n%s\nwant:\n%s", what, got, want)
	}
}

// TestJoins reads the marks staging writes: which row was joined, and how many would fit.
func TestJoins(t *testing.T) {
	columns := "NR,V,a.CITY,a.ZIP," + JoinMark("a")
	batch := func() *record.Batch {
		return rows("de", columns, 1, "1,x,Bonn,1O,5 6 1", "2,x,,,", "3,x,Köln,7,8 9 2", "4,out,,,", "5,x,Ulm,9,1 2 1")
	}
	fields := "city: a.CITY, credit_limit: {from: a.ZIP, as: decimal}, name: = upper(src.a.CITY)"
	p := program(t, "{source: de, where: 'src.V != \"out\"', reason: gone, join: [{source: adr, as: a, on: [NR], missing: reject}]}", "m_{NR}", fields)
	expect(t, "a joined row must be there, once", outcome(p, batch()), `
de 5 x.m_5: city=Ulm credit_limit=9 name=ULM
de 1 rejected: "1O" is not a decimal
de 2 rejected: no row of adr fits
de 3 rejected: more than one row of adr fits
de 4 excluded: gone
! map.not_a_decimal de 1 a.ZIP "1O" at test.yaml:5:24: "1O" is not a decimal; letter O for zero?; the cell is in adr, row 5 (line 6)
! map.join_missing de 2 NR "2" at test.yaml:3:66: no row of adr fits; export it, or take missing: null
! map.join_many de 3 NR "3" at test.yaml:3:66: more than one row of adr fits; 2 rows, the first is row 8 (line 9); mend the source, join by more columns, or take many: first or each
`)
	p = program(t, "{source: de, join: [{source: adr, as: a, on: [NR], missing: exclude, many: first}]}", "m_{NR}", "city: a.CITY")
	expect(t, "or the row is left out", outcome(p, batch()), `
de 1 x.m_1: city=Bonn
de 3 x.m_3: city=Köln
de 5 x.m_5: city=Ulm
de 2 excluded: no row of adr fits
de 4 excluded: no row of adr fits
`)
	if r, ok := p.Reading(); !ok || strings.Join(r.Columns, " ") != "a.CITY NR" && strings.Join(r.Columns, " ") != "NR a.CITY" || p.Manifold() {
		t.Errorf("reads %+v", r)
	}
}

// TestEach takes rows apart. Places stay where they are when an element is empty.
func TestEach(t *testing.T) {
	p := program(t, "{source: de, where: 'src.V != \"out\"', reason: gone, each: {column: LIST, by: ';', as: X}}", "m_{NR}_{_each}", "name: {from: X, map: {a: A, b: B, c: C}}")
	expect(t, "a list in a cell", outcome(p, rows("de", "NR,V,LIST", 1, "1,x,a; -;b", "2,x,", "3,x,-", "4,out,a;b", "5,x,a;q;c")), `
de 1 x.m_1_1: name=A
de 1 x.m_1_3: name=B
de 5 x.m_5_1: name=A
de 5 x.m_5_3: name=C
de 2 excluded: nothing in LIST
de 3 excluded: nothing in LIST
de 4 excluded: gone
de 5 rejected: X "q" is not in the value map of name
! map.value_unknown de 5 X "q" at test.yaml:5:10: X "q" is not in the value map of name; add to the map: q: ...
`)
	p = program(t, "{source: de, each: {columns: [T1, T2], as: T}}", "m_{NR}_{_column}", "name: {from: _column, map: {T1: one, T2: two}}, ref: T, comment: = src._each + \". \" + src.T")
	expect(t, "several columns", outcome(p, rows("de", "T2,NR,T1", 1, "b,1,a", "c,2,-", "-,3,")), `
de 1 x.m_1_T1: comment=1. a name=one ref=a
de 1 x.m_1_T2: comment=2. b name=two ref=b
de 2 x.m_2_T2: comment=2. c name=two ref=c
de 3 excluded: nothing in T1, T2
`)
	damaged := rows("de", "NR,T1,T2", 1, "1,a,b")
	damaged.Rows[0].Damage = "ragged"
	expect(t, "a damaged row", outcome(p, damaged), `
de 1 rejected: the row is damaged: ragged
! map.damaged_row de 1  "" at test.yaml: the row is damaged: ragged; 
`)
}

// TestGroup makes one row of many, over the borders of batches and sources.
func TestGroup(t *testing.T) {
	take := func(takes, fields string) *Program {
		return program(t, "{union: [de, {source: fr, columns: {NR: NUM}}], where: 'src.T1 != \"out\"', reason: gone, group: {by: NR, take: {"+takes+"}}}", "m_{NR}", fields)
	}
	p := take(`V: sum, NAME: same, LIST: {join: "+"}, T2: max, ROWS: count`, "a: V, b: NAME, c: LIST, d: T2, e: {from: ROWS, as: integer}")
	columns := "NR,T1,V,NAME,LIST,T2"
	expect(t, "all ways", outcome(p, rows("de", columns, 1, `1,x,0.1,n,a,9`), rows("de", columns, 2, `1,out,5,m,q,99`, `1,x,0.2,n,b,10`), rows("fr", columns, 1, `1,x,,n,,`),
		rows("de", columns, 4, `2,out,1,n,,`, `3,x,,,,2024-01-31`, `3,x,,,,2023-12-31`)), `
de 3 into de 1
de 2 excluded: gone
fr 1 into de 1
de 1 x.m_1: a=0.3 b=n c=a+b d=10 e=3
de 6 into de 5
de 4 excluded: gone
de 5 x.m_3: d=2024-01-31 e=2
`)
	p = take(`V: sum, NAME: same, T2: min, LIST: first`, "a: V, b: NAME, c: T2, d: LIST")
	expect(t, "a group is whole or not at all", outcome(p, rows("de", columns, 1, "1,x,1,n,,1", "1,x,y,n,,1", "2,x,1,n,,", "2,x,1,,,", "3,x,1,n,a,31.12.2024", "4,x,1,n,a,5", "4,x,1,n,a,2024-01-01")), `
de 2 into de 1
de 4 into de 3
de 7 into de 6
de 1 rejected: "y" is not a decimal
de 3 rejected: NAME differs within its group
de 5 rejected: min does not know the order of the values of T2
! map.not_a_decimal de 2 V "y" at test.yaml:3:118: "y" is not a decimal; 
! map.group_differs de 4 NAME "" at test.yaml:3:126: NAME differs within its group; nothing here, "n" in the group's first row; mend the source, or take first, min, max or join
! map.group_order de 5 T2 "31.12.2024" at test.yaml:3:138: min does not know the order of the values of T2; say what they are: {T2: {min: {as: date, layout: dd.MM.yyyy}}}, or as: text
! map.group_order de 7 T2 "2024-01-01" at test.yaml:3:138: min does not know the order of the values of T2; say what they are: {T2: {min: {as: date, layout: dd.MM.yyyy}}}, or as: text
de 6 rejected: min does not know the order of the values of T2
`)
	p = take(`T2: {max: {as: date, layout: dd.MM.yyyy}}, V: {min: {as: text}}`, "a: {from: T2, as: date, layout: dd.MM.yyyy}, b: V")
	expect(t, "declared orders", outcome(p, rows("de", columns, 1, "1,x,9,n,,31.12.2023", "1,x,10,n,,01.01.2024")), `
de 2 into de 1
de 1 x.m_1: a=2024-01-01 b=10
`)
	r, _ := p.Reading()
	if strings.Join(r.GroupBy, " ") != "NR" || len(r.Members) != 2 {
		t.Errorf("reads %+v", r)
	}
}

// TestNullsOfElements: what an element may say for null is told by the source of its row.
func TestNullsOfElements(t *testing.T) {
	set, _ := NewSet("x", parseAll(t, "mapping: m\nmodel: res.partner\nfrom: {union: [s, t], each: {column: LIST, by: ';', as: X}}\nid: m_{_source}_{NR}_{_each}\nfields: {name: X}\n"))
	programs, problems := set.Compile(Env{Nulls: map[string][]string{"s": {"-"}, "t": {"?"}}})
	if Failed(problems) {
		t.Fatal(show(problems))
	}
	expect(t, "elements of two sources", outcome(programs["m"], rows("s", "_source,NR,LIST", 1, "s,1,a;-;?"), rows("t", "_source,NR,LIST", 1, "t,1,a;-;?")), `
s 1 x.m_s_1_1: name=a
s 1 x.m_s_1_3: name=?
t 1 x.m_t_1_1: name=a
t 1 x.m_t_1_2: name=-
`)
}
