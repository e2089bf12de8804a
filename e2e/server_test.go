//go:build odoo

package e2e

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
)

// root of the repository, seen from the folder the tests run in.
const root = ".."

// built is the program under test, built once.
var built struct {
	once sync.Once
	dir  string
	err  error
}

func TestMain(m *testing.M) {
	code := m.Run()
	_ = os.RemoveAll(built.dir) // of a run without any test it is ""
	os.Exit(code)
}

func program(t *testing.T) string {
	t.Helper()
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "migrate-e2e-"); built.err != nil {
			return
		}
		out, err := exec.Command("go", "build", "-o", filepath.Join(built.dir, "migrate"), root+"/cmd/migrate").CombinedOutput()
		if built.err = err; err != nil {
			t.Logf("go build: %s", out)
		}
	})
	if built.err != nil {
		t.Fatalf("build migrate: %v", built.err)
	}
	return filepath.Join(built.dir, "migrate")
}

// server is a fresh database of a real Odoo server, and a connection to the PostgreSQL behind it.
type server struct {
	url, db, user, password string
	version                 string // "19.0"
	sql                     *pgx.Conn
}

// fresh makes a database for one test and drops it at its end.
func fresh(t *testing.T) *server {
	t.Helper()
	command := os.Getenv("ODOO_FRESH")
	if command == "" {
		t.Fatal("this test needs a real Odoo: `make test-odoo` starts one and sets ODOO_FRESH, the command that makes a database for each test " +
			`(by hand: tools/odoo-server up, then ODOO_FRESH="tools/odoo-server fresh")`)
	}
	env := map[string]string{}
	for word := range strings.FieldsSeq(shell(t, command)) {
		if k, v, ok := strings.Cut(word, "="); ok {
			env[k] = v
		}
	}
	for _, k := range []string{"ODOO_URL", "ODOO_DB", "ODOO_USER", "ODOO_PASSWORD", "ODOO_VERSION", "ODOO_PG_DSN"} {
		if env[k] == "" {
			t.Fatalf("ODOO_FRESH (%s) printed no %s: this test needs it; tools/odoo-server fresh prints it", command, k)
		}
	}
	if env["ODOO_DB"] == "odoo" {
		t.Fatalf("ODOO_FRESH (%s) named the database odoo: this test writes, so it needs one of its own", command)
	}
	s := &server{url: env["ODOO_URL"], db: env["ODOO_DB"], user: env["ODOO_USER"], password: env["ODOO_PASSWORD"], version: env["ODOO_VERSION"]}
	t.Cleanup(func() { s.drop(t, command) })
	var err error
	if s.sql, err = pgx.Connect(t.Context(), env["ODOO_PG_DSN"]); err != nil {
		t.Fatalf("ODOO_PG_DSN: %v", err)
	}
	t.Logf("Odoo %s at %s, database %s, %s", s.version, s.url, s.db, s.value(t, "select tax_calculation_rounding_method from res_company"))
	return s
}

func (s *server) drop(t *testing.T, freshCommand string) {
	if s.sql != nil {
		_ = s.sql.Close(context.Background()) // the database goes away anyhow
	}
	if t.Failed() && os.Getenv("ODOO_KEEP") != "" {
		t.Logf("database %s is kept", s.db)
		return
	}
	command := os.Getenv("ODOO_DROP")
	if words := strings.Fields(freshCommand); command == "" && len(words) > 1 && words[1] == "fresh" && !strings.ContainsAny(freshCommand, "$&;|") {
		words[1] = "drop"
		command = strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "--only" || w == "--export" }), " ")
	}
	if command == "" {
		t.Logf("database %s stays: ODOO_DROP says no command that drops it", s.db)
		return
	}
	shell(t, command+" --db "+s.db)
}

// shell runs a command of the environment in the repository's root and returns what it printed.
func shell(t *testing.T, command string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", command)
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, errorText(err))
	}
	return string(out)
}

func errorText(err error) string {
	var e *exec.ExitError
	if errors.As(err, &e) {
		return string(e.Stderr)
	}
	return ""
}

// value runs SQL that gives one value and returns it as text: numbers without trailing zeros, "" for null.
func (s *server) value(t *testing.T, sql string, args ...any) string {
	t.Helper()
	var out *string
	err := s.sql.QueryRow(t.Context(), "select x::text from ("+sql+") q(x)", args...).Scan(&out)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	if out == nil {
		return ""
	}
	return plain(*out)
}

// plain takes the trailing zeros off a number with decimals.
func plain(s string) string {
	if whole, decimals, ok := strings.Cut(s, "."); ok && strings.Trim(strings.TrimPrefix(whole, "-")+decimals, "0123456789") == "" {
		return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// column runs SQL that gives one column of texts.
func (s *server) column(t *testing.T, sql string, args ...any) []string {
	t.Helper()
	rows, err := s.sql.Query(t.Context(), sql, args...)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return out
}

// check is one thing that plain SQL says about the database.
type check struct{ what, sql, want string }

func (s *server) expect(t *testing.T, checks []check) {
	t.Helper()
	for _, c := range checks {
		if got := s.value(t, c.sql); got != c.want {
			t.Errorf("%s: %s, want %s\n\t%s", c.what, got, c.want, c.sql)
		}
	}
}

// rpc is a user's connection to the server, to do what users do between two runs.
func (s *server) rpc(t *testing.T) *odoo.Client {
	t.Helper()
	c, err := odoo.Dial(t.Context(), odoo.Config{URL: s.url, Database: s.db, User: s.user, Password: s.password})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
