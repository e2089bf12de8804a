package pipeline

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/odoo-migrate/odoo-migrate/pipeline/forecast"
	"github.com/odoo-migrate/odoo-migrate/pipeline/gate"
	"github.com/odoo-migrate/odoo-migrate/pipeline/plan"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// Runbook is the plan of a cutover for those who carry it out. It depends on the signed plan, migrate.yaml and the runs
// that were measured, not on the time at which it is made.
type Runbook struct {
	Version  int                `json:"version"`
	Project  string             `json:"project"`
	Target   string             `json:"target"`
	Role     string             `json:"role,omitempty"`
	Database string             `json:"database"`
	Plan     string             `json:"plan"` // SHA-256 of the signed plan
	Frozen   Said               `json:"frozen,omitzero"`
	From     time.Time          `json:"from,omitzero"` // the window; zero where none was agreed
	Backup   Said               `json:"backup,omitzero"`
	Forecast *forecast.Forecast `json:"forecast"`
	Steps    []RunbookStep      `json:"steps"`
	Criteria []gate.Criterion   `json:"criteria"`
	Restore  []string           `json:"restore_only,omitempty"` // mappings that only the backup takes back
}

// Said is what somebody declared or attests; By "" is nobody.
type Said struct {
	By      string    `json:"by"`
	At      time.Time `json:"at,omitzero"`
	Seconds float64   `json:"restore_seconds,omitempty"` // that restoring a backup took
}

// RunbookStep is the load of one mapping.
type RunbookStep struct {
	Wave    int    `json:"wave"`
	Mapping string `json:"mapping"`
	Model   string `json:"model"`
	Within  string `json:"within,omitempty"` // mapping whose documents carry the records
	Records int64  `json:"records"`
	Owner   string `json:"owner,omitempty"` // who mends its findings
	Undo    string `json:"undo"`
}

// ErrNoPlan says that nothing was staged yet.
var ErrNoPlan = errors.New("there is no plan yet")

// Runbook makes the runbook of a target. It asks no Odoo.
func (p *Pipeline) Runbook(ctx context.Context, target string) (*Runbook, error) {
	name, t, err := p.target(target)
	if err != nil {
		return nil, err
	}
	signed, err := p.signedPlan()
	if err != nil {
		return nil, err
	}
	if signed == nil {
		return nil, record.Advise(ErrNoPlan, "Run migrate stage first: the runbook is made from its plan.")
	}
	b := &Runbook{Version: 1, Project: signed.Project, Target: name, Role: t.Role, Database: t.Database, From: p.Project.Cutover.From,
		Frozen: Said{By: p.Project.Cutover.Frozen.By, At: p.Project.Cutover.Frozen.At}, Backup: Said{By: t.Backup.Attested, At: t.Backup.At, Seconds: t.Backup.Restore.Seconds()},
		Restore: restoreOnly(signed), Steps: p.runbookSteps(signed), Criteria: gate.Criteria(p.Project.Thresholds.FirstPass.String())}
	if b.Plan, err = signed.Hash(); err != nil {
		return nil, err
	}
	if b.Forecast, err = p.forecast(ctx, signed, name, 0, nil); err != nil {
		return nil, err
	}
	// A forecast begins now at the earliest. The runbook's begins with the window, so that it is the same tomorrow.
	f := b.Forecast
	f.Begin, f.End = b.From, time.Time{}
	if !b.From.IsZero() {
		f.End = b.From.Add(time.Duration(f.Seconds * float64(time.Second)))
	}
	return b, nil
}

func (p *Pipeline) runbookSteps(signed *plan.Plan) []RunbookStep {
	only := restoreOnly(signed)
	var out []RunbookStep
	for _, s := range signed.Steps {
		step := RunbookStep{Wave: s.Wave, Mapping: s.Mapping, Model: s.Model, Within: s.Parent, Records: s.Records, Undo: s.Undo,
			Owner: p.ownerOf(record.Finding{Mapping: s.Mapping})}
		if slices.Contains(only, s.Mapping) {
			step.Undo = run.RestoreOnly
		}
		out = append(out, step)
	}
	return out
}

// WriteFileWhole writes a file whole or not at all, in place of one that is there.
func WriteFileWhole(path string, b []byte) error { return AdviseWrite(replaceFile(path, b)) }
