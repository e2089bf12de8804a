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

// LoadCell is the text load takes for a value of a field; ids are the database ids of references by their texts. A reference
// field is given as Towards makes it.
func LoadCell(f Field, v record.Value, ids map[string]int64) (string, error) {
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
		if f.Type == Reference && len(out) == 1 {
			if f.Relation == "" {
				return "", fmt.Errorf("of which model %s is cannot be told", v.Text())
			}
			return ReferenceText(f.Relation, out[0]), nil
		}
		return strings.Join(out, ","), nil
	}
	return v.Text(), nil
}
