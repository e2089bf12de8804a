package pipeline

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/mappings/fixture"
	"github.com/odoo-migrate/odoo-migrate/mappings/project"
)

// EditorSchemas is the folder of a project in which editors find the JSON Schemas of its files.
const EditorSchemas = ".migrate/schema"

// editorSchemas are the JSON Schemas by file name.
func editorSchemas() map[string][]byte {
	return map[string][]byte{"migrate.json": project.JSONSchema(), "mapping.json": mappings.JSONSchema(), "test.json": fixture.JSONSchema()}
}

// WriteEditorSchemas writes the JSON Schemas of migrate.yaml, of mappings and of their tests into a folder, over older
// ones, and returns their paths.
func WriteEditorSchemas(dir string) ([]string, error) {
	schemas := editorSchemas()
	names := slices.Sorted(maps.Keys(schemas))
	for i, name := range names {
		names[i] = filepath.Join(dir, name)
		if err := replaceFile(names[i], schemas[name]); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// forEditors puts a line at the top of a file of a project that tells editors where its schema is: the YAML language
// server reads it, and so do most editors. Name is the file's path in the project.
func forEditors(name string, text []byte) []byte {
	schema := "mapping.json"
	switch {
	case name == "migrate.yaml":
		schema = "migrate.json"
	case strings.HasSuffix(name, fixture.Ending):
		schema = "test.json"
	}
	up := strings.Repeat("../", strings.Count(name, "/"))
	return append([]byte("# yaml-language-server: $schema="+up+EditorSchemas+"/"+schema+"\n"), text...)
}
