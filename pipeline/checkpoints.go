package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/pipeline/plan"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// ErrCheckpoint says that a load waits for a person to decide whether it goes on. It can be resumed with the decision.
var ErrCheckpoint = errors.New("waiting for a decision")

// Go is what a person decided at the checkpoint after a wave: to go on.
type Go struct {
	Wave   int    `json:"wave"`
	By     string `json:"by"`
	Reason string `json:"reason"`
}

// ParseGo reads "wave 2=name: reason".
func ParseGo(text string) (Go, error) {
	where, rest, ok := strings.Cut(text, "=")
	by, reason, ok2 := strings.Cut(rest, ":")
	number, isWave := strings.CutPrefix(strings.TrimSpace(where), "wave ")
	wave, err := strconv.Atoi(strings.TrimSpace(number))
	g := Go{wave, strings.TrimSpace(by), strings.TrimSpace(reason)}
	if !ok || !ok2 || !isWave || err != nil || g.By == "" || g.Reason == "" {
		return g, record.Advise(fmt.Errorf(`%q is not of the form wave N=name: reason`, text), `Write it like "wave 2=A. Lead: the totals are right".`)
	}
	return g, nil
}

// Checkpoint is how a load stood after a wave, and what was decided there.
type Checkpoint struct {
	Wave    int                         `json:"wave"`
	Records map[string]map[string]int64 `json:"records"` // of the mappings so far, by class
	Wrong   int64                       `json:"wrong"`   // of them rejected, in conflict or put off
	Of      int64                       `json:"of"`
	NoGo    []string                    `json:"no_go,omitempty"` // what speaks against going on
	End     time.Time                   `json:"end,omitzero"`    // when the load will be done at its own speed, where a window was agreed
	By      string                      `json:"by,omitempty"`    // who decided to go on; "" is nobody yet
	Reason  string                      `json:"reason,omitempty"`
}

const (
	reachedEvent = "checkpoint.reached"
	goEvent      = "checkpoint.go"
)

// checkpoints follows a load from wave to wave and stops it where a person has to decide.
type checkpoints struct {
	p       *Pipeline
	d       *derived
	began   time.Time
	decided map[int]Go
}

// newCheckpoints takes what was decided, in earlier parts of the run and now. A decision where none is asked for is refused, and so
// is a checkpoint after a wave that the plan does not have.
func (p *Pipeline) newCheckpoints(ctx context.Context, d *derived, now []Go) (*checkpoints, error) {
	c := &checkpoints{p: p, d: d, began: p.opt.Now(), decided: map[int]Go{}}
	var waves []int
	for _, s := range d.plan.Steps {
		waves = append(waves, s.Wave)
	}
	waves = slices.Compact(waves)
	asked := p.Project.Cutover.Checkpoints
	for _, x := range asked {
		if i := slices.Index(waves, x.After); i < 0 || i == len(waves)-1 {
			return nil, record.Advise(fmt.Errorf("there is a checkpoint after wave %d, and the waves that others follow are %v", x.After, waves[:max(len(waves)-1, 0)]),
				"Mend cutover: checkpoints: in migrate.yaml; migrate runbook lists the waves.")
		}
	}
	events, err := p.Store.Events(ctx, d.run.ID)
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		var g Go
		if e.Kind == goEvent && json.Unmarshal(e.Data, &g) == nil {
			c.decided[g.Wave] = g
		}
	}
	for _, g := range now {
		i := slices.IndexFunc(asked, func(x project.Checkpoint) bool { return x.After == g.Wave })
		if i < 0 {
			return nil, record.Advise(fmt.Errorf("there is no checkpoint after wave %d", g.Wave), "cutover: checkpoints: in migrate.yaml has those that there are.")
		}
		if who := asked[i].By; who != "" && !strings.EqualFold(who, g.By) {
			return nil, record.Advise(fmt.Errorf("%s decides after wave %d, not %s", who, g.Wave, g.By), "Have them decide, or mend by: of the checkpoint in migrate.yaml.")
		}
		if err := p.Store.Event(ctx, d.run.ID, goEvent, g); err != nil {
			return nil, err
		}
		c.decided[g.Wave] = g
	}
	return c, nil
}

// pass is called before each step: where the one before ended a wave that a person looks at first, it says how the load stands,
// and the error wraps ErrCheckpoint unless it was decided to go on.
func (c *checkpoints) pass(ctx context.Context, before, next plan.Step) error {
	i := slices.IndexFunc(c.p.Project.Cutover.Checkpoints, func(x project.Checkpoint) bool { return x.After == before.Wave })
	if i < 0 || next.Wave == before.Wave {
		return nil
	}
	ask := c.p.Project.Cutover.Checkpoints[i]
	at, err := c.stand(ctx, ask)
	if err != nil {
		return err
	}
	g, decided := c.decided[ask.After]
	at.By, at.Reason = g.By, g.Reason
	c.d.checkpoints = append(c.d.checkpoints, at)
	if err := c.p.Store.Event(ctx, c.d.run.ID, reachedEvent, at); err != nil || decided {
		return err
	}
	who := ""
	if ask.By != "" {
		who = " by " + ask.By
	}
	return record.Advise(fmt.Errorf("%w%s: %s", ErrCheckpoint, who, at.Describe()),
		fmt.Sprintf(`Go: migrate %s --resume --go "wave %d=NAME: REASON". No go: migrate rollback.`, c.d.run.Kind, ask.After))
}

func (c *checkpoints) stand(ctx context.Context, ask project.Checkpoint) (Checkpoint, error) {
	at := Checkpoint{Wave: ask.After, Records: map[string]map[string]int64{}}
	counts, err := c.p.Store.OutcomeCounts(ctx, c.d.run.ID)
	if err != nil {
		return at, err
	}
	done := map[string]int64{}
	for _, s := range c.d.plan.Steps {
		if s.Wave > ask.After {
			continue
		}
		at.Records[s.Mapping] = counts[s.Mapping]
		for class, n := range counts[s.Mapping] {
			at.Of += n
			done[s.Mapping] += n
			if class == run.Rejected || class == run.Conflict || class == run.Deferred {
				at.Wrong += n
			}
		}
	}
	if most := ask.Wrong; most != nil && float64(at.Wrong)*100 > float(*most)*float64(at.Of) {
		at.NoGo = append(at.NoGo, fmt.Sprintf("more than %s %% of the records were refused, in conflict or put off", most))
	}
	if f := c.d.forecast; f != nil {
		o := f.Outlook(c.began, c.p.opt.Now(), done)
		at.End = o.End
		if o.Late() {
			at.NoGo = append(at.NoGo, "it will end after the deadline, "+stamp(o.Deadline))
		}
		if o.Past() {
			at.NoGo = append(at.NoGo, "the point of no return was "+stamp(o.PointOfNoReturn))
		}
	}
	return at, nil
}

// Describe says how the load stands in a line.
func (at Checkpoint) Describe() string {
	text := fmt.Sprintf("after wave %d, %d records are done, %d of them refused, in conflict or put off", at.Wave, at.Of, at.Wrong)
	if !at.End.IsZero() {
		text += "; done at " + stamp(at.End)
	}
	if len(at.NoGo) > 0 {
		text += "; against going on: " + strings.Join(at.NoGo, ", ")
	}
	return text
}
