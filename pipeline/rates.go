package pipeline

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/pipeline/forecast"
	"github.com/odoo-migrate/odoo-migrate/pipeline/plan"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// measured gathers what the loads and rollbacks of the project took, the newest first. A run counts for the mappings of
// which it wrote records.
func (p *Pipeline) measured(ctx context.Context) (forecast.Measured, error) {
	m := forecast.Measured{Mappings: map[string]forecast.Rate{}, Models: map[string]forecast.Rate{}}
	runs, err := p.Store.Runs(ctx)
	if err != nil {
		return m, err
	}
	for _, r := range runs {
		switch {
		case loads(r):
			err = p.measureLoad(ctx, r, &m)
		case r.Kind == "rollback" && r.State == run.Done && m.Undo.Records == 0:
			err = measureUndo(r, &m)
		}
		if err != nil {
			return m, fmt.Errorf("measure run %d: %w", r.ID, err)
		}
	}
	return m, nil
}

func (p *Pipeline) measureLoad(ctx context.Context, r run.Run, m *forecast.Measured) error {
	counts, err := p.Store.OutcomeCounts(ctx, r.ID)
	if err != nil || len(counts) == 0 {
		return err
	}
	spans, models, err := p.callSpans(ctx, r.ID)
	if err != nil {
		return err
	}
	for _, mapping := range sortedKeys(spans) {
		c := counts[mapping]
		rate := forecast.Rate{Records: c[run.Created] + c[run.Updated], Seconds: forecast.Busy(spans[mapping]).Seconds(), Run: r.ID}
		if rate.Records == 0 || rate.Seconds == 0 {
			continue
		}
		if m.Mappings[mapping].Records == 0 {
			m.Mappings[mapping] = rate
		}
		if m.Models[models[mapping]].Records == 0 {
			m.Models[models[mapping]] = rate
		}
	}
	return measurePhases(r, m)
}

// measurePhases takes what a load that got to its end says of its phases.
func measurePhases(r run.Run, m *forecast.Measured) error {
	if m.Prepare.Records > 0 || r.State != run.Done || len(r.Summary) == 0 {
		return nil
	}
	var l struct {
		Produced map[string]int64
		Seconds  map[string]float64
	}
	if err := json.Unmarshal(r.Summary, &l); err != nil {
		return err
	}
	var all int64
	for _, n := range l.Produced {
		all += n
	}
	m.Prepare = forecast.Rate{Records: all, Seconds: l.Seconds["derive"] + l.Seconds["gates"], Run: r.ID}
	m.Verify = forecast.Rate{Records: all, Seconds: l.Seconds["verify"] + l.Seconds["reconcile"], Run: r.ID}
	return nil
}

func measureUndo(r run.Run, m *forecast.Measured) error {
	var u struct {
		DryRun  bool `json:"dry_run"`
		Planned map[string]int64
	}
	if len(r.Summary) == 0 {
		return nil
	}
	if err := json.Unmarshal(r.Summary, &u); err != nil || u.DryRun {
		return err
	}
	m.Undo = forecast.Rate{Seconds: r.Finished.Sub(r.Started).Seconds(), Run: r.ID}
	for _, n := range u.Planned {
		m.Undo.Records += n
	}
	return nil
}

// callSpans are the calls of a run whose outcome is known, by mapping, in the order in which they were made; and the
// mappings' models.
func (p *Pipeline) callSpans(ctx context.Context, runID int64) (map[string][]forecast.Span, map[string]string, error) {
	spans, models := map[string][]forecast.Span{}, map[string]string{}
	err := p.each(ctx, `select mapping, model, intended_at, settled_at from {s}.intents
		where run_id = $1 and state = 'settled' and settled_at > intended_at order by intended_at, id`, []any{runID}, func(scan func(...any) error) error {
		var mapping, model string
		var call forecast.Span
		err := scan(&mapping, &model, &call.From, &call.To)
		spans[mapping], models[mapping] = append(spans[mapping], call), model
		return err
	})
	return spans, models, err
}

// Forecast says how long loading a plan into a target takes, by what earlier runs took. done are records of it that are
// loaded already, by mapping.
func (p *Pipeline) forecast(ctx context.Context, pl *plan.Plan, target string, restore time.Duration, done map[string]int64) (*forecast.Forecast, error) {
	m, err := p.measured(ctx)
	if err != nil {
		return nil, err
	}
	c := p.Project.Cutover
	agreed := forecast.Agreed{Now: p.opt.Now(), From: c.From, Until: c.Until, Margin: c.Margin,
		Restore: cmp.Or(restore, p.Project.Targets[target].Backup.Restore), RestoreOnly: len(restoreOnly(pl)) > 0}
	if p.Project.Targets[target].Role == project.Rehearsal {
		agreed.From = time.Time{} // it is made before the weekend
	}
	var work []forecast.Work
	for _, s := range pl.Steps {
		work = append(work, forecast.Work{Wave: s.Wave, Mapping: s.Mapping, Model: s.Model, Records: max(0, s.Records-done[s.Mapping]), Carried: s.Parent != ""})
	}
	return forecast.Make(work, m, agreed), nil
}

// restoreOnly are the mappings whose records only a backup takes back.
func restoreOnly(pl *plan.Plan) []string {
	var out []string
	for _, s := range pl.Steps {
		if s.Undo == run.RestoreOnly || slices.ContainsFunc(s.Calls, func(c plan.Call) bool { return c.Undo == "" }) {
			out = append(out, s.Mapping)
		}
	}
	return out
}
