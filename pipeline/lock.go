package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// ErrLocked says that another run works on the project.
var ErrLocked = errors.New("another run works on the project")

const (
	leaseName = "run"
	leaseLife = 20 * time.Second
)

// lease is the right to work on the project: to stage, to load, to undo. There is one at a time, because all of them
// write what the others read.
type lease struct {
	store   *staging.Store
	token   int64
	release func()
}

// lock takes the project's lease. It is renewed while the run lives and expires by itself when the process is killed. The
// returned context ends when the lease is lost.
func (p *Pipeline) lock(ctx context.Context) (context.Context, *lease, error) {
	if err := ctx.Err(); err != nil {
		return ctx, nil, err
	}
	// An interrupt between the database's commit and its answer would leave a lease that nobody gives back.
	taking, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	token, holder, err := p.Store.AcquireLease(taking, leaseName, p.owner(), leaseLife)
	if errors.Is(err, staging.ErrLeaseHeld) {
		return ctx, nil, record.Advise(fmt.Errorf("%w: %s", ErrLocked, holder), "Wait for it; if its process is dead the lease ends by itself within 20 seconds.")
	}
	if err != nil {
		return ctx, nil, err
	}
	held, lose := context.WithCancelCause(ctx)
	renewing, stop := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.renew(renewing, token, lose)
	}()
	return held, &lease{store: p.Store, token: token, release: func() {
		stop()
		<-done
		lose(nil)
		end, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = p.Store.ReleaseLease(end, leaseName, token) // it expires anyhow
	}}, nil
}

// renew keeps the lease until ctx ends. One renewal may fail, staging may be restarting; a lease that is somebody else's is lost.
func (p *Pipeline) renew(ctx context.Context, token int64, lose context.CancelCauseFunc) {
	tick := time.NewTicker(leaseLife / 4)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := p.Store.RenewLease(ctx, leaseName, token, leaseLife); errors.Is(err, staging.ErrLeaseLost) {
				lose(err)
				return
			}
		}
	}
}

// owner names this process among those that may work on the project.
func (p *Pipeline) owner() string {
	host, _ := os.Hostname()
	return fmt.Sprintf("%s@%s[%d]", p.opt.Actor, host, os.Getpid())
}

// journal settles only while the lease is held: a process that lost it must not write the ledger.
type journal struct {
	*staging.Store
	*lease
}

func (j journal) Settle(ctx context.Context, intentID int64, s run.Settlement) error {
	s.Lease, s.Token = leaseName, j.token
	return j.Store.Settle(ctx, intentID, s)
}
