package pipeline_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/odootest"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/load"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// adverse makes the double slow, quick and faulty by turns, as the seed says.
func adverse(w *world, r *rand.Rand) {
	kinds := []odootest.Rule{
		{Kind: odootest.Status, Status: 429, Retry: time.Second}, {Kind: odootest.Status, Status: 503}, {Kind: odootest.Serialization},
		{Kind: odootest.LostReply}, {Kind: odootest.LateStatus, Status: 502}, {Kind: odootest.Dropped},
	}
	for range 60 {
		method := []string{"load", "load", "load", "write", "action_post", "search_read"}[r.IntN(6)]
		nth := 1 + r.IntN(40)
		if method == "search_read" {
			nth += 60
		}
		w.double.Inject(odootest.Rule{Method: method, Nth: nth, Times: 1 + r.IntN(4), Kind: odootest.Delay, Delay: time.Duration(r.IntN(25)) * time.Millisecond})
	}
	for range 8 {
		rule := kinds[r.IntN(len(kinds))]
		rule.Method, rule.Nth, rule.Times = "load", 1+r.IntN(30), 1+r.IntN(2)
		w.double.Inject(rule)
	}
}

// restless are options under which a load changes its batches all the time.
func restless(r *rand.Rand) pipeline.LoadOptions {
	return pipeline.LoadOptions{
		Pause: 100 * time.Millisecond, Patience: time.Hour, Flow: load.Flow{Clock: hurried}, BatchRecords: 1 + r.IntN(80), Workers: 1 + r.IntN(8),
		Aim: [2]time.Duration{4 * time.Millisecond, 12 * time.Millisecond},
	}
}

// TestAdaptingChangesNothing loads the same company many times, each time into a server with other latencies and faults and
// within other bounds, one half of them stopped on the way and resumed. However the batches were cut, what Odoo holds, and
// what became of every record, is the same.
func TestAdaptingChangesNothing(t *testing.T) {
	calm := newWorld(t)
	calm.stage()
	first, err := calm.Cutover(t.Context(), quick)
	if err != nil || !first.Clean() {
		t.Fatalf("undisturbed: %v", err)
	}
	want, counts := roots(first), calm.counts()
	for seed := range uint64(10) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 19))
			w := newWorld(t)
			w.stage()
			adverse(w, r)
			opt := restless(r)
			if seed%2 == 1 {
				stop := make(chan struct{})
				left := 1 + r.IntN(200)
				stopping := w.stoppable(stop, func(n int64) {
					if left -= int(n); left <= 0 && left+int(n) > 0 {
						close(stop)
					}
				})
				if _, err := stopping.Cutover(t.Context(), opt); !pipeline.Interrupted(err) {
					t.Fatalf("%v is nothing to resume", err)
				}
				opt = restless(r)
				opt.Resume = true
			}
			l, err := w.Cutover(t.Context(), opt)
			if err != nil {
				t.Fatal(err)
			}
			if !l.Clean() || !maps.Equal(roots(l), want) {
				t.Errorf("roots %v, want %v; unbalanced %v", roots(l), want, l.Balance)
			}
			if got := w.counts(); !maps.Equal(got, counts) {
				t.Errorf("the server holds %v, want %v", got, counts)
			}
			for mapping, classes := range first.Records {
				for _, class := range []string{run.Rejected, run.Conflict, run.Deferred} {
					if l.Records[mapping][class] != classes[class] {
						t.Errorf("%d records of %s are %s, want %d", l.Records[mapping][class], mapping, class, classes[class])
					}
				}
			}
			w.eachCreatedOnce()
			varied := 0
			for mapping, u := range l.Batches {
				if u.Records > 0 && u.Smallest != u.Largest {
					varied++
				}
				if u.Largest > opt.BatchRecords || u.Widest > opt.Workers {
					t.Errorf("%s was cut beyond the bounds %d and %d: %+v", mapping, opt.BatchRecords, opt.Workers, u)
				}
			}
			if varied == 0 {
				t.Errorf("no batch was cut otherwise than the others: %+v", l.Batches)
			}
			u, err := w.Rollback(t.Context(), pipeline.UndoOptions{})
			if err != nil || !u.Proven() {
				t.Errorf("rollback: %v", err)
			}
		})
	}
}

// eachCreatedOnce asks the journal: the batches that were announced and settled, however they were cut, before and after an
// interruption, hold every record they created once.
func (w *world) eachCreatedOnce() {
	w.t.Helper()
	rows, err := w.Store.Query(w.t.Context(), `select i.mapping, count(*), count(distinct x) from {s}.intents i, unnest(i.external_ids) x
		where i.action = 'create' and i.state = 'settled' group by 1`)
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	seen := 0
	for ; rows.Next(); seen++ {
		var mapping string
		var all, distinct int
		if err := rows.Scan(&mapping, &all, &distinct); err != nil {
			w.t.Fatal(err)
		}
		if all != distinct || all == 0 {
			w.t.Errorf("%s: the journal's batches hold %d records, %d different ones", mapping, all, distinct)
		}
	}
	if err := rows.Err(); err != nil || seen < 4 {
		w.t.Errorf("%d mappings in the journal: %v", seen, err)
	}
}

// advances is a Progress that counts records.
type advances func(int64)

func (advances) Phase(string, int64)          {}
func (a advances) Advance(_ string, by int64) { a(by) }
func (advances) Done(string)                  {}

// stoppable opens the world's project anew, with a stop, and tells of every record that is loaded.
func (w *world) stoppable(stop chan struct{}, loaded func(int64)) *pipeline.Pipeline {
	w.t.Helper()
	opt := w.options(stop)
	lock := make(chan struct{}, 1)
	opt.Progress = advances(func(n int64) {
		lock <- struct{}{}
		defer func() { <-lock }()
		loaded(n)
	})
	p, err := pipeline.Open(w.t.Context(), opt)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = p.Close() })
	return p
}
