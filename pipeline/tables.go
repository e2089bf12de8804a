package pipeline

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// tables reads the files that mappings rest on besides their sources: value maps and decisions. A file that cannot be read
// is told where the mapping names it.
func (p *Pipeline) tables(ctx context.Context, set *mappings.Set) (map[mappings.TableFile]mappings.Table, error) {
	out := map[mappings.TableFile]mappings.Table{}
	for _, file := range set.Tables(p.Project.Maps) {
		table, err := p.table(ctx, file)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			table = mappings.Table{Fault: strings.ReplaceAll(err.Error(), p.Project.Path(file.File), file.File)}
			var advice *record.Advice
			if errors.As(err, &advice) {
				table.Hint = asHint(advice.Remedy)
			}
		}
		out[file] = table
	}
	return out, nil
}

// asHint makes a hint, which stands behind a semicolon, of a remedy, which is a sentence.
func asHint(remedy string) string {
	remedy = strings.TrimSuffix(remedy, ".")
	if remedy == "" {
		return ""
	}
	return strings.ToLower(remedy[:1]) + remedy[1:]
}

// table reads such a file. The audit and a dry run write them, too, with an apostrophe before what a spreadsheet program would
// compute: it is no part of the text.
func (p *Pipeline) table(ctx context.Context, file mappings.TableFile) (mappings.Table, error) {
	var t mappings.Table
	source := project.Source{File: file.File, Sheet: file.Sheet}
	src, err := p.OpenSource(ctx, source)
	if err != nil {
		return t, adviseTable(err, file.File)
	}
	defer src.Close()
	all, err := src.Tables(ctx)
	if err != nil {
		return t, adviseTable(adviseFile(err, file.File), file.File)
	}
	table, err := pickTable(all, source)
	if err != nil {
		return t, err
	}
	t.Columns, t.SHA256 = table.Columns, src.File().SHA256
	for b, err := range src.Batches(ctx, table.Name) {
		if err != nil {
			return t, adviseTable(adviseFile(err, file.File), file.File)
		}
		for _, row := range b.Rows {
			// A few small texts must not keep the whole buffer of their batch.
			cells := slices.Clone(row.Cells)
			for i := range cells {
				cells[i] = strings.Clone(record.AsWritten(cells[i]))
			}
			t.Rows = append(t.Rows, mappings.TableRow{Line: row.Line, Cells: cells, Damage: row.Damage})
		}
	}
	return t, nil
}

// adviseTable says what a file of people's own needs, where the advice for an export does not fit.
func adviseTable(err error, file string) error {
	var known *record.Advice
	switch {
	case errors.Is(err, connectors.ErrEmpty):
		return record.Advise(errors.New("the file "+file+" is empty"), "Give it a header at least.")
	case errors.As(err, &known) && strings.Contains(known.Remedy, "export"):
		return record.Advise(known.Err, "Put the file there, or change the name.")
	}
	return err
}

// setMaps gives the mappings' environment what they need besides sources and metadata.
func (p *Pipeline) setMaps(ctx context.Context, set *mappings.Set, env *mappings.Env) error {
	var err error
	env.Maps = p.Project.Maps
	env.Tables, err = p.tables(ctx, set)
	return err
}

// fileHashes are the SHA-256 of the tables the mappings rest on, by file.
func fileHashes(tables map[mappings.TableFile]mappings.Table) map[string]string {
	if len(tables) == 0 {
		return nil
	}
	out := map[string]string{}
	for file, t := range tables {
		out[file.File] = t.SHA256
	}
	return out
}
