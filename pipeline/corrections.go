package pipeline

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/connectors/rawfile"
	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/pipeline/correct"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// correctAll applies the corrections files to the landed tables, as an overlay.
func (p *Pipeline) correctAll(ctx context.Context, d *derived, _ *Target) error {
	byTable := map[string][]correct.Correction{}
	var all bytes.Buffer
	files, findings := p.correctionFiles()
	for _, file := range files {
		list, found, err := p.readCorrections(ctx, file)
		if err != nil {
			return err
		}
		findings = append(findings, found...)
		for _, c := range list {
			fmt.Fprintf(&all, "%q\n", []string{c.Table, c.Key, c.Column, c.Old, c.New, c.Who, c.When})
			byTable[c.Table] = append(byTable[c.Table], c)
		}
	}
	d.fixes = checksum.Bytes(all.Bytes()).String()
	for _, name := range slices.Sorted(maps.Keys(d.snapshots)) {
		found, err := p.correct(ctx, d, name, byTable[name])
		if err != nil {
			return fmt.Errorf("correct %s: %w", name, err)
		}
		findings = append(findings, found...)
		delete(byTable, name)
	}
	for _, name := range slices.Sorted(maps.Keys(byTable)) {
		c := byTable[name][0]
		findings = append(findings, record.Finding{Severity: record.Warning, Rule: "correct.no_table", File: c.File, Line: int64(c.Line),
			Message: fmt.Sprintf("there is no source %q to correct", name), Hint: "see sources: in migrate.yaml"})
	}
	if len(d.applied) > 0 {
		if err := p.Store.Event(ctx, d.run.ID, "corrections", d.applied); err != nil {
			return err
		}
	}
	return p.Store.AddFindings(ctx, d.run.ID, findings)
}

// readCorrections reads one file of corrections, CSV or a workbook.
func (p *Pipeline) readCorrections(ctx context.Context, file string) ([]correct.Correction, []record.Finding, error) {
	if workbook(file) {
		table, err := p.table(ctx, mappings.TableFile{File: file, Sheet: correct.SheetName})
		if err != nil {
			return nil, nil, err
		}
		rows := make([]correct.Row, len(table.Rows))
		for i, r := range table.Rows {
			rows[i] = correct.Row{Line: int(r.Line), Cells: r.Cells}
		}
		return correct.FromSheet(file, table.Columns, rows)
	}
	in, err := p.openFile(file)
	if err != nil {
		return nil, nil, adviseFile(err, file)
	}
	defer in.Close()
	return correct.Read(file, in)
}

// workbook reports whether a file is one, by its name.
func workbook(file string) bool { return strings.EqualFold(filepath.Ext(file), ".xlsx") }

// Corrected counts corrections of one file that were applied, by who made them and when.
type Corrected struct {
	File   string `json:"file"`
	Source string `json:"source"`
	Who    string `json:"who,omitempty"`
	When   string `json:"when,omitempty"`
	Rows   int64  `json:"rows,omitempty"`  // rows nobody could read that were written anew
	Cells  int64  `json:"cells,omitempty"` // cells
}

// count adds corrections that were applied to the evidence.
func (d *derived) count(used []correct.Correction) {
	for _, c := range used {
		i := slices.IndexFunc(d.applied, func(a Corrected) bool {
			return a.File == c.File && a.Source == c.Table && a.Who == c.Who && a.When == c.When
		})
		if i < 0 {
			i = len(d.applied)
			d.applied = append(d.applied, Corrected{File: c.File, Source: c.Table, Who: c.Who, When: c.When})
		}
		if c.Column == correct.WholeRow {
			d.applied[i].Rows++
		} else {
			d.applied[i].Cells++
		}
	}
}

// correctionFiles expands the patterns of migrate.yaml, in order. A pattern that finds nothing is a finding: its
// corrections are not made.
func (p *Pipeline) correctionFiles() (files []string, findings []record.Finding) {
	for _, pattern := range p.Project.Corrections {
		found, err := filepath.Glob(p.Project.Path(pattern))
		if err != nil || len(found) == 0 {
			findings = append(findings, record.Finding{Severity: record.Warning, Rule: "correct.no_file", File: pattern,
				Message: fmt.Sprintf("there is no corrections file %s", pattern), Hint: "put it there, or change corrections: in migrate.yaml"})
			continue
		}
		slices.Sort(found)
		files = append(files, found...)
	}
	return files, findings
}

// correct lays the corrections of one table over its snapshot.
func (p *Pipeline) correct(ctx context.Context, d *derived, name string, list []correct.Correction) ([]record.Finding, error) {
	snap := d.snapshots[name]
	damaged, reasons, err := p.damaged(ctx, snap)
	if err != nil {
		return nil, err
	}
	rows, used, findings := correct.Rows(snap.Columns, snap.Detected["delimiter"].Value, damaged, list)
	d.corrected[name] = int64(len(rows))
	d.count(used)
	d.mended[name] = map[int64]bool{}
	for _, r := range rows {
		d.mended[name][r.Row] = true
	}
	findings = append(findings, damageFindings(name, snap, damaged, reasons, rows)...)
	fixed, used, found, err := p.correctCells(ctx, name, snap, list)
	if err != nil {
		return nil, err
	}
	d.count(used)
	return append(findings, found...), p.Store.Correct(ctx, snap, append(rows, fixed...), func(columns, cells []string) [32]byte {
		return checksum.NewRowDigester(columns).Row(cells)
	})
}

// damageFindings names the rows nobody could read: an error each while it is not corrected, one note for the others.
func damageFindings(name string, snap staging.Snapshot, damaged []correct.Damaged, reasons []string, corrected []record.Row) []record.Finding {
	var out []record.Finding
	mended := map[int64]bool{}
	for _, row := range corrected {
		mended[row.Pos.Row] = true
	}
	for i, q := range damaged {
		if !mended[q.Pos.Row] {
			out = append(out, record.Finding{Severity: record.Error, Rule: "source.damaged_row", Message: "the row cannot be read: " + reasons[i],
				Hint: "correct it in a corrections file: migrate stage --corrections writes one", Table: name, File: snap.File, Sheet: snap.Sheet, Row: q.Pos.Row, Line: q.Pos.Line})
		}
	}
	if len(corrected) > 0 {
		out = append(out, record.Finding{Severity: record.Note, Rule: "correct.applied", Table: name, File: snap.File, Rows: int64(len(corrected)), Row: corrected[0].Pos.Row,
			Message: "rows that could not be read were corrected"})
	}
	return out
}

// correctCells reads the landed rows once, where there are cell corrections, and returns the corrected ones with what was
// applied.
func (p *Pipeline) correctCells(ctx context.Context, name string, snap staging.Snapshot, list []correct.Correction) ([]record.Row, []correct.Correction, []record.Finding, error) {
	key := p.Project.Sources[name].Key
	byKey := map[string][]correct.Correction{}
	for _, c := range list {
		if c.Column == correct.WholeRow {
			continue
		}
		if len(key) == 0 && !strings.HasPrefix(c.Key, "row ") {
			return nil, nil, nil, record.Advise(fmt.Errorf("source %s has corrections but no key", name), `Declare key: [columns] for it in migrate.yaml, or name the row as "row 17".`)
		}
		byKey[c.Key] = append(byKey[c.Key], c)
	}
	if len(byKey) == 0 {
		return nil, nil, nil, nil
	}
	var rows []record.Row
	var applied []correct.Correction
	var findings []record.Finding
	met := map[string]bool{}
	for b, err := range p.Store.Uncorrected(ctx, snap) {
		if err != nil {
			return nil, nil, nil, err
		}
		for _, row := range b.Rows {
			fixed, changed := row, false
			for _, k := range rowKeys(b.Columns, key, row) {
				if met[k] || byKey[k] == nil {
					continue
				}
				met[k] = true
				var used []correct.Correction
				var found []record.Finding
				fixed, used, found = correct.Cells(b.Columns, fixed, byKey[k])
				applied, findings, changed = append(applied, used...), append(findings, found...), true
			}
			if changed {
				rows = append(rows, fixed)
			}
		}
	}
	for _, c := range list {
		if !met[c.Key] && c.Column != correct.WholeRow {
			findings = append(findings, correct.Unmatched(c))
		}
	}
	return rows, applied, findings, nil
}

// rowKeys are what corrections may call a row: its key, where the source declares one, and its number.
func rowKeys(columns, key []string, row record.Row) []string {
	number := correct.RowKey(row.Row)
	if len(key) == 0 {
		return []string{number}
	}
	k := correct.KeyOf(columns, key, row.Cells)
	if k == number {
		return []string{k}
	}
	return []string{k, number}
}

// damaged returns the quarantined rows of a snapshot as text, and why each could not be read.
func (p *Pipeline) damaged(ctx context.Context, snap staging.Snapshot) ([]correct.Damaged, []string, error) {
	quarantine, err := p.Store.Quarantine(ctx, snap.ID)
	if err != nil {
		return nil, nil, err
	}
	if len(quarantine) == 0 {
		return nil, nil, nil
	}
	charset, err := rawfile.LookupCharset(snap.Detected["encoding"].Value)
	if err != nil {
		return nil, nil, err
	}
	out, reasons := make([]correct.Damaged, len(quarantine)), make([]string, len(quarantine))
	for i, q := range quarantine {
		text, _ := charset.Append(nil, q.Raw)
		out[i] = correct.Damaged{Pos: record.Pos{Row: q.Row, Line: q.Line, Offset: q.Offset}, Text: string(text)}
		reasons[i] = q.Reason
	}
	return out, reasons, nil
}
