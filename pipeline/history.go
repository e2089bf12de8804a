package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/odoo-migrate/odoo-migrate/pipeline/gate"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// History is everything the project knows of one run.
type History struct {
	Version  int                         `json:"version"`
	Run      run.Run                     `json:"run"` // without its summary
	Inputs   []RunInput                  `json:"inputs,omitempty"`
	Gates    []gate.Gate                 `json:"gates,omitempty"`
	Seconds  map[string]float64          `json:"seconds,omitempty"` // by phase
	Outcomes map[string]map[string]int64 `json:"outcomes,omitempty"`
	Findings map[string]map[string]int64 `json:"findings,omitempty"` // severity -> rule -> rows
	Changes  int64                       `json:"changes"`            // in Odoo
	Left     int64                       `json:"left"`               // of them not undone
	Events   []staging.Event             `json:"events"`
}

// RunInput is a file that a run read.
type RunInput struct {
	Source string `json:"source"`
	File   string `json:"file"`
	Sheet  string `json:"sheet,omitempty"`
	SHA256 string `json:"sha256"`
	Rows   int64  `json:"rows"`
}

// History gathers what is known of a run; it changes nothing.
func (p *Pipeline) History(ctx context.Context, id int64) (*History, error) {
	r, err := p.Store.Run(ctx, id)
	if errors.Is(err, staging.ErrNotFound) {
		err = record.Advise(fmt.Errorf("there is no run %d", id), "migrate runs lists them.")
	}
	if err != nil {
		return nil, err
	}
	h := &History{Version: 1, Run: r}
	h.Run.Summary = nil
	var said struct{ Seconds map[string]float64 }
	if len(r.Summary) > 0 && json.Unmarshal(r.Summary, &said) == nil {
		h.Seconds = said.Seconds
	}
	if h.Events, err = p.Store.Events(ctx, id); err != nil {
		return nil, err
	}
	for _, e := range h.Events {
		if e.Kind == "gates" { // of a resumed run the last ones
			h.Gates = nil
			if err := json.Unmarshal(e.Data, &h.Gates); err != nil {
				return nil, fmt.Errorf("event %d: %w", e.Seq, err)
			}
		}
	}
	return h, p.counted(ctx, h)
}

// counted adds what staging counts.
func (p *Pipeline) counted(ctx context.Context, h *History) (err error) {
	id := h.Run.ID
	snapshots, err := p.Store.SnapshotsOf(ctx, id)
	if err != nil {
		return err
	}
	for _, s := range snapshots {
		h.Inputs = append(h.Inputs, RunInput{Source: s.Source, File: p.shownPath(s.File), Sheet: s.Sheet, SHA256: s.SHA256, Rows: s.Rows})
	}
	if h.Outcomes, err = p.Store.OutcomeCounts(ctx, id); err != nil {
		return err
	}
	if h.Findings, err = p.Store.FindingCounts(ctx, id); err != nil {
		return err
	}
	if h.Changes, h.Left, err = p.Store.ChangeCounts(ctx, id); err != nil {
		return err
	}
	return nil
}

// LogCheck is what computing the hashes of the event log again gave.
type LogCheck struct {
	Version int       `json:"version"`
	Events  int64     `json:"events"`
	Head    string    `json:"head"` // SHA-256 of the last event
	At      time.Time `json:"at"`
}

// CheckLog computes the hashes of the event log again. The error wraps staging.ErrTampered where one does not hold.
func (p *Pipeline) CheckLog(ctx context.Context) (*LogCheck, error) {
	if err := p.Store.CheckEvents(ctx); err != nil {
		return nil, err
	}
	c := &LogCheck{Version: 1, At: p.opt.Now().UTC()}
	var err error
	c.Events, c.Head, err = p.Store.EventHead(ctx)
	return c, err
}
