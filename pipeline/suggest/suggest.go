// Package suggest drafts a project from an audit's report: migrate.yaml and a mapping for each table it can place, with
// the reason and confidence of each line as a comment and a list of what a person must decide. It guesses from names,
// kinds of value and relations; it never looks at rows, and what it writes is meant to be read before it is run.
package suggest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
)

// Draft returns the files of a first project, by path: "migrate.yaml" and "mappings/<source>.yaml". The same report gives
// the same bytes.
func Draft(r *profile.Report, project string) map[string][]byte {
	p := newPlan(r, project)
	files := map[string][]byte{"migrate.yaml": p.project()}
	for _, m := range p.mappings {
		files["mappings/"+m.name+".yaml"] = m.text()
	}
	return files
}

// plan is what is drafted.
type plan struct {
	report   *profile.Report
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
	hint                modelHint
	src                 *profile.Source
	id                  string
	idWhy               string
	fields              []line
	lines               *line
	ignore              []line
	todo                []string
	placed              map[string]bool // columns that are mapped or ignored
	columns             map[string]string
}

// line is one entry with its comment.
type line struct {
	key, value string
	confidence float64
	why        string
}

func newPlan(r *profile.Report, project string) *plan {
	p := &plan{report: r, name: identifier(project), byTable: map[string]*mapping{}, open: map[string]string{}}
	for i := range r.Sources {
		p.sources = append(p.sources, p.uniqueSource(r.Sources[i].Name))
	}
	for _, table := range r.LoadOrder {
		i := slices.IndexFunc(r.Sources, func(s profile.Source) bool { return s.Name == table })
		if i < 0 {
			continue
		}
		if m, why := p.begin(&r.Sources[i], p.sources[i]); m != nil {
			p.mappings = append(p.mappings, m)
			p.byTable[table] = m
		} else {
			p.open[p.sources[i]] = why
		}
	}
	for _, m := range p.mappings {
		p.references(m)
		m.byName()
		m.keyField()
		p.finish(m)
	}
	p.documentLines()
	return p
}

// begin decides the model and the external id, without which there is no mapping.
func (p *plan) begin(s *profile.Source, source string) (*mapping, string) {
	hint, why, confidence := modelOf(s)
	switch {
	case hint.model == "":
		return nil, "no Odoo model is suggested by its name or columns"
	case s.Rows == s.Quarantined:
		return nil, "it has no readable rows (" + hint.model + "?)"
	case len(s.Keys) == 0:
		return nil, "no column identifies a row: name the key, then map it to " + hint.model
	}
	m := &mapping{name: source, source: source, model: hint.model, why: why, confidence: confidence, hint: hint, src: s,
		placed: map[string]bool{}, columns: map[string]string{}}
	key := s.Keys[0]
	m.id = source
	for _, c := range key.Columns {
		if strings.ContainsAny(c, "{}") {
			return nil, fmt.Sprintf("its key column %q has a name that an id cannot hold", c)
		}
		m.id += "_{" + c + "}"
	}
	m.idWhy = fmt.Sprintf("%s: no value twice in %d rows", strings.Join(key.Columns, " + "), s.Rows-s.Quarantined)
	return m, ""
}

// modelOf guesses the model from the table's name, else from its columns.
func modelOf(s *profile.Source) (modelHint, string, float64) {
	name := joined(s.Name)
	for _, h := range modelHints {
		if word, ok := containsOne(name, h.in); ok {
			if _, no := containsOne(name, h.not); !no {
				return h, fmt.Sprintf("the table's name says %q", word), 0.9
			}
		}
	}
	email, city, street := false, false, false
	for i := range s.Columns {
		c := joined(s.Columns[i].Name)
		email = email || s.Columns[i].Semantic == "email"
		city = city || c == "city" || c == "ort"
		street = street || strings.HasPrefix(c, "street") || strings.HasPrefix(c, "address")
	}
	if email && city && street && !strings.Contains(name, "employee") && !strings.Contains(name, "user") {
		return modelHint{model: "res.partner"}, "it has e-mail, street and city", 0.5
	}
	return modelHint{}, "", 0
}

func containsOne(s string, list []string) (string, bool) {
	for _, w := range list {
		if strings.Contains(s, w) {
			return w, true
		}
	}
	return "", false
}

// references places columns that stand in another table's key.
func (p *plan) references(m *mapping) {
	for _, rel := range p.report.Relations {
		target := p.byTable[rel.To.Table]
		if rel.From.Table != m.src.Name || target == nil || m.placed[rel.From.Column] {
			continue
		}
		i := slices.IndexFunc(refHints, func(h refHint) bool { return h.from == m.model && h.to == target.model })
		if i < 0 || m.has(refHints[i].field) {
			continue
		}
		if !target.src.HasKey(rel.To.Column) || target.src.Keys[0].Columns[0] != rel.To.Column || len(target.src.Keys[0].Columns) > 1 {
			m.todo = append(m.todo, fmt.Sprintf("%s refers to %s, whose id is made of another column", rel.From.Column, rel.To))
			continue
		}
		if rel.From.Table == rel.To.Table && rel.From.Column == rel.To.Column {
			continue
		}
		value := "{from: " + scalar(rel.From.Column) + ", ref: " + target.name + "}"
		if rel.StripZeros {
			m.todo = append(m.todo, fmt.Sprintf("%s joins %s only without leading zeros: use do: [strip_zeros] on both sides", rel.From.Column, rel.To))
			continue
		}
		why := fmt.Sprintf("%.0f %% of the rows stand in %s", floorPercent(rel.Coverage), rel.To)
		m.put(line{refHints[i].field, value, rel.Confidence, why}, rel.From.Column)
	}
}

// floorPercent never rounds up to 100 what is not complete.
func floorPercent(share float64) float64 { return float64(int(share * 100)) }

// documentLines joins documents with the mapping of their lines.
func (p *plan) documentLines() {
	for _, m := range p.mappings {
		doc, ok := documents[m.model]
		if !ok {
			continue
		}
		for _, l := range p.mappings {
			if l.model == doc.lines && slices.ContainsFunc(l.fields, func(f line) bool {
				return f.key == "order_id" && strings.HasSuffix(f.value, "ref: "+m.name+"}")
			}) {
				m.lines = &line{doc.field, "{mapping: " + l.name + "}", 0.9, "its lines refer to it"}
				break
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

// keyField shows the legacy key where people look for it.
func (m *mapping) keyField() {
	field, key := keyFields[m.model], m.src.Keys[0].Columns
	if field == "" || len(key) != 1 || m.has(field) {
		return
	}
	m.put(line{field, scalar(key[0]), 0.8, "the legacy key, so that people find the record"}, key[0])
}

// finish ignores what is empty, explains what is left, and names what is missing.
func (p *plan) finish(m *mapping) {
	for _, k := range m.src.Keys[0].Columns {
		m.placed[k] = true
	}
	for i := range m.src.Columns {
		c := &m.src.Columns[i]
		if m.placed[c.Name] || c.Name == "" {
			continue
		}
		if to := p.refersTo(m.src.Name, c.Name); to != "" {
			m.todo = append(m.todo, fmt.Sprintf("%s refers to %s, for which %s has no field here", c.Name, to, m.model))
			continue
		}
		m.rest(c)
	}
	for _, f := range append(slices.Clone(required[m.model]), m.hint.needs...) {
		if !m.has(f) {
			m.todo = append([]string{"Odoo requires " + f + ", and no column was found for it"}, m.todo...)
		}
	}
	slices.SortStableFunc(m.fields, func(a, b line) int { return cmp.Compare(m.rank(a.key), m.rank(b.key)) })
}

// refersTo names the key a column stands in, unless there is a better reason for leaving the column out.
func (p *plan) refersTo(table, column string) string {
	for _, r := range reasons {
		if slices.Contains(r.words, joined(column)) {
			return ""
		}
	}
	for _, rel := range p.report.Relations {
		if rel.From.Table == table && rel.From.Column == column {
			return rel.To.String()
		}
	}
	return ""
}

func (m *mapping) rest(c *profile.Column) {
	name := joined(c.Name)
	if c.Type == profile.TypeEmpty {
		m.ignore = append(m.ignore, line{key: c.Name, value: quote("empty in all rows")})
		return
	}
	for _, r := range reasons {
		if slices.Contains(r.words, name) {
			if r.ignore {
				m.ignore = append(m.ignore, line{key: c.Name, value: quote(r.reason)})
			} else {
				m.todo = append(m.todo, fmt.Sprintf("%s (%s): %s", c.Name, describe(c), r.reason))
			}
			return
		}
	}
	if c.Distinct == 1 && len(c.Top) == 1 && c.Nulls+c.Blanks == 0 && !c.Personal {
		m.todo = append(m.todo, fmt.Sprintf("%s is %q in all rows: map it as a constant, or ignore it with a reason", c.Name, c.Top[0].Value))
		return
	}
	m.todo = append(m.todo, fmt.Sprintf("%s (%s): not placed", c.Name, describe(c)))
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

// rank is the order of the fields in a mapping: as in the hints, references and the legacy key first.
func (m *mapping) rank(field string) int {
	for i, h := range fieldHints[m.model] {
		if h.field == field {
			return i + 1
		}
	}
	return 0
}
