package odootest

import (
	"errors"
	"slices"
	"strings"
)

// execute plays service "object": one call, one transaction.
func (s *Server) execute(c call) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.database != s.opts.Database {
		return nil, unknownDatabase(c.database)
	}
	if !s.knows(c.uid, c.secret) {
		return nil, accessDenied()
	}
	if c.model == fieldsModel && c.method == "create" {
		return s.addFields(c)
	}
	if c.model == importModel {
		return s.importing(c)
	}
	m := s.db.meta.Models[c.model]
	if m == nil {
		return nil, missingModel(c.model)
	}
	if strings.HasPrefix(c.method, "_") {
		return nil, privateMethod(c.model, c.method)
	}
	ctx, _ := c.kwargs["context"].(map[string]any)
	e := &env{db: s.db, uid: c.uid, ctx: ctx, now: s.opts.Now().UTC()}
	v, err := e.dispatch(m, c)
	if err != nil {
		s.db.rollback(0)
		var d *dbError
		if errors.As(err, &d) {
			return nil, d.exception()
		}
		return nil, err
	}
	s.db.commit()
	return v, nil
}

// call is an execute_kw as it came over the wire.
type call struct {
	database, secret, model, method string
	uid                             int64
	args                            []any
	kwargs                          map[string]any
}

// arg returns a parameter by position or name.
func (c call) arg(i int, name string) any {
	if i < len(c.args) {
		return c.args[i]
	}
	return c.kwargs[name]
}

func (e *env) dispatch(m *model, c call) (any, error) {
	if err := e.checkLanguage(); err != nil {
		return nil, err
	}
	if err := e.checkCompanies(); err != nil {
		return nil, err
	}
	switch c.method {
	case "create":
		return e.callCreate(m, c.arg(0, "vals_list"))
	case "write":
		vals, ok := c.arg(1, "vals").(map[string]any)
		if !ok {
			return nil, valueError("write() takes a dictionary of values")
		}
		return true, e.write(m, idList(c.arg(0, "ids")), vals)
	case "unlink":
		return true, e.unlink(m, idList(c.arg(0, "ids")))
	case "load":
		rows, err := textRows(c.arg(1, "data"))
		if err != nil {
			return nil, err
		}
		return e.load(m, texts(c.arg(0, "fields")), rows)
	case "read":
		return e.read(m, idList(c.arg(0, "ids")), texts(c.arg(1, "fields")), c.arg(2, "load"))
	case "search", "search_count", "search_read":
		return e.callSearch(m, c)
	case "update_field_translations":
		name, _ := c.arg(1, "field_name").(string)
		return e.updateTranslations(m, idList(c.arg(0, "ids")), name, c.arg(2, "translations"))
	case "fields_get":
		return fieldsGet(m, texts(c.arg(0, "allfields")), texts(c.arg(1, "attributes"))), nil
	case "default_get":
		return e.defaultGet(m, texts(c.arg(0, "fields"))), nil
	case "context_get":
		if m.name == "res.users" {
			return map[string]any{"lang": "en_US", "tz": false, "uid": e.uid}, nil
		}
	case "check_access_rights":
		op, _ := c.arg(0, "operation").(string)
		return nil, e.mayRead(m, op)
	case "has_access":
		op, _ := c.arg(1, "operation").(string)
		return e.mayRead(m, op) == nil, nil
	case "name_search":
		return e.nameSearch(m, c)
	case "get_param":
		if m.name == "ir.config_parameter" {
			return e.getParam(c.arg(0, "key"))
		}
	case "set_param":
		if m.name == "ir.config_parameter" {
			return e.setParam(m, c.arg(0, "key"), c.arg(1, "value"))
		}
	}
	if play := e.db.play.hooks[m.name].methods[c.method]; play != nil {
		return play(e, idList(c.arg(0, "ids")), c.kwargs)
	}
	if slices.Contains(notPlayedMethods[m.name], c.method) {
		return nil, notPlayed(m.name + "." + c.method)
	}
	return nil, missingMethod(m.name, c.method)
}

func (e *env) mayRead(m *model, op string) error {
	if op == "read" {
		return nil
	}
	return e.allowed(m, op)
}

func (e *env) callCreate(m *model, v any) (any, error) {
	if one, ok := v.(map[string]any); ok {
		ids, err := e.create(m, []map[string]any{one})
		if err != nil {
			return nil, err
		}
		return ids[0], nil
	}
	list, _ := v.([]any)
	vals := make([]map[string]any, len(list))
	for i := range list {
		one, ok := list[i].(map[string]any)
		if !ok {
			return nil, valueError("create() takes a list of dictionaries")
		}
		vals[i] = one
	}
	return e.create(m, vals)
}

func (e *env) callSearch(m *model, c call) (any, error) {
	list, ok := c.arg(0, "domain").([]any)
	if !ok && truth(c.arg(0, "domain")) {
		return nil, valueError("Domain() invalid domain: %v", c.arg(0, "domain"))
	}
	ids, err := e.search(m, list)
	if err != nil {
		return nil, err
	}
	if c.method == "search_count" {
		return int64(len(ids)), nil
	}
	at := 1
	if c.method == "search_read" {
		at = 2
	}
	offset, _ := c.arg(at, "offset").(int64)
	limit, _ := c.arg(at+1, "limit").(int64)
	order, _ := c.arg(at+2, "order").(string)
	if err := e.sort(m, ids, order); err != nil {
		return nil, err
	}
	ids = ids[min(int(offset), len(ids)):]
	if limit > 0 {
		ids = ids[:min(int(limit), len(ids))]
	}
	if c.method == "search" {
		return ids, nil
	}
	return e.read(m, ids, texts(c.arg(1, "fields")), c.kwargs["load"])
}

func (e *env) search(m *model, list []any) ([]int64, error) {
	test, err := e.domain(m, list)
	if err != nil {
		return nil, err
	}
	onlyActive := m.Fields["active"] != nil && e.ctx["active_test"] != false && !mentions(list, "active")
	ids := []int64{}
	for _, r := range e.db.tables[m.name].rows {
		if onlyActive && e.get(m, r, m.Fields["active"]) == false {
			continue
		}
		if test(r) {
			ids = append(ids, r.id())
		}
	}
	slices.Sort(ids)
	return ids, nil
}

func mentions(list []any, field string) bool {
	return slices.ContainsFunc(list, func(x any) bool {
		p, ok := x.([]any)
		return ok && len(p) == 3 && p[0] == field
	})
}

// sort orders ids by a clause like "date desc, id"; a many2one sorts by id, where a real server sorts by its record.
func (e *env) sort(m *model, ids []int64, order string) error {
	if order == "" {
		order = m.Order
	}
	type key struct {
		f    *field
		desc bool
	}
	var keys []key
	for part := range strings.SplitSeq(order, ",") {
		words := strings.Fields(part)
		if len(words) == 0 {
			continue
		}
		f := m.Fields[words[0]]
		if f == nil {
			return valueError("Invalid field '%s' on '%s'", words[0], m.name)
		}
		keys = append(keys, key{f, len(words) > 1 && strings.EqualFold(words[1], "desc")})
	}
	rows := e.db.tables[m.name].rows
	slices.SortStableFunc(ids, func(a, b int64) int {
		for _, k := range keys {
			c := compareValues(e.get(m, rows[a], k.f), e.get(m, rows[b], k.f))
			if k.desc {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
	return nil
}

// compareValues sorts null last, as PostgreSQL does.
func compareValues(a, b any) int {
	sa, aText := a.(string)
	sb, bText := b.(string)
	switch {
	case aText && bText:
		return strings.Compare(sa, sb)
	case aText:
		return -1
	case bText:
		return 1
	}
	fa, fb := toFloat(a), toFloat(b)
	switch {
	case fa < fb:
		return -1
	case fa > fb:
		return 1
	}
	return 0
}

func (e *env) read(m *model, ids []int64, fields []string, how any) (any, error) {
	explicit := len(fields) > 0
	if !explicit {
		fields = m.names
	}
	for _, name := range fields {
		f := m.Fields[name]
		if f == nil {
			return nil, raise("builtins.ValueError", "odoo/orm/models.py", "_determine_fields_to_fetch", "Invalid field '%s' on '%s'", name, m.name)
		}
		if explicit && len(ids) > 0 && e.computedOnly(m, f) && !e.anyHas(m, ids, name) {
			return nil, notPlayed("the computed field " + m.name + "." + name)
		}
	}
	bare := how != nil && how != "_classic_read"
	out := []any{}
	for _, id := range ids {
		r := e.db.tables[m.name].rows[id]
		if r == nil {
			continue
		}
		rec := map[string]any{"id": id}
		for _, name := range fields {
			rec[name] = e.shown(m, r, m.Fields[name], bare)
		}
		out = append(out, rec)
	}
	return out, nil
}

func (e *env) anyHas(m *model, ids []int64, name string) bool {
	return slices.ContainsFunc(ids, func(id int64) bool { _, ok := e.db.tables[m.name].rows[id][name]; return ok })
}

// shown is a value as read tells it: a many2one as its id, or as [id, name] in the classic form.
func (e *env) shown(m *model, r row, f *field, bare bool) any {
	v := e.get(m, r, f)
	if list, ok := v.([]int64); ok && list == nil {
		return []int64{}
	}
	id, isID := v.(int64)
	if f.typ != "many2one" || bare || !isID || id == 0 {
		return v
	}
	if t := e.db.tables[f.relation]; t != nil && t.rows[id] != nil {
		return []any{id, displayName(e, t.m, t.rows[id])}
	}
	return []any{id, f.relation + "," + itoa(id)}
}

func fieldsGet(m *model, names, attributes []string) map[string]any {
	if len(names) == 0 {
		names = m.names
	}
	out := map[string]any{}
	for _, n := range names {
		if m.Fields[n] != nil {
			out[n] = m.describe(n, attributes)
		}
	}
	return out
}

func (e *env) defaultGet(m *model, names []string) map[string]any {
	out := map[string]any{}
	for k, v := range e.defaults(m) {
		if slices.Contains(names, k) {
			out[k] = v
		}
	}
	return out
}

func (e *env) nameSearch(m *model, c call) (any, error) {
	name, _ := c.arg(0, "name").(string)
	list, _ := c.arg(1, "domain").([]any)
	ids, err := e.search(m, list)
	if err != nil {
		return nil, err
	}
	test := likeTest("ilike", name)
	if c.arg(2, "operator") == "=" {
		test = func(v any) bool { return v == name }
	}
	out := []any{}
	for _, id := range ids {
		if n := displayName(e, m, e.db.tables[m.name].rows[id]); test(n) {
			out = append(out, []any{id, n})
		}
	}
	return out, nil
}

func (e *env) getParam(key any) (any, error) {
	if err := e.allowed(e.db.meta.Models["ir.config_parameter"], "write"); err != nil {
		return nil, err
	}
	for _, r := range e.db.tables["ir.config_parameter"].rows {
		if r["key"] == key {
			return r["value"], nil
		}
	}
	return false, nil
}

// setParam answers the old value; false deletes the parameter.
func (e *env) setParam(m *model, key, value any) (any, error) {
	old, err := e.getParam(key)
	if err != nil {
		return nil, err
	}
	ids, err := e.search(m, []any{[]any{"key", "=", key}})
	switch {
	case err != nil:
	case len(ids) > 0 && !truth(value):
		err = e.unlink(m, ids)
	case len(ids) > 0:
		err = e.write(m, ids, map[string]any{"value": value})
	case truth(value):
		_, err = e.createOne(m, map[string]any{"key": key, "value": value})
	}
	return old, err
}

func texts(v any) []string {
	list, _ := v.([]any)
	out := make([]string, 0, len(list))
	for _, x := range list {
		if s, ok := x.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

func textRows(v any) ([][]string, error) {
	list, _ := v.([]any)
	out := make([][]string, len(list))
	for i, r := range list {
		cells, _ := r.([]any)
		out[i] = make([]string, len(cells))
		for j, c := range cells {
			switch c := c.(type) {
			case string:
				out[i][j] = c
			case bool:
				if c {
					return nil, raise("builtins.AttributeError", "odoo/orm/models.py", "load", "'bool' object has no attribute 'lower'")
				}
			default:
				return nil, raise("builtins.AttributeError", "odoo/orm/models.py", "load", "cells of load are text, not %T", c)
			}
		}
	}
	return out, nil
}

func anyList(list []map[string]any) []any {
	out := make([]any, len(list))
	for i := range list {
		out[i] = list[i]
	}
	return out
}
