package profile

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/zeebo/xxh3"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

const (
	rawRows  = 2_000    // quarantined rows looked through for missing keys
	rawBytes = 2_048    // bytes of each
	rawTotal = 16 << 20 // bytes of all of them, over all tables
	odds     = 1_000    // odd rows of a kind whose positions are kept
)

// table collects one table.
type table struct {
	name    string
	about   connectors.Table
	input   Input
	opt     Options
	columns []*column
	rows    int64 // quarantined ones included

	quarantined int64
	damage      []damage
	raws        []string

	hashes *spill // of the sound rows, with their positions
	twins  twins
	digest digest // of the sound rows, in any order
	near   twins  // rows equal but for case and blanks, exact twins included

	declared keyState // of a declared key of several columns

	totals, headers   []sample
	total, headerRows int64

	sound   []*record.Row // of the batch at hand
	cells   [][]string    // of the sound rows
	workers []worker
	head    [][]uint64 // hashes of the cells of the first rows, for the search of keys
	headMax int        // how many rows that may be
}

// rowHash is a sum over the cells of a row of their hashes, each times a number of its column. A sum does not mind in
// which order the columns are worked on; equal rows have equal sums, and for others that has a chance of 1 in 2^128.
type rowHash struct{ lo, hi uint64 }

// worker is what one goroutine needs to fold columns of a batch.
type worker struct {
	sums   []rowHash // a sound row: over the columns this worker folded
	hashes []xxh3.Uint128
	found  []uint32
}

// damage is one reason why rows could not be read.
type damage struct {
	reason string
	count  int64
	row    int64
	line   int64
}

func newTable(ct connectors.Table, name string, in Input, opt Options, st *store) *table {
	t := &table{name: name, about: ct, input: in, opt: opt, hashes: newSpill(st, 3)}
	today := day(0)
	if !opt.Now.IsZero() {
		today = day(opt.Now.Year()*10000 + int(opt.Now.Month())*100 + opt.Now.Day())
	}
	for _, c := range ct.Columns {
		t.columns = append(t.columns, newColumn(c, &opt, today, in, st))
	}
	t.workers = make([]worker, max(1, min(opt.Workers, len(t.columns))))
	t.head, t.headMax = make([][]uint64, len(t.columns)), min(headRows, headCells/max(1, len(t.columns)))
	return t
}

func (t *table) addBatch(b *record.Batch) {
	t.sound, t.cells = t.sound[:0], t.cells[:0]
	for i := range b.Rows {
		row := &b.Rows[i]
		t.rows++
		if row.Damage != "" {
			t.addDamaged(row)
			continue
		}
		t.sound = append(t.sound, row)
		t.cells = append(t.cells, row.Cells)
		t.addOddRow(row)
	}
	t.foldColumns()
	t.addRows()
	// What is left behind the end of these lists would keep batches alive that are done with.
	clear(t.sound)
	clear(t.cells)
}

// foldColumns gives each column to one worker at a time, so that the result does not depend on how many there are.
func (t *table) foldColumns() {
	for i := range t.workers {
		w := &t.workers[i]
		w.sums = slices.Grow(w.sums[:0], len(t.sound))[:len(t.sound)]
		clear(w.sums)
	}
	if len(t.workers) < 2 || len(t.sound)*len(t.columns) < 4_000 {
		for i := range t.columns {
			t.foldColumn(i, &t.workers[0])
		}
		return
	}
	var wg sync.WaitGroup
	var next atomic.Int64
	for n := range t.workers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(t.columns); i = int(next.Add(1)) - 1 {
				t.foldColumn(i, &t.workers[n])
			}
		})
	}
	wg.Wait()
}

// foldColumn adds a column's cells of the batch, all hashes first and then all looks into the table of distinct values:
// they do not wait for one another, and most of the time goes into waiting for memory.
func (t *table) foldColumn(i int, w *worker) {
	c := t.columns[i]
	lo, hi := spread(2*uint64(i)), spread(2*uint64(i)+1)
	hashes := slices.Grow(w.hashes[:0], len(t.cells))[:len(t.cells)]
	w.hashes = hashes
	for j, cells := range t.cells {
		var h xxh3.Uint128
		if i < len(cells) && cells[i] != "" {
			h = xxh3.HashString128(cells[i])
			w.sums[j].lo += h.Lo * lo
			w.sums[j].hi += h.Hi * hi
		}
		hashes[j] = h
	}
	w.found = slices.Grow(w.found[:0], len(hashes))[:len(hashes)]
	known := c.find(hashes, w.found)
	for j, h := range hashes {
		switch {
		case w.found[j] != 0 && c.values.level == known:
			c.again(w.found[j])
		case i < len(t.cells[j]) && t.cells[j][i] != "":
			c.add(h, t.cells[j][i], t.sound[j])
		default:
			c.nulls++
		}
	}
	for j := 0; j < len(hashes) && len(t.head[i]) < t.headMax; j++ {
		t.head[i] = append(t.head[i], hashes[j].Lo)
	}
}

// spread makes an odd number of random-looking bits of a column's number (a step of splitmix64).
func spread(n uint64) uint64 {
	z := (n + 1) * 0x9E3779B97F4A7C15
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
	z = (z ^ (z >> 27)) * 0x94D049BB133111EB
	return (z ^ (z >> 31)) | 1
}

// addRows keeps the hashes of the batch's rows.
func (t *table) addRows() {
	for j, row := range t.sound {
		h := t.workers[0].sums[j]
		for _, w := range t.workers[1:] {
			h.lo += w.sums[j].lo
			h.hi += w.sums[j].hi
		}
		t.digest.add(h)
		t.hashes.add3(h.lo, h.hi, position(row))
	}
}

// position packs a row's number and line; it is never 0.
func position(row *record.Row) uint64 {
	behind := row.Line - row.Row + 1
	if behind < 1 || behind >= 1<<24 || row.Line == 0 {
		behind = 0
	}
	return uint64(row.Row)<<24 | uint64(behind)
}

func sampleAt(position uint64) sample {
	s := sample{row: int64(position >> 24)}
	if behind := int64(position & (1<<24 - 1)); behind > 0 {
		s.line = s.row + behind - 1
	}
	return s
}

// finish ends the first pass: the columns are worked out side by side, and the rows' hashes are compared.
func (t *table) finish() error {
	errs := make([]error, len(t.columns)+1)
	t.beside(len(errs), func(i int) {
		if i < len(t.columns) {
			errs[i] = t.columns[i].finish()
			return
		}
		t.twins, errs[i] = t.hashes.twins(nil)
		t.hashes.drop()
	})
	return errors.Join(errs...)
}

// eachColumn calls do for every column, several at a time.
func (t *table) eachColumn(do func(i int)) { t.beside(len(t.columns), do) }

// beside calls do with the numbers up to n, as many at a time as there are workers.
func (t *table) beside(n int, do func(i int)) {
	var wg sync.WaitGroup
	var next atomic.Int64
	for range max(1, min(t.opt.Workers, n)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	wg.Wait()
}

func (t *table) addDamaged(row *record.Row) {
	t.quarantined++
	if len(t.raws) < rawRows {
		t.raws = append(t.raws, string(row.Raw[:min(len(row.Raw), rawBytes)]))
	}
	for i := range t.damage {
		if t.damage[i].reason == row.Damage {
			t.damage[i].count++
			return
		}
	}
	if len(t.damage) < reasonCap {
		t.damage = append(t.damage, damage{strings.Clone(row.Damage), 1, row.Row, row.Line})
		return
	}
	t.damage[reasonCap-1].reason = "other damage"
	t.damage[reasonCap-1].count++
}

const reasonCap = 20 // reasons told apart

// source makes the report's part of the table.
func (t *table) source(in Input) Source {
	f, ct := in.Source.File(), t.about
	s := Source{
		Name: t.name, Input: in.Name, Table: ct.Name, Sheet: ct.Sheet, File: f.Path, Bytes: f.Size, Format: ct.Format,
		SHA256: f.SHA256, Encoding: ct.Detected["encoding"].Value, Dialect: dialectOf(ct), Rows: t.rows, Quarantined: t.quarantined,
		DuplicateRows: t.twins.count, HeaderRows: t.headerRows, TotalRows: t.total, Keys: []Key{}, Columns: make([]Column, len(t.columns)),
	}
	t.eachColumn(func(i int) { s.Columns[i] = t.columns[i].profile(t.name) })
	s.markNames()
	// Whether a column is personal decides what may be said of it.
	t.eachColumn(func(i int) {
		t.columns[i].variants(&s.Columns[i])
		t.columns[i].outliers(&s.Columns[i])
	})
	return s
}

func dialectOf(ct connectors.Table) Dialect {
	d := Dialect{Delimiter: ct.Detected["delimiter"].Value, Quote: ct.Detected["quote"].Value, Header: ct.Detected["header"].Value}
	if ct.Format == "xml" {
		if d.Path = ct.Detected["rows"].Value; d.Path == "" {
			d.Path = ct.Detected["path"].Value
		}
	}
	for _, found := range ct.Detected {
		if d.Confidence == 0 || found.Confidence < d.Confidence {
			d.Confidence = found.Confidence
		}
	}
	return d
}
