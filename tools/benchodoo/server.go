package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
)

// server is a fresh database of a real Odoo server.
type server struct {
	url, db, user, password string
	major                   int
	version                 string
	rpc                     *odoo.Client // the fastest protocol
	peer                    *odoo.Client // the peer's
}

// fresh makes a database by the command in ODOO_FRESH, which prints how to reach it.
func fresh(ctx context.Context, protocol string) (*server, error) {
	command := os.Getenv("ODOO_FRESH")
	if command == "" {
		return nil, errors.New("ODOO_FRESH is not set: it is the command that makes a fresh database for each leg and prints its address; `make bench-odoo` sets it")
	}
	out, err := shell(ctx, command, "")
	if err != nil {
		return nil, err
	}
	env := map[string]string{}
	for word := range strings.FieldsSeq(out) {
		if k, v, ok := strings.Cut(word, "="); ok {
			env[k] = v
		}
	}
	s := &server{url: env["ODOO_URL"], db: env["ODOO_DB"], user: env["ODOO_USER"], password: env["ODOO_PASSWORD"]}
	if s.db == "" || s.db == "odoo" {
		return nil, fmt.Errorf("ODOO_FRESH (%s) named the database %q: each leg writes, so it needs one of its own", command, s.db)
	}
	config := odoo.Config{URL: s.url, Database: s.db, User: s.user, Password: s.password, Timeout: time.Hour}
	if s.rpc, err = odoo.Dial(ctx, config); err != nil {
		return nil, errors.Join(err, s.drop(ctx))
	}
	config.Protocol = protocol
	if s.peer, err = odoo.Dial(ctx, config); err != nil {
		return nil, errors.Join(err, s.drop(ctx))
	}
	s.major, s.version = s.rpc.Version()
	return s, nil
}

// drop drops the database by the command in ODOO_DROP, to which its name is added; without one it stays.
func (s *server) drop(ctx context.Context) error {
	command := os.Getenv("ODOO_DROP")
	if command == "" {
		fmt.Fprintf(os.Stderr, "benchodoo: the database %s stays: ODOO_DROP says no command that drops it\n", s.db)
		return nil
	}
	_, err := shell(context.WithoutCancel(ctx), command+" --db "+s.db, "")
	return err
}

// inside runs a script in `odoo shell` by the command in ODOO_SHELL and returns what it printed.
func (s *server) inside(ctx context.Context, script string) (string, error) {
	return shell(ctx, os.Getenv("ODOO_SHELL")+" --db "+s.db, script)
}

func hasInside() bool { return os.Getenv("ODOO_SHELL") != "" }

func shell(ctx context.Context, command, stdin string) (string, error) {
	cmd := exec.CommandContext(ctx, "sh", "-c", command)
	var said bytes.Buffer
	cmd.Stdin, cmd.Stderr = strings.NewReader(stdin), &said
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", command, err, tail(said.String()))
	}
	return string(out), nil
}

func tail(s string) string { return s[max(0, len(s)-3000):] }
