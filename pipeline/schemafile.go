package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/suggest"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// LoadSchema reads a schema that SaveSchema wrote.
func LoadSchema(path string) (*schema.Snapshot, error) {
	data, err := os.ReadFile(path)
	const remedy = "Write one with migrate map schema --save."
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, record.Advise(fmt.Errorf("there is no file %s", path), remedy)
	case err != nil:
		return nil, record.Advise(fmt.Errorf("the saved schema %s cannot be read", path), "Name a file that you may read. "+remedy)
	}
	s, err := schema.Decode(data)
	if err != nil {
		return nil, record.Advise(fmt.Errorf("%s is %w", path, err), remedy)
	}
	return s, nil
}

// SaveSchema writes a schema into a new file or over an old one, packed where the name ends in .gz. Whoever reads the
// file meanwhile sees the old one or the new one, never a part.
func SaveSchema(path string, s *schema.Snapshot) error {
	data, err := s.Encode(strings.HasSuffix(strings.ToLower(path), ".gz"))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return AdviseWrite(err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".schema-*")
	if err != nil {
		return AdviseWrite(err)
	}
	_, err = f.Write(data)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return AdviseWrite(err)
}

// DescribeTarget reads what a suggestion, a lint and a validation need to know of a target: all models that suggestions
// are made for, those of models beside, and the project's own mappings'. It only reads.
func (p *Pipeline) DescribeTarget(ctx context.Context, target string, models ...string) (*schema.Snapshot, error) {
	t, err := p.Connect(ctx, target)
	if err != nil {
		return nil, err
	}
	if set, _, err := p.readMappings(); err == nil && set != nil {
		models = append(models, modelsMapped(set)...)
	}
	return t.Describe(ctx, append(suggest.Models(), models...))
}
