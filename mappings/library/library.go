// Package library holds ready-made mappings, embedded in the program: each is a folder with mapping files, a CSV template
// for every source they read, and a README. It hands out their text and performs no I/O beyond that.
package library

import (
	"embed"
	"encoding/csv"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings"
)

//go:embed */*.yaml */*.csv */README.md
var files embed.FS

// Versions are the Odoo versions every map of the library was loaded into, newest first.
var Versions = []int{19, 18}

// order is the order in which a migration usually needs the maps.
var order = []string{
	"units", "product_categories", "products", "product_variants", "partners", "price_lists", "accounts", "opening_balance", "open_items",
	"opening_stock", "sale_orders", "purchase_orders", "sale_history",
}

// Map is one ready-made map for one version of Odoo.
type Map struct {
	Name     string
	Line     string // what it does, in one line
	About    string // the whole README
	Mappings []File // sorted by name
	Tests    []File // fixtures, NAME.test.yaml beside NAME.yaml: what becomes of the template's rows
	Sources  []Source
	Models   []string // Odoo models, sorted
	Needs    []string // other maps whose records it refers to, in the order of Names
}

// File is a file of a map: a base name, its text, and what was read from it.
type File struct {
	Name    string
	Data    []byte
	Mapping *mappings.Mapping
}

// Source is one table that a map reads, as a template: the header and a few example rows.
type Source struct {
	Name     string // of the source in migrate.yaml; the template is Name.csv
	Template []byte // CSV with commas, UTF-8
	Columns  []string
	Key      []string // columns that identify a row
}

// Names lists the maps in the order in which a migration usually needs them.
func Names() []string { return slices.Clone(order) }

// Get returns a map for a version of Odoo, such as 19; 0 is the newest. An unknown name is an error that lists the known
// ones.
func Get(name string, version int) (*Map, error) {
	if !slices.Contains(order, name) {
		return nil, fmt.Errorf("there is no map %q in the library; it has %s", name, strings.Join(order, ", "))
	}
	if version == 0 {
		version = Versions[0]
	}
	if !slices.Contains(Versions, version) {
		return nil, fmt.Errorf("the library has no maps for Odoo %d, only for %d and %d", version, Versions[1], Versions[0])
	}
	m, err := read(name, version)
	if err != nil {
		return nil, fmt.Errorf("map %s: %w", name, err)
	}
	owner, err := owners()
	if err != nil {
		return nil, err
	}
	for _, f := range m.Mappings {
		for _, r := range f.Mapping.Fields {
			if from := owner[r.Ref]; from != "" && from != name && !slices.Contains(m.Needs, from) {
				m.Needs = append(m.Needs, from)
			}
		}
	}
	slices.SortFunc(m.Needs, func(a, b string) int { return slices.Index(order, a) - slices.Index(order, b) })
	return m, nil
}

// owners says which map a mapping belongs to.
func owners() (map[string]string, error) {
	out := map[string]string{}
	for _, name := range order {
		m, err := read(name, Versions[0])
		if err != nil {
			return nil, fmt.Errorf("map %s: %w", name, err)
		}
		for _, f := range m.Mappings {
			out[f.Mapping.Name] = name
		}
	}
	return out, nil
}

func read(name string, version int) (*Map, error) {
	entries, err := files.ReadDir(name)
	if err != nil {
		return nil, err
	}
	about, err := files.ReadFile(path.Join(name, "README.md"))
	if err != nil {
		return nil, err
	}
	m := &Map{Name: name, About: string(about)}
	m.Line, _, _ = strings.Cut(m.About, "\n")
	for _, e := range entries {
		stem, isMapping := strings.CutSuffix(e.Name(), ".yaml")
		if !isMapping || strings.Contains(stem, ".") {
			continue
		}
		if test, err := variant(name, stem, ".test.yaml", version); err == nil {
			m.Tests = append(m.Tests, File{Name: stem + ".test.yaml", Data: test})
		}
		f, err := mapping(name, stem, version)
		if err != nil {
			return nil, err
		}
		m.Mappings = append(m.Mappings, f)
		m.Models = append(m.Models, f.Mapping.Model)
		if err := m.source(f.Mapping); err != nil {
			return nil, err
		}
	}
	slices.Sort(m.Models)
	m.Models = slices.Compact(m.Models)
	return m, nil
}

// variant reads a file, or the one that a version has in its place: STEM.18.yaml for STEM.yaml.
func variant(name, stem, ending string, version int) ([]byte, error) {
	data, err := files.ReadFile(path.Join(name, fmt.Sprintf("%s.%d%s", stem, version, ending)))
	if err != nil {
		data, err = files.ReadFile(path.Join(name, stem+ending))
	}
	return data, err
}

func mapping(name, stem string, version int) (File, error) {
	data, err := variant(name, stem, ".yaml", version)
	if err != nil {
		return File{}, err
	}
	f := File{Name: stem + ".yaml", Data: data}
	parsed, problems := mappings.Parse(f.Name, data)
	if mappings.Failed(problems) {
		return f, fmt.Errorf("%s", problems[0])
	}
	f.Mapping = parsed
	return f, nil
}

// source adds the template of a mapping's source; the first mapping of a source says what its key is.
func (m *Map) source(of *mappings.Mapping) error {
	if slices.ContainsFunc(m.Sources, func(s Source) bool { return s.Name == of.Source }) {
		return nil
	}
	data, err := files.ReadFile(path.Join(m.Name, of.Source+".csv"))
	if err != nil {
		return err
	}
	header, err := csv.NewReader(strings.NewReader(string(data))).Read()
	if err != nil {
		return fmt.Errorf("%s.csv: %w", of.Source, err)
	}
	m.Sources = append(m.Sources, Source{Name: of.Source, Template: data, Columns: header, Key: of.ID.Columns})
	return nil
}

// Entry is the source's line under sources: of migrate.yaml, without indentation.
func (s Source) Entry(folder string) string {
	return fmt.Sprintf("%s: {file: %s, encoding: utf-8, delimiter: \",\", key: [%s]}", s.Name, path.Join(folder, s.Name+".csv"), strings.Join(s.Key, ", "))
}
