//go:build odoo

package e2e

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/examples"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/reconcile"
	"github.com/odoo-migrate/odoo-migrate/staging/embedded"
	"github.com/odoo-migrate/odoo-migrate/testdata/company"
)

// Exit codes of the program (docs: DESIGN, 6).
const (
	done     = 0
	failure  = 1
	findings = 3
	mismatch = 4
)

// sampleData is where other companies' files are looked for: a folder beside the repository.
const sampleData = root + "/../shared/data"

// folder is a migration project that is bound for a server.
type folder struct {
	dir    string
	server *server
}

// example makes the project of an example, whose company's files are published by others: without them the test cannot
// run, and says so.
func example(t *testing.T, s *server, name, data string) *folder {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	if err := examples.Prepare(dir, name, filepath.Join(sampleData, data)); err != nil {
		t.Fatal(err)
	}
	return bound(t, s, dir)
}

// needsData skips a test whose files are not there. It comes before anything costly.
func needsData(t *testing.T, data string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(sampleData, data)); err != nil {
		t.Skipf("NOT TESTED: the files of %s are not in %s (examples/README.md says who publishes them); the company of testdata/company is tested anyway",
			data, filepath.Join(sampleData, data))
	}
}

// demoCompany makes the project of the invented company with its first export.
func demoCompany(t *testing.T, s *server) *folder {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "company")
	p, err := fs.Sub(company.Files(), "project")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, p); err != nil {
		t.Fatal(err)
	}
	f := bound(t, s, dir)
	f.export(t, "export1")
	return f
}

// export puts one of the company's exports where its project reads them.
func (f *folder) export(t *testing.T, name string) {
	t.Helper()
	e, err := fs.Sub(company.Files(), name)
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(f.dir, "exports")
	if err := os.RemoveAll(to); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(to, e); err != nil {
		t.Fatal(err)
	}
}

// bound writes the server's address into migrate.yaml.
func bound(t *testing.T, s *server, dir string) *folder {
	t.Helper()
	config := filepath.Join(dir, "migrate.yaml")
	b, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	const was = `url: "http://127.0.0.1:8069", database: odoo, user: admin,`
	if !bytes.Contains(b, []byte(was)) {
		t.Fatalf("%s names no target %s", config, was)
	}
	is := `url: "` + s.url + `", database: ` + s.db + `, user: ` + s.user + `,`
	if err := os.WriteFile(config, bytes.Replace(b, []byte(was), []byte(is), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := embedded.Remove(context.Background(), dir); err != nil {
			t.Errorf("stop the staging cluster: %v", err)
		}
	})
	return &folder{dir, s}
}

// command is a call of the program in the project's folder.
func (f *folder) command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(program(t), append([]string{"--quiet", "--format", "json"}, args...)...)
	cmd.Dir = f.dir
	cmd.Env = append(os.Environ(), "ODOO_PASSWORD="+f.server.password)
	return cmd
}

// call runs the program and returns its exit code, what it printed, and what it said.
func (f *folder) call(t *testing.T, args ...string) (code int, out, talk string) {
	t.Helper()
	cmd := f.command(t, args...)
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("migrate %s: %v", strings.Join(args, " "), err)
	}
	return cmd.ProcessState.ExitCode(), o.String(), e.String()
}

// migrate runs the program, which must end with the wanted exit code, and returns its result.
func migrate[T any](t *testing.T, f *folder, want int, args ...string) T {
	t.Helper()
	code, out, talk := f.call(t, args...)
	return decoded[T](t, want, code, out, talk, args)
}

func decoded[T any](t *testing.T, want, code int, out, talk string, args []string) T {
	t.Helper()
	if code != want {
		t.Fatalf("migrate %s: exit code %d, want %d\n%s\n%s", strings.Join(args, " "), code, want, talk, excerpt(out))
	}
	var result T
	if err := json.Unmarshal([]byte(out), &result); err != nil {
		t.Fatalf("migrate %s printed no JSON: %v\n%s", strings.Join(args, " "), err, excerpt(out))
	}
	return result
}

func excerpt(s string) string { return s[:min(len(s), 6000)] }

// opened opens the project in process, to look into its ledger.
func (f *folder) opened(t *testing.T) *pipeline.Pipeline {
	t.Helper()
	p, err := pipeline.Open(t.Context(), pipeline.Options{Config: filepath.Join(f.dir, "migrate.yaml"), Actor: "test", Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() }) // read only
	return p
}

// readReport runs migrate report and reads the file it writes: the evidence as an auditor gets it.
func (f *folder) readReport(t *testing.T) pipeline.Report {
	t.Helper()
	migrate[pipeline.Report](t, f, done, "report")
	b, err := os.ReadFile(filepath.Join(f.dir, "reports", "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r pipeline.Report
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	if !r.ChainOK {
		t.Errorf("the event log does not hold: %s", r.ChainErr)
	}
	return r
}

// control finds a control by name.
func control(t *testing.T, all []reconcile.Result, name string) reconcile.Result {
	t.Helper()
	for _, c := range all {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("there is no control %q in %+v", name, all)
	return reconcile.Result{}
}

// rootsOf are the Merkle roots of a load by mapping: over what was meant, and over what Odoo holds.
func rootsOf(l pipeline.Load) map[string][2]string {
	out := map[string][2]string{}
	if l.Verify == nil {
		return out
	}
	for _, m := range l.Verify.Mappings {
		out[m.Mapping] = [2]string{m.MeantRoot, m.OdooRoot}
	}
	return out
}

// csvRows reads a CSV file into maps from column to cell.
func csvRows(t *testing.T, path string, comma rune) []map[string]string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	in := csv.NewReader(file)
	in.Comma, in.FieldsPerRecord, in.LazyQuotes = comma, -1, true
	all, err := in.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			if i < len(cells) {
				row[name] = cells[i]
			}
		}
		out = append(out, row)
	}
	return out
}
