package cli

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/view"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/doctor"
)

func (a *app) doctor() *cobra.Command {
	var opt pipeline.DoctorOptions
	c := &cobra.Command{
		Use: "doctor", Short: "Look at the server, the account, the way between and staging, and say what to do", Args: noArguments,
		Long: "Doctor changes nothing in Odoo. It sends up to 4 MiB and 8 calls at once to find limits, unless --quick is given.\n" +
			"It ends with 3 where something will not work.",
		RunE: func(*cobra.Command, []string) error {
			p, err := pipeline.OpenConfig(a.options(nil))
			if err != nil {
				return err
			}
			defer p.Close()
			d, err := p.Doctor(a.ctx, opt)
			if err != nil {
				return err
			}
			if doctor.Failed(d.Checks) {
				a.exit = Findings
			}
			return a.print(d, func(w io.Writer) error { return view.Doctor(w, d, view.Width(w)) })
		},
	}
	c.Flags().StringVarP(&opt.Target, "target", "t", "", "target of migrate.yaml (default: the only one)")
	c.Flags().BoolVar(&opt.Quick, "quick", false, "do not probe limits")
	return c
}
