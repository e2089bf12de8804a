package staging_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/staging"
	"github.com/odoo-migrate/odoo-migrate/staging/stagingtest"
)

func TestRuns(t *testing.T) {
	s := stagingtest.Open(t)
	a := must[run.Run](t)(s.StartRun(t.Context(), run.Run{Kind: "stage", Actor: "anna", Host: "h", Version: "1", Target: "production"}))
	b := must[run.Run](t)(s.StartRun(t.Context(), run.Run{Kind: "cutover"}))
	if a.ID == 0 || a.State != run.Running || time.Since(a.Started).Abs() > time.Minute || !a.Finished.IsZero() {
		t.Errorf("%+v", a)
	}
	check(t, s.SetPlan(t.Context(), a.ID, "abc"))
	check(t, s.FinishRun(t.Context(), a.ID, run.Done, map[string]any{"z": 1, "a": "ü"}))
	check(t, s.FinishRun(t.Context(), b.ID, run.Failed, nil))
	got := must[run.Run](t)(s.Run(t.Context(), a.ID))
	if got.PlanHash != "abc" || got.State != run.Done || string(got.Summary) != `{"a":"ü","z":1}` || got.Finished.Before(got.Started) || got.Actor != "anna" {
		t.Errorf("%+v", got)
	}
	all := must[[]run.Run](t)(s.Runs(t.Context()))
	if len(all) != 2 || all[0].ID != b.ID || all[0].Summary != nil || !reflect.DeepEqual(all[1], got) {
		t.Errorf("%+v", all)
	}
	if _, err := s.Run(t.Context(), 99); !errors.Is(err, staging.ErrNotFound) {
		t.Error(err)
	}
	if err := s.FinishRun(t.Context(), 99, run.Done, nil); !errors.Is(err, staging.ErrNotFound) {
		t.Error(err)
	}
}

// The event log can only grow, also when several write to it, and every way of changing it is noticed.
func TestEvents(t *testing.T) {
	s := stagingtest.Open(t)
	check(t, s.CheckEvents(t.Context()))
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			if err := s.Event(t.Context(), int64(i%2+1), "kind", map[string]any{"n": i, "text": "ü\"\\\n"}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	check(t, s.CheckEvents(t.Context()))
	if n := len(must[[]staging.Event](t)(s.Events(t.Context(), 1))); n != 4 {
		t.Errorf("%d events of run 1", n)
	}
	for _, sql := range []string{"update {s}.events set kind = 'x'", "delete from {s}.events", "truncate {s}.events"} {
		if _, err := s.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s was allowed", sql)
		}
	}
	exec(t, s, "alter table {s}.events disable trigger append_only; create table {s}.copy as select * from {s}.events; create table {s}.head as select * from {s}.event_head")
	for _, tamper := range []string{
		"update {s}.events set kind = 'other' where seq = 3",
		"update {s}.events set data = replace(data, 'n', 'm') where seq = 8",
		"update {s}.events set at = at + interval '1 microsecond' where seq = 1",
		"update {s}.events set run_id = 9 where seq = 5",
		"update {s}.events set hash = '\\x00' where seq = 8",
		"delete from {s}.events where seq = 4",
		"delete from {s}.events where seq = 8",
		"delete from {s}.events",
		"delete from {s}.events where seq = 4; update {s}.events set seq = seq - 1 where seq > 4",
		"delete from {s}.events where seq = 8; update {s}.event_head set seq = 7",
	} {
		exec(t, s, tamper)
		advised(t, s.CheckEvents(t.Context()), staging.ErrTampered, "evidence")
		if t.Failed() {
			t.Fatalf("not noticed: %s", tamper)
		}
		exec(t, s, "delete from {s}.events; insert into {s}.events select * from {s}.copy; update {s}.event_head h set seq = o.seq, hash = o.hash from {s}.head o")
		check(t, s.CheckEvents(t.Context()))
	}
	seq, hash, err := s.EventHead(t.Context())
	if last := must[[]staging.Event](t)(s.Events(t.Context(), 0))[7]; err != nil || seq != 8 || hash != last.Hash {
		t.Errorf("head %d %s, %v", seq, hash, err)
	}
}

func target(t *testing.T, s *staging.Store) int64 {
	t.Helper()
	v, _, err := s.EnsureTarget(t.Context(), run.Target{URL: "http://o", Database: "d", UUID: "u", Epoch: "e"})
	check(t, err)
	return v.ID
}

func TestTargets(t *testing.T) {
	s := stagingtest.Open(t)
	want := run.Target{URL: "http://o", Database: "d", UUID: "u", Epoch: "e1"}
	a, created, err := s.EnsureTarget(t.Context(), want)
	check(t, err)
	if !created || a.Epoch != "e1" || a.ID == 0 {
		t.Errorf("%+v %v", a, created)
	}
	want.Epoch = "e2"
	b, created, err := s.EnsureTarget(t.Context(), want)
	check(t, err)
	if created || b != a {
		t.Errorf("%+v %v", b, created)
	}
	check(t, s.SetEpoch(t.Context(), a.ID, "e3"))
	if b, _, _ = s.EnsureTarget(t.Context(), want); b.Epoch != "e3" {
		t.Errorf("%+v", b)
	}
	want.UUID = "v"
	if b, created, _ = s.EnsureTarget(t.Context(), want); !created || b.ID == a.ID {
		t.Errorf("%+v %v", b, created)
	}
}

func entry(id string, dbid int64) run.Entry {
	return run.Entry{ExternalID: id, Mapping: "partners", Model: "res.partner", DBID: dbid, Digest: "d" + id, Values: json.RawMessage(`{"b": 1,  "a": 1.50}`), State: run.Active, RunID: 1}
}

func TestSettle(t *testing.T) {
	s := stagingtest.Open(t)
	tid := target(t, s)
	in := run.Intent{RunID: 1, TargetID: tid, Wave: 2, Lane: "l", Mapping: "partners", Model: "res.partner", Strategy: "load", Action: "create",
		ExternalIDs: []string{"m.b", "m.a,\"", "m.ä"}, PayloadDigest: "p", Owner: "me", Deadline: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)}
	id := must[int64](t)(s.Intend(t.Context(), in))
	in.ID, in.State, in.Attempt = id, run.Intended, 1
	if open := must[[]run.Intent](t)(s.OpenIntents(t.Context(), tid)); len(open) != 1 || !reflect.DeepEqual(open[0], in) {
		t.Errorf("open %+v\nwant %+v", open, in)
	}
	before := json.RawMessage(`{"x" : "é", "n": 1e3}`)
	out := run.Settlement{State: run.Settled, Note: "fine", Entries: []run.Entry{entry("m.b", 1), entry("m.a", 2), entry("m.B", 3), entry("m.a", 4)},
		Changes: []run.Change{{ExternalID: "m.b", DBID: 1, Undo: run.Erase}, {ExternalID: "m.a", DBID: 4, Action: "update", Undo: run.Compensate, Before: before, After: json.RawMessage("null")}}}
	// All or nothing: the last change is not valid.
	broken := out
	broken.Changes = append(append([]run.Change{}, out.Changes...), run.Change{Undo: "nonsense"})
	if err := s.Settle(t.Context(), id, broken); err == nil {
		t.Fatal("a change of no undo class was accepted")
	}
	if n := len(gather(t, s.Entries(t.Context(), tid, ""))); n != 0 {
		t.Fatalf("%d entries of a settlement that failed", n)
	}
	check(t, s.Settle(t.Context(), id, out))
	if err := s.Settle(t.Context(), id, out); !errors.Is(err, run.ErrTransition) {
		t.Errorf("settled twice: %v", err)
	}
	got := gather(t, s.Entries(t.Context(), tid, "partners"))
	if want := []run.Entry{entry("m.B", 3), entry("m.a", 4), entry("m.b", 1)}; !reflect.DeepEqual(got, want) {
		t.Errorf("ledger\n got %+v\nwant %+v", got, want)
	}
	ids := must[map[string]int64](t)(s.DBIDs(t.Context(), tid, []string{"m.a", "m.nowhere", "m.b"}))
	if !reflect.DeepEqual(ids, map[string]int64{"m.a": 4, "m.b": 1}) {
		t.Errorf("ids %v", ids)
	}
	changes := must[[]run.Change](t)(s.Changes(t.Context(), 1))
	if len(changes) != 2 || changes[0].ExternalID != "m.a" || string(changes[0].Before) != string(before) || string(changes[0].After) != "null" ||
		changes[1].Action != "create" || changes[1].Wave != 2 || changes[1].Before != nil || changes[1].IntentID != id {
		t.Errorf("changes %+v", changes)
	}
	undo(t, s, tid, changes)
}

func undo(t *testing.T, s *staging.Store, tid int64, changes []run.Change) {
	t.Helper()
	gone := entry("m.a", 4)
	gone.State, gone.RunID = run.Deleted, 9
	check(t, s.MarkUndone(t.Context(), []int64{changes[0].Seq}, []run.Entry{gone}))
	check(t, s.MarkUndone(t.Context(), []int64{changes[0].Seq}, []run.Entry{gone}))
	after := must[[]run.Change](t)(s.Changes(t.Context(), 1))
	if after[0].UndoneAt == nil || after[1].UndoneAt != nil {
		t.Errorf("undone %+v", after)
	}
	if ids := must[map[string]int64](t)(s.DBIDs(t.Context(), tid, []string{"m.a", "m.b"})); !reflect.DeepEqual(ids, map[string]int64{"m.b": 1}) {
		t.Errorf("ids after undoing %v", ids)
	}
	if err := s.MarkUndone(t.Context(), []int64{-1}, nil); !errors.Is(err, staging.ErrNotFound) {
		t.Error(err)
	}
}

func TestUnsettledIntents(t *testing.T) {
	s := stagingtest.Open(t)
	tid := target(t, s)
	id := must[int64](t)(s.Intend(t.Context(), run.Intent{TargetID: tid, Action: "create"}))
	check(t, s.Unsettle(t.Context(), id, "no reply"))
	check(t, s.Unsettle(t.Context(), id, "no reply still"))
	check(t, s.Retry(t.Context(), id, "other", time.Time{}))
	in := must[[]run.Intent](t)(s.OpenIntents(t.Context(), tid))[0]
	if in.Attempt != 2 || in.Owner != "other" || in.State != run.Intended || !in.Deadline.IsZero() {
		t.Errorf("%+v", in)
	}
	check(t, s.Settle(t.Context(), id, run.Settlement{State: run.IntentFailed, Note: "refused"}))
	if err := s.Unsettle(t.Context(), id, ""); !errors.Is(err, run.ErrTransition) {
		t.Error(err)
	}
	if err := s.Settle(t.Context(), id, run.Settlement{State: "nonsense"}); !errors.Is(err, run.ErrTransition) {
		t.Error(err)
	}
	if err := s.Unsettle(t.Context(), 99, ""); !errors.Is(err, staging.ErrNotFound) {
		t.Error(err)
	}
	if open := must[[]run.Intent](t)(s.OpenIntents(t.Context(), tid)); len(open) != 0 {
		t.Errorf("%+v", open)
	}
}

// More rows than one statement carries.
func TestLargeSettlement(t *testing.T) {
	s := stagingtest.Open(t)
	tid := target(t, s)
	id := must[int64](t)(s.Intend(t.Context(), run.Intent{RunID: 1, TargetID: tid, Action: "create"}))
	out := run.Settlement{State: run.Settled}
	var ids []string
	var outcomes []run.Outcome
	for i := range 12001 {
		x := fmt.Sprintf("m.%05d", i)
		ids = append(ids, x)
		out.Entries = append(out.Entries, run.Entry{ExternalID: x, DBID: int64(i)})
		out.Changes = append(out.Changes, run.Change{ExternalID: x, DBID: int64(i), Undo: run.Erase})
		outcomes = append(outcomes, run.Outcome{Mapping: "p", ExternalID: x, Class: run.Created})
	}
	check(t, s.Settle(t.Context(), id, out))
	changes := must[[]run.Change](t)(s.Changes(t.Context(), 1))
	for i, c := range changes {
		if c.DBID != int64(12000-i) {
			t.Fatalf("change %d is of record %d", i, c.DBID)
		}
	}
	if got := must[map[string]int64](t)(s.DBIDs(t.Context(), tid, ids)); len(got) != 12001 {
		t.Errorf("%d ids", len(got))
	}
	for e, err := range s.Entries(t.Context(), tid, "") {
		check(t, err)
		if e.State != run.Active || e.RunID != 1 {
			t.Errorf("%+v", e)
		}
		break
	}
	outcomes = append(outcomes, run.Outcome{Mapping: "p", ExternalID: "m.00000", Class: run.Conflict, Note: "n"})
	check(t, s.AddOutcomes(t.Context(), 1, outcomes))
	check(t, s.AddOutcomes(t.Context(), 1, outcomes[:1]))
	check(t, s.AddOutcomes(t.Context(), 1, []run.Outcome{{Mapping: "q", ExternalID: "m.00000", Class: run.Rejected, Note: "n"}}))
	if got := must[map[string]map[string]int64](t)(s.OutcomeCounts(t.Context(), 1)); !reflect.DeepEqual(got, map[string]map[string]int64{"p": {"created": 12001}, "q": {"rejected": 1}}) {
		t.Errorf("%v", got)
	}
	if got := must[[]run.Outcome](t)(s.Outcomes(t.Context(), 1, run.Rejected)); len(got) != 1 || got[0].Note != "n" {
		t.Errorf("%+v", got)
	}
}

// A lease ends by the database's clock, its token grows, and who lost it can neither renew it nor settle.
func TestLeases(t *testing.T) {
	s := stagingtest.Open(t)
	tid := target(t, s)
	take := func(owner string, ttl time.Duration) (int64, string, error) {
		return s.AcquireLease(t.Context(), "run", owner, ttl)
	}
	one, holder, err := take("anna", time.Hour)
	if err != nil || one != 1 || holder != "anna" {
		t.Fatal(one, holder, err)
	}
	_, holder, err = take("bert", time.Hour)
	advised(t, err, staging.ErrLeaseHeld, "Wait")
	if holder != "anna" {
		t.Errorf("holder %q", holder)
	}
	check(t, s.RenewLease(t.Context(), "run", one, time.Hour))
	exec(t, s, "update {s}.leases set expires_at = clock_timestamp()")
	if err := s.RenewLease(t.Context(), "run", one, time.Hour); !errors.Is(err, staging.ErrLeaseLost) {
		t.Errorf("renewing an ended lease: %v", err)
	}
	two, _, err := take("bert", time.Hour)
	if err != nil || two != 2 {
		t.Fatal(two, err)
	}
	id := must[int64](t)(s.Intend(t.Context(), run.Intent{TargetID: tid, Action: "create"}))
	out := run.Settlement{State: run.Settled, Entries: []run.Entry{entry("m.a", 1)}, Lease: "run", Token: one}
	if err := s.Settle(t.Context(), id, out); !errors.Is(err, staging.ErrLeaseLost) {
		t.Errorf("settled under a lost lease: %v", err)
	}
	out.Token = two
	check(t, s.Settle(t.Context(), id, out))
	check(t, s.ReleaseLease(t.Context(), "run", one)) // not its holder: no harm
	if _, _, err := take("carl", time.Hour); !errors.Is(err, staging.ErrLeaseHeld) {
		t.Error(err)
	}
	check(t, s.ReleaseLease(t.Context(), "run", two))
	if three, _, err := take("carl", 30*time.Millisecond); err != nil || three != 3 {
		t.Fatal(three, err)
	}
	time.Sleep(50 * time.Millisecond)
	if four, _, err := take("dora", time.Hour); err != nil || four != 4 {
		t.Fatal(four, err)
	}
}

// Of many that reach for a free lease one gets it.
func TestLeaseAtOnce(t *testing.T) {
	s := stagingtest.Open(t)
	var mu sync.Mutex
	var wg sync.WaitGroup
	won := 0
	for i := range 12 {
		wg.Go(func() {
			_, _, err := s.AcquireLease(t.Context(), "x", fmt.Sprint("p", i), time.Hour)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			} else if !errors.Is(err, staging.ErrLeaseHeld) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won != 1 {
		t.Errorf("%d hold the lease", won)
	}
}
