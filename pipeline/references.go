package pipeline

import (
	"context"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// Learn finds out of which models the records of references are: a natural key says it, an external id is asked for.
// Migrated records are asked for too, since only what stands in the target can be linked to.
func (r *resolver) Learn(ctx context.Context, refs []string) error {
	var ask []string
	for _, text := range refs {
		if _, known := r.models.Load(text); known {
			continue
		}
		ref, err := record.ParseRef(text)
		if err != nil {
			return err
		}
		if ref.Model != "" {
			r.models.Store(text, ref.Model)
			continue
		}
		ask = append(ask, text)
	}
	if len(ask) == 0 {
		return nil
	}
	slices.Sort(ask)
	for part := range slices.Chunk(slices.Compact(ask), modelsAtOnce) {
		found, err := r.target.XMLIDs(ctx, "", part)
		if err != nil {
			return err
		}
		for name, x := range found {
			r.models.Store(name, x.Model)
		}
	}
	return nil
}

// modelsAtOnce is how many external ids a call asks for.
const modelsAtOnce = 1000

// Model is the model of a reference that Learn was asked about.
func (r *resolver) Model(ref string) string {
	model, _ := r.models.Load(ref)
	text, _ := model.(string)
	return text
}
