package staging_test

import (
	"context"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/staging"
	"github.com/odoo-migrate/odoo-migrate/staging/stagingtest"
)

// viewNames are the views for dashboards.
var viewNames = []string{"controls", "differences", "differences_by_field", "findings_by_owner", "findings_by_rule", "outcome_counts", "progress", "progress_by_mapping",
	"row_counts", "snapshots", "staged_counts"}

// Every view says in a comment what it is, is documented, and works in a project in which nothing has happened.
func TestViewsForDashboards(t *testing.T) {
	s := stagingtest.Open(t)
	names := texts(t, s, "select c.relname || '|' || coalesce(obj_description(c.oid), '') from pg_class c where relnamespace = $1::regnamespace order by c.relname collate \"C\"", s.ViewSchema())
	formats := string(must[[]byte](t)(os.ReadFile("../docs/FORMATS.md")))
	var have []string
	for _, n := range names {
		name, comment, _ := strings.Cut(n, "|")
		have = append(have, name)
		if comment == "" || !strings.Contains(formats, "| `"+name+"` |") {
			t.Errorf("%s has the comment %q, and docs/FORMATS.md must list it", name, comment)
		}
		if rows := texts(t, s, "select v::text from {bi}."+name+" v"); len(rows) != 0 {
			t.Errorf("%s of an empty project: %q", name, rows)
		}
	}
	if !slices.Equal(have, viewNames) {
		t.Errorf("views %q", have)
	}
}

// What the views count is what happened, and none shows a value of the data.
func TestWhatViewsShow(t *testing.T) {
	s := stagingtest.Open(t)
	r := personal(t, s)
	check(t, s.AddFindings(t.Context(), r.ID, []record.Finding{{Severity: record.Warning, Rule: "y", Message: secretName, Mapping: "partners", Table: "customers", Rows: 4}}))
	exec(t, s, "update {s}.findings set owner = 'accounting' where rule = 'y'")
	// Summaries of other shapes are no reason to fail.
	for _, odd := range []any{nil, map[string]any{"rows": 3}, []int{1}, "text", map[string]any{"result": map[string]any{"mappings": []any{map[string]any{"mapping": "m2", "compared": 1}}}}} {
		other := must[run.Run](t)(s.StartRun(t.Context(), run.Run{Kind: "verify"}))
		check(t, s.FinishRun(t.Context(), other.ID, run.Done, odd))
	}
	for sql, want := range map[string]string{
		"select owner || ' ' || rule || ' ' || findings || ' ' || rows from {bi}.findings_by_owner order by 1":                                   "accounting y 1 4 | nobody x 1 1",
		"select source || ' ' || rows || ' ' || quarantined || ' ' || newest from {bi}.snapshots":                                                "customers 2 1 true",
		"select mapping || ' ' || read || ' ' || used || ' ' || rejected || ' ' || records from {bi}.row_counts":                                 "partners 3 1 2 1",
		"select mapping || ' ' || records || ' ' || left_out from {bi}.staged_counts":                                                            "partners 1 1",
		"select mapping || ' ' || batches_settled || ' ' || batches_open || ' ' || records_settled from {bi}.progress_by_mapping":                "partners 1 0 1",
		"select class || ' ' || records from {bi}.outcome_counts":                                                                                "updated 1",
		"select mapping || ' ' || compared || coalesce(' ' || equal || ' ' || differs || ' ' || missing, '') from {bi}.differences order by run": "partners 5 4 1 0 | m2 1",
		"select mapping || ' ' || field || ' ' || differences from {bi}.differences_by_field":                                                    "partners name 1",
		"select control || ' ' || equal || ' ' || source from {bi}.controls":                                                                     "customers true 12.50",
		"select kind || ' ' || state from {bi}.progress where run = 1":                                                                           "cutover done",
	} {
		if got := text(t, s, sql); got != want {
			t.Errorf("%s\n got %s\nwant %s", sql, got, want)
		}
	}
	for _, name := range viewNames {
		if shown := text(t, s, "select v::text from {bi}."+name+" v"); strings.Contains(shown, secretName) {
			t.Errorf("%s shows a value: %s", name, shown)
		}
	}
}

var sqlBlock = regexp.MustCompile("(?s)```sql\n(.*?)```")

// documented are the statements of docs/OPERATIONS.md, put to a test's project and roles.
func documented(t *testing.T, project, database string) []string {
	t.Helper()
	page := string(must[[]byte](t)(os.ReadFile("../docs/OPERATIONS.md")))
	blocks := sqlBlock.FindAllStringSubmatch(page, -1)
	if len(blocks) != 2 {
		t.Fatalf("%d blocks of SQL in docs/OPERATIONS.md", len(blocks))
	}
	var out []string
	for _, b := range blocks {
		out = append(out, strings.NewReplacer("ardent", project, "database staging", `database "`+database+`"`, "change me", "secret").Replace(b[1]))
	}
	return out
}

// The rights that docs/OPERATIONS.md gives are enough for everything the program does with staging, and no more than needed:
// no other project, nothing of the server. Who reads dashboards reads the views and no row.
func TestDocumentedRoles(t *testing.T) {
	admin := stagingtest.Open(t)
	landCSV(t, admin, "customers", "name\nAnna\n")
	project := stagingtest.Project()
	owner, reader := "migrate_"+project, project+"_bi"
	for _, block := range documented(t, project, text(t, admin, "select current_database()")) {
		exec(t, admin, block)
	}
	t.Cleanup(func() {
		for _, role := range []string{reader, owner} {
			if _, err := admin.Exec(context.Background(), "drop owned by "+role+" cascade; drop role "+role); err != nil {
				t.Error(err)
			}
		}
	})
	as := func(role string) string {
		return with(t, stagingtest.DSN(t), func(u *url.URL) { u.User = url.UserPassword(role, "secret") })
	}
	ctx := t.Context()
	s := must[*staging.Store](t)(staging.Open(ctx, staging.Options{DSN: as(owner), Project: project}))
	defer s.Close()
	personal(t, s)
	landCSV(t, s, "customers", "no,name\n1,Anna\n")
	token, _, err := s.AcquireLease(ctx, "run", "me", 1e10)
	check(t, err)
	check(t, s.ReleaseLease(ctx, "run", token))
	must[*staging.Inspection](t)(s.Inspect(ctx, staging.Keep{}))
	must[staging.Vacuumed](t)(s.Vacuum(ctx, staging.Keep{Snapshots: 1}, true))
	must[staging.Purge](t)(s.Purge(ctx, true, false, "me"))
	refused(t, as(owner), "select * from "+admin.Schema()+".runs", "create schema more", "create role more", "create database more", "alter system set work_mem = '1GB'",
		"copy "+s.Schema()+".runs to program 'cat'", "select * from "+admin.LandedSchema()+".customers", "select pg_read_file('/etc/hostname')")

	readViews(t, as(reader), s)
	refused(t, as(reader), "select * from "+s.Schema()+".findings", "select * from "+s.LandedSchema()+".customers", "select * from "+s.StagedSchema()+".partners",
		"create view "+s.ViewSchema()+".mine as select 1", "insert into "+s.ViewSchema()+".snapshots (source) values ('x')", "delete from "+s.ViewSchema()+".progress")
	check(t, s.Drop(ctx))
}

func readViews(t *testing.T, dsn string, s *staging.Store) {
	t.Helper()
	conn := must[*pgconn.PgConn](t)(pgconn.Connect(t.Context(), dsn))
	defer conn.Close(t.Context())
	for _, name := range viewNames {
		if err := conn.Exec(t.Context(), "select * from "+s.ViewSchema()+"."+name).Close(); err != nil {
			t.Errorf("the reader of dashboards cannot read %s: %v", name, err)
		}
	}
}

// refused fails unless the server refuses each statement for lack of a right.
func refused(t *testing.T, dsn string, statements ...string) {
	t.Helper()
	conn := must[*pgconn.PgConn](t)(pgconn.Connect(t.Context(), dsn))
	defer conn.Close(t.Context())
	for _, sql := range statements {
		err := conn.Exec(t.Context(), sql).Close()
		if err == nil || !strings.Contains(err.Error(), "42501") && !strings.Contains(err.Error(), "55000") {
			t.Errorf("%s: %v", sql, err)
		}
	}
}
