package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// Report gathers what the runs of a project left: the evidence of what was done and what was read afterwards.
type Report struct {
	Version  int           `json:"version"`
	Project  string        `json:"project"`
	Runs     []run.Run     `json:"runs"` // newest first, without their summaries
	Stage    *Stage        `json:"stage,omitempty"`
	Loads    []Load        `json:"loads"` // oldest first
	Verify   *Verification `json:"verify,omitempty"`
	Undos    []Undo        `json:"undos,omitempty"`
	Vouches  []Vouch       `json:"vouches,omitempty"` // what was drawn for people to tick, oldest first
	Vouched  []Vouched     `json:"vouched,omitempty"` // what was read back of it
	Disposed []Disposed    `json:"disposed,omitempty"`
	Decided  []Decided     `json:"decided,omitempty"` // what people decided of conflicts, oldest first
	Open     *Residue      `json:"open,omitempty"`    // what did not arrive as it was meant; nil where nothing was read back yet
	Events   int64         `json:"events"`            // length of the event log
	Chain    string        `json:"chain"`             // hash of its last event
	ChainOK  bool          `json:"chain_holds"`       // re-computed just now
	ChainErr string        `json:"chain_error,omitempty"`
}

// Report reads the runs of the project, and counts what is open of the target that was loaded last. It asks no Odoo.
func (p *Pipeline) Report(ctx context.Context) (*Report, error) {
	r, err := p.gather(ctx)
	if err != nil || len(r.Loads) == 0 {
		return r, err
	}
	name, verified, err := p.verified(ctx, r.Loads[len(r.Loads)-1].Target)
	if errors.Is(err, errUnread) || errors.Is(err, ErrNoTarget) {
		return r, nil // there is nothing to decide about yet
	}
	if err != nil {
		return nil, err
	}
	return r, p.countOpen(ctx, name, verified.ID, r)
}

// gather reads the runs of the project.
func (p *Pipeline) gather(ctx context.Context) (*Report, error) {
	r := &Report{Version: 1, Project: p.Project.Name, Loads: []Load{}}
	runs, err := p.Store.Runs(ctx)
	if err != nil {
		return nil, err
	}
	if len(runs) == 0 {
		return nil, record.Advise(errors.New("no run has been made yet"), "Run migrate stage first.")
	}
	for _, one := range runs {
		if err := r.take(one); err != nil {
			return nil, fmt.Errorf("run %d: %w", one.ID, err)
		}
		one.Summary = nil
		r.Runs = append(r.Runs, one)
	}
	if r.Events, r.Chain, err = p.Store.EventHead(ctx); err != nil {
		return nil, err
	}
	if err := p.Store.CheckEvents(ctx); err != nil {
		r.ChainErr = err.Error()
	}
	r.ChainOK = r.ChainErr == ""
	return r, nil
}

// take puts a run's summary where it belongs; runs come newest first.
func (r *Report) take(one run.Run) error {
	if len(one.Summary) == 0 || string(one.Summary) == "null" {
		return nil
	}
	switch one.Kind {
	case "stage":
		if r.Stage == nil {
			return json.Unmarshal(one.Summary, &r.Stage)
		}
	case "verify":
		if r.Verify == nil {
			return json.Unmarshal(one.Summary, &r.Verify)
		}
	case "cutover", "delta":
		var l Load
		if err := json.Unmarshal(one.Summary, &l); err != nil {
			return err
		}
		r.Loads = append([]Load{l}, r.Loads...)
	case "rollback":
		var u Undo
		if err := json.Unmarshal(one.Summary, &u); err != nil {
			return err
		}
		r.Undos = append([]Undo{u}, r.Undos...)
	case "vouch":
		return prepended(one, &r.Vouches)
	case "disposed":
		return prepended(one, &r.Disposed)
	case "decided":
		return prepended(one, &r.Decided)
	case "vouched":
		return prepended(one, &r.Vouched)
	}
	return nil
}

// prepended puts the summary of a run that was done before those of later ones.
func prepended[T any](one run.Run, to *[]T) error {
	if one.State != run.Done {
		return nil
	}
	var v T
	if err := json.Unmarshal(one.Summary, &v); err != nil {
		return err
	}
	*to = append([]T{v}, *to...)
	return nil
}
