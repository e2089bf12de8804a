package project

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	g "github.com/odoo-migrate/odoo-migrate/mappings/internal/grammar"
	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// What a target is to the project. A target without a role is held to no rule of the weekend.
const (
	Production = "production"
	Rehearsal  = "rehearsal"
)

// Backup is one of a target, by the word of a person who has restored it and looked at the clock.
type Backup struct {
	Attested string // by whom; "" is no backup
	At       time.Time
	Restore  time.Duration // how long restoring took
}

// Cutover is what was agreed about the weekend.
type Cutover struct {
	Frozen Frozen
	From   time.Time // of the window; zero where none was agreed
	Until  time.Time
	Margin time.Duration // kept free before the deadline

	Checkpoints []Checkpoint // in the order of their waves

	Pause       []string // what is switched off in Odoo for a load: PauseCron, PauseMail
	KeepRunning []string // scheduled actions that are not, by external id or name
}

// Checkpoint is where a load stops between two waves until a person decides that it goes on.
type Checkpoint struct {
	After int             // the wave before it
	Wrong *record.Decimal // per cent of the records so far that may be refused, in conflict or put off; nil is any
	By    string          // who decides; "" is anybody
}

// What a load can switch off in Odoo.
const (
	PauseCron = "cron" // scheduled actions
	PauseMail = "mail" // outgoing mail servers
)

// ParsePause reads what a load switches off: "cron", "cron, mail", or "none", which gives an empty list. Mail alone would
// stop no mail: Odoo falls back on the server's own settings, and its queue goes on.
func ParsePause(words []string) ([]string, error) {
	out := []string{}
	for _, w := range words {
		switch w = strings.TrimSpace(w); {
		case w == "none" && len(words) == 1:
			return out, nil
		case w != PauseCron && w != PauseMail:
			return nil, record.Advise(fmt.Errorf("%q cannot be paused", w), "write cron, or cron and mail, or none")
		case !slices.Contains(out, w):
			out = append(out, w)
		}
	}
	if slices.Contains(out, PauseMail) && !slices.Contains(out, PauseCron) {
		return nil, record.Advise(errors.New("pausing mail alone stops none of it: the queue of mails is a scheduled action"), "write cron and mail")
	}
	return out, nil
}

// Frozen says who declared that nobody changes the source any more; By "" is nobody.
type Frozen struct {
	By string
	At time.Time
}

// DefaultMargin is kept free before the deadline where migrate.yaml does not say.
const DefaultMargin = 30 * time.Minute

var cutoverKeys = g.Keys{
	{Name: "frozen", Doc: "who declared that nobody changes the source any more", Value: g.Map(frozenKeys)},
	{Name: "window", Doc: "when the cutover may begin, and when everything must be done", Value: g.Map(windowKeys)},
	{Name: "pause", Doc: "what is switched off in Odoo while a load is under way, and on again afterwards: cron (scheduled actions), mail (outgoing mail servers)", Value: g.ListOf(g.Choice(PauseCron, PauseMail))},
	{Name: "keep_running", Doc: "scheduled actions that are not paused, by external id or by the name Odoo shows", Value: g.ListOf(g.Text())},
	{Name: "checkpoints", Doc: "waves after which a person decides whether the load goes on", Value: g.ListOf(g.Map(checkpointKeys))},
	{Name: "margin_minutes", Doc: "kept free before the deadline; default 30", Value: g.AtLeast(0)},
}

var checkpointKeys = g.Keys{
	{Name: "after", Doc: "number of the wave, as stage and the runbook show it", Required: true, Value: g.AtLeast(0)},
	{Name: "wrong", Doc: "percent of the records so far that may be refused, in conflict or put off; more speaks against going on", Value: g.Number()},
	{Name: "by", Doc: "who decides", Value: g.Text()},
}

var frozenKeys = g.Keys{
	{Name: "by", Doc: "who declared it", Required: true, Value: g.Text()},
	{Name: "at", Doc: "since when", Required: true, Value: g.Word(dateTime.String())},
}

var windowKeys = g.Keys{
	{Name: "from", Doc: "when it may begin", Required: true, Value: g.Word(dateTime.String())},
	{Name: "until", Doc: "the deadline", Required: true, Value: g.Word(dateTime.String())},
}

var backupKeys = g.Keys{
	{Name: "attested", Doc: "who attests that it was made and restored", Required: true, Value: g.Text()},
	{Name: "at", Doc: "when it was made", Required: true, Value: g.Word(dateTime.String())},
	{Name: "restore_minutes", Doc: "how long restoring it took", Required: true, Value: g.AtLeast(1)},
}

func (p *parser) cutover(o yamlpos.Object) {
	p.project.Cutover.Margin = DefaultMargin
	n := o.Node("cutover")
	if n == nil || n.IsNull() {
		return
	}
	c, out := p.doc.Object(n, "cutover", cutoverKeys.Names()...), &p.project.Cutover
	if c.Has("margin_minutes") {
		out.Margin = time.Duration(p.count(c, "margin_minutes", 0)) * time.Minute
	}
	p.pause(c)
	p.items(c, "checkpoints", func(item *yamlpos.Node) {
		x := p.doc.Object(item, "a checkpoint", checkpointKeys.Names()...)
		x.Require(checkpointKeys.Required()...)
		out.Checkpoints = append(out.Checkpoints, Checkpoint{After: p.count(x, "after", 0), Wrong: p.percentage(x, "wrong"), By: x.Text("by")})
	})
	slices.SortStableFunc(out.Checkpoints, func(a, b Checkpoint) int { return a.After - b.After })
	if f := c.Node("frozen"); f != nil {
		s := p.doc.Object(f, "frozen", frozenKeys.Names()...)
		s.Require(frozenKeys.Required()...)
		out.Frozen = Frozen{By: s.Text("by"), At: p.moment(s, "at")}
	}
	if w := c.Node("window"); w != nil {
		s := p.doc.Object(w, "window", windowKeys.Names()...)
		s.Require(windowKeys.Required()...)
		out.From, out.Until = p.moment(s, "from"), p.moment(s, "until")
		if !out.From.IsZero() && !out.Until.IsZero() && !out.Until.After(out.From) {
			p.doc.Report(s.At("until"), "", "the window ends before it begins")
		}
	}
}

func (p *parser) pause(c yamlpos.Object) {
	out := &p.project.Cutover
	var err error
	if out.Pause, err = ParsePause(c.Texts("pause")); err != nil {
		var advice *record.Advice
		errors.As(err, &advice)
		p.doc.Report(c.At("pause"), advice.Remedy, "%v", err)
	}
	if out.KeepRunning = c.Texts("keep_running"); len(out.KeepRunning) > 0 && len(out.Pause) == 0 {
		p.doc.Report(c.At("keep_running"), "write pause: [cron] beside it", "keep_running names scheduled actions, and none are paused")
	}
}

// role reads what a target is to the project, and its backup.
func (p *parser) role(t yamlpos.Object, target *Target) {
	target.Role = t.Choice("role", Production, Rehearsal)
	n := t.Node("backup")
	if n == nil || n.IsNull() {
		return
	}
	b := p.doc.Object(n, "backup", backupKeys.Names()...)
	b.Require(backupKeys.Required()...)
	target.Backup = Backup{Attested: b.Text("attested"), At: p.moment(b, "at"), Restore: time.Duration(p.count(b, "restore_minutes", 1)) * time.Minute}
}

// moment reads a date with or without a time and a zone; without a zone it is by the project's clocks.
func (p *parser) moment(o yamlpos.Object, key string) time.Time {
	n := o.Node(key)
	if n == nil {
		return time.Time{}
	}
	at, ok := ParseMoment(n.Text, p.project.Timezone)
	if n.Kind != yamlpos.Scalar || !ok {
		p.doc.Report(n.Pos, "such as 2026-02-07 18:00", "%s must be a date, or a date and a time", key)
	}
	return at
}

// ParseMoment reads "2026-02-07", "2026-02-07 18:00" and the like, by the clocks of a zone where the text names none.
func ParseMoment(text, zone string) (time.Time, bool) {
	loc, err := time.LoadLocation(zone)
	if err != nil || !dateTime.MatchString(text) {
		return time.Time{}, false
	}
	text = strings.Replace(text, "T", " ", 1)
	for _, layout := range []string{"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04Z07:00", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if at, err := time.ParseInLocation(layout, text, loc); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}
