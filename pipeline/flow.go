package pipeline

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/pipeline/load"
	"github.com/odoo-migrate/odoo-migrate/pipeline/load/flow"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// Waiter is a Progress that is told what a load is waiting for.
type Waiter interface{ Waits(flow.Beat) }

// flow lets the one who watches, the log and the event log of the run know what a load is waiting for.
func (p *Pipeline) flow(runID int64, f load.Flow) load.Flow {
	b := &beats{p: p, run: runID, also: f.Tell}
	b.watcher, _ = p.opt.Progress.(Waiter)
	f.Tell = b.tell
	return f
}

// beats hands on what a load is waiting for.
type beats struct {
	p       *Pipeline
	run     int64
	watcher Waiter
	also    func(flow.Beat)
	mu      sync.Mutex
	last    flow.Kind // that is in the event log
	told    flow.Beat
}

// toldAgain is how often the same wait is told: a night in which nothing may be sent is no thousand lines.
func toldAgain(k flow.Kind) time.Duration {
	if k == flow.Paused || k == flow.Closed {
		return 10 * time.Minute
	}
	return 30 * time.Second
}

func (b *beats) tell(beat flow.Beat) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if beat.Kind == b.told.Kind && beat.At.Sub(b.told.At) < toldAgain(beat.Kind) {
		return
	}
	b.told = beat
	if b.watcher != nil {
		b.watcher.Waits(beat)
	}
	if b.also != nil {
		b.also(beat)
	}
	b.log(beat)
	// What somebody reading the event log a year later wants to know; the rest is for those who wait.
	if beat.Kind == b.last || beat.Kind == flow.Waiting || beat.Kind == flow.Retrying || b.last == "" && beat.Kind == flow.Flowing {
		return
	}
	b.last = beat.Kind
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	data := map[string]string{}
	if !beat.Until.IsZero() {
		data["until"] = beat.Until.Format(time.RFC3339)
	}
	if beat.Cause != "" {
		data["cause"] = beat.Cause
	}
	// Where staging is away, too, the run ends for that reason soon enough.
	_ = b.p.Store.Event(ctx, b.run, "load."+string(beat.Kind), data)
}

func (b *beats) log(beat flow.Beat) {
	if b.p.opt.Log == nil {
		return
	}
	attrs := []slog.Attr{slog.Int64("run", b.run), slog.String("state", string(beat.Kind)), slog.Time("since", beat.Since)}
	if !beat.Until.IsZero() {
		attrs = append(attrs, slog.Time("until", beat.Until))
	}
	if beat.Calls > 0 {
		attrs = append(attrs, slog.Int("calls", beat.Calls))
	}
	if beat.Cause != "" {
		attrs = append(attrs, slog.String("cause", beat.Cause))
	}
	b.p.opt.Log.LogAttrs(context.Background(), slog.LevelInfo, "load", attrs...)
}

// paced keeps how each mapping was cut, in the run's result, its events and the log: a fact about the run that nothing it
// loads depends on.
func (p *Pipeline) paced(d *derived) func(string, flow.Used) {
	return func(mapping string, u flow.Used) {
		d.batches[mapping] = u
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = p.Store.Event(ctx, d.run.ID, "load.batches", struct {
			Mapping string `json:"mapping"`
			flow.Used
		}{mapping, u}) // where staging is away the run ends for that
		if p.opt.Log != nil {
			p.opt.Log.Info("batches", "run", d.run.ID, "mapping", mapping, "batches", u.Batches, "records", u.Records, "smallest", u.Smallest, "largest", u.Largest,
				"last", u.Last, "workers", u.Workers, "widest", u.Widest, "cuts", u.Cuts)
		}
	}
}

// patient is a target whose reads before and after the loading wait outages out, too, one by one.
func (p *Pipeline) patient(t *Target, r run.Run, opt LoadOptions) *Target {
	tell := p.flow(r.ID, load.Flow{Tell: opt.Flow.Tell}).Tell
	patience := opt.Patience
	if patience == 0 {
		patience = load.Patience
	}
	return &Target{Name: t.Name, Database: t.Database, Client: t.Retrying(odoo.Policy{Total: max(odoo.DefaultPolicy.Total, patience), Wait: func(f *odoo.Fault, next time.Duration) {
		now := time.Now()
		tell(flow.Beat{Kind: flow.Retrying, At: now, Since: now, Until: now.Add(next), Cause: f.Error()})
	}})}
}

// steady is a target for lookups while a load is under way: they wait outages out as its other reads do.
type steady struct {
	*Target
	loader *load.Loader
}

func (s steady) SearchReadIn(ctx context.Context, model string, domain []any, fields []string, limit int, more map[string]any) (rows []map[string]any, err error) {
	err = s.loader.Steady(ctx, func(ctx context.Context) (err error) {
		rows, err = s.Target.SearchReadIn(ctx, model, domain, fields, limit, more)
		return err
	})
	return rows, err
}

func (s steady) XMLIDs(ctx context.Context, module string, names []string) (ids map[string]schema.XMLID, err error) {
	err = s.loader.Steady(ctx, func(ctx context.Context) (err error) {
		ids, err = s.Target.XMLIDs(ctx, module, names)
		return err
	})
	return ids, err
}

func (s steady) Relation(ctx context.Context, model, field string) (to string, err error) {
	err = s.loader.Steady(ctx, func(ctx context.Context) (err error) {
		to, err = s.Target.Relation(ctx, model, field)
		return err
	})
	return to, err
}
