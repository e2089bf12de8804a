package pipeline

import (
	"sync"
	"time"

	"github.com/odoo-migrate/odoo-migrate/pipeline/forecast"
)

// Watcher is a Progress that is told where a load will end, by its own speed, while it is under way.
type Watcher interface{ Outlook(forecast.Outlook) }

// outlookEvery is how often a watcher is told.
const outlookEvery = 30 * time.Second

// outlook follows a load against its forecast. A nil one follows nothing.
type outlook struct {
	mu       sync.Mutex
	now      func() time.Time
	tell     func(forecast.Outlook)
	forecast *forecast.Forecast
	began    time.Time // of the first record
	told     time.Time
	done     map[string]int64
}

// watch returns an outlook where there is a forecast, and somebody to tell.
func (p *Pipeline) watch(f *forecast.Forecast) *outlook {
	w, ok := p.opt.Progress.(Watcher)
	if f == nil || !ok {
		return nil
	}
	return &outlook{now: p.opt.Now, tell: w.Outlook, forecast: f, began: p.opt.Now(), done: map[string]int64{}}
}

// advance counts records of a mapping; loaders call it from several goroutines.
func (o *outlook) advance(mapping string, n int) {
	if o == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.done[mapping] += int64(n)
	now := o.now()
	if now.Sub(o.told) < outlookEvery {
		return
	}
	o.told = now
	o.tell(o.forecast.Outlook(o.began, now, o.done))
}
