package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
)

// shot is the captured file. odootest/meta.go reads it.
type shot struct {
	ServerVersion string                      `json:"server_version"`
	Modules       [][2]string                 `json:"modules"` // name, version
	Models        map[string]*model           `json:"models"`
	Records       map[string][]map[string]any `json:"records"` // seed records with their "id"
	XMLIDs        []xmlid                     `json:"xmlids"`
}

type model struct {
	Label    string                    `json:"label"`
	Order    string                    `json:"order"`
	Fields   map[string]map[string]any `json:"fields"` // fields_get attributes, and "on_delete" of many2one
	Defaults map[string]any            `json:"defaults"`
}

type xmlid struct {
	Module string `json:"module"`
	Name   string `json:"name"`
	Model  string `json:"model"`
	ResID  int64  `json:"res_id"`
}

var attributes = []string{"type", "string", "relation", "relation_field", "required", "readonly", "store", "depends", "related",
	"translate", "company_dependent", "size", "digits", "currency_field", "selection"}

func capture(ctx context.Context, c *odoo.Client) (*shot, error) {
	_, version := c.Version()
	s := &shot{ServerVersion: version, Models: map[string]*model{}, Records: map[string][]map[string]any{}}
	rows, err := c.SearchRead(ctx, "ir.module.module", domain("state", "=", "installed"), []string{"name", "latest_version"}, 0)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		s.Modules = append(s.Modules, [2]string{fmt.Sprint(r["name"]), fmt.Sprint(r["latest_version"])})
	}
	slices.SortFunc(s.Modules, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	for _, name := range models {
		if s.Models[name], err = describe(ctx, c, name); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(seeds)) {
		if err := s.seed(ctx, c, name, seeds[name]); err != nil {
			return nil, fmt.Errorf("seed records of %s: %w", name, err)
		}
	}
	return s, nil
}

func domain(field, op string, value any) []any { return []any{[]any{field, op, value}} }

func describe(ctx context.Context, c *odoo.Client, name string) (*model, error) {
	m := &model{Fields: map[string]map[string]any{}, Defaults: map[string]any{}}
	v, err := c.Call(ctx, name, "fields_get", nil, map[string]any{"attributes": attributes})
	if err != nil {
		return nil, err
	}
	var names []string
	for field, a := range v.(map[string]any) {
		attrs := a.(map[string]any)
		for k, x := range attrs { // false and empty are what an absent attribute means
			if x == false || x == nil || (k == "depends" && len(x.([]any)) == 0) {
				delete(attrs, k)
			}
		}
		m.Fields[field] = attrs
		names = append(names, field)
	}
	slices.Sort(names)
	info, err := c.SearchRead(ctx, "ir.model", domain("model", "=", name), []string{"name", "order"}, 1)
	if err != nil || len(info) != 1 {
		return nil, fmt.Errorf("ir.model: %w", err)
	}
	m.Label, m.Order = fmt.Sprint(info[0]["name"]), fmt.Sprint(info[0]["order"])
	links, err := c.SearchRead(ctx, "ir.model.fields", []any{[]any{"model", "=", name}, []any{"ttype", "=", "many2one"}},
		[]string{"name", "on_delete"}, 0)
	if err != nil {
		return nil, err
	}
	for _, l := range links {
		if a := m.Fields[fmt.Sprint(l["name"])]; a != nil && l["on_delete"] != false {
			a["on_delete"] = l["on_delete"]
		}
	}
	d, err := c.Call(ctx, name, "default_get", []any{names}, nil)
	if err != nil {
		return nil, err
	}
	for k, x := range d.(map[string]any) {
		if skipTypes[fmt.Sprint(m.Fields[k]["type"])] {
			continue
		}
		m.Defaults[k] = timeless(fmt.Sprint(m.Fields[k]["type"]), x)
	}
	return m, nil
}

// timeless replaces a default that is the moment of capturing: "@now", "@today", "@today+30".
func timeless(kind string, v any) any {
	text, _ := v.(string)
	switch kind {
	case "datetime":
		if t, err := time.Parse("2006-01-02 15:04:05", text); err == nil && time.Since(t).Abs() < time.Hour {
			return "@now"
		}
	case "date":
		if t, err := time.Parse("2006-01-02", text); err == nil {
			today := time.Now().UTC().Truncate(24 * time.Hour)
			if days := int(t.Sub(today).Hours() / 24); days != 0 {
				return fmt.Sprintf("@today%+d", days)
			}
			return "@today"
		}
	}
	return v
}

// seed keeps the stored fields of a model's records, or those the plan names, without what is empty.
func (s *shot) seed(ctx context.Context, c *odoo.Client, name string, plan seedPlan) error {
	fields := plan.fields
	if fields == nil {
		for f, a := range s.Models[name].Fields {
			if a["store"] == true && !skipTypes[fmt.Sprint(a["type"])] && !skipFields[f] {
				fields = append(fields, f)
			}
		}
	}
	fields = append(fields, plan.more...)
	slices.Sort(fields)
	rows, err := c.SearchRead(ctx, name, plan.domain, fields, 0)
	if err != nil {
		return err
	}
	kept := map[int64]bool{}
	for _, r := range rows {
		for k, v := range r {
			if list, ok := v.([]any); v == false && s.Models[name].Fields[k]["type"] != "boolean" || ok && len(list) == 0 {
				delete(r, k)
			}
		}
		id, err := r["id"].(json.Number).Int64()
		if err != nil {
			return err
		}
		kept[id] = true
	}
	s.Records[name] = rows
	ids, err := c.SearchRead(ctx, "ir.model.data", domain("model", "=", name), []string{"module", "name", "res_id"}, 0)
	if err != nil {
		return err
	}
	for _, x := range ids {
		id, err := x["res_id"].(json.Number).Int64()
		if err != nil {
			return err
		}
		if kept[id] {
			s.XMLIDs = append(s.XMLIDs, xmlid{fmt.Sprint(x["module"]), fmt.Sprint(x["name"]), name, id})
		}
	}
	return nil
}
