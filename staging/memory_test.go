package staging_test

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/staging"
	"github.com/odoo-migrate/odoo-migrate/staging/stagingtest"
)

// Ten times the rows take no more memory: to land them, to read them, to stage them, to find what is gone, to read records
// again by place, to remove and to purge them.
func TestMemoryDoesNotGrowWithRows(t *testing.T) {
	few, err := roadOfRows(t.Context(), stagingtest.Open(t), 10_000)
	check(t, err)
	many, err := roadOfRows(t.Context(), stagingtest.Open(t), 100_000)
	check(t, err)
	t.Logf("%.1f MiB and %.1f MiB at most", few, many)
	if many > few+24 {
		t.Errorf("10,000 rows take %.1f MiB, 100,000 take %.1f MiB", few, many)
	}
}

// BenchmarkMillionRows says how much memory a million rows of 12 columns take, and how long each part of the road.
func BenchmarkMillionRows(b *testing.B) {
	dsn, err := stagingtest.SharedDSN()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s, err := staging.Open(b.Context(), staging.Options{DSN: dsn, Project: stagingtest.Project()})
		if err != nil {
			b.Fatal(err)
		}
		peak, err := roadOfRows(b.Context(), s, 1_000_000)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(peak, "peak-MiB")
		if err := s.Drop(b.Context()); err != nil {
			b.Fatal(err)
		}
		_ = s.Close()
	}
}

// peakHeap samples how much memory the program holds until stop is called, which returns the most, in MiB.
func peakHeap() (stop func() float64) {
	percent := debug.SetGCPercent(20) // what is garbage must not hide what is held
	runtime.GC()
	var most atomic.Uint64
	done, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		for {
			metrics.Read(sample)
			most.Store(max(most.Load(), sample[0].Value.Uint64()))
			select {
			case <-done:
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	}()
	return func() float64 {
		close(done)
		<-gone
		debug.SetGCPercent(percent)
		return float64(most.Load()) / (1 << 20)
	}
}

// manyRows are batches of about 1 MiB, made as they are asked for.
func manyRows(columns []string, n int) func(func(*record.Batch, error) bool) {
	return func(yield func(*record.Batch, error) bool) {
		for start := 0; start < n; start += 5000 {
			b := &record.Batch{Table: "big", Columns: columns}
			for i := start; i < min(start+5000, n); i++ {
				r := row(int64(i+1), fmt.Sprint(i))
				for c := range columns[1:] {
					r.Cells = append(r.Cells, fmt.Sprintf("value %d of %d", c, i))
				}
				b.Rows = append(b.Rows, r)
			}
			if !yield(b, nil) {
				return
			}
		}
	}
}

// roadOfRows takes rows all the way through staging, and returns the most memory that was held, in MiB.
func roadOfRows(ctx context.Context, s *staging.Store, n int) (float64, error) {
	stop := peakHeap()
	columns := []string{"no"}
	for i := range 11 {
		columns = append(columns, fmt.Sprint("c", i))
	}
	snap, err := s.Land(ctx, staging.Landing{Source: "big", File: connectors.File{Path: "big.csv", SHA256: fmt.Sprint(n)},
		Table: connectors.Table{Name: "big", Format: "csv", Columns: columns}, Digest: digest, Batches: manyRows(columns, n)})
	if err != nil {
		return 0, err
	}
	for _, part := range []func(context.Context, *staging.Store, staging.Snapshot, int) error{stageAll, compareAll, cleanAll} {
		if err := part(ctx, s, snap, n); err != nil {
			return 0, err
		}
	}
	return stop(), nil
}

func stageAll(ctx context.Context, s *staging.Store, snap staging.Snapshot, n int) error {
	w, err := s.StageWriter(ctx, 1, layout, kinds)
	if err != nil {
		return err
	}
	for b, err := range s.Landed(ctx, snap) {
		if err != nil {
			return err
		}
		var records []record.Record
		for _, r := range b.Rows {
			records = append(records, partner("m."+r.Cells[0], "true", "2001-02-03", "12.5", "", r.Cells[1], "m.0", "", "<null>", r.Cells[2]))
		}
		if err := w.Write(records, make([][32]byte, len(records))); err != nil {
			return err
		}
	}
	if rows, err := w.Close(ctx); err != nil || rows != int64(n) {
		return fmt.Errorf("staged %d of %d: %w", rows, n, err)
	}
	return nil
}

// compareAll fills a ledger of other records than are staged, and reads both.
func compareAll(ctx context.Context, s *staging.Store, _ staging.Snapshot, n int) error {
	target, _, err := s.EnsureTarget(ctx, run.Target{URL: "u"})
	if err != nil {
		return err
	}
	if _, err := s.Exec(ctx, `insert into {s}.ledger (target_id, external_id, mapping, model, db_id, digest, "values", state, adopted, run_id)
		select $1, 'm.gone' || i, 'partners', 'res.partner', i, 'd', json_build_object('name', 'value ' || i), 'active', false, 1 from generate_series(1, $2::int) i`, target.ID, n); err != nil {
		return err
	}
	c, err := s.CountGone(ctx, target.ID, 1, "partners")
	if err != nil || c.Gone != int64(n) {
		return fmt.Errorf("gone %+v: %w", c, err)
	}
	seen := 0
	for after := ""; ; {
		part, err := s.Gone(ctx, target.ID, 1, "partners", after, 5000)
		if err != nil {
			return err
		}
		if len(part) == 0 {
			break
		}
		seen, after = seen+len(part), part[len(part)-1].ExternalID
	}
	for _, err := range s.Staged(ctx, 1, layout, kinds) {
		if err != nil {
			return err
		}
		seen++
	}
	if seen != 2*n {
		return fmt.Errorf("read %d records of %d", seen, 2*n)
	}
	return nil
}

func cleanAll(ctx context.Context, s *staging.Store, _ staging.Snapshot, n int) error {
	if _, err := s.Inspect(ctx, staging.Keep{}); err != nil {
		return err
	}
	if _, err := s.Retain(ctx, staging.Keep{}); err != nil {
		return err
	}
	p, err := s.Purge(ctx, true, false, "me")
	if err != nil || p.Landed != int64(n) || p.Ledger != int64(n) {
		return fmt.Errorf("purged %+v: %w", p, err)
	}
	return nil
}
