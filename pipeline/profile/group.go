package profile

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

const (
	distinctCap   = 48_000    // different values kept a column
	distinctTotal = 1_200_000 // of all columns that are read together
	distinctLeast = 200       // a column in any case
)

// group is the tables of one source that are read together.
type group struct {
	source connectors.Source
	tables []*table
	cap    int // different values a column keeps
}

// together says which tables are read at once: all where the source has them in one stream, else each on its own.
func together(src connectors.Source, tables []connectors.Table) [][]connectors.Table {
	if _, ok := src.(connectors.MultiTable); ok && len(tables) > 1 {
		return [][]connectors.Table{tables}
	}
	return slices.Collect(slices.Chunk(tables, 1))
}

func (r *run) newGroup(in Input, tables []connectors.Table, names []string) *group {
	opt := r.opt.withDefaults()
	g := &group{source: in.Source, cap: opt.DistinctCap}
	columns := 0
	for _, t := range tables {
		columns += len(t.Columns)
	}
	r.store.shareAmong(columns)
	for i, t := range tables {
		g.tables = append(g.tables, newTable(t, names[i], in, opt, r.store))
	}
	return g
}

// add profiles the tables of a group and puts them into the report.
func (r *run) add(ctx context.Context, in Input, g *group) error {
	if err := g.read(ctx); err != nil {
		return err
	}
	sources := make([]Source, len(g.tables))
	for i, t := range g.tables {
		if err := t.finish(); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		sources[i] = t.source(in)
	}
	if !r.opt.NoKeys {
		if err := g.findKeys(ctx, sources); err != nil {
			return err
		}
	}
	for i, t := range g.tables {
		src := &sources[i]
		if !r.opt.NoKeys {
			damaged := r.joins.add(t, src, len(r.report.Sources))
			r.tables = append(r.tables, &readable{r.input, in.Source, t.about.Name, in.Nulls, damaged})
		}
		r.same = append(r.same, t.sameness(src))
		fs := append(slices.Clone(t.about.Findings), t.findings(src)...)
		for k := range fs {
			fs[k].Table, fs[k].File, fs[k].Sheet = t.name, src.File, t.about.Sheet
		}
		r.report.Findings = append(r.report.Findings, fs...)
		r.report.Sources = append(r.report.Sources, *src)
	}
	return nil
}

// read folds all batches into their tables.
func (g *group) read(ctx context.Context) error {
	return g.each(ctx, g.tables, func(t *table, b *record.Batch) bool {
		t.addBatch(b)
		g.share()
		if t.opt.Progress != nil {
			t.opt.Progress(t.name, t.rows)
		}
		return true
	})
}

// share keeps the different values of all columns within what they may take together: where they are too many, those
// columns give some up that have most. It looks between batches, so that nothing depends on the number of workers.
func (g *group) share() {
	total := 0
	for _, t := range g.tables {
		for _, c := range t.columns {
			total += len(c.values.entries)
		}
	}
	for ; total > distinctTotal && g.cap > distinctLeast; g.cap = max(g.cap/2, distinctLeast) {
		total = 0
		for _, t := range g.tables {
			for _, c := range t.columns {
				if c.values.cap = g.cap; c.values.full() {
					c.makeRoom()
				}
				total += len(c.values.entries)
			}
		}
	}
}

// each calls take with every batch of some of the group's tables, a table's in order, while the next ones are being
// read; take returns false to end it early.
func (g *group) each(ctx context.Context, tables []*table, take func(*table, *record.Batch) bool) error {
	if len(tables) == 1 {
		read := func(ctx context.Context) iter.Seq2[*record.Batch, error] {
			return g.source.Batches(ctx, tables[0].about.Name)
		}
		return eachBatch(ctx, read, func(b *record.Batch) bool { return take(tables[0], b) })
	}
	byName := map[string]*table{}
	for _, t := range tables {
		byName[t.about.Name] = t
	}
	return eachBatch(ctx, g.source.(connectors.MultiTable).AllBatches, func(b *record.Batch) bool {
		t := byName[b.Table]
		return t == nil || take(t, b)
	})
}

// eachBatch calls take with every batch that read yields, in order, while the next ones are being read, two ahead at
// most; take returns false to end it early.
func eachBatch(ctx context.Context, read func(context.Context) iter.Seq2[*record.Batch, error], take func(*record.Batch) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	batches := make(chan *record.Batch, 2)
	var failed error
	go func() {
		defer close(batches)
		for b, err := range read(ctx) {
			if err != nil {
				failed = err
				return
			}
			select {
			case batches <- b:
			case <-ctx.Done():
				return
			}
		}
	}()
	// The reader has ended when the channel is closed: nothing of it may outlive this function.
	defer func() {
		cancel()
		for range batches { //nolint:revive // drained
		}
	}()
	for b := range batches {
		if !take(b) {
			return nil
		}
	}
	if failed == nil {
		return ctx.Err()
	}
	return failed
}
