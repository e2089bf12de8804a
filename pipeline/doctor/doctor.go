// Package doctor looks at everything a migration stands on before it begins: the server, the account, the way between,
// staging. It changes nothing, and says of each thing that is not well what to do about it. What cannot be seen from
// outside is said to be so, not guessed.
package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// How a check came out.
const (
	OK      = "ok"
	Note    = "note"    // good to know
	Warning = "warning" // it will work, and not well
	Error   = "error"   // it will not work
	Unseen  = "unseen"  // could not be found out
)

// Check is one line of the result.
type Check struct {
	Name   string `json:"name"`
	State  string `json:"state"`
	Text   string `json:"text"`
	Remedy string `json:"remedy,omitempty"` // what to do; empty only where State is OK
}

// Target is what is asked of an Odoo.
type Target interface {
	Version() (int, string)
	Protocol() string
	UID() int64
	Companies() []int64
	SearchRead(ctx context.Context, model string, domain []any, fields []string, limit int) ([]map[string]any, error)
	Count(ctx context.Context, model string, domain []any) (int, error)
	May(ctx context.Context, model, operation string) (bool, error)
	ProbeBody(ctx context.Context, upTo int64) (taken int64, refused bool, err error)
}

// Staging is what is asked of PostgreSQL: its settings by name, as text.
type Staging interface {
	Settings(ctx context.Context) (map[string]string, error)
}

// Use is what the project does with a model.
type Use struct {
	Model   string
	Mapping string
	Updates bool
}

// Way is what is known of the connection.
type Way struct {
	URL       string
	Local     bool // the server is on this machine
	Key       bool // an API key was given, not a password
	Encrypted bool
	TLS       string
	Expires   time.Time     // of the certificate
	Skew      time.Duration // the server's clock minus ours
	Clock     bool          // Skew is known
	Server    string        // how it calls itself
	Timeout   time.Duration // of a call
}

// Input is what a project needs of its surroundings.
type Input struct {
	Uses       []Use
	Languages  []string // that mappings write
	PerCompany []string // mappings that say which company their records are of
	Timezone   string   // of the sources
	Way        Way
	Now        time.Time
	Quick      bool // without probing limits, which sends some megabytes and calls side by side
}

// Run makes all checks of a target, in the order they are told.
func Run(ctx context.Context, t Target, in Input) ([]Check, error) {
	d := &doctor{t: t, in: in}
	for _, check := range []func(context.Context) ([]Check, error){
		d.version, d.connection, d.certificate, d.clock, d.modules, d.languages, d.companies, d.rights, d.administrator, d.access, d.zone,
		d.size, d.body, d.workers, d.limits, d.calls, d.mail,
	} {
		found, err := check(ctx)
		if ctx.Err() != nil {
			return d.out, ctx.Err()
		}
		if err != nil && len(found) == 0 {
			return d.out, err
		}
		d.out = append(d.out, found...)
	}
	return d.out, nil
}

type doctor struct {
	t         Target
	in        Input
	installed map[string]bool // modules
	out       []Check
}

func one(name, state, remedy, format string, args ...any) []Check {
	return []Check{{Name: name, State: state, Text: fmt.Sprintf(format, args...), Remedy: remedy}}
}

// unseen is a check that the server does not let us make.
func unseen(name string, err error, remedy string) []Check {
	return one(name, Unseen, remedy, "could not be asked: %s", strings.Join(strings.Fields(err.Error()), " "))
}

// Failed reports whether a check came out as an error.
func Failed(checks []Check) bool {
	for _, c := range checks {
		if c.State == Error {
			return true
		}
	}
	return false
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// number reads an integer of either kind that clients give.
func number(v any) int64 {
	var n int64
	_, _ = fmt.Sscan(fmt.Sprint(v), &n) // what is no number is 0
	return n
}

func list(words []string, most int) string {
	if len(words) > most {
		return strings.Join(words[:most], ", ") + fmt.Sprintf(" and %d more", len(words)-most)
	}
	return strings.Join(words, ", ")
}
