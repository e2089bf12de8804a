// Package suggest says what of an audit's report fits which model and field of Odoo, and drafts a project from it:
// migrate.yaml and a mapping for each table it can place, with the reason and confidence of each line as a comment and a
// list of what a person must decide. It judges by names, kinds of value, values and relations, against the metadata of a
// target or what is known of Odoo without one; it never looks at rows, and what it writes is meant to be read before it
// is run. It performs no I/O.
package suggest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
)

// plan is what is drafted.
type plan struct {
	report   *profile.Report
	fit      *Fitting
	name     string
	sources  []string            // name in migrate.yaml of each of the report's sources
	mappings []*mapping          // in load order
	byTable  map[string]*mapping // report's table name -> mapping
	open     map[string]string   // tables without a mapping -> why
	have     []Have
}

// mapping is one drafted file.
type mapping struct {
	name, source, model string
	why                 string
	confidence          float64
	know                *modelKnowledge
	src                 *profile.Source
	fit                 *TableFit
	key                 []string // columns the external id is made of
	id                  string
	idWhy               string
	fields              []line
	lines               *line
	ignore              []line
	todo                []string
	policies            []string        // lines that a ready-made map has
	placed              map[string]bool // columns that are mapped or ignored
	columns             map[string]string
}

// line is one entry with its comment.
type line struct {
	key, value string
	confidence float64
	why        string
}

func newPlan(r *profile.Report, project string, opt Options) *plan {
	p := &plan{report: r, fit: Fit(r, opt), name: identifier(project), byTable: map[string]*mapping{}, open: map[string]string{}}
	p.nameSources(opt.Sources)
	p.thereAlready(opt.Have)
	for _, table := range r.LoadOrder {
		i := slices.IndexFunc(r.Sources, func(s profile.Source) bool { return s.Name == table })
		if i < 0 || p.byTable[table] != nil || !opt.wants(p.sources[i]) {
			continue
		}
		if m, why := p.begin(i); m != nil {
			p.mappings = append(p.mappings, m)
			p.byTable[table] = m
		} else {
			p.open[p.sources[i]] = why
		}
	}
	for _, m := range p.mappings {
		m.splitName()
		for i := range m.src.Columns {
			p.nearReference(m, &m.src.Columns[i])
		}
		for i := range m.fit.Columns {
			p.column(m, &m.fit.Columns[i])
		}
		m.extras()
		p.finish(m)
	}
	p.documentLines()
	for _, m := range p.mappings {
		m.likeLibrary()
	}
	return p
}

// begin decides the model and the external id, without which there is no mapping.
func (p *plan) begin(i int) (*mapping, string) {
	s, t, source := &p.report.Sources[i], &p.fit.Tables[i], p.sources[i]
	model := t.Model()
	switch {
	case model == "":
		return nil, noModel(t)
	case s.Rows == s.Quarantined:
		return nil, "it has no readable rows (" + model + "?)"
	}
	best := t.Models[0]
	m := &mapping{name: source, source: source, model: model, why: strings.Join(best.Reasons, "; "), confidence: best.Confidence, know: known().model(model),
		src: s, fit: t, placed: map[string]bool{}, columns: map[string]string{}}
	if why := p.identify(m); why != "" {
		return nil, why
	}
	m.id = p.idPrefix(source)
	for _, c := range m.key {
		m.id += "_{" + c + "}"
	}
	return m, ""
}

// idPrefix is the beginning of a source's external ids: its name, and where another source's name is the beginning of it,
// with a "-" there, so that no two rows of both get the same id.
func (p *plan) idPrefix(source string) string {
	out := []byte(source)
	for _, other := range p.sources {
		if other != "" && other != source && strings.HasPrefix(source, other+"_") {
			out[len(other)] = '-'
		}
	}
	return string(out)
}

// keyOf is the key that other tables refer to, else the first one.
func (p *plan) keyOf(s *profile.Source) []string {
	best, most := s.Keys[0].Columns, 0
	for _, k := range s.Keys {
		n := 0
		for _, r := range p.report.Relations {
			if len(k.Columns) == 1 && r.To.Table == s.Name && r.To.Column == k.Columns[0] {
				n++
			}
		}
		if n > most {
			best, most = k.Columns, n
		}
	}
	return best
}

// noModel says why a table has no mapping, and what it might be.
func noModel(t *TableFit) string {
	if len(t.Models) == 0 {
		return "no Odoo model is suggested by its name or columns"
	}
	best := t.Models[0]
	if best.Missing && best.Confidence >= Sure {
		return "looks like " + best.Model + ", which the target does not have"
	}
	return fmt.Sprintf("perhaps %s (%.0f %%: %s)", best.Model, best.Confidence*100, strings.Join(best.Reasons, "; "))
}

// floorPercent never rounds up to 100 what is not complete.
func floorPercent(share float64) float64 { return float64(int(share * 100)) }

func (m *mapping) has(field string) bool {
	return slices.ContainsFunc(m.fields, func(l line) bool { return l.key == field })
}

func (m *mapping) put(l line, column string) {
	m.fields = append(m.fields, l)
	m.placed[column] = true
	m.columns[l.key] = column
}

func (m *mapping) later(column, format string, args ...any) {
	m.todo = append(m.todo, fmt.Sprintf(format, args...))
	m.placed[column] = true
}

// finish ignores what is empty, explains what is left, and names what is missing.
func (p *plan) finish(m *mapping) {
	for _, k := range m.key {
		m.placed[k] = true
	}
	for i := range m.src.Columns {
		if c := &m.src.Columns[i]; !m.placed[c.Name] && c.Name != "" {
			m.rest(c, &m.fit.Columns[i])
		}
	}
	var missing []string
	for _, f := range m.fit.Required {
		if m.has(f) {
			continue
		}
		missing = append(missing, "Odoo requires "+f+", and no column was found for it")
	}
	m.todo = append(missing, m.todo...)
	slices.SortStableFunc(m.fields, func(a, b line) int { return cmp.Compare(m.rank(a.key), m.rank(b.key)) })
}

// rest lists a column that was not placed: what is known about it, or what it might be.
func (m *mapping) rest(c *profile.Column, f *ColumnFit) {
	switch {
	case f.Ignore:
		m.ignore = append(m.ignore, line{key: c.Name, value: quote(f.Note)})
	case f.Note != "":
		m.todo = append(m.todo, fmt.Sprintf("%s (%s): %s", c.Name, describe(c), f.Note))
	case len(f.Fields) > 0:
		best := f.Fields[0]
		m.todo = append(m.todo, fmt.Sprintf("%s (%s): perhaps %s (%.0f %%: %s)", c.Name, describe(c), best.Field, best.Confidence*100, best.Reason))
	default:
		m.todo = append(m.todo, fmt.Sprintf("%s (%s): not placed", c.Name, describe(c)))
	}
}

// describe says in a few words what a column holds.
func describe(c *profile.Column) string {
	kind := c.Type
	if c.Semantic != "" {
		kind = c.Semantic
	}
	if c.Distinct == 1 {
		return kind + ", 1 value"
	}
	return fmt.Sprintf("%s, %d values", kind, c.Distinct)
}

// rank is the order of the fields in a mapping: as in the knowledge of the model, everything else behind.
func (m *mapping) rank(field string) int {
	if i := slices.IndexFunc(m.know.fields, func(f *fieldKnowledge) bool { return f.Name == field }); i >= 0 {
		return i
	}
	return len(m.know.fields)
}
