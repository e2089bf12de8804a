package mappings

import (
	"slices"
	"strings"
	"testing"
)

func TestSeveralMappingsOfLines(t *testing.T) {
	debit, credit := small("debit", "d_{X}", "  move_id: {from: X, ref: items}\n"), small("credit", "c_{X}", "  move_id: {from: X, ref: items}\n")
	set, problems := NewSet("legacy", parseAll(t, small("items", "i_{X}", "lines: {line_ids: [{mapping: debit}, {mapping: credit}]}\n"), debit, credit))
	if len(problems) > 0 {
		t.Fatal(show(problems))
	}
	if got, want := set.Mapping("items").Children(), []Child{{"line_ids", "debit"}, {"line_ids", "credit"}}; !slices.Equal(got, want) {
		t.Errorf("children %v, want %v", got, want)
	}
	for _, name := range []string{"debit", "credit"} {
		if p := set.Parent(name); p == nil || p.Name != "items" {
			t.Errorf("the parent of %s is %v", name, p)
		}
	}
	for _, c := range []struct{ lines, want string }{
		{"lines: {line_ids: []}", "lines of line_ids name no mapping"},
		{"lines: {line_ids: [debit]}", "lines.line_ids must be"},
		{"lines: {line_ids: [{maping: debit}]}", `unknown key "maping"`},
		{"lines: {line_ids: [{mapping: debit}, {mapping: debit}]}", `mapping "debit" is lines of items already`},
		{"lines: {line_ids: [{mapping: debit}, {mapping: credits}]}", `there is no mapping "credits" for the lines of line_ids`},
	} {
		m, problems := Parse("items.yaml", []byte(small("items", "i_{X}", c.lines+"\n")))
		if !Failed(problems) {
			_, problems = NewSet("legacy", append(parseAll(t, debit, credit), m))
		}
		if !slices.ContainsFunc(problems, func(p Problem) bool { return strings.Contains(p.Message, c.want) && p.Line > 0 }) {
			t.Errorf("%s: %s\nwant %s", c.lines, show(problems), c.want)
		}
	}
}

// TestRejectedLineWithoutDocument: a line that names no document links to none, whatever else it links to.
func TestRejectedLineWithoutDocument(t *testing.T) {
	set, problems := NewSet("legacy", parseAll(t,
		"mapping: orders\nmodel: sale.order\nfrom: o\nid: order_{NO}\nfields: {name: NO}\nlines: {order_line: {mapping: lines}}\n",
		"mapping: products\nmodel: product.product\nfrom: p\nid: product_{SKU}\nfields: {name: SKU}\n",
		"mapping: lines\nmodel: sale.order.line\nfrom: l\nid: line_{ID}\nfields:\n  order_id: {from: NO, ref: orders, missing: reject}\n"+
			"  product_id: {from: SKU, ref: products}\n  product_uom_qty: {from: QTY, as: decimal}\n"))
	programs, more := set.Compile(Env{})
	if problems = append(problems, more...); Failed(problems) {
		t.Fatal(show(problems))
	}
	res := programs["lines"].Apply(batch("l", "ID,NO,SKU,QTY", "1,,A,1", "2,7,A,x"))
	if len(res.Classes) != 2 || len(res.Classes[0].Links[0]) != 0 || len(res.Classes[1].Links[0]) != 1 || res.Classes[1].Links[0][0] != "legacy.order_7" {
		t.Errorf("%+v", res.Classes)
	}
}
