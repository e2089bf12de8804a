package profile

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// readable is where a table of the report can be read once more, and what its texts mean.
type readable struct {
	input   int // number of the source: tables of one may be read together
	source  connectors.Source
	table   string
	nulls   []string // texts that mean null
	damaged *hashSet // what stands in its quarantined rows
}

// addTuples finds the tables that refer to a key of several columns. The tables of the keys are read first, then those
// that may refer to them; where no table has columns for it, none is read.
func (r *Report) addTuples(ctx context.Context, tables []*readable, shapes *shapes) error {
	tries := r.tuples(shapes)
	if len(tries) == 0 {
		return nil
	}
	keys, values := map[int][]*tuple{}, map[int][]*tuple{}
	for _, t := range tries {
		keys[t.to], values[t.from] = append(keys[t.to], t), append(values[t.from], t)
	}
	if err := readTables(ctx, tables, keys, func(table int, row *record.Row, buf []string) {
		for _, t := range keys[table] {
			if h, _, ok := r.tupleOf(tables[table], t.to, t.key, row, buf); ok {
				t.addKey(h)
			}
		}
	}); err != nil {
		return err
	}
	if err := readTables(ctx, tables, values, func(table int, row *record.Row, buf []string) {
		for _, t := range values[table] {
			if t.dead {
				continue
			}
			if h, parts, ok := r.tupleOf(tables[table], t.from, t.columns, row, buf); ok {
				t.addValue(h, parts, row.Row, row.Line, tables[t.to].damaged)
			}
		}
	}); err != nil {
		return err
	}
	var found []Relation
	for _, t := range tries {
		if m := t.match(); !t.dead && r.believableTuple(t, &m) {
			found = append(found, r.tupleRelation(t, &m))
		}
		t.values, t.keys = nil, hashSet{}
	}
	r.keepTuples(found)
	return nil
}

// tupleOf is the hash of a row's values in some columns, in their order; ok is false where one of them is none.
func (r *Report) tupleOf(at *readable, table int, columns []int, row *record.Row, buf []string) (h uint64, parts []string, ok bool) {
	parts = buf[:0]
	for k, c := range columns {
		if c >= len(row.Cells) {
			return 0, nil, false
		}
		s := strings.TrimSpace(row.Cells[c])
		if s == "" || slices.Contains(at.nulls, row.Cells[c]) || isNullWord(s) && slices.ContainsFunc(r.Sources[table].Columns[c].NullWords, func(n Count) bool { return n.Value == s }) {
			return 0, nil, false
		}
		parts = append(parts, s)
		h += hashOf(s) * spread(uint64(k))
	}
	return h, parts, true
}

// readTables hands the sound rows of some tables to take, those of one stream in one reading.
func readTables[T any](ctx context.Context, tables []*readable, wanted map[int]T, take func(table int, row *record.Row, buf []string)) error {
	byInput := map[int]map[string]int{}
	for i, t := range tables {
		if _, ok := wanted[i]; !ok {
			continue
		}
		if byInput[t.input] == nil {
			byInput[t.input] = map[string]int{}
		}
		byInput[t.input][t.table] = i
	}
	buf := make([]string, 0, tupleColumns)
	for _, input := range slices.Sorted(maps.Keys(byInput)) {
		names := byInput[input]
		src := tables[slices.IndexFunc(tables, func(t *readable) bool { return t.input == input })].source
		rows := func(i int, b *record.Batch) bool {
			for k := range b.Rows {
				if row := &b.Rows[k]; row.Damage == "" {
					take(i, row, buf)
				}
			}
			return true
		}
		if many, ok := src.(connectors.MultiTable); ok && len(names) > 1 {
			if err := eachBatch(ctx, many.AllBatches, func(b *record.Batch) bool {
				i, ok := names[b.Table]
				return !ok || rows(i, b)
			}); err != nil {
				return fmt.Errorf("profile %s: %w", src.File().Path, err)
			}
			continue
		}
		for i, t := range tables {
			if at, ok := names[t.table]; !ok || at != i || t.input != input {
				continue
			}
			read := func(ctx context.Context) iter.Seq2[*record.Batch, error] { return src.Batches(ctx, t.table) }
			if err := eachBatch(ctx, read, func(b *record.Batch) bool { return rows(i, b) }); err != nil {
				return fmt.Errorf("profile %s: %w", src.File().Path, err)
			}
		}
	}
	return nil
}
