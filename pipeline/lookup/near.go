package lookup

import (
	"context"
	"fmt"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Near is the record of the target that a missing reference probably means.
type Near struct {
	Key  string // what would have found it
	Name string // display name
}

// nearLimit is up to how many records of a model are looked through for what was probably meant.
const nearLimit = 3000

// nearMost is for how many missing keys of one field the probable ones are looked for.
const nearMost = 300

// Nearest finds what missing references probably mean: one call for each model and field. Models of more than a few
// thousand records are not looked through.
func Nearest(ctx context.Context, t Target, missing []string) (map[string]Near, error) {
	type kind struct{ model, field string }
	byKind := map[kind][]record.Ref{}
	var kinds []kind
	for _, text := range missing {
		ref, err := record.ParseRef(text)
		if err != nil {
			return nil, err
		}
		find := record.ParseFind(ref.Field)
		if ref.Model == "" || strings.Contains(find.Fields[0], ".") || find.Fields[0] == "id" {
			continue
		}
		k := kind{ref.Model, ref.Field}
		if byKind[k] == nil {
			kinds = append(kinds, k)
		}
		if len(byKind[k]) < nearMost {
			byKind[k] = append(byKind[k], ref)
		}
	}
	out := map[string]Near{}
	for _, k := range kinds {
		find := record.ParseFind(k.field)
		s := search{find: find}
		rows, err := t.SearchReadIn(ctx, k.model, nil, []string{"id", find.Fields[0], "display_name"}, nearLimit+1, s.more())
		if err != nil {
			return nil, fmt.Errorf("look for what is near in %s: %w", k.model, err)
		}
		if len(rows) > nearLimit {
			continue
		}
		c := candidatesOf(rows, find.Fields[0])
		for _, ref := range byKind[k] {
			if near, ok := c.near(ref.Key); ok {
				out[ref.String()] = near
			}
		}
	}
	return out, nil
}

type candidates struct {
	keys, names []string // in step
}

func candidatesOf(rows []map[string]any, field string) candidates {
	var c candidates
	for _, row := range rows {
		if key := keyText(row[field]); key != "" {
			c.keys, c.names = append(c.keys, key), append(c.names, keyText(row["display_name"]))
		}
	}
	return c
}

// near looks for the record that is called so, whose name has these initials, or whose key or name is spelt nearly so.
func (c candidates) near(text string) (Near, bool) {
	for _, fits := range []func(i int) bool{
		func(i int) bool { return strings.EqualFold(c.keys[i], text) },
		func(i int) bool { return strings.EqualFold(c.names[i], text) },
		func(i int) bool { return len(text) > 1 && strings.EqualFold(initials(c.names[i]), text) },
	} {
		if i, ok := c.only(fits); ok {
			return Near{c.keys[i], c.names[i]}, true
		}
	}
	for _, list := range [][]string{c.keys, c.names} {
		word := mappings.Nearest(text, list)
		if i, ok := c.only(func(i int) bool { return word != "" && list[i] == word }); ok {
			return Near{c.keys[i], c.names[i]}, true
		}
	}
	return Near{}, false
}

// only returns the one candidate that fits.
func (c candidates) only(fits func(int) bool) (int, bool) {
	at := -1
	for i := range c.keys {
		if !fits(i) {
			continue
		}
		if at >= 0 {
			return 0, false
		}
		at = i
	}
	return at, at >= 0
}

// initials are the first letters of a name's words: UK of United Kingdom.
func initials(name string) string {
	var b strings.Builder
	for _, word := range strings.Fields(name) {
		for _, r := range word {
			b.WriteRune(r)
			break
		}
	}
	return b.String()
}
