package cli

import (
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/view"
	"github.com/odoo-migrate/odoo-migrate/mappings/library"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

func (a *app) mapLibrary() *cobra.Command {
	var out string
	var version int
	c := &cobra.Command{
		Use: "library [NAME...]", Short: "List the ready-made maps, describe some, or write them with their templates",
		Long: "Without a name, library lists the maps. With names it says what they do, what they need and what can be undone, and which sources\n" +
			"migrate.yaml must have. With --out it writes their mappings, tests of those, and a CSV template for every source; no file is replaced.",
		RunE: func(_ *cobra.Command, names []string) error {
			maps, err := readLibrary(names, version)
			if err != nil {
				return err
			}
			if len(names) == 0 && out != "" {
				return usage("Name the maps to write; migrate map library lists them.", "--out says where to write, and no map was named")
			}
			var written []string
			if out != "" {
				if written, err = pipeline.WriteLibrary(out, maps); err != nil {
					return err
				}
				for i := range written {
					written[i] = filepath.ToSlash(written[i])
				}
			}
			shown := view.LibraryOf(maps, written)
			return a.print(shown, func(w io.Writer) error {
				if len(names) == 0 {
					return view.LibraryList(w, shown, view.Width(w))
				}
				return view.LibraryMaps(w, shown)
			})
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "", "folder to write into: mappings/ and templates/ below it")
	c.Flags().IntVar(&version, "odoo", library.Versions[0], "version of Odoo the maps are for")
	return c
}

// readLibrary reads the named maps, or all of them.
func readLibrary(names []string, version int) ([]*library.Map, error) {
	if len(names) == 0 {
		names = library.Names()
	}
	var maps []*library.Map
	for _, name := range names {
		m, err := library.Get(name, version)
		if err != nil {
			return nil, usage("migrate map library lists the maps.", "%s", err.Error())
		}
		maps = append(maps, m)
	}
	return maps, nil
}
