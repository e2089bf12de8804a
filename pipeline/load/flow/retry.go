package flow

import (
	"context"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v4"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// deadlines say for how long a call is repeated after faults of a class, where that is shorter than the patience with
// outages: a batch that is too slow for the server does not get faster, and an answer that is not Odoo's rarely becomes it.
var deadlines = map[schema.FaultClass]time.Duration{
	schema.FaultConcurrency: 10 * time.Minute,
	schema.FaultTimeout:     15 * time.Minute,
	schema.FaultProtocol:    2 * time.Minute,
}

// unhurried is the wait that a first Ctrl-C ends; shorter ones belong to a batch that is being finished.
const unhurried = 5 * time.Second

// Retry is the patience with one call. It is used by one goroutine.
type Retry struct {
	breaker *Breaker
	pauses  *backoff.ExponentialBackOff
	began   map[schema.FaultClass]time.Time // when the first fault of each class came
	away    time.Time                       // since when the call waits for the end of an outage
}

// Retry begins one.
func (b *Breaker) Retry() *Retry {
	return &Retry{breaker: b, pauses: b.Pause.begin(), began: map[schema.FaultClass]time.Time{}}
}

// Wait returns when a call that ended with a fault may be made again. The error wraps ErrGaveUp where there is no use in
// that any more, or ErrStopped.
func (r *Retry) Wait(ctx context.Context, fault error) error {
	b, class := r.breaker, schema.ClassOf(fault)
	now := b.Clock.now()
	r.wasAway(now)
	if r.began[class].IsZero() {
		r.began[class] = now
	}
	limit := b.Patience
	if d, ok := deadlines[class]; ok {
		limit = min(limit, d)
	}
	left := limit - now.Sub(r.began[class])
	if left <= 0 {
		return fmt.Errorf("%w: %w", ErrGaveUp, fault)
	}
	d := r.pauses.NextBackOff()
	if after := min(schema.RetryAfter(fault), left); after > 0 {
		d = max(d, after)
		b.Hold(after)
	}
	if b.Open() {
		r.away = now
		return nil // who makes the next call waits there
	}
	d = min(d, left)
	if d >= time.Second {
		b.tell(Beat{Kind: Retrying, At: now, Since: r.began[class], Until: now.Add(d), Cause: fault.Error()})
	}
	stop := b.Stop
	if d < unhurried {
		stop = nil
	}
	return b.Clock.wait(ctx, d, stop, nil)
}

// wasAway leaves the time of an outage out of account: the breaker has a limit for that.
func (r *Retry) wasAway(now time.Time) {
	if r.away.IsZero() {
		return
	}
	for class, at := range r.began {
		r.began[class] = at.Add(now.Sub(r.away))
	}
	r.away = time.Time{}
}
