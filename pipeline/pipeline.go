// Package pipeline orders the steps of a migration: it opens what they work on, hands one step's result to the next
// through staging, and writes down what happened. What a step does is in the step's own package.
package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/csvfile"
	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/connectors/xlsxfile"
	"github.com/odoo-migrate/odoo-migrate/connectors/xmlfile"
	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// ErrProblems says that migrate.yaml or a mapping has mistakes; Problems holds them.
var ErrProblems = errors.New("the configuration has mistakes")

// ErrNoTarget says that migrate.yaml has no such target.
var ErrNoTarget = errors.New("there is no target")

// Problems is ErrProblems with the mistakes.
type Problems struct{ List []mappings.Problem }

// Error says how many there are.
func (p *Problems) Error() string {
	return fmt.Sprintf("%d problems in the configuration", len(p.List))
}

// Unwrap returns ErrProblems.
func (p *Problems) Unwrap() error { return ErrProblems }

// Progress hears how far a phase is. Total is 0 where it is not known.
type Progress interface {
	Phase(name string, total int64)
	Advance(name string, by int64)
	Done(name string)
}

// Options of Open.
type Options struct {
	Config   string // path of migrate.yaml
	Actor    string // who runs it
	Version  string // of the program
	Progress Progress
	Log      *slog.Logger // what a load waits for and how it was cut; nil is none
	Now      func() time.Time
	Stop     <-chan struct{} // closed: stop between two batches
	Getenv   func(string) string
	Keyring  func(service, name string) (string, error) // nil is the system's
}

// Pipeline is a project, opened.
type Pipeline struct {
	Project  *project.Project
	Store    *staging.Store
	registry *connectors.Registry
	opt      Options
}

// Registry knows every legacy format.
func Registry() *connectors.Registry {
	r := connectors.NewRegistry()
	r.Register(csvfile.Open, ".csv", ".tsv", ".txt")
	r.Register(xmlfile.Open, ".xml")
	r.Register(xlsxfile.Open, xlsxfile.Endings()...)
	return r
}

// Open reads migrate.yaml and opens staging. The error wraps ErrProblems where the file has mistakes.
func Open(ctx context.Context, opt Options) (*Pipeline, error) {
	p, err := OpenConfig(opt)
	if err != nil {
		return nil, err
	}
	dsn, err := p.secret(p.Project.Staging.DSN)
	if err != nil {
		return nil, fmt.Errorf("staging: %w", err)
	}
	if p.Store, err = staging.Open(ctx, staging.Options{DSN: dsn, Project: p.Project.Name, Dir: p.Project.Dir}); err != nil {
		return nil, err
	}
	return p, nil
}

// OpenConfig reads migrate.yaml only: for commands that need no staging.
func OpenConfig(opt Options) (*Pipeline, error) {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Getenv == nil {
		opt.Getenv = os.Getenv
	}
	if opt.Progress == nil {
		opt.Progress = silent{}
	}
	switch info, err := os.Stat(opt.Config); {
	case errors.Is(err, os.ErrNotExist):
		return nil, record.Advise(fmt.Errorf("there is no %s", opt.Config), "Go to the project's folder, pass --config, or run migrate init.")
	case err == nil && info.IsDir():
		return nil, record.Advise(fmt.Errorf("%s is a folder", opt.Config), "Pass the path of the project's migrate.yaml as --config.")
	}
	proj, problems, err := project.Load(opt.Config)
	if err != nil {
		return nil, err
	}
	if mappings.Failed(problems) {
		return nil, &Problems{problems}
	}
	return &Pipeline{Project: proj, registry: Registry(), opt: opt}, nil
}

// Close closes staging.
func (p *Pipeline) Close() error {
	if p.Store == nil {
		return nil
	}
	return p.Store.Close()
}

// secret resolves a secret; one that is not configured is "".
func (p *Pipeline) secret(s project.Secret) (string, error) {
	switch {
	case s.Env != "":
		v := p.opt.Getenv(s.Env)
		if v == "" {
			return "", record.Advise(fmt.Errorf("the environment variable %s is not set", s.Env), "Set "+s.Env+" and run the command again.")
		}
		return v, nil
	case s.Ring != "":
		return p.fromKeyring(s.Ring)
	case s.File != "":
		b, err := os.ReadFile(p.Project.Path(s.File))
		if err != nil {
			return "", record.Advise(fmt.Errorf("the secret's file %s cannot be read%s", p.Project.Path(s.File), missing(err)),
				"Write the secret into that file, readable by you alone.")
		}
		return strings.TrimSpace(string(b)), nil
	}
	return s.Plain, nil
}

// missing says, after a file's name, that it is not there.
func missing(err error) string {
	if errors.Is(err, os.ErrNotExist) {
		return ": it is not there"
	}
	return ""
}

// Connect dials a target of migrate.yaml; "" is the only one there is.
func (p *Pipeline) Connect(ctx context.Context, name string) (*Target, error) {
	name, t, err := p.target(name)
	if err != nil {
		return nil, err
	}
	config, err := p.client(t)
	if err != nil {
		return nil, fmt.Errorf("target %s: %w", name, err)
	}
	client, err := odoo.Dial(ctx, config)
	if err != nil {
		return nil, err
	}
	return &Target{Name: name, Client: client, Database: t.Database}, nil
}

func (p *Pipeline) target(name string) (string, project.Target, error) {
	all := p.Project.Targets
	if name == "" && len(all) == 1 {
		for only := range all {
			name = only
		}
	}
	t, ok := all[name]
	if !ok {
		names := make([]string, 0, len(all))
		for n := range all {
			names = append(names, n)
		}
		which := fmt.Errorf("%w %q in migrate.yaml", ErrNoTarget, name)
		switch {
		case len(all) == 0:
			return "", t, record.Advise(fmt.Errorf("%w in migrate.yaml", ErrNoTarget), "Name the Odoo server under targets:.")
		case name == "":
			which = fmt.Errorf("%w named, and migrate.yaml has several", ErrNoTarget)
		}
		return "", t, record.Advise(which, "Pass --target with one of: "+strings.Join(sorted(names), ", ")+".")
	}
	return name, t, nil
}

// untilStopped ends when the user asks to stop: for what changes nothing in Odoo and is simply made again.
func (p *Pipeline) untilStopped(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-p.opt.Stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// Begin records that a run started, and End how it ended; the summary is what the command shows.
func (p *Pipeline) Begin(ctx context.Context, kind, target string) (run.Run, error) {
	host, _ := os.Hostname()
	r, err := p.Store.StartRun(ctx, run.Run{Kind: kind, State: run.Running, Actor: p.opt.Actor, Host: host, Version: p.opt.Version, Target: target})
	if err != nil {
		return r, fmt.Errorf("begin %s: %w", kind, err)
	}
	return r, p.Store.Event(ctx, r.ID, kind+".begin", map[string]string{"actor": p.opt.Actor, "version": p.opt.Version})
}

// End finishes a run whatever happened to it: its last words are written even when the command is being cancelled.
func (p *Pipeline) End(ctx context.Context, r run.Run, summary any, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	state := run.Done
	switch {
	case errors.Is(cause, context.Canceled) || Interrupted(cause):
		state = run.Interrupted
	case cause != nil:
		state = run.Failed
	}
	note := map[string]string{"state": state}
	if cause != nil {
		note["error"] = cause.Error()
	}
	err := errors.Join(p.Store.Event(ctx, r.ID, r.Kind+".end", note), p.Store.FinishRun(ctx, r.ID, state, summary))
	if cause != nil {
		return cause // where staging is gone the last words are lost for the same reason
	}
	if err == nil {
		p.retain(context.WithoutCancel(ctx), r)
	}
	return err
}

// dir is the project's private folder.
func (p *Pipeline) dir(parts ...string) string {
	return filepath.Join(append([]string{p.Project.Dir, ".migrate"}, parts...)...)
}

// PlanPath is where the signed plan lies.
func (p *Pipeline) PlanPath() string { return p.dir("plan.json") }

// ReportDir is where reports are written.
func (p *Pipeline) ReportDir() string { return filepath.Join(p.Project.Dir, "reports") }

func (p *Pipeline) openFile(rel string) (io.ReadCloser, error) { return os.Open(p.Project.Path(rel)) }

type silent struct{}

func (silent) Phase(string, int64)   {}
func (silent) Advance(string, int64) {}
func (silent) Done(string)           {}
