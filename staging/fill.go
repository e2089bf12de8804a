package staging

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"

	"github.com/odoo-migrate/odoo-migrate/record"
)

const (
	quarantineFlush  = 1 << 20 // bytes of damaged rows that may wait for the end of a COPY
	findingsByColumn = 100     // findings of one rule and column told one by one; the rest is counted
)

// fill copies the rows and publishes the snapshot, in one transaction that holds the source's lock.
func (s *Store) fill(ctx context.Context, l Landing, snap *Snapshot, options string) error {
	return s.rawTx(ctx, func(t tx) error {
		if err := t.lock(ctx, "land/"+l.Source); err != nil {
			return err
		}
		n, err := number(ctx, t, "select count(*) from {s}.snapshots where id = $1 and landed_at is null", snap.ID)
		if err != nil {
			return err
		}
		known, err := landedBefore(ctx, t, l, options)
		if err != nil {
			return err
		}
		if n == 0 || len(known) > 0 {
			return errOvertaken
		}
		f := s.newFilling(ctx, l, snap)
		defer f.cancel()
		if err := f.copyAll(ctx, t); err != nil {
			return err
		}
		snap.Findings = append(append([]record.Finding{}, l.Table.Findings...), f.findings()...)
		return s.publish(ctx, t, snap)
	})
}

func (s *Store) publish(ctx context.Context, t tx, snap *Snapshot) error {
	table := "{s}." + quote(snap.LandTable)
	if _, err := t.Exec(ctx, "alter table "+table+" add primary key (row_no); analyze "+table); err != nil {
		return err
	}
	findings, err := json.Marshal(snap.Findings)
	if err != nil {
		return err
	}
	err = one(ctx, t, []any{&snap.LandedAt}, `update {s}.snapshots set rows = $2, quarantined = $3, findings = $4::json, landed_at = clock_timestamp()
		where id = $1 returning landed_at`, snap.ID, snap.Rows, snap.Quarantined, string(findings))
	if err != nil {
		return err
	}
	return s.landedView(ctx, t, snap.Source)
}

// filling turns batches into COPY text, several at once, and hands it over in file order.
type filling struct {
	landing Landing
	snap    *Snapshot
	table   string
	order   chan chan chunk
	cancel  context.CancelFunc

	// A connection that breaks leaves COPY's goroutine behind for a moment; what follows is also its.
	mu         sync.Mutex
	current    []byte
	quarantine copyText
	cells      copyText
	err        error
	ended      bool
	told       map[string][]record.Finding
	untold     map[string]int64
}

// chunk is one batch as COPY text.
type chunk struct {
	rows, quarantine, cells copyText
	landed, damaged         int64
	findings                []record.Finding
	err                     error
}

func (s *Store) newFilling(ctx context.Context, l Landing, snap *Snapshot) *filling {
	ctx, cancel := context.WithCancel(ctx)
	f := &filling{landing: l, snap: snap, table: s.place("{s}.") + quote(snap.LandTable), cancel: cancel,
		order: make(chan chan chunk, 2), told: map[string][]record.Finding{}, untold: map[string]int64{}}
	go f.produce(ctx)
	return f
}

// produce starts the encoding of each batch. The order channel bounds how many are under way.
func (f *filling) produce(ctx context.Context) {
	defer close(f.order)
	for b, err := range f.landing.Batches {
		slot := make(chan chunk, 1)
		select {
		case f.order <- slot:
		case <-ctx.Done():
			return
		}
		if err != nil {
			slot <- chunk{err: err}
			return
		}
		go func() { slot <- f.encode(b) }()
	}
}

// copyAll sends everything. Damaged rows travel between two COPYs of sound ones, over the same connection.
func (f *filling) copyAll(ctx context.Context, t tx) error {
	columns := append([]string{"row_no", "line", "byte_offset", "digest"}, f.snap.Names[:f.snap.plain]...)
	columns = append(columns, "rest")
	for ended := false; !ended; {
		_, err := copyInto(ctx, t.conn(), f.table, columns, f)
		if ended, err = f.state(err); err != nil {
			return err
		}
		if err := f.flush(ctx, t); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// state tells whether everything was sent. What ailed the source comes before what PostgreSQL says of the broken COPY.
func (f *filling) state(copyErr error) (ended bool, err error) {
	if copyErr != nil && lost(copyErr) {
		return false, copyErr // the reading goroutine may still wait for the source
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return false, f.err
	}
	return f.ended, copyErr
}

func (f *filling) flush(ctx context.Context, t tx) error {
	for _, part := range []struct {
		table   string
		columns []string
		rows    *copyText
	}{
		{"quarantine", []string{"snapshot_id", "row_no", "line", "byte_offset", "reason", "raw"}, &f.quarantine},
		{"unheld_cells", []string{"snapshot_id", "row_no", "column_name", "raw"}, &f.cells},
	} {
		if len(*part.rows) == 0 {
			continue
		}
		if _, err := copyInto(ctx, t.conn(), t.store.place("{s}.")+part.table, part.columns, (*reader)(part.rows)); err != nil {
			return err
		}
		*part.rows = nil
	}
	return nil
}

// reader reads a copyText up.
type reader copyText

func (r *reader) Read(b []byte) (int, error) {
	if len(*r) == 0 {
		return 0, io.EOF
	}
	n := copy(b, *r)
	*r = (*r)[n:]
	return n, nil
}

// Read gives COPY the next bytes; it ends the COPY when enough damaged rows wait.
func (f *filling) Read(b []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.current) == 0 {
		if len(f.quarantine)+len(f.cells) > quarantineFlush {
			return 0, io.EOF
		}
		slot, more := <-f.order
		if !more {
			f.ended = true
			return 0, io.EOF
		}
		if f.err = f.take(<-slot); f.err != nil {
			return 0, f.err
		}
	}
	n := copy(b, f.current)
	f.current = f.current[n:]
	return n, nil
}

func (f *filling) take(c chunk) error {
	if c.err != nil {
		return c.err
	}
	f.current = c.rows
	f.quarantine = append(f.quarantine, c.quarantine...)
	f.cells = append(f.cells, c.cells...)
	f.snap.Rows += c.landed
	f.snap.Quarantined += c.damaged
	for _, v := range c.findings {
		if len(f.told[v.Column]) < findingsByColumn {
			f.told[v.Column] = append(f.told[v.Column], v)
		} else {
			f.untold[v.Column]++
		}
	}
	if f.landing.Progress != nil {
		f.landing.Progress(f.snap.Rows + f.snap.Quarantined)
	}
	return nil
}

func (f *filling) findings() []record.Finding {
	var out []record.Finding
	for _, column := range f.snap.Columns {
		out = append(out, f.told[column]...)
		if n := f.untold[column]; n > 0 {
			more := f.told[column][0]
			more.Message, more.Raw, more.Row, more.Line, more.Rows = "more cells hold bytes that are no text; they were landed as null", "", 0, 0, n
			out = append(out, more)
		}
		delete(f.told, column) // a column may be named twice
		delete(f.untold, column)
	}
	return out
}

var errCells = errors.New("the reader gave a row that does not have one cell a column")

func (f *filling) encode(b *record.Batch) chunk {
	var c chunk
	names := f.snap.Names
	for i := range b.Rows {
		row := &b.Rows[i]
		if row.Damage != "" {
			c.damaged++
			c.damage(f.snap.ID, row)
			continue
		}
		if len(row.Cells) != len(names) {
			return chunk{err: fmt.Errorf("row %d: %w (%d for %d)", row.Row, errCells, len(row.Cells), len(names))}
		}
		c.landed++
		c.rows.int(row.Row)
		c.rows.int(row.Line)
		c.rows.int(row.Offset)
		if f.landing.Digest != nil {
			digest := f.landing.Digest(f.snap.Columns, row.Cells)
			c.rows.bytes(digest[:])
		} else {
			c.rows.null()
		}
		f.cellsOf(&c, row)
		c.rows.endRow()
	}
	return c
}

func (f *filling) cellsOf(c *chunk, row *record.Row) {
	missing := row.Missing
	rest := []byte{}
	for i, cell := range row.Cells {
		absent := false
		if len(missing) > 0 {
			for _, m := range missing {
				absent = absent || m == i
			}
		}
		if !absent && !holdable(cell) {
			f.unheld(c, row, i)
			absent = true
		}
		switch {
		case i >= f.snap.plain && !absent:
			rest = appendMember(rest, f.snap.Names[i], cell)
		case i >= f.snap.plain:
		case absent:
			c.rows.null()
		default:
			c.rows.text(cell)
		}
	}
	if len(rest) == 0 {
		c.rows.null()
	} else {
		c.rows.text(string(append(rest, '}')))
	}
}

func appendMember(object []byte, name, value string) []byte {
	if len(object) == 0 {
		object = append(object, '{')
	} else {
		object = append(object, ',')
	}
	// Strings always marshal.
	n, _ := json.Marshal(name)
	v, _ := json.Marshal(value)
	return append(append(append(object, n...), ':'), v...)
}

func (c *chunk) damage(id int64, row *record.Row) {
	c.quarantine.int(id)
	c.quarantine.int(row.Row)
	c.quarantine.int(row.Line)
	c.quarantine.int(row.Offset)
	c.quarantine.shown(row.Damage)
	c.quarantine.bytes(row.Raw)
	c.quarantine.endRow()
}

// unheld keeps the bytes of a cell that text cannot hold.
func (f *filling) unheld(c *chunk, row *record.Row, column int) {
	cell := row.Cells[column]
	c.cells.int(f.snap.ID)
	c.cells.int(row.Row)
	c.cells.text(f.snap.Names[column])
	c.cells.bytes([]byte(cell))
	c.cells.endRow()
	c.findings = append(c.findings, record.Finding{Severity: record.Warning, Rule: "land.not_text",
		Message: "the cell holds bytes that are no text (a NUL or broken UTF-8); it was landed as null",
		Hint:    "Pin the file's encoding in migrate.yaml, or correct the cell; its bytes are kept in unheld_cells.",
		Table:   f.snap.Source, File: f.snap.File, Sheet: f.snap.Sheet, Row: row.Row, Line: row.Line,
		Column: f.snap.Columns[column], Raw: strconv.Quote(cell)})
}
