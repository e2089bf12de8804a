package company

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the checked-in exports anew")

// The checked-in files are what the generator writes, byte for byte.
func TestWrite(t *testing.T) {
	if *update {
		if err := Write(".", 1); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join("project", "corrections.csv"), newBooks(1).corrections(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	dir := t.TempDir()
	if err := Write(dir, 1); err != nil {
		t.Fatal(err)
	}
	for _, export := range []string{"export1", "export2"} {
		have, err := fs.ReadDir(Files(), export)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range have {
			name := export + "/" + f.Name()
			want, err := fs.ReadFile(Files(), name)
			if err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(filepath.Join(dir, export, f.Name()))
			if err != nil {
				t.Errorf("%s: %v", name, err)
			} else if !bytes.Equal(got, want) {
				t.Errorf("%s: the generator writes other bytes; run go test ./testdata/company -update and look at the difference", name)
			}
		}
	}
	want, err := fs.ReadFile(Files(), "project/corrections.csv")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(newBooks(1).corrections(), want) {
		t.Error("project/corrections.csv does not fit the exports; run with -update")
	}
}

// Larger companies have the same dirt at the same keys, so the corrections fit them too.
func TestWriteLarger(t *testing.T) {
	larger := newBooks(20)
	if got, want := larger.corrections(), newBooks(1).corrections(); !bytes.Equal(got, want) {
		t.Errorf("corrections at scale 20:\n%s\nwant those of scale 1:\n%s", got, want)
	}
	names := map[string]bool{}
	for _, c := range larger.customers {
		names[c.name] = true
	}
	if twice := len(larger.customers) - len(names); twice != 1 {
		t.Errorf("%d customers share a name, want the one that was entered twice", twice)
	}
	dir := t.TempDir()
	if err := Write(dir, 20); err != nil {
		t.Fatal(err)
	}
	if err := Write(dir, 0); err == nil {
		t.Error("scale 0 was accepted")
	}
}
