package load

import (
	"context"
	"errors"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline/load/flow"
	"github.com/odoo-migrate/odoo-migrate/pipeline/plan"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// source yields n items in slices of random sizes, and then an error where there is one.
func source(r *rand.Rand, n int, end error) iter.Seq2[[]Item, error] {
	return func(yield func([]Item, error) bool) {
		for at := 0; at < n; {
			part := make([]Item, min(n-at, 1+r.IntN(300)))
			for i := range part {
				part[i].Seq = int64(at + i)
			}
			at += len(part)
			if !yield(part, nil) {
				return
			}
		}
		if end != nil {
			yield(nil, end)
		}
	}
}

func cutter(o Options, s plan.Step, lines int) *step {
	st := &step{Loader: (&Loader{}).With(o), Step: s, lines: make([]lineSet, lines)}
	st.pace = flow.NewPace(st.bounds(), 0)
	return st
}

// However the sizes change on the way, the batches hold every record once and in the order of the source, and none is
// larger than is allowed when it is cut.
func TestCutKeepsTheOrder(t *testing.T) {
	troubles := []schema.FaultClass{"", "", "", schema.FaultUnavailable, schema.FaultTimeout, schema.FaultTooLarge}
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 3))
		st := cutter(Options{BatchRecords: 1 + r.IntN(1000), Workers: 1}, plan.Step{}, 0)
		n := r.IntN(5000)
		broken := errors.New("staging is away")
		if seed%2 == 0 {
			broken = nil
		}
		next, sizes := int64(0), map[int]bool{}
		var end error
		for b, err := range st.cut(t.Context(), source(r, n, broken)) {
			if err != nil {
				end = err
				break
			}
			if len(b.items) == 0 || len(b.items) > b.Size() {
				t.Fatalf("seed %d: a batch of %d, %d are allowed", seed, len(b.items), b.Size())
			}
			sizes[len(b.items)] = true
			for _, it := range b.items {
				if it.Seq != next {
					t.Fatalf("seed %d: record %d stands at %d", seed, it.Seq, next)
				}
				next++
			}
			b.Cut(len(b.items))
			b.Trouble(troubles[r.IntN(len(troubles))])
			b.Leave(true)
		}
		if !errors.Is(end, broken) || broken == nil && next != int64(n) {
			t.Errorf("seed %d: %d of %d records, %v", seed, next, n, end)
		}
	}
}

// A batch that may not be sent is none: the run was stopped.
func TestCutEnds(t *testing.T) {
	stop := make(chan struct{})
	st := cutter(Options{BatchRecords: 10, Workers: 1, Stop: stop}, plan.Step{}, 0)
	batches := 0
	var end error
	for b, err := range st.cut(context.Background(), source(rand.New(rand.NewPCG(1, 1)), 100, nil)) {
		if err != nil {
			end = err
			break
		}
		batches++
		b.Leave(true)
		if batches == 3 {
			close(stop)
		}
	}
	if batches != 3 || !errors.Is(end, ErrInterrupted) {
		t.Errorf("%d batches, %v", batches, end)
	}
}

func TestBounds(t *testing.T) {
	for _, x := range []struct {
		name  string
		opt   Options
		match bool
		lines int
		want  [3]int // least, first, most
	}{
		{"default", Options{}, false, 0, [3]int{20, 500, 2000}},
		{"documents", Options{}, false, 1, [3]int{4, 100, 400}},
		{"small", Options{BatchRecords: 10}, false, 0, [3]int{1, 10, 10}},
		{"large", Options{BatchRecords: 5000}, false, 0, [3]int{20, 500, 5000}},
		{"adopting", Options{}, true, 0, [3]int{500, 500, 500}},
		{"adopting, small", Options{BatchRecords: 40}, true, 0, [3]int{40, 40, 40}},
		{"polite", Options{Flow: Flow{Rate: 10}}, false, 0, [3]int{20, 40, 40}},
		{"very polite", Options{Flow: Flow{Rate: 0.1}}, false, 0, [3]int{1, 1, 1}},
	} {
		s := plan.Step{}
		if x.match {
			s.Match = [][]string{{"ref"}}
		}
		b := cutter(x.opt, s, x.lines).bounds()
		if got := [3]int{b.Least, b.First, b.Most}; !slices.Equal(got[:], x.want[:]) || b.Workers != 4 {
			t.Errorf("%s: %v, %d workers, want %v", x.name, got, b.Workers, x.want)
		}
	}
}
