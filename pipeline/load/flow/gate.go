package flow

import (
	"context"
	"sync"
	"time"
)

// recheck is how long a window is waited for at a stretch: the wall clock may be set, or the machine sleep.
const recheck = time.Minute

// Switch pauses a load and lets it go on. It is used from signal handlers; a nil one is never paused.
type Switch struct {
	mu     sync.Mutex
	paused bool
	since  chan struct{} // closed when it changes
}

// Pause holds the load before the next batch; what is under way is finished.
func (s *Switch) Pause() { s.set(true) }

// Resume lets it go on.
func (s *Switch) Resume() { s.set(false) }

func (s *Switch) set(paused bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.paused == paused {
		return
	}
	s.paused = paused
	if s.since != nil {
		close(s.since)
		s.since = nil
	}
}

// state tells whether it is paused, and hands out what is closed when that changes.
func (s *Switch) state() (bool, <-chan struct{}) {
	if s == nil {
		return false, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.since == nil {
		s.since = make(chan struct{})
	}
	return s.paused, s.since
}

// Gate is passed before every batch.
type Gate struct {
	Clock  Clock
	Window Window
	Rate   float64 // records a second at most; 0 is no limit
	Switch *Switch
	Stop   <-chan struct{}
	Tell   func(Beat) // may be nil; called when a wait begins and when it is over, and again at every recheck

	mu   sync.Mutex
	next time.Time // before which the rate forbids to send
}

// Pass returns when the next batch may be sent, and whether that had to be waited for. The error is ErrStopped or the
// context's.
func (g *Gate) Pass(ctx context.Context) (waited bool, err error) {
	began, told := g.Clock.now(), false
	for {
		if err := ended(ctx, g.Stop); err != nil {
			return waited, err
		}
		paused, changed := g.Switch.state()
		beat, d := g.obstacle(paused)
		if d <= 0 {
			if told {
				g.tell(Beat{Kind: Flowing, Since: began})
			}
			return waited, nil
		}
		waited = true
		if beat.Kind != "" {
			told = true
			beat.Since = began
			g.tell(beat)
		}
		if err := g.Clock.wait(ctx, d, g.Stop, changed); err != nil {
			return waited, err
		}
	}
}

// obstacle is what forbids to send now, and after which time to look again; 0 is nothing.
func (g *Gate) obstacle(paused bool) (Beat, time.Duration) {
	now := g.Clock.now()
	if paused {
		return Beat{Kind: Paused}, recheck
	}
	if open, until := g.Window.At(now); !open {
		return Beat{Kind: Closed, Until: until}, min(until.Sub(now), recheck)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return Beat{}, g.next.Sub(now)
}

// Charge counts records against the rate: the next batch waits until they are paid for.
func (g *Gate) Charge(records int) {
	if g.Rate <= 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.Clock.now()
	if g.next.Before(now) {
		g.next = now
	}
	g.next = g.next.Add(time.Duration(float64(records) / g.Rate * float64(time.Second)))
}

func (g *Gate) tell(b Beat) {
	if g.Tell != nil {
		b.At = g.Clock.now()
		g.Tell(b)
	}
}
