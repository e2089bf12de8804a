package odoo

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// Fault is a call that did not answer with a result. Class is told by the type of the server's exception and where in
// the answer it stands, not by its wording.
type Fault struct {
	Class      schema.FaultClass
	Code       string // the server's own name: "odoo.exceptions.UserError", "xmlrpc:2", "http:502"
	Model      string // empty for calls of the service "common"
	Method     string
	Message    string // what a person reads, in the server's words
	Debug      string // the server's traceback, where it sent one; for logs, not for people
	Status     int    // HTTP status; 0 when there was no answer
	RetryAfter time.Duration
	Record     int64  // database id of the record the server names, 0 for none
	Field      string // technical name of the field the server names, "" for none
	Size       int64  // FaultTooLarge: bytes of the request
	Limit      int64  // FaultTooLarge: the largest request that may be tried
	cause      error
}

// Error returns one line without the traceback. What is asked before the login says nothing to a person.
func (f *Fault) Error() string {
	text := strings.Join(strings.Fields(f.Message), " ")
	if f.Model == "" {
		return text
	}
	return f.Model + "." + f.Method + ": " + text
}

// Unwrap returns the network's or the context's error, where there was one.
func (f *Fault) Unwrap() error { return f.cause }

// FaultClass returns the class, for callers that know the classes but not this package.
func (f *Fault) FaultClass() schema.FaultClass { return f.Class }

// LeaveAlone returns RetryAfter, for callers that do not know this package.
func (f *Fault) LeaveAlone() time.Duration { return f.RetryAfter }

// AsFault finds the fault in an error.
func AsFault(err error) (*Fault, bool) {
	var f *Fault
	ok := errors.As(err, &f)
	return f, ok
}

// ClassOf returns the class of the fault in an error, and "" when it holds none.
func ClassOf(err error) schema.FaultClass {
	if f, ok := AsFault(err); ok {
		return f.Class
	}
	return ""
}

// exceptionClass maps the server's exception types. What is not here is a server fault.
var exceptionClass = map[string]schema.FaultClass{
	"odoo.exceptions.UserError":              schema.FaultUser,
	"odoo.exceptions.RedirectWarning":        schema.FaultUser,
	"odoo.exceptions.Warning":                schema.FaultUser,
	"odoo.exceptions.CacheMiss":              schema.FaultServer,
	"odoo.exceptions.ValidationError":        schema.FaultValidation,
	"odoo.exceptions.AccessError":            schema.FaultAccess,
	"odoo.exceptions.AccessDenied":           schema.FaultAuthentication,
	"odoo.exceptions.MissingError":           schema.FaultMissingRecord,
	"odoo.exceptions.ConcurrencyError":       schema.FaultConcurrency,
	"odoo.exceptions.LockError":              schema.FaultConcurrency,
	"odoo.http.SessionExpiredException":      schema.FaultSession,
	"psycopg2.errors.SerializationFailure":   schema.FaultConcurrency,
	"psycopg2.errors.DeadlockDetected":       schema.FaultConcurrency,
	"psycopg2.errors.LockNotAvailable":       schema.FaultConcurrency,
	"psycopg2.errors.InFailedSqlTransaction": schema.FaultServer,
	"psycopg2.errors.UniqueViolation":        schema.FaultValidation,
	"psycopg2.errors.NotNullViolation":       schema.FaultValidation,
	"psycopg2.errors.ForeignKeyViolation":    schema.FaultValidation,
	"psycopg2.errors.CheckViolation":         schema.FaultValidation,
	"psycopg2.IntegrityError":                schema.FaultValidation,
	"psycopg2.errors.InvalidCatalogName":     schema.FaultDatabase,
	// Odoo lost its PostgreSQL: what it was asked may be committed.
	"psycopg2.OperationalError":         schema.FaultUnavailable,
	"psycopg2.InterfaceError":           schema.FaultUnavailable,
	"psycopg2.errors.AdminShutdown":     schema.FaultUnavailable,
	"psycopg2.errors.CrashShutdown":     schema.FaultUnavailable,
	"psycopg2.errors.CannotConnectNow":  schema.FaultUnavailable,
	"psycopg2.errors.ConnectionFailure": schema.FaultUnavailable,
}

// frame is one place of a Python traceback.
type frame struct{ file, fn string }

var frameLine = regexp.MustCompile(`(?m)^  File "([^"]+)", line \d+, in (\S+)`)

// cannotConnect reports whether the server could not open the database it was asked for: it is unknown, or PostgreSQL is
// not there.
func (f *Fault) cannotConnect() bool {
	return f.Code == "psycopg2.OperationalError" && lastFrame(f.Debug).fn == "connect"
}

// lastFrame returns where the last exception of a traceback was raised.
func lastFrame(debug string) frame {
	all := frameLine.FindAllStringSubmatch(debug, -1)
	if len(all) == 0 {
		return frame{}
	}
	m := all[len(all)-1]
	return frame{m[1], m[2]}
}

// exceptionLine is the first line of a traceback's exception: "odoo.exceptions.UserError: text" at the line's start.
var exceptionLine = regexp.MustCompile(`(?m)^([A-Za-z_][\w.]*)(?:: (.*))?$`)

// lastException returns type and text of the exception a Python traceback ends with. The text may have several lines, so
// the exception stands after the last frame's indented lines.
func lastException(debug string) (name, text string) {
	at := 0
	if all := frameLine.FindAllStringIndex(debug, -1); len(all) > 0 {
		at = all[len(all)-1][1]
	}
	m := exceptionLine.FindStringSubmatchIndex(debug[at:])
	if m == nil {
		return "", strings.TrimSpace(debug)
	}
	tail := debug[at:]
	name = tail[m[2]:m[3]]
	if m[4] >= 0 {
		text = strings.TrimSpace(tail[m[4]:])
	}
	if !strings.Contains(name, ".") {
		name = "builtins." + name
	}
	return name, text
}

// classify tells the class of a server exception from its type and the place that raised it.
func classify(name, debug string) schema.FaultClass {
	at := lastFrame(debug)
	dispatcher := strings.HasSuffix(at.file, "service/model.py")
	switch {
	case name == "odoo.exceptions.UserError" && dispatcher:
		return schema.FaultMissingModel // raised before any model's code ran
	case name == "builtins.AttributeError" && dispatcher:
		return schema.FaultMissingMethod
	case name == "odoo.exceptions.AccessError" && dispatcher:
		return schema.FaultMissingMethod // a private method
	case name == "builtins.KeyError" && strings.HasSuffix(at.file, "registry.py"):
		return schema.FaultDatabase
	}
	if c, ok := exceptionClass[name]; ok {
		return c
	}
	return schema.FaultServer
}

// Remedy is what the user can do about faults that are not about his data; "" when there is nothing general to say.
func (f *Fault) Remedy() string {
	switch f.Code {
	case codeTwoFactor:
		return "Make an API key for the account (Preferences, Account Security, New API Key) and give it as api_key: in place of the password."
	case codeTLS:
		return "Where the authority is your own, name its certificate under tls: ca:. Otherwise have the server's certificate mended; it is not left unchecked."
	}
	switch f.Class {
	case schema.FaultNotSent:
		return "Start the Odoo server, or correct the target's url in migrate.yaml."
	case schema.FaultAuthentication:
		return "Check user and password or API key; accounts with two-factor login need an API key."
	case schema.FaultSession:
		return "Run the command again; where it comes back, use an API key."
	case schema.FaultDatabase:
		return "Check the target's database name in migrate.yaml."
	case schema.FaultProtocol:
		if f.Status == 413 {
			return "Look at the request limit of the proxy in front of Odoo (client_max_body_size in nginx)."
		}
		return "Check that the target's url is the Odoo server's own address, without /web or /odoo behind it."
	case schema.FaultTimeout, schema.FaultLostReply:
		return "Check that the server is well, then run the command again: it continues where it stopped."
	case schema.FaultUnavailable:
		return "Wait until the server is up, then run the command again."
	case schema.FaultTooLarge:
		return "Raise the request limit of the proxy in front of Odoo (client_max_body_size in nginx), or load smaller batches."
	case schema.FaultRateLimit:
		return "Wait, or load more slowly."
	case schema.FaultAccess:
		return "Give the account the rights for this model, or use another account."
	case schema.FaultMissingModel:
		return "Install the Odoo module that brings this model, or correct its name."
	}
	return ""
}

func protocolFault(status int, format string, args ...any) *Fault {
	return &Fault{Class: schema.FaultProtocol, Code: fmt.Sprintf("http:%d", status), Status: status, Message: fmt.Sprintf(format, args...)}
}
