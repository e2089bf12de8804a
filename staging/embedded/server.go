package embedded

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// command prepares one of PostgreSQL's programs: as the cluster's user, in a folder that user may be in, and without
// the PG* variables of somebody's shell.
func (p *place) command(ctx context.Context, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, args...)
	p.as.apply(cmd)
	cmd.Dir = filepath.Dir(path)
	cmd.WaitDelay = 5 * time.Second
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "PG") && !strings.HasPrefix(v, "LC_") && !strings.HasPrefix(v, "LANG") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, "LC_ALL=C")
	return cmd
}

func (p *place) run(ctx context.Context, path string, args ...string) error {
	cmd := p.command(ctx, path, args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && ctx.Err() == nil && strings.TrimSpace(out.String()) != "" {
		return fmt.Errorf("%s", said(out.String())) // what it said is the reason; its exit status is none
	}
	if err != nil {
		return fmt.Errorf("run %s: %w", filepath.Base(path), err)
	}
	return nil
}

// connect returns the cluster where it runs and answers within the limit.
func (p *place) connect(ctx context.Context, limit time.Duration) (*Cluster, error) {
	if p.pid() == 0 {
		return nil, ErrNotRunning
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	conn, err := pgconn.Connect(ctx, p.dsn(dbName))
	if noDatabase(err) {
		if err := p.createDatabase(ctx); err != nil {
			return nil, err
		}
		conn, err = pgconn.Connect(ctx, p.dsn(dbName))
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close(ctx) }()
	version, _, _ := strings.Cut(conn.ParameterStatus("server_version"), " ")
	return &Cluster{DSN: p.dsn(dbName), Dir: p.data, Version: version}, nil
}

func noDatabase(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "3D000"
}

func (p *place) createDatabase(ctx context.Context) error {
	conn, err := pgconn.Connect(ctx, p.dsn("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	return conn.Exec(ctx, "create database "+dbName).Close()
}

// start makes the cluster where there is none and starts it.
func (p *place) start(ctx context.Context) (*Cluster, error) {
	b, err := find(ctx, p)
	if err != nil {
		return nil, err
	}
	if err := p.initialise(ctx, b); err != nil {
		return nil, diskAdvice(fmt.Errorf("create PostgreSQL's data directory %s: %w", p.data, err))
	}
	if err := p.openSocketDir(); err != nil {
		return nil, err
	}
	if err := p.configure(); err != nil {
		return nil, fmt.Errorf("configure PostgreSQL: %w", err)
	}
	p.dropStalePid()
	began := time.Now().Add(-time.Second)
	deadline := began.Add(startLimit)
	for {
		err := p.run(ctx, b.path("pg_ctl"), "start", "-w", "-t", "60", "-s", "-D", p.data, "-l", p.log())
		if c, cerr := p.connect(ctx, 10*time.Second); cerr == nil {
			return c, nil
		} else if err == nil {
			err = cerr
		}
		// The processes of a server that was killed take a moment to notice; until then its memory cannot be taken over.
		if !p.lingering() || time.Now().After(deadline) || ctx.Err() != nil {
			return nil, diskAdvice(fmt.Errorf("PostgreSQL in %s does not start: %s", p.data, cmp.Or(p.lastWords(began), err.Error())))
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// stop ends a running server and waits for it.
func (p *place) stop(ctx context.Context) error {
	if p.pid() == 0 || p.stalePid() {
		return nil
	}
	b, err := find(ctx, p)
	if err != nil {
		return err
	}
	defer p.closeSocketDir()
	err = p.run(ctx, b.path("pg_ctl"), "stop", "-w", "-t", "60", "-s", "-m", "fast", "-D", p.data)
	if _, cerr := p.connect(ctx, time.Second); cerr != nil && !alive(p.pid()) {
		return nil // pg_ctl complains of a server that was dead before
	}
	return err
}

// stalePid reports whether postmaster.pid names a process that is not this cluster's server. PostgreSQL sees that by
// itself except where the number was given to another process of the same user, which is common in containers.
func (p *place) stalePid() bool {
	pid := p.pid()
	if pid == 0 {
		return false
	}
	if !alive(pid) {
		return true
	}
	cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
	return err == nil && cwd != p.data
}

func (p *place) dropStalePid() {
	if p.stalePid() && alive(p.pid()) {
		_ = os.Remove(filepath.Join(p.data, "postmaster.pid"))
	}
}

func (p *place) logTail() string {
	text, _ := os.ReadFile(p.log())
	if len(text) > 16384 {
		text = text[len(text)-16384:]
	}
	return string(text)
}

// lingering reports whether the last start failed only because processes of a killed server are still there.
func (p *place) lingering() bool {
	tail := lastLines(p.logTail(), 4)
	return strings.Contains(tail, "pre-existing shared memory block") || strings.Contains(tail, "lock file \"postmaster.pid\" already exists")
}

// said is the reason in what one of PostgreSQL's programs printed, or its last lines.
func said(out string) string {
	if i := strings.Index(out, "FATAL:  "); i >= 0 {
		line, _, _ := strings.Cut(out[i+len("FATAL:  "):], "\n")
		return line
	}
	return lastLines(out, 3)
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "; ")
}

// complaint picks the line of a server's log that says why it stopped, among those that are not older than since; "" where
// none does. That the database system is starting up or in recovery is what it told others meanwhile.
func complaint(log string, since time.Time) string {
	lines := strings.Split(strings.TrimSpace(log), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if at, err := time.Parse("2006-01-02 15:04:05.000", lines[i][:min(len(lines[i]), 23)]); err != nil || at.Before(since) {
			continue
		}
		for _, level := range []string{"PANIC:  ", "FATAL:  "} {
			if _, text, found := strings.Cut(lines[i], level); found && !strings.HasPrefix(text, "the database system is ") {
				return text
			}
		}
	}
	return ""
}

func diskAdvice(err error) error {
	if err != nil && strings.Contains(err.Error(), noSpace) {
		return record.Advise(fmt.Errorf("%w: %w", ErrDiskFull, err), "Free disk space for the project folder, then run the command again; or name a PostgreSQL server under staging: in migrate.yaml.")
	}
	return err
}

func onWindows() bool { return runtime.GOOS == "windows" }
