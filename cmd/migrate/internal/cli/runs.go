package cli

import (
	"errors"
	"io"

	"github.com/spf13/cobra"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/view"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

func (a *app) runs() *cobra.Command {
	c := &cobra.Command{
		Use: "runs", Short: "List the runs of the project, show one, check the log of what happened", Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			return a.withProject(func(p *pipeline.Pipeline) error {
				runs, err := p.Store.Runs(a.ctx)
				if err != nil {
					return err
				}
				for i := range runs {
					runs[i].Summary = nil
				}
				still, err := p.Store.Paused(a.ctx)
				if err != nil {
					return err
				}
				return a.print(listOfRuns(runs, still), func(w io.Writer) error { return view.Runs(w, runs, still, view.Width(w)) })
			})
		},
	}
	c.AddCommand(a.runsShow(), a.runsCheck(), a.runsManifest())
	return c
}

func listOfRuns(runs []run.Run, still []run.Paused) map[string]any {
	out := map[string]any{"version": 1, "runs": runs}
	if len(still) > 0 {
		out["paused"] = still
	}
	return out
}

// oneRun is the run that a command needs the number of.
func oneRun(args []string) (int64, error) {
	if len(args) == 0 {
		return 0, usage("migrate runs lists the numbers of the runs.", "the number of the run is missing")
	}
	return numbered(args, 0, false)
}

func (a *app) runsShow() *cobra.Command {
	return &cobra.Command{
		Use: "show RUN", Short: "Show one run: who, when, what, inputs, gates, outcome, and what the log says", Args: atMost(1),
		RunE: func(_ *cobra.Command, args []string) error {
			id, err := oneRun(args)
			if err != nil {
				return err
			}
			return a.withProject(func(p *pipeline.Pipeline) error {
				h, err := p.History(a.ctx, id)
				if err != nil {
					return err
				}
				return a.print(h, func(w io.Writer) error { return view.History(w, h, view.Width(w)) })
			})
		},
	}
}

func (a *app) runsCheck() *cobra.Command {
	return &cobra.Command{
		Use: "check", Short: "Compute the hashes of the event log again", Args: noArguments,
		Long: "Every event's SHA-256 covers the event before it. Exit code 4 says that one was changed, removed, inserted or cut off, and which.\n" +
			"The hash of the last event is printed: written down elsewhere it tells later whether the whole log was rewritten.",
		RunE: func(*cobra.Command, []string) error {
			return a.withProject(func(p *pipeline.Pipeline) error {
				c, err := p.CheckLog(a.ctx)
				if errors.Is(err, staging.ErrTampered) {
					a.exit = Mismatch
				}
				if err != nil {
					return err
				}
				return a.print(c, func(w io.Writer) error { return view.LogCheck(w, c, view.Width(w)) })
			})
		},
	}
}

func (a *app) runsManifest() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use: "manifest RUN", Short: "Write the manifest file of a run again", Args: atMost(1),
		Long: "The file holds all that is needed to undo the run without the staging database: migrate rollback --manifest FILE. It holds the data\n" +
			"as it is. An older file of that name is replaced once the new one is whole.",
		RunE: func(_ *cobra.Command, args []string) error {
			id, err := oneRun(args)
			if err != nil {
				return err
			}
			return a.withProject(func(p *pipeline.Pipeline) error {
				m, err := p.WriteManifest(a.ctx, id, out)
				if err != nil {
					return err
				}
				return a.print(m, func(w io.Writer) error { return view.ManifestFile(w, m, view.Width(w)) })
			})
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "", "file to write (default: manifests/run-RUN.jsonl beside migrate.yaml)")
	return c
}
