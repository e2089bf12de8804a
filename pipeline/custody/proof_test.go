package custody

import (
	"strings"
	"testing"
)

func TestProofOfEachTable(t *testing.T) {
	c := &checker{in: Input{Base: "/p", Tables: []TableFact{{Name: "whole", File: "/p/a.csv"}, {Name: "uncounted", File: "/p/b.csv"}, {Name: "short", File: "/p/c.csv"},
		{Name: "unlisted", File: "/p/d.csv"}, {Name: "parts", File: "/p/e*.csv", Parts: []string{"/p/e1.csv", "/p/e2.csv"}}}}, report: &Report{
		Files: []File{{File: "a.csv", Status: Matched, Algorithm: "sha256", At: "list:1"}, {File: "b.csv", Status: Matched, Algorithm: "md5"}, {File: "c.csv", Status: Matched, Algorithm: "sha256"},
			{File: "d.csv", Status: NotListed}, {File: "e1.csv", Status: Matched, Algorithm: "sha256"}, {File: "e2.csv", Status: Differs, Algorithm: "sha256"}},
		Tables: []Table{{Table: "whole", Status: Matched, Want: 7, At: "counts:2", Totals: []Total{{Column: "Amount", Status: Matched, Want: "12.50"}}},
			{Table: "uncounted", Status: NotListed, Want: -1}, {Table: "short", Status: Differs, Want: 9}},
	}}
	c.prove()
	for table, want := range map[string]string{
		"whole":     "established: sha256 (list:1); 7 rows (counts:2); Amount in all 12.50",
		"uncounted": "in_part: md5",
		"short":     "contradicted: sha256; 9 rows differs",
		"unlisted":  "not_established: ",
		"parts":     "contradicted: sha256; sha256 differs",
		"nowhere":   "not_established: ",
	} {
		p := c.report.Of(table)
		if got := p.Completeness + ": " + strings.Join(p.Rests, "; "); got != want {
			t.Errorf("%s: %s, want %s", table, got, want)
		}
	}
	if p := (*Report)(nil).Of("a"); p.Completeness != NotEstablished {
		t.Errorf("%+v", p)
	}
}
