package staging

import (
	"context"
	"fmt"

	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// AddPaused writes down what a run is about to switch off. What is on the list already, because an earlier run did not get
// to switch it on, keeps its line.
func (s *Store) AddPaused(ctx context.Context, list []run.Paused) error {
	err := s.inTx(ctx, func(t tx) error {
		for _, p := range list {
			_, err := t.Exec(ctx, `insert into {s}.paused (uuid, database, model, record_id, name, run_id) values ($1, $2, $3, $4, $5, $6)
				on conflict (uuid, database, model, record_id) where restored_at is null do nothing`, p.UUID, p.Database, p.Model, p.ID, p.Name, p.Run)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("note what is paused: %w", err)
	}
	return nil
}

// Paused lists what is not known to be on again, by database, model and record.
func (s *Store) Paused(ctx context.Context) ([]run.Paused, error) {
	r, err := s.Query(ctx, `select uuid, database, model, record_id, name, run_id, paused_at from {s}.paused where restored_at is null
		order by database, uuid, model collate "C", record_id`)
	return collect(r, err, func(r Rows, p *run.Paused) error {
		err := r.Scan(&p.UUID, &p.Database, &p.Model, &p.ID, &p.Name, &p.Run, &p.At)
		p.At = p.At.UTC()
		return err
	})
}

// Restored takes what was read to be on again, or is gone, off the list.
func (s *Store) Restored(ctx context.Context, list []run.Paused) error {
	err := s.inTx(ctx, func(t tx) error {
		for _, p := range list {
			_, err := t.Exec(ctx, `update {s}.paused set restored_at = clock_timestamp()
				where uuid = $1 and database = $2 and model = $3 and record_id = $4 and restored_at is null`, p.UUID, p.Database, p.Model, p.ID)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("note what is on again: %w", err)
	}
	return nil
}
