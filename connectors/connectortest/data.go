package connectortest

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors"
)

// DataDir is the folder of real legacy data beside the project. Where it does not exist the test is skipped, saying so.
func DataDir(t testing.TB, folder string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the working directory")
		}
		dir = up
	}
	path := filepath.Join(dir, "..", "shared", "data", folder)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the folder of real data %s is not there; the project's own fixtures are tested all the same", path)
	}
	return path
}

// Memory reads a large file to its end and demands that what is in use never grows by more than limit bytes: whatever
// the number of rows, a reader holds a few batches.
func Memory(t *testing.T, open connectors.Opener, path string, opt connectors.Options, limit uint64) {
	t.Helper()
	s, err := open(t.Context(), path, opt)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	tables, err := s.Tables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	before, batches := inUse(), 0
	for _, table := range tables {
		for _, err := range s.Batches(t.Context(), table.Name) {
			if err != nil {
				t.Fatal(err)
			}
			if batches++; batches%8 == 0 {
				if now := inUse(); now > before+limit {
					t.Fatalf("after %d batches of %s %d MiB more are in use, want at most %d", batches, path, (now-before)>>20, limit>>20)
				}
			}
		}
	}
	if batches < 16 {
		t.Fatalf("%s has %d batches: too small to tell", path, batches)
	}
}

func inUse() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
