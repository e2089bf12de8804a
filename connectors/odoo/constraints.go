package odoo

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// plainUnique is a constraint or an index over columns as they are, without condition and without expression.
var plainUnique = regexp.MustCompile(`(?i)^\s*unique(?:\s+index)?\s*\(([a-z0-9_,\s]+)\)\s*$`)

// constraints reads what PostgreSQL keeps unique in the models' tables, as the installed modules say it: migrate knows
// those of Odoo's own modules, but not of others. An account that may not read it, and a server that has none, say nothing.
func (c *Client) constraints(ctx context.Context, s *schema.Snapshot) error {
	names := make([]string, len(s.Models))
	for i, m := range s.Models {
		names[i] = m.Name
	}
	models, err := c.SearchRead(ctx, "ir.model", []any{[]any{"model", "in", names}}, []string{"model"}, 0)
	if err == nil {
		var rows []map[string]any
		rows, err = c.SearchRead(ctx, "ir.model.constraint", []any{[]any{"model.model", "in", names}, []any{"definition", "ilike", "unique"}}, []string{"name", "model", "definition"}, 0)
		for _, row := range rows {
			if m := modelOf(s, models, schema.ID(row["model"])); m != nil {
				addUnique(m, row)
			}
		}
	}
	if class := ClassOf(err); class == schema.FaultMissingModel || class == schema.FaultAccess {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the constraints of models: %w", err)
	}
	for i := range s.Models {
		slices.SortFunc(s.Models[i].Uniques, func(a, b schema.Constraint) int { return strings.Compare(a.Name, b.Name) })
	}
	return nil
}

func modelOf(s *schema.Snapshot, models []map[string]any, id int64) *schema.Model {
	for _, row := range models {
		if name, _ := row["model"].(string); schema.ID(row["id"]) == id {
			i := slices.IndexFunc(s.Models, func(m schema.Model) bool { return m.Name == name })
			if i >= 0 {
				return &s.Models[i]
			}
		}
	}
	return nil
}

// addUnique adds a constraint to its model, by its fields where they can be read from the definition.
func addUnique(m *schema.Model, row map[string]any) {
	name, _ := row["name"].(string)
	definition, _ := row["definition"].(string)
	u := schema.Constraint{Name: name, Definition: strings.Join(strings.Fields(definition), " ")}
	if found := plainUnique.FindStringSubmatch(definition); found != nil {
		for field := range strings.SplitSeq(found[1], ",") {
			field = strings.ToLower(strings.TrimSpace(field))
			if f, ok := m.Field(field); !ok || !f.Stored {
				u.Fields = nil
				break
			}
			u.Fields = append(u.Fields, field)
		}
	}
	m.Uniques = append(m.Uniques, u)
}
