package cli

import (
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/view"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

func (a *app) mapSuggest() *cobra.Command {
	var target, schema string
	var opt pipeline.SuggestOptions
	c := &cobra.Command{
		Use: "suggest [source ...]", Short: "Draft mappings for sources that have none, with the confidence and reason of every line",
		Long: "Suggest audits the sources of migrate.yaml and writes a mapping for each that it can place: all sources without a mapping, or those\n" +
			"that are named. What it could not place stands as TODO at the top of each file. No file is replaced. With --target or --schema the\n" +
			"drafts are for the fields, choices and small tables that this Odoo has; --audit takes what an audit said instead of reading the files.",
		RunE: func(_ *cobra.Command, sources []string) (err error) {
			if target != "" && schema != "" {
				return usage("Name one of them.", "--target and --schema both say what to draft for")
			}
			p, err := pipeline.OpenConfig(a.options(nil))
			if err != nil {
				return err
			}
			progress := a.progress()
			defer progress.Stop()
			opt.Sources, opt.Audit = sources, pipeline.AuditOptions{Now: time.Now(), Progress: progress}
			if opt.Audit.Fit, err = a.fitOptions(auditFlags{target: target, schema: schema}); err != nil {
				return err
			}
			s, err := p.Suggest(a.ctx, opt)
			if err != nil {
				return err
			}
			progress.Stop()
			return a.print(s, func(w io.Writer) error { return view.Suggestion(w, s, view.Width(w)) })
		},
	}
	f := c.Flags()
	f.StringVarP(&target, "target", "t", "", "draft for this target of migrate.yaml")
	f.StringVar(&schema, "schema", "", "draft for the schema that migrate map schema --save wrote")
	f.StringVar(&opt.Saved, "audit", "", "take what migrate audit --format json wrote instead of reading the sources")
	f.StringVarP(&opt.Out, "out", "o", "", "folder to write into, as if no mapping were there yet (default: the project's mappings)")
	return c
}
