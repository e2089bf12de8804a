package pipeline

import (
	"path/filepath"
	"reflect"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// A key that begins like a formula is written with an apostrophe, for spreadsheet programs. It is the same key when it is read.
func TestTextsLikeFormulasAreReadBack(t *testing.T) {
	texts := []string{"-", "+49 30", "=A1", "@home", "'s-Hertogenbosch", "'-", "plain"}
	file := "key,decision\n"
	for _, text := range texts {
		file += record.NoFormula(text) + ",merge\n"
	}
	p, dir := folder(t, map[string]string{"decisions.csv": file, "migrate.yaml": "version: 1\nproject: p\nsources:\n  s: {file: decisions.csv}\n"})
	table, err := p.table(t.Context(), mappings.TableFile{File: filepath.Join(dir, "decisions.csv")})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, row := range table.Rows {
		got = append(got, row.Cells[0])
	}
	if !reflect.DeepEqual(got, texts) {
		t.Errorf("got %q, want %q", got, texts)
	}
}
