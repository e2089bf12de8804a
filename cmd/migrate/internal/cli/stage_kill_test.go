//go:build unix

package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/cli"
	"github.com/odoo-migrate/odoo-migrate/staging"
	"github.com/odoo-migrate/odoo-migrate/staging/stagingtest"
)

// seedVariable replays the moments of TestKilledStage.
const seedVariable = "MIGRATE_TEST_SEED"

// stagePhase is a part of a dry run, told by the statement it begins with.
type stagePhase struct {
	name  string
	begin string
	kills int
}

var stagePhases = []stagePhase{
	{"opening", "", 4},
	{"landing", `create table "SCHEMA"."land_`, 5},
	{"mapping", `insert into "SCHEMA".staged (`, 5},
	{"validation", "first_row::text", 5},
	{"plan", "select x_digest", 5},
}

// TestKilledStage kills the program's dry run (SIGKILL) at 24 moments, drawn from all its phases, and runs it again: plan,
// rows, findings and tables are those of a dry run that nobody disturbed.
func TestKilledStage(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if given := os.Getenv(seedVariable); given != "" {
		var err error
		if seed, err = strconv.ParseUint(given, 10, 64); err != nil {
			t.Fatalf("%s: %v", seedVariable, err)
		}
	}
	t.Logf("%s=%d replays it", seedVariable, seed)
	draw := rand.New(rand.NewPCG(seed, 0))

	s := newShop(t)
	wire, err := stagingtest.OpenWire(t.Cleanup, s.dsn, false)
	if err != nil {
		t.Fatal(err)
	}
	want, begins := s.calmStage(t, wire)
	for i, phase := range stagePhases {
		for range phase.kills {
			moment := begins[i] + draw.Int64N(begins[i+1]-begins[i])
			t.Run(fmt.Sprintf("%s, message %d", phase.name, moment), func(t *testing.T) {
				s.forget(t)
				s.killStage(t, wire, moment)
				s.expireLease(t)
				if got := s.left(t); !reflect.DeepEqual(got, want) {
					t.Errorf("%+v\nundisturbed: %+v", got, want)
				}
			})
		}
	}
}

// stageLeft is what a dry run leaves that must not depend on one that was killed before.
type stageLeft struct {
	plan    string
	printed map[string]any // the result, but for the number of the run
	landed  map[string]string
	tables  map[string]int // landed and staged tables, whether or not anything knows them
	known   map[string]int // complete snapshots and staged mappings
}

// left runs the dry run and gathers what it leaves.
func (s *shop) left(t *testing.T) stageLeft {
	t.Helper()
	r := s.must(t, cli.Done, "stage", "--format", "json")
	l := stageLeft{plan: mustRead(t, s.dir, ".migrate", "plan.json"), printed: map[string]any{}, landed: map[string]string{}, tables: map[string]int{}, known: map[string]int{}}
	if err := json.Unmarshal([]byte(r.stdout), &l.printed); err != nil {
		t.Fatal(err)
	}
	delete(l.printed, "run")
	store := s.store(t)
	for _, v := range pairs(t, store, "select land_table, source || ' ' || sha256 || ' ' || rows || ' ' || quarantined from {s}.snapshots") {
		for _, digest := range pairs(t, store, "select encode(sha256(string_agg(digest, '' order by row_no)), 'hex'), '' from {s}."+v[0]) {
			l.landed[v[1]] = digest[0]
		}
		l.known["land"]++
	}
	for _, v := range pairs(t, store, "select mapping, table_name from {s}.staged") {
		l.known["staged "+v[0]]++
	}
	for _, v := range pairs(t, store, "select c.relname::text, regexp_replace(c.relname, '_.*', '') from pg_class c where c.relnamespace = '"+store.Schema()+`'::regnamespace
		and c.relkind = 'r' and c.relname ~ '^(land|staged)_[0-9]'`) {
		l.tables[v[1]]++
	}
	return l
}

func pairs(t *testing.T, store *staging.Store, sql string) (out [][2]string) {
	t.Helper()
	rows, err := store.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var v [2]string
		if err := rows.Scan(&v[0], &v[1]); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// calmStage tells what an undisturbed dry run leaves, and by its messages to PostgreSQL where its phases begin and the last
// of them ends.
func (s *shop) calmStage(t *testing.T, wire *stagingtest.Wire) (stageLeft, []int64) {
	t.Helper()
	var mu sync.Mutex
	begins := make([]int64, len(stagePhases)+1)
	begins[0] = 1
	wire.Tell(func(m stagingtest.Message) {
		mu.Lock()
		defer mu.Unlock()
		for i, phase := range stagePhases {
			if begins[i] == 0 && strings.Contains(m.Statement, strings.ReplaceAll(phase.begin, "SCHEMA", "mig_"+s.project)) {
				begins[i] = m.N
			}
		}
	})
	cmd := s.processThrough(t, wire.DSN, "stage")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	mu.Lock()
	defer mu.Unlock()
	begins[len(stagePhases)] = wire.Passed() * 98 / 100 // how many there are moves a little: files land side by side
	for i, n := range begins[1:] {
		if n <= begins[i] {
			t.Fatalf("phases begin at %v: their statements are others now", begins)
		}
	}
	t.Logf("phases begin at messages %v", begins)
	s.forget(t)
	return s.left(t), begins
}

// killStage kills a dry run before the given message to PostgreSQL.
func (s *shop) killStage(t *testing.T, wire *stagingtest.Wire, moment int64) {
	t.Helper()
	var talk bytes.Buffer
	cmd := s.processThrough(t, wire.DSN, "stage")
	cmd.Stderr = &talk
	killed := make(chan error, 1)
	var once sync.Once
	wire.Tell(func(m stagingtest.Message) {
		if m.N >= moment {
			once.Do(func() { killed <- cmd.Process.Kill() })
		}
	})
	defer wire.Tell(nil)
	err := cmd.Run()
	select {
	case failed := <-killed:
		if failed != nil || err == nil {
			t.Fatalf("it was not killed: %v", failed)
		}
	case <-time.After(5 * time.Second):
		t.Fatalf("it ended before message %d: %v\n%s", moment, err, talk.String())
	}
}

// forget makes the project one that nothing was ever done in.
func (s *shop) forget(t *testing.T) {
	t.Helper()
	if err := s.store(t).Drop(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(s.dir, ".migrate")); err != nil {
		t.Fatal(err)
	}
}

// expireLease ends the lease of a process that was killed, rather than waiting 20 seconds until it ends by itself. Until
// then the next run says who holds it.
func (s *shop) expireLease(t *testing.T) {
	t.Helper()
	store := s.store(t)
	held := pairs(t, store, "select owner, '' from {s}.leases where name = 'run' and expires_at > clock_timestamp()")
	if len(held) > 0 {
		r := s.must(t, cli.Failure, "stage")
		if talk := strings.Join(strings.Fields(r.stderr), " "); !strings.Contains(talk, "error: another run works on the project: "+held[0][0]+" remedy: Wait for it") {
			t.Errorf("says %s", talk)
		}
	}
	if _, err := store.Exec(t.Context(), "update {s}.leases set expires_at = clock_timestamp()"); err != nil {
		t.Fatal(err)
	}
}
