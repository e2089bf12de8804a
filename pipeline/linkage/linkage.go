// Package linkage finds rows of legacy tables that look like the same party or the same product: within a table, and
// across tables of one kind. It decides which columns play which role, brings their values into a comparable form, finds
// the pairs that are worth comparing by several keys, and weighs each pair field by field; the weights are learnt from the
// data. Every pair comes with its reasons. It proposes; it merges nothing and changes nothing.
package linkage

import (
	"context"
	"fmt"
	"runtime"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Options bound the work and pin decisions. Zero values mean the documented defaults.
type Options struct {
	Roles        []TableRoles // tables whose roles are given; all others are decided about
	Against      string       // a table: each of its rows is compared with those of all others, and nothing else is; "" compares all
	Threshold    float64      // probability from which a pair is proposed, 0 to 1; 0 is chosen from the data
	MaxRows      int64        // tables with more rows are left out, with a note that they were; 0 is no limit
	BlockLimit   int          // rows with one key up to which all are compared with each other; 0 is 60
	MaxGroups    int          // groups in the result; 0 is 1,000
	MaxMembers   int          // members listed a group; 0 is 100
	MaxPairs     int          // pairs explained a group; 0 is 20
	Workers      int          // parties worked on at once; 0 is the number of CPUs. No result depends on it
	ShowPersonal bool         // leave personal values unmasked
	Progress     func(done, parties int)
}

func (o Options) withDefaults() Options {
	def := func(n *int, to int) {
		if *n == 0 {
			*n = to
		}
	}
	def(&o.BlockLimit, 60)
	def(&o.MaxGroups, 1000)
	def(&o.MaxMembers, 100)
	def(&o.MaxPairs, 20)
	def(&o.Workers, runtime.GOMAXPROCS(0))
	return o
}

// Run looks for near-duplicates in the tables of a report. The inputs are those the report was made of; each table that
// takes part is read once more. An error is a source that cannot be read, or roles given for what is not there.
func Run(ctx context.Context, report *profile.Report, inputs []profile.Input, opt Options) (*Result, error) {
	opt = opt.withDefaults()
	if opt.Threshold < 0 || opt.Threshold >= 1 {
		return nil, record.Advise(fmt.Errorf("the threshold of near-duplicates is %v", opt.Threshold), "Give a probability from 0 (chosen from the data) to below 1.")
	}
	plans, err := plan(report, opt)
	if err != nil {
		return nil, err
	}
	r := newResult()
	r.Findings = append(r.Findings, leaveOutLarge(plans, opt.MaxRows)...)
	for _, kind := range []string{KindParty, KindProduct} {
		l, err := link(ctx, kind, plans, inputs, opt)
		if err != nil {
			return nil, err
		}
		if l != nil {
			l.addTo(r)
		}
	}
	for _, t := range plans {
		r.Tables = append(r.Tables, t.Roles)
	}
	r.finish(opt)
	return r, nil
}

// linker works on one kind.
type linker struct {
	*store
	opt       Options
	model     *model
	passes    []pass
	pairs     []scored // that may be the same, best first
	compared  int64
	dropped   int64 // pairs beyond what is kept a party
	threshold float64
	groups    []cluster
}

// link does the work of one kind up to the groups; nil where there is nothing to compare.
func link(ctx context.Context, kind string, plans []*tablePlan, inputs []profile.Input, opt Options) (*linker, error) {
	s, err := load(ctx, kind, plans, inputs)
	if err != nil {
		return nil, err
	}
	if s.size() < 2 {
		return nil, nil
	}
	l := &linker{store: s, opt: opt}
	l.index()
	if err := l.learn(ctx); err != nil {
		return nil, err
	}
	if err := l.scoreAll(ctx); err != nil {
		return nil, err
	}
	l.choose()
	l.group()
	return l, nil
}

func (l *linker) comparer() *comparer { return &comparer{store: l.store} }
