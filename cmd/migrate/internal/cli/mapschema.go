package cli

import (
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/view"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

func (a *app) mapSchema() *cobra.Command {
	var target, save, out string
	var models []string
	c := &cobra.Command{
		Use: "schema", Short: "Write the JSON Schemas of the YAML files for editors, or save what a target's models look like", Args: noArguments,
		Long: "Schema writes the JSON Schemas of migrate.yaml, of mappings and of their tests, with which an editor completes and checks them.\n" +
			"With --save it reads a target instead: fields, labels, selections, small tables such as countries and accounts, and counts of\n" +
			"records. It changes nothing there. That file serves migrate audit --schema, migrate map lint --schema and migrate map test\n" +
			"--schema. It holds no records but names and codes of those small tables.",
		RunE: func(*cobra.Command, []string) error {
			switch {
			case save == "" && (target != "" || len(models) > 0):
				return usage("Pass --save with the name of the file.", "--target and --model are about the schema of a target, which is saved with --save")
			case save != "" && out != "":
				return usage("Pass one of them.", "--save is about a target's schema, and --out about the JSON Schemas for editors")
			case save == "":
				return a.editorSchemas(out)
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
	c.Flags().StringVar(&out, "out", "", "folder for the JSON Schemas (default: "+pipeline.EditorSchemas+" of the project)")
	c.Flags().StringVar(&save, "save", "", "save the target's schema: the file to write; packed where its name ends in .gz")
	c.Flags().StringVarP(&target, "target", "t", "", "target of migrate.yaml (default: the only one)")
	c.Flags().StringSliceVar(&models, "model", nil, "a model to save beside the usual ones and those of the mappings (may be repeated)")
	return c
}

// editorSchemas writes the JSON Schemas into a folder, by default that of the project to which migrate init points.
func (a *app) editorSchemas(dir string) error {
	if dir == "" {
		dir = filepath.Join(filepath.Dir(a.config), filepath.FromSlash(pipeline.EditorSchemas))
	}
	files, err := pipeline.WriteEditorSchemas(dir)
	if err != nil {
		return err
	}
	return a.print(map[string]any{"version": 1, "files": files}, func(w io.Writer) error { return view.Files(w, files) })
}
