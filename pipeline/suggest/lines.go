package suggest

import (
	"fmt"
	"slices"
	"strings"
)

// document is a model whose records have lines.
type document struct{ model, field, lines, back string }

// documents are models whose lines belong to them: the one2many, the model of the lines, and their way back.
var documents = []document{
	{"account.move", "line_ids", "account.move.line", "move_id"},
	{"purchase.order", "order_line", "purchase.order.line", "order_id"},
	{"sale.order", "order_line", "sale.order.line", "order_id"},
}

// documentLines joins documents with the mapping of their lines, whichever of them is drafted.
func (p *plan) documentLines() {
	for _, doc := range documents {
		for _, m := range p.mappings {
			switch m.model {
			case doc.model:
				if lines := p.linesOf(m.name, doc.lines, doc.back); lines != "" {
					m.lines = &line{doc.field, "{mapping: " + lines + "}", 0.9, "its lines refer to it"}
				}
			case doc.lines:
				for _, h := range p.have {
					if h.Model == doc.model && m.refers(doc.back, h.Mapping) && !slices.Contains(h.Lines, doc.field) {
						m.todo = append([]string{fmt.Sprintf("the mapping %s needs lines: {%s: {mapping: %s}}", h.Mapping, doc.field, m.name)}, m.todo...)
					}
				}
			}
		}
	}
}

// linesOf is the mapping of the lines of a document's mapping, "" where there is none.
func (p *plan) linesOf(document, model, back string) string {
	for _, l := range p.mappings {
		if l.model == model && l.refers(back, document) {
			return l.name
		}
	}
	for _, h := range p.have {
		if h.Model == model && h.Refs[back] == document {
			return h.Mapping
		}
	}
	return ""
}

// refers reports whether a field is a reference to a mapping.
func (m *mapping) refers(field, mapping string) bool {
	return slices.ContainsFunc(m.fields, func(f line) bool { return f.key == field && strings.HasSuffix(f.value, "ref: "+mapping+"}") })
}
