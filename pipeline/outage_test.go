package pipeline_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/odootest"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/load"
	"github.com/odoo-migrate/odoo-migrate/pipeline/load/flow"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// hurried is a clock on which waits last a hundredth.
var hurried = flow.Clock{After: func(d time.Duration) <-chan time.Time { return time.After(d / 100) }}

// phases is a Progress that does something when a phase begins or gets on, and remembers what was waited for.
type phases struct {
	mu      sync.Mutex
	at      string
	records int64 // into the phase
	do      func()
	once    sync.Once
	beats   map[flow.Kind]int
}

func (p *phases) Phase(name string, _ int64) {
	if name == p.at && p.records == 0 {
		p.once.Do(p.do)
	}
}

func (p *phases) Advance(name string, _ int64) {
	if name == p.at && p.records > 0 {
		p.once.Do(p.do)
	}
}

func (p *phases) Done(string) {}

func (p *phases) Waits(b flow.Beat) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.beats[b.Kind]++
}

// watched opens the world's project anew, with a progress.
func (w *world) watched(p *phases) *pipeline.Pipeline {
	w.t.Helper()
	opt := w.options(nil)
	p.beats = map[flow.Kind]int{}
	opt.Progress = p
	out, err := pipeline.Open(w.t.Context(), opt)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = out.Close() })
	return out
}

// TestOutageIsWaitedOut lets Odoo go away, for every call there is, at the beginning of each mapping and in the middle of
// it. The run waits, rejects nobody, and leaves what an undisturbed one leaves.
func TestOutageIsWaitedOut(t *testing.T) {
	undisturbed := newWorld(t)
	undisturbed.stage()
	calm, err := undisturbed.Cutover(t.Context(), quick)
	if err != nil || !calm.Clean() {
		t.Fatalf("undisturbed: %v", err)
	}
	want, counts := roots(calm), undisturbed.counts()
	every := []odootest.Kind{odootest.Status, odootest.Dropped, odootest.LateStatus, odootest.LostReply}
	for n, mapping := range slices.Sorted(maps.Keys(calm.Produced)) {
		kinds := every[n%4 : n%4+1]
		switch mapping {
		case "order_lines", "opening_lines":
			continue // they come with their documents
		case "customers":
			kinds = every
		}
		for i, kind := range kinds {
			t.Run(fmt.Sprintf("%s while %s is loaded", kind, mapping), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.stage()
				p := &phases{at: "load " + mapping, records: int64((n + i) % 2)}
				p.do = func() { w.double.Inject(odootest.Rule{Kind: kind, Status: 503, Times: 12}) }
				again := w.watched(p)
				opt := quick
				opt.Patience, opt.BatchRecords, opt.Workers = time.Hour, 20, 4
				opt.Pause, opt.Flow = 500*time.Millisecond, load.Flow{Clock: hurried}
				l, err := again.Cutover(t.Context(), opt)
				if err != nil {
					t.Fatal(err)
				}
				if !l.Clean() || !maps.Equal(roots(l), want) || !maps.Equal(w.counts(), counts) {
					t.Errorf("unbalanced %v, roots %v, want %v; the server holds %v, want %v", l.Balance, roots(l), want, w.counts(), counts)
				}
				for m, n := range l.Records {
					if n[run.Rejected] != calm.Records[m][run.Rejected] {
						t.Errorf("%d records of %s are rejected", n[run.Rejected], m)
					}
				}
				if l.Records[mapping][run.Created] > 0 && p.beats[flow.Down] == 0 {
					t.Errorf("nobody was told: %v", p.beats)
				}
				events, err := w.Store.Events(t.Context(), l.Run)
				if err != nil {
					t.Fatal(err)
				}
				var told []string
				for _, e := range events {
					told = append(told, e.Kind)
				}
				if all := strings.Join(told, " "); p.beats[flow.Down] > 0 && (!strings.Contains(all, "load.down") || !strings.Contains(all, "load.flowing")) {
					t.Errorf("the run's events do not tell of it: %s", all)
				}
			})
		}
	}
}

// An outage that lasts longer than it is to be waited for leaves a run that is resumed; so does Ctrl-C while it is waited
// for.
func TestOutageOutlastsPatience(t *testing.T) {
	calm := newWorld(t)
	calm.stage()
	l, err := calm.Cutover(t.Context(), quick)
	if err != nil {
		t.Fatal(err)
	}
	want, counts := roots(l), calm.counts()
	for _, how := range []string{"patience ends", "the user stops"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.stage()
			p := &phases{at: "load products", do: func() { w.double.Inject(odootest.Rule{Kind: odootest.Status, Status: 502, Times: 1 << 30}) }}
			stop := make(chan struct{})
			opt := w.options(stop)
			p.beats, opt.Progress = map[flow.Kind]int{}, p
			again, err := pipeline.Open(t.Context(), opt)
			if err != nil {
				t.Fatal(err)
			}
			defer again.Close()
			lo := quick
			lo.Patience, lo.Flow = 300*time.Millisecond, load.Flow{}
			if how == "the user stops" {
				lo.Patience = time.Hour
				once := sync.Once{}
				lo.Flow.Tell = func(b flow.Beat) {
					if b.Kind == flow.Down {
						once.Do(func() { close(stop) })
					}
				}
			}
			began := time.Now()
			if _, err := again.Cutover(t.Context(), lo); !pipeline.Interrupted(err) {
				t.Fatalf("%v is nothing to resume", err)
			}
			if took := time.Since(began); took > time.Minute {
				t.Errorf("it took %s", took)
			}
			w.double.Heal()
			resumed := quick
			resumed.Resume = true
			l, err := w.Cutover(t.Context(), resumed)
			if err != nil || !l.Clean() {
				t.Fatalf("resume: %v", err)
			}
			if !maps.Equal(roots(l), want) || !maps.Equal(w.counts(), counts) {
				t.Errorf("roots %v, want %v; the server holds %v, want %v", roots(l), want, w.counts(), counts)
			}
		})
	}
}
