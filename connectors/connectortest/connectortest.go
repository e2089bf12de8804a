// Package connectortest is the conformance suite that every legacy format passes: order, positions, counts, re-reading,
// one pass for all tables, batch borders, cancellation, goroutines left behind, damage, change on disk and closing; Memory is its part for large
// files. It also finds the folder of real data, where there is one.
package connectortest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Fixture is one file, or a folder that is one source, and what is known about it.
type Fixture struct {
	Path    string
	Options connectors.Options
	Rows    map[string]int // rows a table, damaged ones included; nil where they are not known
	Damaged map[string]int // damaged rows a table; a table that is not named has none. Checked only with Rows
	Err     error          // opening, listing or reading must end with this; the rest is not checked then
}

// Run holds an opener to the contract of connectors.Source. At least one fixture should hold several rows and one
// should be refused.
func Run(t *testing.T, open connectors.Opener, fixtures ...Fixture) {
	t.Run("missing file", func(t *testing.T) {
		if _, err := open(t.Context(), filepath.Join(t.TempDir(), "absent.csv"), connectors.Options{}); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v, want fs.ErrNotExist", err)
		}
	})
	t.Run("empty file", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "empty.csv")
		write(t, path, nil)
		if _, err := open(t.Context(), path, connectors.Options{}); !errors.Is(err, connectors.ErrEmpty) {
			t.Errorf("got %v, want ErrEmpty", err)
		}
	})
	t.Run("folder", func(t *testing.T) {
		if _, err := open(t.Context(), t.TempDir(), connectors.Options{}); !errors.Is(err, connectors.ErrFolder) {
			t.Errorf("got %v, want ErrFolder", err)
		}
	})
	for _, f := range fixtures {
		t.Run(filepath.Base(f.Path), func(t *testing.T) {
			if f.Err != nil {
				refused(t, open, f)
				return
			}
			c := conformance{open: open, Fixture: f}
			t.Run("tables", c.tables)
			t.Run("positions", c.positions)
			t.Run("read twice", c.twice)
			t.Run("all tables at once", c.together)
			t.Run("batch sizes", c.batchSizes)
			t.Run("cancel", c.cancel)
			t.Run("stop early", c.stopEarly)
			t.Run("unknown table", c.unknownTable)
			t.Run("changed on disk", c.changed)
			t.Run("touched on disk", c.touched)
			t.Run("close", c.close)
		})
	}
}

// Read opens a file and reads all tables to their end. It returns the first error.
func Read(ctx context.Context, open connectors.Opener, path string, opt connectors.Options) ([]connectors.Table, map[string][]record.Row, error) {
	s, err := open(ctx, path, opt)
	if err != nil {
		return nil, nil, err
	}
	defer s.Close()
	tables, err := s.Tables(ctx)
	if err != nil {
		return nil, nil, err
	}
	rows := map[string][]record.Row{}
	for _, table := range tables {
		for b, err := range s.Batches(ctx, table.Name) {
			if err != nil {
				return tables, rows, err
			}
			rows[table.Name] = append(rows[table.Name], b.Rows...)
		}
	}
	return tables, rows, nil
}

func refused(t *testing.T, open connectors.Opener, f Fixture) {
	_, _, err := Read(t.Context(), open, f.Path, f.Options)
	if !errors.Is(err, f.Err) {
		t.Fatalf("got error %v, want one that wraps %q", err, f.Err)
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("the error is more than one line: %q", err)
	}
}

type conformance struct {
	Fixture
	open connectors.Opener
}

func (c conformance) read(t *testing.T, opt connectors.Options) ([]connectors.Table, map[string][]record.Row) {
	t.Helper()
	tables, rows, err := Read(t.Context(), c.open, c.Path, opt)
	if err != nil {
		t.Fatalf("%s: %v", c.Path, err)
	}
	return tables, rows
}

func (c conformance) tables(t *testing.T) {
	s := c.opened(t, c.Path, c.Options)
	if got, want := s.File(), onDisk(t, c.Path, s.File()); !reflect.DeepEqual(got, want) {
		t.Errorf("File() = %+v, want %+v", got, want)
	}
	tables, rows := c.read(t, c.Options)
	seen := map[string]bool{}
	for _, table := range tables {
		if table.Name == "" || seen[table.Name] {
			t.Errorf("table name %q is empty or taken", table.Name)
		}
		seen[table.Name] = true
		if dup := firstDuplicate(table.Columns); dup != "" || slices.Contains(table.Columns, "") {
			t.Errorf("%s: columns %q have a duplicate or nameless one", table.Name, table.Columns)
		}
		for _, f := range table.Findings {
			if f.Rule == "" || f.Message == "" || !strings.HasPrefix(f.File, c.Path) || f.Table != table.Name {
				t.Errorf("finding without rule, message, file or table: %+v", f)
			}
		}
		c.counts(t, table, rows[table.Name])
	}
	for name := range c.Rows {
		if !seen[name] {
			t.Errorf("table %q was not found", name)
		}
	}
}

func (c conformance) counts(t *testing.T, table connectors.Table, rows []record.Row) {
	if c.Rows == nil {
		return
	}
	damaged := 0
	for _, r := range rows {
		if r.Damage != "" {
			damaged++
		}
	}
	if len(rows) != c.Rows[table.Name] || damaged != c.Damaged[table.Name] {
		t.Errorf("%s: %d rows, %d damaged; want %d and %d", table.Name, len(rows), damaged, c.Rows[table.Name], c.Damaged[table.Name])
	}
}

func (c conformance) positions(t *testing.T) {
	s := c.opened(t, c.Path, c.Options)
	for _, table := range c.list(t, s) {
		var prev record.Pos
		file := "?"
		for b, err := range s.Batches(t.Context(), table.Name) {
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range b.Rows {
				at := fmt.Sprintf("%s %s %+v", table.Name, b.File, r)
				if r.Row != prev.Row+1 {
					t.Fatalf("rows are not numbered from 1 on: %s", at)
				}
				if file != b.File { // lines and offsets are those of each file
					file, prev = b.File, record.Pos{Offset: -1}
				}
				if r.Line < 1 || r.Line < prev.Line || r.Offset != -1 && r.Offset <= prev.Offset || r.Offset == -1 && prev.Offset != -1 {
					t.Fatalf("the position does not grow after %+v: %s", prev, at)
				}
				prev = r.Pos
				c.row(t, table, r, at)
			}
		}
	}
}

func (c conformance) row(t *testing.T, table connectors.Table, r record.Row, at string) {
	t.Helper()
	if r.Damage == "" && (len(r.Cells) != len(table.Columns) || r.Raw != nil) {
		t.Fatalf("a sound row needs one cell for each of %d columns and no raw bytes: %s", len(table.Columns), at)
	}
	if r.Damage != "" && (len(r.Cells) != 0 || len(r.Raw) == 0) {
		t.Fatalf("a damaged row needs raw bytes and no cells: %s", at)
	}
	for _, m := range r.Missing {
		if m < 0 || m >= len(r.Cells) || r.Cells[m] != "" {
			t.Fatalf("a missing cell is outside the row or has text: %s", at)
		}
	}
}

func (c conformance) twice(t *testing.T) {
	s := c.opened(t, c.Path, c.Options)
	first, second := c.all(t, s), c.all(t, s)
	compare(t, first, second)
	_, third := c.read(t, c.Options)
	compare(t, first, third)
}

// together holds connectors.MultiTable, where a source offers it, to what one reading a table gives.
func (c conformance) together(t *testing.T) {
	opt := c.Options
	opt.BatchBytes = 64
	s := c.opened(t, c.Path, opt)
	many, ok := s.(connectors.MultiTable)
	if !ok {
		t.Skip("the source has no two tables in one stream")
	}
	columns := map[string][]string{}
	for _, table := range c.list(t, s) {
		columns[table.Name] = table.Columns
	}
	rows := map[string][]record.Row{}
	for b, err := range many.AllBatches(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(b.Columns, columns[b.Table]) || len(b.Rows) == 0 {
			t.Fatalf("a batch without rows, or of another table or columns: %q %q", b.Table, b.Columns)
		}
		rows[b.Table] = append(rows[b.Table], b.Rows...)
	}
	compare(t, c.all(t, s), rows)
	for range many.AllBatches(t.Context()) { //nolint:staticcheck // to stop early must do no harm
		break
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for b, err := range many.AllBatches(ctx) {
		if b != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled before reading, came %v and %v", b, err)
		}
	}
}

func (c conformance) batchSizes(t *testing.T) {
	small, large := c.Options, c.Options
	small.BatchBytes, large.BatchBytes = 64, 8<<20
	_, a := c.read(t, small)
	_, b := c.read(t, large)
	compare(t, a, b)
}

func (c conformance) cancel(t *testing.T) {
	opt := c.Options
	opt.BatchBytes = 1
	s := c.opened(t, c.Path, opt)
	for _, table := range c.list(t, s) {
		ctx, stop := context.WithCancel(t.Context())
		batches, ended := 0, error(nil)
		for _, err := range s.Batches(ctx, table.Name) {
			if err != nil {
				ended = err
				continue
			}
			batches++
			stop()
		}
		stop()
		if batches > 1 || batches == 1 && !errors.Is(ended, context.Canceled) {
			t.Errorf("%s: cancelled after the first batch, came %d batches and %v", table.Name, batches, ended)
		}
		for b, err := range s.Batches(ctx, table.Name) {
			if b != nil || !errors.Is(err, context.Canceled) {
				t.Errorf("%s: cancelled before reading, came %v and %v", table.Name, b, err)
			}
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := c.open(ctx, c.Path, c.Options); !errors.Is(err, context.Canceled) {
		t.Errorf("opening under a cancelled context: %v", err)
	}
}

func (c conformance) stopEarly(t *testing.T) {
	opt := c.Options
	opt.BatchBytes = 1
	s := c.opened(t, c.Path, opt)
	before := runtime.NumGoroutine()
	for _, table := range c.list(t, s) {
		for _, err := range s.Batches(t.Context(), table.Name) {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	for wait := 0; runtime.NumGoroutine() > before; wait++ {
		if wait == 100 {
			t.Fatalf("%d goroutines are left behind", runtime.NumGoroutine()-before)
		}
		time.Sleep(10 * time.Millisecond)
	}
	_, want := c.read(t, c.Options)
	compare(t, want, c.all(t, s))
}

func (c conformance) unknownTable(t *testing.T) {
	s := c.opened(t, c.Path, c.Options)
	n := 0
	for _, err := range s.Batches(t.Context(), "no such table") {
		if n++; !errors.Is(err, connectors.ErrNoTable) {
			t.Errorf("got %v, want ErrNoTable", err)
		}
	}
	if n != 1 {
		t.Errorf("the sequence had %d steps, want 1", n)
	}
}

func (c conformance) changed(t *testing.T) {
	changes := map[string]func([]byte) []byte{
		"longer": func(b []byte) []byte { return append(b, '\n') },
		"same length": func(b []byte) []byte {
			b[len(b)/2] ^= 1
			return b
		},
	}
	for name, change := range changes {
		path := c.copied(t)
		s := c.opened(t, path, c.Options)
		first, last := path, path
		if parts := s.File().Parts; len(parts) > 0 {
			first, last = parts[0].Path, parts[len(parts)-1].Path
		}
		bytes, err := os.ReadFile(last)
		if err != nil {
			t.Fatal(err)
		}
		write(t, last, change(bytes))
		c.refuses(t, s, name)
		if last == path {
			continue
		}
		again := c.copied(t)
		s = c.opened(t, again, c.Options)
		first = again + strings.TrimPrefix(first, path)
		write(t, filepath.Join(filepath.Dir(first), "more_"+filepath.Base(first)), bytes)
		c.refuses(t, s, "one file more")
	}
}

// refuses demands that no table yields a row.
func (c conformance) refuses(t *testing.T, s connectors.Source, change string) {
	t.Helper()
	for _, table := range c.list(t, s) {
		var last error
		for b, err := range s.Batches(t.Context(), table.Name) {
			if last = err; b != nil {
				t.Errorf("%s: a changed file (%s) gave rows", table.Name, change)
			}
		}
		if !errors.Is(last, connectors.ErrChanged) {
			t.Errorf("%s: a changed file (%s) ended with %v, want ErrChanged", table.Name, change, last)
		}
	}
}

func (c conformance) touched(t *testing.T) {
	path := c.copied(t)
	s := c.opened(t, path, c.Options)
	want := c.all(t, s)
	for _, file := range filesOf(t, path) {
		bytes, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		write(t, file, bytes)
	}
	compare(t, want, c.all(t, s))
}

func (c conformance) close(t *testing.T) {
	s, err := c.open(t.Context(), c.Path, c.Options)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
}

func (c conformance) opened(t *testing.T, path string, opt connectors.Options) connectors.Source {
	t.Helper()
	s, err := c.open(t.Context(), path, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // closing is tested apart
	return s
}

func (c conformance) list(t *testing.T, s connectors.Source) []connectors.Table {
	t.Helper()
	tables, err := s.Tables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

func (c conformance) all(t *testing.T, s connectors.Source) map[string][]record.Row {
	t.Helper()
	rows := map[string][]record.Row{}
	for _, table := range c.list(t, s) {
		for b, err := range s.Batches(t.Context(), table.Name) {
			if err != nil {
				t.Fatal(err)
			}
			if b.Table != table.Name || !slices.Equal(b.Columns, table.Columns) || len(b.Rows) == 0 {
				t.Fatalf("%s: a batch without rows, or of another table or columns: %q %q", table.Name, b.Table, b.Columns)
			}
			rows[table.Name] = append(rows[table.Name], b.Rows...)
		}
	}
	return rows
}

// copied puts the fixture into a folder of its own, dated in the past so that a rewrite shows in its time.
func (c conformance) copied(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), filepath.Base(c.Path))
	for _, file := range filesOf(t, c.Path) {
		bytes, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		to := path + strings.TrimPrefix(file, c.Path)
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, to, bytes)
		past := time.Now().AddDate(-1, 0, 0)
		if err := os.Chtimes(to, past, past); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// filesOf lists the files of a folder in the order of their names; a file is its own.
func filesOf(t *testing.T, path string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(path, func(file string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// onDisk is what File has to say of a path; for a folder it goes by the parts that got names.
func onDisk(t *testing.T, path string, got connectors.File) connectors.File {
	t.Helper()
	if info, err := os.Stat(path); err != nil {
		t.Fatal(err)
	} else if !info.IsDir() {
		bytes, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(bytes)
		return connectors.File{Path: path, Size: int64(len(bytes)), SHA256: hex.EncodeToString(sum[:])}
	}
	want, lines := connectors.File{Path: path}, ""
	for _, p := range got.Parts {
		part := onDisk(t, p.Path, p)
		want.Parts, want.Size = append(want.Parts, part), want.Size+part.Size
		lines += part.SHA256 + "  " + filepath.ToSlash(strings.TrimPrefix(p.Path, path+string(filepath.Separator))) + "\n"
	}
	if len(want.Parts) == 0 {
		t.Errorf("%s has no parts", path)
	}
	sum := sha256.Sum256([]byte(lines))
	want.SHA256 = hex.EncodeToString(sum[:])
	return want
}

func write(t *testing.T, path string, bytes []byte) {
	t.Helper()
	if err := os.WriteFile(path, bytes, 0o600); err != nil {
		t.Fatal(err)
	}
}
