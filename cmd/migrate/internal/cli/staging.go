package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"

	"github.com/spf13/cobra"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/view"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/staging/embedded"
)

func (a *app) staging() *cobra.Command {
	c := &cobra.Command{Use: "staging", Short: "What the project keeps in PostgreSQL: look at it, tidy it up, purge it"}
	dir := func() (string, error) {
		p, err := pipeline.OpenConfig(a.options(nil))
		if err != nil {
			return "", err
		}
		if !p.Project.Staging.DSN.IsZero() {
			return "", record.Advise(errors.New("staging: in migrate.yaml names a server of its own"), "Look after that server with its own tools; inspect, vacuum, drop and purge work on it, too.")
		}
		return p.Project.Dir, nil
	}
	c.AddCommand(
		&cobra.Command{Use: "status", Short: "Say whether the private PostgreSQL runs, and how large it is", Args: noArguments, RunE: func(*cobra.Command, []string) error {
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
		a.inspect(), a.vacuum(), a.dropStaging(), a.purge(),
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

func (a *app) inspect() *cobra.Command {
	return &cobra.Command{
		Use: "inspect", Short: "List what is in staging, how large it is, and what is older than is kept", Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			return a.withProject(func(p *pipeline.Pipeline) error {
				in, err := p.Inspect(a.ctx)
				if err != nil {
					return err
				}
				return a.print(in, func(w io.Writer) error { return view.Inspection(w, in, view.Width(w)) })
			})
		},
	}
}

func (a *app) vacuum() *cobra.Command {
	var full bool
	c := &cobra.Command{
		Use: "vacuum", Short: "Remove what is older than is kept, and give the space of dead rows back", Args: noArguments,
		Long: "Vacuum removes landed files, staged records and findings beyond keep: of migrate.yaml, tables that belong to nothing, and dead rows.\n" +
			"Every stage, cutover and delta does the first by itself. With --full the space goes back to the disk; that writes each table anew.",
		RunE: func(*cobra.Command, []string) error {
			return a.withProject(func(p *pipeline.Pipeline) error {
				v, err := p.Vacuum(a.ctx, full)
				if err != nil {
					return err
				}
				return a.print(v, func(w io.Writer) error { return view.Vacuumed(w, v, view.Width(w)) })
			})
		},
	}
	c.Flags().BoolVar(&full, "full", false, "give the space back to the disk")
	return c
}

func (a *app) dropStaging() *cobra.Command {
	var opt pipeline.DropOptions
	c := &cobra.Command{
		Use: "drop", Short: "Remove landed files, staged records of a run, or everything the project has in staging", Args: noArguments,
		Long: "Drop removes what --snapshot, --run or --all names. What is landed can be landed again as long as its file is there, and staged\n" +
			"records are made anew by every run; with --all the ledger goes, too: afterwards there is no delta, no verify and no rollback.",
		RunE: func(*cobra.Command, []string) error {
			if parts := len(opt.Snapshots) + len(opt.Runs); opt.All == (parts > 0) {
				return usage("Pass --snapshot and --run, or --all.", "what is to be dropped is not said, or both all and parts")
			}
			return a.withProject(func(p *pipeline.Pipeline) error {
				d, err := p.DropStaging(a.ctx, opt)
				if err != nil {
					return err
				}
				return a.print(d, func(w io.Writer) error { return view.Dropped(w, d, view.Width(w)) })
			})
		},
	}
	f := c.Flags()
	f.Int64SliceVar(&opt.Snapshots, "snapshot", nil, "a landed file, by its number; several times, or with commas")
	f.Int64SliceVar(&opt.Runs, "run", nil, "the staged records of a run, by its number")
	f.BoolVar(&opt.All, "all", false, "everything, the ledger included")
	f.BoolVar(&opt.DryRun, "dry-run", false, "count, and remove nothing")
	f.StringVar(&opt.Confirm, "confirm", "", "the project's name: yes, this one")
	return c
}

func (a *app) purge() *cobra.Command {
	var ledger, dry bool
	var confirm string
	c := &cobra.Command{
		Use: "purge", Short: "Remove personal data from staging, and leave what the evidence rests on", Args: noArguments,
		Long: "Purge removes every value of the data: landed and staged rows, corrections laid over them, damaged rows, values and messages of\n" +
			"findings, and what the summaries of runs quote. It leaves hashes and counts of files, the digest of every row, rule, row and column\n" +
			"of every finding, the ledger, Merkle roots, totals and the event log. With --ledger the values that delta, verify and rollback need\n" +
			"go, too, and their digests stay: that closes the migration. Files, reports and backups outside of staging are not touched.",
		RunE: func(*cobra.Command, []string) error {
			return a.withProject(func(p *pipeline.Pipeline) error {
				r, err := p.Purge(a.ctx, ledger, dry, confirm)
				if err != nil {
					return err
				}
				return a.print(r, func(w io.Writer) error { return view.Purged(w, r, view.Width(w)) })
			})
		},
	}
	f := c.Flags()
	f.BoolVar(&ledger, "ledger", false, "the values that delta, verify and rollback need, too")
	f.BoolVar(&dry, "dry-run", false, "count, and remove nothing")
	f.StringVar(&confirm, "confirm", "", "the project's name: yes, this one")
	return c
}
