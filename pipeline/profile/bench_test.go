package profile_test

import (
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/csvfile"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/testdata/volume"
)

var benchRows = flag.Int("rows", 200_000, "rows of the file that the benchmarks profile")

// large writes a file of the volume generator and opens it.
func large(tb testing.TB, rows int) connectors.Source {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "volume.csv")
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	if err := volume.WriteCSV(f, rows); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
	src, err := csvfile.Open(tb.Context(), path, connectors.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = src.Close() })
	return src
}

// BenchmarkColumns is the pass over columns and duplicate rows, reading included; BenchmarkAudit also seeks keys and
// references. -rows sets the size: go test -bench . -args -rows 10000000
func BenchmarkColumns(b *testing.B) { benchmark(b, profile.Options{Now: now, NoKeys: true}) }

func BenchmarkAudit(b *testing.B) { benchmark(b, profile.Options{Now: now}) }

func benchmark(b *testing.B, opt profile.Options) {
	src := large(b, *benchRows)
	b.SetBytes(src.File().Size)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := profile.Run(b.Context(), []profile.Input{{Name: "volume", Source: src}}, opt); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(*benchRows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys>>20), "MiB-sys")
}

// TestMemoryDoesNotGrow profiles files of growing size and looks at the memory in use after collections on the way.
func TestMemoryDoesNotGrow(t *testing.T) {
	if testing.Short() {
		t.Skip("profiles 350,000 rows")
	}
	peak := func(rows int) uint64 {
		src := large(t, rows)
		most, calls := uint64(0), 0
		opt := profile.Options{Now: now, TempDir: t.TempDir(), Progress: func(string, int64) {
			if calls++; calls%8 == 0 {
				runtime.GC()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}
		}}
		if _, err := profile.Run(t.Context(), []profile.Input{{Name: "volume", Source: src}}, opt); err != nil {
			t.Fatal(err)
		}
		left, err := os.ReadDir(opt.TempDir)
		if err != nil || len(left) > 0 {
			t.Errorf("left in the folder for temporary files: %v, %v", left, err)
		}
		return most
	}
	small, large := peak(10_000), peak(100_000)
	larger := peak(240_000)
	t.Logf("in use: %d KiB at 10,000 rows, %d KiB at 100,000, %d KiB at 240,000", small>>10, large>>10, larger>>10)
	if larger > large*5/4 || larger > 100<<20 {
		t.Errorf("%d bytes at 240,000 rows and %d at 100,000: memory grows with the rows", larger, large)
	}
}
