package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/view"
	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

func (a *app) unpause() *cobra.Command {
	var target string
	c := &cobra.Command{
		Use: "unpause", Short: "Switch on again in Odoo what a run that broke off had paused", Args: noArguments,
		Long: "A load with --pause switches scheduled actions and outgoing mail servers on again however it ends; one that was killed cannot.\n" +
			"Unpause, and every later load or rollback, puts back what is on the list, and nothing else.",
		RunE: func(*cobra.Command, []string) error {
			return a.withProject(func(p *pipeline.Pipeline) error {
				u, err := p.Unpause(a.loading, target)
				if err != nil {
					return err
				}
				return a.print(u, func(w io.Writer) error { return view.Unpause(w, u, view.Width(w)) })
			})
		},
	}
	c.Flags().StringVarP(&target, "target", "t", "", "target of migrate.yaml (default: the only one)")
	return c
}

// decided reads --go.
func decided(texts []string, resume bool) (out []pipeline.Go, err error) {
	if len(texts) > 0 && !resume {
		return nil, usage("Pass --resume, too.", "--go goes with a run that waits at a checkpoint")
	}
	for _, text := range texts {
		g, err := pipeline.ParseGo(text)
		if err != nil {
			return nil, misuse{fmt.Errorf("--go: %w", err)}
		}
		out = append(out, g)
	}
	return out, nil
}

// pausing reads --pause; nil where it was not given.
func pausing(c *cobra.Command, text string) ([]string, error) {
	if !c.Flags().Changed("pause") {
		return nil, nil
	}
	return project.ParsePause(strings.Split(text, ","))
}
