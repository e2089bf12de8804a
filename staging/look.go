package staging

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// Look runs one query that a person wrote: in a transaction that cannot write, for as long as most, over landed.* and
// staged.* (ControlSQL). It returns the names of the query's columns. Errors wrap ErrWrites and ErrSlow.
func (s *Store) Look(ctx context.Context, sql string, args []any, most time.Duration, row func(scan func(...any) error) error) ([]string, error) {
	var columns []string
	err := pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(t pgx.Tx) error {
		if _, err := t.Exec(ctx, "set local statement_timeout = "+strconv.FormatInt(max(most.Milliseconds(), 1), 10)); err != nil {
			return err
		}
		// With Query, unlike Exec, the server takes a single statement only.
		r, err := t.Query(ctx, s.ControlSQL(sql), args...)
		if err != nil {
			return err
		}
		defer r.Close()
		for r.Next() {
			if err := row(r.Scan); err != nil {
				return err
			}
		}
		for _, f := range r.FieldDescriptions() { // the protocol may tell them with the first row only
			columns = append(columns, f.Name)
		}
		return r.Err()
	})
	return columns, looked(err, most)
}

// looked tells a person what is wrong with a query.
func looked(err error, most time.Duration) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return explain(err)
	}
	switch pg.Code {
	case "25006":
		return record.Advise(fmt.Errorf("%w: %s", ErrWrites, pg.Message), "Leave out what writes.")
	case "57014":
		return record.Advise(fmt.Errorf("%w: it was stopped after %s", ErrSlow, most), "Make it cheaper: group before joining, compare keys by = rather than by expressions.")
	}
	return explain(err)
}
