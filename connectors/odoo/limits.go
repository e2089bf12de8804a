package odoo

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// limits is what is known of how large a request may be: set by the user, or learnt from refusals. All copies of a
// client share it.
type limits struct {
	mu      sync.Mutex
	set     int64 // by the user; 0 is none
	refused int64 // the smallest request that was refused; 0 is none
	taken   int64 // the largest request that was taken
}

func newLimits(set int64) *limits { return &limits{set: set} }

// body is the largest request that is sent; 0 is any.
func (l *limits) body() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.limit()
}

func (l *limits) limit() int64 {
	if l.refused == 0 || l.set > 0 && l.set < l.refused {
		return l.set
	}
	return max(l.refused-1, 1)
}

func (l *limits) took(size int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.taken = max(l.taken, size)
}

func (l *limits) largest() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.taken
}

// refuse learns from a 413, and returns what may be tried next.
func (l *limits) refuse(size int64) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.refused == 0 || size < l.refused {
		l.refused = size
	}
	return l.limit()
}

// tooLarge is said before anything is sent.
func tooLarge(size, limit int64) *Fault {
	return &Fault{Class: schema.FaultTooLarge, Code: "limit", Size: size, Limit: limit,
		Message: fmt.Sprintf("the request has %d bytes; the server, or the proxy in front of it, takes %d at most", size, limit)}
}

// BodyLimit is the largest request, in bytes, that the server is known to take or may be tried with; 0 where nothing was
// refused so far and no limit was set.
func (c *Client) BodyLimit() int64 { return c.limits.body() }

// ProbeBody finds how large a request may be, up to a number of bytes, by calls that read nothing but their own length.
// It returns the largest size that was taken, to a sixteenth of it, and whether a larger one was refused.
func (c *Client) ProbeBody(ctx context.Context, upTo int64) (taken int64, refused bool, err error) {
	quick := c.Retrying(Policy{})
	low, high := int64(0), int64(0)
	for size := int64(64 << 10); low < upTo; {
		switch err := quick.padded(ctx, size); {
		case err == nil:
			low = size
		case ClassOf(err) == schema.FaultTooLarge:
			high = size
		default:
			return low, high > 0, err
		}
		if high == 0 {
			size = min(size*4, upTo)
			continue
		}
		if high-low <= max(low/16, 1<<10) {
			break
		}
		size = (low + high) / 2
	}
	return low, high > 0, nil
}

// padded is a call that counts nothing, of about so many bytes: keys of the context that mean nothing to Odoo are ignored.
func (c *Client) padded(ctx context.Context, size int64) error {
	pad := strings.Repeat("x", int(max(size-512, 0)))
	_, err := c.Call(ctx, "res.users", "search_count", []any{[]any{[]any{"id", "=", 0}}}, map[string]any{"context": map[string]any{"migrate_probe": pad}})
	return err
}
