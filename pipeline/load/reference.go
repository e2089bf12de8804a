package load

import (
	"context"
	"fmt"
	"strconv"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// learnModels finds out of which models the records are that reference fields of the items lead to: Odoo wants to be told
// with each of them.
func (l *Loader) learnModels(ctx context.Context, items []Item) error {
	var refs []string
	for _, it := range items {
		m, ok := l.Schema.Model(it.Layout.Model)
		if !ok {
			continue
		}
		for i, name := range it.Layout.Fields {
			if it.Values[i].Kind() != record.Link {
				continue // most values: no field is looked for
			}
			if f, ok := m.Field(name); ok {
				refs = append(refs, f.Refs(it.Values[i])...)
			}
		}
	}
	if len(refs) == 0 {
		return nil
	}
	return l.Refs.Learn(ctx, refs)
}

// towards is a field of an item with the model its value leads to.
func (st *step) towards(it Item, field int) schema.Field {
	if it.Values[field].Kind() != record.Link {
		return schema.Field{}
	}
	m, _ := st.Schema.Model(it.Layout.Model)
	f, _ := m.Field(it.Layout.Fields[field])
	return f.Towards(it.Values[field], st.Refs.Model)
}

// wireLink is a link as write takes it: a database id, of a reference with its model.
func (st *step) wireLink(field string, v record.Value, ids map[string]int64) (any, error) {
	id, err := resolve(v.Text(), ids)
	f, _ := st.model.Field(field)
	if err != nil || f.Type != schema.Reference {
		return id, err
	}
	model := st.Refs.Model(v.Text())
	if model == "" {
		return nil, fmt.Errorf("of which model %s is cannot be told", v.Text())
	}
	return schema.ReferenceText(model, strconv.FormatInt(id, 10)), nil
}
