package pipeline

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/odoo-migrate/odoo-migrate/mappings/library"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// WriteLibrary writes maps of the library into a project's folder: mappings and their tests into mappings/, templates into
// templates/. It returns the files written, and writes none where one is there already.
func WriteLibrary(dir string, maps []*library.Map) ([]string, error) {
	files := map[string][]byte{}
	for _, m := range maps {
		for _, f := range append(m.Mappings[:len(m.Mappings):len(m.Mappings)], m.Tests...) {
			files[filepath.Join("mappings", f.Name)] = f.Data
		}
		for _, s := range m.Sources {
			files[filepath.Join("templates", s.Name+".csv")] = s.Template
		}
	}
	names := sortedKeys(files)
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(dir, name)); !errors.Is(err, os.ErrNotExist) {
			return nil, record.Advise(fmt.Errorf("%s is there already; nothing was written", filepath.Join(dir, name)), "Move it away, or write into another folder.")
		}
	}
	for _, name := range names {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, adviseFile(err, path)
		}
		if err := os.WriteFile(path, files[name], 0o644); err != nil {
			return nil, adviseFile(err, path)
		}
	}
	return names, nil
}
