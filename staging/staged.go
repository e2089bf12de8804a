package staging

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// StagedRow is one staged record with its digest.
type StagedRow struct {
	record.Record
	Seq    int64 // its number within the staged table, from 0: several records may be of one row
	Digest [32]byte
}

// StageWriter writes the staged table of one run and mapping. It is not for several goroutines at once: the order of
// writing is the order in which the rows are read back.
type StageWriter struct {
	store  *Store
	layout *record.Layout
	kinds  []record.Kind
	id     int64
	table  string
	buffer copyText
	seq    int64
	folds  bool
	copies *errgroup.Group           // those under way
	copy   func(rows copyText) error // one COPY
	spare  chan copyText             // buffers to use again

	failure atomic.Pointer[error]
}

const (
	writeFlush  = 1 << 20
	copiesAside = 2 // COPYs under way while the next rows are encoded
)

// ErrKind says that a record holds a value of another kind than its mapping declares.
var ErrKind = errors.New("the value is not of the declared kind")

// columnType is how PostgreSQL stores a kind. Links keep the text of their references, files their base64.
func columnType(k record.Kind) string {
	switch k {
	case record.Number:
		return "numeric"
	case record.Boolean:
		return "boolean"
	case record.Date:
		return "date"
	case record.DateTime:
		return "timestamp"
	}
	return "text"
}

// StageWriter opens the staged table of a run's mapping; one that exists already is replaced. kinds has one kind a field
// of the layout. The table is an unlogged cache with the columns x_id, x_seq, x_table, x_row, x_line, x_offset, x_digest
// and one a field; it counts only when Close succeeded. All rows are copied under ctx, which must last until then.
func (s *Store) StageWriter(ctx context.Context, run int64, layout *record.Layout, kinds []record.Kind) (*StageWriter, error) {
	if len(kinds) != len(layout.Fields) {
		return nil, fmt.Errorf("stage %s: %d kinds for %d fields", layout.Mapping, len(kinds), len(layout.Fields))
	}
	w := &StageWriter{store: s, layout: layout, kinds: kinds, copies: &errgroup.Group{}, spare: make(chan copyText, copiesAside+1)}
	w.copies.SetLimit(copiesAside)
	err := s.inTx(ctx, func(t tx) error {
		if err := s.dropStaged(ctx, t, run, layout.Mapping); err != nil {
			return err
		}
		names := make([]string, len(kinds))
		for i, k := range kinds {
			names[i] = k.String()
		}
		var err error
		if w.id, err = number(ctx, t, "select nextval(pg_get_serial_sequence($1, 'id'))", s.Schema()+".staged"); err != nil {
			return err
		}
		w.table = fmt.Sprintf("staged_%d", w.id)
		_, err = t.Exec(ctx, `insert into {s}.staged (id, run_id, mapping, model, table_name, fields, kinds) overriding system value
			values ($1, $2, $3, $4, $5, $6, $7)`, w.id, run, layout.Mapping, layout.Model, w.table, notNil(showableAll(layout.Fields)), names)
		if err != nil {
			return err
		}
		_, err = t.Exec(ctx, w.createSQL())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("stage %s: %w", layout.Mapping, err)
	}
	table := s.place("{s}.") + quote(w.table)
	columns := append([]string{"x_id", "x_seq", "x_table", "x_row", "x_line", "x_offset", "x_digest"}, safeNames(layout.Fields, stagedColumns)...)
	w.copy = func(rows copyText) error { return s.copyRows(ctx, table, columns, rows) }
	return w, nil
}

func (w *StageWriter) createSQL() string {
	columns := []string{`x_id text collate "C"`, "x_seq bigint", "x_table text", "x_row bigint", "x_line bigint", "x_offset bigint", "x_digest bytea"}
	for i, name := range safeNames(w.layout.Fields, stagedColumns) {
		columns = append(columns, quote(name)+" "+columnType(w.kinds[i]))
	}
	return "create unlogged table {s}." + quote(w.table) + " (" + strings.Join(columns, ", ") + ")"
}

func (s *Store) dropStaged(ctx context.Context, t tx, run int64, mapping string) error {
	r, err := t.Query(ctx, "delete from {s}.staged where run_id = $1 and mapping = $2 returning table_name", run, mapping)
	tables, err := collect(r, err, func(r Rows, name *string) error { return r.Scan(name) })
	if err != nil || len(tables) == 0 {
		return err
	}
	if err := t.lock(ctx, "view/"+mapping); err != nil {
		return err
	}
	if err := s.dropStagedViews(ctx, t, mapping); err != nil {
		return err
	}
	for _, table := range tables {
		if _, err := t.Exec(ctx, "drop table if exists {s}."+quote(table)+"; drop table if exists {s}."+quote(foldedTable(table))+"; drop table if exists {s}."+quote(goneTable(table))); err != nil {
			return err
		}
	}
	if _, err := t.Exec(ctx, "delete from {s}.staged_out o where not exists (select from {s}.staged g where g.id = o.staged_id)"); err != nil {
		return err
	}
	return s.stagedView(ctx, t, mapping)
}

// stagedView makes the views of a mapping show its newest complete table: the records that will be loaded, and beside them,
// under the name with " all", every record with its state.
func (s *Store) stagedView(ctx context.Context, t tx, mapping string) error {
	if err := s.dropStagedViews(ctx, t, mapping); err != nil {
		return err
	}
	var id int64
	var table string
	err := one(ctx, t, []any{&id, &table}, "select id, table_name from {s}.staged where mapping = $1 and written_at is not null order by written_at desc, id desc limit 1", mapping)
	if isNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	const ready = "create view {staged}.%s as select g.* from {s}.%s g where not exists (select from {s}.staged_out o where o.staged_id = %d and o.x_seq = g.x_seq)"
	if _, err := t.Exec(ctx, fmt.Sprintf(ready, quote(viewName(mapping)), quote(table), id)); err != nil {
		return err
	}
	const all = "create view {staged}.%s as select g.*, case when o.x_seq is null then 'ready' else 'left out' end as %s, o.reason as %s from {s}.%s g " +
		"left join {s}.staged_out o on o.staged_id = %d and o.x_seq = g.x_seq"
	_, err = t.Exec(ctx, fmt.Sprintf(all, quote(allView(mapping)), quote(stateColumn), quote(reasonColumn), quote(table), id))
	return err
}

// allView is the name of the view with every record of a mapping. No mapping has a blank in its name.
func allView(mapping string) string { return viewName(mapping + " all") }

func (s *Store) dropStagedViews(ctx context.Context, t tx, mapping string) error {
	_, err := t.Exec(ctx, "drop view if exists {staged}."+quote(viewName(mapping))+"; drop view if exists {staged}."+quote(allView(mapping)))
	return err
}

// LeaveOut notes which records of a staged mapping will not be loaded, by x_seq, with the reason, in place of what was noted
// before. From then on the mapping's view leaves them out; the table keeps them.
func (s *Store) LeaveOut(ctx context.Context, run int64, mapping string, out map[int64]string) error {
	id, err := number(ctx, s, "select id from {s}.staged where run_id = $1 and mapping = $2 and written_at is not null", run, mapping)
	if err != nil {
		return fmt.Errorf("staged %s of run %d: %w", mapping, run, err)
	}
	if _, err := s.Exec(ctx, "delete from {s}.staged_out where staged_id = $1", id); err != nil {
		return err
	}
	var b copyText
	for seq, reason := range out {
		b.int(id)
		b.int(seq)
		b.shown(reason)
		b.endRow()
		if len(b) >= writeFlush {
			if err := s.copyRows(ctx, s.place("{s}.staged_out"), []string{"staged_id", "x_seq", "reason"}, b); err != nil {
				return fmt.Errorf("leave records of %s out: %w", mapping, err)
			}
			b = b[:0]
		}
	}
	if err := s.copyRows(ctx, s.place("{s}.staged_out"), []string{"staged_id", "x_seq", "reason"}, b); err != nil {
		return fmt.Errorf("leave records of %s out: %w", mapping, err)
	}
	return nil
}

// Write adds records; digests has one digest a record. A value that is not null must be of its field's kind, else the
// error wraps ErrKind.
func (w *StageWriter) Write(records []record.Record, digests [][32]byte) error {
	if len(records) != len(digests) {
		return fmt.Errorf("stage %s: %d digests for %d records", w.layout.Mapping, len(digests), len(records))
	}
	for i := range records {
		if err := w.add(&records[i], digests[i]); err != nil {
			return fmt.Errorf("stage %s: %s row %d: %w", w.layout.Mapping, records[i].Table, records[i].Pos.Row, err)
		}
		if len(w.buffer) >= writeFlush {
			if err := w.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *StageWriter) add(r *record.Record, digest [32]byte) error {
	if len(r.Values) != len(w.kinds) {
		return fmt.Errorf("%d values for %d fields", len(r.Values), len(w.kinds))
	}
	if !holdable(r.ID) {
		return fmt.Errorf("the external id %q is no text", r.ID)
	}
	b := w.buffer
	b.text(r.ID)
	b.int(w.seq)
	b.shown(r.Table)
	b.int(r.Pos.Row)
	b.int(r.Pos.Line)
	b.int(r.Pos.Offset)
	b.bytes(digest[:])
	for i, v := range r.Values {
		switch {
		case v.IsNull():
			b.null()
		case v.Kind() != w.kinds[i] && w.kinds[i] != record.Null:
			return fmt.Errorf("field %s holds a %s where the mapping declares a %s: %w", w.layout.Fields[i], v.Kind(), w.kinds[i], ErrKind)
		case !holdable(v.Text()):
			return fmt.Errorf("field %s holds bytes that are no text: %q", w.layout.Fields[i], v.Text())
		default:
			b.text(v.Text())
		}
	}
	b.endRow()
	w.buffer = b
	w.seq++
	return nil
}

// flush hands the rows to a COPY of their own, beside the one before it: x_seq, not their place, keeps their order. What goes
// wrong is told by Close, or by the next flush.
func (w *StageWriter) flush() error {
	if err := w.failed(); err != nil {
		return err
	}
	rows := w.buffer
	select {
	case w.buffer = <-w.spare:
	default:
		w.buffer = make(copyText, 0, writeFlush+writeFlush/8)
	}
	w.copies.Go(func() error {
		err := w.copy(rows)
		if err != nil {
			w.failure.CompareAndSwap(nil, &err)
			return err
		}
		select {
		case w.spare <- rows[:0]:
		default:
		}
		return nil
	})
	return nil
}

// failed returns what a COPY under way met, without waiting for it.
func (w *StageWriter) failed() error {
	if err := w.failure.Load(); err != nil {
		return fmt.Errorf("stage %s: %w", w.layout.Mapping, *err)
	}
	return nil
}

// Close completes the table: the rest is written, external ids are indexed, and the mapping's view shows it. It returns
// how many rows were written.
func (w *StageWriter) Close(ctx context.Context) (int64, error) {
	err := w.flush()
	if waited := w.copies.Wait(); err == nil && waited != nil {
		err = fmt.Errorf("stage %s: %w", w.layout.Mapping, waited)
	}
	if err != nil {
		return 0, err
	}
	table := "{s}." + quote(w.table)
	err = w.store.inTx(ctx, func(t tx) error {
		_, err := t.Exec(ctx, "alter table "+table+" add primary key (x_seq); create index on "+table+" (x_id); analyze "+table)
		if err != nil {
			return err
		}
		if _, err := t.Exec(ctx, "update {s}.staged set rows = $2, written_at = clock_timestamp() where id = $1", w.id, w.seq); err != nil {
			return err
		}
		if err := t.lock(ctx, "view/"+w.layout.Mapping); err != nil {
			return err
		}
		return w.store.stagedView(ctx, t, w.layout.Mapping)
	})
	if err != nil {
		return 0, fmt.Errorf("stage %s: %w", w.layout.Mapping, err)
	}
	return w.seq, nil
}

// DropStaged removes the staged tables of a run; its findings and outcomes stay.
func (s *Store) DropStaged(ctx context.Context, run int64) error {
	r, err := s.Query(ctx, "select distinct mapping from {s}.staged where run_id = $1", run)
	mappings, err := collect(r, err, func(r Rows, m *string) error { return r.Scan(m) })
	if err != nil {
		return err
	}
	for _, m := range mappings {
		if err := s.inTx(ctx, func(t tx) error { return s.dropStaged(ctx, t, run, m) }); err != nil {
			return fmt.Errorf("drop staged %s of run %d: %w", m, run, err)
		}
	}
	return nil
}

// StagedTable returns the name of the complete staged table of a run's mapping, for SQL with "{s}.". The error wraps
// ErrNotFound where there is none, and ErrStagedLost where a crash of the server emptied it.
func (s *Store) StagedTable(ctx context.Context, run int64, mapping string) (string, error) {
	var table string
	var rows int64
	err := one(ctx, s, []any{&table, &rows}, "select table_name, rows from {s}.staged where run_id = $1 and mapping = $2 and written_at is not null", run, mapping)
	if err != nil {
		return "", fmt.Errorf("staged %s of run %d: %w", mapping, run, err)
	}
	var some bool
	if err := one(ctx, s, []any{&some}, "select exists (select from {s}."+quote(table)+")"); err != nil {
		return "", err
	}
	if rows > 0 && !some {
		return "", record.Advise(fmt.Errorf("staged %s of run %d: %w: the server of staging crashed since", mapping, run, ErrStagedLost), "Run migrate stage again.")
	}
	return table, nil
}

// Staged yields the records of a run's mapping in source order. The layout must have the fields the records were staged
// with; kinds give the values' kinds. Errors are those of StagedTable.
func (s *Store) Staged(ctx context.Context, run int64, layout *record.Layout, kinds []record.Kind) iter.Seq2[*StagedRow, error] {
	return s.staged(ctx, run, layout, kinds, "")
}

// StagedWhere is Staged for the records whose field is one of the texts.
func (s *Store) StagedWhere(ctx context.Context, run int64, layout *record.Layout, kinds []record.Kind, field string, texts []string) iter.Seq2[*StagedRow, error] {
	i := layout.Index(field)
	if i < 0 {
		return func(yield func(*StagedRow, error) bool) {
			yield(nil, fmt.Errorf("mapping %s has no field %s", layout.Mapping, field))
		}
	}
	return s.staged(ctx, run, layout, kinds, " where "+quote(safeNames(layout.Fields, stagedColumns)[i])+" = any($1::text[])", texts)
}

// StagedAt is Staged for the records of the given places, by Seq.
func (s *Store) StagedAt(ctx context.Context, run int64, layout *record.Layout, kinds []record.Kind, seqs []int64) iter.Seq2[*StagedRow, error] {
	return s.staged(ctx, run, layout, kinds, " where x_seq = any($1::bigint[])", seqs)
}

// IndexStaged makes StagedWhere by a field fast: without it every call reads the whole table.
func (s *Store) IndexStaged(ctx context.Context, run int64, layout *record.Layout, field string) error {
	i := layout.Index(field)
	if i < 0 {
		return fmt.Errorf("mapping %s has no field %s", layout.Mapping, field)
	}
	table, err := s.StagedTable(ctx, run, layout.Mapping)
	if err != nil {
		return err
	}
	// By hash: a reference may be longer than a b-tree takes.
	_, err = s.Exec(ctx, "create index on {s}."+quote(table)+" using hash ("+quote(safeNames(layout.Fields, stagedColumns)[i])+")")
	return err
}

func (s *Store) staged(ctx context.Context, run int64, layout *record.Layout, kinds []record.Kind, where string, args ...any) iter.Seq2[*StagedRow, error] {
	return func(yield func(*StagedRow, error) bool) {
		table, err := s.StagedTable(ctx, run, layout.Mapping)
		if err != nil {
			yield(nil, err)
			return
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		r, err := s.pool.Query(ctx, s.place("select x_id, x_table, x_row, x_line, x_offset, x_seq, x_digest"+readable(layout, kinds)+" from {s}."+quote(table)+where+" order by x_seq"), args...)
		if err != nil {
			yield(nil, fmt.Errorf("read staged %s: %w", layout.Mapping, explain(err)))
			return
		}
		defer r.Close()
		for r.Next() {
			row, err := stagedRow(layout, kinds, r.RawValues())
			if err != nil {
				yield(nil, fmt.Errorf("read staged %s: %w", layout.Mapping, err))
				return
			}
			if !yield(row, nil) {
				cancel()
				return
			}
		}
		if err := r.Err(); err != nil {
			yield(nil, fmt.Errorf("read staged %s: %w", layout.Mapping, explain(err)))
		}
	}
}

// readable selects each field in the canonical text of its kind, whatever the server's DateStyle.
func readable(layout *record.Layout, kinds []record.Kind) string {
	var sql strings.Builder
	for i, name := range safeNames(layout.Fields, stagedColumns) {
		column := quote(name)
		switch kinds[i] {
		case record.Boolean:
			column = "case when " + column + " then 'true' when not " + column + " then 'false' end"
		case record.Date:
			column = "to_char(" + column + ", 'YYYY-MM-DD')"
		case record.DateTime:
			column = "to_char(" + column + ", 'YYYY-MM-DD HH24:MI:SS')"
		}
		sql.WriteString(", " + column)
	}
	return sql.String()
}

func stagedRow(layout *record.Layout, kinds []record.Kind, raw [][]byte) (*StagedRow, error) {
	row := &StagedRow{Record: record.Record{Layout: layout, ID: string(raw[0]), Table: string(raw[1]), Values: make([]record.Value, len(kinds))}}
	for i, to := range []*int64{&row.Pos.Row, &row.Pos.Line, &row.Pos.Offset, &row.Seq} {
		n, err := strconv.ParseInt(string(raw[2+i]), 10, 64)
		if err != nil {
			return nil, err
		}
		*to = n
	}
	if _, err := hex.Decode(row.Digest[:], []byte(strings.TrimPrefix(string(raw[6]), `\x`))); err != nil {
		return nil, err
	}
	for i, v := range raw[7:] {
		if v == nil {
			continue
		}
		text := string(v)
		if kinds[i] == record.Number {
			d, err := record.ParseDecimal(text)
			if err != nil {
				return nil, err
			}
			text = d.String()
		}
		row.Values[i] = record.NewValue(kinds[i], text)
	}
	return row, nil
}
