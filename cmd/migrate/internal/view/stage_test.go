package view

import (
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/validate"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// TestStageExamined: joins are accounted for, groups that fail a check are named with their rows, limits that are
// exceeded are told.
func TestStageExamined(t *testing.T) {
	s := &pipeline.Stage{Run: 3, Target: "t", Server: "19.0", FirstPass: 98, Threshold: 99.5, Plan: "p",
		Rows: []pipeline.Rows{{Mapping: "entries", Source: "journal", Model: "account.move", Read: 7, Used: 3, Grouped: 4}},
		Examined: pipeline.Examined{
			Joined: []pipeline.Joined{{Mapping: "partners", Source: "addresses", As: "adr", Rows: 6, Used: 4, Unused: 1, Damaged: 1}},
			Checks: []validate.CheckResult{
				{Mapping: "lines", Name: "balanced", Severity: record.Error, Groups: 1200, Failed: 2, First: []validate.Failure{
					{Key: "BELNR = x.entry_1", Actual: "sum(debit) = 1, sum(credit) = 2", Source: "journal", Rows: []int64{4, 9}, Records: 7},
					{Actual: "count() = 1", Source: "journal", Rows: []int64{5}, Records: 1}}},
				{Mapping: "lines", Name: "sides", Groups: 3}},
			Limits: []pipeline.Limit{{Rule: "validate.check", Most: 0, Rows: 8}, {Rule: "map.value_unknown", Most: 5, Rows: 5}},
		}}
	var b strings.Builder
	if err := Stage(&b, s, 100); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"  entries  account.move     7     3         0       4         0\n",
		"  partners  addresses  adr     6     4       1        1\n",
		"NO  lines    balanced   1,200     2\n", "  ok  lines    sides          3     0\n",
		"balanced: BELNR = x.entry_1: sum(debit) = 1, sum(credit) = 2 (journal rows 4, 9 and 5 more)",
		"balanced: all records: count() = 1 (journal row 5)",
		"Too many rejects: validate.check rejects 8 rows, 0 allowed by thresholds.reject.",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the text lacks %q:\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "map.value_unknown") {
		t.Error("a limit that is kept is told")
	}
}
