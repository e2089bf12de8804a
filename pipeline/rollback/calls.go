package rollback

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

func (r *Roller) unlink(ctx context.Context, model string, ids []int64) error {
	there, err := r.existing(ctx, model, ids)
	if err != nil || len(there) == 0 {
		return err
	}
	// First, while they still say what they belong to: a rollback that is cut off here finds them again.
	for _, l := range r.Leaves[model] {
		if err := r.sweep(ctx, l, there); err != nil {
			return fmt.Errorf("delete what %s leaves behind: %w", model, err)
		}
	}
	if method := r.BeforeUnlink[model]; method != "" {
		if _, err := r.Target.Method(ctx, model, method, there, nil); err != nil {
			return err
		}
	}
	if err := r.letGo(ctx, model, there); err != nil {
		return err
	}
	left, err := r.existing(ctx, model, there)
	if err == nil && len(left) > 0 {
		return fmt.Errorf("%w: %d records are still there", ErrNotUndone, len(left))
	}
	return err
}

// sweep deletes what Odoo made beside records; a server that does not know the model made nothing.
func (r *Roller) sweep(ctx context.Context, l Leftover, ids []int64) error {
	rows, err := r.Target.SearchRead(ctx, l.Model, []any{[]any{l.Field, "in", ids}}, []string{"id"}, 0)
	if schema.ClassOf(err) == schema.FaultMissingModel {
		return nil
	}
	if err != nil {
		return err
	}
	return r.unlink(ctx, l.Model, idsIn(rows))
}

func idsIn(rows []map[string]any) []int64 {
	out := make([]int64, 0, len(rows))
	for _, row := range rows {
		id, _ := row["id"].(json.Number).Int64()
		out = append(out, id)
	}
	return out
}

func (r *Roller) existing(ctx context.Context, model string, ids []int64) ([]int64, error) {
	rows, err := r.Target.SearchRead(ctx, model, []any{[]any{"id", "in", ids}}, []string{"id"}, 0)
	if err != nil {
		return nil, err
	}
	return idsIn(rows), nil
}

// disown removes our external ids from records that were there before us; the records stay.
func (r *Roller) disown(ctx context.Context, names []string) error {
	bare := make([]string, len(names))
	for i, n := range names {
		_, bare[i], _ = strings.Cut(n, ".")
	}
	rows, err := r.Target.SearchRead(ctx, "ir.model.data", []any{[]any{"module", "=", r.Module}, []any{"name", "in", bare}}, []string{"id"}, 0)
	if err != nil || len(rows) == 0 {
		return err
	}
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i], _ = row["id"].(json.Number).Int64()
	}
	return r.unlink(ctx, "ir.model.data", ids)
}

// restore writes a before-image back and reads it.
func (r *Roller) restore(ctx context.Context, c run.Change, ids []int64) error {
	values, err := r.beforeImage(c)
	if err != nil {
		return err
	}
	if err := r.Target.Write(ctx, c.Model, ids, values); err != nil {
		return err
	}
	before, err := decode(c.Before)
	if err != nil {
		return fmt.Errorf("before-image of %s: %w", c.ExternalID, err)
	}
	left, err := r.notHolding(ctx, c.Model, ids, slices.Collect(maps.Keys(before)), before)
	if err == nil && len(left) > 0 {
		return fmt.Errorf("%w: %s did not take their former values back", ErrNotUndone, records(len(left)))
	}
	return err
}

// beforeImage turns raw values that were read into values that can be written.
func (r *Roller) beforeImage(c run.Change) (map[string]any, error) {
	raw, err := decode(c.Before)
	if err != nil {
		return nil, fmt.Errorf("before-image of %s: %w", c.ExternalID, err)
	}
	m, ok := r.Schema.Model(c.Model)
	if !ok {
		return nil, fmt.Errorf("the target has no model %s", c.Model)
	}
	for name, v := range raw {
		f, ok := m.Field(name)
		if !ok {
			return nil, fmt.Errorf("%s has no field %s any more", c.Model, name)
		}
		if list, isList := v.([]any); isList && (f.Type == schema.Many2many || f.Type == schema.One2many) {
			raw[name] = []any{[]any{6, 0, list}}
		}
	}
	return raw, nil
}

func decode(b json.RawMessage) (map[string]any, error) {
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.UseNumber()
	var m map[string]any
	err := d.Decode(&m)
	return m, err
}

// takeBack calls the method that undoes a workflow call and reads whether the record is back where it was.
func (r *Roller) takeBack(ctx context.Context, c run.Change, ids []int64) error {
	var before run.BeforeCall
	if err := json.Unmarshal(c.Before, &before); err != nil {
		return fmt.Errorf("before-image of %s: %w", c.ExternalID, err)
	}
	if before.Undo == "" {
		return fmt.Errorf("%w: nothing undoes %s", ErrBlocked, c.Action)
	}
	fields := make([]string, 0, len(before.Fields))
	for f := range before.Fields {
		fields = append(fields, f)
	}
	due, err := r.notHolding(ctx, c.Model, ids, fields, before.Fields)
	if err != nil || len(due) == 0 {
		return err
	}
	if _, err := r.Target.Method(ctx, c.Model, before.Undo, due, nil); err != nil {
		return err
	}
	left, err := r.notHolding(ctx, c.Model, due, fields, before.Fields)
	if err == nil && len(left) > 0 {
		return fmt.Errorf("%w: %s returned, but %d records are not back at %v", ErrNotUndone, before.Undo, len(left), before.Fields)
	}
	return err
}

func (r *Roller) notHolding(ctx context.Context, model string, ids []int64, fields []string, want map[string]any) ([]int64, error) {
	rows, err := r.Target.Read(ctx, model, ids, fields)
	if err != nil {
		return nil, err
	}
	var out []int64
	for _, row := range rows {
		for _, f := range fields {
			if fmt.Sprint(row[f]) != fmt.Sprint(want[f]) {
				id, _ := row["id"].(json.Number).Int64()
				out = append(out, id)
				break
			}
		}
	}
	return out, nil
}

func records(n int) string {
	if n == 1 {
		return "1 record"
	}
	return fmt.Sprintf("%d records", n)
}
