package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// AmountRate is the first-pass rate of one source by amount: of the absolute amounts that were read, those of excluded rows
// apart, how much becomes records.
type AmountRate struct {
	Mapping    string  `json:"mapping"`
	Source     string  `json:"source"`
	Column     string  `json:"column"`
	Read       string  `json:"read"` // decimals, absolute amounts added up
	Excluded   string  `json:"excluded"`
	Rejected   string  `json:"rejected"`
	Unreadable int64   `json:"unreadable,omitempty"` // rows whose amount nobody knows, damaged ones included
	Percent    float64 `json:"percent"`
}

// RecordCount accounts for the records of a mapping: Staged = Load + LeftOut.
type RecordCount struct {
	Mapping string `json:"mapping"`
	Staged  int64  `json:"staged"`
	LeftOut int64  `json:"left_out"` // merged with an equal one, or rejected
	Load    int64  `json:"load"`     // planned to be loaded
}

// amountRates tells the first-pass rate by amount of every source that names its amounts.
func (p *Pipeline) amountRates(ctx context.Context, d *derived) ([]AmountRate, error) {
	var out []AmountRate
	for _, m := range d.order {
		for _, source := range m.Sources() {
			a := p.Project.Sources[source].Amount
			if a == nil {
				continue
			}
			rate, err := p.amountRate(ctx, d, m, source, *a)
			if err != nil {
				return nil, fmt.Errorf("amounts of %s: %w", source, err)
			}
			out = append(out, rate)
		}
	}
	return out, nil
}

func (p *Pipeline) amountRate(ctx context.Context, d *derived, m *mappings.Mapping, source string, a project.Amount) (AmountRate, error) {
	snap := d.snapshots[source]
	r := AmountRate{Mapping: m.Name, Source: source, Column: a.Column, Unreadable: snap.Quarantined - d.corrected[source]}
	at := slices.Index(snap.Columns, a.Column)
	if at < 0 {
		return r, record.Advise(fmt.Errorf("the source has no column %q", a.Column), "Mend amount: of the source in migrate.yaml.")
	}
	classes, err := p.classesOf(ctx, d, m.Name, snap)
	if err != nil {
		return r, err
	}
	var read, excluded, rejected record.Decimal
	for b, err := range p.Store.Landed(ctx, snap) {
		if err != nil {
			return r, err
		}
		for _, row := range b.Rows {
			amount, ok := readAmount(row.Cells[at], a)
			if !ok {
				r.Unreadable++
				continue
			}
			read = read.Add(amount)
			switch classes[row.Row] {
			case "excluded":
				excluded = excluded.Add(amount)
			case "rejected":
				rejected = rejected.Add(amount)
			}
		}
	}
	r.Read, r.Excluded, r.Rejected, r.Percent = read.String(), excluded.String(), rejected.String(), 100
	if wanted := read.Sub(excluded); wanted.Sign() > 0 {
		r.Percent = 100 * float(wanted.Sub(rejected)) / float(wanted)
	}
	return r, nil
}

func float(d record.Decimal) float64 {
	f, err := strconv.ParseFloat(d.String(), 64)
	if err != nil {
		return 0
	}
	return f
}

// readAmount is the absolute amount of a cell; an empty one is 0.
func readAmount(cell string, a project.Amount) (record.Decimal, bool) {
	text := strings.Map(func(r rune) rune {
		if r == ' ' || r == '\u00a0' || r == '\u202f' {
			return -1
		}
		return r
	}, cell)
	if a.Group != "" {
		text = strings.ReplaceAll(text, a.Group, "")
	}
	if inside, ok := strings.CutPrefix(text, "("); ok && strings.HasSuffix(inside, ")") {
		text = strings.TrimSuffix(inside, ")") // as books write what is negative
	}
	text = strings.Trim(strings.ReplaceAll(text, a.Point, "."), "+-")
	if text == "" {
		return record.Decimal{}, strings.TrimSpace(cell) == ""
	}
	d, err := record.ParseDecimal(text)
	return d, err == nil
}

// classesOf are the classes of the rows of a snapshot that a mapping did not use.
func (p *Pipeline) classesOf(ctx context.Context, d *derived, mapping string, snap staging.Snapshot) (map[int64]string, error) {
	out := map[int64]string{}
	err := p.each(ctx, "select row_no, class from {s}.row_classes where run_id = $1 and mapping = $2 and snapshot_id = $3", []any{d.run.ID, mapping, snap.ID},
		func(scan func(...any) error) error {
			var row int64
			var class string
			err := scan(&row, &class)
			out[row] = class
			return err
		})
	return out, err
}

// low says which sources fall short of thresholds.first_pass_amount.
func low(rates []AmountRate, wanted *record.Decimal) []string {
	var out []string
	for _, r := range rates {
		if wanted != nil && r.Percent < float(*wanted) {
			out = append(out, fmt.Sprintf("%.2f %% of the amounts in %s of %s load, %s %% wanted", r.Percent, r.Column, r.Source, wanted))
		}
	}
	return out
}

// recordCounts accounts for records, apart from rows: one row may make several, several may make one.
func (p *Pipeline) recordCounts(ctx context.Context, d *derived) (out []RecordCount, unbalanced []string, err error) {
	for _, m := range d.order {
		c := RecordCount{Mapping: m.Name, LeftOut: int64(len(d.rejected[m.Name]))}
		table, err := p.Store.StagedTable(ctx, d.run.ID, m.Name)
		if err != nil {
			return nil, nil, err
		}
		if err := p.each(ctx, "select count(*) from {s}."+quoted(table), nil, func(scan func(...any) error) error { return scan(&c.Staged) }); err != nil {
			return nil, nil, err
		}
		for _, s := range d.plan.Steps {
			if s.Mapping == m.Name {
				c.Load = s.Records
			}
		}
		if c.Staged != c.Load+c.LeftOut {
			unbalanced = append(unbalanced, fmt.Sprintf("%s: %d records staged, %d to be loaded and %d left out", m.Name, c.Staged, c.Load, c.LeftOut))
		}
		out = append(out, c)
	}
	return out, unbalanced, nil
}

// quarantined are the rows nobody could read that were neither corrected nor accepted.
func (p *Pipeline) quarantined(ctx context.Context, d *derived) ([]string, error) {
	var out []string
	for _, name := range sortedKeys(d.snapshots) {
		snap := d.snapshots[name]
		if snap.Quarantined == d.corrected[name] {
			continue
		}
		damaged, err := p.Store.Quarantine(ctx, snap.ID)
		if err != nil {
			return nil, err
		}
		for _, q := range damaged {
			accepted := slices.ContainsFunc(p.Project.Accepted, func(a project.Accepted) bool { return a.Source == name && a.Row == q.Row })
			if !accepted && !d.mended[name][q.Row] {
				out = append(out, fmt.Sprintf("%s row %d", name, q.Row))
			}
		}
	}
	return out, nil
}
