package mappings

import (
	"maps"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
)

// severalLines reads a list of mappings that all make lines of one one2many field: an entry whose debit and credit come
// from one row has a mapping for each.
func (p *mappingParser) severalLines(field string, list *yamlpos.Node) {
	if len(list.Items) == 0 {
		p.doc.Report(list.Pos, field+": {mapping: ...}", "lines of %s name no mapping", field)
	}
	for i, item := range list.Items {
		child := p.doc.Object(item, "lines."+field, lineKeys.Names()...)
		child.Require(lineKeys.Required()...)
		if name := child.Text("mapping"); i == 0 {
			p.m.Lines[field] = name
		} else {
			if p.m.MoreLines == nil {
				p.m.MoreLines = map[string][]string{}
			}
			p.m.MoreLines[field] = append(p.m.MoreLines[field], name)
		}
	}
}

// Child is a mapping whose records are lines of a one2many field.
type Child struct{ Field, Mapping string }

// Children lists the mappings of the lines, by field and then as they are written.
func (m *Mapping) Children() []Child {
	var out []Child
	for _, field := range slices.Sorted(maps.Keys(m.Lines)) {
		out = append(out, Child{field, m.Lines[field]})
		for _, name := range m.MoreLines[field] {
			out = append(out, Child{field, name})
		}
	}
	return out
}
