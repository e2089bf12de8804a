package cli

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/odootest"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/staging/embedded"
	"github.com/odoo-migrate/odoo-migrate/testdata/company"
)

func (a *app) demo() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use: "demo", Short: "Migrate a whole small company into the sandbox and back", Args: noArguments,
		Long: "The demo writes the project of an invented company into a new folder, starts the sandbox (an in-memory double of Odoo), and runs the\n" +
			"commands a migration team runs: audit, stage, cutover, verify, delta, verify, report, rollback.",
		RunE: func(*cobra.Command, []string) error { return a.runDemo(dir) },
	}
	c.Flags().StringVar(&dir, "dir", "migrate-demo", "folder to write the project to; an earlier demo in it is replaced")
	return c
}

// demoMark is the file that says a folder holds a demo and may be replaced.
const demoMark = ".migrate-demo"

func (a *app) runDemo(dir string) error {
	began := time.Now()
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if err := a.freshDemo(dir); err != nil {
		return err
	}
	double := odootest.New(odootest.Options{})
	if err := double.Start(); err != nil {
		return err
	}
	defer double.Close()
	defer func() { _ = embedded.Stop(context.WithoutCancel(a.ctx), dir) }() // migrate staging status shows what is left
	if err := writeDemo(dir, double.Config().URL); err != nil {
		return pipeline.AdviseWrite(err)
	}
	a.say("A small company moves into Odoo. The server here is a %s: it is not Odoo,\nbut one suite of tests holds it to real servers.", double.Name())
	for _, s := range demoSteps {
		if err := a.demoStep(dir, s); err != nil {
			return err
		}
	}
	a.say("Done in %.0f s. Proven: every record that was loaded read back equal, field by field; the\ncontrols of the legacy system agree in the files, as predicted and in Odoo; no mail was\nsent; and after the rollback the server holds what it held before.", time.Since(began).Seconds())
	fmt.Fprintf(a.Out, "\n  audit    %s\n  report   %s\n  data     %s\n\n", filepath.Join(dir, "reports", "audit.html"), filepath.Join(dir, "reports", "report.html"), dir)
	return nil
}

// demoStep is one command of the demo with what it is for.
type demoStep struct {
	why  string
	args []string
	exit []int // exit codes that are expected; nil is Done
	swap string
}

var demoSteps = []demoStep{
	{why: "What is in the legacy exports, and what is wrong with it?", args: []string{"audit", "--html", "reports/audit.html"}, exit: []int{Done, Findings}},
	{why: "A dry run: map, validate, reconcile, plan. Nothing reaches Odoo.", args: []string{"stage"}},
	{why: "Go-live: gates, load, read back, reconcile.", args: []string{"cutover"}},
	{why: "Is it still what was loaded?", args: []string{"verify"}},
	{why: "Weeks later the legacy system exports again: some records are new, some changed, some gone.", args: []string{"delta"}, swap: "export2"},
	{why: "And again: everything read back.", args: []string{"verify"}},
	{why: "The evidence.", args: []string{"report"}},
	{why: "It is 3 a.m. and the client wants out. First the delta ...", args: []string{"rollback"}},
	{why: "... then the cutover.", args: []string{"rollback"}},
	{why: "The evidence, with the proof that it is undone.", args: []string{"report"}},
}

func (a *app) demoStep(dir string, s demoStep) error {
	if s.swap != "" {
		if err := putExport(dir, s.swap); err != nil {
			return err
		}
	}
	a.say("%s", s.why)
	fmt.Fprintf(a.Out, "$ migrate %s\n\n", strings.Join(s.args, " "))
	getenv := func(name string) string {
		if name == "ODOO_PASSWORD" {
			return "admin"
		}
		return a.Getenv(name)
	}
	args := append([]string{"--config", filepath.Join(dir, "migrate.yaml")}, s.args...)
	for i := range args {
		if strings.HasPrefix(args[i], "reports/") {
			args[i] = filepath.Join(dir, args[i])
		}
	}
	code := Run(a.loading, Env{Args: args, Out: a.Out, Err: a.Err, Version: a.Version, Stop: a.Stop, Getenv: getenv})
	for _, ok := range append(s.exit, Done) {
		if code == ok {
			return nil
		}
	}
	a.exit = code
	return fmt.Errorf("the demo ended at migrate %s with exit code %d", s.args[0], code)
}

func (a *app) say(format string, args ...any) {
	line := strings.Repeat("─", 80)
	fmt.Fprintf(a.Out, "\n%s\n"+format+"\n%s\n", append(append([]any{line}, args...), line)...)
}

// freshDemo makes an empty folder, in place of an earlier demo; anything else that lies there is left alone.
func (a *app) freshDemo(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case os.IsNotExist(err) || err == nil && len(entries) == 0:
	case err != nil:
		return record.Advise(fmt.Errorf("%s is no folder that can be looked into", dir), "Choose another folder with --dir.")
	default:
		if _, err := os.Stat(filepath.Join(dir, demoMark)); err != nil {
			return record.Advise(fmt.Errorf("%s is not empty and holds no demo", dir), "Choose another folder with --dir.")
		}
		if err := embedded.Remove(a.ctx, dir); err != nil {
			return err
		}
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return pipeline.AdviseWrite(err)
	}
	return pipeline.AdviseWrite(os.WriteFile(filepath.Join(dir, demoMark), nil, 0o644))
}

// writeDemo writes the project with the first export, bound for the server at url.
func writeDemo(dir, url string) error {
	project, err := fs.Sub(company.Files(), "project")
	if err != nil {
		return err
	}
	if err := os.CopyFS(dir, project); err != nil {
		return err
	}
	config := filepath.Join(dir, "migrate.yaml")
	b, err := os.ReadFile(config)
	if err != nil {
		return err
	}
	b = []byte(strings.Replace(string(b), "http://127.0.0.1:8069", url, 1))
	if err := os.WriteFile(config, b, 0o644); err != nil {
		return err
	}
	return putExport(dir, "export1")
}

// putExport puts one of the company's exports where migrate.yaml expects it.
func putExport(dir, name string) error {
	export, err := fs.Sub(company.Files(), name)
	if err != nil {
		return err
	}
	return fs.WalkDir(export, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		in, err := export.Open(path)
		if err != nil {
			return err
		}
		defer in.Close()
		to := filepath.Join(dir, "exports", path)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		out, err := os.Create(to)
		if err != nil {
			return err
		}
		if _, err := io.Copy(out, in); err != nil {
			out.Close()
			return err
		}
		return out.Close()
	})
}
