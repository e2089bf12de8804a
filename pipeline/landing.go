package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// landAll lands every source of migrate.yaml; a file that is landed already is only hashed.
func (p *Pipeline) landAll(ctx context.Context, d *derived, _ *Target) error {
	names := slices.Sorted(maps.Keys(p.Project.Sources))
	p.opt.Progress.Phase("land", int64(len(names)))
	for _, name := range names {
		s, err := p.land(ctx, name, p.Project.Sources[name])
		if err != nil {
			return err
		}
		d.snapshots[name] = s
		findings := slices.Clone(s.Findings)
		for i := range findings {
			findings[i].Table = name
		}
		if err := p.Store.AddFindings(ctx, d.run.ID, findings); err != nil {
			return err
		}
		p.opt.Progress.Advance("land", 1)
	}
	p.opt.Progress.Done("land")
	return nil
}

func (p *Pipeline) land(ctx context.Context, name string, s project.Source) (staging.Snapshot, error) {
	src, err := p.OpenSource(ctx, s)
	if err != nil {
		return staging.Snapshot{}, fmt.Errorf("land %s: %w", name, err)
	}
	defer src.Close()
	tables, err := src.Tables(ctx)
	if err != nil {
		return staging.Snapshot{}, fmt.Errorf("land %s: %w", name, adviseFile(err, s.File))
	}
	table, err := pickTable(tables, s)
	if err != nil {
		return staging.Snapshot{}, fmt.Errorf("land %s: %w", name, err)
	}
	digester := checksum.NewRowDigester(table.Columns)
	return p.Store.Land(ctx, staging.Landing{
		Source: name, File: src.File(), Table: table,
		Digest:  func(_, cells []string) [32]byte { return digester.Row(cells) },
		Batches: src.Batches(ctx, table.Name),
	})
}

// OpenSource opens the file of a source as migrate.yaml pins it.
func (p *Pipeline) OpenSource(ctx context.Context, s project.Source) (connectors.Source, error) {
	src, err := p.registry.Open(ctx, p.Project.Path(s.File), connectors.Options{
		Encoding: s.Encoding, Delimiter: s.Delimiter, Quote: s.Quote, NoHeader: s.Header != nil && !*s.Header,
		Columns: s.Columns, Skip: s.Skip, Sheet: s.Sheet, Rows: s.Rows,
	})
	return src, adviseFile(err, s.File)
}

// adviseFile adds what to do about a file that cannot be opened.
func adviseFile(err error, file string) error {
	var known *record.Advice
	switch {
	case err == nil || errors.As(err, &known):
		return err
	case errors.Is(err, fs.ErrNotExist):
		return record.Advise(fmt.Errorf("there is no file %s", file), "Put the export there, or change file: in migrate.yaml.")
	case errors.Is(err, fs.ErrPermission):
		return record.Advise(fmt.Errorf("the file %s may not be read", file), "Give yourself the right to read it.")
	case errors.Is(err, connectors.ErrEmpty):
		return record.Advise(fmt.Errorf("the file %s is empty", file), "Export it again; an empty table has at least its header.")
	case errors.Is(err, connectors.ErrFolder):
		return record.Advise(fmt.Errorf("%s is a folder", file), "Name a file in it.")
	case errors.Is(err, connectors.ErrUnsupported):
		return record.Advise(err, "Export it as CSV, XML or XLSX.")
	case errors.Is(err, connectors.ErrDamaged):
		return record.Advise(err, "Export the file again.")
	case errors.Is(err, connectors.ErrChanged):
		return record.Advise(err, "Wait until the export is complete, then run the command again.")
	case errors.Is(err, connectors.ErrEncrypted):
		return record.Advise(fmt.Errorf("the file %s is encrypted", file), "Save it without a password.")
	}
	return err
}

func pickTable(tables []connectors.Table, s project.Source) (connectors.Table, error) {
	names := make([]string, len(tables))
	for i, t := range tables {
		if s.Sheet == "" && i == 0 || s.Sheet != "" && t.Sheet == s.Sheet {
			return t, nil
		}
		names[i] = t.Sheet
	}
	if s.Sheet == "" {
		return connectors.Table{}, record.Advise(fmt.Errorf("%s holds no table", s.File), "Pin rows: (XML) or sheet: (XLSX) in migrate.yaml.")
	}
	return connectors.Table{}, record.Advise(fmt.Errorf("%s has no sheet %q", s.File, s.Sheet), "Its sheets are: "+strings.Join(names, ", ")+".")
}
