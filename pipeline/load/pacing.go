package load

import (
	"context"
	"errors"
	"time"

	"github.com/odoo-migrate/odoo-migrate/pipeline/load/flow"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// Flow says when a loader may send. The zero value is at once.
type Flow struct {
	Window flow.Window
	Rate   float64         // records a second at most; 0 is no limit
	Switch *flow.Switch    // pauses; may be nil
	Tell   func(flow.Beat) // what is waited for; may be nil, may be called concurrently
	Clock  flow.Clock      // of all waits; the zero value is the machine's
}

// longestPause is the most a retry or a probe waits for.
const longestPause = 30 * time.Second

// pace sets up what every batch and every call passes.
func (l *Loader) pace() {
	f := l.opt.Flow
	l.gate = &flow.Gate{Clock: f.Clock, Window: f.Window, Rate: f.Rate, Switch: f.Switch, Stop: l.opt.Stop, Tell: f.Tell}
	target := l.Target
	if g, ok := target.(guarded); ok {
		target = g.Target
	}
	l.breaker = &flow.Breaker{Clock: f.Clock, Stop: l.opt.Stop, Patience: l.opt.Patience, Pause: flow.Pauses{First: l.opt.Pause, Most: longestPause}, Tell: f.Tell,
		// The version alone would answer while the database is away.
		Probe: func(ctx context.Context) error {
			_, err := target.SearchRead(ctx, "ir.config_parameter", []any{[]any{"key", "=", "database.uuid"}}, []string{"id"}, 1)
			return err
		}}
	l.Target = guarded{target, l}
}

// Watch tells of calls that take long until the context ends.
func (l *Loader) Watch(ctx context.Context) { l.breaker.Watch(ctx) }

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

// Steady does what changes nothing in Odoo, again where an outage kept it from succeeding. Within a call that is being
// made already it is done once.
func (l *Loader) Steady(ctx context.Context, read func(context.Context) error) error {
	if flow.Inside(ctx) {
		return read(ctx)
	}
	retry := l.breaker.Retry()
	for {
		err := l.breaker.Do(ctx, read)
		if err == nil || ctx.Err() != nil || unmade(err) || !again(schema.ClassOf(err)) {
			return interrupted(err)
		}
		if ended := retry.Wait(ctx, err); ended != nil {
			return interrupted(ended)
		}
	}
}

func again(c schema.FaultClass) bool { return c.Retryable() || c == schema.FaultProtocol }

// guarded is a target whose reads wait outages out. Its writes are exactlyOnce's to repeat.
type guarded struct {
	Target
	l *Loader
}

func (g guarded) Read(ctx context.Context, model string, ids []int64, fields []string) (rows []map[string]any, err error) {
	err = g.l.Steady(ctx, func(ctx context.Context) (err error) {
		rows, err = g.Target.Read(ctx, model, ids, fields)
		return err
	})
	return rows, err
}

func (g guarded) SearchRead(ctx context.Context, model string, domain []any, fields []string, limit int) (rows []map[string]any, err error) {
	err = g.l.Steady(ctx, func(ctx context.Context) (err error) {
		rows, err = g.Target.SearchRead(ctx, model, domain, fields, limit)
		return err
	})
	return rows, err
}

func (g guarded) XMLIDs(ctx context.Context, module string, names []string) (ids map[string]schema.XMLID, err error) {
	err = g.l.Steady(ctx, func(ctx context.Context) (err error) {
		ids, err = g.Target.XMLIDs(ctx, module, names)
		return err
	})
	return ids, err
}
