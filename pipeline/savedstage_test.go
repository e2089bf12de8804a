package pipeline_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// A dry run against a saved schema asks no server, finds what the schema can tell, and names what it cannot.
func TestStageAgainstASavedSchema(t *testing.T) {
	w := newWorld(t)
	live := w.staged(pipeline.StageOptions{})
	saved, err := w.DescribeTarget(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "odoo.json.gz")
	if err := pipeline.SaveSchema(file, saved); err != nil {
		t.Fatal(err)
	}
	if err := w.double.Close(); err != nil {
		t.Fatal(err)
	}
	read, err := pipeline.LoadSchema(file)
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.Stage(t.Context(), pipeline.StageOptions{Schema: read})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"whether Odoo has other records already with values that must be unique", "which records of Odoo are adopted by match", "lock dates"} {
		if !slices.Contains(s.Unchecked, want) {
			t.Errorf("nothing says that %s was not checked: %q", want, s.Unchecked)
		}
	}
	told, wanted := findingsOf(s, "validate.unchecked"), 0
	for _, what := range s.Unchecked {
		if slices.ContainsFunc(told, func(f record.Finding) bool {
			return f.Severity == record.Note && strings.HasSuffix(f.Message, ": "+what) && f.Hint != ""
		}) {
			wanted++
		}
	}
	if wanted != len(s.Unchecked) || len(findingsOf(live, "validate.unchecked")) > 0 {
		t.Errorf("findings tell %d of %q: %+v", wanted, s.Unchecked, told)
	}
	if s.Target != pipeline.SavedTarget || s.Server != live.Server || len(live.Unchecked) > 0 {
		t.Errorf("%s %s %q", s.Target, s.Server, live.Unchecked)
	}
	for i, r := range live.Rows {
		if s.Rows[i] != r {
			t.Errorf("%+v, with a server %+v", s.Rows[i], r)
		}
	}
	for i, step := range live.Steps {
		if s.Steps[i].Root != step.Root {
			t.Errorf("%s: the records differ from those with a server", step.Mapping)
		}
	}
	plan, err := os.ReadFile(s.PlanFile)
	if err != nil || !strings.Contains(string(plan), `"unchecked"`) || !strings.Contains(string(plan), "lock dates") {
		t.Errorf("the plan does not say what was not checked (%v)", err)
	}
	again, err := w.Stage(t.Context(), pipeline.StageOptions{Schema: read})
	if err != nil || again.Plan != s.Plan {
		t.Errorf("the same inputs give another plan: %v", err)
	}

	// A lookup that the saved tables can answer is judged.
	w.sub("mappings/vendors.yaml", "fields:\n", "fields:\n  state_id: {from: City, find: res.country.state.name}\n")
	if s, err = w.Stage(t.Context(), pipeline.StageOptions{Schema: read}); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(s.Findings, func(f record.Finding) bool { return f.Rule == "validate.lookup" && f.Mapping == "vendors" }) {
		t.Errorf("a lookup in a saved table is not judged: %+v", s.Findings)
	}
}

// No cutover follows from a plan that a saved schema stands behind.
func TestCutoverWantsAPlanWithAServer(t *testing.T) {
	w := newWorld(t)
	saved, err := w.DescribeTarget(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Stage(t.Context(), pipeline.StageOptions{Schema: saved}); err != nil {
		t.Fatal(err)
	}
	l, err := w.Cutover(t.Context(), quick)
	if err == nil || l == nil || !strings.Contains(closedGate(t, l, "plan"), "a saved schema stood for the target") {
		t.Errorf("the cutover goes on: %v", err)
	}
}

func findingsOf(s *pipeline.Stage, rule string) (out []record.Finding) {
	for _, f := range s.Findings {
		if f.Rule == rule {
			out = append(out, f)
		}
	}
	return out
}
