package flow

import (
	"context"
	"time"
)

// A call that takes longer than slow is told of, every so often.
const (
	slow  = 15 * time.Second
	every = 5 * time.Second
)

// Watch tells of calls that take long until the context ends.
func (b *Breaker) Watch(ctx context.Context) {
	var told time.Time // since when the call is under way that was told of last
	for b.Clock.wait(ctx, every, nil, nil) == nil {
		since, calls := b.oldest()
		now := b.Clock.now()
		switch {
		case b.Open(): // that is told by who probes
		case calls > 0 && now.Sub(since) >= slow:
			told = since
			b.tell(Beat{Kind: Waiting, At: now, Since: since, Calls: calls})
		case !told.IsZero():
			b.tell(Beat{Kind: Flowing, At: now, Since: told})
			told = time.Time{}
		}
	}
}

// oldest is since when the call is under way that takes longest, and how many are.
func (b *Breaker) oldest() (since time.Time, calls int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, at := range b.calls {
		if since.IsZero() || at.Before(since) {
			since = at
		}
	}
	return since, len(b.calls)
}
