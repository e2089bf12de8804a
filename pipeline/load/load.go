// Package load brings staged records into Odoo, each exactly once. For every batch it announces what it will do in the
// journal, calls Odoo, and settles what came of it in the ledger; a lost reply is resolved by asking Odoo, never guessed.
// It knows no model by name: quirks are in the plan, as data.
package load

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/pipeline/load/flow"
	"github.com/odoo-migrate/odoo-migrate/pipeline/plan"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// ErrInterrupted says that the run was asked to stop and did, between two batches. It can be resumed.
var ErrInterrupted = errors.New("stopped as asked; what is loaded is in the ledger")

// ErrUnsettled says that the outcome of a call could not be found out in time. Resuming finds it out.
var ErrUnsettled = errors.New("the outcome of a batch is not known yet")

// Item is a staged record with its digest.
type Item struct {
	record.Record
	Seq    int64 // its place among the staged records of its mapping
	Digest checksum.Digest
}

// Staged yields the records to load; rejected ones are not among them.
type Staged interface {
	// Items yields the records of a mapping in source order, in slices of at most size.
	Items(ctx context.Context, mapping string, size int) iter.Seq2[[]Item, error]
	// Again yields those of the given places, in order, in slices of at most size.
	Again(ctx context.Context, mapping string, seqs []int64, size int) iter.Seq2[[]Item, error]
	// Children returns the records of a mapping whose field links to one of the parents, by parent, in source order.
	Children(ctx context.Context, mapping, field string, parents []string) (map[string][]Item, error)
}

// Resolver gives the database ids of references, migrated records and others alike. What it does not return is not in the
// target.
type Resolver interface {
	IDs(ctx context.Context, refs []string) (map[string]int64, error)
	// Learn finds out of which models the records are; Model tells it afterwards, "" of a record that is not there.
	Learn(ctx context.Context, refs []string) error
	Model(ref string) string
}

// Ledger remembers what is in the target.
type Ledger interface {
	EntriesByID(ctx context.Context, targetID int64, externalIDs []string) (map[string]run.Entry, error)
	AddOutcomes(ctx context.Context, runID int64, outcomes []run.Outcome) error
	AddFindings(ctx context.Context, runID int64, findings []record.Finding) error
	// Clash writes fields down that both sides changed, and returns them, one for one, with what people decided.
	Clash(ctx context.Context, targetID, runID int64, clashes []run.Clash) ([]run.Clash, error)
}

// Journal announces calls and settles them.
type Journal interface {
	Intend(ctx context.Context, in run.Intent) (int64, error)
	Settle(ctx context.Context, intentID int64, s run.Settlement) error
	Unsettle(ctx context.Context, intentID int64, note string) error
	OpenIntents(ctx context.Context, targetID int64) ([]run.Intent, error)
}

// Reader reads the target; archived records and all companies are included.
type Reader interface {
	Read(ctx context.Context, model string, ids []int64, fields []string) ([]map[string]any, error)
	SearchRead(ctx context.Context, model string, domain []any, fields []string, limit int) ([]map[string]any, error)
	XMLIDs(ctx context.Context, module string, names []string) (map[string]schema.XMLID, error)
}

// Writer changes the target. None of its calls is retried below this package.
type Writer interface {
	LoadIn(ctx context.Context, model string, columns []string, rows [][]string, more map[string]any) (schema.LoadResult, error)
	Create(ctx context.Context, model string, values []map[string]any) ([]int64, error)
	Write(ctx context.Context, model string, ids []int64, values map[string]any) error
	Unlink(ctx context.Context, model string, ids []int64) error
	Method(ctx context.Context, model, method string, ids []int64, kwargs map[string]any) (any, error)
}

// Target is both.
type Target interface {
	Reader
	Writer
}

// MaxDeleted is the share of a mapping's records that may be gone from its source by default.
const MaxDeleted = 0.2

// Patience is how long an outage is waited out by default.
const Patience = time.Hour

// Options of a Loader; the zero value is usable.
type Options struct {
	BatchRecords int              // records a call at most, to begin with 500; 0 is 2000; a fifth where records carry lines
	Workers      int              // batches under way at once, at most; 0 is 4
	Aim          [2]time.Duration // a batch that takes less may grow, one that takes more shrinks; 0 is 2 and 4 s
	CallTimeout  time.Duration    // after which a call counts as unsettled; 0 is 180 s
	Patience     time.Duration    // how long an outage is waited out; 0 is Patience
	Pause        time.Duration    // about the first wait before a retry; 0 is 500 ms, growing up to 30 s
	MaxDeleted   *float64         // share of a mapping's records that may be removed; nil is MaxDeleted
	Owner        string
	Now          func() time.Time
	Flow         Flow
	Stop         <-chan struct{}                      // closed: finish the batches in flight and return ErrInterrupted
	Progress     func(mapping string, records int)    // called after each batch; may be called concurrently
	Paced        func(mapping string, used flow.Used) // called at the end of a step that sent something; may be nil
}

func (o Options) withDefaults() Options {
	defaults := func(d *time.Duration, to time.Duration) {
		if *d == 0 {
			*d = to
		}
	}
	defaults(&o.CallTimeout, 180*time.Second)
	defaults(&o.Patience, Patience)
	defaults(&o.Pause, 500*time.Millisecond)
	if o.BatchRecords == 0 {
		o.BatchRecords = 4 * batchRecords
	}
	if o.Workers == 0 {
		o.Workers = 4
	}
	if o.MaxDeleted == nil {
		most := MaxDeleted
		o.MaxDeleted = &most
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Progress == nil {
		o.Progress = func(string, int) {}
	}
	return o
}

// Loader loads the steps of one plan into one target.
type Loader struct {
	Target   Target
	Staged   Staged
	Ledger   Ledger
	Journal  Journal
	Refs     Resolver
	Files    Files // of the project; may be nil where no mapping takes files
	Schema   *schema.Snapshot
	Module   string // namespace of the external ids
	RunID    int64
	TargetID int64
	opt      Options
	batches  atomic.Int64
	names    names
	gate     *flow.Gate
	breaker  *flow.Breaker
	workers  int // that the last step came to
}

// With sets the options and returns the loader.
func (l *Loader) With(o Options) *Loader {
	l.opt = o.withDefaults()
	l.pace()
	return l
}

// Step loads the records of one mapping that the ledger does not know, updates those that changed, leaves the others
// alone, and then makes the step's calls. It returns ErrInterrupted or ErrUnsettled where the run must be resumed; bad
// records are findings and outcomes.
func (l *Loader) Step(ctx context.Context, p *plan.Plan, s plan.Step) error {
	st, err := l.step(p, s)
	if err != nil {
		return err
	}
	st.pace = flow.NewPace(st.bounds(), l.workers)
	defer st.paced()
	if err := st.records(ctx); err != nil {
		return fmt.Errorf("load %s: %w", s.Mapping, err)
	}
	for _, c := range s.Calls {
		if err := st.call(ctx, c); err != nil {
			return fmt.Errorf("%s %s: %w", c.Method, s.Mapping, err)
		}
	}
	return nil
}

// step is a Step on its way.
type step struct {
	*Loader
	plan.Step
	model    *schema.Model
	lines    []lineSet
	adopting sync.Mutex
	pace     *flow.Pace
}

// lineSet is a one2many of the step's model whose records are loaded with their parents.
type lineSet struct {
	field   string // one2many of the parent
	inverse string // many2one of the child
	mapping string
	model   string
}

func (l *Loader) step(p *plan.Plan, s plan.Step) (*step, error) {
	m, ok := l.Schema.Model(s.Model)
	if !ok {
		return nil, fmt.Errorf("load %s: the target has no model %s", s.Mapping, s.Model)
	}
	st := &step{Loader: l, Step: s, model: m}
	fields := make([]string, 0, len(s.Lines))
	for f := range s.Lines {
		fields = append(fields, f)
	}
	slices.Sort(fields)
	for _, name := range fields {
		f, ok := m.Field(name)
		for _, lines := range append([]string{s.Lines[name]}, s.MoreLines[name]...) {
			child, planned := p.Step(lines)
			if !ok || !planned || f.InverseField == "" {
				return nil, fmt.Errorf("load %s: %s.%s is no one2many to the records of mapping %s", s.Mapping, s.Model, name, lines)
			}
			st.lines = append(st.lines, lineSet{name, f.InverseField, lines, child.Model})
		}
	}
	return st, nil
}

// records loads all records of the step. Records that link to others of the same mapping which are not in Odoo yet wait
// for the next pass.
func (st *step) records(ctx context.Context) error {
	waiting, err := st.pass(ctx, st.Staged.Items(ctx, st.Mapping, fetched))
	for err == nil && len(waiting) > 0 {
		before := len(waiting)
		waiting, err = st.pass(ctx, st.Staged.Again(ctx, st.Mapping, waiting, st.batchRecords()))
		if err == nil && len(waiting) == before {
			return st.refuseAll(ctx, waiting)
		}
	}
	return err
}

// refuseAll refuses records whose links no pass could resolve.
func (st *step) refuseAll(ctx context.Context, seqs []int64) error {
	for items, err := range st.Staged.Again(ctx, st.Mapping, seqs, st.batchRecords()) {
		if err != nil {
			return err
		}
		if err := st.refuse(ctx, items, st.findings(items, "load.parent_missing", "a record it links to is not in Odoo")); err != nil {
			return err
		}
	}
	return nil
}

// batchRecords is how many records a batch has to begin with.
func (st *step) batchRecords() int {
	if len(st.lines) > 0 {
		return max(1, min(st.opt.BatchRecords, batchRecords)/5)
	}
	return min(st.opt.BatchRecords, batchRecords)
}

// pass sends every record once, several batches at a time, and returns the places of the records that have to wait, in
// source order. The records themselves are read again: where a mapping links to itself, all but the first may have to wait.
func (st *step) pass(ctx context.Context, source iter.Seq2[[]Item, error]) ([]int64, error) {
	g, gctx := errgroup.WithContext(ctx)
	var waits []int64
	var fetch error
	for b, err := range st.cut(gctx, source) {
		if err != nil {
			fetch = err
			break
		}
		wait, ready, err := st.ready(ctx, b.items)
		if err != nil {
			b.Leave(false)
			fetch = err
			break
		}
		for _, it := range wait {
			waits = append(waits, it.Seq)
		}
		st.gate.Charge(len(ready))
		g.Go(func() error {
			b.Cut(len(ready))
			// The outer context: one batch's error stops new batches, not the calls under way.
			err := st.byCompany(b.With(ctx), ready, st.batch)
			b.Leave(err == nil)
			if err != nil {
				return err
			}
			st.opt.Progress(st.Mapping, len(ready))
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return waits, fetch
}
