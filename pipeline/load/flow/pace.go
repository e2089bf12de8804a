package flow

import (
	"context"
	"sync"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// Bounds are what a Pace keeps within.
type Bounds struct {
	Least, First, Most int           // records a batch
	Workers            int           // batches at once, at most
	Low, High          time.Duration // a batch that takes less may grow, one that takes more shrinks; 0 is 2 and 4 s
}

// What a Pace reckons with.
const (
	beginners = 2    // batches at once to begin with
	gain      = 1.05 // by as much has throughput to grow for another worker to stay
	fewBatch  = 6    // batches that are measured at least
	again     = 16   // measurements until another worker is tried again, twice as many each time
	afterCut  = 4    // measurements after a fault until then
	judged    = 3    // batches by which smaller ones are judged
	loss      = 0.85 // of the speed that they have to keep
	tooLong   = 30 * time.Second
)

// Pace finds how many records a batch and how many batches at once a server takes with ease: both grow by little while
// that pays, and are halved where the server is in trouble. What it decides depends on the clock and never on the records.
type Pace struct {
	bounds Bounds

	mu      sync.Mutex
	size    int
	width   int
	under   int           // batches under way
	epoch   int           // counts changes: what began before one says nothing about it
	changed chan struct{} // closed when a batch may begin that could not before

	records int           // measured at this size and width
	spent   time.Duration // in calls, of all workers
	batches int
	trial   float64 // records a second before the worker on trial; 0 is no trial
	rest    int     // measurements until another worker is tried
	pause   int     // what rest will be after the next vain trial

	was     float64 // records a second and worker before batches shrank, on trial; 0 is no trial
	wasSize int
	floor   int // below which batches are less quick

	used Used
}

// Used is what a Pace came to: a fact about the run, for its journal.
type Used struct {
	Batches  int `json:"batches"`
	Records  int `json:"records"`
	Smallest int `json:"smallest"` // batch that was cut, in records
	Largest  int `json:"largest"`
	Last     int `json:"last"`    // size at the end
	Workers  int `json:"workers"` // at the end
	Widest   int `json:"widest"`  // workers at once, at most
	Cuts     int `json:"cuts"`    // how often the server was in trouble
}

// NewPace begins within the bounds, with so many workers as a run had before; 0 is the default.
func NewPace(b Bounds, workers int) *Pace {
	if b.Low == 0 {
		b.Low, b.High = 2*time.Second, 4*time.Second
	}
	b.Least, b.Workers = max(b.Least, 1), max(b.Workers, 1)
	b.Most = max(b.Most, b.Least)
	if workers <= 0 {
		workers = beginners
	}
	return &Pace{bounds: b, size: min(max(b.First, b.Least), b.Most), width: min(workers, b.Workers), pause: again}
}

// Ticket is one batch on its way.
type Ticket struct {
	pace    *Pace
	epoch   int
	size    int // that was allowed
	mu      sync.Mutex
	spent   time.Duration
	records int
}

// Enter waits until another batch may begin, and says how many records it may have.
func (p *Pace) Enter(ctx context.Context, stop <-chan struct{}) (*Ticket, error) {
	for {
		if err := ended(ctx, stop); err != nil {
			return nil, err
		}
		p.mu.Lock()
		if p.under < p.width {
			p.under++
			p.used.Widest = max(p.used.Widest, p.under)
			t := &Ticket{pace: p, epoch: p.epoch, size: p.size}
			p.mu.Unlock()
			return t, nil
		}
		if p.changed == nil {
			p.changed = make(chan struct{})
		}
		changed := p.changed
		p.mu.Unlock()
		select {
		case <-changed:
		case <-stop:
		case <-ctx.Done():
		}
	}
}

// Size is how many records a batch may have now.
func (p *Pace) Size() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.size
}

// Size is how many records the batch may have.
func (t *Ticket) Size() int { return t.size }

// Cut says how many it has.
func (t *Ticket) Cut(records int) {
	t.records = records
	if records == 0 {
		return
	}
	p := t.pace
	p.mu.Lock()
	defer p.mu.Unlock()
	p.used.Batches++
	p.used.Records += records
	p.used.Largest = max(p.used.Largest, records)
	if p.used.Smallest == 0 || records < p.used.Smallest {
		p.used.Smallest = records
	}
}

// Leave ends a batch. One that was not done says nothing about the server.
func (t *Ticket) Leave(done bool) {
	p := t.pace
	p.mu.Lock()
	defer p.mu.Unlock()
	p.under--
	p.wake()
	t.mu.Lock()
	spent := t.spent
	t.mu.Unlock()
	if done && t.epoch == p.epoch && t.records > 0 {
		p.measure(t, spent)
	}
}

func (p *Pace) wake() {
	if p.changed != nil {
		close(p.changed)
		p.changed = nil
	}
}

// measure learns from a batch that was done at the present size and width.
func (p *Pace) measure(t *Ticket, spent time.Duration) {
	p.records, p.spent, p.batches = p.records+t.records, p.spent+spent, p.batches+1
	mean, speed := p.spent/time.Duration(p.batches), float64(p.records)/max(p.spent.Seconds(), 1e-9)
	if p.was > 0 {
		if p.batches < judged {
			return
		}
		was, wasSize := p.was, p.wasSize
		p.was = 0
		if speed < was*loss {
			p.floor = wasSize
			p.resize(wasSize)
			return
		}
	}
	switch {
	case mean > p.bounds.High && p.size > max(p.bounds.Least, p.floor) || mean > tooLong && p.size > p.bounds.Least:
		p.shrink(mean, speed)
		return
	case mean < p.bounds.Low && t.records*5 >= t.size*4 && p.size < p.bounds.Most:
		p.resize(p.size + max(1, p.bounds.First/5))
		return
	}
	if p.batches < max(fewBatch, 3*p.width) || p.spent <= 0 {
		return
	}
	p.reset()
	p.widen(speed * float64(p.width))
}

// shrink makes batches as large as takes the middle of what is aimed for, but no less than half. Where a call costs much
// however little it carries, smaller ones would only be more of them: whether they are as quick by the record is judged
// afterwards.
func (p *Pace) shrink(mean time.Duration, speed float64) {
	if mean <= tooLong {
		if p.batches < 2 {
			return
		}
		p.was, p.wasSize = speed, p.size
	}
	aim := (p.bounds.Low + p.bounds.High) / 2
	p.resize(max(p.size/2, int(int64(p.size)*int64(aim)/int64(mean))))
}

// widen tries another worker while each brings more, and stays where the last one did not.
func (p *Pace) widen(rate float64) {
	switch {
	case p.trial > 0 && rate < p.trial*gain:
		p.trial, p.rest = 0, p.pause
		p.pause *= 2
		p.rewidth(p.width - 1)
		return
	case p.rest > 0:
		p.rest--
		return
	}
	p.trial = 0
	if p.width < p.bounds.Workers {
		p.trial = rate
		p.rewidth(p.width + 1)
	}
}

// Trouble halves what a fault of a class says is too much, once for all batches that began before.
func (t *Ticket) Trouble(c schema.FaultClass) {
	p := t.pace
	p.mu.Lock()
	defer p.mu.Unlock()
	if t.epoch != p.epoch {
		return
	}
	size, width := p.size, p.width
	switch c {
	case schema.FaultRateLimit: // too many calls: smaller batches would be more of them
		width /= 2
	case schema.FaultConcurrency:
		if width /= 2; p.width == 1 {
			size /= 2 // it collides with somebody else: shorter transactions do so less
		}
	case schema.FaultUnavailable, schema.FaultTimeout, schema.FaultLostReply:
		size, width = size/2, width/2
	case schema.FaultTooLarge:
		size = max(t.records, 2) / 2
		p.bounds.Most = max(p.bounds.Least, min(p.bounds.Most, size))
	default:
		return
	}
	p.used.Cuts++
	p.trial, p.rest, p.floor, p.was = 0, afterCut, 0, 0
	p.resize(size)
	p.rewidth(width)
}

// resize changes the size of batches. A worker on trial goes: larger batches are quicker by the record, and what they gain
// is not the worker's doing. It is tried again from what is measured then.
func (p *Pace) resize(size int) {
	if p.trial > 0 {
		p.trial = 0
		p.width--
	}
	p.size = min(max(size, p.bounds.Least), p.bounds.Most)
	p.epoch++
	p.reset()
}

func (p *Pace) rewidth(width int) {
	p.width = min(max(width, 1), p.bounds.Workers)
	p.was = 0 // workers slow each other down
	p.epoch++
	p.reset()
	p.wake()
}

func (p *Pace) reset() { p.records, p.spent, p.batches = 0, 0, 0 }

// Used returns what it came to so far.
func (p *Pace) Used() Used {
	p.mu.Lock()
	defer p.mu.Unlock()
	u := p.used
	u.Last, u.Workers = p.size, p.width
	return u
}

// ticketKey is where a context carries the batch that its calls belong to.
type ticketKey struct{}

// With returns a context whose calls are counted for the batch.
func (t *Ticket) With(ctx context.Context) context.Context {
	return context.WithValue(ctx, ticketKey{}, t)
}

// account counts a call for the batch it belongs to, and what became of it as trouble where it is that. How long a call took
// that will be made again says nothing.
func account(ctx context.Context, took time.Duration, err error) {
	t, ok := ctx.Value(ticketKey{}).(*Ticket)
	if !ok {
		return
	}
	class := schema.ClassOf(err)
	t.Trouble(class)
	if err != nil && (class == "" || class.Retryable()) {
		return
	}
	t.mu.Lock()
	t.spent += took
	t.mu.Unlock()
}
