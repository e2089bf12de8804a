//go:build unix

package cli_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/cli"
)

// process prepares a command in a process of its own: this test binary, called migrate, is the program.
func (s *shop) process(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path)
	cmd.Args = append([]string{"migrate", "--config", filepath.Join(s.dir, "migrate.yaml")}, args...)
	cmd.Env = append(os.Environ(), s.environ()...)
	return cmd
}

// processThrough is process with another connection string of staging.
func (s *shop) processThrough(t *testing.T, dsn string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := s.process(t, args...)
	cmd.Env = append(cmd.Env, "MIGRATE_DSN="+dsn)
	return cmd
}

// signalAt runs a command in a process of its own and sends it a signal before its nth call to Odoo.
func (s *shop) signalAt(t *testing.T, nth int, sig os.Signal, args ...string) result {
	t.Helper()
	var out, talk bytes.Buffer
	cmd := s.process(t, args...)
	cmd.Stdout, cmd.Stderr = &out, &talk
	sent := make(chan error, 1)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s.at(nth, func() { sent <- cmd.Process.Signal(sig) })
	err := cmd.Wait()
	s.before.Store(nil)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), out.String(), talk.String()}
}

// TestSignals sends a real process what a terminal and an init system send.
func TestSignals(t *testing.T) {
	calm := newShop(t)
	want := calm.evidence(t, calm.must(t, cli.Done, cutover...))
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			r := s.signalAt(t, 45, sig, cutover...)
			fit(t, r)
			if r.code != cli.Interrupted || !strings.Contains(r.stderr, "stopped as asked") {
				t.Fatalf("%s: %s", sig, r)
			}
			if n := len(s.loaded()); n == 0 {
				t.Error("it was stopped before anything was loaded: the test proves nothing")
			}
			if got := s.evidence(t, s.resume(t)); !got.equal(want) {
				t.Errorf("%+v, want %+v", got, want)
			}
		})
	}
}

// TestPauseBySignal pauses a real process between two batches, sees that it sends nothing more, and lets it go on.
func TestPauseBySignal(t *testing.T) {
	calm := newShop(t)
	want := calm.evidence(t, calm.must(t, cli.Done, cutover...))
	s := newShop(t)
	log := filepath.Join(s.dir, "run.log")
	var out, talk bytes.Buffer
	cmd := s.process(t, append(cutover, "--log", log)...)
	cmd.Stdout, cmd.Stderr = &out, &talk
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s.at(45, func() { _ = cmd.Process.Signal(syscall.SIGUSR1) })
	until(t, log, "paused")
	// What was under way when it was paused is finished; after that there is silence.
	quiet, loaded := s.calls.Load(), s.loaded()["res.partner"]
	for settled := time.Now(); time.Since(settled) < 300*time.Millisecond; time.Sleep(10 * time.Millisecond) {
		if n := s.calls.Load(); n != quiet {
			quiet, loaded, settled = n, s.loaded()["res.partner"], time.Now()
		}
	}
	time.Sleep(200 * time.Millisecond)
	if n := s.calls.Load(); n != quiet || s.loaded()["res.partner"] != loaded {
		t.Errorf("%d calls while it was paused", n-quiet)
	}
	if err := cmd.Process.Signal(syscall.SIGUSR2); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, talk.String())
	}
	if got := s.evidence(t, result{0, out.String(), talk.String()}); !got.equal(want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := states(t, log); len(got) < 2 || got[0] != "paused" || got[1] != "flowing" {
		t.Errorf("logged %v", got)
	}
}
