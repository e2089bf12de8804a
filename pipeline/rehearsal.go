package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/pipeline/doctor"
	"github.com/odoo-migrate/odoo-migrate/pipeline/gate"
	"github.com/odoo-migrate/odoo-migrate/pipeline/plan"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// inputsEvent of a load is what it rested on.
const inputsEvent = "inputs"

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
