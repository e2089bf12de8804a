package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/pipeline/load"
	"github.com/odoo-migrate/odoo-migrate/pipeline/plan"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// RehearseOptions of a dry run that asks the target's own validation, too.
type RehearseOptions struct {
	Server     bool   // send staged records to the target, which validates them and rolls back
	Sample     int    // records a mapping, spread evenly over its rows; 0 is all
	Production string // the name of the database, as it was typed: rehearse there although it is not neutralised
}

// Rehearsal is what the target's own validation said to staged records that it rolled back.
type Rehearsal struct {
	Allowed  string             `json:"allowed"` // why it was let in
	Sample   int                `json:"sample"`  // records a mapping at most; 0 is all
	Mappings []RehearsedMapping `json:"mappings"`
	Refused  int64              `json:"refused"`            // records that validation let through and the target refuses
	Doubtful int64              `json:"doubtful,omitempty"` // refused, too, but they were sent without a link they will have
	Missed   []record.Finding   `json:"missed,omitempty"`   // one a refused record
}

// RehearsedMapping says what became of the records of one mapping.
type RehearsedMapping struct {
	Mapping  string         `json:"mapping"`
	Model    string         `json:"model"`
	Records  int64          `json:"records"` // that would be loaded
	Sent     int64          `json:"sent"`
	Taken    int64          `json:"taken"` // by the target, before it rolled back
	Refused  int64          `json:"refused"`
	Doubtful int64          `json:"doubtful,omitempty"` // refused without a link they will have
	Known    int64          `json:"known,omitempty"`    // in the target already, loaded or matched: not sent
	Held     []RehearsedGap `json:"held,omitempty"`     // not sent: records, by the field that leads to what is not loaded yet
	LeftOut  []RehearsedGap `json:"left_out,omitempty"` // sent without the field, which leads to what is not loaded yet
}

// RehearsedGap is a field that could not be rehearsed, and of how many records.
type RehearsedGap struct {
	Field   string `json:"field"`
	Records int64  `json:"records"`
}

// Rules of a rehearsal's findings.
const (
	RuleRehearseRefused  = "rehearse.refused"
	RuleRehearseDoubtful = "rehearse.doubtful"
)

// importModule is the module whose import can be rolled back.
const importModule = "base_import"

// mayRehearse refuses a database that people work in, unless it was named, and one that cannot roll back.
func (p *Pipeline) mayRehearse(ctx context.Context, t *Target, opt StageOptions) (string, error) {
	if opt.Schema != nil {
		return "", record.Advise(fmt.Errorf("a saved schema cannot be rehearsed with"), "Pass --target instead of --schema.")
	}
	n, err := t.Count(ctx, "ir.module.module", []any{[]any{"name", "=", importModule}, []any{"state", "=", "installed"}})
	if err != nil {
		return "", fmt.Errorf("look for the module %s: %w", importModule, err)
	}
	if n == 0 {
		return "", record.Advise(fmt.Errorf("%s has no module %s, which validates records and rolls them back", t.Name, importModule),
			"Install it there, or rehearse a load: --rehearse load.")
	}
	return p.rehearsable(ctx, t, opt.Rehearse.Production)
}

// rehearsable says why a database may be rehearsed in, or is an error.
func (p *Pipeline) rehearsable(ctx context.Context, t *Target, name string) (string, error) {
	config := p.Project.Targets[t.Name]
	if name != "" && name == config.Database {
		return "its database was named: " + name, nil
	}
	is, err := neutral(ctx, t, project.Rehearsal)
	if err != nil {
		return "", err
	}
	switch {
	case name != "":
		err = fmt.Errorf("%q was typed, and the database of %s is another", name, t.Name)
	case config.Role == project.Production:
		err = fmt.Errorf("%s is production", t.Name)
	case is.Not != "":
		err = fmt.Errorf("%s is not neutralised", t.Name)
	default:
		return is.Is, nil
	}
	return "", record.Advise(err, "Rehearse in a copy that odoo-bin neutralize was run on, or type the name of the database: --production NAME.")
}

// rehearse sends what validation left to the target in the way the load does, has it rolled back, and writes down what the
// target refuses.
func (p *Pipeline) rehearse(ctx context.Context, d *derived, t *Target, opt RehearseOptions, allowed string) (_ *Rehearsal, err error) {
	target, _, err := p.identify(ctx, t)
	if err != nil {
		return nil, err
	}
	files, err := p.files()
	if err != nil {
		return nil, err
	}
	defer files.Close()
	dry := &dryRun{p: p, d: d, t: t, targetID: target.ID, adopted: map[string]int64{}, announced: map[string]string{}, taken: map[int64]bool{}}
	direct := &Target{Name: t.Name, Database: t.Database, Client: t.Client.Retrying(odoo.Policy{})}
	trial := direct.NewTrial()
	defer func() { err = errors.Join(err, trial.Close(ctx)) }()
	loader := (&load.Loader{
		Target: &dryTarget{direct, dry, trial}, Staged: dryStaged{items{p, d}, dry}, Ledger: dryLedger{dry},
		Journal: dryJournal{dry}, Refs: p.resolverBy(t, dry.ids), Files: files, Schema: d.schema, Module: p.Project.Module, RunID: d.run.ID, TargetID: target.ID,
	}).With(load.Options{
		// One batch at a time, and always of the same size: what meets in a batch must not depend on the clock.
		BatchRecords: dryBatch, Workers: 1, Aim: [2]time.Duration{time.Nanosecond, 24 * time.Hour}, Owner: p.owner(), Stop: p.opt.Stop,
		Progress: func(mapping string, n int) { p.opt.Progress.Advance("rehearse "+mapping, int64(n)) },
	})
	out := &Rehearsal{Allowed: allowed, Sample: opt.Sample}
	for _, s := range d.plan.Steps {
		if s.Parent != "" {
			continue // comes with its document
		}
		m, err := dry.step(ctx, loader, s, opt.Sample)
		if err != nil {
			return nil, fmt.Errorf("rehearse %s: %w", s.Mapping, err)
		}
		out.Mappings = append(out.Mappings, m)
		out.Refused, out.Doubtful = out.Refused+m.Refused, out.Doubtful+m.Doubtful
	}
	found := d.placed(dry.findings)
	for _, f := range found {
		if f.Rule == RuleRehearseRefused {
			out.Missed = append(out.Missed, f)
		}
	}
	return out, p.Store.AddFindings(ctx, d.run.ID, found)
}

// step rehearses the records of one mapping.
func (r *dryRun) step(ctx context.Context, loader *load.Loader, s plan.Step, sample int) (RehearsedMapping, error) {
	out := RehearsedMapping{Mapping: s.Mapping, Model: s.Model, Records: s.Records}
	if err := r.begin(ctx, s, sample); err != nil {
		return out, err
	}
	r.p.opt.Progress.Phase("rehearse "+s.Mapping, int64(len(r.seqs)))
	defer r.p.opt.Progress.Done("rehearse " + s.Mapping)
	s.Calls = nil // they work on records that are there
	if err := loader.Step(ctx, r.d.plan, s); err != nil {
		return out, err
	}
	out.Known, out.Held, out.LeftOut = r.known+int64(r.claimed), gaps(r.held), gaps(r.without())
	refused := r.judge()
	out.Refused, out.Doubtful = refused[RuleRehearseRefused], refused[RuleRehearseDoubtful]
	out.Sent = int64(len(r.sent))
	out.Taken = out.Sent - out.Refused - out.Doubtful
	return out, nil
}

func gaps(counts map[string]int64) (out []RehearsedGap) {
	for _, field := range sortedKeys(counts) {
		if counts[field] > 0 {
			out = append(out, RehearsedGap{field, counts[field]})
		}
	}
	return out
}

// judged are the rules of a load's findings that say that the target refuses a record.
var judged = []string{"odoo.refused", "load.external_id_taken", "match.ambiguous"}

// judge makes findings of a rehearsal out of those of the loader, and counts the records by rule.
func (r *dryRun) judge() map[string]int64 {
	counts := map[string]int64{}
	for _, f := range r.said {
		if !slices.Contains(judged, f.Rule) || f.Mapping != r.mapping {
			continue
		}
		out := f
		out.Rule, out.Severity, out.Hint = RuleRehearseRefused, record.Error, "validation let it through, and the target refuses it"
		if fields := r.lacks(f.Record); len(fields) > 0 {
			out.Rule, out.Severity = RuleRehearseDoubtful, record.Warning
			out.Hint = fmt.Sprintf("it was sent without %s, which leads to a record that is not loaded yet: only a load can tell", strings.Join(fields, ", "))
		}
		r.sent[f.Record] = true
		counts[out.Rule]++
		r.findings = append(r.findings, out)
	}
	return counts
}
