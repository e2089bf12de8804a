package pipeline

import (
	"context"
	"fmt"
	"strconv"

	"github.com/odoo-migrate/odoo-migrate/pipeline/custody"
	"github.com/odoo-migrate/odoo-migrate/pipeline/forecast"
	"github.com/odoo-migrate/odoo-migrate/pipeline/plan"
	"github.com/odoo-migrate/odoo-migrate/pipeline/reconcile"
	"github.com/odoo-migrate/odoo-migrate/pipeline/scope"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// Rows is the account of the rows of one source for one mapping: Read = Used + Grouped + Excluded + Rejected + Merged. The
// records a mapping makes are told with its first source: as many as rows used, unless rows are taken apart or united.
type Rows struct {
	Mapping  string `json:"mapping"`
	Source   string `json:"source"`
	Model    string `json:"model"`
	Read     int64  `json:"read"`
	Used     int64  `json:"used"`
	Excluded int64  `json:"excluded"`
	Rejected int64  `json:"rejected"`
	Merged   int64  `json:"merged"`
	Grouped  int64  `json:"grouped,omitempty"` // became part of the record of another row of their group
	Records  int64  `json:"records"`
}

// Stage is what a dry run says.
type Stage struct {
	Version    int                `json:"version"`
	Run        int64              `json:"run"`
	Target     string             `json:"target"`
	Server     string             `json:"server"`
	Sources    []plan.Source      `json:"sources"`
	Inputs     []Input            `json:"inputs,omitempty"` // what else the plan rests on
	Custody    *custody.Report    `json:"custody,omitempty"`
	Rows       []Rows             `json:"rows"`
	FirstPass  float64            `json:"first_pass"` // per cent of the rows read, excluded ones apart, that become records
	Threshold  float64            `json:"threshold"`
	Amounts    []AmountRate       `json:"first_pass_amounts,omitempty"`
	LowAmounts []string           `json:"low_amounts,omitempty"` // sources that fall short of thresholds.first_pass_amount
	Records    []RecordCount      `json:"records"`
	Quarantine []string           `json:"quarantine,omitempty"` // rows nobody could read, neither corrected nor accepted
	Unbalanced []string           `json:"unbalanced,omitempty"`
	Scope      []scope.Entry      `json:"scope"` // every table, and what becomes of it
	Undecided  []string           `json:"undecided,omitempty"`
	Torn       []string           `json:"torn,omitempty"` // mappings of lines with rows nobody can tell the document of
	ValueMaps  []ValueMap         `json:"value_maps,omitempty"`
	Excluded   []Exclusion        `json:"excluded,omitempty"`
	Corrected  []Corrected        `json:"corrected,omitempty"`
	Controls   []reconcile.Result `json:"controls"`
	Findings   []record.Finding   `json:"findings"` // grouped by cause, worst first
	Steps      []plan.Step        `json:"steps"`
	Normals    []string           `json:"normalisations,omitempty"` // the only tolerances that reading back has
	Plan       string             `json:"plan"`                     // hash
	Forecast   *forecast.Forecast `json:"forecast,omitempty"`       // of targets with a role; no part of the plan
	Unchecked  []string           `json:"unchecked,omitempty"`      // what a saved schema, in place of a server, cannot tell
	PlanFile   string             `json:"plan_file"`
	Todo       []string           `json:"todo,omitempty"`      // files that ask for missing values of value maps
	Rehearsal  *Rehearsal         `json:"rehearsal,omitempty"` // where it was asked for
	Examined
}

// Clean reports whether the dry run stays within the thresholds.
func (s *Stage) Clean() bool {
	ok := s.FirstPass >= s.Threshold && len(s.LowAmounts) == 0 && len(s.Quarantine) == 0 && len(s.Unbalanced) == 0 && len(s.Undecided) == 0 && len(s.Torn) == 0 && s.Custody.Holds()
	ok = ok && (s.Rehearsal == nil || s.Rehearsal.Refused == 0)
	ok = ok && len(s.blocked()) == 0 && len(s.exceeded()) == 0 && len(openMaps(s.ValueMaps)) == 0
	for _, c := range s.Controls {
		ok = ok && c.Equal
	}
	return ok
}

// StageOptions of Pipeline.Stage.
type StageOptions struct {
	Target      string
	Schema      *schema.Snapshot // a saved schema to check against; nil asks the target
	Corrections string           // write the damaged and rejected rows here, CSV or .xlsx, for people to correct; "" writes none
	Excluded    string           // write the rows that mappings leave out here, with the reason; "" writes none
	Rehearse    RehearseOptions
	ValueMaps   string // folder of the CSV files that ask for missing values of value maps; "" writes none
}

// Stage lands, maps, validates and reconciles, and writes the plan. Nothing reaches Odoo.
func (p *Pipeline) Stage(ctx context.Context, opt StageOptions) (*Stage, error) {
	for _, file := range []string{opt.Corrections, opt.Excluded} {
		if err := Vacant(file); file != "" && err != nil {
			return nil, err // now, rather than when everything is done
		}
	}
	t, err := p.stageTarget(ctx, opt)
	if err != nil {
		return nil, err
	}
	allowed := ""
	if opt.Rehearse.Server {
		if allowed, err = p.mayRehearse(ctx, t, opt); err != nil {
			return nil, err
		}
	}
	ctx, held, err := p.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer held.release()
	r, err := p.Begin(ctx, "stage", t.Name)
	if err != nil {
		return nil, err
	}
	d, err := p.deriveFor(ctx, r, t, opt.Schema)
	if err != nil {
		return nil, p.End(ctx, r, nil, err)
	}
	if err := p.nearDuplicates(ctx, d, t); err != nil {
		return nil, p.End(ctx, r, nil, err)
	}
	if err := p.tellUnchecked(ctx, d); err != nil {
		return nil, p.End(ctx, r, nil, err)
	}
	var rehearsal *Rehearsal
	if opt.Rehearse.Server {
		if rehearsal, err = p.rehearse(ctx, d, t, opt.Rehearse, allowed); err != nil {
			return nil, p.End(ctx, r, nil, err)
		}
	}
	s, err := p.summarise(ctx, d, t)
	if err == nil {
		s.Rehearsal = rehearsal
	}
	if err == nil && opt.ValueMaps != "" {
		s.Todo, err = p.writeTodo(ctx, d.plan, s.ValueMaps, opt.ValueMaps)
	}
	if err == nil {
		s.PlanFile = p.PlanPath()
		s.Plan, err = p.writePlan(ctx, r, d.plan)
	}
	if err == nil {
		err = p.outline(ctx, d, t, s)
	}
	if err == nil && opt.Corrections != "" {
		err = p.writeCorrections(ctx, d, opt.Corrections)
	}
	if err == nil && opt.Excluded != "" {
		err = p.writeExcluded(ctx, d, opt.Excluded)
	}
	return s, p.End(ctx, r, s, err)
}

// summarise accounts for every row that was derived.
func (p *Pipeline) summarise(ctx context.Context, d *derived, t *Target) (*Stage, error) {
	s := &Stage{Version: 1, Run: d.run.ID, Target: t.Name, Server: d.server(t), Unchecked: d.plan.Unchecked, Sources: d.plan.Sources, Inputs: d.inputs(), Threshold: p.threshold(), Undecided: d.undecided, Torn: d.torn(),
		Custody: d.custody, Scope: d.scope, Controls: d.results, Steps: d.plan.Steps, Normals: d.plan.Normals, Examined: Examined{Joined: d.joined, Checks: d.checks}}
	classes, err := p.Store.ClassCounts(ctx, d.run.ID)
	if err != nil {
		return nil, err
	}
	var read, used, excluded int64
	for _, m := range d.order {
		rows, err := p.accounted(ctx, d, m, classes[m.Name])
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if sum := row.Used + row.Grouped + row.Excluded + row.Merged + row.Rejected; sum != row.Read {
				s.Unbalanced = append(s.Unbalanced, fmt.Sprintf("%s: %d rows of %s read, %d accounted for", m.Name, row.Read, row.Source, sum))
			}
			read, used, excluded = read+row.Read, used+row.Used+row.Grouped+row.Merged, excluded+row.Excluded
		}
		s.Rows = append(s.Rows, rows...)
	}
	s.FirstPass = 100
	if wanted := read - excluded; wanted > 0 {
		s.FirstPass = 100 * float64(used) / float64(wanted)
	}
	if s.Amounts, err = p.amountRates(ctx, d); err != nil {
		return nil, err
	}
	s.LowAmounts = low(s.Amounts, p.Project.Thresholds.Amount)
	var lost []string
	if s.Records, lost, err = p.recordCounts(ctx, d); err != nil {
		return nil, err
	}
	s.Unbalanced = append(s.Unbalanced, lost...)
	if s.Quarantine, err = p.quarantined(ctx, d); err != nil {
		return nil, err
	}
	if s.Findings, err = p.Store.FindingGroups(ctx, d.run.ID); err != nil {
		return nil, err
	}
	p.own(s.Findings)
	s.Limits = limits(p.Project.Thresholds, s.Findings)
	s.ValueMaps = d.valueMaps(s.Findings)
	s.Corrected = d.applied
	s.Excluded, err = p.exclusions(ctx, d)
	return s, err
}

const defaultThreshold = 99.5

func (p *Pipeline) threshold() float64 {
	f, err := strconv.ParseFloat(p.Project.Thresholds.FirstPass.String(), 64)
	if err != nil || f == 0 {
		return defaultThreshold
	}
	return f
}
