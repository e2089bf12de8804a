package pipeline

import (
	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/pipeline/rollback"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// The steps know no model by name: what the recipes say about models is handed to them from here.

// leftovers are what Odoo leaves behind of deleted records, by their model.
func leftovers(models []string) map[string][]rollback.Leftover {
	out := map[string][]rollback.Leftover{}
	for _, m := range models {
		for _, l := range odoo.RecipeFor(m).Leaves {
			out[m] = append(out[m], rollback.Leftover(l))
		}
	}
	return out
}

// beforeUnlink are the methods without which Odoo does not let records go, by model.
func beforeUnlink(models []string) map[string]string {
	out := map[string]string{}
	for _, m := range models {
		out[m] = odoo.RecipeFor(m).BeforeUnlink
	}
	return out
}

// releases are what has to be written before Odoo lets records go, by model.
func releases(models []string) map[string]rollback.Release {
	out := map[string]rollback.Release{}
	for _, m := range models {
		if r := odoo.RecipeFor(m).Release; r != nil {
			out[m] = rollback.Release(*r)
		}
	}
	return out
}

// counterings are what takes a booking back that Odoo lets nobody delete, by model.
func counterings(models []string) map[string]rollback.Counter {
	out := map[string]rollback.Counter{}
	for _, m := range models {
		if r := odoo.RecipeFor(m); r.Counter != nil {
			out[m] = rollback.Counter{Values: r.Counter, Context: r.Context}
		}
	}
	return out
}

// beside are the records that Odoo makes along with ours, by model.
func beside(models []string) map[string][]rollback.Companion {
	out := map[string][]rollback.Companion{}
	for _, m := range models {
		for _, c := range odoo.RecipeFor(m).Beside {
			out[m] = append(out[m], rollback.Companion(c))
		}
	}
	return out
}

// counters are the numbers that Odoo raises by itself, by model.
func counters(s *schema.Snapshot) map[string][]string {
	out := map[string][]string{}
	for _, m := range s.Models {
		if c := odoo.RecipeFor(m.Name).Counters; c != nil {
			out[m.Name] = c
		}
	}
	return out
}

// held reports whether Odoo keeps records of a model because of what one of the models that are loaded does with them.
func held(model string, loaded []string) bool {
	for _, m := range loaded {
		for _, h := range odoo.RecipeFor(m).Holds {
			if h == model {
				return true
			}
		}
	}
	return false
}
