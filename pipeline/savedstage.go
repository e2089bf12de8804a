package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/pipeline/lookup"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// SavedTarget is the target of a run of stage that asked no server.
const SavedTarget = "saved schema"

// lookUpSaved looks references up in the saved schema, and notes what it cannot tell of.
func (d *derived) lookUpSaved(refs []string) (*lookup.Result, error) {
	found, unknown, err := lookup.Saved(d.saved, refs)
	if err != nil {
		return nil, err
	}
	if d.unknown == nil {
		d.unknown = map[string]map[string]bool{}
	}
	for what, list := range unknown {
		if d.unknown[what] == nil {
			d.unknown[what] = map[string]bool{}
		}
		for _, ref := range list {
			d.unknown[what][ref] = true
		}
	}
	return found, nil
}

// unchecked says what stage could not look at because it had a saved schema and no server; nothing where it had one.
func (d *derived) unchecked() []string {
	if d.saved == nil {
		return nil
	}
	out := []string{
		"whether Odoo has other records already with values that must be unique",
		"what earlier runs loaded: references to records that the sources have no longer count as missing",
	}
	if slices.ContainsFunc(d.order, func(m *mappings.Mapping) bool { return len(m.Match) > 0 }) {
		out = append(out, "which records of Odoo are adopted by match")
	}
	if d.loads(func(model string) bool {
		return slices.ContainsFunc(schema.LockedModels, func(l schema.Locked) bool { return l.Model == model })
	}) {
		out = append(out, "lock dates")
	}
	if d.loads(func(model string) bool {
		return slices.ContainsFunc(schema.OfCompany, func(c schema.Companion) bool { return c.Model == model })
	}) {
		out = append(out, "whether references are to records of the same company")
	}
	if slices.ContainsFunc(d.order, func(m *mappings.Mapping) bool { return m.Field("vat") != nil }) {
		out = append(out, "VAT numbers by the rules of their countries, where a record names its country otherwise than by its code")
	}
	for _, what := range sortedKeys(d.unknown) {
		out = append(out, fmt.Sprintf("whether Odoo has what %d references look up: %s", len(d.unknown[what]), what))
	}
	return out
}

// tellUnchecked writes down as findings what stage could not look at: nobody takes silence for a check.
func (p *Pipeline) tellUnchecked(ctx context.Context, d *derived) error {
	var notes []record.Finding
	for _, what := range d.plan.Unchecked {
		notes = append(notes, record.Finding{Severity: record.Note, Rule: "validate.unchecked", Rows: 1,
			Message: "not checked, since a saved schema stood for the server: " + what, Hint: "run migrate stage --target once the server can be reached"})
	}
	return p.Store.AddFindings(ctx, d.run.ID, notes)
}

func (d *derived) loads(model func(string) bool) bool {
	return slices.ContainsFunc(d.order, func(m *mappings.Mapping) bool { return model(m.Model) })
}

// metadata of the target, or of the saved schema.
func (p *Pipeline) metadata(ctx context.Context, d *derived, t *Target, set *mappings.Set) (*schema.Snapshot, error) {
	if d.saved != nil {
		return d.saved, nil
	}
	s, err := t.Snapshot(ctx, modelsMapped(set))
	if err != nil {
		return nil, fmt.Errorf("read the target's metadata: %w", err)
	}
	return s, nil
}

// stageTarget connects, unless a saved schema stands for the target.
func (p *Pipeline) stageTarget(ctx context.Context, opt StageOptions) (*Target, error) {
	if opt.Schema != nil {
		return &Target{Name: SavedTarget}, nil
	}
	return p.Connect(ctx, opt.Target)
}

// server is the version of Odoo that a dry run is made for.
func (d *derived) server(t *Target) string {
	if d.saved != nil {
		return strings.TrimSpace(d.saved.ServerVersion)
	}
	_, server := t.Version()
	return server
}
