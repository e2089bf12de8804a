package cli

import (
	"errors"
	"fmt"
	"io"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/view"
	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/odootest"
	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/record"
)

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
