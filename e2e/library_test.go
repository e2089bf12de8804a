//go:build odoo

package e2e

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/mappings/library"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

// libraryProject writes a project that loads the company with the maps of the library as they are.
func libraryProject(t *testing.T, s *server, project string, c trader, names ...string) *folder {
	t.Helper()
	dir := t.TempDir()
	major, _, _ := strings.Cut(s.version, ".")
	version, err := strconv.Atoi(major)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var sources strings.Builder
	for _, name := range names {
		m, err := library.Get(name, version)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range m.Mappings {
			write("mappings/"+f.Name, string(f.Data))
		}
		for _, src := range m.Sources {
			fmt.Fprintf(&sources, "  %s\n", src.Entry("exports"))
			write("exports/"+src.Name+".csv", c.csv(src.Name, src.Columns))
		}
	}
	write("migrate.yaml", "version: 1\nproject: "+project+"\ntimezone: UTC\nsources:\n"+sources.String()+
		`targets: {production: {url: "http://127.0.0.1:8069", database: odoo, user: admin, password: {env: ODOO_PASSWORD}}}`+"\nmappings: mappings\n")
	return bound(t, s, dir)
}

// currencies activates euros, as the maps ask for.
func currencies(t *testing.T, s *server) {
	t.Helper()
	client := s.rpc(t)
	id, err := strconv.ParseInt(s.value(t, "select id from res_currency where name = 'EUR'"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Write(t.Context(), "res.currency", []int64{id}, map[string]any{"active": true}); err != nil {
		t.Fatal(err)
	}
}

// The whole library goes into one database, as the maps stand. Without stock it is taken away to the last row; with
// stock it is booked back, and loads once more as the first time.
func TestLibrary(t *testing.T) {
	s := fresh(t)
	currencies(t, s)
	c := newTrader()
	untouched := s.fingerprint(t)

	plain := slices.DeleteFunc(library.Names(), func(name string) bool { return name == "opening_stock" })
	f := libraryProject(t, s, "erased", c, plain...)
	told[pipeline.Stage](t, f, done, "stage")
	told[pipeline.Load](t, f, done, "cutover")
	s.expect(t, quiet)
	c.booksIn(t, s)
	told[pipeline.Undo](t, f, done, "rollback")
	s.sameAs(t, "after the rollback without stock", untouched)

	before := s.counts(t)
	f = libraryProject(t, s, "whole", c, library.Names()...)
	told[pipeline.Stage](t, f, done, "stage")
	first := told[pipeline.Load](t, f, done, "cutover")
	c.isIn(t, s)
	u := told[pipeline.Undo](t, f, done, "rollback")
	if !u.Proven() {
		t.Errorf("rollback: %+v", u.Result)
	}
	c.isOut(t, s, before)
	second := told[pipeline.Load](t, f, done, "cutover")
	if a, b := rootsOf(first), rootsOf(second); !maps.Equal(a, b) || len(a) != 33 {
		t.Errorf("Merkle roots of the first load %v\nand of the second %v", a, b)
	}
	c.isIn(t, s)
}

// told runs the program like migrate, and where it ends otherwise shows what it says to people.
func told[T any](t *testing.T, f *folder, want int, args ...string) T {
	t.Helper()
	code, out, talk := f.call(t, args...)
	if code != want {
		var lines []string
		for line := range strings.Lines(out) { // claims that do not hold, and what is said about them
			if at := strings.Index(line, `"claim"`); at >= 0 || strings.Contains(line, `"detail"`) {
				lines = append(lines, line)
			}
		}
		_, text, _ := f.call(t, append([]string{"--format", "text"}, args...)...)
		t.Fatalf("migrate %v: exit code %d, want %d\n%s\n%s\n%s", args, code, want, talk, lines, text)
	}
	return decoded[T](t, want, code, out, talk, args)
}
