package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/view"
	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/odootest"
	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/staging/embedded"
)

func (a *app) runs() *cobra.Command {
	return &cobra.Command{
		Use: "runs", Short: "List the runs of the project", Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			return a.withProject(func(p *pipeline.Pipeline) error {
				runs, err := p.Store.Runs(a.ctx)
				if err != nil {
					return err
				}
				for i := range runs {
					runs[i].Summary = nil
				}
				return a.print(map[string]any{"version": 1, "runs": runs}, func(w io.Writer) error { return view.Runs(w, runs, view.Width(w)) })
			})
		},
	}
}

func (a *app) mapCommand() *cobra.Command {
	c := &cobra.Command{Use: "map", Short: "Work on mappings"}
	var target, schemaFile string
	lint := &cobra.Command{
		Use: "lint", Short: "Find every mistake in migrate.yaml and the mappings, in one pass", Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			if target != "" && schemaFile != "" {
				return usage("Pass one of them.", "--target and --schema both say what to check against")
			}
			problems, err := a.problems(target, schemaFile)
			if err != nil {
				return err
			}
			if len(problems) > 0 {
				a.exit = Findings
			}
			return a.print(map[string]any{"version": 1, "problems": problems}, func(w io.Writer) error { return view.Problems(w, problems) })
		},
	}
	lint.Flags().StringVarP(&target, "target", "t", "", "check against the metadata of this target, too")
	lint.Flags().StringVar(&schemaFile, "schema", "", "or against a schema that map schema --save wrote")
	c.AddCommand(a.mapSuggest(), lint, a.mapTest(), a.mapLibrary(), a.mapSchema())
	return family(c)
}

// problems are the mistakes in migrate.yaml, or where there are none, those in the mappings.
func (a *app) problems(target, schemaFile string) ([]mappings.Problem, error) {
	p, err := pipeline.OpenConfig(a.options(nil))
	var bad *pipeline.Problems
	switch {
	case errors.As(err, &bad):
		return bad.List, nil
	case err != nil:
		return nil, err
	}
	if schemaFile == "" {
		return p.Lint(a.ctx, target)
	}
	s, err := pipeline.LoadSchema(schemaFile)
	if err != nil {
		return nil, err
	}
	return p.LintAgainst(a.ctx, s)
}

func (a *app) staging() *cobra.Command {
	c := &cobra.Command{Use: "staging", Short: "The private PostgreSQL of the project"}
	dir := func() (string, error) {
		p, err := pipeline.OpenConfig(a.options(nil))
		if err != nil {
			return "", err
		}
		if !p.Project.Staging.DSN.IsZero() {
			return "", record.Advise(errors.New("staging: in migrate.yaml names a server of its own"), "Look after that server with its own tools.")
		}
		return p.Project.Dir, nil
	}
	c.AddCommand(
		&cobra.Command{Use: "status", Short: "Say whether it runs, and how large it is", Args: noArguments, RunE: func(*cobra.Command, []string) error {
			d, err := dir()
			if err != nil {
				return err
			}
			return a.stagingStatus(d)
		}},
		&cobra.Command{Use: "stop", Short: "Stop it; the next command starts it again", Args: noArguments, RunE: func(*cobra.Command, []string) error {
			d, err := dir()
			if err != nil {
				return err
			}
			if err := embedded.Stop(a.ctx, d); err != nil {
				return err
			}
			return a.stagingStatus(d)
		}},
		&cobra.Command{Use: "psql [arguments of psql]", Short: "Open psql on it", DisableFlagParsing: true, RunE: func(_ *cobra.Command, args []string) error {
			d, err := dir()
			if err != nil {
				return err
			}
			return a.psql(d, args)
		}},
	)
	return family(c)
}

func (a *app) stagingStatus(dir string) error {
	s, err := embedded.Status(a.ctx, dir)
	if err != nil {
		return err
	}
	result := struct {
		Version int `json:"version"`
		embedded.State
	}{1, s}
	return a.print(result, func(w io.Writer) error { return view.Staging(w, s) })
}

func (a *app) psql(dir string, args []string) error {
	argv, env, err := embedded.Psql(a.ctx, dir)
	if err != nil {
		return err
	}
	// psql has its own way with interrupts: they end a query, not the program.
	cmd := exec.CommandContext(context.WithoutCancel(a.ctx), argv[0], append(argv[1:], args...)...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, a.Out, a.Err
	return cmd.Run()
}

func (a *app) sandbox() *cobra.Command {
	var addr string
	c := &cobra.Command{
		Use: "sandbox", Short: "Serve the in-memory double of Odoo, for trying the program", Args: noArguments,
		Long: "The sandbox is a test double: it knows a few models, keeps everything in memory and is no Odoo.",
		RunE: func(*cobra.Command, []string) error {
			s := odootest.New(odootest.Options{Addr: addr})
			if err := s.Start(); err != nil {
				return record.Advise(fmt.Errorf("nothing can listen at %s: it is taken, or no address of this machine", addr), "Choose another --listen address.")
			}
			defer s.Close()
			cfg := s.Config()
			fmt.Fprintf(a.Out, "%s at %s, database %s, user %s, password %s; Ctrl-C ends it and forgets everything.\n", s.Name(), cfg.URL, cfg.Database, cfg.User, cfg.Password)
			select {
			case <-a.Stop:
			case <-a.ctx.Done():
			}
			return nil
		},
	}
	c.Flags().StringVar(&addr, "listen", "127.0.0.1:8069", "loopback address")
	return c
}

func (a *app) version() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			v := map[string]any{"version": 1, "migrate": a.Version, "go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH}
			return a.print(v, func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "migrate %s (%s, %s/%s)\n", a.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
				return err
			})
		},
	}
}
