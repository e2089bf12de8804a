package cli_test

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/cli"
)

// cutover in small batches, so that there are many places to stop at. No stage is made before: the plan is not the point.
var cutover = []string{"cutover", "--format", "json", "--batch", "10", "--override", "plan=tester: no stage in this test"}

// at calls do before the nth call from now on reaches Odoo, once.
func (s *shop) at(nth int, do func()) {
	first, once := int(s.calls.Load()), sync.Once{}
	tell := func(call int) {
		if call-first >= nth {
			once.Do(do)
		}
	}
	s.before.Store(&tell)
}

// stopAt runs a command and presses Ctrl-C before its nth call to Odoo; twice, where it is to end at once.
func (s *shop) stopAt(t *testing.T, nth int, twice bool, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stop := make(chan struct{})
	s.at(nth, func() {
		close(stop)
		if twice {
			cancel()
		}
	})
	r := s.run(ctx, stop, args...)
	s.before.Store(nil)
	fit(t, r)
	return r
}

// evidence is what a load leaves that must not depend on interruptions.
type evidence struct {
	odoo  map[string]int
	roots map[string]string
}

func (s *shop) evidence(t *testing.T, r result) evidence {
	t.Helper()
	l := decode[struct {
		Verify struct {
			Mappings []struct {
				Mapping  string
				Compared int
				OdooRoot string `json:"odoo_root"`
			}
		}
	}](t, r)
	e := evidence{s.loaded(), map[string]string{}}
	for _, m := range l.Verify.Mappings {
		e.roots[m.Mapping] = m.OdooRoot
	}
	return e
}

func (e evidence) equal(o evidence) bool {
	return maps.Equal(e.odoo, o.odoo) && maps.Equal(e.roots, o.roots)
}

// TestInterruptedCutover presses Ctrl-C, once and twice, before every call of a cutover, resumes it, and wants what an
// undisturbed cutover leaves: the same records, none twice, the same digests.
func TestInterruptedCutover(t *testing.T) {
	calm := newShop(t)
	before := calm.calls.Load()
	want := calm.evidence(t, calm.must(t, cli.Done, cutover...))
	calls := int(calm.calls.Load() - before)
	if len(want.odoo) == 0 || len(want.roots) != 5 || calls < 20 {
		t.Fatalf("undisturbed: %d calls, %+v", calls, want)
	}
	t.Logf("%d calls", calls)
	for nth := 1; nth <= calls; nth += 7 {
		t.Run(fmt.Sprintf("before call %d", nth), func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			twice := nth%2 == 0
			r := s.stopAt(t, nth, twice, cutover...)
			if r.code != cli.Interrupted && r.code != cli.Done {
				t.Fatalf("call %d, twice %v: %s", nth, twice, r)
			}
			if r.code == cli.Interrupted {
				if !strings.Contains(r.stderr, "Run migrate cutover --resume") {
					t.Errorf("call %d, twice %v: the remedy is missing: %s", nth, twice, r)
				}
				r = s.resume(t)
			}
			if got := s.evidence(t, r); !got.equal(want) {
				t.Errorf("call %d, twice %v: %+v, want %+v", nth, twice, got, want)
			}
			s.must(t, cli.Done, "verify")
			s.must(t, cli.Done, "rollback")
			if left := s.loaded(); left["res.partner"] != 0 || left["sale.order"] != 0 {
				t.Errorf("call %d: the rollback left %v", nth, left)
			}
		})
	}
}

// resume goes on with a cutover, or begins it where it had not begun.
func (s *shop) resume(t *testing.T) result {
	t.Helper()
	r := s.run(t.Context(), nil, append(cutover, "--resume")...)
	if strings.Contains(r.stderr, "there is no cutover into production to resume") {
		return s.must(t, cli.Done, cutover...)
	}
	if r.code != cli.Done {
		t.Fatalf("resume: %s", r)
	}
	fit(t, r)
	return r
}

// TestInterruptedAnywhere presses Ctrl-C in every other command: exit code 5, a remedy, and the next time works as if
// nothing had been.
func TestInterruptedAnywhere(t *testing.T) {
	s := newShop(t)
	closed := make(chan struct{})
	close(closed)
	for _, args := range []string{"audit", "stage", "runs", "cutover"} {
		r := s.run(t.Context(), closed, args)
		fit(t, r)
		if r.code != cli.Interrupted || r.stdout != "" {
			t.Errorf("migrate %s, stopped before it began: %s", args, r)
		}
	}
	for nth := 1; nth < 12; nth++ {
		if r := s.stopAt(t, nth, false, "stage"); r.code != cli.Interrupted && r.code != cli.Done {
			t.Errorf("stage, call %d: %s", nth, r)
		}
	}
	s.must(t, cli.Done, "stage")
	s.must(t, cli.Done, "cutover")
	loaded := s.loaded()
	for nth := 1; nth < 12; nth++ {
		if r := s.stopAt(t, nth, false, "verify"); r.code != cli.Interrupted && r.code != cli.Done {
			t.Errorf("verify, call %d: %s", nth, r)
		}
	}
	s.must(t, cli.Done, "verify")
	if got := s.loaded(); !maps.Equal(got, loaded) {
		t.Errorf("interrupted verifications changed Odoo: %v, before %v", got, loaded)
	}
	interrupted := 0
	for nth := 1; nth < 60; nth += 3 {
		r := s.stopAt(t, nth, nth%2 == 0, "rollback")
		if r.code == cli.Done {
			break
		}
		interrupted++
		if r.code != cli.Interrupted || !strings.Contains(r.stderr, "Run migrate rollback again: it goes on where it stopped.") {
			t.Errorf("rollback, call %d: %s", nth, r)
		}
	}
	if left := s.loaded(); interrupted == 0 || left["res.partner"] != 0 || left["sale.order"] != 0 || left["product.product"] != 0 {
		t.Errorf("after %d interruptions the rollback left %v", interrupted, left)
	}
}
