package pipeline

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/pipeline/verify"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// vouchReader reads records for people: links by the name that Odoo shows.
type vouchReader struct {
	refs   verify.Resolver
	t      *Target
	schema *schema.Snapshot
	names  map[string]string // of linked records
}

// vouchGroup are records that are read at once.
type vouchGroup struct {
	model   string
	company int64
}

// read gives what Odoo holds of each entry, by external id: the fields that were loaded, with their values as texts.
func (r *vouchReader) read(ctx context.Context, entries map[string]run.Entry) (map[string][][2]string, error) {
	groups, fields := map[vouchGroup][]run.Entry{}, map[string]map[string]bool{}
	for _, id := range sortedKeys(entries) {
		e := entries[id]
		values, err := record.DecodeValues(e.Values)
		if err != nil {
			return nil, fmt.Errorf("ledger entry %s: %w", id, err)
		}
		if _, ok := r.schema.Model(e.Model); !ok || e.State != run.Active {
			continue
		}
		g := vouchGroup{model: e.Model}
		if ref := values[schema.Company].Text(); ref != "" {
			ids, err := r.refs.IDs(ctx, []string{ref})
			if err != nil {
				return nil, err
			}
			g.company = ids[ref]
		}
		groups[g] = append(groups[g], e)
		fields[id] = map[string]bool{}
		for f := range values {
			fields[id][f] = true
		}
	}
	out := map[string][][2]string{}
	for g, list := range groups {
		if err := r.group(ctx, g, list, fields, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r *vouchReader) group(ctx context.Context, g vouchGroup, list []run.Entry, fields map[string]map[string]bool, out map[string][][2]string) error {
	model, _ := r.schema.Model(g.model)
	every := map[string]bool{}
	ids := make([]int64, len(list))
	for i, e := range list {
		maps.Copy(every, fields[e.ExternalID])
		ids[i] = e.DBID
	}
	known := slices.DeleteFunc(sortedKeys(every), func(f string) bool { _, ok := model.Field(f); return !ok })
	if g.company != 0 {
		ctx = schema.InCompany(ctx, g.company)
	}
	rows, err := r.t.Read(ctx, g.model, ids, model.ReadNames(known))
	if err != nil {
		return err
	}
	byID := map[int64]map[string]any{}
	for _, row := range rows {
		byID[schema.ID(row["id"])] = row
	}
	if err := r.learn(ctx, model, known, rows); err != nil {
		return err
	}
	for _, e := range list {
		row, there := byID[e.DBID]
		if !there {
			continue
		}
		shown := [][2]string{}
		for _, f := range known {
			if fields[e.ExternalID][f] {
				shown = append(shown, [2]string{f, r.text(model, f, row)})
			}
		}
		out[e.ExternalID] = shown
	}
	return nil
}

// learn asks Odoo for the names of the records that rows link to.
func (r *vouchReader) learn(ctx context.Context, model *schema.Model, fields []string, rows []map[string]any) error {
	linked := map[string]map[int64]bool{}
	note := func(relation string, id int64) string {
		if linked[relation] == nil {
			linked[relation] = map[int64]bool{}
		}
		linked[relation][id] = true
		return checksum.Unnamed(relation, id)
	}
	for _, row := range rows {
		for _, name := range fields {
			if f, _ := model.Field(name); f.Type.Relational() {
				_, _ = checksum.FromOdoo(f, row[name], note) // what cannot be read is shown as it came
			}
		}
	}
	if r.names == nil {
		r.names = map[string]string{}
	}
	for _, relation := range sortedKeys(linked) {
		answer, err := r.t.Read(ctx, relation, slices.Sorted(maps.Keys(linked[relation])), []string{"display_name"})
		if err != nil {
			return fmt.Errorf("read names of %s: %w", relation, err)
		}
		for _, row := range answer {
			if name, ok := row["display_name"].(string); ok {
				r.names[checksum.Unnamed(relation, schema.ID(row["id"]))] = name
			}
		}
	}
	return nil
}

// text is what a field holds, as a person reads it.
func (r *vouchReader) text(model *schema.Model, name string, row map[string]any) string {
	f, _ := model.Field(name)
	if f.Type == schema.Binary {
		return "(a file, not shown)"
	}
	value, err := checksum.FromOdoo(f, row[name], checksum.NamedBy(r.names))
	if err != nil {
		return fmt.Sprint(row[name])
	}
	return value.Text()
}
