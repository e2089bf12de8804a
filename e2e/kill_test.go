//go:build odoo

package e2e

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

// killSeeds are the moments at which a cutover is killed; a failure names its seed.
var killSeeds = []uint64{1, 2, 3, 4, 5}

// A cutover that is killed at any moment and resumed ends as one that nobody disturbed, and can be undone like it.
func TestKilled(t *testing.T) {
	want := undisturbed(t)
	for _, seed := range killSeeds {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			s := fresh(t)
			f := demoCompany(t, s)
			before := s.fingerprint(t)
			migrate[pipeline.Stage](t, f, done, "stage")
			r := rand.New(rand.NewPCG(seed, 0))
			killed(t, f, r, want.ids, "cutover", "--batch", "40")
			if r.IntN(2) == 0 { // and killed again on its way back up
				killed(t, f, r, want.ids, "cutover", "--resume", "--batch", "40")
			}
			l := resume(t, f)
			if got := rootsOf(l); !maps.Equal(got, want.roots) {
				t.Errorf("Merkle roots %v\nwant %v", got, want.roots)
			}
			if got := s.counts(t); !maps.Equal(got, want.counts) {
				t.Errorf("records %v\nwant %v", got, want.counts)
			}
			s.expect(t, single)
			s.expect(t, quiet)
			if !l.Clean() {
				t.Errorf("the resumed run is not clean: %v %+v", l.Balance, l.Controls)
			}
			if seed%2 == 0 {
				return // undoing takes as long as loading
			}
			u := migrate[pipeline.Undo](t, f, done, "rollback")
			if !u.Proven() {
				t.Errorf("rollback: %+v", u.Result)
			}
			s.sameAs(t, "after the rollback", before)
		})
	}
}

// outcome is what a load left.
type outcome struct {
	roots  map[string][2]string
	counts map[string]string
	ids    int // external ids of ours
}

// undisturbed loads the company without anybody disturbing it.
func undisturbed(t *testing.T) outcome {
	t.Helper()
	s := fresh(t)
	f := demoCompany(t, s)
	migrate[pipeline.Stage](t, f, done, "stage")
	l := migrate[pipeline.Load](t, f, done, "cutover")
	out := outcome{roots: rootsOf(l), counts: s.counts(t)}
	if _, err := fmt.Sscan(out.counts["external ids"], &out.ids); err != nil || out.ids < 1000 {
		t.Fatalf("%q external ids after an undisturbed load", out.counts["external ids"])
	}
	s.expect(t, single)
	return out
}

func (s *server) counts(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{"external ids": s.value(t, oursNow)}
	for _, table := range []string{
		"res_partner", "product_product", "product_template", "product_category", "sale_order", "sale_order_line", "account_move", "account_move_line",
		"account_account", "mail_mail", "mail_message",
	} {
		out[table] = s.value(t, "select count(*) from "+table)
	}
	out["posted"] = s.value(t, "select count(*) from account_move where state = 'posted'")
	return out
}

const oursNow = "select count(*) from ir_model_data where module = 'ardent'"

// single says that nothing is there twice.
var single = []check{
	{"orders that are there twice", "select count(*) - count(distinct origin) from sale_order", "0"},
	{"lines that are there twice", "select count(*) - count(distinct (order_id, sequence)) from sale_order_line", "0"},
	{"products that are there twice", "select count(*) - count(distinct default_code) from product_product", "0"},
	{"customers that are there twice", "select count(*) - count(distinct ref) from res_partner where ref is not null", "0"},
	{"records with two external ids of ours", "select count(*) - count(distinct (model, res_id)) from ir_model_data where module = 'ardent'", "0"},
	{"partners without an external id", "select count(*) from res_partner p where not exists (select from ir_model_data d where d.model = 'res.partner' and d.res_id = p.id)", withoutID},
	{"orders without an external id", "select count(*) from sale_order o where not exists (select from ir_model_data d where d.model = 'sale.order' and d.res_id = o.id)", "0"},
	{"lines without an external id", "select count(*) from sale_order_line o where not exists (select from ir_model_data d where d.model = 'sale.order.line' and d.res_id = o.id)", "0"},
}

// withoutID is how many partners of a fresh database have no external id.
const withoutID = "0"

// killed starts the program and kills it when a random share of the records is in Odoo and a random moment more is over.
func killed(t *testing.T, f *folder, r *rand.Rand, ids int, args ...string) {
	t.Helper()
	have := f.server.ids(t)
	after := min(ids, have+1+r.IntN(max(1, (ids-have)*9/10)))
	pause := time.Duration(r.IntN(250)) * time.Millisecond
	for deadline := time.Now().Add(holdLife); ; time.Sleep(time.Second) {
		talk, killed := killedOnce(t, f, after, pause, args...)
		if killed {
			t.Logf("killed migrate %v at %d of %d records", args, f.server.ids(t), ids)
			return
		}
		if !strings.Contains(talk, held) || time.Now().After(deadline) {
			t.Fatalf("migrate %v ended by itself before it was killed at %d of %d records\n%s", args, after, ids, talk)
		}
	}
}

// killedOnce starts the program and kills it once so many external ids are in Odoo and pause is over. It reports what a
// program said that ended by itself.
func killedOnce(t *testing.T, f *folder, after int, pause time.Duration, args ...string) (talk string, killed bool) {
	t.Helper()
	cmd := f.command(t, args...)
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	over := make(chan error, 1)
	go func() { over <- cmd.Wait() }()
	for deadline := time.Now().Add(3 * time.Minute); f.server.ids(t) < after || f.server.value(t, marked) == "0"; {
		select {
		case <-over:
			return said.String(), false
		case <-time.After(5 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			_ = cmd.Process.Kill() // the test fails in any case
			t.Fatalf("%d of %d records are in Odoo after three minutes", f.server.ids(t), after)
		}
	}
	select {
	case <-over:
		return said.String(), false
	case <-time.After(pause):
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatalf("kill: %v", err)
	}
	err := <-over
	return said.String(), err != nil && err.Error() == "signal: killed"
}

// marked counts the marks that a load writes before its first record.
const marked = "select count(*) from ir_config_parameter where key like 'migrate.epoch.%'"

func (s *server) ids(t *testing.T) (n int) {
	t.Helper()
	if _, err := fmt.Sscan(s.value(t, oursNow), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// A killed process holds project and target until its leases run out; until then others are told so.
const (
	held     = "another run"
	holdLife = time.Minute
)

// resume resumes a killed run, as a person does who is told to wait.
func resume(t *testing.T, f *folder, more ...string) pipeline.Load {
	t.Helper()
	return afterHold[pipeline.Load](t, f, append([]string{"cutover", "--resume", "--batch", "40"}, more...)...)
}

// afterHold calls the program as soon as the hold of a killed process ends.
func afterHold[T any](t *testing.T, f *folder, args ...string) T {
	t.Helper()
	for deadline := time.Now().Add(holdLife); time.Now().Before(deadline); time.Sleep(time.Second) {
		code, out, talk := f.call(t, args...)
		if code == failure && strings.Contains(talk, held) {
			continue
		}
		return decoded[T](t, done, code, out, talk, args)
	}
	t.Fatal("the hold of a killed process does not end")
	var none T
	return none
}
