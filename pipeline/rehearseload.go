package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/pipeline/load"
	"github.com/odoo-migrate/odoo-migrate/pipeline/rollback"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// LoadRehearsal is a whole load into a copy, and the way back from it.
type LoadRehearsal struct {
	Version int                `json:"version"`
	Target  string             `json:"target"`
	Allowed string             `json:"allowed"` // why it was let in
	Stage   *Stage             `json:"stage"`
	Load    *Load              `json:"load,omitempty"`
	Undo    *Undo              `json:"undo,omitempty"`
	Refused int64              `json:"refused"`          // records that validation let through and the target refused
	Missed  []record.Finding   `json:"missed,omitempty"` // grouped by cause
	Seconds map[string]float64 `json:"seconds"`          // by phase, the way back among them: what forecasts rest on
}

// Sound reports whether Odoo held what was meant, and whether all of it was undone and proven.
func (r *LoadRehearsal) Sound() bool {
	return r.Load != nil && r.Load.Clean() && r.Undo != nil && r.Undo.Proven()
}

// Complete reports whether nothing was refused that the dry run let through, and the dry run was clean.
func (r *LoadRehearsal) Complete() bool {
	return r.Stage != nil && r.Stage.Clean() && r.Load != nil && r.Load.Complete() && r.Refused == 0
}

// RehearseLoad stages for a copy, loads all of it there, reads it back, undoes it and proves that. The runs are a cutover and a
// rollback like any other: gates of production and forecasts rest on them.
func (p *Pipeline) RehearseLoad(ctx context.Context, sopt StageOptions, opt LoadOptions) (*LoadRehearsal, error) {
	calm, done := p.untilStopped(ctx)
	defer done()
	t, err := p.Connect(calm, sopt.Target)
	if err != nil {
		return nil, err
	}
	out := &LoadRehearsal{Version: 1, Target: t.Name, Seconds: map[string]float64{}}
	if p.Project.Targets[t.Name].Role == project.Production {
		return nil, record.Advise(fmt.Errorf("%s is production: nothing is loaded there to be undone", t.Name), "Name a copy of it: --target NAME.")
	}
	if out.Allowed, err = p.rehearsable(calm, t, sopt.Rehearse.Production); err != nil {
		return nil, err
	}
	if out.Stage, err = p.Stage(calm, sopt); err != nil {
		return nil, err
	}
	opt.Target, opt.Production = t.Name, ""
	opt.AcceptRestoreOnly = true // a copy is made anew
	out.Load, err = p.Cutover(ctx, opt)
	if err != nil {
		return out, err
	}
	out.Missed, out.Refused = missed(out.Load.Findings)
	out.Seconds["load"], out.Seconds["verify"] = out.Load.Seconds["load"], out.Load.Seconds["verify"]
	began := p.opt.Now()
	out.Undo, err = p.Rollback(ctx, UndoOptions{Target: t.Name, Run: out.Load.Run})
	out.Seconds["undo"] = p.opt.Now().Sub(began).Seconds()
	if errors.Is(err, rollback.ErrBlocked) {
		err = nil // the result says what stands in the way
	}
	return out, err
}

// foundByLoad are the rules by which only a load finds that a record does not come to hold what was meant.
var foundByLoad = append([]string{"odoo.not_kept", "load.parent_missing", load.RuleCallFailed}, judged...)

// missed are the findings of a load about records that the dry run let through.
func missed(findings []record.Finding) (out []record.Finding, records int64) {
	for _, f := range findings {
		if slices.Contains(foundByLoad, f.Rule) {
			out, records = append(out, f), records+max(f.Rows, 1)
		}
	}
	return out, records
}
