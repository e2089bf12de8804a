// Package company is the invented company that the demo and many tests migrate: Ardent Tools, a wholesaler of hand
// tools. It holds two exports of its legacy system, some weeks apart, the migrate.yaml and the mappings of its
// migration project, and the generator that wrote the exports and writes larger ones of the same shape.
//
// The exports are dirty the way real ones are, on purpose and at known places: dirt.go lists every one of them. The
// package reads no clock and no randomness: the same scale gives the same bytes for ever.
package company

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

//go:embed export1 export2 project
var files embed.FS

// Files returns the checked-in files: the folders export1, export2 and project. A project folder is project/ with one
// of the exports beside migrate.yaml as exports/.
func Files() fs.FS { return files }

// Write writes export1 and export2 into dir, with scale times as many customers, contacts, products and orders as the
// checked-in ones; scale 1 gives those byte for byte. Dirt stays at the same keys whatever the scale, so the project's
// corrections fit every scale.
func Write(dir string, scale int) error {
	if scale < 1 {
		return fmt.Errorf("write the company: scale %d is below 1", scale)
	}
	first := newBooks(scale)
	if err := first.write(filepath.Join(dir, "export1")); err != nil {
		return err
	}
	return first.later().write(filepath.Join(dir, "export2"))
}

func (b *books) write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, f := range b.exports() {
		if f.err != nil {
			return fmt.Errorf("write %s: %w", f.name, f.err)
		}
		if err := os.WriteFile(filepath.Join(dir, f.name), f.data, 0o644); err != nil {
			return err
		}
	}
	return nil
}
