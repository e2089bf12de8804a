package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/cli"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

// What a run was is shown, its manifest is written again, and a log that somebody rewrote is found out.
func TestRunsAreShownAndChecked(t *testing.T) {
	s := newShop(t)
	s.must(t, cli.Done, "stage")
	s.must(t, cli.Done, "cutover")
	shown := s.must(t, cli.Done, "runs", "show", "2").stdout
	for _, part := range []string{"Run 2: cutover into production, done, by tester", "migrate 1.2.3", "of them not undone", "Gates", "Inputs", "Records", "Time", "cutover.begin", "manifest"} {
		if !strings.Contains(shown, part) {
			t.Errorf("runs show has no %q:\n%s", part, shown)
		}
	}
	var h pipeline.History
	if err := json.Unmarshal([]byte(s.must(t, cli.Done, "--format", "json", "runs", "show", "2").stdout), &h); err != nil {
		t.Fatal(err)
	}
	if h.Run.ID != 2 || len(h.Inputs) == 0 || len(h.Inputs[0].SHA256) != 64 || len(h.Gates) == 0 || h.Changes == 0 || h.Left != h.Changes || h.Seconds["load"] == 0 || len(h.Events) < 5 {
		t.Errorf("%+v", h)
	}

	out := filepath.Join(s.dir, "again.jsonl")
	s.must(t, cli.Done, "runs", "manifest", "2", "--out", out)
	first, err := os.ReadFile(filepath.Join(s.dir, "manifests", "run-2.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := os.ReadFile(out); err != nil || string(again) != string(first) {
		t.Errorf("the manifest written again is another one: %v", err)
	}
	for args, want := range map[string]string{"runs manifest 1": "was a stage", "runs manifest 99": "there is no run 99", "runs show 99": "there is no run 99"} {
		if r := s.run(t.Context(), nil, strings.Fields(args)...); r.code != cli.Failure || !strings.Contains(r.stderr, want) {
			t.Errorf("%s: %s", args, r)
		}
	}
	for args, want := range map[string]string{"runs show": "number of the run is missing", "runs show x": `"x" is no number of a run`, "runs manifest": "number of the run is missing",
		"rollback --sha256 ab": "--sha256 goes with a manifest"} {
		if r := s.run(t.Context(), nil, strings.Fields(args)...); r.code != cli.Usage || !strings.Contains(r.stderr, want) {
			t.Errorf("%s: %s", args, r)
		}
	}

	if r := s.must(t, cli.Done, "runs", "check"); !strings.Contains(r.stdout, "The log holds") {
		t.Errorf("%s", r)
	}
	store := s.store(t)
	if _, err := store.Exec(t.Context(), "update {s}.events set kind = 'nothing' where seq = 2"); err == nil || !strings.Contains(err.Error(), "can only grow") {
		t.Errorf("the log can be changed: %v", err)
	}
	for _, sql := range []string{"alter table {s}.events disable trigger append_only", "update {s}.events set data = replace(data, 'tester', 'nobody') where seq = 1"} {
		if _, err := store.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if r := s.must(t, cli.Mismatch, "runs", "check"); !strings.Contains(r.stderr, "event 1 is not what was written") {
		t.Errorf("%s", r)
	}
}

// The project is undone by the file when its staging database cannot be opened at all.
func TestRollbackWhenStagingIsGone(t *testing.T) {
	s := newShop(t)
	before := s.double.Count("res.partner")
	s.must(t, cli.Done, "stage")
	s.must(t, cli.Done, "cutover")
	dsn := s.dsn
	s.dsn = strings.Replace(s.dsn, "/migrate?", "/nowhere?", 1)
	r := s.must(t, cli.Done, "rollback", "--manifest", filepath.Join(s.dir, "manifests", "run-2.jsonl"))
	if !strings.Contains(r.stderr, "Going by the manifest alone") || !strings.Contains(r.stdout, "Proof") || s.double.Count("res.partner") != before {
		t.Errorf("%d partners, before %d\n%s", s.double.Count("res.partner"), before, r)
	}
	s.dsn = dsn
	// The ledger is back, and sees that it does not fit any more.
	if r := s.run(t.Context(), nil, "rollback"); r.code == cli.Done || !strings.Contains(r.stderr, "restored or copied") {
		t.Errorf("%s", r)
	}
	if r := s.run(t.Context(), nil, "rollback", "--manifest", "nowhere.jsonl"); r.code != cli.Failure || !strings.Contains(r.stderr, "cannot be read: it is not there") {
		t.Errorf("%s", r)
	}
}
