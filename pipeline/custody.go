package pipeline

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/pipeline/custody"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// checkCustody compares the files with the extractor's lists, if there are any.
func (a *auditing) checkCustody(ctx context.Context) error {
	in := custody.Input{Checksums: a.lists.checksums, RowCounts: a.lists.counts, Base: a.base,
		System: a.declared.System, ExtractedBy: a.declared.ExtractedBy, ExtractedAt: a.declared.ExtractedAt}
	sources := map[string]profile.Input{}
	for _, i := range a.inputs {
		sources[i.Name] = i
		in.Files = append(in.Files, fileFacts(openedFile(i.Source.File()))...)
	}
	for _, path := range a.unread {
		in.Files = append(in.Files, custody.FileFact{Path: path})
	}
	for i := range a.report.Sources {
		s := &a.report.Sources[i]
		input := sources[s.Input]
		in.Tables = append(in.Tables, custody.TableFact{Name: s.Name, File: input.Source.File().Path, Sheet: s.Sheet, Table: s.Table, Rows: s.Rows, Damaged: s.Quarantined,
			Parts: partPaths(openedFile(input.Source.File())), Columns: columnNames(s.Columns), Sum: func(ctx context.Context, column string) (record.Decimal, string, error) {
				return a.sum(ctx, input, s, column)
			}})
	}
	r, findings, err := custody.Check(ctx, in)
	if err != nil {
		return fmt.Errorf("compare with the extractor's lists: %w", err)
	}
	a.report.Custody = r
	a.findings = append(a.findings, findings...)
	return nil
}

func openedFile(f connectors.File) opened { return opened{file: f} }

func fileFacts(o opened) []custody.FileFact {
	var out []custody.FileFact
	for _, f := range o.parts() {
		out = append(out, custody.FileFact{Path: f.Path, SHA256: f.SHA256})
	}
	return out
}

// partPaths are the files of a table that is made of several.
func partPaths(o opened) []string {
	var out []string
	for _, f := range o.parts() {
		if len(o.file.Parts) > 0 {
			out = append(out, f.Path)
		}
	}
	return out
}

func columnNames(columns []profile.Column) []string {
	out := make([]string, len(columns))
	for i := range columns {
		out[i] = columns[i].Name
	}
	return out
}

// sum is the sum of a column as the profile has it. What the profile masks is added up anew.
func (a *auditing) sum(ctx context.Context, in profile.Input, s *profile.Source, column string) (record.Decimal, string, error) {
	c, ok := s.Column(column)
	if !ok || c.Sum != "" || !c.Personal {
		return columnSum(c)
	}
	tables, err := in.Source.Tables(ctx)
	if err != nil {
		return record.Decimal{}, "", err
	}
	i := slices.IndexFunc(tables, func(t connectors.Table) bool { return len(tables) == 1 || t.Name == s.Table })
	if i < 0 {
		return record.Decimal{}, "it was not added up", nil
	}
	return addUp(ctx, tables[i], in.Nulls, column, func(ctx context.Context) iter.Seq2[*record.Batch, error] {
		return in.Source.Batches(ctx, tables[i].Name)
	})
}

// columnSum is the sum of a profiled column, or why it has none.
func columnSum(c *profile.Column) (sum record.Decimal, why string, err error) {
	var breaking int64
	if c != nil {
		for _, b := range c.Breaking {
			breaking += b.Rows
		}
	}
	switch {
	case c == nil:
		return sum, "there is no such column", nil
	case c.Values == 0:
		return sum, "", nil // nothing adds up to zero
	case c.Sum == "" || c.Type != profile.TypeInteger && c.Type != profile.TypeDecimal:
		return sum, "it holds no numbers", nil
	case breaking > 0:
		return sum, fmt.Sprintf("%d of its values are no numbers", breaking), nil
	}
	sum, err = record.ParseDecimal(c.Sum)
	return sum, "", err
}

// addUp adds up one column of a table by profiling it alone, so that numbers are read as an audit reads them.
func addUp(ctx context.Context, t connectors.Table, nulls []string, column string, batches func(context.Context) iter.Seq2[*record.Batch, error]) (record.Decimal, string, error) {
	at := slices.Index(t.Columns, column)
	if at < 0 {
		return record.Decimal{}, "there is no such column", nil
	}
	t.Columns, t.Findings = []string{column}, nil
	r, err := profile.Run(ctx, []profile.Input{{Name: "table", Nulls: nulls, Source: &oneColumn{t, at, batches}}}, profile.Options{ShowPersonal: true})
	if err != nil {
		return record.Decimal{}, "", err
	}
	return columnSum(&r.Sources[0].Columns[0])
}

// oneColumn is a source of which only one column is read.
type oneColumn struct {
	table   connectors.Table
	at      int
	batches func(context.Context) iter.Seq2[*record.Batch, error]
}

func (o *oneColumn) File() connectors.File { return connectors.File{} }

func (o *oneColumn) Close() error { return nil }

func (o *oneColumn) Tables(context.Context) ([]connectors.Table, error) {
	return []connectors.Table{o.table}, nil
}

func (o *oneColumn) Batches(ctx context.Context, _ string) iter.Seq2[*record.Batch, error] {
	return func(yield func(*record.Batch, error) bool) {
		for b, err := range o.batches(ctx) {
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(o.narrow(b), nil) {
				return
			}
		}
	}
}

// narrow makes a batch of the one column; the batch it came from stays as it is.
func (o *oneColumn) narrow(b *record.Batch) *record.Batch {
	out := &record.Batch{Table: b.Table, File: b.File, Columns: o.table.Columns, Rows: make([]record.Row, len(b.Rows))}
	for i, row := range b.Rows {
		if row.Damage == "" && o.at < len(row.Cells) {
			missing := slices.Contains(row.Missing, o.at)
			row.Cells, row.Missing = row.Cells[o.at:o.at+1], nil
			if missing {
				row.Missing = []int{0}
			}
		}
		out.Rows[i] = row
	}
	return out
}

// checkCustody compares what was landed with the extractor's lists, and writes the result into the run's events.
func (p *Pipeline) checkCustody(ctx context.Context, d *derived, _ *Target) error {
	l, err := p.lists()
	if err != nil {
		return err
	}
	c := p.Project.Custody
	in := custody.Input{Checksums: l.checksums, RowCounts: l.counts, Base: p.Project.Dir, System: c.System, ExtractedBy: c.ExtractedBy, ExtractedAt: c.ExtractedAt}
	for _, name := range sortedKeys(d.opened) {
		o, snap := d.opened[name], d.snapshots[name]
		in.Files = append(in.Files, fileFacts(o)...)
		in.Tables = append(in.Tables, custody.TableFact{Name: name, File: o.file.Path, Sheet: o.table.Sheet, Table: o.table.Name, Parts: partPaths(o),
			Rows: snap.Rows + snap.Quarantined, Damaged: snap.Quarantined - d.corrected[name], Columns: o.table.Columns,
			Sum: func(ctx context.Context, column string) (record.Decimal, string, error) {
				return addUp(ctx, o.table, p.Project.Sources[name].Nulls, column, func(ctx context.Context) iter.Seq2[*record.Batch, error] {
					if snap.Quarantined == 0 {
						return p.Store.Uncorrected(ctx, snap)
					}
					return p.Store.Landed(ctx, snap) // rows that could not be read count as they were corrected
				})
			}})
	}
	r, findings, err := custody.Check(ctx, in)
	if err != nil {
		return fmt.Errorf("compare with the extractor's lists: %w", err)
	}
	d.custody = r
	// That nothing, or little, is known is the statement itself.
	findings = slices.DeleteFunc(findings, func(f record.Finding) bool { return f.Rule == "custody."+r.Completeness })
	if err := p.Store.AddFindings(ctx, d.run.ID, findings); err != nil {
		return err
	}
	return p.Store.Event(ctx, d.run.ID, "custody", map[string]any{"statement": r.Statement, "lists": r.Lists})
}
