package staging

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"iter"

	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// ProjectKey is the secret of which the salts of published leaves are made: 32 bytes, drawn when it is first asked for.
// Without it, the leaves of a bundle that was handed out can no longer be told from their records.
func (s *Store) ProjectKey(ctx context.Context) ([]byte, error) {
	fresh := make([]byte, 32)
	if _, err := rand.Read(fresh); err != nil {
		return nil, fmt.Errorf("draw the project's key: %w", err)
	}
	var key []byte
	err := s.inTx(ctx, func(t tx) error {
		if _, err := t.Exec(ctx, "insert into {s}.project_key (key) values ($1) on conflict do nothing", fresh); err != nil {
			return err
		}
		return one(ctx, t, []any{&key}, "select key from {s}.project_key")
	})
	if err != nil {
		return nil, fmt.Errorf("read the project's key: %w", err)
	}
	return key, nil
}

// ForgetVerified removes what a run's verification kept, so that one made again begins anew.
func (s *Store) ForgetVerified(ctx context.Context, runID int64) error {
	return s.inTx(ctx, func(t tx) error {
		for _, table := range []string{"verified", "differences", "verifications"} {
			if _, err := t.Exec(ctx, "delete from {s}."+table+" where run_id = $1", runID); err != nil {
				return fmt.Errorf("forget the verification of run %d: %w", runID, err)
			}
		}
		return nil
	})
}

// KeepVerified says that a run's verification got to its end, and forgets what earlier runs into the same target verified:
// the newest verification is the evidence.
func (s *Store) KeepVerified(ctx context.Context, runID int64) error {
	return s.inTx(ctx, func(t tx) error {
		for _, table := range []string{"verified", "differences", "verifications"} {
			_, err := t.Exec(ctx, "delete from {s}."+table+` where run_id in (select o.id from {s}.runs o, {s}.runs r
				where r.id = $1 and o.target = r.target and o.id < r.id)`, runID)
			if err != nil {
				return fmt.Errorf("keep the verification of run %d: %w", runID, err)
			}
		}
		_, err := t.Exec(ctx, "insert into {s}.verifications (run_id) values ($1)", runID)
		return err
	})
}

// AddVerified keeps what records were found to be.
func (s *Store) AddVerified(ctx context.Context, runID int64, records []run.Verified) error {
	var models, ids, mappings, classes, meant, have []string
	var dbids []int64
	var of [5][]string // of differences: model, external id, field, want, have
	for _, v := range records {
		models, ids, mappings = append(models, v.Model), append(ids, v.ExternalID), append(mappings, v.Mapping)
		classes, dbids = append(classes, v.Class), append(dbids, v.DBID)
		meant = append(meant, hex.EncodeToString(v.Meant[:]))
		read := ""
		if !v.Missing {
			read = hex.EncodeToString(v.Have[:])
		}
		have = append(have, read)
		for _, f := range v.Fields {
			for i, text := range []string{v.Model, v.ExternalID, f.Field, showable(f.Want), showable(f.Have)} {
				of[i] = append(of[i], text)
			}
		}
	}
	return s.inTx(ctx, func(t tx) error {
		_, err := t.Exec(ctx, `insert into {s}.verified (run_id, model, external_id, mapping, db_id, class, meant, have)
			select $1, o, x, m, d, c, decode(w, 'hex'), decode(nullif(h, ''), 'hex')
			from unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[]) as v(o, x, m, d, c, w, h)`,
			runID, models, ids, mappings, dbids, classes, meant, have)
		if err == nil && len(of[0]) > 0 {
			_, err = t.Exec(ctx, `insert into {s}.differences (run_id, model, external_id, field, want, have)
				select $1, o, x, f, w, h from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) as v(o, x, f, w, h)`,
				runID, of[0], of[1], of[2], of[3], of[4])
		}
		if err != nil {
			return fmt.Errorf("keep what run %d verified: %w", runID, err)
		}
		return nil
	})
}

// LastVerified is the newest run into a target whose verification is kept and got to its end; ErrNotFound where there is none.
func (s *Store) LastVerified(ctx context.Context, target string) (run.Run, error) {
	id, err := number(ctx, s, "select coalesce(max(v.run_id), 0) from {s}.verifications v join {s}.runs r on r.id = v.run_id where r.target = $1", target)
	if err != nil {
		return run.Run{}, err
	}
	return s.Run(ctx, id)
}

// Verified yields what a run verified, by model and external id, both compared byte by byte. Fields are not among it.
func (s *Store) Verified(ctx context.Context, runID int64) iter.Seq2[run.Verified, error] {
	return func(yield func(run.Verified, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		r, err := s.Query(ctx, "select model, external_id, mapping, db_id, class, meant, have from {s}.verified where run_id = $1 order by model, external_id", runID)
		if err != nil {
			yield(run.Verified{}, fmt.Errorf("read what run %d verified: %w", runID, err))
			return
		}
		defer r.Close()
		for r.Next() {
			var v run.Verified
			var meant, have []byte
			if err := r.Scan(&v.Model, &v.ExternalID, &v.Mapping, &v.DBID, &v.Class, &meant, &have); err != nil {
				yield(v, err)
				return
			}
			copy(v.Meant[:], meant)
			copy(v.Have[:], have)
			v.Missing = have == nil
			if !yield(v, nil) {
				cancel()
				return
			}
		}
		if err := r.Err(); err != nil {
			yield(run.Verified{}, fmt.Errorf("read what run %d verified: %w", runID, err))
		}
	}
}
