package cli

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/view"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

func (a *app) resync() *cobra.Command {
	var opt pipeline.ResyncOptions
	c := &cobra.Command{
		Use: "resync", Short: "Rebuild the ledger of a database that was restored or copied, from the external ids in it", Args: noArguments,
		Long: "After a restore, or in a copy, nothing is loaded until the ledger says again what is in the database. Resync looks up every record\n" +
			"by its external id: what is gone is marked so, what stands for another record or holds older values is read again, and what is\n" +
			"there under the project's external ids without being in the ledger is adopted. Of Odoo it changes the mark only that binds the\n" +
			"database to the ledger; cutover --resume or delta bring what is missing.",
		RunE: func(*cobra.Command, []string) error {
			return a.withProject(func(p *pipeline.Pipeline) error {
				r, err := p.Resync(a.loading, opt)
				if err != nil {
					return err
				}
				return a.print(r, func(w io.Writer) error { return view.Resync(w, r, view.Width(w)) })
			})
		},
	}
	f := c.Flags()
	f.StringVarP(&opt.Target, "target", "t", "", "target of migrate.yaml (default: the only one)")
	f.StringVar(&opt.Production, "production", "", "the name of production's database, typed as a confirmation")
	return c
}
