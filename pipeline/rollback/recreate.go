package rollback

import (
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// recreate loads deleted records again from their ledger entries, under their external ids. They get new database ids.
func (r *Roller) recreate(ctx context.Context, g []run.Change) error {
	model, ok := r.Schema.Model(g[0].Model)
	if !ok {
		return fmt.Errorf("the target has no model %s", g[0].Model)
	}
	bases := make([]run.Entry, len(g))
	names, seqs := make([]string, len(g)), make([]int64, len(g))
	values := make([]map[string]record.Value, len(g))
	var fields, refs []string
	for i, c := range g {
		a, err := c.Aftermath()
		if err != nil || a.Base == nil {
			return fmt.Errorf("%s: the manifest does not say what it held", c.ExternalID)
		}
		if values[i], err = record.DecodeValues(a.Base.Values); err != nil {
			return fmt.Errorf("%s: %w", c.ExternalID, err)
		}
		bases[i], names[i], seqs[i] = *a.Base, c.ExternalID, c.Seq
		fields = append(fields, slices.Collect(maps.Keys(values[i]))...)
		for _, v := range values[i] {
			if v.Kind() == record.Link || v.Kind() == record.Links {
				refs = append(refs, record.SplitRefs(v.Text())...)
			}
		}
	}
	slices.Sort(fields)
	ids, err := r.Refs.IDs(ctx, refs)
	if err != nil {
		return err
	}
	if err := r.Refs.Learn(ctx, referencesOf(model, values)); err != nil {
		return err
	}
	if err := r.loadAgain(ctx, model, names, slices.Compact(fields), values, ids); err != nil {
		return err
	}
	there, err := r.Target.XMLIDs(ctx, r.Module, names)
	if err != nil {
		return err
	}
	for i, name := range names {
		x, ok := there[name]
		if !ok {
			return fmt.Errorf("%w: %s is not there again", ErrNotUndone, name)
		}
		bases[i].DBID = x.ResID
		if err := r.writeLater(ctx, model.Name, x.ResID, values[i]); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return r.Manifest.MarkUndone(ctx, seqs, bases)
}

func (r *Roller) loadAgain(ctx context.Context, model *schema.Model, names, fields []string, values []map[string]record.Value, ids map[string]int64) error {
	plain := slices.DeleteFunc(slices.Clone(fields), func(f string) bool { return isLater(values, f) })
	columns := []string{"id"}
	for _, f := range plain {
		columns = append(columns, model.LoadColumn(f))
	}
	rows := make([][]string, len(names))
	for i, name := range names {
		rows[i] = []string{name}
		for _, f := range plain {
			field, _ := model.Field(f)
			cell, err := schema.LoadCell(field.Towards(values[i][f], r.Refs.Model), values[i][f], ids)
			if err != nil {
				return fmt.Errorf("%s field %s: %w", name, f, err)
			}
			rows[i] = append(rows[i], cell)
		}
	}
	res, err := r.Target.Load(ctx, model.Name, columns, rows)
	if err == nil && res.IDs == nil && len(res.Messages) > 0 {
		err = fmt.Errorf("%w: Odoo refuses the record: %s", ErrNotUndone, res.Messages[0].Message)
	}
	return err
}

// isLater reports whether a field takes a call of its own: one in another language, or one that holds files.
func isLater(values []map[string]record.Value, field string) bool {
	_, lang := schema.SplitLanguage(field)
	return lang != "" || field == schema.Company || slices.ContainsFunc(values, func(v map[string]record.Value) bool { return v[field].Kind() == record.File })
}

// writeLater puts back what load cannot: the translations, and files as far as the project still has them as they were.
func (r *Roller) writeLater(ctx context.Context, model string, id int64, values map[string]record.Value) error {
	later := map[string]any{}
	for name, v := range values {
		_, lang := schema.SplitLanguage(name)
		switch {
		case v.IsNull():
		case v.Kind() == record.File && r.Files != nil:
			b, err := r.Files.Bytes(ctx, v.File().Path, v.File().Hash)
			if err != nil {
				return fmt.Errorf("%w: %s: %w", ErrNotUndone, name, err)
			}
			later[name] = base64.StdEncoding.EncodeToString(b)
		case lang != "":
			later[name] = v.Text()
		}
	}
	if len(later) == 0 {
		return nil
	}
	return r.Target.Write(ctx, model, []int64{id}, later)
}

// referencesOf are the records that reference fields lead to, whose models load wants to be told.
func referencesOf(m *schema.Model, values []map[string]record.Value) []string {
	var refs []string
	for _, f := range m.Fields {
		for _, v := range values {
			refs = append(refs, f.Refs(v[f.Name])...)
		}
	}
	return refs
}
