package odoo

import (
	"context"
	"fmt"
)

// Relation is the model a relational field leads to; "" where the field is no relation, or is not there.
func (c *Client) Relation(ctx context.Context, model, field string) (string, error) {
	v, err := c.Call(ctx, model, "fields_get", []any{[]string{field}, []string{"relation"}}, nil)
	if err != nil {
		return "", fmt.Errorf("read the field %s of %s: %w", field, model, err)
	}
	all, _ := v.(map[string]any)
	one, _ := all[field].(map[string]any)
	relation, _ := one["relation"].(string)
	return relation, nil
}
