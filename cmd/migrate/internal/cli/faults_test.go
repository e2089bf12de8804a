package cli_test

import (
	"context"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/cli"
	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/odootest"
)

// TestFaultsOfTheServer has Odoo fail during a load in every way a server and a proxy know. What can be waited out is
// waited out, what cannot is resumed; every record is there once.
func TestFaultsOfTheServer(t *testing.T) {
	calm := newShop(t)
	want := calm.evidence(t, calm.must(t, cli.Done, cutover...))
	for _, test := range []struct {
		name string
		rule odootest.Rule
		args string
		code int
		says string
	}{
		{name: "reply lost after the commit", rule: odootest.Rule{Method: "load", Nth: 2, Kind: odootest.LostReply}},
		{name: "connection closed before the commit", rule: odootest.Rule{Method: "load", Nth: 2, Kind: odootest.Dropped}},
		{name: "502 without having run", rule: odootest.Rule{Method: "load", Nth: 3, Kind: odootest.Status, Status: 502}},
		{name: "502 after the commit", rule: odootest.Rule{Method: "load", Nth: 3, Kind: odootest.LateStatus, Status: 502}},
		{name: "429", rule: odootest.Rule{Method: "load", Nth: 1, Times: 2, Kind: odootest.Status, Status: 429, Retry: time.Second}},
		{name: "429 while reading", rule: odootest.Rule{Method: "read", Nth: 2, Kind: odootest.Status, Status: 429}},
		{name: "could not serialize", rule: odootest.Rule{Method: "load", Nth: 2, Kind: odootest.Serialization}},
		{name: "no answer in time", rule: odootest.Rule{Method: "load", Nth: 2, Kind: odootest.Delay, Delay: 3 * time.Second}, args: "--call-timeout 1s"},
		{name: "413", rule: odootest.Rule{Method: "load", Nth: 2, Kind: odootest.Status, Status: 413}},
		{name: "413 whatever is sent", rule: odootest.Rule{Method: "load", Nth: 2, Times: 1000, Kind: odootest.Status, Status: 413}, args: "--patience 1s",
			code: cli.Interrupted, says: `^error: load \w+: the outcome of a batch is not known yet: .*not about the records in it remedy: Run migrate cutover --resume`},
		{name: "an outage longer than our patience", rule: odootest.Rule{Method: "load", Nth: 2, Times: 1000, Kind: odootest.Status, Status: 502}, args: "--patience 1s",
			code: cli.Interrupted, says: `^error: load \w+: the outcome of a batch is not known yet: .*no answer from it.* remedy: Run migrate cutover --resume`},
		{name: "an outage while external ids are asked for", rule: odootest.Rule{Model: "ir.model.data", Nth: 8, Times: 1000, Kind: odootest.Status, Status: 403},
			code: cli.Failure, says: `^error: .* remedy: Check user and password`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			s.double.Inject(test.rule)
			args := append(append([]string{}, cutover...), strings.Fields(test.args)...)
			r := s.must(t, test.code, args...)
			if talk := strings.Join(strings.Fields(r.stderr), " "); !regexp.MustCompile(test.says).MatchString(talk) {
				t.Errorf("says %s", talk)
			}
			if test.code != cli.Done {
				s.double.Heal()
				r = s.must(t, cli.Done, append(cutover, "--resume")...)
			}
			if got := s.evidence(t, r); !got.equal(want) {
				t.Errorf("%+v, want %+v", got, want)
			}
		})
	}
}

// TestStagingGoesAway cuts every connection to PostgreSQL in the middle of a cutover. What was done is in Odoo and, told by
// its external ids, nothing is done twice when the command is run again.
func TestStagingGoesAway(t *testing.T) {
	calm := newShop(t)
	want := calm.evidence(t, calm.must(t, cli.Done, cutover...))
	cut := 0
	for _, nth := range []int{30, 36, 47, 70} {
		s := newShop(t)
		s.dsn += "&application_name=" + s.project
		s.at(nth, func() {
			if _, err := calm.store(t).Exec(context.Background(), "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1", s.project); err != nil {
				t.Error(err)
			}
		})
		r := s.run(t.Context(), nil, cutover...)
		s.before.Store(nil)
		fit(t, r)
		if r.code == cli.Interrupted {
			cut++
			talk := strings.Join(strings.Fields(r.stderr), " ")
			if !regexp.MustCompile(`error: the load was cut short: .*PostgreSQL cannot be reached: .* remedy: Check that the server of staging runs`).MatchString(talk) {
				t.Errorf("call %d: %s", nth, talk)
			}
			r = s.must(t, cli.Done, cutover...)
		}
		if got := s.evidence(t, r); !got.equal(want) {
			t.Errorf("call %d: %+v, want %+v", nth, got, want)
		}
	}
	if cut == 0 {
		t.Error("no cutover was cut short: the test proves nothing")
	}
}

// TestSecondCutover: who works on the project is named, and nothing is written meanwhile.
func TestSecondCutover(t *testing.T) {
	s := newShop(t)
	s.must(t, cli.Done, "stage")
	store := s.store(t)
	token, _, err := store.AcquireLease(t.Context(), "run", "eve@desk[4711]", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"stage", "cutover", "delta"} {
		r := s.must(t, cli.Failure, command)
		if talk := strings.Join(strings.Fields(r.stderr), " "); !strings.HasPrefix(talk, "error: another run works on the project: eve@desk[4711] remedy: Wait for it") {
			t.Errorf("migrate %s: %s", command, talk)
		}
	}
	if got := s.loaded(); len(got) != 0 {
		t.Errorf("Odoo holds %v", got)
	}
	if err := store.ReleaseLease(context.Background(), "run", token); err != nil {
		t.Fatal(err)
	}
	s.must(t, cli.Done, "cutover")
}

// TestReportGoesNowhere: a place that cannot be written to is named.
func TestReportGoesNowhere(t *testing.T) {
	s := newShop(t)
	s.must(t, cli.Done, "stage")
	r := s.must(t, cli.Failure, "report", "--out", filepath.Join(s.dir, "migrate.yaml", "sub"))
	if !strings.Contains(r.stderr, "remedy: Choose a folder you may write to.") {
		t.Error(r)
	}
	filled := filepath.Join(s.dir, "exports", "orders.csv")
	before := mustRead(t, filled)
	r = s.must(t, cli.Failure, "stage", "--corrections", filled)
	if !strings.Contains(r.stderr, "remedy: Name another file, or move this one away.") || mustRead(t, filled) != before {
		t.Error(r)
	}
	r = s.must(t, cli.Failure, "audit", s.dir, "--html", filepath.Join(s.dir, "migrate.yaml", "audit.html"))
	if !strings.Contains(r.stderr, "remedy: ") {
		t.Error(r)
	}
}
