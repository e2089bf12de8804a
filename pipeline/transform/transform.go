// Package transform runs a mapping over landed rows: in parallel, in order, and without knowing where the rows come from
// or where the records go. Every row it reads ends in exactly one class.
package transform

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// Program is a compiled mapping.
type Program interface {
	Layout() *record.Layout
	Gather(iter.Seq2[*record.Batch, error]) iter.Seq2[mappings.Gathered, error]
	Apply(*record.Batch) mappings.Result
	Files() []mappings.FileField
}

// Sink takes what a batch became, in the order of the source. One goroutine calls it.
type Sink interface {
	Records(ctx context.Context, records []record.Record, digests [][32]byte) error
	Findings(ctx context.Context, findings []record.Finding) error
	Classes(ctx context.Context, classes []mappings.Class) error
	Folded(ctx context.Context, rows []mappings.Folded) error
	Decided(keys []string) // of decisions that rows are about
}

// Options of Run; the zero value is one worker, no metadata.
type Options struct {
	Workers        int                      // goroutines that apply the mapping; 0 is 1
	Model          *schema.Model            // predicts what Odoo will store; nil stores values as mapped
	Files          Files                    // of the project; nil where no mapping takes any
	Normals        map[string]schema.Normal // by field: texts that Odoo stores in a form of its own
	CurrencyDigits int                      // digits monetary amounts are rounded to
	Rows           func(rows int)           // called after each batch, for progress
}

// Counts says what became of the rows of a mapping, those of a group as one: Read = Used + Excluded + Merged + Rejected.
type Counts struct {
	Read     int64 `json:"read"`
	Used     int64 `json:"used"`
	Excluded int64 `json:"excluded"`
	Merged   int64 `json:"merged"` // by a decision
	Rejected int64 `json:"rejected"`
}

// Run applies a program to all batches of a source. The result does not depend on the number of workers.
func Run(ctx context.Context, p Program, batches iter.Seq2[*record.Batch, error], to Sink, opt Options) (Counts, error) {
	workers := max(opt.Workers, 1)
	rounding := newRounding(p.Layout(), opt)
	rounding.takes, rounding.files = p.Files(), opt.Files
	type job struct {
		rows mappings.Gathered
		done chan applied
	}
	work, order := make(chan job), make(chan job, 2*workers)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(work)
		defer close(order)
		for b, err := range p.Gather(batches) {
			if err != nil {
				return err
			}
			j := job{b, make(chan applied, 1)}
			for _, c := range []chan job{order, work} {
				select {
				case c <- j:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		}
		return nil
	})
	for range workers {
		g.Go(func() error {
			for j := range work {
				j.done <- rounding.apply(p, j.rows)
			}
			return nil
		})
	}
	var counts Counts
	g.Go(func() error {
		for j := range order {
			select {
			case a := <-j.done:
				if err := a.into(ctx, to, &counts); err != nil {
					return err
				}
				if opt.Rows != nil {
					opt.Rows(len(j.rows.Batch.Rows) + len(j.rows.Folded) + len(j.rows.Classes))
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return rounding.report(ctx, to)
	})
	if err := g.Wait(); err != nil {
		return counts, fmt.Errorf("map %s: %w", p.Layout().Mapping, err)
	}
	return counts, nil
}

// applied is what one batch became.
type applied struct {
	rows    mappings.Gathered
	result  mappings.Result
	digests [][32]byte
	rounded []rounded
	sum     *roundingSum
}

func (a applied) into(ctx context.Context, to Sink, counts *Counts) error {
	rows := int64(len(a.rows.Batch.Rows) + len(a.rows.Classes))
	classes := slices.Concat(a.rows.Classes, a.result.Classes)
	counts.Read += rows
	counts.Used += rows - int64(len(classes))
	for i := range classes {
		c := &classes[i]
		if c.Table == "" {
			c.Table = a.rows.Batch.Table
		}
		switch c.Class {
		case mappings.ClassExcluded:
			counts.Excluded++
		case mappings.ClassMerged:
			counts.Merged++
		default:
			counts.Rejected++
		}
	}
	a.sum.add(a.rounded)
	to.Decided(a.result.Decided)
	if err := to.Records(ctx, a.result.Records, a.digests); err != nil {
		return err
	}
	if err := to.Classes(ctx, classes); err != nil {
		return err
	}
	if err := to.Folded(ctx, a.rows.Folded); err != nil {
		return err
	}
	return to.Findings(ctx, slices.Concat(a.rows.Findings, a.result.Findings))
}

func digest(records []record.Record) [][32]byte {
	out := make([][32]byte, len(records))
	for i := range records {
		out[i] = checksum.Record(&records[i])
	}
	return out
}
