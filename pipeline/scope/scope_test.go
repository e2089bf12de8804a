package scope

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func inputs(decisions ...string) Input {
	in := Input{
		Sources: []Source{
			{Name: "vendors", File: "exports/book.xlsx", Files: []string{"exports/book.xlsx"}, Table: "Vendors", Mapped: "vendors"},
			{Name: "customers", File: "exports/customers.csv", Files: []string{"exports/customers.csv"}, Mapped: "partners"},
			{Name: "orders", File: "exports/orders_*.csv", Files: []string{"exports/orders_1.csv", "exports/orders_2.csv"}},
			{Name: "products", File: "exports/catalog.xml", Files: []string{"exports/catalog.xml"}, Table: "item", Path: "/catalog/product"},
		},
		Files: []File{
			{Path: "exports/book.xlsx", Tables: []Table{{Name: "Vendors"}, {Name: "Old", Hidden: true}}},
			{Path: "exports/catalog.xml", Tables: []Table{{Name: "product", Also: []string{"/catalog/product"}}, {Name: "product.image", Also: []string{"/catalog/product/image"}}}},
			{Path: "exports/customers.csv"}, {Path: "exports/orders_1.csv"}, {Path: "exports/orders_2.csv"}, {Path: "exports/forgotten.csv"},
		},
		Decisions: map[string]Decision{},
		Exists:    func(path string) bool { return path == "exports/about.pdf" },
	}
	for _, d := range decisions {
		key, decision, _ := strings.Cut(d, "=")
		in.Decisions[key] = Decision{decision, "why", "who"}
	}
	return in
}

func accounted(in Input) (status, problems string) {
	entries, found := Account(in)
	var s, p []string
	for _, e := range entries {
		s = append(s, e.Key+" "+e.Status)
		if (e.Status == Mapped || e.Status == Undecided) != (e.Reason == "" && e.By == "") {
			p = append(p, fmt.Sprintf("%+v", e))
		}
	}
	for _, x := range found {
		p = append(p, x.Key+": "+x.Message+"; "+x.Hint)
	}
	return strings.Join(s, "\n"), strings.Join(p, "\n")
}

func TestAccount(t *testing.T) {
	const base = "customers mapped\norders %s\nproducts %s\nvendors mapped\nexports/book.xlsx#Old %s\nexports/catalog.xml#product.image %s\nexports/forgotten.csv %s"
	for _, tc := range []struct {
		name             string
		decisions        []string
		status, problems string
	}{
		{"nothing decided", nil, "undecided undecided undecided undecided undecided", ""},
		{"everything decided", []string{"orders=archived", "products=out_of_scope", "exports/book.xlsx#Old=archived", "exports/catalog.xml#/catalog/product/image=archived", "exports/forgotten.csv=out_of_scope"},
			"archived out_of_scope archived archived out_of_scope", ""},
		{"whole files", []string{"exports/orders_*.csv=archived", "exports/catalog.xml=archived", "exports/book.xlsx=out_of_scope"}, "archived archived out_of_scope archived undecided", ""},
		{"the nearest decision counts", []string{"exports/catalog.xml=archived", "products=out_of_scope"}, "undecided out_of_scope undecided archived undecided", ""},
		{"mapped and decided", []string{"customers=archived", "exports/book.xlsx#Vendors=out_of_scope", "exports/customers.csv=archived"}, "undecided undecided undecided undecided undecided",
			"customers: source customers is mapped by partners, so customers cannot be archived; remove the decision, or the mapping\n" +
				"exports/book.xlsx#Vendors: source vendors is mapped by vendors, so exports/book.xlsx#Vendors cannot be out of scope; remove the decision, or the mapping\n" +
				"exports/customers.csv: source customers is mapped by partners, so exports/customers.csv cannot be archived; remove the decision, or the mapping"},
		{"gone and unknown", []string{"exports/gone.csv=archived", "exports/book.xlsx#Odl=archived", "exports/customers.csv#Sheet1=archived", "exports/about.pdf=archived"},
			"undecided undecided undecided undecided undecided",
			"exports/book.xlsx#Odl: exports/book.xlsx has no table \"Odl\"; there are: exports/book.xlsx#Vendors, exports/book.xlsx#Old\n" +
				"exports/customers.csv#Sheet1: exports/customers.csv has no table \"Sheet1\"; remove the decision\n" +
				"exports/gone.csv: there is no file exports/gone.csv; remove the decision if the file is not delivered any more"},
	} {
		status, problems := accounted(inputs(tc.decisions...))
		want := fmt.Sprintf(base, toAny(strings.Fields(tc.status))...)
		if status != want || problems != tc.problems {
			t.Errorf("%s: got\n%s\n%s\nwant\n%s\n%s", tc.name, status, problems, want, tc.problems)
		}
	}
}

func toAny(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

func TestOpenAndKnown(t *testing.T) {
	entries, problems := Account(inputs("exports/gone.csv=archived", "orders=archived"))
	if got := fmt.Sprint(Open(entries)); got != "[products exports/book.xlsx#Old exports/catalog.xml#product.image exports/forgotten.csv]" {
		t.Error(got)
	}
	if len(problems) != 1 || !slices.Contains(problems[0].Known, "exports/forgotten.csv") || !slices.Contains(problems[0].Known, "exports/customers.csv") {
		t.Errorf("%+v", problems)
	}
	if i := slices.IndexFunc(entries, func(e Entry) bool { return e.Key == "exports/book.xlsx#Old" }); i < 0 || !entries[i].Hidden || entries[i].Table != "Old" {
		t.Errorf("%+v", entries)
	}
}
