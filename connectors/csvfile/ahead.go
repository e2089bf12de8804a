package csvfile

import (
	"context"

	"github.com/odoo-migrate/odoo-migrate/record"
)

type outcome struct {
	batch *record.Batch
	err   error
}

// ahead calls yield with what next returns, in order, until next returns nil or an error. One batch is made while yield
// works on the one before it; all have come to rest when ahead returns.
func ahead(ctx context.Context, next func(context.Context) (*record.Batch, error), yield func(*record.Batch, error) bool) {
	inner, stop := context.WithCancel(ctx)
	made := make(chan outcome) // without room: one batch is ready at most
	go func() {
		defer close(made)
		for {
			batch, err := next(inner)
			if batch == nil && err == nil {
				return
			}
			select {
			case made <- outcome{batch, err}:
			case <-inner.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	defer func() {
		stop()
		for range made { // the goroutine ends before the file under it is closed
		}
	}()
	for {
		o, ok := <-made
		switch {
		case ctx.Err() != nil:
			yield(nil, ctx.Err())
			return
		case !ok || !yield(o.batch, o.err) || o.err != nil:
			return
		}
	}
}
