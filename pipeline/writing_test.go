package pipeline

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// A file that could not be written to its end is not in the way of the next try.
func TestNewFileLeavesNoHalf(t *testing.T) {
	path, full := filepath.Join(t.TempDir(), "ask", "request.md"), errors.New("the disk is full")
	if err := NewFile(path, func(f *os.File) error { _, _ = f.WriteString("half"); return full }); !errors.Is(err, full) {
		t.Fatalf("got %v", err)
	}
	if err := NewFile(path, func(f *os.File) error { _, err := f.WriteString("whole"); return err }); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != "whole" {
		t.Errorf("got %q", got)
	}
	if err := NewFile(path, func(*os.File) error { return full }); err == nil || errors.Is(err, full) {
		t.Errorf("a file that is there was touched: %v", err)
	}
	if got, _ := os.ReadFile(path); string(got) != "whole" {
		t.Errorf("got %q afterwards", got)
	}
}
