package cli

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/view"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

func (a *app) mapSchema() *cobra.Command {
	var target, save string
	var models []string
	c := &cobra.Command{
		Use: "schema", Short: "Save what a target's models look like, to work without the server", Args: noArguments,
		Long: "Schema reads fields, labels, selections, small tables such as countries and accounts, and counts of records. It changes nothing.\n" +
			"The file serves migrate audit --schema and migrate map lint --schema. It holds no records but names and codes of those small tables.",
		RunE: func(*cobra.Command, []string) error {
			if save == "" {
				return usage("Pass --save with the name of the file.", "map schema saves a schema, and was not told where")
			}
			p, err := pipeline.OpenConfig(a.options(nil))
			if err != nil {
				return err
			}
			s, err := p.DescribeTarget(a.ctx, target, models...)
			if err != nil {
				return err
			}
			if err := pipeline.SaveSchema(save, s); err != nil {
				return err
			}
			summary := view.Summarise(save, s)
			return a.print(summary, func(w io.Writer) error { return view.Schema(w, summary) })
		},
	}
	c.Flags().StringVar(&save, "save", "", "the file to write; packed where its name ends in .gz")
	c.Flags().StringVarP(&target, "target", "t", "", "target of migrate.yaml (default: the only one)")
	c.Flags().StringSliceVar(&models, "model", nil, "a model to save beside the usual ones and those of the mappings (may be repeated)")
	return c
}
