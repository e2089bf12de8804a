package cli

import (
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/view"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

func (a *app) conflicts() *cobra.Command {
	var opt pipeline.DifferencesOptions
	var read string
	c := &cobra.Command{
		Use: "conflicts", Short: "Write the fields that the source and people in Odoo both changed, for people to decide about", Args: noArguments,
		Long: "A line for each field that the last load found changed on both sides, with its value when it was last loaded, in the source and in Odoo.\n" +
			"People fill in decision (source or odoo), by and on; --read takes the decisions, and the next delta does as they say.",
		RunE: func(*cobra.Command, []string) error {
			if read != "" && (opt.Out != "" || opt.Clear) {
				return usage("Leave the other flags out.", "--read reads a file, and writes none")
			}
			return a.withProject(func(p *pipeline.Pipeline) error {
				if read != "" {
					return a.decide(p, opt.Target, read)
				}
				if opt.Out == "" {
					opt.Out = filepath.Join(p.ReportDir(), "conflicts.xlsx")
				}
				found, err := p.Conflicts(a.ctx, opt)
				if err != nil {
					return err
				}
				return a.print(found, func(w io.Writer) error { return view.Conflicts(w, found, view.Width(w)) })
			})
		},
	}
	f := c.Flags()
	f.StringVarP(&opt.Target, "target", "t", "", "target of migrate.yaml (default: the only one)")
	f.StringVarP(&opt.Out, "out", "o", "", "file to write, .xlsx or .csv (default: reports/conflicts.xlsx, beside migrate.yaml)")
	f.BoolVar(&opt.Clear, "clear", false, "values in clear, not masked")
	f.StringVar(&read, "read", "", "read the decisions of this file")
	return c
}

func (a *app) decide(p *pipeline.Pipeline, target, file string) error {
	d, err := p.Decide(a.ctx, target, file)
	if err != nil {
		return err
	}
	if len(d.Findings) > 0 {
		a.exit = Findings
	}
	return a.print(d, func(w io.Writer) error { return view.Decided(w, d, view.Width(w)) })
}
