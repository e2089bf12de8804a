package linkage

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// cell is how one slot of a table is filled from a row.
type cell struct {
	in      slot
	at      int // index in the row
	nothing map[string]bool
	order   string // of a date
	point   string // of a price
}

// load reads the rows of all tables of a kind, each source's table once, in the order of the plans.
func load(ctx context.Context, kind string, plans []*tablePlan, inputs []profile.Input) (*store, error) {
	var mine []*tablePlan
	for _, t := range plans {
		if t.Kind == kind {
			mine = append(mine, t)
		}
	}
	s := newStore(kind, mine)
	for i, t := range mine {
		at := slices.IndexFunc(inputs, func(in profile.Input) bool { return in.Name == t.source.Input })
		if at < 0 {
			return nil, fmt.Errorf("near-duplicates of %s: no input is called %q", t.Table, t.source.Input)
		}
		if err := s.read(ctx, uint16(i), t, inputs[at]); err != nil {
			return nil, fmt.Errorf("near-duplicates of %s: %w", t.Table, err)
		}
	}
	s.finish()
	return s, nil
}

func (s *store) read(ctx context.Context, index uint16, t *tablePlan, in profile.Input) error {
	var cells []cell
	key := -1
	for b, err := range in.Source.Batches(ctx, t.source.Table) {
		if err != nil {
			return err
		}
		if cells == nil {
			cells, key = t.cells(b.Columns, in.Nulls), slices.Index(b.Columns, t.Key)
		}
		for i := range b.Rows {
			s.addRow(index, t, &b.Rows[i], cells, key)
		}
	}
	return nil
}

// cells finds the slots' columns in a batch.
func (t *tablePlan) cells(columns, nulls []string) []cell {
	cells := []cell{}
	for in := range slots {
		at := slices.Index(columns, t.columns[in])
		if t.columns[in] == "" || at < 0 {
			continue
		}
		c := cell{in: in, at: at, nothing: map[string]bool{}}
		for _, n := range nulls {
			c.nothing[n] = true
		}
		if p, ok := t.source.Column(t.columns[in]); ok {
			for _, w := range p.NullWords {
				c.nothing[strings.TrimSpace(w.Value)] = true
			}
			c.order, c.point = dateOrder(p.Layout), p.Point
		}
		cells = append(cells, c)
	}
	return cells
}

// longestValue is how many bytes of a value are compared and shown: two descriptions that begin with so much of the same
// are alike, and pages of text would fill the memory and take hours to compare.
const longestValue = 200

// begin is the beginning of a text, whole characters of it.
func begin(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

// value is what a cell says in its role; "" is nothing.
func (c *cell) value(row *record.Row) string {
	if c.at >= len(row.Cells) {
		return ""
	}
	v := strings.TrimSpace(row.Cells[c.at])
	switch {
	case v == "" || c.nothing[v]:
		return ""
	case c.in == inBirth:
		return dateOf(v, c.order)
	case c.in == inPrice:
		return priceOf(v, c.point)
	}
	return begin(v, longestValue)
}

// addRow takes a row in, unless it is damaged or says nothing in any role.
func (s *store) addRow(index uint16, t *tablePlan, row *record.Row, cells []cell, key int) {
	if row.Damage != "" {
		return
	}
	var values [slots]string
	any := false
	for i := range cells {
		v := cells[i].value(row)
		values[cells[i].in] = v
		any = any || v != ""
	}
	if !any {
		return
	}
	if t.derive[inNumber] && values[inStreet] != "" {
		values[inNumber] = houseNumber(values[inStreet])
	}
	if t.derive[inName] {
		values[inName] = strings.TrimSpace(values[inGiven] + " " + values[inSurname])
		if values[inName] == "" {
			values[inName] = values[inCompany]
		}
	}
	for in := range slots {
		if s.cells[in] == nil {
			continue
		}
		id := uint32(0)
		if values[in] != "" {
			id = s.fields[in].add(in, s.kind, values[in])
		}
		s.cells[in] = append(s.cells[in], id)
	}
	k := uint32(0)
	if key >= 0 && key < len(row.Cells) {
		k, _ = s.keys.intern(strings.TrimSpace(row.Cells[key]))
	}
	s.table, s.row, s.line, s.key = append(s.table, index), append(s.row, uint32(row.Row)), append(s.line, uint32(row.Line)), append(s.key, k)
	t.Rows++
}
