package pipeline

import (
	"slices"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline/plan"
	"github.com/odoo-migrate/odoo-migrate/pipeline/rollback"
	"github.com/odoo-migrate/odoo-migrate/pipeline/verify"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

func TestMask(t *testing.T) {
	for in, want := range map[string]string{"": "", "A": "A", "Ada": "A**", "éa": "é*", "\xffx": "\xff*"} {
		if got := mask(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		`"12,5O" is not a decimal; letter O for zero?`: `"1****" is not a decimal; letter O for zero?`,
		`"a \"b\" c" and "x"`:                          `"a********" and "x"`,
		`an open "quotation`:                           `an open "quotation`,
	} {
		if got := maskQuoted(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

// A masked report holds no value of a record and no root over unsalted digests, wherever they stand.
func TestMaskedReport(t *testing.T) {
	finding := func() []record.Finding { return []record.Finding{{Message: `"Ada" is nobody`, Raw: "Ada"}} }
	stage := func() *Stage { return &Stage{Findings: finding(), Steps: []plan.Step{{Root: "aa"}}} }
	result := func() *verify.Result {
		return &verify.Result{Mappings: []verify.Mapping{{MeantRoot: "aa", OdooRoot: "bb"}}, Differences: []verify.Difference{{Want: "Ada", Have: "Bo"}}}
	}
	r := &Report{Stage: stage(), Loads: []Load{{Stage: stage(), Findings: finding(), Verify: result()}}, Verify: &Verification{Result: result()}}
	r.mask()
	for _, list := range [][]record.Finding{r.Stage.Findings, r.Loads[0].Stage.Findings, r.Loads[0].Findings} {
		if list[0].Message != `"A**" is nobody` || list[0].Raw != "A**" {
			t.Errorf("%+v", list[0])
		}
	}
	for _, s := range []*Stage{r.Stage, r.Loads[0].Stage} {
		if s.Steps[0].Root != "" {
			t.Error("the plan's root is in it")
		}
	}
	for _, v := range []*verify.Result{r.Loads[0].Verify, r.Verify.Result} {
		if v.Mappings[0].MeantRoot+v.Mappings[0].OdooRoot != "" || v.Differences[0].Want != "A**" || v.Differences[0].Have != "B*" {
			t.Errorf("%+v", v)
		}
	}
	(&Report{}).mask() // nothing is nothing
}

func TestUndoneBy(t *testing.T) {
	done := &rollback.Result{}
	r := &Report{Undos: []Undo{{Run: 3, Target: "a", Result: done}, {Run: 6, Target: "b", Result: done}, {Run: 7, Target: "a", DryRun: true, Result: done}, {Run: 8, Target: "a"}}}
	for id, want := range map[int64]int64{2: 3, 3: 0, 5: 0} {
		if got := r.undoneBy("a", id); got != want {
			t.Errorf("run %d: undone by %d, want %d", id, got, want)
		}
	}
}

// Every row and every record is told with its class, and what is told adds up.
func TestConservationLines(t *testing.T) {
	s := &Stage{Run: 4, Rows: []Rows{{Mapping: "p", Source: "c", Model: "m", Read: 10, Used: 4, Grouped: 1, Excluded: 2, Merged: 1, Rejected: 2}}}
	loads := []Load{{Run: 4, Target: "a", Produced: map[string]int64{"p": 3}, Records: map[string]map[string]int64{"p": {run.Created: 2, run.Conflict: 1}}}, {Run: 5, Target: "b", Produced: map[string]int64{"p": 9}}}
	lines := conservationLines(s, loads, "a")
	want := [][]string{
		{"rows", "4", "p", "c", "m", "10", "4", "1", "2", "1", "0", "0", "0", "0", "0", "0", "2", "0"},
		{"records", "4", "p", "", "", "3", "0", "0", "0", "0", "2", "0", "0", "0", "0", "1", "0", "0"},
	}
	if len(lines) != 2 || !slices.Equal(lines[0], want[0]) || !slices.Equal(lines[1], want[1]) {
		t.Errorf("%q", lines)
	}
	if n := len(conservationClasses) + 6; n != len(want[0]) {
		t.Errorf("%d columns", n)
	}
}

func TestInputs(t *testing.T) {
	d := &derived{plan: &plan.Plan{Config: "1", Schema: "2", Corrections: "3", Mappings: map[string]string{"b": "4", "a": "5"}, Files: map[string]string{"v.csv": "6"}, Attached: map[string]string{"a": "7"}}}
	want := []Input{{"attachments", "a", "7"}, {"configuration", "migrate.yaml", "1"}, {"corrections", "", "3"}, {"file", "v.csv", "6"}, {"mapping", "a", "5"}, {"mapping", "b", "4"}, {"target metadata", "", "2"}}
	if got := d.inputs(); !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}
