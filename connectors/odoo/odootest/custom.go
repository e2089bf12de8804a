package odootest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// fieldsModel is the model by which an administrator adds fields to others.
const fieldsModel = "ir.model.fields"

// addFields plays the making of custom fields as far as a field is a reference; all that a model had before is shared by
// all doubles and stays as it was captured.
func (s *Server) addFields(c call) (any, error) {
	list, _ := c.arg(0, "vals_list").([]any)
	if vals, ok := c.arg(0, "vals_list").(map[string]any); ok {
		list = []any{vals}
	}
	var ids []int64
	for _, item := range list {
		vals, _ := item.(map[string]any)
		if err := s.addField(vals); err != nil {
			return nil, err
		}
		s.db.seqs[fieldsModel]++
		ids = append(ids, s.db.seqs[fieldsModel])
	}
	return ids, nil
}

func (s *Server) addField(vals map[string]any) error {
	text := func(k string) string { t, _ := vals[k].(string); return t }
	id, _ := vals["model_id"].(int64)
	on := s.db.meta.Models[s.db.tables["ir.model"].rows[id].text("model")]
	switch {
	case on == nil:
		return valueError("Wrong value for ir.model.fields.model_id: %v", vals["model_id"])
	case text("ttype") != "reference":
		return notPlayed("a custom field of type " + text("ttype"))
	case !strings.HasPrefix(text("name"), "x_"):
		return raise("odoo.exceptions.ValidationError", "odoo/addons/base/models/ir_model.py", "_check_name", "Custom fields must have a name that starts with 'x_'!")
	}
	options, err := commands(vals["selection_ids"])
	if err != nil {
		return err
	}
	var selection []any
	for _, o := range options {
		selection = append(selection, []any{o.vals["value"], o.vals["name"]})
	}
	s.addToModel(on, text("name"), map[string]any{"type": "reference", "string": text("field_description"), "store": true, "selection": selection})
	return nil
}

// addToModel gives this double a model of its own that has one field more.
func (s *Server) addToModel(m *model, name string, raw map[string]any) {
	wider, all := *m, *s.db.meta
	wider.Raw, wider.Fields = maps.Clone(m.Raw), maps.Clone(m.Fields)
	wider.Raw[name], wider.Fields[name] = raw, newField(name, raw)
	wider.names = append(slices.Clone(m.names), name)
	slices.Sort(wider.names)
	all.Models = maps.Clone(all.Models)
	all.Models[m.name] = &wider
	s.db.meta, s.db.tables[m.name].m = &all, &wider
}

// convertReference takes "model,id" of a model among the field's. Whether there is such a record a create does not ask.
func (e *env) convertReference(m *model, f *field, v any) (any, error) {
	if v == false || v == "" {
		return false, nil
	}
	text, _ := v.(string)
	name, number, _ := strings.Cut(text, ",")
	_, err := strconv.ParseInt(number, 10, 64)
	if err != nil || !slices.ContainsFunc(f.selection, func(o [2]string) bool { return o[0] == name }) {
		return nil, raise("builtins.ValueError", "odoo/orm/fields_reference.py", "convert_to_cache", "Wrong value for %s.%s: '%s'", m.name, f.name, fmt.Sprint(v))
	}
	return text, nil
}
