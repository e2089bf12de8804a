package cli_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/cli"
	"github.com/odoo-migrate/odoo-migrate/staging"
	"github.com/odoo-migrate/odoo-migrate/staging/embedded"
)

// TestDiskFull lands a file that does not fit on the disk of the private cluster: one sentence and what to do, and when
// there is room again the next try works.
func TestDiskFull(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("mounts a small tmpfs, which only root may: run the tests as root to have it")
	}
	t.Parallel()
	dir := openFolder(t)
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=60m"); err != nil {
		t.Skipf("mounts a small tmpfs, which this machine refuses (%v): run the tests where mount(2) is allowed", err)
	}
	t.Cleanup(func() {
		if err := embedded.Remove(context.Background(), dir); err != nil {
			t.Error(err)
		}
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	s, err := openShop(t.Cleanup, dir)
	if err != nil {
		t.Fatal(err)
	}
	big := filepath.Join(t.TempDir(), "big.csv")
	manyCustomers(t, big, 400_000)
	if err := s.rewrite("migrate.yaml", "staging: {dsn: {env: MIGRATE_DSN}}\n", "", "exports/customers.csv", big); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time the server has not even room to start
		r := s.must(t, cli.Failure, "stage")
		talk := strings.Join(strings.Fields(r.stderr), " ")
		if !regexp.MustCompile(`^error: .*staging's disk is full: .*No space left on device remedy: Free disk space (for the project folder|where PostgreSQL keeps its data)`).MatchString(talk) {
			t.Errorf("says %s", talk)
		}
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size=600m"); err != nil {
		t.Fatal(err)
	}
	if err := s.rewrite("migrate.yaml", big, "exports/customers.csv"); err != nil {
		t.Fatal(err)
	}
	s.forgetLease(t)
	s.must(t, cli.Done, "stage")
	status := decode[struct {
		Version int
		Running bool
	}](t, s.must(t, cli.Done, "staging", "status", "--format", "json"))
	if status.Version != 1 || !status.Running {
		t.Errorf("%+v", status)
	}
	stopped := s.must(t, cli.Done, "staging", "stop", "--format", "json")
	if problem := badJSON(stopped.stdout); problem != "" {
		t.Errorf("%s\n%s", problem, stopped)
	}
}

// forgetLease ends the lease of the run that broke down, rather than waiting 20 seconds until it ends by itself: the
// process that held it, this one, lives on.
func (s *shop) forgetLease(t *testing.T) {
	t.Helper()
	store, err := staging.Open(t.Context(), staging.Options{Dir: s.dir, Project: s.project})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	if _, err := store.Exec(t.Context(), "update {s}.leases set expires_at = clock_timestamp()"); err != nil {
		t.Fatal(err)
	}
}

// openFolder is a folder the cluster's user may enter, which t.TempDir's is not.
func openFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "migrate-cli-")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.Remove(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func manyCustomers(t *testing.T, path string, n int) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "No,Name,City,Country,Phone")
	for i := range n {
		fmt.Fprintf(w, "%d,Customer number %d,Bremen,DE,+49 421 %d\n", i, i, i)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
