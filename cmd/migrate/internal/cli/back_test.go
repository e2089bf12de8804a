package cli_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/cli"
)

// What is wrong with the scope of a rollback is said before anything is opened.
func TestScopeOfARollback(t *testing.T) {
	s := newShop(t)
	empty := filepath.Join(s.dir, "none.txt")
	if err := os.WriteFile(empty, []byte("\n \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{
		"rollback last":                  `"last" is no number of a run`,
		"rollback 0":                     `"0" is no number of a run`,
		"rollback 3 --run 4":             "run 3 and --run 4 are two runs",
		"rollback --with-dependents":     "--with-dependents goes with a part of a run",
		"rollback --records ,":           `"," names no record`,
		"rollback --records nowhere.txt": "nowhere.txt cannot be read",
		"rollback --records " + empty:    "names no record",
		"rollback --wave x":              "--wave",
		"rollback 1 2":                   "one argument too many",
	} {
		if r := s.run(context.Background(), nil, strings.Fields(args)...); r.code != cli.Usage || !strings.Contains(r.stderr, want) {
			t.Errorf("%s: want %q, got %s", args, want, r)
		}
	}
}

// A part of a run by names in a file, and the rest.
func TestRollbackOfListedRecords(t *testing.T) {
	s := newShop(t)
	s.must(t, cli.Done, "stage")
	s.must(t, cli.Done, "cutover")
	changes, err := s.store(t).Changes(t.Context(), 2)
	if err != nil || len(changes) == 0 {
		t.Fatal(err, len(changes))
	}
	last := changes[0]
	for _, c := range changes {
		if c.Model == "sale.order" && c.Action == "create" {
			last = c // only its lines point at it
		}
	}
	list := filepath.Join(s.dir, "list.txt")
	if err := os.WriteFile(list, []byte("\ufeff"+last.ExternalID+"\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := s.must(t, cli.Done, "rollback", "2", "--records", list)
	if !strings.Contains(r.stdout, "(1 record by name)") || !strings.Contains(r.stdout, "of the run stay") {
		t.Errorf("%s", r)
	}
	if r := s.must(t, cli.Done, "rollback", "2"); strings.Contains(r.stdout, "of the run stay") {
		t.Errorf("%s", r)
	}
}
