package record_test

import (
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record"
)

func TestNoFormula(t *testing.T) {
	for in, want := range map[string]string{
		"":                       "",
		"Müller":                 "Müller",
		"12.50":                  "12.50",
		"a=b":                    "a=b",
		"'s-Hertogenbosch":       "'s-Hertogenbosch",
		"'":                      "'",
		"=1+1":                   "'=1+1",
		"+49 30 1234":            "'+49 30 1234",
		"-3.50":                  "'-3.50",
		"@SUM(A1:A9)":            "'@SUM(A1:A9)",
		"\t=1+1":                 "'\t=1+1",
		"\r=1+1":                 "'\r=1+1",
		"\n=1+1":                 "'\n=1+1",
		"＝1+1":                   "'＝1+1",
		"－3":                     "'－3",
		"'=1+1":                  "''=1+1", // otherwise nobody could tell it from the one above
		"''=1+1":                 "'''=1+1",
		`=HYPERLINK("http://x")`: `'=HYPERLINK("http://x")`,
	} {
		got := record.NoFormula(in)
		if got != want {
			t.Errorf("NoFormula(%q) = %q, want %q", in, got, want)
		}
		if record.IsFormula(got) {
			t.Errorf("NoFormula(%q) = %q would be computed", in, got)
		}
		if back := record.AsWritten(got); back != in {
			t.Errorf("AsWritten(%q) = %q, want %q", got, back, in)
		}
	}
}

func TestAsWrittenLeavesOtherTexts(t *testing.T) {
	for _, s := range []string{"", "'", "''", "'s-Hertogenbosch", "=1+1", "-3.50", "O'Brien"} {
		if got := record.AsWritten(s); got != s {
			t.Errorf("AsWritten(%q) = %q, want it as it is", s, got)
		}
	}
}
