package pipeline

import (
	"cmp"
	"context"
	"encoding/csv"
	"io"
	"iter"
	"os"
	"slices"
	"strconv"

	"github.com/odoo-migrate/odoo-migrate/connectors/xlsxfile"
	"github.com/odoo-migrate/odoo-migrate/pipeline/correct"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// correctionColumns are those behind a correction's own: what is wrong with the row. They are not read back.
var correctionColumns = []string{"rule", "finding", "hint", "owner", "mapping", "row", "line"}

// rejected is one thing that is wrong with a row that does not load, with all that is needed to mend it.
type rejected struct {
	correct.Correction
	finding record.Finding
}

func (r rejected) cells() []string {
	f := r.finding
	return []string{r.Table, r.Key, r.Column, r.Old, "", "", "", f.Rule, f.Message, f.Hint, f.Owner, f.Mapping, text(f.Row), text(f.Line)}
}

func text(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// writeCorrections writes what is wrong with the rows that do not load, a line for each cell, with the columns new, who and
// when left to fill in. A file that is there already may be filled in already: it stays.
func (p *Pipeline) writeCorrections(ctx context.Context, d *derived, file string) error {
	var list []rejected
	rows := map[string][]record.Row{}
	all, err := p.Store.Findings(ctx, d.run.ID)
	if err != nil {
		return err
	}
	for _, src := range d.plan.Sources {
		damaged, err := p.damagedRows(ctx, d, src.Name)
		if err != nil {
			return err
		}
		wrong, of, err := p.rejectedRows(ctx, d, src.Name, rejecting(all, src.Name))
		if err != nil {
			return err
		}
		list, rows[src.Name] = slices.Concat(list, damaged, wrong), of
	}
	return NewPrivateFile(file, func(f *os.File) error {
		if workbook(file) {
			return p.correctionBook(f, d, list, rows)
		}
		return correctionText(f, list)
	})
}

func correctionText(out io.Writer, list []rejected) error {
	w := csv.NewWriter(out)
	if err := w.Write(slices.Concat(correct.Header, correctionColumns)); err != nil {
		return err
	}
	for _, r := range list {
		cells := r.cells()
		for i := range cells {
			cells[i] = record.NoFormula(cells[i])
		}
		if err := w.Write(cells); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// correctionBook has the corrections on its first sheet, and behind it a sheet a source with its rejected rows, to look at.
func (p *Pipeline) correctionBook(out io.Writer, d *derived, list []rejected, rows map[string][]record.Row) error {
	sheets := []xlsxfile.Sheet{{Name: correct.SheetName, Freeze: true, Head: slices.Concat(correct.Header, correctionColumns), Rows: func(yield func([]xlsxfile.Cell) bool) {
		for _, r := range list {
			if !yield(plainCells(r.cells())) {
				return
			}
		}
	}}}
	for _, name := range sortedKeys(rows) {
		if len(rows[name]) == 0 {
			continue
		}
		snap := d.snapshots[name]
		sheets = append(sheets, xlsxfile.Sheet{Name: name, Freeze: true, Head: slices.Concat([]string{"row", "line"}, snap.Columns), Rows: rejectedCells(rows[name])})
	}
	return xlsxfile.WriteBook(out, sheets)
}

func rejectedCells(rows []record.Row) iter.Seq[[]xlsxfile.Cell] {
	return func(yield func([]xlsxfile.Cell) bool) {
		for _, r := range rows {
			if !yield(plainCells(slices.Concat([]string{text(r.Row), text(r.Line)}, r.Cells))) {
				return
			}
		}
	}
}

func plainCells(texts []string) []xlsxfile.Cell {
	out := make([]xlsxfile.Cell, len(texts))
	for i, t := range texts {
		out[i] = xlsxfile.Cell{Text: t}
	}
	return out
}

// damagedRows are the rows of a source that nobody could read: each is mended as a whole.
func (p *Pipeline) damagedRows(ctx context.Context, d *derived, source string) ([]rejected, error) {
	damaged, reasons, err := p.damaged(ctx, d.snapshots[source])
	if err != nil {
		return nil, err
	}
	out := make([]rejected, len(damaged))
	for i, q := range damaged {
		f := record.Finding{Rule: "source.damaged_row", Table: source, Message: reasons[i], Row: q.Pos.Row, Line: q.Pos.Line, Hint: "write the whole row anew, quoted as the file needs"}
		f.Owner = p.ownerOf(f)
		out[i] = rejected{correct.Correction{Table: source, Column: correct.WholeRow, Old: q.Text}, f}
	}
	return out, nil
}

// rejectedRows are the cells of a source that findings reject, in the order of the file, and the rows they stand in. A
// finding whose column is not known has a line without one.
func (p *Pipeline) rejectedRows(ctx context.Context, d *derived, source string, byRow map[int64][]record.Finding) ([]rejected, []record.Row, error) {
	if len(byRow) == 0 {
		return nil, nil, nil
	}
	var out []rejected
	var rows []record.Row
	snap, key := d.snapshots[source], p.Project.Sources[source].Key
	for b, err := range p.Store.Uncorrected(ctx, snap) {
		if err != nil {
			return nil, nil, err
		}
		for _, row := range b.Rows {
			found := byRow[row.Row]
			if len(found) == 0 {
				continue
			}
			row.Cells = slices.Clone(row.Cells)
			rows = append(rows, row)
			out = append(out, p.toMend(d, snap, key, row, found)...)
		}
	}
	return out, rows, nil
}

// toMend makes lines of a row's findings: one for each column that may be mended.
func (p *Pipeline) toMend(d *derived, snap staging.Snapshot, key []string, row record.Row, found []record.Finding) []rejected {
	var out []rejected
	for _, f := range found {
		name := correct.RowKey(row.Row)
		// Where two rows have the same key, only their numbers tell them apart.
		if len(key) > 0 && f.Rule != "validate.duplicate" {
			name = correct.KeyOf(snap.Columns, key, row.Cells)
		}
		f.Owner = p.ownerOf(f)
		columns := d.columnsToMend(f, snap.Columns)
		for _, column := range columns {
			c := correct.Correction{Table: snap.Source, Key: name, Column: column}
			if i := slices.Index(snap.Columns, column); i >= 0 {
				c.Old = row.Cells[i]
			}
			out = append(out, rejected{c, f})
		}
	}
	return out
}

// columnsToMend are the columns of the source that a finding is about, one empty name where none is known.
func (d *derived) columnsToMend(f record.Finding, columns []string) []string {
	if slices.Contains(columns, f.Column) {
		return []string{f.Column}
	}
	var out []string
	if m := d.set.Mapping(f.Mapping); m != nil {
		if rule := m.Field(f.Column); rule != nil {
			for _, c := range rule.Columns() {
				if slices.Contains(columns, c) {
					out = append(out, c)
				}
			}
		}
	}
	if len(out) == 0 {
		return []string{""}
	}
	return out
}

// rejecting are the findings that reject rows of a source, by row. What a rejected row takes down with it is not to be mended
// itself.
func rejecting(all []record.Finding, source string) map[int64][]record.Finding {
	out := map[int64][]record.Finding{}
	for _, f := range all {
		follows := f.Rule == "validate.parent_rejected" || f.Rule == "validate.line_rejected"
		if f.Table == source && f.Row > 0 && f.Mapping != "" && f.Severity.Rank() <= record.Error.Rank() && !follows {
			out[f.Row] = append(out[f.Row], f)
		}
	}
	for _, found := range out {
		slices.SortStableFunc(found, func(a, b record.Finding) int {
			return cmp.Or(cmp.Compare(a.Column, b.Column), cmp.Compare(a.Rule, b.Rule))
		})
	}
	return out
}
