//go:build odoo

package e2e

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// everyTable are the columns that are left out of every table: putting a value back is a write too.
var everyTable = []string{"write_date", "write_uid"}

// exceptions are what a rollback may leave, and why. PostgreSQL's sequences, from which ids and the numbers of documents
// are drawn, are no tables and so no part of a fingerprint: numbers that were drawn are gone, as after any transaction.
var exceptions = []struct{ table, columns, where, why string }{
	{table: "res_users_log", where: "false", why: "Odoo's own list of logins"},
	{table: "orm_signaling_%", where: "false", why: "Odoo's own counters, by which its processes tell each other to drop caches"},
	{table: "ir_config_parameter", where: "key not like 'migrate.epoch.%'", why: "the mark that binds the database to the ledger stays: the ledger still speaks of it"},
}

// content is a table's content: its rows and a digest over all of them.
type content struct {
	rows   int64
	digest string
}

// fingerprint is the content of the whole database, table by table: every row of every table and not only those we write.
type fingerprint struct {
	taken  time.Time
	tables map[string]content
}

func (s *server) fingerprint(t *testing.T) fingerprint {
	t.Helper()
	out := fingerprint{tables: map[string]content{}}
	tx, err := s.sql.BeginTx(t.Context(), pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(t.Context()) }() // it only read
	if err := tx.QueryRow(t.Context(), "select now() at time zone 'utc'").Scan(&out.taken); err != nil {
		t.Fatal(err)
	}
	for _, table := range s.column(t, "select table_name::text from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1") {
		columns, where := everyTable, "true"
		for _, e := range exceptions {
			if stem, family := strings.CutSuffix(e.table, "%"); table != e.table && (!family || !strings.HasPrefix(table, stem)) {
				continue
			}
			columns = append(slices.Clone(columns), strings.Fields(e.columns)...)
			if e.where != "" {
				where = e.where
			}
		}
		var p content
		sql := fmt.Sprintf(`select count(*), coalesce(md5(string_agg(h, '' order by h)), '') from (select md5((to_jsonb(t) - $1::text[])::text) h from %s t where %s) x`,
			pgx.Identifier{table}.Sanitize(), where)
		if err := tx.QueryRow(t.Context(), sql, columns).Scan(&p.rows, &p.digest); err != nil {
			t.Fatalf("fingerprint of %s: %v", table, err)
		}
		out.tables[table] = p
	}
	return out
}

// sameAs compares with an earlier fingerprint of the database and shows rows that were written since.
func (s *server) sameAs(t *testing.T, when string, before fingerprint) {
	t.Helper()
	now := s.fingerprint(t)
	if len(now.tables) < 100 || !slices.Equal(slices.Sorted(maps.Keys(now.tables)), slices.Sorted(maps.Keys(before.tables))) {
		t.Errorf("%s: the database has %d tables, it had %d", when, len(now.tables), len(before.tables))
	}
	for _, table := range slices.Sorted(maps.Keys(now.tables)) {
		was, is := before.tables[table], now.tables[table]
		if was == is {
			continue
		}
		t.Errorf("%s: %s has %d rows and is not what it was with %d%s", when, table, is.rows, was.rows, s.writtenSince(t, table, before.taken))
	}
}

// writtenSince shows some rows of a table that were written after a time; of a table that does not say it, the last ones.
func (s *server) writtenSince(t *testing.T, table string, since time.Time) string {
	t.Helper()
	name := pgx.Identifier{table}.Sanitize()
	dated := s.value(t, "select count(*) from information_schema.columns where table_schema = 'public' and table_name = $1 and column_name = 'write_date'", table)
	sql, args := "select left(to_jsonb(t)::text, 600) from "+name+" t order by ctid desc limit 3", []any{}
	if dated == "1" {
		sql, args = "select left(to_jsonb(t)::text, 600) from "+name+" t where write_date >= $1 or create_date >= $1 order by write_date limit 5", []any{since}
	}
	var out strings.Builder
	for _, row := range s.column(t, sql, args...) {
		out.WriteString("\n\t" + row)
	}
	return out.String()
}
