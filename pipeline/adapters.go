package pipeline

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/pipeline/load"
	"github.com/odoo-migrate/odoo-migrate/pipeline/lookup"
	"github.com/odoo-migrate/odoo-migrate/pipeline/validate"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// sink writes what a mapping makes into staging.
type sink struct {
	store   *staging.Store
	writer  *staging.StageWriter
	run     int64
	mapping string
	d       *derived
}

func (s *sink) Records(ctx context.Context, records []record.Record, digests [][32]byte) error {
	return s.writer.Write(records, digests)
}

func (s *sink) Findings(ctx context.Context, findings []record.Finding) error {
	return s.store.AddFindings(ctx, s.run, s.d.placed(findings))
}

func (s *sink) Classes(ctx context.Context, classes []mappings.Class) error {
	rows := map[string][]staging.RowClass{}
	for _, c := range classes {
		rows[c.Table] = append(rows[c.Table], staging.RowClass{Row: c.Row, Class: c.Class, Reason: c.Reason})
		s.d.rejectedLinks[s.mapping] = append(s.d.rejectedLinks[s.mapping], c.Links...)
	}
	return s.d.addClasses(ctx, s.store, s.mapping, rows)
}

func (s *sink) Decided(keys []string) {
	for _, key := range keys {
		s.d.decideOn(s.mapping, key)
	}
}

func (s *sink) Folded(ctx context.Context, folded []mappings.Folded) error {
	rows := make([]staging.FoldedRow, len(folded))
	for i, f := range folded {
		rows[i] = staging.FoldedRow{Source: f.Table, Row: f.Row, Into: staging.FoldedInto{Source: f.IntoTable, Row: f.Into}}
	}
	return s.writer.Fold(ctx, rows)
}

// queryer runs the SQL of steps and controls, where landed. and staged. stand for the project's views.
type queryer struct{ p *Pipeline }

func (q queryer) Each(ctx context.Context, sql string, args []any, row func(scan func(...any) error) error) error {
	return q.p.each(ctx, sql, args, row)
}

func (p *Pipeline) each(ctx context.Context, sql string, args []any, row func(scan func(...any) error) error) error {
	rows, err := p.Store.Query(ctx, p.Store.ControlSQL(sql), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// items gives the loader the staged records that validation left.
type items struct {
	p *Pipeline
	d *derived
}

func (s items) Items(ctx context.Context, mapping string, size int) iter.Seq2[[]load.Item, error] {
	prog := s.d.programs[mapping]
	return s.slices(mapping, s.p.Store.Staged(ctx, s.d.run.ID, prog.Layout(), prog.Kinds()), size)
}

func (s items) Again(ctx context.Context, mapping string, seqs []int64, size int) iter.Seq2[[]load.Item, error] {
	prog := s.d.programs[mapping]
	return func(yield func([]load.Item, error) bool) {
		// One query a slice: an answer that is read while batches are loaded would have to wait for them.
		for part := range slices.Chunk(seqs, size) {
			for items, err := range s.slices(mapping, s.p.Store.StagedAt(ctx, s.d.run.ID, prog.Layout(), prog.Kinds(), part), size) {
				if !yield(items, err) || err != nil {
					return
				}
			}
		}
	}
}

// slices leaves out what validation rejected.
func (s items) slices(mapping string, rows iter.Seq2[*staging.StagedRow, error], size int) iter.Seq2[[]load.Item, error] {
	return func(yield func([]load.Item, error) bool) {
		gone := s.d.rejected[mapping]
		var batch []load.Item
		for row, err := range rows {
			if err != nil {
				yield(nil, err)
				return
			}
			if _, out := gone[row.Seq]; out {
				continue
			}
			batch = append(batch, item(row))
			if len(batch) == size {
				if !yield(batch, nil) {
					return
				}
				batch = nil
			}
		}
		if len(batch) > 0 {
			yield(batch, nil)
		}
	}
}

func item(row *staging.StagedRow) load.Item {
	return load.Item{Record: row.Record, Seq: row.Seq, Digest: row.Digest}
}

func (s items) Children(ctx context.Context, mapping, field string, parents []string) (map[string][]load.Item, error) {
	prog := s.d.programs[mapping]
	gone := s.d.rejected[mapping]
	out := map[string][]load.Item{}
	for row, err := range s.p.Store.StagedWhere(ctx, s.d.run.ID, prog.Layout(), prog.Kinds(), field, parents) {
		if err != nil {
			return nil, err
		}
		if _, rejected := gone[row.Seq]; !rejected {
			parent := row.Get(field).Text()
			out[parent] = append(out[parent], item(row))
		}
	}
	return out, nil
}

// resolver finds database ids: of migrated records in the ledger, of others in the target, each of them once.
type resolver struct {
	p       *Pipeline
	target  lookup.Target
	own     func(ctx context.Context, externalIDs []string) (map[string]int64, error) // of migrated records
	mu      sync.Mutex
	known   map[string]int64
	missing map[string]bool
	models  sync.Map // reference -> model, of those that reference fields hold
}

func (p *Pipeline) resolver(t *Target, targetID int64) *resolver {
	ledger := func(ctx context.Context, ids []string) (map[string]int64, error) {
		return p.Store.DBIDs(ctx, targetID, ids)
	}
	return p.resolverBy(t, ledger)
}

func (p *Pipeline) resolverBy(t *Target, own func(context.Context, []string) (map[string]int64, error)) *resolver {
	return &resolver{p: p, target: t, own: own, known: map[string]int64{}, missing: map[string]bool{}}
}

func (r *resolver) IDs(ctx context.Context, refs []string) (map[string]int64, error) {
	var own, others []string
	for _, ref := range refs {
		if lookup.IsOwn(ref, r.p.Project.Module) {
			own = append(own, ref)
		} else {
			others = append(others, ref)
		}
	}
	out, err := r.own(ctx, own)
	if err != nil || len(others) == 0 {
		return out, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var ask []string
	for _, ref := range others {
		if _, ok := r.known[ref]; !ok && !r.missing[ref] {
			ask = append(ask, ref)
		}
	}
	if err := r.ask(ctx, ask); err != nil {
		return nil, err
	}
	for _, ref := range others {
		if id, ok := r.known[ref]; ok {
			out[ref] = id
		}
	}
	return out, nil
}

func (r *resolver) ask(ctx context.Context, refs []string) error {
	if len(refs) == 0 {
		return nil
	}
	found, err := lookup.Resolve(ctx, r.target, refs)
	if err != nil {
		return err
	}
	maps.Copy(r.known, found.IDs)
	for _, ref := range found.Missing {
		r.missing[ref] = true
	}
	for ref := range found.Ambiguous {
		r.missing[ref] = true
	}
	return nil
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

var _ validate.Queryer = queryer{}
