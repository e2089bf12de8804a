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

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/pipeline/doctor"
	"github.com/odoo-migrate/odoo-migrate/pipeline/forecast"
	"github.com/odoo-migrate/odoo-migrate/pipeline/gate"
	"github.com/odoo-migrate/odoo-migrate/pipeline/plan"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/staging/embedded"
)

// Events by which the gates of the weekend find what earlier runs saw.
const (
	surroundingsEvent = "surroundings" // of a stage: the target as it was when the plan was made
	inputsEvent       = "inputs"       // of a load: what it rested on
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

// surroundings is what the target was when a plan was made.
type surroundings struct {
	Schema  string         `json:"schema"`
	Modules []string       `json:"modules"`
	Records map[string]int `json:"records"`
}

func (p *Pipeline) look(ctx context.Context, d *derived, t *Target) (surroundings, error) {
	c, err := p.census(ctx, t, modelsOf(d.plan))
	return surroundings{Schema: d.plan.Schema, Modules: d.schema.Modules, Records: c.Records}, err
}

// outline writes down what a plan was made for, and adds the forecast, where the target has a role.
func (p *Pipeline) outline(ctx context.Context, d *derived, t *Target, s *Stage) error {
	if p.Project.Targets[t.Name].Role == "" {
		return nil
	}
	if err := p.noteSurroundings(ctx, d, t); err != nil {
		return err
	}
	var err error
	s.Forecast, err = p.forecast(ctx, d.plan, t.Name, 0, nil)
	return err
}

func (p *Pipeline) noteSurroundings(ctx context.Context, d *derived, t *Target) error {
	s, err := p.look(ctx, d, t)
	if err != nil {
		return err
	}
	return p.Store.Event(ctx, d.run.ID, surroundingsEvent, s)
}

// unchanged compares the target with what the last stage saw. What a run itself wrote is no change, so one that is resumed
// was asked when it began.
func (p *Pipeline) unchanged(ctx context.Context, d *derived, t *Target, resume bool) (*gate.Answer, error) {
	if resume {
		return &gate.Answer{Is: "asked when the run began"}, nil
	}
	runs, err := p.Store.Runs(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range runs {
		if r.Kind != "stage" || r.Target != t.Name || r.State != run.Done {
			continue
		}
		var was surroundings
		if there, err := p.eventOf(ctx, r.ID, surroundingsEvent, &was); err != nil || !there {
			return &gate.Answer{Not: fmt.Sprintf("stage run %d did not note what the target was like", r.ID)}, err
		}
		now, err := p.look(ctx, d, t)
		if err != nil {
			return nil, err
		}
		if what := was.changed(now); len(what) > 0 {
			return &gate.Answer{Not: fmt.Sprintf("changed since stage run %d: %s", r.ID, strings.Join(what, ", "))}, nil
		}
		return &gate.Answer{Is: fmt.Sprintf("fields, %d modules and the records of %d models are as stage run %d saw them", len(now.Modules), len(now.Records), r.ID)}, nil
	}
	return &gate.Answer{Not: "no stage run looked at this target"}, nil
}

func (s surroundings) changed(now surroundings) []string {
	var what []string
	if s.Schema != now.Schema {
		what = append(what, "the fields that are used")
	}
	if !slices.Equal(s.Modules, now.Modules) {
		what = append(what, "the modules")
	}
	for _, m := range sortedKeys(now.Records) {
		if was, is := s.Records[m], now.Records[m]; was != is {
			what = append(what, fmt.Sprintf("%s had %d records and has %d", m, was, is))
		}
	}
	return what
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

// inputs is what a load rested on, apart from its target.
type inputs struct {
	Mappings string            `json:"mappings"` // digest over mappings, value maps and decisions
	Sources  map[string]string `json:"sources"`
}

func inputsOf(pl *plan.Plan) (inputs, error) {
	b, err := json.Marshal([]map[string]string{pl.Mappings, pl.Files})
	in := inputs{Mappings: checksum.Bytes(b).String(), Sources: map[string]string{}}
	for _, s := range pl.Sources {
		in.Sources[s.Name] = s.SHA256
	}
	return in, err
}

// noteInputs writes down what a load rests on, for the gates of a later one.
func (p *Pipeline) noteInputs(ctx context.Context, d *derived) error {
	in, err := inputsOf(d.plan)
	if err != nil {
		return err
	}
	return p.Store.Event(ctx, d.run.ID, inputsEvent, in)
}

// rehearsed finds a clean cutover of the same inputs into another target.
func (p *Pipeline) rehearsed(ctx context.Context, pl *plan.Plan, target string) (run.Run, *gate.Answer, error) {
	now, err := inputsOf(pl)
	if err != nil {
		return run.Run{}, nil, err
	}
	runs, err := p.Store.Runs(ctx)
	if err != nil {
		return run.Run{}, nil, err
	}
	why := "no cutover into another target was made"
	for _, r := range runs {
		if r.Kind != "cutover" || r.Target == target || r.State != run.Done || len(r.Summary) == 0 {
			continue
		}
		var was inputs
		if there, err := p.eventOf(ctx, r.ID, inputsEvent, &was); err != nil {
			return run.Run{}, nil, err
		} else if !there {
			continue
		}
		var l Load
		if err := json.Unmarshal(r.Summary, &l); err != nil {
			return run.Run{}, nil, fmt.Errorf("read run %d: %w", r.ID, err)
		}
		if !l.Clean() || !l.Complete() {
			why = fmt.Sprintf("the cutover into %s, run %d, did not end clean", r.Target, r.ID)
			continue
		}
		if other := was.differ(now); other != "" {
			why = fmt.Sprintf("since the cutover into %s, run %d, %s", r.Target, r.ID, other)
			continue
		}
		return r, &gate.Answer{Is: fmt.Sprintf("run %d of the same inputs into %s: %s", r.ID, r.Target, l.pace())}, nil
	}
	return run.Run{}, &gate.Answer{Not: why}, nil
}

func (in inputs) differ(now inputs) string {
	if in.Mappings != now.Mappings {
		return "mappings or value maps changed"
	}
	for _, name := range sortedKeys(now.Sources) {
		if in.Sources[name] != now.Sources[name] {
			return "source " + name + " changed"
		}
	}
	return ""
}

// pace says how much was loaded in what time.
func (l *Load) pace() string {
	var n int64
	for _, classes := range l.Records {
		n += classes[run.Created] + classes[run.Updated]
	}
	seconds := l.Seconds["load"]
	return fmt.Sprintf("%d records in %.1f s, %.0f a second", n, seconds, float64(n)/max(seconds, 0.001))
}

// parity compares the target with the one that was rehearsed in.
func (p *Pipeline) parity(ctx context.Context, t *Target, rehearsed run.Run) (*gate.Answer, error) {
	if rehearsed.ID == 0 {
		return &gate.Answer{Not: "there is no rehearsal to compare with"}, nil
	}
	other, err := p.Connect(ctx, rehearsed.Target)
	if err != nil {
		return &gate.Answer{Not: fmt.Sprintf("%s cannot be asked: %s", rehearsed.Target, err)}, ctx.Err()
	}
	parity, err := doctor.Compare(ctx, other, t)
	if err != nil {
		return nil, err
	}
	things := 0
	for _, n := range parity.Compared {
		things += n
	}
	if len(parity.Differences) == 0 {
		return &gate.Answer{Is: fmt.Sprintf("%d settings are the same in %s", things, rehearsed.Target)}, nil
	}
	first := parity.Differences[0]
	return &gate.Answer{Not: fmt.Sprintf("%d of %d settings differ from %s, the first: %s %s", len(parity.Differences), things, rehearsed.Target, first.Area,
		strings.TrimSpace(first.Thing+" "+first.Field))}, nil
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

// ParseBackup reads an attestation "who, when, minutes"; when is by the clocks of a zone.
func ParseBackup(text, zone string) (project.Backup, error) {
	wrong := record.Advise(fmt.Errorf("%q is not of the form who, when, minutes", text), `Write it like "A. Admin, 2026-02-06 22:00, 35": who restored it, when it was made, how long restoring took.`)
	parts := strings.Split(text, ",")
	if len(parts) < 3 {
		return project.Backup{}, wrong
	}
	n := len(parts)
	var minutes int
	if read, err := fmt.Sscanf(strings.TrimSpace(parts[n-1])+"\n", "%d\n", &minutes); err != nil || read != 1 || minutes < 1 {
		return project.Backup{}, wrong
	}
	at, ok := project.ParseMoment(strings.TrimSpace(parts[n-2]), zone)
	who := strings.TrimSpace(strings.Join(parts[:n-2], ","))
	if !ok || who == "" {
		return project.Backup{}, wrong
	}
	return project.Backup{Attested: who, At: at, Restore: time.Duration(minutes) * time.Minute}, nil
}
