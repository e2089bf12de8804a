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
	var compare bool
	c := &cobra.Command{
		Use: "doctor", Short: "Look at the server, the account, the way between and staging, and say what to do",
		Args: func(c *cobra.Command, args []string) error {
			if compare && len(args) != 2 {
				return usage("Such as migrate doctor --compare rehearsal production.", "--compare takes the names of two targets")
			}
			if compare {
				return nil
			}
			return noArguments(c, args)
		},
		Long: "Doctor changes nothing in Odoo. It sends up to 4 MiB and 8 calls at once to find limits, unless --quick is given.\n" +
			"It ends with 3 where something will not work.\n" +
			"With --compare A B it lists what is set up differently in two targets, and ends with 3 where there is something.",
		RunE: func(_ *cobra.Command, args []string) error {
			p, err := pipeline.OpenConfig(a.options(nil))
			if err != nil {
				return err
			}
			defer p.Close()
			if compare {
				return a.compareTargets(p, args[0], args[1])
			}
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
	c.Flags().BoolVar(&compare, "compare", false, "compare the settings of two targets: --compare A B")
	return c
}

func (a *app) compareTargets(p *pipeline.Pipeline, left, right string) error {
	c, err := p.CompareTargets(a.ctx, left, right)
	if err != nil {
		return err
	}
	if len(c.Differences) > 0 {
		a.exit = Findings
	}
	return a.print(c, func(w io.Writer) error { return view.Comparison(w, c, view.Width(w)) })
}
