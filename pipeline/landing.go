package pipeline

import (
	"cmp"
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
		s, o, err := p.land(ctx, name, p.Project.Sources[name])
		if err != nil {
			return err
		}
		d.snapshots[name], d.opened[name] = s, o
		if err := p.Store.UseSnapshot(ctx, d.run.ID, s); err != nil {
			return err
		}
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

func (p *Pipeline) land(ctx context.Context, name string, s project.Source) (staging.Snapshot, opened, error) {
	src, table, err := p.openTable(ctx, s)
	if err != nil {
		return staging.Snapshot{}, opened{}, fmt.Errorf("land %s: %w", name, err)
	}
	defer src.Close()
	digester := checksum.NewRowDigester(table.Columns)
	snap, err := p.Store.Land(ctx, staging.Landing{
		Source: name, File: src.File(), Table: table,
		Digest:  func(_, cells []string) [32]byte { return digester.Row(cells) },
		Batches: src.Batches(ctx, table.Name),
	})
	return snap, opened{src.File(), table}, err
}

// openTable opens the file of a source and finds the table in it that the source is.
func (p *Pipeline) openTable(ctx context.Context, s project.Source) (connectors.Source, connectors.Table, error) {
	src, err := p.OpenSource(ctx, s)
	if err != nil {
		return nil, connectors.Table{}, err
	}
	tables, err := src.Tables(ctx)
	if err != nil {
		src.Close()
		return nil, connectors.Table{}, adviseFile(err, s.File)
	}
	table, err := pickTable(tables, s)
	if err != nil {
		src.Close()
	}
	return src, table, err
}

// OpenSource opens the file of a source as migrate.yaml pins it.
func (p *Pipeline) OpenSource(ctx context.Context, s project.Source) (connectors.Source, error) {
	src, err := p.registry.Open(ctx, p.Project.Path(s.File), connectors.Options{
		Encoding: s.Encoding, Delimiter: s.Delimiter, Quote: s.Quote, Escape: s.Escape, RecordEnd: s.RecordEnd, Widths: s.Widths,
		NoHeader: s.Header != nil && !*s.Header, HeaderRows: s.HeaderRows, Columns: s.Columns, Skip: s.Skip, Footer: s.Footer,
		Sheet: s.Sheet, Rows: s.Rows, Table: s.Table, Namespaces: s.Namespaces,
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

// pickTable finds the table a source is. Without a word about it in migrate.yaml that is the first: of an XML file where
// rows: names a path, the table of that path, whose child tables come after it; of a workbook, the first sheet people see.
func pickTable(tables []connectors.Table, s project.Source) (connectors.Table, error) {
	name := cmp.Or(s.Table, s.Sheet)
	names := make([]string, len(tables))
	for i, t := range tables {
		if name != "" && (t.Name == name || t.Sheet == name) {
			return t, nil
		}
		names[i] = cmp.Or(t.Sheet, t.Name)
	}
	has := listed(names)
	switch {
	case s.Table != "":
		return connectors.Table{}, record.Advise(fmt.Errorf("%s has no table %q", s.File, s.Table), "Its tables are: "+has+".")
	case s.Sheet != "":
		return connectors.Table{}, record.Advise(fmt.Errorf("%s has no sheet %q", s.File, s.Sheet), "Its sheets are: "+has+".")
	case len(tables) == 0:
		return connectors.Table{}, record.Advise(fmt.Errorf("%s holds no table", s.File), "Pin rows: (XML) or sheet: (XLSX) in migrate.yaml.")
	case len(tables) > 1 && tables[0].Format == "xml" && s.Rows == "":
		return connectors.Table{}, record.Advise(fmt.Errorf("%s holds %d tables", s.File, len(tables)), "Name one of them as table: in migrate.yaml: "+has+".")
	}
	i := slices.IndexFunc(tables, func(t connectors.Table) bool { return !t.Hidden })
	return tables[max(i, 0)], nil
}

// listed writes the first names of a list.
func listed(names []string) string {
	const shown = 20
	if len(names) > shown {
		return strings.Join(names[:shown], ", ") + fmt.Sprintf(" and %d more", len(names)-shown)
	}
	return strings.Join(names, ", ")
}
