package flow

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v4"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// ErrGaveUp says that Odoo did not come back for as long as it was to be waited for.
var ErrGaveUp = errors.New("Odoo did not come back in time")

// Defaults of a Breaker.
const (
	openAfter  = 3                // faults in a row, of any worker
	probeLasts = 30 * time.Second // a probe that hangs is no answer
)

// Away reports whether a fault says that nobody answers, and not that somebody refuses: such faults, one after the other,
// are an outage.
func Away(c schema.FaultClass) bool {
	switch c {
	case schema.FaultNotSent, schema.FaultLostReply, schema.FaultUnavailable, schema.FaultTimeout:
		return true
	}
	return false
}

// Breaker is shared by all calls of a run. After openAfter faults in a row it opens: nobody sends, and one of those who
// wait asks with growing pauses whether Odoo is back. When it is, one call goes ahead; when that is answered, all go on.
type Breaker struct {
	Clock    Clock
	Stop     <-chan struct{}
	Patience time.Duration                   // how long an outage is waited out
	Pause    Pauses                          // between probes
	Probe    func(ctx context.Context) error // a cheap call that Odoo answers when it is well
	Tell     func(Beat)                      // may be nil

	mu      sync.Mutex
	state   state
	faults  int                         // in a row, while closed
	since   time.Time                   // of the first of them
	cause   error                       // the last of them
	busy    bool                        // somebody probes, or is on trial
	trial   int64                       // number of the call on trial
	pauses  *backoff.ExponentialBackOff // between probes; they go on growing until the outage is over
	changed chan struct{}               // closed when the state changes
	hold    time.Time                   // the server wants to be left alone until then
	told    bool                        // that it is away
	calls   map[int64]time.Time
	number  int64
}

type state int

const (
	closed   state = iota // calls flow
	open                  // nobody sends
	halfOpen              // one call is on trial
)

// inCall marks the context of a call that was let through: calls within it are part of it.
type inCall struct{}

// Inside reports whether a context is that of a call which a breaker let through.
func Inside(ctx context.Context) bool { return ctx.Value(inCall{}) != nil }

// Do makes a call as soon as calls may be made, and learns from what becomes of it. The error wraps ErrGaveUp or
// ErrStopped where it was never made.
func (b *Breaker) Do(ctx context.Context, call func(context.Context) error) error {
	if Inside(ctx) {
		return call(ctx)
	}
	trial, err := b.admit(ctx, true)
	if err != nil {
		return err
	}
	number := b.begin(trial)
	began := b.Clock.now()
	err = call(context.WithValue(ctx, inCall{}, true))
	account(ctx, b.Clock.now().Sub(began), err)
	b.learn(number, err, ctx.Err() != nil)
	return err
}

// Await returns when calls may be made, without making one.
func (b *Breaker) Await(ctx context.Context) error {
	if Inside(ctx) {
		return nil
	}
	_, err := b.admit(ctx, false)
	return err
}

// Open reports whether calls wait for Odoo to come back.
func (b *Breaker) Open() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.state != closed
}

// Hold keeps everybody from sending for a while, as the server asked.
func (b *Breaker) Hold(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if until := b.Clock.now().Add(d); until.After(b.hold) {
		b.hold = until
	}
}

// admit waits until a call may be made. On trial, one alone may be, and whoever gets that must report.
func (b *Breaker) admit(ctx context.Context, sends bool) (trial bool, err error) {
	for {
		b.mu.Lock()
		now := b.Clock.now()
		held := b.hold.Sub(now)
		if held <= 0 && (b.state == closed || b.state == halfOpen && !sends) {
			b.mu.Unlock()
			return false, nil
		}
		if b.state != closed && now.Sub(b.since) >= b.Patience {
			err := fmt.Errorf("%w: %w", ErrGaveUp, b.cause)
			b.mu.Unlock()
			return false, err
		}
		if held <= 0 && b.state == halfOpen && !b.busy {
			b.busy = true
			b.mu.Unlock()
			return true, nil
		}
		probe := b.state == open && !b.busy
		if probe {
			b.busy = true
		}
		wait, changed := recheck, b.change()
		if b.state != closed {
			wait = min(wait, b.Patience-now.Sub(b.since))
		}
		if held > 0 {
			wait = min(wait, held)
		}
		b.mu.Unlock()
		var err error
		if probe {
			err = b.seek(ctx)
		} else {
			err = b.Clock.wait(ctx, wait, b.Stop, changed)
		}
		if err != nil {
			return false, err
		}
	}
}

// change hands out what is closed when the state changes.
func (b *Breaker) change() <-chan struct{} {
	if b.changed == nil {
		b.changed = make(chan struct{})
	}
	return b.changed
}

// to changes the state and wakes those who wait.
func (b *Breaker) to(s state) {
	b.state, b.busy, b.trial = s, false, 0
	if s == closed {
		b.pauses = nil
	}
	if b.changed != nil {
		close(b.changed)
		b.changed = nil
	}
}

// seek probes until Odoo answers or patience ends; the others wait meanwhile. Where the prober's own work ends first,
// another takes over.
func (b *Breaker) seek(ctx context.Context) error {
	next := open
	defer func() {
		b.mu.Lock()
		b.to(next)
		b.mu.Unlock()
	}()
	for {
		b.mu.Lock()
		if b.pauses == nil {
			b.pauses = b.Pause.begin()
		}
		d := max(b.pauses.NextBackOff(), b.hold.Sub(b.Clock.now()))
		left := b.Patience - b.Clock.now().Sub(b.since)
		beat := Beat{Kind: Down, Since: b.since, Cause: b.cause.Error()}
		b.told = true
		b.mu.Unlock()
		if left <= 0 {
			return nil // admit says so
		}
		d = min(d, left)
		beat.At = b.Clock.now()
		beat.Until = beat.At.Add(d)
		b.tell(beat)
		if err := b.Clock.wait(ctx, d, b.Stop, nil); err != nil {
			return err
		}
		asking, cancel := context.WithTimeout(context.WithValue(ctx, inCall{}, true), probeLasts)
		err := b.Probe(asking)
		cancel()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if c := schema.ClassOf(err); err == nil || c != "" && !Away(c) && c != schema.FaultProtocol && c != schema.FaultRateLimit {
			next = halfOpen
			return nil
		}
		b.mu.Lock()
		b.cause = err
		b.mu.Unlock()
	}
}

func (b *Breaker) begin(trial bool) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.calls == nil {
		b.calls = map[int64]time.Time{}
	}
	b.number++
	b.calls[b.number] = b.Clock.now()
	if trial {
		b.trial = b.number
	}
	return b.number
}

// learn counts what became of a call. One that was cancelled by us says nothing.
func (b *Breaker) learn(number int64, err error, cancelled bool) {
	b.mu.Lock()
	began := b.calls[number]
	delete(b.calls, number)
	away := err != nil && Away(schema.ClassOf(err))
	over := time.Time{}
	switch {
	case err != nil && cancelled:
		if b.state == halfOpen && number == b.trial {
			b.to(halfOpen)
		}
	case b.state == halfOpen && number == b.trial && away:
		b.cause = err
		b.to(open)
	case b.state == halfOpen && number == b.trial:
		if b.told {
			over = b.since
		}
		b.faults, b.told = 0, false
		b.to(closed)
	case b.state != closed: // the answer to a call of before: the probe and the trial decide
	case !away:
		b.faults = 0
	default:
		if b.faults == 0 {
			b.since = began
		}
		b.faults, b.cause = b.faults+1, err
		if b.faults >= openAfter {
			b.to(open)
		}
	}
	b.mu.Unlock()
	if !over.IsZero() {
		b.tell(Beat{Kind: Flowing, At: b.Clock.now(), Since: over})
	}
}

func (b *Breaker) tell(beat Beat) {
	if b.Tell != nil {
		b.Tell(beat)
	}
}

// Pauses grow from First to Most, by a half to one and a half at random, so that several workers do not come all at once.
type Pauses struct{ First, Most time.Duration }

func (p Pauses) begin() *backoff.ExponentialBackOff {
	return backoff.NewExponentialBackOff(backoff.WithInitialInterval(p.First), backoff.WithMaxInterval(max(p.First, p.Most)),
		backoff.WithMultiplier(2), backoff.WithMaxElapsedTime(0))
}
