//go:build unix

package embedded_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/odoo-migrate/odoo-migrate/staging/embedded"
)

// project returns a folder that the cluster's user can enter, and stops its cluster at the end.
func project(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "migrate-embedded-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	stopAtEnd(t, dir)
	return dir
}

func stopAtEnd(t *testing.T, dir string) {
	t.Helper()
	t.Cleanup(func() {
		s, _ := embedded.Status(context.Background(), dir)
		if err := embedded.Stop(context.Background(), dir); err != nil {
			t.Errorf("stop: %v", err)
		}
		if s.Dir != "" {
			_ = os.RemoveAll(filepath.Dir(s.Dir))
		}
		_ = os.RemoveAll(dir)
	})
}

func start(t *testing.T, dir string) *embedded.Cluster {
	t.Helper()
	c, err := embedded.Start(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func ask(t *testing.T, dsn, sql string) string {
	t.Helper()
	conn, err := pgconn.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	results, err := conn.Exec(t.Context(), sql).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	last := results[len(results)-1]
	if len(last.Rows) == 0 {
		return ""
	}
	return string(last.Rows[0][0])
}

// One cluster's life: two commands at once make and share it, it says how it is, survives kill -9 of the server with
// what was committed, is found again at once, and stops.
func TestClusterLives(t *testing.T) {
	dir := project(t)
	if s, err := embedded.Status(t.Context(), dir); err != nil || s.Exists || s.Running {
		t.Fatalf("status before the first start: %+v, %v", s, err)
	}
	if _, err := os.Stat(filepath.Join(dir, ".migrate")); err == nil {
		t.Fatal("asking for the status created .migrate")
	}
	clusters := make([]*embedded.Cluster, 2)
	var wg sync.WaitGroup
	for i := range clusters {
		wg.Go(func() { clusters[i] = start(t, dir) })
	}
	wg.Wait()
	if *clusters[0] != *clusters[1] {
		t.Fatalf("two starts gave two clusters: %+v and %+v", clusters[0], clusters[1])
	}
	dsn := clusters[0].DSN
	ask(t, dsn, "create table kept(n int); insert into kept values (42)")
	for setting, want := range map[string]string{"jit": "off", "fsync": "on", "wal_level": "minimal", "timezone": "UTC",
		"listen_addresses": "", "max_connections": "50", "server_encoding": "UTF8"} {
		if got := ask(t, dsn, "show "+setting); got != want {
			t.Errorf("%s is %q, want %q", setting, got, want)
		}
	}

	s, err := embedded.Status(t.Context(), dir)
	if err != nil || !s.Running || s.PID == 0 || s.Bytes < 1<<20 || s.DSN != dsn || s.Version != clusters[0].Version {
		t.Fatalf("status: %+v, %v", s, err)
	}
	begin := time.Now()
	start(t, dir)
	if d := time.Since(begin); d > time.Second {
		t.Errorf("finding the running cluster took %v", d)
	}

	if err := syscall.Kill(s.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, start(t, dir).DSN, "select n from kept"); got != "42" {
		t.Fatalf("after kill -9: %q", got)
	}
	psql(t, dir)

	if err := embedded.Stop(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if s, err := embedded.Status(t.Context(), dir); err != nil || s.Running || !s.Exists {
		t.Fatalf("status after stop: %+v, %v", s, err)
	}
	if _, _, err := embedded.Psql(t.Context(), dir); !errors.Is(err, embedded.ErrNotRunning) {
		t.Fatalf("psql of a stopped cluster: %v", err)
	}
	staleNumber(t, dir, s.Dir)
}

func psql(t *testing.T, dir string) {
	t.Helper()
	argv, env, err := embedded.Psql(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), argv[0], append(argv[1:], "-Atc", "select n from kept")...)
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != "42" {
		t.Fatalf("%v: %s %v", argv, out, err)
	}
}

// staleNumber leaves a postmaster.pid whose number belongs to another living process of the cluster's user, as a
// restarted container does.
func staleNumber(t *testing.T, dir, data string) {
	t.Helper()
	if runtime.GOOS != "linux" {
		return
	}
	info, err := os.Stat(data)
	if err != nil {
		t.Fatal(err)
	}
	sleeper := exec.Command("sleep", "30")
	sleeper.Dir = "/"
	sleeper.SysProcAttr = &syscall.SysProcAttr{}
	if os.Geteuid() == 0 {
		st := info.Sys().(*syscall.Stat_t)
		sleeper.SysProcAttr.Credential = &syscall.Credential{Uid: st.Uid, Gid: st.Gid}
	}
	if err := sleeper.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sleeper.Process.Kill(); _ = sleeper.Wait() }()
	pid := filepath.Join(data, "postmaster.pid")
	text := strings.Join([]string{strconv.Itoa(sleeper.Process.Pid), data, "1700000000", "5432", data, ""}, "\n") + "\n"
	if err := os.WriteFile(pid, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, start(t, dir).DSN, "select n from kept"); got != "42" {
		t.Fatalf("after a stale postmaster.pid: %q", got)
	}
}

// A project under a folder that the cluster's user cannot enter, with a path too long for a socket.
func TestClusterElsewhere(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Log("not root: every folder of ours can be entered; only the long path is tried")
	}
	closed, err := os.MkdirTemp("/tmp", "migrate-closed-")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(closed, strings.Repeat("long", 20), "project")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(closed) })
	stopAtEnd(t, dir)
	c := start(t, dir)
	if got := ask(t, c.DSN, "select 1"); got != "1" {
		t.Fatal(got)
	}
	_, err = os.Stat(filepath.Join(dir, ".migrate", "pg.place"))
	if elsewhere := err == nil; elsewhere != (os.Geteuid() == 0) {
		t.Errorf("pointer file: %v; data in %s", err, c.Dir)
	}
	s, err := embedded.Status(t.Context(), dir)
	if err != nil || !s.Running || s.Dir != c.Dir {
		t.Errorf("status: %+v, %v", s, err)
	}
}

// A kill in the middle of initdb leaves a data directory that looks complete and a marker.
func TestUnfinishedClusterIsMadeAgain(t *testing.T) {
	dir := project(t)
	c := start(t, dir)
	if err := embedded.Stop(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(c.Dir, "global", "pg_control")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".migrate", "pg.unfinished"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, start(t, dir).DSN, "select 1"); got != "1" {
		t.Fatal(got)
	}
}
