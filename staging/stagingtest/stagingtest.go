// Package stagingtest gives tests a real staging area. A test package that uses it has
//
//	func TestMain(m *testing.M) { stagingtest.Main(m) }
//
// and gets one private PostgreSQL cluster, stopped and removed when its tests are done. With MIGRATE_TEST_DSN set the
// tests use that server instead. Without PostgreSQL a test fails and says what to install; it never skips.
package stagingtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/odoo-migrate/odoo-migrate/staging"
	"github.com/odoo-migrate/odoo-migrate/staging/embedded"
)

const prefix = "migrate-test-"

// dir is the folder of this process's cluster; "" where Main was not called.
var dir string

var cluster = sync.OnceValues(func() (string, error) {
	if dsn := os.Getenv("MIGRATE_TEST_DSN"); dsn != "" {
		return dsn, nil
	}
	if dir == "" {
		return "", fmt.Errorf("the test package lacks: func TestMain(m *testing.M) { stagingtest.Main(m) }")
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := embedded.Start(ctx, dir)
	if err != nil {
		return "", fmt.Errorf("%w (install the package postgresql, or set MIGRATE_TEST_DSN to a server)", err)
	}
	return c.DSN, hasten(ctx, c.DSN)
})

// Main runs a package's tests, stops the cluster they used, and ends the process.
func Main(m *testing.M) { os.Exit(Tests{m}.Run()) }

// Tests are a package's tests for runners that end the process themselves, such as testscript.Main.
type Tests struct{ M *testing.M }

// Run runs the tests, stops the cluster they used, and returns the exit code.
func (t Tests) Run() int {
	removeOrphans()
	dir = filepath.Join(os.TempDir(), prefix+strconv.Itoa(os.Getpid()))
	defer remove(dir)
	return t.M.Run()
}

// Open opens a new project of its own for one test.
func Open(t *testing.T) *staging.Store {
	t.Helper()
	s, err := staging.Open(t.Context(), staging.Options{DSN: DSN(t), Project: Project()})
	if err != nil {
		t.Fatalf("open staging: %v", err)
	}
	t.Cleanup(func() {
		if os.Getenv("MIGRATE_TEST_DSN") != "" {
			if err := s.Drop(context.Background()); err != nil {
				t.Errorf("drop the test's project: %v", err)
			}
		}
		_ = s.Close()
	})
	return s
}

// SharedDSN is DSN where a test's helper has no *testing.T.
func SharedDSN() (string, error) { return cluster() }

// DSN returns the connection string of the tests' server.
func DSN(t *testing.T) string {
	t.Helper()
	dsn, err := cluster()
	if err != nil {
		t.Fatalf("a PostgreSQL for tests: %v", err)
	}
	return dsn
}

// Project invents a project name that no other test has.
func Project() string { return "t_" + strings.ToLower(rand.Text())[:12] }

// hasten trades what tests do not need, surviving a power cut, for speed.
func hasten(ctx context.Context, dsn string) error {
	conn, err := pgconn.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, sql := range []string{"alter system set fsync = off", "select pg_reload_conf()"} {
		if err := conn.Exec(ctx, sql).Close(); err != nil {
			return err
		}
	}
	return nil
}

func remove(dir string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s, _ := embedded.Status(ctx, dir)
	if err := embedded.Stop(ctx, dir); err != nil {
		fmt.Fprintf(os.Stderr, "stop the tests' PostgreSQL in %s: %v\n", dir, err)
		return
	}
	if s.Dir != "" {
		_ = os.RemoveAll(s.Dir)
	}
	_ = os.RemoveAll(dir)
}

// removeOrphans stops the clusters of test processes that were killed.
func removeOrphans() {
	dirs, _ := filepath.Glob(filepath.Join(os.TempDir(), prefix+"*"))
	for _, d := range dirs {
		pid, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(d), prefix))
		if p, ferr := os.FindProcess(pid); err == nil && ferr == nil && errors.Is(p.Signal(syscall.Signal(0)), os.ErrProcessDone) {
			remove(d)
		}
	}
}
