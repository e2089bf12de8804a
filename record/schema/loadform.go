package schema

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// LoadColumn is the column under which load takes a field: links go by database id.
func (m *Model) LoadColumn(field string) string {
	if f, ok := m.Field(field); ok && f.Type.Relational() {
		return field + "/.id"
	}
	return field
}

// LoadCell is the text load takes for a value; ids are the database ids of references by their texts.
func LoadCell(v record.Value, ids map[string]int64) (string, error) {
	switch v.Kind() {
	case record.Boolean:
		if v.Bool() {
			return "1", nil
		}
		return "0", nil
	case record.Link, record.Links:
		var out []string
		for _, ref := range record.SplitRefs(v.Text()) {
			id, ok := ids[ref]
			if !ok {
				return "", fmt.Errorf("%s is not in the target", ref)
			}
			if text := strconv.FormatInt(id, 10); !slices.Contains(out, text) {
				out = append(out, text) // two references may mean one record
			}
		}
		return strings.Join(out, ","), nil
	}
	return v.Text(), nil
}
