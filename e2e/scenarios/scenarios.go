// Package scenarios holds scenarios that follow one construct of the mapping language all the way down to Odoo and back:
// staged, loaded, read back, changed, and taken away again. Each runs against the test double in every test run, and
// against real servers by `make test-odoo`.
package scenarios

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/gate"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Place is where a scenario runs: a database of its own, and staging.
type Place struct {
	Odoo    odoo.Config
	DSN     string // of staging
	Project string // name, unlike any other in that staging
}

// Scenarios are all of them, by name.
var Scenarios = map[string]func(*testing.T, Place){
	"translations": translations,
	"files":        files,
	"companies":    companies,
	"taken apart":  takenApart,
	"lines":        translatedLines,
	"composed":     composed,
	"references":   references,
}

// world is one project, bound for one database.
type world struct {
	*testing.T
	*pipeline.Pipeline
	dir  string
	odoo odoo.Config
	c    *odoo.Client
}

const config = `version: 1
project: PROJECT
module: shop
timezone: UTC
staging: {dsn: {env: STAGING_DSN}}
targets:
  production: {url: "URL", database: DATABASE, user: USER, password: {env: ODOO_PASSWORD}}
mappings: mappings
thresholds: {first_pass: 50}
`

// project writes the files of a project, opens it and logs in to its target. sources is the part of migrate.yaml of that
// name.
func project(t *testing.T, p Place, sources string, files map[string]string) *world {
	t.Helper()
	w := &world{T: t, dir: t.TempDir()}
	head := strings.NewReplacer("PROJECT", p.Project, "URL", p.Odoo.URL, "DATABASE", p.Odoo.Database, "USER", p.Odoo.User).Replace(config)
	w.write("migrate.yaml", head+sources)
	for name, text := range files {
		w.write(name, text)
	}
	secrets := map[string]string{"ODOO_PASSWORD": p.Odoo.Password, "STAGING_DSN": p.DSN}
	var err error
	w.Pipeline, err = pipeline.Open(t.Context(), pipeline.Options{Config: filepath.Join(w.dir, "migrate.yaml"), Actor: "test", Version: "test",
		Getenv: func(name string) string { return secrets[name] }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() }) // the test is over
	w.odoo = p.Odoo
	w.login()
	return w
}

// login makes a connection of the test's own: the account's companies are read then.
func (w *world) login() {
	w.Helper()
	var err error
	if w.c, err = odoo.Dial(w.Context(), w.odoo); err != nil {
		w.Fatal(err)
	}
}

func (w *world) write(name, text string) {
	w.Helper()
	path := filepath.Join(w.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		w.Fatal(err)
	}
}

// change replaces text in a file of the project, which must have it.
func (w *world) change(name string, pairs ...string) {
	w.Helper()
	b, err := os.ReadFile(filepath.Join(w.dir, name))
	if err != nil {
		w.Fatal(err)
	}
	text := string(b)
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			w.Fatalf("%s has no %q", name, pairs[i])
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	w.write(name, text)
}

func (w *world) stage() *pipeline.Stage {
	w.Helper()
	s, err := w.Stage(w.Context(), pipeline.StageOptions{})
	if err != nil {
		w.Fatal(err)
	}
	return s
}

var quick = pipeline.LoadOptions{Pause: time.Millisecond, Patience: 20 * time.Second,
	Overrides: []gate.Override{{Gate: "scope", By: "test", Reason: "not what is tested"}}}

// cutover stages and loads, and wants everything read back as meant.
func (w *world) cutover() *pipeline.Load {
	w.Helper()
	w.stage()
	l, err := w.Cutover(w.Context(), quick)
	w.clean(l, err)
	return l
}

func (w *world) clean(l *pipeline.Load, err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
	if !l.Clean() {
		w.Errorf("not clean: unbalanced %v, verified %+v", l.Balance, l.Verify)
	}
}

func (w *world) delta() *pipeline.Load {
	w.Helper()
	l, err := w.Delta(w.Context(), quick)
	if err != nil {
		w.Fatal(err)
	}
	return l
}

// back rolls the last run back and wants it proven.
func (w *world) back(force bool) {
	w.Helper()
	u, err := w.Rollback(w.Context(), pipeline.UndoOptions{Force: force})
	if err != nil {
		w.Fatalf("rollback: %v; %+v", err, u)
	}
	if !u.Proven() {
		w.Errorf("the rollback is not proven: %+v", u.Result.Proof)
	}
}

// id is the database id of a migrated record.
func (w *world) id(xmlid string) int64 {
	w.Helper()
	found, err := w.c.XMLIDs(w.Context(), "", []string{xmlid})
	if err != nil || len(found) != 1 {
		w.Fatalf("%s: %v, %v", xmlid, found, err)
	}
	return found[xmlid].ResID
}

// read gives fields of a migrated record.
func (w *world) read(xmlid, model string, fields ...string) map[string]any {
	w.Helper()
	rows, err := w.c.Read(w.Context(), model, []int64{w.id(xmlid)}, fields)
	if err != nil || len(rows) != 1 {
		w.Fatalf("%s: %v, %v", xmlid, rows, err)
	}
	delete(rows[0], "write_date")
	delete(rows[0], "id")
	return rows[0]
}

// has wants texts in fields of a migrated record; "" is none.
func (w *world) has(xmlid, model string, want map[string]string) {
	w.Helper()
	got := w.read(xmlid, model, slices.Sorted(maps.Keys(want))...)
	for f, text := range want {
		if have, _ := got[f].(string); have != text {
			w.Errorf("%s has %s %v, want %q", xmlid, f, got[f], text)
		}
	}
}

func (w *world) count(model string) int {
	w.Helper()
	n, err := w.c.Count(w.Context(), model, nil)
	if err != nil {
		w.Fatal(err)
	}
	return n
}

// finding wants one of a rule, whose message or raw value says something.
func (w *world) finding(list []record.Finding, rule, says string) {
	w.Helper()
	if !slices.ContainsFunc(list, func(f record.Finding) bool {
		return f.Rule == rule && strings.Contains(f.Message+f.Raw+f.Hint, says)
	}) {
		w.Errorf("no finding %s that says %q among %+v", rule, says, list)
	}
}

// roots are the Merkle roots of what Odoo holds, by mapping.
func roots(l *pipeline.Load) map[string]string {
	out := map[string]string{}
	for _, m := range l.Verify.Mappings {
		out[m.Mapping] = m.OdooRoot
	}
	return out
}

func toID(v any) int64 {
	n, ok := v.(json.Number)
	if !ok {
		return 0
	}
	id, err := n.Int64()
	if err != nil {
		return 0
	}
	return id
}
