package mappings

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Set is all mappings of a project, with what they say about each other.
type Set struct {
	module string
	byName map[string]*Mapping
	order  []*Mapping
	parent map[string]string // mapping of lines -> mapping they belong to
}

// moduleName is what may stand before the dot of an external id.
var moduleName = regexp.MustCompile(`^[A-Za-z0-9_]+$`)

// NewSet joins the mappings of a project. module is the prefix of all their external ids. The problems are those
// between mappings: names that exist twice, references to mappings that do not exist, ids that collide, circles.
func NewSet(module string, ms []*Mapping) (*Set, []Problem) {
	s := &Set{module: module, byName: map[string]*Mapping{}, parent: map[string]string{}}
	var problems []Problem
	sorted := slices.SortedFunc(slices.Values(ms), func(a, b *Mapping) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.File, b.File))
	})
	for _, m := range sorted {
		if other, ok := s.byName[m.Name]; ok {
			problems = append(problems, m.problem(m.at["mapping"], "", "mapping %q is in %s too", m.Name, other.File))
			continue
		}
		s.byName[m.Name] = m
	}
	if !moduleName.MatchString(module) && len(sorted) > 0 {
		problems = append(problems, sorted[0].problem(sorted[0].at["id"], "set module: in migrate.yaml",
			"%q cannot be the module of external ids: letters, digits and _ only", module))
	}
	problems = append(problems, s.addCreated()...)
	problems = append(problems, s.checkLines()...)
	problems = append(problems, s.checkRefs()...)
	problems = append(problems, s.checkShapes()...)
	problems = append(problems, s.sort()...)
	return s, SortProblems(problems)
}

// Module is the prefix of the external ids.
func (s *Set) Module() string { return s.module }

// Mapping returns a mapping by name, or nil.
func (s *Set) Mapping(name string) *Mapping { return s.byName[name] }

// Order returns the mappings so that each stands after all it refers to, except itself. Lines stand after the mapping
// they belong to, and what lines refer to stands before both. Among equals, Mapping.Order and then the name decides.
func (s *Set) Order() []*Mapping { return slices.Clone(s.order) }

// Parent returns the mapping whose records the records of a mapping are lines of, or nil.
func (s *Set) Parent(name string) *Mapping { return s.byName[s.parent[name]] }

// Models lists the models that the mappings make records of or look records up in, sorted.
func (s *Set) Models() []string {
	found := map[string]bool{}
	for _, m := range s.byName {
		found[m.Model] = true
		for i := range m.Fields {
			r := &m.Fields[i]
			model, _ := splitPath(r.Find)
			found[model] = true
			if r.Value != nil {
				model, _ = splitPath(r.Value.Find)
				found[model] = true
			}
		}
	}
	delete(found, "")
	return slices.Sorted(maps.Keys(found))
}

func (s *Set) names() []string { return slices.Sorted(maps.Keys(s.byName)) }

// problem makes a problem of this mapping.
func (m *Mapping) problem(at yamlpos.Pos, hint, format string, args ...any) Problem {
	return m.doc.Problem(record.Error, at, hint, fmt.Sprintf(format, args...))
}

func (m *Mapping) warning(at yamlpos.Pos, hint, format string, args ...any) Problem {
	return m.doc.Problem(record.Warning, at, hint, fmt.Sprintf(format, args...))
}

// key returns the position of a key's value within a field rule, or that of the field.
func (r *FieldRule) key(name string) yamlpos.Pos {
	if n := r.node.Get(name); n != nil {
		return n.Pos
	}
	return r.pos
}

func (s *Set) checkLines() []Problem {
	var problems []Problem
	for _, name := range s.names() {
		m := s.byName[name]
		for _, line := range m.Children() {
			field, childName, at := line.Field, line.Mapping, m.lines[line.Field]
			child := s.byName[childName]
			switch {
			case childName == "": // reported by Parse
			case child == nil:
				problems = append(problems, m.problem(at, suggest(childName, s.names()), "there is no mapping %q for the lines of %s", childName, field))
			case child == m:
				problems = append(problems, m.problem(at, "", "a mapping cannot be its own lines"))
			case s.parent[childName] != "":
				problems = append(problems, m.problem(at, "", "mapping %q is lines of %s already", childName, s.parent[childName]))
			default:
				s.parent[childName] = name
				if !slices.ContainsFunc(child.Fields, func(r FieldRule) bool { return r.Ref == name }) {
					problems = append(problems, child.problem(child.at["fields"], "order_id: {from: ORDER_NO, ref: "+name+"}",
						"%s are lines of %s, but no field refers to it", childName, name))
				}
			}
		}
	}
	return problems
}

func (s *Set) checkRefs() []Problem {
	var problems []Problem
	for _, name := range s.names() {
		m := s.byName[name]
		for i := range m.Fields {
			r := &m.Fields[i]
			if r.Ref == "" {
				continue
			}
			target := s.byName[r.Ref]
			if target == nil {
				problems = append(problems, m.problem(r.key("ref"), suggest(r.Ref, s.names()), "there is no mapping %q", r.Ref))
				continue
			}
			given := max(len(r.From), 1)
			if want := len(target.ID.Columns); want > 0 && given != want {
				problems = append(problems, m.problem(r.key("from"), fmt.Sprintf("from: [%s]", strings.Join(target.ID.Columns, ", ")),
					"the id of %s, %s, takes %d columns, not %d", r.Ref, target.ID.Text, want, given))
			}
		}
	}
	return problems
}

// root is the mapping that a mapping is loaded together with.
func (s *Set) root(name string) string {
	for range len(s.byName) {
		parent := s.parent[name]
		if parent == "" {
			break
		}
		name = parent
	}
	return name
}

// sort fills s.order with families: a mapping and its lines, which are loaded together.
func (s *Set) sort() []Problem {
	needs := map[string]map[string]bool{}
	for _, name := range s.names() {
		root := s.root(name)
		if needs[root] == nil {
			needs[root] = map[string]bool{}
		}
		if made := s.byName[name].Created; made != nil {
			for _, need := range made.needs {
				if s.byName[need] != nil {
					needs[root][s.root(need)] = true
				}
			}
		}
		for _, r := range s.byName[name].Fields {
			for _, need := range []string{r.Ref, r.Creates} {
				if s.byName[need] != nil && s.root(need) != root {
					needs[root][s.root(need)] = true
				}
			}
		}
	}
	var problems []Problem
	done := map[string]bool{}
	for len(done) < len(needs) {
		next, ok := s.ready(needs, done)
		if !ok {
			problems = append(problems, s.circle(needs, done))
			next = slices.Min(pending(needs, done))
		}
		done[next] = true
		s.place(next)
	}
	return problems
}

func pending(needs map[string]map[string]bool, done map[string]bool) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(needs)) {
		if !done[name] {
			out = append(out, name)
		}
	}
	return out
}

func (s *Set) ready(needs map[string]map[string]bool, done map[string]bool) (string, bool) {
	best, found := "", false
	for _, name := range pending(needs, done) {
		free := true
		for need := range needs[name] {
			free = free && done[need]
		}
		if free && (!found || s.byName[name].Order < s.byName[best].Order) {
			best, found = name, true
		}
	}
	return best, found
}

func (s *Set) place(name string) {
	m := s.byName[name]
	s.order = append(s.order, m)
	for _, line := range m.Children() {
		if child := line.Mapping; s.parent[child] == name && !slices.Contains(s.order, s.byName[child]) {
			s.place(child)
		}
	}
}

// circle names one circle among the mappings that are left.
func (s *Set) circle(needs map[string]map[string]bool, done map[string]bool) Problem {
	at := pending(needs, done)[0]
	var path []string
	for !slices.Contains(path, at) {
		path = append(path, at)
		for _, need := range slices.Sorted(maps.Keys(needs[at])) {
			if !done[need] {
				at = need
				break
			}
		}
	}
	path = append(path[slices.Index(path, at):], at)
	m, next := s.byName[path[0]], path[1]
	for _, member := range s.names() {
		if s.root(member) != path[0] {
			continue
		}
		for i := range s.byName[member].Fields {
			if r := &s.byName[member].Fields[i]; s.byName[r.Ref] != nil && s.root(r.Ref) == next {
				return s.byName[member].problem(r.key("ref"), "leave one of the references out", "mappings refer to each other in a circle: %s", strings.Join(path, " -> "))
			}
		}
	}
	return m.problem(m.at["mapping"], "", "mappings refer to each other in a circle: %s", strings.Join(path, " -> "))
}
