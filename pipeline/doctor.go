package pipeline

import (
	"context"
	"errors"
	"net"
	"net/url"
	"slices"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/pipeline/doctor"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// DoctorOptions of Doctor.
type DoctorOptions struct {
	Target string
	Quick  bool // without probing limits
}

// Doctor is what a look at the surroundings found.
type Doctor struct {
	Version int            `json:"version"`
	Target  string         `json:"target"`
	Checks  []doctor.Check `json:"checks"`
}

// Doctor looks at a target and at staging, and changes nothing in Odoo. What does not work is a check, not an error.
func (p *Pipeline) Doctor(ctx context.Context, opt DoctorOptions) (*Doctor, error) {
	name, t, err := p.target(opt.Target)
	if err != nil {
		return nil, err
	}
	in, problem := p.needs()
	in.Quick, in.Way.URL, in.Way.Key, in.Way.Timeout = opt.Quick, t.URL, !t.APIKey.IsZero(), callTimeout(t)
	in.Way.Local = isLocal(t.URL)
	out := &Doctor{Version: 1, Target: name}
	if problem != nil {
		out.Checks = append(out.Checks, *problem)
	}
	checks, err := p.lookAtTarget(ctx, name, in)
	if err != nil {
		return nil, err
	}
	out.Checks = append(append(out.Checks, checks...), p.lookAtStaging(ctx)...)
	return out, ctx.Err()
}

func (p *Pipeline) lookAtTarget(ctx context.Context, name string, in doctor.Input) ([]doctor.Check, error) {
	t, err := p.Connect(ctx, name)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return []doctor.Check{failed("connection", err)}, nil
	}
	c := t.Connection()
	in.Way.Encrypted, in.Way.TLS, in.Way.Expires, in.Way.Server = c.Encrypted, c.TLS, c.Expires, c.Server
	in.Way.Clock, in.Way.Skew = !c.Clock.IsZero(), c.Clock.Sub(c.At)
	return doctor.Run(ctx, t, in)
}

func (p *Pipeline) lookAtStaging(ctx context.Context) []doctor.Check {
	dsn, err := p.secret(p.Project.Staging.DSN)
	if err != nil {
		return []doctor.Check{failed("staging", err)}
	}
	if p.Store, err = staging.Open(ctx, staging.Options{DSN: dsn, Project: p.Project.Name, Dir: p.Project.Dir}); err != nil {
		return []doctor.Check{failed("staging", err)}
	}
	checks := doctor.LookAtStaging(ctx, p.Store, dsn == "")
	if paused, err := p.Store.Paused(ctx); err != nil {
		checks = append(checks, failed("paused", err))
	} else if len(paused) > 0 {
		checks = append(checks, doctor.Check{Name: "paused", State: doctor.Warning, Text: StillPaused(paused), Remedy: "Run migrate unpause."})
	}
	return checks
}

// needs is what the mappings ask of a target.
func (p *Pipeline) needs() (doctor.Input, *doctor.Check) {
	in := doctor.Input{Timezone: p.Project.Timezone, Now: p.opt.Now()}
	set, problems, err := p.readMappings()
	if err != nil || mappings.Failed(problems) {
		return in, &doctor.Check{Name: "mappings", State: doctor.Error, Text: "they have mistakes, so what they need of the server is not known",
			Remedy: "Run migrate map lint."}
	}
	for _, m := range set.Order() {
		in.Uses = append(in.Uses, doctor.Use{Model: m.Model, Mapping: m.Name, Updates: m.Updates != mappings.UpdatesAppend})
		names := make([]string, 0, len(m.Fields))
		for i := range m.Fields {
			names = append(names, m.Fields[i].Name)
		}
		in.Languages = append(in.Languages, schema.ViewsOf(names).Languages...)
		if m.Field(schema.Company) != nil {
			in.PerCompany = append(in.PerCompany, m.Name)
		}
	}
	slices.Sort(in.Languages)
	in.Languages = slices.Compact(in.Languages)
	return in, nil
}

// failed is a check of something that cannot be reached, with what the error says to do.
func failed(name string, err error) doctor.Check {
	c := doctor.Check{Name: name, State: doctor.Error, Text: err.Error(), Remedy: "Put this right first; what depends on it was not looked at."}
	var a *record.Advice
	if errors.As(err, &a) && a.Remedy != "" {
		c.Remedy = a.Remedy
	}
	return c
}

func callTimeout(t project.Target) time.Duration {
	if t.Timeout > 0 {
		return time.Duration(t.Timeout) * time.Second
	}
	return odoo.DefaultTimeout
}

func isLocal(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}
