package rollback

import (
	"encoding/json"

	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// touch is what undoing the changes of one record puts at risk: all of it, or the fields that are written back.
type touch struct {
	all    bool
	fields map[string]bool
}

// touches collects what undoing puts at risk, by external id. What an update never wrote stays as a user left it, and a
// record that was only adopted keeps all it holds; everything else, such as a deletion, takes the whole record.
func touches(changes []run.Change) map[string]*touch {
	out := map[string]*touch{}
	for _, c := range changes {
		t := out[c.ExternalID]
		if t == nil {
			t = &touch{fields: map[string]bool{}}
			out[c.ExternalID] = t
		}
		switch c.Action {
		case "adopt":
		case "update", "archive":
			var before map[string]json.RawMessage
			if json.Unmarshal(c.Before, &before) != nil {
				t.all = true // what cannot be read could be anything
			}
			for f := range before {
				plain, _ := schema.SplitLanguage(f)
				t.fields[plain] = true
			}
		default:
			t.all = true
		}
	}
	return out
}

// of keeps those of the changed fields that are at risk; a translation goes with its field.
func (t *touch) of(changed []string) []string {
	if t == nil || t.all {
		return changed
	}
	var out []string
	for _, f := range changed {
		if plain, _ := schema.SplitLanguage(f); t.fields[plain] {
			out = append(out, f)
		}
	}
	return out
}
