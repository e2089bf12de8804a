package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/gate"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// surroundingsEvent of a stage is the target as it was when the plan was made.
const surroundingsEvent = "surroundings"

// surroundings is what the target was when a plan was made.
type surroundings struct {
	Schema  string         `json:"schema"`
	Modules []string       `json:"modules"`
	Records map[string]int `json:"records"`
}

func (p *Pipeline) look(ctx context.Context, d *derived, t *Target) (surroundings, error) {
	c, err := p.census(ctx, t, modelsOf(d.plan))
	return surroundings{Schema: d.plan.Schema, Modules: d.schema.Modules, Records: c.Records}, err
}

// outline writes down what a plan was made for, and adds the forecast, where the target has a role.
func (p *Pipeline) outline(ctx context.Context, d *derived, t *Target, s *Stage) error {
	if p.Project.Targets[t.Name].Role == "" {
		return nil
	}
	if err := p.noteSurroundings(ctx, d, t); err != nil {
		return err
	}
	var err error
	s.Forecast, err = p.forecast(ctx, d.plan, t.Name, 0, nil)
	return err
}

func (p *Pipeline) noteSurroundings(ctx context.Context, d *derived, t *Target) error {
	s, err := p.look(ctx, d, t)
	if err != nil {
		return err
	}
	return p.Store.Event(ctx, d.run.ID, surroundingsEvent, s)
}

// unchanged compares the target with what the last stage saw. What a run itself wrote is no change, so one that is resumed
// was asked when it began.
func (p *Pipeline) unchanged(ctx context.Context, d *derived, t *Target, resume bool) (*gate.Answer, error) {
	if resume {
		return &gate.Answer{Is: "asked when the run began"}, nil
	}
	runs, err := p.Store.Runs(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range runs {
		if r.Kind != "stage" || r.Target != t.Name || r.State != run.Done {
			continue
		}
		var was surroundings
		if there, err := p.eventOf(ctx, r.ID, surroundingsEvent, &was); err != nil || !there {
			return &gate.Answer{Not: fmt.Sprintf("stage run %d did not note what the target was like", r.ID)}, err
		}
		now, err := p.look(ctx, d, t)
		if err != nil {
			return nil, err
		}
		if what := was.changed(now); len(what) > 0 {
			return &gate.Answer{Not: fmt.Sprintf("changed since stage run %d: %s", r.ID, strings.Join(what, ", "))}, nil
		}
		return &gate.Answer{Is: fmt.Sprintf("fields, %d modules and the records of %d models are as stage run %d saw them", len(now.Modules), len(now.Records), r.ID)}, nil
	}
	return &gate.Answer{Not: "no stage run looked at this target"}, nil
}

func (s surroundings) changed(now surroundings) []string {
	var what []string
	if s.Schema != now.Schema {
		what = append(what, "the fields that are used")
	}
	if !slices.Equal(s.Modules, now.Modules) {
		what = append(what, "the modules")
	}
	for _, m := range sortedKeys(now.Records) {
		if was, is := s.Records[m], now.Records[m]; was != is {
			what = append(what, fmt.Sprintf("%s had %d records and has %d", m, was, is))
		}
	}
	return what
}
