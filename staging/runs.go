package staging

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record/run"
)

const runColumns = "id, kind, state, actor, host, version, target, plan_hash, started_at, finished_at, coalesce(summary::text, '')"

func scanRun(r Rows, v *run.Run) error {
	var summary string
	var finished *time.Time
	err := r.Scan(&v.ID, &v.Kind, &v.State, &v.Actor, &v.Host, &v.Version, &v.Target, &v.PlanHash, &v.Started, &finished, &summary)
	v.Started, v.Finished = v.Started.UTC(), timeOrZero(finished).UTC()
	if summary != "" {
		v.Summary = json.RawMessage(summary)
	}
	return err
}

// StartRun records that a run began and returns it with its number and the database's time. An empty state is Running.
func (s *Store) StartRun(ctx context.Context, v run.Run) (run.Run, error) {
	if v.State == "" {
		v.State = run.Running
	}
	r, err := s.Query(ctx, `insert into {s}.runs (kind, state, actor, host, version, target, plan_hash) values ($1, $2, $3, $4, $5, $6, $7)
		returning `+runColumns, v.Kind, v.State, v.Actor, v.Host, v.Version, v.Target, v.PlanHash)
	made, err := collect(r, err, scanRun)
	if err != nil {
		return v, fmt.Errorf("start a run: %w", err)
	}
	return made[0], nil
}

// FinishRun records how a run ended; summary is stored as JSON, nil as none.
func (s *Store) FinishRun(ctx context.Context, id int64, state string, summary any) error {
	var text *string
	if summary != nil {
		b, err := json.Marshal(summary)
		if err != nil {
			return fmt.Errorf("finish run %d: %w", id, err)
		}
		t := string(b)
		text = &t
	}
	return s.touch(ctx, fmt.Sprintf("finish run %d", id),
		"update {s}.runs set state = $2, summary = $3::json, finished_at = clock_timestamp() where id = $1", id, state, text)
}

// SetPlan records which plan a run follows.
func (s *Store) SetPlan(ctx context.Context, id int64, hash string) error {
	return s.touch(ctx, fmt.Sprintf("set the plan of run %d", id), "update {s}.runs set plan_hash = $2 where id = $1", id, hash)
}

// Runs lists all runs, newest first.
func (s *Store) Runs(ctx context.Context) ([]run.Run, error) {
	r, err := s.Query(ctx, "select "+runColumns+" from {s}.runs order by id desc")
	return collect(r, err, scanRun)
}

// Run returns one run; the error wraps ErrNotFound.
func (s *Store) Run(ctx context.Context, id int64) (run.Run, error) {
	r, err := s.Query(ctx, "select "+runColumns+" from {s}.runs where id = $1", id)
	found, err := collect(r, err, scanRun)
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return run.Run{}, fmt.Errorf("run %d: %w", id, err)
	}
	return found[0], nil
}

// touch runs a statement that must find exactly what it names.
func (s *Store) touch(ctx context.Context, what, sql string, args ...any) error {
	n, err := s.Exec(ctx, sql, args...)
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// AddOutcomes records what became of records; one told twice keeps the later class, except that what a resumed run finds
// unchanged keeps what the run did to it before.
func (s *Store) AddOutcomes(ctx context.Context, runID int64, outcomes []run.Outcome) error {
	return addOutcomes(ctx, s, runID, outcomes)
}

func addOutcomes(ctx context.Context, q Queryer, runID int64, outcomes []run.Outcome) error {
	type key struct{ mapping, id string }
	for len(outcomes) > 0 {
		n := min(len(outcomes), perStatement)
		latest := map[key]int{}
		for i, o := range outcomes[:n] {
			latest[key{o.Mapping, o.ExternalID}] = i
		}
		var mappings, ids, classes, notes []string
		for i, o := range outcomes[:n] {
			if latest[key{o.Mapping, o.ExternalID}] == i {
				mappings, ids = append(mappings, o.Mapping), append(ids, o.ExternalID)
				classes, notes = append(classes, o.Class), append(notes, showable(o.Note))
			}
		}
		_, err := q.Exec(ctx, `insert into {s}.outcomes (run_id, mapping, external_id, class, note)
			select $1, m, e, c, n from unnest($2::text[], $3::text[], $4::text[], $5::text[]) as v(m, e, c, n)
			on conflict (run_id, mapping, external_id) do update set class = excluded.class, note = excluded.note
			where excluded.class <> 'unchanged'`,
			runID, mappings, ids, classes, notes)
		if err != nil {
			return fmt.Errorf("store outcomes of run %d: %w", runID, err)
		}
		outcomes = outcomes[n:]
	}
	return nil
}

// OutcomeCounts counts the outcomes of a run by mapping and class.
func (s *Store) OutcomeCounts(ctx context.Context, runID int64) (map[string]map[string]int64, error) {
	r, err := s.Query(ctx, "select mapping, class, count(*) from {s}.outcomes where run_id = $1 group by 1, 2", runID)
	return counts(r, err)
}

// Outcomes returns the outcomes of a run in one class, by mapping and external id; "" is every class.
func (s *Store) Outcomes(ctx context.Context, runID int64, class string) ([]run.Outcome, error) {
	r, err := s.Query(ctx, `select mapping, external_id, class, note from {s}.outcomes where run_id = $1 and ($2 = '' or class = $2)
		order by mapping collate "C", external_id`, runID, class)
	return collect(r, err, func(r Rows, o *run.Outcome) error { return r.Scan(&o.Mapping, &o.ExternalID, &o.Class, &o.Note) })
}
