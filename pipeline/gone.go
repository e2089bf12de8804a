package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/gate"
	"github.com/odoo-migrate/odoo-migrate/pipeline/load"
)

// goneGate is the name of the gate about records whose rows are gone from their source.
const goneGate = "gone"

// missing answers whether suspiciously many records that would be archived or deleted are gone from their sources; nil where none
// is. Records of sources with rows nobody could read are deferred anyhow, and are no matter of this gate.
func (p *Pipeline) missing(ctx context.Context, d *derived, targetID int64) (*gate.Answer, error) {
	var few, many []string
	for _, s := range d.plan.Steps {
		if s.Deletes != "archive" && s.Deletes != "delete" {
			continue
		}
		g, _, err := p.gone(ctx, d, targetID, s)
		if err != nil {
			return nil, err
		}
		if g.Count == 0 || g.Doubtful {
			continue
		}
		text := fmt.Sprintf("%d of %d records of %s (%s)", g.Count, g.Known, s.Mapping, s.Deletes)
		if g.TooMany(p.mostGone()) {
			many = append(many, text)
		} else {
			few = append(few, text)
		}
	}
	switch {
	case len(many) > 0:
		return &gate.Answer{Not: fmt.Sprintf("gone from their sources are %s; at most %.4g %% are expected", strings.Join(append(many, few...), ", "), 100*p.mostGone())}, nil
	case len(few) > 0:
		return &gate.Answer{Is: "gone from their sources are " + strings.Join(few, ", ")}, nil
	}
	return nil, nil
}

// mostGone is the share of a mapping's records that may be gone from its source.
func (p *Pipeline) mostGone() float64 {
	if g := p.Project.Thresholds.Gone; g != nil {
		return float(*g) / 100
	}
	return load.MaxDeleted
}

// mostDeleted is the share that a load may remove: any, where a person opened the gate.
func (p *Pipeline) mostDeleted(overrides []gate.Override) float64 {
	if slices.ContainsFunc(overrides, func(o gate.Override) bool { return o.Gate == goneGate }) {
		return 1
	}
	return p.mostGone()
}
