package flow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// fault is a fault of a class.
type fault struct {
	class schema.FaultClass
	after time.Duration
}

func (f fault) Error() string                 { return string(f.class) }
func (f fault) FaultClass() schema.FaultClass { return f.class }
func (f fault) LeaveAlone() time.Duration     { return f.after }

// server answers in a second, or not at all while it is away.
type server struct {
	mu       sync.Mutex
	from, to time.Time // away between them
	class    schema.FaultClass
	calls    int
	lost     int // calls made while it was away
	probes   []time.Time
	probing  int
	together int // probes at once, at most
}

func (s *server) call(context.Context) error {
	time.Sleep(time.Second)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	if now := time.Now(); !now.Before(s.from) && now.Before(s.to) {
		s.lost++
		return fault{class: s.class}
	}
	return nil
}

func (s *server) probe(context.Context) error {
	s.mu.Lock()
	s.probing++
	s.together = max(s.together, s.probing)
	s.probes = append(s.probes, time.Now())
	s.mu.Unlock()
	time.Sleep(100 * time.Millisecond)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.probing--
	if now := time.Now(); !now.Before(s.from) && now.Before(s.to) {
		return fault{class: schema.FaultNotSent}
	}
	return nil
}

func (s *server) breaker() *Breaker {
	return &Breaker{Patience: time.Hour, Pause: Pauses{First: 500 * time.Millisecond, Most: 30 * time.Second}, Probe: s.probe}
}

// persist makes a call until it succeeds or there is no use in it.
func persist(ctx context.Context, b *Breaker, call func(context.Context) error) error {
	retry := b.Retry()
	for {
		err := b.Do(ctx, call)
		if err == nil || errors.Is(err, ErrGaveUp) || errors.Is(err, ErrStopped) || ctx.Err() != nil {
			return err
		}
		if err := retry.Wait(ctx, err); err != nil {
			return err
		}
	}
}

// An outage of ten minutes under eight workers: a handful of calls meet it, one probe at a time asks for the end of it, and
// every call succeeds in the end.
func TestBreakerWaitsAnOutageOut(t *testing.T) {
	for _, class := range []schema.FaultClass{schema.FaultUnavailable, schema.FaultNotSent, schema.FaultLostReply, schema.FaultTimeout} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			s := &server{from: began.Add(10 * time.Second), to: began.Add(10 * time.Minute), class: class}
			b := s.breaker()
			var mu sync.Mutex
			var beats []Beat
			b.Tell = func(beat Beat) { mu.Lock(); defer mu.Unlock(); beats = append(beats, beat) }
			const workers, each = 8, 20
			var group sync.WaitGroup
			for range workers {
				group.Go(func() {
					for range each {
						if err := persist(t.Context(), b, s.call); err != nil {
							t.Error(class, err)
						}
					}
				})
			}
			group.Wait()
			if s.calls-s.lost != workers*each {
				t.Errorf("%s: %d calls of %d succeeded", class, s.calls-s.lost, workers*each)
			}
			// Those that were under way, and what a half-open breaker let through.
			if s.lost < openAfter || s.lost > workers+2 {
				t.Errorf("%s: %d calls were made into the outage", class, s.lost)
			}
			if s.together != 1 || len(s.probes) < 10 || len(s.probes) > 60 {
				t.Errorf("%s: %d probes, %d of them at once", class, len(s.probes), s.together)
			}
			if late := time.Since(s.to); late > 75*time.Second {
				t.Errorf("%s: it ended %s after the outage", class, late)
			}
			kinds := map[Kind]int{}
			for _, beat := range beats {
				kinds[beat.Kind]++
				if beat.Kind == Down && (beat.Since.Before(s.from.Add(-time.Second)) || beat.Since.After(s.from.Add(2*time.Second)) || beat.Cause == "") {
					t.Errorf("%s: told %+v", class, beat)
				}
			}
			if kinds[Down] != len(s.probes) || kinds[Flowing] != 1 {
				t.Errorf("%s: told %v", class, kinds)
			}
		})
	}
}

// An outage that outlasts the patience ends every worker's call, once it is over.
func TestBreakerGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		s := &server{from: began, to: began.Add(24 * time.Hour), class: schema.FaultUnavailable}
		b := s.breaker()
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				err := persist(t.Context(), b, s.call)
				if !errors.Is(err, ErrGaveUp) || !Away(schema.ClassOf(err)) {
					t.Errorf("%v, class %q", err, schema.ClassOf(err))
				}
			})
		}
		group.Wait()
		if took := time.Since(began); took < time.Hour || took > time.Hour+time.Minute {
			t.Errorf("it gave up after %s", took)
		}
	})
}

// A wait for Odoo ends when the user stops the run; where only the one who probes is cancelled, another goes on probing.
func TestBreakerEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		s := &server{from: began, to: began.Add(time.Hour / 2), class: schema.FaultUnavailable}
		stop := make(chan struct{})
		b := s.breaker()
		b.Stop = stop
		ctx, cancel := context.WithCancel(t.Context())
		for range openAfter {
			_ = b.Do(t.Context(), s.call)
		}
		if !b.Open() {
			t.Fatal("it is not open")
		}
		ends := make(chan error, 3)
		go func() { ends <- b.Do(ctx, s.call) }() // probes
		synctest.Wait()
		go func() { ends <- b.Do(t.Context(), s.call) }()
		time.Sleep(time.Minute)
		cancel()
		if err := <-ends; !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		before := len(s.probes)
		time.Sleep(5 * time.Minute)
		if len(s.probes) == before {
			t.Error("nobody probes any more")
		}
		close(stop)
		if err := <-ends; !errors.Is(err, ErrStopped) {
			t.Errorf("stopped: %v", err)
		}
		if at := time.Since(began); at > 7*time.Minute {
			t.Errorf("it ended after %s", at)
		}
		if err := b.Await(t.Context()); !errors.Is(err, ErrStopped) {
			t.Errorf("stopped, asked anew: %v", err)
		}
	})
}

// Refusals, however many, are no outage; a call within a call is part of it and is not held up by it.
func TestBreakerStaysClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		b := s.breaker()
		for _, class := range []schema.FaultClass{schema.FaultUser, schema.FaultValidation, schema.FaultConcurrency, schema.FaultServer, schema.FaultRateLimit, schema.FaultTooLarge} {
			for range 2 * openAfter {
				_ = b.Do(t.Context(), func(context.Context) error { return fault{class: schema.FaultUnavailable} })
				_ = b.Do(t.Context(), func(context.Context) error { return fault{class: class} })
			}
		}
		if b.Open() {
			t.Error("it is open")
		}
		for range openAfter {
			_ = b.Do(t.Context(), func(context.Context) error { return fault{class: schema.FaultUnavailable} })
		}
		// On trial now; the call asks something else on its way, as a removal reads before it removes.
		err := b.Do(t.Context(), func(ctx context.Context) error {
			return errors.Join(b.Await(ctx), b.Do(ctx, s.call))
		})
		if err != nil || b.Open() {
			t.Errorf("%v, open %v", err, b.Open())
		}
	})
}

// Who says "not before" is left alone by everybody until then, and no retry comes before its pause.
func TestRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := (&server{}).breaker()
		began := time.Now()
		var group sync.WaitGroup
		var mu sync.Mutex
		var at []time.Duration
		for i := range 4 {
			group.Go(func() {
				time.Sleep(time.Duration(i) * time.Second)
				first := i == 0
				err := persist(t.Context(), b, func(context.Context) error {
					mu.Lock()
					defer mu.Unlock()
					if first {
						first = false
						return fault{class: schema.FaultRateLimit, after: 90 * time.Second}
					}
					at = append(at, time.Since(began))
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		slices.Sort(at)
		if len(at) != 4 || at[0] < 90*time.Second || at[3] > 3*time.Minute {
			t.Errorf("sent at %v", at)
		}
	})
}

// Pauses grow with jitter, and how long a call is repeated depends on its faults.
func TestRetryByClass(t *testing.T) {
	for class, limit := range map[schema.FaultClass]time.Duration{
		schema.FaultConcurrency: 10 * time.Minute, schema.FaultTimeout: 15 * time.Minute, schema.FaultProtocol: 2 * time.Minute, schema.FaultRateLimit: time.Hour,
	} {
		synctest.Test(t, func(t *testing.T) {
			b := (&server{}).breaker()
			retry := b.Retry()
			began := time.Now()
			var err error
			var pauses []time.Duration
			for err == nil {
				was := time.Now()
				err = retry.Wait(t.Context(), fault{class: class})
				pauses = append(pauses, time.Since(was))
			}
			if !errors.Is(err, ErrGaveUp) || schema.ClassOf(err) != class {
				t.Errorf("%s: %v", class, err)
			}
			if took := time.Since(began); took < limit || took > limit+time.Second {
				t.Errorf("%s: it was repeated for %s, want %s", class, took, limit)
			}
			step := 500 * time.Millisecond
			for i, p := range pauses[:6] {
				if p < step/2 || p > step*3/2+time.Millisecond {
					t.Errorf("%s: pause %d is %s, want about %s", class, i, p, step)
				}
				step *= 2
			}
		})
	}
	// The same fault twice does not wait the same time for ever: that would make workers meet again and again.
	synctest.Test(t, func(t *testing.T) {
		seen := map[time.Duration]bool{}
		for range 20 {
			was := time.Now()
			_ = (&server{}).breaker().Retry().Wait(t.Context(), fault{class: schema.FaultConcurrency})
			seen[time.Since(was)] = true
		}
		if len(seen) < 10 {
			t.Errorf("20 first pauses have %d lengths", len(seen))
		}
	})
}

// A call that takes long is told of, and so is its end.
func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := (&server{}).breaker()
		var told []string
		b.Tell = func(beat Beat) {
			told = append(told, fmt.Sprint(beat.Kind, " ", beat.At.Sub(beat.Since), " ", beat.Calls))
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { b.Watch(ctx); close(done) }()
		for _, d := range []time.Duration{2 * time.Second, 32 * time.Second, time.Second} {
			_ = b.Do(ctx, func(context.Context) error { time.Sleep(d); return nil })
		}
		time.Sleep(time.Minute)
		cancel()
		<-done
		if want := []string{"waiting 18s 1", "waiting 23s 1", "waiting 28s 1", "flowing 33s 0"}; !slices.Equal(told, want) {
			t.Errorf("told %v, want %v", told, want)
		}
	})
}

// While one call is on trial, what becomes of a call of before moves nothing: it neither ends the trial nor lets others in.
func TestOldAnswersMoveNothing(t *testing.T) {
	for _, end := range []error{fault{class: schema.FaultTimeout}, nil, context.Canceled} {
		synctest.Test(t, func(t *testing.T) {
			b := (&server{}).breaker()
			var group sync.WaitGroup
			old, cancel := context.WithCancel(t.Context())
			group.Go(func() {
				_ = b.Do(old, func(context.Context) error {
					time.Sleep(time.Minute)
					if errors.Is(end, context.Canceled) {
						cancel()
					}
					return end
				})
			})
			synctest.Wait()
			for range openAfter {
				_ = b.Do(t.Context(), func(context.Context) error { return fault{class: schema.FaultUnavailable} })
			}
			var under, most int
			var mu sync.Mutex
			for range 4 { // the first of them goes on trial, for longer than the old call lasts
				group.Go(func() {
					_ = b.Do(t.Context(), func(context.Context) error {
						mu.Lock()
						under++
						if b.Open() {
							most = max(most, under)
						}
						mu.Unlock()
						time.Sleep(2 * time.Minute)
						mu.Lock()
						defer mu.Unlock()
						under--
						return nil
					})
				})
			}
			time.Sleep(90 * time.Second)
			if !b.Open() || most != 1 {
				t.Errorf("%v: during the trial open %v, %d calls at once", end, b.Open(), most)
			}
			group.Wait()
			cancel()
			if b.Open() {
				t.Errorf("%v: it is open after the trial succeeded", end)
			}
		})
	}
}

// The time of an outage does not count against a call that was too slow once.
func TestOutageIsNoRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := (&server{}).breaker()
		retry := b.Retry()
		for range openAfter {
			_ = b.Do(t.Context(), func(context.Context) error { return fault{class: schema.FaultTimeout} })
		}
		if err := retry.Wait(t.Context(), fault{class: schema.FaultTimeout}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Minute)
		_ = b.Do(t.Context(), func(context.Context) error { return nil })
		if err := retry.Wait(t.Context(), fault{class: schema.FaultTimeout}); err != nil || b.Open() {
			t.Errorf("%v, open %v", err, b.Open())
		}
	})
}
