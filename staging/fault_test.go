//go:build unix

package staging_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/staging"
	"github.com/odoo-migrate/odoo-migrate/staging/embedded"
	"github.com/odoo-migrate/odoo-migrate/staging/stagingtest"
)

// What PostgreSQL says while a command runs becomes a sentence with a remedy.
func TestFaults(t *testing.T) {
	s := stagingtest.Open(t)
	for code, want := range map[string]error{"53100": staging.ErrDiskFull, "42501": staging.ErrRights, "57P01": staging.ErrUnavailable} {
		_, err := s.Exec(t.Context(), "do $$ begin raise exception 'could not extend file' using errcode = '"+code+"'; end $$")
		advised(t, err, want, "")
		err = s.InTx(t.Context(), func(q staging.Queryer) error {
			_, err := q.Exec(t.Context(), "do $$ begin raise exception 'could not extend file' using errcode = '"+code+"'; end $$")
			return err
		})
		advised(t, err, want, "")
	}
	err := s.InTx(t.Context(), func(q staging.Queryer) error {
		_, err := q.Exec(t.Context(), "set local statement_timeout = '20ms'; select pg_sleep(5)")
		return err
	})
	advised(t, err, staging.ErrLimit, "statement_timeout")
	_, err = s.Exec(t.Context(), "select pg_terminate_backend(pg_backend_pid())")
	advised(t, err, staging.ErrUnavailable, "runs")
	if got := text(t, s, "select 'back'"); got != "back" {
		t.Error(got)
	}
}

// The private cluster: Open starts it; what was committed survives kill -9 of the server, unlogged rows are gone and
// said to be, and the same folder opens again.
func TestOpenSurvivesKill(t *testing.T) {
	dir, err := os.MkdirTemp("/tmp", "migrate-kill-")
	check(t, err)
	check(t, os.Chmod(dir, 0o755))
	defer func() {
		state, _ := embedded.Status(t.Context(), dir)
		if err := embedded.Stop(t.Context(), dir); err != nil {
			t.Error(err)
		}
		_ = os.RemoveAll(state.Dir)
		_ = os.RemoveAll(dir)
	}()
	open := func() *staging.Store {
		return must[*staging.Store](t)(staging.Open(t.Context(), staging.Options{Dir: dir, Project: "p"}))
	}
	s := open()
	snap := landCSV(t, s, "c", "x\na\nb\n")
	check(t, s.Event(t.Context(), 1, "before", nil))
	w := must[*staging.StageWriter](t)(s.StageWriter(t.Context(), 1, layout, kinds))
	check(t, w.Write([]record.Record{partner("m.a", "true", "<null>", "1", "", "", "", "", "<null>", "")}, [][32]byte{{}}))
	must[int64](t)(w.Close(t.Context()))

	state := must[embedded.State](t)(embedded.Status(t.Context(), dir))
	check(t, syscall.Kill(state.PID, syscall.SIGKILL))
	begin := time.Now()
	for err = nil; err == nil && time.Since(begin) < 10*time.Second; { // its processes take a moment to notice
		_, err = s.Exec(t.Context(), "select 1")
	}
	advised(t, err, staging.ErrUnavailable, "runs")
	_ = s.Close()
	s = open()
	t.Logf("open again after kill -9: %v", time.Since(begin))
	check(t, s.CheckEvents(t.Context()))
	if rows := rowsOf(t, s, snap); len(rows) != 2 {
		t.Errorf("%d landed rows", len(rows))
	}
	_, err = s.StagedTable(t.Context(), 1, "partners")
	advised(t, err, staging.ErrStagedLost, "migrate stage")
	if _, err := os.Stat(filepath.Join(dir, ".migrate")); err != nil {
		t.Error(err)
	}
	check(t, s.Close())
}
