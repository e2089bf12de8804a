package cli_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// With --format json stdout is one JSON document, whatever the command and however it ends, and the talk is quiet.
func TestJSON(t *testing.T) {
	s := newShop(t)
	for _, step := range []struct {
		code int
		args string
	}{
		{0, "version"}, {0, "map lint"}, {0, "map suggest"}, {0, "audit"}, {0, "runs"}, {0, "stage"}, {0, "cutover"}, {0, "verify"}, {0, "delta"}, {0, "verify"},
		{0, "report"}, {0, "runs"}, {0, "rollback --dry-run"}, {0, "rollback"}, {0, "report"}, {0, "cutover"}, {0, "stage"},
	} {
		r := s.must(t, step.code, append(strings.Fields(step.args), "--format", "json")...)
		if problem := badJSON(r.stdout); problem != "" {
			t.Errorf("migrate %s: %s\n%s", step.args, problem, r)
		}
		if step.code == 0 && r.stderr != "" {
			t.Errorf("migrate %s talks:\n%s", step.args, r.stderr)
		}
	}
	for _, args := range []string{"init " + s.dir + "/exports", "staging status", "staging stop"} {
		fresh := &shop{dir: t.TempDir()}
		if args == "staging status" || args == "staging stop" {
			fresh.must(t, 0, "init", s.dir+"/exports")
		}
		r := fresh.must(t, 0, append(strings.Fields(args), "--format", "json")...)
		if problem := badJSON(r.stdout); problem != "" || r.stderr != "" {
			t.Errorf("migrate %s: %s\n%s", args, problem, r)
		}
	}
}

// A mistake leaves stdout empty: a program that reads it never takes half an answer for a whole one.
func TestJSONOfMistakes(t *testing.T) {
	s := newShop(t)
	for _, args := range []string{"stage --target x", "rollback", "report", "cutover --resume", "cutover --override x", "stage extra", "nothing"} {
		r := s.run(t.Context(), nil, append(strings.Fields(args), "--format", "json")...)
		fit(t, r)
		if r.code == 0 || r.stdout != "" {
			t.Errorf("migrate %s: %s", args, r)
		}
	}
}

func decode[T any](t *testing.T, r result) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.stdout), &v); err != nil {
		t.Fatalf("%v\n%s", err, r)
	}
	return v
}
