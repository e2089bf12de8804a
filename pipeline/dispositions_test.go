package pipeline

import (
	"slices"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/mappings/project"
)

// A line has the decision about itself, else the newest about many, else what was declared about its class beforehand.
func TestDecisions(t *testing.T) {
	p := &Pipeline{Project: &project.Project{Module: "shop", Accepted: []project.Accepted{{Source: "c", Row: 9, By: "D. Owner"}, {Record: "o_1", By: "D. Owner"}}}}
	reject := func(mapping, row, class, reason string) []string {
		return rejectShape([]string{"1", mapping, "c", "c.csv", row, class, reason})
	}
	difference := func(id, field, class string) []string {
		return differenceShape([]string{"m", id, "7", class, field, "a", "b"})
	}
	key := func(line []string) []string { return line[:openKey] }
	r := &Report{Disposed: []Disposed{
		{Target: "a", Decisions: []Disposition{{Key: key(reject("p", "3", "rejected", "x")), Disposition: "later", Approver: "Ann"}, {Key: []string{"difference", "", "", "", "m", "", "", ""}, Disposition: "mend"}}},
		{Target: "b", Decisions: []Disposition{{Key: []string{"", "", "", "", "", "", "", ""}, Disposition: "accepted"}}},
		{Target: "a", Decisions: []Disposition{{Key: key(reject("p", "3", "rejected", "x")), Disposition: "by hand", Approver: "Bob", On: "2026-01-02"}, {Key: []string{"difference", "", "", "", "", "", "name", ""}, Disposition: "accepted", Approver: "Bob"}}},
	}}
	d := p.decisions(r, "a")
	for _, c := range []struct {
		line []string
		want []string
	}{
		{reject("p", "3", "rejected", "another reason"), []string{"by hand", "Bob", "2026-01-02"}}, // the newest
		{reject("p", "4", "rejected", "x"), []string{"", "", ""}},
		{reject("q", "3", "rejected", "x"), []string{"", "", ""}},
		{reject("", "9", "damaged", "torn"), []string{"accepted", "D. Owner", ""}},
		{reject("p", "5", "excluded", "gone"), []string{"excluded by the mapping", "", ""}},
		{reject("p", "6", "merged", "merged into 1|a by A. Owner 2026-11-02 (d.csv:2)"), []string{"merged as decided", "A. Owner", "2026-11-02"}},
		{outcomeShape([]string{"1", "p", "shop.o_1", "rejected", "x"}), []string{"accepted", "D. Owner", ""}},
		{outcomeShape([]string{"1", "p", "shop.o_2", "conflict", "x"}), []string{"", "", ""}},
		{difference("shop.x", "name", "differs"), []string{"accepted", "Bob", ""}}, // the newest of those about many
		{difference("shop.x", "city", "differs"), []string{"mend", "", ""}},
		{difference("shop.x", "", "missing"), []string{"mend", "", ""}},
	} {
		what, by, on := d.of(c.line)
		if !slices.Equal([]string{what, by, on}, c.want) {
			t.Errorf("%q: %q %q %q, want %q", c.line, what, by, on, c.want)
		}
	}
	if what, _, _ := p.decisions(&Report{}, "a").of(difference("shop.x", "phone", "normalised")); what != "declared normalisation" {
		t.Errorf("%q", what)
	}
}

func TestDecisionsOfAFile(t *testing.T) {
	d := &Disposed{File: "d.csv"}
	row := func(last ...string) mappings.TableRow {
		return mappings.TableRow{Line: 2, Cells: slices.Concat([]string{"row", "p", "c", "3", "", "", "", "excluded", "", "gone", "", ""}, last)}
	}
	for _, r := range []mappings.TableRow{
		row(), row("", "", "", ""), row("excluded by the mapping", "", "", ""), // nothing was filled in
		row("excluded by the mapping", "Ann", "", ""), row(" Accepted ", "Ann", "2026-01-02", ""), row("later", "", "", ""), row("perhaps", "Ann", "", ""), row("", "Ann", "", ""),
	} {
		d.take(r)
	}
	var got, rules []string
	for _, one := range d.Decisions {
		got = append(got, one.Disposition+"/"+one.Approver+"/"+one.On)
	}
	for _, f := range d.Findings {
		rules = append(rules, f.Rule)
	}
	if want := []string{"excluded by the mapping/Ann/", "accepted/Ann/2026-01-02", "later//"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if want := []string{"disposition.approver", "disposition.disposition", "disposition.disposition"}; !slices.Equal(rules, want) {
		t.Errorf("%q", rules)
	}
}
