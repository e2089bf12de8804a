package mappings

import (
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// How a source writes numbers and dates holds for every rule that does not say it itself.
func TestStyleOfTheSource(t *testing.T) {
	const text = `mapping: m
model: x.y
from: {source: s, join: [{source: t, on: [A]}]}
id: m_{A}
fields:
  a: {from: A, as: decimal}
  b: {from: A, as: decimal, point: "."}
  c: {from: t.B, as: decimal}
  d: {from: D, as: date}
  e: {from: D, as: date, layout: MM/dd/yyyy}
  f: {from: '= num("1.5")', as: decimal}
`
	m, problems := Parse("m.yaml", []byte(text))
	set, more := NewSet("x", []*Mapping{m})
	programs, wrong := set.Compile(Env{Styles: map[string]Style{"s": {Point: ",", Group: ".", Dates: []string{"dd/MM/yyyy"}}}})
	if problems = append(append(problems, more...), wrong...); len(problems) > 0 {
		t.Fatal(show(problems))
	}
	columns := []string{"A", "D", "t.B", JoinMark("t")}
	r := programs["m"].Apply(&record.Batch{Table: "s", Columns: columns, Rows: []record.Row{{Cells: []string{"1.234", "01/02/2020", "1.234", "1 1 1"}}}})
	if len(r.Records) != 1 {
		t.Fatalf("%+v", r)
	}
	for field, want := range map[string]string{"a": "1234", "b": "1.234", "c": "1.234", "d": "2020-02-01", "e": "2020-01-02", "f": "1.5"} {
		if got := r.Records[0].Get(field).Text(); got != want {
			t.Errorf("%s is %s, want %s", field, got, want)
		}
	}
}

// A sum is taken as the source writes it, and is itself in canonical form.
func TestStyleOfSums(t *testing.T) {
	const text = "mapping: m\nmodel: x.y\nfrom: {source: s, group: {by: [K], take: {A: sum}}}\nid: m_{K}\nfields:\n  a: {from: A, as: decimal}\n"
	m, _ := Parse("m.yaml", []byte(text))
	set, _ := NewSet("x", []*Mapping{m})
	programs, problems := set.Compile(Env{Styles: map[string]Style{"s": {Point: ","}}})
	if len(problems) > 0 {
		t.Fatal(show(problems))
	}
	rows := func(yield func(*record.Batch, error) bool) {
		yield(&record.Batch{Table: "s", Columns: []string{"K", "A"}, Rows: []record.Row{{Cells: []string{"1", "1,5"}}, {Cells: []string{"1", "2,25"}}}}, nil)
	}
	var got []string
	for g, err := range programs["m"].Gather(rows) {
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range programs["m"].Apply(g.Batch).Records {
			got = append(got, r.Get("a").Text())
		}
	}
	if strings.Join(got, " ") != "3.75" {
		t.Errorf("sums %q", got)
	}
}

// stylesThatDiffer are united sources that a rule would have to tell apart.
func stylesThatDiffer() []Problem {
	const text = "mapping: m\nmodel: x.y\nfrom: {union: [s, t]}\nid: m_{A}\nfields:\n  a: {from: A, as: decimal}\n  d: {from: D, as: date}\n  b: {from: A, as: decimal, point: '.'}\n"
	m, _ := Parse("m.yaml", []byte(text))
	set, _ := NewSet("x", []*Mapping{m})
	_, problems := set.Compile(Env{Styles: map[string]Style{"s": {Point: ","}, "t": {Dates: []string{"dd.MM.yyyy"}}}})
	return problems
}

func TestStylesOfAUnion(t *testing.T) {
	got := show(stylesThatDiffer())
	for _, want := range []string{"m.yaml:6:3: the sources of the union write numbers in several ways", "m.yaml:7:3: the sources of the union write dates in several ways"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if n := len(stylesThatDiffer()); n != 2 {
		t.Errorf("%d problems:\n%s", n, got)
	}
}
