package pipeline_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/gate"
)

// TestPlanIsDeterministic wants the same plan, byte for byte, from one worker and from many, in two staging areas.
func TestPlanIsDeterministic(t *testing.T) {
	var plans [][]byte
	for _, workers := range []int{1, 8} {
		was := runtime.GOMAXPROCS(workers)
		w := newWorld(t)
		w.stage()
		runtime.GOMAXPROCS(was)
		b, err := os.ReadFile(w.PlanPath())
		if err != nil {
			t.Fatal(err)
		}
		w.stage()
		again, err := os.ReadFile(w.PlanPath())
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b, again) {
			t.Errorf("staged twice, planned\n%s\nthen\n%s", b, again)
		}
		// The two worlds differ in what is in migrate.yaml: the name of the project, and where the server listens.
		var plan map[string]any
		if err := json.Unmarshal(b, &plan); err != nil {
			t.Fatal(err)
		}
		delete(plan, "project")
		delete(plan, "config")
		if b, err = json.Marshal(plan); err != nil {
			t.Fatal(err)
		}
		plans = append(plans, b)
	}
	if !bytes.Equal(plans[0], plans[1]) {
		t.Errorf("one worker plans\n%s\neight plan\n%s", plans[0], plans[1])
	}
}

// TestRestoredDatabaseIsRecognised puts the mark of an earlier run back, as restoring a backup does.
func TestRestoredDatabaseIsRecognised(t *testing.T) {
	w := newWorld(t)
	w.stage()
	if _, err := w.Cutover(t.Context(), quick); err != nil {
		t.Fatal(err)
	}
	target, err := w.Connect(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := target.SearchRead(t.Context(), "ir.config_parameter", []any{[]any{"key", "like", "migrate.epoch."}}, []string{"value"}, 0)
	if err != nil || len(rows) != 1 {
		t.Fatalf("marks %v, %v", rows, err)
	}
	backup := rows[0]["value"]
	if _, err := w.Delta(t.Context(), quick); err != nil {
		t.Fatal(err)
	}
	ids, err := target.Search(t.Context(), "ir.config_parameter", []any{[]any{"key", "like", "migrate.epoch."}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := target.Write(t.Context(), "ir.config_parameter", ids, map[string]any{"value": backup}); err != nil {
		t.Fatal(err)
	}
	before := w.counts()
	l, err := w.Delta(t.Context(), quick)
	if !errors.Is(err, pipeline.ErrGates) || !strings.Contains(err.Error(), "restored or copied") {
		t.Errorf("delta into a restored database: %v", err)
	}
	if closed := gate.Closed(l.Gates); len(closed) != 1 || closed[0].Name != "target" {
		t.Errorf("closed gates %+v", closed)
	}
	if _, err := w.Rollback(t.Context(), pipeline.UndoOptions{}); err == nil || !strings.Contains(err.Error(), "restored or copied") {
		t.Errorf("rollback in a restored database: %v", err)
	}
	if after := w.counts(); before["sale.order"] != after["sale.order"] || before["ir.model.data"] != after["ir.model.data"] {
		t.Errorf("the server held %v and holds %v", before, after)
	}
}

// TestStalePlanClosesTheGate changes a source after the plan was signed.
func TestStalePlanClosesTheGate(t *testing.T) {
	w := newWorld(t)
	if _, err := w.Cutover(t.Context(), quick); !errors.Is(err, pipeline.ErrGates) || !strings.Contains(err.Error(), "there is no plan") {
		t.Errorf("cutover without a plan: %v", err)
	}
	w.stage()
	w.export("export2")
	before := w.counts()
	_, err := w.Cutover(t.Context(), quick)
	if !errors.Is(err, pipeline.ErrGates) || !strings.Contains(err.Error(), "source customers") {
		t.Errorf("cutover with other sources: %v", err)
	}
	if after := w.counts(); before["res.partner"] != after["res.partner"] {
		t.Error("a closed gate let records through")
	}
}

// TestUndecidedSourceClosesTheGate forgets a file: it must not balance perfectly.
func TestUndecidedSourceClosesTheGate(t *testing.T) {
	w := newWorld(t)
	config := filepath.Join(w.dir, "migrate.yaml")
	b, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(b), "  complaints: {decision:", "  nothing: {decision:", 1)
	if !strings.Contains(text, "nothing:") {
		t.Fatal("the company's project decides about complaints no more")
	}
	text = strings.Replace(text, "sources:\n", "sources:\n  nothing: {file: exports/complaints.csv, encoding: windows-1252, delimiter: \";\"}\n", 1)
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := pipeline.Open(t.Context(), w.options(nil))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	s, err := p.Stage(t.Context(), pipeline.StageOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Clean() || len(s.Undecided) != 1 || s.Undecided[0] != "complaints" {
		t.Errorf("undecided %v", s.Undecided)
	}
	if _, err := p.Cutover(t.Context(), quick); !errors.Is(err, pipeline.ErrGates) || !strings.Contains(err.Error(), "complaints") {
		t.Errorf("cutover: %v", err)
	}
}
