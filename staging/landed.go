package staging

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"strconv"

	"github.com/odoo-migrate/odoo-migrate/record"
)

const batchBytes = 1 << 20

// Landed yields the rows of a snapshot, as corrections leave them, in file order and in batches of about 1 MiB whose
// borders depend on the rows alone. The batch's table is the source's name. A cell that was absent, or that text could not
// hold, is in Missing.
func (s *Store) Landed(ctx context.Context, snap Snapshot) iter.Seq2[*record.Batch, error] {
	return s.landed(ctx, snap, s.shown)
}

// Uncorrected is Landed without the corrections: the sound rows as the file has them.
func (s *Store) Uncorrected(ctx context.Context, snap Snapshot) iter.Seq2[*record.Batch, error] {
	return s.landed(ctx, snap, func(context.Context, Queryer, Snapshot) (string, error) { return "{s}." + quote(snap.LandTable), nil })
}

func (s *Store) landed(ctx context.Context, snap Snapshot, relation func(context.Context, Queryer, Snapshot) (string, error)) iter.Seq2[*record.Batch, error] {
	return func(yield func(*record.Batch, error) bool) {
		// A reader that stops early must not wait for all the rows it did not want: cancelling drops the connection.
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		from, err := relation(ctx, s, snap)
		if err != nil {
			yield(nil, fmt.Errorf("read snapshot %d of %s: %w", snap.ID, snap.Source, err))
			return
		}
		sql := "select row_no, line, byte_offset, rest"
		for _, n := range snap.Names[:snap.plain] {
			sql += ", " + quote(n)
		}
		r, err := s.pool.Query(ctx, s.place(sql+" from "+from+" order by row_no"))
		if err != nil {
			yield(nil, fmt.Errorf("read snapshot %d of %s: %w", snap.ID, snap.Source, explain(err)))
			return
		}
		defer r.Close()
		b := newBatching(snap)
		for r.Next() {
			if err := b.add(r.RawValues()); err != nil {
				yield(nil, fmt.Errorf("read snapshot %d of %s: %w", snap.ID, snap.Source, err))
				return
			}
			if len(b.buffer) >= batchBytes && !yield(b.take(), nil) {
				cancel()
				return
			}
		}
		if err := r.Err(); err != nil {
			yield(nil, fmt.Errorf("read snapshot %d of %s: %w", snap.ID, snap.Source, explain(err)))
			return
		}
		if len(b.rows) > 0 {
			yield(b.take(), nil)
		}
	}
}

// batching gathers rows; their cells become strings of one buffer when the batch is taken.
type batching struct {
	snap   Snapshot
	buffer []byte
	ends   []int
	rows   []record.Row
}

func newBatching(snap Snapshot) *batching {
	return &batching{snap: snap}
}

func (b *batching) add(values [][]byte) error {
	var row record.Row
	for i, to := range []*int64{&row.Row, &row.Line, &row.Offset} {
		n, err := strconv.ParseInt(string(values[i]), 10, 64)
		if err != nil {
			return err
		}
		*to = n
	}
	for i, v := range values[4:] {
		if v == nil {
			row.Missing = append(row.Missing, i)
		}
		b.buffer = append(b.buffer, v...)
		b.ends = append(b.ends, len(b.buffer))
	}
	if err := b.addRest(&row, values[3]); err != nil {
		return err
	}
	b.rows = append(b.rows, row)
	return nil
}

func (b *batching) addRest(row *record.Row, object []byte) error {
	count := len(b.snap.Names) - b.snap.plain
	if count == 0 {
		return nil
	}
	var rest map[string]string
	if object != nil {
		if err := json.Unmarshal(object, &rest); err != nil {
			return err
		}
	}
	for i := b.snap.plain; i < len(b.snap.Names); i++ {
		v, there := rest[b.snap.Names[i]]
		if !there {
			row.Missing = append(row.Missing, i)
		}
		b.buffer = append(b.buffer, v...)
		b.ends = append(b.ends, len(b.buffer))
	}
	return nil
}

func (b *batching) take() *record.Batch {
	text := string(b.buffer)
	cells := make([]string, len(b.ends))
	start := 0
	for i, end := range b.ends {
		cells[i] = text[start:end]
		start = end
	}
	width := len(b.snap.Names)
	for i := range b.rows {
		b.rows[i].Cells = cells[i*width : (i+1)*width : (i+1)*width]
	}
	out := &record.Batch{Table: b.snap.Source, Columns: b.snap.Columns, Rows: b.rows}
	b.buffer, b.ends, b.rows = b.buffer[:0], b.ends[:0], nil
	return out
}
