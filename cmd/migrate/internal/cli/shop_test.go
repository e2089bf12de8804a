package cli_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/cli"
	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/odootest"
	"github.com/odoo-migrate/odoo-migrate/staging"
	"github.com/odoo-migrate/odoo-migrate/staging/stagingtest"
)

// shop is a small company's project in a folder of its own: its files, a double of Odoo, a project in the tests'
// PostgreSQL.
type shop struct {
	dir     string
	project string
	dsn     string
	double  *odootest.Server
	url     string
	web     string                         // a server that is no Odoo
	before  atomic.Pointer[func(call int)] // told before each call that reaches the double, from 1
	calls   atomic.Int64
	ahead   atomic.Int64 // how far the double's clock is ahead of this machine's
}

// now is the double's clock.
func (s *shop) now() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }

// newShop makes a shop for a test that runs commands in its own process.
func newShop(t *testing.T) *shop {
	t.Helper()
	s, err := openShop(t.Cleanup, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// openShop makes a shop in dir; files that lie there already stay.
func openShop(cleanup func(func()), dir string) (*shop, error) {
	dsn, err := stagingtest.SharedDSN()
	if err != nil {
		return nil, err
	}
	s := &shop{dir: dir, project: stagingtest.Project(), dsn: dsn}
	s.double = odootest.New(odootest.Options{Now: s.now})
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := s.calls.Add(1)
		if tell := s.before.Load(); tell != nil {
			(*tell)(int(n))
		}
		s.double.ServeHTTP(w, r)
	}))
	s.url = front.URL
	cleanup(front.Close)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "<html><title>Welcome to nginx!</title></html>")
	}))
	s.web = web.URL
	cleanup(web.Close)
	if os.Getenv("MIGRATE_TEST_DSN") != "" {
		cleanup(s.drop)
	}
	if err := s.copyFiles(os.DirFS("testdata/shop")); err != nil {
		return nil, err
	}
	return s, s.rewrite("migrate.yaml", "project: shop\n", "project: "+s.project+"\n", "http://127.0.0.1:8069", s.url)
}

// store is the project's staging area, for what no command does.
func (s *shop) store(t *testing.T) *staging.Store {
	t.Helper()
	store, err := staging.Open(t.Context(), staging.Options{DSN: s.dsn, Project: s.project})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

func (s *shop) drop() {
	if store, err := staging.Open(context.Background(), staging.Options{DSN: s.dsn, Project: s.project}); err == nil {
		_ = store.Drop(context.Background())
		_ = store.Close()
	}
}

func (s *shop) copyFiles(from fs.FS) error {
	return fs.WalkDir(from, ".", func(path string, d fs.DirEntry, err error) error {
		to := filepath.Join(s.dir, path)
		if err != nil || d.IsDir() {
			return errors.Join(err, os.MkdirAll(to, 0o755))
		}
		if _, err := os.Stat(to); err == nil {
			return nil
		}
		b, err := fs.ReadFile(from, path)
		if err != nil {
			return err
		}
		return os.WriteFile(to, b, 0o644)
	})
}

// rewrite replaces texts in a file of the project; pairs are old and new.
func (s *shop) rewrite(file string, pairs ...string) error {
	path := filepath.Join(s.dir, file)
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(strings.NewReplacer(pairs...).Replace(string(b))), 0o644)
}

func (s *shop) environ() []string {
	return []string{"PROJECT=" + s.project, "MIGRATE_DSN=" + s.dsn, "ODOO_PASSWORD=admin", "MIGRATE_ACTOR=tester", "ODOO_URL=" + s.url, "WEB_URL=" + s.web,
		"NODATABASE_DSN=" + strings.Replace(s.dsn, "/migrate?", "/nowhere?", 1), "NOUSER_DSN=" + strings.Replace(s.dsn, "migrate@", "nobody_here@", 1)}
}

// result is what one command left.
type result struct {
	code           int
	stdout, stderr string
}

func (r result) String() string {
	return fmt.Sprintf("exit code %d\n--- stdout\n%s--- stderr\n%s", r.code, r.stdout, r.stderr)
}

// run runs a command in this process.
func (s *shop) run(ctx context.Context, stop <-chan struct{}, args ...string) result {
	var out, talk bytes.Buffer
	env := s.environ()
	code := cli.Run(ctx, cli.Env{
		Args: append([]string{"--config", filepath.Join(s.dir, "migrate.yaml")}, args...), Out: &out, Err: &talk, Version: "1.2.3", Stop: stop,
		Getenv: func(name string) string {
			i := slices.IndexFunc(env, func(v string) bool { return strings.HasPrefix(v, name+"=") })
			if i < 0 {
				return ""
			}
			return strings.TrimPrefix(env[i], name+"=")
		},
	})
	return result{code, out.String(), talk.String()}
}

// must runs a command that ends with the given code and prints nothing unfit.
func (s *shop) must(t *testing.T, code int, args ...string) result {
	t.Helper()
	r := s.run(t.Context(), nil, args...)
	if r.code != code {
		t.Fatalf("migrate %s: want exit code %d\n%s", strings.Join(args, " "), code, r)
	}
	fit(t, r)
	return r
}

func fit(t *testing.T, r result) {
	t.Helper()
	if problem := unfit(r.code, r.stdout, r.stderr); problem != "" {
		t.Errorf("%s\n%s", problem, r)
	}
}

// client is a user of the double.
func (s *shop) client() (*odoo.Client, error) {
	return odoo.Dial(context.Background(), odoo.Config{URL: s.url, Database: "odoo", User: "admin", Password: "admin"})
}

// set changes a field of a record, named by external id.
func (s *shop) set(externalID, field, value string) error {
	c, err := s.client()
	if err != nil {
		return err
	}
	found, err := c.XMLIDs(context.Background(), "shop", []string{externalID})
	if err != nil {
		return err
	}
	x, ok := found[externalID]
	if !ok {
		return fmt.Errorf("Odoo has no %s", externalID)
	}
	s.ahead.Add(int64(2 * time.Second)) // people come some time after what was done before
	defer s.ahead.Add(int64(2 * time.Second))
	return c.Write(context.Background(), x.Model, []int64{x.ResID}, map[string]any{field: value})
}

// spoil changes a record behind Odoo's back: as if it had been written before it was loaded.
func (s *shop) spoil(externalID, field, value string) error {
	s.ahead.Add(int64(-time.Hour))
	defer s.ahead.Add(int64(time.Hour))
	return s.set(externalID, field, value)
}

// stray puts a record under an external id that no run loaded.
func (s *shop) stray(externalID string) error {
	c, err := s.client()
	if err == nil {
		_, err = c.Load(context.Background(), "res.partner", []string{"id", "name"}, [][]string{{externalID, "Stray"}})
	}
	return err
}

// loaded counts the records this project left in Odoo, by model.
func (s *shop) loaded() map[string]int {
	out := map[string]int{}
	fresh := odootest.New(odootest.Options{})
	for _, m := range s.double.Models() {
		if n := s.double.Count(m) - fresh.Count(m); n != 0 {
			out[m] = n
		}
	}
	return out
}
