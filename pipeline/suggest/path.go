package suggest

import (
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// byPath reads a column named as Odoo's own exports name fields of other records: "order_line/product_id",
// "Order Lines / Product", "Category/External ID", and the external id itself.
func (f *fitter) byPath(s *profile.Source, c *profile.Column, x *modelIndex) (FieldFit, bool) {
	if isExternalID(c.Name) && (fold(c.Name) != "id" || c.Type == profile.TypeText && !c.Digits) {
		return FieldFit{Field: "id", Label: "External ID", Type: "char", Confidence: 0.95, Reason: "the column holds external ids"}, true
	}
	first, rest, ok := strings.Cut(c.Name, "/")
	if !ok || s.Format == "xml" || // where elements stand within elements, a path is not Odoo's
		strings.TrimSpace(rest) == "" {
		return FieldFit{}, false
	}
	via, ok := x.exact(first)
	if !ok || !via.Type.Relational() {
		return FieldFit{}, false
	}
	if isExternalID(rest) {
		h := x.newFieldFit(via, technicalName, "the column holds external ids of "+via.Relation, false)
		h.Find = "xmlid"
		return *h, true
	}
	at, ok := f.index[via.Relation]
	if !ok {
		if model, there := f.schema.Model(via.Relation); there {
			at = &modelIndex{know: &modelKnowledge{name: via.Relation}, model: model, names: map[string][]hit{}}
			for i := range model.Fields {
				at.addField(&model.Fields[i])
			}
			f.index[via.Relation] = at
		} else {
			return FieldFit{}, false
		}
	}
	def, ok := at.exact(rest)
	if !ok {
		return FieldFit{}, false
	}
	h := at.newFieldFit(def, 0.95, "the column is named as Odoo's export names the field", false)
	if via.Type == schema.Many2one {
		h = x.newFieldFit(via, 0.95, "the column is named as Odoo's export names the field", false)
		h.Find = via.Relation + "." + def.Name
		return *h, true
	}
	h.Field = via.Name + "/" + def.Name
	return *h, true
}

func isExternalID(name string) bool {
	switch fold(name) {
	case "externalid", "id", "externeid":
		return true
	}
	return false
}

// exact finds a field by its name or label.
func (x *modelIndex) exact(name string) (schema.Field, bool) {
	best, score := schema.Field{}, 0.0
	for _, h := range x.names[fold(name)] {
		if h.score > score {
			best, score = h.def, h.score
		}
	}
	if x.model != nil && score < technicalName {
		for i := range x.model.Fields {
			if d := &x.model.Fields[i]; d.Name == strings.TrimSpace(name) || d.Type == schema.One2many && fold(d.Label) == fold(name) {
				return *d, true
			}
		}
	}
	return best, score > 0
}
