package pipeline

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// reading yields the rows a program maps: those of its source as they stand, or put together of several, or of what
// others look up and the target has not.
func (p *Pipeline) reading(ctx context.Context, d *derived, prog *mappings.Program) iter.Seq2[*record.Batch, error] {
	if prog.Mapping().Created != nil {
		return p.toCreateRows(d, prog.Mapping())
	}
	if r, composed := p.readingOf(d, prog); composed {
		return p.Store.Read(ctx, r)
	}
	return p.Store.Landed(ctx, d.snapshots[prog.Mapping().Source])
}

func (p *Pipeline) readingOf(d *derived, prog *mappings.Program) (staging.Reading, bool) {
	from, composed := prog.Reading()
	r := staging.Reading{GroupBy: from.GroupBy, Columns: from.Columns, Mark: mappings.JoinMark}
	for _, m := range from.Members {
		r.Members = append(r.Members, staging.Member{Snapshot: d.snapshots[m.Source], Nulls: from.Nulls[m.Source], Columns: m.Columns})
	}
	for _, j := range from.Joins {
		joining := staging.Joining{Snapshot: d.snapshots[j.Source], Nulls: from.Nulls[j.Source], As: j.As, Each: j.Many == mappings.ManyEach}
		for _, on := range j.On {
			joining.On = append(joining.On, [2]string{on.Left, on.Right})
		}
		r.Joins = append(r.Joins, joining)
	}
	return r, composed
}

// rows counts the rows a mapping reads, without those nobody could read.
func (d *derived) rows(m *mappings.Mapping) (n int64) {
	for _, source := range m.Sources() {
		n += d.snapshots[source].Rows + d.corrected[source]
	}
	return n
}

// damaged reports whether rows of sources are damaged and were not corrected.
func (d *derived) damaged(sources []string) bool {
	return slices.ContainsFunc(sources, func(source string) bool { return d.snapshots[source].Quarantined > d.corrected[source] })
}

// addClasses stores the classes of rows, by source.
func (d *derived) addClasses(ctx context.Context, store *staging.Store, mapping string, rows map[string][]staging.RowClass) error {
	for _, source := range slices.Sorted(maps.Keys(rows)) {
		if err := store.AddClasses(ctx, d.run.ID, mapping, d.snapshots[source].ID, rows[source]); err != nil {
			return err
		}
	}
	return nil
}

// Joined is the account of the rows of a joined source: Rows = Used + Unused + Damaged.
type Joined struct {
	Mapping string `json:"mapping"`
	Source  string `json:"source"`
	As      string `json:"as"`
	Rows    int64  `json:"rows"`
	Used    int64  `json:"used"`   // found by a row at least
	Unused  int64  `json:"unused"` // found by none
	Damaged int64  `json:"damaged"`
}

// unusedTold is how many unused rows of a join are findings of their own; the others are one finding together.
const unusedTold = 100

// joinedRows accounts for the rows of joined sources, and lists those that nobody joined.
func (p *Pipeline) joinedRows(ctx context.Context, d *derived, _ *Target) error {
	for _, m := range d.order {
		r, _ := p.readingOf(d, d.programs[m.Name])
		for i, j := range m.Joins {
			snap := d.snapshots[j.Source]
			rows, unused, err := p.Store.Unused(ctx, r, i, unusedTold)
			if err != nil {
				return fmt.Errorf("map %s: %w", m.Name, err)
			}
			sound := snap.Rows + d.corrected[j.Source]
			d.joined = append(d.joined, Joined{Mapping: m.Name, Source: j.Source, As: j.As, Rows: snap.Rows + snap.Quarantined,
				Used: sound - unused, Unused: unused, Damaged: snap.Quarantined - d.corrected[j.Source]})
			if err := p.Store.AddFindings(ctx, d.run.ID, d.placed(unusedFindings(m, j, rows, unused))); err != nil {
				return err
			}
		}
	}
	return nil
}

func unusedFindings(m *mappings.Mapping, j mappings.Join, rows []record.Pos, all int64) []record.Finding {
	out := make([]record.Finding, len(rows))
	for i, pos := range rows {
		out[i] = record.Finding{Severity: record.Warning, Rule: "map.join_unused", Message: "the row is joined to no row of " + m.Name, Mapping: m.Name,
			Hint: "its key is in no row, or another row of the key was taken", Table: j.Source, Row: pos.Row, Line: pos.Line, At: j.At}
	}
	if n := len(out); n > 0 {
		out[n-1].Rows = all - int64(n) + 1
	}
	return out
}

// accounted counts the rows of one mapping by source and class.
func (p *Pipeline) accounted(ctx context.Context, d *derived, m *mappings.Mapping, classes map[string]int64) ([]Rows, error) {
	prog := d.programs[m.Name]
	step, _ := d.plan.Step(m.Name)
	if m.Created != nil {
		// Nobody's rows: they are made of what others look up.
		return []Rows{{Mapping: m.Name, Model: m.Model, Read: step.Records + classes["rejected"], Used: step.Records, Records: step.Records,
			Rejected: classes["rejected"]}}, nil
	}
	_, composed := prog.Reading()
	if !composed && !prog.Manifold() {
		return []Rows{d.damagedRows(Rows{Mapping: m.Name, Source: m.Source, Model: m.Model, Used: step.Records, Records: step.Records,
			Excluded: classes["excluded"], Merged: classes["merged"], Rejected: classes["rejected"]})}, nil
	}
	accounts, err := p.Store.Account(ctx, d.run.ID, m.Name, d.sourcesOf(m), d.rejected.Records(m.Name))
	if err != nil {
		return nil, err
	}
	var out []Rows
	for i, source := range m.Sources() {
		row := Rows{Mapping: m.Name, Source: source, Model: m.Model}
		for _, a := range accounts {
			if a.Source == source {
				row.Used, row.Grouped, row.Merged, row.Excluded, row.Rejected = a.Used, a.Grouped, a.Merged, a.Excluded, a.Rejected
			}
		}
		if i == 0 {
			row.Records = step.Records
		}
		out = append(out, d.damagedRows(row))
	}
	return out, nil
}

// sourcesOf names the sources whose rows a mapping makes records of, by their snapshots.
func (d *derived) sourcesOf(m *mappings.Mapping) map[int64]string {
	out := map[int64]string{}
	for _, source := range m.Sources() {
		out[d.snapshots[source].ID] = source
	}
	return out
}

// forgetLeftOut brings the list of rows that were left out in line with their account, where rows become several records.
func (p *Pipeline) forgetLeftOut(ctx context.Context, d *derived) error {
	for _, m := range d.order {
		if !d.programs[m.Name].Manifold() {
			continue
		}
		if err := p.Store.ForgetLeftOut(ctx, d.run.ID, m.Name, d.sourcesOf(m), d.rejected.Records(m.Name)); err != nil {
			return fmt.Errorf("map %s: %w", m.Name, err)
		}
	}
	return nil
}

// damagedRows adds what was read: a damaged row nobody corrected is rejected, by every mapping of its source.
func (d *derived) damagedRows(r Rows) Rows {
	snap := d.snapshots[r.Source]
	r.Read = snap.Rows + snap.Quarantined
	r.Rejected += snap.Quarantined - d.corrected[r.Source]
	return r
}
