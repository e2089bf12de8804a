package suggest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
)

// nearEnough is the share of the rows that a column must tell apart to be taken for a key that some rows spoil.
const nearEnough = 0.95

// nearKey is the column that would be the table's key but for a few rows: the first that is called like one, has hardly a
// value twice and is hardly ever empty. It returns nil where there is none.
func (p *plan) nearKey(s *profile.Source) *profile.Column {
	rows := float64(s.Rows - s.Quarantined)
	for i := range s.Columns {
		c := &s.Columns[i]
		coded := (c.Type == profile.TypeText || c.Type == profile.TypeInteger || c.Type == profile.TypeBoolean && rows == 1) && c.Semantic == ""
		elsewhere := slices.ContainsFunc(p.report.Relations, func(r profile.Relation) bool {
			return r.From.Table == s.Name && r.From.Column == c.Name && r.To.Table != s.Name
		})
		if calledKey(c) && coded && !elsewhere && float64(c.Values) >= nearEnough*rows && float64(c.Distinct) >= nearEnough*float64(c.Values) {
			return c
		}
	}
	return nil
}

// calledKey reports whether a column is called as keys are.
func calledKey(c *profile.Column) bool {
	name := fold(bare(c.Name))
	return name == "id" || withoutEnding(name) != "" || names(c.Name, "no", "nr", "id", "code", "key", "num", "sku")
}

// chance reports whether a key may be one by chance: no table refers to it, and it has a column of texts that is not called
// like a key, such as a name or a town.
func (p *plan) chance(s *profile.Source, key []string) bool {
	for _, r := range p.report.Relations {
		if r.To.Table == s.Name && slices.Equal(key, []string{r.To.Column}) || r.From.Table == s.Name && slices.Contains(key, r.From.Column) {
			return false
		}
	}
	return slices.ContainsFunc(key, func(name string) bool {
		c, ok := s.Column(name)
		return ok && c.Type == profile.TypeText && !calledKey(c)
	})
}

// identify makes the external id, of the key or of what is nearly one. It reports why there is none.
func (p *plan) identify(m *mapping) (why string) {
	s := m.src
	rows := s.Rows - s.Quarantined
	near := p.nearKey(s)
	document := m.document()
	switch {
	case document != "":
		m.key, m.idWhy = []string{document}, "TODO: the lines stand beside their document, so rows share it"
		m.todo = append(m.todo, fmt.Sprintf("several rows are one record, with its lines beside it: from: {source: %s, group: {by: [%s], take: {...}}} makes one of them, and a second mapping makes the lines",
			m.source, scalar(document)))
	case len(s.Keys) > 0 && (near == nil || !p.chance(s, p.keyOf(s))):
		m.key = p.keyOf(s)
		m.idWhy = fmt.Sprintf("%s: no value twice in %d rows", strings.Join(m.key, " + "), rows)
	case near != nil && rows == 1:
		m.key, m.idWhy = []string{near.Name}, fmt.Sprintf("TODO: %s is called like a key, and one row cannot prove it", near.Name)
	case near != nil:
		m.key = []string{near.Name}
		m.idWhy = fmt.Sprintf("TODO: %s does not identify every row: %d rows, %d with a value, %d different ones", near.Name, rows, near.Values, near.Distinct)
		m.todo = append(m.todo, near.Name+" does not identify every row: stage names the rows where it is empty or a second time; correct them, merge them by decisions, or choose another key")
	default:
		return "no column identifies a row: name the key, then map it to " + m.model
	}
	if i := slices.IndexFunc(m.key, func(c string) bool { return strings.ContainsAny(c, "{}") }); i >= 0 {
		return fmt.Sprintf("its key column %q has a name that an id cannot hold", m.key[i])
	}
	return ""
}

// nearReference refers to a table by the name of a key that some rows spoil: without a real key no relation is seen.
func (p *plan) nearReference(m *mapping, c *profile.Column) {
	if c.Unique || slices.Contains(m.key, c.Name) {
		return
	}
	for i := range p.report.Sources {
		s := &p.report.Sources[i]
		target := p.byTable[s.Name]
		if target == nil || target == m || len(target.key) != 1 || target.key[0] != c.Name || s.HasKey(c.Name) {
			continue
		}
		for _, k := range m.know.fields {
			if k.ref == target.model && !m.has(k.Name) {
				m.put(line{k.Name, "{from: " + scalar(c.Name) + ", ref: " + target.name + "}", keyName, "the column is called as the key of " + target.source}, c.Name)
				return
			}
		}
	}
}

// document is the column that names the document, in a table that has documents and their lines side by side: "" in others.
func (m *mapping) document() string {
	lines := slices.ContainsFunc(m.fit.Columns, func(c ColumnFit) bool { f := c.Field(); return f != nil && strings.Contains(f.Field, "/") })
	key, ok := m.fit.Filling(m.know.key)
	if !lines || !ok || !slices.ContainsFunc(documents, func(d document) bool { return d.model == m.model }) {
		return ""
	}
	if len(m.src.Keys) > 0 && slices.Equal(m.src.Keys[0].Columns, []string{key.Column}) {
		return "" // each document has one line
	}
	return key.Column
}
