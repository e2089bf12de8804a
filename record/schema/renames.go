package schema

// Rename is a field that has another name in another version of Odoo.
type Rename struct{ Model, Old, New string }

// Renames lists fields that were renamed between the supported versions, 18 (Old) and 19 (New). Read off fields_get of
// both servers.
var Renames = []Rename{
	{"purchase.order", "notes", "note"},
	{"purchase.order.line", "product_uom", "product_uom_id"},
	{"purchase.order.line", "taxes_id", "tax_ids"},
	{"res.users", "groups_id", "group_ids"},
	{"sale.order.line", "product_uom", "product_uom_id"},
	{"sale.order.line", "tax_id", "tax_ids"},
}

// NameHere returns the name a field has on this model, which may be another version's name of the field a mapping means.
// A name nobody knows is returned as it is.
func (m *Model) NameHere(name string) string {
	if _, ok := m.Field(name); ok {
		return name
	}
	if field, lang := SplitLanguage(name); lang != "" {
		return InLanguage(m.NameHere(field), lang)
	}
	for _, r := range Renames {
		if r.Model != m.Name {
			continue
		}
		for was, is := range map[string]string{r.Old: r.New, r.New: r.Old} {
			if _, ok := m.Field(is); ok && was == name {
				return is
			}
		}
	}
	return name
}
