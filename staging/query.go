package staging

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Queryer runs SQL for the steps. "{s}." in the SQL becomes the project's schema. Arguments are $1, $2, ...: strings,
// integers, booleans, time.Time, []byte, slices of strings and integers, or nil. Results are scanned into pointers to the
// same, and to pointers for columns that may be null; numeric is read with ::text.
type Queryer interface {
	// Exec runs one statement, or several without arguments, and returns how many rows the last one touched.
	Exec(ctx context.Context, sql string, args ...any) (int64, error)
	// Query runs one statement. The rows must be closed before the same transaction runs another.
	Query(ctx context.Context, sql string, args ...any) (Rows, error)
}

// Rows walks a result. Close may be called at any time and twice.
type Rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close()
}

var (
	_ Queryer = (*Store)(nil)
	_ Queryer = tx{}
)

// Exec implements Queryer, outside of a transaction.
func (s *Store) Exec(ctx context.Context, sql string, args ...any) (int64, error) {
	tag, err := s.pool.Exec(ctx, s.place(sql), args...)
	return tag.RowsAffected(), explain(err)
}

// Query implements Queryer, outside of a transaction.
func (s *Store) Query(ctx context.Context, sql string, args ...any) (Rows, error) {
	r, err := s.pool.Query(ctx, s.place(sql), args...)
	if err != nil {
		return nil, explain(err)
	}
	return rows{r}, nil
}

// InTx runs do in one transaction (read committed), which is rolled back when do returns an error or panics.
func (s *Store) InTx(ctx context.Context, do func(Queryer) error) error {
	return s.inTx(ctx, func(t tx) error { return do(t) })
}

func (s *Store) inTx(ctx context.Context, do func(tx) error) error {
	return explain(s.rawTx(ctx, do))
}

// rawTx is inTx for those who look at PostgreSQL's error codes themselves.
func (s *Store) rawTx(ctx context.Context, do func(tx) error) error {
	return pgx.BeginFunc(ctx, s.pool, func(t pgx.Tx) error { return do(tx{t, s}) })
}

// place puts the project's schemas into a statement.
func (s *Store) place(sql string) string {
	if !strings.Contains(sql, "{") {
		return sql
	}
	return strings.NewReplacer("{s}.", quote(s.Schema())+".", "{landed}.", quote(s.LandedSchema())+".",
		"{staged}.", quote(s.StagedSchema())+".", "{bi}.", quote(s.ViewSchema())+".").Replace(sql)
}

// tx is a transaction.
type tx struct {
	pgx.Tx
	store *Store
}

func (t tx) Exec(ctx context.Context, sql string, args ...any) (int64, error) {
	tag, err := t.Tx.Exec(ctx, t.store.place(sql), args...)
	return tag.RowsAffected(), explain(err)
}

func (t tx) Query(ctx context.Context, sql string, args ...any) (Rows, error) {
	r, err := t.Tx.Query(ctx, t.store.place(sql), args...)
	if err != nil {
		return nil, explain(err)
	}
	return rows{r}, nil
}

func (t tx) conn() *pgconn.PgConn { return t.Conn().PgConn() }

type rows struct{ pgx.Rows }

func (r rows) Err() error { return explain(r.Rows.Err()) }

func (r rows) Scan(dest ...any) error { return explain(r.Rows.Scan(dest...)) }

// collect reads a whole result, a row at a time.
func collect[T any](r Rows, err error, scan func(Rows, *T) error) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var out []T
	for r.Next() {
		var v T
		if err := scan(r, &v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, r.Err()
}

// one reads the single row of a result; the error is ErrNotFound where there is none.
func one(ctx context.Context, q Queryer, dest []any, sql string, args ...any) error {
	r, err := q.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	defer r.Close()
	if !r.Next() {
		if err := r.Err(); err != nil {
			return err
		}
		return ErrNotFound
	}
	if err := r.Scan(dest...); err != nil {
		return fmt.Errorf("read a row: %w", err)
	}
	return nil
}

// number reads a single integer.
func number(ctx context.Context, q Queryer, sql string, args ...any) (int64, error) {
	var n int64
	err := one(ctx, q, []any{&n}, sql, args...)
	return n, err
}
