package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// mostTables is how many tables the text shows; where there are more, those of one shape share a line.
const mostTables = 30

// family is a table, or all tables of one shape in several files: sixty orders with one XML file each are one line.
type family struct {
	name                 string
	first                *profile.Source
	files                int
	rows, damaged, equal int64
	keysDiffer           bool
}

// families says for each table what it is called in the text.
type families struct {
	list []*family // in the order of the report
	of   map[string]*family
}

func familiesOf(sources []profile.Source) *families {
	fs := &families{of: map[string]*family{}}
	byShape := map[string]*family{}
	for i := range sources {
		s := &sources[i]
		shape := s.Name
		if len(sources) > mostTables && len(s.Columns) > 0 {
			shape = shapeOf(s)
		}
		f := byShape[shape]
		if f == nil {
			f = &family{first: s}
			byShape[shape] = f
			fs.list = append(fs.list, f)
		}
		f.files++
		f.keysDiffer = f.keysDiffer || keyText(s) != keyText(f.first)
		f.rows, f.damaged, f.equal = f.rows+s.Rows, f.damaged+s.Quarantined, f.equal+s.DuplicateRows
		fs.of[s.Name] = f
	}
	fs.giveNames()
	return fs
}

// shapeOf is equal for tables that are one table in several files.
func shapeOf(s *profile.Source) string {
	if s.Format == "xml" {
		return "xml " + s.Dialect.Path
	}
	var names strings.Builder
	for i := range s.Columns {
		names.WriteString(s.Columns[i].Name + "\x00")
	}
	return names.String() + s.Sheet
}

// giveNames calls a family after the file's own name of the table, and after the document it stands in where two are called so.
func (fs *families) giveNames() {
	taken := map[string]int{}
	for _, f := range fs.list {
		taken[f.own()]++
	}
	for _, f := range fs.list {
		f.name = f.first.Name
		if f.files == 1 {
			continue
		}
		f.name = f.own()
		if root := strings.Split(f.first.Dialect.Path+"//", "/")[1]; taken[f.name] > 1 && root != "" {
			f.name = root + ": " + f.name
		}
		f.name += fmt.Sprintf(" ×%d", f.files)
	}
}

func (f *family) own() string {
	if f.first.Format == "xml" && f.first.Table != "" {
		return f.first.Table
	}
	return f.first.Name + " …"
}

func (f *family) key() string {
	if f.keysDiffer {
		return "not the same in all"
	}
	return keyText(f.first)
}

// called is the name of a table's family.
func (fs *families) called(table string) string {
	if f := fs.of[table]; f != nil {
		return f.name
	}
	return table
}

// findings are the findings with their tables called so. Lines of several files mean nothing.
func (fs *families) findings(all []record.Finding) []record.Finding {
	out := slices.Clone(all)
	for i := range out {
		if f := fs.of[out[i].Table]; f != nil && f.files > 1 {
			out[i].Table, out[i].Line = f.name, 0
		}
	}
	return out
}

// relations are the references between families: what is missing added up, and the share of the file that has the least.
func (fs *families) relations(all []profile.Relation) []profile.Relation {
	var out []profile.Relation
	at := map[[2]string]int{}
	for _, r := range all {
		r.From.Table, r.To.Table = fs.called(r.From.Table), fs.called(r.To.Table)
		key := [2]string{r.From.String(), r.To.String()}
		i, known := at[key]
		if !known {
			at[key] = len(out)
			out = append(out, r)
			continue
		}
		o := &out[i]
		o.Coverage = min(o.Coverage, r.Coverage)
		o.OrphanRows, o.OrphanCount, o.Explained = o.OrphanRows+r.OrphanRows, o.OrphanCount+r.OrphanCount, o.Explained+r.Explained
	}
	return out
}

// names are the tables' names in their order, each once.
func (fs *families) names(tables []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, t := range tables {
		if name := fs.called(t); !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	return out
}

// several reports whether a line stands for several files.
func (fs *families) several() bool {
	return slices.ContainsFunc(fs.list, func(f *family) bool { return f.files > 1 })
}

// largest picks the families with the most rows, in the order of the report.
func (fs *families) largest(most int) []*family {
	order := make([]int, len(fs.list))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(fs.list[y].rows, fs.list[x].rows) })
	order = order[:min(most, len(order))]
	slices.Sort(order)
	var out []*family
	for _, i := range order {
		out = append(out, fs.list[i])
	}
	return out
}
