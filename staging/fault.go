package staging

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/staging/embedded"
)

// States that staging can be in. Errors wrap one of them.
var (
	ErrUnavailable = errors.New("PostgreSQL cannot be reached")
	ErrPassword    = errors.New("PostgreSQL refuses the user or password")
	ErrNoDatabase  = errors.New("the database does not exist")
	ErrRights      = errors.New("the database user lacks a right")
	ErrServerOld   = errors.New("the server is too old")
	ErrEncoding    = errors.New("the database does not store Unicode")
	ErrDiskFull    = embedded.ErrDiskFull
	ErrSchemaNewer = errors.New("the project was opened by a newer version of this program")
	ErrLeaseHeld   = errors.New("the lease is held by another process")
	ErrLeaseLost   = errors.New("the lease was lost to another process")
	ErrStagedLost  = errors.New("the staged rows are gone")
	ErrTampered    = errors.New("the event log was changed")
	ErrNotFound    = errors.New("not found in staging")
	ErrWrites      = errors.New("it writes, and may only read")
	ErrSlow        = errors.New("it takes too long")
	ErrLimit       = errors.New("PostgreSQL ended a statement before its time")
)

const lostRemedy = "Check that the server of staging runs and that its disk is not full, then run the command again."

// explain turns a driver's error into one that says what a person can do about it. Driver types do not leave staging.
func explain(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var advice *record.Advice
	if errors.As(err, &advice) {
		return err // explained where it happened
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrNotFound
	}
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		if lost(err) {
			return record.Advise(fmt.Errorf("%w: %s", ErrUnavailable, plain(err)), lostRemedy)
		}
		return err
	}
	switch {
	case pg.Code == "53100" || strings.Contains(pg.Message, "No space left on device"):
		return record.Advise(fmt.Errorf("%w: %s", ErrDiskFull, pg.Message), "Free disk space where PostgreSQL keeps its data, then run the command again.")
	case pg.Code == "42501":
		return record.Advise(fmt.Errorf("%w: %s", ErrRights, pg.Message), "Let an administrator grant it to the user of staging.")
	case pg.Code[:2] == "08" || pg.Code == "57P01" || pg.Code == "57P02" || pg.Code == "57P03":
		return record.Advise(fmt.Errorf("%w: %s", ErrUnavailable, pg.Message), lostRemedy)
	case pg.Code == "57014" || pg.Code == "55P03" || pg.Code == "25P03" || pg.Code == "25P04":
		return record.Advise(fmt.Errorf("%w: %s", ErrLimit, pg.Message),
			"The server of staging limits statements, locks or transactions, or somebody cancelled it. Raise statement_timeout, lock_timeout and the like for the user of staging, then run the command again.")
	case pg.Code == "2BP01":
		return record.Advise(fmt.Errorf("%s (%s)", pg.Message, pg.Detail), "Drop the objects that were built upon migrate's views.")
	}
	text := pg.Message
	for _, more := range []string{pg.Detail, pg.Where} {
		if more != "" {
			text += "; " + strings.ReplaceAll(more, "\n", "; ")
		}
	}
	return fmt.Errorf("%s (SQLSTATE %s)", text, pg.Code)
}

// explain is explain for bulk writes, which are what fills a disk: the private server that broke down under one says in
// its log why.
func (s *Store) explain(err error) error {
	err = explain(err)
	if s.dir != "" && errors.Is(err, ErrUnavailable) {
		if full := embedded.LastWords(s.dir); full != nil {
			return full
		}
	}
	return err
}

// explainConnect does the same for a connection that was not made, naming where it went.
func explainConnect(err error, c *pgx.ConnConfig) error {
	where := fmt.Sprintf("%s:%d", c.Host, c.Port)
	if strings.HasPrefix(c.Host, "/") {
		where = c.Host
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.Code {
		case "28P01", "28000":
			return record.Advise(fmt.Errorf("%w %q at %s: %s", ErrPassword, c.User, where, pg.Message),
				"Check user and password in the connection string of staging.")
		case "3D000":
			return record.Advise(fmt.Errorf("%w: %q at %s", ErrNoDatabase, c.Database, where),
				fmt.Sprintf("Create it (createdb %s), or correct the connection string of staging.", c.Database))
		}
		return fmt.Errorf("connect to %s: %w", where, explain(err))
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	return record.Advise(fmt.Errorf("%w at %s: %s", ErrUnavailable, where, plain(err)),
		"Start the server, or correct the connection string of staging.")
}

// passing reports whether a connection may work a moment later.
func passing(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "57P01" || pg.Code == "57P03"
	}
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrUnexpectedEOF)
}

// lost reports whether an error that is not the server's answer means that the connection is gone.
func lost(err error) bool {
	var refused *pgconn.ConnectError
	var network *net.OpError
	return errors.As(err, &refused) || errors.As(err, &network) || errors.Is(err, net.ErrClosed) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNREFUSED) ||
		strings.Contains(err.Error(), "conn closed")
}

// plain says of a driver's error what a person needs to know of it.
func plain(err error) string {
	var name *net.DNSError
	var network net.Error
	var errno syscall.Errno
	switch {
	case errors.As(err, &name) && name.IsNotFound:
		return "there is no server named " + name.Name
	case errors.As(err, &name):
		return "the name " + name.Name + " cannot be looked up"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens there"
	case errors.Is(err, fs.ErrNotExist):
		return "there is no socket of a server"
	case errors.Is(err, context.DeadlineExceeded) || errors.As(err, &network) && network.Timeout():
		return "it does not answer in time"
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || strings.Contains(err.Error(), "conn closed"):
		return "the server closed the connection"
	case errors.As(err, &errno):
		return errno.Error()
	}
	return innermost(err)
}

// innermost cuts an error to its cause, on one line: what is around it says where the driver was, not what is wrong.
func innermost(err error) string {
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(err) {
		err = next
	}
	text, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	return strings.TrimSpace(text)
}

// unreadable says what is wrong with a connection string without repeating it.
func unreadable(err error) string {
	var bad *pgconn.ParseConfigError
	if errors.As(err, &bad) {
		if _, reason, ok := strings.Cut(bad.Error(), "`: "); ok {
			return reason
		}
	}
	return "it is no connection string"
}

func code(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}
