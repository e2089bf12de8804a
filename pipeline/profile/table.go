package profile

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/zeebo/xxh3"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

const (
	rawRows  = 2_000    // quarantined rows looked through for missing keys
	rawBytes = 2_048    // bytes of each
	rawTotal = 16 << 20 // bytes of all of them, over all tables
)

// table collects one table.
type table struct {
	name    string
	input   Input
	opt     Options
	columns []*column
	rows    int64 // quarantined ones included

	quarantined int64
	damage      []damage
	raws        []string

	seen       rowSet
	duplicates int64
	firstTwin  sample
	beyondCap  bool

	totals  []sample
	headers []sample

	sound  []*record.Row // of the batch at hand
	hashes [][]uint64    // a column, a sound row
	buffer []byte
}

// damage is one reason why rows could not be read.
type damage struct {
	reason string
	count  int64
	row    int64
	line   int64
}

func newTable(ct connectors.Table, name string, in Input, opt Options) *table {
	t := &table{name: name, input: in, opt: opt, buffer: make([]byte, 8*len(ct.Columns))}
	today := day(0)
	if !opt.Now.IsZero() {
		today = day(opt.Now.Year()*10000 + int(opt.Now.Month())*100 + opt.Now.Day())
	}
	for _, c := range ct.Columns {
		t.columns = append(t.columns, newColumn(c, opt.DistinctCap, opt.KeyCap, today, in.Nulls))
	}
	t.hashes = make([][]uint64, len(t.columns))
	return t
}

func (t *table) addBatch(b *record.Batch) {
	t.sound = t.sound[:0]
	for i := range b.Rows {
		row := &b.Rows[i]
		t.rows++
		if row.Damage != "" {
			t.addDamaged(row)
			continue
		}
		t.sound = append(t.sound, row)
	}
	t.foldColumns()
	for i, row := range t.sound {
		t.addRow(i, row)
	}
}

// foldColumns gives each column to one worker, so that the result does not depend on how many there are.
func (t *table) foldColumns() {
	for i := range t.hashes {
		t.hashes[i] = slices.Grow(t.hashes[i][:0], len(t.sound))[:len(t.sound)]
	}
	if t.opt.Workers < 2 || len(t.sound)*len(t.columns) < 4_000 {
		for i := range t.columns {
			t.foldColumn(i)
		}
		return
	}
	var wg sync.WaitGroup
	next := make(chan int)
	for range min(t.opt.Workers, len(t.columns)) {
		wg.Go(func() {
			for i := range next {
				t.foldColumn(i)
			}
		})
	}
	for i := range t.columns {
		next <- i
	}
	close(next)
	wg.Wait()
}

func (t *table) foldColumn(i int) {
	c, hashes := t.columns[i], t.hashes[i]
	for j, row := range t.sound {
		text := ""
		if i < len(row.Cells) {
			text = row.Cells[i]
		}
		hashes[j] = c.add(text, row.Row, row.Line)
	}
}

// addRow looks at the row as a whole.
func (t *table) addRow(i int, row *record.Row) {
	for c := range t.hashes {
		binary.LittleEndian.PutUint64(t.buffer[8*c:], t.hashes[c][i])
	}
	h := xxh3.Hash128(t.buffer)
	key := [2]uint64{h.Hi, h.Lo}
	switch {
	case t.seen.used < t.opt.RowCap:
		if !t.seen.insert(key) {
			t.addDuplicate(row)
		}
	default:
		t.beyondCap = true
		if t.seen.has(key) {
			t.addDuplicate(row)
		}
	}
	t.addOddRow(row)
}

func (t *table) addDuplicate(row *record.Row) {
	t.duplicates++
	if t.firstTwin.row == 0 {
		t.firstTwin = sample{row: row.Row, line: row.Line}
	}
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
	if len(t.damage) < sampleCap {
		t.damage = append(t.damage, damage{strings.Clone(row.Damage), 1, row.Row, row.Line})
		return
	}
	t.damage[sampleCap-1].reason = "other damage"
	t.damage[sampleCap-1].count++
}

// addOddRow notes rows that are a total, or the header once more.
func (t *table) addOddRow(row *record.Row) {
	first, filled := "", 0
	for _, c := range row.Cells {
		if c != "" {
			if filled == 0 {
				first = c
			}
			filled++
		}
	}
	if filled == 0 || len(first) > 40 {
		return
	}
	s := sample{row: row.Row, line: row.Line}
	switch {
	case filled > 1 && first == t.columns[0].name && t.isHeader(row):
		t.headers = appendSample(t.headers, s, first)
	case 2*filled <= len(t.columns)+1 && filled < len(t.columns) && isTotalWord(first):
		t.totals = appendSample(t.totals, s, first)
	}
}

func appendSample(list []sample, s sample, text string) []sample {
	if len(list) > 1000 {
		return list
	}
	s.text = strings.Clone(text)
	return append(list, s)
}

func (t *table) isHeader(row *record.Row) bool {
	for i, c := range row.Cells {
		if i < len(t.columns) && c != t.columns[i].name {
			return false
		}
	}
	return true
}

var totalWords = []string{"total", "totals", "grand total", "subtotal", "sub-total", "sum", "summe", "gesamt", "gesamtsumme",
	"zwischensumme", "total général", "totale", "suma", "totaal", "somme"}

func isTotalWord(s string) bool {
	s = strings.TrimRight(strings.ToLower(strings.TrimSpace(s)), ":. ")
	return slices.Contains(totalWords, s)
}

// source makes the report's part of the table.
func (t *table) source(in Input, ct connectors.Table) Source {
	f := in.Source.File()
	s := Source{
		Name: t.name, Input: in.Name, Table: ct.Name, Sheet: ct.Sheet, File: f.Path, Bytes: f.Size, Format: ct.Format,
		SHA256: f.SHA256, Encoding: ct.Detected["encoding"].Value, Dialect: dialectOf(ct), Rows: t.rows, Quarantined: t.quarantined,
		DuplicateRows: t.duplicates, Approximate: t.beyondCap, Keys: []Key{}, Columns: make([]Column, 0, len(t.columns)),
	}
	for _, c := range t.columns {
		c.finish()
		s.Columns = append(s.Columns, c.profile(t.name))
	}
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

func (t *table) findings(s *Source) []record.Finding {
	var fs []record.Finding
	add := func(severity record.Severity, rule string, rows int64, at sample, hint, format string, args ...any) {
		fs = append(fs, record.Finding{Severity: severity, Rule: rule, Rows: rows, Row: at.row, Line: at.line, Hint: hint,
			Message: fmt.Sprintf(format, args...)})
	}
	if t.rows == 0 {
		add(record.Warning, "table.no_rows", 0, sample{}, "Ask the data owner whether the table is meant to be empty.", "the table has no rows")
		return fs
	}
	for _, d := range t.damage {
		add(record.Error, "table.damaged_rows", d.count, sample{row: d.row, line: d.line},
			"They are kept in quarantine. Have the file exported again, or mend them in a corrections file.",
			"%s cannot be read: %s", rowsOf(d.count), d.reason)
	}
	if t.duplicates > 0 {
		least := ""
		if t.beyondCap {
			least = "at least "
		}
		add(record.Warning, "table.duplicate_rows", t.duplicates, t.firstTwin, "Ask whether they are one thing exported twice, or two equal things.",
			"%s%s equal to an earlier row", least, isAre(t.duplicates))
	}
	if n := int64(len(t.headers)); n > 0 {
		add(record.Warning, "table.header_rows", n, t.headers[0], "Several exports were joined into one file: check that none is missing.",
			"%s the header once more", rowsRepeat(n))
	}
	if n := int64(len(t.totals)); n > 0 {
		add(record.Warning, "table.total_rows", n, t.totals[0], "Exclude them in the mapping with a where and a reason.",
			"%s a total and no record (%q)", isAre(n), t.totals[0].text)
	}
	if len(s.Keys) == 0 && t.rows-t.quarantined > 1 {
		add(record.Warning, "table.no_key", 0, sample{}, "Without a key a record cannot be found again: ask for one, or name the columns in key:.",
			"no column and no pair of columns identifies a row")
	}
	fs = append(fs, t.declaredKey(t.input, s)...)
	fs = append(fs, t.columnGroups(s)...)
	for i, c := range t.columns {
		fs = append(fs, c.findings(&s.Columns[i])...)
	}
	return fs
}

// columnGroups says once a table which columns are empty, constant or without a name.
func (t *table) columnGroups(s *Source) []record.Finding {
	var empty, constant []string
	unnamed := int64(0)
	for i := range s.Columns {
		c := &s.Columns[i]
		switch {
		case c.Name == "":
			unnamed++
		case c.Type == TypeEmpty:
			empty = append(empty, c.Name)
		case c.Distinct == 1 && !c.Approximate && c.Values == t.rows-t.quarantined && t.rows > 2:
			constant = append(constant, c.Name)
		}
	}
	var fs []record.Finding
	add := func(rule, message, hint string) {
		fs = append(fs, record.Finding{Severity: record.Note, Rule: rule, Message: message, Hint: hint})
	}
	if len(empty) > 0 {
		add("table.empty_columns", fmt.Sprintf("%s without a value: %s", columnsOf(len(empty)), listOf(empty)), "They need not be mapped.")
	}
	if len(constant) > 0 {
		add("table.constant_columns", fmt.Sprintf("%s with one value in all rows: %s", columnsOf(len(constant)), listOf(constant)),
			"Usually a client or company code: ignore it with a reason, or map it as a constant.")
	}
	if unnamed > 0 {
		add("table.unnamed_columns", fmt.Sprintf("%s without a name", columnsOf(int(unnamed))), "Name the columns under columns: in migrate.yaml.")
	}
	return fs
}

func rowsOf(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return fmt.Sprintf("%d rows", n)
}

func isAre(n int64) string {
	if n == 1 {
		return "1 row is"
	}
	return fmt.Sprintf("%d rows are", n)
}

func rowsRepeat(n int64) string {
	if n == 1 {
		return "1 row repeats"
	}
	return fmt.Sprintf("%d rows repeat", n)
}

func columnsOf(n int) string {
	if n == 1 {
		return "1 column"
	}
	return fmt.Sprintf("%d columns", n)
}

func listOf(names []string) string {
	if len(names) > 8 {
		return strings.Join(names[:8], ", ") + fmt.Sprintf(" and %d more", len(names)-8)
	}
	return strings.Join(names, ", ")
}
