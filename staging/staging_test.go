package staging_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/staging"
	"github.com/odoo-migrate/odoo-migrate/staging/stagingtest"
)

func TestMain(m *testing.M) { stagingtest.Main(m) }

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// texts reads the first column of a query as text.
func texts(t *testing.T, q staging.Queryer, sql string, args ...any) []string {
	t.Helper()
	r, err := q.Query(t.Context(), sql, args...)
	check(t, err)
	defer r.Close()
	var out []string
	for r.Next() {
		var v *string
		check(t, r.Scan(&v))
		if v == nil {
			out = append(out, "<null>")
		} else {
			out = append(out, *v)
		}
	}
	check(t, r.Err())
	return out
}

func text(t *testing.T, q staging.Queryer, sql string, args ...any) string {
	t.Helper()
	return strings.Join(texts(t, q, sql, args...), " | ")
}

func exec(t *testing.T, q staging.Queryer, sql string, args ...any) {
	t.Helper()
	if _, err := q.Exec(t.Context(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func gather[T any](t *testing.T, seq iter.Seq2[T, error]) []T {
	t.Helper()
	var out []T
	for v, err := range seq {
		check(t, err)
		out = append(out, v)
	}
	return out
}

// advised fails unless err wraps want and carries a remedy that contains remedy.
func advised(t *testing.T, err, want error, remedy string) {
	t.Helper()
	var a *record.Advice
	if !errors.Is(err, want) || !errors.As(err, &a) || !strings.Contains(a.Remedy, remedy) {
		t.Errorf("error %v (remedy %q), want one that wraps %q with a remedy about %q", err, remedyOf(err), want, remedy)
	}
	if err != nil && strings.Contains(err.Error(), "\n") {
		t.Errorf("error of several lines: %q", err)
	}
}

func remedyOf(err error) string {
	var a *record.Advice
	if errors.As(err, &a) {
		return a.Remedy
	}
	return ""
}

// with changes a connection string.
func with(t *testing.T, dsn string, change func(*url.URL)) string {
	t.Helper()
	u, err := url.Parse(dsn)
	check(t, err)
	change(u)
	return u.String()
}

func TestOpenExplainsItself(t *testing.T) {
	dsn := stagingtest.DSN(t)
	open := func(dsn, project string) error {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		s, err := staging.Open(ctx, staging.Options{DSN: dsn, Project: project})
		if err == nil {
			_ = s.Close()
		}
		return err
	}
	advised(t, open("postgres://me:geheim@127.0.0.1:9/db", "p"), staging.ErrUnavailable, "Start the server")
	advised(t, open(with(t, dsn, func(u *url.URL) { u.Path = "/nowhere" }), "p"), staging.ErrNoDatabase, "createdb nowhere")
	advised(t, open(with(t, dsn, func(u *url.URL) { u.User = url.UserPassword("nobody_here", "geheim") }), "p"), staging.ErrPassword, "user and password")
	for _, bad := range []string{"", "Big", "1a", "a-b", strings.Repeat("a", 49), "a;drop"} {
		if err := open(dsn, bad); err == nil || !strings.Contains(remedyOf(err), "project:") {
			t.Errorf("project %q: %v", bad, err)
		}
	}
	if err := open("postgres://me:geheim@[broken", "p"); err == nil || strings.Contains(err.Error(), "geheim") {
		t.Errorf("broken connection string: %v", err)
	}
}

// A user who may use the database but not create schemas is told so; when an administrator made the schemas, it works.
func TestOpenWithFewRights(t *testing.T) {
	admin := stagingtest.Open(t)
	role := stagingtest.Project()
	exec(t, admin, "create role "+role+" login password 'secret'")
	project := stagingtest.Project()
	t.Cleanup(func() {
		_, err := admin.Exec(context.Background(), "drop owned by "+role+" cascade; drop role "+role)
		if err != nil {
			t.Error(err)
		}
	})
	dsn := with(t, stagingtest.DSN(t), func(u *url.URL) { u.User = url.UserPassword(role, "secret") })
	_, err := staging.Open(t.Context(), staging.Options{DSN: dsn, Project: project})
	advised(t, err, staging.ErrRights, "grant create on database")
	for _, suffix := range []string{"", "_landed", "_staged", "_bi"} {
		exec(t, admin, "create schema mig_"+project+suffix+" authorization "+role)
	}
	s := must[*staging.Store](t)(staging.Open(t.Context(), staging.Options{DSN: dsn, Project: project}))
	check(t, s.Event(t.Context(), 0, "hello", nil))
	check(t, s.Close())
}

func TestNewerSchemaIsRefused(t *testing.T) {
	s := stagingtest.Open(t)
	exec(t, s, "insert into {s}.schema_version (version_id, is_applied) values (99999, true)")
	_, err := staging.Open(t.Context(), staging.Options{DSN: stagingtest.DSN(t), Project: strings.TrimPrefix(s.Schema(), "mig_")})
	advised(t, err, staging.ErrSchemaNewer, "newer version")
}

// Four processes open a new project at once: one creates it, all can use it.
func TestOpenAtOnce(t *testing.T) {
	project := stagingtest.Project()
	dsn := stagingtest.DSN(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			s, err := staging.Open(t.Context(), staging.Options{DSN: dsn, Project: project})
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Event(t.Context(), 0, "opened", nil); err != nil {
				t.Error(err)
			}
			_ = s.Close()
		})
	}
	wg.Wait()
	s := must[*staging.Store](t)(staging.Open(t.Context(), staging.Options{DSN: dsn, Project: project}))
	check(t, s.CheckEvents(t.Context()))
	if n := len(must[[]staging.Event](t)(s.Events(t.Context(), 0))); n != 4 {
		t.Errorf("%d events", n)
	}
	check(t, s.Drop(t.Context()))
	check(t, s.Close())
}

func TestTwoProjectsInOneDatabase(t *testing.T) {
	a, b := stagingtest.Open(t), stagingtest.Open(t)
	landCSV(t, a, "customers", "name\nAnna\n")
	landCSV(t, b, "customers", "name\nBert\n")
	if got := text(t, a, "select name from {landed}.customers"); got != "Anna" {
		t.Errorf("project a has %q", got)
	}
	check(t, a.Drop(t.Context()))
	if got := text(t, b, b.ControlSQL("select name from landed.customers")); got != "Bert" {
		t.Errorf("project b has %q after a was dropped", got)
	}
}

func TestInTxRollsBack(t *testing.T) {
	s := stagingtest.Open(t)
	boom := errors.New("boom")
	err := s.InTx(t.Context(), func(q staging.Queryer) error {
		exec(t, q, "create table {s}.gone (n int)")
		return boom
	})
	if !errors.Is(err, boom) {
		t.Fatal(err)
	}
	if got := text(t, s, "select to_regclass($1)::text", s.Schema()+".gone"); got != "<null>" {
		t.Errorf("the table is %s", got)
	}
}

// The arguments and results that Queryer promises.
func TestQueryerTypes(t *testing.T) {
	s := stagingtest.Open(t)
	at := time.Date(2024, 2, 29, 12, 30, 0, 123456000, time.UTC)
	r, err := s.Query(t.Context(), "select $1::text, $2::bigint, $3::boolean, $4::timestamptz, $5::bytea, $6::text[], $7::bigint[], $8::text, 12.50::numeric::text",
		"tab\there 'quote' \\ {s}. €", int64(-5), true, at, []byte{0, 255}, []string{"a,b", `"`, ""}, []int64{1, 2}, nil)
	check(t, err)
	defer r.Close()
	if !r.Next() {
		t.Fatal(r.Err())
	}
	var str, num string
	var n int64
	var yes bool
	var when time.Time
	var raw []byte
	var list []string
	var ints []int64
	var nothing *string
	check(t, r.Scan(&str, &n, &yes, &when, &raw, &list, &ints, &nothing, &num))
	got := fmt.Sprintf("%q %d %v %v %v %q %v %v %s", str, n, yes, when.Equal(at), raw, list, ints, nothing, num)
	want := `"tab\there 'quote' \\ {s}. €" -5 true true [0 255] ["a,b" "\"" ""] [1 2] <nil> 12.50`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestControlSQL(t *testing.T) {
	s := stagingtest.Open(t)
	l, g := `"`+s.LandedSchema()+`"`, `"`+s.StagedSchema()+`"`
	for in, want := range map[string]string{
		"select 1 from landed.a":                         "select 1 from " + l + ".a",
		"select Landed . x from STAGED.y":                "select " + l + " . x from " + g + ".y",
		"select landed from x.landed.y":                  "select landed from x.landed.y",
		"'landed.a' \"landed.b\" -- landed.c\nlanded.d":  "'landed.a' \"landed.b\" -- landed.c\n" + l + ".d",
		"/* landed.a /* landed.b */ landed.c */landed.d": "/* landed.a /* landed.b */ landed.c */" + l + ".d",
		"$$landed.a$$ $x$ landed.b $$ $x$ landed.c $1":   "$$landed.a$$ $x$ landed.b $$ $x$ " + l + ".c $1",
		`E'it\'s landed.a' || 'it''s landed.b' landed.c`: `E'it\'s landed.a' || 'it''s landed.b' ` + l + `.c`,
		"my_landed.a landedx.b älanded.c":                "my_landed.a landedx.b älanded.c",
		"'unclosed landed.a":                             "'unclosed landed.a",
		"":                                               "",
	} {
		if got := s.ControlSQL(in); got != want {
			t.Errorf("ControlSQL(%q)\n got %q\nwant %q", in, got, want)
		}
	}
}
