package staging

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// Reading is rows of several snapshots as one table: united, completed with columns of others, and brought together.
type Reading struct {
	Members []Member
	Joins   []Joining
	GroupBy []string // rows with the same texts come one after another, in the order of the first of each group
	Columns []string // wanted: of the members by name, of a join as "as.column"; SourceColumn is the member's name
	// Mark names the column that says which row a join found: "row line many", or absent.
	Mark func(as string) string
}

// SourceColumn is the column of a union that names the source of a row.
const SourceColumn = "_source"

// Member is a snapshot whose rows are read.
type Member struct {
	Snapshot
	Nulls   []string          // texts that mean null
	Columns map[string]string // names that are not the snapshot's own -> its column, "" where it has none
}

// Joining adds columns of the rows of a snapshot whose keys are equal. A key that is null is equal to none.
type Joining struct {
	Snapshot
	Nulls []string
	As    string
	On    [][2]string // column of the rows so far, column of the snapshot
	Each  bool        // every row that fits; else the first
}

// Read yields the rows of a reading in batches like those of Landed: in the order of the first member's rows, then the
// next's, as corrections leave them. A batch holds rows of one member and has its name. Positions are those of the
// members' rows. Null texts are empty cells.
func (s *Store) Read(ctx context.Context, r Reading) iter.Seq2[*record.Batch, error] {
	return func(yield func(*record.Batch, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		q, err := s.reading(ctx, r)
		if err != nil {
			yield(nil, fmt.Errorf("read %s: %w", r.name(), err))
			return
		}
		rows, err := s.pool.Query(ctx, s.place(q.rows()), q.args...)
		if err != nil {
			yield(nil, fmt.Errorf("read %s: %w", r.name(), explain(err)))
			return
		}
		defer rows.Close()
		b := &readBatch{r: r, columns: q.columns}
		for rows.Next() {
			done, err := b.add(rows.RawValues())
			if err != nil {
				yield(nil, fmt.Errorf("read %s: %w", r.name(), err))
				return
			}
			if done != nil && !yield(done, nil) {
				cancel()
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(nil, fmt.Errorf("read %s: %w", r.name(), explain(err)))
			return
		}
		if done := b.take(); done != nil {
			yield(done, nil)
		}
	}
}

// Unused lists the rows of join i that no row of the members found, limit of them at most, and counts all.
func (s *Store) Unused(ctx context.Context, r Reading, i, limit int) (rows []record.Pos, all int64, err error) {
	r.Joins, r.Columns, r.GroupBy = r.Joins[:i+1], nil, nil
	q, err := s.reading(ctx, r)
	if err != nil {
		return nil, 0, fmt.Errorf("read %s: %w", r.name(), err)
	}
	shown, err := s.shown(ctx, s, r.Joins[i].Snapshot)
	if err != nil {
		return nil, 0, err
	}
	sql := fmt.Sprintf("with used as (select distinct j%d.row_no from %s) select s.row_no, s.line, s.byte_offset, count(*) over () from (select * from %s) s "+
		"where not exists (select from used u where u.row_no = s.row_no) order by s.row_no limit %d", i, q.from, shown, limit)
	found, err := s.Query(ctx, sql, q.args...)
	rows, err = collect(found, err, func(r Rows, p *record.Pos) error { return r.Scan(&p.Row, &p.Line, &p.Offset, &all) })
	return rows, all, err
}

func (r Reading) name() string {
	names := make([]string, len(r.Members))
	for i, m := range r.Members {
		names[i] = m.Source
	}
	return strings.Join(names, ", ")
}

// readQuery is the SQL of a reading. The columns of the relation from are called by number: b0, b1, ... in b, c0, c1, ...
// in j0, j1, ...
type readQuery struct {
	s       *Store
	r       Reading
	args    []any
	base    []string          // columns of the members that are needed
	joined  [][]string        // by join: its columns that are needed
	places  map[string]string // column -> its SQL
	from    string
	columns []string // of the batches: those wanted and the marks
}

func (s *Store) reading(ctx context.Context, r Reading) (*readQuery, error) {
	q := &readQuery{s: s, r: r, joined: make([][]string, len(r.Joins)), places: map[string]string{}}
	for _, name := range slices.Concat(r.Columns, r.GroupBy) {
		q.need(name)
	}
	for _, j := range r.Joins {
		for _, on := range j.On {
			q.need(on[0])
		}
	}
	from, err := q.members(ctx)
	if err != nil {
		return nil, err
	}
	for i := range r.Joins {
		join, err := q.join(ctx, i)
		if err != nil {
			return nil, err
		}
		from += join
	}
	q.from = from
	q.columns = slices.Clone(r.Columns)
	if r.Mark != nil {
		for _, j := range r.Joins {
			q.columns = append(q.columns, r.Mark(j.As))
		}
	}
	return q, nil
}

// need notes a column, and where it will stand.
func (q *readQuery) need(name string) {
	if q.places[name] != "" {
		return
	}
	if alias, column, dotted := strings.Cut(name, "."); dotted {
		for i, j := range q.r.Joins {
			if j.As == alias {
				q.places[name] = fmt.Sprintf("j%d.c%d", i, len(q.joined[i]))
				q.joined[i] = append(q.joined[i], column)
				return
			}
		}
	}
	q.places[name] = fmt.Sprintf("b.b%d", len(q.base))
	q.base = append(q.base, name)
}

// arg adds an argument and returns its mark.
func (q *readQuery) arg(v any) string {
	q.args = append(q.args, v)
	return "$" + strconv.Itoa(len(q.args))
}

func (q *readQuery) members(ctx context.Context) (string, error) {
	var parts []string
	for i, m := range q.r.Members {
		shown, err := q.s.shown(ctx, q.s, m.Snapshot)
		if err != nil {
			return "", err
		}
		nulls := q.nulls(m.Nulls)
		sql := fmt.Sprintf("select %d::bigint as member, row_no, line, byte_offset", i)
		for k, name := range q.base {
			own, renamed := m.Columns[name]
			if !renamed {
				own = name
			}
			cell := "null::text"
			switch {
			case name == SourceColumn:
				cell = q.arg(m.Source) + "::text"
			case own != "":
				if cell, err = q.cell(m.Snapshot, own, nulls); err != nil {
					return "", err
				}
			}
			sql += fmt.Sprintf(", %s as b%d", cell, k)
		}
		parts = append(parts, sql+" from "+shown)
	}
	return "(" + strings.Join(parts, " union all ") + ") b", nil
}

// nulls returns the mark of the texts that mean null; "" where there are none.
func (q *readQuery) nulls(texts []string) string {
	if len(texts) == 0 {
		return ""
	}
	return q.arg(texts) + "::text[]"
}

// cell is the SQL of a snapshot's column, where null texts are null.
func (q *readQuery) cell(snap Snapshot, column, nulls string) (string, error) {
	i := slices.Index(snap.Columns, column)
	if i < 0 {
		return "", fmt.Errorf("source %s has no column %s", snap.Source, column)
	}
	sql := "nullif(" + quote(snap.Names[i]) + ", '')"
	if i >= snap.plain {
		sql = "nullif(rest ->> " + q.arg(snap.Names[i]) + "::text, '')"
	}
	if nulls != "" {
		sql = "case when " + sql + " = any(" + nulls + ") then null else " + sql + " end"
	}
	return sql, nil
}

// join numbers the rows of each key and counts them: the first is joined, or all.
func (q *readQuery) join(ctx context.Context, i int) (string, error) {
	j := q.r.Joins[i]
	shown, err := q.s.shown(ctx, q.s, j.Snapshot)
	if err != nil {
		return "", err
	}
	nulls := q.nulls(j.Nulls)
	inner := "select row_no, line"
	for k, name := range q.joined[i] {
		cell, err := q.cell(j.Snapshot, name, nulls)
		if err != nil {
			return "", err
		}
		inner += fmt.Sprintf(", %s as c%d", cell, k)
	}
	var keys, on []string
	for k, pair := range j.On {
		cell, err := q.cell(j.Snapshot, pair[1], nulls)
		if err != nil {
			return "", err
		}
		inner += fmt.Sprintf(", %s as k%d", cell, k)
		keys = append(keys, fmt.Sprintf("k%d", k))
		on = append(on, fmt.Sprintf("j%d.k%d = %s", i, k, q.places[pair[0]]))
	}
	by := strings.Join(keys, ", ")
	sql := fmt.Sprintf(" left join (select k.*, row_number() over (partition by %s order by row_no) as place, count(*) over (partition by %s) as many from (%s from %s) k) j%d on %s",
		by, by, inner, shown, i, strings.Join(on, " and "))
	if !j.Each {
		sql += fmt.Sprintf(" and j%d.place = 1", i)
	}
	return sql, nil
}

// rows is the whole statement: member, row, line, offset, the columns, the marks.
func (q *readQuery) rows() string {
	sql := "select b.member, b.row_no, b.line, b.byte_offset"
	for _, name := range q.r.Columns {
		sql += ", " + q.places[name]
	}
	order := "b.member, b.row_no"
	for i := range q.r.Joins {
		if q.r.Mark != nil {
			sql += fmt.Sprintf(", j%d.row_no || ' ' || j%d.line || ' ' || j%d.many", i, i, i)
		}
		order += fmt.Sprintf(", j%d.row_no", i)
	}
	if len(q.r.GroupBy) > 0 {
		var keys []string
		for _, name := range q.r.GroupBy {
			keys = append(keys, q.places[name])
		}
		// Rows and members as one number: 2^44 rows of a file are more than anybody has.
		order = "min((b.member << 44) + b.row_no) over (partition by " + strings.Join(keys, ", ") + "), " + order
	}
	return sql + " from " + q.from + " order by " + order
}

// readBatch gathers the rows of one member.
type readBatch struct {
	r       Reading
	columns []string
	member  int64
	buffer  []byte
	ends    []int
	rows    []record.Row
}

// add adds a row and returns the batch that is complete before it or with it; nil where none is.
func (b *readBatch) add(values [][]byte) (*record.Batch, error) {
	var at [4]int64
	for i := range at {
		n, err := strconv.ParseInt(string(values[i]), 10, 64)
		if err != nil {
			return nil, err
		}
		at[i] = n
	}
	var done *record.Batch
	if at[0] != b.member || len(b.buffer) >= batchBytes {
		done = b.take()
	}
	b.member = at[0]
	for _, v := range values[4:] {
		b.buffer = append(b.buffer, v...)
		b.ends = append(b.ends, len(b.buffer))
	}
	b.rows = append(b.rows, record.Row{Pos: record.Pos{Row: at[1], Line: at[2], Offset: at[3]}})
	return done, nil
}

func (b *readBatch) take() *record.Batch {
	if len(b.rows) == 0 {
		return nil
	}
	text := string(b.buffer)
	cells := make([]string, len(b.ends))
	start := 0
	for i, end := range b.ends {
		cells[i] = text[start:end]
		start = end
	}
	width := len(b.columns)
	for i := range b.rows {
		b.rows[i].Cells = cells[i*width : (i+1)*width : (i+1)*width]
	}
	out := &record.Batch{Table: b.r.Members[b.member].Source, Columns: b.columns, Rows: b.rows}
	b.buffer, b.ends, b.rows = b.buffer[:0], b.ends[:0], nil
	return out
}
