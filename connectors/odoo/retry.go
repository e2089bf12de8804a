package odoo

import (
	"context"
	"time"

	"github.com/cenkalti/backoff/v4"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// Policy says how long calls that change nothing are repeated. Calls that change state are never repeated here: only the
// loader knows whether a resend is fenced.
type Policy struct {
	Initial time.Duration                              // first wait; 0 is 200 ms
	Max     time.Duration                              // longest single wait; 0 is 10 s
	Total   time.Duration                              // gives up after; 0 is never to repeat
	Wait    func(f *Fault, next time.Duration)         // told before each wait, for progress; may be nil
	Sleep   func(context.Context, time.Duration) error // nil waits by the clock; tests give their own
}

// DefaultPolicy rides out a restart of the server.
var DefaultPolicy = Policy{Total: 30 * time.Second}

// Retrying returns the same client under another policy.
func (c *Client) Retrying(p Policy) *Client {
	d := *c
	d.policy = p
	return &d
}

// retry runs one call, and again where it changes nothing and its fault's class says it may succeed later.
func (c *Client) retry(ctx context.Context, idempotent bool, call func() (any, *Fault)) (any, error) {
	b := backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(orDefault(c.policy.Initial, 200*time.Millisecond)),
		backoff.WithMaxInterval(orDefault(c.policy.Max, 10*time.Second)),
		backoff.WithMaxElapsedTime(c.policy.Total))
	for {
		v, f := call()
		if f == nil {
			return v, nil
		}
		if !idempotent || c.policy.Total <= 0 || !retryable(f) || ctx.Err() != nil {
			return nil, f
		}
		wait := b.NextBackOff()
		if wait == backoff.Stop {
			return nil, f
		}
		wait = max(wait, min(f.RetryAfter, c.policy.Total))
		if c.policy.Wait != nil {
			c.policy.Wait(f, wait)
		}
		if err := c.sleep(ctx, wait); err != nil {
			return nil, f
		}
	}
}

// retryable leaves out the name that does not exist and the door that is closed for good: neither opens by waiting.
func retryable(f *Fault) bool {
	return f.Class.Retryable() || (f.Class == schema.FaultProtocol && f.Status >= 500)
}

func (c *Client) sleep(ctx context.Context, d time.Duration) error {
	if c.policy.Sleep != nil {
		return c.policy.Sleep(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

func orDefault(d, def time.Duration) time.Duration {
	if d <= 0 {
		return def
	}
	return d
}
