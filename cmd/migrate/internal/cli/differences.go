package cli

import (
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/view"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

func (a *app) differences() *cobra.Command {
	var opt pipeline.DifferencesOptions
	var read string
	c := &cobra.Command{
		Use: "differences", Short: "Write what did not arrive as it was meant, for people to decide about", Args: noArguments,
		Long: "A line for each row that was not used, each record that was refused or put off, and each field that holds something else, with what was decided\n" +
			"of it and by whom. People fill in disposition and approver; --read takes them into the evidence.",
		RunE: func(*cobra.Command, []string) error {
			if read != "" && (opt.Out != "" || opt.Clear) {
				return usage("Leave the other flags out.", "--read reads a file, and writes none")
			}
			return a.withProject(func(p *pipeline.Pipeline) error {
				if read != "" {
					return a.dispose(p, opt.Target, read)
				}
				if opt.Out == "" {
					opt.Out = filepath.Join(p.ReportDir(), "differences.xlsx")
				}
				d, err := p.Differences(a.ctx, opt)
				if err != nil {
					return err
				}
				return a.print(d, func(w io.Writer) error { return view.Differences(w, d, view.Width(w)) })
			})
		},
	}
	f := c.Flags()
	f.StringVarP(&opt.Target, "target", "t", "", "target of migrate.yaml (default: the only one)")
	f.StringVarP(&opt.Out, "out", "o", "", "file to write, .xlsx or .csv (default: reports/differences.xlsx, beside migrate.yaml)")
	f.BoolVar(&opt.Clear, "clear", false, "values in clear, not masked")
	f.StringVar(&read, "read", "", "read the decisions of this file")
	return c
}

func (a *app) dispose(p *pipeline.Pipeline, target, file string) error {
	d, err := p.Dispose(a.ctx, target, file)
	if err != nil {
		return err
	}
	if len(d.Findings) > 0 {
		a.exit = Findings
	}
	return a.print(d, func(w io.Writer) error { return view.Disposed(w, d, view.Width(w)) })
}
