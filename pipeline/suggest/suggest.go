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

// Draft is DraftFor without a target.
func Draft(r *profile.Report, project string) map[string][]byte {
	return DraftFor(r, project, Options{})
}

// DraftFor returns the files of a first project, by path: "migrate.yaml" and "mappings/<source>.yaml". The same report
// and options give the same bytes.
func DraftFor(r *profile.Report, project string, opt Options) map[string][]byte {
	p := newPlan(r, project, opt)
	files := map[string][]byte{"migrate.yaml": p.project()}
	for _, m := range p.mappings {
		files["mappings/"+m.name+".yaml"] = m.text()
	}
	return files
}

// plan is what is drafted.
type plan struct {
	report   *profile.Report
	fit      *Fitting
	name     string
	sources  []string            // name in migrate.yaml of each of the report's sources
	mappings []*mapping          // in load order
	byTable  map[string]*mapping // report's table name -> mapping
	open     map[string]string   // tables without a mapping -> why
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
	for i := range r.Sources {
		p.sources = append(p.sources, p.uniqueSource(r.Sources[i].Name))
	}
	for _, table := range r.LoadOrder {
		i := slices.IndexFunc(r.Sources, func(s profile.Source) bool { return s.Name == table })
		if i < 0 {
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
	case len(s.Keys) == 0:
		return nil, "no column identifies a row: name the key, then map it to " + model
	}
	best := t.Models[0]
	m := &mapping{name: source, source: source, model: model, why: strings.Join(best.Reasons, "; "), confidence: best.Confidence, know: known().model(model),
		src: s, fit: t, placed: map[string]bool{}, columns: map[string]string{}}
	m.key = p.keyOf(s)
	m.id = source
	for _, c := range m.key {
		if strings.ContainsAny(c, "{}") {
			return nil, fmt.Sprintf("its key column %q has a name that an id cannot hold", c)
		}
		m.id += "_{" + c + "}"
	}
	m.idWhy = fmt.Sprintf("%s: no value twice in %d rows", strings.Join(m.key, " + "), s.Rows-s.Quarantined)
	return m, ""
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

// documents are models whose lines belong to them: the one2many, the model of the lines, and their way back.
var documents = []struct{ model, field, lines, back string }{
	{"account.move", "line_ids", "account.move.line", "move_id"},
	{"purchase.order", "order_line", "purchase.order.line", "order_id"},
	{"sale.order", "order_line", "sale.order.line", "order_id"},
}

// documentLines joins documents with the mapping of their lines.
func (p *plan) documentLines() {
	for _, m := range p.mappings {
		for _, doc := range documents {
			if doc.model != m.model {
				continue
			}
			i := slices.IndexFunc(p.mappings, func(l *mapping) bool {
				return l.model == doc.lines && slices.ContainsFunc(l.fields, func(f line) bool {
					return f.key == doc.back && strings.HasSuffix(f.value, "ref: "+m.name+"}")
				})
			})
			if i >= 0 {
				m.lines = &line{doc.field, "{mapping: " + p.mappings[i].name + "}", 0.9, "its lines refer to it"}
			}
		}
	}
}

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
