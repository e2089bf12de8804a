package lookup

import (
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// Saved looks references up in a saved schema, where no target answers. Those that it cannot tell of are unknown, by the
// model and field they look up: by external and database ids, within a scope, through other models, and in tables that were
// not saved, or in part, and by keys that several records have. They are neither found nor missing.
func Saved(s *schema.Snapshot, refs []string) (*Result, map[string][]string, error) {
	r := &Result{IDs: map[string]int64{}, Models: map[string]string{}, Ambiguous: map[string][]Candidate{}, Near: map[string]Near{}}
	unknown := map[string][]string{}
	tables := map[string]map[string]int{}
	for _, text := range refs {
		ref, err := record.ParseRef(text)
		if err != nil {
			return nil, nil, err
		}
		find := record.ParseFind(ref.Field)
		table, known := tables[ref.Model+"."+ref.Field]
		if !known {
			table = savedKeys(s, ref.Model, find)
			tables[ref.Model+"."+ref.Field] = table
		}
		switch {
		case table[folded(find, ref.Key)] == 1 && ref.ScopeField == "":
			r.Models[text] = ref.Model
		case table != nil && table[folded(find, ref.Key)] == 0:
			r.Missing = append(r.Missing, text)
		case ref.Model == "":
			unknown["external ids"] = append(unknown["external ids"], text)
		default:
			unknown[ref.Model+" by "+ref.Field] = append(unknown[ref.Model+" by "+ref.Field], text)
		}
	}
	slices.Sort(r.Missing)
	return r, unknown, nil
}

func folded(find record.Find, key string) string {
	if find.AnyCase {
		return strings.ToLower(key)
	}
	return key
}

// savedKeys counts the keys of a whole table by any of the fields; nil where the schema does not have them.
func savedKeys(s *schema.Snapshot, model string, find record.Find) map[string]int {
	table, ok := s.Lookup(model)
	if !ok || table.Partial {
		return nil
	}
	out := map[string]int{}
	for _, field := range find.Fields {
		if find.Lang != "" {
			field += "@" + find.Lang
		}
		column := table.Column(field)
		if column == nil {
			return nil
		}
		for _, key := range column {
			if key != "" {
				out[folded(find, key)]++
			}
		}
	}
	return out
}
