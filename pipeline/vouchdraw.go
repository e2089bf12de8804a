package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"regexp"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/pipeline/vouch"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// numbered yields all rows of a snapshot with their places, from 1: sound ones, corrected ones, and those nobody could read,
// which have no cells.
func (v *vouching) numbered(ctx context.Context, snap staging.Snapshot) iter.Seq2[int64, record.Row] {
	return func(yield func(int64, record.Row) bool) {
		damaged, err := v.p.Store.Quarantine(ctx, snap.ID)
		if err != nil {
			yield(0, record.Row{Damage: err.Error()})
			return
		}
		nth := int64(0)
		give := func(r record.Row) bool { nth++; return yield(nth, r) }
		for b, err := range v.p.Store.Landed(ctx, snap) {
			if err != nil {
				yield(0, record.Row{Damage: err.Error()})
				return
			}
			for _, row := range b.Rows {
				for len(damaged) > 0 && damaged[0].Row <= row.Row {
					if damaged[0].Row < row.Row && !give(record.Row{Pos: record.Pos{Row: damaged[0].Row, Line: damaged[0].Line}, Damage: damaged[0].Reason}) {
						return
					}
					damaged = damaged[1:]
				}
				if !give(row) {
					return
				}
			}
		}
		for _, d := range damaged {
			if !give(record.Row{Pos: record.Pos{Row: d.Row, Line: d.Line}, Damage: d.Reason}) {
				return
			}
		}
	}
}

// amountFields are the fields by whose columns the largest rows are drawn, the best first: amounts of money, numbers whose
// names say that they are, and any other number with decimals.
var amountFields = []struct {
	kind  schema.Type
	names *regexp.Regexp
}{
	{schema.Monetary, regexp.MustCompile(``)},
	{schema.Float, regexp.MustCompile(`price|amount|cost|credit|debit|balance|total|limit|wage|value`)},
	{schema.Float, regexp.MustCompile(``)},
}

// amountColumn is the column of a source by which its largest rows are drawn, and how its cells are read: by what the source
// declares, else by the fields it is mapped to and as people would. It is -1 where there is none.
func (v *vouching) amountColumn(snap staging.Snapshot) (int, func(cell string) (record.Decimal, bool)) {
	src := v.p.Project.Sources[snap.Source]
	read := func(a project.Amount) func(string) (record.Decimal, bool) {
		return func(cell string) (record.Decimal, bool) { return readAmount(cell, a) }
	}
	if src.Amount != nil {
		if i := slices.Index(snap.Columns, src.Amount.Column); i >= 0 {
			return i, read(*src.Amount)
		}
	}
	if src.Point != "" {
		return v.mappedAmount(snap), read(project.Amount{Point: src.Point, Group: src.Group})
	}
	return v.mappedAmount(snap), vouch.Amount
}

func (v *vouching) mappedAmount(snap staging.Snapshot) int {
	for _, want := range amountFields {
		for _, m := range v.set.Order() {
			model, ok := v.schema.Model(m.Model)
			if m.Source != snap.Source || !ok {
				continue
			}
			for _, f := range m.Fields {
				field, known := model.Field(f.Name)
				if !known || field.Type != want.kind || !want.names.MatchString(f.Name) {
					continue
				}
				for _, c := range f.Columns() {
					if i := slices.Index(snap.Columns, c); i >= 0 {
						return i
					}
				}
			}
		}
	}
	return -1
}

// pick draws.
func (v *vouching) pick(ctx context.Context, verified run.Run) error {
	var err error
	if v.schema, err = v.t.Snapshot(ctx, v.set.Models()); err != nil {
		return fmt.Errorf("read the target's metadata: %w", err)
	}
	seed, err := checksum.ParseDigest(v.out.Seed)
	if err != nil {
		return err
	}
	if err := v.pickRows(ctx, seed); err != nil {
		return err
	}
	return v.pickRecords(ctx, seed, verified)
}

// pickRows draws rows of the sources: at random from all of them, and by value from each that has an amount.
func (v *vouching) pickRows(ctx context.Context, seed checksum.Digest) error {
	draw := checksum.NewDraw(seed, v.out.Rows)
	largest := map[string][]int64{}
	for _, snap := range v.snaps {
		column, read := v.amountColumn(snap)
		amounts := vouch.NewAmounts(v.out.Largest, read)
		if column >= 0 {
			v.out.Amounts[snap.Source] = snap.Columns[column]
		}
		rows := int64(0)
		for nth, row := range v.numbered(ctx, snap) {
			if nth == 0 {
				return fmt.Errorf("read the rows of %s: %s", snap.Source, row.Damage)
			}
			rows = nth
			if v.out.Rows > 0 {
				draw.Add(vouch.RowTicket(snap.Source, nth))
			}
			if column >= 0 && column < len(row.Cells) {
				amounts.Add(nth, row.Cells[column])
			}
		}
		v.out.Sources = append(v.out.Sources, fmt.Sprintf("%s %d", snap.Source, rows))
		largest[snap.Source] = amounts.Rows()
	}
	drawn := map[string]bool{}
	for _, ticket := range draw.Drawn() {
		drawn[ticket] = true
	}
	v.rows = map[string]map[int64]*vouchRow{}
	for _, snap := range v.snaps {
		v.rows[snap.Source] = map[int64]*vouchRow{}
		for nth, row := range v.numbered(ctx, snap) {
			random, value := drawn[vouch.RowTicket(snap.Source, nth)], slices.Contains(largest[snap.Source], nth)
			if !random && !value {
				continue
			}
			how := vouch.Random
			if value {
				how = vouch.ByValue
			}
			if random && value {
				how = vouch.Both
			}
			v.rows[snap.Source][row.Row] = nil
			v.out.Items = append(v.out.Items, vouch.Item{Direction: vouch.FromSource, Drawn: how, Source: snap.Source, Nth: nth, Row: row.Row})
		}
	}
	return ctx.Err()
}

// pickRecords draws from all records that the last complete verification found in Odoo.
func (v *vouching) pickRecords(ctx context.Context, seed checksum.Digest, verified run.Run) error {
	if v.out.Records == 0 {
		return nil
	}
	draw := checksum.NewDraw(seed, v.out.Records)
	for e, err := range v.p.Store.Verified(ctx, verified.ID) {
		if err != nil {
			return err
		}
		if !e.Missing {
			draw.Add(vouch.RecordTicket(e.ExternalID))
		}
	}
	drawn := map[string]bool{}
	for _, ticket := range draw.Drawn() {
		drawn[ticket] = true
	}
	for e, err := range v.p.Store.Verified(ctx, verified.ID) {
		if err != nil {
			return err
		}
		if e.Missing || !drawn[vouch.RecordTicket(e.ExternalID)] {
			continue
		}
		item := vouch.Item{Direction: vouch.FromOdoo, Drawn: vouch.Random, Model: e.Model, ExternalID: e.ExternalID}
		source, row, _, ok, err := v.p.Store.StagedPlace(ctx, e.Mapping, e.ExternalID)
		if err != nil {
			return err
		}
		if ok && v.rows[source] != nil {
			item.Source, item.Row = source, row
			v.rows[source][row] = nil
		}
		v.out.Items = append(v.out.Items, item)
	}
	return nil
}

// fetchRows reads the rows that items show, with what was made of them.
func (v *vouching) fetchRows(ctx context.Context, _ run.Run) error {
	for _, snap := range v.snaps {
		want := v.rows[snap.Source]
		if len(want) == 0 {
			continue
		}
		for nth, row := range v.numbered(ctx, snap) {
			if nth == 0 {
				return fmt.Errorf("read the rows of %s: %s", snap.Source, row.Damage)
			}
			if _, ok := want[row.Row]; !ok {
				continue
			}
			one := &vouchRow{place: fmt.Sprintf("%s, row %d", v.p.shownPath(snap.File), row.Row), why: row.Damage}
			if snap.Sheet != "" {
				one.place = fmt.Sprintf("%s, sheet %s, row %d", v.p.shownPath(snap.File), snap.Sheet, row.Row)
			}
			for i, cell := range row.Cells {
				if !slices.Contains(row.Missing, i) {
					one.cells = append(one.cells, [2]string{snap.Columns[i], cell})
				}
			}
			want[row.Row] = one
		}
		numbers := slices.Sorted(maps.Keys(want))
		made, err := v.p.Store.MadeOf(ctx, v.staged, snap.Source, numbers)
		if err != nil {
			return err
		}
		for _, m := range made {
			if r := want[m.Row]; r != nil {
				r.made = append(r.made, m)
			}
		}
		fates, err := v.p.Store.RowFates(ctx, v.loaded, snap.ID, numbers)
		if err != nil {
			return err
		}
		for _, f := range fates {
			if r := want[f.Row]; r != nil {
				r.fates = append(r.fates, f)
			}
		}
	}
	return nil
}

// fetchRecords reads from Odoo what the records of all items hold.
func (v *vouching) fetchRecords(ctx context.Context, _ run.Run) error {
	ids := map[string]bool{}
	for _, i := range v.out.Items {
		if i.ExternalID != "" {
			ids[i.ExternalID] = true
		}
	}
	for _, rows := range v.rows {
		for _, r := range rows {
			if r == nil {
				continue
			}
			for _, m := range r.made {
				ids[m.ExternalID] = true
			}
		}
	}
	var err error
	if v.entries, err = v.p.Store.EntriesByID(ctx, v.targetID, sortedKeys(ids)); err != nil {
		return err
	}
	reader := vouchReader{v.p.resolver(v.t, v.targetID), v.t, v.schema, nil}
	v.values, err = reader.read(ctx, v.entries)
	return err
}

// lines puts the cells of an item's row beside what Odoo holds.
func (v *vouching) lines(item *vouch.Item) []vouch.Line {
	row := v.rows[item.Source][item.Row]
	if row == nil {
		row = &vouchRow{place: "no row of a source"}
	}
	records := row.made
	if item.Direction == vouch.FromOdoo {
		records = []staging.Made{{Mapping: v.entries[item.ExternalID].Mapping, Model: item.Model, ExternalID: item.ExternalID}}
	}
	var out []vouch.Line
	told := map[string]bool{}
	for _, m := range records {
		out = append(out, v.beside(row, m, told)...)
	}
	if len(records) == 0 {
		why := row.why
		for _, f := range row.fates {
			why = cmp.Or(why, f.Mapping+": "+f.Class+", "+f.Reason)
		}
		out = append(out, vouch.Line{Value: cmp.Or(why, "no record was made of this row alone: others take it along or look it up")})
	}
	for _, c := range row.cells {
		if !told[c[0]] && c[1] != "" {
			out = append(out, vouch.Line{Column: c[0], Cell: c[1]})
		}
	}
	for i := range out {
		out[i].Place = row.place
	}
	return out
}

// beside are the lines of one record: each field that Odoo holds beside the cells it was made of, as the mapping says.
func (v *vouching) beside(row *vouchRow, m staging.Made, told map[string]bool) []vouch.Line {
	e, known := v.entries[m.ExternalID]
	name := fmt.Sprintf("%s %d, %s", m.Model, e.DBID, m.ExternalID)
	values, there := v.values[m.ExternalID]
	switch {
	case !known:
		return []vouch.Line{{Record: m.Model + ", " + m.ExternalID, Value: "(not loaded)"}}
	case !there:
		return []vouch.Line{{Record: name, Value: "(not in Odoo)"}}
	}
	rules := v.set.Mapping(m.Mapping)
	var out []vouch.Line
	for _, f := range values {
		l := vouch.Line{Record: name, Field: f[0], Value: f[1]}
		if rules != nil && rules.Field(f[0]) != nil {
			l.Column, l.Cell = cellsOf(row, rules.Field(f[0]).Columns(), told)
		}
		out = append(out, l)
	}
	return out
}

// cellsOf are the named columns of a row that have a cell, and the cells.
func cellsOf(row *vouchRow, columns []string, told map[string]bool) (names, cells string) {
	for _, c := range row.cells {
		if slices.Contains(columns, c[0]) {
			told[c[0]] = true
			if names != "" {
				names, cells = names+" | ", cells+" | "
			}
			names, cells = names+c[0], cells+c[1]
		}
	}
	return names, cells
}
