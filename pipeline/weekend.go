package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/pipeline/forecast"
	"github.com/odoo-migrate/odoo-migrate/pipeline/gate"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/staging/embedded"
)

// weekend answers what a target with a role is held to; nil where it has none.
func (p *Pipeline) weekend(ctx context.Context, d *derived, t *Target, opt LoadOptions, l *Load) (*gate.Weekend, error) {
	config := p.Project.Targets[t.Name]
	if config.Role == "" {
		return nil, nil
	}
	w := &gate.Weekend{Disk: p.disk(d), Clock: clockOf(t)}
	var err error
	if w.Neutral, err = neutral(ctx, t, config.Role); err != nil {
		return nil, err
	}
	if l.Kind == "cutover" {
		if w.Unchanged, err = p.unchanged(ctx, d, t, opt.Resume); err != nil {
			return nil, err
		}
	}
	if config.Role != project.Production {
		return w, nil
	}
	return w, p.production(ctx, d, t, config, opt, l, w)
}

func (p *Pipeline) production(ctx context.Context, d *derived, t *Target, config project.Target, opt LoadOptions, l *Load, w *gate.Weekend) error {
	w.Name = typed(opt.Production, config.Database)
	backup := config.Backup
	if opt.Backup.Attested != "" {
		backup = opt.Backup
	}
	w.Backup = p.backup(backup)
	var err error
	if l.Kind == "cutover" { // deltas go on while people work in both systems
		if w.Frozen, err = p.frozen(ctx, d); err != nil {
			return err
		}
		var rehearsed run.Run
		if rehearsed, w.Rehearsed, err = p.rehearsed(ctx, d.plan, t.Name); err != nil {
			return err
		}
		if w.Parity, err = p.parity(ctx, t, rehearsed); err != nil {
			return err
		}
	}
	if p.Project.Cutover.Until.IsZero() {
		return nil
	}
	done, err := p.doneAlready(ctx, d, opt.Resume)
	if err != nil {
		return err
	}
	l.Forecast, err = p.forecast(ctx, d.plan, t.Name, backup.Restore, done)
	if err == nil && l.Kind == "cutover" {
		w.Window = inWindow(l.Forecast, p.Project.Cutover, p.opt.Now())
	}
	return err
}

// doneAlready counts the records of a resumed run that are settled, by mapping.
func (p *Pipeline) doneAlready(ctx context.Context, d *derived, resume bool) (map[string]int64, error) {
	out := map[string]int64{}
	if !resume {
		return out, nil
	}
	counts, err := p.Store.OutcomeCounts(ctx, d.run.ID)
	for mapping, classes := range counts {
		for _, n := range classes {
			out[mapping] += n
		}
	}
	return out, err
}

func typed(name, database string) *gate.Answer {
	switch name {
	case database:
		return &gate.Answer{Is: "the name of production's database was typed: " + database}
	case "":
		return &gate.Answer{Not: "the name of production's database was not typed"}
	}
	return &gate.Answer{Not: fmt.Sprintf("%q was typed, and production's database is another", name)}
}

// neutral reads the parameter that odoo-bin neutralize sets.
func neutral(ctx context.Context, t *Target, role string) (*gate.Answer, error) {
	n, err := t.Count(ctx, "ir.config_parameter", []any{[]any{"key", "=", "database.is_neutralized"}, []any{"value", "in", []any{"true", "True", "1"}}})
	if err != nil {
		return nil, fmt.Errorf("read whether the database is neutralised: %w", err)
	}
	switch {
	case role == project.Production && n == 0:
		return &gate.Answer{Is: "production is not neutralised"}, nil
	case role == project.Production:
		return &gate.Answer{Not: "production is neutralised: it would send no mail and run no job"}, nil
	case n > 0:
		return &gate.Answer{Is: "the rehearsal's database is neutralised"}, nil
	}
	return &gate.Answer{Not: "the rehearsal's database is not neutralised: its jobs run, and its mails reach people"}, nil
}

// backupAge is how old a backup may be: an older one takes more than a day's work of its users away.
const backupAge = 24 * time.Hour

func (p *Pipeline) backup(b project.Backup) *gate.Answer {
	age := p.opt.Now().Sub(b.At)
	switch {
	case b.Attested == "":
		return &gate.Answer{Not: "nobody attests a backup"}
	case age < 0:
		return &gate.Answer{Not: "the backup that " + b.Attested + " attests is of a time to come: " + stamp(b.At)}
	case age > backupAge:
		return &gate.Answer{Not: fmt.Sprintf("the backup that %s attests is of %s, more than a day ago", b.Attested, stamp(b.At))}
	}
	return &gate.Answer{Is: fmt.Sprintf("%s attests one of %s, restored in %d minutes", b.Attested, stamp(b.At), int(b.Restore.Minutes()))}
}

func stamp(at time.Time) string { return at.Format("2006-01-02 15:04 MST") }

// frozen reads the files of all sources once more: whoever still exports is found out.
func (p *Pipeline) frozen(ctx context.Context, d *derived) (*gate.Answer, error) {
	var moved []string
	for _, name := range slices.Sorted(maps.Keys(d.opened)) {
		src, err := p.OpenSource(ctx, p.Project.Sources[name])
		if err != nil {
			return nil, err
		}
		if src.File().SHA256 != d.opened[name].file.SHA256 {
			moved = append(moved, name)
		}
		if err := src.Close(); err != nil {
			return nil, err
		}
	}
	f := p.Project.Cutover.Frozen
	switch {
	case len(moved) > 0:
		return &gate.Answer{Not: "changed while they were read: " + strings.Join(moved, ", ")}, nil
	case f.By == "":
		return &gate.Answer{Not: "nobody declared the source frozen"}, nil
	case f.At.After(p.opt.Now()):
		return &gate.Answer{Not: fmt.Sprintf("%s declared the source frozen from %s on, which is to come", f.By, stamp(f.At))}, nil
	}
	return &gate.Answer{Is: fmt.Sprintf("declared by %s as of %s; %d sources, read twice, are the same", f.By, stamp(f.At), len(d.opened))}, nil
}

// eventOf reads the newest event of a kind that a run left.
func (p *Pipeline) eventOf(ctx context.Context, runID int64, kind string, into any) (bool, error) {
	events, err := p.Store.Events(ctx, runID)
	if err != nil {
		return false, err
	}
	for _, e := range slices.Backward(events) {
		if e.Kind == kind {
			return true, json.Unmarshal(e.Data, into)
		}
	}
	return false, nil
}

// inWindow holds the forecast against what was agreed.
func inWindow(f *forecast.Forecast, c project.Cutover, now time.Time) *gate.Answer {
	times := fmt.Sprintf("%d minutes, until %s; deadline %s", int(f.Seconds/60+0.999), stamp(f.End), stamp(f.Deadline))
	if !f.PointOfNoReturn.IsZero() {
		times += fmt.Sprintf("; point of no return %s (%s, %d minutes)", stamp(f.PointOfNoReturn), f.BackBy, int(f.Back/60+0.999))
	}
	if now.Before(c.From) {
		return &gate.Answer{Not: "the window begins " + stamp(c.From)}
	}
	if why := f.Verdict(); why != "" {
		return &gate.Answer{Not: why + " (" + times + ")"}
	}
	return &gate.Answer{Is: times}
}

// leastDisk is what must be free where the project and its private staging are.
const leastDisk = 1 << 30

func (p *Pipeline) disk(d *derived) *gate.Answer {
	dir := p.dir()
	if _, err := os.Stat(dir); err != nil {
		dir = p.Project.Dir
	}
	free, known := embedded.Free(dir)
	if !known {
		return &gate.Answer{Is: "how much is free cannot be seen on this system"}
	}
	need := int64(leastDisk)
	for _, o := range d.opened {
		need += o.file.Size
	}
	text := fmt.Sprintf("%d MiB are free, %d wanted", free>>20, need>>20)
	if free < need {
		return &gate.Answer{Not: text}
	}
	return &gate.Answer{Is: text}
}

// mostSkew is how far two clocks may be apart: times of a window are read off both.
const mostSkew = time.Minute

func clockOf(t *Target) *gate.Answer {
	c := t.Connection()
	if c.Clock.IsZero() {
		return &gate.Answer{Is: "the server does not tell its time"}
	}
	skew := c.Clock.Sub(c.At).Abs()
	text := fmt.Sprintf("the server's clock and this one are %d s apart", int(skew.Seconds()))
	if skew > mostSkew {
		return &gate.Answer{Not: text}
	}
	return &gate.Answer{Is: text}
}
