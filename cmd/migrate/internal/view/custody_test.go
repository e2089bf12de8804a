package view

import (
	"bytes"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/custody"
	"github.com/odoo-migrate/odoo-migrate/pipeline/scope"
)

func staged() *pipeline.Stage {
	return &pipeline.Stage{
		Plan: strings.Repeat("ab", 32), FirstPass: 100, Threshold: 99.5, Undecided: []string{"spare", "exports/a.csv", "exports/b.xlsx#Old"},
		Custody: &custody.Report{Completeness: custody.Established, Statement: "Completeness of extraction established: 1 of 1 file as extracted, 1 of 1 table as counted.",
			Files: []custody.File{{File: "exports/a.csv", Status: custody.Matched}}},
		Scope: []scope.Entry{{Key: "customers", Status: scope.Mapped, Source: "customers", File: "exports/c.csv"}, {Key: "spare", Status: scope.Undecided, Source: "spare", File: "s.csv"},
			{Key: "exports/a.csv", Status: scope.Undecided, File: "exports/a.csv"}, {Key: "exports/b.xlsx#Old", Status: scope.Undecided, File: "exports/b.xlsx", Table: "Old", Hidden: true},
			{Key: "exports/b.xlsx#Notes", Status: "out_of_scope", File: "exports/b.xlsx", Table: "Notes", Reason: "private <notes>", By: "A. Owner"}},
	}
}

func TestStageNamesWhatIsUndecided(t *testing.T) {
	var b bytes.Buffer
	if err := Stage(&b, staged(), 200); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"  Undecided: source spare is neither mapped nor decided about under scope:.\n",
		"  Undecided: no source reads the file exports/a.csv; map it, or decide about it under scope:.\n",
		"  Undecided: no source takes the hidden sheet \"Old\" of exports/b.xlsx; map it, or decide about \"exports/b.xlsx#Old\" under scope:.\n",
		"\nCompleteness of extraction established: 1 of 1 file as extracted, 1 of 1 table as counted.\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("lacks %q:\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "Notes") || strings.Contains(b.String(), "customers is") {
		t.Errorf("names what is decided:\n%s", b.String())
	}
}

func TestReportShowsScopeAndCustody(t *testing.T) {
	var page, text bytes.Buffer
	r := &pipeline.Report{Project: "p", ChainOK: true, Stage: staged()}
	for _, err := range []error{ReportHTML(&page, r), Report(&text, r, nil, 200)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"Custody", "Scope", "private &lt;notes&gt;", "A. Owner", "out of scope", "undecided", "a hidden sheet", "matched"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if !strings.Contains(text.String(), "  ok  completeness of extraction established: 1 of 1 file") {
		t.Errorf("got\n%s", text.String())
	}
	r.Stage.Custody.Completeness, r.Stage.Custody.Statement = custody.NotEstablished, "Completeness of extraction not established: nothing came."
	text.Reset()
	if err := Report(&text, r, nil, 200); err != nil || !strings.Contains(text.String(), "  --  completeness of extraction not established: nothing came\n") {
		t.Errorf("%v: got\n%s", err, text.String())
	}
}
