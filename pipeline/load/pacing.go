package load

import (
	"context"
	"errors"

	"github.com/odoo-migrate/odoo-migrate/pipeline/load/flow"
)

// Flow says when a loader may send. The zero value is at once.
type Flow struct {
	Window flow.Window
	Rate   float64         // records a second at most; 0 is no limit
	Switch *flow.Switch    // pauses; may be nil
	Tell   func(flow.Beat) // what is waited for; may be nil, may be called concurrently
	Clock  flow.Clock      // of all waits; the zero value is the machine's
}

// pace sets up what every batch passes.
func (l *Loader) pace() {
	f := l.opt.Flow
	l.gate = &flow.Gate{Clock: f.Clock, Window: f.Window, Rate: f.Rate, Switch: f.Switch, Stop: l.opt.Stop, Tell: f.Tell}
}

// turn waits until the next batch may be sent. The error is ErrInterrupted where the user asked to stop.
func (l *Loader) turn(ctx context.Context) error {
	_, err := l.gate.Pass(ctx)
	return interrupted(err)
}

func interrupted(err error) error {
	if errors.Is(err, flow.ErrStopped) {
		return ErrInterrupted
	}
	return err
}
