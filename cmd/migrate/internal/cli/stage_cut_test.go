//go:build unix

package cli_test

import (
	"context"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/cli"
	"github.com/odoo-migrate/odoo-migrate/staging"
	"github.com/odoo-migrate/odoo-migrate/staging/stagingtest"
)

// TestStagingFailsStage has PostgreSQL fail a dry run where it is most in the way. One sentence says what happened, and the
// next dry run leaves what an undisturbed one leaves.
func TestStagingFailsStage(t *testing.T) {
	const (
		landing    = `copy "SCHEMA"."land_`
		mapping    = `copy "SCHEMA"."staged_`
		validating = "first_row::text"
		cutSays    = `^(.* )?error: .*PostgreSQL cannot be reached: .* remedy: Check that the server of staging runs .*then run the command again\.$`
		limitSays  = `^(.* )?error: .*PostgreSQL ended a statement before its time: .*statement timeout.* remedy: .*Raise statement_timeout, .*then run the command again\.$`
	)
	s := newShop(t)
	wire, err := stagingtest.OpenWire(t.Cleanup, s.dsn, false)
	if err != nil {
		t.Fatal(err)
	}
	want := s.left(t)
	for _, test := range []struct {
		name, at string
		fail     func(context.Context, *testing.T, *staging.Store, stagingtest.Message)
		says     string
	}{
		{"cut while files land", landing, cutBackend, cutSays},
		{"cut while records are mapped", mapping, cutBackend, cutSays},
		{"cut while records are validated", validating, cutBackend, cutSays},
		{"no time while files land", landing, lockTables("land"), limitSays},
		{"no time while records are mapped", mapping, lockTables("staged"), limitSays},
		{"no time while records are validated", validating, lockTables("staged"), limitSays},
	} {
		t.Run(test.name, func(t *testing.T) {
			s.forget(t)
			store := s.store(t)
			var once sync.Once
			running, ended := context.WithCancel(t.Context())
			wire.Tell(func(m stagingtest.Message) {
				if strings.Contains(m.Statement, strings.ReplaceAll(test.at, "SCHEMA", store.Schema())) {
					once.Do(func() { test.fail(running, t, store, m) })
				}
			})
			direct := s.dsn
			s.dsn = wire.DSN + "&statement_timeout=1000"
			r := s.run(t.Context(), nil, "stage")
			s.dsn = direct
			wire.Tell(nil)
			fit(t, r)
			if talk := strings.Join(strings.Fields(r.stderr), " "); r.code != cli.Failure || !regexp.MustCompile(test.says).MatchString(talk) {
				t.Errorf("exit code %d, says %s", r.code, talk)
			}
			ended()
			if got := s.left(t); !reflect.DeepEqual(got, want) {
				t.Errorf("%+v\nundisturbed: %+v", got, want)
			}
		})
	}
}

// cutBackend ends the connection that a message is about to use, as an administrator or a restart of the server does.
func cutBackend(_ context.Context, t *testing.T, store *staging.Store, m stagingtest.Message) {
	if _, err := store.Exec(context.Background(), fmt.Sprintf("select pg_terminate_backend(%d)", m.Backend)); err != nil {
		t.Error(err)
	}
}

// lockTables has the statement that a message begins wait for its tables, longer than it may, until running ends.
func lockTables(kind string) func(context.Context, *testing.T, *staging.Store, stagingtest.Message) {
	return func(running context.Context, t *testing.T, store *staging.Store, _ stagingtest.Message) {
		var names []string
		for _, v := range pairs(t, store, "select quote_ident(relname), '' from pg_class where relnamespace = '"+store.Schema()+"'::regnamespace and relkind = 'r' and relname ~ '^"+kind+"_[0-9]+$'") {
			names = append(names, "{s}."+v[0])
		}
		locked := make(chan error, 1)
		go func() {
			err := store.InTx(context.Background(), func(q staging.Queryer) error {
				_, err := q.Exec(context.Background(), "lock table "+strings.Join(names, ", ")+" in access exclusive mode")
				locked <- err
				<-running.Done()
				return err
			})
			if err != nil {
				locked <- err
			}
		}()
		if err := <-locked; err != nil {
			t.Error(err)
		}
	}
}

// TestPooledStaging works through a pooler in transaction mode that is as hard as one can be: each transaction runs in
// another session, and the session it leaves is reset. A program that left anything in a session would lose it.
func TestPooledStaging(t *testing.T) {
	calm := newShop(t)
	want := calm.evidence(t, calm.must(t, cli.Done, cutover...))
	s := newShop(t)
	wire, err := stagingtest.OpenWire(t.Cleanup, s.dsn, true)
	if err != nil {
		t.Fatal(err)
	}
	s.dsn = wire.DSN
	store := s.store(t)
	if _, err := store.Exec(t.Context(), "select set_config('migrate.left', 'behind', false)"); err != nil {
		t.Fatal(err)
	}
	if kept := pairs(t, store, "select coalesce(current_setting('migrate.left', true), ''), ''"); kept[0][0] != "" {
		t.Fatal("a setting outlived its transaction: the test proves nothing")
	}
	s.must(t, cli.Done, "stage")
	if got := s.evidence(t, s.must(t, cli.Done, cutover...)); !got.equal(want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	for _, command := range []string{"delta", "verify", "rollback", "runs"} {
		s.must(t, cli.Done, command)
	}
	if left := s.loaded(); left["res.partner"] != 0 || left["sale.order"] != 0 {
		t.Errorf("the rollback left %v", left)
	}
}
