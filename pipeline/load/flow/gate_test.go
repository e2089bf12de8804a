package flow

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

// fake is a clock that waiting moves on, so that tests take no time.
type fake struct {
	mu    sync.Mutex
	at    time.Time
	waits []time.Duration
	on    func(d time.Duration) // called before a wait, which does not move the clock where it returns
	hold  bool                  // waits never end by themselves
}

func (f *fake) clock() Clock {
	return Clock{
		Now: func() time.Time { f.mu.Lock(); defer f.mu.Unlock(); return f.at },
		After: func(d time.Duration) <-chan time.Time {
			f.mu.Lock()
			f.waits = append(f.waits, d)
			c := make(chan time.Time, 1)
			if !f.hold {
				f.at = f.at.Add(d)
				c <- f.at
			}
			on := f.on
			f.mu.Unlock()
			if on != nil {
				on(d)
			}
			return c
		},
	}
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestWindow(t *testing.T) {
	vienna := zone(t, "Europe/Vienna")
	at := func(text string) time.Time {
		x, err := time.ParseInLocation("2006-01-02 15:04", text, vienna)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for _, x := range []struct {
		window, now string
		open        bool
		until       string
	}{
		{"20:00-06:00", "2026-02-06 19:59", false, "2026-02-06 20:00"},
		{"20:00-06:00", "2026-02-06 20:00", true, "2026-02-07 06:00"},
		{"20:00-06:00", "2026-02-07 03:00", true, "2026-02-07 06:00"},
		{"20:00-06:00", "2026-02-07 06:00", false, "2026-02-07 20:00"},
		{"08:30 - 12:00", "2026-02-07 12:00", false, "2026-02-08 08:30"},
		{"08:30-12:00", "2026-02-07 11:59", true, "2026-02-07 12:00"},
		{"20:00-00:00", "2026-02-07 23:59", true, "2026-02-08 00:00"},
		{"00:00-23:59", "2026-02-07 23:59", false, "2026-02-08 00:00"},
		// The night the clocks go forward has nine hours between 20:00 and 06:00, the one they go back eleven.
		{"20:00-06:00", "2026-03-29 05:59", true, "2026-03-29 06:00"},
		{"02:30-04:00", "2026-03-28 12:00", false, "2026-03-29 02:30"},
		{"20:00-06:00", "2026-10-24 21:00", true, "2026-10-25 06:00"},
	} {
		w, err := ParseWindow(x.window, vienna)
		if err != nil {
			t.Fatal(err)
		}
		// What the clock of another place says is the same moment.
		open, until := w.At(at(x.now).UTC())
		if open != x.open || !until.Equal(at(x.until)) {
			t.Errorf("%s at %s: open %v until %s, want %v until %s", x.window, x.now, open, until, x.open, x.until)
		}
	}
	if open, _ := (Window{}).At(at("2026-02-06 12:00")); !open {
		t.Error("no window is a closed one")
	}
	for _, bad := range []string{"", "20:00", "20-6", "20:00-20:00", "25:00-06:00", "20:00-06:00-07:00", "8 pm-6 am"} {
		if w, err := ParseWindow(bad, vienna); err == nil {
			t.Errorf("ParseWindow(%q) = %v", bad, w)
		}
	}
}

func TestGateWaitsForTheWindow(t *testing.T) {
	utc := time.UTC
	w, _ := ParseWindow("20:00-06:00", utc)
	f := &fake{at: time.Date(2026, 2, 6, 19, 57, 30, 0, utc)}
	var beats []Beat
	g := &Gate{Clock: f.clock(), Window: w, Tell: func(b Beat) { beats = append(beats, b) }}
	waited, err := g.Pass(t.Context())
	if err != nil || !waited || !f.at.Equal(time.Date(2026, 2, 6, 20, 0, 0, 0, utc)) {
		t.Fatalf("%v, waited %v until %s by %v", err, waited, f.at, f.waits)
	}
	if len(beats) != 4 || beats[0].Kind != Closed || !beats[0].Until.Equal(f.at) || beats[3].Kind != Flowing {
		t.Errorf("told %+v", beats)
	}
	if waited, err := g.Pass(t.Context()); waited || err != nil {
		t.Errorf("inside the window: waited %v, %v", waited, err)
	}
}

func TestGateHoldsTheRate(t *testing.T) {
	f := &fake{at: time.Date(2026, 2, 6, 20, 0, 0, 0, time.UTC)}
	began := f.at
	g := &Gate{Clock: f.clock(), Rate: 50}
	sent := 0
	for range 20 {
		if _, err := g.Pass(t.Context()); err != nil {
			t.Fatal(err)
		}
		if sent*1000 > 50*int(f.at.Sub(began).Milliseconds()) {
			t.Fatalf("%d records are sent after %s", sent, f.at.Sub(began))
		}
		g.Charge(30)
		sent += 30
	}
	if took := f.at.Sub(began); took != 19*600*time.Millisecond {
		t.Errorf("600 records at 50 a second, the last 30 not yet paid for, took %s", took)
	}
	// What was not sent in a pause is not sent faster afterwards.
	f.at = f.at.Add(time.Hour)
	at := f.at
	for range 3 {
		_, _ = g.Pass(t.Context())
		g.Charge(50)
	}
	if f.at.Sub(at) != 2*time.Second {
		t.Errorf("after an idle hour 3 x 50 records took %s", f.at.Sub(at))
	}
}

func TestGatePauses(t *testing.T) {
	f := &fake{at: time.Date(2026, 2, 6, 20, 0, 0, 0, time.UTC)}
	s := &Switch{}
	var kinds []Kind
	g := &Gate{Clock: f.clock(), Switch: s, Tell: func(b Beat) { kinds = append(kinds, b.Kind) }}
	if waited, err := g.Pass(t.Context()); waited || err != nil {
		t.Fatalf("not paused: waited %v, %v", waited, err)
	}
	s.Pause()
	f.hold, f.on = true, func(time.Duration) { s.Resume() }
	if waited, err := g.Pass(t.Context()); !waited || err != nil {
		t.Fatalf("paused and resumed: waited %v, %v", waited, err)
	}
	if len(kinds) != 2 || kinds[0] != Paused || kinds[1] != Flowing {
		t.Errorf("told %v", kinds)
	}
	// Twice is once, and resuming what is not paused does no harm.
	s.Resume()
	s.Pause()
	s.Pause()
	s.Resume()
	if waited, err := g.Pass(t.Context()); waited || err != nil {
		t.Errorf("resumed: waited %v, %v", waited, err)
	}
}

// A wait ends at once when the user stops the run or it is cancelled, whatever is waited for.
func TestGateEnds(t *testing.T) {
	w, _ := ParseWindow("20:00-06:00", time.UTC)
	paused := &Switch{}
	paused.Pause()
	for name, g := range map[string]*Gate{
		"window": {Window: w},
		"pause":  {Switch: paused},
		"rate":   {Rate: 1},
	} {
		for _, how := range []string{"stop", "cancel", "stopped before", "cancelled before"} {
			ctx, cancel := context.WithCancel(t.Context())
			stop := make(chan struct{})
			end, want := cancel, context.Canceled
			if how == "stop" || how == "stopped before" {
				end, want = func() { close(stop) }, ErrStopped
			}
			f := &fake{at: time.Date(2026, 2, 6, 12, 0, 0, 0, time.UTC), hold: true, on: func(time.Duration) { end() }}
			if how == "stopped before" || how == "cancelled before" {
				f.on = nil
				end()
			}
			g.Clock, g.Stop = f.clock(), stop
			g.next = f.at.Add(time.Hour)
			if _, err := g.Pass(ctx); !errors.Is(err, want) {
				t.Errorf("%s, %s: %v, want %v", name, how, err, want)
			}
			cancel()
		}
	}
}
