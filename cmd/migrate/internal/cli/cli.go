// Package cli turns flags into options, runs the pipeline, and hands what comes back to the view. It holds no logic: what
// a command does is in the pipeline, what it prints in the view. stdout is the result, stderr the talk; exit codes are API.
package cli

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os/user"

	"github.com/spf13/cobra"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/view"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/load/flow"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Exit codes.
const (
	Done        = 0
	Failure     = 1
	Usage       = 2
	Findings    = 3 // above the threshold
	Mismatch    = 4 // Odoo does not hold what was meant
	Interrupted = 5 // can be resumed
)

// Env is what a command gets from the process.
type Env struct {
	Args    []string
	Out     io.Writer // the result
	Err     io.Writer // the talk
	Version string
	Stop    <-chan struct{} // closed at the first interrupt
	Pause   *flow.Switch    // holds what writes to Odoo; may be nil
	Getenv  func(string) string
}

// app is one call of the program.
type app struct {
	Env
	ctx     context.Context // ends at the first interrupt
	loading context.Context // of commands that write to Odoo: ends at the second, so that calls under way are finished
	config  string
	format  string
	quiet   bool
	log     *slog.Logger // of what a load waits for; nil is none
	exit    int
}

// Run runs one command and returns its exit code.
func Run(ctx context.Context, env Env) int {
	a := &app{Env: env, loading: ctx}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a.ctx = ctx
	go func() {
		select {
		case <-env.Stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	root := a.root()
	root.SetArgs(env.Args)
	root.SetOut(env.Out)
	root.SetErr(env.Err)
	command, err := root.ExecuteContextC(ctx)
	if err == nil {
		return a.exit
	}
	if pipeline.Interrupted(err) {
		err = interrupted(command.Name(), err)
	}
	return a.explain(err)
}

func (a *app) root() *cobra.Command {
	c := &cobra.Command{
		Use:           "migrate",
		Short:         "Move a company's legacy data into Odoo and prove that it arrived",
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			if a.format != "text" && a.format != "json" {
				return usage("Leave it out for text.", "--format is text or json, not %q", a.format)
			}
			return nil
		},
	}
	c.SetFlagErrorFunc(badFlag)
	f := c.PersistentFlags()
	f.StringVarP(&a.config, "config", "c", "migrate.yaml", "the project's configuration")
	f.StringVar(&a.format, "format", "text", "of the result: text or json")
	f.BoolVarP(&a.quiet, "quiet", "q", false, "no progress on stderr")
	c.AddGroup(&cobra.Group{ID: "road", Title: "The road:"}, &cobra.Group{ID: "help", Title: "Around it:"})
	for _, sub := range []struct {
		group string
		list  []*cobra.Command
	}{
		{"road", []*cobra.Command{a.init(), a.audit(), a.stage(), a.cutover(), a.delta(), a.verify(), a.vouch(), a.report(), a.rollback()}},
		{"help", []*cobra.Command{a.doctor(), a.runbook(), a.prove(), a.keys(), a.sign(), a.verifyEvidence(), a.runs(), a.resync(), a.unpause(), a.mapCommand(), a.staging(), a.sandbox(), a.demo(), a.version()}},
	} {
		for _, one := range sub.list {
			one.GroupID = sub.group
			c.AddCommand(one)
		}
	}
	return family(c)
}

// explain prints an error with its remedy and returns the exit code it stands for.
func (a *app) explain(err error) int {
	var problems *pipeline.Problems
	if errors.As(err, &problems) {
		_ = view.Problems(a.Err, problems.List) // whoever closed stderr does not want to know
		return Usage
	}
	view.Failure(a.Err, err)
	switch {
	case errors.As(err, new(misuse)) || errors.Is(err, pipeline.ErrNoTarget):
		return Usage
	case pipeline.Interrupted(err):
		return Interrupted
	case errors.Is(err, pipeline.ErrGates):
		return Findings
	}
	if a.exit != Done {
		return a.exit
	}
	return Failure
}

// interrupted says how an interrupted command is taken up again.
func interrupted(command string, err error) error {
	var known *record.Advice
	if errors.As(err, &known) && !errors.Is(err, context.Canceled) {
		return err
	}
	remedy := "Run migrate " + command + " again."
	switch {
	case command == "rollback":
		remedy = "Run migrate rollback again: it goes on where it stopped."
	case command == "cutover" || command == "delta":
		remedy = "Run migrate " + command + " --resume: it goes on where it stopped."
	}
	return record.Advise(&interruption{command, err}, remedy)
}

// interruption is the error of an interrupted command. That a call was cancelled is how it was done, not what happened.
type interruption struct {
	command string
	error
}

func (i *interruption) Unwrap() error { return i.error }

func (i *interruption) Error() string {
	if errors.Is(i.error, context.Canceled) {
		return "migrate " + i.command + " was interrupted"
	}
	return i.error.Error()
}

// open opens the project with staging.
func (a *app) open(progress pipeline.Progress) (*pipeline.Pipeline, error) {
	return pipeline.Open(a.ctx, a.options(progress))
}

func (a *app) options(progress pipeline.Progress) pipeline.Options {
	return pipeline.Options{Config: a.config, Actor: a.actor(), Version: a.Version, Progress: progress, Log: a.log, Stop: a.Stop, Getenv: a.Getenv}
}

func (a *app) actor() string {
	if name := a.Getenv("MIGRATE_ACTOR"); name != "" {
		return name
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "unknown"
}

// progress shows phases on stderr, unless nobody wants them.
func (a *app) progress() view.Progress {
	if a.quiet || a.format == "json" {
		return view.NoProgress()
	}
	return view.NewProgress(a.Err)
}

// print writes a result in the wanted format.
func (a *app) print(json any, text func(io.Writer) error) error {
	if a.format == "json" {
		return view.JSON(a.Out, json)
	}
	return text(a.Out)
}

// withProject runs do on the opened project, with progress shown.
func (a *app) withProject(do func(p *pipeline.Pipeline) error) error {
	progress := a.progress()
	defer progress.Stop()
	p, err := a.open(progress)
	if err != nil {
		return err
	}
	defer p.Close()
	return do(p)
}
