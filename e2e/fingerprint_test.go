//go:build odoo

package e2e

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// everyTable are the columns that are left out of every table: putting a value back is a write too.
var everyTable = []string{"write_date", "write_uid"}

// exception is what a rollback may leave, and why.
type exception struct {
	table string // "%" at its end stands for anything
	where string // the rows that are compared
	why   string
}

// exceptions hold for every rollback. PostgreSQL's sequences, from which ids and the numbers of documents are drawn, are
// no tables and so no part of a fingerprint: a number that was drawn is gone, as after any transaction.
var exceptions = []exception{
	{"ir_config_parameter", "key not like 'migrate.epoch.%'", "the mark that binds the database to the ledger stays: the ledger still speaks of it"},
	{"res_users_log", "false", "Odoo's own list of logins"},
	{"orm_signaling_%", "false", "Odoo's own counters, by which its processes tell each other to drop caches"},
}

// fingerprint is the content of the whole database, every row of every table and not only those we write: by table, how
// often each digest of a row is there.
type fingerprint struct {
	except []exception
	rows   map[string]map[string]int
}

func (s *server) fingerprint(t *testing.T, more ...exception) fingerprint {
	t.Helper()
	out := fingerprint{append(slices.Clone(exceptions), more...), map[string]map[string]int{}}
	tx, err := s.sql.BeginTx(t.Context(), pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(t.Context()) }() // it only read
	for _, table := range s.column(t, "select table_name::text from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1") {
		out.rows[table] = map[string]int{}
		for _, digest := range s.column(t, "select "+rowDigest+out.from(table), everyTable) {
			out.rows[table][digest]++
		}
	}
	return out
}

const rowDigest = "md5((to_jsonb(t) - $1::text[])::text)"

// from names the rows of a table that are compared.
func (f fingerprint) from(table string) string {
	where := []string{"true"}
	for _, e := range f.except {
		if stem, family := strings.CutSuffix(e.table, "%"); table == e.table || family && strings.HasPrefix(table, stem) {
			where = append(where, "("+e.where+")")
		}
	}
	return " from " + pgx.Identifier{table}.Sanitize() + " t where " + strings.Join(where, " and ")
}

func count(rows map[string]int) (n int) {
	for _, k := range rows {
		n += k
	}
	return n
}

// sameAs compares with an earlier fingerprint of the database and shows rows that are new or changed.
func (s *server) sameAs(t *testing.T, when string, before fingerprint) {
	t.Helper()
	now := s.fingerprint(t, before.except[len(exceptions):]...)
	if tables := slices.Sorted(maps.Keys(now.rows)); len(tables) < 100 || !slices.Equal(tables, slices.Sorted(maps.Keys(before.rows))) {
		t.Errorf("%s: the database has %d tables, it had %d", when, len(now.rows), len(before.rows))
	}
	for _, table := range slices.Sorted(maps.Keys(now.rows)) {
		was, is := before.rows[table], now.rows[table]
		if maps.Equal(was, is) {
			continue
		}
		var fresh []string
		for digest := range is {
			if was[digest] == 0 {
				fresh = append(fresh, digest)
			}
		}
		var out strings.Builder
		for _, row := range s.column(t, "select left(to_jsonb(t)::text, 900)"+now.from(table)+" and "+rowDigest+" = any($2) order by ctid limit 3", everyTable, fresh) {
			out.WriteString("\n\t" + row)
		}
		t.Errorf("%s: %s has %d rows, it had %d, and %d of them are not as before%s", when, table, count(is), count(was), len(fresh), out.String())
	}
}

// among writes texts as SQL takes them after "in".
func among(texts []string) string {
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = "'" + strings.ReplaceAll(text, "'", "''") + "'"
	}
	return fmt.Sprintf("(%s)", strings.Join(out, ", "))
}
