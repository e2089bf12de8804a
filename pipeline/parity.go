package pipeline

import (
	"context"

	"github.com/odoo-migrate/odoo-migrate/pipeline/doctor"
)

// Comparison is how two targets of migrate.yaml are set up.
type Comparison struct {
	Version int    `json:"version"`
	Left    string `json:"left"`
	Right   string `json:"right"`
	*doctor.Parity
}

// CompareTargets compares the settings of two targets; it changes nothing.
func (p *Pipeline) CompareTargets(ctx context.Context, left, right string) (*Comparison, error) {
	l, err := p.Connect(ctx, left)
	if err != nil {
		return nil, err
	}
	r, err := p.Connect(ctx, right)
	if err != nil {
		return nil, err
	}
	parity, err := doctor.Compare(ctx, l, r)
	return &Comparison{Version: 1, Left: l.Name, Right: r.Name, Parity: parity}, err
}
