package odootest

import (
	"maps"
	"slices"
)

// command is one of Odoo's x2many commands (odoo.fields.Command).
type command struct {
	op   int64
	id   int64
	ids  []int64
	vals map[string]any
}

// commands reads the commands of an x2many value; false and an empty list are "clear", a bare list of ids is "set".
func commands(v any) ([]command, error) {
	switch v := v.(type) {
	case nil, bool:
		return []command{{op: 5}}, nil
	case []int64:
		return []command{{op: 6, ids: v}}, nil
	case []any:
		out := make([]command, 0, len(v))
		for _, x := range v {
			c, err := oneCommand(x)
			if err != nil {
				return nil, err
			}
			out = append(out, c)
		}
		return out, nil
	}
	return nil, valueError("Wrong value for an x2many: %v", v)
}

func oneCommand(x any) (command, error) {
	var parts []any
	switch x := x.(type) {
	case []any:
		parts = x
	case []int64:
		for _, n := range x {
			parts = append(parts, n)
		}
	case map[string]any:
		return command{op: 0, vals: x}, nil
	}
	if len(parts) == 0 {
		return command{}, valueError("Wrong x2many command: %v", x)
	}
	var c command
	c.op, _ = parts[0].(int64)
	if len(parts) > 1 {
		c.id, _ = parts[1].(int64)
	}
	if len(parts) > 2 {
		c.ids = idList(parts[2])
		c.vals, _ = parts[2].(map[string]any)
	}
	if c.op < 0 || c.op > 6 {
		return c, valueError("Wrong x2many command: %v", x)
	}
	return c, nil
}

func (e *env) many2many(f *field, now []int64, v any) ([]int64, error) {
	list, err := commands(v)
	if err != nil {
		return nil, err
	}
	target := e.db.meta.Models[f.relation]
	ids := slices.Clone(now)
	for _, c := range list {
		switch c.op {
		case 0:
			if target == nil {
				return nil, notPlayed("creating " + f.relation)
			}
			id, err := e.createOne(target, c.vals)
			if err != nil {
				return nil, err
			}
			ids = append(ids, id)
		case 1:
			if err := e.write(target, []int64{c.id}, c.vals); err != nil {
				return nil, err
			}
		case 2, 3:
			ids = slices.DeleteFunc(ids, func(id int64) bool { return id == c.id })
		case 4:
			if !slices.Contains(ids, c.id) {
				ids = append(ids, c.id)
			}
		case 5:
			ids = nil
		case 6:
			ids = slices.Clone(c.ids)
		}
	}
	if target != nil {
		for _, id := range ids {
			if e.db.tables[f.relation].rows[id] == nil {
				return nil, missingRecord(f.relation, id, e.uid)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

func (e *env) one2many(m *model, id int64, f *field, v any) error {
	list, err := commands(v)
	if err != nil {
		return err
	}
	target := e.db.meta.Models[f.relation]
	if target == nil || target.Fields[f.inverse] == nil {
		if len(list) == 1 && (list[0].op == 5 || list[0].op == 6 && len(list[0].ids) == 0) {
			return nil
		}
		return notPlayed("writing " + m.name + "." + f.name)
	}
	for _, c := range list {
		switch c.op {
		case 0:
			vals := maps.Clone(c.vals)
			if vals == nil {
				vals = map[string]any{}
			}
			vals[f.inverse] = id
			full, _ := vals["id"].(string)
			delete(vals, "id")
			line, err := e.createOne(target, vals)
			if err != nil {
				return err
			}
			if full != "" && e.importing {
				// During load, and only then, create takes "id" as the record's external id.
				if err := e.setXMLID(full, target.name, line); err != nil {
					return err
				}
			}
		case 1:
			err = e.write(target, []int64{c.id}, c.vals)
		case 2:
			err = e.unlink(target, []int64{c.id})
		case 3:
			err = e.write(target, []int64{c.id}, map[string]any{f.inverse: false})
		case 4:
			err = e.write(target, []int64{c.id}, map[string]any{f.inverse: id})
		case 5:
			err = e.setLines(target, f, id, nil)
		case 6:
			err = e.setLines(target, f, id, c.ids)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// setLines makes exactly ids the lines of a record: others are deleted where the link is required, else unlinked.
func (e *env) setLines(target *model, f *field, id int64, ids []int64) error {
	for _, old := range slices.Clone(e.inverse(f)[id]) {
		if slices.Contains(ids, old) {
			continue
		}
		var err error
		if target.Fields[f.inverse].required {
			err = e.unlink(target, []int64{old})
		} else {
			err = e.write(target, []int64{old}, map[string]any{f.inverse: false})
		}
		if err != nil {
			return err
		}
	}
	for _, n := range ids {
		if err := e.write(target, []int64{n}, map[string]any{f.inverse: id}); err != nil {
			return err
		}
	}
	return nil
}
