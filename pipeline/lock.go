package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// ErrLocked says that another run writes to the same target.
var ErrLocked = errors.New("another run holds the target")

// lock takes the run lease of the target: two loads into one target cannot happen. The lease is renewed while the run
// lives and expires by itself when the process is killed.
func (p *Pipeline) lock(ctx context.Context, t *Target) (func(), error) {
	const life = 20 * time.Second
	host, _ := os.Hostname()
	owner := fmt.Sprintf("%s@%s[%d]", p.opt.Actor, host, os.Getpid())
	name := "load/" + t.Name
	token, holder, err := p.Store.AcquireLease(ctx, name, owner, life)
	if errors.Is(err, staging.ErrLeaseHeld) {
		return nil, record.Advise(fmt.Errorf("%w: %s", ErrLocked, holder), "Wait for it; if its process is dead the lease ends by itself within 20 seconds.")
	}
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		for tick := time.NewTicker(life / 4); ; {
			select {
			case <-ctx.Done():
				tick.Stop()
				return
			case <-tick.C:
				// A lease that could not be renewed is lost at its end; the next settlement would not be ours to make.
				_ = p.Store.RenewLease(ctx, name, token, life)
			}
		}
	}()
	return func() {
		cancel()
		<-done
		end, stop := context.WithTimeout(context.Background(), 5*time.Second)
		defer stop()
		_ = p.Store.ReleaseLease(end, name, token)
	}, nil
}
