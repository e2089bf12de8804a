package staging_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/staging"
	"github.com/odoo-migrate/odoo-migrate/staging/stagingtest"
)

// Whatever SQL a person writes, looking changes nothing and ends.
func TestLookOnlyReads(t *testing.T) {
	s := stagingtest.Open(t)
	_, err := s.Exec(t.Context(), "create table {s}.kept (n integer); insert into {s}.kept values (7); create sequence {s}.numbers;"+
		"create function {s}.sly() returns integer language sql as 'delete from "+s.Schema()+".kept returning n'")
	check(t, err)
	look := func(sql string) ([]string, []string, error) {
		var got []string
		columns, err := s.Look(t.Context(), sql, nil, time.Second, func(scan func(...any) error) error {
			var v string
			err := scan(&v)
			got = append(got, v)
			return err
		})
		return columns, got, err
	}
	columns, got, err := look("select n::text as key from " + s.Schema() + ".kept")
	if err != nil || !slices.Equal(columns, []string{"key"}) || !slices.Equal(got, []string{"7"}) {
		t.Fatalf("%v %v %v", columns, got, err)
	}
	if columns, _, err = look("select n::text as key from " + s.Schema() + ".kept limit 0"); err != nil || !slices.Equal(columns, []string{"key"}) {
		t.Errorf("the columns of nothing: %v %v", columns, err)
	}
	for sql, want := range map[string]error{
		"delete from " + s.Schema() + ".kept returning n::text":                                              staging.ErrWrites,
		"with gone as (delete from " + s.Schema() + ".kept returning n) select n::text from gone":            staging.ErrWrites,
		"select " + s.Schema() + ".sly()::text":                                                              staging.ErrWrites,
		"select nextval('" + s.Schema() + ".numbers')::text":                                                 staging.ErrWrites,
		"select n::text from " + s.Schema() + ".kept for update":                                             staging.ErrWrites,
		"select pg_sleep(30)::text":                                                                          staging.ErrSlow,
		"select set_config('transaction_read_only', 'off', true); delete from " + s.Schema() + ".kept":       nil,
		"select 1) x; commit; delete from " + s.Schema() + ".kept; select (1":                                nil,
		"with off as (select set_config('transaction_read_only', 'off', true) as x) select x from off":       nil,
		"select 'x' from " + s.Schema() + ".kept where {s}.nothing":                                          nil,
		"select set_config('statement_timeout', '0', true) || pg_sleep(3)::text || " + s.Schema() + ".sly()": nil,
	} {
		if _, _, err := look(sql); err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if n := text(t, s, "select string_agg(n::text, ',') from {s}.kept"); n != "7" {
		t.Errorf("the table holds %q", n)
	}
	var free string
	if free = text(t, s, "show statement_timeout") + text(t, s, "show transaction_read_only"); free != "0off" {
		t.Errorf("the next user of the connection finds %s", free)
	}
}
