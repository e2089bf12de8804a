package flow

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// host is a server that works on so many batches at once for nothing; beyond that they share it.
type host struct {
	mu       sync.Mutex
	fixed    time.Duration // of a call
	each     time.Duration // of a record
	hands    int
	under    int
	most     int // calls at once that were seen
	faults   func() schema.FaultClass
	failures int
}

func (h *host) work(n int) error {
	h.mu.Lock()
	h.under++
	h.most = max(h.most, h.under)
	class := schema.FaultClass("")
	if h.faults != nil {
		class = h.faults()
	}
	// How many share the hands changes while a call is under way.
	for left := float64(h.fixed + time.Duration(n)*h.each); left > 1; {
		slowed := max(1, float64(h.under)/float64(h.hands))
		slice := min(left*slowed, float64(100*time.Millisecond))
		h.mu.Unlock()
		time.Sleep(time.Duration(slice))
		left -= slice / slowed
		h.mu.Lock()
	}
	defer h.mu.Unlock()
	h.under--
	if class != "" {
		h.failures++
		return fault{class: class}
	}
	return nil
}

// drive loads records as the loader does, and returns the sizes of the batches in order.
func drive(t *testing.T, p *Pace, h *host, records int) []int {
	t.Helper()
	b := (&server{}).breaker()
	var group sync.WaitGroup
	var sizes []int
	for left := records; left > 0; {
		ticket, err := p.Enter(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		n := min(ticket.Size(), left)
		left -= n
		sizes = append(sizes, n)
		group.Go(func() {
			ticket.Cut(n)
			err := persist(ticket.With(t.Context()), b, func(context.Context) error { return h.work(n) })
			ticket.Leave(err == nil)
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	return sizes
}

// However many workers are allowed: on a server with so many hands, that many are found, and the batches take what is aimed
// for, whether its records are quick or slow.
func TestPaceFindsTheKnee(t *testing.T) {
	for _, x := range []struct {
		name           string
		hands, workers int
		fixed, each    time.Duration
		least, most    int // size at the end
		narrow, widest int // workers at the end; one more may just be on trial
	}{
		{name: "three hands", hands: 3, workers: 16, fixed: 100 * time.Millisecond, each: 3 * time.Millisecond, least: 600, most: 1400, narrow: 3, widest: 4},
		{name: "one hand", hands: 1, workers: 16, fixed: 100 * time.Millisecond, each: 2 * time.Millisecond, least: 400, most: 2000, narrow: 1, widest: 2},
		{name: "more hands than workers", hands: 32, workers: 4, fixed: 100 * time.Millisecond, each: 3 * time.Millisecond, least: 600, most: 1300, narrow: 4, widest: 4},
		{name: "slow records", hands: 2, workers: 8, fixed: 200 * time.Millisecond, each: 100 * time.Millisecond, least: 20, most: 40, narrow: 2, widest: 3},
		{name: "costly calls", hands: 3, workers: 8, fixed: 3 * time.Second, each: 12 * time.Millisecond, least: 500, most: 500, narrow: 3, widest: 4},
		{name: "quick records", hands: 4, workers: 8, fixed: 50 * time.Millisecond, each: 20 * time.Microsecond, least: 2000, most: 2000, narrow: 4, widest: 8},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := NewPace(Bounds{Least: 20, First: 500, Most: 2000, Workers: x.workers}, 0)
			h := &host{fixed: x.fixed, each: x.each, hands: x.hands}
			perRecord := x.each + x.fixed/time.Duration(x.most)
			records := int(20 * time.Minute * time.Duration(min(x.hands, x.workers)) / perRecord)
			drive(t, p, h, min(records, 2_000_000))
			u := p.Used()
			if u.Last < x.least || u.Last > x.most || u.Workers < x.narrow || u.Workers > x.widest {
				t.Errorf("%s: ended with %d records, %d workers: %+v", x.name, u.Last, u.Workers, u)
			}
			if h.most > x.workers || u.Widest > x.workers {
				t.Errorf("%s: %d calls at once, %d are allowed", x.name, h.most, x.workers)
			}
		})
	}
}

// What a fault halves, and what it leaves.
func TestPaceInTrouble(t *testing.T) {
	for _, x := range []struct {
		class         schema.FaultClass
		width         int
		size, workers int
		cuts          int
	}{
		{schema.FaultRateLimit, 8, 500, 4, 1},
		{schema.FaultConcurrency, 8, 500, 4, 1},
		{schema.FaultConcurrency, 1, 250, 1, 1},
		{schema.FaultUnavailable, 8, 250, 4, 1},
		{schema.FaultTimeout, 8, 250, 4, 1},
		{schema.FaultLostReply, 8, 250, 4, 1},
		{schema.FaultTooLarge, 8, 200, 8, 1},
		{schema.FaultNotSent, 8, 500, 8, 0}, // nobody is there: that is the breaker's
		{schema.FaultValidation, 8, 500, 8, 0},
	} {
		p := NewPace(Bounds{Least: 20, First: 500, Most: 2000, Workers: 8}, x.width)
		var under []*Ticket
		for range x.width {
			ticket, err := p.Enter(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			ticket.Cut(400)
			under = append(under, ticket)
		}
		// Of all batches that were under way together, the first counts.
		for _, ticket := range under {
			ticket.Trouble(x.class)
			ticket.Leave(false)
		}
		if u := p.Used(); u.Last != x.size || u.Workers != x.workers || u.Cuts != x.cuts {
			t.Errorf("%s with %d workers: %+v", x.class, x.width, u)
		}
		for range 100 {
			ticket, _ := p.Enter(t.Context(), nil)
			ticket.Cut(1)
			ticket.Trouble(x.class)
			ticket.Leave(false)
		}
		if u := p.Used(); u.Last < 1 || u.Workers < 1 || x.class != schema.FaultTooLarge && u.Last < 20 {
			t.Errorf("a hundred times %s: %+v", x.class, u)
		}
	}
}

// Whatever the server does: every record is sent once, the bounds are kept, and it comes to an end.
func TestPaceUnderAdversity(t *testing.T) {
	classes := []schema.FaultClass{schema.FaultRateLimit, schema.FaultConcurrency, schema.FaultUnavailable, schema.FaultTimeout, schema.FaultLostReply, schema.FaultNotSent}
	for seed := uint64(0); seed < 60; seed++ {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 6))
			bounds := Bounds{Least: 1 + r.IntN(30), First: 1 + r.IntN(600), Workers: 1 + r.IntN(12)}
			bounds.Most = bounds.First + r.IntN(1500)
			p := NewPace(bounds, r.IntN(4))
			h := &host{fixed: time.Duration(r.IntN(2000)) * time.Millisecond, each: time.Duration(r.IntN(20000)) * time.Microsecond, hands: 1 + r.IntN(6)}
			odds := r.IntN(30)
			h.faults = func() schema.FaultClass {
				if r.IntN(100) < odds {
					return classes[r.IntN(len(classes))]
				}
				return ""
			}
			const records = 20000
			sum := 0
			for _, n := range drive(t, p, h, records) {
				sum += n
				if n > max(bounds.Most, bounds.Least) {
					t.Fatalf("seed %d: a batch of %d, bounds %+v", seed, n, bounds)
				}
			}
			u := p.Used()
			if sum != records || u.Records != records || h.most > bounds.Workers || u.Workers > bounds.Workers {
				t.Fatalf("seed %d: %d records, %d at once, %+v, bounds %+v", seed, sum, h.most, u, bounds)
			}
			if h.failures > 50 && u.Cuts == 0 {
				t.Errorf("seed %d: %d faults, and nothing was halved", seed, h.failures)
			}
		})
	}
}

// Waiting for one's turn ends when the run is stopped or cancelled.
func TestPaceEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPace(Bounds{Workers: 1, First: 10, Most: 10}, 0)
		if _, err := p.Enter(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		stop := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		ends := make(chan error, 1)
		go func() { _, err := p.Enter(t.Context(), stop); ends <- err }()
		synctest.Wait()
		close(stop)
		if err := <-ends; !errors.Is(err, ErrStopped) {
			t.Error(err)
		}
		go func() { _, err := p.Enter(ctx, nil); ends <- err }()
		synctest.Wait()
		cancel()
		if err := <-ends; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}
