// Package flow decides when the loader may send, and how much at once: never faster than agreed, never outside the hours
// agreed, not while somebody paused it, not while Odoo is away, and no more than the server takes with ease. It knows
// nothing of records, and nothing it decides changes what is loaded.
package flow

import (
	"context"
	"errors"
	"time"
)

// ErrStopped says that the user asked to stop while something was waited for.
var ErrStopped = errors.New("stopped as asked")

// Clock tells the time and waits. The zero value is the machine's.
type Clock struct {
	Now   func() time.Time
	After func(time.Duration) <-chan time.Time
}

func (c Clock) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

func (c Clock) after(d time.Duration) <-chan time.Time {
	if c.After == nil {
		return time.After(d)
	}
	return c.After(d)
}

// wait ends after d, when something changed, with ErrStopped when stop is closed, or with the context's error. Channels
// may be nil.
func (c Clock) wait(ctx context.Context, d time.Duration, stop, changed <-chan struct{}) error {
	if err := ended(ctx, stop); err != nil {
		return err
	}
	select {
	case <-c.after(d):
		return nil
	case <-changed:
		return nil
	case <-stop:
		return ErrStopped
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ended is the reason not to go on, if there is one.
func ended(ctx context.Context, stop <-chan struct{}) error {
	select {
	case <-stop:
		return ErrStopped
	case <-ctx.Done():
		return ctx.Err()
	default:
		return nil
	}
}

// Kind is what a load is waiting for.
type Kind string

// The kinds, in the order in which they matter to somebody who looks.
const (
	Paused   Kind = "paused"   // somebody paused it
	Closed   Kind = "closed"   // outside the window
	Down     Kind = "down"     // Odoo does not answer; one probe asks for it
	Retrying Kind = "retrying" // a call is made again later
	Waiting  Kind = "waiting"  // a call is under way for long
	Flowing  Kind = "flowing"  // what was waited for is over
)

// Beat says what a load is waiting for. Until is zero where nobody knows.
type Beat struct {
	Kind  Kind
	At    time.Time
	Since time.Time
	Until time.Time
	Calls int    // Waiting: how many are under way
	Cause string // Down, Retrying: the server's or the network's words
}
