package cli

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/pipeline/gate"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// misuse is an error of how the program was called.
type misuse struct{ error }

func (m misuse) Unwrap() error { return m.error }

func usage(remedy, format string, args ...any) error {
	return misuse{record.Advise(fmt.Errorf(format, args...), remedy)}
}

// badFlag says in our words what the flags' library found.
func badFlag(c *cobra.Command, err error) error {
	help := c.CommandPath() + " --help lists the flags."
	var unknown *pflag.NotExistError
	var empty *pflag.ValueRequiredError
	var value *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		return usage(help, "there is no flag %s", dashed(unknown.GetSpecifiedName(), unknown.GetSpecifiedShortnames()))
	case errors.As(err, &empty):
		return usage(help, "%s needs a value", dashed(empty.GetSpecifiedName(), empty.GetSpecifiedShortnames()))
	case errors.As(err, &value):
		f := value.GetFlag()
		return usage(help, "%q is no value of --%s, which wants %s", value.GetValue(), f.Name, kindOf(f))
	}
	return usage(help, "%w", err)
}

// dashed writes a flag as it was typed; of several letters behind one dash, the first that was not understood.
func dashed(name, letters string) string {
	if letters != "" {
		return "-" + letters[:1]
	}
	return "--" + name
}

func kindOf(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "int", "int64":
		return "a whole number"
	case "duration":
		return "a time with its unit, such as 90s or 3m"
	case "bool":
		return "true or false"
	}
	return "another value"
}

// noArguments refuses arguments where a command takes none.
func noArguments(c *cobra.Command, args []string) error { return atMost(0)(c, args) }

func atMost(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) <= n {
			return nil
		}
		return usage(c.CommandPath()+" --help says what it takes.", "%q is one argument too many for %s", args[n], c.CommandPath())
	}
}

// one wants exactly one argument; what says which.
func one(what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usage(c.CommandPath()+" --help says what it takes.", "%s wants %s", c.CommandPath(), what)
		}
		return atMost(1)(c, args)
	}
}

// family makes a command that only holds others: alone it shows its help, with an unknown name it says so.
func family(c *cobra.Command) *cobra.Command {
	c.Args = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		remedy := c.CommandPath() + " --help lists the commands."
		if near := c.SuggestionsFor(args[0]); len(near) > 0 {
			remedy = "Did you mean " + strings.Join(near, " or ") + "? " + remedy
		}
		return usage(remedy, "there is no command %q", strings.TrimPrefix(c.CommandPath()+" "+args[0], "migrate "))
	}
	c.SuggestionsMinimumDistance = 2
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	return c
}

// atLeast refuses numbers and times below a flag's least.
func atLeast[T int | time.Duration](flag string, value, least T) error {
	if value < least {
		return usage("Leave it out for the default.", "--%s cannot be below %v", flag, least)
	}
	return nil
}

func parseOverrides(texts []string) ([]gate.Override, error) {
	var out []gate.Override
	for _, text := range texts {
		o, err := gate.ParseOverride(text)
		if err != nil {
			return nil, misuse{err}
		}
		out = append(out, o)
	}
	return out, nil
}

// attested reads --backup; "" is none.
func attested(text, zone string) (project.Backup, error) {
	if text == "" {
		return project.Backup{}, nil
	}
	b, err := project.ParseBackup(text, zone)
	if err != nil {
		return b, misuse{err}
	}
	return b, nil
}
