package staging

import (
	"context"
	"fmt"

	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// Clash writes down fields that both sides changed, as a run found them, and returns them with what people decided. What
// was decided about other values is forgotten.
func (s *Store) Clash(ctx context.Context, targetID, runID int64, clashes []run.Clash) ([]run.Clash, error) {
	out := make([]run.Clash, len(clashes))
	err := s.inTx(ctx, func(t tx) error {
		for i, c := range clashes {
			err := one(ctx, t, []any{&c.Decision, &c.By, &c.On}, `
				insert into {s}.conflicts as c (target_id, external_id, field, mapping, model, run_id, base, source, odoo) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
				on conflict (target_id, external_id, field) do update set mapping = excluded.mapping, model = excluded.model, run_id = excluded.run_id,
				base = excluded.base, source = excluded.source, odoo = excluded.odoo,
				decision = case when `+sameClash+` then c.decision else '' end, decided_by = case when `+sameClash+` then c.decided_by else '' end,
				decided_on = case when `+sameClash+` then c.decided_on else '' end
				returning decision, decided_by, decided_on`, targetID, c.ExternalID, c.Field, c.Mapping, c.Model, runID, c.Base, c.Source, c.Odoo)
			if err != nil {
				return err
			}
			out[i] = c
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("note conflicts: %w", err)
	}
	return out, nil
}

const sameClash = "(c.base, c.source, c.odoo) = (excluded.base, excluded.source, excluded.odoo)"

// Clashes lists the fields that a run found changed on both sides, by external id and field.
func (s *Store) Clashes(ctx context.Context, runID int64) ([]run.Clash, error) {
	r, err := s.Query(ctx, `select mapping, model, external_id, field, base, source, odoo, decision, decided_by, decided_on
		from {s}.conflicts where run_id = $1 order by external_id, field`, runID)
	return collect(r, err, func(r Rows, c *run.Clash) error {
		return r.Scan(&c.Mapping, &c.Model, &c.ExternalID, &c.Field, &c.Base, &c.Source, &c.Odoo, &c.Decision, &c.By, &c.On)
	})
}

// DecideClashes keeps what people decided of the fields that a run found; all of it or nothing.
func (s *Store) DecideClashes(ctx context.Context, runID int64, decided []run.Clash) error {
	return s.inTx(ctx, func(t tx) error {
		for _, c := range decided {
			n, err := t.Exec(ctx, `update {s}.conflicts set decision = $4, decided_by = $5, decided_on = $6
				where run_id = $1 and external_id = $2 and field = $3`, runID, c.ExternalID, c.Field, c.Decision, c.By, c.On)
			if err == nil && n != 1 {
				err = ErrNotFound
			}
			if err != nil {
				return fmt.Errorf("decide about %s of %s: %w", c.Field, c.ExternalID, err)
			}
		}
		return nil
	})
}
