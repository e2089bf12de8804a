package view

import (
	"fmt"
	"io"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings/library"
)

// Library is what map library says.
type Library struct {
	Version int          `json:"version"`
	Maps    []LibraryMap `json:"maps"`
	Written []string     `json:"written,omitempty"`
}

// LibraryMap is one ready-made map.
type LibraryMap struct {
	Name    string   `json:"name"`
	Line    string   `json:"line"`
	Models  []string `json:"models"`
	Needs   []string `json:"needs,omitempty"`
	Sources []string `json:"sources"` // lines for sources: of migrate.yaml
	About   string   `json:"about"`
}

// LibraryOf makes the view of maps and of the files that were written.
func LibraryOf(maps []*library.Map, written []string) Library {
	out := Library{Version: 1, Written: written}
	for _, m := range maps {
		shown := LibraryMap{Name: m.Name, Line: m.Line, Models: m.Models, Needs: m.Needs, About: m.About}
		for _, s := range m.Sources {
			shown.Sources = append(shown.Sources, s.Entry("exports"))
		}
		out.Maps = append(out.Maps, shown)
	}
	return out
}

// LibraryList prints one map a paragraph: its name and line, its models, and the maps it refers to.
func LibraryList(w io.Writer, l Library, width int) error {
	var b strings.Builder
	for _, m := range l.Maps {
		fmt.Fprintf(&b, "%s\n", m.Name)
		about := []string{m.Line, "Models: " + strings.Join(m.Models, ", ") + "."}
		if len(m.Needs) > 0 {
			about = append(about, "Refers to: "+strings.Join(m.Needs, ", ")+".")
		}
		for _, text := range about {
			b.WriteString(Wrap(text, width, 4))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// LibraryMaps prints what each map says about itself and the sources it reads, as they stand in migrate.yaml.
func LibraryMaps(w io.Writer, l Library) error {
	var b strings.Builder
	for _, m := range l.Maps {
		fmt.Fprintf(&b, "%s\n\n%s\n", m.Name, m.About)
		if len(m.Needs) > 0 {
			fmt.Fprintf(&b, "It refers to records of the maps %s.\n\n", strings.Join(m.Needs, ", "))
		}
	}
	b.WriteString("For migrate.yaml:\n\nsources:\n")
	for _, m := range l.Maps {
		for _, s := range m.Sources {
			fmt.Fprintf(&b, "  %s\n", s)
		}
	}
	if len(l.Written) > 0 {
		b.WriteString("\nWritten:\n")
		for _, f := range l.Written {
			fmt.Fprintf(&b, "  %s\n", f)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
