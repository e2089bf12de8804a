package cli

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/view"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

func (a *app) mapTest() *cobra.Command {
	var schemaFile string
	c := &cobra.Command{
		Use: "test [mapping ...]", Short: "Run the tests beside the mappings: rows in, records and findings out",
		Long: "Test runs mappings/*.test.yaml and compares. It needs neither the sources, nor the database, nor a server.",
		RunE: func(_ *cobra.Command, names []string) error {
			p, err := pipeline.OpenConfig(a.options(nil))
			if err != nil {
				return err
			}
			var s *schema.Snapshot
			if schemaFile != "" {
				if s, err = pipeline.LoadSchema(schemaFile); err != nil {
					return err
				}
			}
			tests, err := p.TestMappings(a.ctx, names, s)
			if err != nil {
				return err
			}
			if tests.Failed > 0 {
				a.exit = Findings
			}
			return a.print(tests, func(w io.Writer) error { return view.MapTests(w, tests) })
		},
	}
	c.Flags().StringVar(&schemaFile, "schema", "", "take the kinds of fields from a schema that map schema --save wrote")
	return c
}
