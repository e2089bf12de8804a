package staging_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/staging"
	"github.com/odoo-migrate/odoo-migrate/staging/stagingtest"
)

// released are the migrations that left the house, each with its SHA-256: somebody's database has them, so they stay as they are.
var released = map[string]string{
	"00001_foundation.sql": "a9e9164705f08ecdb1e23be08d7e80eef5f89d579d61b6cdde175e86462a1492",
}

func TestReleasedMigrationsStay(t *testing.T) {
	for file, want := range released {
		b := must[[]byte](t)(os.ReadFile(filepath.Join("migrations", file)))
		if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != want {
			t.Errorf("%s was changed after its release (now %s): write a new migration instead", file, hex.EncodeToString(sum[:]))
		}
	}
}

// Every released version's project, with a run in flight, is upgraded by opening it: nothing is lost, and the run can be taken up.
func TestUpgradeFromEveryRelease(t *testing.T) {
	files := must[[]string](t)(filepath.Glob("testdata/released/*.sql"))
	if len(files) == 0 {
		t.Fatal("no released version to upgrade from")
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".sql"), func(t *testing.T) { upgraded(t, file) })
	}
}

// restore plays a dump into a project of another name.
func restore(t *testing.T, file, project string) {
	t.Helper()
	dump := must[[]byte](t)(os.ReadFile(file))
	conn := must[*pgconn.PgConn](t)(pgconn.Connect(t.Context(), stagingtest.DSN(t)))
	defer conn.Close(t.Context())
	check(t, conn.Exec(t.Context(), string(bytes.ReplaceAll(dump, []byte("mig_released"), []byte("mig_"+project)))).Close())
}

func upgraded(t *testing.T, file string) {
	project := stagingtest.Project()
	restore(t, file, project)
	ctx := t.Context()
	s := must[*staging.Store](t)(staging.Open(ctx, staging.Options{DSN: stagingtest.DSN(t), Project: project}))
	t.Cleanup(func() { _ = s.Close() })
	check(t, s.CheckEvents(ctx))
	check(t, s.Event(ctx, 2, "cutover.resume", nil))
	check(t, s.CheckEvents(ctx))

	snaps := must[[]staging.Snapshot](t)(s.Snapshots(ctx, "customers"))
	if len(snaps) != 2 {
		t.Fatalf("%d snapshots", len(snaps))
	}
	got := rowsOf(t, s, snaps[0])
	if len(got) != 3 || got[1].Cells[1] != "Bettina" || len(must[[]staging.Quarantined](t)(s.Quarantine(ctx, snaps[0].ID))) != 1 {
		t.Errorf("landed rows %+v", got)
	}
	staged := gather(t, s.Staged(ctx, 1, layout, kinds))
	if len(staged) != 1 || staged[0].ID != "m.a" || staged[0].Digest != [32]byte{7} {
		t.Errorf("staged %+v", staged)
	}
	if f := must[[]record.Finding](t)(s.Findings(ctx, 1)); len(f) != 1 || f[0].Raw != "12,5O" {
		t.Errorf("findings %+v", f)
	}
	inFlight(t, s)
	// The file is known, and what the new schema adds works on what the old one left.
	if again := landCSV(t, s, "customers", "no,name\n1,Anna\n2,Bert\n"); !again.Reused {
		t.Error("the file was landed twice")
	}
	if n := text(t, s, "select sum(rows)::text from {bi}.findings_by_owner"); n != "1" {
		t.Errorf("the view counts %s findings", n)
	}
	must[*staging.Inspection](t)(s.Inspect(ctx, staging.Keep{}))
}

// inFlight takes the killed run up: what is unsettled is settled, what was announced is found not to have happened.
func inFlight(t *testing.T, s *staging.Store) {
	t.Helper()
	ctx := t.Context()
	target, created, err := s.EnsureTarget(ctx, run.Target{URL: "http://odoo", Database: "prod", UUID: "u-1", Epoch: "other"})
	check(t, err)
	if created || target.Epoch != "e-1" {
		t.Errorf("target %+v, created %v", target, created)
	}
	open := must[[]run.Intent](t)(s.OpenIntents(ctx, target.ID))
	if len(open) != 2 || open[0].State != run.Unsettled || open[1].Changes[0].DBID != 43 {
		t.Fatalf("open calls %+v", open)
	}
	token, _, err := s.AcquireLease(ctx, "run", "bob@h", 1e10)
	check(t, err)
	if token != 2 {
		t.Errorf("token %d", token)
	}
	check(t, s.Settle(ctx, open[0].ID, run.Settlement{State: run.Settled, Lease: "run", Token: token, Entries: []run.Entry{entry("m.b", 42)},
		Changes: []run.Change{{ExternalID: "m.b", DBID: 42, Undo: run.Erase}}}))
	check(t, s.Settle(ctx, open[1].ID, run.Settlement{State: run.IntentFailed}))
	if ids := must[map[string]int64](t)(s.DBIDs(ctx, target.ID, []string{"m.a", "m.b", "m.c"})); len(ids) != 2 || ids["m.a"] != 41 || ids["m.b"] != 42 {
		t.Errorf("ledger %v", ids)
	}
	if changes := must[[]run.Change](t)(s.Changes(ctx, 2)); len(changes) != 2 || changes[0].DBID != 42 {
		t.Errorf("changes %+v", changes)
	}
}
