package cli

import (
	"log/slog"
	"os"
	"time"

	"github.com/spf13/pflag"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/load"
	"github.com/odoo-migrate/odoo-migrate/pipeline/load/flow"
)

// politeness is what keeps a load from being a burden to others.
type politeness struct {
	rate   float64
	window string
	log    string
}

func (p *politeness) flags(f *pflag.FlagSet) {
	f.Float64Var(&p.rate, "rate", 0, "records a second at most (default no limit)")
	f.StringVar(&p.window, "window", "", "hours in which may be loaded, such as 20:00-06:00, in the project's timezone")
	f.StringVar(&p.log, "log", "", "append what the load waits for, and how it was cut, to this file: one JSON object a line")
}

// flow reads them. The zone is the project's.
func (p *politeness) flow(zone string, pause *flow.Switch) (load.Flow, error) {
	out := load.Flow{Rate: p.rate, Switch: pause}
	if p.rate < 0 {
		return out, usage("Leave it out for no limit.", "--rate cannot be below 0")
	}
	if p.window == "" {
		return out, nil
	}
	at, err := time.LoadLocation(zone)
	if err != nil {
		return out, err
	}
	if out.Window, err = flow.ParseWindow(p.window, at); err != nil {
		return out, usage("Write it as two times of day, such as --window 20:00-06:00.", "--window: %v", err)
	}
	return out, nil
}

// openLog opens the log, where one is wanted.
func (p *politeness) openLog(a *app) (done func(), err error) {
	if p.log == "" {
		return func() {}, nil
	}
	f, err := os.OpenFile(p.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, pipeline.AdviseWrite(err)
	}
	a.log = slog.New(slog.NewJSONHandler(f, nil))
	return func() { _ = f.Close() }, nil
}
