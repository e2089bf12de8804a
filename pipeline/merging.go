package pipeline

import (
	"context"
	"fmt"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// decideOn remembers that a row has the key of a decision.
func (d *derived) decideOn(mapping, key string) {
	if d.decidedOn[mapping] == nil {
		d.decidedOn[mapping] = map[string]bool{}
	}
	d.decidedOn[mapping][key] = true
}

// checkDecisions holds the decisions of a mapping against its rows: one that merges into a row nobody stages would lose
// the merged rows in silence.
func (p *Pipeline) checkDecisions(ctx context.Context, d *derived, m *mappings.Mapping) error {
	merges := d.programs[m.Name].Merges()
	if len(merges) == 0 {
		return nil
	}
	keep := make([]string, len(merges))
	for i, g := range merges {
		keep[i] = g.KeepID
	}
	staged := map[string]bool{}
	err := p.each(ctx, `select x_id from staged.`+quoted(m.Name)+` where x_id = any($1)`, []any{keep}, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		staged[id] = true
		return err
	})
	if err != nil {
		return err
	}
	var problems []mappings.Problem
	for _, g := range merges {
		problem := mappings.Problem{File: g.File, Line: g.Line, Col: 1}
		switch {
		case !staged[g.KeepID] && d.decidedOn[m.Name][g.Key]:
			problem.Severity, problem.Message = record.Error, fmt.Sprintf("%s is merged into %s, and mapping %s makes no record of that", g.Key, g.Keep, m.Name)
			problem.Hint = "the row is missing from the source, left out or rejected; keep another one"
		case !d.decidedOn[m.Name][g.Key]:
			problem.Severity, problem.Message = record.Warning, fmt.Sprintf("no row of %s has the key %q", m.Source, g.Key)
			problem.Hint = "mend the key, or remove the line"
		default:
			continue
		}
		problems = append(problems, problem)
	}
	if mappings.Failed(problems) {
		return &Problems{mappings.SortProblems(problems)}
	}
	return p.Store.AddFindings(ctx, d.run.ID, problemFindings(problems))
}
